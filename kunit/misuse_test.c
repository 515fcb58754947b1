// SPDX-License-Identifier: GPL-2.0
/*
 * Bad arguments and wrong use. What a call looks for is answered by an errno, and one
 * warning where it is a programming error; what it does not look for is in misuses.c,
 * and reported by those who watch memory and locks.
 */
#include "test.h"
#include "misuses.h"

/* Maps that have nothing, a word, a table, a directory. */
static const u32 counts[] = { 0, 1, 20, 1000 };

static void misuse_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/* Nothing is lost, whatever was refused. */
static void expect_intact(struct kunit *test, struct hmap *map, u32 count)
{
	KUNIT_EXPECT_EQ(test, hmap_count(map), count);
	KUNIT_EXPECT_EQ(test, hmap_validate(map), 0);
	expect_keys(test, map, 0, count);
}

/* Each kind of bad argument: an errno and one warning, and nothing is lost. */
static void null_type_is_refused(struct kunit *test)
{
	u64 key = 1, value = 2;
	struct hmap map;

	expect_warning(test);
	hmap_init(&map, NULL);
	expect_warning(test);
	KUNIT_EXPECT_NULL(test, hmap_alloc(NULL, GFP_KERNEL));
	expect_warning(test);
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_store(&map, &key, &value, GFP_KERNEL),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_replace(&map, &key, &value, GFP_KERNEL),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_get_or_insert(&map, &key, &value,
							 NULL, GFP_KERNEL)),
			-EINVAL);
	expect_warning(test);
	KUNIT_EXPECT_EQ(test, hmap_reserve(&map, 1, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_remove(&map, &key), -ENOENT);
	hmap_destroy(&map);
}

/* Calls that change a map look at what they are given. */
static void refuse_null(struct kunit *test, struct hmap *map, u32 count)
{
	u64 key = key_of(count), value = 2;

	KUNIT_EXPECT_EQ(test, hmap_insert(map, NULL, &value, GFP_KERNEL),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_store(map, NULL, &value, GFP_KERNEL),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_replace(map, NULL, &value, GFP_KERNEL),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_get_or_insert(map, NULL, &value, NULL,
							 GFP_KERNEL)), -EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_insert(map, &key, NULL, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_store(map, &key, NULL, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_replace(map, &key, NULL, GFP_KERNEL),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_get_or_insert(map, &key, NULL, NULL,
							 GFP_KERNEL)), -EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_remove(map, NULL), count ? -EINVAL : -ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_take(map, NULL, &value),
			count ? -EINVAL : -ENOENT);
	KUNIT_EXPECT_EQ(test, value, 2);
	expect_intact(test, map, count);
}

static void null_arguments_are_refused(struct kunit *test)
{
	u32 i;

	/* A key and a value for those that write, a key for those that remove. */
	expect_warning(test);
	expect_warning(test);
	expect_warning(test);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		DEFINE_HMAP(map, &u64_type);
		size_t bytes;

		insert_keys(test, &map, 0, counts[i]);
		bytes = hmap_memory(&map);
		refuse_null(test, &map, counts[i]);
		KUNIT_EXPECT_EQ(test, hmap_memory(&map), bytes);
		hmap_destroy(&map);
	}
}

/* A header without entries answers before it looks at a key. */
static void null_keys_of_empty_maps_are_absent(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_type);
	const void *found = &map;
	u64 out = 3;
	int vacated;

	for (vacated = 0; vacated < 2; vacated++) {
		KUNIT_EXPECT_NULL(test, hmap_lookup(&map, NULL));
		KUNIT_EXPECT_NULL(test, hmap_lookup_mut(&map, NULL));
		KUNIT_EXPECT_FALSE(test, hmap_contains(&map, NULL));
		KUNIT_EXPECT_FALSE(test, hmap_get(&map, NULL, &out));
		KUNIT_EXPECT_FALSE(test, hmap_get(&map, &out, NULL));
		KUNIT_EXPECT_EQ(test, hmap_lookup_bulk(&map, &(const void *){ NULL },
						       1, &found), 0);
		KUNIT_EXPECT_NULL(test, found);
		insert_keys(test, &map, 0, 1);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(0) }), 0);
	}
	KUNIT_EXPECT_EQ(test, out, 3);
	hmap_destroy(&map);
}

