/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hmap: a hash map that is only its header until the first insert.
 *
 * This file is the manual: every call with the lock it needs. How to describe a
 * kind of map is in hmap-types.h; the typed wrappers are in hmap-typed.h.
 *
 * In short::
 *
 *	static const struct hmap_type conn_type =
 *		HMAP_TYPE_U64("conn", sizeof(struct conn), 0);
 *	static DEFINE_HMAP(conns, &conn_type);
 *
 *	mutex_lock(&conns_lock);
 *	err = hmap_insert(&conns, &id, &conn, GFP_KERNEL);
 *	mutex_unlock(&conns_lock);
 *
 * Locking. The caller serialises all calls that change a map with one lock of
 * its own, of any kind. A type without %HMAP_RCU needs that lock for lookups
 * as well. A type with %HMAP_RCU can also be read under rcu_read_lock() alone.
 *
 * Memory. A header-only map owns no memory. Calls that may allocate take their
 * gfp flags last, and leave the map's entries as they were when they fail.
 */
#ifndef _HMAP_H
#define _HMAP_H

#include <linux/gfp.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "compat.h"
#include "hmap-types.h"
#include "layout.h"

/**
 * DOC: bad arguments
 *
 * Calls that change a map look at what they are given: -EINVAL and one warning for a
 * NULL or senseless type, a NULL key or value where its size is not 0; -E2BIG for a
 * reserve that no map could meet. They leave the map as it was.
 *
 * What a look would cost every lookup is undefined, as with rhashtable or memcpy(): a
 * NULL map, but for hmap_free(); a NULL key, result or cursor for a call that finds or
 * walks, unless the map has no entry or the size is 0; a map that was copied, or used or
 * freed after hmap_free(); what a lookup returned, beyond its time; hmap_destroy() or
 * hmap_free() with a reader left, and hmap_free() inside a walk. NULL is dereferenced,
 * KASAN reports the others, and lockdep a missing lock that hmap_set_lock() has named.
 */

/**
 * DOC: a map's life
 */

/**
 * hmap_init() - initialise an embedded map
 * @map: the header
 * @type: what it will hold; NULL is refused by a warning here and by -EINVAL
 *	from every insert
 *
 * Allocates nothing and takes no entropy.
 *
 * Context: Any.
 */
void hmap_init(struct hmap *map, const struct hmap_type *type);

/**
 * hmap_alloc() - allocate a map
 * @type: what it will hold
 * @gfp: for the header
 *
 * One kmalloc() of the header, and nothing else.
 *
 * Context: Any that @gfp allows.
 * Return: The map; NULL if there is no memory or @type is NULL.
 */
struct hmap *hmap_alloc(const struct hmap_type *type, gfp_t gfp) __must_check;

/**
 * hmap_free() - destroy a map and free its header
 * @map: from hmap_alloc(), or NULL
 *
 * Context: As hmap_destroy().
 */
void hmap_free(struct hmap *map);

/**
 * hmap_destroy() - free all that a map owns
 * @map: the map; a second call does nothing
 *
 * The map is header-only afterwards and may be used again.
 *
 * Context: Any but hard interrupts; no reader and no other writer may be left: a
 *	map that readers reached under RCU is first made unreachable, and then
 *	synchronize_rcu() waits for them. The caller's module needs no
 *	rcu_barrier() on hmap's behalf. O(tables), and O(entries) for types with
 *	blocks.
 */
void hmap_destroy(struct hmap *map);

/**
 * hmap_clear() - remove every entry and go back to the header alone
 * @map: the map
 *
 * For types with %HMAP_RCU readers may be under way; they find the entries
 * until they look at the map again. Ends every walk over the map.
 *
 * Context: The lock. Does not sleep. O(tables), and O(entries) for types with
 *	blocks.
 */
void hmap_clear(struct hmap *map);

