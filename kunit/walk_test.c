// SPDX-License-Identifier: GPL-2.0
/*
 * Walks of values, while the map changes under them. How walks end is in walk_end_test.c,
 * those of strings and of other blocks are in walk_block_test.c, and what a walk may not look
 * at any more in walk_freed_test.c.
 */
#include "test.h"

#define N	500

struct wide {
	u64 word[3];
};

HMAP_DEFINE(wide_map, u64, struct wide, hmap_hash_u64, NULL, 0);
HMAP_DEFINE(pointer_map, u64, u64 *, hmap_hash_u64, NULL, HMAP_RCU);

static u8 visits[8 * N];

static int walk_test_init(struct kunit *test)
{
	memset(visits, 0, sizeof(visits));
	return 0;
}

static void walk_test_exit(struct kunit *test)
{
	rcu_barrier();
}

static void expect_once_each(struct kunit *test, u32 n)
{
	u32 key;

	for (key = 0; key < n; key++)
		KUNIT_ASSERT_EQ_MSG(test, visits[key], 1, "key %u", key);
}

static void insert_range(struct kunit *test, struct hmap *map, const struct hmap_type *type,
			 u64 from, u64 to)
{
	u64 key;

	for (key = from; key < to; key++)
		KUNIT_ASSERT_EQ(test, hmap_insert(map, &key, &key, GFP_KERNEL, type), 0);
}

static void remove_range(struct kunit *test, struct hmap *map, const struct hmap_type *type,
			 u64 from, u64 to)
{
	u64 key;

	for (key = from; key < to; key++)
		KUNIT_ASSERT_EQ(test, hmap_remove(map, &key, type), 0);
}

/* Of any size, an overwritten value stays in its slot; it is the same entry. */
static void overwritten_values_are_visited_once(struct kunit *test)
{
	struct wide_map m = { };
	struct wide *v;
	const u64 *k;
	u64 key, other;

	for (key = 0; key < N; key++) {
		struct wide w = { { key, 0, 0 } };

		KUNIT_ASSERT_EQ(test, wide_map_insert(&m, key, w, GFP_KERNEL), 0);
	}
	hmap_for_each_safe(wide_map, &m, iter, k, v) {
		struct wide w = *v;

		key = *k;
		KUNIT_ASSERT_EQ(test, w.word[0], key);
		visits[key]++;
		w.word[1] = 1;
		KUNIT_ASSERT_EQ(test, wide_map_store(&m, key, w, GFP_KERNEL), 0);
		KUNIT_EXPECT_EQ(test, v->word[1], 1);
		/* One that may be next in the same word, too. */
		other = (key * 7 + 1) % N;
		w.word[0] = other;
		KUNIT_ASSERT_EQ(test, wide_map_replace(&m, other, w), 0);
	}
	expect_once_each(test, N);
	KUNIT_EXPECT_EQ(test, wide_map_lookup(&m, 3)->word[1], 1);
	KUNIT_EXPECT_EQ(test, wide_map_count(&m), N);
	KUNIT_EXPECT_EQ(test, wide_map_validate(&m), 0);
	wide_map_clear(&m);
}

/* With RCU, scalars are overwritten as well; and when the table is replaced before the walk
 * comes to an entry, it shows the value that the entry has then.
 */
static void overwritten_scalars_are_visited_once(struct kunit *test)
{
	struct hmap map = { };
	u64 key, step = 0;
	const u64 *k;
	u64 *v;

	insert_range(test, &map, &u64_rcu_type, 0, N);
	test_lock();
	hmap_walk_safe(&map, iter, k, v, &u64_rcu_type) {
		KUNIT_ASSERT_EQ(test, *v, *k + step);
		visits[*k]++;
		if (step++ % 100 == 0)
			KUNIT_ASSERT_EQ(test, hmap_reserve(&map, N + step, GFP_KERNEL,
							   &u64_rcu_type), 0);
		for (key = 0; key < N; key++)
			KUNIT_ASSERT_EQ(test, hmap_store(&map, &key, &(u64){ key + step },
							 GFP_KERNEL, &u64_rcu_type), 0);
	}
	test_unlock();
	expect_once_each(test, N);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, &u64_rcu_type), N);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &u64_rcu_type), 0);
	hmap_clear(&map, &u64_rcu_type);
}

