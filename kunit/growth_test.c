// SPDX-License-Identifier: GPL-2.0
/*
 * The shape of a map as it fills: slab classes, splits, the directory, what it
 * takes an entry, and that no step moves more than one table.
 */
#include "test.h"

/* As the module is built, or as a build for tests says. */
#ifndef HMAP_TABLE_MAX_WORDS
#define HMAP_TABLE_MAX_WORDS	U16_MAX
#endif

/* A build may want more. */
#ifndef HMAP_MANY
#define HMAP_MANY	(HMAP_SLOW > 1 ? 100000 : 1000000)
#endif
#define MANY		HMAP_MANY

static u64 hashed;

static u64 counting_hash(const void *key, size_t size, u64 seed)
{
	hashed++;
	return hmap_hash_u64(key, size, seed);
}

static u64 constant_hash(const void *key, size_t size, u64 seed)
{
	return 42;
}

static u64 eight_bit_hash(const void *key, size_t size, u64 seed)
{
	return *(const u64 *)key & 0xff;
}

static const struct hmap_type counting_type =
	HMAP_TYPE("counting", 8, 8, counting_hash, NULL, HMAP_SCALAR | HMAP_RCU);
static const struct hmap_type constant_type =
	HMAP_TYPE("constant", 8, 8, constant_hash, NULL, HMAP_SCALAR);
static const struct hmap_type eight_bit_type =
	HMAP_TYPE("8 bits", 8, 8, eight_bit_hash, NULL, HMAP_SCALAR);

static int growth_test_init(struct kunit *test)
{
	hashed = 0;
	return 0;
}

static void growth_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/*
 * u64 -> u64: 24 bytes of head, 8 for each word of seven slots, 16 a slot. A
 * class is left when it is full (one word) or 7/8 full, and the next one is that
 * in which more than half is free, and of two entries or more, that of more than a word:
 * 64 B: 2 slots, 256: 13 (12 used), 512: 28 (25), 1k: 56 (49), 2k: 118 (104),
 * 4k: 237 (208), then a split. Where there is no class of 64 B, one of 128 is the first: 6.
 */
static void slab_classes_in_turn(struct kunit *test)
{
	const struct {
		size_t size;
		u32 last;	/* number of entries that still fit */
	} step[] = {
		{ SMALLEST, SMALLEST == 64 ? 2 : 6 }, { 256, 12 }, { 512, 25 },
		{ 1024, 49 }, { 2048, 104 }, { 4096, 208 },
	};
	struct hmap map = { };
	struct hmap_stats stats;
	u64 n = 0;
	u32 i;

	stats_since(&stats);
	for (i = 0; i < ARRAY_SIZE(step) && step[i].size <= HMAP_TABLE_MAX; i++)
		for (; n < step[i].last; n++) {
			insert_keys(test, &map, &u64_rcu_type, n, n + 1);
			KUNIT_ASSERT_EQ_MSG(test, hmap_memory(&map, &u64_rcu_type),
					    step[i].size, "with %llu", n + 1);
			KUNIT_ASSERT_EQ(test, hmap_validate(&map, &u64_rcu_type), 0);
		}
	stats = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, stats.tables_allocated, i);
	KUNIT_EXPECT_EQ(test, stats.rebuilds_grow, i - 1);
	KUNIT_EXPECT_EQ(test, stats.rebuilds_clean, 0);
	KUNIT_EXPECT_EQ(test, stats.splits, 0);
	expect_keys(test, &map, &u64_rcu_type, 0, n);
	hmap_clear(&map, &u64_rcu_type);
}

/* A table of the largest class is split in two, and the map gets a directory. Of a small
 * one a half may turn out to be nearly empty, and move on to a smaller table at once.
 */
