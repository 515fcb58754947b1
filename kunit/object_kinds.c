// SPDX-License-Identifier: GPL-2.0
/* Kinds of maps of objects; see object_kinds.h. */
#include <linux/kernel.h>

#include "object_kinds.h"

void item_init(struct item *item, u64 number)
{
	u64 wide = key_of(number);

	*item = (struct item){
		.number = number,
		.wide = wide,
		.pair = { .high = wide >> 32, .low = wide },
		.id = (u32)number * 0x9e3779b1,
		.label = item->text,
	};
	memcpy(item->mac, &item->id, sizeof(item->id));
	snprintf(item->name, sizeof(item->name), "item %u", (u32)number);
	snprintf(item->text, sizeof(item->text), "%x", item->id);
}

struct item *items_alloc(u32 count)
{
	struct item *items = vzalloc(count * sizeof(*items));
	u32 i;

	for (i = 0; items && i < count; i++)
		item_init(&items[i], i);
	return items;
}

static u64 key_hash(const void *key, size_t size, u64 seed)
{
	const struct item_key *k = key;
	u64 wide = (u64)k->high << 32 | k->low;

	return hmap_hash_u64(&wide, sizeof(wide), seed);
}

static u64 item_hash(const void *object, size_t size, u64 seed)
{
	const struct item *item = object;

	return hmap_hash_u64(&item->wide, sizeof(item->wide), seed);
}

static bool key_is(const void *key, const void *object, size_t size)
{
	const struct item_key *k = key;
	const struct item *item = object;

	return item->wide == ((u64)k->high << 32 | k->low);
}

HMAP_DEFINE_OBJECT(by_id, struct item, id, hmap_hash_u32, 0);
HMAP_DEFINE_OBJECT(by_wide, struct item, wide, hmap_hash_u64, HMAP_RCU);
HMAP_DEFINE_OBJECT(by_pair, struct item, pair, hmap_hash_bytes, 0);
HMAP_DEFINE_OBJECT(by_mac, struct item, mac, hmap_siphash_bytes, HMAP_RCU);
HMAP_DEFINE_OBJECT(by_name, struct item, name, hmap_hash_bytes, HMAP_STRING);
HMAP_DEFINE_OBJECT(by_label, struct item, label, hmap_siphash_bytes, HMAP_STRING | HMAP_RCU);
HMAP_DEFINE_KEYED_OBJECT(by_function, struct item, struct item_key, key_hash, item_hash,
			 key_is, 0);
HMAP_DEFINE_KEYED_OBJECT(by_function_rcu, struct item, struct item_key, key_hash, item_hash,
			 key_is, HMAP_RCU);

#define LIST(...)	__VA_ARGS__

/* The calls of a kind. @key: what its wrappers take for the key of @item; @both: for the
 * key, if they have to be told, and the item.
 */
#define ITEM_KIND_CALLS(prefix, key, both)				\
static struct item *prefix##_do_lookup(const struct hmap *map, const struct item *item) \
{									\
	return prefix##_lookup((const struct prefix *)map, key);	\
}									\
									\
static bool prefix##_do_contains(const struct hmap *map, const struct item *item) \
{									\
	return prefix##_contains((const struct prefix *)map, key);	\
}									\
									\
static void prefix##_do_cursor_after(const struct hmap *map, struct hmap_cursor *cursor, \
				     const struct item *item)		\
{									\
	prefix##_cursor_after((const struct prefix *)map, cursor, key);	\
}									\
									\
static struct item *prefix##_do_next(const struct hmap *map, struct hmap_cursor *cursor) \
{									\
	return prefix##_next((const struct prefix *)map, cursor);	\
}									\
									\
static u32 prefix##_do_walk(struct hmap *map)				\
{									\
	struct item *item;						\
	u32 n = 0;							\
									\
	hmap_for_each_object(prefix, (struct prefix *)map, iter, item) { \
		item->visits++;						\
		n++;							\
	}								\
	return n;							\
}									\
									\
static u32 prefix##_do_walk_safe(struct hmap *map)			\
{									\
	struct item *item;						\
	u32 n = 0;							\
									\
	hmap_for_each_object_safe(prefix, (struct prefix *)map, iter, item) { \
		item->visits++;						\
		n++;							\
	}								\
	return n;							\
}									\
									\
static __maybe_unused u32 prefix##_do_walk_rcu(struct hmap *map)	\
{									\
	struct item *item;						\
	u32 n = 0;							\
									\
	hmap_for_each_object_rcu(prefix, (struct prefix *)map, iter, item) { \
		item->visits++;						\
		n++;							\
	}								\
	return n;							\
}									\
									\
static int prefix##_do_insert(struct hmap *map, struct item *item, gfp_t gfp) \
{									\
	return prefix##_insert((struct prefix *)map, LIST both, gfp);	\
}									\
									\
