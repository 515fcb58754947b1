// SPDX-License-Identifier: GPL-2.0
/* EXPECT: erase gives a pointer or an object; of values, remove or take */
#include <hmap/hmap.h>

#ifdef MISTAKE
HMAP_DEFINE(numbers, u64, u64, hmap_hash_u64, NULL, 0);
#else
HMAP_DEFINE(numbers, u64, u64 *, hmap_hash_u64, NULL, 0);
#endif

u64 *erase(struct numbers *m);

u64 *erase(struct numbers *m)
{
	return numbers_erase(m, 1);
}