/* No bytes, no pointer. */
static void null_is_fine_where_nothing_is_read(struct kunit *test)
{
	static const struct hmap_type one = HMAP_TYPE_BYTES("one", 0, 0, 0);
	struct hmap_cursor cursor = HMAP_CURSOR_INIT;
	DEFINE_HMAP(single, &one);
	DEFINE_HMAP(map, &u64_type);

	KUNIT_EXPECT_EQ(test, hmap_insert(&single, NULL, NULL, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_insert(&single, NULL, NULL, GFP_KERNEL),
			-EEXIST);
	KUNIT_EXPECT_EQ(test, hmap_store(&single, NULL, NULL, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_replace(&single, NULL, NULL, GFP_KERNEL), 0);
	KUNIT_EXPECT_NOT_NULL(test, hmap_lookup(&single, NULL));
	KUNIT_EXPECT_TRUE(test, hmap_get(&single, NULL, NULL));
	KUNIT_EXPECT_EQ(test, hmap_take(&single, NULL, NULL), 0);
	KUNIT_EXPECT_EQ(test, hmap_remove(&single, NULL), -ENOENT);
	hmap_destroy(&single);

	insert_keys(test, &map, 0, 2);
	KUNIT_EXPECT_EQ(test, hmap_lookup_bulk(&map, NULL, 0, NULL), 0);
	KUNIT_EXPECT_EQ(test, hmap_take(&map, &(u64){ key_of(0) }, NULL), 0);
	KUNIT_EXPECT_NOT_NULL(test, hmap_next(&map, &cursor, NULL));
	hmap_destroy(&map);
	hmap_free(NULL);
}

static void senseless_types_are_refused(struct kunit *test)
{
	static const struct hmap_type types[] = {
		HMAP_TYPE("no hash", 8, 8, NULL, NULL, 0),
		HMAP_TYPE("hash of more than the key", 4, 8, hmap_hash_u64,
			  NULL, 0),
		HMAP_TYPE("hash of less than the key", 8, 8, hmap_hash_u32,
			  NULL, 0),
		HMAP_TYPE("entry too large", 8, KMALLOC_MAX_SIZE + 1,
			  hmap_hash_u64, NULL, 0),
		{ .name = "slot too large", .hash = hmap_hash_bytes,
		  .key_size = 200, .value_size = 64, .value_offset = 200,
		  .slot_size = 264 },
		{ .name = "key over pointer", .hash = hmap_hash_u64,
		  .key_size = 8, .value_size = 300, .slot_size = 16,
		  .block_size = 304, .flags = HMAP_VALUE_INDIRECT },
		{ .name = "value over pointer", .hash = hmap_hash_bytes,
		  .key_size = 300, .value_size = 8, .slot_size = 16,
		  .block_size = 300, .flags = HMAP_KEY_INDIRECT },
		{ .name = "value over key in block", .hash = hmap_hash_bytes,
		  .key_size = 300, .value_size = 300, .slot_size = 8,
		  .key_offset = 296, .block_size = 600,
		  .flags = HMAP_INDIRECT },
		{ .name = "key beyond block", .hash = hmap_hash_bytes,
		  .key_size = 300, .value_size = 300, .slot_size = 8,
		  .key_offset = 304, .block_size = 600,
		  .flags = HMAP_INDIRECT },
		{ .name = "value beyond slot", .hash = hmap_hash_u64,
		  .key_size = 8, .value_size = 8, .value_offset = 8,
		  .slot_size = 12 },
		{ .name = "value over key", .hash = hmap_hash_u64,
		  .key_size = 8, .value_size = 8, .value_offset = 4,
		  .slot_size = 16 },
		{ .name = "overflow", .hash = hmap_hash_u64, .key_size = 8,
		  .value_size = U32_MAX, .value_offset = 8, .slot_size = 16 },
	};
	u8 key[256] = { }, value[256] = { };
	u32 i;

	/* The one warning of this place has been given with the NULL type. */
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		DEFINE_HMAP(map, &types[i]);

		KUNIT_EXPECT_EQ(test, hmap_insert(&map, key, value, GFP_KERNEL),
				-EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_reserve(&map, 10, GFP_KERNEL),
				-EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_memory(&map), 0);
	}
}

/* Sizes whose sums do not fit into 32 bits, by the macros that make types. */
static void sizes_that_overflow_are_refused(struct kunit *test)
{
	static const u32 huge[] = {
		KMALLOC_MAX_SIZE + 1, 0x7fffffff, 0x80000000, U32_MAX - 255,
		U32_MAX - 15, U32_MAX - 7, U32_MAX - 6, U32_MAX - 1, U32_MAX,
	};
	static const u32 other[] = { 0, 1, 7, 8, 128, 256, 300 };
	u32 i, j, k;

	for (i = 0; i < ARRAY_SIZE(huge); i++) {
		for (j = 0; j < ARRAY_SIZE(other) + ARRAY_SIZE(huge); j++) {
			u32 size = j < ARRAY_SIZE(other) ? other[j] :
				   huge[j - ARRAY_SIZE(other)];
			const struct hmap_type types[] = {
				HMAP_TYPE_BYTES("huge key", huge[i], size, 0),
				HMAP_TYPE_BYTES("huge value", size, huge[i], 0),
				HMAP_TYPE_STRING("huge value", huge[i], HMAP_RCU),
			};

			for (k = 0; k < ARRAY_SIZE(types); k++) {
				DEFINE_HMAP(map, &types[k]);

				KUNIT_EXPECT_EQ(test, hmap_insert(&map, "key",
								  "value",
								  GFP_KERNEL),
						-EINVAL);
				KUNIT_EXPECT_EQ(test, hmap_reserve(&map, 1,
								   GFP_KERNEL),
						-EINVAL);
				KUNIT_EXPECT_EQ(test, hmap_memory(&map), 0);
			}
		}
	}
}

static void lookup_mut_refuses_rcu(struct kunit *test)
{
	DEFINE_HMAP(map, &u64_rcu_type);
	u64 key = 7;

	expect_warning(test);
	KUNIT_EXPECT_NULL(test, hmap_lookup_mut(&map, &key));
}

/* No map of any type has room for so many. */
static void refuse_reserves(struct kunit *test, struct hmap *map, u32 count)
{
	size_t bytes = hmap_memory(map);
	int bit, i;

	for (bit = 40; bit < 64; bit++)
		for (i = -1; i <= 1; i++)
			KUNIT_EXPECT_EQ(test, hmap_reserve(map, (1UL << bit) + i,
							   GFP_KERNEL), -E2BIG);
	for (i = 0; i < 64; i++)
		KUNIT_EXPECT_EQ(test, hmap_reserve(map, ULONG_MAX - i, GFP_KERNEL),
				-E2BIG);
	KUNIT_EXPECT_EQ(test, hmap_memory(map), bytes);
	KUNIT_EXPECT_EQ(test, hmap_count(map), count);
	KUNIT_EXPECT_EQ(test, hmap_validate(map), 0);
}

static void absurd_reserves_are_refused(struct kunit *test)
{
	static const struct hmap_type types[] = {
		HMAP_TYPE_BYTES("one", 0, 8, 0),
		HMAP_TYPE_U32("set", 0, HMAP_RCU),
		HMAP_TYPE_STRING("string", 300, HMAP_RCU),
		HMAP_TYPE_BYTES("large", 128, 128, 0),
	};
	DEFINE_HMAP(single, &types[0]);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		DEFINE_HMAP(map, &types[i]);

		refuse_reserves(test, &map, 0);
		KUNIT_EXPECT_EQ(test, hmap_memory(&map), 0);
	}
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		DEFINE_HMAP(map, &u64_rcu_type);

		insert_keys(test, &map, 0, counts[i]);
		refuse_reserves(test, &map, counts[i]);
		expect_keys(test, &map, 0, counts[i]);
		hmap_clear(&map);
	}
	KUNIT_EXPECT_EQ(test, hmap_reserve(&single, 1, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, hmap_reserve(&single, 2, GFP_KERNEL), -E2BIG);
	hmap_destroy(&single);
}

