// SPDX-License-Identifier: GPL-2.0
/*
 * What the maps of each type use, beside an independent count: hmap_memory() of the maps that
 * there are. No other case uses these types.
 */
#include "test.h"

static const struct hmap_type one_type =
	HMAP_TYPE("usage one", 8, 8, hmap_hash_u64, NULL, HMAP_SCALAR);
static const struct hmap_type other_type =
	HMAP_TYPE("usage other", 8, 8, hmap_hash_u64, NULL, HMAP_SCALAR | HMAP_RCU);
static const struct hmap_type names_type =
	HMAP_TYPE_STRING("usage names", 4, hmap_hash_bytes, HMAP_RCU);

static void usage_test_exit(struct kunit *test)
{
	rcu_barrier();
}

static struct hmap_usage usage_of(const struct hmap_type *type)
{
	struct hmap_usage usage;

	hmap_usage_read(type, &usage);
	return usage;
}

static u64 sum_of_sizes(const struct hmap_usage *usage)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < HMAP_USAGE_SIZES; i++)
		sum += usage->sizes[i];
	return sum;
}

static void a_type_without_a_table_uses_nothing(struct kunit *test)
{
	static const struct hmap_type type =
		HMAP_TYPE("never used", 8, 8, hmap_hash_u64, NULL, HMAP_SCALAR);
	struct hmap map = { };
	struct hmap_usage usage;

	KUNIT_EXPECT_EQ(test, hmap_remove(&map, &(u64){ 1 }, &type), -ENOENT);
	memset(&usage, 0xff, sizeof(usage));
	hmap_usage_read(&type, &usage);
	KUNIT_EXPECT_EQ(test, usage.tables, 0);
	KUNIT_EXPECT_EQ(test, usage.bytes, 0);
	KUNIT_EXPECT_EQ(test, usage.peak, 0);
	KUNIT_EXPECT_EQ(test, sum_of_sizes(&usage), 0);
}

/* One table of 64 bytes, of two; and at last one of each that is left. */
static void tables_are_told_apart_by_size(struct kunit *test)
{
	const size_t first = kmalloc_size_roundup(64);
	struct hmap small = { }, large = { };
	struct hmap_usage usage;
	const int class = first > 64;

	insert_keys(test, &small, &one_type, 0, 1);
	usage = usage_of(&one_type);
	KUNIT_EXPECT_EQ(test, usage.tables, 1);
	KUNIT_EXPECT_EQ(test, usage.sizes[class], 1);
	KUNIT_EXPECT_EQ(test, usage.bytes, hmap_memory(&small, &one_type));
	insert_keys(test, &large, &one_type, 0, 100000);
	usage = usage_of(&one_type);
	KUNIT_EXPECT_EQ(test, usage.sizes[class], 1);
	KUNIT_EXPECT_EQ(test, usage.tables, sum_of_sizes(&usage));
	KUNIT_EXPECT_GT(test, usage.tables, 100);
	KUNIT_EXPECT_EQ(test, usage.bytes,
			hmap_memory(&small, &one_type) + hmap_memory(&large, &one_type));
	hmap_destroy(&large, &one_type);
	hmap_destroy(&small, &one_type);
	usage = usage_of(&one_type);
	KUNIT_EXPECT_EQ(test, usage.tables, 0);
	KUNIT_EXPECT_EQ(test, usage.tables_freed, usage.tables_allocated);
	KUNIT_EXPECT_EQ(test, usage.bytes, 0);
	KUNIT_EXPECT_EQ(test, sum_of_sizes(&usage), 0);
	/* Seen, but for what a CPU keeps to itself. */
	KUNIT_EXPECT_GT(test, usage.peak + 64 * 32 * 1024, 100000 * 16);
}

static void types_are_told_apart(struct kunit *test)
{
	struct hmap one = { }, other = { };
	size_t i;

	for (i = 0; i < 3; i++) {
		insert_keys(test, &one, &one_type, 0, 10 << 4 * i);
		insert_keys(test, &other, &other_type, 0, 20 << 4 * i);
		KUNIT_EXPECT_EQ(test, usage_of(&one_type).bytes, hmap_memory(&one, &one_type));
		KUNIT_EXPECT_EQ(test, usage_of(&other_type).bytes,
				hmap_memory(&other, &other_type));
		hmap_clear(&one, &one_type);
		KUNIT_EXPECT_EQ(test, usage_of(&one_type).bytes, 0);
		hmap_clear(&other, &other_type);
		KUNIT_EXPECT_EQ(test, usage_of(&other_type).bytes, 0);
		KUNIT_EXPECT_EQ(test, usage_of(&other_type).tables, 0);
	}
}

