// SPDX-License-Identifier: GPL-2.0
/*
 * A map gets its first table, and more room: rebuilds, splits, reserves. What
 * goes back again is in shrink.c. Every step allocates first and publishes last,
 * so that one which fails has changed nothing.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

/* Whether a part of an entry lies between what is before it and the end. */
static bool part_fits(u64 before, u32 offset, u32 size, u32 end)
{
	return offset >= before && (u64)offset + size <= end;
}

/* A slot is the pointer to a block, if there is one, key or its hash, value; a block is
 * value, key; of both, what is in the one is not in the other. A set's value is its key.
 */
static bool layout_is_sound(const struct hmap_type *type)
{
	u64 in_slot = type->flags & HMAP_KEY_INDIRECT ? __HMAP_POINTER_AND_HASH :
		      hmap_has_blocks(type) ? sizeof(void *) : 0;
	bool fits = in_slot <= type->slot_size;
	u64 in_block = 0;

	if (hmap_is_object(type))
		return type->slot_size == sizeof(void *) && !type->value_offset &&
		       !hmap_has_blocks(type);
	if (!(type->flags & HMAP_KEY_INDIRECT)) {
		fits &= part_fits(in_slot, type->key_offset, type->key_size, type->slot_size);
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
	return fits && type->slot_size <= HMAP_SLOT_MAX &&
	       type->block_size <= KMALLOC_MAX_SIZE &&
	       (!hmap_has_blocks(type) || type->slot_size % 8 == 0);
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

/* Give up tables that were never published. */
static void discard_table(const struct hmap_type *type, struct hmap_table *table)
{
	if (table)
		hmap_table_retire(type, table, false);
}

/*
 * Give a map that is its header alone a table for @n entries, which are no more than one
 * of the largest class takes. An object in the header goes into it. Returns NULL without
 * memory.
 */
struct hmap_table *hmap_start(struct hmap *map, size_t n, gfp_t gfp, const struct hmap_type *type)
{
	void *root = hmap_root(map), *object;
	struct hmap_table *table;
	u64 hash;
	long index;

	table = hmap_table_alloc(type, hmap_table_size_exact(type, n), 0, gfp);
	if (!table)
		return NULL;
	if (root) {
		object = hmap_root_object(root);
		hash = hmap_object_hash(type, object, hmap_seed(map));
		index = hmap_table_find_free(type, table, hash);
		hmap_set_pointer(hmap_slot(type, table, index), object);
		hmap_table_fill(table, index, hash);
	}
	hmap_publish(map, 0, table);
	return table;
}

/* Whether a successor of @table has to keep its room. A table may grow, or be split,
 * because of what was removed; only one that is full of entries outgrows its reserve.
 */
static bool stays_reserved(const struct hmap_type *type, const struct hmap_table *table)
{
	return table->reserved &&
	       table->live < hmap_table_limit(type, table->bytes);
}

/* A copy of @table without its deleted slots, in @size bytes; not published. Room
 * that was reserved stays so, but not what the table outgrows it by.
 */
static struct hmap_table *clone_table(struct hmap *map, struct hmap_table *table,
				      size_t size, gfp_t gfp, const struct hmap_type *type)
{
	struct hmap_table *clone;

	if (hmap_root_is_dir(hmap_root(map)))
		size = max_t(size_t, size, HMAP_DIR_TABLE_MIN);
	clone = hmap_table_alloc(type, size, table->depth, gfp);
	if (!clone)
		return NULL;
	hmap_table_copy(type, table, (struct hmap_table *[]){ clone, clone }, hmap_seed(map));
	clone->reserved = stays_reserved(type, table) ||
			  (table->reserved && size <= table->bytes);
	return clone;
}

static void count_rebuild(size_t old, size_t new)
{
	if (new > old)
		hmap_counter_inc(rebuilds_grow);
	else if (new < old)
		hmap_counter_inc(rebuilds_shrink);
	else
		hmap_counter_inc(rebuilds_clean);
}

int hmap_rebuild(struct hmap *map, struct hmap_table *table, u64 hash,
		 size_t size, gfp_t gfp, const struct hmap_type *type)
{
	struct hmap_table *clone;
	u64 *hashes;

	if (hmap_table_keep_hashes(type, table, hmap_seed(map), &hashes, gfp))
		return -ENOMEM;
	clone = clone_table(map, table, size, gfp, type);
	if (!clone) {
		kfree(hashes);
		return -ENOMEM;
	}
	count_rebuild(table->bytes, clone->bytes);
	hmap_table_kill(table, hashes);
	hmap_publish(map, hash, clone);
	hmap_table_retire(type, table, true);
	return 0;
}

/* The size of a half: for @n entries that are to come, and for all those that are
 * there, since they may all go into the same one.
 */
static size_t half_size(const struct hmap_type *type, const struct hmap_table *table, size_t n)
{
	size_t size = hmap_table_size_max(type);

	if (n && n < hmap_table_limit(type, size))
		size = max_t(size_t, HMAP_DIR_TABLE_MIN, hmap_table_size_exact(type, n));
	return hmap_table_size_within(type, table->live, size);
}

/* A half, not published, that has become nearly empty gets a smaller table: by a
 * hash that spreads keys poorly all entries may go into the other one.
 */
static struct hmap_table *fit_half(struct hmap *map, struct hmap_table *half,
				   gfp_t gfp, const struct hmap_type *type)
{
	size_t size = max_t(size_t, HMAP_DIR_TABLE_MIN, hmap_table_size_twice(type, half->live));
	struct hmap_table *clone;

	if (half->live * 4 >= half->nr_words * HMAP_WORD_SLOTS || size >= half->bytes)
		return half;
	clone = clone_table(map, half, size, gfp, type);
	if (!clone)
		return half;
	discard_table(type, half);
	return clone;
}

/* Copy @table into two halves, by the next bit of its hashes. */
static int copy_halves(struct hmap *map, struct hmap_table *table,
		       struct hmap_table *half[2], size_t n, gfp_t gfp,
		       const struct hmap_type *type)
{
	size_t size = half_size(type, table, n);
	u32 i;

	for (i = 0; i < 2; i++)
		half[i] = hmap_table_alloc(type, size, table->depth + 1, gfp);
	if (!half[0] || !half[1]) {
		discard_table(type, half[0]);
		discard_table(type, half[1]);
		return -ENOMEM;
	}
	hmap_table_copy(type, table, half, hmap_seed(map));
	for (i = 0; i < 2; i++) {
		half[i]->reserved = stays_reserved(type, table);
		if (!n && !half[i]->reserved)
			half[i] = fit_half(map, half[i], gfp, type);
	}
	return 0;
}

/*
 * Split @table by the next bit of its hashes, doubling the directory first if
 * all its bits are in use. @n: entries that each half will be given room for; 0: as
 * many as a table of the largest class holds.
 */
static int split_table(struct hmap *map, struct hmap_table *table, u64 hash,
		       size_t n, gfp_t gfp, const struct hmap_type *type)
{
	struct hmap_dir *dir = hmap_root_dir(hmap_root(map)), *new_dir = NULL;
	struct hmap_table *half[2] = { };
	u64 bit = 1ULL << (63 - table->depth), *hashes;

	if (hmap_table_keep_hashes(type, table, hmap_seed(map), &hashes, gfp))
		return -ENOMEM;
	if (!dir || dir->depth == table->depth) {
		new_dir = hmap_dir_alloc(map, table->depth + 1, gfp);
		if (!new_dir)
			goto no_memory;
		dir = new_dir;
	}
	if (copy_halves(map, table, half, n, gfp, type)) {
		if (new_dir)
			hmap_dir_free(type, new_dir, false);
		goto no_memory;
	}
	hmap_table_kill(table, hashes);
	hmap_dir_set(dir, hash & ~bit, half[0]);
	hmap_dir_set(dir, hash | bit, half[1]);
	if (new_dir) {
		hmap_dir_publish(map, new_dir, type);
		hmap_counter_inc(directory_doublings);
	}
	dir->nr_at_depth[table->depth]--;
	dir->nr_at_depth[table->depth + 1] += 2;
	hmap_table_retire(type, table, true);
	hmap_counter_inc(splits);
	return 0;

no_memory:
	kfree(hashes);
	return -ENOMEM;
}

/*
 * Whether @table may be split. With well-spread hashes no table is ever much
 * deeper than the average one of a map of @count entries; with others a split
 * need not separate anything, and the directory would grow without end.
 */
static bool may_split(const struct hmap_table *table, u64 count, const struct hmap_type *type)
{
	u32 limit = hmap_table_limit(type, hmap_table_size_max(type));

	if (table->depth >= HMAP_DIR_MAX_DEPTH)
		return false;
	return (u64)limit << (table->depth + 1) <= 16 * count;
}

static void report_poor_hash(const struct hmap_table *table, const struct hmap_type *type)
{
	hmap_counter_inc(splits_refused);
	pr_warn_once("type %s: its hash spreads keys poorly, %u of them share %u bits; such maps work, slowly\n",
		     type->name, table->live, table->depth);
}

/*
 * Make room in @table, which is full or clogged by deleted slots: clean it or
 * take a larger class, or split it. A table whose hashes do not let it be split,
 * or for which there is no directory, is let grow beyond the largest class.
 * Returns 0 or -ENOMEM; the map is as it was then.
 */
int hmap_grow(struct hmap *map, struct hmap_table *table, u64 hash, gfp_t gfp,
	      const struct hmap_type *type)
{
	size_t most = hmap_table_size_max(type);
	size_t size = hmap_table_size_for(type, table->live);

	if (size <= most)
		size = max(min(hmap_table_size_twice(type, table->live), most),
			   min_t(size_t, table->bytes, most));
	if (size > most) {
		if (!may_split(table, hmap_live(map), type))
			report_poor_hash(table, type);
		else if (!split_table(map, table, hash, 0, gfp, type))
			return 0;
	}
	if (hmap_table_limit(type, size) <= table->live)
		return -ENOMEM;
	return hmap_rebuild(map, table, hash, size, gfp, type);
}

/* Entries that one of 2^@depth tables should have room for, out of @n. Hashes
 * spread them binomially, with a standard deviation of less than the root of the
 * share; more than six of them, and six, are missed once in 10^9 tables.
 */
static size_t share_of(unsigned long n, u8 depth)
{
	unsigned long share = (n >> depth) + !!(n & ((1UL << depth) - 1));

	return depth ? share + 6 * (int_sqrt(share) + 1) + 6 : share;
}

/* The depth at which tables have room for their share of @n, or -E2BIG. */
static int depth_for(const struct hmap_type *type, unsigned long n)
{
	u32 limit = hmap_table_limit(type, hmap_table_size_max(type));
	int depth;

	if (n > LONG_MAX)
		return -E2BIG;
	for (depth = 0; share_of(n, depth) > limit; depth++)
		if (depth == HMAP_DIR_MAX_DEPTH || n >> depth == 0)
			return -E2BIG;
	return depth;
}

/* Give the table that @hash leads to room for its share of @n entries. */
static int reserve_table(struct hmap *map, u64 hash, unsigned long n, int depth,
			 gfp_t gfp, const struct hmap_type *type)
{
	struct hmap_table *table = hmap_table_of(map, hash);
	size_t size, share;
	int err;

	while (table->depth < depth) {
		err = split_table(map, table, hash, share_of(n, table->depth + 1), gfp, type);
		if (err)
			return err;
		table = hmap_table_of(map, hash);
	}
	share = min_t(size_t, share_of(n, table->depth),
		      hmap_table_limit(type, hmap_table_size_max(type)));
	if (share <= table->live || share - table->live <= max(table->room, 0))
		return 0;
	size = max_t(size_t, hmap_table_size_exact(type, share), table->bytes);
	return hmap_rebuild(map, table, hash, size, gfp, type);
}

/* Room for @n entries that are not all there yet. */
static int reserve_tables(struct hmap *map, unsigned long n, gfp_t gfp,
			  const struct hmap_type *type)
{
	int depth = depth_for(type, n), err = 0;
	struct hmap_table *table;
	u64 hash;

	if (depth < 0)
		return depth;
	if (!hmap_table_of(map, 0) && !hmap_start(map, share_of(n, depth), gfp, type))
		return -ENOMEM;
	hmap_for_each_table(map, table, hash) {
		err = reserve_table(map, hash, n, depth, gfp, type);
		if (err)
			break;
	}
	return err;
}

int hmap_reserve(struct hmap *map, unsigned long n, gfp_t gfp, const struct hmap_type *type)
{
	struct hmap_table *table;
	u64 hash;
	int err;

	might_alloc(gfp);
	if (!n)
		return 0;
	if (!hmap_check_type(type))
		return -EINVAL;
	hmap_note_type(map, type);
	/* The first object needs no room. */
	if (n > hmap_live(map) && !(hmap_is_object(type) && n == 1)) {
		err = reserve_tables(map, n, gfp, type);
		if (err)
			return err;
	}
	hmap_for_each_table(map, table, hash)
		table->reserved = true;
	return 0;
}
EXPORT_SYMBOL_HMAP(hmap_reserve);
