// SPDX-License-Identifier: GPL-2.0
/* A list of nodes, each with a u64 key and a value. */
#include <linux/list.h>
#include <linux/slab.h>

#define PEER_KEY	u64

struct node {
	struct list_head link;
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

static inline bool key_equal(u64 key, const struct node *node)
{
	return key == node->key;
}

#include "peer-list.h"
#include "few-loops.h"

const struct few_peer few_list = {
	.name	= "list",
	.kind	= BENCH_U64,
	FEW_LOOPS,
};
