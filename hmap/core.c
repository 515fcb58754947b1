// SPDX-License-Identifier: GPL-2.0
/*
 * hmap: the theory, and adding and overwriting entries.
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

#include "internal.h"
#include "place.h"

/* A word of a naturally aligned size is stored in one piece, a pointer with all that the
 * caller wrote behind it.
 */
static __always_inline void write_value(const struct hmap_type *type, void *slot, const void *value)
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
static __always_inline void write_key(const struct hmap_type *type, void *slot, void *block,
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
	else if (type->key_size == sizeof(u32))
		put_unaligned(get_unaligned((const u32 *)key), (u32 *)slot);
	else if (type->key_size)
		memcpy(slot, key, type->key_size);
}

/* The same as make_room(), where growing has given no room, or is not tried. @err: of that. */
static noinline struct hmap_table *make_room_else(struct hmap *map, struct hmap_table *table,
						  u64 hash, int err, gfp_t gfp,
						  const struct hmap_type *type)
{
	while (table->room <= 0) {
		if (table->room % 8 || err) {
			if (hmap_table_find_free(type, table, hash) >= 0)
				break;
			if (err)
				return ERR_PTR(err);
		}
		err = hmap_grow(map, table, hash, gfp, type);
		table = hmap_deref_table(hmap_root(map), hash);
	}
	return table;
}

/*
 * The table of @hash with a free slot, which @table may not have, or an error pointer. Growth
 * that fails does no harm as long as a slot is free; then it is tried again once in eight
 * inserts.
 */
static __always_inline struct hmap_table *make_room(struct hmap *map, struct hmap_table *table,
						    u64 hash, gfp_t gfp,
						    const struct hmap_type *type)
{
	int err = 0;

	if (!table->room) {
		err = hmap_grow(map, table, hash, gfp, type);
		table = hmap_deref_table(hmap_root(map), hash);
	}
	return likely(table->room > 0) ? table : make_room_else(map, table, hash, err, gfp, type);
}

/* Add an entry to @place, whose table has a free slot, be it a deleted one. */
static noinline void *add_to_any(void *root, struct place place, void *block,
				 const void *key, const void *value,
				 const struct hmap_type *type)
{
	long index = hmap_table_find_free(type, place.table, place.hash);
	void *slot = hmap_slot(type, place.table, index);

	write_key(type, slot, block, key, place.hash);
	write_value(type, slot, value);
	add_count(root, 1);
	hmap_table_fill(place.table, index, place.hash);
	return slot;
}

/*
 * Add an entry to @place, whose table has room: into the first word of its hash, mostly, or
 * into the next one that has an empty slot. Returns the slot, or NULL if a deleted one comes
 * first that may be used again. @shape: what is known of @type, or it.
 */
static __always_inline void *add_to(void *root, const struct place *place, void *block,
				    const void *key, const void *value,
				    const struct hmap_type *type,
				    const struct hmap_type *shape)
{
	struct hmap_table *table = place->table;
	u32 nr = hmap_home(place->hash, place->nr_words);
	u64 word = *hmap_word(table, nr), empty;
	void *slot;

	while (unlikely(!(empty = hmap_match_empty(word)))) {
		if (hmap_reuses_slots(type) && hmap_match_deleted(word))
			return NULL;
		hmap_set_word(table, nr, word | hmap_overflow_bit(place->hash));
		if (++nr == place->nr_words)
			nr = 0;
		word = *hmap_word(table, nr);
	}
	slot = hmap_slot_of_match(shape, table, place->nr_words, nr, empty);
	write_key(shape, slot, block, key, place->hash);
	write_value(shape, slot, value);
	/* Before the entry: to a reader that has found it the map is not empty. */
	add_count(root, 1);
	hmap_table_fill_empty(table, nr, word, empty, place->hash);
	return slot;
}

/*
 * Most inserts end here: the first word tells that the key is not in the map, and there is
 * room. Returns the slot, an error pointer, or NULL if anything is otherwise.
 */
