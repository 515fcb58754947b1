// SPDX-License-Identifier: GPL-2.0
/*
 * Room made ahead. All tables that a map is to have are built beside those that it has, with
 * its entries in them, and one store publishes all of it. So a reserve that cannot have the
 * memory, or is told to stop, has changed nothing.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "internal.h"

/* No more tables are reserved than 2^27: half a TiB, if they are of 4 KiB. */
#define RESERVE_MAX_DEPTH	27

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
	/* Without a key there is one entry at most. */
	bool single = !type->key_size && !(type->flags & (HMAP_STRING | HMAP_OBJECT));
	int depth;

	if (n > (single ? 1 : LONG_MAX))
		return -E2BIG;
	for (depth = 0; share_of(n, depth) > limit; depth++)
		if (depth == RESERVE_MAX_DEPTH || n >> depth == 0)
			return -E2BIG;
	return depth;
}

/* What a reserve is for. */
struct reserve {
	struct hmap		*map;
	const struct hmap_type	*type;
	unsigned long		n;
	u8			depth;	/* of the tables then, at least */
	gfp_t			gfp;
};

/* Whether all tables have room for their share. A map that is its header alone has none. */
static bool has_room(const struct reserve *r)
{
	u32 limit = hmap_table_limit(r->type, hmap_table_size_max(r->type));
	struct hmap_table *table;
	size_t share;
	u64 hash;

	hmap_for_each_table(r->map, table, hash) {
		share = min_t(size_t, share_of(r->n, table->depth), limit);
		if (table->depth < r->depth ||
		    (share > table->live && share - table->live > max(table->room, 0)))
			return false;
	}
	return hmap_table_of(r->map, 0);
}

/* Copy @table to where @root leads. False: one has no room, as hashes are not spread as they
 * should be.
 */
static bool copy_to(const struct reserve *r, const struct hmap_table *table, void *root)
{
	s32 used = hmap_has_blocks(r->type) ? hmap_block_sums(table)->used : 0;
	u32 nr, left = table->live;
	u64 full, hash;

	for (nr = 0; nr < table->nr_words; nr++) {
		for (full = hmap_match_full(table->words[nr]); full; full &= full - 1) {
			const void *slot = hmap_slot(r->type, table, hmap_index(nr, full));
			struct hmap_table *to;

			hash = hmap_slot_hash(r->type, slot, hmap_seed(r->map));
			to = hmap_deref_table(root, hash);
			if (to->room <= 0)
				return false;
			HMAP_COST(slots, 1);
			hmap_add_copy(r->type, to, slot, hash);
			if (hmap_has_blocks(r->type))
				hmap_share_blocks(to, &used, 1, left--);
		}
	}
	if (used)
		hmap_share_blocks(hmap_deref_table(root, 0), &used, 0, 0);
	return true;
}

static bool copy_all(const struct reserve *r, void *root)
{
	struct hmap_table *table;
	u64 hash;

	hmap_for_each_table(r->map, table, hash)
		if (!copy_to(r, table, root))
			return false;
	return true;
}

/* Copy the object in the header, if there is one, to where @root leads. */
static void add_first(const struct reserve *r, void *root)
{
	void *object = hmap_root(r->map);
	u64 hash;

	if (!object)
		return;
	object = hmap_root_object(object);
	hash = hmap_object_hash(r->type, object, hmap_seed(r->map));
	hmap_add_copy(r->type, hmap_deref_table(root, hash), &object, hash);
}

/* Tables with room, and all entries in them; NULL if that cannot be; or an error pointer. */
static void *build(const struct reserve *r)
{
	const size_t most = hmap_table_size_max(r->type);
	size_t size = max(hmap_table_size_min(r->depth),
			  hmap_table_size_exact(r->type, share_of(r->n, r->depth)));
	void *root;

	for (;; size = most) {
		root = hmap_dir_build(r->map, 0, r->depth, size, r->gfp, r->type);
		if (IS_ERR(root))
			return root;
		if (hmap_is_dir(root))
			hmap_ref_dir(root)->count = hmap_live(r->map);
		if (!hmap_table_of(r->map, 0)) {
			add_first(r, root);
			return root;
		}
		if (copy_all(r, root))
			return root;
		hmap_retire_all(r->map, root, 0, false, r->type);
		if (size == most)
			return NULL;
	}
}

