// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of all maps. Each is one per-CPU increment, and only where memory is allocated or
 * freed or a table changes shape: never in a lookup. Tables and bytes are counted by type: usage.c.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

DEFINE_PER_CPU(struct hmap_counters, hmap_counters);

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
	stats->bytes_in_use = (stats->maps_allocated - stats->maps_freed) *
			      kmalloc_size_roundup(sizeof(struct hmap));
	hmap_usage_add_up(stats);
}
EXPORT_SYMBOL_HMAP(hmap_stats_read);

void hmap_stats_exit(void)
{
	struct hmap_stats stats;

	hmap_stats_read(&stats);
	if (stats.bytes_in_use)
		pr_warn("unloaded with %llu bytes in use: a map was not destroyed\n",
			stats.bytes_in_use);
	hmap_usage_exit();
}
