// SPDX-License-Identifier: GPL-2.0
/*
 * Maps that are empty, or nearly so: what it costs to create and destroy one, and to
 * have 100,000 of which one in twenty has something in it.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>

#include "account.h"
#include "keys.h"
#include "measure.h"
#include "rcu.h"
#include "report.h"

#define CYCLES		2000
#define MANY		100000
#define STRIDE		20
#define FEW		8

enum { EMPTY, ONE, EIGHT, EMPTY_LOOKUP, SPARSE, NR_OPS };

static const char * const names[NR_OPS] = {
	"empty", "one", "eight", "empty_lookup", "sparse_100k"
};

static const u32 entries[] = { [EMPTY] = 0, [ONE] = 1, [EIGHT] = FEW };

struct run {
	const struct bench_peer *peer;
	const struct bench_keys *keys;	/* of FEW entries */
	struct bench_samples samples[NR_OPS];
};

static int cycle(struct run *run, int op)
{
	u64 start;
	int err;

	bench_rest();
	start = ktime_get_ns();
	err = run->peer->cycle(run->keys, entries[op], CYCLES);
	bench_sample(&run->samples[op],
		     bench_settle_since(run->peer, NULL, 0, start), CYCLES);
	return err;
}

/* The loop of all lookups, around nothing. */
static noinline u64 loop_nothing(const u64 *keys, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		asm volatile("" : : "r" (keys[i]));
	return 0;
}

static int lookup(struct run *run)
{
	const struct bench_keys *keys = run->keys;
	void *map = run->peer->create(0);
	u64 found, start;

	if (!map)
		return -ENOMEM;
	start = ktime_get_ns();
	if (run->peer->floor)
		found = loop_nothing(keys->miss, keys->nr_probes);
	else
		found = run->peer->lookup(map, keys->miss, keys->nr_probes);
	bench_sample(&run->samples[EMPTY_LOOKUP], ktime_get_ns() - start,
		     keys->nr_probes);
	run->peer->destroy(map);
	return found ? -EINVAL : 0;
}

static int small_round(struct run *run)
{
	return cycle(run, EMPTY) ?:
	       (run->peer->floor ? 0 : cycle(run, ONE)) ?:
	       (run->peer->floor ? 0 : cycle(run, EIGHT)) ?:
	       lookup(run);
}

static int sparse_round(struct run *run, void **maps)
{
	u64 start;
	int err;

	if (run->peer->floor)
		return 0;
	memset(maps, 0, MANY * sizeof(*maps));
	bench_rest();
	start = ktime_get_ns();
	err = run->peer->create_many(maps, MANY, STRIDE, run->keys);
	run->peer->destroy_many(maps, MANY);
	bench_sample(&run->samples[SPARSE],
		     bench_settle_since(run->peer, NULL, 0, start), 1);
	return err;
}

/* While memory is accounted. */
static int count_memory(struct run *run, int op)
{
	const struct bench_peer *peer = run->peer;
	struct bench_keys keys = *run->keys;
	void *map;
	int err;

	bench_account = (struct bench_account){ };
	keys.n = entries[op];
	map = peer->create(keys.n);
	if (!map)
		return -ENOMEM;
	err = peer->insert(map, &keys);
	bench_settle_since(peer, &map, 1, 0);
	bench_report(peer->name, names[op], 0, "allocations",
		     1000 * bench_account.allocations);
	bench_report(peer->name, names[op], 0, "bytes", 1000 * bench_account.bytes);
	peer->destroy(map);
	return err;
}

static int count_sparse(struct run *run, void **maps)
{
	int err;

	memset(maps, 0, MANY * sizeof(*maps));
	bench_account = (struct bench_account){ };
	err = run->peer->create_many(maps, MANY, STRIDE, run->keys);
	bench_settle_since(run->peer, NULL, 0, 0);
	bench_report(run->peer->name, names[SPARSE], MANY, "bytes",
		     1000 * bench_account.bytes);
	run->peer->destroy_many(maps, MANY);
	return err;
}

static int count_all(struct run *runs, u32 nr, void **maps)
{
	int err = bench_account_begin();
	u32 i;

	if (err)
		return err;
	for (i = 0; i < nr && !err; i++) {
		err = count_memory(&runs[i], EMPTY);
		if (!runs[i].peer->floor)
			err = err ?: count_memory(&runs[i], ONE) ?:
			      count_memory(&runs[i], EIGHT) ?:
			      count_sparse(&runs[i], maps);
		bench_rcu_settle();
	}
	bench_account_end();
	return err;
}

static int measure(struct run *runs, u32 nr, void **maps, u32 rounds)
{
	u32 round, i;
	int err = 0;

	for (round = 0; round < rounds; round++)
		for (i = 0; i < nr && !err; i++) {
			struct run *run = &runs[(bench_turn + round + i) % nr];

			err = small_round(run);
			/* It takes as long as all others. */
			if (round % 16 == 0)
				err = err ?: sparse_round(run, maps);
		}
	return err;
}

static void report(struct run *run)
{
	int op;

	for (op = 0; op < NR_OPS; op++)
		bench_report_ns(run->peer->name, names[op], op == SPARSE ? MANY : 0,
				&run->samples[op]);
}

int bench_small(const struct bench_peer *const *peers, u32 nr_peers, u32 rounds)
{
	struct bench_keys *keys = bench_keys_alloc(BENCH_SEQUENTIAL, FEW);
	struct run *runs = kvcalloc(nr_peers, sizeof(*runs), GFP_KERNEL);
	void **maps = kvcalloc(MANY, sizeof(*maps), GFP_KERNEL);
	int err = runs && maps && keys ? 0 : -ENOMEM;
	u32 i;

	for (i = 0; i < nr_peers && !err; i++) {
		runs[i].peer = peers[i];
		runs[i].keys = keys;
	}
	err = err ?: measure(runs, nr_peers, maps, rounds);
	err = err ?: count_all(runs, nr_peers, maps);
	for (i = 0; i < nr_peers && !err; i++)
		report(&runs[i]);
	kvfree(maps);
	kvfree(runs);
	if (keys)
		bench_keys_free(keys);
	return err;
}
