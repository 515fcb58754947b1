// SPDX-License-Identifier: GPL-2.0
/*
 * Maps of pointers: a lookup gives what was stored, and what overwrites gives what was
 * there before.
 */
#include "object_kinds.h"

HMAP_DEFINE(ids, u32, struct item *, hmap_hash_u32, NULL, 0);
HMAP_DEFINE(rcu_ids, u64, struct item *, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE(consts, u64, const struct item *, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE(voids, u64, void *, hmap_hash_u64, NULL, 0);
HMAP_DEFINE(macs, u8[6], struct item *, hmap_hash_bytes, NULL, HMAP_RCU);
HMAP_DEFINE(names, const char *, struct item *, hmap_hash_bytes, NULL, HMAP_STRING);
HMAP_WRAPPERS_N(names);
HMAP_DEFINE(rcu_names, const char *, struct item *, hmap_siphash_bytes, NULL,
	    HMAP_STRING | HMAP_RCU);
HMAP_WRAPPERS_N(rcu_names);

/* The key is a pointer, compared as such; so may be the value. */
HMAP_DEFINE(by_address, struct item *, u64, hmap_hash_u64, NULL, 0);
HMAP_DEFINE(rcu_by_address, struct item *, u64, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE(peers, const struct item *, struct item *, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE(address_set, struct item *, struct hmap_none, hmap_hash_u64, NULL, HMAP_RCU);

/* A pointer is a value: with RCU or without, it is not what it points to that is const. */
#ifdef __CHECKER__ /* to sparse all pointers in maps are void * */
#define GIVES(call, type)	static_assert(sizeof(call) == sizeof(type))
#else
#define GIVES(call, type) \
	static_assert(__builtin_types_compatible_p(typeof(call), type), #call)
#endif

GIVES(ids_lookup((struct ids *)0, 0), struct item *);
GIVES(ids_store((struct ids *)0, 0, NULL, 0), struct item *);
GIVES(ids_replace((struct ids *)0, 0, NULL), struct item *);
GIVES(ids_erase((struct ids *)0, 0), struct item *);
GIVES(ids_get_or_insert((struct ids *)0, 0, NULL, NULL, 0), struct item *);
GIVES(rcu_ids_lookup((struct rcu_ids *)0, 0), struct item *);
GIVES(rcu_ids_store((struct rcu_ids *)0, 0, NULL, 0), struct item *);
GIVES(rcu_ids_replace((struct rcu_ids *)0, 0, NULL), struct item *);
GIVES(rcu_ids_erase((struct rcu_ids *)0, 0), struct item *);
GIVES(rcu_ids_next((struct rcu_ids *)0, NULL, NULL), struct item *);
GIVES(consts_lookup((struct consts *)0, 0), const struct item *);
GIVES(consts_erase((struct consts *)0, 0), const struct item *);
GIVES(voids_lookup((struct voids *)0, 0), void *);
GIVES(names_lookup_n((struct names *)0, "", 0), struct item *);
GIVES(rcu_names_erase_n((struct rcu_names *)0, "", 0), struct item *);
GIVES(by_address_lookup((struct by_address *)0, NULL), u64 *);
GIVES(rcu_by_address_lookup((struct rcu_by_address *)0, NULL), const u64 *);
GIVES(peers_lookup((struct peers *)0, NULL), struct item *);
GIVES(address_set_lookup((struct address_set *)0, NULL), struct item * const *);

static struct hmap_stats stats;
static struct item *items, *twins;

#define MANY	1000

static int pointer_test_init(struct kunit *test)
{
	items = items_alloc(MANY);
	twins = items_alloc(MANY);
	stats_since(&stats);
	return items && twins ? 0 : -ENOMEM;
}

static void pointer_test_exit(struct kunit *test)
{
	rcu_barrier();
	vfree(items);
	vfree(twins);
}

static void lookups_give_the_pointer(struct kunit *test)
{
	struct rcu_ids rcu = { };
	struct consts c = { };
	struct ids m = { };
	struct voids v = { };
	struct macs mac = { };
	u32 i;

	rcu_read_lock();
	for (i = 0; i < MANY; i++) {
		struct item *item = &items[i];

		KUNIT_ASSERT_EQ(test, ids_insert(&m, i, item, GFP_ATOMIC), 0);
		KUNIT_ASSERT_EQ(test, rcu_ids_insert(&rcu, i, item, GFP_ATOMIC), 0);
		KUNIT_ASSERT_EQ(test, consts_insert(&c, i, item, GFP_ATOMIC), 0);
		KUNIT_ASSERT_EQ(test, voids_insert(&v, i, item, GFP_ATOMIC), 0);
		KUNIT_ASSERT_EQ(test, macs_insert(&mac, item->mac, item, GFP_ATOMIC), 0);
		KUNIT_ASSERT_EQ(test, ids_insert(&m, i, &twins[i], GFP_ATOMIC), -EEXIST);
	}
	for (i = 0; i < MANY; i++) {
		struct item *item = &items[i], *out;

		KUNIT_ASSERT_EQ(test, ids_lookup(&m, i) == item, true);
		KUNIT_ASSERT_EQ(test, rcu_ids_lookup(&rcu, i) == item, true);
		KUNIT_ASSERT_EQ(test, consts_lookup(&c, i) == item, true);
		KUNIT_ASSERT_EQ(test, voids_lookup(&v, i) == item, true);
		KUNIT_ASSERT_EQ(test, macs_lookup(&mac, twins[i].mac) == item, true);
		KUNIT_ASSERT_EQ(test, !ids_lookup(&m, MANY + i), true);
		KUNIT_ASSERT_EQ(test, !rcu_ids_lookup(&rcu, MANY + i), true);
		KUNIT_ASSERT_EQ(test, ids_contains(&m, i), true);
		KUNIT_ASSERT_EQ(test, ids_contains(&m, MANY + i), false);
		KUNIT_ASSERT_EQ(test, ids_read(&m, i, &out) && out == item, true);
	}
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, ids_validate(&m), 0);
	KUNIT_EXPECT_EQ(test, rcu_ids_validate(&rcu), 0);
	ids_destroy(&m);
	rcu_ids_destroy(&rcu);
	consts_destroy(&c);
	voids_destroy(&v);
	macs_destroy(&mac);
}

/* Half of the keys asked for are there; in one table and in many. */
static void bulk_lookups_give_the_pointers(struct kunit *test)
{
	static struct item *found[2 * MANY];
	static u64 keys[2 * MANY];
	u32 i, count;

	for (i = 0; i < 2 * MANY; i++)
		keys[i] = i;
	for (count = 1; count <= MANY; count *= 10) {
		struct rcu_ids m = { };

		for (i = 0; i < count; i++)
			KUNIT_ASSERT_EQ(test, rcu_ids_insert(&m, i, &items[i], GFP_KERNEL), 0);
		rcu_read_lock();
		KUNIT_EXPECT_EQ(test, rcu_ids_lookup_bulk(&m, keys, 2 * count, found), count);
		for (i = 0; i < 2 * count; i++)
			KUNIT_ASSERT_EQ(test, found[i] == (i < count ? &items[i] : NULL), true);
		rcu_read_unlock();
		rcu_ids_destroy(&m);
	}
}

/* Store, replace and erase give back the old one; what is overwritten costs nothing. */
static void old_pointers_come_back(struct kunit *test)
{
	struct rcu_ids m = { };
	struct hmap_stats d;
	u32 i;

	rcu_read_lock();
	for (i = 0; i < MANY; i++) {
		KUNIT_ASSERT_EQ(test, !rcu_ids_replace(&m, i, &items[i]), true);
		KUNIT_ASSERT_EQ(test, !rcu_ids_store(&m, i, &items[i], GFP_ATOMIC), true);
	}
	stats_since(&stats);
	fail_all_allocations(true);
	for (i = 0; i < MANY; i++)
		if (rcu_ids_store(&m, i, &twins[i], GFP_ATOMIC) != &items[i] ||
		    rcu_ids_lookup(&m, i) != &twins[i] ||
		    rcu_ids_replace(&m, i, &items[i]) != &twins[i] ||
		    rcu_ids_lookup(&m, i) != &items[i])
			break;
	fail_all_allocations(false);
	KUNIT_EXPECT_EQ(test, i, MANY);
	d = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, d.tables_allocated, 0);
	KUNIT_EXPECT_EQ(test, d.alloc_failures, 0);
	KUNIT_EXPECT_EQ(test, d.bytes_in_use, 0);
	KUNIT_EXPECT_EQ(test, rcu_ids_count(&m), MANY);
	for (i = 0; i < MANY; i++) {
		KUNIT_ASSERT_EQ(test, rcu_ids_erase(&m, i) == &items[i], true);
		KUNIT_ASSERT_EQ(test, !rcu_ids_erase(&m, i), true);
	}
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, rcu_ids_empty(&m));
	KUNIT_EXPECT_EQ(test, rcu_ids_validate(&m), 0);
	rcu_ids_destroy(&m);
}

/* One key, overwritten as often as one likes, needs the one table. */
static void overwriting_takes_no_slot(struct kunit *test)
{
	struct rcu_ids m = { };
	u32 i;

	KUNIT_ASSERT_EQ(test, !rcu_ids_store(&m, 7, &items[0], GFP_KERNEL), true);
	for (i = 0; i < 300000; i++)
		if (rcu_ids_store(&m, 7, &items[(i + 1) % 2], GFP_KERNEL) != &items[i % 2])
			break;
	KUNIT_EXPECT_EQ(test, i, 300000);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).tables_allocated, 1);
	rcu_ids_destroy(&m);
}

