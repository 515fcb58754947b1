// SPDX-License-Identifier: GPL-2.0
/* hmap with strings as keys, hashed by products: as little of a secret as jhash has. */
#include <hmap/hmap.h>

#define PEER_KEY	const char *

HMAP_DEFINE(peer_map, const char *, u64, hmap_product_bytes, NULL, HMAP_STRING | HMAP_RCU);

#define PEER_RCU	true
#include "peer-hmap.h"
#include "loops.h"

const struct bench_peer bench_hmap_product_string = {
	.name	= "hmap_product_string",
	.kind	= BENCH_STRING,
	.rcu	= PEER_RCU,
	PEER_LOOPS,
};