/* So are pointers: a walk shows the last one that was stored. */
static void replaced_pointers_are_visited_once(struct kunit *test)
{
	static u64 target[2][N];
	struct pointer_map m = { };
	u64 key, step = 0, *v;
	const u64 *k;

	for (key = 0; key < N; key++)
		KUNIT_ASSERT_EQ(test, pointer_map_insert(&m, key, &target[0][key],
							 GFP_KERNEL), 0);
	test_lock();
	hmap_for_each_safe(pointer_map, &m, iter, k, v) {
		KUNIT_ASSERT_EQ(test, v == &target[step % 2][*k], true);
		visits[*k]++;
		if (step++ % 100 == 0)
			KUNIT_ASSERT_EQ(test, pointer_map_reserve(&m, N + step, GFP_KERNEL), 0);
		for (key = 0; key < N; key++) {
			u64 *old = pointer_map_replace(&m, key, &target[step % 2][key]);

			KUNIT_ASSERT_EQ(test, old == &target[1 - step % 2][key], true);
		}
	}
	test_unlock();
	expect_once_each(test, N);
	KUNIT_EXPECT_EQ(test, pointer_map_validate(&m), 0);
	pointer_map_clear(&m);
}

/* Replace the table, by turns by a larger one, and by one that is as small as can be. */
static void replace_tables(struct kunit *test, struct hmap *map, const struct hmap_type *type,
			   u32 step)
{
	if (step % 2)
		KUNIT_ASSERT_EQ(test, hmap_trim(map, GFP_KERNEL, type), 0);
	else
		KUNIT_ASSERT_EQ(test, hmap_reserve(map, 2 * hmap_count(map, type), GFP_KERNEL,
						   type), 0);
}

/* Of walks inside of each other each visits all, whichever of them changes the table that
 * both have pinned.
 */
static void nested_safe_walks(struct kunit *test)
{
	static const u32 sizes[] = { 1, 2, 3, 9, 40, N };
	const u64 *k, *k2;
	u64 *v, *v2;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct hmap map = { };
		u32 outer = 0, inner;

		memset(visits, 0, sizeof(visits));
		insert_range(test, &map, &u64_type, 0, sizes[i]);
		hmap_walk_safe(&map, a, k, v, &u64_type) {
			visits[*k]++;
			if (outer % 10 == 0)
				replace_tables(test, &map, &u64_type, outer / 10);
			inner = 0;
			hmap_walk_safe(&map, b, k2, v2, &u64_type) {
				KUNIT_ASSERT_EQ(test, *k2, *v2);
				if (inner++ % 37 == outer % 37)
					replace_tables(test, &map, &u64_type, inner);
			}
			KUNIT_ASSERT_EQ(test, inner, sizes[i]);
			outer++;
		}
		expect_once_each(test, sizes[i]);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, &u64_type), 0);
		hmap_destroy(&map, &u64_type);
	}
}

/* Every way in which a table can be replaced under a walk, at every step. */
static void every_change_under_a_walk(struct kunit *test,
				      const struct hmap_type *type)
{
	u64 next = N, step = 0, key;
	struct hmap map = { };
	const u64 *k;
	u64 *v;

	insert_range(test, &map, type, 0, N);
	test_lock();
	hmap_walk_safe(&map, iter, k, v, type) {
		key = *k;
		visits[key]++;
		KUNIT_ASSERT_EQ(test, *v, key);
		switch (step++ % 4) {
		case 0:
			insert_range(test, &map, type, next, next + 5);
			next += 5;
			break;
		case 1:
			KUNIT_ASSERT_EQ(test, hmap_trim(&map, GFP_KERNEL, type), 0);
			break;
		case 2:
			next--;
			remove_range(test, &map, type, next, next + 1);
			break;
		default:
			KUNIT_ASSERT_EQ(test, hmap_reserve(&map, next + step, GFP_KERNEL,
							   type), 0);
		}
	}
	test_unlock();
	expect_once_each(test, N);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	hmap_clear(&map, type);
}

static void changes_under_a_walk(struct kunit *test)
{
	every_change_under_a_walk(test, &u64_type);
}

static void changes_under_a_walk_rcu(struct kunit *test)
{
	every_change_under_a_walk(test, &u64_rcu_type);
}

/* Most entries go when the walk is somewhere in the middle: tables that it has
 * visited, and ones that it has not, are merged with each other.
 */
static void merges_under_a_walk(struct kunit *test)
{
	const u64 n = 4 * N, stay = 100;
	u64 when, key, step;
	const u64 *k;
	u64 *v;

	for (when = 0; when < n; when += 97) {
		struct hmap map = { };
		struct hmap_stats stats;

		memset(visits, 0, sizeof(visits));
		insert_range(test, &map, &u64_type, 0, n);
		stats_since(&stats);
		step = 0;
		hmap_walk_safe(&map, iter, k, v, &u64_type) {
			KUNIT_ASSERT_EQ(test, *k, *v);
			visits[*k]++;
			if (step++ == when)
				remove_range(test, &map, &u64_type, stay, n);
		}
		KUNIT_EXPECT_GT(test, stats_since(&stats).merges, 0);
		expect_once_each(test, stay);
		for (key = stay; key < n; key++)
			KUNIT_ASSERT_LE(test, visits[key], 1);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, &u64_type), 0);
		hmap_destroy(&map, &u64_type);
	}
}

