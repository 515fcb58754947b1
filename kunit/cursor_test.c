// SPDX-License-Identifier: GPL-2.0
/*
 * Cursors: how many entries a step hashes, and that whatever the map has become between two
 * steps, what stays is produced once. More of that is in walk_test.c and object_walk_test.c.
 */
#include "test.h"

#define N	1000
#define MORE	100000

struct counted {
	u64 key;
};

static unsigned long hashed;

static u64 counting_hash(const void *key, size_t size, u64 seed)
{
	hashed++;
	return hmap_hash_u64(key, size, seed);
}

HMAP_DEFINE(numbers, u64, u64, counting_hash, NULL, 0);
HMAP_DEFINE_OBJECT(items, struct counted, key, counting_hash, 0);

static u8 visits[N];

static int cursor_test_init(struct kunit *test)
{
	memset(visits, 0, sizeof(visits));
	return 0;
}

static void insert_from(struct kunit *test, struct hmap *map, u64 from, u64 to,
			const struct hmap_type *type)
{
	for (; from < to; from++)
		KUNIT_ASSERT_EQ(test, hmap_insert(map, &from, &from, GFP_KERNEL, type), 0);
}

/*
 * A step hashes the entry that it finds, and others only if they have the same tag, or may be
 * in a word by overflow: in full tables about one for each entry.
 */
static void expect_few_hashes(struct kunit *test, unsigned long steps)
{
	KUNIT_EXPECT_GE_MSG(test, 2 * steps, hashed, "%lu hashes for %lu entries", hashed, steps);
}

static void count_hashes_of_values(struct kunit *test, u64 n)
{
	struct numbers m = { };
	struct hmap_cursor cursor = { };
	unsigned long steps = 0;

	insert_from(test, &m.map, 0, n, &numbers_type);
	hashed = 0;
	while (numbers_next(&m, &cursor, NULL))
		steps++;
	KUNIT_EXPECT_EQ(test, steps, n);
	expect_few_hashes(test, steps);
	numbers_destroy(&m);
}

static void a_step_hashes_one_value(struct kunit *test)
{
	u64 n;

	for (n = N; n < 2 * N; n += N / 8)
		count_hashes_of_values(test, n);
	count_hashes_of_values(test, MORE);
}

static void count_hashes_of_objects(struct kunit *test, struct counted *all, u64 n)
{
	struct items m = { };
	struct hmap_cursor cursor = { };
	unsigned long steps = 0;
	u64 i;

	for (i = 0; i < n; i++) {
		all[i].key = i;
		KUNIT_ASSERT_EQ(test, items_insert(&m, &all[i], GFP_KERNEL), 0);
	}
	hashed = 0;
	while (items_next(&m, &cursor))
		steps++;
	KUNIT_EXPECT_EQ(test, steps, n);
	expect_few_hashes(test, steps);
	items_destroy(&m);
}

static void a_step_hashes_one_object(struct kunit *test)
{
	struct counted *all = vmalloc(MORE * sizeof(*all));

	KUNIT_ASSERT_NOT_NULL(test, all);
	count_hashes_of_objects(test, all, N);
	count_hashes_of_objects(test, all, MORE);
	vfree(all);
}

/* Room for many, in which few are: words without entries cost no hash, and no step. */
static void empty_words_are_passed(struct kunit *test)
{
	struct numbers m = { };
	struct hmap_cursor cursor = { };
	unsigned long steps = 0;

	KUNIT_ASSERT_EQ(test, numbers_reserve(&m, N, GFP_KERNEL), 0);
	insert_from(test, &m.map, 0, 20, &numbers_type);
	hashed = 0;
	while (numbers_next(&m, &cursor, NULL))
		steps++;
	KUNIT_EXPECT_EQ(test, steps, 20);
	expect_few_hashes(test, steps);
	numbers_destroy(&m);
}

