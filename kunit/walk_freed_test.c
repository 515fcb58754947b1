// SPDX-License-Identifier: GPL-2.0
/*
 * What a safe walk may not look at any more. Its body frees objects, and what keys point to,
 * as soon as it has taken them out of the map, while the walk has noted them, in a table that
 * has been merged, replaced or cleared meanwhile. The address sanitizer sees who looks.
 *
 * Each case begins with a map of two tables, a walk in the first one, and a body that makes
 * one of them: so the walk comes to the second half of that with a position that it has to
 * compare hashes with.
 */
#include "things.h"

#define MOST	512

static u64 pointed_hash(const void *key, size_t size, u64 seed)
{
	return hmap_hash_u64(&(*(struct thing * const *)key)->key, sizeof(u64), seed);
}

static bool pointed_equal(const void *key, const void *stored, size_t size)
{
	return (*(struct thing * const *)key)->key == (*(struct thing * const *)stored)->key;
}

/* Keys are pointers, and what tells them apart is behind those. */
static const struct hmap_type pointed_type =
	HMAP_TYPE("pointed", sizeof(struct thing *), sizeof(u64), pointed_hash, pointed_equal,
		  HMAP_SCALAR);
static const struct hmap_type pointed_rcu_type =
	HMAP_TYPE("pointed rcu", sizeof(struct thing *), sizeof(u64), pointed_hash,
		  pointed_equal, HMAP_SCALAR | HMAP_RCU);

static const struct hmap_type * const types[] = {
	&things_type, &rcu_things_type, &pointed_type, &pointed_rcu_type
};

static struct hmap map;
static const struct hmap_type *type;
static struct thing *thing[MOST];	/* those in the map, by number */
static u32 count;			/* of numbers that have been given */
static u32 visits[MOST];
static struct hmap_stats stats;

static void walk_freed_test_exit(struct kunit *test)
{
	u32 n;

	hmap_destroy(&map, type);
	for (n = 0; n < count; n++) {
		kfree(thing[n]);
		thing[n] = NULL;
	}
	rcu_barrier();
}

static bool is_object(void)
{
	return type->flags & HMAP_POINTER;
}

static void insert(struct kunit *test, u32 n)
{
	int err;

	if (is_object())
		err = insert_thing(&map, type, thing[n], GFP_KERNEL);
	else
		err = hmap_insert(&map, &thing[n], &thing[n]->number, GFP_KERNEL, type);
	KUNIT_ASSERT_EQ(test, err, 0);
}

/* A new thing, with the next number. */
static void add(struct kunit *test)
{
	u32 n = count;

	KUNIT_ASSERT_LE(test, n + 1, MOST);
	thing[n] = kzalloc(sizeof(*thing[n]), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, thing[n]);
	thing[n]->key = key_of(n);
	thing[n]->number = n;
	visits[n] = 0;
	count++;
	insert(test, n);
}

static void erase(struct kunit *test, u32 n)
{
	const void *key = is_object() ? (void *)&thing[n]->key : (void *)&thing[n];

	KUNIT_ASSERT_EQ(test, hmap_remove(&map, key, type), 0);
}

static void erase_and_free(struct kunit *test, u32 n)
{
	erase(test, n);
	kfree(thing[n]);
	thing[n] = NULL;
}

static u64 hash_of(u64 key)
{
	return hmap_hash(&u64_type, &key, sizeof(key), hmap_seed(&map));
}

/* The half of the hashes that the walk has begun with: it may be either. */
static u64 first_half;

/* Whether a thing is in the half that it comes to later. */
static bool is_later(u32 n)
{
	return hash_of(thing[n]->key) >> 63 != first_half;
}

static struct hmap_table *table_of_map(void)
{
	return rcu_dereference_protected(map.root, 1);
}

/* The thing that a walk shows. What has been freed is not in thing[]. */
static u32 number_of(struct kunit *test, const void *k, void *v)
{
	struct thing *t = is_object() ? v : *(struct thing * const *)k;
	u32 n;

	for (n = 0; n < count && thing[n] != t; n++)
		;
	KUNIT_ASSERT_LE(test, n + 1, count);
	return n;
}

/* Give all but @share percent of one half back, and not @but. */
static void thin_out(struct kunit *test, bool later, u32 share, u32 but)
{
	u32 n, left = count * share / 100;

	for (n = 0; n < count; n++) {
		if (!thing[n] || is_later(n) != later)
			continue;
		if (n == but || left)
			left -= n != but;
		else
			erase_and_free(test, n);
	}
}

