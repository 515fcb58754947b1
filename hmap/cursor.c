// SPDX-License-Identifier: GPL-2.0
/*
 * A walk that is dropped between its steps and holds nothing: the cursor is a
 * position in an order of all possible entries, and a step finds the next one that
 * is there.
 *
 * The order goes by ranges of hashes, as tables stand for them; within a range by
 * stretches of the hashes' lower halves, as words stand for them; within a stretch by tags;
 * and then by the hash and a tie-break. So the next entry is the one with the next tag in
 * the word where the last one was, or with the first tag in the next word that is not
 * empty, and hardly another one needs to be hashed.
 *
 * Range and stretch are those of the table and the word that the cursor came to first, and
 * it stays in them until there is nothing left. If the table has been split since, or has
 * got more words, the next entry is the first of those in all the tables in the range, and
 * in all their words for the stretch. If it has been merged, or has got fewer words, others
 * are passed over. The next stretch begins where this one ends, and if words are others by
 * then, it is only a part of what its word stands for.
 *
 * Entries with equal hashes, of which a 32-bit hash makes some in a large map, and a poor
 * one many, follow each other by the siphash of the stored key, or by the addresses of
 * objects. All of this belongs to the entry and not to its place, so whatever happens to
 * the tables between two steps, an entry that stays is produced once.
 *
 * An entry that was the only one of its tag in the stretch leaves the cursor behind the
 * tag: another one with it has come later, and need not be produced.
 */
#include <linux/string.h>

#include "internal.h"

/* An entry. The slot of an object may get another one meanwhile, so that is loaded once. */
struct candidate {
	const void	*slot;	/* NULL: none */
	void		*object;
	u64		hash;
};

/* What a step looks for: the first entry behind a cursor, in its range and stretch. */
struct search {
	const struct hmap_type	*type;
	u64			seed;
	struct hmap_cursor	*at;
	struct candidate	best;	/* found so far */
	u8			tag;	/* its */
	bool			alone;	/* no other one has that */
};

/* Of a cursor's range: its stretch is all of a word, and @from that one's number. So the quick
 * step, which goes from word to word, has nothing to divide.
 */
#define WHOLE_WORD	0x80

/* More than a tag. */
#define NO_TAG	0xff

static __always_inline struct candidate
candidate_in(const struct hmap_type *type, const void *slot, u64 seed)
{
	struct candidate c = { .slot = slot };

	if (hmap_is_object(type)) {
		c.object = hmap_pointer_at(slot);
		c.hash = hmap_object_hash(type, c.object, seed);
	} else {
		c.hash = hmap_slot_hash(type, slot, seed);
	}
	return c;
}

/* What tells entries of equal hashes apart, never 0; bytes are stored as they came. */
static u64 tie_of_key(const struct hmap_type *type, const void *key)
{
	struct hmap_str *str = (void *)key;

	if (type->flags & HMAP_STRING)
		return hmap_siphash_bytes(str->name, hmap_str_len(str), 0) ?: 1;
	return hmap_siphash_bytes(key, type->key_size, 0) ?: 1;
}

static noinline u64 tie_of(const struct hmap_type *type, struct candidate c)
{
	const void *key;

	if (c.object)
		return (unsigned long)c.object;
	key = hmap_slot_key(type, c.slot);
	return tie_of_key(type, type->flags & HMAP_STRING ? HMAP_STR(key) : key);
}

static u8 tag_of(u64 hash)
{
	return hash & (HMAP_FULL - 1);
}

/* Whether the first bits are those of the range; without a shift by 64. */
static bool is_in_range(const struct hmap_cursor *at, u64 hash)
{
	return !((hash ^ at->hash) >> 1 >> (64 - at->range));
}

static bool is_in_stretch(const struct hmap_cursor *at, u64 hash)
{
	return (u32)hash >= at->from &&
	       hmap_home(hash, at->words) == hmap_home(at->from, at->words);
}

/* The least of the lower halves whose home is the word @nr: 2^32 behind the last word. */
static u64 first_in_word(u32 nr, u32 nr_words)
{
	return (((u64)nr << 32) + nr_words - 1) / nr_words;
}

static u64 stretch_end(const struct hmap_cursor *at)
{
	return first_in_word(hmap_home(at->from, at->words) + 1, at->words);
}

