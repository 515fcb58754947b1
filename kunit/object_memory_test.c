// SPDX-License-Identifier: GPL-2.0
/* Maps of objects: what they allocate, and when; and that they never touch what was freed. */
#include "object_kinds.h"

static struct hmap_stats stats;

static int object_memory_test_init(struct kunit *test)
{
	stats_since(&stats);
	return 0;
}

static void object_memory_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/* Objects of 32 bytes, as most real ones at least are. */
struct session {
	u64 id;
	u64 rest[3];
};

HMAP_DEFINE_OBJECT(sessions, struct session, id, hmap_hash_u64, 0);
HMAP_DEFINE_OBJECT(rcu_sessions, struct session, id, hmap_hash_u64, HMAP_RCU);

static struct session *make_sessions(struct kunit *test, u32 count)
{
	struct session *s = vzalloc(count * sizeof(*s));
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (i = 0; i < count; i++)
		s[i].id = key_of(i);
	return s;
}

/*
 * The first object has the header. The next three fill the first table, of 24 bytes and a
 * control word, and eight take two control words. By the kernel's slab classes that is 64
 * and 128 bytes, where it has these.
 */
static void first_objects_take_little(struct kunit *test)
{
	static const struct {
		u32 count;
		size_t class;
	} expected[] = {
		{ 0, 0 }, { 1, 0 }, { 2, 64 }, { 3, 64 }, { 4, 64 }, { 5, 128 }, { 8, 128 },
	};
	struct session *s = make_sessions(test, 8);
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		size_t bytes = expected[i].class ? kmalloc_size_roundup(expected[i].class) : 0;
		struct sessions m = { };

		for (n = 0; n < expected[i].count; n++)
			KUNIT_ASSERT_EQ(test, sessions_insert(&m, &s[n], GFP_KERNEL), 0);
		KUNIT_EXPECT_EQ_MSG(test, sessions_memory(&m), bytes, "%u objects", n);
		KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, bytes);
		sessions_destroy(&m);
		stats_since(&stats);
	}
	vfree(s);
}

/* With tables of the usual size, where an object of 32 bytes makes 49 of 17. */
static void many_objects_take_little(struct kunit *test)
{
	static const struct {
		u32 count;
		size_t most;
	} expected[] = {
		{ 1000, 17 * 1000 },
		/* Less than rhashtable takes. */
		{ 10000, 168392 - 1 },
		{ 100000, 1731272 - 1 },
	};
	struct session *s;
	size_t bytes;
	u32 i, n;

	if (HMAP_TABLE_MAX < 4096)
		kunit_skip(test, "the tables of this build are small");
	s = make_sessions(test, 100000);
	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		struct rcu_sessions m = { };

		for (n = 0; n < expected[i].count; n++) {
			KUNIT_ASSERT_EQ(test, rcu_sessions_insert(&m, &s[n], GFP_KERNEL), 0);
			if (n % 1024 == 0)
				cond_resched();
		}
		bytes = rcu_sessions_memory(&m);
		kunit_info(test, "%u objects: %zu bytes", n, bytes);
		KUNIT_EXPECT_LE(test, bytes, expected[i].most);
		KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, bytes);
		rcu_sessions_destroy(&m);
		stats_since(&stats);
	}
	vfree(s);
}

/* Between one object and two, whichever of them goes: the first table stays, so that
 * there is one of them in all. Beside a reader, so that nothing which was freed could be
 * used again.
 */
static void one_and_two_alternate(struct kunit *test, const struct item_kind *kind)
{
	struct item *items = items_alloc(2), *stays = &items[0], *other = &items[1];
	struct hmap map = { };
	struct hmap_stats d;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, items);
	stats_since(&stats);
	rcu_read_lock();
	KUNIT_ASSERT_EQ(test, kind->insert(&map, stays, GFP_ATOMIC), 0);
	for (i = 0; i < 1000; i++) {
		KUNIT_ASSERT_EQ(test, kind->insert(&map, other, GFP_ATOMIC), 0);
		KUNIT_ASSERT_EQ(test, kind->lookup(&map, stays) == stays, true);
		KUNIT_ASSERT_EQ(test, kind->lookup(&map, other) == other, true);
		if (i % 3 == 0)
			swap(stays, other);
		KUNIT_ASSERT_EQ(test, kind->erase(&map, other) == other, true);
		KUNIT_ASSERT_EQ(test, kind->lookup(&map, stays) == stays, true);
		KUNIT_ASSERT_EQ(test, !kind->lookup(&map, other), true);
	}
	rcu_read_unlock();
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 1);
	KUNIT_EXPECT_EQ(test, d.first_inserts, 1);
	KUNIT_EXPECT_EQ(test, d.tables_freed, 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, kind->type), 0);
	hmap_destroy(&map, kind->type);
	vfree(items);
}

