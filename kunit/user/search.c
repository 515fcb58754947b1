// SPDX-License-Identifier: GPL-2.0
/*
 * Searches for sequences of calls that cost much: by trying, and by changing a little
 * what has cost most so far, for maps of 10^3 to 10^6 entries.
 *
 * An operation's cost is slots copied, references written to directories, words cleared,
 * and 64ths of the bytes allocated: what stands for time, but is the same in each run. Of
 * large slots more bytes are moved: it is divided by one and 64ths of a slot's bytes. The
 * cost of a sequence is that of all its operations, the first of them on an empty map, by
 * their number. If no sequence costs more than a bound, however large the map, then every
 * operation is paid for by constant work.
 *
 *	search [seconds=60] [seed=1] [n=0] [bound=0] [failures=1] [from=FILE]
 *		n=1000 looks at maps of this size alone, bound=32 stops at one that costs more,
 *		failures=0 lets no allocation fail, from= begins with what is kept in a file
 *	search [bound=0] replay TEXT...
 *		does these again
 *
 * What is tried depends on the seed alone, how much of it on the time.
 */
#include <time.h>

#include "sequence.h"

/* A sequence, and what it costs with maps of one size. */
struct found {
	struct sequence	s;
	struct result	result;
};

#define KEPT	12

struct population {
	u32		n;
	u32		nr;
	u64		work;
	struct found	found[KEPT];
};

/* The worst of each kind and size; by all that they cost, and by what is for directories
 * alone: only that can grow with a map, but in small maps it is little.
 */
#define ALL_COSTS	0
#define REFS		1
#define NR_AIMS		2

#define NR_SIZES	4
#define MAX_KINDS	8

static u32 nr_sizes = NR_SIZES;
static struct population populations[NR_AIMS][MAX_KINDS][NR_SIZES];
static u64 seed = 1, tried;

/* Not the stubs' generator, whose state the core may use: xorshift (Marsaglia 2003). */
static u32 below(u32 limit)
{
	static u64 x;

	x = x ?: seed * GOLDEN_RATIO_64 | 1;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (x >> 32) * limit >> 32;
}

static u32 random_field(enum field f)
{
	u32 value = below(field_limit[f]);

	/* Of numbers of entries the small ones are as likely as the others. */
	return f == COUNT || f == PARTS ? value >> below(12) : value;
}

static struct phase random_phase(void)
{
	struct phase p = { };
	u32 f;

	p.field[OP] = below(3) ? below(2) : below(NR_OPS);
	p.field[below(2) ? COUNT : PARTS] = 1 + below(1024);
	for (f = PARTS + 1; f < NR_FIELDS; f++)
		if (!below(4))
			p.field[f] = random_field(f);
	return p;
}

static void add_phase(struct sequence *s, struct phase p)
{
	u32 at = below(s->nr + 1);

	if (s->nr == MAX_PHASES)
		return;
	memmove(&s->phase[at + 1], &s->phase[at], (s->nr - at) * sizeof(p));
	s->phase[at] = p;
	s->nr++;
	s->loop += at < s->loop;
}

static void drop_phase(struct sequence *s)
{
	u32 at = below(s->nr);

	if (s->nr == 1)
		return;
	s->nr--;
	memmove(&s->phase[at], &s->phase[at + 1], (s->nr - at) * sizeof(*s->phase));
	s->loop = min(s->loop - (at < s->loop), s->nr - 1);
}

static void change_field(struct phase *p)
{
	u32 f = below(NR_FIELDS), limit = field_limit[f], value = p->field[f];

	switch (below(4)) {
	case 0:
		value = random_field(f);
		break;
	case 1:
		value = 0;
		break;
	case 2:
		value += 1 + below(3) - 2 * below(3);
		break;
	case 3:
		value = below(2) ? value * 2 : value / 2;
	}
	if (value < limit)
		p->field[f] = value;
}

/* What comes and goes in turn does so in one place. */
static void copy_range(struct phase *to, const struct phase *from)
{
	static const u8 fields[] = { BITS, LEVEL, AT };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		to->field[fields[i]] = from->field[fields[i]];
}

