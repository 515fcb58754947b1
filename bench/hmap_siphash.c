// SPDX-License-Identifier: GPL-2.0
/* hmap with the hash for keys that an attacker chooses. */
#include <hmap/hmap.h>

#define PEER_KEY	u64

HMAP_DEFINE(peer_map, u64, u64, hmap_siphash_bytes, NULL, HMAP_RCU);

#define PEER_RCU	true
#include "peer-hmap.h"
#include "loops.h"

const struct bench_peer bench_hmap_siphash = {
	.name	= "hmap_siphash",
	.kind	= BENCH_U64,
	.rcu	= PEER_RCU,
	PEER_LOOPS,
};
