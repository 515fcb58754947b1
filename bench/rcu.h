/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HMAP_BENCH_RCU_H
#define _HMAP_BENCH_RCU_H

#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/version.h>

/*
 * Wait until all that has been handed to RCU so far has been freed. Tiny RCU makes
 * callbacks of kfree_rcu(); elsewhere it has a barrier of its own since 6.12.
 */
static inline void bench_rcu_settle(void)
{
	rcu_barrier();
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	kvfree_rcu_barrier();
#endif
}

#endif /* _HMAP_BENCH_RCU_H */
