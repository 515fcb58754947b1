// SPDX-License-Identifier: GPL-2.0
/*
 * Keys and values that are not in their slots: where each stands, and that its
 * block is freed once, and when.
 */
#include "test.h"

HMAP_DEFINE(name_map, const char *, u64, hmap_hash_bytes, NULL, HMAP_STRING);
HMAP_DEFINE(name_rcu_map, const char *, u64, hmap_hash_bytes, NULL, HMAP_STRING | HMAP_RCU);

/* Too large for a slot; a value, or a key, whose padding is then zeroed. */
struct record {
	u64 number;
	u8 rest[292];
};

static const struct hmap_type record_type =
	HMAP_TYPE("record", sizeof(u64), sizeof(struct record), hmap_hash_u64, NULL, 0);
static const struct hmap_type record_rcu_type =
	HMAP_TYPE("record rcu", sizeof(u64), sizeof(struct record), hmap_hash_u64, NULL,
		  HMAP_RCU);

static void block_test_exit(struct kunit *test)
{
	rcu_barrier();
}

static struct record record_of(u64 n)
{
	struct record record = { .number = n };

	memset(record.rest, n, sizeof(record.rest));
	return record;
}

/* Under RCU a record is constant as long as its entry lives, so it gets another entry. */
static void put_records(struct kunit *test, struct hmap *map, const struct hmap_type *type,
			u64 from, u64 to, u64 add)
{
	for (; from < to; from++) {
		struct record record = record_of(from + add);

		if (type->flags & HMAP_RCU) {
			hmap_remove(map, &from, type);
			KUNIT_ASSERT_EQ(test, hmap_insert(map, &from, &record, GFP_KERNEL,
							  type), 0);
		} else {
			KUNIT_ASSERT_EQ(test, hmap_store(map, &from, &record, GFP_KERNEL,
							 type), 0);
		}
	}
}

static void expect_records(struct kunit *test, struct hmap *map,
			   const struct hmap_type *type, u64 from, u64 to, u64 add)
{
	for (; from < to; from++) {
		struct record record = record_of(from + add), found;

		KUNIT_ASSERT_EQ(test, hmap_read(map, &from, &found, type), true);
		KUNIT_EXPECT_EQ(test, memcmp(&found, &record, sizeof(found)), 0);
	}
}

#define BYTES_TYPE(key, value)	HMAP_TYPE("", key, value, hmap_hash_bytes, NULL, 0)

/* What fits in 256 bytes stays there; else what is above 128 bytes goes out. Of a key
 * that goes out the hash stays.
 */