/**
 * hmap_set_lock() - name the lock that serialises a map's writers
 * @map: the map
 * @_lock: pointer to any lock that has a dep_map
 *
 * Every writer-side access then checks that it is held. Compiles to nothing
 * without CONFIG_LOCKDEP.
 */
#ifdef CONFIG_LOCKDEP
#define hmap_set_lock(map, _lock)	((map)->lock = &(_lock)->dep_map)
#define hmap_lock_held(map)						\
	(!(map)->lock || lock_is_held((map)->lock))
#else
#define hmap_set_lock(map, _lock)	do { } while (0)
#define hmap_lock_held(map)		1
#endif

/**
 * DOC: finding
 */

/**
 * hmap_lookup() - find a key's value
 * @map: the map
 * @key: the key; for string types the string itself
 *
 * Types with %HMAP_RCU: the value is valid, and its bytes do not change, until
 * rcu_read_unlock(), whatever the writer does; but values of 1, 2, 4 or 8 bytes
 * are overwritten in place and have to be read with READ_ONCE(). Other types:
 * it is valid until the next call that changes the map.
 *
 * Context: The lock; for types with %HMAP_RCU also an RCU read-side section
 *	alone. Does not sleep.
 * Return: Pointer to the value (for sets: not NULL, and nothing to read behind
 *	it), NULL if @key is not in the map.
 */
const void *hmap_lookup(const struct hmap *map, const void *key);

/**
 * hmap_lookup_bulk() - find the values of many keys at once
 * @map: the map
 * @keys: the keys, each by a pointer as hmap_lookup() takes it
 * @nr: number of keys
 * @values: set to what hmap_lookup() would return for each
 *
 * Waits for the memory of several lookups at a time, which is worth while in maps
 * larger than the CPU's caches. Beside a writer each key is looked up on its own; there
 * is no moment that all answers belong to.
 *
 * Context: As hmap_lookup(). O(nr).
 * Return: How many were found.
 */
unsigned int hmap_lookup_bulk(const struct hmap *map, const void * const *keys,
			      unsigned int nr, const void **values);

/**
 * hmap_lookup_mut() - find a key's value, to change it in place
 * @map: a map whose type has not %HMAP_RCU
 * @key: the key
 *
 * Context: The lock. Does not sleep.
 * Return: As hmap_lookup(); NULL and a warning for types with %HMAP_RCU, whose
 *	values move by copy and are changed by hmap_store() only.
 */
void *hmap_lookup_mut(struct hmap *map, const void *key);

/**
 * hmap_contains() - whether a key is in the map
 * @map: the map
 * @key: the key
 *
 * Context: Types with %HMAP_RCU: any; takes rcu_read_lock() itself. Others: the
 *	lock. Does not sleep.
 * Return: true if it is.
 */
bool hmap_contains(const struct hmap *map, const void *key);

/**
 * hmap_get() - copy a key's value out
 * @map: the map
 * @key: the key
 * @out: where to copy the value; left as it is if @key is not in the map
 *
 * Context: As hmap_contains().
 * Return: true if @key is in the map.
 */
bool hmap_get(const struct hmap *map, const void *key, void *out);

/**
 * hmap_count() - the number of entries
 * @map: the map
 *
 * Context: As hmap_contains(). Beside a writer, the number of a moment ago.
 * Return: The number of entries.
 */
unsigned long hmap_count(const struct hmap *map);

/**
 * hmap_empty() - whether a map has no entry
 * @map: the map
 *
 * Context: As hmap_contains().
 * Return: true if it has none.
 */
bool hmap_empty(const struct hmap *map);

/**
 * hmap_memory() - the memory behind a map's header, in bytes
 * @map: the map
 *
 * Tables, directory and blocks of indirect keys and values, each as rounded up by the slab;
 * not the header, and not what has already been handed to RCU to free.
 *
 * Context: As hmap_contains(). O(tables), and O(entries) for types with blocks.
 * Return: Bytes; 0 for a header-only map.
 */