static void get_or_insert_gives_the_one_that_is_there(struct kunit *test)
{
	bool inserted = false;
	struct ids m = { };
	u32 i;

	for (i = 0; i < MANY; i++) {
		KUNIT_ASSERT_EQ(test, ids_get_or_insert(&m, i, &items[i], &inserted,
							GFP_KERNEL) == &items[i], true);
		KUNIT_ASSERT_EQ(test, inserted, true);
		KUNIT_ASSERT_EQ(test, ids_get_or_insert(&m, i, &twins[i], &inserted,
							GFP_KERNEL) == &items[i], true);
		KUNIT_ASSERT_EQ(test, inserted, false);
	}
	ids_destroy(&m);
}

/* Remove and take are there as well; the generic hmap_erase_pointer() takes this one only. */
static void pointers_are_removed(struct kunit *test)
{
	struct item *out = NULL;
	struct rcu_ids m = { };
	u64 i;

	for (i = 0; i < MANY; i++)
		KUNIT_ASSERT_EQ(test, rcu_ids_insert(&m, i, &items[i], GFP_KERNEL), 0);
	for (i = 0; i < MANY; i++) {
		KUNIT_ASSERT_EQ(test, hmap_erase_pointer(&m.map, &i, &twins[i], &rcu_ids_type),
				false);
		KUNIT_ASSERT_EQ(test, rcu_ids_contains(&m, i), true);
		if (i % 3 == 0) {
			KUNIT_ASSERT_EQ(test, hmap_erase_pointer(&m.map, &i, &items[i],
								 &rcu_ids_type), true);
		} else if (i % 3 == 1) {
			KUNIT_ASSERT_EQ(test, rcu_ids_take(&m, i, &out), 0);
			KUNIT_ASSERT_EQ(test, out == &items[i], true);
		} else {
			KUNIT_ASSERT_EQ(test, rcu_ids_remove(&m, i), 0);
		}
		KUNIT_ASSERT_EQ(test, rcu_ids_remove(&m, i), -ENOENT);
	}
	KUNIT_EXPECT_TRUE(test, rcu_ids_empty(&m));
	rcu_ids_destroy(&m);
}

