/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table of hlists in the style of <linux/hashtable.h> as a peer: as many heads as
 * entries are expected, which its user has to know in advance, and which stay. No
 * readers under RCU: nodes are freed at once. As with hash_add(), nothing looks
 * whether a key is there already. Included by a file that has defined:
 *
 *	PEER_KEY, struct node { struct hlist_node link; ...; u64 value; },
 *	struct node *node_alloc(item), void node_free(node),
 *	u32 key_hash(key, bits), bool key_equal(key, node)
 */
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "item.h"

struct peer_map {
	u32 bits;
	struct hlist_head *heads;
};

static inline int peer_init(struct peer_map *map, u32 n)
{
	map->bits = ilog2(roundup_pow_of_two(max(n, 8U)));
	map->heads = kvcalloc(1UL << map->bits, sizeof(*map->heads), GFP_KERNEL);
	return map->heads ? 0 : -ENOMEM;
}

static inline void peer_exit(struct peer_map *map)
{
	struct hlist_head *head;
	struct hlist_node *next;
	struct node *node;

	for (head = map->heads; head < map->heads + (1UL << map->bits); head++)
		hlist_for_each_entry_safe(node, next, head, link)
			node_free(node);
	kvfree(map->heads);
}

static inline size_t peer_vmalloced(const struct peer_map *map)
{
	return is_vmalloc_addr(map->heads) ?
	       PAGE_ALIGN(sizeof(*map->heads) << map->bits) : 0;
}

static inline void peer_settle(struct peer_map *map)
{
}

static inline int peer_insert(struct peer_map *map, PEER_ITEM item)
{
	struct node *node = node_alloc(item);

	if (unlikely(!node))
		return -ENOMEM;
	hlist_add_head(&node->link, &map->heads[key_hash(item_key(item), map->bits)]);
	return 0;
}

static inline struct node *find(struct peer_map *map, PEER_KEY key)
{
	struct node *node;

	hlist_for_each_entry(node, &map->heads[key_hash(key, map->bits)], link)
		if (key_equal(key, node))
			return node;
	return NULL;
}

static inline u64 peer_lookup(struct peer_map *map, PEER_KEY key)
{
	struct node *node = find(map, key);

	return node ? READ_ONCE(node->value) : 0;
}

static inline bool peer_remove(struct peer_map *map, PEER_KEY key)
{
	struct node *node = find(map, key);

	if (!node)
		return false;
	hlist_del(&node->link);
	node_free(node);
	return true;
}

static inline u64 peer_iterate(struct peer_map *map)
{
	struct hlist_head *head;
	struct node *node;
	u64 sum = 0;

	for (head = map->heads; head < map->heads + (1UL << map->bits); head++)
		hlist_for_each_entry(node, head, link)
			sum += READ_ONCE(node->value);
	return sum;
}

static inline const void *peer_directory(const struct peer_map *map)
{
	return NULL;
}
