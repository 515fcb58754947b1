// SPDX-License-Identifier: GPL-2.0
/*
 * Readers under RCU beside a writer, for a while: loading the module runs it, and
 * fails if anything was wrong.
 *
 * What is stored repeats its key and carries a check sum, so that a reader sees one that
 * is torn, or whose memory has been used again. Some keys stay in the map throughout,
 * though they may be overwritten: every lookup has to find them, and no reader, once it
 * has seen a version, may see an older one; every walk has to visit them once. Others
 * come and go by the thousand, so that the writer rebuilds, splits, merges, doubles and
 * halves all the time. Of objects there are also maps of very few keys, whose only
 * object goes from the header to a table and back.
 *
 * The kinds of maps are in stress_values.c and stress_objects.c.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "stress.h"

#define MAX_READERS	16

static unsigned int seconds = 5;
module_param(seconds, uint, 0444);
MODULE_PARM_DESC(seconds, "how long to run each kind of map");

static unsigned int staying = 500;
module_param(staying, uint, 0444);
MODULE_PARM_DESC(staying, "keys that stay: 0 .. staying - 1; at least 4");

static unsigned int coming = 20000;
module_param(coming, uint, 0444);
MODULE_PARM_DESC(coming, "keys behind them that come and go; at least 4");

static unsigned int readers = 2;
module_param(readers, uint, 0444);
MODULE_PARM_DESC(readers, "reader threads");

static unsigned int only;
module_param(only, uint, 0444);
MODULE_PARM_DESC(only, "run only the n-th kind; 0: all");

struct reader {
	struct stress_run *run;
	unsigned long *seen;	/* what the walk has visited of the keys that stay */
	u64 version[HOT];	/* the newest that was seen of the first of them */
};

void stress_error(struct stress_run *run, const char *what, u64 n)
{
	if (atomic_long_inc_return(&run->errors) <= 10)
		pr_err("%s map: %s, key %llu\n", run->kind->name, what, n);
}

static bool has_strings(const struct stress_run *run)
{
	return run->kind->type->flags & HMAP_STRING;
}

static const void *make_key(const struct stress_run *run, struct stress_key *key, u64 n)
{
	key->number = n;
	if (!has_strings(run))
		return &key->number;
	key->str.name = key->string;
	key->str.len = snprintf(key->string, sizeof(key->string), "key number %llu", n);
	return &key->str;
}

/* The number in a stored key; ULLONG_MAX if there is none. */
static u64 number_of(const struct stress_run *run, const void *key)
{
	struct stress_key expected;
	u64 n;

	if (!has_strings(run))
		return *(const u64 *)key;
	if (sscanf(key, "key number %llu", &n) != 1)
		return ULLONG_MAX;
	make_key(run, &expected, n);
	return strcmp(key, expected.string) ? ULLONG_MAX : n;
}

/* What a reader finds is whole, and no older than what it has found before. */
static bool is_sound(struct reader *reader, const void *entry, u64 n, u64 *version)
{
	struct stress_run *run = reader->run;

	if (!run->kind->is_sound(entry, n, version)) {
		stress_error(run, "a torn or stale entry", n);
		return false;
	}
	if (n >= min_t(u64, HOT, run->staying))
		return true;
	if (*version < reader->version[n])
		stress_error(run, "an older version after a newer one", n);
	reader->version[n] = *version;
	return true;
}

/* In a read-side section. */
static const void *look_up(struct reader *reader, u64 n, u64 *version)
{
	struct stress_run *run = reader->run;
	struct stress_key key;
	const void *entry;

	if (READ_ONCE(run->writing))
		atomic_long_inc(&run->beside);
	entry = hmap_lookup(&run->map, make_key(run, &key, n), run->kind->type);
	if (!entry && n < run->staying)
		stress_error(run, "a key that stays was not found", n);
	if (entry && !is_sound(reader, entry, n, version))
		entry = NULL;
	atomic_long_inc(&run->lookups);
	return entry;
}

static void look_up_any(struct reader *reader)
{
	const struct stress_run *run = reader->run;
	u64 version;

	if (run->staying)
		look_up(reader, get_random_u32() % run->staying, &version);
	look_up(reader, run->staying + get_random_u32() % run->coming, &version);
}

static void look_up_hot(struct reader *reader)
{
	const struct stress_run *run = reader->run;
	u64 version;

	if (run->staying && get_random_u32() % 2)
		look_up(reader, get_random_u32() % min_t(u32, HOT, run->staying), &version);
	else
		look_up(reader, stress_hot_coming(run), &version);
}

