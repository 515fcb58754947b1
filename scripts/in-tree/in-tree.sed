# SPDX-License-Identifier: GPL-2.0
# What becomes of a file of hmap in a kernel's own tree: headers are in include/linux, there are
# no differences between kernels, no namespace, no guard, and nothing that counts for tests.

# Headers.
s,#include <hmap/\(hmap[a-z-]*\.h\)>,#include <linux/\1>,
s,#include "\(hmap[a-z-]*\.h\)",#include <linux/\1>,
s,#include "\(layout\|find\)\.h",#include <linux/hmap-\1.h>,
s,\(^\|[^-a-z]\)\(layout\|find\)\.h,\1hmap-\2.h,g
s,kernel-doc:: hmap/,kernel-doc:: include/linux/,

# compat.h, and what it has.
/#include <linux\/hmap-abi\.h>/d
s,#include "compat\.h",#include <linux/unaligned.h>,
s,EXPORT_SYMBOL_HMAP(,EXPORT_SYMBOL_GPL(,
s,hmap_assign_str(\([a-z]*\)\, [^)]*),__assign_str(\1),
/^\t*HMAP_IMPORT_NS;$/d
/^MODULE_VERSION/d

# HMAP_COST(), and other words about what is not there.
/What changes of shape cost: a build for tests/,/^#endif/d
/^\t*HMAP_COST(.*);$/d
s, A build for tests may choose less here\, too\.,,
s,Documentation/litmus/,Documentation/litmus-tests/hmap/,
