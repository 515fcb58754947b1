// SPDX-License-Identifier: GPL-2.0
/*
 * Every call for maps of values, and each error that it documents; misuse_test.c has bad
 * arguments, pointer_test.c and object_test.c have the other kinds.
 */
#include <linux/siphash.h>

#include "test.h"

struct point {
	u64 x;
	u64 y;
	u64 z;
};

HMAP_DEFINE(point_map, u64, struct point, hmap_hash_u64, NULL, 0);
HMAP_DEFINE(point_rcu_map, u32, struct point, hmap_hash_u32, NULL, HMAP_RCU);
HMAP_DEFINE(u32_set, u32, struct hmap_none, hmap_hash_u32, NULL, 0);

static void insert_adds_once(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	struct hmap map = { };
	u64 key = 7, value = 70, out = 0;

	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL, type), 0);
	value = 71;
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL, type),
			-EEXIST);
	KUNIT_EXPECT_TRUE(test, hmap_read(&map, &key, &out, type));
	KUNIT_EXPECT_EQ(test, out, 70);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), 1);
	hmap_destroy(&map, type);
}

static void store_inserts_or_overwrites(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	struct hmap map = { };
	u64 key = 7, value = 70, out = 0;

	KUNIT_EXPECT_EQ(test, hmap_store(&map, &key, &value, GFP_KERNEL, type), 0);
	value = 71;
	KUNIT_EXPECT_EQ(test, hmap_store(&map, &key, &value, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_TRUE(test, hmap_read(&map, &key, &out, type));
	KUNIT_EXPECT_EQ(test, out, 71);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), 1);
	hmap_destroy(&map, type);
}

static void replace_needs_an_entry(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	struct hmap map = { };
	u64 key = 7, other = 8, value = 70, out = 0;

	KUNIT_EXPECT_EQ(test, hmap_replace(&map, &key, &value, type),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &other, &value, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_replace(&map, &key, &value, type),
			-ENOENT);
	value = 71;
	KUNIT_EXPECT_EQ(test, hmap_replace(&map, &other, &value, type), 0);
	KUNIT_EXPECT_TRUE(test, hmap_read(&map, &other, &out, type));
	KUNIT_EXPECT_EQ(test, out, 71);
	hmap_destroy(&map, type);
}

static void get_or_insert_says_which(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	struct hmap map = { };
	u64 key = 7, value = 70;
	bool inserted = false;
	u64 *stored;

	stored = hmap_get_or_insert(&map, &key, &value, &inserted, GFP_KERNEL, type);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stored);
	KUNIT_EXPECT_TRUE(test, inserted);
	KUNIT_EXPECT_EQ(test, *stored, 70);
	(*stored)++;
	stored = hmap_get_or_insert(&map, &key, &value, &inserted, GFP_KERNEL, type);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stored);
	KUNIT_EXPECT_FALSE(test, inserted);
	KUNIT_EXPECT_EQ(test, *stored, 71);
	stored = hmap_get_or_insert(&map, &key, &value, NULL, GFP_KERNEL, type);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stored);
	hmap_destroy(&map, type);
}

static void remove_and_take(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	struct hmap map = { };
	u64 key = 7, other = 8, value = 70, out = 0;

	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &other, &value, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_remove(&map, &key, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_remove(&map, &key, type), -ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_take(&map, &key, &out, type), -ENOENT);
	KUNIT_EXPECT_EQ(test, out, 0);
	KUNIT_EXPECT_EQ(test, hmap_take(&map, &other, &out, type), 0);
	KUNIT_EXPECT_EQ(test, out, 70);
	KUNIT_EXPECT_EQ(test, hmap_take(&map, &other, &out, type), -ENOENT);
	KUNIT_EXPECT_TRUE(test, hmap_empty(&map, type));
	hmap_destroy(&map, type);
}

/* Without RCU a lookup gives a value to be changed. */
static void lookups_give_the_value(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	u64 key = 7, value = 70, out = 0;
	struct hmap map = { };
	u64 *stored;

	KUNIT_EXPECT_NULL(test, hmap_lookup(&map, &key, type));
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL, type), 0);
	stored = hmap_lookup(&map, &key, type);
	KUNIT_ASSERT_NOT_NULL(test, stored);
	*stored = 71;
	KUNIT_EXPECT_TRUE(test, hmap_read(&map, &key, &out, type));
	KUNIT_EXPECT_EQ(test, out, 71);
	hmap_destroy(&map, type);
}

