// SPDX-License-Identifier: GPL-2.0
/*
 * Not a map, but the least that one could cost: to create and destroy it, 16 bytes by
 * kmalloc(); to look something up, or change it, an array of as many pairs that is
 * indexed by the key. For empty maps, the loop around nothing.
 */
#include <linux/slab.h>

#define PEER_KEY	u64

struct peer_map {
	u32 n;
	struct {
		u64 key;
		u64 value;
	} *pairs;
};

#define PEER_OWN_CREATE

static inline struct peer_map *peer_create(u32 n)
{
	struct peer_map *map = kmalloc(sizeof(*map), GFP_KERNEL);

	if (!map)
		return NULL;
	map->n = n;
	map->pairs = NULL;
	if (n) {
		map->pairs = kvcalloc(n, sizeof(*map->pairs), GFP_KERNEL);
		if (!map->pairs) {
			kfree(map);
			return NULL;
		}
	}
	return map;
}

static inline void peer_destroy(struct peer_map *map)
{
	kvfree(map->pairs);
	kfree(map);
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
	if (key < map->n) {
		map->pairs[key].key = key;
		WRITE_ONCE(map->pairs[key].value, 1);
	}
	return 0;
}

static inline u64 peer_lookup(struct peer_map *map, u64 key)
{
	return key < map->n ? READ_ONCE(map->pairs[key].value) : 0;
}

static inline bool peer_remove(struct peer_map *map, u64 key)
{
	if (key >= map->n)
		return false;
	WRITE_ONCE(map->pairs[key].value, 0);
	return true;
}

static inline u64 peer_iterate(struct peer_map *map)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < map->n; i++)
		sum += READ_ONCE(map->pairs[i].value);
	return sum;
}

static inline const void *peer_directory(const struct peer_map *map)
{
	return NULL;
}

#include "loops.h"

const struct bench_peer bench_floor = {
	.name	= "floor",
	.kind	= BENCH_SEQUENTIAL,
	.floor	= true,
	.sized	= true,
	PEER_LOOPS,
};
