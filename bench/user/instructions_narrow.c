// SPDX-License-Identifier: GPL-2.0
/* Instructions of maps whose slots have 8 bytes, u32 -> u32; see instructions.h. */
#include "instructions.h"

#define PREFIX		"u32, "
#define KEY(key)	((u32)(key)->word)

HMAP_DEFINE(kind, u32, u32, hmap_hash_u32, NULL, FLAGS);

#include "instructions_kind.h"

void count_narrow(void)
{
	count_kind();
}
