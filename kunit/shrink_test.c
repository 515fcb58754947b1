// SPDX-License-Identifier: GPL-2.0
/* Memory given back as entries go, and by hmap_trim(). */
#include "things.h"

static void shrink_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/* What a map takes that has held nothing but these entries. */
static size_t memory_of_fresh(struct kunit *test, const struct hmap_type *type,
			      u64 from, u64 to)
{
	struct hmap map = { };
	size_t bytes;

	insert_keys(test, &map, type, from, to);
	bytes = hmap_memory(&map, type);
	hmap_destroy(&map, type);
	return bytes;
}

/* Entries may also go in the order of their hashes, by a walk that removes what it visits. Then
 * the last tables may be too full to be merged, and a few empty ones lead to them.
 */
static void give_back_in_walk(struct kunit *test, struct hmap *map, const struct hmap_type *type)
{
	const u64 many = 20000;
	u64 left = many, key;
	const u64 *k;
	u64 *v;

	insert_keys(test, map, type, 0, left);
	test_lock();
	hmap_walk_safe(map, iter, k, v, type) {
		key = *k;
		KUNIT_ASSERT_EQ(test, hmap_remove(map, &key, type), 0);
		left--;
		if (left % 977 && left > 20)
			continue;
		KUNIT_EXPECT_LE(test, hmap_memory(map, type),
				512 + 8 * HMAP_DIR_TABLE_MIN +
				4 * memory_of_fresh(test, type, 0, left));
		KUNIT_EXPECT_EQ(test, hmap_validate(map, type), 0);
	}
	test_unlock();
	KUNIT_EXPECT_EQ(test, left, 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(map, type), 0);
}

/* All the way down, the memory is at most a constant and four times what the live
 * entries need; a table above the smallest class goes with its last entry.
 */
static void give_back(struct kunit *test, struct hmap *map, const struct hmap_type *type)
{
	const u64 many = 20000;
	struct hmap_stats stats;
	u64 n;

	stats_since(&stats);
	insert_keys(test, map, type, 0, many);
	for (n = 0; n < many; n++) {
		KUNIT_ASSERT_EQ(test, hmap_remove(map, &(u64){ key_of(n) }, type), 0);
		if (n % 977 && many - n > 20)
			continue;
		KUNIT_EXPECT_LE(test, hmap_memory(map, type),
				512 + 4 * memory_of_fresh(test, type, n + 1, many));
		KUNIT_EXPECT_EQ(test, hmap_validate(map, type), 0);
		expect_keys(test, map, type, n + 1, many);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, hmap_memory(map, type), 0);
	stats = stats_since(&stats);
	KUNIT_EXPECT_GT(test, stats.merges, 0);
	KUNIT_EXPECT_GT(test, stats.rebuilds_shrink, 0);
	KUNIT_EXPECT_GT(test, stats.directory_shrinks, 0);
	KUNIT_EXPECT_EQ(test, stats.tables_allocated, stats.tables_freed);
}

static void removals_give_memory_back(struct kunit *test)
{
	/* Each has a seed of its own, by its address. */
	static struct hmap maps[8];
	u32 i;

	skip_if_slow(test);
	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		give_back(test, &maps[i], i % 2 ? &u64_type : &u64_rcu_type);
		give_back_in_walk(test, &maps[i], i % 2 ? &u64_type : &u64_rcu_type);
		cond_resched();
	}
}

/* No size at which one insert and one removal by turns allocate each time. */
static void shrinking_does_not_flutter(struct kunit *test)
{
	struct hmap map = { };
	struct hmap_stats stats;
	u64 n, i, worst = 0;

	insert_keys(test, &map, &u64_type, 0, 600);
	for (n = 0; n < 600; n++) {
		u64 key = key_of(n);

		stats_since(&stats);
		for (i = 0; i < 20; i++) {
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, &u64_type), 0);
			KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &n, GFP_KERNEL,
							  &u64_type), 0);
		}
		worst = max(worst, stats_since(&stats).tables_allocated);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, &u64_type), 0);
	}
	KUNIT_EXPECT_LE(test, worst, 3);
	hmap_destroy(&map, &u64_type);
}

