// SPDX-License-Identifier: GPL-2.0
/*
 * The writer's walk. The rules behind the promise in hmap.h:
 *
 *  1. Tables stand for ranges of hashes, so the walk goes range by range, in
 *     ascending order, and remembers where the next range begins.
 *  2. It finishes the table it has begun, word by word. The full slots of a word
 *     are noted when the walk enters it: what is filled there later is new, or
 *     an overwritten entry that has been noted in its old slot.
 *  3. The table is pinned: one that the map drops meanwhile is dead and frozen,
 *     but stays until the walk leaves it. Entries of a dead table are looked up
 *     again: an absent one is skipped, another is produced where it is now.
 *  4. So is a noted slot that is full no more, if the type has RCU: there an
 *     overwrite may have moved the entry. Other types never move entries within
 *     a table: such an entry is gone, and so is its string key, dead table or not.
 *  5. A table that has been merged may begin before the walk's position: entries
 *     with smaller hashes have been visited, and are not noted.
 *  6. hmap_clear() draws a new seed, so a walk that finds another seed, or no
 *     table, ends.
 */
#include "internal.h"

static void *slot_at(const struct hmap_iter *iter, u64 match)
{
	return hmap_slot(iter->type, iter->table,
			 iter->nr_word * HMAP_WORD_SLOTS +
			 hmap_match_first(match));
}

/* Those of a word's full slots whose entries are not behind the walk. */
static u64 not_behind(const struct hmap_iter *iter, u64 full)
{
	const struct hmap_type *type = iter->type;
	u64 left = full;

	for (; full; full &= full - 1) {
		const void *key = hmap_slot_key(type, slot_at(iter, full));

		if (hmap_hash_key(type, key, iter->seed) < iter->from)
			left &= ~(full & -full);
	}
	return left;
}

static void enter_word(struct hmap_iter *iter, u32 nr_word)
{
	iter->nr_word = nr_word;
	iter->word = iter->table->words[nr_word];
	iter->left = hmap_match_full(iter->word);
	if (iter->from)
		iter->left = not_behind(iter, iter->left);
}

static void pin(struct hmap_iter *iter, struct hmap_table *table, u64 hash)
{
	u64 begin = table->depth ? hash & ~(~0ULL >> table->depth) : 0;

	table->pins++;
	iter->table = table;
	iter->from = begin < hash ? hash : 0;
	iter->next = hmap_range_next(hash, table->depth);
	enter_word(iter, 0);
}

void __hmap_iter_unpin(struct hmap_iter *iter)
{
	struct hmap_table *table = iter->table;

	iter->table = NULL;
	if (!--table->pins && table->flags & HMAP_TABLE_DEAD)
		hmap_table_release(iter->type, table, true);
}
EXPORT_SYMBOL_HMAP(__hmap_iter_unpin);

/* Whether the map is still the one that the walk began in. */
static bool map_is_same(const struct hmap_iter *iter)
{
	void *root = hmap_root(iter->map);

	return !hmap_root_vacant(root) && hmap_root_seed(root) == iter->seed;
}

/* The slot in which the entry of a dead table's, or an emptied, slot is now. */
static void *find_again(struct hmap_iter *iter, void *slot)
{
	const struct hmap_type *type = iter->type;
	const void *key = hmap_slot_key(type, slot);
	u64 hash = hmap_hash_key(type, key, iter->seed);
	struct hmap_table *table = hmap_table_of(iter->map, hash);
	long index = hmap_probe(type, table, key, hash, type->equal);

	return index < 0 ? NULL : hmap_slot(type, table, index);
}

/* Take the next noted slot of the word; NULL if its entry is gone. */
static void *next_noted(struct hmap_iter *iter)
{
	struct hmap_table *table = iter->table;
	u64 bit = iter->left & -iter->left;
	void *slot = slot_at(iter, bit);

	iter->left &= ~bit;
	if (table->words[iter->nr_word] & bit) {
		if (!(table->flags & HMAP_TABLE_DEAD))
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

	if (iter->nr_word + 1 < iter->table->nr_words) {
		enter_word(iter, iter->nr_word + 1);
		return true;
	}
	__hmap_iter_unpin(iter);
	if (!hash)
		return false;
	pin(iter, hmap_table_of(iter->map, hash), hash);
	return true;
}

bool __hmap_iter_step(struct hmap_iter *iter)
{
	if (iter->table->flags & HMAP_TABLE_DEAD && !map_is_same(iter)) {
		__hmap_iter_unpin(iter);
		return false;
	}
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

void __hmap_iter_begin(struct hmap_iter *iter, struct hmap *map)
{
	struct hmap_table *table = hmap_table_of(map, 0);

	iter->type = map->type;
	iter->seed = table->seed;
	if (hmap_live(map))
		pin(iter, table, 0);
}
EXPORT_SYMBOL_HMAP(__hmap_iter_begin);
