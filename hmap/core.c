// SPDX-License-Identifier: GPL-2.0
/*
 * hmap: the theory, and changing entries.
 *
 * Words
 *
 * A *map* is a header, struct hmap: its type and a tagged root pointer. A *slot*
 * is one key and its value, side by side, stored by copy; strings, and what is too
 * large, are *indirect*: in a *block* that the slot points to. A *control word* is
 * seven control bytes for seven slots, and eight *overflow bits*. A control byte says
 * empty, deleted, absent (there is no such slot) or full, and if full, holds the *tag*:
 * seven bits of the key's hash. All tags of a word are compared at once in an ordinary
 * register. A *table* is one kmalloc'ed block: a head, control words, slots. A
 * *directory* is what a map has once it has outgrown one table: 2^depth table
 * pointers, indexed by the top bits of the hash.
 *
 * States
 *
 * Header only -> one small table -> by rebuilds, one table of the largest class
 * -> by a split, a directory of tables. Removals lead back, to one small table or to
 * the header; hmap_trim(), hmap_clear() and hmap_destroy() to the header.
 *
 * Invariants (hmap_validate() checks them)
 *
 *  1. No table: no entry. Such a map is answered from its header alone, before
 *     anything is hashed.
 *  2. A key's hash has three uses: its top bits choose the directory's entry,
 *     middle bits the first word, the low seven the tag.
 *  3. A table of depth d is in all 2^(D - d) neighbouring directory entries of
 *     its range, and only there. All its keys' hashes share the top d bits.
 *  4. Every word between the first one of a full slot's hash, included, and the slot's,
 *     excluded, has the overflow bit of that hash. So a probe ends at a word without
 *     it; after all words at the latest.
 *  5. A tail of the last word, and nothing else, is absent.
 *
 * Growth
 *
 * An insert that finds no room rebuilds its table: the live slots are copied
 * into a fresh table, of the same slab class if they take less than half of it,
 * else of a larger one. A table of the largest class is cleaned as long as that leaves
 * a quarter of it free, and split otherwise, by the
 * next bit of its hashes, and when it is as deep as the directory, the
 * directory doubles. So no insert moves more than one table's entries, and no
 * allocation grows with the map but the directory. See grow.c, and shrink.c for
 * the way back.
 *
 * What the writer stores, and what a reader may see after it
 *
 * One writer at a time, by the caller's lock; readers of types with HMAP_RCU hold
 * rcu_read_lock() only. Every store that such a reader may depend on is a
 * release of one word, paired with an acquire or an address dependency:
 *
 *  a. hmap_table_fill(): the slot's bytes, then the word that makes it full. A
 *     reader that sees the slot full sees its bytes.
 *  b. hmap_table_empty(): the byte becomes deleted. The slot's bytes stay, and
 *     under RCU the slot is never used again in this table: a reader that saw
 *     it full goes on to read the same key and value.
 *  c. Overwriting one word of 1, 2, 4 or 8 bytes: WRITE_ONCE() in the slot. Any
 *     larger value: hmap_table_move(), where one store makes the new slot full
 *     and the old one deleted, both in one word; or, with no empty slot in that
 *     word, a clone of the table with the new value in it. A reader sees the old
 *     value or the new one. A new value never goes into an old block: the slot
 *     that holds it has a block of its own.
 *  d. hmap_publish(): a table is complete before a pointer to it is stored. Its
 *     predecessor is frozen before that, and freed after a grace period. While a
 *     split stores its halves in entry after entry, or a merge the merged table, a
 *     reader finds the old table or the new one of its hash, and both give the
 *     same answer. A directory that doubles or halves leads to the same tables as
 *     the one before.
 *  e. Invariant 4 holds for readers since an entry's overflow bits are stored before
 *     its word, and are not taken back in a live table: only a rebuild drops them.
 *
 * No reader loops beyond one table, retries or waits. Documentation/litmus/ has a, b,
 * c and d as tests for the kernel's memory model.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "internal.h"

/* Where a key stands, or would stand. */
struct place {
	struct hmap_table	*table;	/* NULL: header-only */
	u64			hash;
	long			index;	/* -1: not there */
};

