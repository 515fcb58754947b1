// SPDX-License-Identifier: GPL-2.0
/*
 * Walks of what is in blocks: strings, and keys and values that are too large for a slot. The
 * body frees blocks, by removing entries, while the walk has noted them in a table that has
 * been replaced, split, merged or cleared meanwhile. What stays keeps its block, by which the
 * walk finds it again.
 */
#include "test.h"

#define N	300
#define MANY	1200

HMAP_DEFINE(names, const char *, u64, hmap_hash_bytes, NULL, HMAP_STRING);
HMAP_DEFINE(rcu_names, const char *, u64, hmap_hash_bytes, NULL, HMAP_STRING | HMAP_RCU);

static u64 sum_hash(const void *key, size_t size, u64 seed)
{
	return *(const u64 *)key * 0x9e3779b97f4a7c15ULL + seed;
}

/* In the block there are: the key, both, a key of some size, the value. Of the last, the
 * hash is not known to need no more than the slot: then it is kept.
 */
#define KINDS(flags) {							\
	HMAP_TYPE_STRING("string-8", 8, hmap_hash_bytes, HMAP_SCALAR | (flags)), \
	HMAP_TYPE_STRING("string-300", 300, hmap_hash_bytes, flags),	\
	HMAP_TYPE("300-8", 300, 8, hmap_hash_bytes, NULL, HMAP_SCALAR | (flags)), \
	HMAP_TYPE("8-300", 8, 300, hmap_hash_u64, NULL, flags),		\
	HMAP_TYPE("8-300 by sum", 8, 300, sum_hash, NULL, flags),	\
}

#define NR_KINDS	5

static const struct hmap_type kinds[2][NR_KINDS] = { KINDS(0), KINDS(HMAP_RCU) };

/* Kind @i of all those, without RCU and with it. */
static const struct hmap_type *kind(u32 i)
{
	return &kinds[i / NR_KINDS][i % NR_KINDS];
}

static u32 visits[MANY];
static bool in_map[MANY];

static void walk_block_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/* Key number @n, and the beginning of its value. */
union block_key {
	u64		number;
	u8		bytes[300];
	struct {
		struct hmap_str str;
		char	text[16];
	};
};

/* Those who make keys on their stacks are not inlined, so that there is one of them. */
static const void *make_key(const struct hmap_type *type, union block_key *key, u32 n)
{
	memset(key, 0, sizeof(*key));
	if (type->flags & HMAP_STRING) {
		snprintf(key->text, sizeof(key->text), "%u", n);
		key->str.name = key->text;
		key->str.len = strlen(key->text);
	} else {
		key->number = n;
	}
	return key;
}

static noinline void put_in(struct kunit *test, struct hmap *map,
			    const struct hmap_type *type, u32 n)
{
	u64 value[300 / 8 + 1] = { n };
	union block_key key;

	KUNIT_ASSERT_EQ(test, hmap_insert(map, make_key(type, &key, n), value, GFP_KERNEL,
					  type), 0);
	in_map[n] = true;
}

static noinline void take_out(struct kunit *test, struct hmap *map,
			      const struct hmap_type *type, u32 n)
{
	union block_key key;

	KUNIT_ASSERT_EQ(test, hmap_remove(map, make_key(type, &key, n), type), 0);
	in_map[n] = false;
}

static void take_out_all_but(struct kunit *test, struct hmap *map,
			     const struct hmap_type *type, u32 but)
{
	u32 n;

	for (n = 0; n < MANY; n++)
		if (in_map[n] && n != but)
			take_out(test, map, type, n);
}

static void begin(struct kunit *test, struct hmap *map, const struct hmap_type *type, u32 count)
{
	u32 n;

	*map = (struct hmap){ };
	memset(visits, 0, sizeof(visits));
	memset(in_map, 0, sizeof(in_map));
	for (n = 0; n < count; n++)
		put_in(test, map, type, n);
}

/* The number of an entry. Key and value agree, and it is in the map. */
static u32 visit(struct kunit *test, const struct hmap_type *type, const void *k, const void *v)
{
	u64 number = *(const u64 *)v;
	char text[16];

	KUNIT_ASSERT_LE(test, number, MANY - 1);
	if (type->flags & HMAP_STRING) {
		snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
		KUNIT_EXPECT_STREQ(test, k, text);
	} else {
		KUNIT_EXPECT_EQ(test, *(const u64 *)k, number);
	}
	KUNIT_EXPECT_EQ_MSG(test, in_map[number], true, "%s: %llu has gone", type->name,
			    (unsigned long long)number);
	visits[number]++;
	return number;
}

