// SPDX-License-Identifier: GPL-2.0
/* Calls that may not sleep, under a spinlock and with interrupts off. */
#include <linux/spinlock.h>

#include "things.h"

static DEFINE_SPINLOCK(lock);

static void atomic_test_exit(struct kunit *test)
{
	rcu_barrier();
}

/* What was inserted with the lock held, so that a kernel which checks for sleeping
 * in atomic context, or for a lock that is not held, gets to see every path.
 */
static int insert_locked(struct hmap *map, const struct hmap_type *type, u64 from,
			 u64 to, gfp_t gfp)
{
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&lock, flags);
	for (; from < to && !err; from++) {
		u64 key = key_of(from);

		err = hmap_insert(map, &key, &from, gfp, type);
	}
	spin_unlock_irqrestore(&lock, flags);
	return err;
}

static int remove_locked(struct hmap *map, const struct hmap_type *type, u64 from,
			 u64 to)
{
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&lock, flags);
	for (; from < to && !err; from++) {
		u64 key = key_of(from);

		err = hmap_remove(map, &key, type);
	}
	spin_unlock_irqrestore(&lock, flags);
	return err;
}

/* How many keys of insert_keys() in [@from, @to) are there. A type without HMAP_RCU is
 * not read without its lock, either.
 */
static u64 find_locked(struct hmap *map, const struct hmap_type *type, u64 from, u64 to)
{
	u64 n, value, found = 0;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	for (n = from; n < to; n++) {
		u64 key = key_of(n);

		found += hmap_read(map, &key, &value, type) && value == n;
	}
	spin_unlock_irqrestore(&lock, flags);
	return found;
}

/* From nothing to a directory of many tables, and back. */
static void grow_and_shrink_locked(struct kunit *test,
				   const struct hmap_type *type, gfp_t gfp)
{
	struct hmap_stats stats;
	struct hmap map = { };
	u64 n;

	hmap_set_lock(&map, &lock);
	stats_since(&stats);
	for (n = 0; n < 5000; n += 100) {
		KUNIT_ASSERT_EQ(test, insert_locked(&map, type, n, n + 100, gfp), 0);
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, find_locked(&map, type, 0, 5001), 5000);
	KUNIT_EXPECT_GT(test, stats_since(&stats).splits, 0);
	for (n = 0; n < 5000; n += 100) {
		KUNIT_ASSERT_EQ(test, remove_locked(&map, type, n, n + 100), 0);
		cond_resched();
	}
	spin_lock(&lock);
	KUNIT_EXPECT_EQ(test, hmap_count(&map, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_trim(&map, gfp, type), 0);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);
	spin_unlock(&lock);
}

static void maps_grow_and_shrink_with_interrupts_off(struct kunit *test)
{
	grow_and_shrink_locked(test, &u64_type, GFP_ATOMIC);
	grow_and_shrink_locked(test, &u64_rcu_type, GFP_ATOMIC);
	grow_and_shrink_locked(test, &u64_type, GFP_NOWAIT);
	grow_and_shrink_locked(test, &u64_rcu_type, GFP_NOWAIT);
}

/* Reserved outside of the lock, filled under it while every allocation fails. */
static void fill_without_memory(struct kunit *test, const struct hmap_type *type,
				u64 count)
{
	struct hmap map = { };
	void *block;
	int err;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, count, GFP_KERNEL, type), 0);
	hmap_set_lock(&map, &lock);
	fail_all_allocations(true);
	block = kmalloc(8, GFP_ATOMIC);
	err = insert_locked(&map, type, 0, count, GFP_ATOMIC);
	fail_all_allocations(false);
	KUNIT_EXPECT_NULL(test, block);
	kfree(block);
	KUNIT_EXPECT_EQ_MSG(test, err, 0, "of %llu", (unsigned long long)count);
	KUNIT_EXPECT_EQ(test, find_locked(&map, type, 0, count + 1), count);
	hmap_destroy(&map, type);
}

