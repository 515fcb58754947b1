// SPDX-License-Identifier: GPL-2.0
/*
 * For a kernel that checks itself: loading this does everything of misuses.c that KASAN
 * or lockdep has to report, each between two lines in the log.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>

#include <hmap/hmap.h>

#include "misuses.h"

static int __init hmap_misuse_init(void)
{
	u32 i;

	for (i = 0; i < nr_misuses; i++) {
		const struct misuse *m = &misuses[i];

		/* The kernel would stop. */
		if (m->reporter == BY_FAULT || m->reporter == BY_ASAN_LAST)
			continue;
		pr_info("begin %s, %s\n", m->name,
			m->reporter == BY_ASAN ? "KASAN" : "lockdep");
		m->run();
		pr_info("end %s\n", m->name);
	}
	rcu_barrier();
	return 0;
}

static void __exit hmap_misuse_exit(void)
{
}

module_init(hmap_misuse_init);
module_exit(hmap_misuse_exit);

HMAP_IMPORT_NS;
MODULE_DESCRIPTION("What is forbidden to do with hmap");
MODULE_LICENSE("GPL");
