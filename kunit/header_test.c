// SPDX-License-Identifier: GPL-2.0
/* Headers of hmap_alloc(), and the first table that a map gets: what is allocated, and when. */
#include "things.h"

static struct hmap_stats stats;

static int header_test_init(struct kunit *test)
{
	stats_since(&stats);
	return 0;
}

static void header_test_exit(struct kunit *test)
{
	rcu_barrier();
}

static void zero_and_one_alternate_for_free(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	struct hmap map = { };
	u64 key, value = 2;

	for (key = 0; key < 1000; key++) {
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL, type), 0);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, type), 0);
	}
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 1);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_freed, 1);
}

static void alloc_is_one_header(struct kunit *test)
{
	struct hmap *map = hmap_alloc(GFP_KERNEL);
	size_t size = kmalloc_size_roundup(sizeof(*map));
	struct hmap_stats d;

	KUNIT_ASSERT_NOT_NULL(test, map);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.maps_allocated, 1);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 0);
	KUNIT_EXPECT_EQ(test, d.bytes_in_use, size);
	KUNIT_EXPECT_EQ(test, hmap_memory(map, &u64_type), 0);

	hmap_free(map, &u64_type);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.maps_freed, 1);
	KUNIT_EXPECT_EQ(test, d.maps_without_table, 1);
	KUNIT_EXPECT_EQ(test, (s64)d.bytes_in_use, -(s64)size);
	hmap_free(NULL, &u64_type);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).maps_freed, 0);
}

static void typed_alloc_is_one_header(struct kunit *test)
{
	struct things *m = things_alloc(GFP_KERNEL);
	struct thing thing = { };
	struct hmap_stats d;

	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_EXPECT_EQ(test, things_insert(m, &thing, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, things_memory(m), 0);
	things_free(m);
	things_free(NULL);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.maps_allocated, 1);
	KUNIT_EXPECT_EQ(test, d.maps_freed, 1);
	/* An object in the header is no table. */
	KUNIT_EXPECT_EQ(test, d.maps_without_table, 1);
	KUNIT_EXPECT_EQ(test, d.bytes_in_use, 0);
}

/* A map that is freed counts by what it has then, be it only a table without entries. */
static void maps_without_table_are_counted(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	u64 key = 1, value = 2;
	int how;

	for (how = 0; how < 5; how++) {
		struct hmap *map = hmap_alloc(GFP_KERNEL);
		struct hmap_stats d;

		KUNIT_ASSERT_NOT_NULL(test, map);
		KUNIT_ASSERT_EQ(test, hmap_insert(map, &key, &value, GFP_KERNEL, type), 0);
		if (how == 0)
			hmap_clear(map, type);
		else if (how == 1)
			hmap_destroy(map, type);
		else if (how <= 3)
			KUNIT_EXPECT_EQ(test, hmap_remove(map, &key, type), 0);
		if (how == 2)
			KUNIT_EXPECT_EQ(test, hmap_trim(map, GFP_KERNEL, type), 0);
		hmap_free(map, type);
		d = stats_since(&stats);
		KUNIT_EXPECT_EQ(test, d.maps_freed, 1);
		KUNIT_EXPECT_EQ(test, d.maps_without_table, how <= 2);
		KUNIT_EXPECT_EQ(test, d.tables_allocated, d.tables_freed);
		KUNIT_EXPECT_EQ(test, d.bytes_in_use, 0);
	}
}

/* Unlike Go, a hint of one entry allocates: callers in atomic context count on
 * it. It is not an insert.
 */
static void reserve_allocates_at_once(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	struct hmap_stats d;
	struct hmap map = { };
	u64 key, value = 2;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 20, GFP_KERNEL, type), 0);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 1);
	KUNIT_EXPECT_EQ(test, d.first_inserts, 0);
	KUNIT_EXPECT_TRUE(test, hmap_empty(&map, type));
	for (key = 0; key < 20; key++)
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &value, GFP_NOWAIT, type), 0);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 0);
	KUNIT_EXPECT_EQ(test, d.first_inserts, 0);
	hmap_destroy(&map, type);
}

static void one_entry_takes_72_bytes(struct kunit *test)
{
	struct hmap *map = hmap_alloc(GFP_KERNEL);
	const struct hmap_type *type = &u64_rcu_type;
	u64 key = 1, value = 2;

	KUNIT_ASSERT_NOT_NULL(test, map);
	KUNIT_ASSERT_EQ(test, hmap_insert(map, &key, &value, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_LE(test, stats_since(&stats).bytes_in_use,
			SMALLEST + kmalloc_size_roundup(sizeof(*map)));
	KUNIT_EXPECT_LE(test, hmap_memory(map, type), SMALLEST);
	hmap_free(map, type);
}

static struct kunit_case header_test_cases[] = {
	KUNIT_CASE(zero_and_one_alternate_for_free),
	KUNIT_CASE(alloc_is_one_header),
	KUNIT_CASE(typed_alloc_is_one_header),
	KUNIT_CASE(maps_without_table_are_counted),
	KUNIT_CASE(reserve_allocates_at_once),
	KUNIT_CASE(one_entry_takes_72_bytes),
	{}
};

static struct kunit_suite header_test_suite = {
	.name = "hmap_header",
	.init = header_test_init,
	.exit = header_test_exit,
	.test_cases = header_test_cases,
};

kunit_test_suite(header_test_suite);
