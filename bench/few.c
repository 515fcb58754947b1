// SPDX-License-Identifier: GPL-2.0
/*
 * Many maps of few entries: what it takes to fill one and destroy it, to look something up
 * in one of them, and how many bytes it has. The maps' headers are embedded, and lie side by
 * side; maps are visited in random order, and each has other keys, so that no branch
 * predictor learns what comes next.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "account.h"
#include "few.h"
#include "measure.h"
#include "rcu.h"
#include "report.h"

#define NR_OBJECTS	(FEW_MAPS * FEW_MAX)
#define COUNTED		256	/* maps whose bytes are counted */

static const u32 points[] = { 0, 1, 2, 3, 4, 6, 8, 16 };

enum { LIFE, HIT, MISS, IN_OUT, NR_OPS };

static const char * const names[NR_OPS] = { "life", "few_hit", "few_miss", "in_out" };

struct run {
	const struct few_peer *peer;
	struct few_keys keys;
	void *maps;
	u64 *objects;
	struct bench_samples samples[NR_OPS];
};

/* What RCU has yet to free is part of what it takes. */
static u64 settled(const struct run *run, u64 start)
{
	const struct bench_peer waits = { .rcu = run->peer->rcu };

	return bench_settle_since(&waits, NULL, 0, start);
}

static int expect(const struct run *run, int op, u64 count, u64 expected)
{
	if (count == expected)
		return 0;
	pr_err("hmap_bench: %s, %s, %u entries: %llu where %llu are right\n",
	       run->peer->name, names[op], run->keys.n, count, expected);
	return -EINVAL;
}

/* Twice, as in the other loops: what the peer before has left in the caches, and in the
 * slabs, is no matter in the second pass.
 */
static int live(struct run *run)
{
	int err = run->peer->live(run->maps, &run->keys);
	u64 start;

	if (err)
		return err;
	settled(run, 0);
	bench_rest();
	start = ktime_get_ns();
	err = run->peer->live(run->maps, &run->keys);
	bench_sample(&run->samples[LIFE], settled(run, start), FEW_MAPS);
	return err;
}

/* All maps. */
static int fill(struct run *run)
{
	int err = run->peer->fill(run->maps, &run->keys, FEW_MAPS);

	settled(run, 0);
	return err;
}

static void drain(struct run *run)
{
	run->peer->drain(run->maps, &run->keys, FEW_MAPS);
	settled(run, 0);
}

static int lookup(struct run *run, int op, const struct few_probe *probes, bool present)
{
	const u32 nr_probes = run->keys.nr_probes;
	const u32 pass = 2 * run->samples[op].nr % run->keys.nr_passes;
	u64 start, found;

	run->peer->lookup(run->maps, probes + pass * nr_probes, nr_probes);
	bench_rest();
	start = ktime_get_ns();
	found = run->peer->lookup(run->maps, probes + (pass + 1) * nr_probes, nr_probes);
	bench_sample(&run->samples[op], ktime_get_ns() - start, nr_probes);
	return expect(run, op, found, present ? nr_probes : 0);
}

/* The maps are as good as new, and empty, before and after. */
static int in_out(struct run *run)
{
	u64 start, count;

	run->peer->in_out(run->maps, &run->keys);
	drain(run);
	if (fill(run))
		return -ENOMEM;
	bench_rest();
	start = ktime_get_ns();
	count = run->peer->in_out(run->maps, &run->keys);
	bench_sample(&run->samples[IN_OUT], settled(run, start), FEW_MAPS);
	return expect(run, IN_OUT, count, 2 * FEW_MAPS);
}

static int measure(struct run *run)
{
	const struct few_keys *keys = &run->keys;
	int err = live(run) ?: fill(run);

	if (err)
		return err;
	err = lookup(run, MISS, keys->miss, false) ?:
	      (keys->n ? lookup(run, HIT, keys->hit, true) : in_out(run));
	drain(run);
	return err;
}

static void report(struct run *run)
{
	int op;

	for (op = 0; op < NR_OPS; op++) {
		bench_report_ns(run->peer->name, names[op], op == IN_OUT ? 1 : run->keys.n,
				&run->samples[op]);
		run->samples[op].nr = 0;
	}
}

