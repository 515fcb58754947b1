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
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

/* A block for an entry, with the key in it if that is indirect; NULL without memory. */
void *hmap_block_alloc(const struct hmap_type *type, const void *key, gfp_t gfp)
{
	const struct hmap_str *str = key;
	size_t size = type->block_size;
	char *block;

	if (type->flags & HMAP_STRING)
		size += str->len + 1;
	block = kmalloc(size, gfp | __GFP_NOWARN);
	if (!block) {
		hmap_counter_inc(alloc_failures);
		return NULL;
	}
	if (type->flags & HMAP_STRING) {
		memcpy(block + type->key_offset, str->name, str->len);
		block[size - 1] = '\0';
	} else if (type->flags & HMAP_KEY_INDIRECT) {
		memcpy(block + type->key_offset, key, type->key_size);
	}
	hmap_bytes_add(hmap_alloc_size(block, size));
	return block;
}

static size_t slot_block_bytes(const struct hmap_type *type, const void *slot)
{
	size_t size = type->block_size;

	if (type->flags & HMAP_STRING)
		size += strlen(hmap_slot_key(type, slot)) + 1;
	return hmap_alloc_size(hmap_pointer_at(slot), size);
}

/* Free the block of an emptied slot, which no reader looks at. */
void hmap_block_free(const struct hmap_type *type, const void *slot)
{
	hmap_bytes_sub(slot_block_bytes(type, slot));
	kfree(hmap_pointer_at(slot));
}

/* Which slots of a word have blocks that one asks for. */
static u64 match_blocks(u64 word, bool full, bool deleted)
{
	return (full ? hmap_match_full(word) : 0) |
	       (deleted ? hmap_match_deleted(word) : 0);
}

/* The bytes of the blocks that full or deleted slots of @table point to. */
size_t hmap_table_block_bytes(const struct hmap_type *type, const struct hmap_table *table,
			      bool full, bool deleted)
{
	size_t bytes = 0;
	u32 nr;

	if (!hmap_has_blocks(type))
		return 0;
	for (nr = 0; nr < table->nr_words; nr++) {
		/* Pairs with the release in hmap_set_word(): beside a writer. */
		u64 word = smp_load_acquire(&table->words[nr]);
		u64 match = match_blocks(word, full, deleted);

		for (; match; match &= match - 1)
			bytes += slot_block_bytes(type, hmap_slot(type, table,
						  hmap_index(nr, match)));
	}
	return bytes;
}

/* Frees the blocks, which the counters have let go before. Runs in RCU callbacks,
 * when the type may be gone, so it looks only at the table.
 */
void hmap_table_free_blocks(struct hmap_table *table, bool full, bool deleted)
{
	size_t slot_size = (table->flags & HMAP_TABLE_UNITS) * 8;
	void *slots = &table->words[table->nr_words];
	u32 nr;

	for (nr = 0; nr < table->nr_words; nr++) {
		u64 match = match_blocks(table->words[nr], full, deleted);

		for (; match; match &= match - 1) {
			u32 index = hmap_index(nr, match);

			kfree(hmap_pointer_at(slots + (index - index / 8) * slot_size));
		}
	}
}