static void walks_give_the_pointer(struct kunit *test)
{
	struct hmap_cursor cursor = { };
	struct rcu_ids m = { };
	struct item *item;
	const u64 *k;
	u32 i;

	for (i = 0; i < MANY; i++)
		KUNIT_ASSERT_EQ(test, rcu_ids_insert(&m, i, &items[i], GFP_KERNEL), 0);
	rcu_read_lock();
	hmap_for_each(rcu_ids, &m, plain, k, item)
		item->visits += *k == item->number;
	hmap_for_each_safe(rcu_ids, &m, safe, k, item) {
		item->visits += *k == item->number;
		KUNIT_ASSERT_EQ(test, rcu_ids_replace(&m, *k, item) == item, true);
	}
	hmap_for_each_rcu(rcu_ids, &m, reader, k, item)
		item->visits += *k == item->number;
	while ((item = rcu_ids_next(&m, &cursor, &k)))
		item->visits += *k == item->number;
	rcu_read_unlock();
	for (i = 0; i < MANY; i++)
		KUNIT_ASSERT_EQ(test, items[i].visits, 4);
	rcu_ids_destroy(&m);
}

/* Pointers that the map never follows: they are compared, and hashed, as numbers. */
static void keys_may_be_pointers(struct kunit *test)
{
	struct rcu_by_address rcu = { };
	struct address_set set = { };
	struct by_address m = { };
	struct peers p = { };
	struct item * const *k;
	u64 *value;
	u32 i;

	rcu_read_lock();
	for (i = 0; i < MANY; i++) {
		KUNIT_ASSERT_EQ(test, by_address_insert(&m, &items[i], i, GFP_ATOMIC), 0);
		KUNIT_ASSERT_EQ(test, rcu_by_address_store(&rcu, &items[i], i, GFP_ATOMIC), 0);
		KUNIT_ASSERT_EQ(test, !peers_store(&p, &items[i], &twins[i], GFP_ATOMIC), true);
		KUNIT_ASSERT_EQ(test, address_set_insert(&set, &items[i], (struct hmap_none){ },
							 GFP_ATOMIC), 0);
	}
	for (i = 0; i < MANY; i++) {
		KUNIT_ASSERT_EQ(test, *by_address_lookup(&m, &items[i]), i);
		KUNIT_ASSERT_EQ(test, READ_ONCE(*rcu_by_address_lookup(&rcu, &items[i])), i);
		KUNIT_ASSERT_EQ(test, peers_lookup(&p, &items[i]) == &twins[i], true);
		KUNIT_ASSERT_EQ(test, *address_set_lookup(&set, &items[i]) == &items[i], true);
		KUNIT_ASSERT_EQ(test, !by_address_lookup(&m, &twins[i]), true);
		KUNIT_ASSERT_EQ(test, !peers_lookup(&p, &twins[i]), true);
	}
	rcu_read_unlock();
	hmap_for_each(by_address, &m, iter, k, value)
		(*k)->visits += *value == (*k)->number;
	for (i = 0; i < MANY; i++)
		KUNIT_ASSERT_EQ(test, items[i].visits, 1);
	by_address_destroy(&m);
	rcu_by_address_destroy(&rcu);
	peers_destroy(&p);
	address_set_destroy(&set);
}

