/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A naive twin of a map, which the suites and the fuzzer compare hmap with. It
 * shares no code and no idea with hmap: keys are numbers below MODEL_KEYS, and
 * an array says for each which version of a value it has.
 */
#ifndef _HMAP_KUNIT_MODEL_H
#define _HMAP_KUNIT_MODEL_H

#include <hmap/hmap.h>

#define MODEL_KEYS	2048
#define MODEL_WALKS	4	/* that may be under way at the same time */

/* The largest key and value of any kind, in bytes. */
#define MODEL_KEY_MAX	304
#define MODEL_VALUE_MAX	504

/* How a kind of map writes key number n and version v of a value. */
struct model_kind {
	const char *name;
	u32 nr_keys;		/* how many different keys there are */
	struct hmap_type type;
};

extern const u32 model_nr_kinds;
const struct model_kind *model_kind(u32 n);

enum model_op {
	MODEL_INSERT,
	MODEL_STORE,
	MODEL_REPLACE,
	MODEL_GET_OR_INSERT,
	MODEL_REMOVE,
	MODEL_TAKE,
	MODEL_LOOKUP,
	MODEL_LOOKUP_BULK,
	MODEL_LOOKUP_MUT,
	MODEL_GET,
	MODEL_CONTAINS,
	MODEL_RESERVE,
	MODEL_TRIM,
	MODEL_CLEAR,
	MODEL_DESTROY,
	/* from the first entry to the last */
	MODEL_WALK,
	MODEL_WALK_CHANGING,
	MODEL_WALK_RCU,
	MODEL_WALK_CURSOR,
	/* a walk that stays open while other things happen */
	MODEL_OPEN,
	MODEL_ADVANCE,
	MODEL_CLOSE,
	MODEL_NR_OPS,
};

enum model_walk_kind {
	MODEL_CLOSED,
	MODEL_WRITER,
	MODEL_READER,
	MODEL_CURSOR,
};

/* A walk under way, and what it has seen. */
struct model_walk {
	enum model_walk_kind kind;
	bool cleared;			/* the map was, since it began */
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
	u32 keys;		/* this model uses keys below it */
	u32 count;
	u32 last_version;
	gfp_t gfp;
	bool may_fail;		/* -ENOMEM is an answer, if nothing changed */
	bool readers;		/* open walks may be readers', in one section */
	bool checks_seldom;	/* all of a large map, that is */
	u32 unchecked;		/* steps since the last such check */
	u32 reserved;		/* at most so many slots were asked for */
	u64 operations;		/* done on the map */
	bool quick;		/* model_step() looks at this step's result only */
	u32 failures;		/* calls that have returned -ENOMEM */
	u32 version[MODEL_KEYS];	/* 0: absent */
	struct model_walk walk[MODEL_WALKS];
};

void model_init(struct model *m, const struct model_kind *kind, u32 keys);
void model_exit(struct model *m);

/* Do one operation on both. Return: NULL, or what hmap did wrong. */
const char *model_step(struct model *m, enum model_op op, u32 key, u32 arg);

/* Compare all entries, and the map's invariants. Return: as above. */
const char *model_compare(struct model *m);

/* Key number @n, and back; whether a value is version @v. */
void model_key(const struct model *m, u32 n, void *key);
u32 model_key_number(const struct model *m, const void *key);
bool model_is_value(const struct model *m, u32 v, const void *value);

/* model.c, for walks: what a body does to the map. */
const char *model_change(struct model *m, enum model_op op, u32 n, u32 arg);
const char *model_remove(struct model *m, enum model_op op, u32 n,
			 const void *key);

/* model_walk.c */
const char *model_walk(struct model *m, enum model_op op, u32 seed);
const char *model_walk_on(struct model *m, enum model_op op, u32 arg);
void model_close_walks(struct model *m, bool all);
void model_walks_see_insert(struct model *m, u32 n);
void model_walks_see_removal(struct model *m, u32 n);
void model_walks_see_clear(struct model *m);

#endif /* _HMAP_KUNIT_MODEL_H */
