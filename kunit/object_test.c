// SPDX-License-Identifier: GPL-2.0
/*
 * Maps of objects: every call, of each kind of key, in every state that a map can be in.
 */
#include "object_kinds.h"

/* The largest map here has a directory; as many again are never in it. */
#define MANY	1000
#define STRANGERS 50

/* How a map comes to hold the first @count items. */
static const struct state {
	const char *name;
	u32 reserved;
	u32 inserted;
	u32 count;
	bool trimmed;
} states[] = {
	{ "empty", 0, 0, 0, false },
	{ "header", 0, 1, 1, false },
	{ "first table", 0, 2, 2, false },
	{ "first table, full", 0, 4, 4, false },
	{ "grown", 0, 5, 5, false },
	{ "one word and a bit", 0, 9, 9, false },
	{ "larger table", 0, 100, 100, false },
	{ "directory", 0, MANY, MANY, false },
	{ "first table of one", 0, 2, 1, false },
	{ "back in the header", 0, 100, 1, false },
	{ "empty again", 0, 100, 0, false },
	{ "shrunk", 0, 100, 10, false },
	{ "merged", 0, MANY, 300, false },
	{ "directory, and back in the header", 0, MANY, 1, false },
	{ "directory, and empty", 0, MANY, 0, false },
	{ "reserved", 50, 0, 0, false },
	{ "reserved, of one", 50, 1, 1, false },
	{ "reserved, back to one", 50, 40, 1, false },
	{ "reserved, back to none", 50, 40, 0, false },
	{ "reserved directory", MANY, 500, 500, false },
	{ "trimmed", 0, 100, 20, true },
	{ "reserved, trimmed to the header", 50, 20, 1, true },
	{ "directory, trimmed", 0, MANY, 400, true },
	{ "directory, trimmed to the header", MANY, 20, 1, true },
};

/* A map in a state; @items: those of the first @count numbers are in it. */
struct fixture {
	const struct state *state;
	const struct item_kind *kind;
	const struct hmap_type *type;
	struct hmap map;
	struct item *items;
	struct item *twins;	/* others of the same keys, never in the map */
};

static struct fixture fixture;

static int object_test_init(struct kunit *test)
{
	fixture.map = (struct hmap){ };
	fixture.items = items_alloc(MANY + STRANGERS);
	fixture.twins = items_alloc(MANY + STRANGERS);
	if (!fixture.items || !fixture.twins)
		return -ENOMEM;
	return 0;
}

static void object_test_exit(struct kunit *test)
{
	rcu_barrier();
	vfree(fixture.items);
	vfree(fixture.twins);
}

static void enter_state(struct kunit *test, struct fixture *f)
{
	const struct state *state = f->state;
	u32 i;

	if (state->reserved)
		KUNIT_ASSERT_EQ(test, hmap_reserve(&f->map, state->reserved, GFP_KERNEL,
						   f->type), 0);
	for (i = 0; i < state->inserted; i++)
		KUNIT_ASSERT_EQ(test, f->kind->insert(&f->map, &f->items[i], GFP_KERNEL), 0);
	for (; i > state->count; i--)
		KUNIT_ASSERT_EQ(test, f->kind->erase(&f->map, &f->items[i - 1]) ==
				      &f->items[i - 1], true);
	if (state->trimmed)
		KUNIT_ASSERT_EQ(test, hmap_trim(&f->map, GFP_KERNEL, f->type), 0);
}

/* The first @count items, and no others, are in the map. */
static void expect_first(struct kunit *test, struct fixture *f, u32 count)
{
	u32 i;

	KUNIT_ASSERT_EQ(test, hmap_validate(&f->map, f->type), 0);
	KUNIT_ASSERT_EQ(test, hmap_count(&f->map, f->type), count);
	for (i = 0; i < MANY + STRANGERS; i++) {
		struct item *expected = i < count ? &f->items[i] : NULL;

		KUNIT_ASSERT_EQ_MSG(test, f->kind->lookup(&f->map, &f->twins[i]) == expected,
				    true, "%s, %s: item %u", f->type->name, f->state->name, i);
	}
}

