// SPDX-License-Identifier: GPL-2.0
/* EXPECT: hmap aligns keys and values to 8 bytes at most */
#include <hmap/hmap.h>

#ifdef MISTAKE
#define ALIGNMENT	16
#else
#define ALIGNMENT	8
#endif

struct wide {
	u64 word[2];
} __aligned(ALIGNMENT);

HMAP_DEFINE(wides, struct wide, u64, hmap_hash_bytes, NULL, 0);
