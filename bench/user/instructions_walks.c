// SPDX-License-Identifier: GPL-2.0
/* Instructions of a step of a walk, and of one by a cursor; see instructions.h. */
#include "instructions.h"

#define PREFIX	""
#define MILLION	1000000	/* in one map */

/* 32 bytes, as in the benchmark in the kernel. */
struct object {
	u64 key;
	u64 more[3];
};

HMAP_DEFINE(words, u64, u64, hmap_hash_u64, NULL, FLAGS);
HMAP_DEFINE_OBJECT(objects, struct object, key, hmap_hash_u64, FLAGS);

static struct object all[MILLION];

static struct words *words(size_t i)
{
	return (struct words *)&COUNT_MAPS[i];
}

static struct objects *objects(size_t i)
{
	return (struct objects *)&COUNT_MAPS[i];
}

static noinline void walk_words(struct words *map)
{
	const u64 *k, *v;

	hmap_for_each(words, map, iter, k, v)
		bench_touch(v);
}

static noinline void next_words(struct words *map)
{
	struct hmap_cursor cursor = { };
	const u64 *k, *v;

	while ((v = words_next(map, &cursor, &k)))
		bench_touch(v);
}

static noinline void walk_objects(struct objects *map)
{
	struct object *object;

	hmap_for_each_object(objects, map, iter, object)
		bench_touch(object);
}

static noinline void next_objects(struct objects *map)
{
	struct hmap_cursor cursor = { };
	struct object *object;

	while ((object = objects_next(map, &cursor)))
		bench_touch(object);
}

static void count_words_steps(size_t maps, size_t n, const char *walk, const char *next)
{
	size_t i, j;

	for (i = 0; i < maps; i++)
		for (j = 0; j < n; j++)
			bench_check(!words_insert(words(i), all[j].key, j, GFP_KERNEL), "insert");
	count_in(maps, walk, n, walk_words(words(i)));
	count_in(maps, next, n, next_words(words(i)));
	for (i = 0; i < maps; i++)
		words_destroy(words(i));
	rcu_barrier();
}

/* With its beginning, which is most of it. */
static void count_short_walk(const char *name)
{
	size_t i, j;

	for (i = 0; i < MAPS; i++)
		for (j = 0; j < FEW; j++)
			bench_check(!words_insert(words(i), all[j].key, j, GFP_KERNEL), "insert");
	rcu_barrier();
	count_in(MAPS, name, 1, walk_words(words(i)));
	for (i = 0; i < MAPS; i++)
		words_destroy(words(i));
	rcu_barrier();
}

static void count_object_steps(size_t maps, size_t n, const char *walk, const char *next)
{
	size_t i, j;

	for (i = 0; i < maps; i++)
		for (j = 0; j < n; j++)
			bench_check(!objects_insert(objects(i), &all[j], GFP_KERNEL), "insert");
	count_in(maps, walk, n, walk_objects(objects(i)));
	count_in(maps, next, n, next_objects(objects(i)));
	for (i = 0; i < maps; i++)
		objects_destroy(objects(i));
	rcu_barrier();
}

void count_walks(void)
{
	size_t n;

	for (n = 0; n < MILLION; n++)
		all[n].key = n * GOLDEN_RATIO_64;
	count_short_walk("for_each of 8");
	count_words_steps(MAPS, MANY, "for_each, a step of 1000", "next, a step of 1000");
	count_words_steps(1, MILLION, "for_each, a step of 1M", "next, a step of 1M");
	count_object_steps(MAPS, MANY, "object, for_each, a step of 1000",
			   "object, next, a step of 1000");
	count_object_steps(1, MILLION, "object, for_each, a step of 1M",
			   "object, next, a step of 1M");
}
