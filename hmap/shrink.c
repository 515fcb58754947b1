// SPDX-License-Identifier: GPL-2.0
/*
 * Memory given back: when entries are removed, by hmap_trim(), and all of it.
 *
 * A removal may find its table with one of seven slots full at most, or with
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
 * deleted slots have blocks. A map of objects has its header for one, so there no table
 * stays for none, and only one of the smallest class for one.
 *
 * All this is only tried: where it cannot allocate, the map stays as it is, until
 * another removal that finds the same.
 */
#include <linux/kcsan-checks.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "internal.h"
#include "trace.h"

/* Tables up to this size are not worth the allocation of a smaller one, as long as
 * there is an entry in them.
 */
#define KEPT_BYTES	256

static const gfp_t shrink_gfp = GFP_NOWAIT | __GFP_NOWARN;

/* With @tightly, tables are merged that are full then. */
static bool may_share(const struct hmap_type *type, u32 live, u32 other, bool tightly)
{
	u32 limit = hmap_table_limit(type, hmap_table_size_max(type));

	/* Removals in the order of hashes leave pairs of which one is empty. */
	if (!tightly)
		limit = live && other ? limit / 2 : limit * 3 / 4;
	return live + other <= limit;
}

/* The table that @table may be merged with, or NULL. */
static struct hmap_table *mergeable_buddy(const struct hmap *map, const struct hmap_table *table,
					  u64 hash, bool tightly, const struct hmap_type *type)
{
	struct hmap_table *buddy;

	if (!table->depth)
		return NULL;
	buddy = hmap_table_of(map, hash ^ 1ULL << (64 - table->depth));
	if (buddy->depth != table->depth || buddy->reserved || table->reserved)
		return NULL;
	return may_share(type, table->live, buddy->live, tightly) ? buddy : NULL;
}

/* One of both is empty: @table takes over its range as well, and nothing is copied. */
static void widen_table(struct hmap *map, u64 hash, struct hmap_table *table,
			struct hmap_table *empty, gfp_t gfp, const struct hmap_type *type)
{
	if (hmap_has_blocks(type))
		hmap_share_blocks(table, &hmap_block_sums(empty)->used, 0, 0);
	hmap_table_kill(empty, NULL);
	/* Before what leads to it, so that a reader's walk knows what it has been at. */
	WRITE_ONCE(table->depth, table->depth - 1);
	hmap_dir_merge(map, hash, table, hmap_gfp_after(table, gfp), type);
	trace_hmap_table_merge(map, type, table->bytes, table->bytes, empty->bytes, table->depth,
			       table->live);
	hmap_table_retire(map, empty, true, type);
	hmap_counter_inc(merges);
}

/* Both tables into one, which takes their place. @hashes: of what walks have pinned. */
static int merge_both(struct hmap *map, u64 hash, struct hmap_table *table,
		      struct hmap_table *buddy, u64 *hashes[2], gfp_t gfp,
		      const struct hmap_type *type)
{
	size_t size = hmap_table_size_within(type, table->live + buddy->live, HMAP_DIR_TABLE_MIN);
	struct hmap_table *merged, *both[2];

	gfp = hmap_gfp_after(table, hmap_gfp_after(buddy, gfp));
	if (hmap_table_keep_hashes(map, table, &hashes[0], gfp, type) ||
	    hmap_table_keep_hashes(map, buddy, &hashes[1], gfp, type))
		return -ENOMEM;
	merged = hmap_table_alloc(map, hmap_table_fit(type, size), table->depth - 1, gfp, type);
	if (!merged)
		return -ENOMEM;
	both[0] = merged;
	both[1] = merged;
	hmap_table_copy(type, table, both, hmap_seed(map));
	hmap_table_copy(type, buddy, both, hmap_seed(map));
	hmap_table_kill(table, hashes[0]);
	hmap_table_kill(buddy, hashes[1]);
	hmap_dir_merge(map, hash, merged, gfp, type);
	trace_hmap_table_merge(map, type, merged->bytes, table->bytes, buddy->bytes,
			       merged->depth, merged->live);
	hmap_table_retire(map, table, true, type);
	hmap_table_retire(map, buddy, true, type);
	hmap_counter_inc(merges);
	return 0;
}

/* Merge the table that @hash leads to with its buddy. Returns 1 if it did, 0 if
 * there is none that it may be merged with, or -ENOMEM.
 */