static bool in_upper_half(const struct hmap *map, u64 key)
{
	return hmap_hash(&u64_type, &key, sizeof(key), hmap_seed(map)) >> 63;
}

/* Insert keys of one half of the hashes from number *@n on, into a map of &u64_rcu_type. */
static void insert_half(struct kunit *test, struct hmap *map, bool upper, u64 *n,
			u32 count)
{
	for (; count; count--, ++*n) {
		while (in_upper_half(map, key_of(*n)) != upper)
			++*n;
		insert_keys(test, map, &u64_rcu_type, *n, *n + 1);
	}
}

/* Nor one beside an empty table, where removals in the order of hashes may end. */
static void full_and_empty_tables_do_not_flutter(struct kunit *test)
{
	struct hmap map = { };
	struct hmap_stats stats;
	u64 n = 1, last, i, worst = 0;

	insert_keys(test, &map, &u64_rcu_type, 0, 1);
	insert_half(test, &map, false, &n, 150);
	insert_half(test, &map, true, &n, 150);
	last = n;
	for (n = 0; n < last; n++)
		if (!in_upper_half(&map, key_of(n)))
			hmap_remove(&map, &(u64){ key_of(n) }, &u64_rcu_type);
	KUNIT_EXPECT_GE(test, hmap_count(&map, &u64_rcu_type), 150);
	for (n = last; worst < 20 && hmap_count(&map, &u64_rcu_type) < 260; ) {
		insert_half(test, &map, true, &n, 1);
		stats_since(&stats);
		for (i = 0; i < 20; i++) {
			u64 next = n;

			insert_half(test, &map, false, &next, 1);
			hmap_remove(&map, &(u64){ key_of(next - 1) }, &u64_rcu_type);
		}
		worst = max(worst, stats_since(&stats).tables_allocated);
	}
	KUNIT_EXPECT_LE(test, worst, 5);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &u64_rcu_type), 0);
	hmap_clear(&map, &u64_rcu_type);
}

/* Each removal finds that the allocation @nth fails: the smaller table or the merged one, the
 * kept hashes, the halved directory.
 */
static void shrink_without(struct kunit *test, unsigned int nth)
{
	struct hmap map = { };
	struct hmap_stats stats;
	u64 n;

	insert_keys(test, &map, &u64_type, 0, 1000);
	stats_since(&stats);
	for (n = 0; n < 999; n++) {
		fail_nth_allocation(nth);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }, &u64_type), 0);
		allocation_has_failed();
		KUNIT_ASSERT_EQ(test, hmap_validate(&map, &u64_type), 0);
	}
	if (nth == 1)
		KUNIT_EXPECT_GT(test, stats_since(&stats).alloc_failures, 0);
	expect_keys(test, &map, &u64_type, 999, 1000);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL, &u64_type), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, &u64_type), SMALLEST);
	hmap_clear(&map, &u64_type);
}

/* A removal that cannot allocate a smaller table does without. */
static void failed_shrinking_is_put_off(struct kunit *test)
{
	unsigned int nth;

	if (!can_fail_allocations())
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	for (nth = 1; nth <= 3; nth++)
		shrink_without(test, nth);
}

static void trim_takes_the_tightest_class(struct kunit *test)
{
	struct hmap map = { };
	struct hmap_stats stats;
	u64 n, key;

	/* What was reserved is not given back by removals. */
	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 25, GFP_KERNEL, &u64_rcu_type), 0);
	insert_keys(test, &map, &u64_rcu_type, 0, 25);
	for (n = 0; n < 23; n++) {
		key = key_of(n);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, &u64_rcu_type), 0);
	}
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, &u64_rcu_type), 512);
	stats_since(&stats);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL, &u64_rcu_type), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, &u64_rcu_type), SMALLEST);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).rebuilds_shrink, 1);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL, &u64_rcu_type), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
	expect_keys(test, &map, &u64_rcu_type, 23, 25);
	hmap_clear(&map, &u64_rcu_type);
}

