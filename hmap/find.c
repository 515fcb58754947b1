// SPDX-License-Identifier: GPL-2.0
/* What is inlined into users calls: see find.h. */
#include <linux/export.h>
#include <linux/rcupdate.h>

#include "internal.h"

#ifdef CONFIG_LOCKDEP
bool hmap_may_write(const struct hmap *map)
{
	return !map->lock || lock_is_held_type(map->lock, 0);
}
EXPORT_SYMBOL_HMAP(hmap_may_write);

/*
 * Where no lock was named, any that the reader holds may be the one. Interrupts off, or
 * softirqs, are read-side sections as well.
 */
bool hmap_may_read(const struct hmap *map, const struct hmap_type *type)
{
	if (map->lock && lock_is_held(map->lock))
		return true;
	if (!hmap_is_rcu(type))
		return !map->lock;
	return rcu_read_lock_any_held() || (!map->lock && lockdep_depth(current));
}
EXPORT_SYMBOL_HMAP(hmap_may_read);
#endif

void *__hmap_find_on(const struct hmap_type *type, const struct hmap_table *table,
		     u32 nr_words, const void *key, u64 hash)
{
	void *entry;

	hmap_probe(type, table, nr_words, key, hash, &entry);
	return entry;
}
EXPORT_SYMBOL_HMAP(__hmap_find_on);

/* The same, by a writer that wants the index of the slot, or -1. */
long hmap_find_index_on(const struct hmap_type *type, const struct hmap_table *table,
			const void *key, u64 hash)
{
	void *entry;

	return hmap_probe(type, table, table->nr_words, key, hash, &entry);
}

void *__hmap_find_int_on(const struct hmap_type *type, const struct hmap_table *table,
			 u32 nr_words, u64 key, u64 hash)
{
	const u32 low = key;

	if (type->key_size == sizeof(low))
		return __hmap_find_on(type, table, nr_words, &low, hash);
	return __hmap_find_on(type, table, nr_words, &key, hash);
}
EXPORT_SYMBOL_HMAP(__hmap_find_int_on);
