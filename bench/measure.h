/* SPDX-License-Identifier: GPL-2.0 */
/* The kinds of measurement, one file each. All print their results. */
#ifndef _HMAP_BENCH_MEASURE_H
#define _HMAP_BENCH_MEASURE_H

#include "bench.h"

/* Which peers come first in a round: from boot to boot another one. */
extern unsigned int bench_turn;

/* Time since ktime_get_ns() gave @start, after all deferred work of @peer's maps. */
u64 bench_settle_since(const struct bench_peer *peer, void **maps, u32 nr, u64 start);

/* What waiting for RCU costs while nothing is pending, in ns: not the map's. */
void bench_settle_calibrate(void);

/* Insert, hit, miss, iterate, churn and delete with maps of @n entries. */
int bench_times(const struct bench_peer *const *peers, u32 nr_peers, u32 n,
		u32 rounds);

#endif /* _HMAP_BENCH_MEASURE_H */