/* Which of two with the same tag comes first. */
static noinline bool precedes(const struct hmap_type *type, struct candidate a, struct candidate b)
{
	return a.hash < b.hash || (a.hash == b.hash && tie_of(type, a) < tie_of(type, b));
}

/* Whether the cursor has come by an entry of its tag. */
static noinline bool is_behind(const struct hmap_type *type, const struct hmap_cursor *at,
			       struct candidate c)
{
	return c.hash < at->hash || (c.hash == at->hash && tie_of(type, c) <= at->tie);
}

/* Take a candidate that is in the cursor's order behind it, and before the best. @tag: its, not
 * more than that of the best.
 */
static __always_inline void take(struct search *s, struct candidate c, u8 tag)
{
	const struct hmap_cursor *at = s->at;

	if (!is_in_range(at, c.hash) || !is_in_stretch(at, c.hash))
		return;
	if (unlikely(at->tie) && tag == at->tag && is_behind(s->type, at, c))
		return;
	s->alone = !s->best.slot || tag < s->tag;
	if (likely(s->alone) || precedes(s->type, c, s->best))
		s->best = c;
	s->tag = tag;
}

/* The full slots whose tags are @tag or more; 128 are too many. */
static __always_inline u64 match_from(u64 word, u8 tag)
{
	/* Bit 7 of a byte is what is left of it. */
	return ((word | HMAP_WORD_MSB) - tag * HMAP_WORD_LSB) & hmap_match_full(word);
}

static __always_inline u64 prefer_without(u64 bits, u64 match)
{
	u64 without = match & ~bits;

	return without ?: match;
}

/* Those of @match that have the least tag: for each of its seven bits those without it, if there
 * are any. Without a branch, as nothing could foretell that.
 */
static __always_inline u64 match_least(u64 word, u64 match)
{
	match = prefer_without(word << 1, match);
	match = prefer_without(word << 2, match);
	match = prefer_without(word << 3, match);
	match = prefer_without(word << 4, match);
	match = prefer_without(word << 5, match);
	match = prefer_without(word << 6, match);
	return prefer_without(word << 7, match);
}

/* Take the entry in the slot of @tag, unless an object with another one has come there since. */
static __always_inline void look_at_slot(struct search *s, const void *slot, u8 tag)
{
	struct candidate c = candidate_in(s->type, slot, s->seed);

	if (tag_of(c.hash) == tag)
		take(s, c, tag);
}

/* Look at the slots of @match in the word @nr by their tags, until one is taken and no other has
 * its tag. @passed: the overflow bits which entries of the stretch have set if they are here.
 */
static __always_inline void look_at_word(struct search *s, const struct hmap_table *table, u32 nr,
					 u64 word, u64 match, u64 passed)
{
	while (match) {
		u64 least = match_least(word, match);
		u8 tag = tag_of(word >> hmap_match_shift(least));

		match ^= least & -least;
		if (!hmap_overflowed(passed, tag))
			continue;
		look_at_slot(s, hmap_slot(s->type, table, hmap_index(nr, least)), tag);
		if (s->tag == tag && !(least & (least - 1)))
			break;
	}
}

/*
 * Look at the words of @table that stand for the stretch: one, unless words were others when
 * the cursor came to it. Then at those behind, as long as entries of the stretch may have
 * overflowed into them, which at the end of the table go on at its beginning.
 */
static noinline void look_at_table(struct search *s, const struct hmap_table *table)
{
	const u32 nr_words = table->nr_words, first = hmap_home(s->at->from, nr_words);
	const u32 last = hmap_home(stretch_end(s->at) - 1, nr_words);
	u64 passed = ~0ULL;
	u32 nr = first, n;

	for (n = 0; n < nr_words && passed >> HMAP_WORD_OVERFLOW; n++) {
		/* Pairs with the release in hmap_set_word(). */
		u64 word = smp_load_acquire(hmap_word(table, nr));
		u64 match = match_from(word, s->at->tag);

		if (s->best.slot)
			match &= ~match_from(word, s->tag + 1);
		look_at_word(s, table, nr, word, match, passed);
		if (n >= last - first)
			passed &= word;
		if (++nr == nr_words)
			nr = 0;
	}
}

