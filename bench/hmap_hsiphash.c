// SPDX-License-Identifier: GPL-2.0
/* hmap with the hash for bytes of any number, hsiphash. */
#include <hmap/hmap.h>

#define PEER_KEY	u64

HMAP_DEFINE(peer_map, u64, u64, hmap_hash_bytes, NULL, HMAP_RCU);

#define PEER_RCU	true
#include "peer-hmap.h"
#include "loops.h"

const struct bench_peer bench_hmap_hsiphash = {
	.name	= "hmap_hsiphash",
	.kind	= BENCH_U64,
	.rcu	= PEER_RCU,
	PEER_LOOPS,
};
