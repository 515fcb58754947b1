// SPDX-License-Identifier: GPL-2.0
/*
 * The stress test's maps of objects. Each object has a reference count, of which the map
 * holds one; readers take others by refcount_inc_not_zero(), and use the object when they
 * have left RCU. Who drops the last one frees it by kfree_rcu(). The writer replaces and
 * removes objects all the time.
 *
 * Besides a map of many there are maps of very few, whose only object goes from the header
 * to a table when a second one comes, and back when that has gone.
 */
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "stress.h"

struct object {
	u64			key;
	u64			version;
	u64			sum;
	struct stress_run	*run;
	refcount_t		refs;
	struct rcu_head		rcu;
};

HMAP_DEFINE_OBJECT(objects, struct object, key, hmap_hash_u64, HMAP_RCU);

static u64 hash_object(const void *entry, size_t size, u64 seed)
{
	const struct object *object = entry;

	return hmap_hash_u64(&object->key, size, seed);
}

/* A comparison that takes its time now and then: the slot that the object was loaded from
 * gets another one meanwhile.
 */
static bool compare_slowly(const void *key, const void *entry, size_t size)
{
	const struct object *object = entry;
	bool equal = object->key == *(const u64 *)key;
	u32 i;

	if (equal && get_random_u32() % 16 == 0)
		for (i = 0; i < 100; i++)
			cpu_relax();
	return equal;
}

HMAP_DEFINE_KEYED_OBJECT(slow_objects, struct object, u64, hmap_hash_u64, hash_object,
			 compare_slowly, HMAP_RCU);

/* By the inlined lookups. */
static struct object *find_object(struct stress_run *run, u64 n)
{
	if (run->kind->type == &slow_objects_type)
		return slow_objects_lookup(container_of(&run->map, struct slow_objects, map), &n);
	return objects_lookup(container_of(&run->map, struct objects, map), n);
}

/* With one reference, for the map. */
static struct object *make_object(struct stress_run *run, u64 n)
{
	struct object *object = kmalloc(sizeof(*object), GFP_ATOMIC);

	if (!object)
		return NULL;
	object->key = n;
	object->version = run->version;
	object->sum = stress_sum(n, run->version);
	object->run = run;
	refcount_set(&object->refs, 1);
	run->made++;
	return object;
}

static void put_object(struct object *object)
{
	if (!refcount_dec_and_test(&object->refs))
		return;
	atomic_long_inc(&object->run->gone);
	kfree_rcu(object, rcu);
}

static void free_object(void *entry, void *arg)
{
	put_object(entry);
}

static bool object_is_sound(const void *entry, u64 n, u64 *version)
{
	const struct object *object = entry;

	*version = object->version;
	return object->key == n && object->sum == stress_sum(n, *version);
}

/* What the map has given back is let go, if it is anything. */
static void let_go(struct stress_run *run, struct object *old, u64 n)
{
	if (!old)
		return;
	if (old->key != n)
		stress_error(run, "the map gave another object back", n);
	if (hmap_erase_pointer(&run->map, &n, old, run->kind->type))
		stress_error(run, "an object was removed that was not in the map", n);
	put_object(old);
}

static int insert_object(struct stress_run *run, struct object *object, u64 n)
{
	struct object *there = hmap_get_or_insert(&run->map, &n, &object, NULL, GFP_ATOMIC,
						  run->kind->type);

	if (there == object)
		return 0;
	put_object(object);
	if (IS_ERR(there))
		return PTR_ERR(there);
	if (there->key != n)
		stress_error(run, "an insert found another object", n);
	return 0;
}

/* By any of the calls that may: to insert changes nothing where there is an object. */
static int store_object(struct stress_run *run, const void *key, u64 n)
{
	struct object *new = make_object(run, n), *old;

	if (!new)
		return -ENOMEM;
	switch (get_random_u32() % 4) {
	case 0:
		return insert_object(run, new, n);
	case 1:
		old = hmap_replace_pointer(&run->map, key, new, run->kind->type);
		if (!old)
			return insert_object(run, new, n);
		break;
	default:
		old = hmap_store_pointer(&run->map, key, new, GFP_ATOMIC, run->kind->type);
	}
	if (IS_ERR(old)) {
		put_object(new);
		return PTR_ERR(old);
	}
	let_go(run, old, n);
	return 0;
}

static void remove_object(struct stress_run *run, const void *key, u64 n)
{
	const struct hmap_type *type = run->kind->type;
	struct object *object;

	if (get_random_u32() % 2) {
		object = hmap_erase(&run->map, key, type);
	} else {
		object = find_object(run, n);
		if (object && !hmap_erase_pointer(&run->map, key, object, type))
			stress_error(run, "an object in the map was not removed", n);
	}
	if (hmap_lookup(&run->map, key, type))
		stress_error(run, "an object was found after its removal", n);
	let_go(run, object, n);
}

/* A reference to the object of key @n, if it is in the map. */
static struct object *get_object(struct stress_run *run, u64 n)
{
	struct object *object;
	u32 again = 0;

