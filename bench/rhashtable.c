// SPDX-License-Identifier: GPL-2.0
/*
 * rhashtable with readers under RCU, as hmap's headline has them: a removed node is
 * freed by kfree_rcu().
 */
#define NODE_RCU

#include "rhashtable-u64.h"
#include "loops.h"
#include "few-loops.h"

const struct bench_peer bench_rhashtable = {
	.name	= "rhashtable",
	.kind	= BENCH_U64,
	.rcu	= true,
	.object	= sizeof(struct node),
	.link	= sizeof_field(struct node, head),
	PEER_LOOPS,
};

const struct few_peer few_rhashtable = {
	.name	= "rhashtable",
	.kind	= BENCH_U64,
	.rcu	= true,
	FEW_LOOPS,
};
