// SPDX-License-Identifier: GPL-2.0
/*
 * What leads to the tables: the root, and a tree of directories below it.
 *
 * A directory takes the next few bits of a hash, eight at most, so none is larger than a
 * table, and whatever the map's size, no change of one copies more than 256 references. It
 * doubles when a table is split that uses all its bits; one that has all the bits it may
 * have gets a directory below it, where that table was. On the way back it halves when two
 * of its bits are not needed, and goes with the last merge in it.
 *
 * A reference is what stands in a directory: to a table or to a directory below. The root
 * is one, too.
 */
#include <linux/err.h>
#include <linux/kcsan-checks.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "internal.h"

/* A power of two, so that kmalloc() aligns it; half of it at least are references. */
static size_t dir_size(u32 bits)
{
	return 2 * sizeof(void *) << bits;
}

static void *get_ref(const void *dir, u32 i)
{
	return rcu_dereference_protected(hmap_ref_dir(dir)->refs[i], true);
}

/* What of @dir, which the first @base bits of @hash lead to, stands for the range of @depth
 * bits. @n: how many references.
 */
static void __rcu **refs_of(const void *dir, u8 base, u64 hash, u8 depth, u32 *n)
{
	u32 bits = hmap_dir_bits(dir), spare = bits - min_t(u32, bits, depth - base);

	*n = 1U << spare;
	return &hmap_ref_dir(dir)->refs[hash << base >> hmap_dir_shift(dir) >> spare << spare];
}

/*
 * The one publish routine: make @ref answer for the range of @depth bits around @hash. A
 * reader finds what was there before or @ref; both answer for all hashes that lead there.
 */
void hmap_publish(struct hmap *map, u64 hash, u8 depth, void *ref)
{
	void __rcu **place = &map->root;
	u32 n = 1;
	u8 base;

	ASSERT_EXCLUSIVE_WRITER(map->root);
	for (base = 0; base < depth; ) {
		void *dir = rcu_dereference_protected(*place, true);

		place = refs_of(dir, base, hash, depth, &n);
		base += hmap_dir_bits(dir);
	}
	HMAP_COST(refs, n);
	for (; n; n--)
		rcu_assign_pointer(*place++, ref);
}

/* The directory with the reference to @hash's table; @base: the bits that lead to it. */
static void *dir_of(const struct hmap *map, u64 hash, u8 *base)
{
	void *dir, *ref = hmap_root(map);
	u8 next = 0;

	do {
		dir = ref;
		*base = next;
		ref = get_ref(dir, hash << next >> hmap_dir_shift(dir));
		next += hmap_dir_bits(dir);
	} while (hmap_is_dir(ref));
	return dir;
}

static void *dir_alloc(const struct hmap *map, u32 bits, gfp_t gfp, const struct hmap_type *type)
{
	/* The caller can do without. */
	struct hmap_dir *dir = kmalloc(dir_size(bits), gfp | __GFP_NOWARN);

	if (!dir) {
		hmap_alloc_failed(map, dir_size(bits), gfp, type);
		return NULL;
	}
	HMAP_COST(refs, 1UL << bits);
	HMAP_COST(bytes, dir_size(bits));
	hmap_bytes_add(type, dir_size(bits));
	dir->count = 0;
	dir->reserved = false;
	return (void *)dir->refs + (HMAP_REF_DIR | (8 - bits) << 1);
}

static void dir_free(const struct hmap_type *type, void *ref, bool readers)
{
	struct hmap_dir *dir = hmap_ref_dir(ref);

	hmap_bytes_add(type, -(long)dir_size(hmap_dir_bits(ref)));
	if (hmap_is_rcu(type) && readers)
		kvfree_rcu(dir, rcu);
	else
		kfree(dir);
}

/* The same with other @bits, not published. */
static void *dir_resized(const struct hmap *map, const void *old, u32 bits, gfp_t gfp,
			 const struct hmap_type *type)
{
	void *new = dir_alloc(map, bits, gfp, type);
	u32 i;

	if (!new)
		return NULL;
	hmap_ref_dir(new)->count = hmap_ref_dir(old)->count;
	hmap_ref_dir(new)->reserved = hmap_ref_dir(old)->reserved;
	for (i = 0; i < 1U << bits; i++)
		RCU_INIT_POINTER(hmap_ref_dir(new)->refs[i],
				 get_ref(old, (i << hmap_dir_bits(old)) >> bits));
	return new;
}

