// SPDX-License-Identifier: GPL-2.0
/* Room made ahead: that it is enough, how long it is kept, and at what price. */
#include "test.h"

static void reserve_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/* What a reserve promises, for maps of one table and of many. */
static void reserve_is_kept(struct kunit *test, const struct hmap_type *type,
			    u64 before, u64 n)
{
	struct hmap_stats stats;
	struct hmap map;

	hmap_init(&map, type);
	insert_keys(test, &map, 0, before);
	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, n, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	stats_since(&stats);
	KUNIT_EXPECT_EQ(test, hmap_reserve(&map, n, GFP_KERNEL), 0);
	insert_keys(test, &map, before, n);
	stats = stats_since(&stats);
	KUNIT_EXPECT_EQ_MSG(test, stats.tables_allocated, 0, "of %llu", n);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	expect_keys(test, &map, 0, n);
	hmap_clear(&map);
}

static void reserved_room_is_enough(struct kunit *test)
{
	static const u32 sizes[] = { 1, 2, 3, 8, 25, 100, 208, 209, 300, 5000,
				     50000 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		reserve_is_kept(test, &u64_type, 0, sizes[i]);
		reserve_is_kept(test, &u64_rcu_type, sizes[i] / 3, sizes[i]);
	}
}

/* Nothing of it is taken back by inserts and removes, but by trim. */
static void reserved_room_is_kept_until_trim(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	size_t reserved;
	u64 n, key;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 10000, GFP_KERNEL), 0);
	reserved = hmap_memory(&map);
	insert_keys(test, &map, 0, 100);
	for (n = 0; n < 100; n++) {
		key = key_of(n);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key), 0);
	}
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), reserved);
	insert_keys(test, &map, 0, 100);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL), 0);
	KUNIT_EXPECT_LT(test, hmap_memory(&map), reserved / 2);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	expect_keys(test, &map, 0, 100);
	hmap_destroy(&map);
}

/* Asked for what is there, it does nothing, whatever the shape of the map. */
static void reserve_does_nothing_needlessly(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	struct hmap_stats stats;
	u64 n;

	insert_keys(test, &map, 0, 3000);
	for (n = 100; n < 3000; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }), 0);
	KUNIT_ASSERT_EQ(test, hmap_trim(&map, GFP_KERNEL), 0);
	stats_since(&stats);
	for (n = 0; n <= 100; n++)
		KUNIT_EXPECT_EQ(test, hmap_reserve(&map, n, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
	hmap_destroy(&map);
}

/* Slots of 256 bytes: room for a share and its margin, in tables of the largest
 * class and never above it.
 */
static void reserve_of_large_slots(struct kunit *test)
{
	static const struct hmap_type type =
		HMAP_TYPE("256", 8, 248, hmap_hash_u64, NULL, 0);
	static u8 value[248];
	u64 n;

	for (n = 1; n < 200; n += 9) {
		DEFINE_HMAP(map, &type);
		struct hmap_stats stats;
		u64 key;

		for (key = 0; key < 60; key++)
			KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, value,
							  GFP_KERNEL), 0);
		KUNIT_ASSERT_EQ(test, hmap_reserve(&map, n, GFP_KERNEL), 0);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
		stats_since(&stats);
		for (; key < n; key++)
			KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, value,
							  GFP_KERNEL), 0);
		KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
		hmap_destroy(&map);
	}
}

/* Tables that are deeper than the request needs have small shares with wide margins:
 * these do not lead above the largest class, which for slots of 256 bytes is 8 KiB.
 */
static void reserve_stays_within_the_class(struct kunit *test)
{
	static const struct hmap_type type =
		HMAP_TYPE("256", 8, 248, hmap_hash_u64, NULL, 0);
	static u8 value[248];
	DEFINE_HMAP(map, &type);
	size_t before;
	u64 key;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 60, GFP_KERNEL), 0);
	for (key = 0; key < 60; key++)
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, value, GFP_KERNEL),
				0);
	for (key = 10; key < 60; key++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key), 0);
	before = hmap_memory(&map);
	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 28, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), before);
	hmap_destroy(&map);
}

