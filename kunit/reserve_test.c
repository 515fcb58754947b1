// SPDX-License-Identifier: GPL-2.0
/* Room made ahead: that it is enough, how long it is kept, and at what price. */
#include "things.h"

static void reserve_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/* What a reserve promises, for maps of one table and of many. */
static void reserve_is_kept(struct kunit *test, const struct hmap_type *type,
			    u64 before, u64 n)
{
	struct hmap_stats stats;
	struct hmap map = { };

	insert_keys(test, &map, type, 0, before);
	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, n, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	stats_since(&stats);
	KUNIT_EXPECT_EQ(test, hmap_reserve(&map, n, GFP_KERNEL, type), 0);
	insert_keys(test, &map, type, before, n);
	stats = stats_since(&stats);
	KUNIT_EXPECT_EQ_MSG(test, stats.tables_allocated, 0, "of %llu", n);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	expect_keys(test, &map, type, 0, n);
	hmap_clear(&map, type);
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
	struct hmap map = { };
	size_t reserved;
	u64 n, key;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 10000, GFP_KERNEL, &u64_type), 0);
	reserved = hmap_memory(&map, &u64_type);
	insert_keys(test, &map, &u64_type, 0, 100);
	for (n = 0; n < 100; n++) {
		key = key_of(n);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, &u64_type), 0);
	}
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, &u64_type), reserved);
	insert_keys(test, &map, &u64_type, 0, 100);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL, &u64_type), 0);
	KUNIT_EXPECT_LT(test, hmap_memory(&map, &u64_type), reserved / 2);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &u64_type), 0);
	expect_keys(test, &map, &u64_type, 0, 100);
	hmap_destroy(&map, &u64_type);
}

/* One trim leaves what it leaves of a map that never was reserved, also if it is what drops
 * the directory.
 */
static void trim_leaves_nothing_over(struct kunit *test, const struct hmap_type *type,
				     u64 count)
{
	struct thing *thing = make_things(test, count);
	struct hmap map = { }, fresh = { };

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 2000, GFP_KERNEL, type), 0);
	if (type->flags & HMAP_OBJECT) {
		insert_things(test, &map, type, thing, 0, count);
		insert_things(test, &fresh, type, thing, 0, count);
	} else {
		insert_keys(test, &map, type, 0, count);
		insert_keys(test, &fresh, type, 0, count);
	}
	KUNIT_EXPECT_EQ(test, hmap_trim(&fresh, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_EQ_MSG(test, hmap_memory(&map, type), hmap_memory(&fresh, type),
			    "type %s, %llu entries", type->name, (unsigned long long)count);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), count);
	if (type->flags & HMAP_OBJECT)
		expect_things(test, &map, type, thing, 0, count);
	else
		expect_keys(test, &map, type, 0, count);
	hmap_destroy(&map, type);
	hmap_destroy(&fresh, type);
	vfree(thing);
}

static void one_trim_leaves_nothing_over(struct kunit *test)
{
	u64 count;

	for (count = 1; count <= 3; count++) {
		trim_leaves_nothing_over(test, &u64_type, count);
		trim_leaves_nothing_over(test, &u64_rcu_type, count);
		trim_leaves_nothing_over(test, &things_type, count);
		trim_leaves_nothing_over(test, &rcu_things_type, count);
	}
}

/* Asked for what is there, it does nothing, whatever the shape of the map. */
static void reserve_does_nothing_needlessly(struct kunit *test)
{
	struct hmap map = { };
	struct hmap_stats stats;
	u64 n;

	insert_keys(test, &map, &u64_type, 0, 3000);
	for (n = 100; n < 3000; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }, &u64_type), 0);
	KUNIT_ASSERT_EQ(test, hmap_trim(&map, GFP_KERNEL, &u64_type), 0);
	stats_since(&stats);
	for (n = 0; n <= 100; n++)
		KUNIT_EXPECT_EQ(test, hmap_reserve(&map, n, GFP_KERNEL, &u64_type), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
	hmap_destroy(&map, &u64_type);
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
		struct hmap map = { };
		struct hmap_stats stats;
		u64 key;

		for (key = 0; key < 60; key++)
			KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, value, GFP_KERNEL,
							  &type), 0);
		KUNIT_ASSERT_EQ(test, hmap_reserve(&map, n, GFP_KERNEL, &type), 0);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, &type), 0);
		stats_since(&stats);
		for (; key < n; key++)
			KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, value, GFP_KERNEL,
							  &type), 0);
		KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
		hmap_destroy(&map, &type);
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
	struct hmap map = { };
	size_t before;
	u64 key;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 60, GFP_KERNEL, &type), 0);
	for (key = 0; key < 60; key++)
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, value, GFP_KERNEL, &type), 0);
	for (key = 10; key < 60; key++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, &type), 0);
	before = hmap_memory(&map, &type);
	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 28, GFP_KERNEL, &type), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, &type), before);
	hmap_destroy(&map, &type);
}