/*
 * Find or make room for the halves of a table of @depth: nothing is changed before
 * hmap_dir_split(). Returns 0 or -ENOMEM.
 */
int hmap_dir_make_room(const struct hmap *map, u64 hash, u8 depth,
		       struct hmap_dir_room *room, gfp_t gfp, const struct hmap_type *type)
{
	void *dir = NULL;
	u8 base;

	*room = (struct hmap_dir_room){ .base = depth };
	if (hmap_is_dir(hmap_root(map))) {
		dir = dir_of(map, hash, &base);
		if (depth < base + hmap_dir_bits(dir)) {
			room->dir = dir;
			room->base = base;
			return 0;
		}
	}
	if (dir && hmap_dir_bits(dir) < HMAP_DIR_MAX_BITS) {
		room->dir = dir_resized(map, dir, hmap_dir_bits(dir) + 1, gfp, type);
		room->base = base;
		room->old = dir;
	} else {
		room->dir = dir_alloc(map, HMAP_DIR_MIN_BITS, gfp, type);
		if (room->dir)
			hmap_ref_dir(room->dir)->count = hmap_live(map);
	}
	room->is_new = true;
	return room->dir ? 0 : -ENOMEM;
}

void hmap_dir_give_up(const struct hmap_type *type, struct hmap_dir_room *room)
{
	if (room->is_new)
		dir_free(type, room->dir, false);
}

/* Let two tables of @depth, halves of a range around @hash, answer for it. */
void hmap_dir_split(struct hmap *map, u64 hash, u8 depth, struct hmap_table *half[2],
		    struct hmap_dir_room *room, const struct hmap_type *type)
{
	u64 bit = 1ULL << (64 - depth);
	void __rcu **refs;
	u32 i, n;

	for (i = 0; i < 2; i++) {
		refs = refs_of(room->dir, room->base, i ? hash | bit : hash & ~bit,
			       depth, &n);
		HMAP_COST(refs, n);
		for (; n; n--)
			rcu_assign_pointer(*refs++, hmap_ref_at(half[i], depth));
	}
	if (!room->is_new)
		return;
	hmap_publish(map, hash, room->base, room->dir);
	if (room->old)
		dir_free(type, room->old, true);
	hmap_counter_inc(directory_doublings);
}

/* Of a reserve, or its end. */
void hmap_set_reserved(struct hmap *map, bool reserved)
{
	struct hmap_dir *dir = hmap_root_dir(hmap_root(map));
	struct hmap_table *table;
	u64 hash;

	if (dir)
		dir->reserved = reserved;
	hmap_for_each_table(map, table, hash)
		table->reserved = reserved;
}

/* Whether the last @spare bits of a directory tell nothing apart. */
static bool has_spare(const void *dir, u32 spare)
{
	u32 i;

	for (i = 0; i < 1U << hmap_dir_bits(dir); i++)
		if (get_ref(dir, i) != get_ref(dir, i >> spare << spare))
			return false;
	return true;
}

/* Halve the directory of @hash's table, if there is one, as long as that leaves @spare - 1
 * bits to spare. Returns 0 or -ENOMEM.
 */
int hmap_dir_fit(struct hmap *map, u64 hash, u32 spare, gfp_t gfp, const struct hmap_type *type)
{
	void *dir, *half;
	u8 base;

	if (!hmap_is_dir(hmap_root(map)))
		return 0;
	dir = dir_of(map, hash, &base);
	for (; hmap_dir_bits(dir) > HMAP_DIR_MIN_BITS && has_spare(dir, spare); dir = half) {
		half = dir_resized(map, dir, hmap_dir_bits(dir) - 1, gfp, type);
		if (!half)
			return -ENOMEM;
		hmap_publish(map, hash, base, half);
		dir_free(type, dir, true);
		hmap_counter_inc(directory_shrinks);
	}
	return 0;
}