/* Readers may not walk what is freed at once. */
static bool in_half(const struct hmap *map, u64 key, bool half)
{
	return hmap_hash(&u64_type, &key, sizeof(key), hmap_seed(map)) >> 63 == half;
}

/* The next key from *@key on of this half of the hashes, inserted with @value. */
static void insert_next(struct kunit *test, struct hmap *map, u64 *key, bool half, u64 value)
{
	do
		(*key)++;
	while (!in_half(map, *key, half));
	KUNIT_ASSERT_EQ(test, hmap_insert(map, key, &value, GFP_KERNEL, &u64_type), 0);
}

/*
 * The walk's table takes over the range of the other, which has become empty. In the place of
 * an entry that is due, one of that range is inserted: it is visited there or later, not twice.
 */
static void widened_tables_are_walked_once(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	u64 n, tries, count = 0, came, key = 1 << 20;
	struct hmap_stats stats;
	struct hmap map = { };
	bool begun = false, half;
	const u64 *k, *place;
	u64 *v;

	stats_since(&stats);
	for (; !stats_since(&stats).splits; count++)
		insert_range(test, &map, type, count, count + 1);
	came = count;
	hmap_walk_safe(&map, iter, k, v, type) {
		visits[*v]++;
		if (begun)
			continue;
		begun = true;
		half = !in_half(&map, *k, false);
		/* Too many to be copied together with few. */
		while (iter.table->live <= iter.table->nr_words * HMAP_WORD_SLOTS / 2)
			insert_next(test, &map, &key, half, came++);
		/* Nor so many that the other's range is left to it: three quarters of its room. */
		for (n = 0; iter.table->live > iter.table->nr_words * HMAP_WORD_SLOTS * 5 / 8; n++)
			if (!visits[n] && in_half(&map, n, half))
				KUNIT_ASSERT_EQ(test, hmap_remove(&map, &n, type), 0);
		for (n = 0; n < count; n++)
			if (!in_half(&map, n, half))
				KUNIT_ASSERT_EQ(test, hmap_remove(&map, &n, type), 0);
		KUNIT_ASSERT_EQ(test, rcu_dereference_protected(map.root, 1) == iter.table, true);
		for (n = 0; n < count; n++) {
			place = hmap_lookup(&map, &n, type);
			if (visits[n] || !place)
				continue;
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, &n, type), 0);
			for (tries = 0; tries < 500; tries++) {
				insert_next(test, &map, &key, !half, came);
				if (hmap_lookup(&map, &key, type) == place)
					break;
				KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, type), 0);
			}
			came += tries < 500;
		}
	}
	for (n = count; n < came; n++)
		KUNIT_EXPECT_LE(test, visits[n], 1);
	KUNIT_EXPECT_GT(test, came, count);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	hmap_destroy(&map, type);
}

static void rcu_walk_needs_an_rcu_type(struct kunit *test)
{
	struct hmap map = { };
	unsigned int seen = 0;
	const u64 *k, *v;

	insert_range(test, &map, &u64_type, 0, 3);
	expect_warning(test);
	hmap_walk_rcu(&map, iter, k, v, &u64_type)
		seen += *k == *v;
	KUNIT_EXPECT_EQ(test, seen, 0);
	hmap_destroy(&map, &u64_type);
}

static void rcu_walk_of_an_empty_map(struct kunit *test)
{
	struct hmap map = { };
	struct hmap_cursor cursor = { };
	struct hmap_stats stats;
	unsigned int seen = 0;
	const u64 *k, *v;

	stats_since(&stats);
	rcu_read_lock();
	hmap_walk_rcu(&map, iter, k, v, &u64_rcu_type)
		seen++;
	KUNIT_EXPECT_NULL(test, hmap_next(&map, &cursor, NULL, &u64_rcu_type));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, seen, 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
}

/* A reader in a table that the writer has dropped goes on in its successors: it shows what
 * stays once, what has gone no more, and values that have been overwritten as they are now.
 */
