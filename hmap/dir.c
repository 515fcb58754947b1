// SPDX-License-Identifier: GPL-2.0
/*
 * What leads to the tables: the root, and the directory.
 */
#include <linux/kcsan-checks.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

/* Let all entries of @table's range, which is around @hash, lead to it. */
void hmap_dir_set(struct hmap_dir *dir, u64 hash, struct hmap_table *table)
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
		hmap_dir_set(dir, hash, table);
	else
		rcu_assign_pointer(map->root, table);
}

/* Make @object all that the map has; NULL: nothing. */
void hmap_publish_object(struct hmap *map, void *object)
{
	ASSERT_EXCLUSIVE_WRITER(map->root);
	rcu_assign_pointer(map->root, object ? object + HMAP_ROOT_OBJECT : NULL);
}

size_t hmap_dir_bytes(const struct hmap_dir *dir)
{
	return hmap_alloc_size(dir, struct_size(dir, refs, 1UL << dir->depth));
}

void hmap_dir_free(const struct hmap_type *type, struct hmap_dir *dir, bool readers)
{
	hmap_bytes_sub(hmap_dir_bytes(dir));
	if (hmap_is_rcu(type) && readers)
		kvfree_rcu(dir, rcu);
	else
		hmap_kvfree(dir);
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
	dir = kvmalloc(struct_size(dir, refs, 1UL << depth), gfp | __GFP_NOWARN);
	if (!dir) {
		hmap_counter_inc(alloc_failures);
		return NULL;
	}
	dir->depth = depth;
	dir->shift = 64 - depth;
	dir->count = hmap_live(map);
	memset(dir->nr_at_depth, 0, sizeof(dir->nr_at_depth));
	if (old)
		memcpy(dir->nr_at_depth, old->nr_at_depth, sizeof(dir->nr_at_depth));
	else
		dir->nr_at_depth[0] = 1;
	for (i = 0; i < 1ULL << depth; i++)
		RCU_INIT_POINTER(dir->refs[i], hmap_ref(hmap_table_of(map, i << (64 - depth))));
	hmap_bytes_add(hmap_dir_bytes(dir));
	return dir;
}

void hmap_dir_publish(struct hmap *map, struct hmap_dir *dir, const struct hmap_type *type)
{
	struct hmap_dir *old = hmap_root_dir(hmap_root(map));

	ASSERT_EXCLUSIVE_WRITER(map->root);
	rcu_assign_pointer(map->root, (void *)dir + HMAP_ROOT_DIR);
	if (old)
		hmap_dir_free(type, old, true);
}
