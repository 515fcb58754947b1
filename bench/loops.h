/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The timed loops of a peer. Included at the end of its file, which has defined
 * before:
 *
 *	PEER_KEY			the type of a key: u64, or const char *
 *	struct peer_map
 *	int peer_init(map, n)		make an empty map, for @n entries if that matters
 *	void peer_exit(map)		free all but the header
 *	void peer_settle(map)		wait for the map's worker, if it has one
 *	size_t peer_vmalloced(map)	bytes that vmalloc() has given it
 *	int peer_insert(map, key)	the value is 1
 *	u64 peer_lookup(map, key)	the value, or 0
 *	bool peer_remove(map, key)	whether it was there
 *	u64 peer_iterate(map)		the sum of the values
 *	const void *peer_directory(map)	what is replaced when a directory grows, or NULL
 *
 * and as well, if it has defined PEER_OWN_CREATE,
 *
 *	struct peer_map *peer_create(n), void peer_destroy(map)
 *
 * and loop_lookup(), if it has defined PEER_OWN_LOOKUP_LOOP.
 *
 * All peers get the same loops, with the same cond_resched() in those that change
 * the map: rhashtable grows in a worker, and RCU frees nothing, while a task of a
 * kernel without preemption goes on and on.
 */
#include <linux/sched.h>
#include <linux/slab.h>

#include "bench.h"
#include "tail.h"

#define PEER_BATCH	64	/* changes between two cond_resched() */

#ifndef PEER_OWN_CREATE
static inline struct peer_map *peer_create(u32 n)
{
	struct peer_map *map = kmalloc(sizeof(*map), GFP_KERNEL);

	if (map && peer_init(map, n)) {
		kfree(map);
		return NULL;
	}
	return map;
}

static inline void peer_destroy(struct peer_map *map)
{
	peer_exit(map);
	kfree(map);
}
#endif

static void *loop_create(u32 n)
{
	return peer_create(n);
}

static void loop_destroy(void *map)
{
	peer_destroy(map);
}

static void loop_settle(void *map)
{
	peer_settle(map);
}

static size_t loop_vmalloced(void *map)
{
	return peer_vmalloced(map);
}

static int loop_insert(void *map, const struct bench_keys *keys)
{
	PEER_KEY const *insert = keys->insert;
	u32 i;

	for (i = 0; i < keys->n; i++) {
		int err = peer_insert(map, insert[i]);

		if (unlikely(err))
			return err;
		if (i % PEER_BATCH == 0)
			cond_resched();
	}
	return 0;
}

#ifndef PEER_OWN_LOOKUP_LOOP
static u64 loop_lookup(void *map, const void *keys, u32 n)
{
	PEER_KEY const *key = keys;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < n; i++)
		sum += peer_lookup(map, key[i]);
	return sum;
}
#endif

static u64 loop_iterate(void *map)
{
	return peer_iterate(map);
}

static u64 loop_remove(void *map, const struct bench_keys *keys)
{
	PEER_KEY const *remove = keys->remove;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < keys->n; i++) {
		sum += peer_remove(map, remove[i]);
		if (i % PEER_BATCH == 0)
			cond_resched();
	}
	return sum;
}

static u64 loop_churn(void *map, const struct bench_keys *keys)
{
	PEER_KEY const *remove = keys->remove;
	PEER_KEY const *fresh = keys->fresh;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < keys->n; i++) {
		sum += peer_remove(map, remove[i]);
		if (unlikely(peer_insert(map, fresh[i])))
			return 0;
		/* An entry that has been there for a while. */
		sum += peer_lookup(map, fresh[i / 2]);
		if (i % PEER_BATCH == 0)
			cond_resched();
	}
	return sum;
}

static int loop_cycle(const struct bench_keys *keys, u32 n, u32 times)
{
	PEER_KEY const *insert = keys->insert;
	int err = 0;
	u32 i;

	for (; times && !err; times--) {
		struct peer_map *map = peer_create(n);

		if (unlikely(!map))
			return -ENOMEM;
		for (i = 0; i < n && !err; i++)
			err = peer_insert(map, insert[i]);
		peer_destroy(map);
	}
	return err;
}

static int loop_create_many(void **maps, u32 nr, u32 stride,
			    const struct bench_keys *keys)
{
	int err = 0;
	u32 i;

	for (i = 0; i < nr && !err; i++) {
		maps[i] = peer_create(keys->n);
		if (unlikely(!maps[i]))
			return -ENOMEM;
		if (i % stride == 0)
			err = loop_insert(maps[i], keys);
	}
	return err;
}

static void loop_destroy_many(void **maps, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (maps[i])
			peer_destroy(maps[i]);
}

static int loop_insert_each(void *map, const struct bench_keys *keys,
			    struct bench_tail *tail)
{
	PEER_KEY const *insert = keys->insert;
	u32 i;

	for (i = 0; i < keys->n; i++) {
		const void *directory = peer_directory(map);
		const u64 start = bench_cycles();
		const int err = peer_insert(map, insert[i]);
		const u64 cycles = bench_cycles() - start;

		if (unlikely(err))
			return err;
		bench_tail_add(tail, cycles, peer_directory(map) != directory);
		cond_resched();
	}
	return 0;
}

#define PEER_LOOPS					\
	.create		= loop_create,			\
	.destroy	= loop_destroy,			\
	.vmalloced	= loop_vmalloced,		\
	.settle		= loop_settle,			\
	.insert		= loop_insert,			\
	.lookup		= loop_lookup,			\
	.iterate	= loop_iterate,			\
	.remove		= loop_remove,			\
	.churn		= loop_churn,			\
	.cycle		= loop_cycle,			\
	.create_many	= loop_create_many,		\
	.destroy_many	= loop_destroy_many,		\
	.insert_each	= loop_insert_each
