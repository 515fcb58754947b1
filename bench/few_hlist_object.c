// SPDX-License-Identifier: GPL-2.0
/* A table of hlists of the user's objects. */
#include <linux/hash.h>
#include <linux/list.h>

struct node {
	struct hlist_node link;
	u64 key;
	u64 value;
};

#include "object.h"

static inline u32 key_hash(u64 key, u32 bits)
{
	return hash_64(key, bits);
}

static inline bool key_equal(u64 key, const struct node *node)
{
	return key == node->key;
}

#include "peer-hlist.h"
#include "few-loops.h"

const struct few_peer few_hlist_object = {
	.name	= "hlist_object",
	.kind	= BENCH_U64,
	.link	= sizeof_field(struct node, link),
	FEW_LOOPS,
};