/* Run @check in each state of each kind. What it has changed it has changed back. */
static void in_every_state(struct kunit *test,
			   void (*check)(struct kunit *test, struct fixture *f))
{
	struct fixture *f = &fixture;
	const struct item_kind *kind;
	u32 i;

	for_each_item_kind(kind) {
		for (i = 0; i < ARRAY_SIZE(states); i++) {
			f->kind = kind;
			f->type = kind->type;
			f->state = &states[i];
			test_lock();
			enter_state(test, f);
			check(test, f);
			expect_first(test, f, f->state->count);
			hmap_destroy(&f->map, f->type);
			test_unlock();
			KUNIT_EXPECT_EQ(test, hmap_memory(&f->map, f->type), 0);
			rcu_barrier();
			cond_resched();
		}
	}
}

/* Of those that are in the map, and of those that are not, some. */
#define for_some(i, from, to)	for ((i) = (from); (i) < (to); (i) += 1 + (i) / 16)

static void find_in_state(struct kunit *test, struct fixture *f)
{
	const u32 count = f->state->count;
	u32 i;

	KUNIT_EXPECT_EQ(test, hmap_empty(&f->map, f->type), !count);
	for (i = 0; i < MANY + STRANGERS; i++)
		KUNIT_ASSERT_EQ(test, f->kind->contains(&f->map, &f->twins[i]), i < count);
}

static void lookups_find_the_object(struct kunit *test)
{
	in_every_state(test, find_in_state);
}

static void find_two_in_state(struct kunit *test, struct fixture *f)
{
	const u32 count = f->state->count;
	struct item *found[2], *one, *other;
	u32 i;

	for_some(i, 0, MANY + STRANGERS - 1) {
		one = i < count ? &f->items[i] : NULL;
		other = i + 1 < count ? &f->items[i + 1] : NULL;
		KUNIT_ASSERT_EQ(test, f->kind->lookup_both(&f->map, &f->twins[i],
							   &f->twins[i + 1], found),
				!!one + !!other);
		KUNIT_ASSERT_EQ(test, found[0] == one && found[1] == other, true);
	}
}

static void bulk_lookups_find_the_objects(struct kunit *test)
{
	in_every_state(test, find_two_in_state);
}

static void insert_twins_in_state(struct kunit *test, struct fixture *f)
{
	struct hmap_stats stats;
	u32 i;

	stats_since(&stats);
	for (i = 0; i < f->state->count; i++) {
		KUNIT_ASSERT_EQ(test, f->kind->insert(&f->map, &f->twins[i], GFP_KERNEL),
				-EEXIST);
		KUNIT_ASSERT_EQ(test, f->kind->insert(&f->map, &f->items[i], GFP_KERNEL),
				-EEXIST);
		KUNIT_ASSERT_EQ(test, f->kind->get_or_insert(&f->map, &f->twins[i],
							     GFP_KERNEL) == &f->items[i], true);
	}
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
}

static void a_key_is_inserted_once(struct kunit *test)
{
	in_every_state(test, insert_twins_in_state);
}

static void insert_strangers_in_state(struct kunit *test, struct fixture *f)
{
	const u32 count = f->state->count;
	u32 i;

	for (i = count; i < count + STRANGERS; i++) {
		struct item *item = &f->items[i];

		if (i % 2)
			KUNIT_ASSERT_EQ(test, f->kind->insert(&f->map, item, GFP_KERNEL), 0);
		else
			KUNIT_ASSERT_EQ(test, f->kind->get_or_insert(&f->map, item, GFP_KERNEL) ==
					      item, true);
		KUNIT_ASSERT_EQ(test, hmap_validate(&f->map, f->type), 0);
	}
	expect_first(test, f, count + STRANGERS);
	while (i-- > count)
		KUNIT_ASSERT_EQ(test, f->kind->erase(&f->map, &f->twins[i]) == &f->items[i],
				true);
}

static void new_keys_are_inserted(struct kunit *test)
{
	in_every_state(test, insert_strangers_in_state);
}

