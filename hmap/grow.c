// SPDX-License-Identifier: GPL-2.0
/*
 * The shape of a map: its first table, rebuilds, splits and the directory. What
 * goes back again is in shrink.c. Every step allocates first and publishes last,
 * so that one which fails has changed nothing.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kcsan-checks.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

/* Whether a part of an entry lies between what is before it and the end. */
static bool part_fits(u64 before, u32 offset, u32 size, u32 end)
{
	return offset >= before && (u64)offset + size <= end;
}

/* A slot is the pointer to a block, if there is one, key or its hash, value; a block is
 * value, key; of both, what is in the one is not in the other.
 */
static bool layout_is_sound(const struct hmap_type *type)
{
	u64 in_slot = type->flags & HMAP_KEY_INDIRECT ? __HMAP_POINTER_AND_HASH :
		      hmap_is_indirect(type) ? sizeof(void *) : 0;
	u64 in_block = 0;
	bool fits = true;

	if (!(type->flags & HMAP_KEY_INDIRECT)) {
		fits = part_fits(in_slot, type->key_offset, type->key_size,
				 type->slot_size);
		in_slot = type->key_offset + type->key_size;
	}
	if (type->flags & HMAP_VALUE_INDIRECT) {
		fits &= part_fits(0, type->value_offset, type->value_size,
				  type->block_size);
		in_block = type->value_offset + type->value_size;
	} else {
		fits &= part_fits(in_slot, type->value_offset, type->value_size,
				  type->slot_size);
	}
	if (type->flags & HMAP_KEY_INDIRECT)
		fits &= part_fits(in_block, type->key_offset, type->key_size,
				  type->block_size);
	return fits && type->slot_size <= HMAP_SLOT_MAX &&
	       type->block_size <= KMALLOC_MAX_SIZE &&
	       (!hmap_is_indirect(type) || type->slot_size % 8 == 0);
}

static bool type_is_sound(const struct hmap_type *type)
{
	return type && type->hash && layout_is_sound(type) &&
	       (type->hash != hmap_hash_u64 || type->key_size == sizeof(u64)) &&
	       (type->hash != hmap_hash_u32 || type->key_size == sizeof(u32));
}

/* For the calls that can leave the header-only state: no other gets anywhere with a
 * type that is not sound.
 */
bool hmap_check_type(const struct hmap_type *type)
{
	bool sound = type_is_sound(type);

	WARN_ONCE(!sound, "hmap: type %s is refused: no hash, one for keys of another size, or more than %lu bytes an entry\n",
		  type ? type->name : "(none)", KMALLOC_MAX_SIZE);
	return sound;
}

/*
 * Leave the header-only state with a table that holds @n entries, which are no more than
 * one of the largest class takes. The map's seed is drawn here, so that the header needs
 * no entropy. Returns NULL without memory.
 */
struct hmap_table *hmap_start(struct hmap *map, size_t n, gfp_t gfp)
{
	const struct hmap_type *type = map->type;
	struct hmap_table *table;

	table = hmap_table_alloc(type, hmap_table_size_exact(type, n), 0,
				 get_random_u32(), gfp);
	if (!table)
		return NULL;
	hmap_publish(map, 0, table);
	return table;
}

/* Let all entries of @table's range, which is around @hash, lead to it. */
static void dir_set(struct hmap_dir *dir, u64 hash, struct hmap_table *table)
{
	u64 n = 1ULL << (dir->depth - table->depth);
	void __rcu **entry = hmap_dir_entry(dir, hash & ~hmap_range_mask(table->depth));

	for (; n; n--)
		rcu_assign_pointer(*entry++, hmap_ref(table));
}

/*
 * The one publish routine: make @table answer for its range, the hashes that
 * share its depth's bits with @hash. A reader finds what an entry held before
 * or @table; both answer for all hashes that lead there.
 */
void hmap_publish(struct hmap *map, u64 hash, struct hmap_table *table)
{
	struct hmap_dir *dir = hmap_root_dir(hmap_root(map));

	ASSERT_EXCLUSIVE_WRITER(map->root);
	if (dir)
		dir_set(dir, hash, table);
	else
		rcu_assign_pointer(map->root, table);
}

