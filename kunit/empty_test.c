// SPDX-License-Identifier: GPL-2.0
/*
 * A map without entries, and a map of one object: what they cost (the header), what
 * touching them costs (no hash, no allocation), and what the first table pays for.
 */
#include "test.h"

struct thing {
	u64 id;
	const char *label;
	char name[16];
};

struct thing_key {
	u64 id;
};

static unsigned int hashed;

static u64 counting_hash(const void *key, size_t size, u64 seed)
{
	hashed++;
	return hmap_hash_bytes(key, size, seed);
}

static bool is_thing(const void *key, const void *object, size_t size)
{
	return ((const struct thing_key *)key)->id == ((const struct thing *)object)->id;
}

HMAP_DEFINE(pairs, u64, u64, counting_hash, NULL, 0);
HMAP_DEFINE(rcu_pairs, u64, u64, counting_hash, NULL, HMAP_RCU);
HMAP_DEFINE(pointers, u64, struct thing *, counting_hash, NULL, 0);
HMAP_DEFINE(rcu_pointers, u64, struct thing *, counting_hash, NULL, HMAP_RCU);
HMAP_DEFINE(u64_set, u64, struct hmap_none, counting_hash, NULL, HMAP_RCU);
HMAP_DEFINE(names, const char *, u64, counting_hash, NULL, HMAP_STRING);
HMAP_WRAPPERS_N(names);
HMAP_DEFINE(name_set, const char *, struct hmap_none, counting_hash, NULL,
	    HMAP_STRING | HMAP_RCU);
HMAP_DEFINE_OBJECT(things, struct thing, id, counting_hash, 0);
HMAP_DEFINE_OBJECT(rcu_things, struct thing, id, counting_hash, HMAP_RCU);
HMAP_DEFINE_OBJECT(named_things, struct thing, name, counting_hash, HMAP_STRING | HMAP_RCU);
HMAP_OBJECT_WRAPPERS_N(named_things);
HMAP_DEFINE_OBJECT(labelled_things, struct thing, label, counting_hash, HMAP_STRING);
HMAP_DEFINE_KEYED_OBJECT(keyed_things, struct thing, struct thing_key, counting_hash,
			 counting_hash, is_thing, HMAP_RCU);

static struct thing some_thing = { .id = 1, .label = "one", .name = "one" };
static struct thing same_thing = { .id = 1, .label = "one", .name = "one" };
static struct thing other_thing = { .id = 2, .label = "two", .name = "two" };
static void *some_pointer = &some_thing;
static const char *const one_string[] = { "one" };
static const u64 one = 1, two = 2;
static const struct hmap_str str_one = { "one", 3 }, str_two = { "two", 3 };

/* A kind, its key of some_thing, as single calls and as bulk lookups take it, another key,
 * and the value that goes with the first.
 */
struct kind {
	const struct hmap_type *type;
	const void *key;
	const void *keys;
	const void *other;
	const void *value;
};

static const struct kind value_kinds[] = {
	{ &pairs_type, &one, &one, &two, &one },
	{ &rcu_pairs_type, &one, &one, &two, &one },
	{ &pointers_type, &one, &one, &two, &some_pointer },
	{ &rcu_pointers_type, &one, &one, &two, &some_pointer },
	{ &u64_set_type, &one, &one, &two, NULL },
	{ &names_type, &str_one, one_string, &str_two, &one },
	{ &name_set_type, &str_one, one_string, &str_two, NULL },
};

static const struct kind object_kinds[] = {
	{ &things_type, &one, &one, &two, &some_pointer },
	{ &rcu_things_type, &one, &one, &two, &some_pointer },
	{ &named_things_type, &str_one, one_string, &str_two, &some_pointer },
	{ &labelled_things_type, &str_one, one_string, &str_two, &some_pointer },
	{ &keyed_things_type, &one, &one, &two, &some_pointer },
};

static struct hmap_stats stats;

