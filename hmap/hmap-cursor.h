/* SPDX-License-Identifier: GPL-2.0 */
/* A walk that holds nothing between its steps. See hmap.h, which includes this file. */
#ifndef _HMAP_CURSOR_H
#define _HMAP_CURSOR_H

#include <linux/types.h>

struct hmap;
struct hmap_type;

/**
 * struct hmap_cursor - a position between entries, of hmap_next()
 * @hash: private: its top bits are those of the range of hashes that the cursor is in; all
 *	of it that of the entry before it, if others may have the same @tag
 * @tie: private: tells that entry from others of the same hash; 0 if there are no others of
 *	the same tag
 * @from: private: where the stretch of the hashes' lower halves begins that it is in; or the
 *	number of the word that the stretch is all of
 * @words: private: how many words it has been a part of, so where it ends; 0 if the cursor
 *	is before a stretch
 * @range: private: one more than the number of top bits that the range shares; 0 if it is
 *	before a range; and which of the two @from is
 * @tag: private: the first that is to come
 *
 * Zeroed, it stands before all entries. It refers to nothing, and may be kept for as long
 * as one likes, or copied.
 */
struct hmap_cursor {
	u64	hash;
	u64	tie;
	u32	from;
	u16	words;
	u8	range;
	u8	tag;
};

/**
 * hmap_next() - the next entry behind a cursor
 * @map: the map
 * @cursor: where to go on; then stands behind the entry returned
 * @key: set to the key (for string types: the string), unless NULL or at the end
 * @type: what the map holds
 *
 * Entries that are in the map throughout are produced exactly once, whatever is done to
 * the map between the steps. A step looks at a word or two, and hashes hardly more than the
 * entry that it finds; but if the map has grown since the cursor came to its present range
 * and stretch, it looks at all the words that those have become, until it leaves them.
 *
 * Context: The lock; for types with %HMAP_RCU also an RCU read-side section alone.
 *	Does not sleep.
 * Return: What hmap_lookup() gives for the entry; NULL if there are no more entries.
 */
void *hmap_next(const struct hmap *map, struct hmap_cursor *cursor, const void **key,
		const struct hmap_type *type);

/**
 * hmap_cursor_after() - set a cursor behind a key
 * @map: the map
 * @cursor: will stand behind the entry of @key, or where it would be if it were there; of
 *	objects, before others of the same hash then
 * @key: the key, not NULL
 * @type: what the map holds
 *
 * hmap_next() goes on from there as the map is now. A key does not tell how far a walk had
 * come before tables were rebuilt, split or merged: to go on with that, keep its cursor.
 *
 * Context: As hmap_next().
 */
void hmap_cursor_after(const struct hmap *map, struct hmap_cursor *cursor,
		       const void *key, const struct hmap_type *type);

#endif /* _HMAP_CURSOR_H */