/*
 * What a step nearly always does, if the range is one table with the words that it had when
 * the cursor came there: pass stretches of which nothing is left, and find in the next one's
 * word one entry with the least tag. If none has overflowed from the word, and none into it
 * that might be this, nothing needs to be hashed. Gives none, and leaves the cursor where it
 * is, if anything is otherwise.
 */
static __always_inline struct candidate
next_in_word(const struct hmap *map, struct hmap_cursor *at, void *root,
	     const struct hmap_type *type)
{
	const struct candidate none = { };
	const struct hmap_table *table;
	u64 word, match, before;
	struct candidate c;
	u8 tag = at->tag, depth;
	u32 nr_words, nr;

	if (hmap_root_is_object(root) || !(at->range & WHOLE_WORD) || at->tie)
		return none;
	table = hmap_deref_table(root, at->hash);
	nr_words = table->nr_words;
	if (nr_words != at->words)
		return none;
	for (nr = at->from;; nr++) {
		/* Pairs with the release in hmap_set_word(). */
		word = smp_load_acquire(hmap_word(table, nr));
		match = match_from(word, tag);
		if (word >> HMAP_WORD_OVERFLOW)
			return none;
		if (match)
			break;
		if (nr + 1 == nr_words)
			return none;
		tag = 0;
	}
	match = match_least(word, match);
	if (match & (match - 1))
		return none;
	/* Later than the word: it has no entry of a range that the table took over before. */
	depth = hmap_table_depth(table);
	if (((depth + 1) | WHOLE_WORD) != at->range)
		return none;
	tag = tag_of(word >> hmap_match_shift(match));
	c.slot = hmap_slot_of_match(type, table, nr_words, nr, match);
	c.object = hmap_is_object(type) ? hmap_pointer_at(c.slot) : NULL;
	/* The bits of what is here from another word have been there before it. */
	before = READ_ONCE(*hmap_word(table, (nr ?: nr_words) - 1));
	if (hmap_overflowed(before, tag))
		return none;
	if (hmap_is_object(type) && hmap_is_rcu(type)) {
		/* Another one may have come there since. */
		c.hash = hmap_object_hash(type, c.object, hmap_seed(map));
		if (tag_of(c.hash) != tag || hmap_home(c.hash, nr_words) != nr ||
		    (c.hash ^ at->hash) & ~hmap_range_mask(depth))
			return none;
	}
	at->from = nr;
	at->tag = tag + 1;
	return c;
}

/* The object in the header has no control byte: its hash tells the tag. */
static noinline void look_at_root(struct search *s, void *root)
{
	struct candidate c = { .slot = root, .object = hmap_root_object(root) };

	c.hash = hmap_object_hash(s->type, c.object, s->seed);
	if (tag_of(c.hash) >= s->at->tag)
		take(s, c, tag_of(c.hash));
}

/* All tables of a range that has been split since the cursor came to it. */
static noinline void look_at_tables(struct search *s, void *root)
{
	const u8 depth = s->at->range - 1;
	u64 hash = s->at->hash & ~hmap_range_mask(depth);

	do {
		const struct hmap_table *table = hmap_deref_table(root, hash);

		look_at_table(s, table);
		hash = hmap_range_next(hash, max(hmap_table_depth(table), depth));
	} while (hash && is_in_range(s->at, hash));
}

/* Nearly always a range is one table, as it was when the cursor came to it. */
static __always_inline void look_at_range(struct search *s, void *root)
{
	const struct hmap_table *table;

	if (hmap_root_is_object(root)) {
		look_at_root(s, root);
		return;
	}
	table = hmap_deref_table(root, s->at->hash);
	if (unlikely(hmap_table_depth(table) >= s->at->range))
		look_at_tables(s, root);
	else
		look_at_table(s, table);
}

/* If the cursor is before a range, it comes into that of the table there, or what is left of
 * it if the table's begins before the cursor; and likewise into a stretch.
 */
static noinline void enter(struct hmap_cursor *at, void *root)
{
	u8 depth = at->hash ? 64 - __ffs64(at->hash) : 0;
	const struct hmap_table *table;

	at->words = 1;
	if (!hmap_root_is_object(root)) {
		table = hmap_deref_table(root, at->hash);
		depth = max(depth, hmap_table_depth(table));
		at->words = table->nr_words;
	}
	if (!at->range)
		at->range = depth + 1;
}

