/* SPDX-License-Identifier: GPL-2.0 */
/* What the slab hands out, for whom it may be: every kmalloc() of the kernel's. */
#ifndef _HMAP_BENCH_ACCOUNT_H
#define _HMAP_BENCH_ACCOUNT_H

#include <linux/types.h>

/**
 * struct bench_account - allocations since bench_account_begin()
 * @allocations: how many there were
 * @bytes: allocated and not yet freed, as rounded up by the slab
 */
struct bench_account {
	long allocations;
	long bytes;
};

extern struct bench_account bench_account;

int bench_account_begin(void);
void bench_account_end(void);

#endif /* _HMAP_BENCH_ACCOUNT_H */
