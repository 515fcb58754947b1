// SPDX-License-Identifier: GPL-2.0
/*
 * Readers under RCU on two CPUs: one, two at once, and one beside a writer, which
 * inserts and removes other keys as fast as it can. Each reader must find each key in
 * each pass.
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
#define COMING		(ENTRIES / 8)	/* what the writer inserts and removes */
#define RUN_MS		150
#define REST_MS		100	/* for all else, on both CPUs */

static unsigned int turn;
module_param(turn, uint, 0444);
MODULE_PARM_DESC(turn, "which peer comes first");

static unsigned int rounds = 5;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "how often each scene is run");

enum { ONE, TWO, BESIDE_WRITER, NR_SCENES };

struct map {
	const struct bench_peer *peer;
	const struct bench_keys *keys;
	void *map;
	struct bench_samples samples[NR_SCENES];
};

struct reader {
	struct task_struct *task;
	struct map *map;
	u64 passes;
	u64 ns;
	int err;
};

/* In passes that take less than a millisecond. */
static int read_on(void *data)
{
	struct reader *reader = data;
	const struct bench_peer *peer = reader->map->peer;
	const struct bench_keys *keys = reader->map->keys;
	const u32 n = keys->nr_probes / 8;
	const u64 *hit = keys->hit, start = ktime_get_ns();

	while (!kthread_should_stop()) {
		const u64 *part = hit + reader->passes++ % 8 * n;

		if (peer->lookup(reader->map->map, part, n) != n)
			reader->err = -EINVAL;
		cond_resched();
	}
	reader->ns = ktime_get_ns() - start;
	return 0;
}

static int write_on(void *data)
{
	struct map *map = ((struct reader *)data)->map;
	struct bench_keys coming = *map->keys;
	int err = 0;

	coming.n = COMING;
	coming.insert = coming.fresh;
	coming.remove = coming.fresh;
	while (!kthread_should_stop() && !err) {
		err = map->peer->insert(map->map, &coming);
		if (!err && map->peer->remove(map->map, &coming) != COMING)
			err = -EINVAL;
	}
	((struct reader *)data)->err = err;
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static int start(struct reader *reader, struct map *map, int (*function)(void *),
		 unsigned int nr)
{
	const unsigned int cpu = cpumask_nth(nr, cpu_online_mask);

	*reader = (struct reader){ .map = map };
	reader->task = kthread_create(function, reader, "hmap_bench/%u", nr);
	if (IS_ERR(reader->task)) {
		int err = PTR_ERR(reader->task);

		reader->task = NULL;
		return err;
	}
	kthread_bind(reader->task, cpu);
	return 0;
}

static void stop(struct reader *reader)
{
	if (reader->task)
		kthread_stop(reader->task);
}

/* Time per lookup, of all readers together. */
static void sample(struct map *map, int scene, const struct reader *readers, u32 nr)
{
	const u32 n = map->keys->nr_probes / 8;
	u64 per_ms = 0;
	u32 i;

	for (i = 0; i < nr; i++)
		per_ms += div64_u64(readers[i].passes * n * NSEC_PER_MSEC,
				    readers[i].ns);
	bench_sample(&map->samples[scene], NSEC_PER_MSEC, max(per_ms, 1ULL));
}

static int scene(struct map *map, int nr)
{
	const u32 nr_readers = nr == TWO ? 2 : 1;
	struct reader threads[2] = { };
	int err = start(&threads[0], map, read_on, 0);

	if (!err && nr != ONE)
		err = start(&threads[1], map, nr == TWO ? read_on : write_on, 1);
	if (!err) {
		wake_up_process(threads[0].task);
		if (threads[1].task)
			wake_up_process(threads[1].task);
		msleep(RUN_MS);
	}
	stop(&threads[0]);
	stop(&threads[1]);
	err = err ?: threads[0].err ?: threads[1].err;
	if (!err)
		sample(map, nr, threads, nr_readers);
	bench_settle_since(map->peer, &map->map, 1, 0);
	msleep(REST_MS);
	return err;
}

static void report(struct map *map)
{
	char name[32];

	scnprintf(name, sizeof(name), "%s_writer", map->peer->name);
	bench_report_ns(map->peer->name, "readers", 1, &map->samples[ONE]);
	bench_report_ns(map->peer->name, "readers", 2, &map->samples[TWO]);
	bench_report_ns(name, "readers", 1, &map->samples[BESIDE_WRITER]);
}

static int measure(struct map *map)
{
	int err = map->peer->insert(map->map, map->keys);
	u32 round;
	int nr;

	for (round = 0; round < rounds && !err; round++)
		for (nr = 0; nr < NR_SCENES && !err; nr++)
			err = scene(map, nr);
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