static void reserved_inserts_need_no_memory(struct kunit *test)
{
	static const u64 counts[] = { 1, 2, 8, 100, 208, 1000, 10000, 50000 };
	u32 i;

	if (!can_fail_allocations())
		kunit_skip(test, "the kernel cannot fail allocations (CONFIG_FAILSLAB)");
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		fill_without_memory(test, &u64_type, counts[i]);
		fill_without_memory(test, &u64_rcu_type, counts[i]);
		cond_resched();
	}
}

/* Objects, under the lock while every allocation fails: the first, and those for which
 * there is room.
 */
static void fill_with_objects(struct kunit *test, const struct hmap_type *type,
			      struct thing *thing, u64 count)
{
	struct hmap map = { };
	unsigned long flags;
	int err = 0;
	u64 n;

	KUNIT_ASSERT_EQ(test, hmap_reserve(&map, count, GFP_KERNEL, type), 0);
	KUNIT_EXPECT_EQ(test, !hmap_memory(&map, type), count <= 1);
	hmap_set_lock(&map, &lock);
	fail_all_allocations(true);
	spin_lock_irqsave(&lock, flags);
	for (n = 0; n < count && !err; n++)
		err = insert_thing(&map, type, &thing[n], GFP_ATOMIC);
	for (n = 0; n < count && !err; n++)
		if (hmap_erase(&map, &thing[n].key, type) != &thing[n])
			err = -ENOENT;
	if (!err && !hmap_empty(&map, type))
		err = -EEXIST;
	spin_unlock_irqrestore(&lock, flags);
	fail_all_allocations(false);
	KUNIT_EXPECT_EQ_MSG(test, err, 0, "of %llu", (unsigned long long)count);
	hmap_destroy(&map, type);
}

static void objects_with_room_need_no_memory(struct kunit *test)
{
	static const u64 counts[] = { 0, 1, 2, 4, 5, 100, 386, 1000, 10000 };
	struct thing *thing;
	u32 i;

	if (!can_fail_allocations())
		kunit_skip(test, "the kernel cannot fail allocations (CONFIG_FAILSLAB)");
	thing = make_things(test, counts[ARRAY_SIZE(counts) - 1]);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		fill_with_objects(test, &things_type, thing, counts[i]);
		fill_with_objects(test, &rcu_things_type, thing, counts[i]);
		cond_resched();
	}
	vfree(thing);
}

/* Without memory and without room: an error, and all is as it was. */
static void inserts_without_memory_fail_and_removals_do_not(struct kunit *test)
{
	const struct hmap_type *type = &u64_rcu_type;
	struct hmap map = { };
	int err, removal;

	if (!can_fail_allocations())
		kunit_skip(test, "the kernel cannot fail allocations (CONFIG_FAILSLAB)");
	fail_all_allocations(true);
	err = insert_locked(&map, type, 0, 1, GFP_ATOMIC);
	fail_all_allocations(false);
	KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	KUNIT_EXPECT_EQ(test, hmap_memory(&map, type), 0);

	insert_keys(test, &map, type, 0, 1000);
	fail_all_allocations(true);
	err = insert_locked(&map, type, 1000, 3000, GFP_ATOMIC);
	removal = remove_locked(&map, type, 0, 900);
	fail_all_allocations(false);
	KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	KUNIT_EXPECT_EQ(test, removal, 0);
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	expect_keys(test, &map, type, 900, 1000);
	hmap_clear(&map, type);
}

static struct kunit_case atomic_test_cases[] = {
	KUNIT_CASE(maps_grow_and_shrink_with_interrupts_off),
	KUNIT_CASE(reserved_inserts_need_no_memory),
	KUNIT_CASE(objects_with_room_need_no_memory),
	KUNIT_CASE(inserts_without_memory_fail_and_removals_do_not),
	{}
};

static struct kunit_suite atomic_test_suite = {
	.name = "hmap_atomic",
	.exit = atomic_test_exit,
	.test_cases = atomic_test_cases,
};

kunit_test_suite(atomic_test_suite);