/* The table that @key's hash leads to, if there is one. */
static __always_inline struct place locate_table(const struct hmap *map,
						 const void *key)
{
	void *root = hmap_root(map);
	struct place place = { .index = -1 };

	if (hmap_root_vacant(root))
		return place;
	place.hash = hmap_hash_key(map->type, key, hmap_root_seed(root));
	place.table = hmap_table_of(map, place.hash);
	return place;
}

static noinline long probe(const struct hmap_type *type, const struct place *place,
			   const void *key)
{
	return hmap_probe(type, place->table, place->table->nr_words, key, place->hash,
			  type->equal);
}

/* Where in its table @key is. As in a lookup, the first word nearly always tells. */
static __always_inline long locate_slot(const struct hmap_type *type,
					const struct place *place, const void *key)
{
	struct hmap_table *table = place->table;
	u32 nr = hmap_home(place->hash, table->nr_words);
	u64 word = *hmap_word(table, nr);
	u64 match = hmap_match_tag(word, place->hash);

	if (match) {
		void *slot = hmap_slot_of_match(type, table, table->nr_words, nr,
						match);

		if (likely(hmap_same_key(type, key, slot, type->equal)))
			return hmap_index(nr, match);
	} else if (likely(!(word & hmap_overflow_bit(place->hash)))) {
		return -1;
	}
	return probe(type, place, key);
}

static __always_inline struct place locate(const struct hmap *map, const void *key)
{
	struct place place = locate_table(map, key);

	if (!place.table)
		return place;
	if (hmap_is_u64_pair(map->type))
		place.index = locate_slot(&hmap_u64_pair, &place, key);
	else
		place.index = locate_slot(map->type, &place, key);
	return place;
}

static void *place_value(const struct hmap *map, const struct place *place)
{
	return hmap_slot_value(map->type, hmap_slot(map->type, place->table,
						    place->index));
}

static void add_count(struct hmap *map, long n)
{
	struct hmap_dir *dir = hmap_root_dir(hmap_root(map));

	if (dir)
		WRITE_ONCE(dir->count, dir->count + n);
}

void hmap_init(struct hmap *map, const struct hmap_type *type)
{
	WARN_ONCE(!type, "hmap: %s() without a type\n", __func__);
	*map = (struct hmap)HMAP_INIT(type);
}
EXPORT_SYMBOL_HMAP(hmap_init);

struct hmap *hmap_alloc(const struct hmap_type *type, gfp_t gfp)
{
	struct hmap *map;

	if (WARN_ONCE(!type, "hmap: %s() without a type\n", __func__))
		return NULL;
	map = kmalloc(sizeof(*map), gfp);
	if (!map) {
		hmap_counter_inc(HMAP_ALLOC_FAILURES);
		return NULL;
	}
	hmap_init(map, type);
	hmap_counter_inc(HMAP_MAPS_ALLOCATED);
	return map;
}
EXPORT_SYMBOL_HMAP(hmap_alloc);

void hmap_free(struct hmap *map)
{
	if (!map)
		return;
	if (!rcu_access_pointer(map->root)) {
		hmap_counter_inc(HMAP_MAPS_NEVER_FILLED);
	} else {
		hmap_counter_inc(HMAP_MAPS_FREED_FILLED);
		hmap_destroy(map);
	}
	kfree(map);
}
EXPORT_SYMBOL_HMAP(hmap_free);

void hmap_destroy(struct hmap *map)
{
	hmap_drop_all(map, false);
}
EXPORT_SYMBOL_HMAP(hmap_destroy);

void hmap_clear(struct hmap *map)
{
	hmap_drop_all(map, true);
}
EXPORT_SYMBOL_HMAP(hmap_clear);

static bool is_word(size_t size)
{
	return size <= sizeof(u64) && is_power_of_2(size);
}