/* Two tables with as few entries as this are merged. The walk's stays, dead: it has come to
 * thing[@but].
 */
static void merge(struct kunit *test, u32 but)
{
	first_half = hash_of(thing[but]->key) >> 63;
	thin_out(test, true, 30, but);
	thin_out(test, false, 10, but);
	KUNIT_ASSERT_EQ(test, stats_since(&stats).merges, 1);
	KUNIT_ASSERT_EQ(test, !hmap_is_dir(table_of_map()), true);
}

/* Begin a map with two tables. */
static void begin(struct kunit *test, const struct hmap_type *t)
{
	walk_freed_test_exit(test);
	type = t;
	map = (struct hmap){ };
	count = 0;
	stats_since(&stats);
	do
		add(test);
	while (!stats_since(&stats).splits);
}

/* What a body does when it comes to the first of the later half: there is no more than
 * thing[@n] that it has to leave alone.
 */
typedef void change_fn(struct kunit *test, u32 n);

/* Walk, and see that what stays is visited once, and nothing twice. */
static void walk_with(struct kunit *test, change_fn *change)
{
	bool merged = false, changed = false;
	const void *k;
	void *v;
	u32 n;

	test_lock();
	hmap_walk_safe(&map, iter, k, v, type) {
		n = number_of(test, k, v);
		KUNIT_ASSERT_EQ(test, visits[n]++, 0);
		if (!merged)
			merge(test, n);
		else if (is_later(n) && !changed)
			change(test, n);
		else
			continue;
		changed = merged;
		merged = true;
	}
	test_unlock();
	KUNIT_EXPECT_EQ(test, changed, true);
	for (n = 0; n < count; n++)
		KUNIT_EXPECT_EQ_MSG(test, !thing[n] || visits[n], true, "%s: %u of %u",
				    type->name, n, count);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
}

static void change_under_walks(struct kunit *test, change_fn *change)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		begin(test, types[i]);
		walk_with(test, change);
	}
}

static void erase_others(struct kunit *test, u32 but)
{
	u32 n;

	for (n = 0; n < count; n++)
		if (thing[n] && n != but)
			erase_and_free(test, n);
}

/* Removals replace the table by smaller ones, and take the last object to the header. */
static void others_are_freed(struct kunit *test)
{
	change_under_walks(test, erase_others);
}

static void replace_and_erase(struct kunit *test, u32 but)
{
	struct hmap_table *old = table_of_map();

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 2 * count, GFP_KERNEL, type), 0);
	KUNIT_ASSERT_EQ(test, table_of_map() != old, true);
	thin_out(test, true, 5, but);
	thin_out(test, false, 5, but);
}

/* The table is replaced, or split again, before most of what it held goes. */
static void others_are_freed_after_the_table(struct kunit *test)
{
	change_under_walks(test, replace_and_erase);
}

static void free_thing(void *entry, void *arg)
{
	struct thing *t = entry;

	thing[t->number] = NULL;
	kfree(t);
}

static void free_all(void)
{
	u32 n;

	for (n = 0; n < count; n++) {
		kfree(thing[n]);
		thing[n] = NULL;
	}
}

static void clear(struct kunit *test, u32 but)
{
	if (is_object())
		hmap_clear_with(&map, free_thing, NULL, type);
	else
		hmap_clear(&map, type);
	free_all();
}

/* The walk's table has more words, whose entries it would compare with its position. */
static void a_cleared_table_is_not_looked_at(struct kunit *test)
{
	change_under_walks(test, clear);
}

static void destroy(struct kunit *test, u32 but)
{
	if (is_object())
		hmap_free_and_destroy(&map, free_thing, NULL, type);
	else
		hmap_destroy(&map, type);
	free_all();
}

static void a_destroyed_table_is_not_looked_at(struct kunit *test)
{
	change_under_walks(test, destroy);
}

static void replace_and_clear(struct kunit *test, u32 but)
{
	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 2 * count, GFP_KERNEL, type), 0);
	clear(test, but);
}

/* The map is cleared after the walk's table had died. */
static void nothing_is_found_behind_a_cleared_map(struct kunit *test)
{
	change_under_walks(test, replace_and_clear);
}

static void clear_and_add(struct kunit *test, u32 but)
{
	u32 n;

	clear(test, but);
	for (n = 0; n < 20; n++)
		add(test);
	/* New ones may be visited, or not. */
	for (n = 0; n < 20; n++)
		visits[count - 1 - n] = 0;
}

