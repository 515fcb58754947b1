// SPDX-License-Identifier: GPL-2.0
/*
 * hmap: the theory, and changing entries.
 *
 * Words
 *
 * A *map* is a header, struct hmap: its *root*, a tagged pointer. A *slot* is one key and
 * its value, side by side, stored by copy; or a pointer to the caller's *object*, which
 * contains the key. Strings, and what is too large, are *indirect*: in a *block* that the
 * slot points to. A *control word* is seven control bytes for seven slots, and eight
 * *overflow bits*. A control byte says empty, deleted, absent (there is no such slot) or
 * full, and if full, holds the *tag*: seven bits of the key's hash. All tags of a word are
 * compared at once in an ordinary register. A *table* is one kmalloc'ed block: a head,
 * control words, slots. A *directory* is what a map has once it has outgrown one table:
 * references, indexed by the next bits of the hash, to tables and to further directories.
 *
 * States
 *
 * No entry, root NULL -> of a map of objects, one object, the root -> one small table ->
 * by rebuilds, one table of the largest class -> by a split, a directory of tables.
 * Removals lead back; hmap_trim() goes as far as the entries let it, hmap_clear() and
 * hmap_destroy() to NULL.
 *
 * Invariants (hmap_validate() checks them)
 *
 *  1. No table: no entry but one object. Such a map is answered from its header alone,
 *     before anything is hashed.
 *  2. A key's hash has three uses: its top bits choose the directory's entry,
 *     middle bits the first word, the low seven the tag.
 *  3. A table of depth d is in all neighbouring references of one directory that stand for
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
 * a quarter of it free, and split otherwise, by the next bit of its hashes. If its directory
 * has no more bits to tell the halves apart, that doubles, or gets another below it. So no
 * insert moves more than one table's entries, and no allocation grows with the map. See
 * grow.c and dir.c, and shrink.c for the way back.
 *
 * What the writer stores, and what a reader may see after it
 *
 * One writer at a time, by the caller's lock; readers of types with HMAP_RCU hold
 * rcu_read_lock() only. Every store that such a reader may depend on is a
 * release of one word, paired with an acquire or an address dependency:
 *
 *  a. hmap_table_fill(): the slot's bytes, then the word that makes it full. A
 *     reader that sees the slot full sees its bytes.
 *  b. hmap_table_empty(): the byte becomes deleted. The slot's bytes stay, and a slot
 *     with a key in it is never used again in this table: a reader that saw
 *     it full goes on to read the same key and value.
 *  c. The slot of an object is used again. A reader loads its pointer once, after the
 *     word, and compares that object's key: it finds what was there, or what is there
 *     now. So it may find a new object by an old word, just before the insert makes its
 *     word full, and miss it in that moment by looking again; never after the insert.
 *  d. Overwriting: a scalar by WRITE_ONCE(), a pointer or an object, in its slot or in
 *     the root, by a release: a reader sees the old one or the new one, and all that the
 *     caller wrote behind it. Every other value is constant as long as its entry lives.
 *  e. hmap_publish(): a table is complete before a pointer to it is stored. Its
 *     predecessor is frozen before that, and freed after a grace period. While a
 *     split stores its halves in entry after entry, or a merge the merged table, a
 *     reader finds the old table or the new one of its hash, and both give the
 *     same answer. A directory that doubles or halves leads to the same tables as
 *     the one before, and the object of the header is in the table that takes its place.
 *     A table that takes over the range of an empty one, or gives up the empty half of its
 *     own, answers for both until the other half's references are stored.
 *  f. Invariant 4 holds for readers since an entry's overflow bits are stored before
 *     its word, and are not taken back in a live table: only a rebuild drops them.
 *
 * No reader loops beyond one table, retries or waits. Documentation/litmus/ has a to e
 * as tests for the kernel's memory model.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "internal.h"

/* What put() may do, and on what kind of map: add an entry that is not there, overwrite
 * one that is.
 */
#define MAY_ADD		0x1
#define MAY_OVERWRITE	0x2
#define POINTERS	0x4

/* What put() has done. */
#define ADDED		0
#define FOUND		1

struct hmap *hmap_alloc(gfp_t gfp)
{
	struct hmap *map = kzalloc(sizeof(*map), gfp);

