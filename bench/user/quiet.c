// SPDX-License-Identifier: GPL-2.0
/*
 * The floor under the peers, an allocation with its release and an empty loop; the
 * first also tells whether the machine is quiet.
 */
#include <stdlib.h>

#include "bench.h"

#define LOOPS	300000
#define REPS	5

static void allocate(void)
{
	u64 start = bench_now();
	size_t i;

	for (i = 0; i < LOOPS; i++) {
		void *p = malloc(16);

		bench_touch(p);
		free(p);
	}
	bench_sample("empty", bench_now() - start, LOOPS);
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
		allocate();
		loop();
	}
	bench_report(0);
	return 0;
}
