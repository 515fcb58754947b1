// SPDX-License-Identifier: GPL-2.0
/*
 * What Go's runtime tests of its maps ask of a map (runtime/map_test.go), asked
 * of this one, by the same sort of case.
 */
#include "test.h"

#define N	1000

static u8 visits[4 * N];

static int go_test_init(struct kunit *test)
{
	memset(visits, 0, sizeof(visits));
	return 0;
}

static void insert_range(struct kunit *test, struct hmap *map, u64 from, u64 to)
{
	u64 key;

	for (key = from; key < to; key++) {
		u64 value = key * 10;

		KUNIT_ASSERT_EQ(test, hmap_insert(map, &key, &value, GFP_KERNEL),
				0);
	}
}

/* Keys in [@from, @to) were visited once, the others @most times or less. */
static void expect_visits(struct kunit *test, u32 from, u32 to, u32 most)
{
	u32 key;

	for (key = 0; key < ARRAY_SIZE(visits); key++) {
		if (key >= from && key < to)
			KUNIT_ASSERT_EQ_MSG(test, visits[key], 1, "key %u", key);
		else
			KUNIT_ASSERT_LE(test, visits[key], most);
	}
}

/* The empty key and the empty value are a key and a value like others. */
static void empty_key_and_value(struct kunit *test)
{
	static const struct hmap_type key_only = HMAP_TYPE_U64("key", 0, 0);
	static const struct hmap_type value_only =
		HMAP_TYPE_BYTES("value", 0, 8, HMAP_RCU);
	static const struct hmap_type neither = HMAP_TYPE_BYTES("none", 0, 0, 0);
	DEFINE_HMAP(set, &key_only);
	DEFINE_HMAP(single, &value_only);
	DEFINE_HMAP(flag, &neither);
	u64 zero = 0, value = 5, out = 0;

	KUNIT_EXPECT_FALSE(test, hmap_contains(&set, &zero));
	KUNIT_EXPECT_EQ(test, hmap_insert(&set, &zero, NULL, GFP_KERNEL), 0);
	KUNIT_EXPECT_TRUE(test, hmap_contains(&set, &zero));
	KUNIT_EXPECT_EQ(test, hmap_count(&set), 1);

	KUNIT_EXPECT_EQ(test, hmap_store(&single, NULL, &value, GFP_KERNEL), 0);
	value = 6;
	KUNIT_EXPECT_EQ(test, hmap_insert(&single, NULL, &value, GFP_KERNEL),
			-EEXIST);
	KUNIT_EXPECT_EQ(test, hmap_store(&single, NULL, &value, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_take(&single, NULL, &out), 0);
	KUNIT_EXPECT_EQ(test, out, 6);
	KUNIT_EXPECT_EQ(test, hmap_insert(&single, NULL, &value, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_count(&single), 1);

	KUNIT_EXPECT_FALSE(test, hmap_contains(&flag, NULL));
	KUNIT_EXPECT_EQ(test, hmap_insert(&flag, NULL, NULL, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_insert(&flag, NULL, NULL, GFP_KERNEL),
			-EEXIST);
	KUNIT_EXPECT_TRUE(test, hmap_contains(&flag, NULL));
	KUNIT_EXPECT_EQ(test, hmap_remove(&flag, NULL), 0);
	KUNIT_EXPECT_TRUE(test, hmap_empty(&flag));

	hmap_destroy(&set);
	hmap_destroy(&single);
	hmap_destroy(&flag);
}

/* As TestMapAppendAssignment and friends: read, change, write back. */
static void update_in_loop(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	u64 i, key, value, zero = 0;

	for (i = 0; i < 10 * N; i++) {
		u64 *n;

		key = i % 97;
		n = hmap_get_or_insert(&map, &key, &zero, NULL, GFP_KERNEL);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, n);
		++*n;
	}
	for (key = 0; key < 97; key++) {
		KUNIT_ASSERT_EQ(test, hmap_get(&map, &key, &value), true);
		KUNIT_EXPECT_EQ(test, value, 10 * N / 97 + (key < 10 * N % 97));
	}
	hmap_destroy(&map);
}

static void grow_while_iterating(struct kunit *test, const struct hmap_type *type)
{
	struct hmap map;
	u64 next = N;
	const u64 *k;
	u64 *v;

	hmap_init(&map, type);
	insert_range(test, &map, 0, N);
	hmap_for_each(&map, iter, k, v) {
		visits[*k]++;
		KUNIT_EXPECT_EQ(test, *v, *k * 10);
		if (next < 4 * N) {
			insert_range(test, &map, next, next + 10);
			next += 10;
		}
	}
	expect_visits(test, 0, N, 1);
	KUNIT_EXPECT_EQ(test, hmap_count(&map), next);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	hmap_destroy(&map);
}

static void grows_while_iterating(struct kunit *test)
{
	grow_while_iterating(test, &u64_type);
	memset(visits, 0, sizeof(visits));
	grow_while_iterating(test, &u64_rcu_type);
}

/* The entry just visited goes; every other is still visited. */
static void delete_current_while_iterating(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	const u64 *k;
	u64 *v, key;

	insert_range(test, &map, 0, N);
	hmap_for_each(&map, iter, k, v) {
		key = *k;
		KUNIT_EXPECT_EQ(test, *v, key * 10);
		visits[key]++;
		KUNIT_EXPECT_EQ(test, hmap_remove(&map, &key), 0);
	}
	expect_visits(test, 0, N, 0);
	KUNIT_EXPECT_TRUE(test, hmap_empty(&map));
	hmap_destroy(&map);
}

/* TestMapIterDeleteReplace and the language: what is removed before it is reached
 * is not produced.
 */
static void delete_ahead_while_iterating(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_rcu_type);
	const u64 *k, *v;
	u32 removed = 0;
	u64 key;

	insert_range(test, &map, 0, N);
	hmap_for_each(&map, iter, k, v) {
		KUNIT_ASSERT_LE(test, *k, N);
		visits[*k]++;
		KUNIT_ASSERT_EQ_MSG(test, visits[*k], 1, "%llu", *v);
		/* One that has not been visited yet. */
		for (key = 0; key < N && visits[key]; key++)
			;
		if (key < N) {
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key), 0);
			visits[key] = 1;
			removed++;
		}
	}
	KUNIT_EXPECT_EQ(test, removed, N / 2);
	KUNIT_EXPECT_EQ(test, hmap_count(&map), N / 2);
	hmap_destroy(&map);
}

