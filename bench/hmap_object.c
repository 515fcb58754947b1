// SPDX-License-Identifier: GPL-2.0
/*
 * hmap with objects of the caller's, which contain the key: what rhashtable is made for,
 * and no different from its nodes but for the link in them. Readers under RCU.
 */
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include <hmap/hmap.h>

#define PEER_KEY	u64

struct object {
	u64 key;
	u64 value;
	struct rcu_head rcu;
};

HMAP_DEFINE_OBJECT(peer_map, struct object, key, hmap_hash_u64, HMAP_RCU);

#define PEER_OWN_CREATE

static inline struct peer_map *peer_create(u32 n)
{
	return peer_map_alloc(GFP_KERNEL);
}

static void free_one(void *object, void *arg)
{
	kfree(object);
}

static inline void peer_destroy(struct peer_map *map)
{
	peer_map_free_and_destroy(map, free_one, NULL);
	peer_map_free(map);
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
	struct object *object = kmalloc(sizeof(*object), GFP_KERNEL);
	int err;

	if (unlikely(!object))
		return -ENOMEM;
	object->key = key;
	object->value = 1;
	err = peer_map_insert(map, object, GFP_KERNEL);
	if (unlikely(err))
		kfree(object);
	return err;
}

static __always_inline u64 peer_lookup(struct peer_map *map, u64 key)
{
	const struct object *object;
	u64 value;

	rcu_read_lock();
	object = peer_map_lookup(map, key);
	value = object ? READ_ONCE(object->value) : 0;
	rcu_read_unlock();
	return value;
}

static inline bool peer_remove(struct peer_map *map, u64 key)
{
	struct object *object = peer_map_erase(map, key);

	if (!object)
		return false;
	kfree_rcu(object, rcu);
	return true;
}

static inline u64 peer_iterate(struct peer_map *map)
{
	const struct object *object;
	u64 sum = 0;

	rcu_read_lock();
	hmap_for_each_object_rcu(peer_map, map, iter, object)
		sum += READ_ONCE(object->value);
	rcu_read_unlock();
	return sum;
}

static inline const void *peer_directory(const struct peer_map *map)
{
	return hmap_root_dir(rcu_access_pointer(map->map.root));
}

#include "loops.h"

const struct bench_peer bench_hmap_object = {
	.name	= "hmap_object",
	.kind	= BENCH_U64,
	.rcu	= true,
	.object	= sizeof(struct object),
	PEER_LOOPS,
};
