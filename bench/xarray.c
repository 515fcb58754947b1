// SPDX-License-Identifier: GPL-2.0
/*
 * XArray in its good case: keys from 0 on, without a gap, and values that fit into
 * its entries.
 */
#include <linux/slab.h>
#include <linux/xarray.h>

#define PEER_KEY	u64

struct peer_map {
	struct xarray xa;
};

static inline int peer_init(struct peer_map *map, u32 n)
{
	xa_init(&map->xa);
	return 0;
}

static inline void peer_exit(struct peer_map *map)
{
	xa_destroy(&map->xa);
}

static inline size_t peer_vmalloced(const struct peer_map *map)
{
	return 0;
}

static inline void peer_settle(struct peer_map *map)
{
}

static inline int peer_insert(struct peer_map *map, u64 key)
{
	return xa_insert(&map->xa, key, xa_mk_value(1), GFP_KERNEL);
}

static inline u64 peer_lookup(struct peer_map *map, u64 key)
{
	void *entry = xa_load(&map->xa, key);

	return entry ? xa_to_value(entry) : 0;
}

static inline bool peer_remove(struct peer_map *map, u64 key)
{
	return xa_erase(&map->xa, key);
}

static inline u64 peer_iterate(struct peer_map *map)
{
	unsigned long index;
	void *entry;
	u64 sum = 0;

	xa_for_each(&map->xa, index, entry)
		sum += xa_to_value(entry);
	return sum;
}

static inline const void *peer_directory(const struct peer_map *map)
{
	return NULL;
}

#include "loops.h"
#include "few-loops.h"

const struct bench_peer bench_xarray = {
	.name	= "xarray",
	.kind	= BENCH_SEQUENTIAL,
	.rcu	= true,	/* frees its nodes so */
	PEER_LOOPS,
};

const struct few_peer few_xarray = {
	.name	= "xarray",
	.kind	= BENCH_SEQUENTIAL,
	.rcu	= true,
	FEW_LOOPS,
};