/* While memory is accounted. The user's objects are there already; links in them count. */
static int count_bytes(struct run *run)
{
	const struct few_peer *peer = run->peer;
	u64 bytes;
	int err;

	bench_account = (struct bench_account){ };
	err = peer->fill(run->maps, &run->keys, COUNTED);
	settled(run, 0);
	bytes = COUNTED * (peer->size + peer->link * run->keys.n) + bench_account.bytes;
	bench_report(peer->name, names[LIFE], run->keys.n, "bytes", 1000 * bytes / COUNTED);
	peer->drain(run->maps, &run->keys, COUNTED);
	settled(run, 0);
	return err;
}

static int count_all(struct run *runs, u32 nr)
{
	int err = bench_account_begin();
	u32 i;

	if (err)
		return err;
	for (i = 0; i < nr && !err; i++)
		err = count_bytes(&runs[i]);
	bench_account_end();
	return err;
}

/* For @n entries in each map. */
static void choose(struct run *run, struct few_keys *keys, u32 n)
{
	if (keys->n != n)
		few_keys_choose(keys, n);
	run->keys = *keys;
	if (run->objects)
		run->keys.items = run->objects;
}

static int measure_point(struct run *runs, u32 nr, u32 rounds)
{
	u32 round, i;
	int err = 0;

	for (round = 0; round < rounds; round++)
		for (i = 0; i < nr && !err; i++)
			err = measure(&runs[(bench_turn + round + i) % nr]);
	err = err ?: count_all(runs, nr);
	for (i = 0; i < nr && !err; i++)
		report(&runs[i]);
	return err;
}

/* In random order: those of one map lie far from each other, as if made at different times. */
static int make_objects(struct run *run, const u64 *keys)
{
	u64 *order = kvcalloc(NR_OBJECTS, sizeof(u64), GFP_KERNEL);
	bool made = order && run->objects;
	u32 i;

	if (made)
		few_shuffled(order, NR_OBJECTS);
	for (i = 0; i < NR_OBJECTS && made; i++) {
		run->objects[order[i]] = (uintptr_t)run->peer->make(keys[order[i]]);
		made = run->objects[order[i]];
	}
	kvfree(order);
	return made ? 0 : -ENOMEM;
}

static int prepare(struct run *run, const struct few_peer *peer, const struct few_keys *keys)
{
	run->peer = peer;
	run->maps = kvcalloc(FEW_MAPS, peer->size, GFP_KERNEL);
	if (!run->maps)
		return -ENOMEM;
	if (!peer->make)
		return 0;
	run->objects = kvcalloc(NR_OBJECTS, sizeof(u64), GFP_KERNEL);
	return make_objects(run, keys->items);
}

static void clean_up(struct run *run)
{
	u32 i;

	for (i = 0; run->objects && i < NR_OBJECTS; i++)
		kfree((void *)(uintptr_t)run->objects[i]);
	kvfree(run->objects);
	kvfree(run->maps);
}

static int measure_all(struct run *runs, u32 nr, struct few_keys **keys, u32 rounds)
{
	int err = 0;
	u32 i, k;

	for (k = 0; k < ARRAY_SIZE(points) && !err; k++) {
		for (i = 0; i < nr; i++)
			choose(&runs[i], keys[runs[i].peer->kind], points[k]);
		err = measure_point(runs, nr, rounds);
	}
	return err;
}

int bench_few(const struct few_peer *const *peers, u32 nr_peers, u32 rounds)
{
	struct few_keys *keys[BENCH_KINDS] = { };
	struct run *runs = kvcalloc(nr_peers, sizeof(*runs), GFP_KERNEL);
	int err = runs ? 0 : -ENOMEM;
	u32 i;

	for (i = 0; i < nr_peers && !err; i++) {
		struct few_keys **own = &keys[peers[i]->kind];

		if (!*own)
			*own = few_keys_alloc(peers[i]->kind);
		err = *own ? prepare(&runs[i], peers[i], *own) : -ENOMEM;
	}
	err = err ?: measure_all(runs, nr_peers, keys, rounds);
	for (i = 0; runs && i < nr_peers; i++)
		clean_up(&runs[i]);
	for (i = 0; i < BENCH_KINDS; i++)
		if (keys[i])
			few_keys_free(keys[i]);
	kvfree(runs);
	return err;
}
