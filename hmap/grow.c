// SPDX-License-Identifier: GPL-2.0
/*
 * A map gets more room: rebuilds and splits. What goes back again is in shrink.c. Every
 * step allocates first and publishes last, so that one which fails has changed nothing.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"
#include "trace.h"

/* Give up a table that was never published. */
static void discard_table(const struct hmap *map, struct hmap_table *table,
			  const struct hmap_type *type)
{
	if (table)
		hmap_table_retire(map, table, false, type);
}

/* Copy the entry of @slot into a table that is not published, and has room. */
void hmap_add_copy(const struct hmap_type *type, struct hmap_table *to, const void *slot,
		   u64 hash)
{
	long index = hmap_table_find_free(type, to, hash);

	memcpy(hmap_slot(type, to, index), slot, type->slot_size);
	hmap_table_fill(to, index, hash);
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

	size = max(size, hmap_table_size_min(table->depth));
	clone = hmap_table_alloc(map, hmap_table_fit(type, size), table->depth,
				 hmap_gfp_after(table, gfp), type);
	if (!clone)
		return NULL;
	hmap_table_copy(type, table, (struct hmap_table *[]){ clone, clone }, hmap_seed(map));
	clone->reserved = stays_reserved(type, table) ||
			  (table->reserved && size <= table->bytes);
	return clone;
}

static void count_rebuild(const struct hmap *map, size_t old, size_t new, u32 entries,
			  const struct hmap_type *type)
{
	trace_hmap_table_rebuild(map, type, old, new, entries);
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

	if (hmap_table_keep_hashes(map, table, &hashes, gfp, type))
		return -ENOMEM;
	clone = clone_table(map, table, size, gfp, type);
	if (!clone) {
		kfree(hashes);
		return -ENOMEM;
	}
	count_rebuild(map, table->bytes, clone->bytes, clone->live, type);
	hmap_table_kill(table, hashes);
	hmap_publish(map, hash, clone->depth, hmap_ref(clone));
	hmap_table_retire(map, table, true, type);
	return 0;
}

/* A half, not published, that has become nearly empty gets a smaller table: by a
 * hash that spreads keys poorly all entries may go into the other one.
 */
static struct hmap_table *fit_half(struct hmap *map, struct hmap_table *half,
				   gfp_t gfp, const struct hmap_type *type)
{
	size_t size = max(hmap_table_size_min(half->depth),
			  hmap_table_size_twice(type, half->live));
	struct hmap_table *clone;

	if (half->reserved || !hmap_is_sparse(half) || size >= half->bytes)
		return half;
	clone = clone_table(map, half, size, gfp, type);
	if (!clone)
		return half;
	discard_table(map, half, type);
	return clone;
}

/* Copy @table into two halves, by the next bit of its hashes: of the largest class, or what
 * takes all of them, since they may all go into the same one, and even fill it.
 */
static int copy_halves(struct hmap *map, struct hmap_table *table,
		       struct hmap_table *half[2], gfp_t gfp, const struct hmap_type *type)
{
	size_t size = hmap_table_size_max(type);
	u32 i;

	if (table->live > hmap_table_slots(type, size))
		size = hmap_table_size_for(type, table->live);
	for (i = 0; i < 2; i++)
		half[i] = hmap_table_alloc(map, hmap_table_fit(type, size), table->depth + 1, gfp,
					   type);
	if (!half[0] || !half[1]) {
		discard_table(map, half[0], type);
		discard_table(map, half[1], type);
		return -ENOMEM;
	}
	hmap_table_copy(type, table, half, hmap_seed(map));
	for (i = 0; i < 2; i++) {
		half[i]->reserved = stays_reserved(type, table);
		half[i] = fit_half(map, half[i], gfp, type);
	}
	return 0;
}

/* Split @table by the next bit of its hashes. */
static int split_table(struct hmap *map, struct hmap_table *table, u64 hash, gfp_t gfp,
		       const struct hmap_type *type)
{
	struct hmap_table *half[2];
	struct hmap_dir_room room;
	u64 *hashes;

	gfp = hmap_gfp_after(table, gfp);
	if (hmap_table_keep_hashes(map, table, &hashes, gfp, type))
		return -ENOMEM;
	if (hmap_dir_make_room(map, hash, table->depth, &room, gfp, type))
		goto no_memory;
	if (copy_halves(map, table, half, gfp, type)) {
		hmap_dir_give_up(type, &room);
		goto no_memory;
	}
	hmap_table_kill(table, hashes);
	hmap_dir_split(map, hash, table->depth + 1, half, &room, type);
	trace_hmap_table_split(map, type, table->bytes, half[0]->bytes, half[1]->bytes,
			       table->depth + 1, half[0]->live + half[1]->live);
	hmap_table_retire(map, table, true, type);
	hmap_counter_inc(splits);
	return 0;

no_memory:
	kfree(hashes);
	return -ENOMEM;
}

/*
 * Split @table where all its entries are in one half of its range: that is made its range, and
 * an empty table takes the other. Nothing is copied, however many bits they share.
 */