/* A word of a naturally aligned size is stored in one piece. */
static void write_value(const struct hmap_type *type, void *slot,
			const void *value)
{
	void *to = hmap_slot_value(type, slot);

	switch (type->value_size) {
	case 0:
		break;
	case 1:
		WRITE_ONCE(*(u8 *)to, *(const u8 *)value);
		break;
	case 2:
		WRITE_ONCE(*(u16 *)to, get_unaligned((const u16 *)value));
		break;
	case 4:
		WRITE_ONCE(*(u32 *)to, get_unaligned((const u32 *)value));
		break;
	case 8:
		WRITE_ONCE(*(u64 *)to, get_unaligned((const u64 *)value));
		break;
	default:
		memcpy(to, value, type->value_size);
	}
}

/* An indirect key is in @block already. */
static void write_key(const struct hmap_type *type, void *slot, void *block,
		      const void *key, u64 hash)
{
	if (block)
		*(void **)slot = block;
	if (type->flags & HMAP_KEY_INDIRECT) {
		*hmap_stored_hash(slot) = hash;
		return;
	}
	slot += type->key_offset;
	if (type->key_size == sizeof(u64))
		*(u64 *)slot = get_unaligned((const u64 *)key);
	else if (type->key_size)
		memcpy(slot, key, type->key_size);
}

/* The first insert: a table, and with it a seed for the hash of @key. */
static int start(struct hmap *map, const void *key, struct place *place,
		 gfp_t gfp)
{
	struct hmap_table *table = hmap_start(map, 1, gfp);

	if (!table)
		return -ENOMEM;
	place->table = table;
	place->hash = hmap_hash_key(map->type, key, table->seed);
	hmap_counter_inc(HMAP_FIRST_INSERTS);
	return 0;
}

/* Find or make a free slot for @place's hash. Growth that fails does no harm as
 * long as a slot is free.
 */
static __always_inline int make_room(struct hmap *map, struct place *place,
				     gfp_t gfp)
{
	int err = 0;

	while (unlikely(place->table->room <= 0) && !err) {
		err = hmap_grow(map, place->table, place->hash, gfp);
		place->table = hmap_table_of(map, place->hash);
	}
	place->index = hmap_table_find_free(map->type, place->table, place->hash);
	return place->index < 0 ? err : 0;
}

static __always_inline int insert_new(struct hmap *map, const void *key,
				      const void *value, struct place *place,
				      gfp_t gfp)
{
	const struct hmap_type *type = map->type;
	void *slot, *block = NULL;
	int err = 0;

	if (!place->table && !hmap_check_type(type))
		return -EINVAL;
	if (hmap_is_indirect(type)) {
		block = hmap_indirect_alloc(type, key, gfp);
		if (!block)
			return -ENOMEM;
	}
	if (!place->table)
		err = start(map, key, place, gfp);
	if (!err)
		err = make_room(map, place, gfp);
	if (err) {
		if (block)
			hmap_indirect_free(type, &block);
		return err;
	}
	slot = hmap_slot(type, place->table, place->index);
	write_key(type, slot, block, key, place->hash);
	write_value(type, slot, value);
	/* Before the entry: to a reader that has found it the map is not empty. */
	add_count(map, 1);
	hmap_table_fill(place->table, place->index, place->hash);
	return 0;
}

/* Fill the slot at @index, which is empty, with the entry of slot @old and another
 * value. The old block, if any, goes with the slot that will be deleted.
 */
static int write_again(const struct hmap_type *type, struct hmap_table *table,
		       u32 index, const void *old, const void *value, gfp_t gfp)
{
	void *slot = hmap_slot(type, table, index);

	memcpy(slot, old, type->slot_size);
	if (hmap_is_indirect(type)) {
		void *block = hmap_indirect_alloc(type, hmap_slot_key(type, old),
						  gfp);

		if (!block)
			return -ENOMEM;
		*(void **)slot = block;
	}
	write_value(type, slot, value);
	return 0;
}

