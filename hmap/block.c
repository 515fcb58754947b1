// SPDX-License-Identifier: GPL-2.0
/*
 * Indirect keys and values: strings, and what is too large for a slot. The slot
 * holds a pointer to a block of the map's own, one for each entry.
 *
 * Who frees a block. Types without RCU: whoever empties the slot, at once. Types
 * with RCU: a deleted slot keeps its pointer, for readers that still compare with
 * the key or read the value, and the block goes with the table, after a grace
 * period. A table that has been rebuilt has given the blocks of its full slots to
 * its successor, so only those of deleted slots go with it; one that was cleared takes
 * all.
 */
#include <linux/prefetch.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

/* The bytes of the block of an entry with @key, or an equal one. */
static size_t block_size(const struct hmap_type *type, const void *key)
{
	const struct hmap_str *str = key;

	return type->block_size + (type->flags & HMAP_STRING ? hmap_str_known_len(str) + 1 : 0);
}

/* A block for an entry, with the key in it if that is indirect, and its size; NULL without
 * memory.
 */
void *hmap_block_alloc(const struct hmap *map, const void *key, gfp_t gfp, size_t *bytes,
		       const struct hmap_type *type)
{
	const struct hmap_str *str = key;
	size_t size = block_size(type, key);
	char *block;

	block = kmalloc(size, gfp | __GFP_NOWARN);
	if (!block) {
		hmap_alloc_failed(map, size, gfp, type);
		return NULL;
	}
	if (type->flags & HMAP_STRING) {
		memcpy(block + type->key_offset, str->name, hmap_str_known_len(str));
		block[size - 1] = '\0';
	} else if (type->flags & HMAP_KEY_INDIRECT) {
		memcpy(block + type->key_offset, key, type->key_size);
	}
	*bytes = hmap_alloc_size(block, size);
	HMAP_COST(bytes, *bytes);
	hmap_bytes_add(type, *bytes);
	return block;
}

void hmap_block_free(const struct hmap_type *type, void *block, size_t bytes)
{
	hmap_bytes_add(type, -(long)bytes);
	kfree(block);
}

/* Beside readers, by hmap_memory(). */
static void add_used(struct hmap_table *table, s32 units)
{
	struct hmap_block_sums *sums = hmap_block_sums(table);

	WRITE_ONCE(sums->used, sums->used + units);
}

void hmap_block_add(struct hmap_table *table, size_t bytes)
{
	add_used(table, bytes / HMAP_BLOCK_UNIT);
}

/* The slot of @key has been emptied: its block goes, or waits for readers. */
void hmap_block_drop(const struct hmap_type *type, struct hmap_table *table, const void *slot,
		     const void *key)
{
	struct hmap_block_sums *sums = hmap_block_sums(table);
	void *block = hmap_pointer_at(slot);
	size_t size = hmap_alloc_size(block, block_size(type, key));

	add_used(table, -(s32)(size / HMAP_BLOCK_UNIT));
	if (hmap_is_rcu(type))
		WRITE_ONCE(sums->dead, sums->dead + size / HMAP_BLOCK_UNIT);
	else
		hmap_block_free(type, block, size);
}

/* @to has got @n entries of a table whose last @left ones have @used units. What is left by
 * no entry, as not each got its own, goes as well.
 */
void hmap_share_blocks(struct hmap_table *to, s32 *used, u32 n, u32 left)
{
	s32 part = left ? (s64)*used * n / left : *used;

	*used -= part;
	add_used(to, part);
}

/* The slots of word @nr whose blocks are to go. */
static u64 match_blocks(const struct hmap_table *table, u32 nr, bool full, bool deleted)
{
	u64 word = table->words[nr];

	return (full ? hmap_match_full(word) : 0) | (deleted ? hmap_match_deleted(word) : 0);
}

/* Of the first of them. */
static void *first_block(const struct hmap_table *table, u32 nr, u64 match)
{
	size_t slot_size = (table->flags & HMAP_TABLE_UNITS) * 8;
	void *slots = hmap_block_sums(table) + 1;

	slots += (nr * HMAP_WORD_SLOTS + hmap_match_first(match)) * slot_size;
	return hmap_pointer_at(slots);
}

/* Frees the blocks of full or deleted slots, which the counters have let go before. Runs in
 * RCU callbacks, when the type may be gone, so it looks only at the table. What kfree() writes to
 * has left the caches by then.
 */
void hmap_table_free_blocks(struct hmap_table *table, bool full, bool deleted)
{
	u64 match = match_blocks(table, 0, full, deleted), next, ahead;
	u32 nr;

	for (nr = 0; nr < table->nr_words; nr++, match = next) {
		next = nr + 1 < table->nr_words ? match_blocks(table, nr + 1, full, deleted) : 0;
		for (ahead = next; ahead; ahead &= ahead - 1)
			prefetchw(first_block(table, nr + 1, ahead));
		for (; match; match &= match - 1) {
			void *block = first_block(table, nr, match);

			kfree(block);
		}
	}
}
