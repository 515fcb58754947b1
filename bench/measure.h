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

/* Maps that are empty or nearly so: time, allocations and bytes; 100,000 of them. */
int bench_small(const struct bench_peer *const *peers, u32 nr_peers, u32 rounds);

/* Many maps of 0 to 16 entries: lives, lookups and bytes. */
struct few_peer;
int bench_few(const struct few_peer *const *peers, u32 nr_peers, u32 rounds);

/* Bytes per entry, for @per_doubling numbers of entries in each doubling. */
int bench_bytes(const struct bench_peer *const *peers, u32 nr_peers, u32 max,
		u32 per_doubling);

/* Bytes of maps of objects, with the objects and without, of peers whose objects are the
 * same but for their links; the maps' headers aside.
 */
int bench_object_bytes(const struct bench_peer *const *peers, u32 nr_peers);

/* Times of single inserts, into maps from empty up to @n entries. */
int bench_tails(const struct bench_peer *const *peers, u32 nr_peers, u32 n);

/* What tells whether the machine is quiet: kmalloc(32) and kfree(), and a load from 4
 * MiB of memory at random.
 */
void bench_quiet(void);

/* Before a timed region: let the host have the processor now, not in its middle. */
void bench_rest(void);

/* Write to all the memory there is, so that the host has given it to the guest. */
void bench_touch_memory(void);

#endif /* _HMAP_BENCH_MEASURE_H */
