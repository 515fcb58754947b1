/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hmap: a hash map that is one pointer until it needs a table.
 *
 * This file is the manual: every generic call with the lock it needs. HMAP_DEFINE() and
 * its kin, in hmap-typed.h, make a kind of map, with a typed wrapper of each call, and
 * that is what most users want. In short::
 *
 *	HMAP_DEFINE(ids, u64, u32, hmap_hash_u64, NULL, 0);
 *	static struct ids ids;
 *
 *	mutex_lock(&ids_lock);
 *	err = ids_insert(&ids, id, 7, GFP_KERNEL);
 *	mutex_unlock(&ids_lock);
 *
 * An entry is one of three things, and that decides what a lookup gives:
 *
 * - a *value*: key and value are copied into the map; a pointer to the value. With
 *   %HMAP_RCU a value that is no scalar (%HMAP_SCALAR) is constant as long as its entry
 *   lives. A set has keys only, and gives a pointer to the one that is stored.
 * - a *pointer* (%HMAP_POINTER): the key is copied; the pointer that the caller stored.
 * - an *object* of the caller's, which contains the key; the object.
 *
 * Locking. The caller serialises all calls that change a map with one lock of
 * its own, of any kind, held exclusively. A type without %HMAP_RCU needs that lock for
 * lookups as well, where shared is enough. A type with %HMAP_RCU can also be read under
 * rcu_read_lock() alone, or in any other RCU read-side section.
 *
 * Memory. A map without entries owns none, and one object needs none. Calls that may
 * allocate take gfp flags, and leave the map's entries as they were when they fail. On
 * PREEMPT_RT, calls that insert, remove or destroy may not be made in a hard interrupt, with
 * interrupts off or under a raw_spinlock_t, whatever the flags: nor may kmalloc() and kfree().
 */
#ifndef _HMAP_H
#define _HMAP_H

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "compat.h"
#include "hmap-types.h"
#include "layout.h"
#include "find.h"
#include "hmap-iter.h"

/**
 * DOC: bad arguments
 *
 * Calls that change a map look at what they are given: -EINVAL and one warning for a
 * NULL or senseless type, a NULL key or value where its size is not 0, NULL or an error
 * for a pointer or an object, a string with a NUL byte in it; -E2BIG for a reserve that
 * no map could meet. They leave the map as it was.
 *
 * What a look would cost every lookup is undefined, as with rhashtable or memcpy(): a
 * NULL map, but for hmap_free(); a NULL key, result or cursor for a call that finds or
 * walks, unless the map has no entry or the size is 0; another type than the map's; a map
 * that was copied, or used or freed after hmap_free(); what a lookup returned, beyond its
 * time; hmap_destroy() or hmap_free() with a reader left, and hmap_free() inside a walk.
 * NULL is dereferenced, KASAN reports the others, and lockdep a second type for a map, a
 * missing lock that hmap_set_lock() has named, and a reader without any.
 */

/**
 * DOC: a map's life
 */

/**
 * hmap_alloc() - allocate a map
 * @gfp: for the header
 *
 * One kmalloc() of the header, and nothing else. An embedded map needs no call: zeroed
 * memory is an empty map.
 *
 * Context: Any that @gfp allows.
 * Return: The map; NULL if there is no memory.
 */
struct hmap *hmap_alloc(gfp_t gfp) __must_check;

/**
 * hmap_free() - destroy a map and free its header
 * @map: from hmap_alloc(), or NULL
 * @type: what it holds
 *
 * Context: As hmap_destroy().
 */
void hmap_free(struct hmap *map, const struct hmap_type *type);

