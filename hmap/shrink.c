// SPDX-License-Identifier: GPL-2.0
/*
 * Memory given back: when entries are removed, by hmap_trim(), and all of it.
 *
 * A removal may find its table with less than a quarter of its slots full, or with
 * few entries in all. Such a table is merged with its buddy, the table of the other
 * half of the range that both were split from, if that is as deep and both together
 * fill at most half a table of the largest class, or one of them is empty and the other
 * three quarters full at most. Else it goes to the class in which its entries fill at
 * most half the slots. Both are far from where growth would undo them, with a table more
 * than three quarters full.
 *
 * The directory shrinks to the depth of its deepest table. The last removal leaves the
 * header alone; but a table of the smallest class stays, so that a map without RCU
 * which alternates between no entry and one does not allocate each time, unless its
 * deleted slots have blocks.
 *
 * All this is only tried: where it cannot allocate, the map stays as it is, until
 * another removal that finds the same.
 */
#include <linux/kcsan-checks.h>
#include <linux/slab.h>

#include "internal.h"

/* Tables up to this size are not worth the allocation of a smaller one, as long as
 * there is an entry in them.
 */
#define KEPT_BYTES	256

static const gfp_t shrink_gfp = GFP_NOWAIT | __GFP_NOWARN;

/* Copy the entries of two tables into one. The one that a walk has pinned comes
 * first: to copy its blocks can fail, and then the blocks that @to has got are all
 * its own.
 */
static int copy_both(const struct hmap_type *type, struct hmap_table *table,
		     struct hmap_table *buddy, struct hmap_table *to, gfp_t gfp)
{
	struct hmap_table *both[2] = { to, to };

	if (buddy->pins)
		swap(table, buddy);
	if (!hmap_table_copy(type, table, both, gfp) &&
	    !hmap_table_copy(type, buddy, both, gfp))
		return 0;
	table->owns_blocks = false;
	buddy->owns_blocks = false;
	return -ENOMEM;
}

static bool may_share(const struct hmap_type *type, u32 live, u32 other)
{
	u32 limit = hmap_table_limit(type, hmap_table_size_max(type));

	/* Removals in the order of hashes leave pairs of which one is empty. */
	return live + other <= (live && other ? limit / 2 : limit * 3 / 4);
}

/* The table that @table may be merged with, or NULL. */
static struct hmap_table *mergeable_buddy(const struct hmap *map,
					  const struct hmap_table *table,
					  u64 hash)
{
	struct hmap_table *buddy;

	if (!table->depth)
		return NULL;
	buddy = hmap_table_of(map, hash ^ 1ULL << (64 - table->depth));
	if (buddy->depth != table->depth || buddy->reserved || table->reserved)
		return NULL;
	return may_share(map->type, table->live, buddy->live) ? buddy : NULL;
}

/* Merge the table that @hash leads to with its buddy. Returns 1 if it did, 0 if
 * there is none that it may be merged with, or -ENOMEM.
 */
static int merge(struct hmap *map, u64 hash, gfp_t gfp)
{
	const struct hmap_type *type = map->type;
	struct hmap_dir *dir = hmap_root_dir(hmap_root(map));
	struct hmap_table *table = hmap_table_of(map, hash);
	struct hmap_table *buddy = mergeable_buddy(map, table, hash);
	struct hmap_table *merged;

	if (!buddy)
		return 0;
	merged = hmap_table_alloc(type,
				  hmap_table_size_within(type, table->live +
							 buddy->live,
							 HMAP_DIR_TABLE_MIN),
				  table->depth - 1, table->seed, gfp);
	if (!merged)
		return -ENOMEM;
	if (copy_both(type, table, buddy, merged, gfp)) {
		hmap_discard(type, merged, true);
		return -ENOMEM;
	}
	hmap_table_kill(table);
	hmap_table_kill(buddy);
	hmap_publish(map, hash, merged);
	dir->nr_at_depth[table->depth] -= 2;
	dir->nr_at_depth[table->depth - 1]++;
	hmap_table_retire(type, table, true);
	hmap_table_retire(type, buddy, true);
	hmap_counter_inc(HMAP_MERGES);
	return 1;
}

/* Merge, and the merged table in turn, as far as it goes. */
static int merge_up(struct hmap *map, u64 hash, gfp_t gfp)
{
	int merged;

	do {
		merged = merge(map, hash, gfp);
	} while (merged > 0);
	return merged;
}

/* The directory leads to one table only: that becomes the root. */
static void drop_dir(struct hmap *map, struct hmap_dir *dir)
{
	rcu_assign_pointer(map->root, hmap_table_of(map, 0));
	hmap_dir_free(map->type, dir, true);
}

