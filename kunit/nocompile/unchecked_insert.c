// SPDX-License-Identifier: GPL-2.0
/* EXPECT: ignoring return value */
#include <hmap/hmap.h>

#pragma GCC diagnostic error "-Wunused-result"

struct thing {
	u64	key;
};

HMAP_DEFINE_OBJECT(things, struct thing, key, hmap_hash_u64, 0);

/* Without memory it is not in the map, and who does not ask will not know. */
static int add(struct things *m, struct thing *thing)
{
#ifdef MISTAKE
	things_insert(m, thing, GFP_KERNEL);
	return 0;
#else
	return things_insert(m, thing, GFP_KERNEL);
#endif
}

int (*const adder)(struct things *m, struct thing *thing) = add;
