// SPDX-License-Identifier: GPL-2.0
/* See misuses.h. */
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include <hmap/hmap.h>

#include "misuses.h"

#define MANY	1000

static const struct hmap_type type = HMAP_TYPE_U64("misused", 8, 0);
static const struct hmap_type rcu_type = HMAP_TYPE_U64("misused rcu", 8, HMAP_RCU);

static DEFINE_SPINLOCK(lock);

/* What is read here is not to be optimised away. */
static u64 seen;

static void fill(struct hmap *map, u64 from, u64 to)
{
	for (; from < to; from++)
		if (hmap_insert(map, &from, &from, GFP_KERNEL))
			return;
}

static void look_in_no_map(void)
{
	struct hmap *map = NULL;

	OPTIMIZER_HIDE_VAR(map);
	seen += hmap_contains(map, &seen);
}

static void insert_into_no_map(void)
{
	struct hmap *map = NULL;

	OPTIMIZER_HIDE_VAR(map);
	seen += hmap_insert(map, &seen, &seen, GFP_KERNEL);
}

static void destroy_no_map(void)
{
	struct hmap *map = NULL;

	OPTIMIZER_HIDE_VAR(map);
	hmap_destroy(map);
}

static void look_for_no_key(void)
{
	DEFINE_HMAP(map, &type);

	fill(&map, 0, 1);
	seen += hmap_contains(&map, NULL);
}

static void get_to_nowhere(void)
{
	DEFINE_HMAP(map, &type);
	u64 key = 0;

	fill(&map, 0, 1);
	seen += hmap_get(&map, &key, NULL);
}

static void next_without_cursor(void)
{
	DEFINE_HMAP(map, &type);

	fill(&map, 0, 1);
	seen += !!hmap_next(&map, NULL, NULL);
}

static void read_value_after_clear(void)
{
	DEFINE_HMAP(map, &type);
	const u64 *value;
	u64 key = 0;

	fill(&map, 0, 1);
	value = hmap_lookup(&map, &key);
	hmap_clear(&map);
	seen += READ_ONCE(*value);
}

static void read_value_after_growth(void)
{
	DEFINE_HMAP(map, &type);
	const u64 *value;
	u64 key = 0;

	fill(&map, 0, 1);
	value = hmap_lookup(&map, &key);
	fill(&map, 1, MANY);
	seen += READ_ONCE(*value);
	hmap_destroy(&map);
}

static void use_map_after_free(void)
{
	struct hmap *map = hmap_alloc(&type, GFP_KERNEL);

	if (!map)
		return;
	hmap_free(map);
	seen += hmap_contains(map, &seen);
}

static void free_map_twice(void)
{
	struct hmap *map = hmap_alloc(&type, GFP_KERNEL);

	if (!map)
		return;
	fill(map, 0, 1);
	hmap_free(map);
	hmap_free(map);
}

static void destroy_map_and_its_copy(void)
{
	DEFINE_HMAP(map, &type);
	struct hmap copy;

	fill(&map, 0, 1);
	copy = map;
	hmap_destroy(&map);
	hmap_destroy(&copy);
}

static void free_map_in_walk(void)
{
	struct hmap *map = hmap_alloc(&type, GFP_KERNEL);
	const void *key;
	void *value;

	if (!map)
		return;
	fill(map, 0, MANY);
	hmap_for_each(map, iter, key, value) {
		hmap_free(map);
		map = NULL;
	}
}

/* The body may destroy the map in the writer's walk, but not in a reader's: nothing
 * waits for those.
 */
static void destroy_map_in_readers_walk(void)
{
	DEFINE_HMAP(map, &rcu_type);
	const void *key, *value;

	fill(&map, 0, 10);
	rcu_read_lock();
	hmap_for_each_rcu(&map, iter, key, value)
		hmap_destroy(&map);
	rcu_read_unlock();
}

static void write_without_lock(void)
{
	DEFINE_HMAP(map, &rcu_type);

	hmap_set_lock(&map, &lock);
	fill(&map, 0, 1);
	spin_lock(&lock);
	hmap_clear(&map);
	spin_unlock(&lock);
}

static void read_without_rcu(void)
{
	DEFINE_HMAP(map, &rcu_type);
	u64 key = 0;

	fill(&map, 0, 1);
	hmap_set_lock(&map, &lock);
	seen += !!hmap_lookup(&map, &key);
	spin_lock(&lock);
	hmap_clear(&map);
	spin_unlock(&lock);
}

#define MISUSE(by, function)	{ #function, by, function }

/* After a report of KASAN's, lockdep is silent. */
const struct misuse misuses[] = {
	MISUSE(BY_LOCKDEP, write_without_lock),
	MISUSE(BY_LOCKDEP, read_without_rcu),
	MISUSE(BY_FAULT, look_in_no_map),
	MISUSE(BY_FAULT, insert_into_no_map),
	MISUSE(BY_FAULT, destroy_no_map),
	MISUSE(BY_FAULT, look_for_no_key),
	MISUSE(BY_FAULT, get_to_nowhere),
	MISUSE(BY_FAULT, next_without_cursor),
	MISUSE(BY_ASAN, read_value_after_clear),
	MISUSE(BY_ASAN, read_value_after_growth),
	MISUSE(BY_ASAN_LAST, use_map_after_free),
	MISUSE(BY_ASAN_LAST, free_map_twice),
	MISUSE(BY_ASAN, destroy_map_and_its_copy),
	MISUSE(BY_ASAN_LAST, free_map_in_walk),
	MISUSE(BY_ASAN, destroy_map_in_readers_walk),
};

const u32 nr_misuses = ARRAY_SIZE(misuses);
