/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nodes that a peer allocates, with a string as key, which is copied into them. Included by a
 * file that has defined:
 *
 *	struct node { LINK link; u64 value; ...; char key[]; }
 */
#ifndef _HMAP_BENCH_NODE_STRING_H
#define _HMAP_BENCH_NODE_STRING_H

#include <linux/slab.h>
#include <linux/string.h>

#define PEER_KEY	const char *

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

#endif /* _HMAP_BENCH_NODE_STRING_H */