static void only_what_does_not_fit_is_indirect(struct kunit *test)
{
	static const struct {
		struct hmap_type type;
		u32 slot, block;
	} expected[] = {
		{ BYTES_TYPE(8, 248), 256, 0 },
		{ BYTES_TYPE(8, 249), 16, 256 },
		{ BYTES_TYPE(248, 8), 256, 0 },
		{ BYTES_TYPE(256, 0), 256, 0 },
		{ BYTES_TYPE(257, 0), 16, 257 },
		{ BYTES_TYPE(256, 1), 24, 256 },
		{ BYTES_TYPE(128, 128), 256, 0 },
		{ BYTES_TYPE(128, 129), 136, 136 },
		{ BYTES_TYPE(129, 128), 144, 129 },
		{ BYTES_TYPE(130, 130), 16, 136 + 130 },
		{ BYTES_TYPE(0, 256), 256, 0 },
		{ BYTES_TYPE(0, 257), 8, 264 },
		{ BYTES_TYPE(300, 4), 24, 300 },
		{ HMAP_TYPE("", 4, 1000, hmap_hash_u32, NULL, 0), 16, 1000 },
		{ HMAP_TYPE_STRING("", 0, hmap_hash_bytes, 0), 16, 0 },
		{ HMAP_TYPE_STRING("", 240, hmap_hash_bytes, 0), 256, 0 },
		{ HMAP_TYPE_STRING("", 241, hmap_hash_bytes, 0), 16, 248 },
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
	static const char name[] = "0123456789012345678901";
	const size_t small = kmalloc_size_roundup(2);
	const size_t large = kmalloc_size_roundup(sizeof(name));
	struct name_rcu_map rcu = { };
	struct hmap_stats stats;
	struct name_map m = { };
	size_t table;

	stats_since(&stats);
	KUNIT_ASSERT_EQ(test, name_map_insert(&m, "a", 1, GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, name_map_insert(&m, name, 2, GFP_KERNEL), 0);
	table = name_map_memory(&m) - small - large;
	KUNIT_EXPECT_EQ(test, table, 128);
	KUNIT_EXPECT_EQ(test, name_map_remove(&m, "a"), 0);
	KUNIT_EXPECT_EQ(test, name_map_memory(&m), table + large);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, table + large);
	name_map_destroy(&m);
	KUNIT_EXPECT_EQ(test, (s64)stats_since(&stats).bytes_in_use,
			-(s64)(table + large));

	KUNIT_ASSERT_EQ(test, name_rcu_map_insert(&rcu, "a", 1, GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, name_rcu_map_insert(&rcu, "b", 1, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, name_rcu_map_remove(&rcu, "a"), 0);
	KUNIT_EXPECT_EQ(test, name_rcu_map_memory(&rcu), table + 2 * small);
	name_rcu_map_clear(&rcu);
	KUNIT_EXPECT_EQ(test, name_rcu_map_memory(&rcu), 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, 0);
}

/* Without RCU: one block an entry, which stays where it is, and goes at once. */
static void blocks_without_rcu(struct kunit *test)
{
	const size_t block = kmalloc_size_roundup(record_type.block_size);
	const struct hmap_type *type = &record_type;
	struct hmap map = { };
	u64 n, first = 0;
	const void *value;

	put_records(test, &map, type, 0, 1, 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), kmalloc_size_roundup(64) + block);
	value = hmap_lookup(&map, &first, type);
	put_records(test, &map, type, 0, 1, 1000);
	KUNIT_EXPECT_PTR_EQ(test, hmap_lookup(&map, &first, type), value);
	put_records(test, &map, type, 1, 500, 1000);
	KUNIT_EXPECT_PTR_EQ(test, hmap_lookup(&map, &first, type), value);
	expect_records(test, &map, type, 0, 500, 1000);
	for (n = 1; n < 500; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &n, type), 0);
	KUNIT_EXPECT_LE(test, hmap_memory(&map, type), 256 + block);
	KUNIT_EXPECT_PTR_EQ(test, hmap_lookup(&map, &first, type), value);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	KUNIT_ASSERT_EQ(test, hmap_remove(&map, &first, type), 0);
	KUNIT_EXPECT_LE(test, hmap_memory(&map, type), 256);
	hmap_destroy(&map, type);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
}

/* With RCU: what a reader has got stays as it was, whatever becomes of its entry; the
 * garbage is bounded; and the last removal leaves nothing.
 */
static void blocks_with_rcu(struct kunit *test)
{
	const struct hmap_type *type = &record_rcu_type;
	const struct record *value;
	struct hmap map = { };
	struct record before;
	size_t memory;
	u64 n, round;

	put_records(test, &map, type, 0, 100, 0);
	memory = hmap_memory(&map, type);
	n = 7;
	rcu_read_lock();
	value = hmap_lookup(&map, &n, type);
	before = *value;
	for (round = 1; round < 100; round++) {
		struct record record = record_of(round);

		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &n, type), 0);
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &n, &record, GFP_ATOMIC, type), 0);
	}
	KUNIT_EXPECT_EQ(test, memcmp(value, &before, sizeof(before)), 0);
	KUNIT_EXPECT_TRUE(test, hmap_lookup(&map, &n, type) != value);
	rcu_read_unlock();
	for (round = 0; round < 100; round++) {
		put_records(test, &map, type, 0, 100, round);
		KUNIT_ASSERT_LE(test, hmap_memory(&map, type), 2 * memory + 4096);
		cond_resched();
	}
	expect_records(test, &map, type, 0, 100, 99);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	for (n = 0; n < 100; n++)
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &n, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
}

/* Reserved room outlives the last entry, and its garbage stays in bounds. */
static void reserved_room_outlives_the_last_block(struct kunit *test)
{
	const struct hmap_type *type = &record_rcu_type;
	struct hmap map = { };
	struct hmap_stats stats;
	size_t reserved;
	u64 n = 1;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, 100, GFP_KERNEL, type), 0);
	reserved = hmap_memory(&map, type);
	stats_since(&stats);
	put_records(test, &map, type, 1, 2, 0);
	KUNIT_EXPECT_EQ(test, hmap_remove(&map, &n, type), 0);
	/* Another table, without the block, for which readers may be waiting with the old one. */
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), reserved);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 1);
	put_records(test, &map, type, 0, 99, 0);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 0);
	hmap_clear(&map, type);
}

/* Every way in which a block can go, without RCU and with it. User space counts
 * each kmalloc() and kfree(), under a sanitizer that knows a block freed twice; a
 * kernel's counter would not return to what it was.
 */