static void replace_in_state(struct kunit *test, struct fixture *f)
{
	const u32 count = f->state->count;
	struct hmap_stats stats, d;
	u32 i;

	stats_since(&stats);
	/* Not a byte is to be had, and none is asked for. */
	fail_all_allocations(true);
	for (i = 0; i < count; i++) {
		if (f->kind->replace(&f->map, &f->twins[i]) != &f->items[i] ||
		    f->kind->lookup(&f->map, &f->items[i]) != &f->twins[i])
			break;
	}
	for (i = 0; i < count; i++) {
		if (f->kind->store(&f->map, &f->items[i], GFP_KERNEL) != &f->twins[i] ||
		    f->kind->lookup(&f->map, &f->items[i]) != &f->items[i])
			break;
	}
	fail_all_allocations(false);
	KUNIT_ASSERT_EQ(test, i, count);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 0);
	KUNIT_EXPECT_EQ(test, d.alloc_failures, 0);
	for_some(i, count, MANY + STRANGERS)
		KUNIT_ASSERT_EQ(test, !f->kind->replace(&f->map, &f->items[i]), true);
}

static void replacing_gives_the_old_and_allocates_nothing(struct kunit *test)
{
	in_every_state(test, replace_in_state);
}

static void store_in_state(struct kunit *test, struct fixture *f)
{
	const u32 count = f->state->count;
	u32 i;

	for (i = 0; i < count; i++)
		KUNIT_ASSERT_EQ(test, f->kind->store(&f->map, &f->items[i], GFP_KERNEL) ==
				      &f->items[i], true);
	for (; i < count + STRANGERS; i++)
		KUNIT_ASSERT_EQ(test, !f->kind->store(&f->map, &f->items[i], GFP_KERNEL), true);
	expect_first(test, f, count + STRANGERS);
	while (i-- > count)
		KUNIT_ASSERT_EQ(test, f->kind->erase_object(&f->map, &f->items[i]), true);
}

static void storing_gives_the_old_or_null(struct kunit *test)
{
	in_every_state(test, store_in_state);
}

static void erase_in_state(struct kunit *test, struct fixture *f)
{
	const u32 count = f->state->count;
	u32 i;

	for_some(i, count, MANY + STRANGERS)
		KUNIT_ASSERT_EQ(test, !f->kind->erase(&f->map, &f->items[i]), true);
	for (i = 0; i < count; i++)
		KUNIT_ASSERT_EQ(test, f->kind->erase(&f->map, &f->twins[i]) == &f->items[i],
				true);
	KUNIT_EXPECT_TRUE(test, hmap_empty(&f->map, f->type));
	for (i = 0; i < count; i++)
		KUNIT_ASSERT_EQ(test, f->kind->insert(&f->map, &f->items[i], GFP_KERNEL), 0);
}

static void erasing_gives_the_object(struct kunit *test)
{
	in_every_state(test, erase_in_state);
}

static void erase_objects_in_state(struct kunit *test, struct fixture *f)
{
	const u32 count = f->state->count;
	u32 i;

	for_some(i, count, MANY + STRANGERS)
		KUNIT_ASSERT_EQ(test, f->kind->erase_object(&f->map, &f->items[i]), false);
	for (i = 0; i < count; i++)
		KUNIT_ASSERT_EQ(test, f->kind->erase_object(&f->map, &f->twins[i]), false);
	expect_first(test, f, count);
	for (i = 0; i < count; i++) {
		KUNIT_ASSERT_EQ(test, f->kind->erase_object(&f->map, &f->items[i]), true);
		KUNIT_ASSERT_EQ(test, f->kind->erase_object(&f->map, &f->items[i]), false);
	}
	for (i = 0; i < count; i++)
		KUNIT_ASSERT_EQ(test, f->kind->insert(&f->map, &f->items[i], GFP_KERNEL), 0);
}

static void only_the_very_object_is_erased(struct kunit *test)
{
	in_every_state(test, erase_objects_in_state);
}

static void expect_visits(struct kunit *test, struct fixture *f, u32 visits)
{
	u32 i;

	KUNIT_EXPECT_EQ(test, visits, f->state->count);
	for (i = 0; i < MANY + STRANGERS; i++) {
		KUNIT_ASSERT_EQ(test, f->items[i].visits, i < f->state->count);
		f->items[i].visits = 0;
	}
}

