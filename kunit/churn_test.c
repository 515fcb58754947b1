// SPDX-License-Identifier: GPL-2.0
/*
 * Entries come and go for a long time while their number stays the same: maps must
 * not grow from that (as Go's did: golang/go issues 16070 and 70886).
 */
#include "things.h"

/* Inserts and removals of each long test. */
#define PAIRS	(HMAP_SLOW > 1 ? 30000 : HMAP_SLOW ? 300000 : 10000000)

static void churn_test_exit(struct kunit *test)
{
	rcu_barrier();
}

static size_t memory_without_churn(struct kunit *test,
				   const struct hmap_type *type, u64 count)
{
	struct hmap map = { };
	size_t memory;

	insert_keys(test, &map, type, 0, count);
	memory = hmap_memory(&map, type);
	hmap_destroy(&map, type);
	return memory;
}

/* The key @count inserts ago goes for each that comes. Memory stays within twice
 * what it is without, and @more.
 */
static void churn(struct kunit *test, const struct hmap_type *type, u64 count,
		  u64 pairs, size_t more)
{
	size_t memory = memory_without_churn(test, type, count), most = 0;
	struct hmap map = { };
	u64 n;

	insert_keys(test, &map, type, 0, count);
	for (n = count; n < count + pairs; n++) {
		u64 new = key_of(n), old = key_of(n - count);

		if (hmap_insert(&map, &new, &n, GFP_KERNEL, type) ||
		    hmap_remove(&map, &old, type))
			break;
		if (n % 64 == 0) {
			most = max(most, hmap_memory(&map, type));
			cond_resched();
		}
	}
	KUNIT_EXPECT_EQ(test, n, count + pairs);
	kunit_info(test, "%s: %llu entries, %llu pairs: %zu bytes at rest, at most %zu",
		   type->name, (unsigned long long)count,
		   (unsigned long long)pairs, memory, most);
	KUNIT_EXPECT_LE(test, most, 2 * memory + more);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), count);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	expect_keys(test, &map, type, pairs, pairs + count);
	hmap_destroy(&map, type);
}

static void churn_does_not_grow_a_map(struct kunit *test)
{
	churn(test, &u64_type, 1000, PAIRS, 0);
}

static void churn_does_not_grow_a_map_with_rcu(struct kunit *test)
{
	churn(test, &u64_rcu_type, 1000, PAIRS, 0);
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
		churn(test, &u64_type, counts[i], PAIRS / 100, 192);
		churn(test, &u64_rcu_type, counts[i], PAIRS / 100, 192);
	}
}

/* The same of objects, whose slots are used again at once, under RCU as well: one more
 * than are in the map at a time take turns.
 */
static void churn_objects(struct kunit *test, const struct hmap_type *type, u64 count,
			  u64 pairs)
{
	struct thing *thing = make_things(test, count + 1);
	size_t memory, most = 0;
	struct hmap map = { };
	u64 n;

	insert_things(test, &map, type, thing, 0, count);
	memory = hmap_memory(&map, type);
	for (n = count; n < count + pairs; n++) {
		struct thing *new = &thing[n % (count + 1)];
		struct thing *old = &thing[(n - count) % (count + 1)];

		new->key = key_of(n);
		if (insert_thing(&map, type, new, GFP_KERNEL) ||
		    !hmap_erase_pointer(&map, &old->key, old, type))
			break;
		if (n % 64 == 0) {
			most = max(most, hmap_memory(&map, type));
			cond_resched();
		}
	}
	KUNIT_EXPECT_EQ(test, n, count + pairs);
	kunit_info(test, "%s: %llu entries, %llu pairs: %zu bytes at rest, at most %zu",
		   type->name, (unsigned long long)count,
		   (unsigned long long)pairs, memory, most);
	/* The directory, or a table where before there was the header alone. */
	KUNIT_EXPECT_LE(test, most, 2 * memory + 192);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), count);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	hmap_destroy(&map, type);
	vfree(thing);
}

static void churn_does_not_grow_maps_of_objects(struct kunit *test)
{
	static const u64 counts[] = { 1, 3, 4, 12, 40, 100, 300, 400, 1000, 20000 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		churn_objects(test, &things_type, counts[i], PAIRS / 100);
		churn_objects(test, &rcu_things_type, counts[i], PAIRS / 100);
	}
}

static struct kunit_case churn_test_cases[] = {
	KUNIT_CASE(churn_does_not_grow_a_map),
	KUNIT_CASE(churn_does_not_grow_a_map_with_rcu),
	KUNIT_CASE(churn_does_not_grow_maps_of_any_size),
	KUNIT_CASE(churn_does_not_grow_maps_of_objects),
	{}
};

static struct kunit_suite churn_test_suite = {
	.name = "hmap_churn",
	.exit = churn_test_exit,
	.test_cases = churn_test_cases,
};

kunit_test_suite(churn_test_suite);
