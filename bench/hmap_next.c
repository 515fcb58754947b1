// SPDX-License-Identifier: GPL-2.0
/* hmap, walked by a cursor that holds nothing between its steps. */
#include <hmap/hmap.h>

#define PEER_KEY	u64

HMAP_DEFINE(peer_map, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);

#define PEER_RCU	true
#define PEER_OWN_ITERATE

static inline u64 peer_iterate(struct peer_map *map)
{
	struct hmap_cursor cursor = { };
	const u64 *value;
	u64 sum = 0;

	rcu_read_lock();
	while ((value = peer_map_next(map, &cursor, NULL)))
		sum += *value;
	rcu_read_unlock();
	return sum;
}

#include "peer-hmap.h"
#include "loops.h"

const struct bench_peer bench_hmap_next = {
	.name	= "hmap_next",
	.kind	= BENCH_U64,
	.rcu	= PEER_RCU,
	PEER_LOOPS,
};
