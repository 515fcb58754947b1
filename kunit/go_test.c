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

static void insert_range(struct kunit *test, struct hmap *map,
			 const struct hmap_type *type, u64 from, u64 to)
{
	u64 key;

	for (key = from; key < to; key++) {
		u64 value = key * 10;

		KUNIT_ASSERT_EQ(test, hmap_insert(map, &key, &value, GFP_KERNEL,
						  type), 0);
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
	static const struct hmap_type key_only =
		HMAP_TYPE("key", 8, 0, hmap_hash_u64, NULL, 0);
	static const struct hmap_type value_only =
		HMAP_TYPE("value", 0, 8, hmap_hash_bytes, NULL, HMAP_RCU | HMAP_SCALAR);
	static const struct hmap_type neither =
		HMAP_TYPE("none", 0, 0, hmap_hash_bytes, NULL, 0);
	struct hmap set = { }, single = { }, flag = { };
	u64 zero = 0, value = 5, out = 0;

	KUNIT_EXPECT_FALSE(test, hmap_contains(&set, &zero, &key_only));
	KUNIT_EXPECT_EQ(test, hmap_insert(&set, &zero, NULL, GFP_KERNEL, &key_only), 0);
	KUNIT_EXPECT_TRUE(test, hmap_contains(&set, &zero, &key_only));
	KUNIT_EXPECT_EQ(test, hmap_count(&set, &key_only), 1);

	KUNIT_EXPECT_EQ(test, hmap_store(&single, NULL, &value, GFP_KERNEL, &value_only), 0);
	value = 6;
	KUNIT_EXPECT_EQ(test, hmap_insert(&single, NULL, &value, GFP_KERNEL, &value_only),
			-EEXIST);
	KUNIT_EXPECT_EQ(test, hmap_store(&single, NULL, &value, GFP_KERNEL, &value_only), 0);
	KUNIT_EXPECT_EQ(test, hmap_take(&single, NULL, &out, &value_only), 0);
	KUNIT_EXPECT_EQ(test, out, 6);
	KUNIT_EXPECT_EQ(test, hmap_insert(&single, NULL, &value, GFP_KERNEL, &value_only), 0);
	KUNIT_EXPECT_EQ(test, hmap_count(&single, &value_only), 1);

	KUNIT_EXPECT_FALSE(test, hmap_contains(&flag, NULL, &neither));
	KUNIT_EXPECT_EQ(test, hmap_insert(&flag, NULL, NULL, GFP_KERNEL, &neither), 0);
	KUNIT_EXPECT_EQ(test, hmap_insert(&flag, NULL, NULL, GFP_KERNEL, &neither), -EEXIST);
	KUNIT_EXPECT_TRUE(test, hmap_contains(&flag, NULL, &neither));
	KUNIT_EXPECT_EQ(test, hmap_remove(&flag, NULL, &neither), 0);
	KUNIT_EXPECT_TRUE(test, hmap_empty(&flag, &neither));

	hmap_destroy(&set, &key_only);
	hmap_destroy(&single, &value_only);
	hmap_destroy(&flag, &neither);
}

/* As TestMapAppendAssignment and friends: read, change, write back. */
static void update_in_loop(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	struct hmap map = { };
	u64 i, key, value, zero = 0;

	for (i = 0; i < 10 * N; i++) {
		u64 *n;

		key = i % 97;
		n = hmap_get_or_insert(&map, &key, &zero, NULL, GFP_KERNEL, type);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, n);
		++*n;
	}
	for (key = 0; key < 97; key++) {
		KUNIT_ASSERT_EQ(test, hmap_read(&map, &key, &value, type), true);
		KUNIT_EXPECT_EQ(test, value, 10 * N / 97 + (key < 10 * N % 97));
	}
	hmap_destroy(&map, type);
}

