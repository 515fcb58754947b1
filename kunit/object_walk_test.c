// SPDX-License-Identifier: GPL-2.0
/*
 * Walks, and cursors, of objects and of keys that point to something, while the map changes
 * and what is taken out of it is freed. Each entry that stays is visited once, none twice,
 * and none that is gone; also if another is at its address by then.
 */
#include "item_world.h"

static struct world world;

static void object_walk_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/* Sizes by which maps are the header, one table, several. */
static const u32 sizes[] = { 1, 2, 3, 4, 5, 7, 12, 30, 100, 300, WORLD_ITEMS };

/* Run @walk for each type, size and way of freeing: with so many items in the map, and all
 * of them to be visited unless they go.
 */
static void in_every_world(struct kunit *test, u64 seed, void (*walk)(struct world *w))
{
	struct world *w = &world;
	u32 type, size, freeing;

	rng_init(test, &w->rng, seed);
	for (type = 0; world_begin(test, w, type, FREE_AT_ONCE); type++) {
		for (size = 0; size < ARRAY_SIZE(sizes); size++) {
			for (freeing = FREE_AT_ONCE; freeing <= REUSE_AT_ONCE; freeing++) {
				world_begin(test, w, type, freeing);
				world_resize(w, sizes[size]);
				test_lock();
				world_begin_walk(w);
				walk(w);
				world_end_walk(w);
				test_unlock();
				world_end(w);
				cond_resched();
			}
		}
	}
}

static void erase_current(struct world *w)
{
	const void *k;
	void *v;

	hmap_walk_safe(&w->map, iter, k, v, w->type) {
		u32 number = world_item(w, k, v)->number;

		world_visit(w, k, v);
		world_erase(w, number);
		/* Not so often in large maps that it takes long. */
		if (w->count % 16 == 0)
			KUNIT_ASSERT_EQ(w->test, hmap_validate(&w->map, w->type), 0);
	}
	KUNIT_EXPECT_EQ(w->test, w->count, 0);
	KUNIT_EXPECT_TRUE(w->test, hmap_empty(&w->map, w->type));
}

static void the_body_frees_each(struct kunit *test)
{
	in_every_world(test, 20260310, erase_current);
}

static void erase_others(struct world *w)
{
	u32 visits = 0, i;
	const void *k;
	void *v;

	hmap_walk_safe(&w->map, iter, k, v, w->type) {
		u32 number = world_item(w, k, v)->number;

		world_visit(w, k, v);
		visits++;
		for (i = 0; i < WORLD_ITEMS; i++)
			if (w->in[i] && i != number)
				world_erase(w, i);
	}
	KUNIT_EXPECT_EQ(w->test, visits, 1);
	KUNIT_EXPECT_EQ(w->test, w->count, 1);
}

static void the_body_frees_all_others(struct kunit *test)
{
	in_every_world(test, 20260320, erase_others);
}

static void replace_all(struct world *w)
{
	const void *k;
	void *v;
	u32 i;

	hmap_walk_safe(&w->map, iter, k, v, w->type) {
		struct item *item = world_item(w, k, v);
		u32 number = item->number;

		world_visit(w, k, v);
		world_replace(w, number);
		for (i = 0; i < 3; i++) {
			number = (number * 7 + 1) % WORLD_ITEMS;
			if (w->in[number])
				world_replace(w, number);
		}
	}
}

static void the_body_replaces(struct kunit *test)
{
	in_every_world(test, 20260330, replace_all);
}

/* As many come as go, at the addresses of those, while the map stays as large. */
static void turn_over(struct world *w)
{
	const void *k;
	void *v;
	u32 i;

	hmap_walk_safe(&w->map, iter, k, v, w->type) {
		world_visit(w, k, v);
		for (i = 0; i < 4 && w->count; i++) {
			u32 size = w->count;

			world_resize(w, size - 1);
			world_resize(w, size);
		}
	}
}

static void others_take_the_addresses(struct kunit *test)
{
	skip_if_slow(test);
	in_every_world(test, 20260340, turn_over);
}

