// SPDX-License-Identifier: GPL-2.0
/* What is refused, with a warning: types and arguments that make no sense. */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "internal.h"

/* A slot is key, value. A set's value is its key. */
static bool slot_is_sound(const struct hmap_type *type)
{
	u64 key_end = (u64)type->key_offset + type->key_size;
	u64 value_end = (u64)type->value_offset + type->value_size;

	if (!type->value_size)
		return type->value_offset == type->key_offset && key_end <= type->slot_size;
	return key_end <= type->value_offset && value_end <= type->slot_size;
}

/* Whether a part of an entry lies between what is before it and the end. */
static bool part_fits(u64 before, u32 offset, u32 size, u32 end)
{
	return offset >= before && (u64)offset + size <= end;
}

/* A slot is the pointer to a block, key or its hash, value; a block is value, key; what is
 * in the one is not in the other.
 */
static bool block_is_sound(const struct hmap_type *type)
{
	u64 in_slot = sizeof(void *), in_block = 0;
	bool fits = true;

	if (type->flags & HMAP_KEY_INDIRECT) {
		in_slot = __HMAP_POINTER_AND_HASH;
		fits = in_slot <= type->slot_size;
	} else {
		fits = part_fits(in_slot, type->key_offset, type->key_size, type->slot_size);
		in_slot = type->key_offset + type->key_size;
	}
	if (!type->value_size) {
		fits &= type->value_offset == type->key_offset;
	} else if (type->flags & HMAP_VALUE_INDIRECT) {
		fits &= part_fits(0, type->value_offset, type->value_size, type->block_size);
		in_block = type->value_offset + type->value_size;
	} else {
		fits &= part_fits(in_slot, type->value_offset, type->value_size, type->slot_size);
	}
	if (type->flags & HMAP_KEY_INDIRECT)
		fits &= part_fits(in_block, type->key_offset, type->key_size, type->block_size);
	return fits && type->slot_size % 8 == 0 && type->block_size <= KMALLOC_MAX_SIZE;
}

static bool layout_is_sound(const struct hmap_type *type)
{
	if (type->slot_size > HMAP_SLOT_MAX)
		return false;
	if (hmap_is_object(type))
		return type->slot_size == sizeof(void *) && !type->value_offset &&
		       !hmap_has_blocks(type);
	return hmap_has_blocks(type) ? block_is_sound(type) : slot_is_sound(type);
}

/* What is said of a value has to go with its size. */
static bool value_is_sound(const struct hmap_type *type)
{
	if (type->flags & HMAP_POINTER)
		return type->value_size == sizeof(void *) && !(type->flags & HMAP_VALUE_INDIRECT);
	return !(type->flags & HMAP_SCALAR) ||
	       (type->value_size <= sizeof(u64) && is_power_of_2(type->value_size));
}

/* A string is in a block or an object, and not as long as another. */
static bool key_is_sound(const struct hmap_type *type)
{
	if (!(type->flags & HMAP_STRING))
		return true;
	return !type->key_size && (hmap_is_object(type) ||
				   (type->flags & HMAP_KEY_INDIRECT &&
				    type->key_offset == type->block_size));
}

static bool type_is_sound(const struct hmap_type *type)
{
	return type && type->hash && layout_is_sound(type) && value_is_sound(type) &&
	       key_is_sound(type) &&
	       (type->hash != hmap_hash_u64 || type->key_size == sizeof(u64)) &&
	       (type->hash != hmap_hash_u32 || type->key_size == sizeof(u32));
}

/* For the calls that can leave the header-only state: no other gets anywhere with a
 * type that is not sound.
 */
bool hmap_check_type(const struct hmap_type *type)
{
	bool sound = type_is_sound(type);

	WARN_ONCE(!sound, "hmap: type %s is refused: no hash, one for keys of another size, a flag that is not for its value, or more than %lu bytes an entry\n",
		  type ? type->name : "(none)", KMALLOC_MAX_SIZE);
	return sound;
}

static bool key_ok(const struct hmap_type *type, const void *key)
{
	const struct hmap_str *str = key;

	if (type->flags & HMAP_STRING)
		return !WARN_ONCE(!str || !str->name || hmap_has_nul(str),
				  "hmap: type %s: NULL for a key, or a NUL byte in it\n",
				  type->name);
	return !WARN_ONCE(!key && type->key_size, "hmap: type %s: NULL for a key\n", type->name);
}

static bool value_ok(const struct hmap_type *type, const void *value)
{
	if (WARN_ONCE(!value && type->value_size, "hmap: type %s: NULL for a value\n", type->name))
		return false;
	return !WARN_ONCE(type->flags & HMAP_POINTER &&
			  !hmap_is_storable(type, *(const void * const *)value),
			  "hmap: type %s: no pointer that can be stored\n", type->name);
}

/* Readers may be reading what is overwritten by copying. */
static bool kind_ok(const struct hmap_type *type, u32 may)
{
	bool constant;

	if (WARN_ONCE(!type, "hmap: a call without a type\n"))
		return false;
	constant = hmap_is_rcu(type) && type->value_size && !(type->flags & HMAP_SCALAR);
	if (may & HMAP_POINTERS)
		return !WARN_ONCE(!(type->flags & HMAP_POINTER),
				  "hmap: type %s: no map of pointers or objects\n", type->name);
	return !WARN_ONCE(may & HMAP_OVERWRITE && (constant || type->flags & HMAP_POINTER),
			  "hmap: type %s: with HMAP_RCU only HMAP_SCALAR is overwritten in place; pointers by hmap_store_pointer()\n",
			  type->name);
}

bool hmap_check_key(const void *key, u32 may, const struct hmap_type *type)
{
	return kind_ok(type, may) && key_ok(type, key);
}

bool hmap_check_args(const void *key, const void *value, u32 may, const struct hmap_type *type)
{
	return hmap_check_key(key, may, type) && value_ok(type, value);
}
