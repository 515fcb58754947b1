// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a timed region: what a peer has put off is done, and counted.
 */
#include <linux/ktime.h>

#include "measure.h"
#include "rcu.h"
#include "report.h"

#define CALIBRATIONS	101

static u64 idle_ns;

void bench_settle_calibrate(void)
{
	static struct bench_samples samples;
	int i;

	bench_rcu_settle();
	samples.nr = 0;
	for (i = 0; i < CALIBRATIONS; i++) {
		const u64 start = ktime_get_ns();

		bench_rcu_settle();
		bench_sample(&samples, ktime_get_ns() - start, 1);
	}
	idle_ns = bench_median(&samples) / 1000;
	pr_info("hmap_bench: note,rcu_barrier() takes %llu ns with nothing pending: subtracted\n",
		idle_ns);
}

u64 bench_settle_since(const struct bench_peer *peer, void **maps, u32 nr, u64 start)
{
	u64 ns;
	u32 i;

	for (i = 0; i < nr; i++)
		peer->settle(maps[i]);
	if (!peer->rcu)
		return ktime_get_ns() - start;
	bench_rcu_settle();
	ns = ktime_get_ns() - start;
	return ns > idle_ns ? ns - idle_ns : 0;
}