/* The hashes of a table that a safe walk has pinned: see hmap_table_keep_hashes(). */
struct kept_hashes {
	struct kept_hashes	*next;
	struct hmap_table	*table;
	u64			*hashes;
};

/* Of all tables that need it. */
static int keep_hashes(const struct reserve *r, struct kept_hashes **all)
{
	struct kept_hashes *kept;
	struct hmap_table *table;
	u64 hash, *hashes;

	hmap_for_each_table(r->map, table, hash) {
		if (hmap_table_keep_hashes(r->map, table, &hashes, r->gfp, r->type))
			return -ENOMEM;
		if (!hashes)
			continue;
		kept = kmalloc(sizeof(*kept), r->gfp | __GFP_NOWARN);
		if (!kept) {
			hmap_alloc_failed(r->map, sizeof(*kept), r->gfp, r->type);
			kfree(hashes);
			return -ENOMEM;
		}
		*kept = (struct kept_hashes){ *all, table, hashes };
		*all = kept;
	}
	return 0;
}

/* Kill all tables, of which some have kept hashes. */
static void kill_all(const struct reserve *r, struct kept_hashes *kept)
{
	struct hmap_table *table;
	u64 hash;

	hmap_for_each_table(r->map, table, hash)
		hmap_table_kill(table, NULL);
	for (; kept; kept = kept->next) {
		kept->table->hashes = kept->hashes;
		kept->hashes = NULL;
	}
}

static void free_kept(struct kept_hashes *kept)
{
	while (kept) {
		struct kept_hashes *next = kept->next;

		kfree(kept->hashes);
		kfree(kept);
		kept = next;
	}
}

/* What is mostly asked for: an empty map gets one table. */
static int make_first(const struct reserve *r)
{
	void *table = hmap_dir_build(r->map, 0, 0, hmap_table_size_exact(r->type, r->n), r->gfp,
				     r->type);

	if (IS_ERR(table))
		return PTR_ERR(table);
	hmap_publish_root(r->map, table);
	return 0;
}

/* Make room in all tables, or change nothing. */
static int make_room(const struct reserve *r)
{
	void *old = hmap_root(r->map), *new = build(r);
	struct kept_hashes *kept = NULL;
	int err;

	if (IS_ERR_OR_NULL(new))
		return PTR_ERR_OR_ZERO(new);
	err = keep_hashes(r, &kept);
	if (!err) {
		kill_all(r, kept);
		hmap_publish_root(r->map, new);
		if (old && !hmap_root_is_object(old))
			hmap_retire_all(r->map, old, 0, true, r->type);
	} else {
		hmap_retire_all(r->map, new, 0, false, r->type);
	}
	free_kept(kept);
	return err;
}

int hmap_reserve(struct hmap *map, unsigned long n, gfp_t gfp, const struct hmap_type *type)
{
	struct reserve r = { .map = map, .type = type, .n = n, .gfp = gfp };
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
		err = depth_for(type, n);
		if (err < 0)
			return err;
		r.depth = err;
		/* Rather than end other processes for what is only wanted. */
		if (gfpflags_allow_blocking(gfp))
			r.gfp |= __GFP_RETRY_MAYFAIL;
		hmap_for_each_table(map, table, hash)
			r.gfp = hmap_gfp_after(table, r.gfp);
		if (!r.depth && !hmap_root(map))
			err = make_first(&r);
		else
			err = has_room(&r) ? 0 : make_room(&r);
		if (err)
			return err;
	}
	hmap_set_reserved(map, true);
	return 0;
}
EXPORT_SYMBOL_HMAP(hmap_reserve);
