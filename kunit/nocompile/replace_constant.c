// SPDX-License-Identifier: GPL-2.0
/* EXPECT: with HMAP_RCU such values are constant: make a map of pointers or objects */
#include <linux/atomic.h>

#include <hmap/hmap.h>

/* No integer, but a structure. */
#ifdef MISTAKE
HMAP_DEFINE(counters, u64, atomic64_t, hmap_hash_u64, NULL, HMAP_RCU);
#else
HMAP_DEFINE(counters, u64, s64, hmap_hash_u64, NULL, HMAP_RCU);
#endif

int replace(struct counters *m, counters_value_t value);

int replace(struct counters *m, counters_value_t value)
{
	return counters_replace(m, 1, value);
}
