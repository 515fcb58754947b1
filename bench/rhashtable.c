// SPDX-License-Identifier: GPL-2.0
/*
 * rhashtable with readers under RCU, as hmap's headline has them: a removed node is
 * freed by kfree_rcu(), for which it has a place.
 */
#include <linux/rhashtable.h>
#include <linux/slab.h>

typedef u64 peer_key;

struct node {
	struct rhash_head head;
	u64 key;
	u64 value;
	struct rcu_head rcu;
};

static const struct rhashtable_params params = {
	.key_len	= sizeof(u64),
	.key_offset	= offsetof(struct node, key),
	.head_offset	= offsetof(struct node, head),
};

static inline struct node *node_alloc(u64 key)
{
	struct node *node = kmalloc(sizeof(*node), GFP_KERNEL);

	if (node) {
		node->key = key;
		node->value = 1;
	}
	return node;
}

static inline void node_free(struct node *node)
{
	kfree(node);
}

static inline void node_free_deferred(struct node *node)
{
	kfree_rcu(node, rcu);
}

static inline const void *node_key(const u64 *key)
{
	return key;
}

static inline int node_insert(struct rhashtable *ht, struct node *node)
{
	return rhashtable_lookup_insert_fast(ht, &node->head, params);
}

#include "peer-rhashtable.h"

const struct bench_peer bench_rhashtable = {
	.name	= "rhashtable",
	.kind	= BENCH_U64,
	.rcu	= true,
	PEER_LOOPS,
};