/* What a lookup returned stays until the read-side section ends, while the writer removes
 * and inserts, or overwrites, that very entry.
 */
static void hold(struct reader *reader, u64 n)
{
	const struct stress_kind *kind = reader->run->kind;
	u64 version, later;
	const void *entry;
	u32 i;

	rcu_read_lock();
	entry = look_up(reader, n, &version);
	for (i = 0; i < 100; i++)
		look_up_hot(reader);
	if (entry && !(kind->is_sound(entry, n, &later) &&
		       (kind->is_constant ? later == version : later >= version)))
		stress_error(reader->run, "an entry changed under a reader", n);
	rcu_read_unlock();
	if (kind->read_more)
		kind->read_more(reader->run, n);
}

/* Note a visit of a walk. */
static void visit(struct reader *reader, const void *key, const void *entry)
{
	struct stress_run *run = reader->run;
	u64 n = number_of(run, key), version;

	if (n >= run->staying + run->coming)
		return stress_error(run, "a walk produced something else", n);
	if (!is_sound(reader, entry, n, &version) || n >= run->staying)
		return;
	if (run->kind->replaces && n < run->kind->overwritten)
		return;
	if (test_and_set_bit(n, reader->seen))
		stress_error(run, "a walk visited a key that stays twice", n);
}

/* The keys that a walk has to visit. */
static void check_walk(struct reader *reader)
{
	struct stress_run *run = reader->run;
	u64 n;

	if (run->kind->replaces)
		for (n = 0; n < min(run->kind->overwritten, run->staying); n++)
			test_and_set_bit(n, reader->seen);
	n = find_first_zero_bit(reader->seen, run->staying);
	if (n < run->staying)
		stress_error(run, "a walk missed a key that stays", n);
	bitmap_zero(reader->seen, run->staying);
	atomic_long_inc(&run->walks);
}

static void walk(struct reader *reader)
{
	struct stress_run *run = reader->run;
	const void *entry, *key;

	rcu_read_lock();
	hmap_walk_rcu(&run->map, iter, key, entry, run->kind->type)
		visit(reader, key, entry);
	rcu_read_unlock();
	check_walk(reader);
}

/* Each step in a read-side section of its own. */
static void walk_by_cursor(struct reader *reader)
{
	struct stress_run *run = reader->run;
	struct hmap_cursor cursor = { };
	const void *entry, *key;

	do {
		rcu_read_lock();
		entry = hmap_next(&run->map, &cursor, &key, run->kind->type);
		if (entry)
			visit(reader, key, entry);
		rcu_read_unlock();
		cond_resched();
	} while (entry && !kthread_should_stop());
	if (entry)
		bitmap_zero(reader->seen, run->staying);
	else
		check_walk(reader);
}

static void read_round(struct reader *reader)
{
	const struct stress_run *run = reader->run;
	u32 i;

	rcu_read_lock();
	for (i = 0; i < 200; i++)
		look_up_any(reader);
	rcu_read_unlock();
	if (run->staying)
		hold(reader, get_random_u32() % min_t(u32, HOT, run->staying));
	hold(reader, stress_hot_coming(run));
	if (get_random_u32() % 16)
		walk(reader);
	else
		walk_by_cursor(reader);
}

static int read_all_the_time(void *data)
{
	struct reader reader = { .run = data };

	reader.seen = bitmap_zalloc(reader.run->staying + 1, GFP_KERNEL);
	if (!reader.seen)
		stress_error(reader.run, "no memory to note visits in", 0);
	while (!kthread_should_stop()) {
		if (reader.seen)
			read_round(&reader);
		cond_resched();
	}
	bitmap_free(reader.seen);
	return 0;
}

void stress_lock(struct stress_run *run) __acquires(&run->lock)
{
	spin_lock(&run->lock);
	WRITE_ONCE(run->writing, true);
}

void stress_unlock(struct stress_run *run) __releases(&run->lock)
{
	run->writes++;
	WRITE_ONCE(run->writing, false);
	spin_unlock(&run->lock);
}

void stress_store(struct stress_run *run, u64 n)
{
	struct stress_key key;
	int err;

	stress_lock(run);
	run->version++;
	err = run->kind->store(run, make_key(run, &key, n), n);
	stress_unlock(run);
	if (err && err != -ENOMEM)
		stress_error(run, "a store failed", n);
}

void stress_remove(struct stress_run *run, u64 n)
{
	struct stress_key key;

	stress_lock(run);
	run->kind->remove(run, make_key(run, &key, n), n);
	stress_unlock(run);
}

