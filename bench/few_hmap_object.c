// SPDX-License-Identifier: GPL-2.0
/* hmap with the user's objects, which have no link in them. Readers under RCU. */
#include <linux/rcupdate.h>

#include <hmap/hmap.h>

struct node {
	u64 key;
	u64 value;
};

#include "object.h"

HMAP_DEFINE_OBJECT(peer_map, struct node, key, hmap_hash_u64, HMAP_RCU);

static inline int peer_init(struct peer_map *map, u32 n)
{
	*map = (struct peer_map){ };
	return 0;
}

static void free_one(void *node, void *arg)
{
	node_free(node);
}

static inline void peer_exit(struct peer_map *map)
{
	peer_map_free_and_destroy(map, free_one, NULL);
}

static inline int peer_insert(struct peer_map *map, struct node *node)
{
	return peer_map_insert(map, node, GFP_KERNEL);
}

static __always_inline u64 peer_lookup(struct peer_map *map, u64 key)
{
	const struct node *node;
	u64 value;

	rcu_read_lock();
	node = peer_map_lookup(map, key);
	value = node ? READ_ONCE(node->value) : 0;
	rcu_read_unlock();
	return value;
}

static inline bool peer_remove(struct peer_map *map, u64 key)
{
	return peer_map_erase(map, key);
}

#include "few-loops.h"

const struct few_peer few_hmap_object = {
	.name	= "hmap_object",
	.kind	= BENCH_U64,
	.rcu	= true,
	FEW_LOOPS,
};
