/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control words, as the writer sees and changes them in a table that readers may look
 * at. Inline, as they are a good part of what an insert and a removal do.
 */
#ifndef _HMAP_WORDS_H
#define _HMAP_WORDS_H

#include <linux/kcsan-checks.h>

#include "layout.h"

static inline u64 hmap_match_deleted(u64 word)
{
	return (word & ~(word >> 1)) << 7 & ~word & HMAP_WORD_MSB;
}

static inline u64 hmap_match_absent(u64 word)
{
	return word << 6 & ~word & HMAP_WORD_MSB;
}

static inline u64 hmap_table_byte(const struct hmap_table *table, u32 index)
{
	return table->words[index / 8] >> index % 8 * 8 & 0xff;
}

static inline bool hmap_is_rcu(const struct hmap_type *type)
{
	return type->flags & HMAP_RCU;
}

static inline bool hmap_is_object(const struct hmap_type *type)
{
	return type->flags & HMAP_OBJECT;
}

static inline bool hmap_has_blocks(const struct hmap_type *type)
{
	return type->flags & HMAP_INDIRECT;
}

/* Whether a slot may be used again while readers may be looking at its entry: if that is
 * but a pointer, they have what they loaded, be it the old object or the new one.
 */
static inline bool hmap_reuses_slots(const struct hmap_type *type)
{
	return !hmap_is_rcu(type) || hmap_is_object(type);
}

static inline void hmap_set_pointer(void *place, void *pointer)
{
	/* What the caller wrote behind it, then it. Pairs with the dependency of
	 * hmap_pointer_at().
	 */
	smp_store_release((void **)place, pointer);
}

/* The first free slot on the way that a probe for @hash goes, or -1. */
static inline long hmap_table_find_free(const struct hmap_type *type,
					const struct hmap_table *table, u64 hash)
{
	u32 nr = hmap_home(hash, table->nr_words);
	u32 left;

	for (left = table->nr_words; left; left--) {
		u64 match = hmap_match_empty(table->words[nr]);

		if (hmap_reuses_slots(type))
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
	WRITE_ONCE(table->flags, (READ_ONCE(table->flags) & ~clear) | set);
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
	hmap_set_word(table, index / 8, hmap_with_byte(word, index, hmap_full_byte(hash)));
}

/* The same of the first empty slot, of @empty, in word @nr, to which a probe comes. @word: it. */
static inline void hmap_table_fill_empty(struct hmap_table *table, u32 nr, u64 word, u64 empty,
					 u64 hash)
{
	table->room--;
	table->live++;
	if (unlikely(table->flags & HMAP_TABLE_VACANT))
		hmap_set_flags(table, 0, HMAP_TABLE_VACANT);
	hmap_set_word(table, nr, word | hmap_full_byte(hash) << hmap_match_shift(empty));
}

/*
 * Let go of a full slot of @hash, whose byte is in word @nr, @shift bits up. It may become empty
 * only if it may be used again. A word from which entries have overflowed does not get its room
 * back, either, so that its table is cleaned in time: only that takes overflow bits back.
 */
static inline void hmap_table_empty(const struct hmap_type *type, struct hmap_table *table,
				    u32 nr, u32 shift, u64 hash)
{
	u64 word = *hmap_word(table, nr);
	u64 byte = HMAP_DELETED;

	if (!--table->live)
		hmap_set_flags(table, HMAP_TABLE_VACANT, 0);
	if (hmap_reuses_slots(type) && !(word >> HMAP_WORD_OVERFLOW)) {
		byte = HMAP_EMPTY;
		table->room++;
	}
	hmap_set_word(table, nr, word ^ (hmap_full_byte(hash) ^ byte) << shift);
}

/* Whether two slots hold the same entry, as both were copied from one: by the pointer to
 * its block or its object, or by the bytes of the key. Nothing behind a pointer is looked
 * at, since of a slot that is out of date it may have been freed.
 */
static inline bool hmap_same_entry(const struct hmap_type *type, const void *slot,
				   const void *other)
{
	if (type->flags & (HMAP_OBJECT | HMAP_INDIRECT))
		return hmap_pointer_at(slot) == hmap_pointer_at(other);
	return !memcmp(slot + type->key_offset, other + type->key_offset, type->key_size);
}

/* Where in @table the entry of @slot is, whose hash is @hash, or -1. */
static inline long hmap_find_entry(const struct hmap_type *type,
				   const struct hmap_table *table, u64 hash,
				   const void *slot)
{
	const u32 nr_words = table->nr_words;
	u32 nr = hmap_home(hash, nr_words), left;

	for (left = nr_words; left; left--) {
		/* Pairs with the release in hmap_set_word(). */
		u64 word = smp_load_acquire(&table->words[nr]);
		u64 match = hmap_match_tag(word, hash);

		for (; match; match &= match - 1) {
			u32 index = hmap_index(nr, match);

			if (hmap_same_entry(type, slot, hmap_slot(type, table, index)))
				return index;
		}
		if (!hmap_overflowed(word, hash))
			break;
		if (++nr == nr_words)
			nr = 0;
	}
	return -1;
}

#endif /* _HMAP_WORDS_H */
