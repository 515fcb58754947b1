// SPDX-License-Identifier: GPL-2.0
/* A list of nodes, each with a string as key, which is copied into it. */
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/string.h>

#define PEER_KEY	const char *

struct node {
	struct list_head link;
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

static inline bool key_equal(const char *key, const struct node *node)
{
	return !strcmp(key, node->key);
}

#include "peer-list.h"
#include "few-loops.h"

const struct few_peer few_list_string = {
	.name	= "list_string",
	.kind	= BENCH_STRING,
	FEW_LOOPS,
};