static __always_inline void *add_quickly(struct hmap *map, void *root, const struct place *place,
					 const void *key, const void *value, gfp_t gfp,
					 const struct hmap_type *type,
					 const struct hmap_type *shape)
{
	struct hmap_table *table = place->table;
	u64 word = *hmap_word(table, hmap_home(place->hash, place->nr_words));
	void *block;
	size_t bytes;

	if (hmap_match_tag(word, place->hash) || hmap_overflowed(word, place->hash) ||
	    table->room <= 0)
		return NULL;
	if (!hmap_has_blocks(shape))
		return add_to(root, place, NULL, key, value, type, shape);
	block = hmap_block_alloc(map, key, gfp, &bytes, type);
	if (!block)
		return ERR_PTR(-ENOMEM);
	hmap_block_add(table, bytes);
	return add_to(root, place, block, key, value, type, shape) ?:
	       add_to_any(root, *place, block, key, value, type);
}

/* Add an entry to a table of one word that is fresh, and not published: to the next slot. */
static __always_inline void *add_to_fresh(const struct place *place, void *block,
					  const void *key, const void *value,
					  const struct hmap_type *shape)
{
	struct hmap_table *table = place->table;
	/* Only an object from the header can be there before. */
	u32 nr = hmap_is_object(shape) ? table->live : 0;
	void *slot = hmap_slots(shape, table, 1) + nr * (size_t)shape->slot_size;

	write_key(shape, slot, block, key, place->hash);
	write_value(shape, slot, value);
	table->words[0] |= hmap_full_byte(place->hash) << nr * 8;
	table->live = nr + 1;
	table->room--;
	table->flags &= ~HMAP_TABLE_VACANT;
	return slot;
}

/* The same to a first table, which has several words where kmalloc()'s smallest class is
 * large.
 */
static __always_inline void *add_to_first(const struct place *place, void *block,
					  const void *key, const void *value,
					  const struct hmap_type *type,
					  const struct hmap_type *shape)
{
	if (likely(place->nr_words == 1))
		return add_to_fresh(place, block, key, value, shape);
	return add_to(NULL, place, block, key, value, type, shape);
}

/* The first table of a map, not published, with the object in it that was in the header. */
static __always_inline struct hmap_table *first_table(const struct hmap *map, gfp_t gfp,
						      const struct hmap_type *type,
						      const struct hmap_type *shape)
{
	void *object = hmap_is_object(shape) ? hmap_root(map) : NULL;
	struct hmap_table *table;
	struct place place = { };

	table = hmap_table_alloc(map, hmap_table_fit_exact(type, 1 + !!object), 0, gfp, type);
	if (!table)
		return ERR_PTR(-ENOMEM);
	if (object) {
		object = hmap_root_object(object);
		place_in_table(&place, table);
		place.hash = hmap_object_hash(shape, object, hmap_seed(map));
		add_to_first(&place, NULL, &object, &object, type, shape);
	}
	return table;
}

/*
 * Add an entry that is not there to the table of its hash, or, if there is none, to the first
 * one, which is published with the entry in it. @entry: as for hmap_put(), or NULL. Returns
 * HMAP_ADDED or -ENOMEM.
 */
static __always_inline int add_entry(struct hmap *map, struct place place, const void *key,
				     const void *value, gfp_t gfp,
				     const struct hmap_type *type,
				     const struct hmap_type *shape, void **entry)
{
	const bool is_first = !place.table;
	void *slot, *block = NULL;
	size_t bytes;

	if (hmap_has_blocks(shape)) {
		block = hmap_block_alloc(map, key, gfp, &bytes, type);
		if (!block)
			return -ENOMEM;
	}
	if (is_first)
		place.table = first_table(map, gfp, type, shape);
	else if (place.table->room <= 0)
		place.table = make_room(map, place.table, place.hash, gfp, type);
	if (IS_ERR(place.table)) {
		if (block)
			hmap_block_free(type, block, bytes);
		return PTR_ERR(place.table);
	}
	place_in_table(&place, place.table);
	if (block)
		hmap_block_add(place.table, bytes);
	if (is_first)
		slot = add_to_first(&place, block, key, value, type, shape);
	else
		slot = add_to(hmap_root(map), &place, block, key, value, type, shape) ?:
		       add_to_any(hmap_root(map), place, block, key, value, type);
	if (entry)
		*entry = hmap_slot_entry(type, slot);
	if (is_first) {
		hmap_publish_root(map, place.table);
		hmap_counter_inc(first_inserts);
	}
	return HMAP_ADDED;
}