/* Blocks of removed entries wait for their table, and are counted until that goes. */
static void blocks_are_counted(struct kunit *test)
{
	struct hmap map = { };
	char name[24];
	u32 i;

	for (i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "entry %u", i);
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, HMAP_STR(name), &i, GFP_KERNEL,
						  &names_type), 0);
	}
	KUNIT_EXPECT_EQ(test, usage_of(&names_type).bytes, hmap_memory(&map, &names_type));
	for (i = 0; i < 3000; i += 3) {
		snprintf(name, sizeof(name), "entry %u", i);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, HMAP_STR(name), &names_type), 0);
	}
	KUNIT_EXPECT_EQ(test, usage_of(&names_type).bytes, hmap_memory(&map, &names_type));
	hmap_destroy(&map, &names_type);
	KUNIT_EXPECT_EQ(test, usage_of(&names_type).bytes, 0);
}

/* Nothing tells when memory of kmalloc() goes, so a type there has no place of its own. */
static void a_type_in_no_module_is_one_of_others(struct kunit *test)
{
	struct hmap_type *type = kmalloc(sizeof(*type), GFP_KERNEL);
	struct hmap_usage before = usage_of(NULL);
	struct hmap map = { };

	KUNIT_ASSERT_NOT_NULL(test, type);
	*type = one_type;
	type->name = "gone soon";
	insert_keys(test, &map, type, 0, 1000);
	KUNIT_EXPECT_EQ(test, usage_of(type).tables, 0);
	KUNIT_EXPECT_EQ(test, usage_of(NULL).bytes - before.bytes, hmap_memory(&map, type));
	KUNIT_EXPECT_EQ(test, usage_of(&one_type).bytes, 0);
	hmap_destroy(&map, type);
	KUNIT_EXPECT_EQ(test, usage_of(NULL).bytes, before.bytes);
	KUNIT_EXPECT_EQ(test, usage_of(NULL).tables, before.tables);
	kfree(type);
}

/* The sum of all types is what the module has in use, but for headers. */
static void types_add_up(struct kunit *test)
{
	struct hmap one = { }, other = { };
	struct hmap_stats before, after;
	size_t bytes;

	hmap_stats_read(&before);
	insert_keys(test, &one, &one_type, 0, 5000);
	insert_keys(test, &other, &other_type, 0, 50);
	bytes = usage_of(&one_type).bytes + usage_of(&other_type).bytes;
	hmap_stats_read(&after);
	KUNIT_EXPECT_EQ(test, after.bytes_in_use - before.bytes_in_use, bytes);
	hmap_destroy(&one, &one_type);
	hmap_destroy(&other, &other_type);
	hmap_stats_read(&after);
	KUNIT_EXPECT_EQ(test, after.bytes_in_use, before.bytes_in_use);
}

/* An object with a map in it, as a recipe of locking.rst ends it: cleared under the lock, then
 * left to kfree_rcu(). A reader may be in it until then, and nothing is lost.
 */
static void a_cleared_map_goes_with_its_object(struct kunit *test)
{
	struct holder {
		struct hmap	map;
		struct rcu_head	rcu;
	} *holder = kzalloc(sizeof(*holder), GFP_KERNEL);
	u64 key = key_of(77);
	const u64 *value;

	KUNIT_ASSERT_NOT_NULL(test, holder);
	insert_keys(test, &holder->map, &other_type, 0, 1000);
	rcu_read_lock();
	value = hmap_lookup(&holder->map, &key, &other_type);
	hmap_clear(&holder->map, &other_type);
	kvfree_rcu(holder, rcu);
	KUNIT_EXPECT_NULL(test, hmap_lookup(&holder->map, &key, &other_type));
	KUNIT_EXPECT_TRUE(test, value && READ_ONCE(*value) == 77);
	rcu_read_unlock();
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, usage_of(&other_type).tables, 0);
	KUNIT_EXPECT_EQ(test, usage_of(&other_type).bytes, 0);
}

static struct kunit_case usage_test_cases[] = {
	KUNIT_CASE(a_type_without_a_table_uses_nothing),
	KUNIT_CASE(tables_are_told_apart_by_size),
	KUNIT_CASE(types_are_told_apart),
	KUNIT_CASE(blocks_are_counted),
	KUNIT_CASE(a_type_in_no_module_is_one_of_others),
	KUNIT_CASE(types_add_up),
	KUNIT_CASE(a_cleared_map_goes_with_its_object),
	{}
};

static struct kunit_suite usage_test_suite = {
	.name = "hmap_usage",
	.exit = usage_test_exit,
	.test_cases = usage_test_cases,
};

kunit_test_suite(usage_test_suite);