static void rcu_walks_beside_a_writer(struct kunit *test)
{
	struct hmap map = { };
	u64 key, step = 0;
	const u64 *k, *v;

	insert_range(test, &map, &u64_rcu_type, 0, 2 * N);
	rcu_read_lock();
	hmap_walk_rcu(&map, iter, k, v, &u64_rcu_type) {
		KUNIT_ASSERT_EQ(test, READ_ONCE(*v), *k + step);
		KUNIT_ASSERT_EQ(test, *k < N || !step, true);
		visits[*k]++;
		if (!step)
			remove_range(test, &map, &u64_rcu_type, N, 2 * N);
		step++;
		for (key = 0; key < N; key++)
			KUNIT_ASSERT_EQ(test, hmap_replace(&map, &key, &(u64){ key + step },
							   &u64_rcu_type), 0);
		if (step % 50 == 0)
			KUNIT_ASSERT_EQ(test, step % 100 ?
					hmap_trim(&map, GFP_ATOMIC, &u64_rcu_type) :
					hmap_reserve(&map, 3 * N, GFP_ATOMIC, &u64_rcu_type), 0);
	}
	rcu_read_unlock();
	expect_once_each(test, N);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &u64_rcu_type), 0);
	hmap_clear(&map, &u64_rcu_type);
}

/* A cursor outlives anything: here each step finds another shape of the map. */
static void cursor_crosses_every_shape(struct kunit *test)
{
	struct hmap map = { };
	struct hmap_cursor cursor = { };
	const void *key;
	const u64 *v;
	u64 step = 0, k;

	insert_range(test, &map, &u64_type, 0, N);
	while ((v = hmap_next(&map, &cursor, &key, &u64_type))) {
		k = *v;
		KUNIT_ASSERT_EQ(test, *(const u64 *)key, k);
		if (k < N)
			visits[k]++;
		if (step++ % 50 == 0) {
			insert_range(test, &map, &u64_type, N, 6 * N);
		} else if (step % 50 == 25) {
			remove_range(test, &map, &u64_type, N, 6 * N);
			KUNIT_ASSERT_EQ(test, hmap_trim(&map, GFP_KERNEL, &u64_type), 0);
		}
	}
	expect_once_each(test, N);
	KUNIT_EXPECT_NULL(test, hmap_next(&map, &cursor, &key, &u64_type));
	hmap_destroy(&map, &u64_type);
}

static u64 poor_hash(const void *key, size_t size, u64 seed)
{
	return *(const u64 *)key % 3;
}

/* Entries of equal hashes follow each other in an order of their own. */
static void cursor_tells_equal_hashes_apart(struct kunit *test)
{
	static const struct hmap_type type =
		HMAP_TYPE("poor", 8, 8, poor_hash, NULL, HMAP_SCALAR | HMAP_RCU);
	struct hmap map = { };
	struct hmap_cursor cursor = { };
	u64 seen = 0, k, other;
	const u64 *v;

	insert_range(test, &map, &type, 0, 200);
	test_lock();
	while ((v = hmap_next(&map, &cursor, NULL, &type))) {
		k = *v;
		visits[k]++;
		/* Of those with its hash, remove one that has been visited. */
		for (other = k % 3; other < 200 && visits[other] != 1; other += 3)
			;
		if (seen++ % 4 == 0 && other < 200) {
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, &other, &type), 0);
			visits[other] |= 0x80;
		}
	}
	test_unlock();
	for (k = 0; k < 200; k++)
		KUNIT_EXPECT_EQ_MSG(test, visits[k] & 0x7f, 1, "key %llu",
				    (unsigned long long)k);
	hmap_destroy(&map, &type);
}

static struct kunit_case walk_test_cases[] = {
	KUNIT_CASE(overwritten_values_are_visited_once),
	KUNIT_CASE(overwritten_scalars_are_visited_once),
	KUNIT_CASE(replaced_pointers_are_visited_once),
	KUNIT_CASE(nested_safe_walks),
	KUNIT_CASE(changes_under_a_walk),
	KUNIT_CASE(changes_under_a_walk_rcu),
	KUNIT_CASE(merges_under_a_walk),
	KUNIT_CASE(widened_tables_are_walked_once),
	KUNIT_CASE(rcu_walk_needs_an_rcu_type),
	KUNIT_CASE(rcu_walk_of_an_empty_map),
	KUNIT_CASE(rcu_walks_beside_a_writer),
	KUNIT_CASE(cursor_crosses_every_shape),
	KUNIT_CASE(cursor_tells_equal_hashes_apart),
	{}
};

static struct kunit_suite walk_test_suite = {
	.name = "hmap_walk",
	.init = walk_test_init,
	.exit = walk_test_exit,
	.test_cases = walk_test_cases,
};

kunit_test_suite(walk_test_suite);
