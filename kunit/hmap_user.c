// SPDX-License-Identifier: GPL-2.0
/*
 * A user of hmap that is loaded and unloaded again and again: it fills maps when it
 * is loaded, and leaves RCU as much to free as it can when it goes.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/spinlock.h>

#include <hmap/hmap.h>

#define ENTRIES		1000	/* more than a table holds */

HMAP_DEFINE_STRING_RCU(names, u64);
HMAP_DEFINE(numbers, u64, u64, hmap_hash_u64, NULL);

static DEFINE_TYPED_HMAP(by_name, names);
static DEFINE_TYPED_HMAP(by_number, numbers);
static DEFINE_SPINLOCK(lock);

static int add(u64 n)
{
	char name[24];
	int err;

	snprintf(name, sizeof(name), "entry %llu", n);
	spin_lock(&lock);
	err = names_insert(&by_name, name, n, GFP_ATOMIC);
	if (!err)
		err = numbers_insert(&by_number, n, n, GFP_ATOMIC);
	spin_unlock(&lock);
	return err;
}

static void remove(u64 n)
{
	char name[24];

	snprintf(name, sizeof(name), "entry %llu", n);
	spin_lock(&lock);
	names_remove(&by_name, name);
	numbers_remove(&by_number, n);
	spin_unlock(&lock);
}

/* Tables and copies of keys that this retires are freed by callbacks, after the
 * module, and perhaps hmap too, was told to go.
 */
static void drop_all(void)
{
	spin_lock(&lock);
	hmap_clear(&by_name.map);
	spin_unlock(&lock);
	names_destroy(&by_name);
	numbers_destroy(&by_number);
}

static int __init user_init(void)
{
	int err = 0;
	u64 n;

	hmap_set_lock(&by_name.map, &lock);
	hmap_set_lock(&by_number.map, &lock);
	for (n = 0; n < ENTRIES && !err; n++)
		err = add(n);
	if (err)
		drop_all();
	return err;
}

static void __exit user_exit(void)
{
	u64 n;

	for (n = 0; n < ENTRIES / 2; n++)
		remove(n);
	drop_all();
}

module_init(user_init);
module_exit(user_exit);
HMAP_IMPORT_NS;
MODULE_DESCRIPTION("User of hmap, to be loaded and unloaded");
MODULE_LICENSE("GPL");