/* Remove and insert again while the tables are rebuilt under the walk. */
static void delete_and_insert_while_iterating(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_rcu_type);
	u64 key, value, fresh = N;
	const u64 *k, *v;

	insert_range(test, &map, 0, N);
	hmap_for_each(&map, iter, k, v) {
		key = *k;
		value = *v;
		visits[key]++;
		if (key >= N)
			continue;
		/* Odd keys move out of the way, even ones stay. */
		if (key % 2) {
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key), 0);
			KUNIT_ASSERT_EQ(test, hmap_insert(&map, &fresh, &value,
							  GFP_KERNEL), 0);
			fresh++;
		}
	}
	for (key = 0; key < N; key++)
		KUNIT_ASSERT_EQ_MSG(test, visits[key], 1, "key %llu", key);
	KUNIT_EXPECT_EQ(test, hmap_count(&map), N);
	hmap_destroy(&map);
}

/* TestMapNestedIter and friends */
static void nested_walks(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	const u64 *k, *k2;
	u64 *v, *v2, pairs = 0, next = N;

	insert_range(test, &map, 0, 40);
	hmap_for_each(&map, outer, k, v) {
		u32 inside = 0;

		if (*k >= 40)
			continue;
		KUNIT_EXPECT_EQ(test, *v, *k * 10);
		hmap_for_each(&map, inner, k2, v2) {
			if (*k2 < 40)
				pairs += *v2 == *k2 * 10;
			/* Grows under both walks. */
			if (!inside++)
				insert_range(test, &map, next, next + 8);
		}
		next += 8;
	}
	KUNIT_EXPECT_EQ(test, pairs, 40 * 40);
	hmap_destroy(&map);
}

/* TestMapClear and the walk that is under way. */
static void clear_while_iterating(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	unsigned int seen = 0;
	const u64 *k;
	u64 *v;

	insert_range(test, &map, 0, N);
	hmap_for_each(&map, iter, k, v) {
		seen += *v == *k * 10;
		if (seen == 5) {
			hmap_clear(&map);
			insert_range(test, &map, 0, 10);
		}
	}
	KUNIT_EXPECT_EQ(test, seen, 5);
	KUNIT_EXPECT_EQ(test, hmap_count(&map), 10);
	hmap_clear(&map);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 0);
}

