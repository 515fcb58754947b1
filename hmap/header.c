// SPDX-License-Identifier: GPL-2.0
/* Maps whose header is kmalloc'ed: most are embedded instead. */
#include <linux/slab.h>

#include "internal.h"

struct hmap *hmap_alloc(gfp_t gfp)
{
	struct hmap *map = kzalloc(sizeof(*map), gfp);

	if (map)
		hmap_counter_inc(maps_allocated);
	else
		hmap_counter_inc(alloc_failures);
	return map;
}
EXPORT_SYMBOL_HMAP(hmap_alloc);

void hmap_free(struct hmap *map, const struct hmap_type *type)
{
	void *root;

	if (!map)
		return;
	root = rcu_access_pointer(map->root);
	if (!root || hmap_root_is_object(root))
		hmap_counter_inc(maps_without_table);
	else
		hmap_counter_inc(maps_freed);
	hmap_destroy(map, type);
	kfree(map);
}
EXPORT_SYMBOL_HMAP(hmap_free);