/* From strings, given with a NUL or by pointer and length, whose copies are the map's. */
static void strings_lead_to_pointers(struct kunit *test)
{
	struct rcu_names rcu = { };
	struct names m = { };
	char name[24];
	u32 i, len;

	rcu_read_lock();
	for (i = 0; i < MANY; i++) {
		len = strlen(items[i].name);
		memset(name, 'x', sizeof(name));
		memcpy(name, items[i].name, len);
		KUNIT_ASSERT_EQ(test, names_insert(&m, items[i].name, &items[i], GFP_ATOMIC), 0);
		KUNIT_ASSERT_EQ(test, !rcu_names_store_n(&rcu, name, len, &items[i],
							 GFP_ATOMIC), true);
	}
	for (i = 0; i < MANY; i++) {
		len = strlen(items[i].name);
		memset(name, 'x', sizeof(name));
		memcpy(name, items[i].name, len);
		KUNIT_ASSERT_EQ(test, names_lookup_n(&m, name, len) == &items[i], true);
		KUNIT_ASSERT_EQ(test, !names_lookup_n(&m, name, len + 1), true);
		KUNIT_ASSERT_EQ(test, rcu_names_lookup(&rcu, twins[i].name) == &items[i], true);
		KUNIT_ASSERT_EQ(test, rcu_names_replace_n(&rcu, name, len, &twins[i]) ==
				      &items[i], true);
		KUNIT_ASSERT_EQ(test, rcu_names_store(&rcu, twins[i].name, &items[i],
						      GFP_ATOMIC) == &twins[i], true);
		KUNIT_ASSERT_EQ(test, rcu_names_erase_n(&rcu, name, len) == &items[i], true);
		KUNIT_ASSERT_EQ(test, names_erase(&m, twins[i].name) == &items[i], true);
	}
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, names_empty(&m));
	KUNIT_EXPECT_TRUE(test, rcu_names_empty(&rcu));
	names_destroy(&m);
	rcu_names_destroy(&rcu);
}