static void walk_in_state(struct kunit *test, struct fixture *f)
{
	expect_visits(test, f, f->kind->walk(&f->map));
	expect_visits(test, f, f->kind->walk_safe(&f->map));
	if (f->kind->walk_rcu) {
		rcu_read_lock();
		expect_visits(test, f, f->kind->walk_rcu(&f->map));
		rcu_read_unlock();
	}
}

static void walks_visit_each_once(struct kunit *test)
{
	in_every_state(test, walk_in_state);
}

static void step_in_state(struct kunit *test, struct fixture *f)
{
	struct hmap_cursor cursor = { };
	struct item *item;
	u32 visits = 0;

	while ((item = f->kind->next(&f->map, &cursor))) {
		item->visits++;
		visits++;
	}
	KUNIT_EXPECT_NULL(test, f->kind->next(&f->map, &cursor));
	expect_visits(test, f, visits);
}

static void steps_visit_each_once(struct kunit *test)
{
	in_every_state(test, step_in_state);
}

/* Behind the i-th there are those that come after it, in the same order. Behind one that is
 * not in the map, there are as many as its place in the order says.
 */
static void set_cursor_in_state(struct kunit *test, struct fixture *f)
{
	static const struct item *order[MANY];
	const u32 count = f->state->count;
	struct hmap_cursor cursor = { };
	u32 i, k;

	for (i = 0; i < count; i++)
		order[i] = f->kind->next(&f->map, &cursor);
	for_some(i, 0, count) {
		f->kind->cursor_after(&f->map, &cursor, order[i]);
		for (k = i + 1; k < count && k < i + 20; k++)
			KUNIT_ASSERT_EQ(test, f->kind->next(&f->map, &cursor) == order[k],
					true);
		if (k == count)
			KUNIT_ASSERT_EQ(test, !f->kind->next(&f->map, &cursor), true);
	}
	for_some(i, count, MANY + STRANGERS) {
		const struct item *next;

		f->kind->cursor_after(&f->map, &cursor, &f->items[i]);
		next = f->kind->next(&f->map, &cursor);
		for (k = 0; next && k < count && order[k] != next; k++)
			;
		KUNIT_ASSERT_EQ(test, !next || k < count, true);
		if (next && k + 1 < count)
			KUNIT_ASSERT_EQ(test, f->kind->next(&f->map, &cursor) == order[k + 1],
					true);
	}
}

static void cursors_can_be_set_behind_a_key(struct kunit *test)
{
	in_every_state(test, set_cursor_in_state);
}

static void count_visit(void *entry, void *arg)
{
	struct item *item = entry;

	item->visits++;
	++*(u32 *)arg;
}

static void clear_in_state(struct kunit *test, struct fixture *f)
{
	u32 visits = 0;

	hmap_clear_with(&f->map, count_visit, &visits, f->type);
	KUNIT_EXPECT_EQ(test, hmap_memory(&f->map, f->type), 0);
	KUNIT_EXPECT_TRUE(test, hmap_empty(&f->map, f->type));
	expect_visits(test, f, visits);

	/* Nothing is left, so there is nothing to call for. */
	hmap_clear_with(&f->map, count_visit, &visits, f->type);
	KUNIT_EXPECT_EQ(test, visits, f->state->count);
	enter_state(test, f);
	visits = 0;
	hmap_free_and_destroy(&f->map, count_visit, &visits, f->type);
	KUNIT_EXPECT_EQ(test, hmap_memory(&f->map, f->type), 0);
	expect_visits(test, f, visits);

	enter_state(test, f);
	hmap_clear(&f->map, f->type);
	KUNIT_EXPECT_EQ(test, hmap_memory(&f->map, f->type), 0);
	enter_state(test, f);
}

static void ends_call_once_for_each(struct kunit *test)
{
	in_every_state(test, clear_in_state);
}

