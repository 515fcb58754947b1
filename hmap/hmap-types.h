/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The map's header alone, so that a structure can embed one without including
 * the whole interface. See hmap.h.
 */
#ifndef _HMAP_TYPES_H
#define _HMAP_TYPES_H

#include <linux/build_bug.h>
#include <linux/types.h>

struct hmap_type;
struct lockdep_map;

/**
 * struct hmap - a hash map
 * @type: what the map holds; set by the initialisers, never changed later
 * @root: private: NULL, or a tagged pointer to the first table or the directory
 * @lock: private: the writers' lock, as told to hmap_set_lock(), for lockdep
 *
 * 16 bytes (24 under CONFIG_LOCKDEP), and all that an empty map takes. It is
 * meant to be embedded in an object of the caller's; hmap_alloc() makes one on
 * its own. A map must not be copied or moved once it has held an entry.
 */
struct hmap {
	const struct hmap_type	*type;
	/* private: */
	void __rcu		*root;
#ifdef CONFIG_LOCKDEP
	struct lockdep_map	*lock;
#endif
};

#ifndef CONFIG_LOCKDEP
static_assert(sizeof(struct hmap) <= 16);
#endif

/**
 * HMAP_INIT - static initialiser of a struct hmap
 * @_type: pointer to the map's &struct hmap_type
 */
#define HMAP_INIT(_type)		{ .type = (_type) }

/**
 * DEFINE_HMAP - define a map with its static initialiser
 * @name: the variable's name
 * @type: pointer to the map's &struct hmap_type
 */
#define DEFINE_HMAP(name, type)		struct hmap name = HMAP_INIT(type)

#endif /* _HMAP_TYPES_H */