static void largest_class_is_split(struct kunit *test)
{
	struct hmap map = { };
	struct hmap_stats stats, d;
	u64 n = 0;

	stats_since(&stats);
	do {
		insert_keys(test, &map, &u64_type, n, n + 1);
		n++;
		d = stats_since(&stats);
	} while (!d.splits && n < 10000);
	KUNIT_EXPECT_EQ(test, d.splits, 1);
	KUNIT_EXPECT_EQ(test, d.directory_doublings, 1);
	KUNIT_EXPECT_EQ(test, d.tables_allocated - d.tables_freed, 1);
	if (HMAP_TABLE_MAX == 4096)
		KUNIT_EXPECT_EQ(test, d.tables_allocated, 2);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, &u64_type), n);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &u64_type), 0);
	expect_keys(test, &map, &u64_type, 0, n);
	hmap_destroy(&map, &u64_type);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_freed, 2);
}

/*
 * From 0 to many entries. No insert hashes more than one table's entries: twice
 * for a split, which first counts how they will part. In user space, where every
 * allocation can be seen, none is above the largest class.
 */
static void no_insert_moves_more_than_a_table(struct kunit *test)
{
	const u64 most = 2 * (HMAP_TABLE_MAX < 512 ? 512 : HMAP_TABLE_MAX) / 17;
	struct hmap map = { };
	struct hmap_stats stats, d;
	u64 n, before, worst = 0;

#ifdef _HMAP_USER_STUBS_H
	stub_largest = 0;
#endif
	stats_since(&stats);
	for (n = 0; n < MANY; n++) {
		before = hashed;
		insert_keys(test, &map, &counting_type, n, n + 1);
		if (hashed - before > worst)
			worst = hashed - before;
		if (n % 1024 == 0)
			rcu_barrier();
	}
#ifdef _HMAP_USER_STUBS_H
	KUNIT_EXPECT_LE(test, stub_largest, max(HMAP_TABLE_MAX, 512));
#endif
	d = stats_since(&stats);
	kunit_info(test, "%u entries: %llu hashes in the worst insert, %llu splits, %llu doublings, %zu bytes an entry",
		   MANY, worst, d.splits, d.directory_doublings,
		   hmap_memory(&map, &counting_type) / MANY);
	KUNIT_EXPECT_LE(test, worst, most);
	KUNIT_EXPECT_EQ(test, d.splits_refused, 0);
	KUNIT_EXPECT_EQ(test, d.rebuilds_shrink, 0);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, &counting_type), MANY);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &counting_type), 0);
	expect_keys(test, &map, &counting_type, 0, MANY);
	for (n = MANY; n < MANY + 1000; n++) {
		u64 key = key_of(n);

		KUNIT_ASSERT_EQ(test, hmap_contains(&map, &key, &counting_type), false);
	}
	stats_since(&stats);
	hmap_clear(&map, &counting_type);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 0);
	KUNIT_EXPECT_GT(test, d.tables_freed, 1);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, &counting_type), 0);
}

static void a_million_take_36_bytes_each(struct kunit *test)
{
	const u32 n = 1000000;
	struct hmap map = { };

	insert_keys(test, &map, &u64_rcu_type, 0, n);
	KUNIT_EXPECT_LE(test, hmap_memory(&map, &u64_rcu_type), 36UL * n);
	kunit_info(test, "%u entries in %zu bytes", n, hmap_memory(&map, &u64_rcu_type));
	hmap_clear(&map, &u64_rcu_type);
}

/* 256 bytes have 13 slots and ask for growth after twelve. Growth that fails is put
 * off as long as a slot is free.
 */
static void failed_growth_uses_what_is_free(struct kunit *test)
{
	struct hmap map = { };
	u64 key = key_of(12), value = 12;

	if (!can_fail_allocations())
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	insert_keys(test, &map, &u64_rcu_type, 0, 12);
	KUNIT_ASSERT_EQ(test, hmap_memory(&map, &u64_rcu_type), 256);
	fail_nth_allocation(1);
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL, &u64_rcu_type), 0);
	KUNIT_EXPECT_TRUE(test, allocation_has_failed());
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, &u64_rcu_type), 256);

	key = key_of(13);
	value = 13;
	fail_nth_allocation(1);
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL, &u64_rcu_type),
			-ENOMEM);
	KUNIT_EXPECT_TRUE(test, allocation_has_failed());
	KUNIT_EXPECT_EQ(test, hmap_count(&map, &u64_rcu_type), 13);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &u64_rcu_type), 0);
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL, &u64_rcu_type), 0);
	expect_keys(test, &map, &u64_rcu_type, 0, 14);
	hmap_clear(&map, &u64_rcu_type);
}