	if (map)
		hmap_counter_inc(maps_allocated);
	else
		hmap_counter_inc(alloc_failures);
	return map;
}
EXPORT_SYMBOL_HMAP(hmap_alloc);

void hmap_free(struct hmap *map, const struct hmap_type *type)
{
	void *root;

	if (!map)
		return;
	root = rcu_access_pointer(map->root);
	if (!root || hmap_root_is_object(root))
		hmap_counter_inc(maps_without_table);
	else
		hmap_counter_inc(maps_freed);
	hmap_destroy(map, type);
	kfree(map);
}
EXPORT_SYMBOL_HMAP(hmap_free);

/* Where a key stands, or would stand. */
struct place {
	struct hmap_table	*table;
	u64			hash;
	long			index;	/* -1: not there */
};

/* The table that @key's hash leads to; @map has one. */
static __always_inline struct place place_of(const struct hmap *map, const void *key,
					     const struct hmap_type *type)
{
	struct place place = { .index = -1 };

	place.hash = hmap_hash_key(type, key, hmap_seed(map));
	place.table = hmap_deref_table(hmap_root(map), place.hash);
	return place;
}

/* Where in its table @key is; @entry: what a lookup gives. */
static noinline long probe_all(const struct hmap_type *type, const struct hmap_table *table,
			       const void *key, u64 hash, void **entry)
{
	return hmap_probe(type, table, table->nr_words, key, hash, entry);
}

/* The same. As in a lookup, the first word nearly always tells. */
static __always_inline long find_index(const struct hmap_type *type,
				       const struct hmap_table *table, const void *key, u64 hash)
{
	u32 nr = hmap_home(hash, table->nr_words);
	u64 word = *hmap_word(table, nr);
	u64 match = hmap_match_tag(word, hash);
	void *entry;

	if (match) {
		if (likely(hmap_entry_if(type, hmap_slot_of_match(type, table, table->nr_words,
								  nr, match), key)))
			return hmap_index(nr, match);
	} else if (likely(!(word & hmap_overflow_bit(hash)))) {
		return -1;
	}
	return probe_all(type, table, key, hash, &entry);
}

static __always_inline struct place find_place(const struct hmap *map, const void *key,
					       const struct hmap_type *type)
{
	struct place place = place_of(map, key, type);

	if (hmap_is_u64_pair(type))
		place.index = find_index(&hmap_u64_pair, place.table, key, place.hash);
	else
		place.index = find_index(type, place.table, key, place.hash);
	return place;
}

static void add_count(struct hmap *map, long n)
{
	struct hmap_dir *dir = hmap_root_dir(hmap_root(map));

	if (dir)
		WRITE_ONCE(dir->count, dir->count + n);
}

/* A word of a naturally aligned size is stored in one piece, a pointer with all that the
 * caller wrote behind it.
 */
