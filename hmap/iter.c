// SPDX-License-Identifier: GPL-2.0
/*
 * Walks: under the lock, the safe one of a writer, and that of readers under RCU. The
 * rules behind the promise in hmap.h:
 *
 *  1. Tables stand for ranges of hashes, so a walk goes range by range, in
 *     ascending order, and remembers where the next range begins. It begins with any of
 *     them, at any slot, and goes round once, so that what is found first is any entry:
 *     whoever removes that is as good as one who chooses at random. The object in the
 *     header is a table of one.
 *  2. It finishes the table it has begun, eight words at a time. Their full slots are
 *     noted together, word by word: what is filled there later is new.
 *  3. A table that the map drops meanwhile is dead and frozen, but stays until the
 *     walk leaves it: the safe walk pins it, readers are in their read-side
 *     section. Entries of a dead table are looked up again: an absent one is
 *     skipped, another is produced where it is now. A noted slot that is full no more
 *     is skipped.
 *  4. To the safe walk a dead table is only bytes. The body may have freed what its
 *     slots point to, blocks and objects, or what a copied key points to. So an entry is
 *     found again by its hash and its bytes, as hmap_same_entry() compares them; and
 *     where the hash cannot be computed from the slot alone, those of all entries are
 *     kept with the dead table. The bytes alone would not do: an object of the same
 *     address may be another one by now, of a range that the walk has yet to come to.
 *  5. A table that has been merged may begin before the walk's position, or end behind
 *     where the walk began: entries with such hashes are passed over.
 *  6. A walk goes on when the map has been cleared: nothing that it has noted is found.
 *
 * Beside a writer, an entry that stays is in the table that a reader gets for its
 * range, frozen or not, and in one slot of it. So it is noted once.
 */
#include "internal.h"

/* As many as a u64 has bits for. */
#define NOTED_WORDS	8U

/* The header, as a table: a walk's own slot holds the object. Nobody writes to it. */
static const struct hmap_table header_table = {
	.nr_words	= 1,
	.words		= { HMAP_FULL },
};

/* Whether the map has been cleared of all that is in a safe walk's table. */
static bool is_cleared(const struct hmap_iter *iter)
{
	return iter->mode == HMAP_WALK_SAFE && iter->table->flags & HMAP_TABLE_DEAD &&
	       iter->table->cleared;
}

static bool is_header(const struct hmap_iter *iter)
{
	return iter->table == &header_table;
}

/* A match, as one bit for each byte. The product's topmost byte gets bit 8 * i of what is
 * multiplied at its bit i; no two bits meet on the way there.
 */
static u64 match_bits(u64 match)
{
	return ((match >> 7) * 0x0102040810204080ULL) >> 56;
}

/* The hash of the slot @index of those noted. */
static u64 noted_hash(const struct hmap_iter *iter, u32 index)
{
	const struct hmap_table *table = iter->table;

	if (iter->mode == HMAP_WALK_SAFE && table->flags & HMAP_TABLE_DEAD && table->hashes)
		return table->hashes[index + (iter->words - table->words) * 8];
	return hmap_slot_hash(iter->type, hmap_slot_from(iter->type, iter->slots, index),
			      hmap_seed(iter->map));
}

/* Whether the walk has been at entries of such a hash, or is to come to them later. */
static bool is_elsewhere(const struct hmap_iter *iter, u64 hash)
{
	return hash < iter->from || (iter->next && hash >= iter->next) ||
	       (iter->is_back && hash >= iter->end);
}

/* Words that are to be noted: that of the first slot twice, if it is not the word's first. */
static u32 nr_to_note(const struct hmap_iter *iter)
{
	return iter->table->nr_words + !!iter->skip;
}

