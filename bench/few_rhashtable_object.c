// SPDX-License-Identifier: GPL-2.0
/* rhashtable with the user's objects. */
#include <linux/rhashtable.h>

struct node {
	struct rhash_head head;
	u64 key;
	u64 value;
};

#include "object.h"

static const struct rhashtable_params params = {
	.key_len	= sizeof(u64),
	.key_offset	= offsetof(struct node, key),
	.head_offset	= offsetof(struct node, head),
};

static inline const void *node_key(const u64 *key)
{
	return key;
}

static inline int node_insert(struct rhashtable *ht, struct node *node)
{
	return rhashtable_lookup_insert_fast(ht, &node->head, params);
}

#include "peer-rhashtable.h"
#include "few-loops.h"

const struct few_peer few_rhashtable_object = {
	.name	= "rhashtable_object",
	.kind	= BENCH_U64,
	.rcu	= true,
	.link	= sizeof_field(struct node, head),
	FEW_LOOPS,
};
