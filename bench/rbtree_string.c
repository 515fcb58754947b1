// SPDX-License-Identifier: GPL-2.0
/* A red-black tree of nodes, each with a string as key, which is copied into it. */
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/string.h>

#define PEER_KEY	const char *

struct node {
	struct rb_node link;
	u64 value;
	char key[];
};

static inline struct node *node_alloc(const char *key)
{
	const size_t size = strlen(key) + 1;
	struct node *node = kmalloc(struct_size(node, key, size), GFP_KERNEL);

	if (node) {
		memcpy(node->key, key, size);
		node->value = 1;
	}
	return node;
}

static inline void node_free(struct node *node)
{
	kfree(node);
}

static inline int key_compare(const char *key, const struct node *node)
{
	return strcmp(key, node->key);
}

#include "peer-rbtree.h"
#include "few-loops.h"

const struct few_peer few_rbtree_string = {
	.name	= "rbtree_string",
	.kind	= BENCH_STRING,
	FEW_LOOPS,
};