static int empty_test_init(struct kunit *test)
{
	hashed = 0;
	stats_since(&stats);
	return 0;
}

static void empty_test_exit(struct kunit *test)
{
	rcu_barrier();
}

#define EXPECT_UNTOUCHED(test) do {					\
	struct hmap_stats d = stats_since(&stats);			\
									\
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 0);			\
	KUNIT_EXPECT_EQ(test, d.alloc_failures, 0);			\
	KUNIT_EXPECT_EQ(test, d.bytes_in_use, 0);			\
	KUNIT_EXPECT_EQ(test, hashed, 0);				\
} while (0)

/* What is not as it should be, of the first that is not: in functions that return that. */
#define WANT(wrong, condition)	(wrong = wrong ?: (condition) ? NULL : #condition)

static void count_call(void *entry, void *arg)
{
	++*(unsigned int *)arg;
}

static unsigned int count_walks(struct hmap *map, const struct hmap_type *type)
{
	unsigned int visits = 0;
	const void *k;
	void *v;

	hmap_walk(map, plain, k, v, type)
		visits++;
	hmap_walk_safe(map, safe, k, v, type)
		visits++;
	if (type->flags & HMAP_RCU) {
		rcu_read_lock();
		hmap_walk_rcu(map, reader, k, v, type)
			visits++;
		rcu_read_unlock();
	}
	return visits;
}

/* Every call that leaves an empty map as it is, is answered from the header. */
static const char *use_empty_map(struct hmap *map, const struct kind *kind)
{
	const struct hmap_type *type = kind->type;
	struct hmap_cursor cursor = { };
	const char *wrong = NULL;
	void *found = map;
	u64 out = 3;

	WANT(wrong, !hmap_lookup(map, kind->key, type));
	WANT(wrong, !hmap_lookup_bulk(map, kind->keys, 1, &found, type) && !found);
	WANT(wrong, !hmap_contains(map, kind->key, type));
	WANT(wrong, hmap_remove(map, kind->key, type) == -ENOENT);
	WANT(wrong, !count_walks(map, type));
	WANT(wrong, !hmap_next(map, &cursor, NULL, type));
	WANT(wrong, hmap_count(map, type) == 0);
	WANT(wrong, hmap_empty(map, type));
	WANT(wrong, hmap_reserve(map, 0, GFP_KERNEL, type) == 0);
	WANT(wrong, hmap_validate(map, type) == 0);
	if (type->flags & HMAP_POINTER) {
		WANT(wrong, !hmap_erase(map, kind->key, type));
		WANT(wrong, !hmap_erase_pointer(map, kind->key, some_pointer, type));
		WANT(wrong, !hmap_replace_pointer(map, kind->key, some_pointer, type));
	} else {
		WANT(wrong, hmap_replace(map, kind->key, kind->value, type) == -ENOENT);
	}
	if (!(type->flags & HMAP_OBJECT)) {
		WANT(wrong, !hmap_read(map, kind->key, &out, type));
		WANT(wrong, hmap_take(map, kind->key, &out, type) == -ENOENT);
		WANT(wrong, out == 3);
	}
	return wrong;
}

static const char *give_back_empty_map(struct hmap *map, const struct kind *kind)
{
	const struct hmap_type *type = kind->type;
	const char *wrong = NULL;
	unsigned int calls = 0;

	hmap_clear(map, type);
	hmap_clear_with(map, count_call, &calls, type);
	WANT(wrong, hmap_trim(map, GFP_KERNEL, type) == 0);
	hmap_free_and_destroy(map, count_call, &calls, type);
	hmap_destroy(map, type);
	hmap_destroy(map, type);
	WANT(wrong, !calls);
	WANT(wrong, hmap_memory(map, type) == 0);
	return wrong;
}

