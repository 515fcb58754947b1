// SPDX-License-Identifier: GPL-2.0
/*
 * Bad arguments. What a call looks for is answered by an errno, and one warning where it is
 * a programming error, and nothing is changed. What it does not look for is in misuses.c;
 * strings are in string_test.c.
 */
#include "test.h"

/* Maps that have nothing, a word, a table, a directory. */
static const u32 counts[] = { 0, 1, 20, 1000 };

#define MOST		1000

struct object {
	u64 key;
};

struct pair {
	u32 a, b;
};

static const struct hmap_type pointer_type =
	HMAP_TYPE("pointers", 8, sizeof(void *), hmap_hash_u64, NULL, HMAP_POINTER);
static const struct hmap_type pointer_rcu_type =
	HMAP_TYPE("pointers rcu", 8, sizeof(void *), hmap_hash_u64, NULL,
		  HMAP_POINTER | HMAP_RCU);
static const struct hmap_type object_type =
	__HMAP_OBJECT_TYPE("objects", 8, offsetof(struct object, key), hmap_hash_u64, NULL,
			   NULL, 0);
static const struct hmap_type object_rcu_type =
	__HMAP_OBJECT_TYPE("objects rcu", 8, offsetof(struct object, key), hmap_hash_u64,
			   NULL, NULL, HMAP_RCU);
static const struct hmap_type * const kinds[] = {
	&pointer_type, &pointer_rcu_type, &object_type, &object_rcu_type,
};

static struct object objects[MOST + 1];

/* Each of these warns once, whichever case comes to it first. */
enum warning {
	NO_TYPE, BAD_TYPE, NO_KEY, NO_VALUE, BAD_POINTER, NO_POINTERS, CONSTANT,
};

static void expect_warning_of(struct kunit *test, enum warning warning)
{
	static u32 expected;

	if (!(expected >> warning & 1))
		expect_warning(test);
	expected |= 1 << warning;
}

static void arguments_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/* Nothing is lost, whatever was refused. */
static void expect_intact(struct kunit *test, struct hmap *map,
			  const struct hmap_type *type, u32 count)
{
	KUNIT_EXPECT_EQ(test, hmap_count(map, type), count);
	KUNIT_EXPECT_EQ(test, hmap_validate(map, type), 0);
	expect_keys(test, map, type, 0, count);
}

/* Maps of pointers, and of objects: the key and the pointer. */
static void insert_objects(struct kunit *test, struct hmap *map,
			   const struct hmap_type *type, u32 count)
{
	u32 n;

	for (n = 0; n < count; n++) {
		struct object *object = &objects[n];

		object->key = key_of(n);
		KUNIT_ASSERT_EQ(test, hmap_insert(map, &object->key, &object, GFP_KERNEL,
						  type), 0);
	}
}

static void expect_objects(struct kunit *test, struct hmap *map,
			   const struct hmap_type *type, u32 count)
{
	u32 n, wrong = 0;

	rcu_read_lock();
	for (n = 0; n < count; n++)
		wrong += hmap_lookup(map, &objects[n].key, type) != &objects[n];
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_EQ(test, hmap_count(map, type), count);
	KUNIT_EXPECT_EQ(test, hmap_validate(map, type), 0);
}

