// SPDX-License-Identifier: GPL-2.0
/* A module that uses hmap, to be built by DKMS: a table of squares. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <hmap/hmap.h>

static unsigned int limit = 1000;
module_param(limit, uint, 0444);
MODULE_PARM_DESC(limit, "the last number to square");

HMAP_DEFINE(squares, u32, u64, hmap_hash_u32, NULL, 0);

static struct squares all;

/* Nobody else is there yet, nor any more in the end: it takes no lock. */
static int __init squares_init(void)
{
	int err = 0;
	u32 i;

	for (i = 0; i <= limit && !err; i++)
		err = squares_insert(&all, i, (u64)i * i, GFP_KERNEL);
	if (err) {
		squares_destroy(&all);
		return err;
	}
	pr_info("%u squared is %llu\n", limit, *squares_lookup(&all, limit));
	return 0;
}

static void __exit squares_exit(void)
{
	squares_destroy(&all);
}

module_init(squares_init);
module_exit(squares_exit);
HMAP_IMPORT_NS;
MODULE_DESCRIPTION("Sample user of hmap, built by DKMS");
MODULE_VERSION("1.0");
MODULE_LICENSE("GPL");