static void grow_while_iterating(struct kunit *test, const struct hmap_type *type)
{
	struct hmap map = { };
	u64 next = N;
	const u64 *k;
	u64 *v;

	test_lock();
	insert_range(test, &map, type, 0, N);
	hmap_walk_safe(&map, iter, k, v, type) {
		visits[*k]++;
		KUNIT_EXPECT_EQ(test, *v, *k * 10);
		if (next < 4 * N) {
			insert_range(test, &map, type, next, next + 10);
			next += 10;
		}
	}
	test_unlock();
	expect_visits(test, 0, N, 1);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), next);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	hmap_destroy(&map, type);
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
	const struct hmap_type *type = &u64_type;
	struct hmap map = { };
	const u64 *k;
	u64 *v, key;

	insert_range(test, &map, type, 0, N);
	hmap_walk_safe(&map, iter, k, v, type) {
		key = *k;
		KUNIT_EXPECT_EQ(test, *v, key * 10);
		visits[key]++;
		KUNIT_EXPECT_EQ(test, hmap_remove(&map, &key, type), 0);
	}
	expect_visits(test, 0, N, 0);
	KUNIT_EXPECT_TRUE(test, hmap_empty(&map, type));
	hmap_destroy(&map, type);
}

/* TestMapIterDeleteReplace and the language: what is removed before it is reached
 * is not produced.
 */
static void delete_ahead_while_iterating(struct kunit *test)
{
	const struct hmap_type *type = &u64_rcu_type;
	struct hmap map = { };
	const u64 *k, *v;
	u32 removed = 0;
	u64 key;

	test_lock();
	insert_range(test, &map, type, 0, N);
	hmap_walk_safe(&map, iter, k, v, type) {
		KUNIT_ASSERT_LE(test, *k, N);
		visits[*k]++;
		KUNIT_ASSERT_EQ_MSG(test, visits[*k], 1, "%llu", *v);
		/* One that has not been visited yet. */
		for (key = 0; key < N && visits[key]; key++)
			;
		if (key < N) {
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, type), 0);
			visits[key] = 1;
			removed++;
		}
	}
	test_unlock();
	KUNIT_EXPECT_EQ(test, removed, N / 2);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), N / 2);
	hmap_destroy(&map, type);
}

/* Remove and insert again while the tables are rebuilt under the walk. */
static void delete_and_insert_while_iterating(struct kunit *test)
{
	const struct hmap_type *type = &u64_rcu_type;
	struct hmap map = { };
	u64 key, value, fresh = N;
	const u64 *k, *v;

	test_lock();
	insert_range(test, &map, type, 0, N);
	hmap_walk_safe(&map, iter, k, v, type) {
		key = *k;
		value = *v;
		visits[key]++;
		if (key >= N)
			continue;
		/* Odd keys move out of the way, even ones stay. */
		if (key % 2) {
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, type), 0);
			KUNIT_ASSERT_EQ(test, hmap_insert(&map, &fresh, &value,
							  GFP_KERNEL, type), 0);
			fresh++;
		}
	}
	test_unlock();
	for (key = 0; key < N; key++)
		KUNIT_ASSERT_EQ_MSG(test, visits[key], 1, "key %llu", key);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), N);
	hmap_destroy(&map, type);
}

/* TestMapNestedIter and friends */
static void nested_walks(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	struct hmap map = { };
	const u64 *k, *k2;
	u64 *v, *v2, pairs = 0, next = N;

	insert_range(test, &map, type, 0, 40);
	hmap_walk_safe(&map, outer, k, v, type) {
		u32 inside = 0;

		if (*k >= 40)
			continue;
		KUNIT_EXPECT_EQ(test, *v, *k * 10);
		hmap_walk_safe(&map, inner, k2, v2, type) {
			if (*k2 < 40)
				pairs += *v2 == *k2 * 10;
			/* Grows under both walks. */
			if (!inside++)
				insert_range(test, &map, type, next, next + 8);
		}
		next += 8;
	}
	KUNIT_EXPECT_EQ(test, pairs, 40 * 40);
	hmap_destroy(&map, type);
}

/* TestMapClear and the walk that is under way: it goes on, and of what it had before it
 * nothing is produced. What was inserted after may be, each entry once.
 */
static void clear_while_iterating(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	struct hmap map = { };
	unsigned int seen = 0;
	const u64 *k;
	u64 *v;

	insert_range(test, &map, type, 0, N);
	hmap_walk_safe(&map, iter, k, v, type) {
		KUNIT_EXPECT_EQ(test, *v, *k * 10);
		if (++seen > 5)
			visits[*k]++;
		if (seen != 5)
			continue;
		hmap_clear(&map, type);
		insert_range(test, &map, type, 2 * N, 2 * N + 10);
	}
	KUNIT_EXPECT_GE(test, seen, 5);
	for (seen = 0; seen < ARRAY_SIZE(visits); seen++)
		KUNIT_ASSERT_LE(test, visits[seen], seen >= 2 * N && seen < 2 * N + 10);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), 10);
	hmap_clear(&map, type);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
}

