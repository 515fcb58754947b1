// SPDX-License-Identifier: GPL-2.0
/* EXPECT: look the pointer up in the read-side section in which it is used */
#include <hmap/hmap.h>

#ifdef MISTAKE
HMAP_DEFINE(pointers, u64, u64 *, hmap_hash_u64, NULL, HMAP_RCU);
#else
HMAP_DEFINE(pointers, u64, u64 *, hmap_hash_u64, NULL, 0);
#endif

bool read_one(const struct pointers *m, u64 **out);

bool read_one(const struct pointers *m, u64 **out)
{
	return pointers_read(m, 1, out);
}
