// SPDX-License-Identifier: GPL-2.0
/* Maps of values: what a lookup gives, and what may be overwritten, without RCU and with it. */
#include "test.h"

struct point {
	u64 x;
	u64 y;
	u64 z;
};

/* As large as a word, but read by its fields. */
struct half_points {
	u32 x;
	u32 y;
};

enum colour { RED, GREEN };

struct long_key {
	u64 number;
	u8 rest[292];
};

HMAP_DEFINE(u8s, u64, u8, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE(u16s, u64, u16, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE(u32s, u64, u32, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE(u64s, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE(bools, u32, bool, hmap_hash_u32, NULL, HMAP_RCU);
HMAP_DEFINE(colours, u32, enum colour, hmap_hash_u32, NULL, HMAP_RCU);
HMAP_DEFINE(plain_u64s, u64, u64, hmap_hash_u64, NULL, 0);
HMAP_DEFINE(points, u32, struct point, hmap_hash_u32, NULL, HMAP_RCU);
HMAP_DEFINE(plain_points, u32, struct point, hmap_hash_u32, NULL, 0);
HMAP_DEFINE(halves, u32, struct half_points, hmap_hash_u32, NULL, HMAP_RCU);
HMAP_DEFINE(u32_set, u32, struct hmap_none, hmap_hash_u32, NULL, 0);
HMAP_DEFINE(u32_rcu_set, u32, struct hmap_none, hmap_hash_u32, NULL, HMAP_RCU);
HMAP_DEFINE(long_set, struct long_key, struct hmap_none, hmap_hash_bytes, NULL, HMAP_RCU);
HMAP_DEFINE(mac_set, u8[6], struct hmap_none, hmap_hash_bytes, NULL, 0);
HMAP_DEFINE(name_set, const char *, struct hmap_none, hmap_hash_bytes, NULL,
	    HMAP_STRING | HMAP_RCU);

/* What the wrappers give. With RCU a lookup gives a pointer to const, whatever the value. */
#ifdef __CHECKER__ /* to sparse all pointers in maps are void * */
#define GIVES(call, type)	static_assert(sizeof(call) == sizeof(type))
#else
#define GIVES(call, type) \
	static_assert(__builtin_types_compatible_p(typeof(call), type), #call)
#endif

GIVES(u8s_lookup((struct u8s *)0, 0), const u8 *);
GIVES(u8s_lookup_mut((struct u8s *)0, 0), u8 *);
GIVES(u64s_lookup((struct u64s *)0, 0), const u64 *);
GIVES(u64s_lookup_mut((struct u64s *)0, 0), u64 *);
GIVES(u64s_store((struct u64s *)0, 0, 0, 0), int);
GIVES(u64s_replace((struct u64s *)0, 0, 0), int);
GIVES(u64s_get_or_insert((struct u64s *)0, 0, 0, NULL, 0), u64 *);
GIVES(u64s_next((struct u64s *)0, NULL, NULL), const u64 *);
GIVES(colours_lookup_mut((struct colours *)0, 0), enum colour *);
GIVES(points_lookup((struct points *)0, 0), const struct point *);
GIVES(points_next((struct points *)0, NULL, NULL), const struct point *);
GIVES(plain_u64s_lookup((struct plain_u64s *)0, 0), u64 *);
GIVES(plain_points_lookup((struct plain_points *)0, 0), struct point *);
GIVES(u32_set_lookup((struct u32_set *)0, 0), const u32 *);
GIVES(u32_rcu_set_lookup((struct u32_rcu_set *)0, 0), const u32 *);
GIVES(long_set_lookup((struct long_set *)0, (struct long_key){ 0 }), const struct long_key *);
GIVES(mac_set_lookup((struct mac_set *)0, NULL), const u8 *);
GIVES(name_set_lookup((struct name_set *)0, NULL), const char *);

static struct hmap_stats stats;

static int value_test_init(struct kunit *test)
{
	stats_since(&stats);
	return 0;
}

static void value_test_exit(struct kunit *test)
{
	rcu_barrier();
}

static void expect_no_allocation(struct kunit *test)
{
	struct hmap_stats d = stats_since(&stats);

	KUNIT_EXPECT_EQ(test, d.tables_allocated, 0);
	KUNIT_EXPECT_EQ(test, d.alloc_failures, 0);
	KUNIT_EXPECT_EQ(test, d.bytes_in_use, 0);
}

/* A scalar is overwritten where it is, under RCU as well: a reader has a pointer to it that
 * goes on showing what is stored, and however often that is done nothing is allocated.
 */
static void scalars_are_overwritten_in_place(struct kunit *test)
{
	struct u64s m = { };
	const u64 *seen;
	u64 i;

	KUNIT_ASSERT_EQ(test, u64s_insert(&m, 7, 0, GFP_KERNEL), 0);
	stats_since(&stats);
	rcu_read_lock();
	seen = u64s_lookup(&m, 7);
	KUNIT_ASSERT_NOT_NULL(test, seen);
	fail_all_allocations(true);
	for (i = 1; i <= 300000; i++) {
		if (i % 2 ? u64s_store(&m, 7, i, GFP_ATOMIC) : u64s_replace(&m, 7, i))
			break;
		if (READ_ONCE(*seen) != i)
			break;
	}
	fail_all_allocations(false);
	KUNIT_EXPECT_EQ(test, i, 300001);
	KUNIT_EXPECT_PTR_EQ(test, u64s_lookup(&m, 7), seen);
	rcu_read_unlock();
	expect_no_allocation(test);
	KUNIT_EXPECT_EQ(test, u64s_validate(&m), 0);
	u64s_destroy(&m);
}

/* Of each size, in maps of any; those beside it stay as they are. */
#define OVERWRITE_ALL(test, prefix, vtype, count) do {			\
	struct prefix m = { };						\
	vtype value;							\
	u64 n;								\
									\
	for (n = 0; n < (count); n++)					\
		KUNIT_ASSERT_EQ(test, prefix##_insert(&m, n, (vtype)n, GFP_KERNEL), 0); \
	stats_since(&stats);						\
	for (n = 0; n < (count); n++) {					\
		KUNIT_ASSERT_EQ(test, prefix##_store(&m, n, (vtype)~n, GFP_KERNEL), 0); \
		KUNIT_ASSERT_EQ(test, prefix##_replace(&m, n, (vtype)(n >> 1)), 0); \
		KUNIT_ASSERT_EQ(test, prefix##_replace(&m, n + (count), 1), -ENOENT); \
	}								\
	expect_no_allocation(test);					\
	for (n = 0; n < (count); n++) {					\
		KUNIT_ASSERT_EQ(test, prefix##_read(&m, n, &value), true); \
		KUNIT_ASSERT_EQ(test, value, (vtype)(n >> 1));	\
	}								\
	KUNIT_EXPECT_EQ(test, prefix##_count(&m), (count));		\
	KUNIT_EXPECT_EQ(test, prefix##_validate(&m), 0);		\
	prefix##_destroy(&m);						\
} while (0)

static void scalars_of_any_size_are_overwritten(struct kunit *test)
{
	static const u32 counts[] = { 1, 2, 7, 40, 200, 2000 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		OVERWRITE_ALL(test, u8s, u8, counts[i]);
		OVERWRITE_ALL(test, u16s, u16, counts[i]);
		OVERWRITE_ALL(test, u32s, u32, counts[i]);
		OVERWRITE_ALL(test, u64s, u64, counts[i]);
		OVERWRITE_ALL(test, bools, bool, counts[i]);
		OVERWRITE_ALL(test, colours, enum colour, counts[i]);
	}
}

/* As counters are kept: under the lock by WRITE_ONCE(), read by READ_ONCE(). */
static void counters_are_changed_by_lookup_mut(struct kunit *test)
{
	struct u64s m = { };
	u64 *counter, out = 0;
	u32 i;

	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, u64s_lookup_mut(&m, 7));
	KUNIT_ASSERT_EQ(test, u64s_insert(&m, 7, 0, GFP_ATOMIC), 0);
	KUNIT_EXPECT_NULL(test, u64s_lookup_mut(&m, 8));
	for (i = 0; i < 100; i++) {
		counter = u64s_lookup_mut(&m, 7);
		KUNIT_ASSERT_NOT_NULL(test, counter);
		WRITE_ONCE(*counter, *counter + 1);
		KUNIT_ASSERT_EQ(test, READ_ONCE(*u64s_lookup(&m, 7)), i + 1);
	}
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, u64s_read(&m, 7, &out));
	KUNIT_EXPECT_EQ(test, out, 100);
	u64s_destroy(&m);
}

/* Without RCU there is nobody to see half of a value. */
static void values_without_rcu_are_overwritten(struct kunit *test)
{
	struct point a = { 1, 2, 3 }, b = { 4, 5, 6 }, out;
	struct plain_points m = { };
	struct point *stored;

	KUNIT_ASSERT_EQ(test, plain_points_insert(&m, 7, a, GFP_KERNEL), 0);
	stats_since(&stats);
	stored = plain_points_lookup(&m, 7);
	KUNIT_ASSERT_NOT_NULL(test, stored);
	KUNIT_EXPECT_EQ(test, plain_points_store(&m, 7, b, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, stored->z, 6);
	KUNIT_EXPECT_EQ(test, plain_points_replace(&m, 7, a), 0);
	KUNIT_EXPECT_EQ(test, stored->z, 3);
	plain_points_lookup_mut(&m, 7)->z = 9;
	KUNIT_EXPECT_PTR_EQ(test, plain_points_lookup(&m, 7), stored);
	KUNIT_EXPECT_TRUE(test, plain_points_read(&m, 7, &out));
	KUNIT_EXPECT_EQ(test, out.z, 9);
	expect_no_allocation(test);
	plain_points_destroy(&m);
}

/*
 * What is no scalar is constant under RCU as long as its entry lives, be it as large as a
 * word: its readers read its fields. Typed calls that would change it do not compile;
 * the generic ones refuse, with one warning, which arguments_test.c expects, and change
 * nothing.
 */
static void structures_are_constant_under_rcu(struct kunit *test)
{
	static const struct hmap_type *types[] = { &halves_type, &points_type };
	u32 i, key;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		const struct hmap_type *type = types[i];
		struct point a = { 1, 2, 3 }, b = { 4, 5, 6 }, out = { };
		struct hmap map = { };

		key = 7;
		KUNIT_EXPECT_EQ(test, hmap_store(&map, &key, &a, GFP_KERNEL, type), -EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_replace(&map, &key, &a, type), -EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &a, GFP_KERNEL, type), 0);
		KUNIT_EXPECT_EQ(test, hmap_store(&map, &key, &b, GFP_KERNEL, type), -EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_replace(&map, &key, &b, type), -EINVAL);
		key = 8;
		KUNIT_EXPECT_EQ(test, hmap_store(&map, &key, &b, GFP_KERNEL, type), -EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_count(&map, type), 1);
		key = 7;
		KUNIT_EXPECT_TRUE(test, hmap_read(&map, &key, &out, type));
		KUNIT_EXPECT_EQ(test, memcmp(&out, &a, type->value_size), 0);

		/* There is another way, in which readers may see the gap. */
		KUNIT_EXPECT_EQ(test, hmap_remove(&map, &key, type), 0);
		KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &b, GFP_KERNEL, type), 0);
		KUNIT_EXPECT_TRUE(test, hmap_read(&map, &key, &out, type));
		KUNIT_EXPECT_EQ(test, memcmp(&out, &b, type->value_size), 0);
		hmap_destroy(&map, type);
	}
}

/* What a lookup returned keeps its bytes until the read-side section ends,
 * whatever becomes of the entry meanwhile.
 */
static void rcu_values_stay_readable(struct kunit *test)
{
	struct point a = { 1, 2, 3 }, b = { 4, 5, 6 };
	struct points m = { };
	const struct point *seen;
	u32 key;

	KUNIT_ASSERT_EQ(test, points_insert(&m, 7, a, GFP_KERNEL), 0);
	rcu_read_lock();
	seen = points_lookup(&m, 7);
	KUNIT_EXPECT_EQ(test, points_remove(&m, 7), 0);
	KUNIT_EXPECT_EQ(test, points_insert(&m, 7, b, GFP_ATOMIC), 0);
	KUNIT_EXPECT_TRUE(test, points_lookup(&m, 7) != seen);
	for (key = 100; key < 200; key++)
		KUNIT_EXPECT_EQ(test, points_insert(&m, key, b, GFP_ATOMIC), 0);
	KUNIT_EXPECT_EQ(test, points_remove(&m, 7), 0);
	points_clear(&m);
	KUNIT_EXPECT_EQ(test, seen->x, 1);
	KUNIT_EXPECT_EQ(test, seen->y, 2);
	KUNIT_EXPECT_EQ(test, seen->z, 3);
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, points_empty(&m));
}

/* A set's lookup gives the key that is in it: for one of no other use, that it is there. */
static void sets_give_the_stored_key(struct kunit *test)
{
	struct hmap_none none = { };
	struct u32_set s = { };
	const u32 *stored;
	bool inserted;
	u32 i;

	for (i = 0; i < 1000; i++)
		KUNIT_ASSERT_EQ(test, u32_set_insert(&s, i * 3, none, GFP_KERNEL), 0);
	for (i = 0; i < 3000; i++) {
		stored = u32_set_lookup(&s, i);
		KUNIT_ASSERT_EQ(test, !!stored, i % 3 == 0);
		KUNIT_ASSERT_EQ(test, !stored || (*stored == i && stored != &i), true);
	}
	i = 2997;
	stored = u32_set_get_or_insert(&s, i, none, &inserted, GFP_KERNEL);
	KUNIT_EXPECT_FALSE(test, inserted);
	KUNIT_EXPECT_PTR_EQ(test, stored, u32_set_lookup(&s, i));
	u32_set_destroy(&s);
}

/* Keys that are equal may still differ: what is stored is what the first one was. */
static u64 low_hash(const void *key, size_t size, u64 seed)
{
	return *(const u64 *)key & 0xff;
}

static bool low_equal(const void *key, const void *stored, size_t size)
{
	return !((*(const u64 *)key ^ *(const u64 *)stored) & 0xff);
}

HMAP_DEFINE(low_set, u64, struct hmap_none, low_hash, low_equal, HMAP_RCU);

static void sets_keep_the_first_key(struct kunit *test)
{
	struct hmap_none none = { };
	struct low_set s = { };
	const u64 *k = NULL;
	const u64 *stored;
	u64 i;

	rcu_read_lock();
	for (i = 0; i < 200; i++)
		KUNIT_ASSERT_EQ(test, low_set_insert(&s, 0x100 | i, none, GFP_ATOMIC), 0);
	for (i = 0; i < 200; i++) {
		KUNIT_ASSERT_EQ(test, low_set_insert(&s, 0x200 | i, none, GFP_ATOMIC), -EEXIST);
		KUNIT_ASSERT_EQ(test, low_set_store(&s, 0x300 | i, none, GFP_ATOMIC), 0);
		stored = low_set_lookup(&s, 0x400 | i);
		KUNIT_ASSERT_NOT_NULL(test, stored);
		KUNIT_ASSERT_EQ(test, *stored, 0x100 | i);
	}
	hmap_for_each_rcu(low_set, &s, iter, k, stored)
		KUNIT_ASSERT_EQ(test, k == stored && *k >> 8 == 1, true);
	rcu_read_unlock();
	low_set_destroy(&s);
}

/* Keys that stand in blocks, and those that are passed by a pointer. */
static void sets_of_large_keys_and_arrays(struct kunit *test)
{
	static struct long_key key;
	struct hmap_none none = { };
	const struct long_key *stored;
	struct long_set s = { };
	struct mac_set macs = { };
	u8 mac[6] = { };
	u32 i;

	rcu_read_lock();
	for (i = 0; i < 100; i++) {
		key.number = i;
		KUNIT_ASSERT_EQ(test, hmap_insert(&s.map, &key, NULL, GFP_ATOMIC,
						  &long_set_type), 0);
		mac[5] = i;
		KUNIT_ASSERT_EQ(test, mac_set_insert(&macs, mac, none, GFP_ATOMIC), 0);
	}
	for (i = 0; i < 200; i++) {
		key.number = i;
		stored = hmap_lookup(&s.map, &key, &long_set_type);
		KUNIT_ASSERT_EQ(test, !!stored, i < 100);
		KUNIT_ASSERT_EQ(test, !stored || stored->number == i, true);
		mac[5] = i;
		KUNIT_ASSERT_EQ(test, !!mac_set_lookup(&macs, mac), i < 100);
		KUNIT_ASSERT_EQ(test, i >= 100 || mac_set_lookup(&macs, mac)[5] == i, true);
		KUNIT_ASSERT_EQ(test, mac_set_contains(&macs, mac), i < 100);
	}
	rcu_read_unlock();
	long_set_destroy(&s);
	mac_set_destroy(&macs);
}

static void sets_of_strings_give_the_string(struct kunit *test)
{
	struct hmap_none none = { };
	char name[] = "a name";
	struct name_set s = { };
	const char *stored;

	KUNIT_ASSERT_EQ(test, name_set_insert(&s, name, none, GFP_KERNEL), 0);
	rcu_read_lock();
	stored = name_set_lookup(&s, name);
	KUNIT_ASSERT_NOT_NULL(test, stored);
	KUNIT_EXPECT_TRUE(test, stored != name);
	KUNIT_EXPECT_STREQ(test, stored, "a name");
	KUNIT_EXPECT_PTR_EQ(test, stored, name_set_lookup(&s, "a name"));
	KUNIT_EXPECT_NULL(test, name_set_lookup(&s, "a nam"));
	rcu_read_unlock();
	name_set_destroy(&s);
}

static struct kunit_case value_test_cases[] = {
	KUNIT_CASE(scalars_are_overwritten_in_place),
	KUNIT_CASE(scalars_of_any_size_are_overwritten),
	KUNIT_CASE(counters_are_changed_by_lookup_mut),
	KUNIT_CASE(values_without_rcu_are_overwritten),
	KUNIT_CASE(structures_are_constant_under_rcu),
	KUNIT_CASE(rcu_values_stay_readable),
	KUNIT_CASE(sets_give_the_stored_key),
	KUNIT_CASE(sets_keep_the_first_key),
	KUNIT_CASE(sets_of_large_keys_and_arrays),
	KUNIT_CASE(sets_of_strings_give_the_string),
	{}
};

static struct kunit_suite value_test_suite = {
	.name = "hmap_value",
	.init = value_test_init,
	.exit = value_test_exit,
	.test_cases = value_test_cases,
};

kunit_test_suite(value_test_suite);