/**
 * hmap_destroy() - free all that a map owns
 * @map: the map; a second call does nothing
 * @type: what it holds
 *
 * The map is empty afterwards and may be used again. Objects, and what stored pointers
 * point to, are the caller's: see hmap_free_and_destroy().
 *
 * Each table is freed, and for types with blocks each entry's block: by kfree(), at once, also
 * under a spinlock or in an RCU callback. hmap_free_and_destroy() reschedules.
 *
 * Context: Any but NMIs, RCU callbacks included; on PREEMPT_RT neither with interrupts off
 *	nor under a raw_spinlock_t. No reader and no other writer may be left: a map that
 *	readers reached under RCU is first made unreachable, and then synchronize_rcu() waits
 *	for them. The caller's module needs no rcu_barrier() on hmap's behalf. O(tables), and
 *	O(entries) for types with blocks.
 */
void hmap_destroy(struct hmap *map, const struct hmap_type *type);

/**
 * hmap_free_and_destroy() - hmap_destroy(), with a call for each entry
 * @map: the map
 * @fn: called for each entry, with what a lookup would give, and @arg; may sleep, and
 *	free the object or what the pointer points to. The map is empty to it. NULL: there
 *	is nothing to do for an entry.
 * @arg: for @fn
 * @type: what the map holds
 *
 * Context: Process context, without a spinlock; otherwise as hmap_destroy(). Reschedules.
 *	O(entries).
 */
void hmap_free_and_destroy(struct hmap *map, void (*fn)(void *entry, void *arg),
			   void *arg, const struct hmap_type *type);

/**
 * hmap_clear() - remove every entry and give all memory back
 * @map: the map
 * @type: what it holds
 *
 * For types with %HMAP_RCU readers may be under way; they find the entries
 * until they look at the map again. Each table is handed to RCU, whose callback frees the
 * blocks of its entries. Types without it have each table freed at once, and each block.
 *
 * Context: The lock. Does not sleep. O(tables), and O(entries) for types with
 *	blocks and without %HMAP_RCU.
 */
void hmap_clear(struct hmap *map, const struct hmap_type *type);

/**
 * hmap_clear_with() - hmap_clear(), with a call for each entry
 * @map: the map
 * @fn: called for each entry, with what a lookup would give, and @arg. For types with
 *	%HMAP_RCU readers may still see the entry: free it by kfree_rcu() or the like.
 * @arg: for @fn
 * @type: what the map holds
 *
 * Context: The lock. Does not sleep if @fn does not. O(entries).
 */
void hmap_clear_with(struct hmap *map, void (*fn)(void *entry, void *arg), void *arg,
		     const struct hmap_type *type);

/* What is taken for a map has the size of one. */
#define __HMAP_OF(_map)							\
	((struct hmap *)(_map) + BUILD_BUG_ON_ZERO(sizeof(*(_map)) != sizeof(struct hmap)))

/**
 * hmap_set_lock() - name the lock that serialises a map's writers
 * @map: the map, of a kind or generic
 * @_lock: pointer to any lock that has a dep_map
 *
 * lockdep then reports a change, or a safe walk, that does not hold it exclusively, and
 * a reader who holds neither it nor, for types with %HMAP_RCU, an RCU read-side section.
 * Compiles to nothing without CONFIG_LOCKDEP.
 */
#ifdef CONFIG_LOCKDEP
#define hmap_set_lock(map, _lock)	(__HMAP_OF(map)->lock = &(_lock)->dep_map)
#else
#define hmap_set_lock(map, _lock)	((void)__HMAP_OF(map), (void)&*(_lock))
#endif

/**
 * DOC: finding
 */

/**
 * hmap_lookup() - find an entry
 * @map: the map
 * @key: the key; a &struct hmap_str for types with %HMAP_STRING, which is written to if it
 *	is %HMAP_TO_NUL long
 * @type: what the map holds
 *
 * A pointer to a value is good until the next call that changes the map; for types with
 * %HMAP_RCU until the read-side section ends, whatever the writer does. Their scalars are
 * overwritten in place, and have to be read with READ_ONCE(); all other values are
 * constant. How long an object lives, or what a stored pointer points to, is the caller's
 * to say.
 *
 * Context: The lock, shared at least; for types with %HMAP_RCU also an RCU read-side
 *	section alone. Does not sleep.
 * Return: Pointer to the value; for sets to the stored key (which is the string itself);
 *	the stored pointer; the object. NULL if @key is not in the map.
 */