static int merge_table(struct hmap *map, u64 hash, bool tightly, gfp_t gfp,
		       const struct hmap_type *type)
{
	struct hmap_table *table = hmap_table_of(map, hash);
	struct hmap_table *buddy = mergeable_buddy(map, table, hash, tightly, type);
	u64 *hashes[2] = { };

	if (!buddy)
		return 0;
	/* A reader's walk that has noted a slot may find an object there that is added later, of
	 * the range that is taken over, which it has yet to come to.
	 */
	if ((!table->live || !buddy->live) && !(hmap_is_rcu(type) && hmap_is_object(type))) {
		widen_table(map, hash, table->live ? table : buddy,
			    table->live ? buddy : table, gfp, type);
		return 1;
	}
	if (!merge_both(map, hash, table, buddy, hashes, gfp, type))
		return 1;
	kfree(hashes[0]);
	kfree(hashes[1]);
	return -ENOMEM;
}

/* Merge, and the merged table in turn, as far as it goes. Returns 0 or -ENOMEM. */
static int merge_up(struct hmap *map, u64 hash, bool tightly, gfp_t gfp,
		    const struct hmap_type *type)
{
	int merged;

	do {
		merged = merge_table(map, hash, tightly, gfp, type);
	} while (merged > 0);
	return merged;
}

static bool is_smallest(const struct hmap_table *table, const struct hmap_type *type)
{
	return table->bytes == hmap_table_size_exact(type, 1);
}

/* Whether a table without entries is worth keeping: only the smallest, and only if
 * no deleted slot in it can have a block, which would stay as long.
 */
static bool keeps_last(const struct hmap_table *table, const struct hmap_type *type)
{
	return !hmap_is_object(type) && is_smallest(table, type) &&
	       !(hmap_is_rcu(type) && hmap_has_blocks(type));
}

/* The one object that is left in @table goes to the header. Returns 0 or -ENOMEM. */
static int back_to_header(struct hmap *map, struct hmap_table *table, gfp_t gfp,
			  const struct hmap_type *type)
{
	u64 *hashes, full;
	u32 nr = 0;

	if (hmap_table_keep_hashes(map, table, &hashes, gfp, type))
		return -ENOMEM;
	while (!(full = hmap_match_full(table->words[nr])))
		nr++;
	hmap_table_kill(table, hashes);
	hmap_publish_object(map, hmap_pointer_at(hmap_slot(type, table, hmap_index(nr, full))));
	hmap_table_retire(map, table, true, type);
	return 0;
}

/* Whether a map's only object could be in the header. */
static bool is_lonely(struct hmap *map, const struct hmap_table *table,
		      const struct hmap_type *type)
{
	return hmap_is_object(type) && table->live == 1 &&
	       !hmap_is_dir(hmap_root(map));
}

static bool is_reserved(const struct hmap *map)
{
	void *root = hmap_root(map);

	return hmap_is_dir(root) ? hmap_root_dir(root)->reserved :
				   ((struct hmap_table *)root)->reserved;
}

/* The last entry has gone, and was in @table. */
static void leave_nothing(struct hmap *map, struct hmap_table *table, u64 hash,
			  const struct hmap_type *type)
{
	if (!is_reserved(map) && !keeps_last(table, type))
		hmap_clear(map, type);
	else if (hmap_dead_bytes(type, table))
		hmap_rebuild(map, table, hash, table->bytes, shrink_gfp, type);
}

/* Where one object is left: only the smallest table is kept for it. */
static void leave_one(struct hmap *map, struct hmap_table *table, const struct hmap_type *type)
{
	if (!is_smallest(table, type))
		back_to_header(map, table, shrink_gfp, type);
}

/* After a removal from @table. */
void hmap_shrink(struct hmap *map, struct hmap_table *table, u64 hash,
		 const struct hmap_type *type)
{
	bool littered = hmap_is_littered(type, table);
	size_t size = table->bytes;
	struct hmap_table *merged;

	if (!hmap_live(map)) {
		leave_nothing(map, table, hash, type);
		return;
	}
	merge_up(map, hash, false, shrink_gfp, type);
	merged = hmap_table_of(map, hash);
	if (is_lonely(map, merged, type)) {
		leave_one(map, merged, type);
		return;
	}
	if (merged != table || (!littered && !table->depth && size <= KEPT_BYTES))
		return;
	if (hmap_is_sparse(table) && !table->reserved)
		size = max(hmap_table_size_min(table->depth),
			   hmap_table_size_for(type, table->live + table->live / 2));
	if (size < table->bytes || littered)
		hmap_rebuild(map, table, hash, min_t(size_t, size, table->bytes), shrink_gfp, type);
}

/* Give a table the smallest class that holds its entries, and only what these need. Returns
 * 0 or -ENOMEM.
 */
