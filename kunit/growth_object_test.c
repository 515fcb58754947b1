// SPDX-License-Identifier: GPL-2.0
/*
 * The shape of a map of objects as it fills: the header, slab classes, splits, and what it
 * takes an object. A slot is a pointer, and an object has its key itself.
 */
#include "things.h"

#define MANY	100000

static u64 hashed;

static u64 counting_hash(const void *key, size_t size, u64 seed)
{
	hashed++;
	return hmap_hash_u64(key, size, seed);
}

HMAP_DEFINE_OBJECT(counted_things, struct thing, key, counting_hash, HMAP_RCU);

static int growth_object_test_init(struct kunit *test)
{
	hashed = 0;
	return 0;
}

static void growth_object_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/*
 * 24 bytes of head, 8 for each word of seven slots, 8 a slot. The first object needs no
 * table. A class is left when it is full (one word) or 7/8 full, and the next one is that
 * in which more than half is free:
 * 64 B: 4 slots, 128: 11 (10 used), 256: 25 (22), 512: 53 (47), 1k: 109 (96),
 * 2k: 221 (194), 4k: 445 (390), then a split.
 */
static void fill_classes(struct kunit *test, const struct hmap_type *type)
{
	static const struct {
		size_t size;
		u32 last;	/* number of objects that still fit */
	} step[] = {
		{ 0, 1 }, { 64, 4 }, { 128, 10 }, { 256, 22 }, { 512, 47 }, { 1024, 96 },
		{ 2048, 194 }, { 4096, 390 },
	};
	struct thing *thing = make_things(test, 391);
	struct hmap_stats stats, d;
	struct hmap map = { };
	u32 i, classes = 0;
	u64 n = 0;

	stats_since(&stats);
	/* With a small largest class 28 slots are still allowed for: 512 bytes. */
	for (i = 0; i < ARRAY_SIZE(step) && step[i].size <= max(HMAP_TABLE_MAX, 512); i++) {
		/* Not every kernel has a class of 64 bytes. */
		if (step[i].size == 64 && SMALLEST > 64)
			continue;
		classes++;
		for (; n < step[i].last; n++) {
			insert_things(test, &map, type, thing, n, n + 1);
			KUNIT_ASSERT_EQ_MSG(test, hmap_memory(&map, type), step[i].size,
					    "with %llu", (unsigned long long)n + 1);
			KUNIT_ASSERT_EQ(test, hmap_validate(&map, type), 0);
		}
	}
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.first_inserts, 1);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, classes - 1);
	KUNIT_EXPECT_EQ(test, d.rebuilds_grow, classes - 2);
	KUNIT_EXPECT_EQ(test, d.rebuilds_clean, 0);
	KUNIT_EXPECT_EQ(test, d.splits, 0);
	insert_things(test, &map, type, thing, n, n + 1);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.splits, 1);
	KUNIT_EXPECT_EQ(test, d.directory_doublings, 1);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	expect_things(test, &map, type, thing, 0, n + 1);
	hmap_clear(&map, type);
	vfree(thing);
}

static void object_slab_classes_in_turn(struct kunit *test)
{
	fill_classes(test, &things_type);
	fill_classes(test, &rcu_things_type);
}

/*
 * With the first one in the header, 1, 2, 4 and 8 objects take 0, 64, 64 and 128 bytes
 * beside the header and themselves. At 1,000 it is 17 an object at most, and at 10,000 and
 * 100,000 no more than rhashtable's buckets (168,392 and 1,731,272, less the
 * next pointer in each object).
 */
