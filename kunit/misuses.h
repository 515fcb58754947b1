/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What hmap.h forbids and hmap does not look for, since that would cost every call: each
 * of these has to be reported by a build that checks memory or locks. Those of misuses.c
 * run in user space, each in a process of its own (misuse_test.c), and in a kernel; those
 * of lock_misuses.c and contexts.c in a kernel only, as a module (hmap_misuse_main.c).
 */
#ifndef _HMAP_KUNIT_MISUSES_H
#define _HMAP_KUNIT_MISUSES_H

#include <linux/types.h>

/* Who reports it. */
enum reporter {
	BY_NOBODY,	/* it is allowed, and looks as if it were not */
	BY_LOCKDEP,	/* a kernel with PROVE_RCU */
	BY_WARNING,	/* hmap itself, in a kernel with LOCKDEP */
	BY_NESTING,	/* PREEMPT_RT with PROVE_RAW_LOCK_NESTING */
	BY_SLEEP,	/* a kernel with DEBUG_ATOMIC_SLEEP */
	BY_FAULT,	/* any machine: NULL is dereferenced */
	BY_ASAN,	/* KASAN, or the address sanitizer in user space */
	BY_ASAN_LAST,	/* the same, but a kernel does not survive it */
};

struct misuse {
	const char *name;
	enum reporter reporter;
	void (*run)(void);
	/* Where it is run, if that matters. */
	void (*column)(void (*run)(void));
};

#define MISUSE(by, function)	{ #function, by, function }

extern const struct misuse misuses[];
extern const u32 nr_misuses;

/* The kernel tells each place but once: who is not to be reported comes first. */
extern const struct misuse lock_misuses[];
extern const u32 nr_lock_misuses;

/* Calls where the manual's table of contexts allows them, and where it does not. */
extern const struct misuse context_misuses[];
extern const u32 nr_context_misuses;

void run_in_context(const struct misuse *misuse);

#endif /* _HMAP_KUNIT_MISUSES_H */