/* Each kind of bad argument: an errno and one warning, and nothing is lost. */
static void null_type_is_refused(struct kunit *test)
{
	u64 key = 1, value = 2;
	u32 i;

	expect_warning_of(test, NO_TYPE);
	expect_warning_of(test, BAD_TYPE);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		struct hmap map = { };

		insert_keys(test, &map, &u64_type, 0, counts[i]);
		KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &value, GFP_KERNEL, NULL),
				-EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_store(&map, &key, &value, GFP_KERNEL, NULL),
				-EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_replace(&map, &key, &value, NULL), -EINVAL);
		KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_get_or_insert(&map, &key, &value, NULL,
								 GFP_KERNEL, NULL)), -EINVAL);
		KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_store_pointer(&map, &key, &value,
								 GFP_KERNEL, NULL)), -EINVAL);
		KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_replace_pointer(&map, &key, &value, NULL)),
				-EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_reserve(&map, 1, GFP_KERNEL, NULL), -EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_remove(&map, &key, NULL),
				counts[i] ? -EINVAL : -ENOENT);
		KUNIT_EXPECT_EQ(test, hmap_take(&map, &key, &value, NULL),
				counts[i] ? -EINVAL : -ENOENT);
		KUNIT_EXPECT_NULL(test, hmap_erase(&map, &key, NULL));
		KUNIT_EXPECT_FALSE(test, hmap_erase_pointer(&map, &key, &value, NULL));
		expect_intact(test, &map, &u64_type, counts[i]);
		hmap_destroy(&map, &u64_type);
	}
}

/* Calls that change a map look at what they are given. */
static void refuse_null(struct kunit *test, struct hmap *map, u32 count)
{
	const struct hmap_type *type = &u64_type;
	u64 key = key_of(count), value = 2;

	KUNIT_EXPECT_EQ(test, hmap_insert(map, NULL, &value, GFP_KERNEL, type), -EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_store(map, NULL, &value, GFP_KERNEL, type), -EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_replace(map, NULL, &value, type), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_get_or_insert(map, NULL, &value, NULL,
							 GFP_KERNEL, type)), -EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_insert(map, &key, NULL, GFP_KERNEL, type), -EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_store(map, &key, NULL, GFP_KERNEL, type), -EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_replace(map, &key, NULL, type), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_get_or_insert(map, &key, NULL, NULL,
							 GFP_KERNEL, type)), -EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_remove(map, NULL, type), count ? -EINVAL : -ENOENT);
	KUNIT_EXPECT_EQ(test, hmap_take(map, NULL, &value, type),
			count ? -EINVAL : -ENOENT);
	KUNIT_EXPECT_EQ(test, value, 2);
	expect_intact(test, map, type, count);
}

static void null_arguments_are_refused(struct kunit *test)
{
	u32 i;

	expect_warning_of(test, NO_KEY);
	expect_warning_of(test, NO_VALUE);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		struct hmap map = { };
		size_t bytes;

		insert_keys(test, &map, &u64_type, 0, counts[i]);
		bytes = hmap_memory(&map, &u64_type);
		refuse_null(test, &map, counts[i]);
		KUNIT_EXPECT_EQ(test, hmap_memory(&map, &u64_type), bytes);
		hmap_destroy(&map, &u64_type);
	}
}

/* A pointer that cannot be stored: by each call that stores one, for a key that is there and
 * for one that is not.
 */
static void refuse_pointer(struct kunit *test, struct hmap *map,
			   const struct hmap_type *type, u64 key, void *pointer)
{
	KUNIT_EXPECT_EQ(test, hmap_insert(map, &key, &pointer, GFP_KERNEL, type), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_get_or_insert(map, &key, &pointer, NULL,
							 GFP_KERNEL, type)), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_store_pointer(map, &key, pointer, GFP_KERNEL,
							 type)), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_replace_pointer(map, &key, pointer, type)),
			-EINVAL);
}

static void bad_pointers_are_refused(struct kunit *test)
{
	void *bad[] = {
		NULL, ERR_PTR(-ENOMEM), ERR_PTR(-MAX_ERRNO),
		/* These for objects only: they are aligned to four bytes. */
		(void *)objects + 1, (void *)objects + 2, (void *)objects + 3,
	};
	u32 i, j, k;

	expect_warning_of(test, BAD_POINTER);
	for (i = 0; i < ARRAY_SIZE(counts) * ARRAY_SIZE(kinds); i++) {
		const struct hmap_type *type = kinds[i % ARRAY_SIZE(kinds)];
		u32 count = counts[i / ARRAY_SIZE(kinds)];
		struct hmap map = { };

		insert_objects(test, &map, type, count);
		for (j = 0; j < (type->flags & HMAP_OBJECT ? ARRAY_SIZE(bad) : 3); j++)
			for (k = 0; k < 2; k++)
				refuse_pointer(test, &map, type, key_of(k * MOST), bad[j]);
		expect_objects(test, &map, type, count);
		hmap_destroy(&map, type);
	}
}