static void objects_take_few_bytes(struct kunit *test)
{
	static const struct {
		u64 count;
		size_t most;
	} steps[] = {
		{ 1, 0 }, { 2, 64 }, { 4, 64 }, { 8, 128 }, { 1000, 17000 },
		{ 10000, 168392 }, { MANY, 1731272 },
	};
	struct thing *thing = make_things(test, MANY);
	struct rcu_things m = { };
	u64 n = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(steps); n = steps[i++].count) {
		insert_things(test, &m.map, &rcu_things_type, thing, n, steps[i].count);
		kunit_info(test, "%llu objects: %zu bytes", steps[i].count,
			   rcu_things_memory(&m));
		/* Of small tables there are many, of 28 slots at least. */
		if (HMAP_TABLE_MAX == 4096 || i < 4)
			KUNIT_EXPECT_LE(test, rcu_things_memory(&m),
					steps[i].most == 64 ? SMALLEST : steps[i].most);
	}
	KUNIT_EXPECT_EQ(test, rcu_things_validate(&m), 0);
	rcu_things_clear(&m);
	vfree(thing);
}

/*
 * No insert hashes more than one table's objects: those of a split once, a quarter of them
 * again if a half is nearly empty, and what it looks for. The first object is not hashed at
 * all, and the second one hashes them both.
 */
static void no_object_moves_more_than_a_table(struct kunit *test)
{
	const u64 most = max(HMAP_TABLE_MAX, 512) / 8;
	struct thing *thing = make_things(test, MANY);
	struct counted_things m = { };
	u64 n, before, worst = 0;
	struct hmap_stats stats;

	stats_since(&stats);
	insert_things(test, &m.map, &counted_things_type, thing, 0, 1);
	KUNIT_EXPECT_EQ(test, hashed, 0);
	KUNIT_EXPECT_EQ(test, counted_things_contains(&m, thing[0].key), true);
	KUNIT_EXPECT_EQ(test, counted_things_contains(&m, thing[1].key), false);
	KUNIT_EXPECT_EQ(test, hashed, 0);
	insert_things(test, &m.map, &counted_things_type, thing, 1, 2);
	KUNIT_EXPECT_EQ(test, hashed, 2);
	for (n = 2; n < MANY; n++) {
		before = hashed;
		insert_things(test, &m.map, &counted_things_type, thing, n, n + 1);
		worst = max(worst, hashed - before);
	}
	stats = stats_since(&stats);
	kunit_info(test, "%u objects: %llu hashes in the worst insert, %llu splits", MANY,
		   worst, stats.splits);
	KUNIT_EXPECT_LE(test, worst, most);
	KUNIT_EXPECT_EQ(test, stats.splits_refused, 0);
	KUNIT_EXPECT_EQ(test, stats.rebuilds_shrink, 0);
	KUNIT_EXPECT_EQ(test, counted_things_count(&m), MANY);
	KUNIT_EXPECT_EQ(test, counted_things_validate(&m), 0);
	expect_things(test, &m.map, &counted_things_type, thing, 0, MANY);
	counted_things_clear(&m);
	KUNIT_EXPECT_EQ(test, counted_things_memory(&m), 0);
	vfree(thing);
}

/* 128 bytes have eleven slots and ask for growth after ten. Growth that fails is put off as
 * long as a slot is free.
 */
static void failed_growth_of_objects_uses_what_is_free(struct kunit *test)
{
	struct rcu_things m = { };
	struct thing *thing;

	if (!can_fail_allocations())
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	thing = make_things(test, 12);
	fail_all_allocations(true);
	insert_things(test, &m.map, &rcu_things_type, thing, 0, 1);
	KUNIT_EXPECT_EQ(test, rcu_things_insert(&m, &thing[1], GFP_KERNEL), -ENOMEM);
	fail_all_allocations(false);
	KUNIT_EXPECT_EQ(test, rcu_things_memory(&m), 0);
	expect_things(test, &m.map, &rcu_things_type, thing, 0, 1);
	insert_things(test, &m.map, &rcu_things_type, thing, 1, 10);
	KUNIT_ASSERT_EQ(test, rcu_things_memory(&m), 128);
	fail_nth_allocation(1);
	insert_things(test, &m.map, &rcu_things_type, thing, 10, 11);
	KUNIT_EXPECT_TRUE(test, allocation_has_failed());
	KUNIT_EXPECT_EQ(test, rcu_things_memory(&m), 128);
	fail_nth_allocation(1);
	KUNIT_EXPECT_EQ(test, rcu_things_insert(&m, &thing[11], GFP_KERNEL), -ENOMEM);
	KUNIT_EXPECT_TRUE(test, allocation_has_failed());
	KUNIT_EXPECT_EQ(test, rcu_things_count(&m), 11);
	KUNIT_EXPECT_EQ(test, rcu_things_validate(&m), 0);
	insert_things(test, &m.map, &rcu_things_type, thing, 11, 12);
	expect_things(test, &m.map, &rcu_things_type, thing, 0, 12);
	rcu_things_clear(&m);
	vfree(thing);
}

