// SPDX-License-Identifier: GPL-2.0
/* A red-black tree of nodes, each with a string as key, which is copied into it. */
#include <linux/rbtree.h>
#include <linux/string.h>

struct node {
	struct rb_node link;
	u64 value;
	char key[];
};

#include "node-string.h"

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