/* Those that were there from the beginning, and have not gone, have been visited once. */
static void end(struct kunit *test, struct hmap *map, const struct hmap_type *type, u32 count)
{
	u32 n;

	for (n = 0; n < count; n++)
		KUNIT_EXPECT_EQ_MSG(test, in_map[n] ? visits[n] == 1 : visits[n] <= 1, true,
				    "%s: %u was visited %u times", type->name, n, visits[n]);
	KUNIT_EXPECT_EQ(test, hmap_validate(map, type), 0);
	hmap_destroy(map, type);
	KUNIT_EXPECT_EQ(test, hmap_memory(map, type), 0);
	rcu_barrier();
}

/* Every change that replaces the table, at each step, and every step takes this entry out
 * and another one, that has been visited or not.
 */
static void free_beside_changes(struct kunit *test, const struct hmap_type *type)
{
	u32 n, step = 0, next = N;
	struct hmap map;
	const void *k;
	void *v;

	begin(test, &map, type, N);
	test_lock();
	hmap_walk_safe(&map, iter, k, v, type) {
		n = visit(test, type, k, v);
		KUNIT_ASSERT_LE(test, visits[n], 1);
		if (step % 3 == 0)
			KUNIT_ASSERT_EQ(test, hmap_reserve(&map, N + step, GFP_KERNEL, type), 0);
		if (n < N && step % 2)
			take_out(test, &map, type, n);
		n = step * 7 % N;
		if (in_map[n])
			take_out(test, &map, type, n);
		if (next < MANY)
			put_in(test, &map, type, next++);
		if (step++ % 3 == 1)
			KUNIT_ASSERT_EQ(test, hmap_trim(&map, GFP_KERNEL, type), 0);
	}
	test_unlock();
	KUNIT_EXPECT_GT(test, step, N / 2);
	end(test, &map, type, N);
}

static void blocks_are_freed_while_all_changes(struct kunit *test)
{
	u32 i;

	for (i = 0; i < 2 * NR_KINDS; i++)
		free_beside_changes(test, kind(i));
}

/* The walk's table is split, and split again; then all go that it has noted. */
static void free_after_splits(struct kunit *test, const struct hmap_type *type)
{
	struct hmap_stats stats;
	u32 n, next, step = 0;
	struct hmap map;
	const void *k;
	void *v;

	begin(test, &map, type, N);
	stats_since(&stats);
	test_lock();
	hmap_walk_safe(&map, iter, k, v, type) {
		n = visit(test, type, k, v);
		KUNIT_ASSERT_LE(test, visits[n], 1);
		if (step == 0)
			for (next = N; next < MANY; next++)
				put_in(test, &map, type, next);
		if (step++ == 5)
			take_out_all_but(test, &map, type, n);
	}
	test_unlock();
	KUNIT_EXPECT_GT(test, stats_since(&stats).splits, 0);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), 1);
	KUNIT_EXPECT_EQ(test, step, 6);
	end(test, &map, type, N);
}

static void blocks_are_freed_after_splits(struct kunit *test)
{
	u32 i;

	for (i = 0; i < 2 * NR_KINDS; i++)
		free_after_splits(test, kind(i));
}

/* Most go when the walk is somewhere in the middle, and tables are merged; at a later step
 * the others go, one by one or by a clear, of which the walk has noted a part.
 */
static void free_after_merges(struct kunit *test, const struct hmap_type *type, u32 when,
			      bool clear)
{
	u32 n, gone, step = 0, left = 40;
	struct hmap_stats stats;
	struct hmap map;
	const void *k;
	void *v;

	begin(test, &map, type, MANY);
	stats_since(&stats);
	test_lock();
	hmap_walk_safe(&map, iter, k, v, type) {
		n = visit(test, type, k, v);
		KUNIT_ASSERT_LE(test, visits[n], 1);
		if (step++ == when)
			for (gone = left; gone < MANY; gone++)
				take_out(test, &map, type, gone);
		if (step <= when + 1 || n >= left)
			continue;
		left = 0;
		if (clear) {
			hmap_clear(&map, type);
			memset(in_map, 0, sizeof(in_map));
		} else {
			take_out_all_but(test, &map, type, n);
		}
	}
	test_unlock();
	KUNIT_EXPECT_GT(test, stats_since(&stats).merges, 0);
	KUNIT_EXPECT_EQ(test, left, 0);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), !clear);
	end(test, &map, type, MANY);
}

