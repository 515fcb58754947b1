// SPDX-License-Identifier: GPL-2.0
/*
 * Init and exit, and nothing else. Where hmap is built in, others use it before debugfs is there.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>

#include "internal.h"

static int module_changes(struct notifier_block *self, unsigned long state, void *module)
{
#ifdef CONFIG_MODULES /* else none goes */
	if (state == MODULE_STATE_GOING)
		hmap_usage_forget(module);
#endif
	return NOTIFY_OK;
}

static struct notifier_block goes = { .notifier_call = module_changes };

static int __init hmap_early_init(void)
{
	hmap_hash_init();
	hmap_size_init();
	return register_module_notifier(&goes);
}

static int __init hmap_module_init(void)
{
#ifdef MODULE
	int err = hmap_early_init();

	if (err)
		return err;
#endif
	hmap_debugfs_init();
	pr_info("loaded, an empty map takes %zu bytes\n", sizeof(struct hmap));
	return 0;
}

static void __exit hmap_module_exit(void)
{
	/* Tables given to call_rcu() are freed by code of this module. */
	rcu_barrier();
	hmap_debugfs_exit();
	unregister_module_notifier(&goes);
	hmap_stats_exit();
}

#ifndef MODULE
early_initcall(hmap_early_init);
#endif
module_init(hmap_module_init);
module_exit(hmap_module_exit);

MODULE_DESCRIPTION("Hash map that is only its header until the first insert");
MODULE_VERSION(HMAP_VERSION);
MODULE_LICENSE("GPL");