size_t hmap_memory(const struct hmap *map);

/**
 * hmap_validate() - check all invariants of a map
 * @map: the map
 *
 * For tests and debugging; reports the first violation in the log.
 *
 * Context: The lock. Does not sleep. O(entries).
 * Return: 0, or -EUCLEAN if the map is damaged.
 */
int hmap_validate(const struct hmap *map);

/**
 * DOC: changing
 *
 * All of these are called with the lock held. @gfp may be any flags that the
 * caller's context allows, GFP_ATOMIC and GFP_NOWAIT included; no allocation
 * failure is reported but by the result and the counters. @key and @value must
 * not point into the map itself, whose tables may be freed on the way; but
 * hmap_remove() and hmap_take() may be given the key of a walk. -EINVAL
 * comes with a warning, for a programming error: a NULL or senseless type, a NULL
 * key or value where its size is not 0.
 */

/**
 * hmap_insert() - add an entry
 * @map: the map
 * @key: the key; copied
 * @value: the value; copied
 * @gfp: for a table, and for the block of an indirect key or value
 *
 * Context: The lock. May sleep if @gfp allows it.
 * Return: 0, -EEXIST if @key is in the map already, -ENOMEM, -EINVAL. The
 *	entries are unchanged on failure.
 */
int hmap_insert(struct hmap *map, const void *key, const void *value, gfp_t gfp);

/**
 * hmap_store() - add an entry, or overwrite the value of an existing one
 * @map: the map
 * @key: the key
 * @value: the value
 * @gfp: as for hmap_insert(); overwriting allocates only for types with
 *	%HMAP_RCU whose values are not of 1, 2, 4 or 8 bytes
 *
 * Overwriting such a value takes another slot, or, if none is empty beside the old
 * one, copies the table.
 *
 * Context: The lock. May sleep if @gfp allows it.
 * Return: 0, -ENOMEM, -EINVAL. The entries are unchanged on failure.
 */
int hmap_store(struct hmap *map, const void *key, const void *value, gfp_t gfp);

/**
 * hmap_replace() - overwrite the value of an existing entry
 * @map: the map
 * @key: the key
 * @value: the value
 * @gfp: as for hmap_store()
 *
 * Context: The lock. May sleep if @gfp allows it.
 * Return: 0, -ENOENT if @key is not in the map, -ENOMEM, -EINVAL. The entries
 *	are unchanged on failure.
 */
int hmap_replace(struct hmap *map, const void *key, const void *value, gfp_t gfp);

/**
 * hmap_get_or_insert() - find an entry, or add it
 * @map: the map
 * @key: the key
 * @value: the value to store if @key is not in the map
 * @inserted: set to whether it was added; may be NULL
 * @gfp: as for hmap_insert()
 *
 * Context: The lock. May sleep if @gfp allows it.
 * Return: Pointer to the stored value, as from hmap_lookup(), to be read only
 *	if the type has %HMAP_RCU; or ERR_PTR() of -ENOMEM or -EINVAL.
 */
void *hmap_get_or_insert(struct hmap *map, const void *key, const void *value,
			 bool *inserted, gfp_t gfp);

/**
 * hmap_remove() - remove an entry
 * @map: the map
 * @key: the key
 *
 * Removals give memory back: smaller tables are allocated for it, with GFP_NOWAIT,
 * and where that fails the larger ones stay for the time being. The last entry takes
 * its table with it, unless that is of the smallest class or its room was reserved.
 * Types with %HMAP_RCU keep the blocks of removed entries until their table is cleaned
 * or replaced, or goes with its last entry.
 *
 * Context: The lock. Does not sleep, and never fails for want of memory.
 * Return: 0, -ENOENT if @key is not in the map, -EINVAL.
 */
int hmap_remove(struct hmap *map, const void *key);

