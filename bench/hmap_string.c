// SPDX-License-Identifier: GPL-2.0
/* hmap with strings as keys, of which it keeps copies. */
#include <hmap/hmap.h>

#define PEER_KEY	const char *

HMAP_DEFINE(peer_map, const char *, u64, hmap_hash_bytes, NULL, HMAP_STRING | HMAP_RCU);

#define PEER_RCU	true
#include "peer-hmap.h"
#include "loops.h"
#include "few-loops.h"

const struct bench_peer bench_hmap_string = {
	.name	= "hmap_string",
	.kind	= BENCH_STRING,
	.rcu	= PEER_RCU,
	PEER_LOOPS,
};

const struct few_peer few_hmap_string = {
	.name	= "hmap_string",
	.kind	= BENCH_STRING,
	.rcu	= PEER_RCU,
	FEW_LOOPS,
};