static void one_and_two_take_one_table(struct kunit *test)
{
	const struct item_kind *kind;

	for_each_item_kind(kind)
		one_and_two_alternate(test, kind);
}

/* Objects come and go in a map of any number of them: slots are used again, under RCU as
 * well, so a table is not rebuilt for that as long as its words are not clogged.
 */
static void small_maps_alternate_for_free(struct kunit *test)
{
	struct session *s = make_sessions(test, 5);
	u32 count, i;

	for (count = 1; count <= 4; count++) {
		struct rcu_sessions m = { };
		struct session *out = &s[count - 1];

		for (i = 0; i + 1 < count; i++)
			KUNIT_ASSERT_EQ(test, rcu_sessions_insert(&m, &s[i], GFP_KERNEL), 0);
		stats_since(&stats);
		for (i = 0; i < 1000; i++) {
			KUNIT_ASSERT_EQ(test, rcu_sessions_insert(&m, out, GFP_KERNEL), 0);
			KUNIT_ASSERT_EQ(test, rcu_sessions_erase_object(&m, out), true);
		}
		KUNIT_EXPECT_EQ_MSG(test, stats_since(&stats).tables_allocated, count == 2,
				    "%u objects", count);
		rcu_sessions_destroy(&m);
	}
	vfree(s);
}

/* The way back: at no object the table is gone, at one all but the smallest are. */
static void memory_goes_with_the_objects(struct kunit *test)
{
	const u32 counts[] = { 2, 4, 5, 9, 100, 1000 };
	struct item *items = items_alloc(1000);
	const struct item_kind *kind;
	u32 c, i;

	KUNIT_ASSERT_NOT_NULL(test, items);
	for_each_item_kind(kind) {
		for (c = 0; c < ARRAY_SIZE(counts); c++) {
			struct hmap map = { };

			for (i = 0; i < counts[c]; i++)
				KUNIT_ASSERT_EQ(test, kind->insert(&map, &items[i], GFP_KERNEL),
						0);
			while (--i)
				KUNIT_ASSERT_EQ(test, kind->erase_object(&map, &items[i]), true);
			KUNIT_EXPECT_LE(test, hmap_memory(&map, kind->type),
					kmalloc_size_roundup(64));
			KUNIT_ASSERT_EQ(test, kind->erase_object(&map, &items[0]), true);
			KUNIT_EXPECT_EQ(test, hmap_memory(&map, kind->type), 0);
			KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, 0);
			cond_resched();
		}
	}
	vfree(items);
}

/* Tables that cannot be merged for want of memory are as soon as one of them is empty, which
 * takes none unless readers are about; and the object that is left goes to the header.
 */
static void the_way_to_the_header_needs_little(struct kunit *test)
{
	struct item *items = items_alloc(1000);
	const struct item_kind *kind;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, items);
	if (!can_fail_allocations()) {
		vfree(items);
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	}
	for_each_item_kind(kind) {
		struct hmap map = { };

		stats_since(&stats);
		for (i = 0; i < 1000 && !stats_since(&stats).splits; i++)
			KUNIT_ASSERT_EQ(test, kind->insert(&map, &items[i], GFP_KERNEL), 0);
		KUNIT_ASSERT_EQ(test, i < 1000, true);
		fail_all_allocations(true);
		while (--i > 0) {
			if (i == 1 && kind->type->flags & HMAP_RCU)
				fail_all_allocations(false);
			KUNIT_EXPECT_TRUE(test, kind->erase_object(&map, &items[i]));
			KUNIT_EXPECT_EQ(test, hmap_validate(&map, kind->type), 0);
		}
		fail_all_allocations(false);
		KUNIT_EXPECT_EQ(test, stats_since(&stats).merges, 1);
		KUNIT_EXPECT_EQ(test, hmap_memory(&map, kind->type), 0);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, kind->type), 0);
		KUNIT_EXPECT_EQ(test, hmap_count(&map, kind->type), 1);
		KUNIT_EXPECT_TRUE(test, kind->contains(&map, &items[0]));
		hmap_destroy(&map, kind->type);
		cond_resched();
	}
	vfree(items);
}

static struct item *item_alloc(struct kunit *test, u64 number)
{
	struct item *item = kmalloc(sizeof(*item), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, item);
	item_init(item, number);
	return item;
}

static const u32 freed_counts[] = { 0, 1, 2, 5, 30, 100, 1000 };

/* What is freed as soon as it has been erased is not looked at any more: a sanitizer would
 * see it.
 */
