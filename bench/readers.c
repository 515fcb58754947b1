// SPDX-License-Identifier: GPL-2.0
/*
 * Readers under RCU on two CPUs: one, two at once, and one beside a writer, which
 * inserts and removes other keys, as fast as it can or a million times in a second.
 * Each reader must find each key in each pass.
 *
 * A module of its own, as the kernel with two CPUs is another one; loading it runs it.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <hmap/hmap.h>

#include "keys.h"
#include "measure.h"
#include "report.h"

#define ENTRIES		100000
#define COMING		12800	/* the writer's keys in the map */
#define BATCH		64	/* keys that it inserts, and then removes, at a time */
#define PACE_NS		1000	/* for each change, if it is not to hurry */
#define RUN_MS		150
#define REST_MS		100	/* for all else, on both CPUs */
#define MAX_LATE	100	/* scenes that may be played again */

static unsigned int turn;
module_param(turn, uint, 0444);
MODULE_PARM_DESC(turn, "which peer comes first");

static unsigned int rounds = 5;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "how often each scene is run");

enum { ONE, TWO, BESIDE_WRITER, BESIDE_PACED, NR_SCENES };

/* A peer's map, and what has been measured. */
struct map {
	const struct bench_peer *peer;
	const struct bench_keys *keys;
	void *map;
	u32 at;		/* of the writer in its keys */
	u64 changes_per_ms;
	u32 late;	/* scenes in which a worker came too late */
	struct bench_samples samples[NR_SCENES];
};

struct worker {
	struct task_struct *task;
	struct map *map;
	bool paced;
	u64 done;	/* lookups, or changes */
	u64 ns;
	int err;
};

/* In passes that take less than a millisecond. */
static int read_on(void *data)
{
	struct worker *worker = data;
	const struct bench_peer *peer = worker->map->peer;
	const struct bench_keys *keys = worker->map->keys;
	const u32 n = keys->nr_probes / 8;
	const u64 *hit = keys->hit, start = ktime_get_ns();

	while (!kthread_should_stop()) {
		const u64 *part = hit + worker->done % keys->nr_probes;

		if (peer->lookup(worker->map->map, part, n) != n)
			worker->err = -EINVAL;
		worker->done += n;
		cond_resched();
	}
	worker->ns = ktime_get_ns() - start;
	return 0;
}

/* One batch of @coming's keys, from the @at-th on; the last ones are followed by the
 * first ones.
 */
static struct bench_keys batch(const struct bench_keys *keys, u32 at)
{
	const u64 *fresh = keys->fresh;
	struct bench_keys part = *keys;

	part.n = BATCH;
	part.insert = fresh + at % (2 * COMING);
	part.remove = part.insert;
	return part;
}

static int change(struct map *map, u32 at)
{
	const struct bench_keys new = batch(map->keys, at);
	const struct bench_keys old = batch(map->keys, at + COMING);
	int err = map->peer->insert(map->map, &new);

	if (!err && map->peer->remove(map->map, &old) != BATCH)
		err = -EINVAL;
	return err;
}

static int write_on(void *data)
{
	struct worker *worker = data;
	const u64 start = ktime_get_ns();
	struct map *map = worker->map;

	while (!kthread_should_stop()) {
		if (!worker->err)
			worker->err = change(map, map->at);
		map->at += BATCH;
		worker->done += 2 * BATCH;
		while (worker->paced && !kthread_should_stop() &&
		       ktime_get_ns() - start < worker->done * PACE_NS)
			cond_resched();
	}
	worker->ns = ktime_get_ns() - start;
	return 0;
}

/* Keep the other processor from those who would use the cache that both share. */
static int spin_on(void *data)
{
	struct worker *worker = data;
	const u64 start = ktime_get_ns();

	while (!kthread_should_stop()) {
		cpu_relax();
		cond_resched();
	}
	worker->ns = ktime_get_ns() - start;
	return 0;
}

static int start(struct worker *worker, struct map *map, int (*function)(void *),
		 unsigned int nr)
{
	worker->map = map;
	worker->task = kthread_create(function, worker, "hmap_bench/%u", nr);
	if (IS_ERR(worker->task)) {
		const int err = PTR_ERR(worker->task);

		worker->task = NULL;
		return err;
	}
	kthread_bind(worker->task, cpumask_nth(nr, cpu_online_mask));
	return 0;
}

static void stop(struct worker *worker)
{
	if (worker->task)
		kthread_stop(worker->task);
}

static u64 per_ms(const struct worker *worker)
{
	return div64_u64(worker->done * NSEC_PER_MSEC, max(worker->ns, 1ULL));
}

