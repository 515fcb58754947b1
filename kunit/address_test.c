// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses: those that come back as another's while a walk is under way, those that are
 * odd, and those that a map gives.
 */
#include "object_kinds.h"

static void address_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/* A hash that the case chooses: the number itself, which the core then finishes. */
static u64 chosen_hash(const void *key, size_t size, u64 seed)
{
	return get_unaligned((const u64 *)key);
}

static u64 chosen_hash_of_item(const void *object, size_t size, u64 seed)
{
	return ((const struct item *)object)->wide;
}

static bool is_chosen(const void *key, const void *object, size_t size)
{
	return *(const u64 *)key == ((const struct item *)object)->wide;
}

static u64 chosen_hash_behind(const void *key, size_t size, u64 seed)
{
	return (*(const struct item * const *)key)->wide;
}

static bool same_behind(const void *key, const void *stored, size_t size)
{
	return (*(const struct item * const *)key)->wide ==
	       (*(const struct item * const *)stored)->wide;
}

HMAP_DEFINE_KEYED_OBJECT(chosen_items, struct item, u64, chosen_hash, chosen_hash_of_item,
			 is_chosen, 0);
HMAP_DEFINE(chosen_pointers, struct item *, struct hmap_none, chosen_hash_behind, same_behind,
	    0);

/* Keys that are in a block. */
struct long_key {
	u64 wide;
	u8 rest[292];
};

HMAP_DEFINE(chosen_blocks, struct long_key, struct hmap_none, chosen_hash, NULL, 0);

#define MANY	700

/* What the walk stands on, and the two that are at one address. */
struct reuse {
	const struct hmap_type *type;
	struct hmap map;
	struct item *items;
	struct item *first;	/* of the walk */
	struct item *goes;	/* in the same table; then it has another key */
	u64 comes;		/* its key: of another range, but with the same tag */
};

static bool is_block(const struct reuse *r)
{
	return r->type == &chosen_blocks_type;
}

static void insert_item(struct kunit *test, struct reuse *r, struct item *item)
{
	struct long_key key = { .wide = item->wide };
	int err;

	if (r->type->flags & HMAP_OBJECT)
		err = hmap_insert(&r->map, &item->wide, &item, GFP_KERNEL, r->type);
	else if (is_block(r))
		err = hmap_insert(&r->map, &key, NULL, GFP_KERNEL, r->type);
	else
		err = hmap_insert(&r->map, &item, NULL, GFP_KERNEL, r->type);
	KUNIT_ASSERT_EQ(test, err, 0);
}

static void remove_item(struct kunit *test, struct reuse *r, struct item *item)
{
	struct long_key key = { .wide = item->wide };
	const void *k = r->type->flags & HMAP_OBJECT ? (void *)&item->wide :
			is_block(r) ? (void *)&key : (void *)&item;

	KUNIT_ASSERT_EQ(test, hmap_remove(&r->map, k, r->type), 0);
}

/* Where the key is stored: the block's address tells whether that has come back. */
static const void *block_of(struct reuse *r, u64 wide)
{
	struct long_key key = { .wide = wide };

	return hmap_lookup(&r->map, &key, r->type);
}

static struct item *item_of(struct reuse *r, const void *k, void *v)
{
	u32 i;

	if (r->type == &chosen_items_type)
		return v;
	if (!is_block(r))
		return *(struct item * const *)k;
	for (i = 0; r->items[i].wide != *(const u64 *)k; i++)
		;
	return &r->items[i];
}

/* One of the least hash, which is in the first table of a walk, and one that has the same
 * tag and a hash in the second half.
 */
static void choose(struct reuse *r)
{
	u64 least = U64_MAX, hash, n;
	u32 i;

	for (i = 0; i < MANY; i++) {
		hash = hmap_finish(r->items[i].wide);
		if (&r->items[i] == r->first || hash > least)
			continue;
		least = hash;
		r->goes = &r->items[i];
	}
	for (n = MANY; ; n++) {
		hash = hmap_finish(key_of(n));
		if (hash >> 63 && (hash & 0x7f) == (least & 0x7f))
			break;
	}
	r->comes = key_of(n);
}

