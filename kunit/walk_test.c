// SPDX-License-Identifier: GPL-2.0
/* The writer's walk, and what it holds on to while the map changes under it. */
#include "test.h"

#define N	500

HMAP_DEFINE_STRING(name_map, u64);
HMAP_DEFINE_STRING_RCU(name_rcu_map, u64);

struct wide {
	u64 word[3];
};

HMAP_DEFINE_RCU(wide_map, u64, struct wide, hmap_hash_u64, NULL);

static u8 visits[8 * N];

static int walk_test_init(struct kunit *test)
{
	memset(visits, 0, sizeof(visits));
	return 0;
}

static void expect_once_each(struct kunit *test, u32 n)
{
	u32 key;

	for (key = 0; key < n; key++)
		KUNIT_ASSERT_EQ_MSG(test, visits[key], 1, "key %u", key);
}

static void insert_range(struct kunit *test, struct hmap *map, u64 from, u64 to)
{
	u64 key;

	for (key = from; key < to; key++)
		KUNIT_ASSERT_EQ(test, hmap_insert(map, &key, &key, GFP_KERNEL),
				0);
}

/* Overwriting moves an entry to another slot; it is still the same entry. */
static void overwritten_entries_are_visited_once(struct kunit *test)
{
	const struct wide *v;
	struct wide_map m;
	const u64 *k;
	u64 key, other;

	wide_map_init(&m);
	for (key = 0; key < N; key++) {
		struct wide w = { { key, 0, 0 } };

		KUNIT_ASSERT_EQ(test, wide_map_insert(&m, key, w, GFP_KERNEL), 0);
	}
	hmap_for_each_typed(&m, iter, k, v) {
		struct wide w = *v;

		key = *k;
		KUNIT_ASSERT_EQ(test, w.word[0], key);
		visits[key]++;
		w.word[1] = 1;
		KUNIT_ASSERT_EQ(test, wide_map_store(&m, key, w, GFP_KERNEL), 0);
		/* One that may be next in the same word, too. */
		other = (key * 7 + 1) % N;
		w.word[0] = other;
		KUNIT_ASSERT_EQ(test, wide_map_store(&m, other, w, GFP_KERNEL),
				0);
	}
	expect_once_each(test, N);
	KUNIT_EXPECT_EQ(test, wide_map_lookup(&m, 3)->word[1], 1);
	KUNIT_EXPECT_EQ(test, hmap_count(&m.map), N);
	KUNIT_EXPECT_EQ(test, hmap_validate(&m.map), 0);
	hmap_clear(&m.map);
}

static void store_wide(struct kunit *test, struct wide_map *m, u64 key,
		       u64 version)
{
	struct wide w = { { key, version, 0 } };

	KUNIT_ASSERT_EQ(test, wide_map_store(m, key, w, GFP_KERNEL), 0);
}

/* All of a small map's entries, visited or not, move at every step, to other
 * slots of their word or to another table.
 */
static void moving_entries_are_visited_once(struct kunit *test)
{
	const struct wide *v;
	const u64 *k;
	u64 n, key;

	for (n = 1; n < 40; n++) {
		DEFINE_TYPED_HMAP(m, wide_map);

		memset(visits, 0, sizeof(visits));
		for (key = 0; key < n; key++)
			store_wide(test, &m, key, 0);
		hmap_for_each_typed(&m, iter, k, v) {
			KUNIT_ASSERT_EQ(test, v->word[0], *k);
			visits[*k]++;
			for (key = 0; key < n; key++)
				store_wide(test, &m, key, n);
		}
		expect_once_each(test, n);
		KUNIT_EXPECT_EQ(test, hmap_count(&m.map), n);
		KUNIT_EXPECT_EQ(test, hmap_validate(&m.map), 0);
		hmap_clear(&m.map);
	}
}