/* Without a byte to be had, where that can be arranged. */
static void use_without_memory(struct kunit *test, struct hmap *map, const struct kind *kind,
			       const char *(*use)(struct hmap *map, const struct kind *kind))
{
	const char *wrong;

	test_lock();
	fail_all_allocations(true);
	wrong = use(map, kind);
	fail_all_allocations(false);
	test_unlock();
	if (wrong)
		KUNIT_FAIL(test, "type %s: not so: %s", kind->type->name, wrong);
}

static void header_is_a_pointer(struct kunit *test)
{
#ifndef CONFIG_LOCKDEP
	KUNIT_EXPECT_EQ(test, sizeof(struct hmap), sizeof(void *));
#endif
	KUNIT_EXPECT_EQ(test, sizeof(struct pairs), sizeof(struct hmap));
	KUNIT_EXPECT_EQ(test, sizeof(struct rcu_pointers), sizeof(struct hmap));
	KUNIT_EXPECT_EQ(test, sizeof(struct names), sizeof(struct hmap));
	KUNIT_EXPECT_EQ(test, sizeof(struct things), sizeof(struct hmap));
	KUNIT_EXPECT_EQ(test, sizeof(struct keyed_things), sizeof(struct hmap));
}

static void empty_map_is_not_hashed(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(value_kinds) + ARRAY_SIZE(object_kinds); i++) {
		const struct kind *kind = i < ARRAY_SIZE(value_kinds) ? &value_kinds[i] :
					  &object_kinds[i - ARRAY_SIZE(value_kinds)];
		struct hmap map = { };

		use_without_memory(test, &map, kind, use_empty_map);
		use_without_memory(test, &map, kind, give_back_empty_map);
		EXPECT_UNTOUCHED(test);
	}
}

/* The wrappers have a way of their own for lookups. */
static void typed_empty_map_is_not_hashed(struct kunit *test)
{
	struct labelled_things labelled = { };
	struct named_things named = { };
	struct rcu_pointers pointer = { };
	struct keyed_things keyed = { };
	struct name_set strings = { };
	struct things thing = { };
	struct rcu_pairs rcu = { };
	struct names name = { };
	struct pairs pair = { };
	struct u64_set u64s = { };
	u64 out = 3;

	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, pairs_lookup(&pair, 1));
	KUNIT_EXPECT_NULL(test, pairs_lookup_mut(&pair, 1));
	KUNIT_EXPECT_NULL(test, rcu_pairs_lookup(&rcu, 1));
	KUNIT_EXPECT_NULL(test, rcu_pointers_lookup(&pointer, 1));
	KUNIT_EXPECT_NULL(test, rcu_pointers_erase(&pointer, 1));
	KUNIT_EXPECT_NULL(test, u64_set_lookup(&u64s, 1));
	KUNIT_EXPECT_NULL(test, names_lookup(&name, "one"));
	KUNIT_EXPECT_NULL(test, names_lookup_n(&name, "one", 2));
	KUNIT_EXPECT_NULL(test, name_set_lookup(&strings, "one"));
	KUNIT_EXPECT_NULL(test, things_lookup(&thing, 1));
	KUNIT_EXPECT_NULL(test, named_things_lookup(&named, "one"));
	KUNIT_EXPECT_NULL(test, named_things_lookup_n(&named, "one", 2));
	KUNIT_EXPECT_NULL(test, labelled_things_lookup(&labelled, "one"));
	KUNIT_EXPECT_NULL(test, keyed_things_lookup(&keyed, &(struct thing_key){ 1 }));
	KUNIT_EXPECT_FALSE(test, keyed_things_contains(&keyed, &(struct thing_key){ 1 }));
	KUNIT_EXPECT_FALSE(test, things_erase_object(&thing, &some_thing));
	KUNIT_EXPECT_FALSE(test, pairs_read(&pair, 1, &out));
	KUNIT_EXPECT_EQ(test, pairs_remove(&pair, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, out, 3);
	rcu_read_unlock();
	EXPECT_UNTOUCHED(test);
}

