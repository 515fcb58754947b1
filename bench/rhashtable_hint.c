// SPDX-License-Identifier: GPL-2.0
/* rhashtable that has been told how many entries are to come. */
#define NODE_RCU
#define PEER_HINT

#include "rhashtable-u64.h"
#include "loops.h"

const struct bench_peer bench_rhashtable_hint = {
	.name	= "rhashtable_hint",
	.kind	= BENCH_U64,
	.sized	= true,
	.rcu	= true,
	PEER_LOOPS,
};
