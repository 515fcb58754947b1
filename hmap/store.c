// SPDX-License-Identifier: GPL-2.0
/* Calls that overwrite an entry, or find the one that is there. */
#include <linux/err.h>

#include "internal.h"

int hmap_store(struct hmap *map, const void *key, const void *value, gfp_t gfp,
	       const struct hmap_type *type)
{
	void *entry;

	return min(hmap_put(map, key, value, HMAP_ADD | HMAP_OVERWRITE, gfp, type, &entry), 0);
}
EXPORT_SYMBOL_HMAP(hmap_store);

int hmap_replace(struct hmap *map, const void *key, const void *value,
		 const struct hmap_type *type)
{
	void *entry;

	return min(hmap_put(map, key, value, HMAP_OVERWRITE, 0, type, &entry), 0);
}
EXPORT_SYMBOL_HMAP(hmap_replace);

void *hmap_get_or_insert(struct hmap *map, const void *key, const void *value,
			 bool *inserted, gfp_t gfp, const struct hmap_type *type)
{
	void *entry;
	int done = hmap_put(map, key, value, HMAP_ADD, gfp, type, &entry);

	if (inserted && done >= 0)
		*inserted = done == HMAP_ADDED;
	return done < 0 ? ERR_PTR(done) : entry;
}
EXPORT_SYMBOL_HMAP(hmap_get_or_insert);

void *hmap_store_pointer(struct hmap *map, const void *key, void *pointer, gfp_t gfp,
			 const struct hmap_type *type)
{
	void *entry;
	int done = hmap_put(map, key, &pointer, HMAP_ADD | HMAP_OVERWRITE | HMAP_POINTERS, gfp,
			    type, &entry);

	return done == HMAP_FOUND ? entry : ERR_PTR(done);
}
EXPORT_SYMBOL_HMAP(hmap_store_pointer);

void *hmap_replace_pointer(struct hmap *map, const void *key, void *pointer,
			   const struct hmap_type *type)
{
	void *entry;
	int done = hmap_put(map, key, &pointer, HMAP_OVERWRITE | HMAP_POINTERS, 0, type, &entry);

	return done == HMAP_FOUND ? entry : done == -ENOENT ? NULL : ERR_PTR(done);
}
EXPORT_SYMBOL_HMAP(hmap_replace_pointer);