static void erased_objects_may_be_freed(struct kunit *test)
{
	struct item *likes = items_alloc(1000);
	const struct item_kind *kind;
	u32 c, i;

	KUNIT_ASSERT_NOT_NULL(test, likes);
	for_each_item_kind(kind) {
		for (c = 0; c < ARRAY_SIZE(freed_counts); c++) {
			struct hmap map = { };

			for (i = 0; i < freed_counts[c]; i++)
				KUNIT_ASSERT_EQ(test, kind->insert(&map, item_alloc(test, i),
								   GFP_KERNEL), 0);
			/* Half of them are replaced by others, which stay for longer. */
			for (i = 0; i < freed_counts[c]; i += 2)
				kfree(kind->replace(&map, item_alloc(test, i)));
			for (i = 0; i < freed_counts[c]; i++)
				kfree(kind->erase(&map, &likes[i]));
			KUNIT_EXPECT_TRUE(test, hmap_empty(&map, kind->type));
			hmap_destroy(&map, kind->type);
			cond_resched();
		}
	}
	vfree(likes);
}

struct freeing {
	struct hmap *map;
	const struct hmap_type *type;
	u32 calls;
	u32 wrong;
};

static void free_item(void *entry, void *arg)
{
	struct freeing *freeing = arg;

	freeing->calls++;
	/* To the callback the map is empty. */
	freeing->wrong += !hmap_empty(freeing->map, freeing->type);
	kfree(entry);
}

/* The callbacks of the ends may free the objects: they get each once, and nothing looks
 * at it after.
 */
static void ends_may_free_the_objects(struct kunit *test)
{
	const struct item_kind *kind;
	u32 c, i, end;

	for_each_item_kind(kind) {
		for (c = 0; c < 2 * ARRAY_SIZE(freed_counts); c++) {
			const u32 count = freed_counts[c / 2];
			struct hmap map = { };
			struct freeing freeing = { .map = &map, .type = kind->type };

			for (i = 0; i < count; i++)
				KUNIT_ASSERT_EQ(test, kind->insert(&map, item_alloc(test, i),
								   GFP_KERNEL), 0);
			end = c % 2;
			if (end)
				hmap_free_and_destroy(&map, free_item, &freeing, kind->type);
			else
				hmap_clear_with(&map, free_item, &freeing, kind->type);
			KUNIT_EXPECT_EQ(test, freeing.calls, count);
			KUNIT_EXPECT_EQ(test, freeing.wrong, 0);
			KUNIT_EXPECT_EQ(test, hmap_memory(&map, kind->type), 0);
			KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, 0);
			cond_resched();
		}
	}
}

/* The map ends below a safe walk, which goes on and finds nothing. */
static void ends_below_a_walk(struct kunit *test)
{
	const struct item_kind *kind;
	u32 c, i, visits;
	const void *k;
	void *v;

	for_each_item_kind(kind) {
		for (c = 0; c < 2 * ARRAY_SIZE(freed_counts); c++) {
			const u32 count = freed_counts[c / 2];
			struct hmap map = { };
			struct freeing freeing = { .map = &map, .type = kind->type };

			for (i = 0; i < count; i++)
				KUNIT_ASSERT_EQ(test, kind->insert(&map, item_alloc(test, i),
								   GFP_KERNEL), 0);
			visits = 0;
			test_lock();
			hmap_walk_safe(&map, iter, k, v, kind->type) {
				if (++visits < count / 2)
					continue;
				if (c % 2)
					hmap_free_and_destroy(&map, free_item, &freeing,
							      kind->type);
				else
					hmap_clear_with(&map, free_item, &freeing, kind->type);
			}
			test_unlock();
			KUNIT_EXPECT_EQ(test, visits, count / 2 ?: count);
			KUNIT_EXPECT_EQ(test, freeing.calls, count);
			KUNIT_EXPECT_EQ(test, hmap_memory(&map, kind->type), 0);
			cond_resched();
		}
	}
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, 0);
}

static struct kunit_case object_memory_test_cases[] = {
	KUNIT_CASE(first_objects_take_little),
	KUNIT_CASE(many_objects_take_little),
	KUNIT_CASE(one_and_two_take_one_table),
	KUNIT_CASE(small_maps_alternate_for_free),
	KUNIT_CASE(memory_goes_with_the_objects),
	KUNIT_CASE(the_way_to_the_header_needs_little),
	KUNIT_CASE(erased_objects_may_be_freed),
	KUNIT_CASE(ends_may_free_the_objects),
	KUNIT_CASE(ends_below_a_walk),
	{}
};

static struct kunit_suite object_memory_test_suite = {
	.name = "hmap_object_memory",
	.init = object_memory_test_init,
	.exit = object_memory_test_exit,
	.test_cases = object_memory_test_cases,
};

kunit_test_suite(object_memory_test_suite);
