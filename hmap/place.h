/* SPDX-License-Identifier: GPL-2.0 */
/* Where an entry stands or would stand, for what changes entries. */
#ifndef _HMAP_PLACE_H
#define _HMAP_PLACE_H

#include "internal.h"

/* Where a key stands, or would stand. */
struct place {
	struct hmap_table	*table;
	u64			hash;
	long			index;	/* -1: not there */
};

/* The table that @key's hash leads to; @root is one or a directory. */
static __always_inline struct place place_of(const struct hmap *map, void *root, const void *key,
					     const struct hmap_type *type)
{
	struct place place = { .index = -1 };

	place.hash = hmap_hash_key(type, key, hmap_seed(map));
	place.table = hmap_deref_table(root, place.hash);
	return place;
}

/* Where in its table @key is, or -1. As in a lookup, the first word nearly always tells. @shape:
 * what is known of @type, or it.
 */
static __always_inline long find_index(const struct hmap_type *type,
				       const struct hmap_type *shape,
				       const struct hmap_table *table, const void *key, u64 hash)
{
	u32 nr = hmap_home(hash, table->nr_words);
	u64 word = *hmap_word(table, nr);
	u64 match = hmap_match_tag(word, hash);

	if (match) {
		if (likely(hmap_entry_if(shape, hmap_slot_of_match(shape, table, table->nr_words,
								   nr, match), key, hash)))
			return hmap_index(nr, match);
	} else if (likely(!hmap_overflowed(word, hash))) {
		return -1;
	}
	return hmap_find_index_on(type, table, key, hash);
}

/* Entries in the map, if a directory counts them. */
static inline void add_count(const void *root, long n)
{
	struct hmap_dir *dir = hmap_root_dir(root);

	if (dir)
		WRITE_ONCE(dir->count, dir->count + n);
}

#endif /* _HMAP_PLACE_H */