static void shrink_to_one_and_grow(struct world *w)
{
	u32 size = w->count, visits = 0;
	const void *k;
	void *v;

	hmap_walk_safe(&w->map, iter, k, v, w->type) {
		world_visit(w, k, v);
		if (visits++ % 16)
			continue;
		world_resize(w, 1);
		KUNIT_ASSERT_EQ(w->test, hmap_validate(&w->map, w->type), 0);
		world_resize(w, visits % 32 ? size : size / 8 + 2);
		KUNIT_ASSERT_EQ(w->test, hmap_validate(&w->map, w->type), 0);
	}
}

static void the_map_goes_to_the_header_and_back(struct kunit *test)
{
	skip_if_slow(test);
	in_every_world(test, 20260350, shrink_to_one_and_grow);
}

static void clear_and_fill(struct world *w)
{
	u32 size = w->count, visits = 0;
	const void *k;
	void *v;

	hmap_walk_safe(&w->map, iter, k, v, w->type) {
		world_visit(w, k, v);
		if (++visits != size / 2 + 1)
			continue;
		world_clear(w);
		world_resize(w, size);
	}
}

static void the_body_clears_and_fills(struct kunit *test)
{
	in_every_world(test, 20260360, clear_and_fill);
}

/* A walk that leaves the map alone, inside of one that does not: after each change the
 * inner one visits all there are. Shared walks pin nothing, so they leave no trace either.
 */
static void walk_in_walk(struct world *w)
{
	const void *k, *k2;
	void *v, *v2;

	hmap_walk_safe(&w->map, outer, k, v, w->type) {
		u32 seen = 0;

		world_visit(w, k, v);
		world_change(w, 100);
		if (w->count > 100)
			continue;
		hmap_walk(&w->map, inner, k2, v2, w->type)
			seen += w->in[world_item(w, k2, v2)->number] == world_item(w, k2, v2);
		KUNIT_ASSERT_EQ(w->test, seen, w->count);
		seen = 0;
		hmap_walk_safe(&w->map, inner, k2, v2, w->type)
			seen += w->in[world_item(w, k2, v2)->number] == world_item(w, k2, v2);
		KUNIT_ASSERT_EQ(w->test, seen, w->count);
	}
}

static void walks_inside_of_walks(struct kunit *test)
{
	in_every_world(test, 20260370, walk_in_walk);
}

/* Changes of every sort, at every step or seldom. */
static void change_at_random(struct world *w)
{
	u32 changes = 1 + rng_below(&w->rng, 3), every = 1 + rng_below(&w->rng, 4);
	u32 visits = 0, i;
	const void *k;
	void *v;

	hmap_walk_safe(&w->map, iter, k, v, w->type) {
		world_visit(w, k, v);
		for (i = 0; visits % every == 0 && i < changes; i++)
			world_change(w, w->count > 10 ? 100 : 102);
		visits++;
	}
}

static void walks_while_all_changes(struct kunit *test)
{
	u32 round;

	skip_if_slow(test);
	for (round = 0; round < 3; round++)
		in_every_world(test, 20260380 + round, change_at_random);
}

static void change_beside_reader(struct world *w)
{
	const void *k;
	void *v;

	hmap_walk_rcu(&w->map, iter, k, v, w->type) {
		world_visit(w, k, v);
		world_change(w, 100);
	}
}

/* What a reader sees of a writer, here in one thread: items are freed when it is done. */
static void readers_walk_while_all_changes(struct kunit *test)
{
	struct world *w = &world;
	u32 type, size;

	rng_init(test, &w->rng, 20260401);
	for (type = 0; world_begin(test, w, type, FREE_LATER); type++) {
		for (size = 0; size < 3 * ARRAY_SIZE(sizes); size++) {
			if (!(w->type->flags & HMAP_RCU))
				continue;
			world_begin(test, w, type, FREE_LATER);
			world_resize(w, sizes[size / 3]);
			rcu_read_lock();
			world_begin_walk(w);
			change_beside_reader(w);
			world_end_walk(w);
			rcu_read_unlock();
			world_end(w);
			cond_resched();
		}
	}
}

