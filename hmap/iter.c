// SPDX-License-Identifier: GPL-2.0
/*
 * Walks: the writer's, and that of readers under RCU. The rules behind the promise
 * in hmap.h:
 *
 *  1. Tables stand for ranges of hashes, so a walk goes range by range, in
 *     ascending order, and remembers where the next range begins.
 *  2. It finishes the table it has begun, eight words at a time. Their full slots are
 *     noted together, word by word: what is filled there later is new, or an
 *     overwritten entry that has been noted in its old slot.
 *  3. A table that the map drops meanwhile is dead and frozen, but stays until the
 *     walk leaves it: the writer's walk pins it, readers are in their read-side
 *     section. Entries of a dead table are looked up again: an absent one is
 *     skipped, another is produced where it is now.
 *  4. So is a noted slot that is full no more, if the type has RCU: there an
 *     overwrite may have moved the entry. Other types never move entries within
 *     a table: such an entry is gone, and so is its string key, dead table or not.
 *  5. A table that has been merged may begin before the walk's position: entries
 *     with smaller hashes have been visited, and are not noted.
 *  6. hmap_clear() draws a new seed, so a walk that finds another seed, or no
 *     table, ends.
 *
 * Beside a writer, an entry that stays is in the table that a reader gets for its
 * range, frozen or not, and in one word of it: overwriting leaves it in that word,
 * by one store. So it is noted once.
 */
#include "internal.h"

/* As many as a u64 has bits for. */
#define NOTED_WORDS	8U

/* The root, if the map is still the one that the walk began in, or else NULL. */
static void *root_of(const struct hmap_iter *iter)
{
	void *root = hmap_deref(iter->map);

	if (hmap_root_vacant(root) || hmap_root_seed(root) != iter->seed)
		return NULL;
	return root;
}

/* A match, as one bit for each byte. The product's topmost byte gets bit 8 * i of what is
 * multiplied at its bit i; no two bits meet on the way there.
 */
static u64 match_bits(u64 match)
{
	return ((match >> 7) * 0x0102040810204080ULL) >> 56;
}

/* Those of the noted slots whose entries are not behind the walk. */
static u64 not_behind(const struct hmap_iter *iter, u64 noted)
{
	const struct hmap_type *type = iter->type;
	u64 left = noted;

	for (; noted; noted &= noted - 1) {
		const void *slot = hmap_slot_from(type, iter->slots, __ffs64(noted));

		if (hmap_slot_hash(type, slot, iter->seed) < iter->from)
			left &= ~(noted & -noted);
	}
	return left;
}

/* Note the full slots of the next words. */
static u64 note_words(struct hmap_iter *iter)
{
	struct hmap_table *table = iter->table;
	const u32 nr = iter->nr_noted, n = min(NOTED_WORDS, table->nr_words - nr);
	const u64 *words = &table->words[nr];
	u64 noted = 0;
	u32 i;

	iter->words = words;
	iter->slots = hmap_slot(iter->type, table, nr * 8);
	iter->nr_noted += n;
	for (i = 0; i < n; i++) {
		/* Pairs with the release in hmap_set_word(). */
		u64 full = hmap_match_full(smp_load_acquire(&words[i]));

		noted |= match_bits(full) << 8 * i;
	}
	return iter->from ? not_behind(iter, noted) : noted;
}

static void enter_table(struct hmap_iter *iter, struct hmap_table *table,
			u64 hash)
{
	u64 begin = table->depth ? hash & ~(~0ULL >> table->depth) : 0;

	if (!iter->rcu)
		table->pins++;
	iter->table = table;
	iter->nr_noted = 0;
	iter->from = begin < hash ? hash : 0;
	iter->next = hmap_range_next(hash, table->depth);
}

void __hmap_iter_leave(struct hmap_iter *iter)
{
	struct hmap_table *table = iter->table;

	iter->table = NULL;
	if (iter->rcu)
		return;
	if (!--table->pins && table->flags & HMAP_TABLE_DEAD)
		hmap_table_release(iter->type, table, true);
}
EXPORT_SYMBOL_HMAP(__hmap_iter_leave);

/* The slot in which the entry of a noted slot is now, of a table that is dead or that
 * has emptied it; NULL if it is gone.
 */
void *__hmap_iter_find_again(struct hmap_iter *iter, u32 index)
{
	const struct hmap_type *type = iter->type;
	const void *key, *slot = hmap_slot_from(type, iter->slots, index);
	struct hmap_table *table;
	void *root;
	long found;
	u64 hash;

	if (!hmap_is_full(iter->words, index) && !hmap_is_rcu(type))
		return NULL;
	root = root_of(iter);
	if (!root)
		return NULL;
	key = hmap_slot_key(type, slot);
	hash = hmap_slot_hash(type, slot, iter->seed);
	table = hmap_deref_table(iter->map, root, hash);
	found = hmap_probe(type, table, table->nr_words, key, hash, type->equal);
	return found < 0 ? NULL : hmap_slot(type, table, found);
}
EXPORT_SYMBOL_HMAP(__hmap_iter_find_again);

/* Go to the first table of the next range. */
static bool next_table(struct hmap_iter *iter)
{
	u64 hash = iter->next;
	void *root;

	__hmap_iter_leave(iter);
	root = hash ? root_of(iter) : NULL;
	if (!root)
		return false;
	enter_table(iter, hmap_deref_table(iter->map, root, hash), hash);
	return true;
}

/* Note the next words that have full slots; 0 at the end of the walk. */
u64 __hmap_iter_note(struct hmap_iter *iter)
{
	u64 noted;

	do {
		while (iter->nr_noted < iter->table->nr_words) {
			noted = note_words(iter);
			if (noted)
				return noted;
		}
	} while (next_table(iter));
	return 0;
}
EXPORT_SYMBOL_HMAP(__hmap_iter_note);

/* @iter: map, rcu. The map had a table a moment ago. */
void __hmap_iter_begin(struct hmap_iter *iter)
{
	/* Only the lock will do for a walk that pins. */
	void *root = iter->rcu ? hmap_deref(iter->map) : hmap_root(iter->map);

	if (hmap_root_vacant(root))
		return;
	iter->type = iter->map->type;
	if (WARN_ONCE(iter->rcu && !hmap_is_rcu(iter->type),
		      "hmap: type %s has not HMAP_RCU: walk it under the lock\n",
		      iter->type->name))
		return;
	iter->seed = hmap_root_seed(root);
	if (!hmap_root_is_empty(root))
		enter_table(iter, hmap_deref_table(iter->map, root, 0), 0);
}
EXPORT_SYMBOL_HMAP(__hmap_iter_begin);
