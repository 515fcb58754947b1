// SPDX-License-Identifier: GPL-2.0
/* The guard of modules that users build for themselves: scripts/abi.sh says what it guards. */
#include "internal.h"

const char HMAP_ABI;
EXPORT_SYMBOL_HMAP(HMAP_ABI);
