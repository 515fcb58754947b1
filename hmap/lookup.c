// SPDX-License-Identifier: GPL-2.0
/* Finding entries, and what can be asked of a map without changing it. */
#include <linux/bitops.h>

#include "internal.h"

void *hmap_lookup(const struct hmap *map, const void *key, const struct hmap_type *type)
{
	void *root = hmap_deref(map, type);

	return root ? hmap_find(map, root, type, key) : NULL;
}
EXPORT_SYMBOL_HMAP(hmap_lookup);

/* The calls from here to hmap_memory() may be made without a lock, so they bring
 * their own read-side section.
 */
bool hmap_contains(const struct hmap *map, const void *key, const struct hmap_type *type)
{
	bool found;

	rcu_read_lock();
	found = hmap_lookup(map, key, type);
	rcu_read_unlock();
	return found;
}
EXPORT_SYMBOL_HMAP(hmap_contains);

bool hmap_read(const struct hmap *map, const void *key, void *out, const struct hmap_type *type)
{
	void *entry;

	rcu_read_lock();
	entry = hmap_lookup(map, key, type);
	if (entry && type->flags & HMAP_POINTER)
		*(void **)out = entry;
	else if (entry)
		hmap_read_value(type, out, entry);
	rcu_read_unlock();
	return entry;
}
EXPORT_SYMBOL_HMAP(hmap_read);

/* Readers may not look at table->live, which RCU's head will overwrite. */
static unsigned long count_full(const struct hmap_table *table)
{
	unsigned long count = 0;
	u32 nr;

	for (nr = 0; nr < table->nr_words; nr++)
		count += hweight64(hmap_match_full(READ_ONCE(table->words[nr])));
	return count;
}

unsigned long hmap_count(const struct hmap *map, const struct hmap_type *type)
{
	unsigned long count;
	void *root;

	rcu_read_lock();
	root = hmap_deref(map, type);
	if (!root || hmap_root_is_object(root))
		count = !!root;
	else if (hmap_is_dir(root))
		count = READ_ONCE(hmap_root_dir(root)->count);
	else
		count = count_full(root);
	rcu_read_unlock();
	return count;
}
EXPORT_SYMBOL_HMAP(hmap_count);

bool hmap_empty(const struct hmap *map, const struct hmap_type *type)
{
	bool empty;
	void *root;

	rcu_read_lock();
	root = hmap_deref(map, type);
	if (!root || hmap_root_is_object(root))
		empty = !root;
	else if (hmap_is_dir(root))
		empty = !READ_ONCE(hmap_root_dir(root)->count);
	else
		empty = READ_ONCE(((struct hmap_table *)root)->flags) & HMAP_TABLE_VACANT;
	rcu_read_unlock();
	return empty;
}
EXPORT_SYMBOL_HMAP(hmap_empty);

static size_t table_memory(const struct hmap_type *type, const struct hmap_table *table)
{
	return table->bytes + hmap_used_bytes(type, table) + hmap_dead_bytes(type, table);
}

size_t hmap_memory(const struct hmap *map, const struct hmap_type *type)
{
	size_t bytes = 0;
	u64 hash = 0;
	void *root;

	rcu_read_lock();
	root = hmap_deref(map, type);
	if (!root || hmap_root_is_object(root))
		goto out;
	do {
		struct hmap_table *table = hmap_deref_table(root, hash);

		bytes += table_memory(type, table) + hmap_dir_bytes(root, hash);
		hash = hmap_range_next(hash, hmap_table_depth(table));
	} while (hash);
out:
	rcu_read_unlock();
	return bytes;
}
EXPORT_SYMBOL_HMAP(hmap_memory);
