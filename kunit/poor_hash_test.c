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

static u64 constant_hash(const void *key, size_t size, u64 seed)
{
	return 42;
}

static u64 eight_bit_hash(const void *key, size_t size, u64 seed)
{
	return *(const u64 *)key & 0xff;
}

static u64 six_bit_hash(const void *key, size_t size, u64 seed)
{
	return *(const u64 *)key & 0x3f;
}

#define MOST_OBJECTS	40000

struct object {
	u64 key;
	u64 value;
};

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
	{ __HMAP_OBJECT_TYPE("objects", 8, offsetof(struct object, key), constant_hash,
			     NULL, counting_equal, HMAP_RCU), 2000, 1 },
	/* Two tables' worth of the smaller slots. */
	{ __HMAP_OBJECT_TYPE("objects, 6 bits", 8, offsetof(struct object, key),
			     six_bit_hash, NULL, counting_equal, 0), MOST_OBJECTS, 64 },
};

static struct object *objects;

static int poor_hash_test_init(struct kunit *test)
{
	objects = vmalloc(MOST_OBJECTS * sizeof(*objects));
	return objects ? 0 : -ENOMEM;
}

static void poor_hash_test_exit(struct kunit *test)
{
	rcu_barrier();
	vfree(objects);
	objects = NULL;
}

/* Some tables cannot have so many words. */
static u32 count_of(const struct poor *p)
{
	return min_t(u64, p->count, p->hashes * HMAP_TABLE_MAX_WORDS * 6ULL);
}

static bool holds_objects(const struct poor *p)
{
	return p->type.flags & HMAP_OBJECT;
}

static void insert_objects(struct kunit *test, struct hmap *map, const struct poor *p)
{
	u64 n;

	for (n = 0; n < count_of(p); n++) {
		struct object *object = &objects[n];

		object->key = key_of(n);
		object->value = n;
		KUNIT_ASSERT_EQ(test, hmap_insert(map, &object->key, &object, GFP_KERNEL,
						  &p->type), 0);
		if (n % 256 == 0)
			cond_resched();
	}
}

static void fill(struct kunit *test, struct hmap *map, const struct poor *p)
{
	if (holds_objects(p))
		insert_objects(test, map, p);
	else
		insert_keys(test, map, &p->type, 0, count_of(p));
}

/* Whether @key is there, and with the value @n. */
static bool has(const struct hmap *map, const struct poor *p, u64 key, u64 n)
{
	struct object *object;
	u64 value;

	if (!holds_objects(p))
		return hmap_read(map, &key, &value, &p->type) && value == n;
	return hmap_read(map, &key, &object, &p->type) && object == &objects[n];
}

/*
 * What @count entries may take at most, while there are only inserts:
 *
 *  - A table that has to grow takes the next class, a power of two, in which a quarter
 *    is free: up to 8/3 of its entries' slots, of their bytes and 8/7 each.
 *  - No table is split to more than depth d, where 2^d tables would hold 16 times as
 *    many entries as there are. The directory is 2^d pointers and a head.
 *  - A split that parts nothing leaves a half without entries, of the smallest class
 *    in a directory: at each of d splits, for each of the hashes.
 */
static size_t bytes_max(const struct poor *p)
{
	u32 table_entries = max(HMAP_TABLE_MAX, 512) / (p->type.slot_size + 4);
	size_t count = count_of(p);
	size_t depth = 0;

	while ((size_t)table_entries << depth <= 16 * count)
		depth++;
	return count * (p->type.slot_size + 2) * 8 / 3 + (16UL << depth) + 512 +
	       p->hashes * depth * HMAP_DIR_TABLE_MIN;
}

/* A lookup compares those keys that have the same hash, and but for the first of them
 * no key twice.
 */
