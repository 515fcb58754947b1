/* SPDX-License-Identifier: GPL-2.0 */
/* Where an entry stands or would stand, for what changes entries. */
#ifndef _HMAP_PLACE_H
#define _HMAP_PLACE_H

#include "internal.h"

/* Where a key stands, or would stand. */
struct place {
	struct hmap_table	*table;
	u32			nr_words;	/* of it */
	u64			hash;
	/* If it is there: */
	u32			nr;	/* the word */
	u32			shift;	/* to the byte in it, in bits */
	void			*slot;
};

static __always_inline void place_in_table(struct place *place, struct hmap_table *table)
{
	place->table = table;
	place->nr_words = table->nr_words;
}

/* The table that the hash leads to. Its words are looked at without a wait for its head. */
static __always_inline void place_in_dir(struct place *place, void *dir)
{
	void *ref = hmap_deref_ref(dir, place->hash);

	place->table = hmap_ref_table(ref);
	place->nr_words = hmap_ref_words(ref);
}

/* The same; @root is a table or a directory. */
static __always_inline void place_in_root(struct place *place, void *root)
{
	if (hmap_is_dir(root))
		place_in_dir(place, root);
	else
		place_in_table(place, root);
}

static __always_inline struct place place_of(const struct hmap *map, void *root, const void *key,
					     const struct hmap_type *type)
{
	struct place place = { .hash = hmap_hash_key(type, key, hmap_seed(map)) };

	place_in_root(&place, root);
	return place;
}

/* Whether @key is in its table, and where. As in a lookup, the first word nearly always tells.
 * @shape: what is known of @type, or it.
 */
static __always_inline bool find_place(const struct hmap_type *type,
				       const struct hmap_type *shape, struct place *place,
				       const void *key)
{
	const struct hmap_table *table = place->table;
	u32 nr = hmap_home(place->hash, place->nr_words);
	u64 word = *hmap_word(table, nr);
	u64 match = hmap_match_tag(word, place->hash);
	long index;

	if (match) {
		place->nr = nr;
		place->shift = hmap_match_shift(match);
		place->slot = hmap_slot_of_match(shape, table, place->nr_words, nr, match);
		if (likely(hmap_entry_if(shape, place->slot, key, place->hash)))
			return true;
	} else if (likely(!hmap_overflowed(word, place->hash))) {
		return false;
	}
	index = hmap_find_index_on(type, table, key, place->hash);
	if (index < 0)
		return false;
	place->nr = index / 8;
	place->shift = index % 8 * 8;
	place->slot = hmap_slot(shape, table, index);
	return true;
}

/* Entries in the map, if a directory counts them. */
static inline void add_count(const void *root, long n)
{
	if (hmap_is_dir(root)) {
		struct hmap_dir *dir = hmap_ref_dir(root);

		WRITE_ONCE(dir->count, dir->count + n);
	}
}

#endif /* _HMAP_PLACE_H */
