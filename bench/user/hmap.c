// SPDX-License-Identifier: GPL-2.0
/*
 * hmap itself. Built three times: the RCU type through its typed wrappers, the
 * same by the generic calls (BENCH_GENERIC), and without RCU (BENCH_NORCU).
 */
#include "../../hmap/internal.h"

#include "bench.h"

#ifdef BENCH_NORCU
#ifdef BENCH_STRING
HMAP_DEFINE_STRING(kind, u64);
#else
HMAP_DEFINE(kind, u64, u64, hmap_hash_u64, NULL);
#endif
#define for_each(m, iter, k, v)	hmap_for_each_typed(m, iter, k, v)
#else
#ifdef BENCH_STRING
HMAP_DEFINE_STRING_RCU(kind, u64);
#else
HMAP_DEFINE_RCU(kind, u64, u64, hmap_hash_u64, NULL);
#endif
#define for_each(m, iter, k, v)	hmap_for_each_typed_rcu(m, iter, k, v)
#endif

#ifdef BENCH_STRING
#define KEY(key)	((key).text)
#define KEY_REF(key)	((key).text)
#else
#define KEY(key)	((key).word)
#define KEY_REF(key)	(&(key).word)
#endif

struct map {
	struct kind kind;
};

static struct map *map_new(void)
{
	struct hmap *map = hmap_alloc(&kind_type, GFP_KERNEL);

	return container_of(map, struct map, kind.map);
}

static void map_free(struct map *map)
{
	hmap_free(&map->kind.map);
}

static bool map_insert(struct map *map, struct key key, u64 value)
{
	return !kind_insert(&map->kind, KEY(key), value, GFP_KERNEL);
}

static __always_inline bool map_lookup(struct map *map, struct key key,
				       u64 *value)
{
	const u64 *found;

	rcu_read_lock();
#ifdef BENCH_GENERIC
	found = hmap_lookup(&map->kind.map, KEY_REF(key));
#else
	found = kind_lookup(&map->kind, KEY(key));
#endif
	if (found)
		*value = READ_ONCE(*found);
	rcu_read_unlock();
	return found;
}

static bool map_remove(struct map *map, struct key key)
{
	return !kind_remove(&map->kind, KEY(key));
}

static u64 map_sum(struct map *map)
{
	typeof(map->kind.__key[0]) key;
	typeof(map->kind.__value[0]) value;
	u64 sum = 0;

	rcu_read_lock();
	for_each(&map->kind, iter, key, value)
		sum += *value;
	rcu_read_unlock();
	return sum;
}

static void map_settle(void)
{
	rcu_barrier();
}

static __attribute__((constructor)) void map_setup(void)
{
	hmap_hash_init();
	hmap_stats_init();
}

#include "loops.h"