/* What kzalloc() gives, or what is in .bss, can be used without a call before. */
static void zeroed_memory_is_an_empty_map(struct kunit *test)
{
	static struct things on_bss;
	static struct hmap also_on_bss;
	struct session {
		char name[40];
		struct pairs counters;
		struct things members;
		struct hmap map;
	} *session = kzalloc(sizeof(*session), GFP_KERNEL);
	u64 value = 5;

	KUNIT_ASSERT_NOT_NULL(test, session);
	KUNIT_EXPECT_NULL(test, pairs_lookup(&session->counters, 1));
	KUNIT_EXPECT_EQ(test, pairs_insert(&session->counters, 1, 2, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, *pairs_lookup(&session->counters, 1), 2);
	KUNIT_EXPECT_EQ(test, things_insert(&session->members, &some_thing, GFP_KERNEL), 0);
	KUNIT_EXPECT_PTR_EQ(test, things_lookup(&session->members, 1), &some_thing);
	KUNIT_EXPECT_EQ(test, hmap_insert(&session->map, &one, &value, GFP_KERNEL, &pairs_type),
			0);
	KUNIT_EXPECT_EQ(test, things_insert(&on_bss, &some_thing, GFP_KERNEL), 0);
	KUNIT_EXPECT_PTR_EQ(test, things_erase(&on_bss, 1), &some_thing);
	KUNIT_EXPECT_EQ(test, hmap_insert(&also_on_bss, &one, &value, GFP_KERNEL, &pairs_type),
			0);
	KUNIT_EXPECT_TRUE(test, hmap_contains(&also_on_bss, &one, &pairs_type));
	hmap_destroy(&also_on_bss, &pairs_type);
	pairs_destroy(&session->counters);
	things_destroy(&session->members);
	hmap_destroy(&session->map, &pairs_type);
	kfree(session);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, 0);
}

/* Nothing beyond the header is touched if there is nothing: a lookup does not need the
 * type, which may be anything.
 */
static void empty_map_needs_no_type(struct kunit *test)
{
	static const struct hmap_type none;
	struct hmap map = { };

	KUNIT_EXPECT_NULL(test, hmap_lookup(&map, &one, &none));
	KUNIT_EXPECT_FALSE(test, hmap_contains(&map, &one, &none));
	KUNIT_EXPECT_EQ(test, hmap_remove(&map, &one, &none), -ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, &none), 0);
	hmap_destroy(&map, &none);
	EXPECT_UNTOUCHED(test);
}

/* The smallest table stays, so that 0 <-> 1 costs no allocation, unless there may be blocks
 * in it under RCU.
 */
static void vacated_tables_are_not_hashed(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(value_kinds); i++) {
		const struct kind *kind = &value_kinds[i];
		const struct hmap_type *type = kind->type;
		bool stays = !(type->flags & HMAP_RCU && type->flags & HMAP_STRING);
		struct hmap map = { };

		KUNIT_ASSERT_EQ(test, hmap_insert(&map, kind->key, kind->value, GFP_KERNEL,
						  type), 0);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, kind->key, type), 0);
		KUNIT_EXPECT_EQ(test, !!hmap_memory(&map, type), stays);
		stats_since(&stats);
		hashed = 0;
		use_without_memory(test, &map, kind, use_empty_map);
		EXPECT_UNTOUCHED(test);
		use_without_memory(test, &map, kind, give_back_empty_map);
		KUNIT_EXPECT_EQ(test, hashed, 0);
	}
}

/*
 * One object, and every call: no hash, no table, no allocation. But a cursor is a position
 * in the order of hashes, so hmap_next() has to hash what it finds, and
 * hmap_cursor_after() its key.
 */