/* Trim, from any state: as much as a new map has, and nothing for one object. */
static void trim_in_state(struct kunit *test, struct fixture *f)
{
	const u32 count = f->state->count;

	KUNIT_ASSERT_EQ(test, hmap_trim(&f->map, GFP_KERNEL, f->type), 0);
	KUNIT_EXPECT_EQ(test, !hmap_memory(&f->map, f->type), count <= 1);
	expect_first(test, f, count);
	KUNIT_ASSERT_EQ(test, hmap_reserve(&f->map, count + STRANGERS, GFP_KERNEL, f->type),
			0);
	expect_first(test, f, count);
	KUNIT_ASSERT_EQ(test, hmap_trim(&f->map, GFP_KERNEL, f->type), 0);
	KUNIT_EXPECT_EQ(test, !hmap_memory(&f->map, f->type), count <= 1);
}

static void trim_leaves_one_object_to_the_header(struct kunit *test)
{
	in_every_state(test, trim_in_state);
}

/* The header counts for one object, so room for one is there. */
static void reserve_in_state(struct kunit *test, struct fixture *f)
{
	const u32 count = f->state->count;
	struct hmap_stats stats;
	u32 i;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&f->map, count + STRANGERS, GFP_KERNEL, f->type),
			0);
	stats_since(&stats);
	for (i = count; i < count + STRANGERS; i++)
		KUNIT_ASSERT_EQ(test, f->kind->insert(&f->map, &f->items[i], GFP_NOWAIT), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
	while (i-- > count)
		KUNIT_ASSERT_EQ(test, f->kind->erase_object(&f->map, &f->items[i]), true);
}

static void reserved_objects_need_no_table(struct kunit *test)
{
	in_every_state(test, reserve_in_state);
}

/* Whatever allocation an insert needs may fail: nothing changes, and then it works. */
static void fail_in_state(struct kunit *test, struct fixture *f)
{
	const u32 count = f->state->count;
	unsigned int nth;
	u32 i;

	for (i = count; i < count + STRANGERS; i++) {
		for (nth = 1; ; nth++) {
			bool failed;
			int err;

			fail_nth_allocation(nth);
			err = f->kind->insert(&f->map, &f->items[i], GFP_KERNEL);
			failed = allocation_has_failed();
			KUNIT_ASSERT_EQ(test, hmap_validate(&f->map, f->type), 0);
			if (!err)
				break;
			KUNIT_ASSERT_EQ(test, err, -ENOMEM);
			KUNIT_ASSERT_EQ(test, failed, true);
			KUNIT_ASSERT_EQ(test, hmap_count(&f->map, f->type), i);
		}
	}
	expect_first(test, f, i);
	/* Removals never fail for that, and leave one object somewhere. */
	fail_all_allocations(true);
	while (i > count && f->kind->erase(&f->map, &f->twins[i - 1]) == &f->items[i - 1])
		i--;
	fail_all_allocations(false);
	KUNIT_ASSERT_EQ(test, i, count);
}

static void failed_allocations_change_nothing(struct kunit *test)
{
	if (!can_fail_allocations())
		kunit_skip(test, "the kernel cannot fail allocations (CONFIG_FAILSLAB)");
	in_every_state(test, fail_in_state);
}

static struct kunit_case object_test_cases[] = {
	KUNIT_CASE(lookups_find_the_object),
	KUNIT_CASE(bulk_lookups_find_the_objects),
	KUNIT_CASE(a_key_is_inserted_once),
	KUNIT_CASE(new_keys_are_inserted),
	KUNIT_CASE(replacing_gives_the_old_and_allocates_nothing),
	KUNIT_CASE(storing_gives_the_old_or_null),
	KUNIT_CASE(erasing_gives_the_object),
	KUNIT_CASE(only_the_very_object_is_erased),
	KUNIT_CASE(walks_visit_each_once),
	KUNIT_CASE(steps_visit_each_once),
	KUNIT_CASE(cursors_can_be_set_behind_a_key),
	KUNIT_CASE(ends_call_once_for_each),
	KUNIT_CASE(trim_leaves_one_object_to_the_header),
	KUNIT_CASE(reserved_objects_need_no_table),
	KUNIT_CASE(failed_allocations_change_nothing),
	{}
};

static struct kunit_suite object_test_suite = {
	.name = "hmap_object",
	.init = object_test_init,
	.exit = object_test_exit,
	.test_cases = object_test_cases,
};

kunit_test_suite(object_test_suite);