/* All but a few go, so that one table of one word is left. Of the few, one is at the
 * address of another that went. Returns whether that is so.
 */
static bool change_places(struct kunit *test, struct reuse *r)
{
	const void *place = NULL;
	u32 i, stay = 0;

	for (i = 0; i < MANY; i++) {
		struct item *item = &r->items[i];

		if (item == r->first || item == r->goes)
			continue;
		if (hmap_finish(item->wide) >> 63 && stay++ < 3)
			continue;
		remove_item(test, r, item);
		item->stays = false;
	}
	if (is_block(r))
		place = block_of(r, r->goes->wide);
	remove_item(test, r, r->goes);
	r->goes->stays = false;
	r->goes->wide = r->comes;
	insert_item(test, r, r->goes);
	if (is_block(r) && block_of(r, r->comes) != place)
		return false;
	KUNIT_ASSERT_EQ(test, hmap_trim(&r->map, GFP_KERNEL, r->type), 0);
	KUNIT_ASSERT_EQ(test, hmap_validate(&r->map, r->type), 0);
	return true;
}

/* The new entry may be found in the place of the old one, and again where its own hash
 * is: then it would be visited twice.
 */
static void visit_reused_address(struct kunit *test, const struct hmap_type *type)
{
	struct reuse r = { .type = type, .items = items_alloc(MANY) };
	bool reused = true;
	const void *k;
	void *v;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, r.items);
	for (i = 0; i < MANY; i++) {
		insert_item(test, &r, &r.items[i]);
		r.items[i].stays = true;
	}
	hmap_walk_safe(&r.map, iter, k, v, type) {
		item_of(&r, k, v)->visits++;
		if (r.first)
			continue;
		r.first = item_of(&r, k, v);
		choose(&r);
		reused = change_places(test, &r);
	}
	for (i = 0; i < MANY; i++) {
		KUNIT_EXPECT_LE(test, r.items[i].visits, 1);
		if (r.items[i].stays)
			KUNIT_EXPECT_EQ(test, r.items[i].visits, 1);
	}
	if (!reused)
		kunit_info(test, "the allocator did not use the block's address again");
	hmap_destroy(&r.map, type);
	vfree(r.items);
}

static void reused_objects_are_visited_once(struct kunit *test)
{
	visit_reused_address(test, &chosen_items_type);
}

static void reused_pointers_are_visited_once(struct kunit *test)
{
	visit_reused_address(test, &chosen_pointers_type);
}

static void reused_blocks_are_visited_once(struct kunit *test)
{
	visit_reused_address(test, &chosen_blocks_type);
}

/* A writer who acts while a reader has an item hashed: that one goes, and another comes
 * into its slot. He does so in the call that the case says.
 */
static struct {
	struct hmap *map;
	struct item *goes;
	struct item *comes;
	u32 calls;
	int err;
} writer;

static u64 acting_hash(const void *object, size_t size, u64 seed);

HMAP_DEFINE_KEYED_OBJECT(acting_items, struct item, u64, chosen_hash, acting_hash, is_chosen,
			 HMAP_RCU);

static u64 acting_hash(const void *object, size_t size, u64 seed)
{
	if (object == writer.goes && writer.calls && !--writer.calls)
		writer.err = hmap_remove(writer.map, &writer.goes->wide, &acting_items_type) ?:
			     hmap_insert(writer.map, &writer.comes->wide, &writer.comes,
					 GFP_ATOMIC, &acting_items_type);
	return chosen_hash_of_item(object, size, seed);
}

/* Four items, as many as the smallest table takes: two are left of the first table, which
 * the walk goes on in, and two have hashes of the second half.
 */
static void leave_four(struct kunit *test, struct reuse *r)
{
	u32 i, stay = 0;

	for (i = 0; i < MANY; i++) {
		struct item *item = &r->items[i];

		item->stays = item == r->first ||
			      (hmap_finish(item->wide) >> 63 && stay++ < 2);
		if (!item->stays && item != r->goes)
			remove_item(test, r, item);
	}
	KUNIT_EXPECT_EQ(test, hmap_trim(&r->map, GFP_ATOMIC, r->type), 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&r->map, r->type), 0);
	KUNIT_EXPECT_EQ(test, hmap_count(&r->map, r->type), 4);
}