static void blocks_are_freed_after_merges(struct kunit *test)
{
	u32 i, when;

	skip_if_slow(test);
	for (i = 0; i < 2 * NR_KINDS; i++) {
		for (when = 0; when < MANY / 2; when += 97) {
			free_after_merges(test, kind(i), when, false);
			free_after_merges(test, kind(i), when, true);
		}
	}
}

static noinline u64 hash_of(const struct hmap *map, const struct hmap_type *type, u32 n)
{
	union block_key key;

	return hmap_hash_key(type, make_key(type, &key, n), hmap_seed(map));
}

/* An entry of the same tag and first word, in a table of so many words, as number @n, but
 * of the other half of all hashes. The numbers are not in the map. 0: there is none.
 */
static u32 alike_number(const struct hmap *map, const struct hmap_type *type, u32 n,
			u32 nr_words)
{
	const u64 hash = hash_of(map, type, n);
	u32 number;

	for (number = MANY; number < 1000 * MANY; number++) {
		u64 other = hash_of(map, type, number);

		if (other >> 63 != hash >> 63 && (other & 0x7f) == (hash & 0x7f) &&
		    hmap_home(other, nr_words) == hmap_home(hash, nr_words))
			return number;
	}
	return 0;
}

static void reuse_blocks(bool reuse)
{
#ifdef _HMAP_USER_STUBS_H
	stub_reuse = reuse;
#endif
}

/*
 * An entry goes before the walk comes to it, and its block, at once, to one of the half that
 * the walk comes to later, with the same tag and in the same word of the only table. That is
 * visited there, and not in the place of the old one. Whether an allocator gives the block
 * again is its affair; in user space it does.
 */
static void reuse_a_block(struct kunit *test, const struct hmap_type *type, u32 *reused)
{
	u32 n, gone, other, half, count = 0, number = 0, seen = 0;
	static u64 value[300 / 8 + 1];
	struct hmap_stats stats;
	struct hmap_table *table;
	const void *before;
	union block_key key;
	struct hmap map;
	const void *k;
	void *v;

	/* Two tables, of which each has a half of the hashes. */
	begin(test, &map, type, 0);
	stats_since(&stats);
	do
		put_in(test, &map, type, count++);
	while (!stats_since(&stats).splits);
	hmap_walk_safe(&map, iter, k, v, type) {
		if (number && *(const u64 *)v == number) {
			seen++;
			continue;
		}
		n = visit(test, type, k, v);
		if (number)
			continue;
		/* One that is to come in this table stays, and its neighbours: in one table. */
		half = hash_of(&map, type, n) >> 63;
		for (other = 1; other == n || hash_of(&map, type, other) >> 63 != half; other++)
			;
		for (gone = 0; gone < count; gone++)
			if (gone != n && (gone + 2 < other || gone > other + 2))
				take_out(test, &map, type, gone);
		table = rcu_dereference_protected(map.root, 1);
		KUNIT_ASSERT_EQ(test, hmap_is_dir(table), false);
		number = alike_number(&map, type, other, table->nr_words);
		KUNIT_ASSERT_EQ(test, !number, false);
		value[0] = number;
		before = hmap_lookup(&map, make_key(type, &key, other), type);
		/* No table in between. */
		KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 1, GFP_KERNEL, type), 0);
		reuse_blocks(true);
		take_out(test, &map, type, other);
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, make_key(type, &key, number), value,
						  GFP_KERNEL, type), 0);
		reuse_blocks(false);
		if (type->flags & HMAP_VALUE_INDIRECT)
			*reused += hmap_lookup(&map, &key, type) == before;
	}
	KUNIT_EXPECT_EQ_MSG(test, seen, 1, "%s", type->name);
	end(test, &map, type, count);
}

static void the_block_does_not_make_the_entry(struct kunit *test)
{
	u32 i, reused = 0;

	for (i = 0; i < NR_KINDS; i++)
		reuse_a_block(test, kind(i), &reused);
	kunit_info(test, "%u blocks of three were used again at once", reused);
#ifdef _HMAP_USER_STUBS_H
	KUNIT_EXPECT_EQ(test, reused, 3);
#endif
}

