// SPDX-License-Identifier: GPL-2.0
/*
 * What hmap_validate() is there for: damage of each sort is found, and its repair, too.
 * The log tells what was found.
 */
#include "things.h"

struct named {
	u64		number;
	const char	*name;
};

HMAP_DEFINE_OBJECT(named_things, struct named, name, hmap_hash_bytes, HMAP_STRING);

/* Of the type that the case says; each case has repaired what it damaged. */
static struct hmap map;
static const struct hmap_type *type;

static int damage_test_init(struct kunit *test)
{
	map = (struct hmap){ };
	type = &u64_type;
	return 0;
}

static void damage_test_exit(struct kunit *test)
{
	hmap_destroy(&map, type);
	rcu_barrier();
}

static void *root(void)
{
	return rcu_dereference_protected(map.root, 1);
}

static struct hmap_dir *filled_dir(struct kunit *test)
{
	u64 n;

	for (n = 0; !hmap_is_dir(root()); n++)
		insert_keys(test, &map, type, n, n + 1);
	/* Some tables of which each stands in one entry, or in several. */
	insert_keys(test, &map, type, n, 4 * n);
	KUNIT_ASSERT_EQ(test, hmap_validate(&map, type), 0);
	return hmap_root_dir(root());
}

/* Expect damage to be found while @place holds @bad. */
#define EXPECT_FOUND(test, place, bad) do {				\
	typeof(place) __good = (place);					\
									\
	(place) = (bad);						\
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), -EUCLEAN);	\
	(place) = __good;						\
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);		\
} while (0)

static void head_of_a_directory(struct kunit *test)
{
	struct hmap_dir *dir = filled_dir(test);

	void *ref = root();

	EXPECT_FOUND(test, dir->count, dir->count + 1);
	/* Fewer bits than it has, and fewer than one may have. */
	RCU_INIT_POINTER(map.root, ref + 2);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), -EUCLEAN);
	RCU_INIT_POINTER(map.root, (void *)dir->refs + HMAP_DIR_TAGS);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), -EUCLEAN);
	RCU_INIT_POINTER(map.root, ref);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
}

static struct hmap_table *table_at(struct hmap_dir *dir, unsigned long entry)
{
	return hmap_ref_table(rcu_dereference_protected(dir->refs[entry], 1));
}

static void tables_of_a_directory(struct kunit *test)
{
	struct hmap_dir *dir = filled_dir(test);
	unsigned long last = (1UL << hmap_dir_bits(root())) - 1;
	struct hmap_table *first = table_at(dir, 0);
	struct hmap_table *final = table_at(dir, last);

	EXPECT_FOUND(test, first->depth, hmap_dir_bits(root()) + 1);
	/* Its range would begin where another table's is. */
	EXPECT_FOUND(test, final->depth, 0);
	EXPECT_FOUND(test, final->live, final->live + 1);
	EXPECT_FOUND(test, final->room, final->room - 1);
	EXPECT_FOUND(test, final->bytes, final->bytes / 2);
	/* What a table is only after the map has let go of it. */
	EXPECT_FOUND(test, first->cleared, true);
	EXPECT_FOUND(test, first->flags, first->flags | HMAP_TABLE_DEAD);
	/* What a table with entries is not. */
	EXPECT_FOUND(test, first->flags, first->flags | HMAP_TABLE_VACANT);
}

/* A reference tells how many words its table has, and leads to the right one. */
static void references_of_a_directory(struct kunit *test)
{
	struct hmap_dir *dir = filled_dir(test);
	unsigned long last = (1UL << hmap_dir_bits(root())) - 1;
	void *ref = rcu_dereference_protected(dir->refs[0], 1);
	void *other = rcu_dereference_protected(dir->refs[last], 1);

	RCU_INIT_POINTER(dir->refs[0], ref + 2);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), -EUCLEAN);
	RCU_INIT_POINTER(dir->refs[0], other);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), -EUCLEAN);
	RCU_INIT_POINTER(dir->refs[0], ref);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
}

