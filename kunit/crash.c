// SPDX-License-Identifier: GPL-2.0
/*
 * Maps for a crash dump: loading this makes some of each kind and shape, and logs how many
 * entries and bytes each has. tools/hmap.py has to find the same in a dump.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>

#include <hmap/hmap.h>

#define OBJECTS	1000

struct object {
	u32	number;
	u32	unused;
};

struct block {
	u64	words[40];
};

HMAP_DEFINE(numbers, u64, u32, hmap_hash_u64, NULL, 0);
HMAP_DEFINE(bytes, u8, u8, hmap_hash_bytes, NULL, HMAP_RCU);
HMAP_DEFINE(names, const char *, u32, hmap_hash_bytes, NULL, HMAP_STRING | HMAP_RCU);
HMAP_DEFINE(large, u64, struct block, hmap_hash_u64, NULL, 0);
HMAP_DEFINE_OBJECT(objects, struct object, number, hmap_hash_u32, HMAP_RCU);

static struct numbers no_numbers, one_number, few_numbers, many_numbers, thinned_numbers;
static struct bytes all_bytes;
static struct names many_names;
static struct large some_large;
static struct objects one_object, many_objects;

static struct object all_objects[OBJECTS];

#define REPORT(kind, name)							\
	pr_info("map %s entries %lu, bytes %zu\n", #name, kind##_count(&name), kind##_memory(&name))

static int fill_numbers(struct numbers *map, u64 n)
{
	int err = 0;
	u64 i;

	for (i = 0; i < n && !err; i++)
		err = numbers_insert(map, i * i, i, GFP_KERNEL);
	return err;
}

/* Most are removed again, so that slots are deleted, and tables merged. */
static int fill_thinned(void)
{
	int err = fill_numbers(&thinned_numbers, 50000);
	u64 i;

	for (i = 0; i < 50000; i++)
		if (i % 16)
			numbers_remove(&thinned_numbers, i * i);
	return err;
}

/* Every third goes, and its block waits with the table for readers. */
static int fill_names(void)
{
	char name[16];
	int err = 0;
	u32 i;

	for (i = 0; i < 5000 && !err; i++) {
		snprintf(name, sizeof(name), "name %u", i);
		err = names_insert(&many_names, name, i, GFP_KERNEL);
		if (i % 3 == 0)
			names_remove(&many_names, name);
	}
	return err;
}

static int fill_others(void)
{
	int err = 0;
	u32 i;

	for (i = 0; i < 256 && !err; i++)
		err = bytes_insert(&all_bytes, i, i, GFP_KERNEL);
	for (i = 0; i < 300 && !err; i++)
		err = large_insert(&some_large, i, (struct block){ { i } }, GFP_KERNEL);
	for (i = 0; i < OBJECTS && !err; i++) {
		all_objects[i].number = i;
		err = objects_insert(&many_objects, &all_objects[i], GFP_KERNEL);
	}
	return err ?: objects_insert(&one_object, &all_objects[7], GFP_KERNEL);
}

static void report(void)
{
	REPORT(numbers, no_numbers);
	REPORT(numbers, one_number);
	REPORT(numbers, few_numbers);
	REPORT(numbers, many_numbers);
	REPORT(numbers, thinned_numbers);
	REPORT(bytes, all_bytes);
	REPORT(names, many_names);
	REPORT(large, some_large);
	REPORT(objects, one_object);
	REPORT(objects, many_objects);
}

static void destroy(void)
{
	numbers_destroy(&one_number);
	numbers_destroy(&few_numbers);
	numbers_destroy(&many_numbers);
	numbers_destroy(&thinned_numbers);
	bytes_destroy(&all_bytes);
	names_destroy(&many_names);
	large_destroy(&some_large);
	objects_destroy(&one_object);
	objects_destroy(&many_objects);
}

static int __init crash_init(void)
{
	int err;

	err = fill_numbers(&one_number, 1);
	err = err ?: fill_numbers(&few_numbers, 20);
	err = err ?: fill_numbers(&many_numbers, 100000);
	err = err ?: fill_thinned();
	err = err ?: fill_names();
	err = err ?: fill_others();
	if (err)
		destroy();
	else
		report();
	return err;
}

static void __exit crash_exit(void)
{
	destroy();
}

module_init(crash_init);
module_exit(crash_exit);
HMAP_IMPORT_NS;
MODULE_DESCRIPTION("Maps of hmap to look at in a crash dump");
MODULE_LICENSE("GPL");