/* Go on behind the stretch, or if that is the last one, behind the range; false if that is
 * the last one.
 */
static noinline bool leave(struct hmap_cursor *at)
{
	u64 end = stretch_end(at), hash = at->hash;

	if (end <= U32_MAX) {
		*at = (struct hmap_cursor){ .hash = hash, .from = end, .range = at->range };
		return true;
	}
	hash = hmap_range_next(hash, at->range - 1);
	if (hash)
		*at = (struct hmap_cursor){ .hash = hash };
	return hash;
}

/* Put the cursor behind the best: behind its tag, too, if nothing else has that. */
static __always_inline void pass_best(const struct search *s)
{
	struct hmap_cursor *at = s->at;

	at->tag = s->tag + s->alone;
	at->tie = 0;
	if (!s->alone) {
		at->hash = s->best.hash;
		at->tie = tie_of(s->type, s->best);
	}
}

/* For any step but the quick one, a stretch begins with a hash's lower half. */
static void leave_words(struct hmap_cursor *at)
{
	if (!(at->range & WHOLE_WORD))
		return;
	at->range &= ~WHOLE_WORD;
	at->from = first_in_word(at->from, at->words);
}

static void enter_words(struct hmap_cursor *at)
{
	u64 home = (u64)at->from * at->words;

	/* The lower half is 0, or nearly so, where a word begins. */
	if ((u32)home >= at->words)
		return;
	at->range |= WHOLE_WORD;
	at->from = home >> 32;
}

/* The next entry, wherever it is. */
static noinline struct candidate search(const struct hmap *map, struct hmap_cursor *cursor,
					void *root, const struct hmap_type *type)
{
	struct search s = {
		.type = type, .seed = hmap_seed(map), .at = cursor, .tag = NO_TAG
	};

	leave_words(cursor);
	do {
		if (!cursor->words)
			enter(cursor, root);
		look_at_range(&s, root);
	} while (!s.best.slot && leave(cursor));
	if (s.best.slot) {
		pass_best(&s);
		enter_words(cursor);
	}
	return s.best;
}

void *hmap_next(const struct hmap *map, struct hmap_cursor *cursor, const void **key,
		const struct hmap_type *type)
{
	void *root = hmap_deref(map, type);
	struct candidate c;

	if (!root)
		return NULL;
	c = next_in_word(map, cursor, root, type);
	if (unlikely(!c.slot))
		c = search(map, cursor, root, type);
	if (!c.slot)
		return NULL;
	if (hmap_is_object(type)) {
		if (key)
			*key = hmap_key_in(type, c.object);
		return c.object;
	}
	if (key)
		*key = hmap_slot_key(type, c.slot);
	return hmap_slot_entry(type, (void *)c.slot);
}
EXPORT_SYMBOL_HMAP(hmap_next);

void hmap_cursor_after(const struct hmap *map, struct hmap_cursor *cursor,
		       const void *key, const struct hmap_type *type)
{
	const u64 hash = hmap_hash_key(type, key, hmap_seed(map));
	void *root = hmap_deref(map, type), *object;
	struct candidate c = { };

	*cursor = (struct hmap_cursor){
		.hash = hash, .words = 1, .range = 1, .tag = tag_of(hash)
	};
	if (root && hmap_root_is_object(root)) {
		object = hmap_root_object(root);
		if (hmap_object_is(type, object, key))
			c = (struct candidate){ .slot = root, .object = object };
	} else if (root) {
		const struct hmap_table *table = hmap_deref_table(root, hash);
		const u32 nr_words = table->nr_words;
		long index = hmap_probe(type, table, nr_words, key, hash, &object);

		cursor->range = hmap_table_depth(table) + 1;
		cursor->words = nr_words;
		cursor->from = first_in_word(hmap_home(hash, nr_words), nr_words);
		if (index >= 0)
			c = candidate_in(type, hmap_slot(type, table, index), hmap_seed(map));
	}
	if (c.slot)
		cursor->tie = tie_of(type, c);
	else
		cursor->tie = hmap_is_object(type) ? 1 : tie_of_key(type, key);
}
EXPORT_SYMBOL_HMAP(hmap_cursor_after);