/* What comes is visited where its own hash is, and not for the one that a reader has found
 * again in its slot before.
 */
static void visit_reused_slot(struct kunit *test, u32 calls)
{
	struct reuse r = { .type = &acting_items_type, .items = items_alloc(MANY + 1) };
	const void *k;
	void *v;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, r.items);
	for (i = 0; i < MANY; i++)
		insert_item(test, &r, &r.items[i]);
	rcu_read_lock();
	hmap_walk_rcu(&r.map, iter, k, v, r.type) {
		((struct item *)v)->visits++;
		if (r.first)
			continue;
		r.first = v;
		choose(&r);
		leave_four(test, &r);
		r.items[MANY].wide = r.comes;
		writer.map = &r.map;
		writer.goes = r.goes;
		writer.comes = &r.items[MANY];
		writer.calls = calls;
	}
	rcu_read_unlock();
	writer.goes = NULL;
	KUNIT_EXPECT_EQ(test, writer.err, 0);
	for (i = 0; i <= MANY; i++) {
		KUNIT_EXPECT_LE(test, r.items[i].visits, 1);
		if (r.items[i].stays)
			KUNIT_EXPECT_EQ(test, r.items[i].visits, 1);
	}
	KUNIT_EXPECT_EQ(test, hmap_count(&r.map, r.type), 4);
	KUNIT_EXPECT_EQ(test, hmap_validate(&r.map, r.type), 0);
	hmap_destroy(&r.map, r.type);
	vfree(r.items);
}

static void reused_slots_are_visited_once(struct kunit *test)
{
	u32 calls;

	for (calls = 1; calls <= 3; calls++)
		visit_reused_slot(test, calls);
}

/* Room for a key or a value, at an odd address. */
struct odd {
	u64 align;
	u8 before;
	u8 bytes[311];
};

/* The n-th key: of any size, but of two bytes at least. */
static void set_odd(struct odd *odd, u32 n, size_t size)
{
	memset(odd->bytes, n * 7, size);
	odd->bytes[0] = n;
	odd->bytes[size - 1] = n >> 8;
}

