/* SPDX-License-Identifier: GPL-2.0 */
/*
 * User-Mode Linux with SMP has no acquire and release of its own, and makes both out
 * of a full fence: 30 ns for each control word that an hmap lookup reads, and nothing
 * for peers that use rcu_dereference() alone. On the processor below it, as on any
 * x86 kernel, loads and stores are ordered enough as they are. scripts/bench.sh puts
 * this ahead of all else (-include) when it builds for that kernel.
 */
#ifndef _HMAP_BENCH_X86_SMP_H
#define _HMAP_BENCH_X86_SMP_H

#define __smp_load_acquire(p)						\
({									\
	typeof(*(p)) ___value = READ_ONCE(*(p));			\
									\
	barrier();							\
	___value;							\
})

#define __smp_store_release(p, v)					\
do {									\
	barrier();							\
	WRITE_ONCE(*(p), v);						\
} while (0)

#endif /* _HMAP_BENCH_X86_SMP_H */