/* The table that a walk stands in is dropped; then keys that it holds go too. */
static void string_keys_outlive_their_table(struct kunit *test)
{
	struct hmap_stats stats;
	struct name_map m;
	const char *k;
	char name[16];
	u32 i, next = N;
	u64 *v;

	stats_since(&stats);
	name_map_init(&m);
	for (i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "key %u", i);
		KUNIT_ASSERT_EQ(test, name_map_insert(&m, name, i, GFP_KERNEL),
				0);
	}
	hmap_for_each_typed(&m, iter, k, v) {
		visits[*v]++;
		snprintf(name, sizeof(name), "%s %llu", *v < N ? "key" : "new",
			 *v);
		KUNIT_EXPECT_STREQ(test, k, name);
		/* Grow, so that the table dies, ... */
		for (i = 0; i < 3; i++, next++) {
			snprintf(name, sizeof(name), "new %u", next);
			KUNIT_ASSERT_EQ(test, name_map_insert(&m, name, next,
							      GFP_KERNEL), 0);
		}
		/* ... and remove one that is in it, visited or not. */
		snprintf(name, sizeof(name), "key %u", (next * 13) % N);
		if (name_map_contains(&m, name)) {
			visits[next * 13 % N] |= 0x80;
			KUNIT_ASSERT_EQ(test, name_map_remove(&m, name), 0);
		}
		if (next > 6 * N)
			break;
	}
	for (i = 0; i < N; i++)
		KUNIT_EXPECT_LE(test, visits[i] & 0x7f, 1);
	KUNIT_EXPECT_EQ(test, hmap_validate(&m.map), 0);
	name_map_destroy(&m);
	stats = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, stats.tables_allocated, stats.tables_freed);
	KUNIT_EXPECT_EQ(test, stats.bytes_in_use, 0);
}

static void rcu_string_keys_outlive_their_table(struct kunit *test)
{
	struct name_rcu_map m;
	unsigned int seen = 0;
	const char *k;
	const u64 *v;
	char name[16];
	u32 i;

	name_rcu_map_init(&m);
	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "key %u", i);
		KUNIT_ASSERT_EQ(test, name_rcu_map_insert(&m, name, i,
							  GFP_KERNEL), 0);
	}
	hmap_for_each_typed(&m, iter, k, v) {
		seen += *v < 20 && *k == 'k';
		if (seen > 1)
			continue;
		/* All but the last go, after the table was replaced. */
		KUNIT_EXPECT_EQ(test, hmap_reserve(&m.map, 150, GFP_KERNEL), 0);
		for (i = 0; i < 19; i++) {
			snprintf(name, sizeof(name), "key %u", i);
			KUNIT_EXPECT_EQ(test, name_rcu_map_remove(&m, name), 0);
		}
		KUNIT_EXPECT_EQ(test, hmap_trim(&m.map, GFP_KERNEL), 0);
		rcu_barrier();
	}
	KUNIT_EXPECT_LE(test, seen, 2);
	KUNIT_EXPECT_EQ(test, hmap_count(&m.map), 1);
	hmap_clear(&m.map);
}

/* An entry that the walk has noted is removed, and its key freed; then the table
 * is replaced before the walk comes to it.
 */
static void removed_then_replaced(struct kunit *test)
{
	static const char * const names[] = { "a", "b", "c", "d", "e" };
	unsigned int seen = 0;
	struct name_map m;
	const char *k;
	u64 *v;
	u32 i;

	name_map_init(&m);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		KUNIT_ASSERT_EQ(test, name_map_insert(&m, names[i], i,
						      GFP_KERNEL), 0);
	hmap_for_each_typed(&m, iter, k, v) {
		u64 current_one = *v;

		if (seen++)
			continue;
		for (i = 0; i < ARRAY_SIZE(names); i++) {
			if (i == current_one)
				continue;
			KUNIT_EXPECT_EQ(test, name_map_remove(&m, names[i]), 0);
		}
		KUNIT_EXPECT_EQ(test, hmap_reserve(&m.map, 100, GFP_KERNEL), 0);
	}
	KUNIT_EXPECT_EQ(test, seen, 1);
	name_map_destroy(&m);
}

static int leave_by_return(struct hmap *map)
{
	const u64 *k;
	u64 *v;

	hmap_for_each(map, iter, k, v)
		return *k == *v;
	return -1;
}