/* But what a map takes beyond what was reserved is given back. */
static void small_reserves_do_not_keep_large_maps(struct kunit *test)
{
	struct hmap map = { };
	size_t before;
	u64 n;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 4, GFP_KERNEL, &u64_type), 0);
	insert_keys(test, &map, &u64_type, 0, 10000);
	before = hmap_memory(&map, &u64_type);
	for (n = 0; n < 10000; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }, &u64_type), 0);
	KUNIT_EXPECT_LT(test, hmap_memory(&map, &u64_type), before / 100);
	hmap_destroy(&map, &u64_type);
}

/* Also room for what is there already: entries that go may come back. */
static void reserve_keeps_what_is_there(struct kunit *test)
{
	struct hmap map = { };
	struct hmap_stats stats;
	u64 n;

	insert_keys(test, &map, &u64_type, 0, 1000);
	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 1000, GFP_KERNEL, &u64_type), 0);
	for (n = 0; n < 1000; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }, &u64_type), 0);
	stats_since(&stats);
	insert_keys(test, &map, &u64_type, 0, 1000);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
	hmap_destroy(&map, &u64_type);
}

/*
 * Churn may make a table grow, or split it, for the sake of slots that cannot be used
 * again; the room that was reserved stays, and is there when everything has gone.
 */
static void churn_leaves_reserved_room(struct kunit *test,
				       const struct hmap_type *type, u64 count)
{
	const u64 pairs = 2000;
	struct hmap map = { };
	size_t reserved;
	u64 n;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, count, GFP_KERNEL, type), 0);
	reserved = hmap_memory(&map, type);
	insert_keys(test, &map, type, 0, count);
	for (n = 0; n < pairs; n++) {
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }, type), 0);
		insert_keys(test, &map, type, count + n, count + n + 1);
	}
	for (n = pairs; n < pairs + count; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), 0);
	KUNIT_EXPECT_GE_MSG(test, hmap_memory(&map, type), reserved, "of %llu",
			    (unsigned long long)count);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
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
	struct hmap map = { };
	struct hmap_stats stats;
	size_t reserved;
	u64 n, many;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, count, GFP_KERNEL, &u64_type), 0);
	reserved = hmap_memory(&map, &u64_type);
	stats_since(&stats);
	for (many = 0; !stats_since(&stats).splits; many++)
		insert_keys(test, &map, &u64_type, many, many + 1);
	for (n = 0; n < many - 1; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }, &u64_type), 0);
	/* The last one went into the table that was split for it. */
	KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(many - 1) }, &u64_type), 0);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, &u64_type), 0);
	KUNIT_EXPECT_GE(test, hmap_memory(&map, &u64_type), reserved / 2);
	hmap_clear(&map, &u64_type);
}

/* What a reserve promises, for objects: @before of them are there already. */
static void object_reserve_is_kept(struct kunit *test, const struct hmap_type *type,
				   u64 before, u64 n)
{
	struct thing *thing = make_things(test, n);
	struct hmap_stats stats;
	struct hmap map = { };

	insert_things(test, &map, type, thing, 0, before);
	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, n, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	stats_since(&stats);
	KUNIT_EXPECT_EQ(test, hmap_reserve(&map, n, GFP_KERNEL, type), 0);
	insert_things(test, &map, type, thing, before, n);
	KUNIT_EXPECT_EQ_MSG(test, stats_since(&stats).tables_allocated, 0, "of %llu",
			    (unsigned long long)n);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	expect_things(test, &map, type, thing, 0, n);
	hmap_clear(&map, type);
	vfree(thing);
}

static void reserved_room_is_enough_for_objects(struct kunit *test)
{
	static const u32 sizes[] = { 1, 2, 3, 4, 5, 11, 100, 390, 391, 600, 5000, 50000 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		object_reserve_is_kept(test, &things_type, 0, sizes[i]);
		object_reserve_is_kept(test, &things_type, 1, sizes[i]);
		object_reserve_is_kept(test, &rcu_things_type, sizes[i] / 3, sizes[i]);
	}
}

