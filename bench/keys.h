/* SPDX-License-Identifier: GPL-2.0 */
/* The keys of the runs, all made before anything is timed. */
#ifndef _HMAP_BENCH_KEYS_H
#define _HMAP_BENCH_KEYS_H

#include "bench.h"

struct bench_keys *bench_keys_alloc(enum bench_kind kind, u32 n);
void bench_keys_free(struct bench_keys *keys);

#endif /* _HMAP_BENCH_KEYS_H */