/* Overwrite by a second slot in the same control word, if one is empty. */
static int overwrite_beside(struct hmap *map, const struct place *place,
			    const void *value, gfp_t gfp)
{
	const struct hmap_type *type = map->type;
	u32 nr = place->index / 8;
	u64 empty = hmap_match_empty(place->table->words[nr]);
	u32 index;
	int err;

	if (!empty)
		return -ENOSPC;
	index = hmap_index(nr, empty);
	err = write_again(type, place->table, index,
			  hmap_slot(type, place->table, place->index), value,
			  gfp);
	if (err)
		return err;
	hmap_table_move(place->table, place->index, index, place->hash);
	return 0;
}

/* Give the entry of slot @from, in a table that no reader has seen yet, a @block of
 * its own: by another slot, so that the old block goes with a deleted one here, too.
 */
static long change_block(const struct hmap_type *type, struct hmap_table *table,
			 long from, u64 hash, void *block)
{
	long index = hmap_table_find_free(type, table, hash);
	void *slot = hmap_slot(type, table, index);

	memcpy(slot, hmap_slot(type, table, from), type->slot_size);
	*(void **)slot = block;
	hmap_table_fill(table, index, hash);
	hmap_table_empty(type, table, from);
	return index;
}

/* Overwrite in a clone of the table, which then takes the table's place. */
static int overwrite_clone(struct hmap *map, const struct place *place,
			   const void *key, const void *value, gfp_t gfp)
{
	const struct hmap_type *type = map->type;
	struct hmap_table *table = place->table, *clone;
	size_t size = hmap_table_size_within(type, table->live + 1, table->bytes);
	void *block = NULL;
	long index;

	if (type->flags & HMAP_VALUE_INDIRECT) {
		void *slot = hmap_slot(type, table, place->index);

		/* There may be no table that is large enough for a second slot. */
		if (hmap_table_limit(type, size) <= table->live)
			return -ENOMEM;
		/* With the key as it was stored, which the caller's may only equal. */
		block = hmap_indirect_alloc(type, hmap_slot_key(type, slot), gfp);
		if (!block)
			return -ENOMEM;
	}
	clone = hmap_clone(map, table, size, gfp);
	if (!clone) {
		if (block)
			hmap_indirect_free(type, &block);
		return -ENOMEM;
	}
	index = hmap_probe(type, clone, clone->nr_words, key, place->hash,
			   type->equal);
	if (block)
		index = change_block(type, clone, index, place->hash, block);
	write_value(type, hmap_slot(type, clone, index), value);
	hmap_swap(map, place->hash, table, clone);
	return 0;
}

static int overwrite(struct hmap *map, const struct place *place,
		     const void *key, const void *value, gfp_t gfp)
{
	const struct hmap_type *type = map->type;
	int err;

	if (!hmap_is_rcu(type) || !type->value_size ||
	    is_word(type->value_size)) {
		write_value(type, hmap_slot(type, place->table, place->index),
			    value);
		return 0;
	}
	err = overwrite_beside(map, place, value, gfp);
	if (err == -ENOSPC)
		err = overwrite_clone(map, place, key, value, gfp);
	return err;
}

static bool needs_key(const struct hmap_type *type)
{
	return type->key_size || hmap_has_string_keys(type);
}

/* What a caller passes to the calls that write: NULL only where nothing is. */
static bool args_ok(const struct hmap *map, const void *key, const void *value)
{
	const struct hmap_type *type = map->type;

	return !WARN_ONCE(!type, "hmap: a map without a type, was it initialised?\n") &&
	       !WARN_ONCE(!key && needs_key(type),
			  "hmap: type %s: NULL for a key\n", type->name) &&
	       !WARN_ONCE(!value && type->value_size,
			  "hmap: type %s: NULL for a value\n", type->name);
}

/* What put() may do: add an entry that is not there, overwrite one that is. */
#define MAY_ADD		0x1
#define MAY_OVERWRITE	0x2

/*
 * Most inserts end here: a pair's first word has an empty slot and tells that the key is
 * not in the map. Returns the slot's value, or NULL if anything is otherwise.
 */
