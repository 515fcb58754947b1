// SPDX-License-Identifier: GPL-2.0
/*
 * What a map may cost at most, whatever is done with it: the size of its blocks, dead bytes,
 * accounting, what one trim leaves; and that what is found first is as good as any.
 */
#include "things.h"

static void bounds_test_exit(struct kunit *test)
{
	rcu_barrier();
}

static const struct hmap_type record_rcu_type =
	HMAP_TYPE("rcu record", sizeof(u64), 1000, hmap_hash_u64, NULL, HMAP_RCU);

/* Bytes of a map that holds these entries and has held no others. */
static size_t fresh_memory(struct kunit *test, u64 from, u64 to)
{
	struct hmap map = { };
	size_t bytes;

	insert_keys(test, &map, &u64_rcu_type, from, to);
	bytes = hmap_memory(&map, &u64_rcu_type);
	hmap_destroy(&map, &u64_rcu_type);
	return bytes;
}

/* What a walk that removes leaves is next to each other in the order of hashes. */
static void one_trim_is_enough_after_a_walk(struct kunit *test)
{
	static const u64 rest[] = { 1, 3, 20, 150, 400, 3000 };
	static u64 keys[3000];
	const u64 many = 100000;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rest); i++) {
		struct hmap map = { };
		u64 left = many, *v, key;
		size_t trimmed;
		const u64 *k;

		insert_keys(test, &map, &u64_rcu_type, 0, many);
		test_lock();
		hmap_walk_safe(&map, iter, k, v, &u64_rcu_type) {
			if (left == rest[i])
				break;
			key = *k;
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, &u64_rcu_type), 0);
			left--;
		}
		test_unlock();
		KUNIT_ASSERT_EQ(test, hmap_trim(&map, GFP_KERNEL, &u64_rcu_type), 0);
		trimmed = hmap_memory(&map, &u64_rcu_type);
		KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL, &u64_rcu_type), 0);
		KUNIT_EXPECT_EQ(test, hmap_memory(&map, &u64_rcu_type), trimmed);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, &u64_rcu_type), 0);
		/* The same entries in the same map: where it is tells their hashes. */
		left = 0;
		test_lock();
		hmap_walk(&map, iter, k, v, &u64_rcu_type)
			keys[left++] = *k;
		test_unlock();
		KUNIT_ASSERT_EQ(test, left, rest[i]);
		hmap_clear(&map, &u64_rcu_type);
		while (left--)
			KUNIT_ASSERT_EQ(test, hmap_insert(&map, &keys[left], &left, GFP_KERNEL,
							  &u64_rcu_type), 0);
		KUNIT_EXPECT_LE(test, trimmed, hmap_memory(&map, &u64_rcu_type));
		hmap_destroy(&map, &u64_rcu_type);
		cond_resched();
	}
}

static void trim_gives_up_a_reserve_at_once(struct kunit *test)
{
	struct hmap map = { };

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 500, GFP_KERNEL, &u64_rcu_type), 0);
	insert_keys(test, &map, &u64_rcu_type, 0, 1);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL, &u64_rcu_type), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, &u64_rcu_type), kmalloc_size_roundup(64));
	hmap_destroy(&map, &u64_rcu_type);
}

/* Half of the large values have been removed: their blocks go with a trim, or before. */
static void dead_blocks_stay_in_bounds(struct kunit *test)
{
	static u64 value[1000 / sizeof(u64)];
	const struct hmap_type *type = &record_rcu_type;
	const size_t block = kmalloc_size_roundup(sizeof(value));
	const u64 many = 207;
	struct hmap map = { };
	size_t tables;
	u64 n;

	for (n = 0; n < many; n++)
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &n, value, GFP_KERNEL, type), 0);
	tables = hmap_memory(&map, type) - many * block;
	for (n = 0; n < many; n++) {
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &n, type), 0);
		KUNIT_EXPECT_LE(test, hmap_memory(&map, type),
				tables + 2 * (many - n - 1) * block + PAGE_SIZE);
		if (n != many / 2)
			continue;
		KUNIT_ASSERT_EQ(test, hmap_trim(&map, GFP_KERNEL, type), 0);
		KUNIT_EXPECT_LE(test, hmap_memory(&map, type),
				tables + (many - n - 1) * block);
	}
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
}