/* What a map could have room for, but no machine has. */
static void reserves_beyond_memory_fail(struct kunit *test)
{
	int bit, err;
	u32 i;

	if (!can_fail_allocations())
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		DEFINE_HMAP(map, &u64_type);

		insert_keys(test, &map, 0, counts[i]);
		for (bit = 20; bit < 40; bit++) {
			fail_all_allocations(true);
			err = hmap_reserve(&map, 1UL << bit, GFP_NOWAIT);
			fail_all_allocations(false);
			KUNIT_EXPECT_TRUE(test, err == -ENOMEM || err == -E2BIG);
		}
		expect_intact(test, &map, counts[i]);
		hmap_destroy(&map);
	}
}

/* Header-only again, by whatever way: every call answers as for a new map. */
static void expect_new(struct kunit *test, struct hmap *map)
{
	struct hmap_cursor cursor = HMAP_CURSOR_INIT;
	u64 key = key_of(0), out = 3;

	KUNIT_EXPECT_EQ(test, hmap_memory(map), 0);
	KUNIT_EXPECT_EQ(test, hmap_count(map), 0);
	KUNIT_EXPECT_TRUE(test, hmap_empty(map));
	KUNIT_EXPECT_EQ(test, hmap_validate(map), 0);
	KUNIT_EXPECT_FALSE(test, hmap_contains(map, &key));
	KUNIT_EXPECT_FALSE(test, hmap_get(map, &key, &out));
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, hmap_lookup(map, &key));
	KUNIT_EXPECT_NULL(test, hmap_next(map, &cursor, NULL));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, hmap_take(map, &key, &out), -ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_remove(map, &key), -ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_replace(map, &key, &out, GFP_KERNEL), -ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_trim(map, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, out, 3);
}