/* Note the full slots of the next words. */
static u64 note_words(struct hmap_iter *iter)
{
	struct hmap_table *table = iter->table;
	const u32 nr_words = table->nr_words, nr_noted = iter->nr_noted;
	u32 nr = iter->first + nr_noted, n, i;
	u64 noted = 0;

	if (nr >= nr_words)
		nr -= nr_words;
	n = min3(NOTED_WORDS, nr_words - nr, nr_to_note(iter) - nr_noted);
	iter->words = &table->words[nr];
	iter->slots = is_header(iter) ? &iter->object :
					hmap_slot(iter->type, table, nr * 8);
	iter->nr_noted += n;
	for (i = 0; i < n; i++) {
		/* Pairs with the release in hmap_set_word(). */
		u64 full = hmap_match_full(smp_load_acquire(&iter->words[i]));

		noted |= match_bits(full) << 8 * i;
	}
	/* It has taken over another range: what is added there is for later, or was before. */
	if (hmap_table_depth(table) != iter->depth)
		iter->in_part = true;
	if (!nr_noted)
		noted &= ~0ULL << iter->skip;
	else if (iter->nr_noted > nr_words)
		noted &= ~(~0ULL << iter->skip << 8 * (n - 1));
	return noted;
}

/* Go to the table of @hash, or to the object in the header. */
static void enter_table(struct hmap_iter *iter, void *root, u64 hash)
{
	struct hmap_table *table = (struct hmap_table *)&header_table;
	u8 depth = 0;

	if (hmap_root_is_object(root)) {
		iter->object = hmap_root_object(root);
	} else {
		table = hmap_deref_table(root, hash);
		depth = hmap_table_depth(table);
		if (iter->mode == HMAP_WALK_SAFE)
			table->pins++;
	}
	iter->table = table;
	iter->first = 0;
	iter->skip = 0;
	iter->nr_noted = 0;
	iter->depth = depth;
	iter->from = hash;
	iter->next = hmap_range_next(hash, depth);
	iter->in_part = hash & hmap_range_mask(depth) ||
			(iter->is_back && iter->next - 1 >= iter->end);
}

void __hmap_iter_leave(struct hmap_iter *iter)
{
	struct hmap_table *table = iter->table;

	iter->table = NULL;
	if (iter->mode != HMAP_WALK_SAFE || table == &header_table || table == HMAP_WALK_BEGIN)
		return;
	if (--table->pins || !(table->flags & HMAP_TABLE_DEAD))
		return;
	kfree(table->hashes);
	hmap_table_release(iter->type, table, true);
}
EXPORT_SYMBOL_HMAP(__hmap_iter_leave);

/* The slot in which the entry of a noted slot is now, of a table that is dead, or has emptied
 * it, or is in part behind the walk; NULL if it is gone, or is for another time. Of an object
 * it is the walk's own: that which it is in may get another one before this is shown.
 */
void *__hmap_iter_find_again(struct hmap_iter *iter, u32 index)
{
	const struct hmap_type *type = iter->type;
	void *slot = hmap_slot_from(type, iter->slots, index), *now = NULL;
	void *root = hmap_deref(iter->map, type);
	struct hmap_table *table;
	long found;
	u64 hash;

	if (!root || !hmap_is_full(iter->words, index) || is_cleared(iter))
		return NULL;
	hash = noted_hash(iter, index);
	if (is_elsewhere(iter, hash))
		return NULL;
	if (hmap_is_object(type)) {
		iter->object = hmap_pointer_at(slot);
		slot = &iter->object;
	}
	if (hmap_root_is_object(root)) {
		now = hmap_root_object(root) == iter->object ? slot : NULL;
	} else {
		table = hmap_deref_table(root, hash);
		found = hmap_find_entry(type, table, hash, slot);
		if (found >= 0)
			now = hmap_is_object(type) ? slot : hmap_slot(type, table, found);
	}
	/* It is in the map, so all of its hash can be told, of which the tag is but a part. */
	return now && hmap_slot_hash(type, now, hmap_seed(iter->map)) == hash ? now : NULL;
}
EXPORT_SYMBOL_HMAP(__hmap_iter_find_again);

/* Go to the first table of the next range. */
static bool next_table(struct hmap_iter *iter)
{
	u64 hash = iter->next;
	void *root;

	__hmap_iter_leave(iter);
	/* All has been visited if this passes where the walk began. */
	if (iter->is_back && hash - 1 >= iter->end - 1)
		return false;
	iter->is_back |= !hash;
	if (iter->is_back && !iter->end)
		return false;
	root = hmap_deref(iter->map, iter->type);
	if (root)
		enter_table(iter, root, hash);
	return iter->table;
}

