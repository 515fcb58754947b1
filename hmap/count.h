/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counting, and what is left of it without CONFIG_HMAP_STATS, which a kernel that hmap is built
 * into may lack: nothing.
 */
#ifndef _HMAP_COUNT_H
#define _HMAP_COUNT_H

#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include <asm/local.h>

#include "hmap.h"

#ifdef CONFIG_HMAP_STATS

/* debugfs.c */
void hmap_debugfs_init(void);
void hmap_debugfs_exit(void);

/* stats.c. A counter for each field of struct hmap_stats; tables and bytes are in usage.c.
 * A map that is freed counts in one: maps_freed is without those of maps_without_table.
 */
struct hmap_counters {
	local_t n[sizeof(struct hmap_stats) / sizeof(u64)];
};

DECLARE_PER_CPU(struct hmap_counters, hmap_counters);

#define hmap_counter_inc(name)						\
	hmap_counter_inc_nr(offsetof(struct hmap_stats, name) / sizeof(u64))

/* Nearly as cheap as this_cpu_inc() where there is an instruction for that; elsewhere it
 * does not disable interrupts.
 */
static inline void hmap_counter_inc_nr(size_t nr)
{
	local_inc(&get_cpu_ptr(&hmap_counters)->n[nr]);
	put_cpu_ptr(&hmap_counters);
}

/* usage.c. What the maps of a type use. */
struct hmap_tally_cpu {
	local_t	bytes;		/* not in the sum yet */
	local_t	allocated[HMAP_USAGE_SIZES];
	local_t	freed[HMAP_USAGE_SIZES];
};

struct hmap_tally {
	const struct hmap_type		*type;	/* NULL: the place is free */
	struct hmap_tally_cpu __percpu	*cpu;
	atomic_long_t			bytes;
	long				peak;
};

#define HMAP_TALLY_BITS		9
#define HMAP_TALLIES		BIT(HMAP_TALLY_BITS)
/* What a CPU keeps to itself. */
#define HMAP_BYTES_BATCH	(32 * 1024)

extern struct hmap_tally hmap_tallies[HMAP_TALLIES + 1];
extern struct mutex hmap_type_lock;

struct hmap_tally *hmap_tally_find(const struct hmap_type *type);
void hmap_tally_flush(struct hmap_tally *tally);
bool hmap_tally_read(struct hmap_tally *tally, struct hmap_usage *usage);
void hmap_usage_add_up(struct hmap_stats *stats);
void hmap_usage_reset_peaks(void);
void hmap_usage_forget(struct module *owner);
void hmap_usage_exit(void);
void hmap_stats_exit(void);

static inline u32 hmap_tally_home(const struct hmap_type *type)
{
	return hash_ptr(type, HMAP_TALLY_BITS);
}

/* The tally of @type if it is in its home, as mostly, else NULL. */
static inline struct hmap_tally *hmap_tally_at_home(const struct hmap_type *type)
{
	struct hmap_tally *tally = &hmap_tallies[hmap_tally_home(type)];

	/* Pairs with the release in take_place(): the type, then what else is in it. */
	return likely(smp_load_acquire(&tally->type) == type) ? tally : NULL;
}

/* Its number, for debuggers. */
static inline u16 hmap_tally_nr(const struct hmap_tally *tally)
{
	return tally - hmap_tallies;
}

static inline bool hmap_cpu_bytes(struct hmap_tally_cpu *cpu, long bytes)
{
	long kept = local_add_return(bytes, &cpu->bytes);

	return unlikely((unsigned long)(kept + HMAP_BYTES_BATCH) > 2 * HMAP_BYTES_BATCH);
}

/* Which of sizes[] a table of @bytes is in. */
static inline u32 hmap_usage_size(u32 bytes)
{
	return min_t(u32, fls64((bytes - 1) | 63) - 6, HMAP_USAGE_SIZES - 1);
}

/* Whether the CPU has more now than it keeps to itself: hmap_tally_flush() is to follow. */
static inline bool hmap_tally_bytes(struct hmap_tally *tally, long bytes)
{
	bool more = hmap_cpu_bytes(get_cpu_ptr(tally->cpu), bytes);

	put_cpu_ptr(tally->cpu);
	return more;
}

/* Likewise. A table of so many @bytes is there. */
static inline bool hmap_tally_table(struct hmap_tally *tally, u32 bytes)
{
	struct hmap_tally_cpu *cpu = get_cpu_ptr(tally->cpu);
	bool more;

	local_inc(&cpu->allocated[hmap_usage_size(bytes)]);
	more = hmap_cpu_bytes(cpu, bytes);
	put_cpu_ptr(tally->cpu);
	return more;
}

/* Likewise. Such a table has gone, and @all bytes with it. */
static inline bool hmap_tally_no_table(struct hmap_tally *tally, u32 bytes, size_t all)
{
	struct hmap_tally_cpu *cpu = get_cpu_ptr(tally->cpu);
	bool more;

	local_inc(&cpu->freed[hmap_usage_size(bytes)]);
	more = hmap_cpu_bytes(cpu, -(long)all);
	put_cpu_ptr(tally->cpu);
	return more;
}

#else

struct hmap_tally;

#define hmap_counter_inc(name)	do { } while (0)

static inline struct hmap_tally *hmap_tally_find(const struct hmap_type *type)
{
	return NULL;
}

/* Not NULL: there is no other to be looked for. */
static inline struct hmap_tally *hmap_tally_at_home(const struct hmap_type *type)
{
	return ZERO_SIZE_PTR;
}

static inline u16 hmap_tally_nr(const struct hmap_tally *tally)
{
	return 0;
}

static inline bool hmap_tally_bytes(struct hmap_tally *tally, long bytes)
{
	return false;
}

static inline bool hmap_tally_table(struct hmap_tally *tally, u32 bytes)
{
	return false;
}

static inline bool hmap_tally_no_table(struct hmap_tally *tally, u32 bytes, size_t all)
{
	return false;
}

static inline void hmap_tally_flush(struct hmap_tally *tally)
{
}

static inline void hmap_usage_forget(struct module *owner)
{
}

static inline void hmap_stats_exit(void)
{
}

static inline void hmap_debugfs_init(void)
{
}

static inline void hmap_debugfs_exit(void)
{
}

#endif /* CONFIG_HMAP_STATS */

static inline struct hmap_tally *hmap_tally_of(const struct hmap_type *type)
{
	return hmap_tally_at_home(type) ?: hmap_tally_find(type);
}

/* Of what is no table. */
static inline void hmap_bytes_add(const struct hmap_type *type, long bytes)
{
	struct hmap_tally *tally = hmap_tally_of(type);

	if (hmap_tally_bytes(tally, bytes))
		hmap_tally_flush(tally);
}

#endif /* _HMAP_COUNT_H */