static void expect_once_each(struct kunit *test, u64 n)
{
	u64 key;

	for (key = 0; key < n; key++)
		KUNIT_EXPECT_EQ_MSG(test, visits[key], 1, "key %llu of %llu",
				    (unsigned long long)key, (unsigned long long)n);
}

/* Between two steps a map of @n gets more words, or less, or more entries that go again. */
static void change(struct kunit *test, struct hmap *map, u64 n, u64 step)
{
	u64 key;

	switch (step % 4) {
	case 0:
		KUNIT_ASSERT_EQ(test, hmap_reserve(map, step * 7 % N, GFP_KERNEL, &u64_type), 0);
		break;
	case 1:
		insert_from(test, map, N, N + step * 13 % (2 * n), &u64_type);
		break;
	case 2:
		for (key = N; key < N + 2 * n; key++)
			hmap_remove(map, &key, &u64_type);
		break;
	default:
		KUNIT_ASSERT_EQ(test, hmap_trim(map, GFP_KERNEL, &u64_type), 0);
	}
}

static void walk_while_words_change(struct kunit *test, u64 n)
{
	struct hmap map = { };
	struct hmap_cursor cursor = { };
	const u64 *v;
	u64 step = n;

	memset(visits, 0, sizeof(visits));
	insert_from(test, &map, 0, n, &u64_type);
	while ((v = hmap_next(&map, &cursor, NULL, &u64_type))) {
		if (*v < n)
			visits[*v]++;
		change(test, &map, n, step++);
	}
	expect_once_each(test, n);
	hmap_destroy(&map, &u64_type);
}

/* A stretch is that of a word which may be another one, or several, at the next step. */
static void words_change_between_steps(struct kunit *test)
{
	u64 n;

	for (n = 1; n < 150; n++)
		walk_while_words_change(test, n);
}

/* The next key from @key on whose tag is that of all. */
static u64 next_key(const struct hmap *map, u64 key)
{
	while (hmap_hash(&u64_type, &key, sizeof(key), hmap_seed(map)) & 0x7f)
		key++;
	return key;
}

static long number_of(const u64 *keys, u64 n, u64 key)
{
	u64 i;

	for (i = 0; i < n; i++)
		if (keys[i] == key)
			return i;
	return -1;
}

/*
 * Entries of one tag follow each other by their hashes, also if the one before the cursor
 * goes, and others come: here every other one that has been produced.
 */
static void entries_of_one_tag(struct kunit *test)
{
	static u64 keys[200];
	struct hmap map = { };
	struct hmap_cursor cursor = { };
	u64 key = 0, i, step = 0;
	const u64 *v;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		keys[i] = next_key(&map, key);
		key = keys[i] + 1;
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &keys[i], &keys[i], GFP_KERNEL,
						  &u64_type), 0);
	}
	while ((v = hmap_next(&map, &cursor, NULL, &u64_type))) {
		long found = number_of(keys, ARRAY_SIZE(keys), *v);

		if (found >= 0)
			visits[found]++;
		if (step++ % 2 && found >= 0)
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, &keys[found], &u64_type), 0);
		else if (found >= 0)
			KUNIT_ASSERT_EQ(test, hmap_insert(&map, &(u64){ key++ }, &(u64){ ~0ULL },
							  GFP_KERNEL, &u64_type), 0);
	}
	expect_once_each(test, ARRAY_SIZE(keys));
	hmap_destroy(&map, &u64_type);
}

static struct kunit_case cursor_test_cases[] = {
	KUNIT_CASE(a_step_hashes_one_value),
	KUNIT_CASE(a_step_hashes_one_object),
	KUNIT_CASE(empty_words_are_passed),
	KUNIT_CASE(words_change_between_steps),
	KUNIT_CASE(entries_of_one_tag),
	{}
};

static struct kunit_suite cursor_test_suite = {
	.name = "hmap_cursor",
	.init = cursor_test_init,
	.test_cases = cursor_test_cases,
};

kunit_test_suite(cursor_test_suite);
