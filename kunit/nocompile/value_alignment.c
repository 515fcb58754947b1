// SPDX-License-Identifier: GPL-2.0
/* EXPECT: hmap aligns keys and values to 8 bytes at most */
#include <hmap/hmap.h>

#ifdef MISTAKE
#define ALIGNMENT	32
#else
#define ALIGNMENT	8
#endif

struct wide {
	u64 word[4];
} __aligned(ALIGNMENT);

HMAP_DEFINE(wides, u64, struct wide, hmap_hash_u64, NULL, 0);
