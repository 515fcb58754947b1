/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control words, as the writer sees and changes them in a table that readers may look
 * at. Inline, as they are a good part of what an insert and a removal do. Included by
 * internal.h.
 */
#ifndef _HMAP_WORDS_H
#define _HMAP_WORDS_H

#include <linux/kcsan-checks.h>

static inline u64 hmap_match_deleted(u64 word)
{
	return word << 7 & ~(word << 6) & ~word & HMAP_WORD_MSB;
}

static inline u64 hmap_match_absent(u64 word)
{
	return word << 6 & ~word & HMAP_WORD_MSB;
}

static inline u64 hmap_table_byte(const struct hmap_table *table, u32 index)
{
	return table->words[index / 8] >> index % 8 * 8 & 0xff;
}

/* The first free slot on the way that a probe for @hash goes, or -1. Types with
 * RCU never use a deleted slot again: readers may still be looking at it.
 */
static inline long hmap_table_find_free(const struct hmap_type *type,
					const struct hmap_table *table, u64 hash)
{
	u32 nr = hmap_home(hash, table->nr_words);
	u32 left;

	for (left = table->nr_words; left; left--) {
		u64 match = hmap_match_empty(table->words[nr]);

		if (!hmap_is_rcu(type))
			match |= hmap_match_deleted(table->words[nr]);
		if (match)
			return hmap_index(nr, match);
		if (++nr == table->nr_words)
			nr = 0;
	}
	return -1;
}

static inline u64 hmap_with_byte(u64 word, u32 index, u64 byte)
{
	u32 shift = index % 8 * 8;

	return word ^ ((word >> shift & 0xff) ^ byte) << shift;
}

static inline void hmap_set_flags(struct hmap_table *table, u8 set, u8 clear)
{
	WRITE_ONCE(table->flags, (table->flags & ~clear) | set);
}

/* The one store that changes what readers find in a table: a whole word. */
static inline void hmap_set_word(struct hmap_table *table, u32 nr, u64 word)
{
	u64 *to = &table->words[nr];

	/* Marked accesses hide two writers from KCSAN: here they are looked for. */
	ASSERT_EXCLUSIVE_WRITER(*to);
	/* After the slot's bytes. Pairs with the acquire in hmap_probe(). */
	smp_store_release(to, word);
}

/* Tell the words that a probe passes on its way to word @end to let it pass. */
static inline void hmap_set_overflow(struct hmap_table *table, u32 end, u64 hash)
{
	u32 nr = hmap_home(hash, table->nr_words);

	while (nr != end) {
		hmap_set_word(table, nr, table->words[nr] | hmap_overflow_bit(hash));
		if (++nr == table->nr_words)
			nr = 0;
	}
}

/* Make a slot, whose bytes are written, full. */
static inline void hmap_table_fill(struct hmap_table *table, u32 index, u64 hash)
{
	u64 word = table->words[index / 8];

	table->room -= (word >> index % 8 * 8 & 0xff) == HMAP_EMPTY;
	/* Before the word: who has found the entry goes on finding it. */
	hmap_set_overflow(table, index / 8, hash);
	if (!table->live++)
		hmap_set_flags(table, 0, HMAP_TABLE_VACANT);
	hmap_set_word(table, index / 8,
		      hmap_with_byte(word, index, hmap_full_byte(hash)));
}

/* Make slot @to full and slot @from of the same word deleted, in one store. */
static inline void hmap_table_move(struct hmap_table *table, u32 from, u32 to,
				   u64 hash)
{
	u64 word = table->words[to / 8];

	word = hmap_with_byte(word, from, HMAP_DELETED);
	word = hmap_with_byte(word, to, hmap_full_byte(hash));
	table->room--;
	hmap_set_word(table, to / 8, word);
}

/*
 * Let go of a full slot. It may become empty only if no reader can be looking at it.
 * A word from which entries have overflowed does not get its room back, either, so
 * that its table is cleaned in time: only that takes overflow bits back.
 */
static inline void hmap_table_empty(const struct hmap_type *type,
				    struct hmap_table *table, u32 index)
{
	u64 word = table->words[index / 8];

	if (!--table->live)
		hmap_set_flags(table, HMAP_TABLE_VACANT, 0);
	if (!hmap_is_rcu(type) && !(word >> HMAP_WORD_OVERFLOW)) {
		word = hmap_with_byte(word, index, HMAP_EMPTY);
		table->room++;
	} else {
		word = hmap_with_byte(word, index, HMAP_DELETED);
	}
	hmap_set_word(table, index / 8, word);
}

#endif /* _HMAP_WORDS_H */
