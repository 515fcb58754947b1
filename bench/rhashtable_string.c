// SPDX-License-Identifier: GPL-2.0
/*
 * rhashtable with strings as keys, each copied into its node, and readers under RCU.
 */
#include <linux/jhash.h>
#include <linux/rhashtable.h>
#include <linux/string.h>

struct node {
	struct rhash_head head;
	u64 value;
	struct rcu_head rcu;
	char key[];
};

static u32 hash_key(const void *key, u32 len, u32 seed)
{
	return jhash(key, strlen(key), seed);
}

static u32 hash_node(const void *node, u32 len, u32 seed)
{
	return hash_key(((const struct node *)node)->key, 0, seed);
}

static int compare(struct rhashtable_compare_arg *arg, const void *node)
{
	return strcmp(arg->key, ((const struct node *)node)->key);
}

static const struct rhashtable_params params = {
	.head_offset	= offsetof(struct node, head),
	.hashfn		= hash_key,
	.obj_hashfn	= hash_node,
	.obj_cmpfn	= compare,
};

#include "node-string.h"

static inline void node_free_deferred(struct node *node)
{
	kfree_rcu(node, rcu);
}

static inline const void *node_key(const char *const *key)
{
	return *key;
}

static inline int node_insert(struct rhashtable *ht, struct node *node)
{
	return rhashtable_lookup_insert_key(ht, node->key, &node->head, params);
}

#include "peer-rhashtable.h"
#include "loops.h"
#include "few-loops.h"

const struct bench_peer bench_rhashtable_string = {
	.name	= "rhashtable_string",
	.kind	= BENCH_STRING,
	.rcu	= true,
	PEER_LOOPS,
};

const struct few_peer few_rhashtable_string = {
	.name	= "rhashtable_string",
	.kind	= BENCH_STRING,
	.rcu	= true,
	FEW_LOOPS,
};
