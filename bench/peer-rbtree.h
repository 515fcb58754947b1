/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's red-black tree, with the loops that each user writes. Included by a file
 * that has defined:
 *
 *	PEER_KEY, struct node { struct rb_node link; ...; u64 value; },
 *	struct node *node_alloc(item), void node_free(node), int key_compare(key, node)
 */
#include <linux/errno.h>
#include <linux/rbtree.h>

#include "item.h"

struct peer_map {
	struct rb_root root;
};

static inline int peer_init(struct peer_map *map, u32 n)
{
	map->root = RB_ROOT;
	return 0;
}

static inline void peer_exit(struct peer_map *map)
{
	struct node *node, *next;

	rbtree_postorder_for_each_entry_safe(node, next, &map->root, link)
		node_free(node);
}

/* Where the key is, or would be. */
static inline struct rb_node **find_link(struct peer_map *map, PEER_KEY key,
					 struct rb_node **parent)
{
	struct rb_node **link = &map->root.rb_node;

	*parent = NULL;
	while (*link) {
		const int order = key_compare(key, rb_entry(*link, struct node, link));

		if (!order)
			break;
		*parent = *link;
		link = order < 0 ? &(*link)->rb_left : &(*link)->rb_right;
	}
	return link;
}

static inline int peer_insert(struct peer_map *map, PEER_ITEM item)
{
	struct rb_node *parent, **link = find_link(map, item_key(item), &parent);
	struct node *node;

	if (unlikely(*link))
		return -EEXIST;
	node = node_alloc(item);
	if (unlikely(!node))
		return -ENOMEM;
	rb_link_node(&node->link, parent, link);
	rb_insert_color(&node->link, &map->root);
	return 0;
}

static inline struct node *find(struct peer_map *map, PEER_KEY key)
{
	struct rb_node *at = map->root.rb_node;

	while (at) {
		struct node *node = rb_entry(at, struct node, link);
		const int order = key_compare(key, node);

		if (!order)
			return node;
		at = order < 0 ? at->rb_left : at->rb_right;
	}
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
	rb_erase(&node->link, &map->root);
	node_free(node);
	return true;
}