/**
 * hmap_take() - remove an entry and copy its value out
 * @map: the map
 * @key: the key
 * @out: where to copy the value, or NULL; left as it is if @key is not in the map
 *
 * Context: As hmap_remove().
 * Return: 0, -ENOENT if @key is not in the map, -EINVAL.
 */
int hmap_take(struct hmap *map, const void *key, void *out);

/**
 * hmap_reserve() - make room ahead
 * @map: the map
 * @n: number of entries that the map is to hold in all, 0 for none
 * @gfp: for tables and directory
 *
 * Afterwards inserts need no table until the map holds @n entries: surely while
 * one table holds them, and but for a negligible probability when they are spread
 * over many, for which each table gets room for its share and a margin. That
 * takes up to twice the memory of plain inserts for small slots, and several
 * times for slots of hundreds of bytes; hmap_trim() gives back what is left over.
 * Blocks of indirect keys and values are not covered. The room is kept until hmap_trim() or
 * hmap_clear(). For types with %HMAP_RCU, entries removed, and values overwritten
 * by copies, use it up, so that a later insert may allocate again. Other types may
 * clean a table of what was removed, but do without if they cannot allocate.
 *
 * A map whose lock is a spinlock is reserved with GFP_KERNEL before anyone else
 * can see it, and before hmap_set_lock().
 *
 * Context: The lock. May sleep if @gfp allows it. O(n).
 * Return: 0, -ENOMEM, -E2BIG if no map could hold @n, -EINVAL. The entries are
 *	unchanged on failure; room made until then stays.
 */
int hmap_reserve(struct hmap *map, unsigned long n, gfp_t gfp);

/**
 * hmap_trim() - give back memory that the entries do not need
 * @map: the map
 * @gfp: for the smaller tables
 *
 * Without entries the map becomes header-only. Otherwise tables are merged, and each
 * goes to the smallest slab class that holds its entries. Room that was reserved is
 * given up.
 *
 * Context: The lock. May sleep if @gfp allows it. O(entries).
 * Return: 0, or -ENOMEM if a smaller table could not be had; the map is intact
 *	then, and what was given back stays given back.
 */
int hmap_trim(struct hmap *map, gfp_t gfp);

/**
 * DOC: walking
 *
 * A walk visits every entry that is in the map for the whole walk exactly once. An
 * entry removed before it is reached is not visited; one inserted meanwhile may or
 * may not be; a key that is removed and inserted again is visited at most as often
 * as it was inserted. hmap_clear() ends the walk.
 *
 * hmap_for_each() holds the lock. Its body may insert, overwrite and remove any
 * entry, whatever that does to the tables, and clear or destroy the map.
 * hmap_for_each_rcu() lies in one RCU read-side section, beside a writer;
 * an entry removed while the walk comes to it may still be visited. hmap_next() is
 * for walks that hold nothing between their steps, as seq_file makes them.
 *
 * Walks begin at the smallest hash. To evict entry after entry, go on with a cursor
 * and begin anew behind the last; to break out of a new walk after the first entry,
 * again and again, leaves ever more hashes without entries, and the others crowded.
 */

/**
 * hmap_for_each() - visit the entries of a map
 * @map: the map
 * @iter: a name for the walk's state; the macro declares it
 * @k: a pointer variable, to the key (for string types: the string)
 * @v: a pointer variable, to the value; to const for types with %HMAP_RCU
 *
 * The order is none that one may rely on. @k and @v are what hmap_lookup() would
 * return: valid until the body changes the map, or under rcu_read_lock() for
 * types with %HMAP_RCU. Leaving the loop by break, return or goto is fine.
 *
 * Context: The lock. Does not sleep by itself; the body may if the lock allows.
 */
#define hmap_for_each(map, iter, k, v)					\
	__hmap_for_each(map, iter, false, k, v, iter.type, (const void *), (void *))