/* Let @table answer for the range around @hash of which it has both halves' entries. */
void hmap_dir_merge(struct hmap *map, u64 hash, struct hmap_table *table, gfp_t gfp,
		    const struct hmap_type *type)
{
	u8 base;
	void *dir = dir_of(map, hash, &base);

	hmap_publish(map, hash, table->depth, hmap_ref(table));
	if (table->depth == base) {
		dir_free(type, dir, true);
		hmap_counter_inc(directory_shrinks);
	} else {
		hmap_dir_fit(map, hash, 2, gfp, type);
	}
}

/* The bytes of the directories below @root whose ranges begin with @hash. */
size_t hmap_dir_bytes(const void *root, u64 hash)
{
	size_t bytes = 0;

	while (hmap_is_dir(root)) {
		u32 bits = hmap_dir_bits(root);

		bytes += hash ? 0 : dir_size(bits);
		root = rcu_dereference_raw(*hmap_dir_place(root, hash));
		hash <<= bits;
	}
	return bytes;
}

/* Free the directories below @root whose ranges end where that of @depth around @hash does. */
void hmap_dir_end(const struct hmap_type *type, void *root, u64 hash, u8 depth, bool readers)
{
	u64 next = hmap_range_next(hash, depth);
	u8 base = 0;

	while (hmap_is_dir(root)) {
		u32 bits = hmap_dir_bits(root);
		void *ref = get_ref(root, hash << base >> hmap_dir_shift(root));

		if (hmap_range_next(hash, base) == next)
			dir_free(type, root, readers);
		base += bits;
		root = ref;
	}
}

/* The table that @ref leads to in a range of @base bits. @hash: without these. */
static struct hmap_table *table_below(void *ref, u8 base, u64 hash)
{
	if (!base || hmap_is_dir(ref))
		return hmap_deref_table(ref, hash);
	return hmap_ref_table(ref);
}

/* Let go of all that @ref leads to in a range of @base bits; @readers may be in it. */
void hmap_retire_all(const struct hmap *map, void *ref, u8 base, bool readers,
		     const struct hmap_type *type)
{
	u64 hash = 0;

	do {
		struct hmap_table *table = table_below(ref, base, hash);
		u8 depth = table->depth - base;

		hmap_dir_end(type, ref, hash, depth, readers);
		hmap_table_retire(map, table, readers, type);
		hash = hmap_range_next(hash, depth);
	} while (hash);
}

static void *build_table(const struct hmap *map, u8 depth, size_t size, gfp_t gfp,
			 const struct hmap_type *type)
{
	struct hmap_table *table;

	if (gfpflags_allow_blocking(gfp)) {
		cond_resched();
		if (fatal_signal_pending(current))
			return ERR_PTR(-EINTR);
	}
	table = hmap_table_alloc(map, hmap_table_fit(type, size), depth, gfp, type);
	return table ? hmap_ref(table) : ERR_PTR(-ENOMEM);
}

/*
 * A reference to empty tables of @size and @depth for a range of @base bits, not published;
 * -ENOMEM or -EINTR as an error pointer. It calls itself: four times for all the bits that
 * directories may use.
 */
void *hmap_dir_build(const struct hmap *map, u8 base, u8 depth, size_t size, gfp_t gfp,
		     const struct hmap_type *type)
{
	u32 bits = clamp(depth - base, HMAP_DIR_MIN_BITS, HMAP_DIR_MAX_BITS), i, n;
	u8 below = min_t(u8, base + bits, depth);
	void *dir, *ref;

	if (base == depth)
		return build_table(map, depth, size, gfp, type);
	dir = dir_alloc(map, bits, gfp, type);
	if (!dir)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < 1U << bits; i += n) {
		ref = hmap_dir_build(map, below, depth, size, gfp, type);
		if (IS_ERR(ref))
			goto undo;
		for (n = 0; n < 1U << (base + bits - below); n++)
			RCU_INIT_POINTER(hmap_ref_dir(dir)->refs[i + n], ref);
	}
	return dir;

undo:
	while (i) {
		i -= 1U << (base + bits - below);
		hmap_retire_all(map, get_ref(dir, i), below, false, type);
	}
	dir_free(type, dir, false);
	return ref;
}