size_t hmap_dir_bytes(const struct hmap_dir *dir)
{
	return hmap_block_bytes(dir, struct_size(dir, refs, 1UL << dir->depth));
}

void hmap_dir_free(const struct hmap_type *type, struct hmap_dir *dir,
		   bool readers)
{
	hmap_bytes_sub(hmap_dir_bytes(dir));
	if (hmap_is_rcu(type) && readers)
		kvfree_rcu(dir, rcu);
	else
		hmap_block_free(dir);
}

/* A directory of @depth that leads to the map's tables, of which none may be
 * deeper; not published. A table that is not in a directory yet may be too small
 * for one: then it is replaced before that is published.
 */
struct hmap_dir *hmap_dir_alloc(const struct hmap *map, u8 depth, gfp_t gfp)
{
	struct hmap_dir *old = hmap_root_dir(hmap_root(map)), *dir;
	u64 i;

	/* The caller can do without. */
	dir = kvmalloc(struct_size(dir, refs, 1UL << depth),
		       gfp | __GFP_NOWARN);
	if (!dir) {
		hmap_counter_inc(HMAP_ALLOC_FAILURES);
		return NULL;
	}
	dir->depth = depth;
	dir->shift = 64 - depth;
	dir->seed = hmap_root_seed(hmap_root(map));
	dir->count = hmap_live(map);
	memset(dir->nr_at_depth, 0, sizeof(dir->nr_at_depth));
	if (old)
		memcpy(dir->nr_at_depth, old->nr_at_depth,
		       sizeof(dir->nr_at_depth));
	else
		dir->nr_at_depth[0] = 1;
	for (i = 0; i < 1ULL << depth; i++)
		RCU_INIT_POINTER(dir->refs[i],
				 hmap_ref(hmap_table_of(map, i << (64 - depth))));
	hmap_bytes_add(hmap_dir_bytes(dir));
	return dir;
}

void hmap_dir_publish(struct hmap *map, struct hmap_dir *dir)
{
	struct hmap_dir *old = hmap_root_dir(hmap_root(map));

	ASSERT_EXCLUSIVE_WRITER(map->root);
	rcu_assign_pointer(map->root, (void *)dir + HMAP_ROOT_DIR);
	if (old)
		hmap_dir_free(map->type, old, true);
}

/* Give up tables that were never published. After a copy that failed, they own
 * the blocks that they have got.
 */
void hmap_discard(const struct hmap_type *type, struct hmap_table *table,
		  bool owns_blocks)
{
	if (!table)
		return;
	table->owns_blocks = owns_blocks;
	hmap_table_retire(type, table, false);
}

/* Whether a successor of @table has to keep its room. A table may grow, or be split,
 * because of what was removed; only one that is full of entries outgrows its reserve.
 */
static bool stays_reserved(const struct hmap_type *type,
			   const struct hmap_table *table)
{
	return table->reserved &&
	       table->live < hmap_table_limit(type, table->bytes);
}

/* A copy of @table without its deleted slots, in @size bytes; not published. Room
 * that was reserved stays so, but not what the table outgrows it by.
 */
struct hmap_table *hmap_clone(struct hmap *map, struct hmap_table *table,
			      size_t size, gfp_t gfp)
{
	const struct hmap_type *type = map->type;
	struct hmap_table *clone;

	if (hmap_root_dir(hmap_root(map)))
		size = max_t(size_t, size, HMAP_DIR_TABLE_MIN);
	clone = hmap_table_alloc(type, size, table->depth, table->seed, gfp);
	if (!clone)
		return NULL;
	if (hmap_table_copy(type, table,
			    (struct hmap_table *[]){ clone, clone }, gfp)) {
		hmap_discard(type, clone, true);
		return NULL;
	}
	clone->reserved = stays_reserved(type, table) ||
			  (table->reserved && size <= table->bytes);
	return clone;
}

static void count_rebuild(size_t old, size_t new)
{
	if (new > old)
		hmap_counter_inc(HMAP_REBUILDS_GROW);
	else if (new < old)
		hmap_counter_inc(HMAP_REBUILDS_SHRINK);
	else
		hmap_counter_inc(HMAP_REBUILDS_CLEAN);
}

