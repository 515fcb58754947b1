/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects that are there before they are put into a map, and stay: the user's. Included by
 * a file that has defined:
 *
 *	struct node { LINK link; u64 key; u64 value; }
 *
 * Who destroys a map writes to each object once, as one would who frees it.
 */
#ifndef _HMAP_BENCH_OBJECT_H
#define _HMAP_BENCH_OBJECT_H

#include <linux/slab.h>

#define PEER_KEY	u64
#define PEER_ITEM	struct node *
#define PEER_MAKE	make_object

static inline u64 item_key(const struct node *node)
{
	return node->key;
}

static void *make_object(u64 key)
{
	struct node *node = kmalloc(sizeof(*node), GFP_KERNEL);

	if (node) {
		node->key = key;
		node->value = 1;
	}
	return node;
}

static inline struct node *node_alloc(struct node *node)
{
	return node;
}

static inline void node_free(struct node *node)
{
	WRITE_ONCE(node->value, 1);
}

static inline void node_free_deferred(struct node *node)
{
}

#endif /* _HMAP_BENCH_OBJECT_H */