/* hmap_put() where the map has a table. @place: of the key. */
static __always_inline int put_in_table(struct hmap *map, struct place place, const void *key,
					const void *value, u32 may, gfp_t gfp,
					const struct hmap_type *type,
					const struct hmap_type *shape, void **entry)
{
	if (!find_place(type, shape, &place, key))
		return may & HMAP_ADD ? add_entry(map, place, key, value, gfp, type, shape, entry) :
				       -ENOENT;
	if (entry)
		*entry = hmap_slot_entry(type, place.slot);
	if (may & HMAP_OVERWRITE)
		write_value(type, place.slot, value);
	return HMAP_FOUND;
}

/* Where an entry will stand whose map has no table yet. */
static __always_inline struct place place_in_none(const struct hmap *map, const void *key,
						  const struct hmap_type *type)
{
	return (struct place){ .hash = hmap_hash_key(type, key, hmap_seed(map)) };
}

/* hmap_put() where the map is its header alone: @root is NULL or the one object. */
static int put_in_header(struct hmap *map, void *root, const void *key, const void *value,
			 u32 may, gfp_t gfp, const struct hmap_type *type, void **entry)
{
	if (root && hmap_object_is(type, hmap_root_object(root), key)) {
		*entry = hmap_root_object(root);
		if (may & HMAP_OVERWRITE)
			hmap_publish_object(map, *(void * const *)value);
		return HMAP_FOUND;
	}
	if (!(may & HMAP_ADD))
		return -ENOENT;
	if (!root && hmap_is_object(type)) {
		if (!type->hash && !hmap_check_type(type))
			return -EINVAL;
		*entry = *(void * const *)value;
		hmap_publish_object(map, *entry);
		return HMAP_ADDED;
	}
	if (!hmap_check_type(type))
		return -EINVAL;
	return add_entry(map, place_in_none(map, key, type), key, value, gfp, type, type, entry);
}

/* hmap_put() of a key whose hash is known. */
static noinline int put_hashed(struct hmap *map, u64 hash, const void *key, const void *value,
			       u32 may, gfp_t gfp, const struct hmap_type *type, void **entry)
{
	struct place place = { .hash = hash };

	place_in_root(&place, hmap_root(map));
	return put_in_table(map, place, key, value, may, gfp, type, type, entry);
}

/*
 * Add an entry, find one, overwrite it, as @may says. @entry: set to what a lookup gives for
 * the entry that was found or added; of pointers and objects, the one before it was
 * overwritten. Returns HMAP_ADDED, HMAP_FOUND, or -EINVAL, -ENOMEM, -ENOENT.
 */
noinline int hmap_put(struct hmap *map, const void *key, const void *value, u32 may,
		      gfp_t gfp, const struct hmap_type *type, void **entry)
{
	void *root;

	might_alloc(gfp);
	if (!hmap_are_plain(key, value, may, type)) {
		if (!hmap_check_args(key, value, may, type))
			return -EINVAL;
		/* Of no bytes, it may have been NULL. */
		key = key ?: "";
	}
	hmap_note_type(map, type);
	root = hmap_root(map);
	if (!(may & HMAP_ADD) && !hmap_live(map))
		return -ENOENT;
	if (!root || hmap_root_is_object(root))
		return put_in_header(map, root, key, value, may, gfp, type, entry);
	return put_hashed(map, hmap_hash_key(type, key, hmap_seed(map)), key, value, may, gfp,
			  type, entry);
}

