// SPDX-License-Identifier: GPL-2.0
/* Memory given back as entries go, and by hmap_trim(). */
#include "test.h"

static void shrink_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/* What a map takes that has held nothing but these entries. */
static size_t memory_of_fresh(struct kunit *test, const struct hmap_type *type,
			      u64 from, u64 to)
{
	struct hmap map;
	size_t bytes;

	hmap_init(&map, type);
	insert_keys(test, &map, from, to);
	bytes = hmap_memory(&map);
	hmap_destroy(&map);
	return bytes;
}

/* Entries may also go in the order of their hashes, by a walk that removes what it
 * visits. Then the last two tables may be too full to be merged, and keep the
 * directory: less than a byte for each entry that there has been.
 */
static void give_back_in_walk(struct kunit *test, const struct hmap_type *type)
{
	const u64 many = 20000;
	u64 left = many, key;
	struct hmap map;
	const u64 *k;
	u64 *v;

	hmap_init(&map, type);
	insert_keys(test, &map, 0, left);
	hmap_for_each(&map, iter, k, v) {
		key = *k;
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key), 0);
		left--;
		if (left % 977 && left > 20)
			continue;
		KUNIT_EXPECT_LE(test, hmap_memory(&map),
				512 + many +
				4 * memory_of_fresh(test, type, 0, left));
		KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	}
	KUNIT_EXPECT_EQ(test, left, 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 0);
}

/* All the way down, the memory is at most a constant and four times what the live
 * entries need; a table above the smallest class goes with its last entry.
 */
static void give_back(struct kunit *test, const struct hmap_type *type)
{
	const u64 many = 20000;
	struct hmap_stats stats;
	struct hmap map;
	u64 n;

	stats_since(&stats);
	hmap_init(&map, type);
	insert_keys(test, &map, 0, many);
	for (n = 0; n < many; n++) {
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }), 0);
		if (n % 977 && many - n > 20)
			continue;
		KUNIT_EXPECT_LE(test, hmap_memory(&map),
				512 + 4 * memory_of_fresh(test, type, n + 1,
							  many));
		KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
		expect_keys(test, &map, n + 1, many);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 0);
	stats = stats_since(&stats);
	KUNIT_EXPECT_GT(test, stats.merges, 0);
	KUNIT_EXPECT_GT(test, stats.rebuilds_shrink, 0);
	KUNIT_EXPECT_GT(test, stats.directory_shrinks, 0);
	KUNIT_EXPECT_EQ(test, stats.tables_allocated, stats.tables_freed);
}

static void removals_give_memory_back(struct kunit *test)
{
	give_back(test, &u64_type);
	give_back(test, &u64_rcu_type);
	give_back_in_walk(test, &u64_type);
	give_back_in_walk(test, &u64_rcu_type);
}

/* No size at which one insert and one removal by turns allocate each time. */
static void shrinking_does_not_flutter(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	struct hmap_stats stats;
	u64 n, i, worst = 0;

	insert_keys(test, &map, 0, 600);
	for (n = 0; n < 600; n++) {
		u64 key = key_of(n);

		stats_since(&stats);
		for (i = 0; i < 20; i++) {
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key), 0);
			KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &n,
							  GFP_KERNEL), 0);
		}
		worst = max(worst, stats_since(&stats).tables_allocated);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key), 0);
	}
	KUNIT_EXPECT_LE(test, worst, 3);
	hmap_destroy(&map);
}

static bool in_upper_half(const struct hmap *map, u64 key)
{
	u32 seed = hmap_root_seed((void *)rcu_access_pointer(map->root));

	return hmap_hash(&key, sizeof(key), seed, hmap_hash_u64) >> 63;
}

/* Insert keys of one half of the hashes from number *@n on. */
static void insert_half(struct kunit *test, struct hmap *map, bool upper, u64 *n,
			u32 count)
{
	for (; count; count--, ++*n) {
		while (in_upper_half(map, key_of(*n)) != upper)
			++*n;
		insert_keys(test, map, *n, *n + 1);
	}
}

/* Nor one beside an empty table, where removals in the order of hashes may end. */
static void full_and_empty_tables_do_not_flutter(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_rcu_type);
	struct hmap_stats stats;
	u64 n = 1, last, i, worst = 0;

	insert_keys(test, &map, 0, 1);
	insert_half(test, &map, false, &n, 150);
	insert_half(test, &map, true, &n, 150);
	last = n;
	for (n = 0; n < last; n++)
		if (!in_upper_half(&map, key_of(n)))
			hmap_remove(&map, &(u64){ key_of(n) });
	KUNIT_EXPECT_GE(test, hmap_count(&map), 150);
	for (n = last; worst < 20 && hmap_count(&map) < 260; ) {
		insert_half(test, &map, true, &n, 1);
		stats_since(&stats);
		for (i = 0; i < 20; i++) {
			u64 next = n;

			insert_half(test, &map, false, &next, 1);
			hmap_remove(&map, &(u64){ key_of(next - 1) });
		}
		worst = max(worst, stats_since(&stats).tables_allocated);
	}
	KUNIT_EXPECT_LE(test, worst, 5);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	hmap_clear(&map);
}

/* A removal that cannot allocate a smaller table does without. */
static void failed_shrinking_is_put_off(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	struct hmap_stats stats;
	u64 n;

	if (!can_fail_allocations())
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	insert_keys(test, &map, 0, 1000);
	stats_since(&stats);
	for (n = 0; n < 999; n++) {
		/* The merge, the smaller table or the halved directory. */
		fail_nth_allocation(1 + n % 3);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }), 0);
		allocation_has_failed();
		KUNIT_ASSERT_EQ(test, hmap_validate(&map), 0);
	}
	KUNIT_EXPECT_GT(test, stats_since(&stats).alloc_failures, 0);
	expect_keys(test, &map, 999, 1000);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 64);
	hmap_clear(&map);
}

static void trim_takes_the_tightest_class(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_rcu_type);
	struct hmap_stats stats;
	u64 n, key;

	/* What was reserved is not given back by removals. */
	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 25, GFP_KERNEL), 0);
	insert_keys(test, &map, 0, 25);
	for (n = 0; n < 23; n++) {
		key = key_of(n);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key), 0);
	}
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 512);
	stats_since(&stats);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 64);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).rebuilds_shrink, 1);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
	expect_keys(test, &map, 23, 25);
	hmap_clear(&map);
}

static struct kunit_case shrink_test_cases[] = {
	KUNIT_CASE(removals_give_memory_back),
	KUNIT_CASE(shrinking_does_not_flutter),
	KUNIT_CASE(full_and_empty_tables_do_not_flutter),
	KUNIT_CASE(failed_shrinking_is_put_off),
	KUNIT_CASE(trim_takes_the_tightest_class),
	{}
};

static struct kunit_suite shrink_test_suite = {
	.name = "hmap_shrink",
	.exit = shrink_test_exit,
	.test_cases = shrink_test_cases,
};

kunit_test_suite(shrink_test_suite);
