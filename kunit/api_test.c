// SPDX-License-Identifier: GPL-2.0
/* Every public call, and each error that it documents; misuse_test.c has bad arguments. */
#include <linux/siphash.h>

#include "test.h"

struct point {
	u64 x;
	u64 y;
	u64 z;
};

HMAP_DEFINE(point_map, u64, struct point, hmap_hash_u64, NULL);
HMAP_DEFINE_RCU(point_rcu_map, u32, struct point, hmap_hash_u32, NULL);
HMAP_DEFINE(u32_set, u32, struct hmap_none, hmap_hash_u32, NULL);
HMAP_DEFINE_STRING(name_map, u64);

static void insert_adds_once(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	u64 key = 7, value = 70, out = 0;

	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL), 0);
	value = 71;
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL),
			-EEXIST);
	KUNIT_EXPECT_TRUE(test, hmap_get(&map, &key, &out));
	KUNIT_EXPECT_EQ(test, out, 70);
	KUNIT_EXPECT_EQ(test, hmap_count(&map), 1);
	hmap_destroy(&map);
}

static void store_inserts_or_overwrites(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	u64 key = 7, value = 70, out = 0;

	KUNIT_EXPECT_EQ(test, hmap_store(&map, &key, &value, GFP_KERNEL), 0);
	value = 71;
	KUNIT_EXPECT_EQ(test, hmap_store(&map, &key, &value, GFP_KERNEL), 0);
	KUNIT_EXPECT_TRUE(test, hmap_get(&map, &key, &out));
	KUNIT_EXPECT_EQ(test, out, 71);
	KUNIT_EXPECT_EQ(test, hmap_count(&map), 1);
	hmap_destroy(&map);
}

static void replace_needs_an_entry(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	u64 key = 7, other = 8, value = 70, out = 0;

	KUNIT_EXPECT_EQ(test, hmap_replace(&map, &key, &value, GFP_KERNEL),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &other, &value, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_replace(&map, &key, &value, GFP_KERNEL),
			-ENOENT);
	value = 71;
	KUNIT_EXPECT_EQ(test, hmap_replace(&map, &other, &value, GFP_KERNEL), 0);
	KUNIT_EXPECT_TRUE(test, hmap_get(&map, &other, &out));
	KUNIT_EXPECT_EQ(test, out, 71);
	hmap_destroy(&map);
}

static void get_or_insert_says_which(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	u64 key = 7, value = 70;
	bool inserted = false;
	u64 *stored;

	stored = hmap_get_or_insert(&map, &key, &value, &inserted, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stored);
	KUNIT_EXPECT_TRUE(test, inserted);
	KUNIT_EXPECT_EQ(test, *stored, 70);
	(*stored)++;
	stored = hmap_get_or_insert(&map, &key, &value, &inserted, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stored);
	KUNIT_EXPECT_FALSE(test, inserted);
	KUNIT_EXPECT_EQ(test, *stored, 71);
	stored = hmap_get_or_insert(&map, &key, &value, NULL, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stored);
	hmap_destroy(&map);
}

static void remove_and_take(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	u64 key = 7, other = 8, value = 70, out = 0;

	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &other, &value, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_remove(&map, &key), 0);
	KUNIT_EXPECT_EQ(test, hmap_remove(&map, &key), -ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_take(&map, &key, &out), -ENOENT);
	KUNIT_EXPECT_EQ(test, out, 0);
	KUNIT_EXPECT_EQ(test, hmap_take(&map, &other, &out), 0);
	KUNIT_EXPECT_EQ(test, out, 70);
	KUNIT_EXPECT_EQ(test, hmap_take(&map, &other, &out), -ENOENT);
	KUNIT_EXPECT_TRUE(test, hmap_empty(&map));
	hmap_destroy(&map);
}

static void lookup_mut_changes_in_place(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	u64 key = 7, value = 70, out = 0;
	u64 *stored;

	KUNIT_EXPECT_NULL(test, hmap_lookup_mut(&map, &key));
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL), 0);
	stored = hmap_lookup_mut(&map, &key);
	KUNIT_ASSERT_NOT_NULL(test, stored);
	*stored = 71;
	KUNIT_EXPECT_TRUE(test, hmap_get(&map, &key, &out));
	KUNIT_EXPECT_EQ(test, out, 71);
	hmap_destroy(&map);
}

