/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A map of items, and what it ought to hold: for walks whose body changes the map as it
 * likes, and frees at once what it has taken out.
 */
#ifndef _HMAP_KUNIT_ITEM_WORLD_H
#define _HMAP_KUNIT_ITEM_WORLD_H

#include "object_kinds.h"

#define WORLD_ITEMS	1000

/* When an item that was taken out of the map may be used again. */
enum freeing {
	FREE_AT_ONCE,		/* by kfree(): a sanitizer sees who looks at it after that */
	REUSE_AT_ONCE,		/* the next new item is at its address */
	FREE_LATER,		/* after the walk, as for readers under RCU */
};

struct world {
	struct kunit *test;
	const struct item_kind *kind;	/* of objects; NULL if keys point to items */
	const struct hmap_type *type;
	struct hmap map;
	enum freeing freeing;
	gfp_t gfp;
	struct rng rng;
	struct item *in[WORLD_ITEMS];	/* by its number, the item that is in the map */
	u32 count;			/* how many there are */
	struct item *unused;		/* to be used again */
	struct item *later;		/* to be freed */
};

/* Types of values whose keys point to items, and are hashed and compared by what is there. */
extern const struct hmap_type pointed_types[3];

/* Another map, without an entry, of one of the types: of objects first, then of values; NULL
 * after the last.
 */
const struct hmap_type *world_begin(struct kunit *test, struct world *w, u32 nr_type,
				    enum freeing freeing);
void world_end(struct world *w);

void world_insert(struct world *w, u32 number);
void world_erase(struct world *w, u32 number);
/* By another item of the same key. */
void world_replace(struct world *w, u32 number);
/* The same item, out and in again. */
void world_insert_again(struct world *w, u32 number);
void world_clear(struct world *w);
/* Insert or erase until there are so many, in a random order. */
void world_resize(struct world *w, u32 count);
/* One change of those that @most says: few entries, many, all. */
void world_change(struct world *w, u32 most);

/* All that are in the map now, and stay, are to be visited; what a walk shows; its end. */
void world_begin_walk(struct world *w);
void world_visit(struct world *w, const void *k, void *v);
void world_end_walk(struct world *w);

/* The item that an entry is. */
static inline struct item *world_item(const struct world *w, const void *k, void *v)
{
	return w->kind ? v : *(struct item * const *)k;
}

#endif /* _HMAP_KUNIT_ITEM_WORLD_H */
