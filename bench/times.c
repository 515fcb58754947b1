// SPDX-License-Identifier: GPL-2.0
/*
 * Times per operation on maps of n entries. A round measures each peer once, one
 * after another; the result is the median of the rounds. Of small maps there are
 * several at a time, so that a timed region is long against the clock's own time.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/slab.h>

#include "keys.h"
#include "measure.h"
#include "rcu.h"
#include "report.h"

/* Entries in all the maps of a small size; more maps would not fit in the caches. */
#define ENTRIES		1024
#define MAX_MAPS	(ENTRIES / 8)

enum { INSERT, HIT, MISS, ITERATE, DELETE, CHURN, NR_OPS };

static const char * const names[NR_OPS] = {
	"insert", "hit", "miss", "iterate", "delete", "churn"
};

/* A peer in a run. */
struct run {
	const struct bench_peer *peer;
	const struct bench_keys *keys;
	u32 nr_maps;
	void *maps[MAX_MAPS];
	struct bench_samples samples[NR_OPS];
};

static u64 entries(const struct run *run)
{
	return (u64)run->nr_maps * run->keys->n;
}

/* What a loop has counted is what it should have counted. */
static int expect(const struct run *run, int op, u64 count, u64 expected)
{
	if (count == expected)
		return 0;
	pr_err("hmap_bench: %s, %s, %u entries: %llu where %llu are right\n",
	       run->peer->name, names[op], run->keys->n, count, expected);
	return -EINVAL;
}

static void settled_sample(struct run *run, int op, u64 start, u64 operations)
{
	const u64 ns = bench_settle_since(run->peer, run->maps, run->nr_maps, start);

	bench_sample(&run->samples[op], ns, operations);
}

static int create(struct run *run)
{
	for (run->nr_maps = 0;
	     run->nr_maps < max_t(u32, ENTRIES / run->keys->n, 1); run->nr_maps++) {
		run->maps[run->nr_maps] = run->peer->create(run->keys->n);
		if (!run->maps[run->nr_maps])
			return -ENOMEM;
	}
	return 0;
}

static void destroy(struct run *run)
{
	while (run->nr_maps)
		run->peer->destroy(run->maps[--run->nr_maps]);
	if (run->peer->rcu)
		bench_rcu_settle();
}

static int insert(struct run *run)
{
	int err = 0;
	u64 start;
	u32 i;

	bench_rest();
	start = ktime_get_ns();

	for (i = 0; i < run->nr_maps && !err; i++)
		err = run->peer->insert(run->maps[i], run->keys);
	settled_sample(run, INSERT, start, entries(run));
	return err;
}

/* The keys of one pass: both kinds of items have 8 bytes. */
static const void *pass(const struct bench_keys *keys, const void *probes, u32 nr)
{
	return (const u64 *)probes + nr % keys->nr_passes * keys->nr_probes;
}

static int lookup(struct run *run, int op, const void *probes, bool present)
{
	const struct bench_keys *keys = run->keys;
	const u32 nr = 2 * run->samples[op].nr;
	/* Each round another one: hmap's hashes depend on where a map is, and which of eight
	 * keys share a tag would be the same in all rounds.
	 */
	void *map = run->maps[run->samples[op].nr % run->nr_maps];
	u64 start, found;

	/* Of a map that fits in the caches, all is there. */
	if (keys->n <= 100000)
		run->peer->lookup(map, pass(keys, probes, nr), keys->nr_probes);
	bench_rest();
	start = ktime_get_ns();
	found = run->peer->lookup(map, pass(keys, probes, nr + 1), keys->nr_probes);
	bench_sample(&run->samples[op], ktime_get_ns() - start, keys->nr_probes);
	return expect(run, op, found, present ? keys->nr_probes : 0);
}

static int iterate(struct run *run)
{
	u64 found = 0, start;
	u32 i;

	bench_rest();
	start = ktime_get_ns();
	for (i = 0; i < run->nr_maps; i++)
		found += run->peer->iterate(run->maps[i]);
	bench_sample(&run->samples[ITERATE], ktime_get_ns() - start, entries(run));
	return expect(run, ITERATE, found, entries(run));
}

static int delete(struct run *run)
{
	u64 count = 0, start;
	u32 i;

	bench_rest();
	start = ktime_get_ns();
	for (i = 0; i < run->nr_maps; i++)
		count += run->peer->remove(run->maps[i], run->keys);
	settled_sample(run, DELETE, start, entries(run));
	return expect(run, DELETE, count, entries(run));
}

/* Of a map that has been filled, and not timed, once more. */
static int churn(struct run *run)
{
	u64 count = 0, start;
	u32 i;

	for (i = 0; i < run->nr_maps; i++) {
		int err = run->peer->insert(run->maps[i], run->keys);

		if (err)
			return err;
	}
	bench_settle_since(run->peer, run->maps, run->nr_maps, 0);
	bench_rest();
	start = ktime_get_ns();
	for (i = 0; i < run->nr_maps; i++)
		count += run->peer->churn(run->maps[i], run->keys);
	/* Each step is a removal, an insertion and a lookup. */
	settled_sample(run, CHURN, start, 3 * entries(run));
	return expect(run, CHURN, count, 2 * entries(run));
}

static int measure(struct run *run)
{
	const struct bench_keys *keys = run->keys;

	return create(run) ?:
	       insert(run) ?:
	       lookup(run, HIT, keys->hit, true) ?:
	       (run->peer->floor ? 0 : lookup(run, MISS, keys->miss, false)) ?:
	       iterate(run) ?:
	       delete(run) ?:
	       (run->peer->floor ? 0 : churn(run));
}

static int measure_rounds(struct run *runs, u32 nr, u32 rounds)
{
	u32 round, i;

	for (round = 0; round < rounds; round++) {
		for (i = 0; i < nr; i++) {
			struct run *run = &runs[(bench_turn + round + i) % nr];
			int err = measure(run);

			destroy(run);
			if (err)
				return err;
		}
	}
	return 0;
}

static void report(struct run *run)
{
	int op;

	for (op = 0; op < NR_OPS; op++)
		bench_report_ns(run->peer->name, names[op], run->keys->n,
				&run->samples[op]);
}

int bench_times(const struct bench_peer *const *peers, u32 nr_peers, u32 n,
		u32 rounds)
{
	struct bench_keys *keys[BENCH_KINDS] = { };
	struct run *runs = kvcalloc(nr_peers, sizeof(*runs), GFP_KERNEL);
	int err = runs ? 0 : -ENOMEM;
	u32 i;

	for (i = 0; i < nr_peers && !err; i++) {
		struct bench_keys **own = &keys[peers[i]->kind];

		if (!*own)
			*own = bench_keys_alloc(peers[i]->kind, n);
		runs[i].peer = peers[i];
		runs[i].keys = *own;
		err = *own ? 0 : -ENOMEM;
	}
	err = err ?: measure_rounds(runs, nr_peers, rounds);
	for (i = 0; i < nr_peers && !err; i++)
		report(&runs[i]);
	for (i = 0; i < BENCH_KINDS; i++)
		if (keys[i])
			bench_keys_free(keys[i]);
	kvfree(runs);
	return err;
}