static __always_inline bool has_table(const struct hmap *map)
{
	void *root = hmap_root(map);

	return root && !hmap_root_is_object(root);
}

/* add_quickly() if @map has a table; *@hash is that of @key then. */
static __always_inline void *try_quickly(struct hmap *map, const void *key, const void *value,
					 u64 *hash, gfp_t gfp, const struct hmap_type *type,
					 const struct hmap_type *shape)
{
	void *root = hmap_root(map);
	struct place place;

	*hash = 0;
	if (!has_table(map))
		return NULL;
	hmap_note_type(map, type);
	place = place_of(map, root, key, shape);
	*hash = place.hash;
	return add_quickly(map, root, &place, key, value, gfp, type, shape);
}

static noinline int insert_slowly(struct hmap *map, const void *key, const void *value,
				  gfp_t gfp, const struct hmap_type *type)
{
	void *entry;
	int done = hmap_put(map, key, value, HMAP_ADD, gfp, type, &entry);

	return done == HMAP_FOUND ? -EEXIST : done;
}

/* What try_quickly() has not added. */
static noinline int insert_hashed(struct hmap *map, const void *key, const void *value,
				  u64 hash, gfp_t gfp, const struct hmap_type *type)
{
	void *entry;
	int done;

	done = has_table(map) ? put_hashed(map, hash, key, value, HMAP_ADD, gfp, type, &entry) :
				hmap_put(map, key, value, HMAP_ADD, gfp, type, &entry);
	return done == HMAP_FOUND ? -EEXIST : done;
}

static noinline int insert_any(struct hmap *map, const void *key, const void *value,
			       gfp_t gfp, const struct hmap_type *type)
{
	u64 hash;
	void *slot = try_quickly(map, key, value, &hash, gfp, type, type);

	return likely(slot) ? PTR_ERR_OR_ZERO(slot) :
	       insert_hashed(map, key, value, hash, gfp, type);
}

int hmap_insert(struct hmap *map, const void *key, const void *value, gfp_t gfp,
		const struct hmap_type *type)
{
	might_alloc(gfp);
	if (!hmap_are_plain(key, value, HMAP_ADD, type))
		return insert_slowly(map, key, value, gfp, type);
	/* The first object: nothing to look at, and nothing that could fail. */
	if (!hmap_root(map) && hmap_is_object(type) && type->hash) {
		hmap_note_type(map, type);
		hmap_publish_object(map, *(void * const *)value);
		return 0;
	}
	if (hmap_is_u32_pair(type))
		return __hmap_insert_u32_pair(map, get_unaligned((const u32 *)key),
					      get_unaligned((const u32 *)value), gfp, type);
	if (hmap_is_u64_pair(type) && has_table(map))
		return __hmap_insert_pair(map, get_unaligned((const u64 *)key),
					  get_unaligned((const u64 *)value), gfp, type);
	return insert_any(map, key, value, gfp, type);
}
EXPORT_SYMBOL_HMAP(hmap_insert);

static noinline int insert_u32_pair_slowly(struct hmap *map, u32 key, u32 value, u64 hash,
					   gfp_t gfp, const struct hmap_type *type)
{
	return insert_hashed(map, &key, &value, hash, gfp, type);
}

int __hmap_insert_u32_pair(struct hmap *map, u32 key, u32 value, gfp_t gfp,
			   const struct hmap_type *type)
{
	u64 hash;

	might_alloc(gfp);
	if (likely(try_quickly(map, &key, &value, &hash, gfp, type, &hmap_u32_pair)))
		return 0;
	return insert_u32_pair_slowly(map, key, value, hash, gfp, type);
}
EXPORT_SYMBOL_HMAP(__hmap_insert_u32_pair);

