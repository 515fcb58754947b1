// SPDX-License-Identifier: GPL-2.0
/*
 * Use that is strange, but allowed: reserves that nobody can meet, maps that are emptied
 * twice, or in the middle of a walk. And use that is forbidden, in misuses.c: it is reported
 * by those who watch memory and locks.
 */
#include "test.h"
#include "misuses.h"

/* Maps that have nothing, a word, a table, a directory. */
static const u32 counts[] = { 0, 1, 20, 1000 };

#define MOST		1000

struct object {
	u64 key;
};

static const struct hmap_type object_type =
	__HMAP_OBJECT_TYPE("objects", 8, offsetof(struct object, key), hmap_hash_u64, NULL,
			   NULL, HMAP_RCU);

static struct object objects[MOST];

static const struct hmap_type * const types[] = { &u64_type, &u64_rcu_type, &object_type };

static void misuse_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/* Of any of these types, the keys [0, @count). */
static void fill(struct kunit *test, struct hmap *map, const struct hmap_type *type,
		 u32 count)
{
	u32 n;

	if (type != &object_type) {
		insert_keys(test, map, type, 0, count);
		return;
	}
	for (n = 0; n < count; n++) {
		struct object *object = &objects[n];

		object->key = key_of(n);
		KUNIT_ASSERT_EQ(test, hmap_insert(map, &object->key, &object, GFP_KERNEL,
						  type), 0);
	}
}

/* Nothing is lost, and nothing is there that should not be. */
static void expect_intact(struct kunit *test, struct hmap *map,
			  const struct hmap_type *type, u32 count)
{
	u64 n, key, absent = 0;

	KUNIT_EXPECT_EQ(test, hmap_count(map, type), count);
	KUNIT_EXPECT_EQ(test, hmap_validate(map, type), 0);
	for (n = 0; n < count; n++) {
		key = key_of(n);
		absent += !hmap_contains(map, &key, type);
	}
	KUNIT_EXPECT_EQ(test, absent, 0);
}

/* No map of any type has room for so many. */
static void refuse_reserves(struct kunit *test, struct hmap *map,
			    const struct hmap_type *type, u32 count)
{
	size_t bytes = hmap_memory(map, type);
	int bit, i;

	for (bit = 40; bit < 64; bit++)
		for (i = -1; i <= 1; i++)
			KUNIT_EXPECT_EQ(test, hmap_reserve(map, (1UL << bit) + i,
							   GFP_KERNEL, type), -E2BIG);
	for (i = 0; i < 64; i++)
		KUNIT_EXPECT_EQ(test, hmap_reserve(map, ULONG_MAX - i, GFP_KERNEL, type),
				-E2BIG);
	KUNIT_EXPECT_EQ(test, hmap_memory(map, type), bytes);
	KUNIT_EXPECT_EQ(test, hmap_count(map, type), count);
	KUNIT_EXPECT_EQ(test, hmap_validate(map, type), 0);
}

static void absurd_reserves_are_refused(struct kunit *test)
{
	static const struct hmap_type sizes[] = {
		HMAP_TYPE("one", 0, 8, hmap_hash_bytes, NULL, 0),
		HMAP_TYPE("set", 4, 0, hmap_hash_u32, NULL, HMAP_RCU),
		HMAP_TYPE_STRING("string", 300, hmap_hash_bytes, HMAP_RCU),
		HMAP_TYPE("large", 128, 128, hmap_hash_bytes, NULL, 0),
	};
	struct hmap single = { };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct hmap map = { };

		refuse_reserves(test, &map, &sizes[i], 0);
		KUNIT_EXPECT_EQ(test, hmap_memory(&map, &sizes[i]), 0);
	}
	for (i = 0; i < ARRAY_SIZE(counts) * ARRAY_SIZE(types); i++) {
		const struct hmap_type *type = types[i % ARRAY_SIZE(types)];
		u32 count = counts[i / ARRAY_SIZE(types)];
		struct hmap map = { };

		fill(test, &map, type, count);
		refuse_reserves(test, &map, type, count);
		expect_intact(test, &map, type, count);
		hmap_clear(&map, type);
	}
	KUNIT_EXPECT_EQ(test, hmap_reserve(&single, 1, GFP_KERNEL, &sizes[0]), 0);
	KUNIT_EXPECT_EQ(test, hmap_reserve(&single, 2, GFP_KERNEL, &sizes[0]), -E2BIG);
	hmap_destroy(&single, &sizes[0]);
}

