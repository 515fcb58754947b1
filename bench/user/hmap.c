// SPDX-License-Identifier: GPL-2.0
/*
 * hmap itself. Built three times: the RCU type through its typed wrappers, the
 * same by the generic calls (BENCH_GENERIC), and without RCU (BENCH_NORCU).
 */
#include "../../hmap/internal.h"

#include "bench.h"

#ifdef BENCH_NORCU
#define RCU		0
#define for_each	hmap_for_each
#else
#define RCU		HMAP_RCU
#define for_each	hmap_for_each_rcu
#endif

#ifdef BENCH_STRING
HMAP_DEFINE(kind, const char *, u64, hmap_hash_bytes, NULL, HMAP_STRING | RCU);
#define KEY(key)	((key).text)
#define KEY_REF(key)	HMAP_STR((key).text)
#else
HMAP_DEFINE(kind, u64, u64, hmap_hash_u64, NULL, RCU);
#define KEY(key)	((key).word)
#define KEY_REF(key)	(&(key).word)
#endif

struct map {
	struct kind kind;
};

static struct map *map_new(void)
{
	struct kind *kind = kind_alloc(GFP_KERNEL);

	return container_of(kind, struct map, kind);
}

static void map_free(struct map *map)
{
	kind_free(&map->kind);
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
	found = hmap_lookup(&map->kind.map, KEY_REF(key), &kind_type);
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
	kind_stored_t key;
	kind_found_t value;
	u64 sum = 0;

	rcu_read_lock();
	for_each(kind, &map->kind, iter, key, value)
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
	hmap_size_init();
}

#include "loops.h"