static void bytes_of_a_word(struct kunit *test)
{
	struct hmap_table *table;
	u64 word, empty;

	insert_keys(test, &map, type, 0, 1);
	table = root();
	word = table->words[0];
	empty = hmap_match_empty(word);
	KUNIT_ASSERT_EQ(test, !empty, false);

	/* No slot, but then one that is empty, or full; no such byte; no word. */
	EXPECT_FOUND(test, table->words[0], (word & ~0xffULL) | HMAP_ABSENT);
	EXPECT_FOUND(test, table->words[0], word | 5ULL << 8 * hmap_match_first(empty));
	EXPECT_FOUND(test, table->nr_words, 0);
	EXPECT_FOUND(test, table->depth, 1);
}

/* Readers and the counters are told a table's size by its head. */
static void bytes_of_a_table(struct kunit *test)
{
	struct hmap_table *table;

	insert_keys(test, &map, type, 0, 7);
	table = root();
	KUNIT_ASSERT_EQ(test, table->bytes, 256);
	EXPECT_FOUND(test, table->bytes, 128);
	EXPECT_FOUND(test, table->bytes, 192);
	EXPECT_FOUND(test, table->bytes, 512);
}

static u64 constant_hash(const void *key, size_t size, u64 seed)
{
	return 42;
}

/* An entry that is not in its first word is found by the bits of the words before it. */
static void lost_overflow(struct kunit *test)
{
	static const struct hmap_type constant =
		HMAP_TYPE("constant", 8, 8, constant_hash, NULL, HMAP_SCALAR);
	struct hmap_table *table;
	u64 *word;

	type = &constant;
	insert_keys(test, &map, type, 0, HMAP_WORD_SLOTS + 1);
	table = root();
	for (word = table->words; !(*word >> HMAP_WORD_OVERFLOW); word++)
		;
	EXPECT_FOUND(test, *word, *word << 8 >> 8);
}

static void *first_slot(void)
{
	struct hmap_table *table = root();
	u32 nr;

	for (nr = 0; !hmap_match_full(table->words[nr]); nr++)
		;
	return hmap_slot(type, table, hmap_index(nr, hmap_match_full(table->words[nr])));
}

static void lost_block(struct kunit *test)
{
	static const struct hmap_type names =
		HMAP_TYPE_STRING("names", 8, hmap_hash_bytes, HMAP_SCALAR);
	void **slot;

	type = &names;
	KUNIT_ASSERT_EQ(test, hmap_insert(&map, HMAP_STR("name"), &(u64){ 1 }, GFP_KERNEL,
					  type), 0);
	slot = first_slot();
	EXPECT_FOUND(test, *slot, NULL);
}

/* The hash of a string stands beside the pointer to it. */
static void hash_of_a_block(struct kunit *test)
{
	static const struct hmap_type names =
		HMAP_TYPE_STRING("names", 8, hmap_hash_bytes, HMAP_SCALAR);
	u64 *slot;

	type = &names;
	KUNIT_ASSERT_EQ(test, hmap_insert(&map, HMAP_STR("name"), &(u64){ 1 }, GFP_KERNEL,
					  type), 0);
	slot = first_slot();
	EXPECT_FOUND(test, slot[1], slot[1] ^ 1ULL << 63);
	EXPECT_FOUND(test, slot[1], slot[1] ^ 1);
}

/* A table as root is tagged as an object, in a map of values: of pointers, too. */
static void object_in_a_map_of_values(struct kunit *test)
{
	static const struct hmap_type pointers =
		HMAP_TYPE("pointers", 8, sizeof(void *), hmap_hash_u64, NULL, HMAP_POINTER);
	void *table;

	insert_keys(test, &map, type, 0, 1);
	table = root();
	RCU_INIT_POINTER(map.root, table + HMAP_ROOT_OBJECT);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &u64_type), -EUCLEAN);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &u64_rcu_type), -EUCLEAN);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &pointers), -EUCLEAN);
	RCU_INIT_POINTER(map.root, table);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
}