static int trim_table(struct hmap *map, u64 hash, gfp_t gfp, const struct hmap_type *type)
{
	struct hmap_table *table = hmap_table_of(map, hash);
	size_t size = max(hmap_table_size_min(table->depth),
			  hmap_table_size_exact(type, table->live));

	if (size >= table->bytes && !hmap_dead_bytes(type, table))
		return 0;
	return hmap_rebuild(map, table, hash, min_t(size_t, size, table->bytes), gfp, type);
}

int hmap_trim(struct hmap *map, gfp_t gfp, const struct hmap_type *type)
{
	struct hmap_table *table;
	int err = 0;
	u64 hash;

	might_alloc(gfp);
	if (!hmap_live(map)) {
		hmap_clear(map, type);
		return 0;
	}
	hmap_set_reserved(map, false);
	hmap_for_each_table(map, table, hash)
		if (merge_up(map, hash, true, gfp, type))
			err = -ENOMEM;
	table = hmap_table_of(map, 0);
	if (table && is_lonely(map, table, type))
		return back_to_header(map, table, gfp, type);
	hmap_for_each_table(map, table, hash) {
		gfp_t after = hmap_gfp_after(table, gfp);

		if (trim_table(map, hash, gfp, type) || hmap_dir_fit(map, hash, 1, after, type))
			err = -ENOMEM;
	}
	return err;
}
EXPORT_SYMBOL_HMAP(hmap_trim);

static void call_for_each(const struct hmap_type *type, const struct hmap_table *table,
			  void (*fn)(void *entry, void *arg), void *arg, bool may_sleep)
{
	u32 nr;

	for (nr = 0; nr < table->nr_words; nr++) {
		u64 full = hmap_match_full(table->words[nr]);

		for (; full; full &= full - 1) {
			void *slot = hmap_slot(type, table, hmap_index(nr, full));

			fn(hmap_slot_entry(type, slot), arg);
		}
		if (may_sleep)
			cond_resched();
	}
}

/* One of a map's last tables. */
static __always_inline void end_table(struct hmap *map, struct hmap_table *table, bool readers,
				      void (*fn)(void *entry, void *arg), void *arg,
				      bool may_sleep, const struct hmap_type *type)
{
	if (fn)
		call_for_each(type, table, fn, arg, may_sleep);
	hmap_table_kill(table, NULL);
	table->cleared = true;
	hmap_table_retire(map, table, readers, type);
}

static noinline void end_tables(struct hmap *map, void *root, bool readers,
				void (*fn)(void *entry, void *arg), void *arg,
				bool may_sleep, const struct hmap_type *type)
{
	u64 hash = 0;

	do {
		struct hmap_table *table = hmap_deref_table(root, hash);
		u8 depth = table->depth;

		end_table(map, table, readers, fn, arg, may_sleep, type);
		hmap_dir_end(type, root, hash, depth, readers);
		hash = hmap_range_next(hash, depth);
		if (may_sleep)
			cond_resched();
	} while (hash);
}

/*
 * Back to no entry, with a call for each if @fn is not NULL. The memory of what there was
 * goes at once if there are no @readers, and after a grace period otherwise.
 */
static __always_inline void end_map(struct hmap *map, bool readers, bool may_sleep,
				    void (*fn)(void *entry, void *arg), void *arg,
				    const struct hmap_type *type)
{
	void *root = readers ? hmap_root(map) : rcu_dereference_protected(map->root, true);

	if (!root)
		return;
	ASSERT_EXCLUSIVE_WRITER(map->root);
	rcu_assign_pointer(map->root, NULL);
	if (hmap_is_dir(root))
		end_tables(map, root, readers, fn, arg, may_sleep, type);
	else if (!hmap_root_is_object(root))
		end_table(map, root, readers, fn, arg, may_sleep, type);
	else if (fn)
		fn(hmap_root_object(root), arg);
}

void hmap_destroy(struct hmap *map, const struct hmap_type *type)
{
	end_map(map, false, false, NULL, NULL, type);
}
EXPORT_SYMBOL_HMAP(hmap_destroy);

void hmap_clear(struct hmap *map, const struct hmap_type *type)
{
	end_map(map, true, false, NULL, NULL, type);
}
EXPORT_SYMBOL_HMAP(hmap_clear);

void hmap_free_and_destroy(struct hmap *map, void (*fn)(void *entry, void *arg),
			   void *arg, const struct hmap_type *type)
{
	might_sleep();
	end_map(map, false, true, fn, arg, type);
}
EXPORT_SYMBOL_HMAP(hmap_free_and_destroy);

void hmap_clear_with(struct hmap *map, void (*fn)(void *entry, void *arg), void *arg,
		     const struct hmap_type *type)
{
	end_map(map, true, false, fn, arg, type);
}
EXPORT_SYMBOL_HMAP(hmap_clear_with);