void *hmap_lookup(const struct hmap *map, const void *key, const struct hmap_type *type);

/**
 * hmap_lookup_bulk() - find the entries of many keys at once
 * @map: the map
 * @keys: array of @nr keys, as long each as the type says
 * @nr: number of keys
 * @entries: set to what hmap_lookup() would return for each
 * @type: what the map holds
 *
 * Waits for the memory of several lookups at a time, which is worth while in maps
 * larger than the CPU's caches. Beside a writer each key is looked up on its own; there
 * is no moment that all answers belong to.
 *
 * Context: As hmap_lookup(). O(nr).
 * Return: How many were found.
 */
unsigned int hmap_lookup_bulk(const struct hmap *map, const void *keys, unsigned int nr,
			      void **entries, const struct hmap_type *type);

/**
 * hmap_contains() - whether a key is in the map
 * @map: the map
 * @key: the key
 * @type: what the map holds
 *
 * Context: Types with %HMAP_RCU: any; takes rcu_read_lock() itself. Others: the
 *	lock. Does not sleep.
 * Return: true if it is.
 */
bool hmap_contains(const struct hmap *map, const void *key, const struct hmap_type *type);

/**
 * hmap_read() - copy a key's value out
 * @map: a map of values or pointers
 * @key: the key
 * @out: where to copy the value; left as it is if @key is not in the map
 * @type: what the map holds
 *
 * Context: As hmap_contains().
 * Return: true if @key is in the map.
 */
bool hmap_read(const struct hmap *map, const void *key, void *out, const struct hmap_type *type);

/**
 * hmap_count() - the number of entries
 * @map: the map
 * @type: what it holds
 *
 * Context: As hmap_contains(). Beside a writer, the number of a moment ago.
 * Return: The number of entries.
 */
unsigned long hmap_count(const struct hmap *map, const struct hmap_type *type);

/**
 * hmap_empty() - whether a map has no entry
 * @map: the map
 * @type: what it holds
 *
 * Context: As hmap_contains().
 * Return: true if it has none.
 */
bool hmap_empty(const struct hmap *map, const struct hmap_type *type);

/**
 * hmap_memory() - the memory behind a map's header, in bytes
 * @map: the map
 * @type: what it holds
 *
 * Tables, directory and blocks of indirect keys and values, each as rounded up by the slab;
 * not the header, not objects, and not what has already been handed to RCU to free.
 *
 * Context: As hmap_contains(). O(tables).
 * Return: Bytes; 0 for a map that is its header alone.
 */
size_t hmap_memory(const struct hmap *map, const struct hmap_type *type);

/**
 * hmap_validate() - check all invariants of a map
 * @map: the map
 * @type: what it holds
 *
 * For tests and debugging; reports the first violation in the log.
 *
 * Context: The lock, exclusively. Does not sleep. O(entries).
 * Return: 0, or -EUCLEAN if the map is damaged.
 */
int hmap_validate(const struct hmap *map, const struct hmap_type *type);

/**
 * DOC: changing
 *
 * All of these are called with the lock held exclusively. @gfp may be any flags that the
 * caller's context allows, GFP_ATOMIC and GFP_NOWAIT included; no allocation
 * failure is reported but by the result and the counters. @key and @value must
 * not point into the map itself, whose tables may be freed on the way; but
 * what removes may be given the key of a walk. -EINVAL comes with a warning, for a
 * programming error: see "bad arguments".
 *
 * For maps of objects, @key is the object's key, and @value points to a variable that
 * holds the object's address, as it points to the pointer in maps of pointers. The
 * wrappers know both.
 */