/* What the caller stores is not looked at, but for that. */
static void odd_pointers_are_stored(struct kunit *test)
{
	void *odd = (void *)objects + 1, *last = ERR_PTR(-MAX_ERRNO) - 1;
	struct hmap map = { };
	u64 key = 1;

	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &odd, GFP_KERNEL, &pointer_type), 0);
	KUNIT_EXPECT_PTR_EQ(test, hmap_store_pointer(&map, &key, last, GFP_KERNEL,
						     &pointer_type), odd);
	KUNIT_EXPECT_PTR_EQ(test, hmap_erase(&map, &key, &pointer_type), last);
	hmap_destroy(&map, &pointer_type);
}

/* What overwrites by copying is for values that readers do not read meanwhile, or read in
 * one piece; what stores a pointer is for maps of pointers.
 */
static void expect_constant(struct kunit *test, const struct hmap_type *type)
{
	u64 key = 1, value[4] = { 1, 2, 3, 4 }, other[4] = { 5, 6, 7, 8 };
	struct hmap map = { };
	u32 there;

	for (there = 0; there < 2; there++) {
		KUNIT_EXPECT_EQ(test, hmap_store(&map, &key, other, GFP_KERNEL, type),
				-EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_replace(&map, &key, other, type), -EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_count(&map, type), there);
		KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, value, GFP_KERNEL, type),
				there ? -EEXIST : 0);
	}
	KUNIT_EXPECT_EQ(test, hmap_take(&map, &key, other, type), 0);
	KUNIT_EXPECT_EQ(test, memcmp(other, value, type->value_size), 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	hmap_destroy(&map, type);
}

static void constants_are_not_overwritten(struct kunit *test)
{
	static const struct hmap_type types[] = {
		HMAP_TYPE("pair", 8, sizeof(struct pair), hmap_hash_u64, NULL, HMAP_RCU),
		HMAP_TYPE("4 of no kind", 8, 4, hmap_hash_u64, NULL, HMAP_RCU),
		HMAP_TYPE("32 bytes", 8, 32, hmap_hash_u64, NULL, HMAP_RCU),
	};
	u32 i;

	expect_warning_of(test, CONSTANT);
	for (i = 0; i < ARRAY_SIZE(types); i++)
		expect_constant(test, &types[i]);
}

/* The same without HMAP_RCU, as scalars, or of no bytes at all. */
static void other_values_are_overwritten(struct kunit *test)
{
	static const struct hmap_type types[] = {
		HMAP_TYPE("pair", 8, sizeof(struct pair), hmap_hash_u64, NULL, 0),
		HMAP_TYPE("32 bytes", 8, 32, hmap_hash_u64, NULL, 0),
		HMAP_TYPE("u8", 8, 1, hmap_hash_u64, NULL, HMAP_RCU | HMAP_SCALAR),
		HMAP_TYPE("u16", 8, 2, hmap_hash_u64, NULL, HMAP_RCU | HMAP_SCALAR),
		HMAP_TYPE("u32", 8, 4, hmap_hash_u64, NULL, HMAP_RCU | HMAP_SCALAR),
		HMAP_TYPE("u64", 8, 8, hmap_hash_u64, NULL, HMAP_RCU | HMAP_SCALAR),
		HMAP_TYPE("set", 8, 0, hmap_hash_u64, NULL, HMAP_RCU),
	};
	u64 key = 1, value[4] = { 1, 2, 3, 4 }, other[4] = { 5, 6, 7, 8 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		const struct hmap_type *type = &types[i];
		struct hmap map = { };

		KUNIT_EXPECT_EQ(test, hmap_store(&map, &key, other, GFP_KERNEL, type), 0);
		KUNIT_EXPECT_EQ(test, hmap_replace(&map, &key, value, type), 0);
		KUNIT_EXPECT_EQ(test, hmap_take(&map, &key, other, type), 0);
		KUNIT_EXPECT_EQ(test, memcmp(other, value, type->value_size), 0);
		hmap_destroy(&map, type);
	}
}