static struct item *prefix##_do_get_or_insert(struct hmap *map, struct item *item, \
					      gfp_t gfp)		\
{									\
	return prefix##_get_or_insert((struct prefix *)map, LIST both, gfp); \
}									\
									\
static struct item *prefix##_do_store(struct hmap *map, struct item *item, gfp_t gfp) \
{									\
	return prefix##_store((struct prefix *)map, LIST both, gfp);	\
}									\
									\
static struct item *prefix##_do_replace(struct hmap *map, struct item *item) \
{									\
	return prefix##_replace((struct prefix *)map, LIST both);	\
}									\
									\
static struct item *prefix##_do_erase(struct hmap *map, const struct item *item) \
{									\
	return prefix##_erase((struct prefix *)map, key);		\
}									\
									\
static bool prefix##_do_erase_object(struct hmap *map, struct item *item) \
{									\
	return prefix##_erase_object((struct prefix *)map, LIST both);	\
}

/* Keys side by side. @keys: of a type by which an array is an array; @set: makes keys[i]
 * the key of @item; @first: what the wrapper takes.
 */
#define ITEM_KIND_BULK(prefix, keys, set, first)			\
static unsigned int prefix##_do_lookup_both(const struct hmap *map,	\
					    const struct item *one,	\
					    const struct item *other,	\
					    struct item *found[2])	\
{									\
	const struct item *item = one;					\
	u32 i;								\
	keys;								\
									\
	for (i = 0; i < 2; i++, item = other)				\
		set;							\
	return prefix##_lookup_bulk((const struct prefix *)map, first, 2, found); \
}

#define ITEM_KEY(item)							\
	(&(struct item_key){ .low = (item)->wide, .high = (item)->wide >> 32 })

ITEM_KIND_CALLS(by_id, item->id, (item))
ITEM_KIND_CALLS(by_wide, item->wide, (item))
ITEM_KIND_CALLS(by_pair, item->pair, (item))
ITEM_KIND_CALLS(by_mac, item->mac, (item))
ITEM_KIND_CALLS(by_name, item->name, (item))
ITEM_KIND_CALLS(by_label, item->label, (item))
ITEM_KIND_CALLS(by_function, ITEM_KEY(item), (ITEM_KEY(item), item))
ITEM_KIND_CALLS(by_function_rcu, ITEM_KEY(item), (ITEM_KEY(item), item))

ITEM_KIND_BULK(by_id, u32 keys[2], keys[i] = item->id, keys)
ITEM_KIND_BULK(by_wide, u64 keys[2], keys[i] = item->wide, keys)
ITEM_KIND_BULK(by_pair, struct item_pair keys[2], keys[i] = item->pair, keys)
ITEM_KIND_BULK(by_mac, u8 keys[2][6], memcpy(keys[i], item->mac, 6), keys[0])
ITEM_KIND_BULK(by_name, const char *keys[2], keys[i] = item->name, keys)
ITEM_KIND_BULK(by_label, const char *keys[2], keys[i] = item->label, keys)
ITEM_KIND_BULK(by_function, struct item_key keys[2], keys[i] = *ITEM_KEY(item), keys)
ITEM_KIND_BULK(by_function_rcu, struct item_key keys[2], keys[i] = *ITEM_KEY(item), keys)

#define ITEM_KIND(prefix, rcu_walk)	{				\
	.type		= &prefix##_type,				\
	.lookup		= prefix##_do_lookup,				\
	.contains	= prefix##_do_contains,				\
	.lookup_both	= prefix##_do_lookup_both,			\
	.cursor_after	= prefix##_do_cursor_after,			\
	.next		= prefix##_do_next,				\
	.walk		= prefix##_do_walk,				\
	.walk_safe	= prefix##_do_walk_safe,			\
	.walk_rcu	= rcu_walk,					\
	.insert		= prefix##_do_insert,				\
	.get_or_insert	= prefix##_do_get_or_insert,			\
	.store		= prefix##_do_store,				\
	.replace	= prefix##_do_replace,				\
	.erase		= prefix##_do_erase,				\
	.erase_object	= prefix##_do_erase_object,			\
}

const struct item_kind item_kinds[] = {
	ITEM_KIND(by_id, NULL),
	ITEM_KIND(by_wide, by_wide_do_walk_rcu),
	ITEM_KIND(by_pair, NULL),
	ITEM_KIND(by_mac, by_mac_do_walk_rcu),
	ITEM_KIND(by_name, NULL),
	ITEM_KIND(by_label, by_label_do_walk_rcu),
	ITEM_KIND(by_function, NULL),
	ITEM_KIND(by_function_rcu, by_function_rcu_do_walk_rcu),
};

const u32 nr_item_kinds = ARRAY_SIZE(item_kinds);