/* 4,096 keys whose hashes are next to each other, as who knows the order could choose. */
static void keys_by_rank_need_no_large_block(struct kunit *test)
{
	const struct hmap_type *type = &u64_rcu_type;
	const u64 seed_bits = 8;
	struct hmap map = { };
	struct hmap_stats stats;
	u64 key, n = 0;

#ifdef _HMAP_USER_STUBS_H
	stub_largest = 0;
#endif
	stats_since(&stats);
	for (key = 0; n < 4096; key++) {
		if (hmap_hash(type, &key, sizeof(key), hmap_seed(&map)) >> (64 - seed_bits))
			continue;
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &key, GFP_ATOMIC, type), 0);
		if (n++ % 64 == 0)
			cond_resched();
	}
	KUNIT_EXPECT_EQ(test, stats_since(&stats).splits_refused, 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
#ifdef _HMAP_USER_STUBS_H
	KUNIT_EXPECT_LE(test, stub_largest, HMAP_TABLE_MAX < 512 ? 512 : HMAP_TABLE_MAX);
#endif
	KUNIT_EXPECT_LE(test, hmap_memory(&map, type), 2 * fresh_memory(test, 0, 4096));
	hmap_destroy(&map, type);
}

/* A kernel that checks itself takes its time. */
#ifdef _HMAP_USER_STUBS_H
#define TURNOVERS	256
#else
#define TURNOVERS	16
#endif

/* Of the last @capacity keys, those that are left where one is evicted at random. */
static u64 left_of_random(u64 capacity)
{
	/* One that came x turnovers ago, with a probability of e^-x: 1 - 1/e of all. */
	return capacity * 632 / 1000;
}

static bool evict_first(struct kunit *test, struct hmap *map, u64 *key)
{
	const u64 *k, *v;

	hmap_walk_rcu(map, iter, k, v, &u64_rcu_type) {
		*key = *k;
		return true;
	}
	return false;
}

static bool evict_any(struct kunit *test, struct hmap *map, u64 *key)
{
	const void *k;

	if (!hmap_any(map, &k, &u64_rcu_type))
		return false;
	*key = *(const u64 *)k;
	return true;
}

/*
 * A cache of so many entries, which evicts one for each that comes. Of the last @capacity
 * keys nearly as many are left as if that was chosen at random.
 */
static void turn_over(struct kunit *test,
		      bool (*evict)(struct kunit *test, struct hmap *map, u64 *key))
{
	const u64 capacity = 10000, turnovers = TURNOVERS;
	const struct hmap_type *type = &u64_rcu_type;
	const u64 last = capacity * turnovers;
	struct hmap map = { };
	struct hmap_stats stats;
	u64 n, key, left = 0;

	stats_since(&stats);
	for (n = 0; n < last; n++) {
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &n, &n, GFP_KERNEL, type), 0);
		if (n < capacity)
			continue;
		test_lock();
		KUNIT_ASSERT_EQ(test, evict(test, &map, &key), true);
		test_unlock();
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, type), 0);
		if (n % 1024 == 0)
			cond_resched();
	}
	for (n = last - capacity; n < last; n++)
		left += hmap_contains(&map, &n, type);
	kunit_info(test, "%llu of the last %llu are left, %llu of random ones",
		   (unsigned long long)left, (unsigned long long)capacity,
		   (unsigned long long)left_of_random(capacity));
	/* Tables of a dozen slots, in the build for tests, stand for ranges that differ more. */
	KUNIT_EXPECT_GE(test, left, left_of_random(capacity) *
				    (HMAP_TABLE_MAX < 4096 ? 6 : 9) / 10);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).splits_refused, 0);
	KUNIT_EXPECT_LE(test, hmap_memory(&map, type), 4 * fresh_memory(test, 0, capacity));
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	hmap_destroy(&map, type);
}

static void evicting_the_first_is_fair(struct kunit *test)
{
	turn_over(test, evict_first);
}

static void evicting_any_is_fair(struct kunit *test)
{
	turn_over(test, evict_any);
}

