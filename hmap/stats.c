// SPDX-License-Identifier: GPL-2.0
/*
 * Counters. Each is one per-CPU increment, and only where memory is allocated or
 * freed or a table changes shape: never in a lookup.
 */
#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

/* A CPU keeps up to this many bytes to itself before it adds them to the sum. */
#define BYTES_BATCH	(32 * 1024)

DEFINE_PER_CPU(struct hmap_counters, hmap_counters);

static struct percpu_counter bytes;
static s64 bytes_peak;

static void raise_peak(s64 now)
{
	s64 peak = READ_ONCE(bytes_peak);

	/* Beside another CPU, the higher value wins in the end or soon after. */
	if (now > peak)
		WRITE_ONCE(bytes_peak, now);
}

void hmap_bytes_add(size_t n)
{
	percpu_counter_add_batch(&bytes, n, BYTES_BATCH);
	raise_peak(percpu_counter_read(&bytes));
}

void hmap_bytes_sub(size_t n)
{
	percpu_counter_add_batch(&bytes, -(s64)n, BYTES_BATCH);
}

void hmap_stats_read(struct hmap_stats *stats)
{
	u64 *n = (u64 *)stats;
	size_t i;
	int cpu;

	memset(stats, 0, sizeof(*stats));
	for_each_possible_cpu(cpu)
		for (i = 0; i < sizeof(*stats) / sizeof(*n); i++)
			n[i] += local_read(&per_cpu(hmap_counters, cpu).n[i]);
	stats->maps_freed += stats->maps_without_table;
	stats->bytes_in_use = percpu_counter_sum_positive(&bytes) +
			      (stats->maps_allocated - stats->maps_freed) *
			      kmalloc_size_roundup(sizeof(struct hmap));
	raise_peak(stats->bytes_in_use);
	stats->bytes_peak = READ_ONCE(bytes_peak);
}
EXPORT_SYMBOL_HMAP(hmap_stats_read);

int hmap_stats_init(void)
{
	return percpu_counter_init(&bytes, 0, GFP_KERNEL);
}

void hmap_stats_exit(void)
{
	percpu_counter_destroy(&bytes);
}