/* Memory by the counters and by the map, at every size. */
static void memory_is_accounted(struct kunit *test)
{
	struct hmap map = { };
	struct hmap_stats stats;
	u64 n, bytes = 0;

	stats_since(&stats);
	for (n = 0; n < 3000; n++) {
		insert_keys(test, &map, &u64_type, n, n + 1);
		bytes += stats_since(&stats).bytes_in_use;
		KUNIT_ASSERT_EQ(test, bytes, hmap_memory(&map, &u64_type));
	}
	hmap_destroy(&map, &u64_type);
	bytes += stats_since(&stats).bytes_in_use;
	KUNIT_EXPECT_EQ(test, bytes, 0);
}

/* The highest bytes_in_use is seen, but for what a CPU keeps to itself. */
static void peak_is_seen(struct kunit *test)
{
	struct hmap map = { };
	struct hmap_stats before, after;
	size_t bytes;

	hmap_stats_read(&before);
	insert_keys(test, &map, &u64_type, 0, 300000);
	bytes = hmap_memory(&map, &u64_type);
	hmap_destroy(&map, &u64_type);
	hmap_stats_read(&after);
	KUNIT_EXPECT_EQ(test, after.bytes_in_use, before.bytes_in_use);
	KUNIT_EXPECT_GE(test, after.bytes_peak, before.bytes_in_use + bytes -
						64 * 32 * 1024);
	KUNIT_EXPECT_GE(test, after.bytes_peak, before.bytes_peak);
}

/* Endless insert and remove at a constant count. A full table may go one class
 * up, since a quarter is kept free; from then on the memory is constant, cleaning
 * included, but for the odd table that chance fills. Returns by how much it grew
 * in the second half.
 */
static size_t churn(struct kunit *test, const struct hmap_type *type, u64 count,
		    u64 rounds)
{
	size_t still, half = 0, most = 0;
	struct hmap map = { };
	u64 n, key;

	insert_keys(test, &map, type, 0, count);
	still = hmap_memory(&map, type);
	for (n = count; n < count + rounds; n++) {
		key = key_of(n - count);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, type), 0);
		insert_keys(test, &map, type, n, n + 1);
		most = max(most, hmap_memory(&map, type));
		if (n == count + rounds / 2)
			half = most;
	}
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), count);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	expect_keys(test, &map, type, n - count, n);
	KUNIT_EXPECT_LE(test, most, 2 * still);
	hmap_clear(&map, type);
	return most - half;
}

/* Without RCU deleted slots are used again, so that cleaning is rare: a table of
 * 119 slots with 85 entries has room for 20, and would else be cleaned 500 times.
 */
static void deleted_slots_are_used_again(struct kunit *test)
{
	struct hmap_stats stats;

	if (HMAP_TABLE_MAX < 2048)
		kunit_skip(test, "tables are too small");
	stats_since(&stats);
	churn(test, &u64_type, 85, 10000);
	KUNIT_EXPECT_LE(test, stats_since(&stats).tables_allocated, 250);
}

static void churn_keeps_memory(struct kunit *test)
{
	static const u32 counts[] = { 1, 2, 3, 4, 7, 12, 18, 50, 105, 150, 175 };
	u32 i;

	/* Up to three quarters of the largest class. */
	for (i = 0; i < ARRAY_SIZE(counts) &&
	     counts[i] * 24 <= max(HMAP_TABLE_MAX, 512); i++) {
		KUNIT_EXPECT_EQ(test, churn(test, &u64_type, counts[i], 10000),
				0);
		KUNIT_EXPECT_EQ(test, churn(test, &u64_rcu_type, counts[i], 10000), 0);
	}
}

