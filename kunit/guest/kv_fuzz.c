// SPDX-License-Identifier: GPL-2.0
/*
 * A fuzzer for the sample store /dev/hmap_kv: arbitrary bytes, by write() calls that
 * part them anywhere, with bad addresses and without memory; processes that share
 * files, open many, and are killed. What can be foretold is: each write() returns
 * what hmap_kv.c promises, and what was written is read back.
 *
 *	kv_fuzz SEED SECONDS		rounds, for so long
 *	kv_fuzz SEED SECONDS ROUND	this one again and again, for so long
 *
 * It needs root, a kernel with fault injection that fail-nth can be asked for, the
 * modules hmap and hmap_kv, and debugfs. It ends at the first thing that is wrong,
 * with status 1, and tells the seed and the round, which do the same writes again;
 * when processes meet, and are killed, is up to the machine.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kv_fuzz.h"

#define MAX_ENTRIES	"/sys/module/hmap_kv/parameters/max_entries"

unsigned long *totals;
unsigned long max_entries;

static const struct {
	const char	*name;
	void		(*run)(struct rng *rng);
} rounds[] = {
	{ "alone", round_alone },
	{ "killed", round_killed },
	{ "alone", round_alone },
	{ "shared", round_shared },
	{ "alone", round_alone },
	{ "opens", round_opens },
};

static unsigned long long seed;
static unsigned long round_nr;

static const char *round_name(void)
{
	return rounds[round_nr % ARRAY_SIZE(rounds)].name;
}

/* One write(), as others may have something to say as well. */
void wrong(const char *format, ...)
{
	char what[512];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	dprintf(STDOUT_FILENO, "kv_fuzz: WRONG: seed %llu, round %lu (%s): %s\n", seed,
		round_nr, round_name(), what);
	_exit(1);
}

void happened(int what)
{
	__atomic_add_fetch(&totals[what], 1, __ATOMIC_RELAXED);
}

void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		wrong("no memory: %s", strerror(errno));
	return memory;
}

static unsigned long read_max_entries(void)
{
	FILE *file = fopen(MAX_ENTRIES, "r");
	unsigned long n;

	if (!file || fscanf(file, "%lu", &n) != 1)
		die("reading %s", MAX_ENTRIES);
	fclose(file);
	return n;
}

/* All files are closed, so nothing is left of their maps. */
static void check_nothing_left(const struct counters *before)
{
	struct counters after = read_counters();
	long long tables = live_tables(&after) - live_tables(before);
	long long bytes = after.n[BYTES_IN_USE] - before->n[BYTES_IN_USE];

	if (tables || bytes)
		wrong("%lld tables and %lld bytes are left", tables, bytes);
}

static void run_round(void)
{
	struct counters before = read_counters();
	struct rng rng = { seed };

	rng.state = arbitrary_u64(&rng) + round_nr;
	rounds[round_nr % ARRAY_SIZE(rounds)].run(&rng);
	check_nothing_left(&before);
}

/* What a long run has not tried, it has not tested. */
static void print_totals(bool all)
{
	static const char * const names[NR_TOTALS] = {
		"write() calls", "of them refused", "for want of space",
		"with a bad address", "failed for want of memory", "processes killed",
		"of them in a write()", "open() calls failed", "files read"
	};
	size_t i;

	for (i = 0; i < NR_TOTALS; i++) {
		printf("    %-26s %lu\n", names[i], totals[i]);
		if (all && !totals[i])
			wrong("never happened: %s", names[i]);
	}
}

int main(int argc, char **argv)
{
	bool once = argc == 4;
	unsigned long n = 0;
	double end;

	if (argc != 3 && argc != 4) {
		fprintf(stderr, "usage: kv_fuzz SEED SECONDS [ROUND]\n");
		return 2;
	}
	seed = strtoull(argv[1], NULL, 0);
	end = now() + atof(argv[2]);
	round_nr = once ? strtoul(argv[3], NULL, 0) : 0;
	printf("kv_fuzz: seed %llu, %s s\n", seed, argv[2]);
	totals = shared_memory(NR_TOTALS * sizeof(*totals));
	max_entries = read_max_entries();
	do {
		run_round();
		n++;
		round_nr += !once;
	} while (now() < end);
	print_totals(!once);
	printf("kv_fuzz: %lu rounds, nothing wrong\n", n);
	return 0;
}
