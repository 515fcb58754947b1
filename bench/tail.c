// SPDX-License-Identifier: GPL-2.0
/*
 * Single inserts from an empty map up to n entries: how many of them take long, and
 * how long. The task yields between two of them, so a worker's time is not in them.
 * The floor tells what the machine's own interruptions are, a timer's tick above all.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>

#include "keys.h"
#include "measure.h"
#include "report.h"
#include "tail.h"

#define CALIBRATION_NS	(20 * NSEC_PER_MSEC)
#define CLOCK_LOOPS	10000

static u64 cycles_per_ms;
static u64 clock_cycles;	/* of reading the clock */

static void calibrate(void)
{
	const u64 start_ns = ktime_get_ns(), start = bench_cycles();
	u64 ns, best = U64_MAX;
	int i;

	do {
		ns = ktime_get_ns() - start_ns;
	} while (ns < CALIBRATION_NS);
	cycles_per_ms = div64_u64((bench_cycles() - start) * NSEC_PER_MSEC, ns);

	for (i = 0; i < CLOCK_LOOPS; i++) {
		const u64 before = bench_cycles();

		best = min(best, bench_cycles() - before);
	}
	clock_cycles = best;
}

/* Thousandths of a nanosecond, without the clock's own time. */
static u64 to_ps(u64 cycles)
{
	cycles -= min(cycles, clock_cycles);
	return div64_u64(cycles * (NSEC_PER_MSEC * 1000), cycles_per_ms);
}

/* The cycles that all but @above of the inserts took at most. */
static u64 quantile(const struct bench_tail *tail, u32 above)
{
	u64 cycles = BENCH_TAIL_BUCKETS;

	do {
		if (tail->buckets[--cycles] > above)
			break;
		above -= tail->buckets[cycles];
	} while (cycles);
	return cycles;
}

static void report(const struct bench_peer *peer, const struct bench_tail *tail)
{
	const u32 n = tail->nr;
	char name[32];
	int i;

	bench_report(peer->name, "p50", n, "ns", to_ps(quantile(tail, n / 2)));
	bench_report(peer->name, "p99", n, "ns", to_ps(quantile(tail, n / 100)));
	bench_report(peer->name, "p999", n, "ns", to_ps(quantile(tail, n / 1000)));
	bench_report(peer->name, "max", n, "ns", to_ps(tail->max));
	/* How it grows: the slowest insert into maps of up to so many entries. */
	for (i = 0; i < BENCH_TAIL_DOUBLINGS && 2ULL << i < n; i++)
		bench_report(peer->name, "max", 2U << i, "ns",
			     to_ps(tail->max_by_log[i]));
	scnprintf(name, sizeof(name), "%s_doubling", peer->name);
	for (i = 0; i < BENCH_TAIL_DOUBLINGS && 2ULL << i <= n; i++)
		if (tail->doubling_by_log[i])
			bench_report(name, "max", 2U << i, "ns",
				     to_ps(tail->doubling_by_log[i]));
}

static int measure(const struct bench_peer *peer, u32 n, struct bench_tail *tail)
{
	struct bench_keys *keys = bench_keys_alloc(peer->kind, n);
	void *map = peer->create(n);
	int err = keys && map ? 0 : -ENOMEM;

	memset(tail, 0, sizeof(*tail));
	bench_rest();
	err = err ?: peer->insert_each(map, keys, tail);
	if (!err)
		report(peer, tail);
	if (map) {
		bench_settle_since(peer, &map, 1, 0);
		peer->destroy(map);
		bench_settle_since(peer, NULL, 0, 0);
	}
	if (keys)
		bench_keys_free(keys);
	return err;
}

int bench_tails(const struct bench_peer *const *peers, u32 nr_peers, u32 n)
{
	struct bench_tail *tail = kvmalloc(sizeof(*tail), GFP_KERNEL);
	int err = tail ? 0 : -ENOMEM;
	u32 i;

	calibrate();
	pr_info("hmap_bench: note,the clock of single inserts takes %llu cycles: subtracted\n",
		clock_cycles);
	for (i = 0; i < nr_peers && !err; i++)
		err = measure(peers[(bench_turn + i) % nr_peers], n, tail);
	kvfree(tail);
	return err;
}