/* An object that cannot be stored is refused, as by all other calls. */
static noinline int insert_odd_object(struct hmap *map, void *object, gfp_t gfp,
				      const struct hmap_type *type)
{
	const void *key = IS_ERR_OR_NULL(object) ? NULL : hmap_key_in(type, object);

	return insert_slowly(map, key, &object, gfp, type);
}

static noinline int insert_u64_object_slowly(struct hmap *map, void *object, u64 hash,
					     gfp_t gfp, const struct hmap_type *type)
{
	return insert_hashed(map, hmap_key_in(type, object), &object, hash, gfp, type);
}

int __hmap_insert_u64_object(struct hmap *map, void *object, gfp_t gfp,
			     const struct hmap_type *type)
{
	const struct hmap_type shape = hmap_u64_object(type);
	u64 hash;

	might_alloc(gfp);
	if (unlikely(!hmap_is_storable(&shape, object)))
		return insert_odd_object(map, object, gfp, type);
	if (!hmap_root(map)) {
		hmap_note_type(map, type);
		hmap_publish_object(map, object);
		return 0;
	}
	if (likely(try_quickly(map, hmap_key_in(&shape, object), &object, &hash, gfp, type,
			       &shape)))
		return 0;
	return insert_u64_object_slowly(map, object, hash, gfp, type);
}
EXPORT_SYMBOL_HMAP(__hmap_insert_u64_object);

static noinline int insert_first_pair(struct hmap *map, u64 key, u64 value, gfp_t gfp,
				      const struct hmap_type *type)
{
	return add_entry(map, place_in_none(map, &key, &hmap_u64_pair), &key, &value, gfp, type,
			 &hmap_u64_pair, NULL);
}

static noinline int insert_pair_slowly(struct hmap *map, u64 key, u64 value, u64 hash,
				       gfp_t gfp, const struct hmap_type *type)
{
	struct place place = { .hash = hash };
	int done;

	place_in_root(&place, hmap_root(map));
	done = put_in_table(map, place, &key, &value, HMAP_ADD, gfp, type, &hmap_u64_pair, NULL);
	return done == HMAP_FOUND ? -EEXIST : done;
}

/* @root: a table or a directory. @dir: it, if it may be one, else NULL. */
static __always_inline int insert_pair(struct hmap *map, u64 key, u64 value, gfp_t gfp,
				       const struct hmap_type *type, void *root, void *dir)
{
	struct place place = { .hash = hmap_hash_key(&hmap_u64_pair, &key, hmap_seed(map)) };

	if (dir)
		place_in_dir(&place, dir);
	else
		place_in_table(&place, root);
	if (likely(add_quickly(map, dir, &place, &key, &value, gfp, type, &hmap_u64_pair)))
		return 0;
	return insert_pair_slowly(map, key, value, place.hash, gfp, type);
}

static noinline int insert_pair_in_table(struct hmap *map, u64 key, u64 value, gfp_t gfp,
					 const struct hmap_type *type, void *root)
{
	return insert_pair(map, key, value, gfp, type, root, NULL);
}

static noinline int insert_pair_in_dir(struct hmap *map, u64 key, u64 value, gfp_t gfp,
				       const struct hmap_type *type, void *root)
{
	return insert_pair(map, key, value, gfp, type, root, root);
}

/* Key and value are in registers, and what may call others is left to it. A type that the
 * compiler knows to be a pair is sound.
 */
int __hmap_insert_pair(struct hmap *map, u64 key, u64 value, gfp_t gfp,
		       const struct hmap_type *type)
{
	void *root = hmap_root(map);

	might_alloc(gfp);
	hmap_note_type(map, type);
	if (!root)
		return insert_first_pair(map, key, value, gfp, type);
	if (hmap_is_dir(root))
		return insert_pair_in_dir(map, key, value, gfp, type, root);
	return insert_pair_in_table(map, key, value, gfp, type, root);
}
EXPORT_SYMBOL_HMAP(__hmap_insert_pair);