/* Each way to empty a map, once more, and then another way. */
static void empty_in_all_ways(struct kunit *test, const struct hmap_type *type,
			      u32 count)
{
	static void (* const ways[])(struct hmap *map) = {
		hmap_clear, hmap_destroy,
	};
	struct hmap_stats stats;
	struct hmap map;
	u32 i;

	stats_since(&stats);
	hmap_init(&map, type);
	for (i = 0; i < 8; i++) {
		insert_keys(test, &map, 0, count);
		expect_intact(test, &map, count);
		ways[i & 1](&map);
		expect_new(test, &map);
		ways[i >> 1 & 1](&map);
		expect_new(test, &map);
		ways[i >> 2 & 1](&map);
		expect_new(test, &map);
	}
	KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, 0);
}

static void maps_are_new_after_clear_and_destroy(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		empty_in_all_ways(test, &u64_type, counts[i]);
		empty_in_all_ways(test, &u64_rcu_type, counts[i]);
	}
}

/* Zeroed memory is a map of no type, which there is no need to destroy. */
static void zeroed_maps_can_be_destroyed(struct kunit *test)
{
	struct hmap map = { };

	hmap_destroy(&map);
	hmap_clear(&map);
	hmap_destroy(&map);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
}

/* The body of the writer's walk empties the map, in all of its tables and of two walks
 * at once, and fills it again: that ends them, and nothing is left behind.
 */
static u32 walk_and_empty(struct kunit *test, struct hmap *map, u32 at,
			  void (*empty)(struct hmap *map), u32 refill)
{
	u32 visits = 0, inner;
	const void *k;
	void *v;

	hmap_for_each(map, outer, k, v) {
		if (++visits != at)
			continue;
		inner = 0;
		hmap_for_each(map, iter, k, v) {
			if (++inner != at)
				continue;
			empty(map);
			insert_keys(test, map, 0, refill);
		}
		KUNIT_EXPECT_EQ(test, inner, at);
	}
	return visits;
}

static void walks_end_where_the_map_is_emptied(struct kunit *test)
{
	static const struct hmap_type * const types[] = {
		&u64_type, &u64_rcu_type,
	};
	static const u32 places[] = { 1, 500, 1000 };
	struct hmap_stats stats;
	u32 i, refill;

	stats_since(&stats);
	for (i = 0; i < 2 * ARRAY_SIZE(places); i++) {
		for (refill = 0; refill < 2; refill++) {
			u32 at = places[i / 2];
			struct hmap map;

			hmap_init(&map, types[i & 1]);
			insert_keys(test, &map, 0, 1000);
			KUNIT_EXPECT_EQ(test, walk_and_empty(test, &map, at,
							     hmap_clear,
							     refill * 700), at);
			expect_intact(test, &map, refill * 700);
			hmap_clear(&map);
			insert_keys(test, &map, 0, 1000);
			KUNIT_EXPECT_EQ(test, walk_and_empty(test, &map, at,
							     hmap_destroy,
							     refill * 700), at);
			expect_intact(test, &map, refill * 700);
			hmap_clear(&map);
		}
	}
	KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, 0);
}

#ifdef _HMAP_USER_STUBS_H
/* In a kernel that watches itself, the stage "misuse" has them. */
static void misuse_is_reported(struct kunit *test)
{
	u32 i;

	for (i = 0; i < nr_misuses; i++) {
		const struct misuse *m = &misuses[i];

#ifndef __SANITIZE_ADDRESS__
		if (m->reporter == BY_ASAN || m->reporter == BY_ASAN_LAST)
			continue;
#endif
		if (m->reporter != BY_LOCKDEP && !stub_dies(m->run))
			KUNIT_FAIL(test, "%s: not reported", m->name);
	}
}
#endif

static struct kunit_case misuse_test_cases[] = {
	KUNIT_CASE(null_type_is_refused),
	KUNIT_CASE(null_arguments_are_refused),
	KUNIT_CASE(null_keys_of_empty_maps_are_absent),
	KUNIT_CASE(null_is_fine_where_nothing_is_read),
	KUNIT_CASE(senseless_types_are_refused),
	KUNIT_CASE(sizes_that_overflow_are_refused),
	KUNIT_CASE(lookup_mut_refuses_rcu),
	KUNIT_CASE(absurd_reserves_are_refused),
	KUNIT_CASE(reserves_beyond_memory_fail),
	KUNIT_CASE(maps_are_new_after_clear_and_destroy),
	KUNIT_CASE(zeroed_maps_can_be_destroyed),
	KUNIT_CASE(walks_end_where_the_map_is_emptied),
#ifdef _HMAP_USER_STUBS_H
	KUNIT_CASE(misuse_is_reported),
#endif
	{}
};

static struct kunit_suite misuse_test_suite = {
	.name = "hmap_misuse",
	.exit = misuse_test_exit,
	.test_cases = misuse_test_cases,
};

kunit_test_suite(misuse_test_suite);
