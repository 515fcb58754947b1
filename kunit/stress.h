/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the stress test share; what it does stands at the top of stress.c. */
#ifndef _HMAP_STRESS_H
#define _HMAP_STRESS_H

#include <linux/random.h>
#include <linux/spinlock.h>

#include <hmap/hmap.h>

#define HOT		4	/* the first of either keys are used much more */

struct stress_key {
	u64		number;
	char		string[24];
	struct hmap_str	str;
};

struct stress_run;

/* A kind of map, and what is done with its entries. */
struct stress_kind {
	const char *name;
	const struct hmap_type *type;

	/* How many keys stay and how many come and go; unless few, the parameters say. */
	bool few;
	unsigned int staying;
	unsigned int coming;
	/* How many of those that stay are overwritten; and whether the new entry takes the
	 * place of the old one, so that a walk need not visit either.
	 */
	unsigned int overwritten;
	bool replaces;

	/* Whether an entry is that of key @n, and whole; under RCU. */
	bool (*is_sound)(const void *entry, u64 n, u64 *version);
	/* Whether what a reader has found stays as it is. */
	bool is_constant;

	/* The writer's, under the lock. store() overwrites, or finds the key there. */
	int (*store)(struct stress_run *run, const void *key, u64 n);
	void (*remove)(struct stress_run *run, const void *key, u64 n);

	/* What the writer does, if not what it usually does; what readers do besides, or
	 * NULL.
	 */
	void (*write)(struct stress_run *run);
	void (*read_more)(struct stress_run *run, u64 n);
	/* When the readers have gone: what frees the map's entries, and what is looked at
	 * then; or NULL.
	 */
	void (*free)(void *entry, void *arg);
	void (*check)(struct stress_run *run);
};

/* The lists end with one without a name. */
extern const struct stress_kind stress_values[];
extern const struct stress_kind stress_objects[];

/* A kind of map, and what has happened to it. */
struct stress_run {
	const struct stress_kind *kind;
	struct hmap map;
	unsigned int staying;	/* the keys 0 .. staying - 1 */
	unsigned int coming;	/* and those behind them */
	spinlock_t lock;	/* the writer's, as hmap asks for one */
	bool writing;		/* it holds the lock, and so stays on its CPU */
	u64 writes;
	u64 version;		/* the last that the writer has given */
	unsigned long end;	/* in jiffies */

	/* What readers have done. */
	atomic_long_t lookups;
	atomic_long_t beside;	/* lookups while another CPU was writing */
	atomic_long_t walks;
	atomic_long_t errors;

	/* Of objects: how many there have been, references that readers took, and where
	 * the map's only object was seen.
	 */
	u64 made;
	atomic_long_t gone;
	atomic_long_t taken;
	u64 in_header;
	u64 in_table;
};

void stress_error(struct stress_run *run, const char *what, u64 n);
bool stress_time_left(const struct stress_run *run);
void stress_lock(struct stress_run *run) __acquires(&run->lock);
void stress_unlock(struct stress_run *run) __releases(&run->lock);
void stress_store(struct stress_run *run, u64 n);
void stress_remove(struct stress_run *run, u64 n);
void stress_trim(struct stress_run *run);
void stress_validate(struct stress_run *run);

static inline u64 stress_sum(u64 n, u64 version)
{
	return (n + 1) * 0x9e3779b97f4a7c15ULL ^ version;
}

/* Of those that come and go one that is used much. */
static inline u64 stress_hot_coming(const struct stress_run *run)
{
	return run->staying + get_random_u32() % min_t(u32, HOT, run->coming);
}

#endif /* _HMAP_STRESS_H */
