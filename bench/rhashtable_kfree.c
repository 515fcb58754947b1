// SPDX-License-Identifier: GPL-2.0
/*
 * rhashtable without readers under RCU: nodes are smaller, and freed at once.
 */
#include "rhashtable-u64.h"
#include "loops.h"

const struct bench_peer bench_rhashtable_kfree = {
	.name	= "rhashtable_kfree",
	.kind	= BENCH_U64,
	.rcu	= true,	/* frees its tables so */
	PEER_LOOPS,
};
