// SPDX-License-Identifier: GPL-2.0
/* A red-black tree of nodes, each with a u64 key and a value. */
#include <linux/rbtree.h>
#include <linux/slab.h>

#define PEER_KEY	u64

struct node {
	struct rb_node link;
	u64 key;
	u64 value;
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

static inline int key_compare(u64 key, const struct node *node)
{
	return key < node->key ? -1 : key > node->key;
}

#include "peer-rbtree.h"
#include "few-loops.h"

const struct few_peer few_rbtree = {
	.name	= "rbtree",
	.kind	= BENCH_U64,
	FEW_LOOPS,
};
