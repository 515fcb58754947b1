// SPDX-License-Identifier: GPL-2.0
/* EXPECT: an array as a value: make it a member of a structure */
#include <hmap/hmap.h>

struct name {
	char name[16];
};

#ifdef MISTAKE
HMAP_DECLARE(names, u64, char[16], 0);
#else
HMAP_DECLARE(names, u64, struct name, 0);
#endif