/* What a lookup returned keeps its bytes until the read-side section ends,
 * whatever becomes of the entry meanwhile.
 */
static void rcu_values_stay_readable(struct kunit *test)
{
	struct point a = { 1, 2, 3 }, b = { 4, 5, 6 };
	struct point_rcu_map m;
	const struct point *seen;
	u32 key;

	point_rcu_map_init(&m);
	KUNIT_ASSERT_EQ(test, point_rcu_map_insert(&m, 7, a, GFP_KERNEL), 0);
	rcu_read_lock();
	seen = point_rcu_map_lookup(&m, 7);
	KUNIT_EXPECT_EQ(test, point_rcu_map_store(&m, 7, b, GFP_ATOMIC), 0);
	for (key = 100; key < 200; key++)
		KUNIT_EXPECT_EQ(test, point_rcu_map_insert(&m, key, b,
							   GFP_ATOMIC), 0);
	KUNIT_EXPECT_EQ(test, point_rcu_map_remove(&m, 7), 0);
	hmap_clear(&m.map);
	KUNIT_EXPECT_EQ(test, seen->x, 1);
	KUNIT_EXPECT_EQ(test, seen->y, 2);
	KUNIT_EXPECT_EQ(test, seen->z, 3);
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, hmap_empty(&m.map));
}

