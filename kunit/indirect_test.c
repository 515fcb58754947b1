// SPDX-License-Identifier: GPL-2.0
/*
 * Keys and values that are not in their slots: where each stands, and that its
 * block is freed once, and when.
 */
#include "test.h"

HMAP_DEFINE_STRING(name_map, u64);
HMAP_DEFINE_STRING_RCU(name_rcu_map, u64);

/* Too large for a slot; a value, or a key, whose padding is then zeroed. */
struct record {
	u64 number;
	u8 rest[292];
};

static const struct hmap_type record_type =
	HMAP_TYPE_U64("record", sizeof(struct record), 0);
static const struct hmap_type record_rcu_type =
	HMAP_TYPE_U64("record rcu", sizeof(struct record), HMAP_RCU);
static const struct hmap_type long_key_rcu_type =
	HMAP_TYPE_BYTES("long key", sizeof(struct record),
			sizeof(struct record), HMAP_RCU);

static void indirect_test_exit(struct kunit *test)
{
	rcu_barrier();
}

static struct record record_of(u64 n)
{
	struct record record = { .number = n };

	memset(record.rest, n, sizeof(record.rest));
	return record;
}

static void put_records(struct kunit *test, struct hmap *map, u64 from, u64 to,
			u64 add)
{
	for (; from < to; from++) {
		struct record record = record_of(from + add);

		KUNIT_ASSERT_EQ(test, hmap_store(map, &from, &record,
						 GFP_KERNEL), 0);
	}
}

static void expect_records(struct kunit *test, struct hmap *map, u64 from,
			   u64 to, u64 add)
{
	for (; from < to; from++) {
		struct record record = record_of(from + add), found;

		KUNIT_ASSERT_EQ(test, hmap_get(map, &from, &found), true);
		KUNIT_EXPECT_EQ(test, memcmp(&found, &record, sizeof(found)), 0);
	}
}

/* What fits in 256 bytes stays there; else what is above 128 bytes goes out. Of a key
 * that goes out the hash stays.
 */
