// SPDX-License-Identifier: GPL-2.0
/* A table of hlists, its keys hashed as <linux/hashtable.h> does it. */
#include <linux/hash.h>
#include <linux/list.h>

struct node {
	struct hlist_node link;
	u64 key;
	u64 value;
};

#include "node.h"

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
