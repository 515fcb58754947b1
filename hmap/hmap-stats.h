/* SPDX-License-Identifier: GPL-2.0 */
/* Counters: of all maps, and by type. See hmap.h, which includes this file. */
#ifndef _HMAP_STATS_H
#define _HMAP_STATS_H

#include <linux/types.h>

struct hmap_type;

/**
 * struct hmap_stats - the module's counters, as debugfs shows them
 * @maps_allocated: maps made by hmap_alloc()
 * @maps_freed: maps freed by hmap_free()
 * @maps_without_table: of those, maps that had no table then
 * @tables_allocated: bucket tables allocated
 * @tables_freed: bucket tables freed, or handed to RCU to free
 * @first_inserts: tables that an insert allocated for a map without one
 * @bytes_in_use: bytes in headers of hmap_alloc(), tables, directories and
 *	blocks of indirect keys and values, slab rounding included
 * @bytes_peak: the highest bytes_in_use seen; not looked for at each change,
 *	so that up to 32 KiB per CPU may be missing, and headers are seen
 *	only when the counters are read
 * @alloc_failures: allocations that failed, of any of these
 * @rebuilds_grow: tables copied into a larger slab class
 * @rebuilds_shrink: tables copied into a smaller one
 * @rebuilds_clean: tables copied into one of the same class, to drop deleted
 *	slots
 * @splits: tables split in two, or to half of their range
 * @splits_refused: splits refused because no bit of the upper half of the hash tells a
 *	table's entries apart
 * @merges: pairs of tables merged into one
 * @directory_doublings: directories made or doubled by a split
 * @directory_shrinks: directories halved, or dropped for a single table
 */
struct hmap_stats {
	u64	maps_allocated;
	u64	maps_freed;
	u64	maps_without_table;
	u64	tables_allocated;
	u64	tables_freed;
	u64	first_inserts;
	u64	bytes_in_use;
	u64	bytes_peak;
	u64	alloc_failures;
	u64	rebuilds_grow;
	u64	rebuilds_shrink;
	u64	rebuilds_clean;
	u64	splits;
	u64	splits_refused;
	u64	merges;
	u64	directory_doublings;
	u64	directory_shrinks;
};

/**
 * hmap_stats_read() - sum the counters of all CPUs
 * @stats: where to put them
 *
 * In a kernel that hmap is built into, this and hmap_usage_read() are there with
 * CONFIG_HMAP_STATS alone.
 *
 * Context: Process context. Beside running writers, not one moment's picture.
 */
void hmap_stats_read(struct hmap_stats *stats);

/* Sizes of tables in bytes, as &struct hmap_usage tells them apart: up to 64, 128 and so on
 * to 4096, and more.
 */
#define HMAP_USAGE_SIZES	8

/**
 * struct hmap_usage - what the maps of a type use
 * @tables: bucket tables
 * @tables_allocated: those allocated since the type's first one
 * @tables_freed: those freed, or handed to RCU to free
 * @bytes: bytes in tables, directories and blocks, slab rounding included; what waits for
 *	a grace period is not counted
 * @peak: the highest @bytes seen, as for bytes_peak
 * @sizes: of the tables, those of each size
 */
struct hmap_usage {
	u64	tables;
	u64	tables_allocated;
	u64	tables_freed;
	u64	bytes;
	u64	peak;
	u64	sizes[HMAP_USAGE_SIZES];
};

/**
 * hmap_usage_read() - what the maps of a type use
 * @type: the type; NULL: those that are not told apart
 * @usage: where to put it; all 0 if there was no table of @type yet
 *
 * Types are told apart that lie in a module or are built in, up to some 500 of them.
 *
 * Context: Process context. Beside running writers, not one moment's picture.
 */
void hmap_usage_read(const struct hmap_type *type, struct hmap_usage *usage);

#endif /* _HMAP_STATS_H */
