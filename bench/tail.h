/* SPDX-License-Identifier: GPL-2.0 */
/* Times of single inserts, by the processor's time stamp counter. */
#ifndef _HMAP_BENCH_TAIL_H
#define _HMAP_BENCH_TAIL_H

#include <linux/minmax.h>
#include <linux/types.h>

/* Cycles from 0 on, and the rest. */
#define BENCH_TAIL_BUCKETS	262144
#define BENCH_TAIL_DOUBLINGS	32

/**
 * struct bench_tail - how long inserts took
 * @nr: inserts counted
 * @max: the longest, in cycles
 * @max_by_log: the longest of the inserts into a map of [2^i, 2^(i+1)) entries
 * @doubling_by_log: of these, the longest that doubled the directory
 * @buckets: how many inserts took so many cycles; the last counts longer ones too
 */
struct bench_tail {
	u32 nr;
	u64 max;
	u64 max_by_log[BENCH_TAIL_DOUBLINGS];
	u64 doubling_by_log[BENCH_TAIL_DOUBLINGS];
	u32 buckets[BENCH_TAIL_BUCKETS];
};

/* What comes before is done before, and what comes after is not begun. */
static inline u64 bench_cycles(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc; lfence"
		     : "=a" (low), "=d" (high) : : "memory");
	return (u64)high << 32 | low;
}

static inline void bench_tail_add(struct bench_tail *tail, u64 cycles,
				  bool doubled)
{
	const u32 log = tail->nr ? __fls(tail->nr) : 0;

	tail->nr++;
	tail->max = max(tail->max, cycles);
	tail->max_by_log[log] = max(tail->max_by_log[log], cycles);
	if (unlikely(doubled))
		tail->doubling_by_log[log] = max(tail->doubling_by_log[log], cycles);
	tail->buckets[min_t(u64, cycles, BENCH_TAIL_BUCKETS - 1)]++;
}

#endif /* _HMAP_BENCH_TAIL_H */