static void pointers_and_values_are_not_mixed_up(struct kunit *test)
{
	struct object *object = &objects[MOST];
	u64 key = key_of(0), value;
	u32 i, j;

	expect_warning_of(test, CONSTANT);
	expect_warning_of(test, NO_POINTERS);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		struct hmap map = { };

		for (j = 0; j < ARRAY_SIZE(kinds); j++) {
			insert_objects(test, &map, kinds[j], counts[i]);
			KUNIT_EXPECT_EQ(test, hmap_store(&map, &key, &object, GFP_KERNEL,
							 kinds[j]), -EINVAL);
			KUNIT_EXPECT_EQ(test, hmap_replace(&map, &key, &object, kinds[j]),
					-EINVAL);
			expect_objects(test, &map, kinds[j], counts[i]);
			hmap_clear(&map, kinds[j]);
		}
		insert_keys(test, &map, &u64_type, 0, counts[i]);
		KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_store_pointer(&map, &key, &value,
								 GFP_KERNEL, &u64_type)),
				-EINVAL);
		KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_replace_pointer(&map, &key, &value,
								   &u64_type)), -EINVAL);
		KUNIT_EXPECT_NULL(test, hmap_erase(&map, &key, &u64_type));
		KUNIT_EXPECT_FALSE(test, hmap_erase_pointer(&map, &key, &value, &u64_type));
		expect_intact(test, &map, &u64_type, counts[i]);
		hmap_destroy(&map, &u64_type);
	}
}

/* A header without entries answers before it looks at a key. */
static void null_keys_of_empty_maps_are_absent(struct kunit *test)
{
	const struct hmap_type *type = &u64_type;
	struct hmap map = { };
	void *found = &map;
	u64 out = 3;
	int vacated;

	for (vacated = 0; vacated < 2; vacated++) {
		KUNIT_EXPECT_NULL(test, hmap_lookup(&map, NULL, type));
		KUNIT_EXPECT_FALSE(test, hmap_contains(&map, NULL, type));
		KUNIT_EXPECT_FALSE(test, hmap_read(&map, NULL, &out, type));
		KUNIT_EXPECT_FALSE(test, hmap_read(&map, &out, NULL, type));
		KUNIT_EXPECT_EQ(test, hmap_lookup_bulk(&map, NULL, 1, &found, type), 0);
		KUNIT_EXPECT_NULL(test, found);
		insert_keys(test, &map, type, 0, 1);
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &(u64){ key_of(0) }, type), 0);
	}
	KUNIT_EXPECT_EQ(test, out, 3);
	hmap_destroy(&map, type);
}

/* No bytes, no pointer. */
static void null_is_fine_where_nothing_is_read(struct kunit *test)
{
	static const struct hmap_type one = HMAP_TYPE("one", 0, 0, hmap_hash_bytes, NULL, 0);
	struct hmap single = { }, map = { };
	struct hmap_cursor cursor = { };

	KUNIT_EXPECT_EQ(test, hmap_insert(&single, NULL, NULL, GFP_KERNEL, &one), 0);
	KUNIT_EXPECT_EQ(test, hmap_insert(&single, NULL, NULL, GFP_KERNEL, &one), -EEXIST);
	KUNIT_EXPECT_EQ(test, hmap_store(&single, NULL, NULL, GFP_KERNEL, &one), 0);
	KUNIT_EXPECT_EQ(test, hmap_replace(&single, NULL, NULL, &one), 0);
	KUNIT_EXPECT_NOT_NULL(test, hmap_lookup(&single, NULL, &one));
	KUNIT_EXPECT_TRUE(test, hmap_read(&single, NULL, NULL, &one));
	KUNIT_EXPECT_EQ(test, hmap_take(&single, NULL, NULL, &one), 0);
	KUNIT_EXPECT_EQ(test, hmap_remove(&single, NULL, &one), -ENOENT);
	hmap_destroy(&single, &one);

	insert_keys(test, &map, &u64_type, 0, 2);
	KUNIT_EXPECT_EQ(test, hmap_lookup_bulk(&map, NULL, 0, NULL, &u64_type), 0);
	KUNIT_EXPECT_EQ(test, hmap_take(&map, &(u64){ key_of(0) }, NULL, &u64_type), 0);
	KUNIT_EXPECT_NOT_NULL(test, hmap_next(&map, &cursor, NULL, &u64_type));
	hmap_destroy(&map, &u64_type);
	hmap_free(NULL, &u64_type);
	/* No pointer that is in the map is NULL. */
	KUNIT_EXPECT_FALSE(test, hmap_erase_pointer(&map, &(u64){ 0 }, NULL, &pointer_type));
}