#define ODD_TYPE(key, value, hash, flags)				\
	HMAP_TYPE(#key "+" #value, key, value, hash, NULL, flags)

static const struct hmap_type odd_types[] = {
	ODD_TYPE(8, 8, hmap_hash_u64, 0),
	ODD_TYPE(8, 8, hmap_hash_u64, HMAP_RCU | HMAP_SCALAR),
	ODD_TYPE(8, 4, hmap_hash_u64, 0),
	ODD_TYPE(8, 40, hmap_hash_u64, HMAP_RCU),
	ODD_TYPE(4, 8, hmap_hash_u32, 0),
	ODD_TYPE(4, 2, hmap_hash_u32, HMAP_RCU | HMAP_SCALAR),
	ODD_TYPE(8, 8, hmap_hash_bytes, 0),
	ODD_TYPE(8, 8, hmap_siphash_bytes, HMAP_RCU | HMAP_SCALAR),
	ODD_TYPE(4, 4, hmap_siphash_bytes, 0),
	ODD_TYPE(2, 8, hmap_hash_bytes, 0),
	ODD_TYPE(3, 2, hmap_hash_bytes, HMAP_RCU | HMAP_SCALAR),
	ODD_TYPE(12, 12, hmap_siphash_bytes, 0),
	ODD_TYPE(16, 0, hmap_hash_bytes, 0),
	ODD_TYPE(8, 0, hmap_hash_u64, HMAP_RCU),
	ODD_TYPE(24, 8, hmap_siphash_bytes, HMAP_RCU | HMAP_SCALAR),
	ODD_TYPE(8, 300, hmap_hash_u64, 0),
	ODD_TYPE(8, 300, hmap_hash_u64, HMAP_RCU),
	ODD_TYPE(300, 8, hmap_hash_bytes, 0),
	ODD_TYPE(300, 300, hmap_siphash_bytes, HMAP_RCU),
};

/* What a size may need. */
static size_t alignment_of(u32 size)
{
	return __HMAP_ALIGN(size);
}

/* Every call that takes a key or a value, and a walk, with odd ones; and what the map
 * gives is not odd.
 */
static void use_odd_keys(struct kunit *test, const struct hmap_type *type)
{
	const u32 count = type->key_size == 2 || type->key_size == 3 ? 200 : 500;
	const bool overwrites = !(type->flags & HMAP_RCU) || type->flags & HMAP_SCALAR;
	const size_t size = type->key_size;
	static struct odd key, value, out;
	struct hmap_cursor cursor;
	struct hmap map = { };
	const void *k;
	u32 n, visits = 0;
	void *entry, *v;

	for (n = 0; n < count; n++) {
		set_odd(&key, n, size);
		set_odd(&value, n, type->value_size ?: 2);
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, key.bytes, value.bytes, GFP_KERNEL,
						  type), 0);
		if (!overwrites)
			continue;
		KUNIT_ASSERT_EQ(test, hmap_store(&map, key.bytes, value.bytes, GFP_KERNEL,
						 type), 0);
		KUNIT_ASSERT_EQ(test, hmap_replace(&map, key.bytes, value.bytes, type), 0);
	}
	test_lock();
	for (n = 0; n < count; n++) {
		set_odd(&key, n, size);
		set_odd(&value, n, type->value_size ?: 2);
		KUNIT_ASSERT_EQ(test, hmap_contains(&map, key.bytes, type), true);
		KUNIT_ASSERT_EQ(test, hmap_read(&map, key.bytes, out.bytes, type), true);
		KUNIT_ASSERT_EQ(test, memcmp(out.bytes, value.bytes, type->value_size), 0);
		entry = hmap_lookup(&map, key.bytes, type);
		KUNIT_ASSERT_NOT_NULL(test, entry);
		KUNIT_ASSERT_EQ(test, (unsigned long)entry %
				      alignment_of(type->value_size ?: size), 0);
		KUNIT_ASSERT_EQ(test, hmap_get_or_insert(&map, key.bytes, value.bytes, NULL,
							 GFP_KERNEL, type) == entry, true);
		KUNIT_ASSERT_EQ(test, hmap_lookup_bulk(&map, key.bytes, 1, &v, type), 1);
		KUNIT_ASSERT_EQ(test, v == entry, true);
		hmap_cursor_after(&map, &cursor, key.bytes, type);
		entry = hmap_next(&map, &cursor, &k, type);
		KUNIT_ASSERT_EQ(test, !entry || (unsigned long)k % alignment_of(size) == 0,
				true);
	}
	hmap_walk(&map, iter, k, v, type)
		visits += (unsigned long)k % alignment_of(size) == 0;
	test_unlock();
	KUNIT_EXPECT_EQ(test, visits, count);
	for (n = 0; n < count; n++) {
		set_odd(&key, n, size);
		if (n % 2)
			KUNIT_ASSERT_EQ(test, hmap_take(&map, key.bytes, out.bytes, type), 0);
		else
			KUNIT_ASSERT_EQ(test, hmap_remove(&map, key.bytes, type), 0);
	}
	KUNIT_EXPECT_TRUE(test, hmap_empty(&map, type));
	hmap_destroy(&map, type);
}

static void keys_and_values_may_be_odd(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(odd_types); i++)
		use_odd_keys(test, &odd_types[i]);
}

/* An array of keys, of which the first is odd. */
static void arrays_of_keys_may_be_odd(struct kunit *test)
{
	static struct {
		u64 align;
		u8 before;
		u8 keys[1000 * 8];
	} odd;
	static void *entries[1000];
	const struct hmap_type *type = &u64_type;
	struct hmap map = { };
	u64 n;

	for (n = 0; n < 1000; n++) {
		u64 key = key_of(n);

		memcpy(&odd.keys[n * 8], &key, 8);
		if (n % 2)
			KUNIT_ASSERT_EQ(test, hmap_insert(&map, &odd.keys[n * 8], &n,
							  GFP_KERNEL, type), 0);
	}
	KUNIT_EXPECT_EQ(test, hmap_lookup_bulk(&map, odd.keys, 1000, entries, type), 500);
	for (n = 0; n < 1000; n++)
		KUNIT_ASSERT_EQ(test, entries[n] ? *(u64 *)entries[n] == n : n % 2 == 0, true);
	hmap_destroy(&map, type);
}

