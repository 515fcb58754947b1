/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the benchmark share.
 *
 * A *peer* is a kind of map. Each has a file of its own that defines a handful of
 * inline functions over it and includes loops.h, which makes the timed loops of
 * them: the calls in these loops are direct, and inlined as far as the peer's own
 * users would have them. What is called through struct bench_peer is a loop.
 */
#ifndef _HMAP_BENCH_H
#define _HMAP_BENCH_H

#include <linux/types.h>

/* The keys of one run: arrays of u64, or of pointers to strings. */
struct bench_keys {
	u32 n;			/* entries in the map */
	u32 nr_probes;		/* lookups in one pass */
	u32 nr_passes;		/* after which they begin again */
	const void *insert;	/* n keys, in the order of their insertion */
	const void *remove;	/* the same, shuffled */
	const void *fresh;	/* n others, to take their place */
	const void *hit;	/* for each pass, keys out of @insert, at random */
	const void *miss;	/* for each pass, keys that are never in the map */
};

enum bench_kind {
	BENCH_U64,		/* random u64 keys */
	BENCH_SEQUENTIAL,	/* u64 keys from 0 on */
	BENCH_STRING,		/* strings of 16 to 32 bytes */
	BENCH_KINDS,
};

struct bench_tail;

/**
 * struct bench_peer - a kind of map, as loops over its operations
 * @name: the name in the results
 * @kind: what keys it takes
 * @floor: not a map, but the least that one could cost
 * @sized: of a fixed size, for as many entries as it has been created for
 * @rcu: hands memory to RCU to free, so that the harness waits for that
 * @object: bytes of the objects that it allocates and puts into a map of objects
 * @link: of these, bytes that are the map's
 * @create: allocate an empty map, with a header by kmalloc(); peers of fixed size
 *	make room for @n entries
 * @destroy: free the map and all that is in it
 * @vmalloced: bytes of @map that come from vmalloc(), which nothing traces
 * @settle: wait for a worker of the map's own
 * @insert: insert @keys->insert
 * @lookup: look up @n of @keys, and return how many were found
 * @iterate: visit all entries, and return how many there were
 * @remove: remove @keys->remove, and return how many were there
 * @churn: for each entry remove a key, insert a fresh one and look one up, so that
 *	the map ends with @keys->fresh; returns how many keys were removed and found
 * @cycle: @times create a map, insert the first @n keys, destroy it
 * @create_many: create maps, and insert @keys->insert into every @stride-th
 * @destroy_many: destroy them
 * @insert_each: insert @keys->insert, and time each
 *
 * What a loop returns depends on every value read, and is checked: a loop that does
 * not do its work fails the run.
 */
struct bench_peer {
	const char *name;
	enum bench_kind kind;
	bool floor;
	bool sized;
	bool rcu;
	u32 object;
	u32 link;
	void *(*create)(u32 n);
	void (*destroy)(void *map);
	size_t (*vmalloced)(void *map);
	void (*settle)(void *map);
	int (*insert)(void *map, const struct bench_keys *keys);
	u64 (*lookup)(void *map, const void *keys, u32 n);
	u64 (*iterate)(void *map);
	u64 (*remove)(void *map, const struct bench_keys *keys);
	u64 (*churn)(void *map, const struct bench_keys *keys);
	int (*cycle)(const struct bench_keys *keys, u32 n, u32 times);
	int (*create_many)(void **maps, u32 nr, u32 stride,
			   const struct bench_keys *keys);
	void (*destroy_many)(void **maps, u32 nr);
	int (*insert_each)(void *map, const struct bench_keys *keys,
			   struct bench_tail *tail);
};

extern const struct bench_peer bench_hmap, bench_hmap_bulk, bench_hmap_generic;
extern const struct bench_peer bench_hmap_next, bench_hmap_norcu, bench_hmap_reserved;
extern const struct bench_peer bench_hmap_siphash, bench_hmap_hsiphash;
extern const struct bench_peer bench_hmap_string, bench_hmap_product_string, bench_hmap_object;
extern const struct bench_peer bench_rhashtable, bench_rhashtable_kfree, bench_rhashtable_hint;
extern const struct bench_peer bench_rhashtable_string;
extern const struct bench_peer bench_xarray;
extern const struct bench_peer bench_hlist, bench_hlist_string;
extern const struct bench_peer bench_floor;

#endif /* _HMAP_BENCH_H */
