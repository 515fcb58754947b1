// SPDX-License-Identifier: GPL-2.0
/* Finding entries, and what can be asked of a map without changing it. */
#include <linux/bitops.h>

#include "internal.h"

const void *hmap_lookup(const struct hmap *map, const void *key)
{
	const struct hmap_type *type = map->type;
	void *root = hmap_deref(map);

	if (hmap_root_vacant(root))
		return NULL;
	return hmap_find(map, root, type, key, type->hash, type->equal);
}
EXPORT_SYMBOL_HMAP(hmap_lookup);

void *__hmap_find_on(const struct hmap_type *type, const struct hmap_table *table,
		     u32 nr_words, const void *key, u64 hash)
{
	long index = hmap_probe(type, table, nr_words, key, hash, type->equal);

	if (index < 0)
		return NULL;
	return hmap_slot_value(type, hmap_slot_at(type, table, nr_words, index));
}
EXPORT_SYMBOL_HMAP(__hmap_find_on);

void *__hmap_find_int_on(const struct hmap_type *type, const struct hmap_table *table,
			 u32 nr_words, u64 key, u64 hash)
{
	const u32 low = key;

	if (type->key_size == sizeof(low))
		return __hmap_find_on(type, table, nr_words, &low, hash);
	return __hmap_find_on(type, table, nr_words, &key, hash);
}
EXPORT_SYMBOL_HMAP(__hmap_find_int_on);

void *hmap_lookup_mut(struct hmap *map, const void *key)
{
	if (WARN_ONCE(map->type && hmap_is_rcu(map->type),
		      "hmap: type %s has HMAP_RCU: change values by hmap_store()\n",
		      map->type->name))
		return NULL;
	return (void *)hmap_lookup(map, key);
}
EXPORT_SYMBOL_HMAP(hmap_lookup_mut);

/* The calls from here to hmap_memory() may be made without a lock, so they bring
 * their own read-side section.
 */
bool hmap_contains(const struct hmap *map, const void *key)
{
	bool found;

	rcu_read_lock();
	found = hmap_lookup(map, key);
	rcu_read_unlock();
	return found;
}
EXPORT_SYMBOL_HMAP(hmap_contains);

bool hmap_get(const struct hmap *map, const void *key, void *out)
{
	const void *value;

	rcu_read_lock();
	value = hmap_lookup(map, key);
	if (value)
		hmap_read_value(map->type, out, value);
	rcu_read_unlock();
	return value;
}
EXPORT_SYMBOL_HMAP(hmap_get);

/* Readers may not look at table->live, which RCU's head will overwrite. */
static unsigned long count_full(const struct hmap_table *table)
{
	unsigned long count = 0;
	u32 nr;

	for (nr = 0; nr < table->nr_words; nr++)
		count += hweight64(hmap_match_full(READ_ONCE(table->words[nr])));
	return count;
}

unsigned long hmap_count(const struct hmap *map)
{
	unsigned long count = 0;
	void *root;

	rcu_read_lock();
	root = hmap_deref(map);
	if (hmap_root_dir(root))
		count = READ_ONCE(hmap_root_dir(root)->count);
	else if (!hmap_root_vacant(root))
		count = count_full(root);
	rcu_read_unlock();
	return count;
}
EXPORT_SYMBOL_HMAP(hmap_count);

bool hmap_empty(const struct hmap *map)
{
	bool empty;

	rcu_read_lock();
	empty = hmap_root_is_empty(hmap_deref(map));
	rcu_read_unlock();
	return empty;
}
EXPORT_SYMBOL_HMAP(hmap_empty);

static size_t table_memory(const struct hmap_type *type,
			   const struct hmap_table *table)
{
	return hmap_table_bytes_seen(type, table) +
	       hmap_table_indirect_bytes(type, table, true,
					 hmap_is_rcu(type));
}

static size_t dir_memory(const struct hmap *map, void *root)
{
	size_t bytes = hmap_dir_bytes(hmap_root_dir(root));
	u64 hash = 0;

	do {
		struct hmap_table *table = hmap_deref_table(map, root, hash);

		bytes += table_memory(map->type, table);
		hash = hmap_range_next(hash, table->depth);
	} while (hash);
	return bytes;
}

size_t hmap_memory(const struct hmap *map)
{
	size_t bytes = 0;
	void *root;

	rcu_read_lock();
	root = hmap_deref(map);
	if (hmap_root_dir(root))
		bytes = dir_memory(map, root);
	else if (!hmap_root_vacant(root))
		bytes = table_memory(map->type, root);
	rcu_read_unlock();
	return bytes;
}
EXPORT_SYMBOL_HMAP(hmap_memory);
