/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A naive twin of a map, which the suites and the fuzzer compare hmap with. It
 * shares no code and no idea with hmap: keys are numbers below MODEL_KEYS, and
 * an array says for each which version of a value it has.
 *
 * It owns the objects that maps of objects and of pointers lead to, and frees each as a
 * user would, as soon as the map has let go of it: at once, or under RCU after a grace
 * period. A freed object is poisoned, and the next one that is made is in its place: so
 * a walk that looks behind a stale pointer is seen to, or takes another object for it.
 */
#ifndef _HMAP_KUNIT_MODEL_H
#define _HMAP_KUNIT_MODEL_H

#include <hmap/hmap.h>

#define MODEL_KEYS	8192
#define MODEL_WALKS	4	/* that may be under way at the same time */
#define MODEL_OBJECTS	(4 * MODEL_KEYS)	/* with those that wait for RCU */

/* The largest key and value of any kind, in bytes. */
#define MODEL_KEY_MAX	304
#define MODEL_VALUE_MAX	504

/* What an object of the model's is to a kind of map. */
enum model_role {
	MODEL_NO_OBJECTS,
	MODEL_IS_KEY,		/* a pointer to it is the key, which is behind that */
	MODEL_IS_VALUE,		/* a pointer to it is the value */
	MODEL_IS_ENTRY,		/* the map is one of objects */
};

/* How a kind of map writes key number n and version v of a value. */
struct model_kind {
	const char *name;
	u32 nr_keys;		/* how many different keys there are */
	const struct hmap_type *type;
	enum model_role role;
	bool keyed;		/* looks for a struct model_wanted */
};

extern const u32 model_nr_kinds;
const struct model_kind *model_kind(u32 n);

/* Of the least alignment that hmap takes, unless it has to have that of its pointer. */
struct model_object {
	u32 version;
	u32 number;		/* of its key, which is one of these: */
	u64 id;
	const char *pointer;	/* to @name */
	u8 odd;
	u8 bytes[7];
	char name[64];
} __packed __aligned(4);

/* What keyed objects are looked up by. */
struct model_wanted {
	u16 low;
	u16 high;
};

/* Room for a key, in any form. */
struct model_key {
	struct hmap_str str;
	const struct model_object *pointer;
	struct model_wanted wanted;
	struct model_object object;
	u64 bytes[MODEL_KEY_MAX / 8];
};

/* The model's memory for objects: model_object.c. */
struct model_block {
	struct rcu_head rcu;
	struct model *model;
	u64 bytes[DIV_ROUND_UP(sizeof(struct model_object) + 4, 8)];
};

struct model_pool {
	u32 nr_used;			/* blocks, from the first, that ever were */
	u32 nr_free;			/* of those */
	u16 free[MODEL_OBJECTS];	/* their numbers; the last was freed last */
	struct model_block block[MODEL_OBJECTS];
};

enum model_op {
	/* Each kind does what its wrappers would do: by the calls for values or pointers. */
	MODEL_INSERT,
	MODEL_STORE,
	MODEL_REPLACE,
	MODEL_GET_OR_INSERT,
	MODEL_REMOVE,
	MODEL_TAKE,
	MODEL_ERASE,
	MODEL_ERASE_POINTER,
	MODEL_LOOKUP,
	MODEL_LOOKUP_BULK,
	MODEL_LOOKUP_MUT,
	MODEL_READ,
	MODEL_CONTAINS,
	MODEL_RESERVE,
	MODEL_TRIM,
	MODEL_CLEAR,
	MODEL_CLEAR_WITH,
	MODEL_DESTROY,
	MODEL_FREE_AND_DESTROY,
	/* from the first entry to the last */
	MODEL_WALK,
	MODEL_WALK_SAFE,
	MODEL_WALK_RCU,
	MODEL_WALK_CURSOR,
	/* a walk that stays open while other things happen */
	MODEL_OPEN,
	MODEL_OPEN_AFTER,		/* a cursor, behind a key */
	MODEL_ADVANCE,
	MODEL_CLOSE,
	MODEL_NR_OPS,
};

enum model_walk_kind {
	MODEL_CLOSED,
	MODEL_SAFE,
	MODEL_READER,
	MODEL_CURSOR,
	MODEL_SHARED,			/* only from end to end */
};

