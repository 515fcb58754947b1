// SPDX-License-Identifier: GPL-2.0
/* What a walk finds first, and hmap_any(), is as good as chosen at random. */
#include "things.h"

static bool evict_first(struct kunit *test, struct hmap *map, u64 *key)
{
	const u64 *k, *v;

	hmap_walk_rcu(map, iter, k, v, &u64_rcu_type) {
		*key = *k;
		return true;
	}
	return false;
}

static bool evict_any(struct kunit *test, struct hmap *map, u64 *key)
{
	const void *k;

	if (!hmap_any(map, &k, &u64_rcu_type))
		return false;
	*key = *(const u64 *)k;
	return true;
}

#ifdef _HMAP_USER_STUBS_H
static void move_to_next_cpu(struct kunit *test)
{
	kunit_skip(test, "user space is one CPU");
}
#else
static void move_to_next_cpu(struct kunit *test)
{
	unsigned int next;

	if (num_online_cpus() == 1)
		kunit_skip(test, "there is one CPU");
	next = cpumask_next(raw_smp_processor_id(), cpu_online_mask);
	if (next >= nr_cpu_ids)
		next = cpumask_first(cpu_online_mask);
	KUNIT_ASSERT_EQ(test, set_cpus_allowed_ptr(current, cpumask_of(next)), 0);
}
#endif

/* So many in a row are no coincidence, of a thousand entries. */
#define CHOICES		8

/* As many as all cases before this have made: so this suite is one of the first. */
#define MADE		100000

static void choose(struct kunit *test, struct hmap *map, u64 *chosen)
{
	u32 i;

	test_lock();
	for (i = 0; i < CHOICES; i++)
		KUNIT_ASSERT_EQ(test, evict_any(test, map, &chosen[i]), true);
	test_unlock();
}

/* Whether @chosen, in this order, is chosen again soon. */
static bool are_chosen_again(struct kunit *test, struct hmap *map, const u64 *chosen)
{
	u32 n, matched = 0;
	u64 key;

	for (n = 0; n < MADE && matched < CHOICES; n++) {
		test_lock();
		KUNIT_ASSERT_EQ(test, evict_any(test, map, &key), true);
		test_unlock();
		matched = key == chosen[matched] ? matched + 1 : key == chosen[0];
		if (n % 1024 == 0)
			cond_resched();
	}
	return matched == CHOICES;
}

/*
 * A process that moves to another CPU would else come by the places of those that it has
 * evicted, where the youngest are now.
 */
static void cpus_choose_differently(struct kunit *test)
{
	u64 of_one[CHOICES], of_next[CHOICES];
	struct hmap map = { };

	move_to_next_cpu(test);
	insert_keys(test, &map, &u64_rcu_type, 0, 1000);
	choose(test, &map, of_one);
	move_to_next_cpu(test);
	choose(test, &map, of_next);
	/* Either may be the one that has chosen more often until now. */
	KUNIT_EXPECT_FALSE(test, are_chosen_again(test, &map, of_one));
	move_to_next_cpu(test);
	KUNIT_EXPECT_FALSE(test, are_chosen_again(test, &map, of_next));
	hmap_destroy(&map, &u64_rcu_type);
}

/* A kernel that checks itself takes its time. */
#ifdef _HMAP_USER_STUBS_H
#define TURNOVERS	256
#else
#define TURNOVERS	16
#endif

/* Of the last @capacity keys, those that are left where one is evicted at random. */
static u64 left_of_random(u64 capacity)
{
	/* One that came x turnovers ago, with a probability of e^-x: 1 - 1/e of all. */
	return capacity * 632 / 1000;
}

/*
 * A cache of so many entries, which evicts one for each that comes. Of the last @capacity
 * keys nearly as many are left as if that was chosen at random.
 */
static void turn_over(struct kunit *test,
		      bool (*evict)(struct kunit *test, struct hmap *map, u64 *key))
{
	const u64 capacity = 10000, turnovers = TURNOVERS;
	const struct hmap_type *type = &u64_rcu_type;
	const u64 last = capacity * turnovers;
	struct hmap map = { };
	struct hmap_stats stats;
	u64 n, key, left = 0;

	stats_since(&stats);
	for (n = 0; n < last; n++) {
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &n, &n, GFP_KERNEL, type), 0);
		if (n < capacity)
			continue;
		test_lock();
		KUNIT_ASSERT_EQ(test, evict(test, &map, &key), true);
		test_unlock();
		KUNIT_ASSERT_EQ(test, hmap_remove(&map, &key, type), 0);
		if (n % 1024 == 0)
			cond_resched();
	}
	for (n = last - capacity; n < last; n++)
		left += hmap_contains(&map, &n, type);
	kunit_info(test, "%llu of the last %llu are left, %llu of random ones",
		   (unsigned long long)left, (unsigned long long)capacity,
		   (unsigned long long)left_of_random(capacity));
	/* Tables of a dozen slots, in the build for tests, stand for ranges that differ more. */
	KUNIT_EXPECT_GE(test, left, left_of_random(capacity) *
				    (HMAP_TABLE_MAX < 4096 ? 6 : 9) / 10);
	KUNIT_EXPECT_EQ(test, stats_since(&stats).splits_refused, 0);
	KUNIT_EXPECT_LE(test, hmap_memory(&map, type), 4 * fresh_memory(test, 0, capacity));
	KUNIT_EXPECT_EQ(test, hmap_validate(&map, type), 0);
	hmap_destroy(&map, type);
}

static void evicting_the_first_is_fair(struct kunit *test)
{
	turn_over(test, evict_first);
}

static void evicting_any_is_fair(struct kunit *test)
{
	turn_over(test, evict_any);
}

static void any_of_few_is_found(struct kunit *test)
{
	struct hmap map = { };
	u64 n, i, key, seen = 0;

	KUNIT_EXPECT_EQ(test, evict_any(test, &map, &key), false);
	for (n = 0; n < 20; n++) {
		KUNIT_ASSERT_EQ(test, hmap_insert(&map, &n, &n, GFP_KERNEL, &u64_rcu_type), 0);
		test_lock();
		for (i = 0, seen = 0; i < 100 * (n + 1); i++) {
			KUNIT_ASSERT_EQ(test, evict_any(test, &map, &key), true);
			seen |= 1ULL << key;
		}
		test_unlock();
		/* Each one's turn has come. */
		KUNIT_EXPECT_EQ(test, seen, (2ULL << n) - 1);
	}
	hmap_destroy(&map, &u64_rcu_type);
}

static struct kunit_case any_test_cases[] = {
	KUNIT_CASE(cpus_choose_differently),
	KUNIT_CASE(evicting_the_first_is_fair),
	KUNIT_CASE(evicting_any_is_fair),
	KUNIT_CASE(any_of_few_is_found),
	{}
};

static struct kunit_suite any_test_suite = {
	.name = "hmap_any",
	.test_cases = any_test_cases,
};

kunit_test_suite(any_test_suite);