static void typed_wrappers(struct kunit *test)
{
	struct point p = { 1, 2, 3 }, q = { 4, 5, 6 }, out;
	DEFINE_TYPED_HMAP(m, point_map);
	struct point *stored;
	bool inserted;

	KUNIT_EXPECT_EQ(test, point_map_insert(&m, 7, p, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, point_map_insert(&m, 7, q, GFP_KERNEL), -EEXIST);
	KUNIT_EXPECT_TRUE(test, point_map_contains(&m, 7));
	stored = point_map_lookup(&m, 7);
	KUNIT_ASSERT_NOT_NULL(test, stored);
	KUNIT_EXPECT_EQ(test, stored->z, 3);
	/* The generic call finds the same. */
	KUNIT_EXPECT_TRUE(test, hmap_lookup(&m.map, &(u64){ 7 }) == stored);
	KUNIT_EXPECT_EQ(test, point_map_store(&m, 7, q, GFP_KERNEL), 0);
	KUNIT_EXPECT_TRUE(test, point_map_get(&m, 7, &out));
	KUNIT_EXPECT_EQ(test, out.y, 5);
	KUNIT_EXPECT_EQ(test, point_map_replace(&m, 8, p, GFP_KERNEL), -ENOENT);
	KUNIT_EXPECT_EQ(test, point_map_replace(&m, 7, p, GFP_KERNEL), 0);
	stored = point_map_get_or_insert(&m, 8, q, &inserted, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stored);
	KUNIT_EXPECT_TRUE(test, inserted);
	KUNIT_EXPECT_EQ(test, point_map_take(&m, 7, &out), 0);
	KUNIT_EXPECT_EQ(test, out.x, 1);
	KUNIT_EXPECT_EQ(test, point_map_remove(&m, 8), 0);
	KUNIT_EXPECT_EQ(test, point_map_remove(&m, 8), -ENOENT);
	point_map_destroy(&m);
}

static void sets_have_no_value(struct kunit *test)
{
	struct hmap_none none = { };
	unsigned int visits = 0;
	struct u32_set s;
	const u32 *key;
	u32 i;
	void *v;

	u32_set_init(&s);
	for (i = 0; i < 1000; i++)
		KUNIT_ASSERT_EQ(test, u32_set_insert(&s, i * 3, none,
						     GFP_KERNEL), 0);
	for (i = 0; i < 3000; i++)
		KUNIT_ASSERT_EQ(test, u32_set_contains(&s, i), i % 3 == 0);
	hmap_for_each_typed(&s, iter, key, v)
		visits += v && *key % 3 == 0;
	KUNIT_EXPECT_EQ(test, visits, 1000);
	KUNIT_EXPECT_EQ(test, hmap_insert(&s.map, &(u32){ 1 }, NULL,
					  GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&s.map), 0);
	u32_set_destroy(&s);
}

static void typed_contains_under_rcu(struct kunit *test)
{
	struct point p = { 1, 2, 3 };
	struct point_rcu_map m;

	point_rcu_map_init(&m);
	KUNIT_EXPECT_FALSE(test, point_rcu_map_contains(&m, 7));
	KUNIT_EXPECT_EQ(test, point_rcu_map_insert(&m, 7, p, GFP_KERNEL), 0);
	KUNIT_EXPECT_TRUE(test, point_rcu_map_contains(&m, 7));
	KUNIT_EXPECT_FALSE(test, point_rcu_map_contains(&m, 8));
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
	KUNIT_EXPECT_EQ(test, hmap_siphash_string(name, 0, 7),
			hmap_siphash_string(same, 0, 7));
	KUNIT_EXPECT_EQ(test, hmap_siphash_string(name, 0, 7),
			hmap_siphash_bytes(name, 4, 7));
	KUNIT_EXPECT_NE(test, hmap_siphash_string(name, 0, 7),
			hmap_siphash_string("mane", 0, 7));
	KUNIT_EXPECT_NE(test, hmap_siphash_string(name, 0, 7),
			hmap_siphash_string(name, 0, 8));
}

/* Keys of eight bytes go by another way to what siphash() gives for them. */
static void hashes_of_eight_bytes(struct kunit *test)
{
	const siphash_key_t key = { { hmap_secret[2] ^ 7, hmap_secret[3] } };
	const hsiphash_key_t short_key = { { hmap_secret[0] ^ 7, hmap_secret[1] } };
	static const char name[] = "1eight ch";

	KUNIT_EXPECT_EQ(test, hmap_siphash_bytes(name + 1, 8, 7),
			siphash(name + 1, 8, &key));
	KUNIT_EXPECT_EQ(test, hmap_hash_bytes(name + 1, 8, 7),
			hsiphash(name + 1, 8, &short_key));
}

/* The map keeps a copy: what happens to the caller's string does not matter. */
static void string_keys_are_copied(struct kunit *test)
{
	char key[16] = "one";
	const char *k = NULL;
	struct name_map m;
	u64 *v = NULL;

	name_map_init(&m);
	KUNIT_ASSERT_EQ(test, name_map_insert(&m, key, 1, GFP_KERNEL), 0);
	strcpy(key, "two");
	KUNIT_EXPECT_FALSE(test, name_map_contains(&m, key));
	KUNIT_ASSERT_EQ(test, name_map_insert(&m, key, 2, GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, name_map_insert(&m, "", 3, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, *name_map_lookup(&m, "one"), 1);
	KUNIT_EXPECT_EQ(test, *name_map_lookup(&m, "two"), 2);
	KUNIT_EXPECT_EQ(test, *name_map_lookup(&m, ""), 3);
	hmap_for_each_typed(&m, iter, k, v) {
		if (*v == 2)
			break;
	}
	KUNIT_EXPECT_STREQ(test, k, "two");
	KUNIT_EXPECT_TRUE(test, k != key);
	name_map_destroy(&m);
}

/* Values stand at their natural alignment; bytes beside them stay. */
static void small_values_do_not_touch_each_other(struct kunit *test)
{
	static const struct hmap_type types[] = {
		HMAP_TYPE_U32("1", 1, HMAP_RCU),
		HMAP_TYPE_U32("2", 2, HMAP_RCU),
		HMAP_TYPE_BYTES("3+4", 3, 4, HMAP_RCU),
		HMAP_TYPE_BYTES("5+8", 5, 8, HMAP_RCU),
	};
	u64 value, out;
	u32 t, key;

	for (t = 0; t < ARRAY_SIZE(types); t++) {
		u64 mask = types[t].value_size == 8 ? ~0ULL :
			   (1ULL << types[t].value_size * 8) - 1;
		DEFINE_HMAP(map, &types[t]);
		u8 bytes[8] = { };

		for (key = 0; key < 100; key++) {
			bytes[0] = key;
			value = key * 0x0101010101010101ULL;
			KUNIT_ASSERT_EQ(test, hmap_store(&map, bytes, &value,
							 GFP_KERNEL), 0);
			value = ~value;
			KUNIT_ASSERT_EQ(test, hmap_store(&map, bytes, &value,
							 GFP_KERNEL), 0);
		}
		for (key = 0; key < 100; key++) {
			bytes[0] = key;
			out = 0;
			KUNIT_ASSERT_EQ(test, hmap_get(&map, bytes, &out), true);
			KUNIT_EXPECT_EQ(test, out & mask,
					~(key * 0x0101010101010101ULL) & mask);
			KUNIT_EXPECT_EQ(test, out & ~mask, 0);
		}
		KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
		hmap_clear(&map);
	}
}

static void pointer_keys(struct kunit *test)
{
	static const struct hmap_type type = HMAP_TYPE_PTR("ptr", 0, 0);
	DEFINE_HMAP(map, &type);
	int objects[100];
	void *p;
	int i;

	for (i = 0; i < 100; i += 2) {
		p = &objects[i];
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &p, NULL, GFP_KERNEL),
				0);
	}
	for (i = 0; i < 100; i++) {
		p = &objects[i];
		KUNIT_EXPECT_EQ(test, hmap_contains(&map, &p), i % 2 == 0);
	}
	hmap_destroy(&map);
}

static void largest_slots_are_accepted(struct kunit *test)
{
	static const struct hmap_type type =
		HMAP_TYPE_BYTES("256", 192, 64, HMAP_RCU);
	u8 key[192] = { }, value[64] = { }, out[64];
	DEFINE_HMAP(map, &type);
	u32 i;

	for (i = 0; i < 200; i++) {
		key[191] = i;
		value[0] = i;
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, key, value, GFP_KERNEL),
				0);
	}
	for (i = 0; i < 200; i++) {
		key[191] = i;
		value[0] = i;
		KUNIT_ASSERT_EQ(test, hmap_get(&map, key, out), true);
		KUNIT_EXPECT_EQ(test, memcmp(out, value, 64), 0);
	}
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	hmap_clear(&map);
}

