// SPDX-License-Identifier: GPL-2.0
/*
 * liburcu's cds_lfht, a table that readers go through under RCU, and writers without
 * a lock. RCU by quiescent states: as in a kernel without preemption, readers do
 * nothing. It could grow by itself, in a worker; but beside a busy writer on the same
 * CPU that comes far too late, so the writer doubles it. Hashed as uthash does it.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#define _LGPL_SOURCE		/* inlines what may be inlined */
#include <urcu-qsbr.h>
#include <urcu/rculfhash.h>
#include <uthash.h>

#include "bench.h"
#include "node.h"

#define RCU_BATCH	256	/* entries that wait to be freed */

struct entry {
	struct cds_lfht_node link;
	struct node node;
};

struct map {
	struct cds_lfht *table;
	unsigned long nr_entries;
	unsigned long nr_buckets;
};

static struct entry *waiting[RCU_BATCH];
static unsigned int nr_waiting;

static void entry_free(struct entry *entry)
{
	node_release(&entry->node);
	free(entry);
}

static void map_settle(void)
{
	if (nr_waiting)
		synchronize_rcu();
	while (nr_waiting)
		entry_free(waiting[--nr_waiting]);
}

static void entry_retire(struct entry *entry)
{
	if (nr_waiting == RCU_BATCH)
		map_settle();
	waiting[nr_waiting++] = entry;
}

static unsigned long hash_of(const struct key *key)
{
	unsigned int hash;

	HASH_VALUE(key_bytes(key), key_size(key), hash);
	return hash;
}

static int match(struct cds_lfht_node *link, const void *key)
{
	const struct entry *entry = caa_container_of(link, struct entry, link);

	return same_key(&entry->node.key, key);
}

static struct map *map_new(void)
{
	struct map *map = malloc(sizeof(*map));

	map->nr_entries = 0;
	map->nr_buckets = 1;
	map->table = cds_lfht_new_flavor(1, 1, 0, 0, &urcu_qsbr_flavor, NULL);
	bench_check(map->table, "creating a table");
	return map;
}

static void map_free(struct map *map)
{
	struct cds_lfht_iter iter;
	struct entry *entry;

	cds_lfht_for_each_entry(map->table, &iter, entry, link) {
		cds_lfht_del(map->table, &entry->link);
		entry_free(entry);
	}
	bench_check(!cds_lfht_destroy(map->table, NULL), "destroying a table");
	free(map);
}

static void grow(struct map *map)
{
	map->nr_buckets *= 2;
	cds_lfht_resize(map->table, map->nr_buckets);
}

static bool map_insert(struct map *map, struct key key, u64 value)
{
	struct entry *entry = malloc(sizeof(*entry));
	struct cds_lfht_node *link;

	cds_lfht_node_init(&entry->link);
	node_set(&entry->node, key, value);
	rcu_read_lock();
	link = cds_lfht_add_unique(map->table, hash_of(&key), match, &key,
				   &entry->link);
	rcu_read_unlock();
	if (link != &entry->link)
		return false;
	if (++map->nr_entries > map->nr_buckets)
		grow(map);
	return true;
}

static struct entry *find(struct map *map, const struct key *key)
{
	struct cds_lfht_iter iter;
	struct cds_lfht_node *link;

	cds_lfht_lookup(map->table, hash_of(key), match, key, &iter);
	link = cds_lfht_iter_get_node(&iter);
	return link ? caa_container_of(link, struct entry, link) : NULL;
}

static bool map_lookup(struct map *map, struct key key, u64 *value)
{
	const struct entry *entry;

	rcu_read_lock();
	entry = find(map, &key);
	if (entry)
		*value = entry->node.value;
	rcu_read_unlock();
	return entry;
}

static bool map_remove(struct map *map, struct key key)
{
	struct entry *entry;
	bool removed;

	rcu_read_lock();
	entry = find(map, &key);
	removed = entry && !cds_lfht_del(map->table, &entry->link);
	rcu_read_unlock();
	if (!removed)
		return false;
	map->nr_entries--;
	entry_retire(entry);
	return true;
}

static u64 map_sum(struct map *map)
{
	struct cds_lfht_iter iter;
	struct entry *entry;
	u64 sum = 0;

	rcu_read_lock();
	cds_lfht_for_each_entry(map->table, &iter, entry, link)
		sum += entry->node.value;
	rcu_read_unlock();
	return sum;
}

static __attribute__((constructor)) void map_setup(void)
{
	rcu_register_thread();
}

#include "loops.h"
