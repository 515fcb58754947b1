// SPDX-License-Identifier: GPL-2.0
/*
 * Entries come and go for a long time while their number stays the same: maps must
 * not grow from that (as Go's did: golang/go issues 16070 and 70886).
 */
#include "test.h"

/* Inserts and removals of each long test; a build for a slow kernel may want less. */
#ifndef HMAP_CHURN_PAIRS
#define HMAP_CHURN_PAIRS	10000000
#endif

static void churn_test_exit(struct kunit *test)
{
	rcu_barrier();
}

static size_t memory_without_churn(struct kunit *test,
				   const struct hmap_type *type, u64 count)
{
	struct hmap map;
	size_t memory;

	hmap_init(&map, type);
	insert_keys(test, &map, 0, count);
	memory = hmap_memory(&map);
	hmap_destroy(&map);
	return memory;
}

/* The key @count inserts ago goes for each that comes. Memory stays within twice
 * what it is without, and @more.
 */
static void churn(struct kunit *test, const struct hmap_type *type, u64 count,
		  u64 pairs, size_t more)
{
	size_t memory = memory_without_churn(test, type, count), most = 0;
	struct hmap map;
	u64 n;

	hmap_init(&map, type);
	insert_keys(test, &map, 0, count);
	for (n = count; n < count + pairs; n++) {
		u64 new = key_of(n), old = key_of(n - count);

		if (hmap_insert(&map, &new, &n, GFP_KERNEL) ||
		    hmap_remove(&map, &old))
			break;
		if (n % 64 == 0) {
			most = max(most, hmap_memory(&map));
			cond_resched();
		}
	}
	KUNIT_EXPECT_EQ(test, n, count + pairs);
	kunit_info(test, "%s: %llu entries, %llu pairs: %zu bytes at rest, at most %zu",
		   type->name, (unsigned long long)count,
		   (unsigned long long)pairs, memory, most);
	KUNIT_EXPECT_LE(test, most, 2 * memory + more);
	KUNIT_EXPECT_EQ(test, hmap_count(&map), count);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	expect_keys(test, &map, pairs, pairs + count);
	hmap_destroy(&map);
}

static void churn_does_not_grow_a_map(struct kunit *test)
{
	churn(test, &u64_type, 1000, HMAP_CHURN_PAIRS, 0);
}

static void churn_does_not_grow_a_map_with_rcu(struct kunit *test)
{
	churn(test, &u64_rcu_type, 1000, HMAP_CHURN_PAIRS, 0);
}

/* Of one table, which may have to be split: then there is also a directory, of 192
 * bytes. Of many, which are full to different degrees.
 */
static void churn_does_not_grow_maps_of_any_size(struct kunit *test)
{
	static const u64 counts[] = { 1, 3, 7, 12, 40, 100, 150, 208, 209, 1000,
				      5000, 20000 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		churn(test, &u64_type, counts[i], HMAP_CHURN_PAIRS / 100, 192);
		churn(test, &u64_rcu_type, counts[i], HMAP_CHURN_PAIRS / 100, 192);
	}
}

static struct kunit_case churn_test_cases[] = {
	KUNIT_CASE(churn_does_not_grow_a_map),
	KUNIT_CASE(churn_does_not_grow_a_map_with_rcu),
	KUNIT_CASE(churn_does_not_grow_maps_of_any_size),
	{}
};

static struct kunit_suite churn_test_suite = {
	.name = "hmap_churn",
	.exit = churn_test_exit,
	.test_cases = churn_test_cases,
};

kunit_test_suite(churn_test_suite);
