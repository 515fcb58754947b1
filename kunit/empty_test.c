// SPDX-License-Identifier: GPL-2.0
/*
 * A map without entries: what it costs (the header), what touching it costs (no
 * hash, no allocation), and what the first insert pays for (one table).
 */
#include "test.h"

static unsigned int hashed;

static u64 counting_hash(const void *key, size_t size, u32 seed)
{
	hashed++;
	return hmap_hash_u64(key, size, seed);
}

static const struct hmap_type counting_type =
	HMAP_TYPE("counting", 8, 8, counting_hash, NULL, 0);
static const struct hmap_type counting_rcu_type =
	HMAP_TYPE("counting", 8, 8, counting_hash, NULL, HMAP_RCU);

HMAP_DEFINE(pair_map, u64, u64, hmap_hash_u64, NULL);

static struct hmap_stats stats;

static int empty_test_init(struct kunit *test)
{
	hashed = 0;
	stats_since(&stats);
	return 0;
}

#define EXPECT_UNTOUCHED(test) do {					\
	struct hmap_stats d = stats_since(&stats);			\
									\
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 0);			\
	KUNIT_EXPECT_EQ(test, d.alloc_failures, 0);			\
	KUNIT_EXPECT_EQ(test, d.bytes_in_use, 0);			\
	KUNIT_EXPECT_EQ(test, hashed, 0);				\
} while (0)

static void header_is_small(struct kunit *test)
{
#ifndef CONFIG_LOCKDEP
	KUNIT_EXPECT_LE(test, sizeof(struct hmap), 16);
#endif
	KUNIT_EXPECT_EQ(test, sizeof(struct pair_map), sizeof(struct hmap));
}

static void init_allocates_nothing(struct kunit *test)
{
	DEFINE_HMAP(defined, &counting_type);
	struct hmap map;

	hmap_init(&map, &counting_type);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&defined), 0);
	KUNIT_EXPECT_TRUE(test, map.type == defined.type);
	KUNIT_EXPECT_TRUE(test, hmap_empty(&map) && hmap_empty(&defined));
	EXPECT_UNTOUCHED(test);
}

/* Every call that may be answered from the header is. */
static void use_empty_map(struct kunit *test, struct hmap *map)
{
	u64 key = 1, value = 2, out = 3;
	const void *found = &key;
	unsigned int visits = 0;
	const u64 *k;
	u64 *v;

	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, hmap_lookup(map, &key));
	KUNIT_EXPECT_EQ(test, hmap_lookup_bulk(map, &(const void *){ &key }, 1,
					       &found), 0);
	KUNIT_EXPECT_NULL(test, found);
	rcu_read_unlock();
	KUNIT_EXPECT_FALSE(test, hmap_contains(map, &key));
	KUNIT_EXPECT_FALSE(test, hmap_get(map, &key, &out));
	KUNIT_EXPECT_EQ(test, hmap_remove(map, &key), -ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_take(map, &key, &out), -ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_replace(map, &key, &value, GFP_KERNEL),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, out, 3);
	hmap_for_each(map, iter, k, v)
		visits += *k + *v;
	KUNIT_EXPECT_EQ(test, visits, 0);
	KUNIT_EXPECT_EQ(test, hmap_count(map), 0);
	KUNIT_EXPECT_TRUE(test, hmap_empty(map));
	KUNIT_EXPECT_EQ(test, hmap_reserve(map, 0, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(map), 0);
}

static void give_back_empty_map(struct kunit *test, struct hmap *map)
{
	hmap_clear(map);
	KUNIT_EXPECT_EQ(test, hmap_trim(map, GFP_KERNEL), 0);
	hmap_destroy(map);
	hmap_destroy(map);
	KUNIT_EXPECT_EQ(test, hmap_memory(map), 0);
}

static void empty_map_is_not_hashed(struct kunit *test)
{
	struct hmap map;

	hmap_init(&map, &counting_type);
	use_empty_map(test, &map);
	give_back_empty_map(test, &map);
	EXPECT_UNTOUCHED(test);

	hmap_init(&map, &counting_rcu_type);
	use_empty_map(test, &map);
	give_back_empty_map(test, &map);
	EXPECT_UNTOUCHED(test);
}

