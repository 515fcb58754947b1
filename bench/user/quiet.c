// SPDX-License-Identifier: GPL-2.0
/*
 * Is the machine quiet, and what is the least that anything costs? Prints the time
 * of a multiplication that waits for the one before it, which tells the clock rate,
 * and the floor under the peers: an allocation and its release, an empty loop.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

#define LOOPS	1000000
#define REPS	15

static void multiply(void)
{
	u64 start = bench_now(), product = start;
	size_t i;

	for (i = 0; i < LOOPS; i++) {
		product *= 0x9e3779b97f4a7c15;
		bench_touch(product);
	}
	bench_sample("multiply", bench_now() - start, LOOPS);
}

static void allocate(const char *op, size_t size)
{
	u64 start = bench_now();
	size_t i;

	for (i = 0; i < LOOPS; i++) {
		void *p = malloc(size);

		bench_touch(p);
		free(p);
	}
	bench_sample(op, bench_now() - start, LOOPS);
}

static void loop(void)
{
	u64 start = bench_now();
	size_t i;

	for (i = 0; i < LOOPS; i++)
		bench_touch(i);
	bench_sample("empty_lookup", bench_now() - start, LOOPS);
}

int main(void)
{
	int i;

	for (i = 0; i < REPS; i++) {
		multiply();
		allocate("empty", 16);
		allocate("malloc_32", 32);
		loop();
	}
	bench_report(0);
	return 0;
}
