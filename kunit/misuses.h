/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What hmap.h forbids and hmap does not look for, since that would cost every call: each
 * of these has to be reported by a build that checks memory or locks. They run in user
 * space, each in a process of its own (misuse_test.c), and in a kernel as a module
 * (hmap_misuse.c).
 */
#ifndef _HMAP_KUNIT_MISUSES_H
#define _HMAP_KUNIT_MISUSES_H

#include <linux/types.h>

/* Who reports it. */
enum reporter {
	BY_FAULT,	/* any machine: NULL is dereferenced */
	BY_ASAN,	/* KASAN, or the address sanitizer in user space */
	BY_ASAN_LAST,	/* the same, but a kernel does not survive it */
	BY_LOCKDEP,	/* a kernel with PROVE_RCU */
};

struct misuse {
	const char *name;
	enum reporter reporter;
	void (*run)(void);
};

extern const struct misuse misuses[];
extern const u32 nr_misuses;

#endif /* _HMAP_KUNIT_MISUSES_H */