/* What a map could have room for, but no machine has. */
static void reserves_beyond_memory_fail(struct kunit *test)
{
	int bit, err;
	u32 i;

	if (!can_fail_allocations())
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	for (i = 0; i < ARRAY_SIZE(counts) * ARRAY_SIZE(types); i++) {
		const struct hmap_type *type = types[i % ARRAY_SIZE(types)];
		u32 count = counts[i / ARRAY_SIZE(types)];
		struct hmap map = { };

		fill(test, &map, type, count);
		for (bit = 20; bit < 40; bit++) {
			fail_all_allocations(true);
			err = hmap_reserve(&map, 1UL << bit, GFP_NOWAIT, type);
			fail_all_allocations(false);
			KUNIT_EXPECT_TRUE(test, err == -ENOMEM || err == -E2BIG);
		}
		expect_intact(test, &map, type, count);
		hmap_destroy(&map, type);
	}
}

/* Header-only again, by whatever way: every call answers as for a new map. */
static void expect_new(struct kunit *test, struct hmap *map, const struct hmap_type *type)
{
	struct hmap_cursor cursor = { };
	u64 key = key_of(0), out = 3;

	KUNIT_EXPECT_NULL(test, rcu_access_pointer(map->root));
	KUNIT_EXPECT_EQ(test, hmap_memory(map, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_count(map, type), 0);
	KUNIT_EXPECT_TRUE(test, hmap_empty(map, type));
	KUNIT_EXPECT_EQ(test, hmap_validate(map, type), 0);
	KUNIT_EXPECT_FALSE(test, hmap_contains(map, &key, type));
	KUNIT_EXPECT_FALSE(test, hmap_read(map, &key, &out, type));
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, hmap_lookup(map, &key, type));
	KUNIT_EXPECT_NULL(test, hmap_next(map, &cursor, NULL, type));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, hmap_take(map, &key, &out, type), -ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_remove(map, &key, type), -ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_trim(map, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_EQ(test, out, 3);
}

static u32 seen;

static void count_entry(void *entry, void *arg)
{
	++*(u32 *)arg;
}

static void clear_with(struct hmap *map, const struct hmap_type *type)
{
	hmap_clear_with(map, count_entry, &seen, type);
}

static void free_and_destroy(struct hmap *map, const struct hmap_type *type)
{
	hmap_free_and_destroy(map, count_entry, &seen, type);
}

static void (* const ways[])(struct hmap *map, const struct hmap_type *type) = {
	hmap_clear, hmap_destroy, clear_with, free_and_destroy,
};

#define WAYS	ARRAY_SIZE(ways)

/* Each way to empty a map, once more, and then another way. */
static void empty_in_all_ways(struct kunit *test, const struct hmap_type *type,
			      u32 count)
{
	struct hmap_stats stats;
	struct hmap map = { };
	u32 i;

	stats_since(&stats);
	for (i = 0; i < WAYS * WAYS * WAYS; i++) {
		fill(test, &map, type, count);
		expect_intact(test, &map, type, count);
		seen = 0;
		ways[i % WAYS](&map, type);
		expect_new(test, &map, type);
		ways[i / WAYS % WAYS](&map, type);
		expect_new(test, &map, type);
		ways[i / WAYS / WAYS](&map, type);
		expect_new(test, &map, type);
		/* Whoever comes first has the entries. */
		KUNIT_EXPECT_EQ(test, seen, i % WAYS < 2 ? 0 : count);
	}
	KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, 0);
}

static void maps_are_new_after_clear_and_destroy(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(counts) * ARRAY_SIZE(types); i++)
		empty_in_all_ways(test, types[i % ARRAY_SIZE(types)],
				  counts[i / ARRAY_SIZE(types)]);
}

/* Which there is no need to do. */
static void zeroed_maps_can_be_destroyed(struct kunit *test)
{
	struct hmap map = { };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		hmap_destroy(&map, types[i]);
		hmap_clear(&map, types[i]);
		hmap_destroy(&map, types[i]);
		expect_new(test, &map, types[i]);
	}
}

/* An empty map has no type: it may be used as one of another. */
static void emptied_maps_change_their_type(struct kunit *test)
{
	struct hmap map = { };
	u32 i;

	for (i = 0; i < 4 * ARRAY_SIZE(types); i++) {
		const struct hmap_type *type = types[i % ARRAY_SIZE(types)];

		fill(test, &map, type, MOST);
		expect_intact(test, &map, type, MOST);
		ways[i % WAYS](&map, type);
	}
}

