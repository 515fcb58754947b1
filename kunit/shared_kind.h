/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kinds of maps that several files share, as a subsystem's header would declare them: with
 * hmap-types.h alone a structure can embed them. Their calls are in shared_kind_calls.h,
 * their types in shared_kind.c.
 */
#ifndef _HMAP_KUNIT_SHARED_KIND_H
#define _HMAP_KUNIT_SHARED_KIND_H

#include <hmap/hmap-types.h>

/* A key whose bytes are compared, so it has no padding. */
struct shared_key {
	u32 net;
	u32 id;
};

struct shared_object {
	u64 number;
	struct shared_key key;
	char name[24];
};

HMAP_DECLARE(shared_counters, u64, u64, HMAP_RCU);
HMAP_DECLARE(shared_pointers, u32, struct shared_object *, HMAP_RCU);
HMAP_DECLARE(shared_names, const char *, u32, HMAP_STRING);
HMAP_DECLARE(shared_set, u32, struct hmap_none, 0);
HMAP_DECLARE_OBJECT(shared_objects, struct shared_object, key, HMAP_RCU);
HMAP_DECLARE_OBJECT(shared_named, struct shared_object, name, HMAP_STRING);
HMAP_DECLARE_KEYED_OBJECT(shared_keyed, struct shared_object, u64, 0);

/* What embeds one of each. Zeroed, all of them are empty. */
struct shared {
	char			before;
	struct shared_counters	counters;
	struct shared_pointers	pointers;
	struct shared_names	names;
	struct shared_set	set;
	struct shared_objects	objects;
	struct shared_named	named;
	struct shared_keyed	keyed;
};

/* Calls of the other file: put an object into all of them, and take it out again. Returns
 * an error.
 */
int shared_add(struct shared *shared, struct shared_object *object, gfp_t gfp);
int shared_remove(struct shared *shared, struct shared_object *object);
/* How many of the maps the other file finds it in. */
u32 shared_find(struct shared *shared, const struct shared_object *object);
/* The types, as the other file knows them. */
const struct hmap_type *shared_type(u32 n);

#endif /* _HMAP_KUNIT_SHARED_KIND_H */
