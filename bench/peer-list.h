/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A list that is searched from its beginning, as people write it by hand for few entries.
 * Nothing looks whether a key is there already. Included by a file that has defined:
 *
 *	PEER_KEY, struct node { struct list_head link; ...; u64 value; },
 *	struct node *node_alloc(item), void node_free(node), bool key_equal(key, node)
 */
#include <linux/errno.h>
#include <linux/list.h>

#include "item.h"

struct peer_map {
	struct list_head nodes;
};

static inline int peer_init(struct peer_map *map, u32 n)
{
	INIT_LIST_HEAD(&map->nodes);
	return 0;
}

static inline void peer_exit(struct peer_map *map)
{
	struct node *node, *next;

	list_for_each_entry_safe(node, next, &map->nodes, link)
		node_free(node);
}

static inline int peer_insert(struct peer_map *map, PEER_ITEM item)
{
	struct node *node = node_alloc(item);

	if (unlikely(!node))
		return -ENOMEM;
	list_add_tail(&node->link, &map->nodes);
	return 0;
}

static inline struct node *find(struct peer_map *map, PEER_KEY key)
{
	struct node *node;

	list_for_each_entry(node, &map->nodes, link)
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
	list_del(&node->link);
	node_free(node);
	return true;
}