static void *next_item(struct world *w, struct hmap_cursor *cursor, const void **key)
{
	return hmap_next(&w->map, cursor, key, w->type);
}

/* By a cursor, which holds nothing: between its steps the map may become anything. */
static void step_while_all_changes(struct world *w)
{
	u32 changes = rng_below(&w->rng, 4), most = rng_below(&w->rng, 2) ? 100 : 105, i;
	struct hmap_cursor cursor = { };
	const void *k;
	void *v;

	while ((v = next_item(w, &cursor, &k))) {
		world_visit(w, k, v);
		for (i = 0; i < changes; i++)
			world_change(w, most);
	}
	KUNIT_EXPECT_NULL(w->test, next_item(w, &cursor, &k));
}

static void steps_while_all_changes(struct kunit *test)
{
	u32 round;

	skip_if_slow(test);
	for (round = 0; round < 3; round++)
		in_every_world(test, 20260390 + round, step_while_all_changes);
}

/* Between the steps the map goes to the header and back to what it was, or larger. */
static void step_by_way_of_the_header(struct world *w)
{
	u32 size = w->count, visits = 0;
	struct hmap_cursor cursor = { };
	const void *k;
	void *v;

	while ((v = next_item(w, &cursor, &k))) {
		world_visit(w, k, v);
		if (visits++ % 8)
			continue;
		world_resize(w, 1 + visits % 2);
		KUNIT_ASSERT_EQ(w->test, hmap_trim(&w->map, GFP_KERNEL, w->type), 0);
		world_resize(w, visits % 3 ? size : size / 8 + 2);
	}
}

static void steps_by_way_of_the_header(struct kunit *test)
{
	skip_if_slow(test);
	in_every_world(test, 20260400, step_by_way_of_the_header);
}

static void set_cursor_after(struct world *w, struct hmap_cursor *cursor, u32 number)
{
	struct item like, *key = &like;

	item_init(&like, number);
	if (w->kind)
		w->kind->cursor_after(&w->map, cursor, &like);
	else
		hmap_cursor_after(&w->map, cursor, &key, w->type);
}

/* A cursor set anew behind the last key at each step, in a map that stays as it is. */
static void step_from_key_to_key(struct world *w)
{
	struct hmap_cursor cursor = { };
	const void *k;
	void *v;

	while ((v = next_item(w, &cursor, &k))) {
		world_visit(w, k, v);
		set_cursor_after(w, &cursor, world_item(w, k, v)->number);
	}
}

static void steps_from_key_to_key(struct kunit *test)
{
	in_every_world(test, 20260410, step_from_key_to_key);
}

/* A cursor set behind a key that is not there any more, or not yet, in one table that stays as
 * it is, or the header: the rest comes, and what has been visited does not.
 */
static void step_behind_what_is_gone(struct world *w)
{
	struct hmap_cursor cursor = { };
	const void *k;
	u32 number;
	void *v;

	if (w->count > 12)
		world_resize(w, 12);
	KUNIT_ASSERT_EQ(w->test, hmap_trim(&w->map, GFP_KERNEL, w->type), 0);
	if (w->count > 1)
		KUNIT_ASSERT_EQ(w->test, hmap_reserve(&w->map, 12, GFP_KERNEL, w->type), 0);
	while ((v = next_item(w, &cursor, &k))) {
		number = world_item(w, k, v)->number;
		world_visit(w, k, v);
		world_erase(w, number);
		set_cursor_after(w, &cursor, number);
	}
	KUNIT_EXPECT_EQ(w->test, w->count, 0);
}

static void steps_behind_what_is_gone(struct kunit *test)
{
	in_every_world(test, 20260420, step_behind_what_is_gone);
}

/* Hashes that tell nothing: what is left is the address of an object, or the key's bytes. */
static u64 equal_hash(const void *key, size_t size, u64 seed)
{
	return 42;
}

