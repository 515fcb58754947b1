// SPDX-License-Identifier: GPL-2.0
/* hmap as most will use it: the headline. Readers under RCU, typed wrappers. */
#include <hmap/hmap.h>

#define PEER_KEY	u64

HMAP_DEFINE(peer_map, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);

#define PEER_RCU	true
#include "peer-hmap.h"
#include "loops.h"
#include "few-loops.h"

const struct bench_peer bench_hmap = {
	.name	= "hmap",
	.kind	= BENCH_U64,
	.rcu	= PEER_RCU,
	PEER_LOOPS,
};

const struct few_peer few_hmap = {
	.name	= "hmap",
	.kind	= BENCH_U64,
	.rcu	= PEER_RCU,
	FEW_LOOPS,
};