static const char *use_one_object(struct hmap *map, const struct kind *kind)
{
	const struct hmap_type *type = kind->type;
	void *value = &some_thing, *same = &same_thing, *found = NULL;
	struct hmap_cursor cursor = { };
	const char *wrong = NULL;
	unsigned int calls = 0;

	WANT(wrong, hmap_insert(map, kind->key, &value, GFP_KERNEL, type) == 0);
	WANT(wrong, hmap_lookup(map, kind->key, type) == &some_thing);
	WANT(wrong, !hmap_lookup(map, kind->other, type));
	WANT(wrong, hmap_lookup_bulk(map, kind->keys, 1, &found, type) == 1 && found == value);
	WANT(wrong, hmap_contains(map, kind->key, type));
	WANT(wrong, !hmap_contains(map, kind->other, type));
	WANT(wrong, hmap_insert(map, kind->key, &same, GFP_KERNEL, type) == -EEXIST);
	WANT(wrong, hmap_get_or_insert(map, kind->key, &same, NULL, GFP_KERNEL, type) == value);
	WANT(wrong, hmap_store_pointer(map, kind->key, same, GFP_KERNEL, type) == value);
	WANT(wrong, hmap_replace_pointer(map, kind->key, value, type) == same);
	WANT(wrong, !hmap_replace_pointer(map, kind->other, &other_thing, type));
	WANT(wrong, count_walks(map, type) == (type->flags & HMAP_RCU ? 3 : 2));
	WANT(wrong, hmap_count(map, type) == 1);
	WANT(wrong, !hmap_empty(map, type));
	WANT(wrong, hmap_memory(map, type) == 0);
	WANT(wrong, hmap_validate(map, type) == 0);
	WANT(wrong, hmap_reserve(map, 1, GFP_KERNEL, type) == 0);
	WANT(wrong, hmap_trim(map, GFP_KERNEL, type) == 0);
	WANT(wrong, !hmap_erase(map, kind->other, type));
	WANT(wrong, !hmap_erase_pointer(map, kind->other, &other_thing, type));
	WANT(wrong, !hmap_erase_pointer(map, kind->key, &same_thing, type));
	WANT(wrong, hmap_erase_pointer(map, kind->key, value, type));
	WANT(wrong, hmap_get_or_insert(map, kind->key, &value, NULL, GFP_KERNEL, type) == value);
	WANT(wrong, hmap_erase(map, kind->key, type) == value);
	WANT(wrong, !hmap_store_pointer(map, kind->key, value, GFP_KERNEL, type));
	WANT(wrong, hmap_remove(map, kind->other, type) == -ENOENT);
	WANT(wrong, hmap_remove(map, kind->key, type) == 0);
	WANT(wrong, hmap_insert(map, kind->key, &value, GFP_KERNEL, type) == 0);
	hmap_clear(map, type);
	WANT(wrong, hmap_insert(map, kind->key, &value, GFP_KERNEL, type) == 0);
	hmap_clear_with(map, count_call, &calls, type);
	WANT(wrong, calls == 1);
	WANT(wrong, hmap_insert(map, kind->key, &value, GFP_KERNEL, type) == 0);
	hmap_free_and_destroy(map, count_call, &calls, type);
	WANT(wrong, calls == 2);
	WANT(wrong, hmap_insert(map, kind->key, &value, GFP_KERNEL, type) == 0);
	WANT(wrong, !hashed);

	WANT(wrong, hmap_next(map, &cursor, NULL, type) == value);
	WANT(wrong, hashed == 1);
	WANT(wrong, !hmap_next(map, &cursor, NULL, type));
	hmap_cursor_after(map, &cursor, kind->key, type);
	WANT(wrong, !hmap_next(map, &cursor, NULL, type));
	hashed = 0;
	hmap_destroy(map, type);
	return wrong;
}

static void one_object_is_not_hashed(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(object_kinds); i++) {
		struct hmap map = { };

		use_without_memory(test, &map, &object_kinds[i], use_one_object);
		EXPECT_UNTOUCHED(test);
	}
}

