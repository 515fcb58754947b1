// SPDX-License-Identifier: GPL-2.0
/*
 * Copying tables: the largest part of what growing and shrinking costs. The table
 * that is copied is not written to; those that it is copied into are not published.
 */
#include <linux/prefetch.h>
#include <linux/string.h>

#include "internal.h"

static __always_inline void copy_slot(const struct hmap_type *type, void *to, const void *from)
{
	const u64 *words = from;
	u32 i;

	/* Not every kernel's memcpy() is inlined where the size is known: not that of
	 * User-Mode Linux.
	 */
	if (__builtin_constant_p(type->slot_size) && type->slot_size % 8 == 0)
		for (i = 0; i < type->slot_size / 8; i++)
			((u64 *)to)[i] = words[i];
	else
		memcpy(to, from, type->slot_size);
}

static void add_live(struct hmap_table *table, u32 n)
{
	table->live += n;
	table->room -= n;
	if (n)
		table->flags &= ~HMAP_TABLE_VACANT;
}

/* Make the slot of the first of @match in word @nr full, and return it. */
static __always_inline void *take_slot(const struct hmap_type *type,
				       struct hmap_table *table, u32 nr, u64 match,
				       u64 hash)
{
	table->words[nr] |= hmap_full_byte(hash) << hmap_match_shift(match);
	return hmap_slot_of_match(type, table, table->nr_words, nr, match);
}

/* Take a slot for an entry whose first word is @home, in a table without deleted
 * slots. Of @hash only the tag counts.
 */
static __always_inline void *take_from(const struct hmap_type *type,
				       struct hmap_table *table, u32 home, u64 hash)
{
	u32 nr = home;
	u64 empty;

	for (;;) {
		empty = hmap_match_empty(table->words[nr]);
		if (likely(empty))
			return take_slot(type, table, nr, empty, hash);
		table->words[nr] |= hmap_overflow_bit(hash);
		if (++nr == table->nr_words)
			nr = 0;
	}
}

/* The words of a table in the order in which they are copied: round, from @begin. */
static u32 turn_of(const struct hmap_table *table, u32 begin, u32 nr)
{
	return nr < begin ? nr + table->nr_words - begin : nr - begin;
}

/* The same as take_from(), but only from words whose turn was before that of @end, as
 * the others may yet need all their slots; NULL if there is none.
 */
static void *take_before(const struct hmap_type *type, struct hmap_table *table,
			 u32 begin, u32 end, u64 hash)
{
	u32 nr = hmap_home(hash, table->nr_words);

	while (nr != end) {
		u64 empty = hmap_match_empty(table->words[nr]);

		if (empty && turn_of(table, begin, nr) < turn_of(table, begin, end))
			return take_slot(type, table, nr, empty, hash);
		table->words[nr] |= hmap_overflow_bit(hash);
		if (++nr == table->nr_words)
			nr = 0;
	}
	return NULL;
}

/* A word that no entry has come to from the words before it, if there is one. */
static u32 undisturbed_word(const struct hmap_table *table)
{
	u32 nr;

	for (nr = 0; nr + 1 < table->nr_words; nr++)
		if (!(table->words[nr] >> HMAP_WORD_OVERFLOW))
			return nr + 1;
	return 0;
}

static bool same_words(const struct hmap_table *a, const struct hmap_table *b)
{
	u32 last = a->nr_words - 1;

	return a->nr_words == b->nr_words &&
	       hmap_match_absent(a->words[last]) == hmap_match_absent(b->words[last]);
}

/* Whether a hash costs less than to find out whether it is needed. */
static __always_inline bool is_integer(const struct hmap_type *type)
{
	return type->hash == hmap_hash_u64 && !(type->flags & HMAP_OBJECT);
}

/*
 * Whether a full slot's first word is the one that it is in, as is known if from the
 * word before it none with its tag has overflowed. Where entries stay together, their
 * keys, which may be long, need not be hashed then.
 */
static __always_inline bool is_at_home(u64 before, u64 byte)
{
	return !hmap_overflowed(before, byte);
}