static void free_it(void *entry, void *arg)
{
	kfree(entry);
	++*(u32 *)arg;
}

/* The callbacks get what was stored, and may free it; the same of keys that point to it,
 * though they are hashed by what is there.
 */
static void ends_give_the_pointers(struct kunit *test)
{
	static const u32 counts[] = { 0, 1, 2, 30, MANY };
	u32 c, i;

	for (c = 0; c < 2 * ARRAY_SIZE(counts); c++) {
		u32 calls = 0, count = counts[c / 2];
		struct rcu_names name = { };
		struct peers peer = { };

		for (i = 0; i < count; i++) {
			struct item *a = kmalloc(sizeof(*a), GFP_KERNEL);
			struct item *b = kmalloc(sizeof(*b), GFP_KERNEL);

			KUNIT_ASSERT_NOT_NULL(test, a);
			KUNIT_ASSERT_NOT_NULL(test, b);
			KUNIT_ASSERT_EQ(test, rcu_names_insert(&name, items[i].name, a,
							       GFP_KERNEL), 0);
			KUNIT_ASSERT_EQ(test, peers_insert(&peer, b, b, GFP_KERNEL), 0);
		}
		if (c % 2) {
			rcu_names_clear_with(&name, free_it, &calls);
			peers_clear_with(&peer, free_it, &calls);
		} else {
			rcu_names_free_and_destroy(&name, free_it, &calls);
			peers_free_and_destroy(&peer, free_it, &calls);
		}
		KUNIT_EXPECT_EQ(test, calls, 2 * count);
		KUNIT_EXPECT_EQ(test, rcu_names_memory(&name), 0);
		KUNIT_EXPECT_EQ(test, peers_memory(&peer), 0);
	}
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, stats_since(&stats).bytes_in_use, 0);
}

/* Every call that would store @bad, in a map that holds item 0 of a kind, or nothing. */
static void refuse(struct kunit *test, const struct item_kind *kind, struct item *bad, bool empty)
{
	struct hmap map = { };
	struct rcu_ids m = { };
	u64 key = 0;

	if (!empty) {
		KUNIT_ASSERT_EQ(test, kind->insert(&map, &items[0], GFP_KERNEL), 0);
		KUNIT_ASSERT_EQ(test, rcu_ids_insert(&m, key, &items[0], GFP_KERNEL), 0);
	}
	KUNIT_EXPECT_EQ(test, hmap_insert(&map, &key, &bad, GFP_KERNEL, kind->type), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_get_or_insert(&map, &key, &bad, NULL, GFP_KERNEL,
							 kind->type)), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_store_pointer(&map, &key, bad, GFP_KERNEL,
							 kind->type)), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(hmap_replace_pointer(&map, &key, bad, kind->type)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, kind->type), !empty);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, kind->type), 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, kind->type), 0);
	hmap_destroy(&map, kind->type);

	/* To a map of pointers an odd one is as good as any. */
	if (bad && !IS_ERR(bad)) {
		KUNIT_EXPECT_EQ(test, IS_ERR(rcu_ids_store(&m, key, bad, GFP_KERNEL)), false);
	} else {
		KUNIT_EXPECT_EQ(test, rcu_ids_insert(&m, key, bad, GFP_KERNEL), -EINVAL);
		KUNIT_EXPECT_EQ(test, PTR_ERR(rcu_ids_get_or_insert(&m, key, bad, NULL,
								    GFP_KERNEL)), -EINVAL);
		KUNIT_EXPECT_EQ(test, PTR_ERR(rcu_ids_store(&m, key, bad, GFP_KERNEL)),
				-EINVAL);
		KUNIT_EXPECT_EQ(test, PTR_ERR(rcu_ids_replace(&m, key, bad)), -EINVAL);
		KUNIT_EXPECT_EQ(test, rcu_ids_count(&m), !empty);
	}
	rcu_ids_destroy(&m);
}

