// SPDX-License-Identifier: GPL-2.0
/*
 * Hashes of the user's own that spread keys poorly: their maps are slow, but right, of
 * bounded memory, and the log says so, once. growth_test.c has where growth ends.
 */
#include "test.h"

/* As the module is built, or as a build for tests says. */
#ifndef HMAP_TABLE_MAX_WORDS
#define HMAP_TABLE_MAX_WORDS	U16_MAX
#endif

static u64 compared;

static bool counting_equal(const void *a, const void *b, size_t size)
{
	compared++;
	return !memcmp(a, b, size);
}

static u64 constant_hash(const void *key, size_t size, u32 seed)
{
	return 42;
}

static u64 eight_bit_hash(const void *key, size_t size, u32 seed)
{
	return *(const u64 *)key & 0xff;
}

static const struct poor {
	struct hmap_type type;
	u32 count;
	u32 hashes;	/* different ones */
} poor[] = {
	{ HMAP_TYPE("constant", 8, 8, constant_hash, counting_equal, 0),
	  2000, 1 },
	{ HMAP_TYPE("constant rcu", 8, 8, constant_hash, counting_equal,
		    HMAP_RCU), 2000, 1 },
	{ HMAP_TYPE("8 bits", 8, 8, eight_bit_hash, counting_equal, 0),
	  60000, 256 },
	{ HMAP_TYPE("8 bits rcu", 8, 8, eight_bit_hash, counting_equal,
		    HMAP_RCU), 60000, 256 },
};

static void poor_hash_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/* Some tables cannot have so many words. */
static u32 count_of(const struct poor *p)
{
	return min_t(u64, p->count, p->hashes * HMAP_TABLE_MAX_WORDS * 6ULL);
}

/*
 * What @count entries of 16 bytes may take at most, while there are only inserts:
 *
 *  - A table that has to grow takes the next class, a power of two, in which a quarter
 *    is free: up to 8/3 of its entries' slots, of 16 + 8/7 bytes each.
 *  - No table is split to more than depth d, where 2^d tables would hold 16 times as
 *    many entries as there are. The directory is 2^d pointers and a head.
 *  - A split that parts nothing leaves a half without entries, of the smallest class
 *    in a directory: at each of d splits, for each of the hashes.
 */
static size_t bytes_max(const struct poor *p)
{
	u32 table_entries = max(HMAP_TABLE_MAX, 512) / 20;
	size_t count = count_of(p);
	size_t depth = 0;

	while ((size_t)table_entries << depth <= 16 * count)
		depth++;
	return count * 18 * 8 / 3 + (16UL << depth) + 512 +
	       p->hashes * depth * HMAP_DIR_TABLE_MIN;
}

/* A lookup compares those keys that have the same hash, and but for the first of them
 * no key twice.
 */
static void expect_slow_but_right(struct kunit *test, const struct poor *p,
				  const struct hmap *map)
{
	u32 count = count_of(p);
	u64 n, out, key, most = 0, wrong = 0, of_a_hash = 0;

	for (n = 0; n < count; n++)
		of_a_hash += (key_of(n) & (p->hashes - 1)) == 0;
	/* Those of another hash: two words of the same seven bits in a table. */
	of_a_hash += of_a_hash / 2 + 2 * HMAP_TABLE_MIN_SLOTS;
	for (n = 0; n < count; n += 37) {
		key = key_of(n);
		compared = 0;
		wrong += !hmap_get(map, &key, &out) || out != n;
		most = max(most, compared);
		key = key_of(n + count);
		wrong += hmap_contains(map, &key);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_LE(test, most, of_a_hash);
	kunit_info(test, "%s: %u entries in %zu bytes, at most %zu; up to %llu keys compared",
		   p->type.name, count, hmap_memory(map), bytes_max(p),
		   (unsigned long long)most);
}

static void remove_all(struct kunit *test, struct hmap *map, u32 count)
{
	u64 n, key;

	for (n = 0; n < count; n++) {
		key = key_of(n);
		KUNIT_ASSERT_EQ(test, hmap_remove(map, &key), 0);
		if (n % 256 == 0)
			cond_resched();
	}
	KUNIT_EXPECT_TRUE(test, hmap_empty(map));
	KUNIT_EXPECT_LE(test, hmap_memory(map), 64);
}

static void poor_hashes_are_bounded(struct kunit *test)
{
	struct hmap_stats stats, before;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(poor); i++) {
		u32 count = count_of(&poor[i]);
		struct hmap map;

		stats_since(&before);
		stats_since(&stats);
		hmap_init(&map, &poor[i].type);
		insert_keys(test, &map, 0, count);
		KUNIT_EXPECT_GT(test, stats_since(&stats).splits_refused, 0);
		KUNIT_EXPECT_LE(test, hmap_memory(&map), bytes_max(&poor[i]));
		KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
		expect_slow_but_right(test, &poor[i], &map);
		remove_all(test, &map, count);
		hmap_destroy(&map);
		KUNIT_EXPECT_EQ(test, stats_since(&before).bytes_in_use, 0);
	}
}

/* Whatever suites and types there were before; in a kernel the guest looks at the log. */
static void poor_hashes_are_reported_once(struct kunit *test)
{
	struct hmap_stats stats;
	u32 i;

	stats_since(&stats);
	for (i = 0; i < ARRAY_SIZE(poor); i++) {
		struct hmap map;

		hmap_init(&map, &poor[i].type);
		insert_keys(test, &map, 0, count_of(&poor[i]));
		hmap_destroy(&map);
	}
	KUNIT_EXPECT_GE(test, stats_since(&stats).splits_refused, ARRAY_SIZE(poor));
#ifdef _HMAP_USER_STUBS_H
	KUNIT_EXPECT_EQ(test, stub_reports, 1);
#endif
}

static struct kunit_case poor_hash_test_cases[] = {
	KUNIT_CASE(poor_hashes_are_bounded),
	KUNIT_CASE(poor_hashes_are_reported_once),
	{}
};

static struct kunit_suite poor_hash_test_suite = {
	.name = "hmap_poor_hash",
	.exit = poor_hash_test_exit,
	.test_cases = poor_hash_test_cases,
};

kunit_test_suite(poor_hash_test_suite);
