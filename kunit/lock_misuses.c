// SPDX-License-Identifier: GPL-2.0
/*
 * See misuses.h: locks. Of each function of hmap's lockdep reports a place once, so those
 * that are to be reported use different ones.
 */
#include <linux/bottom_half.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

#include <hmap/hmap.h>

#include "misuses.h"

HMAP_DEFINE(values, u64, u64, hmap_hash_u64, NULL, 0);
HMAP_DEFINE(rcu_values, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE(others, u64, u64, hmap_hash_u64, NULL, 0);

static DEFINE_SPINLOCK(lock);
static DEFINE_SPINLOCK(other_lock);
static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(rwsem);

/* What is read here is not to be optimised away, though nobody looks at it. */
static u64 seen __maybe_unused;

/* For each a map that nobody has named a lock of, with an entry. */
static void begin(struct rcu_values *map)
{
	*map = (struct rcu_values){ };
	seen += rcu_values_insert(map, 0, 1, GFP_KERNEL);
}

static void end(struct rcu_values *map)
{
	rcu_values_destroy(map);
}

/* All calls that look at a map, inlined here or not. */
static void read_all(const struct rcu_values *map)
{
	struct hmap_cursor cursor = { };
	const u64 *k, *v, key = 0;

	seen += !!rcu_values_lookup(map, 0);
	seen += !!hmap_lookup(&map->map, &key, &rcu_values_type);
	seen += rcu_values_lookup_bulk(map, &key, 1, &v);
	rcu_values_cursor_after(map, &cursor, 5);
	cursor = (struct hmap_cursor){ };
	seen += !!rcu_values_next(map, &cursor, &k);
	hmap_for_each_rcu(rcu_values, map, iter, k, v)
		seen += READ_ONCE(*v);
	hmap_for_each(rcu_values, map, iter, k, v)
		seen += READ_ONCE(*v);
	seen += rcu_values_contains(map, 0) + rcu_values_count(map) + rcu_values_empty(map) +
		rcu_values_memory(map);
}

/* Allowed: read-side sections of all kinds. */
static void read_under_rcu(void)
{
	struct rcu_values map;

	begin(&map);
	rcu_read_lock();
	read_all(&map);
	rcu_read_unlock();
	end(&map);
}

static void read_under_rcu_bh(void)
{
	struct rcu_values map;

	begin(&map);
	rcu_read_lock_bh();
	read_all(&map);
	rcu_read_unlock_bh();
	end(&map);
}

static void read_under_rcu_sched(void)
{
	struct rcu_values map;

	begin(&map);
	rcu_read_lock_sched();
	read_all(&map);
	rcu_read_unlock_sched();
	end(&map);
}

static void read_without_softirqs(void)
{
	struct rcu_values map;

	begin(&map);
	local_bh_disable();
	read_all(&map);
	local_bh_enable();
	end(&map);
}

static void read_without_preemption(void)
{
	struct rcu_values map;

	begin(&map);
	preempt_disable();
	read_all(&map);
	preempt_enable();
	end(&map);
}

static void read_without_interrupts(void)
{
	struct rcu_values map;

	begin(&map);
	local_irq_disable();
	read_all(&map);
	local_irq_enable();
	end(&map);
}

/* Allowed: any lock where none was named; and that one is, or RCU, where it was. */
static void read_under_some_spinlock(void)
{
	struct rcu_values map;

	begin(&map);
	spin_lock(&lock);
	read_all(&map);
	spin_unlock(&lock);
	end(&map);
}

static void read_under_some_mutex(void)
{
	struct rcu_values map;

	begin(&map);
	mutex_lock(&mutex);
	read_all(&map);
	mutex_unlock(&mutex);
	end(&map);
}

static void read_under_some_shared_rwsem(void)
{
	struct rcu_values map;

	begin(&map);
	down_read(&rwsem);
	read_all(&map);
	up_read(&rwsem);
	end(&map);
}

static void read_under_named_lock(void)
{
	struct rcu_values map;

	begin(&map);
	hmap_set_lock(&map, &mutex);
	mutex_lock(&mutex);
	read_all(&map);
	mutex_unlock(&mutex);
	rcu_read_lock();
	read_all(&map);
	rcu_read_unlock();
	end(&map);
}

static void ask_with_nothing_held(void)
{
	struct rcu_values map;
	u64 value;

	begin(&map);
	seen += rcu_values_contains(&map, 0) + rcu_values_read(&map, 0, &value) +
		rcu_values_count(&map) + rcu_values_empty(&map) + rcu_values_memory(&map);
	end(&map);
}

static void walk_under_shared_rwsem(void)
{
	struct values map = { };
	const u64 *k;
	u64 *v;

	hmap_set_lock(&map, &rwsem);
	down_write(&rwsem);
	seen += values_insert(&map, 0, 1, GFP_KERNEL);
	up_write(&rwsem);
	down_read(&rwsem);
	hmap_for_each(values, &map, iter, k, v)
		seen += *v;
	seen += !!values_lookup(&map, 0) + values_contains(&map, 0);
	up_read(&rwsem);
	values_destroy(&map);
}

static void write_under_named_rwsem(void)
{
	struct rcu_values map = { };
	const u64 *k, *v;

	/* Before its lock is named it is nobody else's. */
	seen += rcu_values_reserve(&map, 100, GFP_KERNEL);
	hmap_set_lock(&map, &rwsem);
	down_write(&rwsem);
	seen += rcu_values_store(&map, 0, 1, GFP_KERNEL);
	WRITE_ONCE(*rcu_values_lookup_mut(&map, 0), 2);
	hmap_for_each_safe(rcu_values, &map, iter, k, v)
		seen += rcu_values_remove(&map, *k);
	seen += rcu_values_trim(&map, GFP_KERNEL);
	rcu_values_clear(&map);
	up_write(&rwsem);
	/* Nobody is left who could hold it. */
	rcu_values_destroy(&map);
}

static void read_own_map(void)
{
	struct values map = { };

	/* A type without HMAP_RCU, and no lock named: it may be this function's alone. */
	seen += values_insert(&map, 0, 1, GFP_KERNEL);
	seen += !!values_lookup(&map, 0);
	values_destroy(&map);
}

static void change_type_of_empty_map(void)
{
	struct hmap map = { };
	u64 key = 0;

	seen += hmap_insert(&map, &key, &key, GFP_KERNEL, &values_type);
	hmap_clear(&map, &values_type);
	seen += hmap_insert(&map, &key, &key, GFP_KERNEL, &others_type);
	hmap_destroy(&map, &others_type);
}

/* Reported: nothing held, or the wrong thing. */
static void lookup_with_nothing_held(void)
{
	struct rcu_values map;

	begin(&map);
	seen += !!rcu_values_lookup(&map, 0);
	end(&map);
}

static void walk_with_nothing_held(void)
{
	struct rcu_values map;
	const u64 *k, *v;

	begin(&map);
	hmap_for_each_rcu(rcu_values, &map, iter, k, v)
		seen += READ_ONCE(*v);
	end(&map);
}

static void bulk_with_nothing_held(void)
{
	struct rcu_values map;
	const u64 key = 0, *v;

	begin(&map);
	seen += rcu_values_lookup_bulk(&map, &key, 1, &v);
	end(&map);
}

/* A named lock is that one, and no other. */
static void lookup_under_another_lock(void)
{
	struct rcu_values map;
	u64 key = 0;

	begin(&map);
	hmap_set_lock(&map, &mutex);
	down_read(&rwsem);
	seen += !!hmap_lookup(&map.map, &key, &rcu_values_type);
	up_read(&rwsem);
	end(&map);
}

/* RCU does not protect what does not wait for it. */
static void next_under_rcu_without_lock(void)
{
	struct hmap_cursor cursor = { };
	struct values map = { };

	seen += values_insert(&map, 0, 1, GFP_KERNEL);
	hmap_set_lock(&map, &lock);
	rcu_read_lock();
	seen += !!values_next(&map, &cursor, NULL);
	rcu_read_unlock();
	values_destroy(&map);
}

static void insert_under_shared_rwsem(void)
{
	struct rcu_values map = { };

	hmap_set_lock(&map, &rwsem);
	down_read(&rwsem);
	seen += rcu_values_insert(&map, 0, 1, GFP_KERNEL);
	up_read(&rwsem);
	end(&map);
}

static void reserve_without_lock(void)
{
	struct rcu_values map;

	begin(&map);
	hmap_set_lock(&map, &lock);
	seen += rcu_values_reserve(&map, 10, GFP_KERNEL);
	end(&map);
}

static void clear_under_another_lock(void)
{
	struct rcu_values map;

	begin(&map);
	hmap_set_lock(&map, &lock);
	spin_lock(&other_lock);
	rcu_values_clear(&map);
	spin_unlock(&other_lock);
	end(&map);
}

/* By hmap itself: warnings. */
static void safe_walk_under_shared_rwsem(void)
{
	struct rcu_values map;
	const u64 *k, *v;

	begin(&map);
	hmap_set_lock(&map, &rwsem);
	down_read(&rwsem);
	hmap_for_each_safe(rcu_values, &map, iter, k, v)
		seen += *v;
	up_read(&rwsem);
	end(&map);
}

static void lookup_mut_under_shared_rwsem(void)
{
	struct rcu_values map;

	begin(&map);
	hmap_set_lock(&map, &rwsem);
	down_read(&rwsem);
	WRITE_ONCE(*rcu_values_lookup_mut(&map, 0), 2);
	up_read(&rwsem);
	end(&map);
}

static void change_map_with_two_types(void)
{
	struct hmap map = { };
	u64 key = 0;

	seen += hmap_insert(&map, &key, &key, GFP_KERNEL, &values_type);
	key = 1;
	seen += hmap_insert(&map, &key, &key, GFP_KERNEL, &others_type);
	hmap_destroy(&map, &values_type);
}

const struct misuse lock_misuses[] = {
	MISUSE(BY_NOBODY, read_under_rcu),
	MISUSE(BY_NOBODY, read_under_rcu_bh),
	MISUSE(BY_NOBODY, read_under_rcu_sched),
	MISUSE(BY_NOBODY, read_without_softirqs),
	MISUSE(BY_NOBODY, read_without_preemption),
	MISUSE(BY_NOBODY, read_without_interrupts),
	MISUSE(BY_NOBODY, read_under_some_spinlock),
	MISUSE(BY_NOBODY, read_under_some_mutex),
	MISUSE(BY_NOBODY, read_under_some_shared_rwsem),
	MISUSE(BY_NOBODY, read_under_named_lock),
	MISUSE(BY_NOBODY, ask_with_nothing_held),
	MISUSE(BY_NOBODY, walk_under_shared_rwsem),
	MISUSE(BY_NOBODY, write_under_named_rwsem),
	MISUSE(BY_NOBODY, read_own_map),
	MISUSE(BY_NOBODY, change_type_of_empty_map),
	MISUSE(BY_LOCKDEP, lookup_with_nothing_held),
	MISUSE(BY_LOCKDEP, walk_with_nothing_held),
	MISUSE(BY_LOCKDEP, bulk_with_nothing_held),
	MISUSE(BY_LOCKDEP, lookup_under_another_lock),
	MISUSE(BY_LOCKDEP, next_under_rcu_without_lock),
	/* Before the first insert, which reports the same places and more. */
	MISUSE(BY_LOCKDEP, reserve_without_lock),
	MISUSE(BY_LOCKDEP, insert_under_shared_rwsem),
	MISUSE(BY_LOCKDEP, clear_under_another_lock),
	MISUSE(BY_WARNING, safe_walk_under_shared_rwsem),
	MISUSE(BY_WARNING, lookup_mut_under_shared_rwsem),
	MISUSE(BY_WARNING, change_map_with_two_types),
};

const u32 nr_lock_misuses = ARRAY_SIZE(lock_misuses);
