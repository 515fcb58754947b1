// SPDX-License-Identifier: GPL-2.0
/*
 * uthash, the table that C programs include: a node for each entry, on the chain of
 * its bucket and on a list of all. Its own hash, Jenkins's, which has no secret.
 */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "bench.h"
#include "node.h"

struct entry {
	struct node node;
	UT_hash_handle hh;
};

struct map {
	struct entry *head;
};

static struct map *map_new(void)
{
	return calloc(1, sizeof(struct map));
}

static void map_free(struct map *map)
{
	struct entry *entry, *next;

	HASH_ITER(hh, map->head, entry, next) {
		HASH_DEL(map->head, entry);
		node_release(&entry->node);
		free(entry);
	}
	free(map);
}

static struct entry *find(struct map *map, struct key key, unsigned int hash)
{
	struct entry *entry;

	HASH_FIND_BYHASHVALUE(hh, map->head, key_bytes(&key), key_size(&key), hash,
			      entry);
	return entry;
}

static bool map_insert(struct map *map, struct key key, u64 value)
{
	struct entry *entry;
	unsigned int hash;

	HASH_VALUE(key_bytes(&key), key_size(&key), hash);
	if (find(map, key, hash))
		return false;
	entry = malloc(sizeof(*entry));
	node_set(&entry->node, key, value);
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, map->head, key_bytes(&entry->node.key),
				    key_size(&entry->node.key), hash, entry);
	return true;
}

static bool map_lookup(struct map *map, struct key key, u64 *value)
{
	struct entry *entry;

	HASH_FIND(hh, map->head, key_bytes(&key), key_size(&key), entry);
	if (!entry)
		return false;
	*value = entry->node.value;
	return true;
}

static bool map_remove(struct map *map, struct key key)
{
	struct entry *entry;

	HASH_FIND(hh, map->head, key_bytes(&key), key_size(&key), entry);
	if (!entry)
		return false;
	HASH_DEL(map->head, entry);
	node_release(&entry->node);
	free(entry);
	return true;
}

static u64 map_sum(struct map *map)
{
	struct entry *entry;
	u64 sum = 0;

	for (entry = map->head; entry; entry = entry->hh.next)
		sum += entry->node.value;
	return sum;
}

static void map_settle(void)
{
}

#include "loops.h"
