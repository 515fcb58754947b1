// SPDX-License-Identifier: GPL-2.0
/*
 * Readers under RCU beside a writer, for a while: loading the module runs it, and
 * fails if anything was wrong.
 *
 * A value repeats its key and carries a check sum, so that a reader sees one that
 * is torn, or whose memory has been used again. Some keys stay in the map
 * throughout, though their values are overwritten: every lookup has to find them,
 * and every walk to visit them once. Others come and go by the thousand, so that
 * the writer rebuilds, splits, merges, doubles and halves all the time.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include <hmap/hmap.h>

#define HOT		4	/* the first of either are used much more */
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

struct value {
	u64 key;
	u64 version;
	u64 sum;
};

/* Larger than a slot; each word after the first three repeats the check sum. */
struct large {
	struct value value;
	u64 sums[40];
};

struct any_key {
	union {
		u64 number;
		char string[24];
	};
};

/* A kind of map, and what has happened to it. */
struct run {
	const struct hmap_type *type;
	struct hmap map;
	spinlock_t lock;	/* the writer's, as hmap asks for one */
	bool writing;		/* it holds the lock, and so stays on its CPU */
	u64 writes;
	unsigned long end;	/* in jiffies */
	atomic_long_t lookups;
	atomic_long_t beside;	/* lookups while another CPU was writing */
	atomic_long_t walks;
	atomic_long_t errors;
};

static const struct hmap_type number_type =
	HMAP_TYPE_U64("number", sizeof(struct value), HMAP_RCU);
static const struct hmap_type string_type =
	HMAP_TYPE_STRING("string", sizeof(struct value), HMAP_RCU);
static const struct hmap_type large_type =
	HMAP_TYPE_U64("large", sizeof(struct large), HMAP_RCU);

static const void *make_key(const struct run *run, struct any_key *key, u64 n)
{
	if (run->type != &string_type)
		key->number = n;
	else
		snprintf(key->string, sizeof(key->string), "key number %llu", n);
	return key;
}

static u64 sum_of(u64 n, u64 version)
{
	return (n + 1) * 0x9e3779b97f4a7c15ULL ^ version;
}

static void error(struct run *run, const char *what, u64 n)
{
	if (atomic_long_inc_return(&run->errors) <= 10)
		pr_err("%s map: %s, key %llu\n", run->type->name, what, n);
}

static bool has_sums(const struct large *large)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(large->sums); i++)
		if (large->sums[i] != large->value.sum)
			return false;
	return true;
}

static bool is_sound(struct run *run, const struct value *value, u64 n)
{
	if (value->key == n && value->sum == sum_of(n, value->version) &&
	    (run->type != &large_type ||
	     has_sums(container_of(value, struct large, value))))
		return true;
	error(run, "a torn or stale value", n);
	return false;
}

/* In a read-side section. */
static const struct value *look_up(struct run *run, u64 n)
{
	const struct value *value;
	struct any_key key;

	if (READ_ONCE(run->writing))
		atomic_long_inc(&run->beside);
	value = hmap_lookup(&run->map, make_key(run, &key, n));
	if (value)
		is_sound(run, value, n);
	else if (n < staying)
		error(run, "a key that stays was not found", n);
	atomic_long_inc(&run->lookups);
	return value;
}

/* What a lookup returned keeps its bytes until the read-side section ends, while
 * the writer removes and inserts, or overwrites, that very entry.
 */
static void hold(struct run *run, u64 n)
{
	const struct value *value;
	struct value copy;
	u32 i;

	rcu_read_lock();
	value = look_up(run, n);
	if (value)
		copy = *value;
	for (i = 0; i < 100; i++)
		look_up(run, get_random_u32() % HOT);
	if (value && memcmp(&copy, value, sizeof(copy)))
		error(run, "a value changed under a reader", n);
	rcu_read_unlock();
}

/* Note a visit of a walk. */
static void visit(struct run *run, unsigned long *seen, const void *key,
		  const struct value *value)
{
	u64 n = READ_ONCE(value->key);
	struct any_key expected;

	if (n >= staying + coming || !is_sound(run, value, n))
		return error(run, "a walk produced something else", n);
	make_key(run, &expected, n);
	if (run->type == &string_type ? strcmp(key, expected.string) :
					*(const u64 *)key != n)
		error(run, "a walk produced a wrong key", n);
	if (n < staying && test_and_set_bit(n, seen))
		error(run, "a walk visited a key that stays twice", n);
}

static void check_walk(struct run *run, unsigned long *seen)
{
	u64 n = find_first_zero_bit(seen, staying);

	if (n < staying)
		error(run, "a walk missed a key that stays", n);
	bitmap_zero(seen, staying);
	atomic_long_inc(&run->walks);
}

static void walk(struct run *run, unsigned long *seen)
{
	const struct value *value;
	const void *key;

	rcu_read_lock();
	hmap_for_each_rcu(&run->map, iter, key, value)
		visit(run, seen, key, value);
	rcu_read_unlock();
	check_walk(run, seen);
}