/* Put @new, made by hmap_clone(), in the place of @old. */
void hmap_swap(struct hmap *map, u64 hash, struct hmap_table *old,
	       struct hmap_table *new)
{
	count_rebuild(old->bytes, new->bytes);
	hmap_table_kill(old);
	hmap_publish(map, hash, new);
	hmap_table_retire(map->type, old, true);
}

int hmap_rebuild(struct hmap *map, struct hmap_table *table, u64 hash,
		 size_t size, gfp_t gfp)
{
	struct hmap_table *clone = hmap_clone(map, table, size, gfp);

	if (!clone)
		return -ENOMEM;
	hmap_swap(map, hash, table, clone);
	return 0;
}

/* The size of a half: for @n entries that are to come, and for all those that are
 * there, since they may all go into the same one.
 */
static size_t half_size(const struct hmap_type *type,
			const struct hmap_table *table, size_t n)
{
	size_t size = hmap_table_size_max(type);

	if (n && n < hmap_table_limit(type, size))
		size = max_t(size_t, HMAP_DIR_TABLE_MIN,
			     hmap_table_size_exact(type, n));
	return hmap_table_size_within(type, table->live, size);
}

/* A half, not published, that has become nearly empty gets a smaller table: by a
 * hash that spreads keys poorly all entries may go into the other one.
 */
static struct hmap_table *fit_half(struct hmap *map, struct hmap_table *half,
				   gfp_t gfp)
{
	const struct hmap_type *type = map->type;
	size_t size = max_t(size_t, HMAP_DIR_TABLE_MIN,
			    hmap_table_size_twice(type, half->live));
	struct hmap_table *clone;

	if (half->live * 4 >= half->nr_words * HMAP_WORD_SLOTS ||
	    size >= half->bytes)
		return half;
	clone = hmap_clone(map, half, size, gfp);
	if (!clone)
		return half;
	hmap_discard(type, half, false);
	return clone;
}

/* Copy @table into two halves, by the next bit of its hashes. */
static int copy_halves(struct hmap *map, struct hmap_table *table,
		       struct hmap_table *half[2], size_t n, gfp_t gfp)
{
	const struct hmap_type *type = map->type;
	size_t size = half_size(type, table, n);
	u32 i;

	for (i = 0; i < 2; i++)
		half[i] = hmap_table_alloc(type, size, table->depth + 1,
					   table->seed, gfp);
	if (!half[0] || !half[1] ||
	    hmap_table_copy(type, table, half, gfp)) {
		hmap_discard(type, half[0], true);
		hmap_discard(type, half[1], true);
		return -ENOMEM;
	}
	for (i = 0; i < 2; i++) {
		half[i]->reserved = stays_reserved(type, table);
		if (!n && !half[i]->reserved)
			half[i] = fit_half(map, half[i], gfp);
	}
	return 0;
}

/*
 * Split @table by the next bit of its hashes, doubling the directory first if
 * all its bits are in use. @n: entries that each half will be given room for; 0: as
 * many as a table of the largest class holds.
 */
static int split(struct hmap *map, struct hmap_table *table, u64 hash,
		 size_t n, gfp_t gfp)
{
	const struct hmap_type *type = map->type;
	struct hmap_dir *dir = hmap_root_dir(hmap_root(map)), *new_dir = NULL;
	struct hmap_table *half[2] = { };
	u64 bit = 1ULL << (63 - table->depth);

	if (!dir || dir->depth == table->depth) {
		new_dir = hmap_dir_alloc(map, table->depth + 1, gfp);
		if (!new_dir)
			return -ENOMEM;
		dir = new_dir;
	}
	if (copy_halves(map, table, half, n, gfp)) {
		if (new_dir)
			hmap_dir_free(type, new_dir, false);
		return -ENOMEM;
	}
	hmap_table_kill(table);
	dir_set(dir, hash & ~bit, half[0]);
	dir_set(dir, hash | bit, half[1]);
	if (new_dir) {
		hmap_dir_publish(map, new_dir);
		hmap_counter_inc(HMAP_DIRECTORY_DOUBLINGS);
	}
	dir->nr_at_depth[table->depth]--;
	dir->nr_at_depth[table->depth + 1] += 2;
	hmap_table_retire(type, table, true);
	hmap_counter_inc(HMAP_SPLITS);
	return 0;
}