/* TestMapSize and make(map, hint): any hint gives the same map. */
static void hints(struct kunit *test)
{
	static const u32 hint[] = { 0, 1, 2, 7, 8, 9, 63, 100, 208, 209, 1000 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hint); i++) {
		const struct hmap_type *type = &u64_type;
		struct hmap map = { };
		struct hmap_stats stats;

		KUNIT_EXPECT_EQ(test, hmap_reserve(&map, hint[i], GFP_KERNEL,
						   type), 0);
		KUNIT_EXPECT_EQ(test, !hmap_memory(&map, type), !hint[i]);
		stats_since(&stats);
		insert_range(test, &map, type, 0, hint[i]);
		KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
		insert_range(test, &map, type, hint[i], N + 1);
		KUNIT_EXPECT_EQ(test, hmap_count(&map, type), N + 1);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
		hmap_destroy(&map, type);
	}
}

/* TestMapsOfManySizes: up to each size and down again, counted all the way. */
static void many_sizes(struct kunit *test)
{
	u64 size, key, value;

	for (size = 0; size < 300; size += 1 + size / 16) {
		const struct hmap_type *type = &u64_rcu_type;
		struct hmap map = { };

		insert_range(test, &map, type, 0, size);
		KUNIT_EXPECT_EQ(test, hmap_count(&map, type), size);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
		for (key = 0; key < size; key++) {
			KUNIT_ASSERT_EQ(test, hmap_read(&map, &key, &value, type), true);
			KUNIT_ASSERT_EQ(test, value, key * 10);
		}
		KUNIT_EXPECT_FALSE(test, hmap_contains(&map, &size, type));
		for (key = 0; key < size; key++) {
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, type), 0);
			KUNIT_ASSERT_EQ(test, hmap_count(&map, type), size - key - 1);
		}
		KUNIT_EXPECT_TRUE(test, hmap_empty(&map, type));
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
		hmap_destroy(&map, type);
	}
}

/* TestBigItems: keys and values as large as a slot allows. */
static void big_items(struct kunit *test)
{
	static const struct hmap_type type =
		HMAP_TYPE("big", 128, 128, hmap_hash_bytes, NULL, HMAP_RCU);
	struct hmap map = { };
	u8 key[128], value[128], out[128];
	u32 i;

	for (i = 0; i < 100; i++) {
		memset(key, i, sizeof(key));
		memset(value, 255 - i, sizeof(value));
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, key, value, GFP_KERNEL,
						  &type), 0);
	}
	for (i = 0; i < 100; i++) {
		memset(key, i, sizeof(key));
		memset(value, 255 - i, sizeof(value));
		KUNIT_ASSERT_EQ(test, hmap_read(&map, key, out, &type), true);
		KUNIT_ASSERT_EQ(test, memcmp(out, value, sizeof(out)), 0);
	}
	hmap_destroy(&map, &type);
}

static void note_order(const struct hmap *map, u64 *order)
{
	struct hmap_cursor cursor = { };
	const void *k;
	u32 i = 0;

	while (hmap_next(map, &cursor, &k, &u64_type))
		order[i++] = *(const u64 *)k;
}

/* TestMapHashSeed-like: two maps of one type order their keys differently. Unlike Go's, a
 * map does not get another seed when it is cleared: its cursors go on.
 */
static void each_map_has_a_seed(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	struct hmap a = { }, b = { };
	static u64 order[3][50];

	memset(order, 0xff, sizeof(order));
	insert_range(test, &a, type, 0, 50);
	insert_range(test, &b, type, 0, 50);
	note_order(&a, order[0]);
	note_order(&b, order[1]);
	KUNIT_EXPECT_NE(test, memcmp(order[0], order[1], sizeof(order[0])), 0);

	hmap_clear(&a, type);
	insert_range(test, &a, type, 0, 50);
	note_order(&a, order[2]);
	KUNIT_EXPECT_EQ(test, memcmp(order[0], order[2], sizeof(order[0])), 0);
	hmap_destroy(&a, type);
	hmap_destroy(&b, type);
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
