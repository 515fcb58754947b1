/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hmap as a peer. Included by a file that has made the kind of map:
 *
 *	PEER_KEY	the type of a key
 *	HMAP_DEFINE(peer_map, PEER_KEY, u64, ...)
 *	PEER_RCU	whether the kind has readers under RCU
 *	PEER_RESERVE	whether room is made in advance; if not defined, it is not
 *
 * Lookups go through the typed wrapper, unless the file defines peer_lookup and says
 * so by PEER_OWN_LOOKUP.
 */
#include <linux/kernel.h>
#include <linux/rcupdate.h>

#define PEER_OWN_CREATE

#ifndef PEER_RESERVE
#define PEER_RESERVE	false
#endif

static inline int reserve(struct peer_map *map, u32 n)
{
	return PEER_RESERVE ? peer_map_reserve(map, n, GFP_KERNEL) : 0;
}

static inline struct peer_map *peer_create(u32 n)
{
	struct peer_map *map = peer_map_alloc(GFP_KERNEL);

	if (map && reserve(map, n)) {
		peer_map_free(map);
		return NULL;
	}
	return map;
}

static inline void peer_destroy(struct peer_map *map)
{
	peer_map_free(map);
}

/* An embedded map. */
static inline int peer_init(struct peer_map *map, u32 n)
{
	*map = (struct peer_map){ };
	return reserve(map, n);
}

static inline void peer_exit(struct peer_map *map)
{
	peer_map_destroy(map);
}

/* A directory is as large as that only from 30 million entries on. */
static inline size_t peer_vmalloced(const struct peer_map *map)
{
	return 0;
}

static inline void peer_settle(struct peer_map *map)
{
}

static inline int peer_insert(struct peer_map *map, PEER_KEY key)
{
	return peer_map_insert(map, key, 1, GFP_KERNEL);
}

static inline bool peer_remove(struct peer_map *map, PEER_KEY key)
{
	return !peer_map_remove(map, key);
}

#ifndef PEER_OWN_LOOKUP
static __always_inline u64 peer_lookup(struct peer_map *map, PEER_KEY key)
{
	const u64 *value;
	u64 result;

	if (PEER_RCU)
		rcu_read_lock();
	value = peer_map_lookup(map, key);
	result = value ? READ_ONCE(*value) : 0;
	if (PEER_RCU)
		rcu_read_unlock();
	return result;
}
#endif

#ifndef PEER_OWN_ITERATE
static inline u64 peer_iterate(struct peer_map *map)
{
	peer_map_stored_t key;
	const u64 *value;
	u64 sum = 0;

	if (PEER_RCU) {
		rcu_read_lock();
		hmap_for_each_rcu(peer_map, map, iter, key, value)
			sum += *value;
		rcu_read_unlock();
	} else {
		hmap_for_each(peer_map, map, iter, key, value)
			sum += *value;
	}
	return sum;
}
#endif

static inline const void *peer_directory(const struct peer_map *map)
{
	return hmap_root_dir(rcu_access_pointer(map->map.root));
}
