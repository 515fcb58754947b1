// SPDX-License-Identifier: GPL-2.0
/*
 * One table: how it begins, and how its memory is given back.
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "internal.h"
#include "trace.h"

/* A word of @slots slots, which are empty. */
static u64 empty_word(u32 slots)
{
	return HMAP_ABSENT * (HMAP_WORD_LSB & HMAP_WORD_LSB << slots * 8);
}

/* All bytes empty, but those at the end that have no slots. Mostly it is one word. */
static __always_inline void clear_words(struct hmap_table *table, u32 slots)
{
	u32 last = 0;

	if (slots > HMAP_WORD_SLOTS) {
		last = (slots - 1) / HMAP_WORD_SLOTS;
		table->words[0] = 0;
		if (last > 1)
			memset(table->words + 1, HMAP_EMPTY, (last - 1) * sizeof(u64));
		slots -= last * HMAP_WORD_SLOTS;
	}
	table->words[last] = empty_word(slots);
	table->nr_words = last + 1;
	HMAP_COST(words, table->nr_words);
}

/* A fresh table without entries, not published yet. */
struct hmap_table *hmap_table_alloc(const struct hmap *map, struct hmap_fit fit, u8 depth,
				    gfp_t gfp, const struct hmap_type *type)
{
	const u32 size = fit.bytes, slots = fit.slots;
	struct hmap_tally *tally;
	struct hmap_table *table;

	/* Often the caller can do without. */
	if (size <= KMALLOC_MAX_CACHE_SIZE)
		table = kmalloc(size, gfp | __GFP_NOWARN);
	else
		table = kvmalloc(size, gfp | __GFP_NOWARN);
	if (!table) {
		hmap_alloc_failed(map, size, gfp, type);
		return NULL;
	}
	tally = hmap_tally_of(type);
	*table = (struct hmap_table){
		.room	   = slots - hmap_table_slack(slots),
		.accounted = gfp & __GFP_ACCOUNT,
		.tally	   = hmap_tally_nr(tally),
		.bytes	   = size,
		.depth	   = depth,
		.flags	   = HMAP_TABLE_VACANT,
	};
	clear_words(table, slots);
	if (hmap_has_blocks(type)) {
		table->flags |= type->slot_size / 8;
		*hmap_block_sums(table) = (struct hmap_block_sums){ };
	}
	trace_hmap_table_alloc(map, type, table, size, depth);
	HMAP_COST(bytes, size);
	if (hmap_tally_table(tally, size))
		hmap_tally_flush(tally);
	return table;
}

static void free_deleted_rcu(struct rcu_head *head)
{
	struct hmap_table *table = container_of(head, struct hmap_table, rcu);

	hmap_table_free_blocks(table, false, true);
	kvfree(table);
}

static void free_all_rcu(struct rcu_head *head)
{
	struct hmap_table *table = container_of(head, struct hmap_table, rcu);

	hmap_table_free_blocks(table, true, true);
	kvfree(table);
}

static noinline void release_blocks(struct hmap_table *table, bool rcu, bool readers)
{
	if (rcu && readers) {
		call_rcu(&table->rcu, table->cleared ? free_all_rcu : free_deleted_rcu);
	} else {
		hmap_table_free_blocks(table, table->cleared, rcu);
		hmap_kvfree(table);
	}
}

static __always_inline void release(const struct hmap_type *type, struct hmap_table *table,
				    bool readers)
{
	if (hmap_has_blocks(type))
		release_blocks(table, hmap_is_rcu(type), readers);
	else if (readers && hmap_is_rcu(type))
		kvfree_rcu(table, rcu);
	else
		hmap_kvfree(table);
}

/* Give the memory of a dead, unpinned table back; @readers may be in it. */
void hmap_table_release(const struct hmap_type *type, struct hmap_table *table, bool readers)
{
	release(type, table, readers);
}

/*
 * The hashes of @table's entries, for safe walks that have pinned it, if it is about to die
 * and they cannot be told from its slots alone later. @hashes: set to them or NULL. Returns
 * 0 or -ENOMEM.
 */
int hmap_table_keep_hashes(const struct hmap *map, const struct hmap_table *table, u64 **hashes,
			   gfp_t gfp, const struct hmap_type *type)
{
	size_t bytes = table->nr_words * 8 * sizeof(u64);
	u32 nr;

	*hashes = NULL;
	if (!table->pins || hmap_hash_reads_slot(type))
		return 0;
	*hashes = kmalloc(bytes, gfp | __GFP_NOWARN);
	if (!*hashes) {
		hmap_alloc_failed(map, bytes, gfp, type);
		return -ENOMEM;
	}
	HMAP_COST(bytes, bytes);
	for (nr = 0; nr < table->nr_words; nr++) {
		u64 full = hmap_match_full(table->words[nr]);

		for (; full; full &= full - 1) {
			u32 index = hmap_index(nr, full);

			(*hashes)[index] = hmap_slot_hash(type, hmap_slot(type, table, index),
							  hmap_seed(map));
		}
	}
	return 0;
}

/* As this is the end, what is rare takes a call of its own, and nothing needs to be saved. */
static noinline void flush_and_release(struct hmap_tally *tally, const struct hmap_type *type,
				       struct hmap_table *table, bool readers)
{
	hmap_tally_flush(tally);
	if (!table->pins)
		hmap_table_release(type, table, readers);
}

static __always_inline void retire(const struct hmap *map, struct hmap_table *table, bool readers,
				   const struct hmap_type *type, struct hmap_tally *tally)
{
	size_t bytes = table->bytes;

	if (hmap_has_blocks(type))
		bytes += hmap_dead_bytes(type, table) +
			 (table->cleared ? hmap_used_bytes(type, table) : 0);
	trace_hmap_table_free(map, type, table, table->bytes, table->depth);
	if (hmap_tally_no_table(tally, table->bytes, bytes))
		flush_and_release(tally, type, table, readers);
	else if (!table->pins)
		release(type, table, readers);
}

static noinline void retire_elsewhere(const struct hmap *map, struct hmap_table *table,
				      bool readers, const struct hmap_type *type)
{
	retire(map, table, readers, type, hmap_tally_find(type));
}

/* The map has let go of a dead @table: take it, and the blocks that go with it,
 * out of the counters, and free it now or when no walk pins it any more.
 */
void hmap_table_retire(const struct hmap *map, struct hmap_table *table, bool readers,
		       const struct hmap_type *type)
{
	struct hmap_tally *tally = hmap_tally_at_home(type);

	if (tally)
		retire(map, table, readers, type, tally);
	else
		retire_elsewhere(map, table, readers, type);
}
