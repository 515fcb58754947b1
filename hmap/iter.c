// SPDX-License-Identifier: GPL-2.0
/*
 * Walks: the writer's, and that of readers under RCU. The rules behind the promise
 * in hmap.h:
 *
 *  1. Tables stand for ranges of hashes, so a walk goes range by range, in
 *     ascending order, and remembers where the next range begins.
 *  2. It finishes the table it has begun, word by word. The full slots of a word
 *     are noted when the walk enters it: what is filled there later is new, or
 *     an overwritten entry that has been noted in its old slot.
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

/* The root, if the map is still the one that the walk began in, or else NULL. */
static void *root_of(const struct hmap_iter *iter)
{
	void *root = hmap_deref(iter->map);

	if (hmap_root_vacant(root) || hmap_root_seed(root) != iter->seed)
		return NULL;
	return root;
}

static void *slot_at(const struct hmap_iter *iter, u64 match)
{
	return iter->word_slots +
	       (size_t)hmap_match_first(match) * iter->type->slot_size;
}

/* Those of a word's full slots whose entries are not behind the walk. */
static u64 not_behind(const struct hmap_iter *iter, u64 full)
{
	const struct hmap_type *type = iter->type;
	u64 left = full;

	for (; full; full &= full - 1) {
		const void *slot = slot_at(iter, full);

		if (hmap_slot_hash(type, slot, iter->seed) < iter->from)
			left &= ~(full & -full);
	}
	return left;
}

static void enter_word(struct hmap_iter *iter, u32 nr_word)
{
	iter->nr_word = nr_word;
	iter->word_slots = hmap_slot(iter->type, iter->table,
				     nr_word * 8);
	/* Pairs with the release in hmap_set_word(). */
	iter->word = smp_load_acquire(&iter->table->words[nr_word]);
	iter->left = hmap_match_full(iter->word);
	if (iter->from)
		iter->left = not_behind(iter, iter->left);
}

static void enter_table(struct hmap_iter *iter, struct hmap_table *table,
			u64 hash)
{
	u64 begin = table->depth ? hash & ~(~0ULL >> table->depth) : 0;

	if (!iter->rcu)
		table->pins++;
	iter->table = table;
	iter->last_word = table->nr_words - 1;
	iter->from = begin < hash ? hash : 0;
	iter->next = hmap_range_next(hash, table->depth);
	enter_word(iter, 0);
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

/* The slot in which the entry of a dead table's, or an emptied, slot is now. */
static void *find_again(struct hmap_iter *iter, void *slot)
{
	const struct hmap_type *type = iter->type;
	const void *key = hmap_slot_key(type, slot);
	u64 hash = hmap_slot_hash(type, slot, iter->seed);
	void *root = root_of(iter);
	struct hmap_table *table;
	long index;

	if (!root)
		return NULL;
	table = hmap_deref_table(iter->map, root, hash);
	index = hmap_probe(type, table, table->nr_words, key, hash, type->equal);
	return index < 0 ? NULL : hmap_slot(type, table, index);
}

/* Take the next noted slot of the word; NULL if its entry is gone. */
static void *next_noted(struct hmap_iter *iter)
{
	struct hmap_table *table = iter->table;
	u64 bit = iter->left & -iter->left;
	void *slot = slot_at(iter, bit);

	iter->left &= ~bit;
	/* Pairs with the release in hmap_set_word(). */
	if (smp_load_acquire(&table->words[iter->nr_word]) & bit) {
		if (!(READ_ONCE(table->flags) & HMAP_TABLE_DEAD))
			return slot;
	} else if (!hmap_is_rcu(iter->type)) {
		return NULL;
	}
	return find_again(iter, slot);
}

/* Go to the next word, or to the first one of the next range. */
static bool next_word(struct hmap_iter *iter)
{
	u64 hash = iter->next;
	void *root;

	if (iter->nr_word < iter->last_word) {
		enter_word(iter, iter->nr_word + 1);
		return true;
	}
	__hmap_iter_leave(iter);
	root = hash ? root_of(iter) : NULL;
	if (!root)
		return false;
	enter_table(iter, hmap_deref_table(iter->map, root, hash), hash);
	return true;
}

bool __hmap_iter_step(struct hmap_iter *iter)
{
	do {
		while (iter->left) {
			iter->slot = next_noted(iter);
			if (iter->slot)
				return true;
		}
	} while (next_word(iter));
	return false;
}
EXPORT_SYMBOL_HMAP(__hmap_iter_step);

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
	if (!hmap_empty(iter->map))
		enter_table(iter, hmap_deref_table(iter->map, root, 0), 0);
}
EXPORT_SYMBOL_HMAP(__hmap_iter_begin);