/* A walk that was left early holds nothing: what it stood in is freed when it is
 * replaced, not later.
 */
static void leaving_early_lets_go(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	unsigned int seen = 0;
	const u64 *k;
	u64 *v;

	insert_range(test, &map, 0, 10);
	hmap_for_each(&map, iter, k, v) {
		seen += *k == *v;
		break;
	}
	KUNIT_EXPECT_EQ(test, leave_by_return(&map), 1);
	hmap_for_each(&map, iter, k, v) {
		seen += *k == *v;
		goto out;
	}
out:
	KUNIT_EXPECT_EQ(test, seen, 2);
	KUNIT_EXPECT_EQ(test, ((struct hmap_table *)
			rcu_dereference_protected(map.root, 1))->pins, 0);
	hmap_destroy(&map);
}

/* A dead table is freed when the last of two walks leaves it. */
static void the_last_walk_frees(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	unsigned int inner = 0, outer = 0;
	const u64 *k, *k2;
	u64 *v, *v2;

	insert_range(test, &map, 0, 2);
	hmap_for_each(&map, a, k, v) {
		outer += *k == *v;
		hmap_for_each(&map, b, k2, v2) {
			inner += *k2 == *v2;
			if (inner == 1)
				insert_range(test, &map, 2, N);
		}
		if (outer == 2)
			break;
	}
	KUNIT_EXPECT_GE(test, inner, 2);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	hmap_destroy(&map);
}

/* Every way in which a table can be replaced under a walk, at every step. */
static void every_change_under_a_walk(struct kunit *test,
				      const struct hmap_type *type)
{
	u64 next = N, step = 0, key;
	struct hmap map;
	const u64 *k;
	u64 *v;

	hmap_init(&map, type);
	insert_range(test, &map, 0, N);
	hmap_for_each(&map, iter, k, v) {
		key = *k;
		visits[key]++;
		KUNIT_ASSERT_EQ(test, *v, key);
		switch (step++ % 4) {
		case 0:
			insert_range(test, &map, next, next + 5);
			next += 5;
			break;
		case 1:
			KUNIT_ASSERT_EQ(test, hmap_trim(&map, GFP_KERNEL), 0);
			break;
		case 2:
			key = next - 1;
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key), 0);
			next--;
			break;
		default:
			KUNIT_ASSERT_EQ(test, hmap_reserve(&map, next + step,
							   GFP_KERNEL), 0);
		}
	}
	expect_once_each(test, N);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	hmap_clear(&map);
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
		DEFINE_HMAP(map, &u64_type);
		struct hmap_stats stats;

		memset(visits, 0, sizeof(visits));
		insert_range(test, &map, 0, n);
		stats_since(&stats);
		step = 0;
		hmap_for_each(&map, iter, k, v) {
			KUNIT_ASSERT_EQ(test, *k, *v);
			visits[*k]++;
			if (step++ != when)
				continue;
			for (key = stay; key < n; key++)
				KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key),
						0);
		}
		KUNIT_EXPECT_GT(test, stats_since(&stats).merges, 0);
		expect_once_each(test, stay);
		for (key = stay; key < n; key++)
			KUNIT_ASSERT_LE(test, visits[key], 1);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
		hmap_destroy(&map);
	}
}

/* Readers may not walk what is freed at once. */
static void rcu_walk_needs_an_rcu_type(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	unsigned int seen = 0;
	const u64 *k, *v;

	insert_range(test, &map, 0, 3);
	expect_warning(test);
	hmap_for_each_rcu(&map, iter, k, v)
		seen += *k == *v;
	KUNIT_EXPECT_EQ(test, seen, 0);
	hmap_destroy(&map);
}

static void rcu_walk_of_an_empty_map(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_rcu_type);
	struct hmap_cursor cursor = HMAP_CURSOR_INIT;
	struct hmap_stats stats;
	unsigned int seen = 0;
	const u64 *k, *v;

	stats_since(&stats);
	rcu_read_lock();
	hmap_for_each_rcu(&map, iter, k, v)
		seen++;
	KUNIT_EXPECT_NULL(test, hmap_next(&map, &cursor, NULL));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, seen, 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
}