void stress_trim(struct stress_run *run)
{
	stress_lock(run);
	hmap_trim(&run->map, GFP_ATOMIC, run->kind->type);
	stress_unlock(run);
}

void stress_validate(struct stress_run *run)
{
	stress_lock(run);
	if (hmap_validate(&run->map, run->kind->type))
		stress_error(run, "hmap_validate() found damage", 0);
	stress_unlock(run);
}

/* Overwrite some that stay; remove one that comes, and insert it again. */
static void write_hot(struct stress_run *run)
{
	u32 overwritten = min(run->kind->overwritten, run->staying);
	u64 n = stress_hot_coming(run);

	if (overwritten) {
		stress_store(run, get_random_u32() % min_t(u32, HOT, overwritten));
		stress_store(run, get_random_u32() % overwritten);
	}
	stress_remove(run, n);
	stress_store(run, n);
}

bool stress_time_left(const struct stress_run *run)
{
	return time_before(jiffies, run->end);
}

/* A wave: fill up to a number of keys, then remove most of them. */
static void write_wave(struct stress_run *run)
{
	u64 many = 1 + get_random_u32() % run->coming, n;

	for (n = 0; n < many && stress_time_left(run); n++) {
		stress_store(run, run->staying + n);
		write_hot(run);
		cond_resched();
	}
	for (n = 0; n < many && stress_time_left(run); n++) {
		if (get_random_u32() % 64)
			stress_remove(run, run->staying + n);
		write_hot(run);
		cond_resched();
	}
	if (get_random_u32() % 4 == 0)
		stress_trim(run);
	stress_validate(run);
}

static void write_all_the_time(struct stress_run *run)
{
	run->end = jiffies + seconds * HZ;
	while (stress_time_left(run)) {
		if (run->kind->write)
			run->kind->write(run);
		else
			write_wave(run);
	}
}

static void end_run(struct stress_run *run, unsigned int nr_readers)
{
	const struct stress_kind *kind = run->kind;

	if (kind->free)
		hmap_free_and_destroy(&run->map, kind->free, run, kind->type);
	else
		hmap_destroy(&run->map, kind->type);
	if (kind->check)
		kind->check(run);
	if (!atomic_long_read(&run->walks))
		stress_error(run, "no walk was finished", 0);
	if (num_online_cpus() > 1 && !atomic_long_read(&run->beside))
		stress_error(run, "no reader ever ran beside the writer", 0);
	pr_info("%s map: %u readers, %ld lookups, %ld of them beside a write, %ld walks, %llu writes, %ld errors\n",
		kind->name, nr_readers, atomic_long_read(&run->lookups),
		atomic_long_read(&run->beside), atomic_long_read(&run->walks),
		run->writes, atomic_long_read(&run->errors));
}

static int run_kind(const struct stress_kind *kind)
{
	struct stress_run run = {
		.kind = kind,
		.staying = kind->few ? kind->staying : staying,
		.coming = kind->few ? kind->coming : coming,
	};
	struct task_struct *task[MAX_READERS];
	unsigned int i, started;
	u64 n;

	spin_lock_init(&run.lock);
	hmap_set_lock(&run.map, &run.lock);
	for (n = 0; n < run.staying; n++)
		stress_store(&run, n);
	for (started = 0; started < min_t(unsigned int, readers, MAX_READERS); started++) {
		task[started] = kthread_run(read_all_the_time, &run, "hmap_stress/%u",
					    started);
		if (IS_ERR(task[started]))
			break;
	}
	write_all_the_time(&run);
	for (i = 0; i < started; i++)
		kthread_stop(task[i]);
	end_run(&run, started);
	return atomic_long_read(&run.errors) ? -EIO : 0;
}

/* Go on with the other kinds after a failure: each says what it has found. */
static int run_kinds(const struct stress_kind *kinds, unsigned int *nr)
{
	int err = 0;

	for (; kinds->name; kinds++)
		if (++*nr == only || !only)
			err = run_kind(kinds) ?: err;
	return err;
}

static int __init stress_init(void)
{
	unsigned int nr = 0;
	int err;

	if (staying < HOT || coming < HOT)
		return -EINVAL;
	err = run_kinds(stress_values, &nr);
	return run_kinds(stress_objects, &nr) ?: err;
}

static void __exit stress_exit(void)
{
}

module_init(stress_init);
module_exit(stress_exit);
HMAP_IMPORT_NS;
MODULE_DESCRIPTION("Readers under RCU beside a writer of hmap");
MODULE_LICENSE("GPL");