/* Each step in a read-side section of its own. */
static void walk_by_cursor(struct run *run, unsigned long *seen)
{
	struct hmap_cursor cursor = HMAP_CURSOR_INIT;
	const struct value *value;
	const void *key;

	do {
		rcu_read_lock();
		value = hmap_next(&run->map, &cursor, &key);
		if (value)
			visit(run, seen, key, value);
		rcu_read_unlock();
		cond_resched();
	} while (value && !kthread_should_stop());
	if (value)
		bitmap_zero(seen, staying);
	else
		check_walk(run, seen);
}

static int reader(void *data)
{
	unsigned long *seen = bitmap_zalloc(staying, GFP_KERNEL);
	struct run *run = data;
	u32 i;

	if (!seen)
		error(run, "no memory to note visits in", 0);
	while (!kthread_should_stop()) {
		rcu_read_lock();
		for (i = 0; i < 200; i++) {
			look_up(run, get_random_u32() % staying);
			look_up(run, staying + get_random_u32() % coming);
		}
		rcu_read_unlock();
		hold(run, get_random_u32() % HOT);
		hold(run, staying + get_random_u32() % HOT);
		if (seen && get_random_u32() % 16)
			walk(run, seen);
		else if (seen)
			walk_by_cursor(run, seen);
		cond_resched();
	}
	bitmap_free(seen);
	return 0;
}

static void lock(struct run *run) __acquires(&run->lock)
{
	spin_lock(&run->lock);
	WRITE_ONCE(run->writing, true);
}

static void unlock(struct run *run) __releases(&run->lock)
{
	run->writes++;
	WRITE_ONCE(run->writing, false);
	spin_unlock(&run->lock);
}

static void store(struct run *run, u64 n)
{
	struct large new = {
		.value = { .key = n, .version = get_random_u32() },
	};
	struct any_key key;
	int err;

	new.value.sum = sum_of(n, new.value.version);
	if (run->type == &large_type)
		memset64(new.sums, new.value.sum, ARRAY_SIZE(new.sums));
	lock(run);
	err = hmap_store(&run->map, make_key(run, &key, n), &new, GFP_ATOMIC);
	unlock(run);
	if (err && err != -ENOMEM)
		error(run, "hmap_store() failed", n);
}

static void remove_key(struct run *run, u64 n)
{
	struct any_key key;

	lock(run);
	hmap_remove(&run->map, make_key(run, &key, n));
	unlock(run);
}

/* Overwrite an entry that stays; remove one that comes, and insert it again. */
static void write_hot(struct run *run)
{
	u64 n = get_random_u32() % HOT;

	store(run, n);
	remove_key(run, staying + n);
	store(run, staying + n);
}

static bool time_left(const struct run *run)
{
	return time_before(jiffies, run->end);
}

/* A wave: fill up to a number of keys, then remove most of them. */
static void write_wave(struct run *run)
{
	u64 many = 1 + get_random_u32() % coming, n;

	for (n = 0; n < many && time_left(run); n++) {
		store(run, staying + n);
		store(run, get_random_u32() % staying);
		write_hot(run);
		cond_resched();
	}
	for (n = 0; n < many && time_left(run); n++) {
		if (get_random_u32() % 64)
			remove_key(run, staying + n);
		write_hot(run);
		cond_resched();
	}
	lock(run);
	if (get_random_u32() % 4 == 0)
		hmap_trim(&run->map, GFP_ATOMIC);
	if (hmap_validate(&run->map))
		error(run, "hmap_validate() found damage", 0);
	unlock(run);
}

static int run_kind(const struct hmap_type *type)
{
	struct task_struct *task[MAX_READERS];
	struct run run = { .type = type };
	unsigned int i, started;
	u64 n;

	spin_lock_init(&run.lock);
	hmap_init(&run.map, type);
	hmap_set_lock(&run.map, &run.lock);
	for (n = 0; n < staying; n++)
		store(&run, n);
	for (started = 0; started < min(readers, MAX_READERS); started++) {
		task[started] = kthread_run(reader, &run, "hmap_stress/%u",
					    started);
		if (IS_ERR(task[started]))
			break;
	}
	run.end = jiffies + seconds * HZ;
	while (time_left(&run))
		write_wave(&run);
	for (i = 0; i < started; i++)
		kthread_stop(task[i]);
	hmap_destroy(&run.map);
	if (!atomic_long_read(&run.walks))
		error(&run, "no walk was finished", 0);
	if (num_online_cpus() > 1 && !atomic_long_read(&run.beside))
		error(&run, "no reader ever ran beside the writer", 0);
	pr_info("%s map: %u readers, %ld lookups, %ld of them beside a write, %ld walks, %llu writes, %ld errors\n",
		type->name, started, atomic_long_read(&run.lookups),
		atomic_long_read(&run.beside), atomic_long_read(&run.walks),
		run.writes, atomic_long_read(&run.errors));
	return atomic_long_read(&run.errors) ? -EIO : 0;
}

static int __init stress_init(void)
{
	if (staying < HOT || coming < HOT)
		return -EINVAL;
	return run_kind(&number_type) ?: run_kind(&string_type) ?:
	       run_kind(&large_type);
}

static void __exit stress_exit(void)
{
}

module_init(stress_init);
module_exit(stress_exit);
HMAP_IMPORT_NS;
MODULE_DESCRIPTION("Readers under RCU beside a writer of hmap");
MODULE_LICENSE("GPL");
