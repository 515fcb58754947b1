// SPDX-License-Identifier: GPL-2.0
/*
 * How walks end: at the last entry, earlier, or in a map that has been cleared; and what
 * they hold until then.
 */
#include "things.h"

#define N	500

static u8 visits[8 * N];

static void walk_end_test_exit(struct kunit *test)
{
	rcu_barrier();
}

static void insert_range(struct kunit *test, struct hmap *map, const struct hmap_type *type,
			 u64 from, u64 to)
{
	u64 key;

	for (key = from; key < to; key++)
		KUNIT_ASSERT_EQ(test, hmap_insert(map, &key, &key, GFP_KERNEL, type), 0);
}

static struct hmap_table *table_of(const struct hmap *map)
{
	return rcu_dereference_protected(map->root, 1);
}

static int leave_by_return(struct hmap *map)
{
	const u64 *k;
	u64 *v;

	hmap_walk_safe(map, iter, k, v, &u64_type)
		return *k == *v && table_of(map)->pins == 1;
	return -1;
}

/* A walk that was left early holds nothing: what it stood in is freed when it is
 * replaced, not later.
 */
static void leaving_early_lets_go(struct kunit *test)
{
	struct hmap map = { };
	unsigned int seen = 0;
	const u64 *k;
	u64 *v;

	insert_range(test, &map, &u64_type, 0, 10);
	hmap_walk_safe(&map, iter, k, v, &u64_type) {
		seen += *k == *v;
		KUNIT_EXPECT_EQ(test, table_of(&map)->pins, 1);
		break;
	}
	KUNIT_EXPECT_EQ(test, table_of(&map)->pins, 0);
	KUNIT_EXPECT_EQ(test, leave_by_return(&map), 1);
	KUNIT_EXPECT_EQ(test, table_of(&map)->pins, 0);
	hmap_walk_safe(&map, iter, k, v, &u64_type) {
		seen += *k == *v;
		goto out;
	}
out:
	KUNIT_EXPECT_EQ(test, seen, 2);
	KUNIT_EXPECT_EQ(test, table_of(&map)->pins, 0);
	hmap_destroy(&map, &u64_type);
}

/* Left early, in whatever way, after its table has died: the table goes with the walk. */
static void leaving_a_dead_table_frees_it(struct kunit *test)
{
	struct hmap map = { };
	struct thing *thing = make_things(test, 10), *t;
	u32 way, seen = 0;
	const u64 *k;
#ifdef _HMAP_USER_STUBS_H
	size_t bytes = stub_bytes;
#endif

	for (way = 0; way < 3; way++) {
		insert_things(test, &map, &things_type, thing, 0, 10);
		hmap_walk_safe(&map, iter, k, t, &things_type) {
			seen += t->key == *k;
			/* What the hashes of objects are kept for. */
			KUNIT_EXPECT_EQ(test, hmap_reserve(&map, 30, GFP_KERNEL,
							   &things_type), 0);
			if (way == 0)
				break;
			if (way == 1)
				goto out;
			erase_things(test, &map, &things_type, thing, 0, 10);
		}
out:
		hmap_clear(&map, &things_type);
#ifdef _HMAP_USER_STUBS_H
		KUNIT_EXPECT_EQ(test, stub_bytes, bytes);
#endif
	}
	KUNIT_EXPECT_EQ(test, seen, 3);
	vfree(thing);
}

/* Two who hold the lock for reading may walk at once: so nothing is written. */
static void shared_walks_pin_nothing(struct kunit *test)
{
	struct hmap map = { };
	unsigned int seen = 0;
	const u64 *k, *k2;
	u64 *v, *v2;

	insert_range(test, &map, &u64_type, 0, 10);
	hmap_walk(&map, outer, k, v, &u64_type) {
		KUNIT_EXPECT_EQ(test, table_of(&map)->pins, 0);
		hmap_walk(&map, inner, k2, v2, &u64_type) {
			KUNIT_EXPECT_EQ(test, table_of(&map)->pins, 0);
			seen += *k2 == *v2;
		}
	}
	KUNIT_EXPECT_EQ(test, seen, 100);
	hmap_destroy(&map, &u64_type);
}

