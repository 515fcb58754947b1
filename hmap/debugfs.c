// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/hmap, for root. stats: one "name value" a line; types: a table, one type a
 * line. What is written to either, whatever it is, lets the peaks begin anew.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
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

static void show_usage(struct seq_file *m, const char *type, const char *module,
		       const struct hmap_usage *usage)
{
	int i;

	seq_printf(m, "%s %s %llu %llu %llu %llu", type, module, usage->tables_allocated,
		   usage->tables, usage->bytes, usage->peak);
	for (i = 0; i < HMAP_USAGE_SIZES; i++)
		seq_printf(m, " %llu", usage->sizes[i]);
	seq_putc(m, '\n');
}

static int types_show(struct seq_file *m, void *unused)
{
	struct hmap_usage usage;
	int i;

	seq_puts(m, "type module allocated tables bytes peak 64 128 256 512 1024 2048 4096 more\n");
	mutex_lock(&hmap_type_lock);
	for (i = 0; i < HMAP_TALLIES; i++) {
		const struct hmap_type *type = READ_ONCE(hmap_tallies[i].type);

		if (type && hmap_tally_read(&hmap_tallies[i], &usage))
			show_usage(m, type->name, module_name(type->owner), &usage);
	}
	mutex_unlock(&hmap_type_lock);
	hmap_tally_read(&hmap_tallies[HMAP_TALLIES], &usage);
	if (usage.peak)
		show_usage(m, "(others)", "-", &usage);
	return 0;
}

static ssize_t reset_peaks(struct file *file, const char __user *text, size_t size, loff_t *at)
{
	hmap_usage_reset_peaks();
	return size;
}

static int stats_open(struct inode *inode, struct file *file)
{
	return single_open(file, stats_show, NULL);
}

static int types_open(struct inode *inode, struct file *file)
{
	return single_open(file, types_show, NULL);
}

#define PEAK_FOPS(_open) {						\
	.owner	 = THIS_MODULE,						\
	.open	 = (_open),						\
	.read	 = seq_read,						\
	.write	 = reset_peaks,						\
	.llseek	 = seq_lseek,						\
	.release = single_release,					\
}

static const struct file_operations stats_fops = PEAK_FOPS(stats_open);
static const struct file_operations types_fops = PEAK_FOPS(types_open);

/* Without debugfs all of this does nothing; nobody needs the files to work. */
void hmap_debugfs_init(void)
{
	dir = debugfs_create_dir("hmap", NULL);
	debugfs_create_file("stats", 0600, dir, NULL, &stats_fops);
	debugfs_create_file("types", 0600, dir, NULL, &types_fops);
}

void hmap_debugfs_exit(void)
{
	debugfs_remove_recursive(dir);
}