static void free_on_every_path(struct kunit *test, const struct hmap_type *type)
{
	static struct record key;
	static struct record value;
	static u8 again[300];
	struct hmap_stats stats;
	struct hmap map = { };
	const void *k;
	void *v;
	u64 n, round;

	test_lock();
	stats_since(&stats);
	for (round = 0; round < 4; round++) {
		memset(again, 0, sizeof(again));
		for (n = 0; n < 300; n++) {
			key.number = n;
			value = record_of(n);
			hmap_remove(&map, &key, type);
			KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL,
							  type), 0);
			KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL,
							  type), -EEXIST);
		}
		/* Remove and rebuild, also below a walk that pins its table. */
		hmap_walk_safe(&map, iter, k, v, type) {
			key = *(const struct record *)k;
			if (key.number % 3 == 0 && again[key.number]++)
				continue;
			KUNIT_EXPECT_EQ(test, hmap_remove(&map, &key, type), 0);
			if (key.number % 3 == 0)
				KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &value,
								  GFP_KERNEL, type), 0);
		}
		KUNIT_EXPECT_EQ(test, hmap_count(&map, type), 100);
		KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
		if (round == 0)
			KUNIT_EXPECT_EQ(test, hmap_trim(&map, GFP_KERNEL, type), 0);
		if (round == 1)
			hmap_clear(&map, type);
		if (round == 2)
			hmap_destroy(&map, type);
	}
	/* Drop everything below a walk. */
	hmap_walk_safe(&map, iter, k, v, type)
		hmap_clear(&map, type);
	test_unlock();
	KUNIT_EXPECT_EQ(test, (s64)stats_since(&stats).bytes_in_use, 0);
}

static void blocks_are_freed_once_on_every_path(struct kunit *test)
{
	static const struct hmap_type types[] = {
		HMAP_TYPE("long", sizeof(struct record), sizeof(struct record),
			  hmap_hash_bytes, NULL, 0),
		HMAP_TYPE("long rcu", sizeof(struct record), sizeof(struct record),
			  hmap_hash_bytes, NULL, HMAP_RCU),
		HMAP_TYPE("long key", sizeof(struct record), 8, hmap_hash_bytes, NULL, 0),
		HMAP_TYPE("long key rcu", sizeof(struct record), 24, hmap_hash_bytes, NULL,
			  HMAP_RCU),
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		free_on_every_path(test, &types[i]);
}

/* Whatever allocation fails, of the block, the table or both, nothing changes. */
static void failed_inserts_change_nothing(struct kunit *test)
{
	const struct hmap_type *type = &record_rcu_type;
	u64 n, failures = 0;
	struct hmap map = { };
	unsigned int nth;

	if (!can_fail_allocations())
		kunit_skip(test, "the kernel cannot fail allocations (CONFIG_FAILSLAB)");
	for (n = 0; n < 300; n++) {
		for (nth = 1; ; nth++) {
			struct record value = record_of(n);
			bool failed;
			int err;

			fail_nth_allocation(nth);
			err = hmap_insert(&map, &n, &value, GFP_KERNEL, type);
			failed = allocation_has_failed();
			KUNIT_ASSERT_EQ(test, hmap_validate(&map, type), 0);
			failures += failed;
			if (!err)
				break;
			KUNIT_ASSERT_EQ(test, failed, true);
			KUNIT_ASSERT_EQ(test, err, -ENOMEM);
			KUNIT_ASSERT_EQ(test, hmap_count(&map, type), n);
		}
	}
	KUNIT_EXPECT_GE(test, failures, 300);
	expect_records(test, &map, type, 0, 300, 0);
	hmap_clear(&map, type);
}

/* Without RCU a value is overwritten where it is, so there is nothing that could fail. */
static void overwrites_need_no_memory(struct kunit *test)
{
	const struct hmap_type *type = &record_type;
	struct record value = record_of(77);
	struct hmap map = { };
	u64 n, failed = 0;

	if (!can_fail_allocations())
		kunit_skip(test, "the kernel cannot fail allocations (CONFIG_FAILSLAB)");
	put_records(test, &map, type, 0, 300, 0);
	fail_all_allocations(true);
	for (n = 0; n < 300; n++)
		failed += !!hmap_store(&map, &n, &value, GFP_KERNEL, type);
	for (n = 0; n < 300; n++)
		failed += !!hmap_replace(&map, &n, &value, type);
	fail_all_allocations(false);
	KUNIT_EXPECT_EQ(test, failed, 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	for (n = 0; n < 300; n++)
		expect_records(test, &map, type, n, n + 1, 77 - n);
	hmap_clear(&map, type);
}

static u64 constant_hash(const void *key, size_t size, u64 seed)
{
	return 42;
}

/* A table that is full, and as large as one can be, has no room but for what is there. */
static void full_tables_are_overwritten(struct kunit *test)
{
	static const struct hmap_type type =
		HMAP_TYPE("constant", 8, sizeof(struct record), constant_hash, NULL, 0);
	struct record record = record_of(1);
	struct hmap map = { };
	u64 n, count, key = 5;

#ifndef HMAP_TABLE_MAX_WORDS
	kunit_skip(test, "takes too long with tables as large as these");
#endif
	for (count = 0; ; count++) {
		record = record_of(count);
		if (hmap_insert(&map, &count, &record, GFP_KERNEL, &type))
			break;
	}
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &count, &record, GFP_KERNEL, &type), -ENOMEM);
	for (n = 0; n < count; n += 50)
		put_records(test, &map, &type, n, n + 1, 1);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, &type), 0);
	for (n = 0; n < count; n++)
		expect_records(test, &map, &type, n, n + 1, n % 50 == 0);
	KUNIT_EXPECT_EQ(test, hmap_remove(&map, &key, &type), 0);
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &count, &record, GFP_KERNEL, &type), 0);
	hmap_clear(&map, &type);
}