/* A walk under way, and what it has seen. */
struct model_walk {
	enum model_walk_kind kind;
	struct hmap_iter iter;
	struct hmap_steps steps;
	struct hmap_cursor cursor;
	u16 visits[MODEL_KEYS];
	u16 inserts[MODEL_KEYS];	/* one if there from the beginning */
	bool stayed[MODEL_KEYS];	/* there from the beginning until now */
};

struct model {
	struct hmap map;
	const struct model_kind *kind;
	const struct hmap_type *type;	/* the kind's */
	u32 keys;		/* this model uses keys below it */
	u32 count;
	u32 last_version;
	gfp_t gfp;
	bool may_fail;		/* -ENOMEM is an answer, if nothing changed */
	bool deprived;		/* an operation may have failed since the map was cleared */
	bool readers;		/* open walks may be readers', in one section */
	void (*let_go)(void);	/* or NULL: before a call that readers do not survive */
	bool checks_seldom;	/* all of a large map, that is */
	u32 unchecked;		/* steps since the last such check */
	u32 reserved;		/* at most so many slots were asked for */
	u64 operations;		/* done on the map */
	bool quick;		/* model_step() looks at this step's result only */
	u32 failures;		/* calls that have returned -ENOMEM */
	u32 version[MODEL_KEYS];	/* 0: absent */
	struct model_object *object[MODEL_KEYS];	/* that goes with the key */
	struct model_walk walk[MODEL_WALKS];
	struct model_pool pool;
};

/* model_exit() waits for RCU, if anything is left to it. Return: NULL, or what is wrong. */
void model_init(struct model *m, const struct model_kind *kind, u32 keys);
const char *model_exit(struct model *m);

/* Walks that change the map, by operations from a seed: those whose seed has these bits
 * empty it, for the most part.
 */
#define MODEL_EMPTYING	3

/* Do one operation on both. Return: NULL, or what hmap did wrong. */
const char *model_step(struct model *m, enum model_op op, u32 key, u32 arg);

/* Compare all entries, and the map's invariants. Return: as above. */
const char *model_compare(struct model *m);

/* model_kind.c: key number @n as a generic call takes it, and back from one that the map
 * stores; version @v of a value; and whether @entry is what a lookup has to give for key
 * number @n.
 */
const void *model_key(const struct model *m, u32 n, struct model_key *key);
u32 model_key_number(const struct model *m, const void *stored);
void model_value(const struct model *m, u32 v, void *value);
bool model_is_value(const struct model *m, u32 v, const void *value);
bool model_is_entry(const struct model *m, u32 n, const void *entry);

/* The keys of one hmap_lookup_bulk(), and the number of each. */
#define MODEL_BULK	40
const void *model_bulk_keys(const struct model *m, u32 n);
u32 model_bulk_key(const struct model *m, u32 n, u32 i);

static inline bool model_has_strings(const struct model *m)
{
	return m->type->flags & HMAP_STRING;
}

/* Whether a lookup gives the model's object. */
static inline bool model_has_pointers(const struct model *m)
{
	return m->kind->role == MODEL_IS_VALUE || m->kind->role == MODEL_IS_ENTRY;
}

/* Whether a value does not change as long as its entry lives. */
static inline bool model_is_constant(const struct model *m)
{
	return m->type->flags & HMAP_RCU && m->type->value_size &&
	       !(m->type->flags & (HMAP_SCALAR | HMAP_POINTER));
}

/* model_object.c: make an object, or NULL; free one that no reader can have; one that
 * was in the map; set up one in the caller's memory.
 */
void model_object_set(struct model_object *object, u32 n, u32 v);
struct model_object *model_object_make(struct model *m, u32 n, u32 v);
void model_object_free_now(struct model *m, struct model_object *object);
void model_object_free(struct model *m, struct model_object *object);
u32 model_objects_left(const struct model *m);

/* model.c, for walks: what a body does to the map. */
const char *model_change(struct model *m, enum model_op op, u32 n, u32 arg);
const char *model_remove(struct model *m, enum model_op op, u32 n, u32 arg,
			 const void *stored);

/* model_walk.c */
const char *model_walk(struct model *m, enum model_op op, u32 seed);
const char *model_walk_on(struct model *m, enum model_op op, u32 n, u32 arg);
void model_close_walks(struct model *m, bool all);
void model_walks_see_insert(struct model *m, u32 n);
void model_walks_see_removal(struct model *m, u32 n);

#endif /* _HMAP_KUNIT_MODEL_H */