/* But what a map takes beyond what was reserved is given back. */
static void small_reserves_do_not_keep_large_maps(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	size_t before;
	u64 n;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 4, GFP_KERNEL), 0);
	insert_keys(test, &map, 0, 10000);
	before = hmap_memory(&map);
	for (n = 0; n < 10000; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }), 0);
	KUNIT_EXPECT_LT(test, hmap_memory(&map), before / 100);
	hmap_destroy(&map);
}

/* Also room for what is there already: entries that go may come back. */
static void reserve_keeps_what_is_there(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	struct hmap_stats stats;
	u64 n;

	insert_keys(test, &map, 0, 1000);
	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 1000, GFP_KERNEL), 0);
	for (n = 0; n < 1000; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }), 0);
	stats_since(&stats);
	insert_keys(test, &map, 0, 1000);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
	hmap_destroy(&map);
}

/*
 * Churn may make a table grow, or split it, for the sake of slots that cannot be used
 * again; the room that was reserved stays, and is there when everything has gone.
 */
static void churn_leaves_reserved_room(struct kunit *test,
				       const struct hmap_type *type, u64 count)
{
	const u64 pairs = 2000;
	struct hmap map;
	size_t reserved;
	u64 n;

	hmap_init(&map, type);
	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, count, GFP_KERNEL), 0);
	reserved = hmap_memory(&map);
	insert_keys(test, &map, 0, count);
	for (n = 0; n < pairs; n++) {
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }), 0);
		insert_keys(test, &map, count + n, count + n + 1);
	}
	for (n = pairs; n < pairs + count; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }), 0);
	KUNIT_EXPECT_EQ(test, hmap_count(&map), 0);
	KUNIT_EXPECT_GE_MSG(test, hmap_memory(&map), reserved, "of %llu",
			    (unsigned long long)count);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 0);
}

static void reserved_room_outlives_churn(struct kunit *test)
{
	static const u64 counts[] = { 2, 20, 80, 140, 200, 223, 260, 320, 2000 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		churn_leaves_reserved_room(test, &u64_type, counts[i]);
		churn_leaves_reserved_room(test, &u64_rcu_type, counts[i]);
	}
}

/* Tables that have outgrown their reserve do not take the others' with them. */
static void reserved_room_outlives_the_last_entry(struct kunit *test)
{
	const u64 count = 5000;
	DEFINE_HMAP(map, &u64_type);
	struct hmap_stats stats;
	size_t reserved;
	u64 n, many;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, count, GFP_KERNEL), 0);
	reserved = hmap_memory(&map);
	stats_since(&stats);
	for (many = 0; !stats_since(&stats).splits; many++)
		insert_keys(test, &map, many, many + 1);
	for (n = 0; n < many - 1; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }), 0);
	/* The last one went into the table that was split for it. */
	KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(many - 1) }), 0);
	KUNIT_EXPECT_EQ(test, hmap_count(&map), 0);
	KUNIT_EXPECT_GE(test, hmap_memory(&map), reserved / 2);
	hmap_clear(&map);
}

static struct kunit_case reserve_test_cases[] = {
	KUNIT_CASE(reserved_room_is_enough),
	KUNIT_CASE(reserved_room_is_kept_until_trim),
	KUNIT_CASE(reserve_does_nothing_needlessly),
	KUNIT_CASE(reserve_of_large_slots),
	KUNIT_CASE(reserve_stays_within_the_class),
	KUNIT_CASE(small_reserves_do_not_keep_large_maps),
	KUNIT_CASE(reserve_keeps_what_is_there),
	KUNIT_CASE(reserved_room_outlives_churn),
	KUNIT_CASE(reserved_room_outlives_the_last_entry),
	{}
};

static struct kunit_suite reserve_test_suite = {
	.name = "hmap_reserve",
	.exit = reserve_test_exit,
	.test_cases = reserve_test_cases,
};

kunit_test_suite(reserve_test_suite);
