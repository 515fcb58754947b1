/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instructions of single operations, which callgrind counts: unlike times they are the
 * same in each run. instructions.sh runs the programs and prints a table. With
 * BENCH_NORCU the kinds have no readers under RCU.
 *
 * Each loop stands between two requests to callgrind, of which the second makes it write
 * down what it has counted, with the number of operations and their name.
 */
#ifndef _BENCH_INSTRUCTIONS_H
#define _BENCH_INSTRUCTIONS_H

#include <valgrind/callgrind.h>

#include "../../hmap/internal.h"

#include "bench.h"

#ifdef BENCH_NORCU
#define FLAGS	0
#else
#define FLAGS	HMAP_RCU
#endif

#define MAPS	64	/* whose seeds differ: the luck of one would show */
#define LOOKUPS	4096	/* in each */
#define FEW	8
#define SOME	200	/* in one table */
#define MANY	1000	/* in several, behind a directory */

/* Seeds depend on where maps are. Here they are at the same place in each build: MAPS of
 * them, embedded as most are, and zeroed. All kinds use them, and leave them empty.
 */
#define COUNT_MAPS	((struct hmap *)0x400000000)

/* Of FEW, SOME and MANY keys. */
extern struct workload few, some, many;

void count_words(void);
void count_narrow(void);
void count_strings(void);
void count_objects(void);
void count_walks(void);

/* Count what a statement takes that does @each operations on map @i of @maps, with what RCU
 * has put off. PREFIX tells the kinds' rows apart.
 */
#define count_in(maps, name, each, statement) do {			\
	char __text[64];						\
	size_t i;							\
									\
	snprintf(__text, sizeof(__text), "%zu:%s%s", (maps) * (size_t)(each), PREFIX, name); \
	CALLGRIND_ZERO_STATS;						\
	for (i = 0; i < (maps); i++)					\
		statement;						\
	rcu_barrier();							\
	CALLGRIND_DUMP_STATS_AT(__text);				\
} while (0)

#define count(name, each, statement)	count_in(MAPS, name, each, statement)

/* The same of maps that come and go, which have done so before: malloc() finds the blocks that
 * they have left, as a slab does, and need not cut them from larger ones.
 */
#define count_lives_of(name, statement) do {				\
	size_t i;							\
									\
	for (i = 0; i < MAPS; i++)					\
		statement;						\
	rcu_barrier();							\
	count(name, 1, statement);					\
} while (0)

#endif /* _BENCH_INSTRUCTIONS_H */