static void only_what_does_not_fit_is_indirect(struct kunit *test)
{
	static const struct {
		struct hmap_type type;
		u32 slot, block;
	} expected[] = {
		{ HMAP_TYPE_BYTES("", 8, 248, 0), 256, 0 },
		{ HMAP_TYPE_BYTES("", 8, 249, 0), 16, 256 },
		{ HMAP_TYPE_BYTES("", 248, 8, 0), 256, 0 },
		{ HMAP_TYPE_BYTES("", 256, 0, 0), 256, 0 },
		{ HMAP_TYPE_BYTES("", 257, 0, 0), 16, 257 },
		{ HMAP_TYPE_BYTES("", 256, 1, 0), 24, 256 },
		{ HMAP_TYPE_BYTES("", 128, 128, 0), 256, 0 },
		{ HMAP_TYPE_BYTES("", 128, 129, 0), 136, 136 },
		{ HMAP_TYPE_BYTES("", 129, 128, 0), 144, 129 },
		{ HMAP_TYPE_BYTES("", 130, 130, 0), 16, 136 + 130 },
		{ HMAP_TYPE_BYTES("", 0, 256, 0), 256, 0 },
		{ HMAP_TYPE_BYTES("", 0, 257, 0), 8, 264 },
		{ HMAP_TYPE_BYTES("", 300, 4, 0), 24, 300 },
		{ HMAP_TYPE_U32("", 1000, 0), 16, 1000 },
		{ HMAP_TYPE_STRING("", 0, 0), 16, 0 },
		{ HMAP_TYPE_STRING("", 240, 0), 256, 0 },
		{ HMAP_TYPE_STRING("", 241, 0), 16, 248 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		const struct hmap_type *type = &expected[i].type;

		KUNIT_EXPECT_EQ_MSG(test, type->slot_size, expected[i].slot,
				    "type %u", i);
		KUNIT_EXPECT_EQ_MSG(test, type->block_size, expected[i].block,
				    "type %u", i);
	}
}

/* Memory counts the copies, and gives them back: at once, or with the table. */
static void string_keys_are_counted(struct kunit *test)
{
	struct hmap_stats stats;
	struct name_rcu_map rcu;
	struct name_map m;
	size_t table;

	name_map_init(&m);
	stats_since(&stats);
	KUNIT_ASSERT_EQ(test, name_map_insert(&m, "a", 1, GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, name_map_insert(&m, "0123456789012345678901", 2,
					      GFP_KERNEL), 0);
	/* 2 bytes in the class of 8, 23 in that of 32 */
	table = hmap_memory(&m.map) - 8 - 32;
	KUNIT_EXPECT_EQ(test, table, 128);
	KUNIT_EXPECT_EQ(test, name_map_remove(&m, "a"), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&m.map), table + 32);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, table + 32);
	name_map_destroy(&m);
	KUNIT_EXPECT_EQ(test, (s64)stats_since(&stats).bytes_in_use,
			-(s64)(table + 32));

	name_rcu_map_init(&rcu);
	KUNIT_ASSERT_EQ(test, name_rcu_map_insert(&rcu, "a", 1, GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, name_rcu_map_insert(&rcu, "b", 1, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, name_rcu_map_remove(&rcu, "a"), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&rcu.map), table + 8 + 8);
	hmap_clear(&rcu.map);
	KUNIT_EXPECT_EQ(test, hmap_memory(&rcu.map), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, 0);
}

/* Without RCU: one block an entry, which stays where it is, and goes at once. */
static void blocks_without_rcu(struct kunit *test)
{
	DEFINE_HMAP(map, &record_type);
	u64 n, first = 0;
	const void *value;
	size_t table;

	put_records(test, &map, 0, 1, 0);
	/* 304 bytes, with padding, in the class of 512 */
	table = hmap_memory(&map) - 512;
	KUNIT_EXPECT_EQ(test, table, 64);
	value = hmap_lookup(&map, &first);
	put_records(test, &map, 0, 1, 1000);
	KUNIT_EXPECT_PTR_EQ(test, hmap_lookup(&map, &first), value);
	put_records(test, &map, 1, 500, 1000);
	KUNIT_EXPECT_PTR_EQ(test, hmap_lookup(&map, &first), value);
	expect_records(test, &map, 0, 500, 1000);
	for (n = 1; n < 500; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &n), 0);
	KUNIT_EXPECT_LE(test, hmap_memory(&map), 256 + 512);
	KUNIT_EXPECT_PTR_EQ(test, hmap_lookup(&map, &first), value);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	KUNIT_ASSERT_EQ(test, hmap_remove(&map, &first), 0);
	KUNIT_EXPECT_LE(test, hmap_memory(&map), 256);
	hmap_destroy(&map);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 0);
}

/* With RCU: what a reader has got stays as it was; the garbage is bounded; and the
 * last removal leaves nothing.
 */
static void blocks_with_rcu(struct kunit *test)
{
	DEFINE_HMAP(map, &record_rcu_type);
	const struct record *value;
	struct record before;
	size_t memory;
	u64 n, round;

	put_records(test, &map, 0, 100, 0);
	memory = hmap_memory(&map);
	n = 7;
	rcu_read_lock();
	value = hmap_lookup(&map, &n);
	before = *value;
	for (round = 1; round < 100; round++) {
		struct record record = record_of(round);

		KUNIT_ASSERT_EQ(test, hmap_store(&map, &n, &record, GFP_ATOMIC),
				0);
	}
	KUNIT_EXPECT_EQ(test, memcmp(value, &before, sizeof(before)), 0);
	KUNIT_EXPECT_TRUE(test, hmap_lookup(&map, &n) != value);
	rcu_read_unlock();
	for (round = 0; round < 100; round++) {
		put_records(test, &map, 0, 100, round);
		KUNIT_ASSERT_LE(test, hmap_memory(&map), 2 * memory + 4096);
		cond_resched();
	}
	expect_records(test, &map, 0, 100, 99);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	for (n = 0; n < 100; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &n), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), 0);
}