/* The keys of objects are wherever these are: have those of a word on their way. */
static __always_inline void prefetch_keys(const struct hmap_type *type,
					  const struct hmap_table *table, u32 nr)
{
	u64 full = hmap_match_full(table->words[nr]);

	for (; type->flags & HMAP_OBJECT && full; full &= full - 1)
		prefetch(hmap_pointer_at(hmap_slot_of_match(type, table, table->nr_words, nr,
							    full)) + type->key_offset);
}

/* All slots of a table, whatever is in them, into one with the same words. */
static void copy_slots(const struct hmap_type *type, struct hmap_table *to,
		       const struct hmap_table *from)
{
	const u32 nr_words = from->nr_words;
	u32 absent = hweight64(hmap_match_absent(from->words[nr_words - 1]));

	memcpy(hmap_slots(type, to, nr_words), hmap_slots(type, from, nr_words),
	       (nr_words * HMAP_WORD_SLOTS - absent) * (size_t)type->slot_size);
}

/*
 * Copy @from into empty tables with the same words, or into one: nearly all entries
 * stay in the word they are in, since hash bits choose it that no directory uses; and they
 * stay in their slots. So all slots are copied at once, no matter which are full, and each
 * word is stored once, with the bytes of those that go there.
 */
static __always_inline void copy_by_words(const struct hmap_type *type,
					  const struct hmap_table *from,
					  struct hmap_table *to[2], u64 seed, bool split)
{
	const u32 nr_words = from->nr_words, half_shift = 63 - from->depth;
	const u32 begin = undisturbed_word(from);
	u32 nr = begin, upper = 0;

	copy_slots(type, to[0], from);
	if (split)
		copy_slots(type, to[1], from);
	do {
		const u64 word = from->words[nr];
		const u64 before = from->words[(nr ?: nr_words) - 1];
		/* A bit for each byte: of those that stay in this word, and in the upper half. */
		u64 stay = hmap_match_full(word) >> 7, up = 0;
		u64 full = split || before >> HMAP_WORD_OVERFLOW ? hmap_match_full(word) : 0;

		if (split)
			prefetch_keys(type, from, nr + 1 == nr_words ? 0 : nr + 1);
		for (; full; full &= full - 1) {
			const void *slot = hmap_slot_of_match(type, from, nr_words, nr, full);
			const u32 shift = hmap_match_shift(full);
			void *place;
			u64 hash;
			u32 half;

			if (!split && is_at_home(before, word >> shift))
				continue;
			hash = hmap_slot_hash(type, slot, seed);
			half = hash >> half_shift & split;
			upper += half;
			up |= (u64)half << shift;
			if (likely(hmap_home(hash, nr_words) == nr))
				continue;
			place = take_before(type, to[half], begin, nr, hash);
			if (place) {
				copy_slot(type, place, slot);
				stay &= ~(1ULL << shift);
			}
		}
		to[1]->words[nr] |= word & (stay & up) * 0xff;
		to[0]->words[nr] |= word & (stay & ~up) * 0xff;
		if (++nr == nr_words)
			nr = 0;
	} while (nr != begin);
	add_live(to[1], upper);
	add_live(to[0], from->live - upper);
}

/* Copy @from into tables of any size, which may have entries already. */
static __always_inline void copy_anew(const struct hmap_type *type, const struct hmap_table *from,
				      struct hmap_table *to[2], u64 seed, bool split)
{
	const bool read = is_integer(type) || split ||
			  !same_words(from, to[0]);
	const u32 nr_words = from->nr_words, half_shift = 63 - from->depth;
	u64 before = from->words[nr_words - 1];
	u32 nr, live[2] = { };