/* Nothing beyond the header can be touched if there is nothing: the type, which
 * a lookup does not need, may be anything.
 */
static void empty_map_needs_no_type(struct kunit *test)
{
	struct hmap map = { };
	u64 key = 1;

	KUNIT_EXPECT_NULL(test, hmap_lookup(&map, &key));
	KUNIT_EXPECT_FALSE(test, hmap_contains(&map, &key));
	KUNIT_EXPECT_EQ(test, hmap_remove(&map, &key), -ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_count(&map), 0);
	hmap_destroy(&map);
	EXPECT_UNTOUCHED(test);
}

static void vacated_table_is_not_hashed(struct kunit *test, const void *type)
{
	struct hmap map;
	u64 key = 1, value = 2;

	hmap_init(&map, type);
	KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key), 0);
	/* The smallest table stays, so that 0 <-> 1 costs no allocation. */
	KUNIT_EXPECT_GT(test, hmap_memory(&map), 0);
	stats_since(&stats);
	hashed = 0;
	use_empty_map(test, &map);
	EXPECT_UNTOUCHED(test);
	give_back_empty_map(test, &map);
}

static void vacated_tables_are_not_hashed(struct kunit *test)
{
	vacated_table_is_not_hashed(test, &counting_type);
	vacated_table_is_not_hashed(test, &counting_rcu_type);
}

/* 24 bytes of head, 8 of control, two slots of 16: the 64-byte class. */
static void first_insert_allocates_one_table(struct kunit *test)
{
	struct hmap_stats d;
	struct hmap map;
	u64 key = 1, value = 2;

	hmap_init(&map, &u64_rcu_type);
	KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL), 0);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 1);
	KUNIT_EXPECT_EQ(test, d.tables_freed, 0);
	KUNIT_EXPECT_EQ(test, d.first_inserts, 1);
	KUNIT_EXPECT_EQ(test, d.bytes_in_use, 64);
	KUNIT_EXPECT_EQ(test, d.maps_allocated, 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 64);

	/* The second slot is there already. */
	key = 2;
	KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);

	hmap_clear(&map);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 0);
	KUNIT_EXPECT_EQ(test, d.tables_freed, 1);
	KUNIT_EXPECT_EQ(test, (s64)d.bytes_in_use, -64);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 0);
	hashed = 0;
	use_empty_map(test, &map);
	EXPECT_UNTOUCHED(test);
}

static void zero_and_one_alternate_for_free(struct kunit *test)
{
	struct hmap map;
	u64 key, value = 2;

	hmap_init(&map, &u64_type);
	for (key = 0; key < 1000; key++) {
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &value,
						  GFP_KERNEL), 0);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key), 0);
	}
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 1);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_freed, 1);
}

static void alloc_is_one_header(struct kunit *test)
{
	struct hmap *map = hmap_alloc(&u64_type, GFP_KERNEL);
	size_t size = kmalloc_size_roundup(sizeof(*map));
	struct hmap_stats d;

	KUNIT_ASSERT_NOT_NULL(test, map);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.maps_allocated, 1);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 0);
	KUNIT_EXPECT_EQ(test, d.bytes_in_use, size);
	KUNIT_EXPECT_EQ(test, hmap_memory(map), 0);

	hmap_free(map);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.maps_freed, 1);
	KUNIT_EXPECT_EQ(test, d.maps_never_filled, 1);
	KUNIT_EXPECT_EQ(test, (s64)d.bytes_in_use, -(s64)size);
	hmap_free(NULL);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).maps_freed, 0);
}