/* Memory by the counters and by the map, at every size, on the way up and down. */
static void memory_of_objects_is_accounted(struct kunit *test)
{
	const u64 many = 3000;
	struct thing *thing = make_things(test, many);
	struct rcu_things m = { };
	struct hmap_stats stats;
	u64 n, bytes = 0;

	stats_since(&stats);
	for (n = 0; n < 2 * many; n++) {
		if (n < many)
			insert_things(test, &m.map, &rcu_things_type, thing, n, n + 1);
		else
			erase_things(test, &m.map, &rcu_things_type, thing, n - many,
				     n - many + 1);
		bytes += stats_since(&stats).bytes_in_use;
		KUNIT_ASSERT_EQ(test, bytes, rcu_things_memory(&m));
	}
	KUNIT_EXPECT_EQ(test, bytes, 0);
	vfree(thing);
}

/*
 * Endless insert and erase at a constant count: slots are used again, with RCU and without,
 * so the memory is constant. Tables of one word have nothing to clean; there it allocates
 * nothing, either.
 */
static void churn_things(struct kunit *test, const struct hmap_type *type, u64 count)
{
	const u64 rounds = 10000;
	struct thing *thing = make_things(test, count + rounds);
	size_t still, half = 0, most = 0;
	struct hmap_stats stats;
	struct hmap map = { };
	u64 n;

	insert_things(test, &map, type, thing, 0, count);
	still = hmap_memory(&map, type);
	stats_since(&stats);
	for (n = count; n < count + rounds; n++) {
		erase_things(test, &map, type, thing, n - count, n - count + 1);
		insert_things(test, &map, type, thing, n, n + 1);
		most = max(most, hmap_memory(&map, type));
		if (n == count + rounds / 2)
			half = most;
	}
	if (count <= 4)
		KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
	KUNIT_EXPECT_LE(test, most, 2 * still);
	KUNIT_EXPECT_EQ(test, most, half);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), count);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	expect_things(test, &map, type, thing, n - count, n);
	hmap_clear(&map, type);
	vfree(thing);
}

static void churn_of_objects_keeps_memory(struct kunit *test)
{
	static const u32 counts[] = { 1, 2, 3, 4, 7, 10, 18, 47, 96, 190, 290 };
	u32 i;

	/* Up to three quarters of the largest class. */
	for (i = 0; i < ARRAY_SIZE(counts) && counts[i] * 14 <= max(HMAP_TABLE_MAX, 512); i++) {
		churn_things(test, &things_type, counts[i]);
		churn_things(test, &rcu_things_type, counts[i]);
	}
}

static struct kunit_case growth_object_test_cases[] = {
	KUNIT_CASE(object_slab_classes_in_turn),
	KUNIT_CASE(objects_take_few_bytes),
	KUNIT_CASE(no_object_moves_more_than_a_table),
	KUNIT_CASE(failed_growth_of_objects_uses_what_is_free),
	KUNIT_CASE(memory_of_objects_is_accounted),
	KUNIT_CASE(churn_of_objects_keeps_memory),
	{}
};

static struct kunit_suite growth_object_test_suite = {
	.name = "hmap_growth_object",
	.init = growth_object_test_init,
	.exit = growth_object_test_exit,
	.test_cases = growth_object_test_cases,
};

kunit_test_suite(growth_object_test_suite);