static void typed_one_object_is_not_hashed(struct kunit *test)
{
	const struct thing_key first = { 1 }, second = { 2 };
	struct keyed_things keyed = { };
	struct named_things named = { };
	struct labelled_things labelled = { };
	struct things thing = { };

	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, things_insert(&thing, &some_thing, GFP_NOWAIT), 0);
	KUNIT_EXPECT_PTR_EQ(test, things_lookup(&thing, 1), &some_thing);
	KUNIT_EXPECT_NULL(test, things_lookup(&thing, 2));
	KUNIT_EXPECT_EQ(test, named_things_insert(&named, &some_thing, GFP_NOWAIT), 0);
	KUNIT_EXPECT_PTR_EQ(test, named_things_lookup(&named, "one"), &some_thing);
	KUNIT_EXPECT_PTR_EQ(test, named_things_lookup_n(&named, "one more", 3), &some_thing);
	KUNIT_EXPECT_NULL(test, named_things_lookup_n(&named, "one", 2));
	KUNIT_EXPECT_EQ(test, labelled_things_insert(&labelled, &some_thing, GFP_NOWAIT), 0);
	KUNIT_EXPECT_PTR_EQ(test, labelled_things_lookup(&labelled, "one"), &some_thing);
	KUNIT_EXPECT_NULL(test, labelled_things_lookup(&labelled, "ones"));
	KUNIT_EXPECT_EQ(test, keyed_things_insert(&keyed, &first, &some_thing, GFP_NOWAIT), 0);
	KUNIT_EXPECT_PTR_EQ(test, keyed_things_lookup(&keyed, &first), &some_thing);
	KUNIT_EXPECT_NULL(test, keyed_things_lookup(&keyed, &second));
	rcu_read_unlock();
	EXPECT_UNTOUCHED(test);
	things_destroy(&thing);
	named_things_destroy(&named);
	labelled_things_destroy(&labelled);
	keyed_things_destroy(&keyed);
}

/* 24 bytes of head, 8 of control, two slots of 16: the 64-byte class. */
static void first_insert_allocates_one_table(struct kunit *test)
{
	static const struct kind kind = { &u64_rcu_type, &one, &one, &two, &two };
	const struct hmap_type *type = &u64_rcu_type;
	struct hmap_stats d;
	struct hmap map = { };
	u64 key = 1, value = 2;

	KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL, type), 0);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 1);
	KUNIT_EXPECT_EQ(test, d.tables_freed, 0);
	KUNIT_EXPECT_EQ(test, d.first_inserts, 1);
	KUNIT_EXPECT_EQ(test, d.bytes_in_use, SMALLEST);
	KUNIT_EXPECT_EQ(test, d.maps_allocated, 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), SMALLEST);

	/* The second slot is there already. */
	key = 2;
	KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);

	hmap_clear(&map, type);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 0);
	KUNIT_EXPECT_EQ(test, d.tables_freed, 1);
	KUNIT_EXPECT_EQ(test, (s64)d.bytes_in_use, -(s64)SMALLEST);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
	use_without_memory(test, &map, &kind, use_empty_map);
	EXPECT_UNTOUCHED(test);
}

static struct kunit_case empty_test_cases[] = {
	KUNIT_CASE(header_is_a_pointer),
	KUNIT_CASE(empty_map_is_not_hashed),
	KUNIT_CASE(typed_empty_map_is_not_hashed),
	KUNIT_CASE(zeroed_memory_is_an_empty_map),
	KUNIT_CASE(empty_map_needs_no_type),
	KUNIT_CASE(vacated_tables_are_not_hashed),
	KUNIT_CASE(one_object_is_not_hashed),
	KUNIT_CASE(typed_one_object_is_not_hashed),
	KUNIT_CASE(first_insert_allocates_one_table),
	{}
};

static struct kunit_suite empty_test_suite = {
	.name = "hmap_empty",
	.init = empty_test_init,
	.exit = empty_test_exit,
	.test_cases = empty_test_cases,
};

kunit_test_suite(empty_test_suite);