/**
 * hmap_insert() - add an entry
 * @map: the map
 * @key: the key; copied
 * @value: the value, copied
 * @gfp: for a table, and for the block of an indirect key or value
 * @type: what the map holds
 *
 * Adding the first object to an empty map allocates nothing, and cannot fail.
 *
 * Context: The lock. May sleep if @gfp allows it.
 * Return: 0, -EEXIST if @key is in the map already, -ENOMEM, -EINVAL. The
 *	entries are unchanged on failure.
 */
int hmap_insert(struct hmap *map, const void *key, const void *value, gfp_t gfp,
		const struct hmap_type *type) __must_check;

/**
 * hmap_store() - add an entry, or overwrite the value of an existing one
 * @map: a map of values
 * @key: the key; the one that is stored stays
 * @value: the value
 * @gfp: as for hmap_insert(); overwriting allocates nothing
 * @type: what the map holds
 *
 * With %HMAP_RCU for scalars only, which are overwritten in place. Of other values, which
 * readers may be reading, remove the old entry and insert another, between which readers
 * see neither; or keep pointers or objects in the map.
 *
 * Context: The lock. May sleep if @gfp allows it.
 * Return: 0, -ENOMEM, -EINVAL. The entries are unchanged on failure.
 */
int hmap_store(struct hmap *map, const void *key, const void *value, gfp_t gfp,
	       const struct hmap_type *type) __must_check;

/**
 * hmap_replace() - overwrite the value of an existing entry
 * @map: a map of values
 * @key: the key
 * @value: the value
 * @type: what the map holds
 *
 * Context: The lock. Does not sleep, and allocates nothing.
 * Return: 0, -ENOENT if @key is not in the map, -EINVAL, as for hmap_store(). The entries
 *	are unchanged on failure.
 */
int hmap_replace(struct hmap *map, const void *key, const void *value,
		 const struct hmap_type *type);

/**
 * hmap_get_or_insert() - find an entry, or add it
 * @map: the map
 * @key: the key
 * @value: the value to store if @key is not in the map
 * @inserted: set to whether it was added; may be NULL
 * @gfp: as for hmap_insert()
 * @type: what the map holds
 *
 * Context: The lock. May sleep if @gfp allows it.
 * Return: What hmap_lookup() gives for the entry that is in the map now; or ERR_PTR() of
 *	-ENOMEM or -EINVAL.
 */
void *hmap_get_or_insert(struct hmap *map, const void *key, const void *value,
			 bool *inserted, gfp_t gfp, const struct hmap_type *type) __must_check;

/**
 * hmap_store_pointer() - add a pointer or an object, or put it in the place of another
 * @map: a map of pointers or objects
 * @key: the key
 * @pointer: the pointer, or the object, which has that key
 * @gfp: as for hmap_insert(); replacing allocates nothing
 * @type: what the map holds
 *
 * In one store, by which it is published: readers find the old one or the new one.
 *
 * Context: The lock. May sleep if @gfp allows it.
 * Return: What was there before, or NULL; ERR_PTR() of -ENOMEM or -EINVAL, and then the
 *	entries are unchanged.
 */
void *hmap_store_pointer(struct hmap *map, const void *key, void *pointer, gfp_t gfp,
			 const struct hmap_type *type) __must_check;

/**
 * hmap_replace_pointer() - hmap_store_pointer(), if the key is in the map
 * @map: a map of pointers or objects
 * @key: the key
 * @pointer: the pointer, or the object, which has that key
 * @type: what the map holds
 *
 * Context: The lock. Does not sleep, and allocates nothing.
 * Return: What was there before; NULL if @key is not in the map, which is unchanged then;
 *	ERR_PTR(-EINVAL).
 */
void *hmap_replace_pointer(struct hmap *map, const void *key, void *pointer,
			   const struct hmap_type *type);

