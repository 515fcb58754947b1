// SPDX-License-Identifier: GPL-2.0
/* EXPECT: with HMAP_RCU such values are constant: make a map of pointers or objects */
#include <hmap/hmap.h>

/* Of the size of a word: but readers use its members. */
struct pair {
	u32 a, b;
};

#ifdef MISTAKE
HMAP_DEFINE(pairs, u64, struct pair, hmap_hash_u64, NULL, HMAP_RCU);
#else
HMAP_DEFINE(pairs, u64, struct pair, hmap_hash_u64, NULL, 0);
#endif

int store(struct pairs *m, struct pair pair);

int store(struct pairs *m, struct pair pair)
{
	return pairs_store(m, 1, pair, GFP_KERNEL);
}