static void churn_keeps_memory_of_large_maps(struct kunit *test)
{
	struct hmap_stats stats;

	stats_since(&stats);
	churn(test, &u64_type, 5000, 20000);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).splits_refused, 0);
	churn(test, &u64_rcu_type, 5000, 20000);
	stats = stats_since(&stats);
	KUNIT_EXPECT_GT(test, stats.rebuilds_clean, 0);
	KUNIT_EXPECT_EQ(test, stats.splits_refused, 0);
}

/* A hash that says nothing: slow, but right and bounded, and reported. */
static void constant_hash_works(struct kunit *test)
{
	struct hmap map = { };
	struct hmap_stats stats;
	u64 n, key, count = min_t(u64, 3000, HMAP_TABLE_MAX_WORDS * 3);

	stats_since(&stats);
	insert_keys(test, &map, &constant_type, 0, count);
	stats = stats_since(&stats);
	KUNIT_EXPECT_GT(test, stats.splits_refused, 0);
	/* 16 x count tables' worth of directory at most, and few of them. */
	KUNIT_EXPECT_LE(test, hmap_memory(&map, &constant_type), count * 16 * 8);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &constant_type), 0);
	expect_keys(test, &map, &constant_type, 0, count);
	for (n = 0; n < count; n += 2) {
		key = key_of(n);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, &constant_type), 0);
	}
	KUNIT_EXPECT_EQ(test, hmap_count(&map, &constant_type), count / 2);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &constant_type), 0);
	hmap_destroy(&map, &constant_type);
}

/* The head of a table counts so many words, and a constant hash needs them all in
 * one. Behind the last slot there is -ENOMEM, and the map is as it was.
 */
static void constant_hash_has_a_limit(struct kunit *test)
{
	const u64 limit = HMAP_TABLE_MAX_WORDS * HMAP_WORD_SLOTS;
	struct hmap map = { };
	u64 key = key_of(limit);

	if (limit > 10000)
		kunit_skip(test, "takes too long with tables as large as these");
	insert_keys(test, &map, &constant_type, 0, limit);
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &key, GFP_KERNEL, &constant_type),
			-ENOMEM);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL, &constant_type), 0);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, &constant_type), limit);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &constant_type), 0);
	expect_keys(test, &map, &constant_type, 0, limit);
	KUNIT_EXPECT_EQ(test, hmap_remove(&map, &(u64){ key_of(0) }, &constant_type), 0);
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &key, GFP_KERNEL, &constant_type), 0);
	hmap_destroy(&map, &constant_type);
}

/* A split that cannot allocate leaves the table as it is, as long as there are slots. That is
 * no poor hash, and asks for no larger block.
 */
static void failed_splits_are_no_poor_hash(struct kunit *test)
{
	const size_t class = max(HMAP_TABLE_MAX, 512);
	const u64 limit = class == 4096 ? 208 : 25;
	struct hmap map = { };
	struct hmap_stats stats;
	u64 n;

	if (!can_fail_allocations())
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	insert_keys(test, &map, &u64_rcu_type, 0, limit);
	KUNIT_ASSERT_EQ(test, hmap_memory(&map, &u64_rcu_type), class);
	stats_since(&stats);
	fail_nth_allocation(1);
	insert_keys(test, &map, &u64_rcu_type, limit, limit + 1);
	KUNIT_EXPECT_TRUE(test, allocation_has_failed());
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, &u64_rcu_type), class);
	for (n = 0; n < limit - 3; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n) }, &u64_rcu_type), 0);
	for (n = limit + 1; n < 4 * limit; n++) {
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(n - 4) }, &u64_rcu_type),
				0);
		insert_keys(test, &map, &u64_rcu_type, n, n + 1);
	}
	KUNIT_EXPECT_EQ(test, stats_since(&stats).splits_refused, 0);
	KUNIT_EXPECT_LE(test, hmap_memory(&map, &u64_rcu_type), class);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, &u64_rcu_type), 4);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &u64_rcu_type), 0);
	hmap_clear(&map, &u64_rcu_type);
}

static void eight_bit_hash_works(struct kunit *test)
{
	struct hmap map = { };
	u64 count = 50000;

	insert_keys(test, &map, &eight_bit_type, 0, count);
	KUNIT_EXPECT_LE(test, hmap_memory(&map, &eight_bit_type), count * 16 * 8);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &eight_bit_type), 0);
	expect_keys(test, &map, &eight_bit_type, 0, count);
	hmap_destroy(&map, &eight_bit_type);
}