/* It stands in the header, before and after it was asked for. */
static void the_first_object_needs_no_room(struct kunit *test)
{
	struct thing *thing = make_things(test, 1);
	struct hmap_stats stats;
	struct things m = { };

	stats_since(&stats);
	KUNIT_EXPECT_EQ(test, things_reserve(&m, 1, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, things_insert(&m, thing, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, things_reserve(&m, 1, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, things_memory(&m), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
	KUNIT_EXPECT_EQ(test, things_validate(&m), 0);
	things_clear(&m);
	vfree(thing);
}

/* The table that was reserved stays for one object and for none, and the object of the
 * header moves into it. Trim leads back to the header, from either state.
 */
static void reserved_room_of_objects_is_kept_until_trim(struct kunit *test)
{
	struct thing *thing = make_things(test, 100);
	struct rcu_things m = { };
	struct hmap_stats stats;
	size_t reserved;

	insert_things(test, &m.map, &rcu_things_type, thing, 0, 1);
	KUNIT_ASSERT_EQ(test, rcu_things_reserve(&m, 100, GFP_KERNEL), 0);
	reserved = rcu_things_memory(&m);
	KUNIT_EXPECT_GE(test, reserved, 100 * sizeof(void *));
	expect_things(test, &m.map, &rcu_things_type, thing, 0, 1);
	insert_things(test, &m.map, &rcu_things_type, thing, 1, 100);
	stats_since(&stats);
	erase_things(test, &m.map, &rcu_things_type, thing, 1, 100);
	KUNIT_EXPECT_EQ(test, rcu_things_memory(&m), reserved);
	erase_things(test, &m.map, &rcu_things_type, thing, 0, 1);
	KUNIT_EXPECT_EQ(test, rcu_things_memory(&m), reserved);
	KUNIT_EXPECT_EQ(test, rcu_things_count(&m), 0);
	KUNIT_EXPECT_EQ(test, rcu_things_validate(&m), 0);
	insert_things(test, &m.map, &rcu_things_type, thing, 0, 100);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);

	erase_things(test, &m.map, &rcu_things_type, thing, 1, 100);
	KUNIT_EXPECT_EQ(test, rcu_things_trim(&m, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, rcu_things_memory(&m), 0);
	KUNIT_EXPECT_EQ(test, rcu_things_validate(&m), 0);
	expect_things(test, &m.map, &rcu_things_type, thing, 0, 1);
	KUNIT_ASSERT_EQ(test, rcu_things_reserve(&m, 100, GFP_KERNEL), 0);
	erase_things(test, &m.map, &rcu_things_type, thing, 0, 1);
	KUNIT_EXPECT_EQ(test, rcu_things_memory(&m), reserved);
	KUNIT_EXPECT_EQ(test, rcu_things_trim(&m, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, rcu_things_memory(&m), 0);
	vfree(thing);
}

/* Slots of objects are used again, also under RCU, so any number of changes does with the
 * room that was reserved, if need be without memory for a table to clean in.
 */
static void object_churn_needs_no_more_room(struct kunit *test, const struct hmap_type *type,
					    u64 count)
{
	const u64 pairs = 3000;
	struct thing *thing = make_things(test, count + pairs);
	struct hmap map = { };
	int err = 0;
	u64 n;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, count, GFP_KERNEL, type), 0);
	insert_things(test, &map, type, thing, 0, count);
	fail_all_allocations(true);
	for (n = 0; n < pairs && !err; n++) {
		hmap_erase(&map, &thing[n].key, type);
		err = insert_thing(&map, type, &thing[count + n], GFP_KERNEL);
	}
	fail_all_allocations(false);
	KUNIT_EXPECT_EQ_MSG(test, err, 0, "after %llu pairs, of %llu", (unsigned long long)n,
			    (unsigned long long)count);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	expect_things(test, &map, type, thing, n, count + n);
	hmap_clear(&map, type);
	vfree(thing);
}

static void reserved_room_is_enough_for_object_churn(struct kunit *test)
{
	static const u64 counts[] = { 2, 4, 10, 30, 300, 2000 };
	u32 i;

	if (!can_fail_allocations())
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		object_churn_needs_no_more_room(test, &things_type, counts[i]);
		object_churn_needs_no_more_room(test, &rcu_things_type, counts[i]);
	}
}

static struct kunit_case reserve_test_cases[] = {
	KUNIT_CASE(reserved_room_is_enough),
	KUNIT_CASE(reserved_room_is_kept_until_trim),
	KUNIT_CASE(one_trim_leaves_nothing_over),
	KUNIT_CASE(reserve_does_nothing_needlessly),
	KUNIT_CASE(reserve_of_large_slots),
	KUNIT_CASE(reserve_stays_within_the_class),
	KUNIT_CASE(small_reserves_do_not_keep_large_maps),
	KUNIT_CASE(reserve_keeps_what_is_there),
	KUNIT_CASE(reserved_room_outlives_churn),
	KUNIT_CASE(reserved_room_outlives_the_last_entry),
	KUNIT_CASE(reserved_room_is_enough_for_objects),
	KUNIT_CASE(the_first_object_needs_no_room),
	KUNIT_CASE(reserved_room_of_objects_is_kept_until_trim),
	KUNIT_CASE(reserved_room_is_enough_for_object_churn),
	{}
};

static struct kunit_suite reserve_test_suite = {
	.name = "hmap_reserve",
	.exit = reserve_test_exit,
	.test_cases = reserve_test_cases,
};

kunit_test_suite(reserve_test_suite);