/* Reserved room outlives the last entry, and its garbage stays in bounds. */
static void reserved_room_outlives_the_last_block(struct kunit *test)
{
	DEFINE_HMAP(map, &record_rcu_type);
	struct hmap_stats stats;
	size_t reserved;
	u64 n = 1;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 100, GFP_KERNEL), 0);
	reserved = hmap_memory(&map);
	stats_since(&stats);
	put_records(test, &map, 1, 2, 0);
	KUNIT_EXPECT_EQ(test, hmap_remove(&map, &n), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map), reserved + 512);
	put_records(test, &map, 0, 99, 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
	hmap_clear(&map);
}

/* Every way in which a block can go, without RCU and with it. User space counts
 * each kmalloc() and kfree(), under a sanitizer that knows a block freed twice; a
 * kernel's counter would not return to what it was.
 */
static void free_on_every_path(struct kunit *test, const struct hmap_type *type)
{
	static struct record key;
	static struct record value;
	struct hmap_stats stats;
	const void *k;
	struct hmap map;
	void *v;
	u64 n, round;

	hmap_init(&map, type);
	stats_since(&stats);
	for (round = 0; round < 4; round++) {
		for (n = 0; n < 300; n++) {
			key.number = n;
			value = record_of(n);
			KUNIT_ASSERT_EQ(test, hmap_store(&map, &key, &value,
							 GFP_KERNEL), 0);
			KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &value,
							  GFP_KERNEL), -EEXIST);
		}
		/* Remove and rebuild, also below a walk that pins its table. */
		hmap_for_each(&map, iter, k, v) {
			key = *(const struct record *)k;
			if (key.number % 3)
				KUNIT_EXPECT_EQ(test, hmap_remove(&map, &key), 0);
			else
				KUNIT_EXPECT_EQ(test, hmap_store(&map, &key,
								 &value,
								 GFP_KERNEL), 0);
		}
		KUNIT_EXPECT_EQ(test, hmap_count(&map), 100);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
		if (round == 0)
			KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL), 0);
		if (round == 1)
			hmap_clear(&map);
		if (round == 2)
			hmap_destroy(&map);
	}
	/* Drop everything below a walk. */
	hmap_for_each(&map, iter, k, v)
		hmap_clear(&map);
	KUNIT_EXPECT_EQ(test, (s64)stats_since(&stats).bytes_in_use, 0);
}

