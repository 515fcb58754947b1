// SPDX-License-Identifier: GPL-2.0
/* The module: init and exit, and nothing else. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>

#include "internal.h"

static int module_changes(struct notifier_block *self, unsigned long state, void *module)
{
	if (state == MODULE_STATE_GOING)
		hmap_usage_forget(module);
	return NOTIFY_OK;
}

static struct notifier_block goes = { .notifier_call = module_changes };

static int __init hmap_module_init(void)
{
	int err;

	hmap_hash_init();
	hmap_size_init();
	err = register_module_notifier(&goes);
	if (err)
		return err;
	hmap_debugfs_init();
	pr_info("loaded, an empty map takes %zu bytes\n", sizeof(struct hmap));
	return 0;
}

static void __exit hmap_module_exit(void)
{
	struct hmap_stats stats;

	/* Tables given to call_rcu() are freed by code of this module. */
	rcu_barrier();
	hmap_debugfs_exit();
	hmap_stats_read(&stats);
	if (stats.bytes_in_use)
		pr_warn("unloaded with %llu bytes in use: a map was not destroyed\n",
			stats.bytes_in_use);
	unregister_module_notifier(&goes);
	hmap_usage_exit();
}

module_init(hmap_module_init);
module_exit(hmap_module_exit);

MODULE_DESCRIPTION("Hash map that is only its header until the first insert");
MODULE_VERSION(HMAP_VERSION);
MODULE_LICENSE("GPL");