/*
 * Whether @table may be split. With well-spread hashes no table is ever much
 * deeper than the average one of a map of @count entries; with others a split
 * need not separate anything, and the directory would grow without end.
 */
static bool may_split(const struct hmap *map, const struct hmap_table *table,
		      u64 count)
{
	const struct hmap_type *type = map->type;
	u32 limit = hmap_table_limit(type, hmap_table_size_max(type));

	if (table->depth >= HMAP_DIR_MAX_DEPTH)
		return false;
	return (u64)limit << (table->depth + 1) <= 16 * count;
}

static void report_poor_hash(const struct hmap *map,
			     const struct hmap_table *table)
{
	hmap_counter_inc(HMAP_SPLITS_REFUSED);
	pr_warn_once("type %s: its hash spreads keys poorly, %u of them share %u bits; such maps work, slowly\n",
		     map->type->name, table->live, table->depth);
}

/*
 * Make room in @table, which is full or clogged by deleted slots: clean it or
 * take a larger class, or split it. A table whose hashes do not let it be split,
 * or for which there is no directory, is let grow beyond the largest class.
 * Returns 0 or -ENOMEM; the map is as it was then.
 */
int hmap_grow(struct hmap *map, struct hmap_table *table, u64 hash, gfp_t gfp)
{
	const struct hmap_type *type = map->type;
	size_t most = hmap_table_size_max(type);
	size_t size = hmap_table_size_for(type, table->live);

	if (size <= most)
		size = max(min(hmap_table_size_twice(type, table->live), most),
			   min_t(size_t, table->bytes, most));
	if (size > most) {
		if (!may_split(map, table, hmap_live(map)))
			report_poor_hash(map, table);
		else if (!split(map, table, hash, 0, gfp))
			return 0;
	}
	if (hmap_table_limit(type, size) <= table->live)
		return -ENOMEM;
	return hmap_rebuild(map, table, hash, size, gfp);
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
			 gfp_t gfp)
{
	const struct hmap_type *type = map->type;
	struct hmap_table *table = hmap_table_of(map, hash);
	size_t size, share;
	int err;

	while (table->depth < depth) {
		err = split(map, table, hash, share_of(n, table->depth + 1),
			    gfp);
		if (err)
			return err;
		table = hmap_table_of(map, hash);
	}
	share = min_t(size_t, share_of(n, table->depth),
		      hmap_table_limit(type, hmap_table_size_max(type)));
	if (share <= table->live || share - table->live <= max(table->room, 0))
		return 0;
	size = max_t(size_t, hmap_table_size_exact(type, share), table->bytes);
	return hmap_rebuild(map, table, hash, size, gfp);
}

/* Room for @n entries that are not all there yet; the map has a table. */
static int reserve_tables(struct hmap *map, unsigned long n, int depth,
			  gfp_t gfp)
{
	struct hmap_table *table;
	u64 hash;
	int err;

	hmap_for_each_table(map, table, hash) {
		err = reserve_table(map, hash, n, depth, gfp);
		if (err)
			return err;
	}
	return 0;
}

int hmap_reserve(struct hmap *map, unsigned long n, gfp_t gfp)
{
	struct hmap_table *table;
	int depth, err;
	u64 hash;

	might_alloc(gfp);
	if (!n)
		return 0;
	if (!hmap_check_type(map->type))
		return -EINVAL;
	if (n > hmap_live(map)) {
		depth = depth_for(map->type, n);
		if (depth < 0)
			return depth;
		if (!hmap_table_of(map, 0)) {
			table = hmap_start(map, share_of(n, depth), gfp);
			if (!table)
				return -ENOMEM;
		}
		err = reserve_tables(map, n, depth, gfp);
		if (err)
			return err;
	}
	hmap_for_each_table(map, table, hash)
		table->reserved = true;
	return 0;
}
EXPORT_SYMBOL_HMAP(hmap_reserve);