static void count_call(void *entry, void *arg)
{
	const struct point *p = entry;

	*(u64 *)arg += p->x;
}

/* Each generic call has a wrapper, which does the same. */
static void typed_wrappers(struct kunit *test)
{
	struct point p = { 1, 2, 3 }, q = { 4, 5, 6 }, out;
	const u64 keys[] = { 8, 7 };
	struct hmap_cursor cursor = { };
	struct point_map m = { };
	struct point *stored, *both[2];
	const u64 *key;
	bool inserted;
	u64 sum = 0;

	KUNIT_EXPECT_EQ(test, point_map_reserve(&m, 2, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, point_map_insert(&m, 7, p, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, point_map_insert(&m, 7, q, GFP_KERNEL), -EEXIST);
	KUNIT_EXPECT_TRUE(test, point_map_contains(&m, 7));
	stored = point_map_lookup(&m, 7);
	KUNIT_ASSERT_NOT_NULL(test, stored);
	KUNIT_EXPECT_EQ(test, stored->z, 3);
	/* The generic call finds the same. */
	KUNIT_EXPECT_TRUE(test, hmap_lookup(&m.map, &(u64){ 7 }, &point_map_type) == stored);
	KUNIT_EXPECT_PTR_EQ(test, point_map_lookup_mut(&m, 7), stored);
	KUNIT_EXPECT_EQ(test, point_map_lookup_bulk(&m, keys, 2, both), 1);
	KUNIT_EXPECT_TRUE(test, !both[0] && both[1] == stored);
	KUNIT_EXPECT_PTR_EQ(test, point_map_next(&m, &cursor, &key), stored);
	KUNIT_EXPECT_EQ(test, *key, 7);
	KUNIT_EXPECT_NULL(test, point_map_next(&m, &cursor, &key));
	cursor = (struct hmap_cursor){ };
	point_map_cursor_after(&m, &cursor, 7);
	KUNIT_EXPECT_NULL(test, point_map_next(&m, &cursor, NULL));
	KUNIT_EXPECT_EQ(test, point_map_store(&m, 7, q, GFP_KERNEL), 0);
	KUNIT_EXPECT_TRUE(test, point_map_read(&m, 7, &out));
	KUNIT_EXPECT_EQ(test, out.y, 5);
	KUNIT_EXPECT_FALSE(test, point_map_read(&m, 8, &out));
	KUNIT_EXPECT_EQ(test, point_map_replace(&m, 8, p), -ENOENT);
	KUNIT_EXPECT_EQ(test, point_map_replace(&m, 7, p), 0);
	stored = point_map_get_or_insert(&m, 8, q, &inserted, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stored);
	KUNIT_EXPECT_TRUE(test, inserted);
	KUNIT_EXPECT_EQ(test, point_map_count(&m), 2);
	KUNIT_EXPECT_EQ(test, point_map_trim(&m, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, point_map_memory(&m), hmap_memory(&m.map, &point_map_type));
	KUNIT_EXPECT_EQ(test, point_map_validate(&m), 0);
	KUNIT_EXPECT_EQ(test, point_map_take(&m, 7, &out), 0);
	KUNIT_EXPECT_EQ(test, out.x, 1);
	KUNIT_EXPECT_EQ(test, point_map_remove(&m, 8), 0);
	KUNIT_EXPECT_EQ(test, point_map_remove(&m, 8), -ENOENT);
	KUNIT_EXPECT_TRUE(test, point_map_empty(&m));
	KUNIT_EXPECT_EQ(test, point_map_insert(&m, 7, p, GFP_KERNEL), 0);
	point_map_clear(&m);
	KUNIT_EXPECT_EQ(test, point_map_insert(&m, 7, p, GFP_KERNEL), 0);
	point_map_clear_with(&m, count_call, &sum);
	KUNIT_EXPECT_EQ(test, sum, 1);
	KUNIT_EXPECT_EQ(test, point_map_insert(&m, 7, q, GFP_KERNEL), 0);
	point_map_free_and_destroy(&m, count_call, &sum);
	KUNIT_EXPECT_EQ(test, sum, 5);
	KUNIT_EXPECT_EQ(test, point_map_insert(&m, 7, p, GFP_KERNEL), 0);
	point_map_destroy(&m);
	KUNIT_EXPECT_EQ(test, point_map_memory(&m), 0);
}

static void sets_have_no_value(struct kunit *test)
{
	struct hmap_none none = { };
	unsigned int visits = 0;
	struct u32_set s = { };
	const u32 *key, *same;
	u32 i;

	for (i = 0; i < 1000; i++)
		KUNIT_ASSERT_EQ(test, u32_set_insert(&s, i * 3, none, GFP_KERNEL), 0);
	for (i = 0; i < 3000; i++)
		KUNIT_ASSERT_EQ(test, u32_set_contains(&s, i), i % 3 == 0);
	hmap_for_each(u32_set, &s, iter, key, same)
		visits += key == same && *key % 3 == 0;
	KUNIT_EXPECT_EQ(test, visits, 1000);
	KUNIT_EXPECT_EQ(test, hmap_insert(&s.map, &(u32){ 1 }, NULL, GFP_KERNEL,
					  &u32_set_type), 0);
	KUNIT_EXPECT_EQ(test, u32_set_validate(&s), 0);
	u32_set_destroy(&s);
}

/* These take no lock and no read-side section. */
static void calls_with_their_own_section(struct kunit *test)
{
	struct point p = { 1, 2, 3 }, out;
	struct point_rcu_map m = { };

	KUNIT_EXPECT_FALSE(test, point_rcu_map_contains(&m, 7));
	KUNIT_EXPECT_EQ(test, point_rcu_map_insert(&m, 7, p, GFP_KERNEL), 0);
	KUNIT_EXPECT_TRUE(test, point_rcu_map_contains(&m, 7));
	KUNIT_EXPECT_FALSE(test, point_rcu_map_contains(&m, 8));
	KUNIT_EXPECT_TRUE(test, point_rcu_map_read(&m, 7, &out));
	KUNIT_EXPECT_EQ(test, out.z, 3);
	KUNIT_EXPECT_EQ(test, point_rcu_map_count(&m), 1);
	KUNIT_EXPECT_FALSE(test, point_rcu_map_empty(&m));
	KUNIT_EXPECT_GT(test, point_rcu_map_memory(&m), 0);
	point_rcu_map_destroy(&m);
}

/* The ready-made hashes, called by users of their own: of key and seed, and no more. */
static void hashes_of_key_and_seed(struct kunit *test)
{
	char name[] = "name", same[] = "name";
	u32 a = 1, b = 2;
	u64 c = 1;

	KUNIT_EXPECT_EQ(test, hmap_hash_u32(&a, 4, 7), hmap_hash_u64(&c, 8, 7));
	KUNIT_EXPECT_NE(test, hmap_hash_u32(&a, 4, 7), hmap_hash_u32(&b, 4, 7));
	KUNIT_EXPECT_NE(test, hmap_hash_u32(&a, 4, 7), hmap_hash_u32(&a, 4, 8));
	KUNIT_EXPECT_EQ(test, hmap_siphash_bytes(name, 4, 7), hmap_siphash_bytes(same, 4, 7));
	KUNIT_EXPECT_NE(test, hmap_siphash_bytes(name, 4, 7), hmap_siphash_bytes(name, 3, 7));
	KUNIT_EXPECT_NE(test, hmap_siphash_bytes(name, 4, 7),
			hmap_siphash_bytes("mane", 4, 7));
	KUNIT_EXPECT_NE(test, hmap_siphash_bytes(name, 4, 7), hmap_siphash_bytes(name, 4, 8));
	KUNIT_EXPECT_NE(test, hmap_hash_bytes(name, 4, 7), hmap_hash_bytes(name, 4, 8));
}

/* Of bytes wherever they are, and of all of them: zeros count, and nothing behind them does. */
static void products_of_all_bytes(struct kunit *test)
{
	static const size_t sizes[] = { 0, 1, 7, 8, 9, 15, 16, 23, 24, 31, 32, 300 };
	u8 bytes[300 + 8 + 1] = { };
	u64 hash, hashes[ARRAY_SIZE(sizes)];
	u32 i, k, at;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		hashes[i] = hmap_product_bytes(bytes, sizes[i], U64_MAX / 7);
		for (k = 0; k < i; k++)
			KUNIT_EXPECT_NE(test, hashes[i], hashes[k]);
	}
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (at = 0; at < 8; at++) {
			bytes[at + sizes[i]] = 1;
			hash = hmap_product_bytes(bytes + at, sizes[i], U64_MAX / 7);
			bytes[at + sizes[i]] = 0;
			KUNIT_EXPECT_EQ(test, hash, hashes[i]);
		}
		for (at = 0; at < sizes[i]; at++) {
			bytes[at] = 1;
			hash = hmap_product_bytes(bytes, sizes[i], U64_MAX / 7);
			bytes[at] = 0;
			KUNIT_EXPECT_NE(test, hash, hashes[i]);
		}
	}
	KUNIT_EXPECT_NE(test, hmap_product_bytes("name", 4, 7), hmap_product_bytes("name", 4, 8));
	KUNIT_EXPECT_NE(test, hmap_product_bytes("one and another!", 16, U64_MAX / 7),
			hmap_product_bytes("another!one and ", 16, U64_MAX / 7));
}

/* Keys of eight bytes go by another way to what siphash() gives for them. */
static void hashes_of_eight_bytes(struct kunit *test)
{
	const siphash_key_t key = { { hmap_secret[3] ^ 7, hmap_secret[4] } };
	const hsiphash_key_t short_key = { { hmap_secret[3] ^ 7, hmap_secret[4] } };
	static const char name[] = "1eight ch";

	KUNIT_EXPECT_EQ(test, hmap_siphash_bytes(name + 1, 8, 7),
			siphash(name + 1, 8, &key));
	KUNIT_EXPECT_EQ(test, hmap_hash_bytes(name + 1, 8, 7),
			hsiphash(name + 1, 8, &short_key));
}

/*
 * A product of two factors that both depend on the word is the same for the word by which
 * they change places: x and x ^ s0 ^ s1 ^ seed had equal hashes in every map. Now no such
 * pair has, whichever of the secrets one takes.
 */
static void no_factors_change_places(struct kunit *test)
{
	struct hmap map = { };
	u64 n, x, y, seed = hmap_seed(&map), collisions = 0;
	u32 i, k, with_seed;

	for (i = 0; i < ARRAY_SIZE(hmap_secret); i++) {
		for (k = 0; k <= i; k++) {
			for (with_seed = 0; with_seed < 2; with_seed++) {
				u64 other = hmap_secret[i] ^ (k < i ? hmap_secret[k] : 0) ^
					    (with_seed ? seed : 0);

				for (n = 0; n < 100; n++) {
					x = key_of(n);
					y = x ^ other;
					collisions += hmap_hash_u64(&x, 8, seed) ==
						      hmap_hash_u64(&y, 8, seed);
				}
			}
		}
	}
	KUNIT_EXPECT_EQ(test, collisions, 0);
}

/* Values stand at their natural alignment; bytes beside them stay. */
static void small_values_do_not_touch_each_other(struct kunit *test)
{
	static const struct hmap_type types[] = {
		HMAP_TYPE("1", 4, 1, hmap_hash_u32, NULL, HMAP_RCU | HMAP_SCALAR),
		HMAP_TYPE("2", 4, 2, hmap_hash_u32, NULL, HMAP_RCU | HMAP_SCALAR),
		HMAP_TYPE("3+4", 3, 4, hmap_hash_bytes, NULL, HMAP_RCU | HMAP_SCALAR),
		HMAP_TYPE("5+8", 5, 8, hmap_hash_bytes, NULL, HMAP_RCU | HMAP_SCALAR),
	};
	u64 value, out;
	u32 t, key;

	for (t = 0; t < ARRAY_SIZE(types); t++) {
		const struct hmap_type *type = &types[t];
		struct hmap map = { };
		u8 bytes[8] = { };

		for (key = 0; key < 100; key++) {
			bytes[0] = key;
			value = key * 0x0101010101010101ULL;
			KUNIT_ASSERT_EQ(test, hmap_store(&map, bytes, &value,
							 GFP_KERNEL, type), 0);
			value = ~value;
			KUNIT_ASSERT_EQ(test, hmap_store(&map, bytes, &value,
							 GFP_KERNEL, type), 0);
		}
		for (key = 0; key < 100; key++) {
			bytes[0] = key;
			value = 0;
			memset(&value, ~key, type->value_size);
			out = 0;
			KUNIT_ASSERT_EQ(test, hmap_read(&map, bytes, &out, type), true);
			KUNIT_EXPECT_EQ(test, out, value);
		}
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
		hmap_clear(&map, type);
	}
}

static void largest_slots_are_accepted(struct kunit *test)
{
	static const struct hmap_type type =
		HMAP_TYPE("256", 192, 64, hmap_hash_bytes, NULL, HMAP_RCU);
	u8 key[192] = { }, value[64] = { }, out[64];
	struct hmap map = { };
	u32 i;

	for (i = 0; i < 200; i++) {
		key[191] = i;
		value[0] = i;
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, key, value, GFP_KERNEL, &type),
				0);
	}
	for (i = 0; i < 200; i++) {
		key[191] = i;
		value[0] = i;
		KUNIT_ASSERT_EQ(test, hmap_read(&map, key, out, &type), true);
		KUNIT_EXPECT_EQ(test, memcmp(out, value, 64), 0);
	}
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &type), 0);
	hmap_clear(&map, &type);
}

