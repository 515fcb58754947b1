// SPDX-License-Identifier: GPL-2.0
/*
 * String keys: a slot holds a pointer to the map's own copy.
 *
 * Who frees a copy. Types without RCU: whoever empties the slot, at once. Types
 * with RCU: a deleted slot keeps its pointer, for readers that still compare
 * with it, and the copy goes with the table, after a grace period. A table that
 * has been rebuilt has given the copies of its full slots to its successor, so
 * only those of deleted slots go with it; one that was cleared, or whose
 * successor had to make copies of its own, takes all (owns_keys).
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

char *hmap_key_dup(const char *key, gfp_t gfp)
{
	char *copy = kstrdup(key, gfp);

	if (copy)
		hmap_bytes_add(hmap_block_bytes(copy, strlen(copy) + 1));
	else
		hmap_counter_inc(HMAP_ALLOC_FAILURES);
	return copy;
}

void hmap_key_free(char *key)
{
	hmap_bytes_sub(hmap_block_bytes(key, strlen(key) + 1));
	kfree(key);
}

static u64 match_keys(u64 word, bool full, bool deleted)
{
	return (full ? hmap_match_full(word) : 0) |
	       (deleted ? hmap_match_deleted(word) : 0);
}

static char *key_at(const struct hmap_table *table, u32 nr, u64 match)
{
	size_t stride = (READ_ONCE(table->flags) & HMAP_TABLE_UNITS) * 8;
	u32 index = nr * HMAP_WORD_SLOTS + hmap_match_first(match);

	return *(char **)((char *)&table->words[table->nr_words] +
			  index * stride);
}

/* The bytes of the copies that full or deleted slots of @table point to. */
size_t hmap_keys_bytes(const struct hmap_type *type,
		       const struct hmap_table *table, bool full, bool deleted)
{
	size_t bytes = 0;
	u32 nr;

	if (!hmap_has_string_keys(type))
		return 0;
	for (nr = 0; nr < table->nr_words; nr++) {
		/* Pairs with the release in set_word(): beside a writer. */
		u64 word = smp_load_acquire(&table->words[nr]);
		u64 match = match_keys(word, full, deleted);

		for (; match; match &= match - 1) {
			const char *key = key_at(table, nr, match);

			bytes += hmap_block_bytes(key, strlen(key) + 1);
		}
	}
	return bytes;
}

/* Frees the copies, which the counters have let go before. Runs in RCU
 * callbacks, when the type may be gone, so it looks only at the table.
 */
void hmap_keys_free(struct hmap_table *table, bool full, bool deleted)
{
	u32 nr;

	if (!(table->flags & HMAP_TABLE_UNITS))
		return;
	for (nr = 0; nr < table->nr_words; nr++) {
		u64 match = match_keys(table->words[nr], full, deleted);

		for (; match; match &= match - 1)
			kfree(key_at(table, nr, match));
	}
}