static void mutate(struct sequence *s, const struct sequence *other)
{
	const u32 a = below(s->nr), b = below(s->nr);

	switch (below(8)) {
	case 0:
		add_phase(s, random_phase());
		break;
	case 1:
		add_phase(s, other->phase[below(other->nr)]);
		break;
	case 2:
		drop_phase(s);
		break;
	case 3:
		s->loop = below(s->nr);
		break;
	case 4:
		swap(s->phase[a], s->phase[b]);
		break;
	case 5:
		copy_range(&s->phase[a], &s->phase[b]);
		break;
	default:
		change_field(&s->phase[a]);
	}
}

static struct sequence random_sequence(void)
{
	struct sequence s = { };

	do {
		add_phase(&s, random_phase());
	} while (below(3));
	s.loop = below(s.nr);
	return s;
}

/* One of the worst: often of the same kind and size. NULL: there is none yet. */
static const struct sequence *some_found(u32 aim, u32 kind, u32 size)
{
	struct population *p;

	if (!below(4))
		kind = below(nr_kinds);
	if (!below(4))
		size = below(nr_sizes);
	p = &populations[aim][kind][size];
	/* The worse of two, and they are in order. */
	return p->nr ? &p->found[min(below(p->nr), below(p->nr))].s : NULL;
}

static struct sequence next_sequence(u32 kind, u32 size)
{
	const u32 aim = below(NR_AIMS);
	const struct sequence *parent = some_found(aim, kind, size);
	const struct sequence *other = some_found(aim, kind, size);
	struct sequence s;

	if (!parent || !other || !below(8))
		return random_sequence();
	s = *parent;
	while (below(3))
		mutate(&s, other);
	return s;
}

static double score(const struct found *found, u32 aim)
{
	return aim == REFS ? found->result.of_refs : found->result.score;
}

/* Those that cost the same are the same: of them the first stays. */
static void keep(struct population *p, u32 aim, const struct found *found)
{
	double new = score(found, aim);
	u32 i;

	for (i = 0; i < p->nr && score(&p->found[i], aim) >= new; i++)
		;
	if (i == KEPT || (i && score(&p->found[i - 1], aim) < new * 1.0001))
		return;
	p->nr = min(p->nr + 1, (u32)KEPT);
	memmove(&p->found[i + 1], &p->found[i], (p->nr - 1 - i) * sizeof(*found));
	p->found[i] = *found;
}

static void print_found(const struct found *found, u32 n)
{
	const struct result *r = &found->result;
	const double ops = r->ops ?: 1;

	printf("%.2f an operation, of %llu, with %u entries at most: ",
	       r->score, r->ops, r->most);
	printf("%.2f slots, %.2f references, %.2f words, %.0f bytes, %.2f failed allocations\n",
	       r->cost.slots / ops, r->cost.refs / ops, r->cost.words / ops,
	       r->cost.bytes / ops, r->failures / ops);
	printf("\tseed=%llu ", seed);
	sequence_print(&found->s, n);
	fflush(stdout);
}

static double try_sequence(const struct sequence *s, u32 kind, u32 size)
{
	struct population *p = &populations[ALL_COSTS][kind][size];
	struct found found = { .s = *s };
	u32 aim;

	found.s.kind = kind;
	sequence_run(&found.s, p->n, &found.result);
	/* Times would not be the same in the next run. */
	p->work += p->n + found.result.ops * (1 + found.result.score / 8);
	tried++;
	for (aim = 0; aim < NR_AIMS; aim++)
		keep(&populations[aim][kind][size], aim, &found);
	return found.result.score;
}

