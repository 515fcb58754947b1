// SPDX-License-Identifier: GPL-2.0
/* hmap_validate(): the invariants at the top of core.c, checked. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/printk.h>
#include <linux/string.h>

#include "internal.h"

/* Report and fail unless a condition holds. */
#define require(map, condition) ({					\
	bool __ok = (condition);					\
									\
	if (!__ok)							\
		pr_err("type %s: broken: %s\n", (map)->type->name,	\
		       #condition);					\
	__ok;								\
})

static bool valid_entry(const struct hmap *map, const struct hmap_table *table,
			u32 index, u64 range)
{
	const struct hmap_type *type = map->type;
	const void *slot = hmap_slot(type, table, index);
	const void *key = hmap_slot_key(type, slot);
	bool in_range;
	u64 hash;

	if (!require(map, key))
		return false;
	hash = hmap_hash_key(type, key, table->seed);
	in_range = !table->depth || (hash ^ range) >> (64 - table->depth) == 0;
	return require(map, in_range) &&
	       require(map, hmap_slot_hash(type, slot, table->seed) == hash) &&
	       require(map, hmap_table_byte(table, index) ==
			    hmap_full_byte(hash)) &&
	       require(map, hmap_probe(type, table, table->nr_words, key, hash,
				       type->equal) == index);
}

/* The bytes of a table, counted: what each may be, and where. */
struct census {
	u32 full;
	u32 empty;
	u32 absent;
};

static bool valid_slot(const struct hmap *map, const struct hmap_table *table,
		       u32 index, u64 range, struct census *census)
{
	u64 byte = hmap_table_byte(table, index);

	if (!require(map, byte == HMAP_ABSENT || !census->absent))
		return false;
	if (byte & HMAP_FULL) {
		census->full++;
		return valid_entry(map, table, index, range);
	}
	census->empty += byte == HMAP_EMPTY;
	census->absent += byte == HMAP_ABSENT;
	return require(map, byte == HMAP_EMPTY || byte == HMAP_DELETED ||
			    byte == HMAP_ABSENT);
}

/* A directory may have wanted a table larger than its slots need. */
static bool valid_bytes(const struct hmap_type *type, const struct hmap_table *table)
{
	size_t seen = hmap_table_bytes_seen(type, table);

	return table->bytes == seen ||
	       (table->bytes == HMAP_DIR_TABLE_MIN && seen < HMAP_DIR_TABLE_MIN);
}

static bool valid_table(const struct hmap *map, const struct hmap_table *table,
			u64 range, u32 seed)
{
	struct census census = { };
	u32 index;

	if (!require(map, table->nr_words))
		return false;
	for (index = 0; index < table->nr_words * 8; index++)
		if (index % 8 != HMAP_WORD_SLOTS &&
		    !valid_slot(map, table, index, range, &census))
			return false;
	return require(map, census.full == table->live) &&
	       require(map, (s32)census.empty - hmap_table_slack(table) ==
			    table->room) &&
	       require(map, census.absent < HMAP_WORD_SLOTS) &&
	       require(map, table->seed == seed) &&
	       require(map, valid_bytes(map->type, table)) &&
	       require(map, !(table->flags & HMAP_TABLE_DEAD)) &&
	       require(map, !table->owns_blocks) &&
	       require(map, !(table->flags & HMAP_TABLE_VACANT) ==
			    !!table->live);
}

static void *dir_ref(const struct hmap *map, struct hmap_dir *dir, u64 hash)
{
	return rcu_dereference_protected(*hmap_dir_entry(dir, hash),
					 hmap_lock_held(map));
}

/* Every directory entry of @table's range, and no other, leads to it. */
static bool valid_range(const struct hmap *map, struct hmap_dir *dir,
			const struct hmap_table *table, u64 range)
{
	u64 next = hmap_range_next(range, table->depth);
	u64 step = 1ULL << (64 - dir->depth);
	u64 hash = range;

	if (!require(map, !((unsigned long)table & HMAP_REF_WORDS)) ||
	    !require(map, table->depth <= dir->depth) ||
	    !require(map, !table->depth || !(range << table->depth)))
		return false;
	do {
		if (!require(map, dir_ref(map, dir, hash) ==
				  hmap_ref((struct hmap_table *)table)))
			return false;
		hash += step;
	} while (hash != next);
	return true;
}

static bool valid_dir(const struct hmap *map, struct hmap_dir *dir)
{
	struct hmap_table *table;
	u32 nr_at_depth[HMAP_DIR_MAX_DEPTH + 1] = { };
	unsigned long count = 0;
	u64 hash;

	if (!require(map, dir->depth && dir->depth <= HMAP_DIR_MAX_DEPTH))
		return false;
	hmap_for_each_table(map, table, hash) {
		if (!valid_range(map, dir, table, hash) ||
		    !valid_table(map, table, hash, dir->seed))
			return false;
		count += table->live;
		nr_at_depth[table->depth]++;
	}
	return require(map, count == dir->count) &&
	       require(map, !memcmp(nr_at_depth, dir->nr_at_depth,
				    sizeof(nr_at_depth)));
}

static bool valid(const struct hmap *map)
{
	void *root = hmap_root(map);
	struct hmap_dir *dir = hmap_root_dir(root);
	struct hmap_table *table = root;

	if (dir)
		return valid_dir(map, dir);
	if (hmap_root_vacant(root))
		return true;
	return require(map, !table->depth) &&
	       valid_table(map, table, 0, table->seed);
}

int hmap_validate(const struct hmap *map)
{
	return valid(map) ? 0 : -EUCLEAN;
}
EXPORT_SYMBOL_HMAP(hmap_validate);