HMAP_DEFINE_OBJECT(equal_items, struct item, wide, equal_hash, 0);
HMAP_DEFINE(equal_numbers, u64, u64, equal_hash, NULL, 0);

#define EQUAL	100

static void steps_among_equal_hashes(struct kunit *test)
{
	struct item *items = items_alloc(EQUAL);
	static struct item *order[EQUAL];
	struct hmap_cursor cursor = { }, numbers_cursor = { };
	struct equal_numbers numbers = { };
	struct equal_items m = { };
	static u64 numbers_order[EQUAL];
	const u64 *key;
	u64 *value;
	u32 i, k;

	KUNIT_ASSERT_NOT_NULL(test, items);
	for (i = 0; i < EQUAL; i++) {
		KUNIT_ASSERT_EQ(test, equal_items_insert(&m, &items[i], GFP_KERNEL), 0);
		KUNIT_ASSERT_EQ(test, equal_numbers_insert(&numbers, i, i, GFP_KERNEL), 0);
	}
	for (i = 0; i < EQUAL; i++) {
		order[i] = equal_items_next(&m, &cursor);
		KUNIT_ASSERT_NOT_NULL(test, order[i]);
		KUNIT_ASSERT_EQ(test, order[i]->visits++, 0);
		value = equal_numbers_next(&numbers, &numbers_cursor, &key);
		KUNIT_ASSERT_NOT_NULL(test, value);
		KUNIT_ASSERT_EQ(test, *value == *key && *key < EQUAL, true);
		numbers_order[i] = *key;
	}
	KUNIT_EXPECT_NULL(test, equal_items_next(&m, &cursor));
	KUNIT_EXPECT_NULL(test, equal_numbers_next(&numbers, &numbers_cursor, &key));

	/* Behind each key there is the rest, also when half of all are gone. */
	for (i = 0; i < EQUAL; i += 2) {
		KUNIT_ASSERT_EQ(test, equal_items_erase_object(&m, order[i]), true);
		KUNIT_ASSERT_EQ(test, equal_numbers_remove(&numbers, numbers_order[i]), 0);
	}
	for (i = 1; i < EQUAL; i += 2) {
		equal_items_cursor_after(&m, &cursor, order[i]->wide);
		equal_numbers_cursor_after(&numbers, &numbers_cursor, numbers_order[i]);
		for (k = i + 2; k < EQUAL; k += 2) {
			KUNIT_ASSERT_EQ(test, equal_items_next(&m, &cursor) == order[k], true);
			value = equal_numbers_next(&numbers, &numbers_cursor, NULL);
			KUNIT_ASSERT_EQ(test, value && *value == numbers_order[k], true);
		}
		KUNIT_ASSERT_EQ(test, !equal_items_next(&m, &cursor), true);
		KUNIT_ASSERT_EQ(test, !equal_numbers_next(&numbers, &numbers_cursor, NULL), true);
	}
	equal_items_destroy(&m);
	equal_numbers_destroy(&numbers);
	vfree(items);
}

static struct kunit_case object_walk_test_cases[] = {
	KUNIT_CASE(the_body_frees_each),
	KUNIT_CASE(the_body_frees_all_others),
	KUNIT_CASE(the_body_replaces),
	KUNIT_CASE(others_take_the_addresses),
	KUNIT_CASE(the_map_goes_to_the_header_and_back),
	KUNIT_CASE(the_body_clears_and_fills),
	KUNIT_CASE(walks_inside_of_walks),
	KUNIT_CASE(walks_while_all_changes),
	KUNIT_CASE(readers_walk_while_all_changes),
	KUNIT_CASE(steps_while_all_changes),
	KUNIT_CASE(steps_by_way_of_the_header),
	KUNIT_CASE(steps_from_key_to_key),
	KUNIT_CASE(steps_behind_what_is_gone),
	KUNIT_CASE(steps_among_equal_hashes),
	{}
};

static struct kunit_suite object_walk_test_suite = {
	.name = "hmap_object_walk",
	.exit = object_walk_test_exit,
	.test_cases = object_walk_test_cases,
};

kunit_test_suite(object_walk_test_suite);
