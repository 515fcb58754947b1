// SPDX-License-Identifier: GPL-2.0
/* Kinds that two files share: what the one has put into a map the other finds. */
#include <linux/kernel.h>

#include "test.h"
#include "shared_kind_calls.h"

#define MANY		600
#define NR_MAPS		7

static void shared_kind_test_exit(struct kunit *test)
{
	rcu_barrier();
}

static struct shared_object *make_objects(struct kunit *test)
{
	struct shared_object *objects = vzalloc(MANY * sizeof(*objects));
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, objects);
	for (i = 0; i < MANY; i++) {
		objects[i].number = key_of(i);
		objects[i].key = (struct shared_key){ i / 7, i };
		snprintf(objects[i].name, sizeof(objects[i].name), "object %u", i);
	}
	return objects;
}

/* How many of the maps this file finds it in. */
static u32 find_here(struct shared *shared, const struct shared_object *object)
{
	size_t len = strlen(object->name);

	return (shared_counters_lookup(&shared->counters, object->number) &&
		!*shared_counters_lookup(&shared->counters, object->number)) +
	       (shared_pointers_lookup(&shared->pointers, object->key.id) == object) +
	       (shared_names_lookup_n(&shared->names, object->name, len) &&
		*shared_names_lookup(&shared->names, object->name) == object->key.id) +
	       (shared_set_lookup(&shared->set, object->key.id) &&
		*shared_set_lookup(&shared->set, object->key.id) == object->key.id) +
	       (shared_objects_lookup(&shared->objects, object->key) == object) +
	       (shared_named_lookup_n(&shared->named, object->name, len) == object) +
	       (shared_keyed_lookup(&shared->keyed, &object->number) == object);
}

static void maps_are_embedded_empty(struct kunit *test)
{
	struct shared *shared = kzalloc(sizeof(*shared), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, shared);
	KUNIT_EXPECT_EQ(test, sizeof(*shared),
			offsetof(struct shared, counters) + NR_MAPS * sizeof(struct hmap));
	KUNIT_EXPECT_TRUE(test, shared_counters_empty(&shared->counters));
	KUNIT_EXPECT_TRUE(test, shared_objects_empty(&shared->objects));
	KUNIT_EXPECT_EQ(test, shared_keyed_memory(&shared->keyed), 0);
	kfree(shared);
}

/* One definition of each type, whichever file refers to it. */
static void types_are_the_same(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test, &shared_counters_type, shared_type(0));
	KUNIT_EXPECT_PTR_EQ(test, &shared_pointers_type, shared_type(1));
	KUNIT_EXPECT_PTR_EQ(test, &shared_names_type, shared_type(2));
	KUNIT_EXPECT_PTR_EQ(test, &shared_set_type, shared_type(3));
	KUNIT_EXPECT_PTR_EQ(test, &shared_objects_type, shared_type(4));
	KUNIT_EXPECT_PTR_EQ(test, &shared_named_type, shared_type(5));
	KUNIT_EXPECT_PTR_EQ(test, &shared_keyed_type, shared_type(6));
	KUNIT_EXPECT_STREQ(test, shared_objects_type.name, "shared_objects");
}

static void both_files_find_the_same(struct kunit *test)
{
	struct shared_object *objects = make_objects(test);
	struct shared shared = { };
	u32 i;

	for (i = 0; i < MANY; i++)
		KUNIT_ASSERT_EQ(test, shared_add(&shared, &objects[i], GFP_KERNEL), 0);
	rcu_read_lock();
	for (i = 0; i < MANY; i++) {
		KUNIT_ASSERT_EQ(test, find_here(&shared, &objects[i]), NR_MAPS);
		KUNIT_ASSERT_EQ(test, shared_find(&shared, &objects[i]), NR_MAPS);
	}
	/* And what this one takes out the other does not find. */
	for (i = 0; i < MANY; i += 2) {
		struct shared_object *o = &objects[i];

		KUNIT_ASSERT_EQ(test, shared_counters_remove(&shared.counters, o->number), 0);
		KUNIT_ASSERT_EQ(test, shared_pointers_erase(&shared.pointers, o->key.id) == o,
				true);
		KUNIT_ASSERT_EQ(test, shared_names_remove(&shared.names, o->name), 0);
		KUNIT_ASSERT_EQ(test, shared_set_remove(&shared.set, o->key.id), 0);
		KUNIT_ASSERT_EQ(test, shared_objects_erase_object(&shared.objects, o), true);
		KUNIT_ASSERT_EQ(test, shared_named_erase(&shared.named, o->name) == o, true);
		KUNIT_ASSERT_EQ(test, shared_keyed_erase(&shared.keyed, &o->number) == o, true);
	}
	for (i = 0; i < MANY; i++)
		KUNIT_ASSERT_EQ(test, shared_find(&shared, &objects[i]), i % 2 ? NR_MAPS : 0);
	rcu_read_unlock();
	for (i = 1; i < MANY; i += 2)
		KUNIT_ASSERT_EQ(test, shared_remove(&shared, &objects[i]), 0);
	KUNIT_EXPECT_TRUE(test, shared_counters_empty(&shared.counters));
	KUNIT_EXPECT_TRUE(test, shared_keyed_empty(&shared.keyed));
	shared_counters_destroy(&shared.counters);
	shared_pointers_destroy(&shared.pointers);
	shared_names_destroy(&shared.names);
	shared_set_destroy(&shared.set);
	shared_objects_destroy(&shared.objects);
	shared_named_destroy(&shared.named);
	shared_keyed_destroy(&shared.keyed);
	vfree(objects);
}

static void shared_kinds_are_walked(struct kunit *test)
{
	struct shared_object *objects = make_objects(test), *o;
	struct shared_keyed keyed = { };
	struct shared_named named = { };
	u32 i, seen = 0;

	for (i = 0; i < MANY; i++) {
		KUNIT_ASSERT_EQ(test, shared_keyed_insert(&keyed, &objects[i].number,
							  &objects[i], GFP_KERNEL), 0);
		KUNIT_ASSERT_EQ(test, shared_named_insert(&named, &objects[i], GFP_KERNEL), 0);
	}
	hmap_for_each_object(shared_keyed, &keyed, iter, o)
		seen += shared_named_lookup(&named, o->name) == o;
	KUNIT_EXPECT_EQ(test, seen, MANY);
	hmap_for_each_object_safe(shared_named, &named, iter, o) {
		seen--;
		KUNIT_ASSERT_EQ(test, shared_named_erase_object(&named, o), true);
	}
	KUNIT_EXPECT_EQ(test, seen, 0);
	KUNIT_EXPECT_TRUE(test, shared_named_empty(&named));
	shared_keyed_destroy(&keyed);
	vfree(objects);
}

static struct kunit_case shared_kind_test_cases[] = {
	KUNIT_CASE(maps_are_embedded_empty),
	KUNIT_CASE(types_are_the_same),
	KUNIT_CASE(both_files_find_the_same),
	KUNIT_CASE(shared_kinds_are_walked),
	{}
};

static struct kunit_suite shared_kind_test_suite = {
	.name = "hmap_shared_kind",
	.exit = shared_kind_test_exit,
	.test_cases = shared_kind_test_cases,
};

kunit_test_suite(shared_kind_test_suite);
