/* SPDX-License-Identifier: GPL-2.0 */
/* Many maps of few entries each, with embedded headers: what a kind of map does there. */
#ifndef _HMAP_BENCH_FEW_H
#define _HMAP_BENCH_FEW_H

#include "bench.h"

#define FEW_MAPS	4096
#define FEW_MAX		16	/* entries in each, at most */

/* One lookup. */
struct few_probe {
	u32 map;
	u64 key;	/* or a string's address */
};

/* What a run uses. Nothing repeats often enough for a branch predictor to learn it. */
struct few_keys {
	u32 n;				/* entries in a map */
	const u64 *order;		/* of the maps, shuffled */
	const u64 *items;		/* few_stride() of each map: keys, strings or objects */
	const struct few_probe *hit;	/* for each pass, as many as nr_probes */
	const struct few_probe *miss;
	u32 nr_probes;
	u32 nr_passes;			/* after which they begin again */
};

/**
 * struct few_peer - a kind of map, as loops over many maps in an array
 * @name: the name in the results
 * @kind: what keys it takes
 * @rcu: hands memory to RCU to free, so that the harness waits for that
 * @size: bytes of a header
 * @link: bytes of the map's own in each object
 * @make: allocate an object; NULL for maps of values
 * @live: fill each map, and destroy it
 * @fill: fill each map
 * @drain: destroy each map
 * @lookup: look up @nr probes, and return how many were found
 * @in_out: insert an entry into each map, which is empty, look it up and remove it; returns
 *	how many were found and how many were removed
 */
struct few_peer {
	const char *name;
	enum bench_kind kind;
	bool rcu;
	size_t size;
	size_t link;
	void *(*make)(u64 key);
	int (*live)(void *maps, const struct few_keys *keys);
	int (*fill)(void *maps, const struct few_keys *keys, u32 nr);
	void (*drain)(void *maps, const struct few_keys *keys, u32 nr);
	u64 (*lookup)(void *maps, const struct few_probe *probes, u32 nr);
	u64 (*in_out)(void *maps, const struct few_keys *keys);
};

extern const struct few_peer few_hmap, few_hmap_norcu, few_hmap_reserved, few_rhashtable;
extern const struct few_peer few_hlist, few_list, few_rbtree, few_xarray;
extern const struct few_peer few_hmap_object, few_rhashtable_object, few_hlist_object;
extern const struct few_peer few_list_object, few_rbtree_object;
extern const struct few_peer few_hmap_string, few_rhashtable_string, few_hlist_string;
extern const struct few_peer few_list_string, few_rbtree_string;

/* Of the items one map has so many, side by side. Maps that stay empty have one, too. */
static inline u32 few_stride(u32 n)
{
	return n ?: 1;
}

/* The numbers from 0 on, shuffled. */
void few_shuffled(u64 *order, u32 n);

/* Keys of a kind, for maps of as many entries as few_keys_choose() says; at first FEW_MAX. */
struct few_keys *few_keys_alloc(enum bench_kind kind);
void few_keys_choose(struct few_keys *keys, u32 n);
void few_keys_free(struct few_keys *keys);

#endif /* _HMAP_BENCH_FEW_H */
