// SPDX-License-Identifier: GPL-2.0
/*
 * A walk that is dropped between its steps and holds nothing: the cursor is a
 * position in an order of all possible entries, and a step finds the next one that
 * is there.
 *
 * The order goes by ranges of hashes, as tables stand for them, and within a range by the
 * lower half of the hash, then by the upper, then by a tie-break. The first word of an
 * entry grows with the lower half of its hash, whatever the number of words, so the next
 * entry is in the word where the last one was, or in the next that is not empty. The
 * range is that of the table which the cursor came to first, and it stays in it until
 * there is nothing left: if the table has been split since, the next entry is the first
 * of those in all the tables in the range; if it has been merged, others are passed over.
 *
 * Entries with equal hashes, of which a 32-bit hash makes some in a large map, and a poor
 * one many, follow each other by the siphash of the stored key, or by the addresses of
 * objects. All of this belongs to the entry and not to its place, so whatever happens to
 * the tables between two steps, an entry that stays is produced once.
 */
#include <linux/string.h>

#include "internal.h"

/* An entry, and its place in the order of a range. The slot of an object may get another
 * one meanwhile, so the object is loaded once.
 */
struct candidate {
	const void	*slot;	/* NULL: none */
	void		*object;
	u64		hash;
	u64		tie;	/* 0: not needed yet */
};

/* What a step looks for: the first entry of a range of hashes behind the cursor. */
struct search {
	const struct hmap_type	*type;
	u64			seed;
	u64			begin;	/* of the range */
	u8			depth;	/* bits that all its hashes share */
	bool			is_inside; /* the cursor, so entries may be before it */
	struct candidate	last;	/* the entry before the cursor, without a slot */
	struct candidate	best;	/* found so far */
};

static struct candidate candidate_in(const struct hmap_type *type, const void *slot, u64 seed)
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

static const void *key_of(const struct hmap_type *type, const struct candidate *c)
{
	return c->object ? hmap_key_in(type, c->object) : hmap_slot_key(type, c->slot);
}

/* What tells entries of equal hashes apart; bytes are stored as they came. */
static u64 tie_of_key(const struct hmap_type *type, const void *key)
{
	struct hmap_str *str = (void *)key;

	if (type->flags & HMAP_STRING)
		return hmap_siphash_bytes(str->name, hmap_str_len(str), 0);
	return hmap_siphash_bytes(key, type->key_size, 0);
}

static u64 tie_of(const struct hmap_type *type, struct candidate *c)
{
	if (c->tie || !c->slot)
		return c->tie;
	if (c->object)
		c->tie = (unsigned long)c->object;
	else if (type->flags & HMAP_STRING)
		c->tie = tie_of_key(type, HMAP_STR(key_of(type, c)));
	else
		c->tie = tie_of_key(type, key_of(type, c));
	return c->tie;
}

static bool precedes(const struct hmap_type *type, struct candidate *a, struct candidate *b)
{
	if (a->hash != b->hash)
		return ror64(a->hash, 32) < ror64(b->hash, 32);
	return tie_of(type, a) < tie_of(type, b);
}

static bool is_in_range(const struct search *s, u64 hash)
{
	return !((hash ^ s->begin) & ~hmap_range_mask(s->depth));
}

static void look_at(struct search *s, const void *slot)
{
	struct candidate c = candidate_in(s->type, slot, s->seed);

	if (!is_in_range(s, c.hash) || (s->is_inside && !precedes(s->type, &s->last, &c)))
		return;
	if (!s->best.slot || precedes(s->type, &c, &s->best))
		s->best = c;
}

/*
 * Look at the words of @table from that of the cursor on, as long as entries of the words
 * before may have overflowed into the next, or none has been found; those at the end of
 * the table may have overflowed into its beginning.
 */
