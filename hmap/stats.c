// SPDX-License-Identifier: GPL-2.0
/*
 * Counters. Each is one per-CPU increment, and only where memory is allocated or
 * freed or a table changes shape: never in a lookup.
 */
#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <linux/slab.h>

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

static u64 sum(enum hmap_counter counter)
{
	u64 total = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		total += local_read(&per_cpu(hmap_counters, cpu).n[counter]);
	return total;
}

void hmap_stats_read(struct hmap_stats *stats)
{
	u64 never_filled = sum(HMAP_MAPS_NEVER_FILLED);
	u64 freed = sum(HMAP_MAPS_FREED_FILLED) + never_filled;
	u64 allocated = sum(HMAP_MAPS_ALLOCATED);
	s64 in_use = percpu_counter_sum_positive(&bytes) +
		     (allocated - freed) *
		     kmalloc_size_roundup(sizeof(struct hmap));

	raise_peak(in_use);
	*stats = (struct hmap_stats){
		.maps_allocated		= allocated,
		.maps_freed		= freed,
		.maps_never_filled	= never_filled,
		.tables_allocated	= sum(HMAP_TABLES_ALLOCATED),
		.tables_freed		= sum(HMAP_TABLES_FREED),
		.first_inserts		= sum(HMAP_FIRST_INSERTS),
		.bytes_in_use		= in_use,
		.bytes_peak		= READ_ONCE(bytes_peak),
		.alloc_failures		= sum(HMAP_ALLOC_FAILURES),
		.rebuilds_grow		= sum(HMAP_REBUILDS_GROW),
		.rebuilds_shrink	= sum(HMAP_REBUILDS_SHRINK),
		.rebuilds_clean		= sum(HMAP_REBUILDS_CLEAN),
		.splits			= sum(HMAP_SPLITS),
		.splits_refused		= sum(HMAP_SPLITS_REFUSED),
		.merges			= sum(HMAP_MERGES),
		.directory_doublings	= sum(HMAP_DIRECTORY_DOUBLINGS),
		.directory_shrinks	= sum(HMAP_DIRECTORY_SHRINKS),
	};
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
