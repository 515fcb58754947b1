// SPDX-License-Identifier: GPL-2.0
/* A table of hlists, its keys hashed as <linux/hashtable.h> does it. */
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/slab.h>

#define PEER_KEY	u64

struct node {
	struct hlist_node link;
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

static inline u32 key_hash(u64 key, u32 bits)
{
	return hash_64(key, bits);
}

static inline bool key_equal(u64 key, const struct node *node)
{
	return key == node->key;
}

#include "peer-hlist.h"
#include "loops.h"
#include "few-loops.h"

const struct bench_peer bench_hlist = {
	.name	= "hlist",
	.kind	= BENCH_U64,
	.sized	= true,
	PEER_LOOPS,
};

const struct few_peer few_hlist = {
	.name	= "hlist",
	.kind	= BENCH_U64,
	FEW_LOOPS,
};