static void look_at_table(struct search *s, const struct hmap_table *table)
{
	const u32 nr_words = table->nr_words;
	const u32 begin = s->is_inside ? hmap_home(s->last.hash, nr_words) : 0;
	u32 nr = begin, left;

	for (left = nr_words; left; left--) {
		/* Pairs with the release in hmap_set_word(). */
		u64 word = smp_load_acquire(&table->words[nr]), full;
		bool last = nr + 1 == nr_words || nr < begin;

		for (full = hmap_match_full(word); full; full &= full - 1)
			look_at(s, hmap_slot(s->type, table, hmap_index(nr, full)));
		if (s->best.slot)
			last |= hmap_home(s->best.hash, nr_words) <= nr;
		if (last && !(word >> HMAP_WORD_OVERFLOW))
			break;
		if (++nr == nr_words)
			nr = 0;
	}
}

/* All tables of the range: one, unless it has been split since the cursor came to it. */
static void look_at_range(struct search *s, void *root)
{
	u64 hash = s->begin;
	void *object;

	if (hmap_root_is_object(root)) {
		object = hmap_root_object(root);
		look_at(s, &object);
		return;
	}
	do {
		struct hmap_table *table = hmap_deref_table(root, hash);

		look_at_table(s, table);
		hash = hmap_range_next(hash, max(hmap_table_depth(table), s->depth));
	} while (hash && is_in_range(s, hash));
}

static u8 depth_at(void *root, u64 hash)
{
	return hmap_table_depth(hmap_deref_table(root, hash));
}

/* The range that the cursor is in; or, if it is before one, that of the table there, or
 * what is left of that if it begins before the cursor.
 */
static struct search search_from(const struct hmap_cursor *cursor, void *root, u64 seed,
				 const struct hmap_type *type)
{
	struct search s = { .type = type, .seed = seed, .is_inside = cursor->range };

	if (s.is_inside) {
		s.depth = cursor->range - 1;
		s.last.hash = cursor->hash;
		s.last.tie = cursor->tie;
	} else {
		s.depth = cursor->hash ? 64 - __ffs64(cursor->hash) : 0;
		if (!hmap_root_is_object(root))
			s.depth = max(s.depth, depth_at(root, cursor->hash));
	}
	s.begin = cursor->hash & ~hmap_range_mask(s.depth);
	return s;
}

void *hmap_next(const struct hmap *map, struct hmap_cursor *cursor, const void **key,
		const struct hmap_type *type)
{
	void *root = hmap_deref(map, type);
	struct search s;

	if (!root)
		return NULL;
	for (;;) {
		s = search_from(cursor, root, hmap_seed(map), type);
		look_at_range(&s, root);
		if (s.best.slot)
			break;
		s.begin = hmap_range_next(s.begin, s.depth);
		if (!s.begin)
			return NULL;
		*cursor = (struct hmap_cursor){ .hash = s.begin };
	}
	cursor->hash = s.best.hash;
	cursor->tie = tie_of(type, &s.best);
	cursor->range = s.depth + 1;
	if (key)
		*key = key_of(type, &s.best);
	return s.best.object ?: hmap_slot_entry(type, (void *)s.best.slot);
}
EXPORT_SYMBOL_HMAP(hmap_next);

void hmap_cursor_after(const struct hmap *map, struct hmap_cursor *cursor,
		       const void *key, const struct hmap_type *type)
{
	const u64 seed = hmap_seed(map);
	struct candidate c = { };
	void *root, *object;

	*cursor = (struct hmap_cursor){ .hash = hmap_hash_key(type, key, seed), .range = 1 };
	root = hmap_deref(map, type);
	if (root && hmap_root_is_object(root)) {
		object = hmap_root_object(root);
		if (hmap_object_is(type, object, key))
			c = candidate_in(type, &object, seed);
	} else if (root) {
		struct hmap_table *table = hmap_deref_table(root, cursor->hash);
		long index = hmap_probe(type, table, table->nr_words, key, cursor->hash,
					&object);

		cursor->range = hmap_table_depth(table) + 1;
		if (index >= 0)
			c = candidate_in(type, hmap_slot(type, table, index), seed);
	}
	if (c.slot || hmap_is_object(type))
		cursor->tie = tie_of(type, &c);
	else
		cursor->tie = tie_of_key(type, key);
}
EXPORT_SYMBOL_HMAP(hmap_cursor_after);