static int narrow_table(struct hmap *map, struct hmap_table *table, u64 hash, gfp_t gfp,
			const struct hmap_type *type)
{
	const u8 depth = table->depth + 1;
	struct hmap_dir_room room;
	struct hmap_table *half[2];
	bool upper = hash >> (64 - depth) & 1;

	gfp = hmap_gfp_after(table, gfp);
	if (hmap_dir_make_room(map, hash, table->depth, &room, gfp, type))
		return -ENOMEM;
	half[upper] = table;
	half[!upper] = hmap_table_alloc(map, hmap_table_fit(type, HMAP_DIR_TABLE_MIN), depth, gfp,
					type);
	if (!half[!upper]) {
		hmap_dir_give_up(type, &room);
		return -ENOMEM;
	}
	half[!upper]->reserved = table->reserved;
	hmap_dir_split(map, hash, depth, half, &room, type);
	/* Now what it gives up has another. Pairs with the acquire in hmap_table_depth(). */
	smp_store_release(&table->depth, depth);
	trace_hmap_table_split(map, type, table->bytes, half[0]->bytes, half[1]->bytes, depth,
			       table->live);
	hmap_counter_inc(splits);
	return 0;
}

/* The first bits that all hashes in @table share, and one of these hashes. */
static u32 shared_bits(const struct hmap *map, const struct hmap_table *table,
		       const struct hmap_type *type, u64 *one)
{
	u64 seed = hmap_seed(map), differ = 0, full, hash;
	bool is_first = true;
	u32 nr;

	for (nr = 0; nr < table->nr_words; nr++) {
		for (full = hmap_match_full(table->words[nr]); full; full &= full - 1) {
			hash = hmap_slot_hash(type, hmap_slot(type, table, hmap_index(nr, full)),
					      seed);
			if (is_first)
				*one = hash;
			is_first = false;
			differ |= hash ^ *one;
		}
	}
	return 64 - fls64(differ);
}

/*
 * Split @table, or find that its hash is poor: then 1 is returned. With well-spread hashes no
 * table is ever much deeper than the average one. One that is may hold what is left of a
 * larger map, or keys chosen by their order: it goes at once to the bit that tells them apart,
 * if a split may go by that.
 */
static int split_or_narrow(struct hmap *map, struct hmap_table *table, u64 hash, gfp_t gfp,
			   const struct hmap_type *type)
{
	u64 limit = hmap_table_limit(type, hmap_table_size_max(type)), one = hash;
	u32 bits = table->depth;
	int err = 0;

	if (limit << (table->depth + 1) > 16 * (u64)hmap_live(map))
		bits = shared_bits(map, table, type, &one);
	if (bits >= HMAP_MAX_DEPTH)
		return 1;
	if (bits == table->depth)
		return split_table(map, table, hash, gfp, type);
	/* Until it is no more the table of @hash: there is room then. */
	do {
		err = narrow_table(map, table, one, gfp, type);
	} while (!err && table->depth < bits && hmap_table_of(map, hash) == table);
	return err;
}

static void report_poor_hash(const struct hmap_table *table, const struct hmap_type *type)
{
	hmap_counter_inc(splits_refused);
	pr_warn_once("type %s: its hash spreads keys poorly, %u of them share %u bits; such maps work, slowly\n",
		     type->name, table->live, HMAP_MAX_DEPTH);
}

/*
 * The commonest growth, without detours: the map's only table is of one word, and no walk is
 * in it.
 */
static noinline int grow_word(struct hmap *map, struct hmap_table *table, gfp_t gfp,
			      const struct hmap_type *type)
{
	struct hmap_fit fit = hmap_table_fit_twice(type, table->live);
	struct hmap_table *new;

	if (fit.bytes < table->bytes)
		fit = hmap_table_fit(type, table->bytes);
	new = hmap_table_alloc(map, fit, 0, hmap_gfp_after(table, gfp), type);
	if (!new)
		return -ENOMEM;
	hmap_word_copy(type, table, new, hmap_seed(map));
	new->reserved = table->reserved && (stays_reserved(type, table) ||
					      new->bytes <= table->bytes);
	count_rebuild(map, table->bytes, new->bytes, new->live, type);
	hmap_table_kill(table, NULL);
	hmap_publish_root(map, new);
	hmap_table_retire(map, table, true, type);
	return 0;
}

/* A table whose hashes do not let it be split is let grow beyond the largest class. */
static noinline int grow_any(struct hmap *map, struct hmap_table *table, u64 hash, gfp_t gfp,
			     const struct hmap_type *type)
{
	size_t most = hmap_table_size_max(type), size = most;
	int err;

	if (table->bytes < most || hmap_table_size_for(type, table->live) <= most) {
		size = max(min(hmap_table_size_twice(type, table->live), most),
			   min_t(size_t, table->bytes, most));
		return hmap_rebuild(map, table, hash, size, gfp, type);
	}
	err = split_or_narrow(map, table, hash, gfp, type);
	if (!err)
		return 0;
	/* Without memory for two there may be some for one table, to clean it. */
	if (err > 0) {
		report_poor_hash(table, type);
		size = hmap_table_size_for(type, table->live);
	}
	if (hmap_table_limit(type, size) <= table->live)
		return -ENOMEM;
	return hmap_rebuild(map, table, hash, size, gfp, type);
}

/*
 * Make room in @table, which is full or clogged by deleted slots: clean it or take a larger
 * class, or split it. Returns 0 or -ENOMEM; the map is as it was then.
 */
int hmap_grow(struct hmap *map, struct hmap_table *table, u64 hash, gfp_t gfp,
	      const struct hmap_type *type)
{
	if (!table->depth && table->nr_words == 1 && !table->pins && !hmap_has_blocks(type))
		return grow_word(map, table, gfp, type);
	return grow_any(map, table, hash, gfp, type);
}
