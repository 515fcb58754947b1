// SPDX-License-Identifier: GPL-2.0
/*
 * Typed lookups to look at: on a map without entries each is to be a load and a test, and
 * where the only object is in the header, nothing is hashed. scripts/stages/inline.sh
 * reads what the compiler made of them.
 */
#include <linux/module.h>

#include <hmap/hmap.h>

struct seen_object {
	u64	id;
	u64	number;
};

/* Not inlined, so that a call tells where it is. */
static noinline u64 seen_hash(const void *key, size_t size, u64 seed)
{
	return hmap_hash_u64(key, size, seed);
}

HMAP_DEFINE(seen_map, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE_OBJECT(seen_objects, struct seen_object, id, seen_hash, HMAP_RCU);

const u64 *inlined_lookup(const struct seen_map *map, u64 key);
struct seen_object *inlined_object_lookup(const struct seen_objects *map, u64 key);

const u64 *inlined_lookup(const struct seen_map *map, u64 key)
{
	return seen_map_lookup(map, key);
}

struct seen_object *inlined_object_lookup(const struct seen_objects *map, u64 key)
{
	return seen_objects_lookup(map, key);
}

HMAP_IMPORT_NS;
MODULE_DESCRIPTION("Typed lookups of hmap, to be disassembled");
MODULE_LICENSE("GPL");
