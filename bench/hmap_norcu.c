// SPDX-License-Identifier: GPL-2.0
/* hmap under its caller's lock alone: slots are used again, tables freed at once. */
#include <hmap/hmap.h>

#define PEER_KEY	u64

HMAP_DEFINE(peer_map, u64, u64, hmap_hash_u64, NULL, 0);

#define PEER_RCU	false
#include "peer-hmap.h"
#include "loops.h"
#include "few-loops.h"

const struct bench_peer bench_hmap_norcu = {
	.name	= "hmap_norcu",
	.kind	= BENCH_U64,
	.rcu	= PEER_RCU,
	PEER_LOOPS,
};

const struct few_peer few_hmap_norcu = {
	.name	= "hmap_norcu",
	.kind	= BENCH_U64,
	.rcu	= PEER_RCU,
	FEW_LOOPS,
};