static void senseless_types_are_refused(struct kunit *test)
{
	static const struct hmap_type types[] = {
		HMAP_TYPE("no hash", 8, 8, NULL, NULL, 0),
		HMAP_TYPE_STRING("no hash", 8, NULL, 0),
		HMAP_TYPE("hash of more than the key", 4, 8, hmap_hash_u64, NULL, 0),
		HMAP_TYPE("hash of less than the key", 8, 8, hmap_hash_u32, NULL, 0),
		HMAP_TYPE("entry too large", 8, KMALLOC_MAX_SIZE + 1, hmap_hash_u64, NULL, 0),
		HMAP_TYPE("scalar of no size", 8, 0, hmap_hash_u64, NULL, HMAP_SCALAR),
		HMAP_TYPE("scalar of 3", 8, 3, hmap_hash_u64, NULL, HMAP_SCALAR),
		HMAP_TYPE("scalar of 12", 8, 12, hmap_hash_u64, NULL, HMAP_RCU | HMAP_SCALAR),
		HMAP_TYPE("scalar of 16", 8, 16, hmap_hash_u64, NULL, HMAP_RCU | HMAP_SCALAR),
		HMAP_TYPE("pointer of no size", 8, 0, hmap_hash_u64, NULL, HMAP_POINTER),
		HMAP_TYPE("pointer of 4", 8, 4, hmap_hash_u64, NULL, HMAP_POINTER),
		HMAP_TYPE("pointer of 16", 8, 16, hmap_hash_u64, NULL, HMAP_POINTER),
		HMAP_TYPE_STRING("pointer of 4", 4, hmap_hash_bytes, HMAP_POINTER),
		HMAP_TYPE("string of 8", 8, 8, hmap_hash_bytes, NULL, HMAP_STRING),
		HMAP_TYPE("string of 300", 300, 8, hmap_hash_bytes, NULL, HMAP_STRING),
		{ .name = "slot of strings too small", .hash = hmap_hash_bytes,
		  .slot_size = 8, .flags = HMAP_STRING | HMAP_KEY_INDIRECT },
		{ .name = "string not behind its block", .hash = hmap_hash_bytes,
		  .value_size = 8, .value_offset = 16, .slot_size = 24,
		  .block_size = 8, .flags = HMAP_STRING | HMAP_KEY_INDIRECT },
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
		{ .name = "set's value not its key", .hash = hmap_hash_u64,
		  .key_size = 8, .value_offset = 8, .slot_size = 16 },
		{ .name = "overflow", .hash = hmap_hash_u64, .key_size = 8,
		  .value_size = U32_MAX, .value_offset = 8, .slot_size = 16 },
	};
	u8 key[256] = { };
	void *value[32] = { objects };
	u32 i;

	expect_warning_of(test, BAD_TYPE);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		const struct hmap_type *type = &types[i];
		const void *arg = type->flags & HMAP_STRING ? (void *)HMAP_STR("key") : key;
		struct hmap map = { };

		KUNIT_EXPECT_EQ(test, hmap_insert(&map, arg, value, GFP_KERNEL, type), -EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_reserve(&map, 10, GFP_KERNEL, type), -EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
	}
}