static void expect_slow_but_right(struct kunit *test, const struct poor *p,
				  const struct hmap *map)
{
	u32 count = count_of(p);
	u64 n, key, most = 0, wrong = 0, of_a_hash = 0;

	for (n = 0; n < count; n++)
		of_a_hash += (key_of(n) & (p->hashes - 1)) == 0;
	/* Those of another hash: two words of the same seven bits in a table. */
	of_a_hash += of_a_hash / 2 + 2 * HMAP_TABLE_MIN_SLOTS;
	for (n = 0; n < count; n += 37) {
		compared = 0;
		wrong += !has(map, p, key_of(n), n);
		most = max(most, compared);
		key = key_of(n + count);
		wrong += hmap_contains(map, &key, &p->type);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_LE(test, most, of_a_hash);
	kunit_info(test, "%s: %u entries in %zu bytes, at most %zu; up to %llu keys compared",
		   p->type.name, count, hmap_memory(map, &p->type), bytes_max(p),
		   (unsigned long long)most);
}

static void remove_all(struct kunit *test, struct hmap *map, const struct poor *p)
{
	u64 n, key;

	for (n = 0; n < count_of(p); n++) {
		key = key_of(n);
		KUNIT_ASSERT_EQ(test, hmap_remove(map, &key, &p->type), 0);
		if (n % 256 == 0)
			cond_resched();
	}
	KUNIT_EXPECT_TRUE(test, hmap_empty(map, &p->type));
	KUNIT_EXPECT_LE(test, hmap_memory(map, &p->type), holds_objects(p) ? 0 : SMALLEST);
}

static void poor_hashes_are_bounded(struct kunit *test)
{
	struct hmap_stats stats, before;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(poor); i++) {
		const struct poor *p = &poor[i];
		struct hmap map = { };

		stats_since(&before);
		stats_since(&stats);
		fill(test, &map, p);
		KUNIT_EXPECT_GT(test, stats_since(&stats).splits_refused, 0);
		KUNIT_EXPECT_LE(test, hmap_memory(&map, &p->type), bytes_max(p));
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, &p->type), 0);
		expect_slow_but_right(test, p, &map);
		remove_all(test, &map, p);
		hmap_destroy(&map, &p->type);
		KUNIT_EXPECT_EQ(test, stats_since(&before).bytes_in_use, 0);
	}
}

/* The safe walk finds each entry once, where hashes tell none apart and the body removes
 * them, so that tables shrink and merge under it.
 */
static void poor_hashes_are_walked_once(struct kunit *test)
{
	const void *k;
	void *v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(poor); i++) {
		const struct poor *p = &poor[i];
		const struct hmap_type *type = &p->type;
		struct hmap map = { };
		u32 visits = 0;

		fill(test, &map, p);
		test_lock();
		hmap_walk_safe(&map, iter, k, v, type) {
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, k, type), 0);
			if (++visits % 256 == 0)
				cond_resched();
		}
		test_unlock();
		KUNIT_EXPECT_EQ(test, visits, count_of(p));
		KUNIT_EXPECT_TRUE(test, hmap_empty(&map, type));
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
		hmap_destroy(&map, type);
	}
}

/* Whatever suites and types there were before; in a kernel the guest looks at the log. */
static void poor_hashes_are_reported_once(struct kunit *test)
{
	struct hmap_stats stats;
	u32 i;

	stats_since(&stats);
	for (i = 0; i < ARRAY_SIZE(poor); i++) {
		struct hmap map = { };

		fill(test, &map, &poor[i]);
		hmap_destroy(&map, &poor[i].type);
	}
	KUNIT_EXPECT_GE(test, stats_since(&stats).splits_refused, ARRAY_SIZE(poor));
#ifdef _HMAP_USER_STUBS_H
	KUNIT_EXPECT_EQ(test, stub_reports, 1);
#endif
}

static struct kunit_case poor_hash_test_cases[] = {
	KUNIT_CASE(poor_hashes_are_bounded),
	KUNIT_CASE(poor_hashes_are_walked_once),
	KUNIT_CASE(poor_hashes_are_reported_once),
	{}
};

static struct kunit_suite poor_hash_test_suite = {
	.name = "hmap_poor_hash",
	.init = poor_hash_test_init,
	.exit = poor_hash_test_exit,
	.test_cases = poor_hash_test_cases,
};

kunit_test_suite(poor_hash_test_suite);