/* One that was filled, however it was emptied, has not been filled "never". */
static void filled_maps_are_not_never_filled(struct kunit *test)
{
	u64 key = 1, value = 2;
	int how;

	for (how = 0; how < 4; how++) {
		struct hmap *map = hmap_alloc(&u64_type, GFP_KERNEL);
		struct hmap_stats d;

		KUNIT_ASSERT_NOT_NULL(test, map);
		KUNIT_ASSERT_EQ(test, hmap_insert(map, &key, &value,
						  GFP_KERNEL), 0);
		if (how == 0)
			hmap_clear(map);
		else if (how == 1)
			hmap_destroy(map);
		else if (how == 2)
			KUNIT_EXPECT_EQ(test, hmap_remove(map, &key), 0);
		if (how == 2)
			KUNIT_EXPECT_EQ(test, hmap_trim(map, GFP_KERNEL), 0);
		hmap_free(map);
		d = stats_since(&stats);
		KUNIT_EXPECT_EQ(test, d.maps_freed, 1);
		KUNIT_EXPECT_EQ(test, d.maps_never_filled, 0);
		KUNIT_EXPECT_EQ(test, d.tables_allocated, d.tables_freed);
		KUNIT_EXPECT_EQ(test, d.bytes_in_use, 0);
	}
}

/* Unlike Go, a hint of one entry allocates: callers in atomic context count on
 * it. It is not an insert.
 */
static void reserve_allocates_at_once(struct kunit *test)
{
	struct hmap_stats d;
	struct hmap map;
	u64 key, value = 2;

	hmap_init(&map, &u64_type);
	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 20, GFP_KERNEL), 0);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 1);
	KUNIT_EXPECT_EQ(test, d.first_inserts, 0);
	KUNIT_EXPECT_TRUE(test, hmap_empty(&map));
	for (key = 0; key < 20; key++)
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &value,
						  GFP_NOWAIT), 0);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 0);
	KUNIT_EXPECT_EQ(test, d.first_inserts, 0);
	hmap_destroy(&map);
}

static void one_entry_takes_80_bytes(struct kunit *test)
{
	struct hmap *map = hmap_alloc(&u64_rcu_type, GFP_KERNEL);
	u64 key = 1, value = 2;

	KUNIT_ASSERT_NOT_NULL(test, map);
	KUNIT_ASSERT_EQ(test, hmap_insert(map, &key, &value, GFP_KERNEL), 0);
	KUNIT_EXPECT_LE(test, stats_since(&stats).bytes_in_use,
			64 + kmalloc_size_roundup(sizeof(*map)));
	KUNIT_EXPECT_LE(test, hmap_memory(map), 64);
	hmap_free(map);
}

static void typed_map_starts_empty(struct kunit *test)
{
	DEFINE_TYPED_HMAP(defined, pair_map);
	struct pair_map m;
	u64 out = 3;

	pair_map_init(&m);
	KUNIT_EXPECT_NULL(test, pair_map_lookup(&m, 1));
	KUNIT_EXPECT_NULL(test, pair_map_lookup(&defined, 1));
	KUNIT_EXPECT_FALSE(test, pair_map_contains(&m, 1));
	KUNIT_EXPECT_FALSE(test, pair_map_get(&m, 1, &out));
	KUNIT_EXPECT_EQ(test, pair_map_remove(&m, 1), -ENOENT);
	pair_map_destroy(&m);
	EXPECT_UNTOUCHED(test);
}

static struct kunit_case empty_test_cases[] = {
	KUNIT_CASE(header_is_small),
	KUNIT_CASE(init_allocates_nothing),
	KUNIT_CASE(empty_map_is_not_hashed),
	KUNIT_CASE(empty_map_needs_no_type),
	KUNIT_CASE(vacated_tables_are_not_hashed),
	KUNIT_CASE(first_insert_allocates_one_table),
	KUNIT_CASE(zero_and_one_alternate_for_free),
	KUNIT_CASE(alloc_is_one_header),
	KUNIT_CASE(filled_maps_are_not_never_filled),
	KUNIT_CASE(reserve_allocates_at_once),
	KUNIT_CASE(one_entry_takes_80_bytes),
	KUNIT_CASE(typed_map_starts_empty),
	{}
};

static struct kunit_suite empty_test_suite = {
	.name = "hmap_empty",
	.init = empty_test_init,
	.test_cases = empty_test_cases,
};

kunit_test_suite(empty_test_suite);
