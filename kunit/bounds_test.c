// SPDX-License-Identifier: GPL-2.0
/*
 * What a map may cost at most, whatever is done with it: the size of its blocks, dead bytes,
 * accounting, what one trim leaves.
 */
#include "things.h"

static void bounds_test_exit(struct kunit *test)
{
	rcu_barrier();
}

static const struct hmap_type record_rcu_type =
	HMAP_TYPE("rcu record", sizeof(u64), 1000, hmap_hash_u64, NULL, HMAP_RCU);

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
		/* Few enough for the tables to stay as they are, and many. */
		if (n != 2 && n != many / 2)
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

/* The next key from @key on whose hash begins with these 12 bits. */
static u64 key_with(const struct hmap *map, u64 key, u64 bits)
{
	while (hmap_hash(&u64_rcu_type, &key, sizeof(key), hmap_seed(map)) >> 52 != bits)
		key++;
	return key;
}

static struct hmap_table *table_with(const struct hmap *map, u64 bits)
{
	return hmap_deref_table(rcu_dereference_protected(map->root, 1), bits << 52);
}

#define MANY_KEYS 4000000000ULL	/* more than are tried for the others */
#define DEEP	0x000ULL	/* where the map is deep, so that elsewhere it is so too soon */
#define ALIKE	0x080ULL	/* keys that share more bits than their table's depth */

/* A full table, which has something to be cleaned, whose keys but the next share many bits. */
static void fill_with_alike(struct kunit *test, struct hmap *map)
{
	const struct hmap_type *type = &u64_rcu_type;
	struct hmap_table *table;
	u64 key = 0, first = 0, n;

	do {
		key = key_with(map, key + 1, DEEP);
		KUNIT_ASSERT_EQ(test, hmap_insert(map, &key, &key, GFP_KERNEL, type), 0);
		cond_resched();
	} while (!hmap_is_dir(rcu_dereference_protected(map->root, 1)) ||
		 table_with(map, DEEP)->depth < 12);
	do {
		key = key_with(map, key + 1, ALIKE);
		first = first ?: key;
		KUNIT_ASSERT_EQ(test, hmap_insert(map, &key, &key, GFP_KERNEL, type), 0);
		table = table_with(map, ALIKE);
		cond_resched();
	} while (table->bytes < HMAP_TABLE_MAX || table->room > 0);
	for (n = table->live / 16 + 1, key = first; n; n--, key = key_with(map, key + 1, ALIKE))
		KUNIT_ASSERT_EQ(test, hmap_remove(map, &key, type), 0);
}

/* Each allocation on the way down to where keys differ fails once: nothing is lost. The key
 * that is inserted parts with the others sooner, or later.
 */
static void failures_on_the_way_down(struct kunit *test)
{
	static const u64 others[] = { 0x0c0, 0x090, 0x081, ALIKE };
	const struct hmap_type *type = &u64_rcu_type;
	u32 i, n, steps = 0;
	unsigned long count;
	struct hmap map;
	bool failed;
	u64 key;

	if (!can_fail_allocations())
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	for (i = 0, n = 1; i < ARRAY_SIZE(others); i += !failed, n = failed ? n + 1 : 1) {
		map = (struct hmap){ };
		fill_with_alike(test, &map);
		KUNIT_ASSERT_EQ(test, table_with(&map, ALIKE) == table_with(&map, others[i]),
				true);
		count = hmap_count(&map, type);
		key = key_with(&map, MANY_KEYS, others[i]);
		fail_nth_allocation(n);
		count += !hmap_insert(&map, &key, &key, GFP_KERNEL, type);
		failed = allocation_has_failed();
		KUNIT_ASSERT_EQ(test, hmap_validate(&map, type), 0);
		KUNIT_EXPECT_EQ(test, hmap_count(&map, type), count);
		hmap_destroy(&map, type);
		steps += failed;
	}
	/* A table for each bit that all share, at least. */
	KUNIT_EXPECT_GE(test, steps, 4);
}

/* A full table without memory for another one asks once in eight inserts. */
static void failed_growth_is_put_off(struct kunit *test)
{
	const struct hmap_type *type = &u64_rcu_type;
	struct hmap_table *table;
	struct hmap map = { };
	struct hmap_stats stats;
	u64 n = 0, slack;

	if (!can_fail_allocations())
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	do {
		insert_keys(test, &map, type, n, n + 1);
		n++;
		table = rcu_dereference_protected(map.root, 1);
	} while (table->bytes < HMAP_TABLE_MAX || table->room > 0);
	slack = (u64)table->nr_words * HMAP_WORD_SLOTS / 8 - 1;
	stats_since(&stats);
	fail_all_allocations(true);
	insert_keys(test, &map, type, n, n + slack);
	fail_all_allocations(false);
	/* Each time the first of what a split needs, and what cleaning needs. */
	KUNIT_EXPECT_LE(test, stats_since(&stats).alloc_failures, 2 * (slack / 8 + 1));
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	expect_keys(test, &map, type, 0, n + slack);
	hmap_destroy(&map, type);
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

/* And the directories that lead to fewer tables then. */
static void smaller_directories_are_accounted(struct kunit *test)
{
	const struct hmap_type *type = &u64_rcu_type;
	struct hmap map = { };
	struct hmap_stats stats;
	size_t before;
	u64 n;

	rcu_barrier();
	before = stub_unaccounted;
	for (n = 0; n < 300000; n++)
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &n, &n, GFP_KERNEL_ACCOUNT, type), 0);
	for (n = 0; n < 295000; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &n, type), 0);
	stats_since(&stats);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_GT(test, stats_since(&stats).directory_shrinks, 0);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, stub_unaccounted, before);
	hmap_destroy(&map, type);
}

