// SPDX-License-Identifier: GPL-2.0
/*
 * Many lookups at once. In a large map a lookup waits for memory twice: for its
 * control word and for its slot. Here the words of a batch of keys are fetched
 * together, and then their slots, as DPDK's rte_hash_lookup_bulk() does.
 */
#include <linux/prefetch.h>

#include "internal.h"

/* Enough to keep a CPU's outstanding loads busy for longer than a batch takes to begin
 * and to end; 768 bytes of stack.
 */
#define BATCH	32

/* A lookup under way. */
struct lookup {
	const struct hmap_table	*table;
	void			*slot;	/* first candidate, or NULL */
	u32			hash;	/* what is needed of it in a table */
	u32			nr_words; /* 0: the key is known to be absent */
};

static __always_inline void find_word(const struct hmap_type *type, u64 seed,
				      void *root, const void *key, struct lookup *l)
{
	u64 hash = hmap_hash_key(type, key, seed);
	void *ref = hmap_deref_ref(root, hash);

	l->hash = hash;
	l->table = hmap_ref_table(ref);
	l->nr_words = hmap_ref_words(ref);
	prefetch(&l->table->words[hmap_home(l->hash, l->nr_words)]);
}

static __always_inline void find_slot(const struct hmap_type *type, struct lookup *l)
{
	u32 nr = hmap_home(l->hash, l->nr_words);
	/* Pairs with the release in hmap_set_word(): the slot, then the word. */
	u64 word = smp_load_acquire(&l->table->words[nr]);
	u64 match = hmap_match_tag(word, l->hash);

	l->slot = NULL;
	if (match) {
		l->slot = hmap_slot_of_match(type, l->table, l->nr_words, nr, match);
		prefetch(l->slot);
	} else if (!hmap_overflowed(word, l->hash)) {
		l->nr_words = 0;
	}
}

static __always_inline void *find_entry(const struct hmap_type *type, const void *key,
					const struct lookup *l)
{
	void *entry;

	if (!l->nr_words)
		return NULL;
	entry = l->slot ? hmap_entry_if(type, l->slot, key, l->hash) : NULL;
	return likely(entry) ? entry :
			       __hmap_find_on(type, l->table, l->nr_words, key, l->hash);
}

static __always_inline unsigned int
lookup_batch_as(const struct hmap_type *type, u64 seed, void *root,
		const void *keys, unsigned int nr, void **entries)
{
	const size_t size = type->key_size;
	struct lookup batch[BATCH];
	unsigned int i, found = 0;

	for (i = 0; i < nr; i++)
		find_word(type, seed, root, keys + i * size, &batch[i]);
	for (i = 0; i < nr; i++)
		find_slot(type, &batch[i]);
	for (i = 0; i < nr; i++) {
		entries[i] = find_entry(type, keys + i * size, &batch[i]);
		found += !!entries[i];
	}
	return found;
}

/* Two functions, so that neither has room for two batches. */
static noinline unsigned int lookup_pairs(u64 seed, void *root, const void *keys,
					  unsigned int nr, void **entries)
{
	return lookup_batch_as(&hmap_u64_pair, seed, root, keys, nr, entries);
}

static noinline unsigned int lookup_batch(u64 seed, void *root, const void *keys,
					  unsigned int nr, void **entries,
					  const struct hmap_type *type)
{
	return lookup_batch_as(type, seed, root, keys, nr, entries);
}

/* One by one, where there is little to wait for, or a string's length has to be told. */
static unsigned int lookup_each(const struct hmap *map, void *root, const void *keys,
				unsigned int nr, void **entries,
				const struct hmap_type *type)
{
	unsigned int i, found = 0;

	for (i = 0; i < nr; i++) {
		const void *key = keys + i * (size_t)type->key_size;
		struct hmap_str str;

		if (type->flags & HMAP_STRING) {
			str = *HMAP_STR(((const char * const *)keys)[i]);
			key = &str;
		}
		entries[i] = root ? hmap_find(map, root, type, key) : NULL;
		found += !!entries[i];
	}
	return found;
}

unsigned int hmap_lookup_bulk(const struct hmap *map, const void *keys, unsigned int nr,
			      void **entries, const struct hmap_type *type)
{
	const bool pairs = hmap_is_u64_pair(type) && !(type->flags & HMAP_POINTER);
	void *root = hmap_deref(map, type);
	unsigned int i, n, found = 0;
	u64 seed = hmap_seed(map);

	if (!hmap_is_dir(root) || type->flags & HMAP_STRING)
		return lookup_each(map, root, keys, nr, entries, type);
	for (i = 0; i < nr; i += n) {
		n = min_t(unsigned int, nr - i, BATCH);
		if (pairs)
			found += lookup_pairs(seed, root, keys, n, entries + i);
		else
			found += lookup_batch(seed, root, keys, n, entries + i, type);
		keys += n * (size_t)type->key_size;
	}
	return found;
}
EXPORT_SYMBOL_HMAP(hmap_lookup_bulk);
