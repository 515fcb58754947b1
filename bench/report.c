// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/sort.h>

#include "report.h"

void bench_sample(struct bench_samples *samples, u64 ns, u64 operations)
{
	if (!WARN_ON_ONCE(samples->nr == BENCH_MAX_SAMPLES))
		samples->ps[samples->nr++] = div64_u64(ns * 1000, operations);
}

static int compare(const void *a, const void *b)
{
	const u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

u64 bench_median(struct bench_samples *samples)
{
	sort(samples->ps, samples->nr, sizeof(u64), compare, NULL);
	return samples->ps[samples->nr / 2];
}

void bench_report(const char *impl, const char *op, u32 n, const char *unit,
		  u64 milli)
{
	pr_info("hmap_bench: result,%s,%s,%u,%s,%llu.%03llu\n", impl, op, n, unit,
		milli / 1000, milli % 1000);
}

void bench_report_ns(const char *impl, const char *op, u32 n,
		     struct bench_samples *samples)
{
	if (samples->nr)
		bench_report(impl, op, n, "ns", bench_median(samples));
}
