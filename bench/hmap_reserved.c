// SPDX-License-Identifier: GPL-2.0
/* The headline with a reserve before the first insert: what a hlist sized in advance is to be
 * compared with.
 */
#include <hmap/hmap.h>

#define PEER_KEY	u64

HMAP_DEFINE(peer_map, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);

#define PEER_RCU	true
#define PEER_RESERVE	true
#include "peer-hmap.h"
#include "loops.h"
#include "few-loops.h"

const struct bench_peer bench_hmap_reserved = {
	.name	= "hmap_reserved",
	.kind	= BENCH_U64,
	.sized	= true,
	.rcu	= PEER_RCU,
	PEER_LOOPS,
};

const struct few_peer few_hmap_reserved = {
	.name	= "hmap_reserved",
	.kind	= BENCH_U64,
	.rcu	= PEER_RCU,
	FEW_LOOPS,
};
