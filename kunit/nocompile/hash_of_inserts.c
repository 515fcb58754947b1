// SPDX-License-Identifier: GPL-2.0
/* EXPECT: hmap_hash_u64 is for keys of 8 bytes */
#include <hmap/hmap.h>

/* Nothing is looked up here. */
#ifdef MISTAKE
HMAP_DEFINE(numbers, u32, u64, hmap_hash_u64, NULL, 0);
#else
HMAP_DEFINE(numbers, u32, u64, hmap_hash_u32, NULL, 0);
#endif

int add(struct numbers *m);

int add(struct numbers *m)
{
	return numbers_insert(m, 1, 2, GFP_KERNEL);
}