/* The wrappers find the key in the object: in none there is none. Those for which the caller
 * tells the key are the last two.
 */
static void refuse_no_object(struct kunit *test, struct item *bad)
{
	const struct item_kind *kind;

	for (kind = item_kinds; kind < &item_kinds[nr_item_kinds - 2]; kind++) {
		struct hmap map = { };
		u32 i;

		for (i = 0; i < 3; i++) {
			KUNIT_EXPECT_EQ(test, kind->insert(&map, bad, GFP_KERNEL), -EINVAL);
			KUNIT_EXPECT_EQ(test, PTR_ERR(kind->get_or_insert(&map, bad, GFP_KERNEL)),
					-EINVAL);
			KUNIT_EXPECT_EQ(test, PTR_ERR(kind->store(&map, bad, GFP_KERNEL)),
					-EINVAL);
			KUNIT_EXPECT_EQ(test, PTR_ERR(kind->replace(&map, bad)), -EINVAL);
			KUNIT_EXPECT_EQ(test, hmap_count(&map, kind->type), i);
			KUNIT_ASSERT_EQ(test, kind->insert(&map, &items[i], GFP_KERNEL), 0);
		}
		KUNIT_EXPECT_FALSE(test, kind->erase_object(&map, NULL));
		hmap_destroy(&map, kind->type);
	}
}

/* NULL and error pointers are what the calls return, so they cannot be stored; nor can an
 * object whose low bits are not zero, where the map has its own. All with one warning, which
 * arguments_test.c expects.
 */
static void null_errors_and_odd_objects_are_refused(struct kunit *test)
{
	struct item *bad[] = {
		NULL, ERR_PTR(-ENOMEM), ERR_PTR(-4095), (void *)items + 1, (void *)items + 2,
		(void *)items + 3,
	};
	u32 i, kind;

	/* By a number, and by functions: the key is not looked for in what is refused. */
	for (kind = 1; kind < nr_item_kinds; kind += nr_item_kinds - 2) {
		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			refuse(test, &item_kinds[kind], bad[i], true);
			refuse(test, &item_kinds[kind], bad[i], false);
		}
	}
	refuse_no_object(test, NULL);
	refuse_no_object(test, ERR_PTR(-ENOENT));
}

static struct kunit_case pointer_test_cases[] = {
	KUNIT_CASE(lookups_give_the_pointer),
	KUNIT_CASE(bulk_lookups_give_the_pointers),
	KUNIT_CASE(old_pointers_come_back),
	KUNIT_CASE(overwriting_takes_no_slot),
	KUNIT_CASE(get_or_insert_gives_the_one_that_is_there),
	KUNIT_CASE(pointers_are_removed),
	KUNIT_CASE(walks_give_the_pointer),
	KUNIT_CASE(keys_may_be_pointers),
	KUNIT_CASE(strings_lead_to_pointers),
	KUNIT_CASE(ends_give_the_pointers),
	KUNIT_CASE(null_errors_and_odd_objects_are_refused),
	{}
};

static struct kunit_suite pointer_test_suite = {
	.name = "hmap_pointer",
	.init = pointer_test_init,
	.exit = pointer_test_exit,
	.test_cases = pointer_test_cases,
};

kunit_test_suite(pointer_test_suite);
