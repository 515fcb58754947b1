// SPDX-License-Identifier: GPL-2.0
/*
 * A walk that is dropped between its steps and holds nothing: the cursor is a
 * position in an order of all possible entries, and a step finds the next one that
 * is there.
 *
 * The order is that of hashes, so that the next entry is in the table of the
 * cursor's hash or in one of the next ranges. Entries with equal hashes, of which a
 * 32-bit hash makes some in a large map, and a poor one many, follow each other by
 * the siphash of the stored key. Both belong to the entry and not to its place, so
 * whatever happens to the tables between two steps, an entry that stays is produced
 * once.
 */
#include <linux/string.h>

#include "internal.h"

/* What tells entries of equal hashes apart; bytes are stored as they came. */
static u64 tie_break(const struct hmap_type *type, const void *key)
{
	size_t size = hmap_has_string_keys(type) ? strlen(key) : type->key_size;

	return hmap_siphash_bytes(key, size, 0);
}

struct candidate {
	void	*slot;
	u64	hash;
	u64	tie;	/* 0: not needed yet */
};

static u64 tie_of(const struct hmap_type *type, struct candidate *c)
{
	if (!c->tie)
		c->tie = tie_break(type, hmap_slot_key(type, c->slot));
	return c->tie;
}

/* Whether @a comes after the cursor and before @best. */
static bool is_better(const struct hmap_type *type,
		      const struct hmap_cursor *cursor, struct candidate *a,
		      struct candidate *best)
{
	if (a->hash < cursor->hash || (best->slot && a->hash > best->hash))
		return false;
	if (a->hash == cursor->hash && tie_of(type, a) <= cursor->tie)
		return false;
	return !best->slot || a->hash < best->hash ||
	       tie_of(type, a) < tie_of(type, best);
}

/* The first entry of @table behind the cursor. */
static struct candidate first_behind(const struct hmap_type *type,
				     const struct hmap_table *table,
				     const struct hmap_cursor *cursor, u32 seed)
{
	struct candidate best = { };
	u32 nr;

	for (nr = 0; nr < table->nr_words; nr++) {
		/* Pairs with the release in hmap_set_word(). */
		u64 word = smp_load_acquire(&table->words[nr]);
		u64 full = hmap_match_full(word);

		for (; full; full &= full - 1) {
			struct candidate c = {
				.slot = hmap_slot(type, table,
						  hmap_index(nr, full)),
			};

			c.hash = hmap_slot_hash(type, c.slot, seed);
			if (is_better(type, cursor, &c, &best))
				best = c;
		}
	}
	return best;
}

const void *hmap_next(const struct hmap *map, struct hmap_cursor *cursor,
		      const void **key)
{
	const struct hmap_type *type = map->type;
	void *root = hmap_deref(map);
	u64 hash = cursor->hash;

	if (hmap_root_vacant(root))
		return NULL;
	do {
		struct hmap_table *table = hmap_deref_table(map, root, hash);
		struct candidate c = first_behind(type, table, cursor,
						  hmap_root_seed(root));

		if (c.slot) {
			cursor->hash = c.hash;
			cursor->tie = tie_of(type, &c);
			if (key)
				*key = hmap_slot_key(type, c.slot);
			return hmap_slot_value(type, c.slot);
		}
		hash = hmap_range_next(hash, table->depth);
	} while (hash);
	return NULL;
}
EXPORT_SYMBOL_HMAP(hmap_next);