/* Objects whose keys are odd in them. */
struct packed {
	u8 kind;
	u64 wide;
	u32 id;
	u16 mac[3];
	char name[8];
} __packed __aligned(8);

HMAP_DEFINE_OBJECT(packed_by_wide, struct packed, wide, hmap_hash_u64, 0);
HMAP_DEFINE_OBJECT(packed_by_id, struct packed, id, hmap_hash_u32, HMAP_RCU);
HMAP_DEFINE_OBJECT(packed_by_mac, struct packed, mac, hmap_hash_bytes, 0);
HMAP_DEFINE_OBJECT(packed_by_name, struct packed, name, hmap_siphash_bytes, HMAP_STRING);

static void keys_in_objects_may_be_odd(struct kunit *test)
{
	struct packed *packed = vzalloc(500 * sizeof(*packed));
	struct packed_by_wide wide = { };
	struct packed_by_id id = { };
	struct packed_by_mac mac = { };
	struct packed_by_name name = { };
	u32 n;

	KUNIT_ASSERT_NOT_NULL(test, packed);
	rcu_read_lock();
	for (n = 0; n < 500; n++) {
		struct packed *p = &packed[n];

		p->wide = key_of(n);
		p->id = n;
		p->mac[1] = n;
		p->name[0] = 'a' + n % 26;
		p->name[1] = 'a' + n / 26;
		KUNIT_ASSERT_EQ(test, packed_by_wide_insert(&wide, p, GFP_ATOMIC), 0);
		KUNIT_ASSERT_EQ(test, packed_by_id_insert(&id, p, GFP_ATOMIC), 0);
		KUNIT_ASSERT_EQ(test, packed_by_mac_insert(&mac, p, GFP_ATOMIC), 0);
		KUNIT_ASSERT_EQ(test, packed_by_name_insert(&name, p, GFP_ATOMIC), 0);
	}
	for (n = 0; n < 500; n++) {
		struct packed *p = &packed[n];
		u16 key[3] = { 0, n, 0 };

		KUNIT_ASSERT_EQ(test, packed_by_wide_lookup(&wide, p->wide) == p, true);
		KUNIT_ASSERT_EQ(test, packed_by_id_lookup(&id, p->id) == p, true);
		KUNIT_ASSERT_EQ(test, packed_by_mac_lookup(&mac, key) == p, true);
		KUNIT_ASSERT_EQ(test, packed_by_name_lookup(&name, p->name) == p, true);
		KUNIT_ASSERT_EQ(test, packed_by_wide_erase_object(&wide, p), true);
		KUNIT_ASSERT_EQ(test, packed_by_id_erase_object(&id, p), true);
		KUNIT_ASSERT_EQ(test, packed_by_mac_erase_object(&mac, p), true);
		KUNIT_ASSERT_EQ(test, packed_by_name_erase_object(&name, p), true);
	}
	rcu_read_unlock();
	vfree(packed);
}

static struct kunit_case address_test_cases[] = {
	KUNIT_CASE(reused_objects_are_visited_once),
	KUNIT_CASE(reused_pointers_are_visited_once),
	KUNIT_CASE(reused_blocks_are_visited_once),
	KUNIT_CASE(reused_slots_are_visited_once),
	KUNIT_CASE(keys_and_values_may_be_odd),
	KUNIT_CASE(arrays_of_keys_may_be_odd),
	KUNIT_CASE(keys_in_objects_may_be_odd),
	{}
};

static struct kunit_suite address_test_suite = {
	.name = "hmap_address",
	.exit = address_test_exit,
	.test_cases = address_test_cases,
};

kunit_test_suite(address_test_suite);
