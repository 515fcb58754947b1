/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sequences of calls on a map, which search.c looks for and sequence.c does.
 *
 * A sequence is a kind of map and some phases, of which the last ones are a loop. All
 * that a phase says is relative to the size n of the map, or to where the map's shape
 * changes, so that the same sequence can be tried with small maps and large ones.
 */
#ifndef _HMAP_USER_SEQUENCE_H
#define _HMAP_USER_SEQUENCE_H

#include "../../hmap/internal.h"
#include "cost.h"

enum op {
	INSERT,
	REMOVE,
	WALK,		/* one walk that removes */
	EVICT,		/* again and again the first entry of a new walk */
	RESERVE,
	TRIM,
	CLEAR,
	NR_OPS,
};

/* What a phase is made of. 0 says nothing of it. */
enum field {
	OP,
	COUNT,		/* so many entries, */
	PARTS,		/* and so many 1024ths of n, */
	UNTIL,		/* but only until: 1 a table, 2 a directory is replaced */
	ORDER,		/* of keys by their hashes: 0 up, 1 down, 2 mixed */
	BITS,		/* only hashes that share so many top bits, */
	LEVEL,		/* and about as many more as a map of n entries has tables for, */
	AT,		/* with this place; 0: where there are many of them */
	BRINK,		/* only where no table is replaced for it */
	CROWD,		/* only hashes of the first eighth of each table's words */
	GO_ON,		/* in a loop: with the next keys, not with the same */
	FAIL,		/* some allocations do: see set_failure() */
	NR_FIELDS,
};

struct phase {
	u32 field[NR_FIELDS];
};

#define MAX_PHASES	8

struct sequence {
	u32		kind;
	u32		nr;
	u32		loop;	/* the first phase of the loop */
	struct phase	phase[MAX_PHASES];
};

/* What a sequence has cost, from an empty map on. */
struct result {
	u64			ops;
	struct hmap_cost	cost;
	u64			failures;	/* of allocations */
	u32			most;		/* entries */
	double			score;		/* cost of an operation, by slots, */
	double			of_refs;	/* and what of that is for directories */
};

extern u32 field_limit[NR_FIELDS];
extern const u32 nr_kinds;

const char *kind_name(u32 kind);
void sequence_init(u64 seed);
void sequence_run(const struct sequence *s, u32 n, struct result *result);
void sequence_print(const struct sequence *s, u32 n);
bool sequence_parse(char *text, struct sequence *s, u32 *n, u64 *seed);

#endif /* _HMAP_USER_SEQUENCE_H */
