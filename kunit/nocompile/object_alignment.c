// SPDX-License-Identifier: GPL-2.0
/* EXPECT: hmap takes objects aligned to 4 bytes or more */
#include <hmap/hmap.h>

struct thing {
#ifdef MISTAKE
	u16 id[2];
#else
	u32 id;
#endif
};

HMAP_DEFINE_OBJECT(things, struct thing, id, hmap_hash_bytes, HMAP_RCU);
