// SPDX-License-Identifier: GPL-2.0
/*
 * Maps that are filled before any module could be: a kernel that has hmap built in starts with
 * such users. What they have inserted is looked up later.
 */
#include <kunit/test.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include <hmap/hmap.h>

#define ENTRIES		1000

HMAP_DEFINE(early, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE(early_names, const char *, u32, hmap_hash_bytes, NULL, HMAP_STRING);

static struct early_names names;
static struct early first, later;

#ifndef MODULE

static int __init fill(struct early *map)
{
	int err = 0;
	u64 i;

	for (i = 0; !err && i < ENTRIES; i++)
		err = early_insert(map, i, i * i, GFP_KERNEL);
	return err;
}

static int __init fill_first(void)
{
	return fill(&first) ?: early_names_insert(&names, "swapper", 0, GFP_KERNEL);
}

static int __init fill_later(void)
{
	return fill(&later) ?: early_names_insert(&names, "init", 1, GFP_KERNEL);
}

pure_initcall(fill_first);
fs_initcall(fill_later);

#endif

static void expect_all(struct kunit *test, const struct early *map)
{
	u64 i, value;

	KUNIT_ASSERT_EQ(test, early_count(map), ENTRIES);
	for (i = 0; i < ENTRIES; i++) {
		KUNIT_ASSERT_TRUE(test, early_read(map, i, &value));
		KUNIT_ASSERT_EQ(test, value, i * i);
	}
}

static void initcalls_fill_maps(struct kunit *test)
{
	u32 number = 2;

	if (IS_MODULE(CONFIG_HMAP_KUNIT_TEST))
		kunit_skip(test, "modules are loaded later than that");
	expect_all(test, &first);
	expect_all(test, &later);
	KUNIT_EXPECT_TRUE(test, early_names_read(&names, "swapper", &number));
	KUNIT_EXPECT_EQ(test, number, 0);
	KUNIT_EXPECT_TRUE(test, early_names_read(&names, "init", &number));
	KUNIT_EXPECT_EQ(test, number, 1);
	KUNIT_EXPECT_EQ(test, early_names_count(&names), 2);
}

#ifdef CONFIG_HMAP_STATS
/* A type that is built in has counters of its own, from its first table on. */
static void types_that_are_built_in_are_counted(struct kunit *test)
{
	struct hmap_usage usage;

	if (IS_MODULE(CONFIG_HMAP_KUNIT_TEST))
		kunit_skip(test, "this one is in a module");
	hmap_usage_read(&early_type, &usage);
	KUNIT_EXPECT_GE(test, usage.tables, 2);
	KUNIT_EXPECT_GE(test, usage.bytes, 2 * ENTRIES * 2 * sizeof(u64));
}
#endif

static struct kunit_case early_cases[] = {
	KUNIT_CASE(initcalls_fill_maps),
#ifdef CONFIG_HMAP_STATS
	KUNIT_CASE(types_that_are_built_in_are_counted),
#endif
	{}
};

static struct kunit_suite early_suite = {
	.name = "hmap_early",
	.test_cases = early_cases,
};

kunit_test_suite(early_suite);