static void write_value(const struct hmap_type *type, void *slot, const void *value)
{
	void *to = hmap_slot_value(type, slot);

	if (type->flags & HMAP_POINTER) {
		hmap_set_pointer(to, *(void * const *)value);
		return;
	}
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

/* An indirect key is in @block already, and an object has its own. */
static void write_key(const struct hmap_type *type, void *slot, void *block,
		      const void *key, u64 hash)
{
	if (hmap_is_object(type))
		return;
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

/* Find or make a free slot for @place's hash. Growth that fails does no harm as
 * long as a slot is free; then it is tried again once in eight inserts.
 */
static __always_inline int make_room(struct hmap *map, struct place *place,
				     gfp_t gfp, const struct hmap_type *type)
{
	int err = 0;

	for (;;) {
		s32 room = place->table->room;

		place->index = hmap_table_find_free(type, place->table, place->hash);
		if (likely(room > 0) || (place->index >= 0 && (err || room % 8)))
			return 0;
		if (err)
			return err;
		err = hmap_grow(map, place->table, place->hash, gfp, type);
		place->table = hmap_table_of(map, place->hash);
	}
}

/* Fill a free slot. Returns ADDED or -ENOMEM. */
static __always_inline int add_entry(struct hmap *map, const void *key, const void *value,
				     struct place *place, gfp_t gfp,
				     const struct hmap_type *type, void **entry)
{
	void *slot, *block = NULL;
	size_t bytes;
	int err;

	if (hmap_has_blocks(type)) {
		block = hmap_block_alloc(type, key, gfp, &bytes);
		if (!block)
			return -ENOMEM;
	}
	err = make_room(map, place, gfp, type);
	if (err) {
		if (block)
			hmap_block_free(block, bytes);
		return err;
	}
	if (block)
		hmap_block_add(place->table, bytes);
	slot = hmap_slot(type, place->table, place->index);
	write_key(type, slot, block, key, place->hash);
	write_value(type, slot, value);
	/* Before the entry: to a reader that has found it the map is not empty. */
	add_count(map, 1);
	hmap_table_fill(place->table, place->index, place->hash);
	*entry = hmap_slot_entry(type, slot);
	return ADDED;
}

static bool key_ok(const struct hmap_type *type, const void *key)
{
	const struct hmap_str *str = key;

	if (type->flags & HMAP_STRING)
		return !WARN_ONCE(!str || !str->name || strnlen(str->name, str->len) < str->len,
				  "hmap: type %s: NULL for a key, or a NUL byte in it\n",
				  type->name);
	return !WARN_ONCE(!key && type->key_size, "hmap: type %s: NULL for a key\n", type->name);
}

/* NULL and errors are what calls return; the root has tags in an object's address. */
static __always_inline bool is_storable(const struct hmap_type *type, const void *pointer)
{
	const unsigned long tags = hmap_is_object(type) ? HMAP_REF_DIR | HMAP_ROOT_OBJECT : 0;

	return !IS_ERR_OR_NULL(pointer) && !((unsigned long)pointer & tags);
}

static bool value_ok(const struct hmap_type *type, const void *value)
{
	if (WARN_ONCE(!value && type->value_size, "hmap: type %s: NULL for a value\n", type->name))
		return false;
	return !WARN_ONCE(type->flags & HMAP_POINTER &&
			  !is_storable(type, *(const void * const *)value),
			  "hmap: type %s: no pointer that can be stored\n", type->name);
}

/* Readers may be reading what is overwritten by copying. */
static bool kind_ok(const struct hmap_type *type, u32 may)
{
	bool constant;

	if (WARN_ONCE(!type, "hmap: a call without a type\n"))
		return false;
	constant = hmap_is_rcu(type) && type->value_size && !(type->flags & HMAP_SCALAR);
	if (may & POINTERS)
		return !WARN_ONCE(!(type->flags & HMAP_POINTER),
				  "hmap: type %s: no map of pointers or objects\n", type->name);
	return !WARN_ONCE(may & MAY_OVERWRITE && (constant || type->flags & HMAP_POINTER),
			  "hmap: type %s: with HMAP_RCU only HMAP_SCALAR is overwritten in place; pointers by hmap_store_pointer()\n",
			  type->name);
}

/* Whether a glance at the arguments is enough, as mostly. */
static __always_inline bool are_plain(const void *key, const void *value, u32 may,
				      const struct hmap_type *type)
{
	if (unlikely(!type || !key || !value || type->flags & HMAP_STRING || may & ~MAY_ADD))
		return false;
	return !(type->flags & HMAP_POINTER) || is_storable(type, *(const void * const *)value);
}

static __always_inline bool is_plain_key(const void *key, u32 kind,
					 const struct hmap_type *type)
{
	return likely(type && key && !(type->flags & HMAP_STRING) &&
		      (!kind || type->flags & HMAP_POINTER));
}

static noinline bool args_ok(const void *key, const void *value, u32 may,
			     const struct hmap_type *type)
{
	return kind_ok(type, may) && key_ok(type, key) && value_ok(type, value);
}

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

/* put() where the map has a table. */
static __always_inline int put_in_table(struct hmap *map, const void *key, const void *value,
					u32 may, gfp_t gfp, const struct hmap_type *type,
					void **entry)
{
	struct place place = place_of(map, key, type);

	if (may & MAY_ADD && hmap_is_u64_pair(type)) {
		void *added = insert_pair(map, &place, key, value);

		if (likely(added)) {
			*entry = type->flags & HMAP_POINTER ? *(void **)added : added;
			return ADDED;
		}
	}
	place.index = probe_all(type, place.table, key, place.hash, entry);
	if (place.index < 0)
		return may & MAY_ADD ? add_entry(map, key, value, &place, gfp, type, entry) :
				       -ENOENT;
	if (may & MAY_OVERWRITE)
		write_value(type, hmap_slot(type, place.table, place.index), value);
	return FOUND;
}

/* The first entry in a table. Without memory for its block there is none afterwards. */
static noinline int put_first(struct hmap *map, void *root, const void *key, const void *value,
			      gfp_t gfp, const struct hmap_type *type, void **entry)
{
	int err;

	if (!hmap_check_type(type))
		return -EINVAL;
	if (!hmap_start(map, root ? 2 : 1, gfp, type))
		return -ENOMEM;
	err = put_in_table(map, key, value, MAY_ADD, gfp, type, entry);
	if (err)
		hmap_clear(map, type);
	else
		hmap_counter_inc(first_inserts);
	return err;
}

/* put() where the map is its header alone: @root is NULL or the one object. */
static int put_in_header(struct hmap *map, void *root, const void *key, const void *value,
			 u32 may, gfp_t gfp, const struct hmap_type *type, void **entry)
{
	if (root && hmap_object_is(type, hmap_root_object(root), key)) {
		*entry = hmap_root_object(root);
		if (may & MAY_OVERWRITE)
			hmap_publish_object(map, *(void * const *)value);
		return FOUND;
	}
	if (!(may & MAY_ADD))
		return -ENOENT;
	if (!root && hmap_is_object(type)) {
		if (!type->hash && !hmap_check_type(type))
			return -EINVAL;
		*entry = *(void * const *)value;
		hmap_publish_object(map, *entry);
		return ADDED;
	}
	return put_first(map, root, key, value, gfp, type, entry);
}

/*
 * Add an entry, find one, overwrite it. @entry: set to what a lookup gives for the entry
 * that was found or added; of pointers and objects, the one before it was overwritten.
 * Returns ADDED, FOUND, or -EINVAL, -ENOMEM, -ENOENT.
 */
static __always_inline int put_inline(struct hmap *map, const void *key, const void *value,
				      u32 may, gfp_t gfp, const struct hmap_type *type,
				      void **entry)
{
	void *root;

	might_alloc(gfp);
	if (!are_plain(key, value, may, type) && !args_ok(key, value, may, type))
		return -EINVAL;
	hmap_note_type(map, type);
	root = hmap_root(map);
	if (!(may & MAY_ADD) && !hmap_live(map))
		return -ENOENT;
	if (unlikely(!root || hmap_root_is_object(root)))
		return put_in_header(map, root, key, value, may, gfp, type, entry);
	return put_in_table(map, key, value, may, gfp, type, entry);
}

static noinline int put(struct hmap *map, const void *key, const void *value, u32 may,
			gfp_t gfp, const struct hmap_type *type, void **entry)
{
	return put_inline(map, key, value, may, gfp, type, entry);
}

int hmap_insert(struct hmap *map, const void *key, const void *value, gfp_t gfp,
		const struct hmap_type *type)
{
	void *entry;
	int done = put_inline(map, key, value, MAY_ADD, gfp, type, &entry);

	return done == FOUND ? -EEXIST : done;
}
EXPORT_SYMBOL_HMAP(hmap_insert);

int hmap_store(struct hmap *map, const void *key, const void *value, gfp_t gfp,
	       const struct hmap_type *type)
{
	void *entry;

	return min(put(map, key, value, MAY_ADD | MAY_OVERWRITE, gfp, type, &entry), 0);
}
EXPORT_SYMBOL_HMAP(hmap_store);

int hmap_replace(struct hmap *map, const void *key, const void *value,
		 const struct hmap_type *type)
{
	void *entry;

	return min(put(map, key, value, MAY_OVERWRITE, 0, type, &entry), 0);
}
EXPORT_SYMBOL_HMAP(hmap_replace);

void *hmap_get_or_insert(struct hmap *map, const void *key, const void *value,
			 bool *inserted, gfp_t gfp, const struct hmap_type *type)
{
	void *entry;
	int done = put(map, key, value, MAY_ADD, gfp, type, &entry);

	if (inserted && done >= 0)
		*inserted = done == ADDED;
	return done < 0 ? ERR_PTR(done) : entry;
}
EXPORT_SYMBOL_HMAP(hmap_get_or_insert);

void *hmap_store_pointer(struct hmap *map, const void *key, void *pointer, gfp_t gfp,
			 const struct hmap_type *type)
{
	void *entry;
	int done = put(map, key, &pointer, MAY_ADD | MAY_OVERWRITE | POINTERS, gfp, type, &entry);

	return done == FOUND ? entry : ERR_PTR(done);
}
EXPORT_SYMBOL_HMAP(hmap_store_pointer);

void *hmap_replace_pointer(struct hmap *map, const void *key, void *pointer,
			   const struct hmap_type *type)
{
	void *entry;
	int done = put(map, key, &pointer, MAY_OVERWRITE | POINTERS, 0, type, &entry);

	return done == FOUND ? entry : done == -ENOENT ? NULL : ERR_PTR(done);
}
EXPORT_SYMBOL_HMAP(hmap_replace_pointer);

/* Remove the entry at @place. */
static __always_inline void remove_at(struct hmap *map, const struct place *place,
				      const struct hmap_type *type)
{
	hmap_table_empty(type, place->table, place->index);
	add_count(map, -1);
	if (hmap_has_blocks(type))
		hmap_block_drop(type, place->table, hmap_slot(type, place->table, place->index));
	if (hmap_wants_shrink(place->table) || hmap_is_littered(type, place->table))
		hmap_shrink(map, place->table, place->hash, type);
}

static int take_from_header(struct hmap *map, void *object, const void *key, void *out,
			    const void *only, const struct hmap_type *type)
{
	if ((only && object != only) || !hmap_object_is(type, object, key))
		return -ENOENT;
	if (out)
		*(void **)out = object;
	hmap_publish_object(map, NULL);
	return 0;
}

/*
 * Remove an entry, and copy its value to @out unless that is NULL: of pointers and objects
 * the pointer. @only: NULL, or the one pointer that may be removed.
 */
static __always_inline int take_inline(struct hmap *map, const void *key, void *out,
				       const void *only, u32 kind,
				       const struct hmap_type *type)
{
	void *root = hmap_root(map), *entry;
	struct place place;

	if (!root)
		return -ENOENT;
	if (!is_plain_key(key, kind, type) && !(kind_ok(type, kind) && key_ok(type, key)))
		return -EINVAL;
	hmap_note_type(map, type);
	if (hmap_root_is_object(root))
		return take_from_header(map, hmap_root_object(root), key, out, only, type);
	if (!hmap_live(map))
		return -ENOENT;
	place = find_place(map, key, type);
	if (place.index < 0)
		return -ENOENT;
	if (out || only) {
		entry = hmap_slot_entry(type, hmap_slot(type, place.table, place.index));
		if (only && entry != only)
			return -ENOENT;
		if (out && type->flags & HMAP_POINTER)
			*(void **)out = entry;
		else if (out)
			memcpy(out, entry, type->value_size);
	}
	remove_at(map, &place, type);
	return 0;
}

static noinline int take_entry(struct hmap *map, const void *key, void *out,
			       const void *only, u32 kind, const struct hmap_type *type)
{
	return take_inline(map, key, out, only, kind, type);
}

int hmap_take(struct hmap *map, const void *key, void *out, const struct hmap_type *type)
{
	return take_entry(map, key, out, NULL, 0, type);
}
EXPORT_SYMBOL_HMAP(hmap_take);

int hmap_remove(struct hmap *map, const void *key, const struct hmap_type *type)
{
	return take_inline(map, key, NULL, NULL, 0, type);
}
EXPORT_SYMBOL_HMAP(hmap_remove);

void *hmap_erase(struct hmap *map, const void *key, const struct hmap_type *type)
{
	void *pointer = NULL;

	take_entry(map, key, &pointer, NULL, POINTERS, type);
	return pointer;
}
EXPORT_SYMBOL_HMAP(hmap_erase);

bool hmap_erase_pointer(struct hmap *map, const void *key, const void *pointer,
			const struct hmap_type *type)
{
	return pointer && !take_entry(map, key, NULL, pointer, POINTERS, type);
}
EXPORT_SYMBOL_HMAP(hmap_erase_pointer);