/**
 * hmap_remove() - remove an entry
 * @map: the map
 * @key: the key
 * @type: what the map holds
 *
 * Removals give memory back: smaller tables are allocated for it, with GFP_NOWAIT,
 * and where that fails the larger ones stay for the time being. The last entry takes
 * its table with it, unless that is of the smallest class, or its room was reserved; of
 * objects any table goes, and the last but one takes one above the smallest class.
 * Types with %HMAP_RCU keep the blocks of removed entries until their table is cleaned
 * or replaced, or goes with its last entry. It is cleaned when they are more bytes than the
 * blocks in use, and a page in a map's only table.
 *
 * Context: The lock. Does not sleep, and never fails for want of memory.
 * Return: 0, -ENOENT if @key is not in the map, -EINVAL.
 */
int hmap_remove(struct hmap *map, const void *key, const struct hmap_type *type);

/**
 * hmap_take() - remove an entry and copy its value out
 * @map: a map of values or pointers
 * @key: the key
 * @out: where to copy the value; left as it is if @key is not in the map
 * @type: what the map holds
 *
 * Context: As hmap_remove().
 * Return: 0, -ENOENT if @key is not in the map, -EINVAL.
 */
int hmap_take(struct hmap *map, const void *key, void *out, const struct hmap_type *type);

/**
 * hmap_erase() - remove a pointer or an object
 * @map: a map of pointers or objects
 * @key: the key
 * @type: what the map holds
 *
 * Context: As hmap_remove().
 * Return: The pointer or the object; NULL if @key is not in the map.
 */
void *hmap_erase(struct hmap *map, const void *key, const struct hmap_type *type);

/**
 * hmap_erase_pointer() - remove this very pointer or object
 * @map: a map of pointers or objects
 * @key: its key
 * @pointer: the pointer or object, which nobody may have freed
 * @type: what the map holds
 *
 * Context: As hmap_remove().
 * Return: true if it was in the map; false if there is none of this key, or another one.
 */
bool hmap_erase_pointer(struct hmap *map, const void *key, const void *pointer,
			const struct hmap_type *type);

/**
 * hmap_reserve() - make room ahead
 * @map: the map
 * @n: number of entries that the map is to hold in all, 0 for none
 * @gfp: for tables and directories
 * @type: what the map holds
 *
 * Afterwards inserts need no table until the map holds @n entries: surely while
 * one table holds them, and but for a negligible probability when they are spread
 * over many, for which each table gets room for its share and a margin. (Not by a poor
 * hash, for which no room may be made.) That
 * takes up to twice the memory of plain inserts for small slots, and several
 * times for slots of hundreds of bytes; hmap_trim() gives back what is left over.
 * If there is not room enough already, new tables are made, all entries are copied, and one
 * store publishes them: so at its peak the map takes the old tables and the new ones.
 * Blocks of indirect keys and values are not covered. The room is kept until hmap_trim() or
 * hmap_clear(), or until the entries outgrow it. Values and pointers under %HMAP_RCU use it
 * up when they are removed, so that a later insert may allocate again. Other types may clean
 * a table of what was removed, but do without if they cannot allocate.
 *
 * A map whose lock is a spinlock is reserved with GFP_KERNEL before anyone else
 * can see it, and before hmap_set_lock().
 *
 * If @gfp may sleep, __GFP_RETRY_MAYFAIL is added: no process is ended for a reserve.
 *
 * Context: The lock. May sleep if @gfp allows it, and reschedules then. O(n), and O(entries);
 *	O(tables) if there is room.
 * Return: 0, -ENOMEM, -E2BIG if no map could hold @n, -EINVAL, or -EINTR if @gfp lets it
 *	sleep and the process has been told to end. The map is unchanged on failure.
 */
int hmap_reserve(struct hmap *map, unsigned long n, gfp_t gfp, const struct hmap_type *type)
	__must_check;

