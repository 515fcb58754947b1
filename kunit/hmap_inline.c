// SPDX-License-Identifier: GPL-2.0
/*
 * A typed lookup to look at: on a header-only map it is to be a load and a test.
 * scripts/stages/inline.sh reads what the compiler made of it.
 */
#include <linux/module.h>

#include <hmap/hmap.h>

HMAP_DEFINE_RCU(seen_map, u64, u64, hmap_hash_u64, NULL);

const u64 *inlined_lookup(const struct seen_map *map, u64 key);

const u64 *inlined_lookup(const struct seen_map *map, u64 key)
{
	return seen_map_lookup(map, key);
}

HMAP_IMPORT_NS;
MODULE_DESCRIPTION("A typed lookup of hmap, to be disassembled");
MODULE_LICENSE("GPL");
