// SPDX-License-Identifier: GPL-2.0
/* EXPECT: the bytes of a pointer as key: HMAP_STRING, or hmap_hash_u64 */
#include <hmap/hmap.h>

#ifdef MISTAKE
HMAP_DEFINE(names, const char *, u64, hmap_product_bytes, NULL, 0);
#else
HMAP_DEFINE(names, const char *, u64, hmap_hash_bytes, NULL, HMAP_STRING);
#endif

bool has(const struct names *m);

bool has(const struct names *m)
{
	return names_contains(m, "name");
}
