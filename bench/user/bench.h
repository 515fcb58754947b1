/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the benchmarks of the peers in user space share: keys, clock, samples.
 *
 * Each peer is a program of its own, and one for each kind of key: a file that
 * says how the peer creates, fills and reads a map, and includes loops.h behind
 * that, so that the calls are inlined into the same timed loops.
 */
#ifndef _BENCH_USER_H
#define _BENCH_USER_H

#include <stdbool.h>
#include <stddef.h>

/* As kunit/user/stubs.h has it, which the core is built with. */
typedef unsigned long long u64;

/* Text is laid out in the order in which the keys are used, like the words: what
 * is measured is the map's memory, not the caller's.
 */
#ifdef BENCH_STRING
#define BENCH_TEXT_MIN	16
#define BENCH_TEXT_MAX	31

struct key {
	const char *text;
	size_t len;
};
#else
struct key {
	u64 word;
};
#endif

struct workload {
	size_t n;		/* entries in a map */
	size_t nr_maps;		/* as many at a time as make 1024 entries */
	size_t nr_lookups;	/* more than a branch predictor remembers */
	struct key *present;	/* n, in the order of their insertion */
	struct key *shuffled;	/* the same in another order */
	struct key *absent;	/* n others */
	struct key *hits;	/* nr_lookups of the present ones, at random */
	struct key *misses;	/* nr_lookups of the absent ones */
};

#ifdef __cplusplus
extern "C" {
#endif

u64 bench_now(void);
void bench_check(bool ok, const char *what);
void bench_workload(struct workload *w, size_t n);

/* A sample of what one operation takes; bench_report() prints the medians. */
void bench_sample(const char *op, u64 ns, size_t nr_ops);
void bench_report(size_t n);

/* What malloc() has handed out, its own heads included. */
size_t bench_heap(void);
extern size_t bench_other_heap;
void bench_report_bytes(size_t n, double bytes);

#ifdef __cplusplus
}
#endif

/* The compiler has to assume that @p is used and that what it points to changes. */
#define bench_touch(p)	({ asm volatile("" : "+r"(p) : : "memory"); })

#endif /* _BENCH_USER_H */
