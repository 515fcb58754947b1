/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rhashtable as a peer, with its default parameters: jhash, 64 buckets at first, no
 * shrinking. Included by a file that has defined:
 *
 *	PEER_KEY, struct node { struct rhash_head head; ...; u64 value; },
 *	static const struct rhashtable_params params,
 *	struct node *node_alloc(item), void node_free(node),
 *	void node_free_deferred(node), const void *node_key(&key),
 *	int node_insert(rhashtable, node)
 */
#include <linux/mm.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "item.h"

struct peer_map {
	struct rhashtable ht;
};

/* With PEER_HINT, a table is made for the entries that are to come. */
static inline int peer_init(struct peer_map *map, u32 n)
{
#ifdef PEER_HINT
	struct rhashtable_params hinted = params;

	hinted.nelem_hint = n;
	return rhashtable_init(&map->ht, &hinted);
#else
	return rhashtable_init(&map->ht, &params);
#endif
}

static void free_one(void *node, void *arg)
{
	node_free(node);
}

static inline void peer_exit(struct peer_map *map)
{
	if (atomic_read(&map->ht.nelems))
		rhashtable_free_and_destroy(&map->ht, free_one, NULL);
	else
		rhashtable_destroy(&map->ht);
}

static inline size_t peer_vmalloced(const struct peer_map *map)
{
	const struct bucket_table *table = rcu_dereference_raw(map->ht.tbl);

	return is_vmalloc_addr(table) ?
	       PAGE_ALIGN(struct_size(table, buckets, table->size)) : 0;
}

static inline bool growing(struct rhashtable *ht)
{
	const struct bucket_table *table = rcu_dereference_raw(ht->tbl);

	return rcu_access_pointer(table->future_tbl) ||
	       rht_grow_above_75(ht, table);
}

/* The worker grows the table, and is not waited for where there is nothing to do. */
static inline void peer_settle(struct peer_map *map)
{
	while (growing(&map->ht) && flush_work(&map->ht.run_work))
		;
}

static inline int peer_insert(struct peer_map *map, PEER_ITEM item)
{
	struct node *node = node_alloc(item);
	int err;

	if (unlikely(!node))
		return -ENOMEM;
	err = node_insert(&map->ht, node);
	if (unlikely(err))
		node_free(node);
	return err;
}

static inline u64 peer_lookup(struct peer_map *map, PEER_KEY key)
{
	struct node *node;
	u64 value;

	rcu_read_lock();
	node = rhashtable_lookup(&map->ht, node_key(&key), params);
	value = node ? READ_ONCE(node->value) : 0;
	rcu_read_unlock();
	return value;
}

static inline bool peer_remove(struct peer_map *map, PEER_KEY key)
{
	struct node *node;
	bool removed;

	rcu_read_lock();
	node = rhashtable_lookup(&map->ht, node_key(&key), params);
	removed = node && !rhashtable_remove_fast(&map->ht, &node->head, params);
	rcu_read_unlock();
	if (removed)
		node_free_deferred(node);
	return removed;
}

static inline u64 peer_iterate(struct peer_map *map)
{
	struct rhashtable_iter iter;
	struct node *node;
	u64 sum = 0;

	rhashtable_walk_enter(&map->ht, &iter);
	rhashtable_walk_start(&iter);
	while ((node = rhashtable_walk_next(&iter))) {
		/* A resize: the walk begins anew. */
		if (IS_ERR(node))
			sum = 0;
		else
			sum += READ_ONCE(node->value);
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	return sum;
}

static inline const void *peer_directory(const struct peer_map *map)
{
	return NULL;
}
