/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What KUnit has learned since Linux 5.10, as far as the suites use it: as hmap/compat.h is
 * for hmap.
 */
#ifndef _HMAP_KUNIT_COMPAT_H
#define _HMAP_KUNIT_COMPAT_H

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/version.h>

/*
 * Before 6.0 a module has to hand over all its suites at once. So each file puts its own
 * into one section, which the linker fills in the order of its input: the first file of the
 * module has FIRST_SUITE, and the last one LAST_SUITE, whose NULL ends them.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 0, 0)
#undef kunit_test_suite
#define kunit_test_suite(suite)						\
	static struct kunit_suite *suite##_pointer __used		\
	__section(".hmap.suites") = &(suite)

#define FIRST_SUITE							\
	struct kunit_suite *hmap_suites[0] __section(".hmap.suites")

extern struct kunit_suite *hmap_suites[];

#define LAST_SUITE							\
	static struct kunit_suite *last_suite __used			\
	__section(".hmap.suites");					\
	kunit_test_suites_for_module(hmap_suites)
#else
#define FIRST_SUITE
#define LAST_SUITE
#endif

/*
 * Since 5.14 a case can be skipped. Before, it can be ended: KUnit prints its name after
 * that, which then says why.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
/* What KUnit has as the context of a case that runs. */
struct kunit_context {
	struct kunit *test;
	struct kunit_suite *suite;
	struct kunit_case *test_case;
};

#define kunit_skip(test, why)						\
	do {								\
		struct kunit_context *context = (test)->try_catch.context; \
		static char name[160];					\
									\
		snprintf(name, sizeof(name), "%s # SKIP %s", (test)->name, (why)); \
		context->test_case->name = name;			\
		kunit_try_catch_throw(&(test)->try_catch);		\
	} while (0)

/* Both sides of a comparison had to be of one type. */
#undef __typecheck
#define __typecheck(x, y)		1

/* And a string a pointer, not an array. */
#undef KUNIT_EXPECT_STREQ
#define KUNIT_EXPECT_STREQ(test, left, right)				\
	KUNIT_BINARY_STR_EQ_ASSERTION(test, KUNIT_EXPECTATION,		\
				      (const char *)(left), (const char *)(right))
#endif

#ifndef KUNIT_EXPECT_NULL
#define KUNIT_EXPECT_NULL(test, ptr)		KUNIT_EXPECT_PTR_EQ(test, ptr, NULL)
#define KUNIT_EXPECT_NOT_NULL(test, ptr)	KUNIT_EXPECT_PTR_NE(test, ptr, NULL)
#define KUNIT_ASSERT_NOT_NULL(test, ptr)	KUNIT_ASSERT_PTR_NE(test, ptr, NULL)
#endif

/* Since 5.11. Without PREEMPT_RT all such work is done in a hard interrupt. */
#ifndef IRQ_WORK_INIT_HARD
#define IRQ_WORK_INIT_HARD(work)		{ .func = (work) }
#endif

#endif /* _HMAP_KUNIT_COMPAT_H */
