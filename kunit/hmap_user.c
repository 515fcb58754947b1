// SPDX-License-Identifier: GPL-2.0
/*
 * A user of hmap that is loaded and unloaded again and again: it fills maps of each kind
 * when it is loaded, and leaves RCU as much to free as it can when it goes.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include <hmap/hmap.h>

#define ENTRIES		1000	/* more than a table holds */

struct object {
	u64		number;
	struct rcu_head	rcu;
};

HMAP_DEFINE(names, const char *, u64, hmap_hash_bytes, NULL, HMAP_STRING | HMAP_RCU);
HMAP_DEFINE(numbers, u64, u64, hmap_hash_u64, NULL, 0);
HMAP_DEFINE_OBJECT(objects, struct object, number, hmap_hash_u64, HMAP_RCU);

static struct names by_name;
static struct numbers by_number;
static struct objects objects;
static DEFINE_SPINLOCK(lock);

static int add_object(u64 n)
{
	struct object *object = kzalloc(sizeof(*object), GFP_ATOMIC);
	int err;

	if (!object)
		return -ENOMEM;
	object->number = n;
	err = objects_insert(&objects, object, GFP_ATOMIC);
	if (err)
		kfree(object);
	return err;
}

static int add(u64 n)
{
	char name[24];
	int err;

	snprintf(name, sizeof(name), "entry %llu", n);
	spin_lock(&lock);
	err = names_insert(&by_name, name, n, GFP_ATOMIC);
	if (!err)
		err = numbers_insert(&by_number, n, n, GFP_ATOMIC);
	if (!err)
		err = add_object(n);
	spin_unlock(&lock);
	return err;
}

static void free_object(void *entry, void *unused)
{
	struct object *object = entry;

	kfree_rcu(object, rcu);
}

static void remove(u64 n)
{
	char name[24];

	snprintf(name, sizeof(name), "entry %llu", n);
	spin_lock(&lock);
	names_remove(&by_name, name);
	numbers_remove(&by_number, n);
	free_object(objects_erase(&objects, n), NULL);
	spin_unlock(&lock);
}

/* Tables and copies of keys that this retires are freed by callbacks, after the
 * module, and perhaps hmap too, was told to go.
 */
static void drop_all(void)
{
	spin_lock(&lock);
	names_clear(&by_name);
	objects_clear_with(&objects, free_object, NULL);
	spin_unlock(&lock);
	names_destroy(&by_name);
	numbers_destroy(&by_number);
	objects_destroy(&objects);
}

static int __init user_init(void)
{
	int err = 0;
	u64 n;

	hmap_set_lock(&by_name, &lock);
	hmap_set_lock(&by_number, &lock);
	hmap_set_lock(&objects, &lock);
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