/* Any slot of the word that @any leads to, by bits that have not chosen it. Where there is but
 * one, as in the smallest tables, it is one that is there.
 */
static __always_inline u32 any_index(const struct hmap_table *table, u64 any)
{
	u64 absent = table->nr_words == 1 ? hmap_match_absent(READ_ONCE(table->words[0])) : 0;
	u32 slots = absent ? hmap_match_first(absent) : HMAP_WORD_SLOTS;

	return hmap_home(any, table->nr_words) * 8 + ((any & 0xffff) * slots >> 16);
}

/* How often any slot is looked for that is full. Where tables are a seventh full, the least
 * that they are without a reserve, one is missed once in 12 times, and once in 10^5 where they
 * are half full: then the walk begins with whatever comes next.
 */
#define TRIES	16

/*
 * A number by which to begin, that leads to any entry: to the table by its upper half, and to
 * the slot by its lower one. If that is empty, to another table as well, so that one with more
 * entries is found more often: else those would stay for longer than others, if what is found
 * first is removed.
 */
static u64 find_any(void *root)
{
	u32 tries = TRIES;
	u64 any;

	do {
		const struct hmap_table *table;

		any = hmap_any_number();
		table = hmap_deref_table(root, any);
		if (hmap_is_full(table->words, any_index(table, any)))
			break;
	} while (--tries);
	return any;
}

/* Begin anywhere. */
static void enter_first(struct hmap_iter *iter, void *root)
{
	u64 any = hmap_root_is_object(root) ? 0 : find_any(root);
	u32 index;

	enter_table(iter, root, any);
	iter->from = any & ~hmap_range_mask(iter->depth);
	iter->end = iter->from;
	iter->in_part = false;
	if (is_header(iter))
		return;
	index = any_index(iter->table, any);
	iter->first = index / 8;
	iter->skip = index % 8;
}

/* @iter: map, type, mode. The map had an entry a moment ago. */
static void begin(struct hmap_iter *iter)
{
	void *root = hmap_deref(iter->map, iter->type);

	iter->table = NULL;
	if (WARN_ONCE(iter->mode == HMAP_WALK_RCU && !hmap_is_rcu(iter->type),
		      "hmap: type %s has not HMAP_RCU: walk it under the lock\n",
		      iter->type->name))
		return;
	/* What a walk pins, or what a reader reads, is not for two writers. */
	WARN_ONCE(iter->mode == HMAP_WALK_SAFE && !hmap_may_write(iter->map),
		  "hmap: type %s: a safe walk without the lock\n", iter->type->name);
	if (root)
		enter_first(iter, root);
}

/* Note the next words that have full slots; 0 at the end of the walk. */
u64 __hmap_iter_note(struct hmap_iter *iter)
{
	u64 noted;

	if (iter->table == HMAP_WALK_BEGIN)
		begin(iter);
	if (!iter->table)
		return 0;
	do {
		while (iter->nr_noted < nr_to_note(iter) && !is_cleared(iter)) {
			noted = note_words(iter);
			if (noted)
				return noted;
		}
	} while (next_table(iter));
	return 0;
}
EXPORT_SYMBOL_HMAP(__hmap_iter_note);

void *hmap_any(const struct hmap *map, const void **key, const struct hmap_type *type)
{
	struct hmap_iter iter = hmap_iter_begin(map, hmap_is_rcu(type) ? HMAP_WALK_RCU :
						     HMAP_WALK_SHARED, type);
	struct hmap_steps steps = { };
	void *entry = NULL;

	if (hmap_iter_step(&iter, &steps, type)) {
		entry = hmap_slot_entry(type, steps.slot);
		if (key)
			*key = hmap_entry_key(type, steps.slot, entry);
	}
	hmap_iter_end(&iter);
	return entry;
}
EXPORT_SYMBOL_HMAP(hmap_any);
