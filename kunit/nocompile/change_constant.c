// SPDX-License-Identifier: GPL-2.0
/* EXPECT: of a map with HMAP_RCU only integers change in place */
#include <hmap/hmap.h>

struct pair {
	u32 a, b;
};

#ifdef MISTAKE
HMAP_DEFINE(pairs, u64, struct pair, hmap_hash_u64, NULL, HMAP_RCU);
#else
HMAP_DEFINE(pairs, u64, struct pair, hmap_hash_u64, NULL, 0);
#endif

struct pair *change(struct pairs *m);

struct pair *change(struct pairs *m)
{
	return pairs_lookup_mut(m, 1);
}