/* The size with which least has been done yet. */
static u32 next_size(u32 kind)
{
	const struct population *p = populations[ALL_COSTS][kind];
	u32 i, best = 0;

	for (i = 1; i < nr_sizes; i++)
		if (p[i].work < p[best].work)
			best = i;
	return best;
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Until the time is over, or there is one above the bound. */
static bool search(time_t seconds, double bound)
{
	const time_t start = now();
	bool found = false;
	u32 kind = 0, size = 0;

	while (!found && now() - start < seconds) {
		struct sequence s;

		kind = (kind + 1) % nr_kinds;
		size = next_size(kind);
		s = next_sequence(kind, size);
		found = try_sequence(&s, kind, size) > bound && bound > 0;
	}
	if (found) {
		struct population *p = &populations[ALL_COSTS][kind][size];

		printf("found after %lld s: ", (long long)(now() - start));
		print_found(&p->found[0], p->n);
	}
	return found;
}

/* What is worst with one size is tried with the others. */
static void try_everywhere(u32 kind)
{
	const struct population *p = populations[ALL_COSTS][kind];
	struct sequence s;
	u32 i, worst = 0;

	for (i = 1; i < nr_sizes; i++)
		if (p[i].nr && p[i].found[0].result.score > p[worst].found[0].result.score)
			worst = i;
	s = p[worst].found[0].s;
	for (i = 0; i < nr_sizes; i++)
		if (i != worst)
			try_sequence(&s, kind, i);
}

/* Begin with the sequences that are kept in a file, of any seed, with maps of all sizes. */
static bool try_kept(const char *name)
{
	FILE *file = fopen(name, "r");
	char line[1024];
	struct sequence s;
	u32 i, n;
	u64 any;

	if (!file) {
		perror(name);
		return false;
	}
	while (fgets(line, sizeof(line), file)) {
		/* Those that need failures, where there are none. */
		if (*line == '#' || (field_limit[FAIL] == 1 && strstr(line, "fail=")))
			continue;
		if (!sequence_parse(line, &s, &n, &any)) {
			fprintf(stderr, "%s: no sequence\n", name);
			return false;
		}
		for (i = 0; i < nr_sizes; i++)
			try_sequence(&s, s.kind, i);
	}
	fclose(file);
	return true;
}

static double report(void)
{
	double worst = 0;
	u32 kind, i;

	printf("seed %llu: %llu sequences. The worst of each kind and size:\n", seed, tried);
	for (kind = 0; kind < nr_kinds; kind++)
		for (i = 0; i < nr_sizes; i++) {
			struct population *p = &populations[ALL_COSTS][kind][i];

			if (!p->nr)
				continue;
			worst = max(worst, p->found[0].result.score);
			print_found(&p->found[0], p->n);
		}
	return worst;
}

static int replay(char **texts, double bound)
{
	int failed = 0, passed = 0;
	struct found found;
	u32 n = 1000;

	for (; *texts; texts++) {
		if (!sequence_parse(*texts, &found.s, &n, &seed)) {
			fprintf(stderr, "no sequence\n");
			return 2;
		}
		sequence_init(seed);
		sequence_run(&found.s, n, &found.result);
		print_found(&found, n);
		if (bound > 0 && found.result.score > bound)
			failed++;
		else
			passed++;
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed > 0;
}

int main(int argc, char **argv)
{
	u32 i, kind, size, n = 0;
	const char *kept = NULL;
	time_t seconds = 60;
	double bound = 0;
	bool bad;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "replay"))
			return replay(argv + i + 1, bound);
		if (!strncmp(argv[i], "seconds=", 8))
			seconds = atol(argv[i] + 8);
		else if (!strncmp(argv[i], "seed=", 5))
			seed = strtoull(argv[i] + 5, NULL, 10);
		else if (!strncmp(argv[i], "n=", 2))
			n = atol(argv[i] + 2);
		else if (!strncmp(argv[i], "bound=", 6))
			bound = atof(argv[i] + 6);
		else if (!strncmp(argv[i], "from=", 5))
			kept = argv[i] + 5;
		else if (!strcmp(argv[i], "failures=0"))
			field_limit[FAIL] = 1;
		else
			return 2;
	}
	nr_sizes = n ? 1 : NR_SIZES;
	for (kind = 0; kind < nr_kinds; kind++)
		for (i = 0, size = 1000; i < nr_sizes; i++, size *= 10)
			populations[ALL_COSTS][kind][i].n = n ?: size;
	sequence_init(seed);
	if (kept && !try_kept(kept))
		return 2;
	bad = search(seconds, bound);
	if (!bad) {
		for (kind = 0; kind < nr_kinds; kind++)
			try_everywhere(kind);
		bad = report() > bound && bound > 0;
	}
	printf("%d passed, %d failed\n", !bad, bad);
	return bad;
}
