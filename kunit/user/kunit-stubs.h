/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of <kunit/test.h> as the suites use, so that the same files run in
 * user space, under sanitizers. Results are printed as KTAP.
 */
#ifndef _HMAP_USER_KUNIT_H
#define _HMAP_USER_KUNIT_H

#include <setjmp.h>

#include "stubs.h"

struct kunit {
	bool failed;
	const char *skipped;
	jmp_buf abort;
};

struct kunit_case {
	const char *name;
	void (*run_case)(struct kunit *test);
};

struct kunit_suite {
	const char *name;
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(fn)		{ .name = #fn, .run_case = fn }

/* Suites find each other through a list built before main(). */
struct suite_node {
	struct kunit_suite *suite;
	struct suite_node *next;
};

extern struct suite_node *suite_list;

#define kunit_test_suite(s)						\
	static __attribute__((__constructor__)) void register_##s(void)	\
	{								\
		static struct suite_node node = { .suite = &(s) };	\
									\
		node.next = suite_list;					\
		suite_list = &node;					\
	}

void stub_kunit_fail(struct kunit *test, const char *file, int line,
		     const char *fmt, ...);

#define kunit_info(test, fmt, ...)	printf("    # " fmt "\n", ##__VA_ARGS__)
#define kunit_skip(test, why)						\
	do {								\
		(test)->skipped = (why);				\
		longjmp((test)->abort, 1);				\
	} while (0)

#define __CHECK(test, stop, ok, fmt, ...)				\
	do {								\
		if (!(ok)) {						\
			stub_kunit_fail(test, __FILE__, __LINE__, fmt,	\
					__VA_ARGS__);			\
			if (stop)					\
				longjmp((test)->abort, 1);		\
		}							\
	} while (0)

#define __CHECK_OP(test, stop, a, op, b, fmt, ...)			\
	do {								\
		__typeof__(a) __a = (a);				\
		__typeof__(b) __b = (b);				\
									\
		__CHECK(test, stop, __a op __b,				\
			"expected %s %s %s, but %lld, %lld " fmt,	\
			#a, #op, #b, (long long)__a, (long long)__b,	\
			##__VA_ARGS__);					\
	} while (0)

#define KUNIT_EXPECT_EQ(t, a, b)	__CHECK_OP(t, 0, a, ==, b, "")
#define KUNIT_EXPECT_NE(t, a, b)	__CHECK_OP(t, 0, a, !=, b, "")
#define KUNIT_EXPECT_LE(t, a, b)	__CHECK_OP(t, 0, a, <=, b, "")
#define KUNIT_EXPECT_LT(t, a, b)	__CHECK_OP(t, 0, a, <, b, "")
#define KUNIT_EXPECT_GE(t, a, b)	__CHECK_OP(t, 0, a, >=, b, "")
#define KUNIT_EXPECT_GT(t, a, b)	__CHECK_OP(t, 0, a, >, b, "")
#define KUNIT_EXPECT_EQ_MSG(t, a, b, ...) __CHECK_OP(t, 0, a, ==, b, __VA_ARGS__)
#define KUNIT_EXPECT_GE_MSG(t, a, b, ...) __CHECK_OP(t, 0, a, >=, b, __VA_ARGS__)
#define KUNIT_ASSERT_EQ(t, a, b)	__CHECK_OP(t, 1, a, ==, b, "")
#define KUNIT_ASSERT_EQ_MSG(t, a, b, ...) __CHECK_OP(t, 1, a, ==, b, __VA_ARGS__)
#define KUNIT_ASSERT_LE(t, a, b)	__CHECK_OP(t, 1, a, <=, b, "")
#define KUNIT_EXPECT_TRUE(t, c)		__CHECK(t, 0, c, "expected %s", #c)
#define KUNIT_EXPECT_FALSE(t, c)	__CHECK(t, 0, !(c), "expected !(%s)", #c)
#define KUNIT_EXPECT_STREQ(t, a, b) \
	__CHECK(t, 0, !strcmp(a, b), "expected %s to be %s", #a, #b)
#define KUNIT_EXPECT_PTR_EQ(t, a, b) \
	__CHECK(t, 0, (const void *)(a) == (const void *)(b), "expected %s == %s", #a, #b)
#define KUNIT_EXPECT_NULL(t, p)	__CHECK(t, 0, !(p), "expected %s to be NULL", #p)
#define KUNIT_ASSERT_NOT_NULL(t, p) __CHECK(t, 1, p, "expected %s not to be NULL", #p)
#define KUNIT_EXPECT_NOT_NULL(t, p) __CHECK(t, 0, p, "expected %s not to be NULL", #p)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(t, p) \
	__CHECK(t, 1, (p) && !IS_ERR(p), "expected %s to be valid", #p)
#define KUNIT_FAIL(t, fmt, ...)	__CHECK(t, 0, false, fmt "%s", ##__VA_ARGS__, "")

#endif /* _HMAP_USER_KUNIT_H */