/* Its key is behind a pointer that is gone. */
static void object_in_the_header_without_a_key(struct kunit *test)
{
	struct named named = { .name = "name" };

	type = &named_things_type;
	KUNIT_ASSERT_EQ(test, hmap_insert(&map, HMAP_STR("name"), &(void *){ &named },
					  GFP_KERNEL, type), 0);
	KUNIT_ASSERT_EQ(test, hmap_root_is_object(root()), true);
	EXPECT_FOUND(test, named.name, NULL);
	hmap_clear(&map, type);
}

static u64 byte_at(u32 index)
{
	struct hmap_table *table = root();

	return table->words[index / 8] >> index % 8 * 8 & 0xff;
}

/* Each object changes places with the next one. If that has the same tag, either might have
 * been put there.
 */
static void objects_in_the_wrong_slots(struct kunit *test)
{
	struct thing *thing = make_things(test, 10);
	u32 index, last = U32_MAX, found = 0;
	struct hmap_table *table;

	type = &things_type;
	insert_things(test, &map, type, thing, 0, 10);
	table = root();
	for (index = 0; index < table->nr_words * 8; index++) {
		if (index % 8 == HMAP_WORD_SLOTS || !(byte_at(index) & HMAP_FULL))
			continue;
		if (last != U32_MAX && byte_at(index) != byte_at(last)) {
			void **a = hmap_slot(type, table, last);
			void **b = hmap_slot(type, table, index);

			found++;
			swap(*a, *b);
			KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), -EUCLEAN);
			swap(*a, *b);
			KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
		}
		last = index;
	}
	/* Of nine pairs. */
	KUNIT_EXPECT_GE(test, found, 5);
	hmap_clear(&map, type);
	vfree(thing);
}

/* One object stands in two slots. */
static void object_in_two_slots(struct kunit *test)
{
	struct thing *thing = make_things(test, 2);
	struct hmap_table *table;
	u32 full, empty;
	u64 word;

	type = &rcu_things_type;
	insert_things(test, &map, type, thing, 0, 2);
	table = root();
	word = table->words[0];
	full = hmap_match_first(hmap_match_full(word));
	empty = hmap_match_first(hmap_match_empty(word));
	*(void **)hmap_slot(type, table, empty) = *(void **)hmap_slot(type, table, full);
	table->words[0] |= byte_at(full) << 8 * empty;
	table->live++;
	table->room--;
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), -EUCLEAN);
	table->live--;
	table->room++;
	table->words[0] = word;
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	hmap_clear(&map, type);
	vfree(thing);
}

static u64 tag_of(u64 key)
{
	return hmap_full_byte(hmap_hash(&u64_type, &key, sizeof(key), hmap_seed(&map)));
}

/* The caller has changed an object's key, which he may not. */
static void key_of_an_object(struct kunit *test)
{
	struct thing *thing = make_things(test, 3);
	u64 other = 0;

	type = &rcu_things_type;
	insert_things(test, &map, type, thing, 0, 3);
	EXPECT_FOUND(test, thing[1].key, thing[2].key);
	while (tag_of(other) == tag_of(thing[1].key))
		other++;
	EXPECT_FOUND(test, thing[1].key, other);
	hmap_clear(&map, type);
	vfree(thing);
}

static struct kunit_case damage_test_cases[] = {
	KUNIT_CASE(head_of_a_directory),
	KUNIT_CASE(tables_of_a_directory),
	KUNIT_CASE(references_of_a_directory),
	KUNIT_CASE(bytes_of_a_word),
	KUNIT_CASE(bytes_of_a_table),
	KUNIT_CASE(lost_overflow),
	KUNIT_CASE(lost_block),
	KUNIT_CASE(hash_of_a_block),
	KUNIT_CASE(object_in_a_map_of_values),
	KUNIT_CASE(object_in_the_header_without_a_key),
	KUNIT_CASE(objects_in_the_wrong_slots),
	KUNIT_CASE(object_in_two_slots),
	KUNIT_CASE(key_of_an_object),
	{}
};

static struct kunit_suite damage_test_suite = {
	.name = "hmap_damage",
	.init = damage_test_init,
	.exit = damage_test_exit,
	.test_cases = damage_test_cases,
};

kunit_test_suite(damage_test_suite);
