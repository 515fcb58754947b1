// SPDX-License-Identifier: GPL-2.0
/* EXPECT: a walk under RCU is for kinds with HMAP_RCU */
#include <hmap/hmap.h>

#ifdef MISTAKE
HMAP_DEFINE(numbers, u64, u64, hmap_hash_u64, NULL, 0);
#else
HMAP_DEFINE(numbers, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);
#endif

u64 sum(const struct numbers *m);

u64 sum(const struct numbers *m)
{
	const u64 *k, *v;
	u64 sum = 0;

	hmap_for_each_rcu(numbers, m, iter, k, v)
		sum += *v;
	return sum;
}
