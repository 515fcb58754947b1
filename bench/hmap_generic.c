// SPDX-License-Identifier: GPL-2.0
/* hmap by the calls that know a map's type at run time only. */
#include <hmap/hmap.h>

#define PEER_KEY	u64

HMAP_DEFINE(peer_map, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);

#define PEER_RCU	true
#define PEER_OWN_LOOKUP

static inline u64 peer_lookup(struct peer_map *map, PEER_KEY key)
{
	const u64 *value;
	u64 result;

	rcu_read_lock();
	value = hmap_lookup(&map->map, &key, &peer_map_type);
	result = value ? READ_ONCE(*value) : 0;
	rcu_read_unlock();
	return result;
}

#include "peer-hmap.h"
#include "loops.h"

const struct bench_peer bench_hmap_generic = {
	.name	= "hmap_generic",
	.kind	= BENCH_U64,
	.rcu	= PEER_RCU,
	PEER_LOOPS,
};
