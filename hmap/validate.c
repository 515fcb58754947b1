// SPDX-License-Identifier: GPL-2.0
/* hmap_validate(): the invariants at the top of core.c, checked. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/printk.h>
#include <linux/string.h>

#include "internal.h"

/* Report and fail unless a condition holds. */
#define require(type, condition) ({					\
	bool __ok = (condition);					\
									\
	if (!__ok)							\
		pr_err("type %s: broken: %s\n", (type)->name, #condition); \
	__ok;								\
})

/* Whether a lookup would find the entry in its slot. What functions of the caller's look
 * for, keyed objects do not tell: of them only that the slot is on the way.
 */
static bool valid_probe(const struct hmap_type *type, const struct hmap_table *table,
			u32 index, u64 hash)
{
	const void *slot = hmap_slot(type, table, index), *key = hmap_slot_key(type, slot);
	struct hmap_str str;
	void *entry;

	if (type->object_hash)
		return require(type, hmap_find_entry(type, table, hash, slot) == index);
	if (type->flags & HMAP_STRING) {
		str = *HMAP_STR((const char *)key);
		key = &str;
	}
	return require(type, hmap_probe(type, table, table->nr_words, key, hash, &entry) == index);
}

static bool valid_entry(const struct hmap_type *type, const struct hmap_table *table,
			u32 index, u64 range, u64 seed)
{
	const void *slot = hmap_slot(type, table, index), *key;
	bool in_range;
	u64 hash;

	if (type->flags & (HMAP_OBJECT | HMAP_INDIRECT) &&
	    !require(type, hmap_pointer_at(slot)))
		return false;
	key = hmap_slot_key(type, slot);
	if (!require(type, key))
		return false;
	hash = hmap_slot_hash(type, slot, seed);
	if (type->flags & HMAP_KEY_INDIRECT &&
	    !require(type, hash == hmap_hash_key(type, type->flags & HMAP_STRING ?
						 (void *)HMAP_STR(key) : key, seed)))
		return false;
	in_range = !table->depth || (hash ^ range) >> (64 - table->depth) == 0;
	return require(type, in_range) &&
	       require(type, hmap_table_byte(table, index) == hmap_full_byte(hash)) &&
	       valid_probe(type, table, index, hash);
}

/* The bytes of a table, counted: what each may be, and where. */
struct census {
	u32 full;
	u32 empty;
	u32 absent;
};

static bool valid_slot(const struct hmap_type *type, const struct hmap_table *table,
		       u32 index, u64 range, u64 seed, struct census *census)
{
	u64 byte = hmap_table_byte(table, index);

	if (!require(type, byte == HMAP_ABSENT || !census->absent))
		return false;
	if (byte & HMAP_FULL) {
		census->full++;
		return valid_entry(type, table, index, range, seed);
	}
	census->empty += byte == HMAP_EMPTY;
	census->absent += byte == HMAP_ABSENT;
	return require(type, byte == HMAP_EMPTY || byte == HMAP_DELETED || byte == HMAP_ABSENT);
}

static bool valid_table(const struct hmap_type *type, const struct hmap_table *table,
			u64 range, u64 seed)
{
	struct census census = { };
	u32 index, slots;

	if (!require(type, table->nr_words))
		return false;
	for (index = 0; index < table->nr_words * 8; index++)
		if (index % 8 != HMAP_WORD_SLOTS &&
		    !valid_slot(type, table, index, range, seed, &census))
			return false;
	slots = table->nr_words * HMAP_WORD_SLOTS - census.absent;
	return require(type, census.full == table->live) &&
	       require(type, (s32)census.empty - hmap_table_slack(slots) == table->room) &&
	       require(type, census.absent < HMAP_WORD_SLOTS) &&
	       require(type, slots == hmap_table_slots(type, table->bytes)) &&
	       require(type, !(table->flags & HMAP_TABLE_DEAD)) &&
	       require(type, !table->cleared) &&
	       require(type, !(table->flags & HMAP_TABLE_VACANT) == !!table->live);
}

/* What has been counted below a directory. */
struct visit {
	const struct hmap_type	*type;
	u64			seed;
	unsigned long		count;
};

static bool valid_dir(struct visit *v, void *dir, u8 base, u64 range);

/* @ref, which stands for the range of @depth bits, and @before it another of its directory or
 * NULL. A table of a larger range is looked at where that begins.
 */
static bool valid_ref(struct visit *v, void *ref, void *before, u8 base, u8 depth, u64 range)
{
	struct hmap_table *table;

	if (!require(v->type, ref))
		return false;
	if (hmap_is_dir(ref))
		return valid_dir(v, ref, depth, range);
	table = hmap_ref_table(ref);
	if (!require(v->type, table->depth > base && table->depth <= depth) ||
	    !require(v->type, ref == hmap_ref(table)))
		return false;
	if (range & hmap_range_mask(table->depth))
		return require(v->type, ref == before);
	v->count += table->live;
	return require(v->type, ref != before) && valid_table(v->type, table, range, v->seed);
}

/* All that is in the range that @base bits lead to. It calls itself, for each directory below. */
static bool valid_dir(struct visit *v, void *dir, u8 base, u64 range)
{
	u32 bits = hmap_dir_bits(dir), i;
	void *ref, *before = NULL;

	if (!require(v->type, bits >= HMAP_DIR_MIN_BITS && bits <= HMAP_DIR_MAX_BITS) ||
	    !require(v->type, base + bits <= HMAP_MAX_DEPTH + HMAP_DIR_MAX_BITS))
		return false;
	for (i = 0; i < 1U << bits; i++, before = ref) {
		ref = rcu_dereference_protected(hmap_ref_dir(dir)->refs[i], true);
		if (!valid_ref(v, ref, before, base, base + bits,
			       range | (u64)i << (64 - base - bits)))
			return false;
	}
	return true;
}

static bool valid_root(const struct hmap *map, void *root, const struct hmap_type *type)
{
	struct visit v = { .type = type, .seed = hmap_seed(map) };

	return valid_dir(&v, root, 0, 0) && require(type, v.count == hmap_live(map));
}

static bool valid_map(const struct hmap *map, const struct hmap_type *type)
{
	void *root = hmap_root(map);
	struct hmap_table *table = root;

	if (!root)
		return true;
	if (hmap_root_is_object(root))
		return require(type, hmap_is_object(type)) &&
		       require(type, hmap_root_object(root)) &&
		       require(type, hmap_key_in(type, hmap_root_object(root)));
	if (hmap_is_dir(root))
		return valid_root(map, root, type);
	return require(type, !table->depth) &&
	       valid_table(type, table, 0, hmap_seed(map));
}

int hmap_validate(const struct hmap *map, const struct hmap_type *type)
{
	return valid_map(map, type) ? 0 : -EUCLEAN;
}
EXPORT_SYMBOL_HMAP(hmap_validate);
