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

static __always_inline void find_word(const struct hmap_type *type,
				      const struct hmap *map, void *root,
				      const void *key, struct lookup *l)
{
	struct hmap_dir *dir = hmap_root_dir(root);
	u64 hash = hmap_hash_key(type, key, hmap_root_seed(root));

	l->hash = hash;
	if (dir) {
		void *ref = hmap_deref_ref(map, dir, hash);

		l->table = hmap_ref_table(ref);
		l->nr_words = hmap_ref_words(ref);
	} else {
		l->table = root;
		l->nr_words = l->table->nr_words;
	}
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
	} else if (!(word & hmap_overflow_bit(l->hash))) {
		l->nr_words = 0;
	}
}

static __always_inline void *finish(const struct hmap_type *type, const void *key,
				    const struct lookup *l)
{
	if (!l->nr_words)
		return NULL;
	if (l->slot && likely(hmap_same_key(type, key, l->slot, type->equal)))
		return hmap_slot_value(type, l->slot);
	return __hmap_find_on(type, l->table, l->nr_words, key, l->hash);
}

static __always_inline unsigned int
lookup_batch_as(const struct hmap_type *type, const struct hmap *map, void *root,
		const void * const *keys, unsigned int nr, const void **values)
{
	struct lookup batch[BATCH];
	unsigned int i, found = 0;

	for (i = 0; i < nr; i++)
		find_word(type, map, root, keys[i], &batch[i]);
	for (i = 0; i < nr; i++)
		find_slot(type, &batch[i]);
	for (i = 0; i < nr; i++) {
		values[i] = finish(type, keys[i], &batch[i]);
		found += !!values[i];
	}
	return found;
}

/* Two functions, so that neither has room for two batches. */
static noinline unsigned int lookup_pairs(const struct hmap *map, void *root,
					  const void * const *keys, unsigned int nr,
					  const void **values)
{
	return lookup_batch_as(&hmap_u64_pair, map, root, keys, nr, values);
}

static noinline unsigned int lookup_batch(const struct hmap *map, void *root,
					  const void * const *keys, unsigned int nr,
					  const void **values)
{
	return lookup_batch_as(map->type, map, root, keys, nr, values);
}

unsigned int hmap_lookup_bulk(const struct hmap *map, const void * const *keys,
			      unsigned int nr, const void **values)
{
	void *root = hmap_deref(map);
	unsigned int i, n, found = 0;

	/* Not a directory's number of entries: each change takes that line away. */
	if (!hmap_root_is_dir(root) && hmap_root_is_empty(root)) {
		for (i = 0; i < nr; i++)
			values[i] = NULL;
		return 0;
	}
	for (i = 0; i < nr; i += n) {
		n = min_t(unsigned int, nr - i, BATCH);
		if (hmap_is_u64_pair(map->type))
			found += lookup_pairs(map, root, keys + i, n, values + i);
		else
			found += lookup_batch(map, root, keys + i, n, values + i);
	}
	return found;
}
EXPORT_SYMBOL_HMAP(hmap_lookup_bulk);