static void any_of_few_is_found(struct kunit *test)
{
	struct hmap map = { };
	u64 n, i, key, seen = 0;

	KUNIT_EXPECT_EQ(test, evict_any(test, &map, &key), false);
	for (n = 0; n < 20; n++) {
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &n, &n, GFP_KERNEL, &u64_rcu_type), 0);
		test_lock();
		for (i = 0, seen = 0; i < 100 * (n + 1); i++) {
			KUNIT_ASSERT_EQ(test, evict_any(test, &map, &key), true);
			seen |= 1ULL << key;
		}
		test_unlock();
		/* Each one's turn has come. */
		KUNIT_EXPECT_EQ(test, seen, (2ULL << n) - 1);
	}
	hmap_destroy(&map, &u64_rcu_type);
}

#ifdef _HMAP_USER_STUBS_H
static const struct hmap_type string_rcu_type =
	HMAP_TYPE_STRING("rcu string", sizeof(u64), hmap_hash_bytes, HMAP_RCU);

static void add_strings(struct kunit *test, struct hmap *map, gfp_t gfp, u64 from, u64 to)
{
	char key[32];
	u64 n;

	for (n = from; n < to; n++) {
		snprintf(key, sizeof(key), "key %llu", (unsigned long long)n);
		KUNIT_ASSERT_EQ(test, hmap_insert(map, HMAP_STR(key), &n, gfp,
						  &string_rcu_type), 0);
	}
}

static void remove_strings(struct kunit *test, struct hmap *map, u64 from, u64 to)
{
	char key[32];
	u64 n;

	for (n = from; n < to; n++) {
		snprintf(key, sizeof(key), "key %llu", (unsigned long long)n);
		KUNIT_ASSERT_EQ(test, hmap_remove(map, HMAP_STR(key), &string_rcu_type), 0);
	}
}

/* Whatever succeeds what was accounted is, in growth, on the way back, and in a trim. */
static void successors_are_accounted(struct kunit *test)
{
	const struct hmap_type *type = &string_rcu_type;
	struct hmap map = { };
	size_t before;

	rcu_barrier();
	before = stub_unaccounted;
	add_strings(test, &map, GFP_KERNEL_ACCOUNT, 0, 20000);
	KUNIT_EXPECT_EQ(test, stub_unaccounted, before);
	remove_strings(test, &map, 0, 19900);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, stub_unaccounted, before);
	KUNIT_EXPECT_EQ(test, hmap_reserve(&map, 3000, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL, type), 0);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, stub_unaccounted, before);
	hmap_destroy(&map, type);
}

/* A process that has been told to end is not kept, and the map is as it was. */
static void reserves_end_with_the_process(struct kunit *test)
{
	const struct hmap_type *type = &u64_rcu_type;
	struct hmap map = { };
	size_t bytes;

	insert_keys(test, &map, type, 0, 1000);
	bytes = hmap_memory(&map, type);
	stub_killed = true;
	KUNIT_EXPECT_EQ(test, hmap_reserve(&map, 100000, GFP_KERNEL, type), -EINTR);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), bytes);
	/* Who may not sleep is not asked. */
	KUNIT_EXPECT_EQ(test, hmap_reserve(&map, 2000, GFP_ATOMIC, type), 0);
	stub_killed = false;
	expect_keys(test, &map, type, 0, 1000);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	hmap_destroy(&map, type);
}
#endif

static struct kunit_case bounds_test_cases[] = {
	KUNIT_CASE(one_trim_is_enough_after_a_walk),
	KUNIT_CASE(trim_gives_up_a_reserve_at_once),
	KUNIT_CASE(dead_blocks_stay_in_bounds),
	KUNIT_CASE(keys_by_rank_need_no_large_block),
	KUNIT_CASE(evicting_the_first_is_fair),
	KUNIT_CASE(evicting_any_is_fair),
	KUNIT_CASE(any_of_few_is_found),
#ifdef _HMAP_USER_STUBS_H
	KUNIT_CASE(successors_are_accounted),
	KUNIT_CASE(reserves_end_with_the_process),
#endif
	{}
};

static struct kunit_suite bounds_test_suite = {
	.name = "hmap_bounds",
	.exit = bounds_test_exit,
	.test_cases = bounds_test_cases,
};

kunit_test_suite(bounds_test_suite);