	rcu_read_lock();
	do {
		object = find_object(run, n);
		/* None is left of one that has just been removed, or replaced. */
	} while (object && !refcount_inc_not_zero(&object->refs) && ++again < 1000);
	rcu_read_unlock();
	if (again == 1000)
		stress_error(run, "an object without references stays in the map", n);
	else if (!object && n < run->staying)
		stress_error(run, "a key that stays was not found, for a reference", n);
	return again == 1000 ? NULL : object;
}

/* An object stays as it is for who has a reference, though the map may have another. */
static void use_object(struct stress_run *run, u64 n)
{
	struct object *object = get_object(run, n);
	u64 version, later;

	if (!object)
		return;
	if (!object_is_sound(object, n, &version))
		stress_error(run, "a torn or stale object, with a reference", n);
	atomic_long_inc(&run->taken);
	cond_resched();
	if (!object_is_sound(object, n, &later) || later != version)
		stress_error(run, "an object changed that a reader had a reference to", n);
	put_object(object);
}

static void walk_objects(struct stress_run *run)
{
	const struct object *object;
	u64 version;

	rcu_read_lock();
	hmap_for_each_object_rcu(objects, container_of(&run->map, struct objects, map), iter,
				 object)
		if (!object_is_sound(object, object->key, &version))
			stress_error(run, "a walk came to a torn or stale object", object->key);
	rcu_read_unlock();
}

static void read_objects(struct stress_run *run, u64 n)
{
	use_object(run, n);
	if (run->kind->type == &objects_type)
		walk_objects(run);
}

/* Where the map's only object is. */
static void note_place(struct stress_run *run)
{
	if (hmap_count(&run->map, run->kind->type) != 1)
		return;
	if (hmap_memory(&run->map, run->kind->type))
		run->in_table++;
	else
		run->in_header++;
}

/* A second object comes and goes, and the table with it if it is trimmed. */
static void write_pair(struct stress_run *run)
{
	u64 first = run->staying ? 0 : run->coming - 1, second = run->staying;

	if (!run->staying || run->kind->overwritten)
		stress_store(run, first);
	stress_store(run, second);
	if (run->kind->overwritten)
		stress_store(run, first);
	stress_remove(run, second);
	note_place(run);
	if (get_random_u32() % 2)
		stress_trim(run);
	note_place(run);
	if (run->kind->overwritten)
		stress_store(run, first);
}

/* So many that the table is above the smallest class; and back to where there were
 * few, whichever go first.
 */
static void write_several(struct stress_run *run)
{
	u64 first = get_random_u32() % run->coming, n;

	for (n = 0; n < run->coming; n++)
		stress_store(run, run->staying + n);
	for (n = 0; n < run->coming; n++)
		stress_remove(run, run->staying + (first + n) % run->coming);
	note_place(run);
}

/* One object takes the slot of another. */
static void write_swaps(struct stress_run *run)
{
	u32 i;

	for (i = 0; i < 16; i++) {
		stress_remove(run, stress_hot_coming(run));
		stress_store(run, stress_hot_coming(run));
	}
}

static void clear_objects(struct stress_run *run)
{
	stress_lock(run);
	hmap_clear_with(&run->map, free_object, NULL, run->kind->type);
	stress_unlock(run);
}

static void write_few(struct stress_run *run)
{
	u32 i;

	for (i = 0; i < 100 && stress_time_left(run); i++) {
		switch (get_random_u32() % 8) {
		case 0:
			write_several(run);
			break;
		case 1:
			if (!run->staying)
				clear_objects(run);
			break;
		case 2:
			write_swaps(run);
			break;
		default:
			write_pair(run);
		}
		stress_validate(run);
		cond_resched();
	}
}

static void check_objects(struct stress_run *run)
{
	if (atomic_long_read(&run->gone) != run->made)
		stress_error(run, "not all objects are gone", run->made);
	if (!atomic_long_read(&run->taken))
		stress_error(run, "no reader ever took a reference", 0);
	if (run->kind->few && !(run->in_header && run->in_table))
		stress_error(run, "the only object was never in the header, or in a table", 0);
}

#define OBJECTS								\
	.is_sound = object_is_sound, .is_constant = true,			\
	.store = store_object, .remove = remove_object, .read_more = read_objects, \
	.free = free_object, .check = check_objects

#define FEW_OBJECTS	OBJECTS, .few = true, .coming = 12, .write = write_few

/* Walks are sure to visit those that stay as long as they are not replaced. */
const struct stress_kind stress_objects[] = {
	{
		.name = "object", .type = &objects_type, OBJECTS,
		.overwritten = HOT, .replaces = true,
	}, {
		.name = "object that stays", .type = &objects_type, FEW_OBJECTS, .staying = 1,
	}, {
		.name = "replaced object", .type = &objects_type, FEW_OBJECTS, .staying = 1,
		.overwritten = 1, .replaces = true,
	}, {
		.name = "last object", .type = &objects_type, FEW_OBJECTS,
	}, {
		.name = "slowly compared object", .type = &slow_objects_type, FEW_OBJECTS,
		.staying = 1,
	},
	{ }
};