/* A dead table is freed when the last of two walks leaves it. */
static void the_last_walk_frees(struct kunit *test)
{
	struct hmap map = { };
	unsigned int inner = 0, outer = 0;
	const u64 *k, *k2;
	u64 *v, *v2;

	insert_range(test, &map, &u64_type, 0, 2);
	hmap_walk_safe(&map, a, k, v, &u64_type) {
		outer += *k == *v;
		hmap_walk_safe(&map, b, k2, v2, &u64_type) {
			inner += *k2 == *v2;
			if (inner == 1)
				insert_range(test, &map, &u64_type, 2, N);
		}
		if (outer == 2)
			break;
	}
	KUNIT_EXPECT_GE(test, inner, 2);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &u64_type), 0);
	hmap_destroy(&map, &u64_type);
}

/* Of a map that is cleared, or destroyed, at its @when-th step, nothing is left to be
 * visited.
 */
static void end_of_a_map(struct kunit *test, const struct hmap_type *type, u64 n, u64 when,
			 bool destroy)
{
	struct hmap map = { };
	u64 seen = 0;
	const u64 *k;
	u64 *v;

	insert_range(test, &map, type, 0, n);
	test_lock();
	hmap_walk_safe(&map, iter, k, v, type) {
		KUNIT_ASSERT_EQ(test, *k, *v);
		if (seen++ != when)
			continue;
		if (destroy)
			hmap_destroy(&map, type);
		else
			hmap_clear(&map, type);
		KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
	}
	test_unlock();
	KUNIT_EXPECT_EQ(test, seen, when + 1);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
}

static void nothing_is_found_of_a_cleared_map(struct kunit *test)
{
	static const u64 sizes[] = { 1, 2, 9, 60, N, 4 * N };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		end_of_a_map(test, &u64_type, sizes[i], 0, false);
		end_of_a_map(test, &u64_type, sizes[i], 0, true);
		end_of_a_map(test, &u64_rcu_type, sizes[i], sizes[i] / 2, false);
		end_of_a_map(test, &u64_rcu_type, sizes[i], sizes[i] / 2, true);
	}
}

/*
 * A walk goes on in a map that is cleared and filled again. There are @n entries before, and
 * @m after it, whose keys begin at @from. Each is visited at most as often as it was
 * inserted, and the walk comes to an end. Returns how many it visits after the clear.
 */
static u64 clear_and_fill(struct kunit *test, const struct hmap_type *type, u64 n, u64 from,
			  u64 m)
{
	struct hmap map = { };
	u64 seen = 0, key;
	const u64 *k;
	u64 *v;

	memset(visits, 0, sizeof(visits));
	insert_range(test, &map, type, 0, n);
	test_lock();
	hmap_walk_safe(&map, iter, k, v, type) {
		KUNIT_ASSERT_EQ(test, *k, *v);
		visits[*k]++;
		if (seen++ != n / 3)
			continue;
		/* What has been visited does not count any more. */
		memset(visits, 0, sizeof(visits));
		hmap_clear(&map, type);
		insert_range(test, &map, type, from, from + m);
	}
	test_unlock();
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), m);
	for (key = 0; key < ARRAY_SIZE(visits); key++)
		KUNIT_ASSERT_LE(test, visits[key], key >= from && key < from + m);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	hmap_destroy(&map, type);
	return seen - n / 3 - 1;
}

static void the_walk_goes_on_after_clear(struct kunit *test)
{
	static const u64 sizes[] = { 1, 2, 9, 60, N, 3 * N };
	u64 seen = 0;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (j = 0; j < ARRAY_SIZE(sizes); j++) {
			/* Others, and the same again. */
			seen += clear_and_fill(test, &u64_type, sizes[i], 4 * N, sizes[j]);
			seen += clear_and_fill(test, &u64_type, sizes[i], 0, sizes[j]);
			seen += clear_and_fill(test, &u64_rcu_type, sizes[i], 4 * N, sizes[j]);
			seen += clear_and_fill(test, &u64_rcu_type, sizes[i], 0, sizes[j]);
		}
	}
	/* From a directory it comes to ranges that have been filled meanwhile. */
	KUNIT_EXPECT_GT(test, seen, 0);
}

static struct kunit_case walk_end_test_cases[] = {
	KUNIT_CASE(leaving_early_lets_go),
	KUNIT_CASE(leaving_a_dead_table_frees_it),
	KUNIT_CASE(shared_walks_pin_nothing),
	KUNIT_CASE(the_last_walk_frees),
	KUNIT_CASE(nothing_is_found_of_a_cleared_map),
	KUNIT_CASE(the_walk_goes_on_after_clear),
	{}
};

static struct kunit_suite walk_end_test_suite = {
	.name = "hmap_walk_end",
	.exit = walk_end_test_exit,
	.test_cases = walk_end_test_cases,
};

kunit_test_suite(walk_end_test_suite);