/* What a map takes that has held nothing but these objects, which are in another one. */
static size_t memory_of_fresh_things(struct kunit *test, const struct hmap_type *type,
				     struct thing *thing, u64 from, u64 to)
{
	struct hmap map = { };
	size_t bytes;

	insert_things(test, &map, type, thing, from, to);
	bytes = hmap_memory(&map, type);
	hmap_destroy(&map, type);
	return bytes;
}

/* As give_back(): the last object but one takes the table with it. */
static void give_back_things(struct kunit *test, const struct hmap_type *type)
{
	const u64 many = 20000;
	struct thing *thing = make_things(test, many);
	struct hmap_stats stats;
	struct hmap map = { };
	u64 n;

	stats_since(&stats);
	insert_things(test, &map, type, thing, 0, many);
	for (n = 0; n < many; n++) {
		erase_things(test, &map, type, thing, n, n + 1);
		if (n % 977 && many - n > 20)
			continue;
		KUNIT_EXPECT_LE(test, hmap_memory(&map, type), 512 +
				4 * memory_of_fresh_things(test, type, thing, n + 1, many));
		if (many - n == 2)
			KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
		expect_things(test, &map, type, thing, n + 1, many);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
	stats = stats_since(&stats);
	KUNIT_EXPECT_GT(test, stats.merges, 0);
	KUNIT_EXPECT_GT(test, stats.rebuilds_shrink, 0);
	KUNIT_EXPECT_GT(test, stats.directory_shrinks, 0);
	KUNIT_EXPECT_EQ(test, stats.tables_allocated, stats.tables_freed);
	vfree(thing);
}

/* And as give_back_in_walk(). The object goes back to what would be its memory at once. */
static void give_back_things_in_walk(struct kunit *test, const struct hmap_type *type)
{
	const u64 many = 20000;
	struct thing *thing = make_things(test, many), *fresh = make_things(test, many), *t;
	struct hmap map = { };
	u64 left = many;
	const u64 *k;

	insert_things(test, &map, type, thing, 0, many);
	test_lock();
	hmap_walk_safe(&map, iter, k, t, type) {
		KUNIT_ASSERT_EQ(test, hmap_erase_pointer(&map, k, t, type), true);
		t->key = ~0ULL;
		left--;
		if (left % 977 && left > 20)
			continue;
		KUNIT_EXPECT_LE(test, hmap_memory(&map, type), 512 + many +
				4 * memory_of_fresh_things(test, type, fresh, 0, left));
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	}
	test_unlock();
	KUNIT_EXPECT_EQ(test, left, 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
	vfree(fresh);
	vfree(thing);
}

static void removals_of_objects_give_memory_back(struct kunit *test)
{
	give_back_things(test, &things_type);
	give_back_things(test, &rcu_things_type);
	give_back_things_in_walk(test, &things_type);
	give_back_things_in_walk(test, &rcu_things_type);
}

/* From a table of any class above the smallest, or from a directory, the last object goes
 * to the header, where it needs none.
 */
static void the_last_object_goes_to_the_header(struct kunit *test)
{
	static const u32 counts[] = { 5, 11, 23, 48, 97, 195, 391, 1000 };
	struct thing *thing = make_things(test, 1000);
	u32 i;

	/* Where there is no 64-byte class, five objects are still in a table of the smallest. */
	for (i = SMALLEST > 64; i < ARRAY_SIZE(counts); i++) {
		struct rcu_things m = { };

		insert_things(test, &m.map, &rcu_things_type, thing, 0, counts[i]);
		erase_things(test, &m.map, &rcu_things_type, thing, 1, counts[i] - 1);
		KUNIT_EXPECT_GT(test, rcu_things_memory(&m), SMALLEST);
		erase_things(test, &m.map, &rcu_things_type, thing, counts[i] - 1, counts[i]);
		KUNIT_EXPECT_EQ(test, rcu_things_memory(&m), 0);
		KUNIT_EXPECT_EQ(test, rcu_things_validate(&m), 0);
		expect_things(test, &m.map, &rcu_things_type, thing, 0, 1);
		KUNIT_EXPECT_EQ(test, rcu_things_count(&m), 1);
		rcu_things_clear(&m);
	}
	vfree(thing);
}

/* But a table of the smallest class stays for one object, so that a second one which comes
 * and goes allocates nothing. For none it goes.
 */
static void the_smallest_table_stays_for_one_object(struct kunit *test)
{
	struct thing *thing = make_things(test, 3);
	struct hmap_stats stats;
	struct things m = { };
	u32 i;

	stats_since(&stats);
	insert_things(test, &m.map, &things_type, thing, 0, 1);
	for (i = 0; i < 1000; i++) {
		/* Either of the two stays, by turns. */
		insert_things(test, &m.map, &things_type, thing, 1 + i % 2, 2 + i % 2);
		erase_things(test, &m.map, &things_type, thing, i ? 2 - i % 2 : 0,
			     i ? 3 - i % 2 : 1);
		KUNIT_ASSERT_EQ(test, things_memory(&m), SMALLEST);
		KUNIT_ASSERT_EQ(test, things_count(&m), 1);
	}
	KUNIT_EXPECT_EQ(test, things_validate(&m), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 1);
	erase_things(test, &m.map, &things_type, thing, 2, 3);
	KUNIT_EXPECT_EQ(test, things_memory(&m), 0);
	insert_things(test, &m.map, &things_type, thing, 0, 1);
	KUNIT_EXPECT_EQ(test, things_memory(&m), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
	things_clear(&m);
	vfree(thing);
}

/* Nor is there a number of objects at which an insert and a removal by turns allocate. */
static void shrinking_of_objects_does_not_flutter(struct kunit *test)
{
	const u64 many = 1000;
	struct thing *thing = make_things(test, many);
	struct rcu_things m = { };
	struct hmap_stats stats;
	u64 n, i, worst = 0;

	insert_things(test, &m.map, &rcu_things_type, thing, 0, many);
	for (n = 0; n < many; n++) {
		stats_since(&stats);
		for (i = 0; i < 20; i++) {
			erase_things(test, &m.map, &rcu_things_type, thing, n, n + 1);
			insert_things(test, &m.map, &rcu_things_type, thing, n, n + 1);
		}
		worst = max(worst, stats_since(&stats).tables_allocated);
		erase_things(test, &m.map, &rcu_things_type, thing, n, n + 1);
	}
	KUNIT_EXPECT_LE(test, worst, 3);
	KUNIT_EXPECT_EQ(test, rcu_things_memory(&m), 0);
	vfree(thing);
}

static void shrink_objects_without(struct kunit *test, unsigned int nth)
{
	const u64 many = 1000;
	struct thing *thing = make_things(test, many);
	struct hmap_stats stats;
	struct things m = { };
	u64 n;

	insert_things(test, &m.map, &things_type, thing, 0, many);
	stats_since(&stats);
	for (n = 0; n < many - 1; n++) {
		fail_nth_allocation(nth);
		erase_things(test, &m.map, &things_type, thing, n, n + 1);
		allocation_has_failed();
		KUNIT_ASSERT_EQ(test, things_validate(&m), 0);
	}
	if (nth == 1)
		KUNIT_EXPECT_GT(test, stats_since(&stats).alloc_failures, 0);
	expect_things(test, &m.map, &things_type, thing, many - 1, many);
	KUNIT_EXPECT_EQ(test, things_trim(&m, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, things_memory(&m), 0);
	things_clear(&m);
	vfree(thing);
}

/* A removal that cannot allocate a smaller table does without; the header is to be had. */
static void failed_shrinking_of_objects_is_put_off(struct kunit *test)
{
	unsigned int nth;

	if (!can_fail_allocations())
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	for (nth = 1; nth <= 3; nth++)
		shrink_objects_without(test, nth);
}

/* One object is left in a directory, which was reserved. Trim takes it to the header in one
 * call.
 */
static void trim_leads_from_a_directory_to_the_header(struct kunit *test)
{
	const u64 many = 2000;
	struct thing *thing;
	struct rcu_things m = { };

	thing = make_things(test, many);
	KUNIT_ASSERT_EQ(test, rcu_things_reserve(&m, many, GFP_KERNEL), 0);
	insert_things(test, &m.map, &rcu_things_type, thing, 0, many);
	erase_things(test, &m.map, &rcu_things_type, thing, 1, many);
	KUNIT_EXPECT_GT(test, rcu_things_memory(&m), 2048);
	KUNIT_EXPECT_EQ(test, rcu_things_trim(&m, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, rcu_things_memory(&m), 0);
	KUNIT_EXPECT_EQ(test, rcu_things_validate(&m), 0);
	expect_things(test, &m.map, &rcu_things_type, thing, 0, 1);
	rcu_things_clear(&m);
	vfree(thing);
}

/* Room for 22 objects was reserved, 256 bytes. Four take 64, and one nothing. */
static void trim_of_objects_takes_the_tightest_class(struct kunit *test)
{
	struct thing *thing = make_things(test, 22);
	struct hmap_stats stats;
	struct things m = { };

	KUNIT_ASSERT_EQ(test, things_reserve(&m, 22, GFP_KERNEL), 0);
	insert_things(test, &m.map, &things_type, thing, 0, 22);
	erase_things(test, &m.map, &things_type, thing, 0, 18);
	KUNIT_EXPECT_EQ(test, things_memory(&m), 256);
	stats_since(&stats);
	KUNIT_EXPECT_EQ(test, things_trim(&m, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, things_memory(&m), SMALLEST);
	KUNIT_EXPECT_EQ(test, things_trim(&m, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 1);
	expect_things(test, &m.map, &things_type, thing, 18, 22);
	erase_things(test, &m.map, &things_type, thing, 18, 21);
	KUNIT_EXPECT_EQ(test, things_memory(&m), SMALLEST);
	KUNIT_EXPECT_EQ(test, things_trim(&m, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, things_memory(&m), 0);
	expect_things(test, &m.map, &things_type, thing, 21, 22);
	things_clear(&m);
	vfree(thing);
}

static struct kunit_case shrink_test_cases[] = {
	KUNIT_CASE(removals_give_memory_back),
	KUNIT_CASE(shrinking_does_not_flutter),
	KUNIT_CASE(full_and_empty_tables_do_not_flutter),
	KUNIT_CASE(failed_shrinking_is_put_off),
	KUNIT_CASE(trim_takes_the_tightest_class),
	KUNIT_CASE(removals_of_objects_give_memory_back),
	KUNIT_CASE(the_last_object_goes_to_the_header),
	KUNIT_CASE(the_smallest_table_stays_for_one_object),
	KUNIT_CASE(shrinking_of_objects_does_not_flutter),
	KUNIT_CASE(failed_shrinking_of_objects_is_put_off),
	KUNIT_CASE(trim_leads_from_a_directory_to_the_header),
	KUNIT_CASE(trim_of_objects_takes_the_tightest_class),
	{}
};

static struct kunit_suite shrink_test_suite = {
	.name = "hmap_shrink",
	.exit = shrink_test_exit,
	.test_cases = shrink_test_cases,
};

kunit_test_suite(shrink_test_suite);