/* And others come, at the same addresses perhaps. They need not be visited. */
static void others_come_after_a_clear(struct kunit *test)
{
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		const void *k;
		void *v;
		bool merged = false, cleared = false;

		begin(test, types[i]);
		test_lock();
		hmap_walk_safe(&map, iter, k, v, type) {
			n = number_of(test, k, v);
			KUNIT_ASSERT_EQ(test, visits[n]++, 0);
			if (!merged)
				merge(test, n);
			else if (!cleared && is_later(n))
				clear_and_add(test, n);
			else
				continue;
			cleared = merged;
			merged = true;
		}
		test_unlock();
		KUNIT_EXPECT_EQ(test, cleared, true);
		KUNIT_EXPECT_EQ(test, hmap_count(&map, type), 20);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	}
}

/* A key of the later half that a look for @n's old one, in the only table, takes for it: by
 * the tag and by the word.
 */
static u64 alike_key(u32 n)
{
	const u32 nr_words = table_of_map()->nr_words;
	const u64 hash = hash_of(thing[n]->key);
	u64 key = 0, other;

	do {
		other = hash_of(++key);
	} while (other >> 63 == first_half || (other & 0x7f) != (hash & 0x7f) ||
		 hmap_home(other, nr_words) != hmap_home(hash, nr_words));
	return key;
}

/*
 * An object is taken out before the walk comes to it, and is put back with a key of the half
 * that the walk comes to later: there it is visited, and not in the place of the old entry,
 * though address, tag and word are the same.
 */
static void the_address_does_not_make_the_entry(struct kunit *test)
{
	bool merged = false;
	u32 n, other = 0;
	const void *k;
	void *v;

	begin(test, &things_type);
	hmap_walk_safe(&map, iter, k, v, type) {
		n = number_of(test, k, v);
		visits[n]++;
		KUNIT_ASSERT_LE(test, visits[n], 1);
		if (merged) {
			KUNIT_ASSERT_EQ(test, n != other || is_later(n), true);
			continue;
		}
		merge(test, n);
		merged = true;
		while (!thing[other] || is_later(other) || other == n)
			other++;
		erase(test, other);
		thing[other]->key = alike_key(other);
		insert(test, other);
	}
	KUNIT_EXPECT_EQ(test, visits[other], 1);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
}

/* The same where the first key comes back as well, with another object. */
static void another_object_takes_the_key(struct kunit *test)
{
	struct thing *twin = kzalloc(sizeof(*twin), GFP_KERNEL);
	bool merged = false;
	u32 n, other = 0;
	const void *k;
	void *v;

	KUNIT_ASSERT_NOT_NULL(test, twin);
	begin(test, &rcu_things_type);
	test_lock();
	hmap_walk_safe(&map, iter, k, v, type) {
		if (v == twin)
			continue;
		n = number_of(test, k, v);
		visits[n]++;
		KUNIT_ASSERT_LE(test, visits[n], 1);
		if (merged)
			continue;
		merge(test, n);
		merged = true;
		while (!thing[other] || is_later(other) || other == n)
			other++;
		twin->key = thing[other]->key;
		KUNIT_ASSERT_EQ(test, hmap_replace_pointer(&map, &twin->key, twin, type) ==
				thing[other], true);
		thing[other]->key = alike_key(other);
		insert(test, other);
	}
	test_unlock();
	KUNIT_EXPECT_EQ(test, visits[other], 1);
	KUNIT_EXPECT_EQ(test, hmap_erase_pointer(&map, &twin->key, twin, type), true);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	kfree(twin);
}

static struct kunit_case walk_freed_test_cases[] = {
	KUNIT_CASE(others_are_freed),
	KUNIT_CASE(others_are_freed_after_the_table),
	KUNIT_CASE(a_cleared_table_is_not_looked_at),
	KUNIT_CASE(a_destroyed_table_is_not_looked_at),
	KUNIT_CASE(nothing_is_found_behind_a_cleared_map),
	KUNIT_CASE(others_come_after_a_clear),
	KUNIT_CASE(the_address_does_not_make_the_entry),
	KUNIT_CASE(another_object_takes_the_key),
	{}
};

static struct kunit_suite walk_freed_test_suite = {
	.name = "hmap_walk_freed",
	.exit = walk_freed_test_exit,
	.test_cases = walk_freed_test_cases,
};

kunit_test_suite(walk_freed_test_suite);