/* The table that a walk stands in is dropped; then keys that it holds go too. */
static void string_keys_outlive_their_table(struct kunit *test)
{
	struct hmap_stats stats;
	struct names m = { };
	const char *k;
	char name[16];
	u32 i, next = N;
	u64 *v;

	memset(visits, 0, sizeof(visits));
	stats_since(&stats);
	for (i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "key %u", i);
		KUNIT_ASSERT_EQ(test, names_insert(&m, name, i, GFP_KERNEL), 0);
	}
	hmap_for_each_safe(names, &m, iter, k, v) {
		if (*v < N)
			visits[*v]++;
		snprintf(name, sizeof(name), "%s %llu", *v < N ? "key" : "new",
			 (unsigned long long)*v);
		KUNIT_EXPECT_STREQ(test, k, name);
		/* Grow, so that the table dies, ... */
		for (i = 0; i < 3; i++, next++) {
			snprintf(name, sizeof(name), "new %u", next);
			KUNIT_ASSERT_EQ(test, names_insert(&m, name, next, GFP_KERNEL), 0);
		}
		/* ... and remove one that is in it, visited or not. */
		snprintf(name, sizeof(name), "key %u", (next * 13) % N);
		if (names_contains(&m, name))
			KUNIT_ASSERT_EQ(test, names_remove(&m, name), 0);
		if (next > 6 * N)
			break;
	}
	for (i = 0; i < N; i++)
		KUNIT_EXPECT_LE(test, visits[i], 1);
	KUNIT_EXPECT_EQ(test, names_validate(&m), 0);
	names_destroy(&m);
	stats = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, stats.tables_allocated, stats.tables_freed);
	KUNIT_EXPECT_EQ(test, stats.bytes_in_use, 0);
}

static void rcu_string_keys_outlive_their_table(struct kunit *test)
{
	struct rcu_names m = { };
	unsigned int seen = 0;
	const char *k;
	const u64 *v;
	char name[16];
	u32 i;

	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "key %u", i);
		KUNIT_ASSERT_EQ(test, rcu_names_insert(&m, name, i, GFP_KERNEL), 0);
	}
	test_lock();
	hmap_for_each_safe(rcu_names, &m, iter, k, v) {
		seen += *v < 20 && *k == 'k';
		if (seen > 1)
			continue;
		/* All but the last go, after the table was replaced. */
		KUNIT_EXPECT_EQ(test, rcu_names_reserve(&m, 150, GFP_KERNEL), 0);
		for (i = 0; i < 19; i++) {
			snprintf(name, sizeof(name), "key %u", i);
			KUNIT_EXPECT_EQ(test, rcu_names_remove(&m, name), 0);
		}
		KUNIT_EXPECT_EQ(test, rcu_names_trim(&m, GFP_KERNEL), 0);
		rcu_barrier();
	}
	test_unlock();
	KUNIT_EXPECT_LE(test, seen, 2);
	KUNIT_EXPECT_EQ(test, rcu_names_count(&m), 1);
	rcu_names_clear(&m);
}

/* An entry that the walk has noted is removed, and its key freed; then the table
 * is replaced before the walk comes to it.
 */
static void removed_then_replaced(struct kunit *test)
{
	static const char * const name[] = { "a", "b", "c", "d", "e" };
	struct names m = { };
	unsigned int seen = 0;
	const char *k;
	u64 *v;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(name); i++)
		KUNIT_ASSERT_EQ(test, names_insert(&m, name[i], i, GFP_KERNEL), 0);
	hmap_for_each_safe(names, &m, iter, k, v) {
		u64 current_one = *v;

		if (seen++)
			continue;
		for (i = 0; i < ARRAY_SIZE(name); i++) {
			if (i == current_one)
				continue;
			KUNIT_EXPECT_EQ(test, names_remove(&m, name[i]), 0);
		}
		KUNIT_EXPECT_EQ(test, names_reserve(&m, 100, GFP_KERNEL), 0);
	}
	KUNIT_EXPECT_EQ(test, seen, 1);
	names_destroy(&m);
}

static struct kunit_case walk_block_test_cases[] = {
	KUNIT_CASE(blocks_are_freed_while_all_changes),
	KUNIT_CASE(blocks_are_freed_after_splits),
	KUNIT_CASE(blocks_are_freed_after_merges),
	KUNIT_CASE(the_block_does_not_make_the_entry),
	KUNIT_CASE(string_keys_outlive_their_table),
	KUNIT_CASE(rcu_string_keys_outlive_their_table),
	KUNIT_CASE(removed_then_replaced),
	{}
};

static struct kunit_suite walk_block_test_suite = {
	.name = "hmap_walk_block",
	.exit = walk_block_test_exit,
	.test_cases = walk_block_test_cases,
};

kunit_test_suite(walk_block_test_suite);
