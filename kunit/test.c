// SPDX-License-Identifier: GPL-2.0
/* What the suites share; see test.h. */
#include "test.h"

FIRST_SUITE;

const struct hmap_type u64_type =
	HMAP_TYPE("u64", sizeof(u64), sizeof(u64), hmap_hash_u64, NULL, HMAP_SCALAR);
const struct hmap_type u64_rcu_type =
	HMAP_TYPE("u64 rcu", sizeof(u64), sizeof(u64), hmap_hash_u64, NULL,
		  HMAP_SCALAR | HMAP_RCU);

#ifdef CONFIG_LOCKDEP

static struct lock_class_key test_lock_key;
static struct lockdep_map test_lock_map =
	STATIC_LOCKDEP_MAP_INIT("hmap_test", &test_lock_key);

void test_lock(void)
{
	lock_map_acquire(&test_lock_map);
}

void test_unlock(void)
{
	lock_map_release(&test_lock_map);
}

#else

void test_lock(void)
{
}

void test_unlock(void)
{
}

#endif

void expect_warning(struct kunit *test)
{
	kunit_info(test, "hmap_kunit: expect a warning");
#ifdef _HMAP_USER_STUBS_H
	stub_expected_warnings++;
#endif
}

void rng_init(struct kunit *test, struct rng *rng, u64 seed)
{
	kunit_info(test, "seed %llu", (unsigned long long)seed);
	rng->state = seed;
}

/* A linear congruential generator (Knuth's MMIX constants), its top half. */
u32 rng_next(struct rng *rng)
{
	rng->state = rng->state * 6364136223846793005ULL + 1442695040888963407ULL;
	return rng->state >> 32;
}

u32 rng_below(struct rng *rng, u32 limit)
{
	return (u64)rng_next(rng) * limit >> 32;
}

struct hmap_stats stats_since(struct hmap_stats *last)
{
	struct hmap_stats now, diff;

	hmap_stats_read(&now);
	diff = (struct hmap_stats){
		.maps_allocated = now.maps_allocated - last->maps_allocated,
		.maps_freed = now.maps_freed - last->maps_freed,
		.maps_without_table = now.maps_without_table -
				      last->maps_without_table,
		.tables_allocated = now.tables_allocated - last->tables_allocated,
		.tables_freed = now.tables_freed - last->tables_freed,
		.first_inserts = now.first_inserts - last->first_inserts,
		.bytes_in_use = now.bytes_in_use - last->bytes_in_use,
		.bytes_peak = now.bytes_peak - last->bytes_peak,
		.alloc_failures = now.alloc_failures - last->alloc_failures,
		.rebuilds_grow = now.rebuilds_grow - last->rebuilds_grow,
		.rebuilds_shrink = now.rebuilds_shrink - last->rebuilds_shrink,
		.rebuilds_clean = now.rebuilds_clean - last->rebuilds_clean,
		.splits = now.splits - last->splits,
		.splits_refused = now.splits_refused - last->splits_refused,
		.merges = now.merges - last->merges,
		.directory_shrinks = now.directory_shrinks -
				      last->directory_shrinks,
		.directory_doublings = now.directory_doublings -
				       last->directory_doublings,
	};
	*last = now;
	return diff;
}

u64 key_of(u64 n)
{
	return n * 0x9e3779b97f4a7c15ULL;
}

void insert_keys(struct kunit *test, struct hmap *map, const struct hmap_type *type,
		 u64 from, u64 to)
{
	u64 n;

	for (n = from; n < to; n++) {
		u64 key = key_of(n);

		KUNIT_ASSERT_EQ(test, hmap_insert(map, &key, &n, GFP_KERNEL, type), 0);
		if (n % 1024 == 0)
			cond_resched();
	}
}

/* Bytes of a map that holds these entries and has held no others. */
size_t fresh_memory(struct kunit *test, u64 from, u64 to)
{
	struct hmap map = { };
	size_t bytes;

	insert_keys(test, &map, &u64_rcu_type, from, to);
	bytes = hmap_memory(&map, &u64_rcu_type);
	hmap_destroy(&map, &u64_rcu_type);
	return bytes;
}

void expect_keys(struct kunit *test, struct hmap *map, const struct hmap_type *type,
		 u64 from, u64 to)
{
	u64 n, value;

	for (n = from; n < to; n++) {
		u64 key = key_of(n);

		KUNIT_ASSERT_EQ(test, hmap_read(map, &key, &value, type), true);
		KUNIT_ASSERT_EQ(test, value, n);
	}
}

#if defined(_HMAP_USER_STUBS_H)

bool can_fail_allocations(void)
{
	return true;
}

void fail_nth_allocation(unsigned int n)
{
	stub_fail_nth = n;
}

bool allocation_has_failed(void)
{
	bool failed = !stub_fail_nth;

	stub_fail_nth = 0;
	return failed;
}

void fail_all_allocations(bool fail)
{
	stub_fail_all = fail;
}

#elif defined(CONFIG_FAILSLAB)

/* The kernel's own fault injection; guest-lib.sh lets it hit sleeping
 * allocations too.
 */
bool can_fail_allocations(void)
{
	return true;
}

void fail_nth_allocation(unsigned int n)
{
	current->fail_nth = n;
}

bool allocation_has_failed(void)
{
	bool failed = !current->fail_nth;

	current->fail_nth = 0;
	return failed;
}

/* All of those tasks, and no others, as set up by guest-lib.sh. */
void fail_all_allocations(bool fail)
{
	current->make_it_fail = fail;
}

#else

bool can_fail_allocations(void)
{
	return false;
}

void fail_nth_allocation(unsigned int n)
{
}

bool allocation_has_failed(void)
{
	return false;
}

void fail_all_allocations(bool fail)
{
}

#endif