/**
 * hmap_for_each_rcu() - visit the entries of a map beside a writer
 * @map: a map whose type has %HMAP_RCU
 * @iter: a name for the walk's state; the macro declares it
 * @k: a pointer variable, to the key (for string types: the string)
 * @v: a pointer variable, to a const value
 *
 * @k and @v are valid until rcu_read_unlock(). The loop may be left in any way.
 *
 * Context: rcu_read_lock() or the lock, over the whole loop; with the lock alone the
 *	body may not change the map. Does not sleep.
 */
#define hmap_for_each_rcu(map, iter, k, v)				\
	__hmap_for_each(map, iter, true, k, v, iter.type, (const void *), (void *))

/**
 * struct hmap_cursor - a position between entries, of hmap_next()
 * @hash: private: of the entry before it
 * @tie: private: tells that from others of the same hash
 *
 * Zeroed (HMAP_CURSOR_INIT), it stands before all entries. It refers to nothing,
 * and may be kept for as long as one likes, or copied; but a walk begins anew, or
 * ends early, once the map has been cleared.
 */
struct hmap_cursor {
	u64	hash;
	u64	tie;
};

#define HMAP_CURSOR_INIT	{ }

/**
 * hmap_next() - the next entry behind a cursor
 * @map: the map
 * @cursor: where to go on; then stands behind the entry returned
 * @key: set to the key (for string types: the string), unless NULL or at the end
 *
 * One step looks through a table, which makes such a walk much slower than
 * hmap_for_each(). Entries that are in the map throughout are produced exactly once,
 * whatever is done to the map between the steps.
 *
 * Context: The lock; for types with %HMAP_RCU also an RCU read-side section alone.
 *	Does not sleep.
 * Return: Pointer to the value, as from hmap_lookup(); NULL if there are no more
 *	entries.
 */
const void *hmap_next(const struct hmap *map, struct hmap_cursor *cursor,
		      const void **key);

/**
 * struct hmap_stats - the module's counters, as debugfs shows them
 * @maps_allocated: maps made by hmap_alloc()
 * @maps_freed: maps freed by hmap_free()
 * @maps_never_filled: of those, maps that never had a table
 * @tables_allocated: bucket tables allocated
 * @tables_freed: bucket tables freed, or handed to RCU to free
 * @first_inserts: first tables that an insert allocated (hmap_reserve() not)
 * @bytes_in_use: bytes in headers of hmap_alloc(), tables, directories and
 *	blocks of indirect keys and values, slab rounding included
 * @bytes_peak: the highest bytes_in_use seen; not looked for at each change,
 *	so that up to 32 KiB per CPU may be missing, and headers are seen
 *	only when the counters are read
 * @alloc_failures: allocations that failed, of any of these
 * @rebuilds_grow: tables copied into a larger slab class
 * @rebuilds_shrink: tables copied into a smaller one
 * @rebuilds_clean: tables copied into one of the same class, to drop deleted
 *	slots or to overwrite a value under RCU
 * @splits: tables split in two
 * @splits_refused: splits refused because the hash spreads keys poorly
 * @merges: pairs of tables merged into one
 * @directory_doublings: directories made, each twice as large as the last
 * @directory_shrinks: directories made smaller, or dropped for a single table
 */
struct hmap_stats {
	u64	maps_allocated;
	u64	maps_freed;
	u64	maps_never_filled;
	u64	tables_allocated;
	u64	tables_freed;
	u64	first_inserts;
	u64	bytes_in_use;
	u64	bytes_peak;
	u64	alloc_failures;
	u64	rebuilds_grow;
	u64	rebuilds_shrink;
	u64	rebuilds_clean;
	u64	splits;
	u64	splits_refused;
	u64	merges;
	u64	directory_doublings;
	u64	directory_shrinks;
};

/**
 * hmap_stats_read() - sum the counters of all CPUs
 * @stats: where to put them
 *
 * Context: Process context. Beside running writers, not one moment's picture.
 */
void hmap_stats_read(struct hmap_stats *stats);

#include "hmap-iter.h"
#include "hmap-typed.h"

#endif /* _HMAP_H */
