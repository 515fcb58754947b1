/* SPDX-License-Identifier: GPL-2.0 */
/* Samples, their medians, and lines for the host to read from the log. */
#ifndef _HMAP_BENCH_REPORT_H
#define _HMAP_BENCH_REPORT_H

#include <linux/types.h>

#define BENCH_MAX_SAMPLES	128

/* Thousandths of a nanosecond per operation, one for each round. */
struct bench_samples {
	u32 nr;
	u64 ps[BENCH_MAX_SAMPLES];
};

void bench_sample(struct bench_samples *samples, u64 ns, u64 operations);
u64 bench_median(struct bench_samples *samples);

/* One line of the table: @milli is the value in thousandths. */
void bench_report(const char *impl, const char *op, u32 n, const char *unit,
		  u64 milli);

/* The median of @samples, if there are any. */
void bench_report_ns(const char *impl, const char *op, u32 n,
		     struct bench_samples *samples);

#endif /* _HMAP_BENCH_REPORT_H */
