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
	MODEL_GET,
	MODEL_CONTAINS,
	MODEL_RESERVE,
	MODEL_TRIM,
	MODEL_CLEAR,
	MODEL_DESTROY,
	MODEL_WALK,
	MODEL_WALK_CHANGING,
	MODEL_WALK_RCU,
	MODEL_WALK_CURSOR,
	MODEL_NR_OPS,
};

struct model {
	struct hmap map;
	const struct model_kind *kind;
	u32 keys;		/* this model uses keys below it */
	u32 count;
	u32 last_version;
	gfp_t gfp;
	bool may_fail;		/* -ENOMEM is an answer, if nothing changed */
	u32 version[MODEL_KEYS];	/* 0: absent */
	/* of the walk under way */
	u16 visits[MODEL_KEYS];
	u16 inserts[MODEL_KEYS];	/* one if there from the beginning */
	bool stayed[MODEL_KEYS];	/* there from the beginning until now */
};

void model_init(struct model *m, const struct model_kind *kind, u32 keys);
void model_exit(struct model *m);

/* Do one operation on both. Return: NULL, or what hmap did wrong. */
const char *model_step(struct model *m, enum model_op op, u32 key, u32 arg);

/* Compare all entries, and the map's invariants. Return: as above. */
const char *model_compare(struct model *m);

#endif /* _HMAP_KUNIT_MODEL_H */
