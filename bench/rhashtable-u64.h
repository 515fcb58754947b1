/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rhashtable with u64 keys. With NODE_RCU, nodes are freed after a grace period, for
 * which they have a place.
 */
#include <linux/rhashtable.h>

struct node {
	struct rhash_head head;
	u64 key;
	u64 value;
#ifdef NODE_RCU
	struct rcu_head rcu;
#endif
};

static const struct rhashtable_params params = {
	.key_len	= sizeof(u64),
	.key_offset	= offsetof(struct node, key),
	.head_offset	= offsetof(struct node, head),
};

#include "node.h"

static inline void node_free_deferred(struct node *node)
{
#ifdef NODE_RCU
	kfree_rcu(node, rcu);
#else
	kfree(node);
#endif
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
