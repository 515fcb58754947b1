// SPDX-License-Identifier: GPL-2.0
/* See misuses.h. */
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include <hmap/hmap.h>

#include "misuses.h"

#define MANY	1000

struct object {
	u64 key;
};

HMAP_DEFINE(values, u64, u64, hmap_hash_u64, NULL, 0);
HMAP_DEFINE(rcu_values, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE(names, const char *, u64, hmap_hash_bytes, NULL, HMAP_STRING);
HMAP_DEFINE_OBJECT(objects, struct object, key, hmap_hash_u64, 0);

/* What is read here is not to be optimised away. */
static u64 seen;

static void fill(struct values *map, u64 from, u64 to)
{
	for (; from < to; from++)
		if (values_insert(map, from, from, GFP_KERNEL))
			return;
}

static struct object *add_object(struct objects *map, u64 key)
{
	struct object *object = kmalloc(sizeof(*object), GFP_KERNEL);

	if (!object)
		return NULL;
	object->key = key;
	if (objects_insert(map, object, GFP_KERNEL)) {
		kfree(object);
		return NULL;
	}
	return object;
}

static void free_object(void *object, void *unused)
{
	kfree(object);
}

static void look_in_no_map(void)
{
	struct values *map = NULL;

	OPTIMIZER_HIDE_VAR(map);
	seen += values_contains(map, seen);
}

static void insert_into_no_map(void)
{
	struct values *map = NULL;

	OPTIMIZER_HIDE_VAR(map);
	seen += values_insert(map, seen, seen, GFP_KERNEL);
}

static void destroy_no_map(void)
{
	struct values *map = NULL;

	OPTIMIZER_HIDE_VAR(map);
	values_destroy(map);
}

static void look_for_no_key(void)
{
	struct values map = { };

	fill(&map, 0, 1);
	seen += hmap_contains(&map.map, NULL, &values_type);
}

static void look_for_no_string(void)
{
	struct names map = { };

	if (!names_insert(&map, "name", 1, GFP_KERNEL))
		seen += hmap_contains(&map.map, NULL, &names_type);
}

static void look_for_no_key_of_an_object(void)
{
	struct objects map = { };

	if (add_object(&map, 1))
		seen += hmap_contains(&map.map, NULL, &objects_type);
}

static void read_to_nowhere(void)
{
	struct values map = { };

	fill(&map, 0, 1);
	seen += values_read(&map, 0, NULL);
}

static void next_without_cursor(void)
{
	struct values map = { };

	fill(&map, 0, 1);
	seen += !!values_next(&map, NULL, NULL);
}

static void destroy_with_no_function(void)
{
	struct objects map = { };
	void (*fn)(void *, void *) = (void *)8;

	OPTIMIZER_HIDE_VAR(fn);
	if (add_object(&map, 1))
		objects_free_and_destroy(&map, fn, NULL);
}

static void read_value_after_clear(void)
{
	struct values map = { };
	const u64 *value;

	fill(&map, 0, 1);
	value = values_lookup(&map, 0);
	values_clear(&map);
	seen += READ_ONCE(*value);
}

static void read_value_after_growth(void)
{
	struct values map = { };
	const u64 *value;

	fill(&map, 0, 1);
	value = values_lookup(&map, 0);
	fill(&map, 1, MANY);
	seen += READ_ONCE(*value);
	values_destroy(&map);
}

static void read_stored_string_after_remove(void)
{
	struct names map = { };
	const char *stored = NULL;
	struct hmap_cursor cursor = { };

	if (names_insert(&map, "name", 1, GFP_KERNEL))
		return;
	names_next(&map, &cursor, &stored);
	names_remove(&map, "name");
	seen += READ_ONCE(*stored);
	names_destroy(&map);
}

/* The one in the header, and one in a table. */
static void free_object_in_header(void)
{
	struct objects map = { };

	kfree(add_object(&map, 1));
	seen += objects_contains(&map, 1);
	objects_destroy(&map);
}

static void free_object_in_table(void)
{
	struct objects map = { };
	struct object *first = add_object(&map, 1), *second = add_object(&map, 2);

	kfree(second);
	seen += objects_contains(&map, 2);
	objects_destroy(&map);
	kfree(first);
}

static void use_map_after_free(void)
{
	struct values *map = values_alloc(GFP_KERNEL);

	if (!map)
		return;
	values_free(map);
	seen += values_contains(map, seen);
}

static void free_map_twice(void)
{
	struct values *map = values_alloc(GFP_KERNEL);

	if (!map)
		return;
	fill(map, 0, 1);
	values_free(map);
	values_free(map);
}

static void destroy_map_and_its_copy(void)
{
	struct values map = { }, copy;

	fill(&map, 0, 1);
	copy = map;
	values_destroy(&map);
	values_destroy(&copy);
}

static void free_map_in_walk(void)
{
	struct values *map = values_alloc(GFP_KERNEL);
	const u64 *key;
	u64 *value;

	if (!map)
		return;
	fill(map, 0, MANY);
	hmap_for_each_safe(values, map, iter, key, value) {
		values_free(map);
		map = NULL;
	}
}

/* The body of the plain walk changes nothing: it pins nothing either. */
static void clear_map_in_plain_walk(void)
{
	struct values map = { };
	const u64 *key;
	u64 *value;

	fill(&map, 0, 10);
	hmap_for_each(values, &map, iter, key, value)
		values_clear(&map);
}

static void free_objects_in_plain_walk(void)
{
	struct objects map = { };
	struct object *object;
	u64 n;

	for (n = 0; n < 10; n++)
		add_object(&map, n);
	hmap_for_each_object(objects, &map, iter, object) {
		seen += object->key;
		objects_clear_with(&map, free_object, NULL);
	}
}

/* The body may destroy the map in the writer's walk, but not in a reader's: nothing
 * waits for those.
 */
static void destroy_map_in_readers_walk(void)
{
	struct rcu_values map = { };
	const u64 *key, *value;
	u64 n;

	for (n = 0; n < 10; n++)
		if (rcu_values_insert(&map, n, n, GFP_KERNEL))
			break;
	rcu_read_lock();
	hmap_for_each_rcu(rcu_values, &map, iter, key, value)
		rcu_values_destroy(&map);
	rcu_read_unlock();
}

const struct misuse misuses[] = {
	MISUSE(BY_FAULT, look_in_no_map),
	MISUSE(BY_FAULT, insert_into_no_map),
	MISUSE(BY_FAULT, destroy_no_map),
	MISUSE(BY_FAULT, look_for_no_key),
	MISUSE(BY_FAULT, look_for_no_string),
	MISUSE(BY_FAULT, look_for_no_key_of_an_object),
	MISUSE(BY_FAULT, read_to_nowhere),
	MISUSE(BY_FAULT, next_without_cursor),
	MISUSE(BY_FAULT, destroy_with_no_function),
	MISUSE(BY_ASAN, read_value_after_clear),
	MISUSE(BY_ASAN, read_value_after_growth),
	MISUSE(BY_ASAN, read_stored_string_after_remove),
	MISUSE(BY_ASAN, free_object_in_header),
	MISUSE(BY_ASAN, free_object_in_table),
	MISUSE(BY_ASAN_LAST, use_map_after_free),
	MISUSE(BY_ASAN_LAST, free_map_twice),
	MISUSE(BY_ASAN, destroy_map_and_its_copy),
	MISUSE(BY_ASAN_LAST, free_map_in_walk),
	MISUSE(BY_ASAN, clear_map_in_plain_walk),
	MISUSE(BY_ASAN, free_objects_in_plain_walk),
	MISUSE(BY_ASAN, destroy_map_in_readers_walk),
};

const u32 nr_misuses = ARRAY_SIZE(misuses);