/* Also if it is but one of many tables that was accounted. */
static void a_reserve_is_accounted_as_what_was_there(struct kunit *test)
{
	const struct hmap_type *type = &u64_rcu_type;
	struct hmap map = { };
	struct hmap_stats stats;
	size_t before;
	u64 n = 0;

	insert_keys(test, &map, type, 0, 2000);
	stats_since(&stats);
	for (n = 2000; !stats_since(&stats).splits; n++)
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &(u64){ key_of(n) }, &n,
						  GFP_KERNEL_ACCOUNT, type), 0);
	rcu_barrier();
	before = stub_unaccounted;
	KUNIT_EXPECT_EQ(test, hmap_reserve(&map, 10000, GFP_KERNEL, type), 0);
	rcu_barrier();
	KUNIT_EXPECT_LT(test, stub_unaccounted, before);
	hmap_destroy(&map, type);
}

/* A process that has been told to end is not kept, and the map is as it was. */
static void reserves_end_with_the_process(struct kunit *test)
{
	const struct hmap_type *type = &u64_rcu_type;
	struct hmap map = { }, fresh = { };
	size_t bytes;

	insert_keys(test, &map, type, 0, 1000);
	bytes = hmap_memory(&map, type);
	stub_killed = true;
	KUNIT_EXPECT_EQ(test, hmap_reserve(&fresh, 20, GFP_KERNEL, type), -EINTR);
	KUNIT_EXPECT_EQ(test, hmap_memory(&fresh, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_reserve(&map, 100000, GFP_KERNEL, type), -EINTR);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), bytes);
	/* Who may not sleep is not asked. */
	KUNIT_EXPECT_EQ(test, hmap_reserve(&map, 2000, GFP_ATOMIC, type), 0);
	stub_killed = false;
	expect_keys(test, &map, type, 0, 1000);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	hmap_destroy(&map, type);
}

static void insert_zeros(struct kunit *test, struct hmap *map, const struct hmap_type *type)
{
	static const u8 zeros[1000];
	u64 key;

	for (key = 0; key < 5000; key++)
		KUNIT_ASSERT_EQ(test, hmap_insert(map, &key, zeros, GFP_KERNEL, type), 0);
}

static void do_nothing(void *entry, void *arg)
{
}

/* Once a table at least: with something to do for each entry, with its block, or with neither. */
static void an_end_that_may_sleep_reschedules(struct kunit *test)
{
	static const struct hmap_type * const types[] = { &u64_rcu_type, &record_rcu_type };
	u32 i, before;

	for (i = 0; i < 4; i++) {
		const struct hmap_type *type = types[i / 2];
		void (*call)(void *entry, void *arg) = i % 2 ? do_nothing : NULL;
		struct hmap_stats was, is;
		struct hmap map = { };

		insert_zeros(test, &map, type);
		hmap_stats_read(&was);
		before = stub_rescheds;
		hmap_free_and_destroy(&map, call, NULL, type);
		hmap_stats_read(&is);
		KUNIT_EXPECT_GT(test, is.tables_freed - was.tables_freed, 10);
		KUNIT_EXPECT_GE(test, stub_rescheds - before, is.tables_freed - was.tables_freed);

		insert_zeros(test, &map, type);
		before = stub_rescheds;
		test_lock();
		hmap_clear_with(&map, call, NULL, type);
		test_unlock();
		insert_zeros(test, &map, type);
		hmap_destroy(&map, type);
		KUNIT_EXPECT_EQ(test, stub_rescheds, before);
	}
}
#endif

static struct kunit_case bounds_test_cases[] = {
	KUNIT_CASE(one_trim_is_enough_after_a_walk),
	KUNIT_CASE(trim_gives_up_a_reserve_at_once),
	KUNIT_CASE(dead_blocks_stay_in_bounds),
	KUNIT_CASE(keys_by_rank_need_no_large_block),
	KUNIT_CASE(failures_on_the_way_down),
	KUNIT_CASE(failed_growth_is_put_off),
#ifdef _HMAP_USER_STUBS_H
	KUNIT_CASE(successors_are_accounted),
	KUNIT_CASE(smaller_directories_are_accounted),
	KUNIT_CASE(a_reserve_is_accounted_as_what_was_there),
	KUNIT_CASE(reserves_end_with_the_process),
	KUNIT_CASE(an_end_that_may_sleep_reschedules),
#endif
	{}
};

static struct kunit_suite bounds_test_suite = {
	.name = "hmap_bounds",
	.exit = bounds_test_exit,
	.test_cases = bounds_test_cases,
};

kunit_test_suite(bounds_test_suite);