static void blocks_are_freed_once_on_every_path(struct kunit *test)
{
	static const struct hmap_type types[] = {
		HMAP_TYPE_BYTES("long", sizeof(struct record),
				sizeof(struct record), 0),
		HMAP_TYPE_BYTES("long rcu", sizeof(struct record),
				sizeof(struct record), HMAP_RCU),
		HMAP_TYPE_BYTES("long key", sizeof(struct record), 8, 0),
		HMAP_TYPE_BYTES("long key rcu", sizeof(struct record), 24,
				HMAP_RCU),
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		free_on_every_path(test, &types[i]);
	free_on_every_path(test, &long_key_rcu_type);
}

/* Whatever allocation fails, of the block, the table or both, nothing changes. */
static void failed_overwrites_change_nothing(struct kunit *test)
{
	DEFINE_HMAP(map, &record_rcu_type);
	struct record value = record_of(77);
	u64 n, failures = 0, key;
	unsigned int nth;

	if (!can_fail_allocations())
		kunit_skip(test, "the kernel cannot fail allocations (CONFIG_FAILSLAB)");
	put_records(test, &map, 0, 100, 0);
	for (n = 0; n < 300; n++) {
		key = n % 100;
		for (nth = 1; ; nth++) {
			bool failed;
			int err;

			fail_nth_allocation(nth);
			err = hmap_store(&map, &key, &value, GFP_KERNEL);
			failed = allocation_has_failed();
			KUNIT_ASSERT_EQ(test, hmap_validate(&map), 0);
			if (!failed)
				break;
			failures++;
			if (err)
				KUNIT_ASSERT_EQ(test, err, -ENOMEM);
			else
				break;
		}
		put_records(test, &map, key, key + 1, 0);
	}
	KUNIT_EXPECT_GE(test, failures, 300);
	expect_records(test, &map, 0, 100, 0);
	hmap_clear(&map);
}

static u64 constant_hash(const void *key, size_t size, u32 seed)
{
	return 42;
}

/* A table that is full, and as large as one can be: there is no second slot for a new
 * value, and the old one stays.
 */
static void full_tables_refuse_overwrites(struct kunit *test)
{
	static const struct hmap_type type =
		HMAP_TYPE("constant", 8, sizeof(struct record), constant_hash,
			  NULL, HMAP_RCU);
	struct record record = record_of(1);
	DEFINE_HMAP(map, &type);
	u64 n, count, key = 5;

#ifndef HMAP_TABLE_MAX_WORDS
	kunit_skip(test, "takes too long with tables as large as these");
#endif
	for (count = 0; ; count++) {
		record = record_of(count);
		if (hmap_insert(&map, &count, &record, GFP_KERNEL))
			break;
	}
	for (n = 0; n < count; n += 50)
		KUNIT_EXPECT_EQ(test, hmap_store(&map, &n, &record, GFP_KERNEL),
				-ENOMEM);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map), 0);
	expect_records(test, &map, 0, count, 0);
	KUNIT_EXPECT_EQ(test, hmap_remove(&map, &key), 0);
	hmap_clear(&map);
}

/* Keys whose second half does not matter. */
static u64 half_hash(const void *key, size_t size, u32 seed)
{
	return ((const struct record *)key)->number / 100;
}

static bool half_equal(const void *a, const void *b, size_t size)
{
	return ((const struct record *)a)->number ==
	       ((const struct record *)b)->number;
}

/* Overwriting leaves the key that is stored as it is, whatever the caller's looks
 * like: cursors go by it.
 */
static void overwrites_keep_the_stored_key(struct kunit *test)
{
	static const struct hmap_type type =
		HMAP_TYPE("half", sizeof(struct record), sizeof(struct record),
			  half_hash, half_equal, HMAP_RCU);
	static struct record key;
	const struct record *k;
	const void *v;
	DEFINE_HMAP(map, &type);
	u32 i, seen = 0;

	for (i = 0; i < 7; i++) {
		key = (struct record){ .number = i };
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &key, GFP_KERNEL), 0);
	}
	for (i = 0; i < 100; i++) {
		key = record_of(i % 7);
		key.rest[0] = i + 1;
		KUNIT_ASSERT_EQ(test, hmap_store(&map, &key, &key, GFP_KERNEL), 0);
	}
	rcu_read_lock();
	hmap_for_each_rcu(&map, iter, k, v) {
		KUNIT_EXPECT_EQ(test, k->rest[0], 0);
		seen++;
	}
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, seen, 7);
	hmap_clear(&map);
}

static struct kunit_case indirect_test_cases[] = {
	KUNIT_CASE(only_what_does_not_fit_is_indirect),
	KUNIT_CASE(string_keys_are_counted),
	KUNIT_CASE(blocks_without_rcu),
	KUNIT_CASE(blocks_with_rcu),
	KUNIT_CASE(reserved_room_outlives_the_last_block),
	KUNIT_CASE(blocks_are_freed_once_on_every_path),
	KUNIT_CASE(failed_overwrites_change_nothing),
	KUNIT_CASE(full_tables_refuse_overwrites),
	KUNIT_CASE(overwrites_keep_the_stored_key),
	{}
};

static struct kunit_suite indirect_test_suite = {
	.name = "hmap_indirect",
	.exit = indirect_test_exit,
	.test_cases = indirect_test_cases,
};

kunit_test_suite(indirect_test_suite);
