// SPDX-License-Identifier: GPL-2.0
/* A red-black tree of nodes, each with a u64 key and a value. */
#include <linux/rbtree.h>

struct node {
	struct rb_node link;
	u64 key;
	u64 value;
};

#include "node.h"

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
