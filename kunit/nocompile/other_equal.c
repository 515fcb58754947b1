// SPDX-License-Identifier: GPL-2.0
/* EXPECT: the type and the wrappers name other functions */
#include <hmap/hmap.h>

struct key {
	u32 id;
};

struct thing {
	u32 id;
};

static u64 key_hash(const void *key, size_t size, u64 seed)
{
	return hmap_hash_u32(key, size, seed);
}

static u64 thing_hash(const void *thing, size_t size, u64 seed)
{
	return hmap_hash_u32(&((const struct thing *)thing)->id, size, seed);
}

static bool same(const void *key, const void *thing, size_t size)
{
	return ((const struct key *)key)->id == ((const struct thing *)thing)->id;
}

static bool __maybe_unused never_same(const void *key, const void *thing, size_t size)
{
	return false;
}

HMAP_DECLARE_KEYED_OBJECT(things, struct thing, struct key, 0);
HMAP_KEYED_OBJECT_WRAPPERS(things, key_hash, thing_hash, same);

#ifdef MISTAKE
HMAP_DEFINE_KEYED_OBJECT_TYPE(things, key_hash, thing_hash, never_same);
#else
HMAP_DEFINE_KEYED_OBJECT_TYPE(things, key_hash, thing_hash, same);
#endif
