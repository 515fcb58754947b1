/* SPDX-License-Identifier: GPL-2.0 */
/* The keys of the runs, all made before anything is timed. */
#ifndef _HMAP_BENCH_KEYS_H
#define _HMAP_BENCH_KEYS_H

#include "bench.h"

/* A bijection of 64-bit numbers: the finaliser of splitmix64. */
u64 bench_mix(u64 number);

/* A number below @limit at random, from a state that begins with a seed. */
u32 bench_below(u64 *state, u32 limit);

void bench_shuffle(u64 *items, u32 n, u64 seed);

/* Key @number as a string of 16 to 32 characters. */
#define BENCH_STRING_SIZE	33
void bench_print_key(char *string, u64 number);

struct bench_keys *bench_keys_alloc(enum bench_kind kind, u32 n);
void bench_keys_free(struct bench_keys *keys);

#endif /* _HMAP_BENCH_KEYS_H */