/* Time per lookup, of all readers together. */
static void sample(struct map *map, int scene, const struct worker *workers)
{
	u64 lookups = per_ms(&workers[0]);

	if (scene == TWO)
		lookups += per_ms(&workers[1]);
	if (scene == BESIDE_WRITER)
		map->changes_per_ms = per_ms(&workers[1]);
	bench_sample(&map->samples[scene], NSEC_PER_MSEC, max(lookups, 1ULL));
}

/* Whether both had a processor for nearly all of the time: the host may be busy. */
static bool in_time(const struct worker *workers)
{
	const u64 least = RUN_MS * NSEC_PER_MSEC * 9 / 10;

	return workers[0].ns >= least && workers[1].ns >= least;
}

static int run_workers(struct worker *workers, struct map *map, int scene)
{
	static int (*const others[])(void *) = { spin_on, read_on, write_on, write_on };
	int err = start(&workers[0], map, read_on, 0) ?:
		  start(&workers[1], map, others[scene], 1);

	workers[1].paced = scene == BESIDE_PACED;
	if (!err) {
		wake_up_process(workers[0].task);
		wake_up_process(workers[1].task);
		msleep(RUN_MS);
	}
	stop(&workers[0]);
	stop(&workers[1]);
	return err ?: workers[0].err ?: workers[1].err;
}

static int play(struct map *map, int scene)
{
	for (;;) {
		struct worker workers[2] = { };
		const int err = run_workers(workers, map, scene);

		bench_settle_since(map->peer, &map->map, 1, 0);
		msleep(REST_MS);
		if (err)
			return err;
		if (in_time(workers)) {
			sample(map, scene, workers);
			return 0;
		}
		if (++map->late > MAX_LATE)
			return -EBUSY;
	}
}

static void report(struct map *map)
{
	const char *peer = map->peer->name;
	char name[32];

	bench_report_ns(peer, "readers", 1, &map->samples[ONE]);
	bench_report_ns(peer, "readers", 2, &map->samples[TWO]);
	scnprintf(name, sizeof(name), "%s_writer", peer);
	bench_report_ns(name, "readers", 1, &map->samples[BESIDE_WRITER]);
	scnprintf(name, sizeof(name), "%s_paced_writer", peer);
	bench_report_ns(name, "readers", 1, &map->samples[BESIDE_PACED]);
	pr_info("hmap_bench: note,%s: the writer made %llu changes per ms, paced %u; %u scenes played again\n",
		peer, map->changes_per_ms, (u32)(NSEC_PER_MSEC / PACE_NS), map->late);
}

/* What the writer finds: the entries that stay, and the first half of its own. */
static int fill(struct map *map)
{
	struct bench_keys coming = *map->keys;

	coming.insert = (const u64 *)coming.fresh + COMING;
	coming.n = COMING;
	return map->peer->insert(map->map, map->keys) ?:
	       map->peer->insert(map->map, &coming);
}

static int measure(struct map *map)
{
	int err = fill(map), scene;
	u32 round;

	for (round = 0; round < rounds && !err; round++)
		for (scene = 0; scene < NR_SCENES && !err; scene++)
			err = play(map, scene);
	if (!err)
		report(map);
	return err;
}

static int measure_peer(const struct bench_peer *peer)
{
	struct bench_keys *keys = bench_keys_alloc(peer->kind, ENTRIES);
	struct map *map = kzalloc(sizeof(*map), GFP_KERNEL);
	int err = -ENOMEM;

	if (keys && map) {
		*map = (struct map){
			.peer = peer, .keys = keys, .map = peer->create(ENTRIES),
		};
		if (map->map) {
			err = measure(map);
			peer->destroy(map->map);
		}
	}
	kfree(map);
	if (keys)
		bench_keys_free(keys);
	return err;
}

static const struct bench_peer * const peers[] = {
	&bench_hmap, &bench_rhashtable, &bench_xarray,
};

static int __init readers_run(void)
{
	int err = 0, i;

	if (num_online_cpus() < 2) {
		pr_err("hmap_bench: readers need two CPUs\n");
		return -ENODEV;
	}
	bench_touch_memory();
	bench_quiet();
	for (i = 0; i < ARRAY_SIZE(peers) && !err; i++)
		err = measure_peer(peers[(turn + i) % ARRAY_SIZE(peers)]);
	bench_quiet();
	if (err)
		pr_err("hmap_bench: stopped by error %d\n", err);
	return err;
}

static void __exit readers_done(void)
{
}

module_init(readers_run);
module_exit(readers_done);
HMAP_IMPORT_NS;
MODULE_DESCRIPTION("Benchmark of hmap's readers under RCU beside other maps'");
MODULE_LICENSE("GPL");