/**
 * hmap_trim() - give back memory that the entries do not need
 * @map: the map
 * @gfp: for the smaller tables
 * @type: what the map holds
 *
 * Without entries, or with one object, the map becomes its header alone. Otherwise tables
 * are merged where one of the largest class holds both, each goes to the smallest class
 * that holds its entries, and blocks of removed entries go. Room that was reserved is given up.
 * One call is enough, and leaves what the map would take if it had never held other entries.
 * A table is copied at a time, and the old ones of types with %HMAP_RCU wait for a grace
 * period.
 *
 * Context: The lock. May sleep if @gfp allows it. O(entries), and O(tables).
 * Return: 0, or -ENOMEM if a smaller table could not be had; the map is intact
 *	then, and what was given back stays given back.
 */
int hmap_trim(struct hmap *map, gfp_t gfp, const struct hmap_type *type);

/**
 * DOC: walking
 *
 * A walk visits every entry that is in the map for the whole walk exactly once. An
 * entry removed before it is reached is not visited; one inserted meanwhile, also in the
 * place of another of the same key, may or may not be; a key that is removed and inserted
 * again is visited at most as often as it was inserted.
 *
 * hmap_for_each() and hmap_walk() hold the lock, which may be shared, and the body changes
 * nothing. The body of the safe ones, which hold it exclusively, may insert, overwrite
 * and remove any entry, free any object that it has removed, and clear or destroy the map.
 * Those for RCU lie in one read-side section, beside a writer; an entry removed while the
 * walk comes to it may still be visited. hmap_next() is for walks that hold nothing
 * between their steps, as seq_file makes them.
 *
 * Walks begin anywhere and go round once: their order is another each time, and what they find
 * first is as good as chosen at random, as by hmap_any(), for who evicts one. hmap_next()
 * begins at the smallest hash.
 */

/**
 * hmap_walk() - visit the entries of a map
 * @map: the map
 * @iter: a name for the walk's state; the macro declares it
 * @k: a pointer variable, to the const key; for types with %HMAP_STRING the string
 * @v: a pointer variable: what a lookup gives
 * @type: what the map holds
 *
 * The loop may be left in any way: by break, return or goto.
 *
 * Context: The lock, shared or not. The body may sleep if the lock allows it.
 */
#define hmap_walk(map, iter, k, v, type)				\
	__hmap_walk_entries(map, iter, HMAP_WALK_SHARED, k, v, type)

/**
 * hmap_walk_safe() - visit the entries of a map, and change it
 * @map: the map
 * @iter: as for hmap_walk()
 * @k: as there
 * @v: as there; both are good until the body changes the map
 * @type: what the map holds
 *
 * Context: The lock, exclusively. The body may sleep if the lock allows it.
 */
#define hmap_walk_safe(map, iter, k, v, type)				\
	__hmap_walk_entries(map, iter, HMAP_WALK_SAFE, k, v, type)

/**
 * hmap_walk_rcu() - visit the entries of a map beside a writer
 * @map: a map whose type has %HMAP_RCU
 * @iter: as for hmap_walk()
 * @k: as there
 * @v: as there; both are good until the read-side section ends
 * @type: what the map holds
 *
 * Context: An RCU read-side section, or the lock, over the whole loop. Does not sleep.
 */
#define hmap_walk_rcu(map, iter, k, v, type)				\
	__hmap_walk_entries(map, iter, HMAP_WALK_RCU, k, v, type)

/**
 * hmap_any() - some entry, as to evict it
 * @map: the map
 * @key: set to the entry's key, as a walk shows it; or NULL
 * @type: what the map holds
 *
 * Each call looks somewhere else, by numbers that are cheap and no secret. Every entry's turn
 * comes, though not each equally often.
 *
 * Context: As hmap_lookup(). O(1) on average; in a map with much more room reserved than it has
 * entries, O(tables).
 * Return: What hmap_lookup() gives for the entry, or NULL if there is none.
 */
void *hmap_any(const struct hmap *map, const void **key, const struct hmap_type *type);

#include "hmap-cursor.h"
#include "hmap-stats.h"
#include "hmap-typed.h"
#include "hmap-abi.h"

#endif /* _HMAP_H */