static __always_inline void *insert_pair(struct hmap *map, const struct place *place,
					 const u64 *key, const u64 *value)
{
	struct hmap_table *table = place->table;
	u32 nr = hmap_home(place->hash, table->nr_words);
	u64 word = *hmap_word(table, nr), empty = hmap_match_empty(word);
	u64 *slot;

	if (!empty || hmap_match_tag(word, place->hash) ||
	    word & hmap_overflow_bit(place->hash) || table->room <= 0)
		return NULL;
	slot = hmap_slot_of_match(&hmap_u64_pair, table, table->nr_words, nr, empty);
	slot[0] = get_unaligned(key);
	WRITE_ONCE(slot[1], get_unaligned(value));
	add_count(map, 1);
	hmap_table_fill(table, hmap_index(nr, empty), place->hash);
	return slot + 1;
}

/* @found, unless NULL: set to the value that is there then. */
static int put(struct hmap *map, const void *key, const void *value, u32 may,
	       gfp_t gfp, void **found)
{
	struct place place;
	void *added;
	int err;

	might_alloc(gfp);
	if (!args_ok(map, key, value))
		return -EINVAL;
	if (!(may & MAY_ADD) && !hmap_live(map))
		return -ENOENT;
	place = locate_table(map, key);
	if (hmap_is_u64_pair(map->type) && place.table && may & MAY_ADD) {
		added = insert_pair(map, &place, key, value);
		if (likely(added)) {
			if (found)
				*found = added;
			return 0;
		}
	}
	if (place.table)
		place.index = probe(map->type, &place, key);
	if (place.index >= 0)
		err = may & MAY_OVERWRITE ?
		      overwrite(map, &place, key, value, gfp) : -EEXIST;
	else
		err = may & MAY_ADD ? insert_new(map, key, value, &place, gfp) :
				      -ENOENT;
	if (found && place.index >= 0)
		*found = place_value(map, &place);
	return err;
}

int hmap_insert(struct hmap *map, const void *key, const void *value, gfp_t gfp)
{
	return put(map, key, value, MAY_ADD, gfp, NULL);
}
EXPORT_SYMBOL_HMAP(hmap_insert);

int hmap_store(struct hmap *map, const void *key, const void *value, gfp_t gfp)
{
	return put(map, key, value, MAY_ADD | MAY_OVERWRITE, gfp, NULL);
}
EXPORT_SYMBOL_HMAP(hmap_store);

int hmap_replace(struct hmap *map, const void *key, const void *value, gfp_t gfp)
{
	return put(map, key, value, MAY_OVERWRITE, gfp, NULL);
}
EXPORT_SYMBOL_HMAP(hmap_replace);

void *hmap_get_or_insert(struct hmap *map, const void *key, const void *value,
			 bool *inserted, gfp_t gfp)
{
	void *found = NULL;
	int err = put(map, key, value, MAY_ADD, gfp, &found);

	if (err && err != -EEXIST)
		return ERR_PTR(err);
	if (inserted)
		*inserted = !err;
	return found;
}
EXPORT_SYMBOL_HMAP(hmap_get_or_insert);

int hmap_take(struct hmap *map, const void *key, void *out)
{
	const struct hmap_type *type = map->type;
	struct place place;
	void *slot;

	if (!hmap_live(map))
		return -ENOENT;
	if (WARN_ONCE(!key && needs_key(type), "hmap: type %s: NULL for a key\n",
		      type->name))
		return -EINVAL;
	place = locate(map, key);
	if (place.index < 0)
		return -ENOENT;
	slot = hmap_slot(type, place.table, place.index);
	if (out)
		memcpy(out, hmap_slot_value(type, slot), type->value_size);
	hmap_table_empty(type, place.table, place.index);
	add_count(map, -1);
	if (hmap_is_indirect(type) && !hmap_is_rcu(type))
		hmap_indirect_free(type, slot);
	if (hmap_wants_shrink(place.table))
		hmap_shrink(map, place.table, place.hash);
	return 0;
}
EXPORT_SYMBOL_HMAP(hmap_take);

int hmap_remove(struct hmap *map, const void *key)
{
	return hmap_take(map, key, NULL);
}
EXPORT_SYMBOL_HMAP(hmap_remove);
