// SPDX-License-Identifier: GPL-2.0
/* Keys, clock and samples of the benchmarks in user space; see bench.h. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

#define MAX_OPS		16
#define MAX_SAMPLES	1000

#define SMALL_REGION	1024	/* entries in the maps of a timed region */
#define MIN_LOOKUPS	32768

/* All threads' time on the CPU: what others do on the machine does not count, and
 * what a map's own worker does, counts.
 */
u64 bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* What reading the clock adds to a timed region. */
static u64 clock_cost = ~0ULL;

static __attribute__((constructor)) void measure_clock(void)
{
	int i;

	for (i = 0; i < 1000; i++) {
		u64 start = bench_now();
		u64 ns = bench_now() - start;

		if (ns < clock_cost)
			clock_cost = ns;
	}
}

void bench_check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench: %s went wrong\n", what);
	exit(1);
}

/* splitmix64 (Steele, Lea, Flood 2014); the same keys in all programs. */
static u64 random_state = 20260101;

static u64 random_u64(void)
{
	u64 z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static size_t random_below(size_t n)
{
	unsigned __int128 product = random_u64();

	return product * n >> 64;
}

static void *allocate(size_t n, size_t size)
{
	void *p = calloc(n, size);

	bench_check(p, "allocating keys");
	return p;
}

#ifdef BENCH_STRING
static struct key random_key(void)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	const size_t len = BENCH_TEXT_MIN +
			   random_below(BENCH_TEXT_MAX - BENCH_TEXT_MIN + 1);
	char *text = allocate(1, BENCH_TEXT_MAX + 1);
	size_t i;

	for (i = 0; i < len; i++)
		text[i] = letters[random_below(32)];
	return (struct key){ text, len };
}

/* Give a key that has just been put there its own text, next to the last one's. */
static void own_text(struct key *keys, size_t n)
{
	char *text = allocate(n, BENCH_TEXT_MAX + 1);
	size_t i;

	for (i = 0; i < n; i++, text += BENCH_TEXT_MAX + 1)
		keys[i].text = memcpy(text, keys[i].text, keys[i].len + 1);
}
#else
static struct key random_key(void)
{
	return (struct key){ random_u64() };
}

static void own_text(struct key *keys, size_t n)
{
}
#endif

static struct key *random_keys(size_t n)
{
	struct key *keys = allocate(n, sizeof(*keys));
	size_t i;

	for (i = 0; i < n; i++)
		keys[i] = random_key();
	return keys;
}

static struct key *shuffled(const struct key *keys, size_t n)
{
	struct key *copy = allocate(n, sizeof(*copy));
	size_t i;

	memcpy(copy, keys, n * sizeof(*copy));
	for (i = n; i > 1; i--) {
		size_t other = random_below(i);
		struct key key = copy[i - 1];

		copy[i - 1] = copy[other];
		copy[other] = key;
	}
	own_text(copy, n);
	return copy;
}

/* @nr of @keys at random; each of them once if that is their number. */
static struct key *draw(const struct key *keys, size_t n, size_t nr)
{
	struct key *drawn;
	size_t i;

	if (nr == n)
		return shuffled(keys, n);
	drawn = allocate(nr, sizeof(*drawn));
	for (i = 0; i < nr; i++)
		drawn[i] = keys[random_below(n)];
	own_text(drawn, nr);
	return drawn;
}

void bench_workload(struct workload *w, size_t n)
{
	/* No page faults in the timed regions: what was freed stays ours. */
	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, -1);
	mallopt(M_TOP_PAD, 64 << 20);
	/* And bench_heap() sees what other threads allocate. */
	mallopt(M_ARENA_MAX, 1);

	w->n = n;
	w->nr_maps = n < SMALL_REGION ? SMALL_REGION / n : 1;
	w->nr_lookups = n < MIN_LOOKUPS ? MIN_LOOKUPS : n;
	w->present = random_keys(n);
	w->shuffled = shuffled(w->present, n);
	w->absent = random_keys(n);
	w->hits = draw(w->present, n, w->nr_lookups);
	w->misses = draw(w->absent, n, w->nr_lookups);
}

static struct samples {
	const char *op;
	size_t nr;
	double ns[MAX_SAMPLES];
} samples[MAX_OPS];

void bench_sample(const char *op, u64 ns, size_t nr_ops)
{
	struct samples *s = samples;

	while (s->op && strcmp(s->op, op))
		s++;
	bench_check(s < samples + MAX_OPS && s->nr < MAX_SAMPLES,
		    "counting samples");
	s->op = op;
	s->ns[s->nr++] = ((double)ns - clock_cost) / nr_ops;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void bench_report(size_t n)
{
	struct samples *s;

	for (s = samples; s->op; s++) {
		qsort(s->ns, s->nr, sizeof(s->ns[0]), compare);
		printf("%s,%zu,ns,%.3f\n", s->op, n, s->ns[s->nr / 2]);
	}
}

/* What is in use of memory that did not come from malloc(). */
size_t bench_other_heap;

size_t bench_heap(void)
{
	return mallinfo2().uordblks + bench_other_heap;
}

void bench_report_bytes(size_t n, double bytes)
{
	printf("bytes,%zu,bytes,%.2f\n", n, bytes);
}
