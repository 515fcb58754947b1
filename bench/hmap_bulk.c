// SPDX-License-Identifier: GPL-2.0
/* hmap with many lookups at a time. */
#include <linux/minmax.h>

#include <hmap/hmap.h>

#define PEER_KEY	u64

HMAP_DEFINE(peer_map, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);

#define PEER_RCU	true
#define PEER_OWN_LOOKUP_LOOP
#define BULK		32	/* keys a call */

static u64 loop_lookup(void *map, const void *keys, u32 n)
{
	const u64 *key = keys, *value[BULK];
	u32 i, j, nr;
	u64 sum = 0;

	for (i = 0; i < n; i += nr) {
		nr = min_t(u32, n - i, BULK);
		rcu_read_lock();
		peer_map_lookup_bulk(map, key + i, nr, value);
		for (j = 0; j < nr; j++)
			sum += value[j] ? READ_ONCE(*value[j]) : 0;
		rcu_read_unlock();
	}
	return sum;
}

#include "peer-hmap.h"
#include "loops.h"

const struct bench_peer bench_hmap_bulk = {
	.name	= "hmap_bulk",
	.kind	= BENCH_U64,
	.rcu	= PEER_RCU,
	PEER_LOOPS,
};