/* Give the directory the depth of its deepest table. Returns 0 or -ENOMEM. */
static int shrink_dir(struct hmap *map, gfp_t gfp)
{
	struct hmap_dir *dir = hmap_root_dir(hmap_root(map)), *new;
	u8 depth;

	if (!dir || dir->nr_at_depth[dir->depth])
		return 0;
	for (depth = dir->depth; !dir->nr_at_depth[depth]; depth--)
		;
	if (!depth) {
		drop_dir(map, dir);
	} else {
		new = hmap_dir_alloc(map, depth, gfp);
		if (!new)
			return -ENOMEM;
		hmap_dir_publish(map, new);
	}
	hmap_counter_inc(HMAP_DIRECTORY_SHRINKS);
	return 0;
}

/* The smallest size that @table may be given. */
static size_t size_at_least(const struct hmap *map)
{
	return hmap_root_dir(hmap_root(map)) ? HMAP_DIR_TABLE_MIN : 0;
}

/* Whether a table without entries is worth keeping: only the smallest, and only if
 * no deleted slot in it can have a block, which would stay as long.
 */
static bool keeps_last(const struct hmap_type *type,
		       const struct hmap_table *table)
{
	return table->bytes == hmap_table_size_exact(type, 1) &&
	       !(hmap_is_rcu(type) && hmap_is_indirect(type));
}

static bool has_reserved(const struct hmap *map)
{
	struct hmap_table *table;
	u64 hash;

	hmap_for_each_table(map, table, hash)
		if (table->reserved)
			return true;
	return false;
}

/* After a removal from @table. */
void hmap_shrink(struct hmap *map, struct hmap_table *table, u64 hash)
{
	size_t size;

	if (!hmap_live(map)) {
		if (!keeps_last(map->type, table) && !has_reserved(map))
			hmap_drop_all(map, true);
		return;
	}
	if (!table->depth && table->bytes <= KEPT_BYTES)
		return;
	if (merge(map, hash, shrink_gfp) > 0) {
		merge_up(map, hash, shrink_gfp);
		shrink_dir(map, shrink_gfp);
		return;
	}
	shrink_dir(map, shrink_gfp);
	if (!hmap_is_sparse(table))
		return;
	size = max(size_at_least(map),
		   hmap_table_size_for(map->type, table->live + table->live / 2));
	if (size < table->bytes)
		hmap_rebuild(map, table, hash, size, shrink_gfp);
}

int hmap_trim(struct hmap *map, gfp_t gfp)
{
	const struct hmap_type *type = map->type;
	struct hmap_table *table;
	int err = 0;
	u64 hash;

	might_alloc(gfp);
	if (!hmap_live(map)) {
		hmap_drop_all(map, true);
		return 0;
	}
	hmap_for_each_table(map, table, hash)
		table->reserved = false;
	hmap_for_each_table(map, table, hash) {
		size_t size;

		if (merge_up(map, hash, gfp))
			err = -ENOMEM;
		table = hmap_table_of(map, hash);
		size = max(size_at_least(map),
			   hmap_table_size_exact(type, table->live));
		if (size < table->bytes &&
		    hmap_rebuild(map, table, hash, size, gfp))
			err = -ENOMEM;
	}
	if (shrink_dir(map, gfp))
		err = -ENOMEM;
	return err;
}
EXPORT_SYMBOL_HMAP(hmap_trim);

static void drop_table(const struct hmap_type *type, struct hmap_table *table,
		       bool readers)
{
	hmap_table_kill(table);
	table->owns_blocks = true;
	hmap_table_retire(type, table, readers);
}

/* Back to the header alone. The memory of what it had goes at once if there are
 * no @readers, and after a grace period otherwise.
 */
void hmap_drop_all(struct hmap *map, bool readers)
{
	const struct hmap_type *type = map->type;
	void *root = rcu_dereference_protected(map->root, !readers ||
						hmap_lock_held(map));
	struct hmap_dir *dir = hmap_root_dir(root);
	struct hmap_table *table;
	u64 hash = 0;
	void *ref;

	if (hmap_root_vacant(root))
		return;
	ASSERT_EXCLUSIVE_WRITER(map->root);
	rcu_assign_pointer(map->root, (void *)HMAP_ROOT_EMPTIED);
	if (!dir) {
		drop_table(type, root, readers);
		return;
	}
	do {
		ref = rcu_dereference_protected(*hmap_dir_entry(dir, hash),
						!readers || hmap_lock_held(map));
		table = hmap_ref_table(ref);
		hash = hmap_range_next(hash, table->depth);
		drop_table(type, table, readers);
	} while (hash);
	hmap_dir_free(type, dir, readers);
}
