// SPDX-License-Identifier: GPL-2.0
/*
 * For a kernel that checks itself: loading this does everything of misuses.h that KASAN,
 * lockdep, DEBUG_ATOMIC_SLEEP or a warning has to report, and what nobody may, each between
 * two lines in the log.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>

#include <hmap/hmap.h>

#include "misuses.h"

static const char * const reporters[] = {
	[BY_NOBODY]	= "nobody",
	[BY_LOCKDEP]	= "lockdep",
	[BY_WARNING]	= "warning",
	[BY_NESTING]	= "nesting",
	[BY_SLEEP]	= "sleep",
	[BY_ASAN]	= "KASAN",
};

static void run(const struct misuse *misuse, u32 nr)
{
	for (; nr; nr--, misuse++) {
		/* The kernel would stop. */
		if (misuse->reporter == BY_FAULT || misuse->reporter == BY_ASAN_LAST)
			continue;
		/* The kernel reports one in a second. */
		if (misuse->reporter == BY_SLEEP)
			msleep(1100);
		pr_info("begin %s, %s\n", misuse->name, reporters[misuse->reporter]);
		if (misuse->column)
			run_in_context(misuse);
		else
			misuse->run();
		pr_info("end %s\n", misuse->name);
	}
}

/* After a report of KASAN's, lockdep is silent; without KASAN so would be the kernel. */
static int __init hmap_misuse_init(void)
{
	run(lock_misuses, nr_lock_misuses);
	run(context_misuses, nr_context_misuses);
	if (IS_ENABLED(CONFIG_KASAN))
		run(misuses, nr_misuses);
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
