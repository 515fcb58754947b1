/* SPDX-License-Identifier: GPL-2.0 */
/* The calls of the kinds in shared_kind.h, for those who use them. */
#ifndef _HMAP_KUNIT_SHARED_KIND_CALLS_H
#define _HMAP_KUNIT_SHARED_KIND_CALLS_H

#include <hmap/hmap.h>

#include "shared_kind.h"

u64 shared_object_hash(const void *object, size_t size, u64 seed);
bool shared_object_is(const void *key, const void *object, size_t size);

HMAP_WRAPPERS(shared_counters, hmap_hash_u64, NULL);
HMAP_WRAPPERS(shared_pointers, hmap_hash_u32, NULL);
HMAP_WRAPPERS(shared_names, hmap_hash_bytes, NULL);
HMAP_WRAPPERS_N(shared_names);
HMAP_WRAPPERS(shared_set, hmap_hash_u32, NULL);
HMAP_OBJECT_WRAPPERS(shared_objects, hmap_siphash_bytes);
HMAP_OBJECT_WRAPPERS(shared_named, hmap_hash_bytes);
HMAP_OBJECT_WRAPPERS_N(shared_named);
HMAP_KEYED_OBJECT_WRAPPERS(shared_keyed, hmap_hash_u64, shared_object_hash, shared_object_is);

#endif /* _HMAP_KUNIT_SHARED_KIND_CALLS_H */
