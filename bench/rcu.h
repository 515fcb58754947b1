/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HMAP_BENCH_RCU_H
#define _HMAP_BENCH_RCU_H

#include <linux/rcupdate.h>

/*
 * Wait until all that has been handed to RCU so far has been freed. That kfree_rcu()
 * is among it holds for tiny RCU, where times are taken and bytes counted.
 */
static inline void bench_rcu_settle(void)
{
	rcu_barrier();
}

#endif /* _HMAP_BENCH_RCU_H */