/* The words that a lookup of @key has to look at in a map of one table. */
static u32 words_probed(const struct hmap *map, u64 key)
{
	const struct hmap_table *table = (void *)rcu_access_pointer(map->root);
	u64 hash = hmap_hash(&u64_type, &key, sizeof(key), hmap_seed(map));
	u32 nr = hmap_home(hash, table->nr_words), probed = 1;

	while (table->words[nr] & hmap_overflow_bit(hash) &&
	       probed < table->nr_words) {
		nr = (nr + 1) % table->nr_words;
		probed++;
	}
	return probed;
}

/* By a hundred absent keys, in a map of @count entries after @pairs of changes. */
static u32 probe_absent_keys(struct kunit *test, struct hmap *map,
			     const struct hmap_type *type, u64 count, u64 pairs)
{
	u32 probed = 0;
	u64 n;

	insert_keys(test, map, type, 0, count);
	for (n = count; n < count + pairs; n++) {
		insert_keys(test, map, type, n, n + 1);
		KUNIT_ASSERT_EQ(test, hmap_remove(map, &(u64){ key_of(n - count) }, type), 0);
		if (n % 256 == 0)
			cond_resched();
	}
	for (n = 0; n < 100; n++)
		probed += words_probed(map, key_of(~n));
	hmap_destroy(map, type);
	return probed;
}

/* On average over many maps, as one in which some word overflows early differs from
 * another: 1.4 in the fullest, with a standard deviation of 0.3. Each has a seed of its
 * own, as each has an address of its own.
 */
static void expect_few_words(struct kunit *test, const struct hmap_type *type,
			     u64 count, u64 pairs)
{
	struct hmap map[25] = { };
	u32 i, probed = 0;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		probed += probe_absent_keys(test, &map[i], type, count, pairs);
	KUNIT_EXPECT_LE(test, probed, ARRAY_SIZE(map) * 100 * 18 / 10);
}

/*
 * A lookup of an absent key ends in the first word with few exceptions, also in a table
 * that is as full as it gets, and after any number of changes: overflow bits go with
 * the table that has too many of them.
 */
static void absent_keys_end_in_few_words(struct kunit *test)
{
	static const u32 counts[] = { 5, 12, 25, 40, 49, 70, 90, 104 };
	u32 i;

	skip_if_slow(test);
	for (i = 0; i < ARRAY_SIZE(counts) && counts[i] * 24 < HMAP_TABLE_MAX; i++) {
		expect_few_words(test, &u64_type, counts[i], 0);
		expect_few_words(test, &u64_type, counts[i], 5000);
		expect_few_words(test, &u64_rcu_type, counts[i], 5000);
	}
}

static struct kunit_case growth_test_cases[] = {
	KUNIT_CASE(slab_classes_in_turn),
	KUNIT_CASE(largest_class_is_split),
	KUNIT_CASE(no_insert_moves_more_than_a_table),
	KUNIT_CASE(a_million_take_36_bytes_each),
	KUNIT_CASE(failed_growth_uses_what_is_free),
	KUNIT_CASE(memory_is_accounted),
	KUNIT_CASE(peak_is_seen),
	KUNIT_CASE(deleted_slots_are_used_again),
	KUNIT_CASE(churn_keeps_memory),
	KUNIT_CASE(churn_keeps_memory_of_large_maps),
	KUNIT_CASE(absent_keys_end_in_few_words),
	KUNIT_CASE(constant_hash_works),
	KUNIT_CASE(constant_hash_has_a_limit),
	KUNIT_CASE(failed_splits_are_no_poor_hash),
	KUNIT_CASE(eight_bit_hash_works),
	{}
};

static struct kunit_suite growth_test_suite = {
	.name = "hmap_growth",
	.init = growth_test_init,
	.exit = growth_test_exit,
	.test_cases = growth_test_cases,
};

kunit_test_suite(growth_test_suite);
