// SPDX-License-Identifier: GPL-2.0
/*
 * What hmap_validate() is there for: damage of each sort is found, and its repair, too.
 * The log tells what was found.
 */
#include "test.h"

static struct hmap map;

static int damage_test_init(struct kunit *test)
{
	hmap_init(&map, &u64_type);
	return 0;
}

/* Each case has repaired what it damaged. */
static void damage_test_exit(struct kunit *test)
{
	hmap_destroy(&map);
}

static void *root(void)
{
	return rcu_dereference_protected(map.root, 1);
}

static struct hmap_dir *filled_dir(struct kunit *test)
{
	u64 n;

	for (n = 0; !hmap_root_is_dir(root()); n++)
		insert_keys(test, &map, n, n + 1);
	/* Some tables of which each stands in one entry, or in several. */
	insert_keys(test, &map, n, 4 * n);
	KUNIT_ASSERT_EQ(test, hmap_validate(&map), 0);
	return hmap_root_dir(root());
}

/* Expect damage to be found while @place holds @bad. */
#define EXPECT_FOUND(test, place, bad) do {				\
	typeof(place) __good = (place);					\
									\
	(place) = (bad);						\
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), -EUCLEAN);		\
	(place) = __good;						\
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);			\
} while (0)

static void head_of_a_directory(struct kunit *test)
{
	struct hmap_dir *dir = filled_dir(test);

	EXPECT_FOUND(test, dir->count, dir->count + 1);
	EXPECT_FOUND(test, dir->depth, 0);
	EXPECT_FOUND(test, dir->depth, HMAP_DIR_MAX_DEPTH + 1);
	EXPECT_FOUND(test, dir->seed, dir->seed + 1);
	EXPECT_FOUND(test, dir->nr_at_depth[0], 1);
}

static struct hmap_table *table_at(struct hmap_dir *dir, unsigned long entry)
{
	return hmap_ref_table(rcu_dereference_protected(dir->refs[entry], 1));
}

static void tables_of_a_directory(struct kunit *test)
{
	struct hmap_dir *dir = filled_dir(test);
	unsigned long last = (1UL << dir->depth) - 1;
	struct hmap_table *first = table_at(dir, 0);
	struct hmap_table *final = table_at(dir, last);

	EXPECT_FOUND(test, first->depth, dir->depth + 1);
	/* Its range would begin where another table's is. */
	EXPECT_FOUND(test, final->depth, 0);
	EXPECT_FOUND(test, final->seed, final->seed + 1);
	EXPECT_FOUND(test, first->owns_blocks, true);
	EXPECT_FOUND(test, first->flags, first->flags | HMAP_TABLE_DEAD);
}

/* A reference tells how many words its table has, and leads to the right one. */
static void references_of_a_directory(struct kunit *test)
{
	struct hmap_dir *dir = filled_dir(test);
	unsigned long last = (1UL << dir->depth) - 1;
	void *ref = rcu_dereference_protected(dir->refs[0], 1);
	void *other = rcu_dereference_protected(dir->refs[last], 1);

	RCU_INIT_POINTER(dir->refs[0], ref + 1);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), -EUCLEAN);
	RCU_INIT_POINTER(dir->refs[0], other);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), -EUCLEAN);
	RCU_INIT_POINTER(dir->refs[0], ref);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
}

static void bytes_of_a_word(struct kunit *test)
{
	struct hmap_table *table;
	u64 word, empty;

	insert_keys(test, &map, 0, 1);
	table = root();
	word = table->words[0];
	empty = hmap_match_empty(word);
	KUNIT_ASSERT_EQ(test, !empty, false);

	/* No slot, but then one that is empty, or full; no such byte; no word. */
	EXPECT_FOUND(test, table->words[0], (word & ~0xffULL) | HMAP_ABSENT);
	EXPECT_FOUND(test, table->words[0], word | 5ULL << 8 * hmap_match_first(empty));
	EXPECT_FOUND(test, table->nr_words, 0);
	EXPECT_FOUND(test, table->depth, 1);
	EXPECT_FOUND(test, table->bytes, table->bytes * 2);
}

static void lost_block(struct kunit *test)
{
	static const struct hmap_type names = HMAP_TYPE_STRING("names", 8, 0);
	struct hmap_table *table;
	void **slot;

	hmap_init(&map, &names);
	KUNIT_ASSERT_EQ(test, hmap_insert(&map, "name", &(u64){ 1 }, GFP_KERNEL), 0);
	table = root();
	slot = hmap_slot(&names, table,
			 hmap_match_first(hmap_match_full(table->words[0])));
	EXPECT_FOUND(test, *slot, NULL);
}

static struct kunit_case damage_test_cases[] = {
	KUNIT_CASE(head_of_a_directory),
	KUNIT_CASE(tables_of_a_directory),
	KUNIT_CASE(references_of_a_directory),
	KUNIT_CASE(bytes_of_a_word),
	KUNIT_CASE(lost_block),
	{}
};

static struct kunit_suite damage_test_suite = {
	.name = "hmap_damage",
	.init = damage_test_init,
	.exit = damage_test_exit,
	.test_cases = damage_test_cases,
};

kunit_test_suite(damage_test_suite);
