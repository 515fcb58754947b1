/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nodes that a peer allocates, with a u64 as key. Included by a file that has defined:
 *
 *	struct node { LINK link; u64 key; u64 value; ... }
 */
#ifndef _HMAP_BENCH_NODE_H
#define _HMAP_BENCH_NODE_H

#include <linux/slab.h>

#define PEER_KEY	u64

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

#endif /* _HMAP_BENCH_NODE_H */