/* Keys whose second half does not matter. */
static u64 half_hash(const void *key, size_t size, u64 seed)
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
			  half_hash, half_equal, 0);
	static struct record key;
	const struct record *k;
	const void *v;
	struct hmap map = { };
	u32 i, seen = 0;

	for (i = 0; i < 7; i++) {
		key = (struct record){ .number = i };
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &key, &key, GFP_KERNEL,
						  &type), 0);
	}
	for (i = 0; i < 100; i++) {
		key = record_of(i % 7);
		key.rest[0] = i + 1;
		KUNIT_ASSERT_EQ(test, hmap_store(&map, &key, &key, GFP_KERNEL, &type), 0);
	}
	hmap_walk(&map, iter, k, v, &type) {
		KUNIT_EXPECT_EQ(test, k->rest[0], 0);
		seen++;
	}
	KUNIT_EXPECT_EQ(test, seen, 7);
	hmap_clear(&map, &type);
}

static u32 nr_compared;

static bool counting_equal(const void *key, const void *stored, size_t size)
{
	nr_compared++;
	return !memcmp(key, stored, size);
}

/* A key that is in a block is fetched if its hash is that of the one looked for: once for each
 * that is there, and not for the others, of which one in some ten meets its tag. Two hashes of
 * 32 bits may be the same.
 */
static void hashes_are_compared_before_keys(struct kunit *test)
{
	static const struct hmap_type type = HMAP_TYPE("counting keys", 300, sizeof(u64),
						       hmap_hash_bytes, counting_equal,
						       HMAP_SCALAR);
	const u64 many = 1000;
	static u64 key[300 / 8 + 1];
	struct hmap map = { };

	for (key[0] = 0; key[0] < many; key[0]++)
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, key, &key[0], GFP_KERNEL, &type), 0);
	nr_compared = 0;
	for (key[0] = 0; key[0] < many; key[0]++)
		KUNIT_EXPECT_TRUE(test, hmap_contains(&map, key, &type));
	KUNIT_EXPECT_LE(test, nr_compared, many + 2);
	nr_compared = 0;
	for (key[0] = many; key[0] < 10 * many; key[0]++)
		KUNIT_EXPECT_FALSE(test, hmap_contains(&map, key, &type));
	KUNIT_EXPECT_LE(test, nr_compared, 2);
	hmap_destroy(&map, &type);
}

static struct kunit_case block_test_cases[] = {
	KUNIT_CASE(only_what_does_not_fit_is_indirect),
	KUNIT_CASE(string_keys_are_counted),
	KUNIT_CASE(blocks_without_rcu),
	KUNIT_CASE(blocks_with_rcu),
	KUNIT_CASE(reserved_room_outlives_the_last_block),
	KUNIT_CASE(blocks_are_freed_once_on_every_path),
	KUNIT_CASE(failed_inserts_change_nothing),
	KUNIT_CASE(overwrites_need_no_memory),
	KUNIT_CASE(full_tables_are_overwritten),
	KUNIT_CASE(overwrites_keep_the_stored_key),
	KUNIT_CASE(hashes_are_compared_before_keys),
	{}
};

static struct kunit_suite block_test_suite = {
	.name = "hmap_block",
	.exit = block_test_exit,
	.test_cases = block_test_cases,
};

kunit_test_suite(block_test_suite);
