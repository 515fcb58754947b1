// SPDX-License-Identifier: GPL-2.0
/* Removing entries. */
#include <linux/string.h>

#include "internal.h"
#include "place.h"

/* Remove the entry at @place. */
static __always_inline void remove_at(struct hmap *map, void *root, const struct place *place,
				      const void *key, const struct hmap_type *type,
				      const struct hmap_type *shape)
{
	struct hmap_table *table = place->table;

	hmap_table_empty(type, table, place->nr, place->shift, place->hash);
	add_count(root, -1);
	if (hmap_has_blocks(shape))
		hmap_block_drop(type, table, place->slot, key);
	if (hmap_wants_shrink(table) || (hmap_has_blocks(shape) && hmap_is_littered(type, table)))
		hmap_shrink(map, table, place->hash, type);
}

static __always_inline int take_from_header(struct hmap *map, void *object, const void *key,
					    void *out, const void *only,
					    const struct hmap_type *type)
{
	if ((only && object != only) || !hmap_object_is(type, object, key))
		return -ENOENT;
	if (out)
		*(void **)out = object;
	hmap_publish_object(map, NULL);
	return 0;
}

/* take() where the map has a table. */
static __always_inline int take_from_table(struct hmap *map, void *root, const void *key,
					   void *out, const void *only,
					   const struct hmap_type *type,
					   const struct hmap_type *shape)
{
	struct place place;
	void *entry;

	if (!hmap_is_dir(root) && !((struct hmap_table *)root)->live)
		return -ENOENT;
	place = place_of(map, root, key, shape);
	/* What is to be removed is there, mostly. */
	if (hmap_is_dir(root))
		hmap_prefetch_slots(shape, place.table, place.nr_words, place.hash);
	if (!find_place(type, shape, &place, key))
		return -ENOENT;
	if (out || only) {
		entry = hmap_slot_entry(shape, place.slot);
		if (only && entry != only)
			return -ENOENT;
		if (out && shape->flags & HMAP_POINTER)
			*(void **)out = entry;
		else if (out)
			memcpy(out, entry, shape->value_size);
	}
	remove_at(map, root, &place, key, type, shape);
	return 0;
}

/*
 * Remove an entry, and copy its value to @out unless that is NULL: of pointers and objects
 * the pointer. @only: NULL, or the one pointer that may be removed. @shape: what is known of
 * @type, or it.
 */
static __always_inline int take(struct hmap *map, const void *key, void *out,
				const void *only, u32 kind, const struct hmap_type *type,
				const struct hmap_type *shape)
{
	void *root = hmap_root(map);

	if (!root)
		return -ENOENT;
	if (!hmap_is_plain_key(key, kind, shape) && !hmap_check_key(key, kind, type))
		return -EINVAL;
	hmap_note_type(map, type);
	if (hmap_is_object(shape) && hmap_root_is_object(root))
		return take_from_header(map, hmap_root_object(root), key, out, only, shape);
	return take_from_table(map, root, key, out, only, type, shape);
}

static noinline int take_entry(struct hmap *map, const void *key, void *out,
			       const void *only, u32 kind, const struct hmap_type *type)
{
	return take(map, key, out, only, kind, type, type);
}

int hmap_take(struct hmap *map, const void *key, void *out, const struct hmap_type *type)
{
	return take_entry(map, key, out, NULL, 0, type);
}
EXPORT_SYMBOL_HMAP(hmap_take);

int __hmap_remove_pair(struct hmap *map, u64 key, const struct hmap_type *type)
{
	return take(map, &key, NULL, NULL, 0, type, &hmap_u64_pair);
}
EXPORT_SYMBOL_HMAP(__hmap_remove_pair);

int __hmap_remove_u32_pair(struct hmap *map, u32 key, const struct hmap_type *type)
{
	return take(map, &key, NULL, NULL, 0, type, &hmap_u32_pair);
}
EXPORT_SYMBOL_HMAP(__hmap_remove_u32_pair);

int hmap_remove(struct hmap *map, const void *key, const struct hmap_type *type)
{
	if (type && key && hmap_is_u32_pair(type))
		return __hmap_remove_u32_pair(map, get_unaligned((const u32 *)key), type);
	return take(map, key, NULL, NULL, 0, type, type);
}
EXPORT_SYMBOL_HMAP(hmap_remove);

static noinline void *erase_u64_object_from_table(struct hmap *map, u64 key,
						  const struct hmap_type *type)
{
	const struct hmap_type shape = hmap_u64_object(type);
	void *object = NULL;

	take_from_table(map, hmap_root(map), &key, &object, NULL, type, &shape);
	return object;
}

/* What a map of one object takes needs no registers to be saved. */
void *__hmap_erase_u64_object(struct hmap *map, u64 key, const struct hmap_type *type)
{
	const struct hmap_type shape = hmap_u64_object(type);
	void *root = hmap_root(map), *object = NULL;

	if (!root)
		return NULL;
	hmap_note_type(map, type);
	if (!hmap_root_is_object(root))
		return erase_u64_object_from_table(map, key, type);
	take_from_header(map, hmap_root_object(root), &key, &object, NULL, &shape);
	return object;
}
EXPORT_SYMBOL_HMAP(__hmap_erase_u64_object);

void *hmap_erase(struct hmap *map, const void *key, const struct hmap_type *type)
{
	void *pointer = NULL;

	if (type && key && hmap_is_u64_object(type))
		return __hmap_erase_u64_object(map, get_unaligned((const u64 *)key), type);
	take_entry(map, key, &pointer, NULL, HMAP_POINTERS, type);
	return pointer;
}
EXPORT_SYMBOL_HMAP(hmap_erase);

bool hmap_erase_pointer(struct hmap *map, const void *key, const void *pointer,
			const struct hmap_type *type)
{
	return pointer && !take_entry(map, key, NULL, pointer, HMAP_POINTERS, type);
}
EXPORT_SYMBOL_HMAP(hmap_erase_pointer);
