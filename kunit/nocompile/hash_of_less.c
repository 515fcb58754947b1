// SPDX-License-Identifier: GPL-2.0
/* EXPECT: hmap_hash_u32 is for keys of 4 bytes */
#include <hmap/hmap.h>

struct thing {
	u64 id;
};

#ifdef MISTAKE
HMAP_DEFINE_OBJECT(things, struct thing, id, hmap_hash_u32, 0);
#else
HMAP_DEFINE_OBJECT(things, struct thing, id, hmap_hash_u64, 0);
#endif

struct thing *find(struct things *m);

struct thing *find(struct things *m)
{
	return things_lookup(m, 1);
}
