/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects with a key of each form that a map can take, and the kinds of maps that go with
 * them; so that a case can be run on each kind.
 */
#ifndef _HMAP_KUNIT_OBJECT_KINDS_H
#define _HMAP_KUNIT_OBJECT_KINDS_H

#include "test.h"

struct item_pair {
	u32		high;
	u32		low;
};

struct item {
	u64		number;		/* what all its keys are made of */
	u64		wide;
	struct item_pair pair;
	u32		id;
	u32		visits;
	bool		stays;		/* in the map since before a walk */
	u8		mac[6];
	char		name[18];
	const char	*label;		/* behind it there is the item's own text */
	char		text[16];
	struct item	*next;		/* for those who keep items to themselves */
};

/* What is looked for where functions know the key: of another form than an item's. */
struct item_key {
	u32		low;
	u32		high;
};

/* Give an item the keys that belong to a number, and no visits. */
void item_init(struct item *item, u64 number);

/* Items with the numbers from 0, or NULL; given back by vfree(). */
struct item *items_alloc(u32 count);

/* A kind and its calls; @like is any item with the key. */
struct item_kind {
	const struct hmap_type *type;
	struct item *(*lookup)(const struct hmap *map, const struct item *like);
	bool (*contains)(const struct hmap *map, const struct item *like);
	unsigned int (*lookup_both)(const struct hmap *map, const struct item *one,
				    const struct item *other, struct item *found[2]);
	void (*cursor_after)(const struct hmap *map, struct hmap_cursor *cursor,
			     const struct item *like);
	struct item *(*next)(const struct hmap *map, struct hmap_cursor *cursor);
	/* These count each visit in the item, and return how many there were. */
	u32 (*walk)(struct hmap *map);
	u32 (*walk_safe)(struct hmap *map);
	u32 (*walk_rcu)(struct hmap *map);
	int (*insert)(struct hmap *map, struct item *item, gfp_t gfp);
	struct item *(*get_or_insert)(struct hmap *map, struct item *item, gfp_t gfp);
	struct item *(*store)(struct hmap *map, struct item *item, gfp_t gfp);
	struct item *(*replace)(struct hmap *map, struct item *item);
	struct item *(*erase)(struct hmap *map, const struct item *like);
	bool (*erase_object)(struct hmap *map, struct item *item);
};

extern const struct item_kind item_kinds[];
extern const u32 nr_item_kinds;

#define for_each_item_kind(kind)					\
	for ((kind) = item_kinds; (kind) < item_kinds + nr_item_kinds; (kind)++)

#endif /* _HMAP_KUNIT_OBJECT_KINDS_H */
