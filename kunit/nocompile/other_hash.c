// SPDX-License-Identifier: GPL-2.0
/* EXPECT: the type and the wrappers name other functions */
#include <hmap/hmap.h>

HMAP_DECLARE(numbers, u64, u64, HMAP_RCU);
HMAP_WRAPPERS(numbers, hmap_hash_u64, NULL);

#ifdef MISTAKE
HMAP_DEFINE_TYPE(numbers, hmap_hash_bytes, NULL);
#else
HMAP_DEFINE_TYPE(numbers, hmap_hash_u64, NULL);
#endif
