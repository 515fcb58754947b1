// SPDX-License-Identifier: GPL-2.0
/* Instructions of the headline, u64 -> u64; see instructions.h. */
#include "instructions.h"

#define PREFIX		""
#define KEY(key)	((key)->word)

HMAP_DEFINE(kind, u64, u64, hmap_hash_u64, NULL, FLAGS);

#include "instructions_kind.h"

void count_words(void)
{
	count_kind();
}