static u8 visits[MOST];

/* The number of an entry that a walk shows. */
static u32 number_of(const struct hmap_type *type, const void *entry)
{
	if (type != &object_type)
		return *(const u64 *)entry;
	return (const struct object *)entry - objects;
}

/*
 * The body of the safe walk empties the map, in all of its tables and of two walks at once,
 * and fills it again. The walks go on: what they have noted is not found, what is new may be
 * visited. Returns the visits of the outer one, and notes those of the inner.
 */
static u32 walk_and_empty(struct kunit *test, struct hmap *map,
			  const struct hmap_type *type, u32 at,
			  void (*empty)(struct hmap *map, const struct hmap_type *type),
			  u32 refill, u32 *inner)
{
	u32 outer = 0;
	const void *k;
	void *v;

	*inner = 0;
	hmap_walk_safe(map, walk, k, v, type) {
		u32 n = number_of(type, v);

		KUNIT_ASSERT_LE(test, n, MOST - 1);
		visits[n]++;
		if (++outer != at)
			continue;
		hmap_walk_safe(map, iter, k, v, type) {
			if (++*inner != at)
				continue;
			empty(map, type);
			fill(test, map, type, refill);
		}
	}
	return outer;
}

static void expect_walk(struct kunit *test, const struct hmap_type *type, u32 at, u32 way,
			u32 refill)
{
	u32 outer, inner, n, wrong = 0;
	struct hmap map = { };

	memset(visits, 0, sizeof(visits));
	fill(test, &map, type, MOST);
	test_lock();
	outer = walk_and_empty(test, &map, type, at, ways[way], refill, &inner);
	test_unlock();
	KUNIT_EXPECT_GE(test, outer, at);
	KUNIT_EXPECT_GE(test, inner, at);
	KUNIT_EXPECT_LE(test, outer, at + refill);
	KUNIT_EXPECT_LE(test, inner, at + refill);
	/* As often as it was inserted, at most. */
	for (n = 0; n < MOST; n++)
		wrong += visits[n] > 1 + (n < refill);
	KUNIT_EXPECT_EQ(test, wrong, 0);
	expect_intact(test, &map, type, refill);
	hmap_destroy(&map, type);
}

static void walks_go_on_where_the_map_is_emptied(struct kunit *test)
{
	static const u32 places[] = { 1, 500, 1000 };
	static const u32 refills[] = { 0, 1, 700 };
	struct hmap_stats stats;
	u32 i, j, way;

	stats_since(&stats);
	for (i = 0; i < ARRAY_SIZE(places) * ARRAY_SIZE(types); i++)
		for (way = 0; way < WAYS; way++)
			for (j = 0; j < ARRAY_SIZE(refills); j++)
				expect_walk(test, types[i % ARRAY_SIZE(types)],
					    places[i / ARRAY_SIZE(types)], way, refills[j]);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, 0);
}

#ifdef _HMAP_USER_STUBS_H
/* In a kernel that watches itself, the stage "misuse" has them. */
static void misuse_is_reported(struct kunit *test)
{
	u32 i;

	for (i = 0; i < nr_misuses; i++) {
		const struct misuse *m = &misuses[i];

#ifndef __SANITIZE_ADDRESS__
		if (m->reporter == BY_ASAN || m->reporter == BY_ASAN_LAST)
			continue;
#endif
		if (!stub_dies(m->run))
			KUNIT_FAIL(test, "%s: not reported", m->name);
	}
}
#endif

static struct kunit_case misuse_test_cases[] = {
	KUNIT_CASE(absurd_reserves_are_refused),
	KUNIT_CASE(reserves_beyond_memory_fail),
	KUNIT_CASE(maps_are_new_after_clear_and_destroy),
	KUNIT_CASE(zeroed_maps_can_be_destroyed),
	KUNIT_CASE(emptied_maps_change_their_type),
	KUNIT_CASE(walks_go_on_where_the_map_is_emptied),
#ifdef _HMAP_USER_STUBS_H
	KUNIT_CASE(misuse_is_reported),
#endif
	{}
};

static struct kunit_suite misuse_test_suite = {
	.name = "hmap_misuse",
	.exit = misuse_test_exit,
	.test_cases = misuse_test_cases,
};

kunit_test_suite(misuse_test_suite);