/* TestMapSize and make(map, hint): any hint gives the same map. */
static void hints(struct kunit *test)
{
	static const u32 hint[] = { 0, 1, 2, 7, 8, 9, 63, 100, 208, 209, 1000 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hint); i++) {
		DEFINE_HMAP(map, &u64_type);
		struct hmap_stats stats;

		KUNIT_EXPECT_EQ(test, hmap_reserve(&map, hint[i], GFP_KERNEL),
				0);
		KUNIT_EXPECT_EQ(test, !hmap_memory(&map), !hint[i]);
		stats_since(&stats);
		insert_range(test, &map, 0, hint[i]);
		KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
		insert_range(test, &map, hint[i], N + 1);
		KUNIT_EXPECT_EQ(test, hmap_count(&map), N + 1);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
		hmap_destroy(&map);
	}
}

/* TestMapsOfManySizes: up to each size and down again, counted all the way. */
static void many_sizes(struct kunit *test)
{
	u64 size, key, value;

	for (size = 0; size < 300; size += 1 + size / 16) {
		DEFINE_HMAP(map, &u64_rcu_type);

		insert_range(test, &map, 0, size);
		KUNIT_EXPECT_EQ(test, hmap_count(&map), size);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
		for (key = 0; key < size; key++) {
			KUNIT_ASSERT_EQ(test, hmap_get(&map, &key, &value), true);
			KUNIT_ASSERT_EQ(test, value, key * 10);
		}
		KUNIT_EXPECT_FALSE(test, hmap_contains(&map, &size));
		for (key = 0; key < size; key++) {
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key), 0);
			KUNIT_ASSERT_EQ(test, hmap_count(&map), size - key - 1);
		}
		KUNIT_EXPECT_TRUE(test, hmap_empty(&map));
		KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
		hmap_destroy(&map);
	}
}

/* TestBigItems: keys and values as large as a slot allows. */
static void big_items(struct kunit *test)
{
	static const struct hmap_type type =
		HMAP_TYPE_BYTES("big", 128, 128, HMAP_RCU);
	DEFINE_HMAP(map, &type);
	u8 key[128], value[128], out[128];
	u32 i;

	for (i = 0; i < 100; i++) {
		memset(key, i, sizeof(key));
		memset(value, 255 - i, sizeof(value));
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, key, value, GFP_KERNEL),
				0);
	}
	for (i = 0; i < 100; i++) {
		memset(key, i, sizeof(key));
		memset(value, 255 - i, sizeof(value));
		KUNIT_ASSERT_EQ(test, hmap_get(&map, key, out), true);
		KUNIT_ASSERT_EQ(test, memcmp(out, value, sizeof(out)), 0);
	}
	hmap_destroy(&map);
}

/* TestMapHashSeed-like: two maps of one type order their keys differently, and a
 * map does so after it was cleared.
 */
static void each_map_has_a_seed(struct kunit *test)
{
	DEFINE_HMAP(a, &u64_type);
	DEFINE_HMAP(b, &u64_type);
	static u64 order[2][50];
	u64 i = 0, j = 0;
	const u64 *k;
	u64 *v;

	insert_range(test, &a, 0, 50);
	insert_range(test, &b, 0, 50);
	hmap_for_each(&a, iter, k, v)
		order[0][i++] = *k + 0 * *v;
	hmap_for_each(&b, iter, k, v)
		order[1][j++] = *k + 0 * *v;
	KUNIT_EXPECT_EQ(test, i, 50);
	KUNIT_EXPECT_EQ(test, j, 50);
	KUNIT_EXPECT_NE(test, memcmp(order[0], order[1], sizeof(order[0])), 0);
	hmap_destroy(&a);
	hmap_destroy(&b);
}

static struct kunit_case go_test_cases[] = {
	KUNIT_CASE(empty_key_and_value),
	KUNIT_CASE(update_in_loop),
	KUNIT_CASE(grows_while_iterating),
	KUNIT_CASE(delete_current_while_iterating),
	KUNIT_CASE(delete_ahead_while_iterating),
	KUNIT_CASE(delete_and_insert_while_iterating),
	KUNIT_CASE(nested_walks),
	KUNIT_CASE(clear_while_iterating),
	KUNIT_CASE(hints),
	KUNIT_CASE(many_sizes),
	KUNIT_CASE(big_items),
	KUNIT_CASE(each_map_has_a_seed),
	{}
};

static struct kunit_suite go_test_suite = {
	.name = "hmap_go",
	.init = go_test_init,
	.test_cases = go_test_cases,
};

kunit_test_suite(go_test_suite);
