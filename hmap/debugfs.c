// SPDX-License-Identifier: GPL-2.0
/* /sys/kernel/debug/hmap/stats: one "name value" a line, for root. */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "internal.h"

static struct dentry *dir;

static int stats_show(struct seq_file *m, void *unused)
{
	struct hmap_stats stats;

	hmap_stats_read(&stats);
#define SHOW(name)	seq_printf(m, #name " %llu\n", stats.name)
	SHOW(maps_allocated);
	SHOW(maps_freed);
	SHOW(maps_without_table);
	SHOW(tables_allocated);
	SHOW(tables_freed);
	SHOW(first_inserts);
	SHOW(bytes_in_use);
	SHOW(bytes_peak);
	SHOW(alloc_failures);
	SHOW(rebuilds_grow);
	SHOW(rebuilds_shrink);
	SHOW(rebuilds_clean);
	SHOW(splits);
	SHOW(splits_refused);
	SHOW(merges);
	SHOW(directory_doublings);
	SHOW(directory_shrinks);
#undef SHOW
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

/* Without debugfs all of this does nothing; nobody needs the files to work. */
void hmap_debugfs_init(void)
{
	dir = debugfs_create_dir("hmap", NULL);
	debugfs_create_file("stats", 0400, dir, NULL, &stats_fops);
}

void hmap_debugfs_exit(void)
{
	debugfs_remove_recursive(dir);
}
