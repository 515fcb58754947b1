// SPDX-License-Identifier: GPL-2.0
/* All suites, as one module: they run when it is loaded. */
#include <linux/module.h>

#include "test.h"

LAST_SUITE;
HMAP_IMPORT_NS;
MODULE_DESCRIPTION("KUnit tests of hmap");
MODULE_LICENSE("GPL");
