/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The calls of C++ maps, which have the interface of std::unordered_map. A peer has
 * defined flat_map, and flat_map_view to look up strings by.
 */
#ifndef _BENCH_FLAT_MAP_H
#define _BENCH_FLAT_MAP_H

struct map {
	flat_map entries;
};

#ifdef BENCH_STRING
static inline flat_map_view lookup_key(const struct key &key)
{
	return { key.text, key.len };
}

static inline std::string stored_key(const struct key &key)
{
	return { key.text, key.len };
}
#else
static inline u64 lookup_key(const struct key &key)
{
	return key.word;
}

static inline u64 stored_key(const struct key &key)
{
	return key.word;
}
#endif

static inline struct map *map_new(void)
{
	return new map;
}

static inline void map_free(struct map *map)
{
	delete map;
}

static inline bool map_insert(struct map *map, struct key key, u64 value)
{
	return map->entries.try_emplace(stored_key(key), value).second;
}

static inline bool map_lookup(struct map *map, struct key key, u64 *value)
{
	const auto found = map->entries.find(lookup_key(key));

	if (found == map->entries.end())
		return false;
	*value = found->second;
	return true;
}

static inline bool map_remove(struct map *map, struct key key)
{
	return map->entries.erase(lookup_key(key));
}

static inline u64 map_sum(struct map *map)
{
	u64 sum = 0;

	for (const auto &entry : map->entries)
		sum += entry.second;
	return sum;
}

static inline void map_settle(void)
{
}

#endif /* _BENCH_FLAT_MAP_H */