	for (nr = 0; nr < nr_words; nr++) {
		const u64 word = from->words[nr];
		u64 full;

		if (nr + 1 < nr_words)
			prefetch_keys(type, from, nr + 1);
		for (full = hmap_match_full(word); full; full &= full - 1) {
			const void *slot = hmap_slot_of_match(type, from, nr_words, nr, full);
			u64 hash = word >> hmap_match_shift(full);
			u32 half = 0, home = nr;

			if (read || !is_at_home(before, hash)) {
				hash = hmap_slot_hash(type, slot, seed);
				half = hash >> half_shift & split;
				home = hmap_home(hash, to[half]->nr_words);
			}
			live[half]++;
			copy_slot(type, take_from(type, to[half], home, hash), slot);
		}
		before = word;
	}
	add_live(to[0], live[0]);
	add_live(to[1], live[1]);
}

static __always_inline void copy_table(const struct hmap_type *type, const struct hmap_table *from,
				       struct hmap_table *to[2], u64 seed)
{
	bool same = !to[0]->live && !to[1]->live &&
		    same_words(from, to[0]) && same_words(from, to[1]);

	/* Compiled for a split, and without its other half. */
	if (to[0] != to[1] && same)
		copy_by_words(type, from, to, seed, true);
	else if (to[0] != to[1])
		copy_anew(type, from, to, seed, true);
	else if (same)
		copy_by_words(type, from, to, seed, false);
	else
		copy_anew(type, from, to, seed, false);
}

/* Four functions, so that none has room for what the others need. */
static noinline void copy_pairs(const struct hmap_table *from, struct hmap_table *to[2], u64 seed)
{
	copy_table(&hmap_u64_pair, from, to, seed);
}

static noinline void copy_u32_pairs(const struct hmap_table *from, struct hmap_table *to[2],
				    u64 seed)
{
	copy_table(&hmap_u32_pair, from, to, seed);
}

static noinline void copy_u64_objects(const struct hmap_type *type, const struct hmap_table *from,
				      struct hmap_table *to[2], u64 seed)
{
	const struct hmap_type shape = hmap_u64_object(type);

	copy_table(&shape, from, to, seed);
}

static noinline void copy_any(const struct hmap_type *type, const struct hmap_table *from,
			      struct hmap_table *to[2], u64 seed)
{
	u32 first = to[0]->live;
	s32 used;

	copy_table(type, from, to, seed);
	if (hmap_has_blocks(type)) {
		first = to[0]->live - first;
		used = hmap_block_sums(from)->used;
		hmap_share_blocks(to[0], &used, first, from->live);
		hmap_share_blocks(to[1], &used, from->live - first, from->live - first);
	}
}

/*
 * The one copy routine: the entries of @from into @to[0] or @to[1], by the hash
 * bit behind those that they all share. The tables in @to may be the same, have
 * room enough, no deleted slots, and are not published. Blocks change hands.
 */
void hmap_table_copy(const struct hmap_type *type, const struct hmap_table *from,
		     struct hmap_table *to[2], u64 seed)
{
	HMAP_COST(slots, from->live);
	if (hmap_is_u64_pair(type))
		copy_pairs(from, to, seed);
	else if (hmap_is_u32_pair(type))
		copy_u32_pairs(from, to, seed);
	else if (hmap_is_u64_object(type))
		copy_u64_objects(type, from, to, seed);
	else
		copy_any(type, from, to, seed);
}

static __always_inline void copy_word(const struct hmap_type *type, const struct hmap_table *from,
				      struct hmap_table *to, u64 seed)
{
	u64 full = hmap_match_full(from->words[0]);

	add_live(to, from->live);
	for (; full; full &= full - 1) {
		const void *slot = hmap_slot_of_match(type, from, 1, 0, full);
		u64 hash = hmap_slot_hash(type, slot, seed);

		copy_slot(type, take_from(type, to, hmap_home(hash, to->nr_words), hash), slot);
	}
}

/* The same for all entries of @from, which is of one word, and has no blocks. */
void hmap_word_copy(const struct hmap_type *type, const struct hmap_table *from,
		    struct hmap_table *to, u64 seed)
{
	HMAP_COST(slots, from->live);
	if (hmap_is_u64_pair(type))
		copy_word(&hmap_u64_pair, from, to, seed);
	else if (hmap_is_u32_pair(type))
		copy_word(&hmap_u32_pair, from, to, seed);
	else
		copy_word(type, from, to, seed);
}