/* A table that the only key can never fill is not allocated. */
static void single_entries_take_what_they_need(struct kunit *test)
{
	static const struct hmap_type type = HMAP_TYPE("one", 0, 40, hmap_hash_bytes, NULL, 0);
	struct hmap map = { };
	u64 value[5] = { };
#ifdef _HMAP_USER_STUBS_H
	size_t before = stub_bytes;
#endif

	KUNIT_EXPECT_EQ(test, hmap_insert(&map, NULL, value, GFP_KERNEL, &type), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, &type), kmalloc_size_roundup(96));
#ifdef _HMAP_USER_STUBS_H
	KUNIT_EXPECT_EQ(test, stub_bytes - before, kmalloc_size_roundup(96));
#endif
	hmap_destroy(&map, &type);
}

/* What hmap_validate(, type) is there for: damage of each sort is found. */
static void validate_finds_damage(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	struct hmap map = { };
	u64 key, value = 2, saved;
	struct hmap_table *table;

	for (key = 0; key < 6; key++)
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &value,
						  GFP_KERNEL, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	table = rcu_dereference_protected(map.root, 1);

	table->live++;
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), -EUCLEAN);
	table->live--;
	table->room--;
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), -EUCLEAN);
	table->room++;
	table->flags |= HMAP_TABLE_VACANT;
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), -EUCLEAN);
	table->flags &= ~HMAP_TABLE_VACANT;
	saved = table->words[0];
	table->words[0] ^= 1;
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), -EUCLEAN);
	table->words[0] = saved;
	/* The first slot's key becomes the second's: one of them is not found. */
	saved = table->words[1];
	table->words[1] = table->words[3];
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), -EUCLEAN);
	table->words[1] = saved;
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	hmap_destroy(&map, type);
}

static struct kunit_case api_test_cases[] = {
	KUNIT_CASE(insert_adds_once),
	KUNIT_CASE(store_inserts_or_overwrites),
	KUNIT_CASE(replace_needs_an_entry),
	KUNIT_CASE(get_or_insert_says_which),
	KUNIT_CASE(remove_and_take),
	KUNIT_CASE(lookups_give_the_value),
	KUNIT_CASE(typed_wrappers),
	KUNIT_CASE(calls_with_their_own_section),
	KUNIT_CASE(hashes_of_key_and_seed),
	KUNIT_CASE(hashes_of_eight_bytes),
	KUNIT_CASE(products_of_all_bytes),
	KUNIT_CASE(no_factors_change_places),
	KUNIT_CASE(sets_have_no_value),
	KUNIT_CASE(small_values_do_not_touch_each_other),
	KUNIT_CASE(largest_slots_are_accepted),
	KUNIT_CASE(single_entries_take_what_they_need),
	KUNIT_CASE(validate_finds_damage),
	{}
};

static struct kunit_suite api_test_suite = {
	.name = "hmap_api",
	.test_cases = api_test_cases,
};

kunit_test_suite(api_test_suite);