/* The first object needs no table, and is not hashed: it is the second that is refused. But
 * without a hash, with which a walk would read it, the first is not accepted either.
 */
static void senseless_types_of_objects_are_refused(struct kunit *test)
{
	static const struct hmap_type types[] = {
		__HMAP_OBJECT_TYPE("no hash", 8, 0, NULL, NULL, NULL, 0),
		__HMAP_OBJECT_TYPE("hash of less than the key", 8, 0, hmap_hash_u32, NULL,
				   NULL, 0),
		{ .name = "slot of no pointer", .hash = hmap_hash_u64, .key_size = 8,
		  .value_size = 8, .slot_size = 16, .flags = HMAP_OBJECT | HMAP_POINTER },
		{ .name = "value of no pointer", .hash = hmap_hash_u64, .key_size = 8,
		  .value_size = 4, .slot_size = 8, .flags = HMAP_OBJECT | HMAP_POINTER },
	};
	struct object *object = &objects[0];
	u64 key;
	u32 i;

	expect_warning_of(test, BAD_TYPE);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		const struct hmap_type *type = &types[i];
		struct hmap map = { };

		object->key = 1;
		key = 2;
		KUNIT_EXPECT_EQ(test, hmap_insert(&map, &object->key, &object, GFP_KERNEL,
						  type), type->hash ? 0 : -EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &object, GFP_KERNEL, type),
				-EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_reserve(&map, 10, GFP_KERNEL, type), -EINVAL);
		KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
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

	expect_warning_of(test, BAD_TYPE);
	for (i = 0; i < ARRAY_SIZE(huge); i++) {
		for (j = 0; j < ARRAY_SIZE(other) + ARRAY_SIZE(huge); j++) {
			u32 size = j < ARRAY_SIZE(other) ? other[j] :
				   huge[j - ARRAY_SIZE(other)];
			const struct hmap_type types[] = {
				HMAP_TYPE("huge key", huge[i], size, hmap_hash_bytes, NULL, 0),
				HMAP_TYPE("huge value", size, huge[i], hmap_hash_bytes, NULL, 0),
				HMAP_TYPE_STRING("huge value", huge[i], hmap_hash_bytes,
						 HMAP_RCU),
			};

			for (k = 0; k < ARRAY_SIZE(types); k++) {
				struct hmap map = { };

				KUNIT_EXPECT_EQ(test, hmap_insert(&map, HMAP_STR("key"),
								  "value", GFP_KERNEL,
								  &types[k]), -EINVAL);
				KUNIT_EXPECT_EQ(test, hmap_reserve(&map, 1, GFP_KERNEL,
								   &types[k]), -EINVAL);
				KUNIT_EXPECT_EQ(test, hmap_memory(&map, &types[k]), 0);
			}
		}
	}
}

static struct kunit_case arguments_test_cases[] = {
	KUNIT_CASE(null_type_is_refused),
	KUNIT_CASE(null_arguments_are_refused),
	KUNIT_CASE(bad_pointers_are_refused),
	KUNIT_CASE(odd_pointers_are_stored),
	KUNIT_CASE(constants_are_not_overwritten),
	KUNIT_CASE(other_values_are_overwritten),
	KUNIT_CASE(pointers_and_values_are_not_mixed_up),
	KUNIT_CASE(null_keys_of_empty_maps_are_absent),
	KUNIT_CASE(null_is_fine_where_nothing_is_read),
	KUNIT_CASE(senseless_types_are_refused),
	KUNIT_CASE(senseless_types_of_objects_are_refused),
	KUNIT_CASE(sizes_that_overflow_are_refused),
	{}
};

static struct kunit_suite arguments_test_suite = {
	.name = "hmap_arguments",
	.exit = arguments_test_exit,
	.test_cases = arguments_test_cases,
};

kunit_test_suite(arguments_test_suite);