/* A table that the only key can never fill is not allocated. */
static void single_entries_take_what_they_need(struct kunit *test)
{
	static const struct hmap_type type = HMAP_TYPE_BYTES("one", 0, 40, 0);
	DEFINE_HMAP(map, &type);
	u64 value[5] = { };
#ifdef _HMAP_USER_STUBS_H
	size_t before = stub_bytes;
#endif

	KUNIT_EXPECT_EQ(test, hmap_insert(&map, NULL, value, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 96);
#ifdef _HMAP_USER_STUBS_H
	KUNIT_EXPECT_EQ(test, stub_bytes - before, 96);
#endif
	hmap_destroy(&map);
}

/* What hmap_validate() is there for: damage of each sort is found. */
static void validate_finds_damage(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	u64 key, value = 2, saved;
	struct hmap_table *table;

	for (key = 0; key < 6; key++)
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &value,
						  GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	table = rcu_dereference_protected(map.root, 1);

	table->live++;
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), -EUCLEAN);
	table->live--;
	table->room--;
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), -EUCLEAN);
	table->room++;
	table->flags |= HMAP_TABLE_VACANT;
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), -EUCLEAN);
	table->flags &= ~HMAP_TABLE_VACANT;
	saved = table->words[0];
	table->words[0] ^= 1;
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), -EUCLEAN);
	table->words[0] = saved;
	/* The first slot's key becomes the second's: one of them is not found. */
	saved = table->words[1];
	table->words[1] = table->words[3];
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), -EUCLEAN);
	table->words[1] = saved;
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	hmap_destroy(&map);
}

static struct kunit_case api_test_cases[] = {
	KUNIT_CASE(insert_adds_once),
	KUNIT_CASE(store_inserts_or_overwrites),
	KUNIT_CASE(replace_needs_an_entry),
	KUNIT_CASE(get_or_insert_says_which),
	KUNIT_CASE(remove_and_take),
	KUNIT_CASE(lookup_mut_changes_in_place),
	KUNIT_CASE(rcu_values_stay_readable),
	KUNIT_CASE(typed_wrappers),
	KUNIT_CASE(typed_contains_under_rcu),
	KUNIT_CASE(hashes_of_key_and_seed),
	KUNIT_CASE(hashes_of_eight_bytes),
	KUNIT_CASE(sets_have_no_value),
	KUNIT_CASE(string_keys_are_copied),
	KUNIT_CASE(small_values_do_not_touch_each_other),
	KUNIT_CASE(pointer_keys),
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
