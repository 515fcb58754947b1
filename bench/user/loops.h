/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The timed loops, in what C and C++ have in common. A peer has defined before:
 *
 *	struct map
 *	struct map *map_new(void)
 *	void map_free(struct map *map)
 *	bool map_insert(struct map *map, struct key key, u64 value)
 *	bool map_lookup(struct map *map, struct key key, u64 *value)
 *	bool map_remove(struct map *map, struct key key)
 *	u64 map_sum(struct map *map)		of all values, by a walk
 *	void map_settle(void)			do what has been put off
 *
 * Usage: PROGRAM N REPETITIONS, or PROGRAM bytes N; N 0 is for small maps, which
 * are created anew for each operation.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define SMALL_MAPS	2000
#define CHURN_STEPS	1024
#define BYTES_ENTRIES	100000

static void create(struct map **maps, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		maps[i] = map_new();
}

static void destroy(struct map **maps, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		map_free(maps[i]);
	map_settle();
}

static size_t insert_all(struct map *map, const struct key *keys, size_t n)
{
	size_t i, nr = 0;

	for (i = 0; i < n; i++)
		nr += map_insert(map, keys[i], i);
	return nr;
}

static void time_insert(struct map **maps, const struct workload *w)
{
	u64 start = bench_now();
	size_t i, nr = 0;

	for (i = 0; i < w->nr_maps; i++)
		nr += insert_all(maps[i], w->present, w->n);
	map_settle();
	bench_sample("insert", bench_now() - start, nr);
	bench_check(nr == w->n * w->nr_maps, "insert");
}

static void time_lookup(const char *op, struct map *map, const struct key *keys,
			size_t nr_keys, size_t found)
{
	u64 start = bench_now();
	u64 value, sum = 0;
	size_t i, nr = 0;

	for (i = 0; i < nr_keys; i++) {
		if (!map_lookup(map, keys[i], &value))
			continue;
		sum += value;
		nr++;
	}
	bench_touch(sum);
	bench_sample(op, bench_now() - start, nr_keys);
	bench_check(nr == found, op);
}

static void time_iterate(struct map **maps, const struct workload *w)
{
	u64 start = bench_now();
	u64 sum = 0;
	size_t i;

	for (i = 0; i < w->nr_maps; i++)
		sum += map_sum(maps[i]);
	bench_sample("iterate", bench_now() - start, w->n * w->nr_maps);
	bench_check(sum == w->nr_maps * (w->n * (u64)(w->n - 1) / 2), "iterate");
}

/* For each entry: remove it, insert another, look up an older one of those. */
static size_t replace_all(struct map *map, const struct key *from,
			  const struct key *to, size_t n)
{
	u64 value, sum = 0;
	size_t i, nr = 0;

	for (i = 0; i < n; i++) {
		if (!map_remove(map, from[i]) || !map_insert(map, to[i], i) ||
		    !map_lookup(map, to[i / 2], &value))
			break;
		sum += value;
		nr++;
	}
	bench_touch(sum);
	return nr;
}

static void time_churn(struct map *map, const struct workload *w)
{
	size_t passes = w->n < CHURN_STEPS / 2 ? CHURN_STEPS / 2 / w->n : 1;
	u64 start = bench_now();
	size_t i, nr = 0;

	for (i = 0; i < passes; i++) {
		nr += replace_all(map, w->shuffled, w->absent, w->n);
		nr += replace_all(map, w->absent, w->shuffled, w->n);
	}
	map_settle();
	bench_sample("churn", bench_now() - start, nr);
	bench_check(nr == passes * 2 * w->n, "churn");
}

static void time_delete(struct map **maps, const struct workload *w)
{
	u64 start = bench_now();
	size_t i, k, nr = 0;

	for (i = 0; i < w->nr_maps; i++)
		for (k = 0; k < w->n; k++)
			nr += map_remove(maps[i], w->shuffled[k]);
	map_settle();
	bench_sample("delete", bench_now() - start, nr);
	bench_check(nr == w->n * w->nr_maps, "delete");
}

/* @turn: tells which map is looked up in. hmap's hashes depend on where a map is: in one
 * place, which of eight keys share a tag would be the same in all repetitions.
 */
static void time_ops(const struct workload *w, struct map **maps, size_t turn)
{
	struct map *map;

	create(maps, w->nr_maps);
	map = maps[turn % w->nr_maps];
	time_insert(maps, w);
	time_lookup("hit", map, w->hits, w->nr_lookups, w->nr_lookups);
	time_lookup("miss", map, w->misses, w->nr_lookups, 0);
	time_iterate(maps, w);
	time_churn(map, w);
	time_delete(maps, w);
	destroy(maps, w->nr_maps);
}

/* Create, @n inserts, destroy. */
static void time_life(const char *op, const struct workload *w, size_t n)
{
	u64 start = bench_now();
	size_t i, nr = 0;

	for (i = 0; i < SMALL_MAPS; i++) {
		struct map *map = map_new();

		bench_touch(map);
		nr += insert_all(map, w->present, n);
		bench_touch(map);
		map_free(map);
	}
	map_settle();
	bench_sample(op, bench_now() - start, SMALL_MAPS);
	bench_check(nr == n * SMALL_MAPS, op);
}

static void time_empty_lookup(const struct workload *w)
{
	struct map *map = map_new();
	u64 value, start = bench_now();
	size_t i, nr = 0;

	for (i = 0; i < w->nr_lookups; i++) {
		bench_touch(map);
		nr += map_lookup(map, w->hits[i], &value);
	}
	bench_sample("empty_lookup", bench_now() - start, w->nr_lookups);
	bench_check(!nr, "empty_lookup");
	map_free(map);
}

static void time_small(const struct workload *w)
{
	time_life("empty", w, 0);
	time_life("one", w, 1);
	time_life("eight", w, 8);
	time_empty_lookup(w);
}

static void count_bytes(size_t n)
{
	const size_t nr = BYTES_ENTRIES / (n ? n : 100) ?: 1;
	struct map **maps = (struct map **)calloc(nr, sizeof(*maps));
	struct workload w;
	size_t i, before;

	bench_workload(&w, n ?: 1);
	before = bench_heap();
	create(maps, nr);
	for (i = 0; i < nr; i++)
		insert_all(maps[i], w.present, n);
	map_settle();
	bench_report_bytes(n, (double)(bench_heap() - before) / nr / (n ?: 1));
	destroy(maps, nr);
}

static void run(size_t n, unsigned long reps)
{
	struct map **maps;
	struct workload w;

	bench_workload(&w, n ?: 8);
	maps = (struct map **)calloc(w.nr_maps, sizeof(*maps));
	bench_check(maps, "allocating maps");
	while (reps--) {
		if (n)
			time_ops(&w, maps, reps);
		else
			time_small(&w);
	}
	bench_report(n);
}

int main(int argc, char **argv)
{
	bench_check(argc == 3, "the command line");
	if (!strcmp(argv[1], "bytes"))
		count_bytes(strtoul(argv[2], NULL, 0));
	else
		run(strtoul(argv[1], NULL, 0), strtoul(argv[2], NULL, 0));
	return 0;
}