/* A cursor outlives anything: here each step finds another shape of the map. */
static void cursor_crosses_every_shape(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	struct hmap_cursor cursor = HMAP_CURSOR_INIT;
	const void *key;
	const u64 *v;
	u64 step = 0, k;

	insert_range(test, &map, 0, N);
	while ((v = hmap_next(&map, &cursor, &key))) {
		k = *v;
		KUNIT_ASSERT_EQ(test, *(const u64 *)key, k);
		if (k < N)
			visits[k]++;
		if (step++ % 50 == 0) {
			insert_range(test, &map, N, 6 * N);
		} else if (step % 50 == 25) {
			for (k = N; k < 6 * N; k++)
				KUNIT_ASSERT_EQ(test, hmap_remove(&map, &k), 0);
			KUNIT_ASSERT_EQ(test, hmap_trim(&map, GFP_KERNEL), 0);
		}
	}
	expect_once_each(test, N);
	KUNIT_EXPECT_NULL(test, hmap_next(&map, &cursor, &key));
	hmap_destroy(&map);
}

static u64 poor_hash(const void *key, size_t size, u32 seed)
{
	return *(const u64 *)key % 3;
}

/* Entries of equal hashes follow each other in an order of their own. */
static void cursor_tells_equal_hashes_apart(struct kunit *test)
{
	static const struct hmap_type type =
		HMAP_TYPE("poor", 8, 8, poor_hash, NULL, HMAP_RCU);
	DEFINE_HMAP(map, &type);
	struct hmap_cursor cursor = HMAP_CURSOR_INIT;
	u64 seen = 0, k, other;
	const u64 *v;

	insert_range(test, &map, 0, 200);
	while ((v = hmap_next(&map, &cursor, NULL))) {
		k = *v;
		visits[k]++;
		/* Of those with its hash, remove one that has been visited. */
		for (other = k % 3; other < 200 && visits[other] != 1; other += 3)
			;
		if (seen++ % 4 == 0 && other < 200) {
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, &other), 0);
			visits[other] |= 0x80;
		}
	}
	for (k = 0; k < 200; k++)
		KUNIT_EXPECT_EQ_MSG(test, visits[k] & 0x7f, 1, "key %llu", k);
	hmap_destroy(&map);
}

static void destroy_ends_the_walk(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_rcu_type);
	unsigned int seen = 0;
	const u64 *k, *v;

	insert_range(test, &map, 0, N);
	hmap_for_each(&map, iter, k, v) {
		seen += *k == *v;
		hmap_destroy(&map);
	}
	KUNIT_EXPECT_EQ(test, seen, 1);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 0);
}

static struct kunit_case walk_test_cases[] = {
	KUNIT_CASE(overwritten_entries_are_visited_once),
	KUNIT_CASE(moving_entries_are_visited_once),
	KUNIT_CASE(string_keys_outlive_their_table),
	KUNIT_CASE(rcu_string_keys_outlive_their_table),
	KUNIT_CASE(removed_then_replaced),
	KUNIT_CASE(leaving_early_lets_go),
	KUNIT_CASE(the_last_walk_frees),
	KUNIT_CASE(changes_under_a_walk),
	KUNIT_CASE(changes_under_a_walk_rcu),
	KUNIT_CASE(merges_under_a_walk),
	KUNIT_CASE(rcu_walk_needs_an_rcu_type),
	KUNIT_CASE(rcu_walk_of_an_empty_map),
	KUNIT_CASE(cursor_crosses_every_shape),
	KUNIT_CASE(cursor_tells_equal_hashes_apart),
	KUNIT_CASE(destroy_ends_the_walk),
	{}
};

static struct kunit_suite walk_test_suite = {
	.name = "hmap_walk",
	.init = walk_test_init,
	.test_cases = walk_test_cases,
};

kunit_test_suite(walk_test_suite);
