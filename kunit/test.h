/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites share. They run by KUnit in a kernel, and in user space against the same
 * interface.
 */
#ifndef _HMAP_KUNIT_TEST_H
#define _HMAP_KUNIT_TEST_H

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <hmap/hmap.h>

#include "compat.h"

/*
 * What makes a build slow: 1 is a sanitizer, 2 is emulation, or a kernel that checks itself
 * or has long grace periods, 3 is emulation of one that checks itself. It does less of what
 * is long. (KUnit runs tests before a module's parameters are set.)
 */
#ifndef HMAP_SLOW
#define HMAP_SLOW	0
#endif

/* For what other builds do under sanitizers, and others in emulation. */
static inline void skip_if_slow(struct kunit *test)
{
	if (HMAP_SLOW > 2)
		kunit_skip(test, "takes too long in emulation, on a kernel that checks itself");
}

/* A pair of u64, as most cases use it; with and without RCU. */
extern const struct hmap_type u64_type;
extern const struct hmap_type u64_rcu_type;

/*
 * Lookups, walks and cursors of types with HMAP_RCU stand in an RCU read-side section, or,
 * where the case allocates with GFP_KERNEL in between, between these: else lockdep
 * reports them. (Calls that only change a map need neither; nor do hmap_contains(),
 * hmap_read(), hmap_count() and the like, which take rcu_read_lock() themselves.)
 *
 * This is a lock to lockdep only: nobody ever waits for it, and an assertion that ends a
 * case in between leaves nothing locked. KUnit runs a case and its exit function in
 * different threads, so a case gives it back before it returns, and before kunit_skip().
 * Maps whose hmap_set_lock() has named another lock need that one.
 */
void test_lock(void);
void test_unlock(void);

/*
 * Calls that are meant to warn stand between these. A kernel's log then shows
 * how many warnings were expected, and the guest that ran them counts the others.
 */
void expect_warning(struct kunit *test);

/* Random numbers from a seed, which is printed. */
struct rng {
	u64 state;
};

void rng_init(struct kunit *test, struct rng *rng, u64 seed);
u32 rng_next(struct rng *rng);
u32 rng_below(struct rng *rng, u32 limit);

/* The counters' changes since the last call. */
struct hmap_stats stats_since(struct hmap_stats *last);

/* Keys in an order that no hash could like better than another; their values are
 * their numbers. Insert those of [@from, @to) into a map of u64 -> u64, or expect
 * to find them there.
 */
u64 key_of(u64 n);
void insert_keys(struct kunit *test, struct hmap *map, const struct hmap_type *type,
		 u64 from, u64 to);
size_t fresh_memory(struct kunit *test, u64 from, u64 to);
void expect_keys(struct kunit *test, struct hmap *map, const struct hmap_type *type,
		 u64 from, u64 to);

/* Let the n-th allocation of this task from now on fail. The second call says
 * whether it came to that, and ends it. Or let all fail, until told otherwise.
 */
bool can_fail_allocations(void);
void fail_nth_allocation(unsigned int n);
bool allocation_has_failed(void);
void fail_all_allocations(bool fail);

/* What the smallest table takes: where kmalloc() has such a class, 64 bytes. */
#define SMALLEST	kmalloc_size_roundup(64)

#endif /* _HMAP_KUNIT_TEST_H */
