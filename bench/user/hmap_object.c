// SPDX-License-Identifier: GPL-2.0
/*
 * hmap with the caller's objects, as uthash and cds_lfht have them, but without a link in
 * them. Readers under RCU.
 */
#include "../../hmap/internal.h"

#include "bench.h"
#include "node.h"

struct object {
	struct node node;
	struct rcu_head rcu;
};

#ifdef BENCH_STRING
HMAP_DEFINE_OBJECT(kind, struct object, node.key.text, hmap_hash_bytes, HMAP_STRING | HMAP_RCU);
#define KEY(key)	((key).text)
#else
HMAP_DEFINE_OBJECT(kind, struct object, node.key.word, hmap_hash_u64, HMAP_RCU);
#define KEY(key)	((key).word)
#endif

struct map {
	struct kind kind;
};

static struct map *map_new(void)
{
	struct kind *kind = kind_alloc(GFP_KERNEL);

	return container_of(kind, struct map, kind);
}

static void object_free(void *entry, void *arg)
{
	struct object *object = entry;

	node_release(&object->node);
	free(object);
}

static void object_free_rcu(struct rcu_head *head)
{
	object_free(container_of(head, struct object, rcu), NULL);
}

static void map_free(struct map *map)
{
	kind_free_and_destroy(&map->kind, object_free, NULL);
	kind_free(&map->kind);
}

static bool map_insert(struct map *map, struct key key, u64 value)
{
	struct object *object = malloc(sizeof(*object));

	node_set(&object->node, key, value);
	if (!kind_insert(&map->kind, object, GFP_KERNEL))
		return true;
	object_free(object, NULL);
	return false;
}

static __always_inline bool map_lookup(struct map *map, struct key key, u64 *value)
{
	const struct object *object;

	rcu_read_lock();
	object = kind_lookup(&map->kind, KEY(key));
	if (object)
		*value = object->node.value;
	rcu_read_unlock();
	return object;
}

static bool map_remove(struct map *map, struct key key)
{
	struct object *object = kind_erase(&map->kind, KEY(key));

	if (!object)
		return false;
	call_rcu(&object->rcu, object_free_rcu);
	return true;
}

static u64 map_sum(struct map *map)
{
	const struct object *object;
	u64 sum = 0;

	rcu_read_lock();
	hmap_for_each_object_rcu(kind, &map->kind, iter, object)
		sum += object->node.value;
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
