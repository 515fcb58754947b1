// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes per entry, header and slab rounding included, while a map grows; and bytes of maps
 * of objects, without the header, which most users embed. What RCU and workers have yet to
 * free is not counted: each point waits for them.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/slab.h>

#include "account.h"
#include "keys.h"
#include "measure.h"
#include "report.h"

#define SAMPLE	1000	/* nodes that tell the size of all of them */

/* The next number of entries, so that there are @per_doubling between n and 2n. */
static u32 next_point(u32 n, u32 per_doubling)
{
	const u32 log = ilog2(n), base = 1U << log;
	u32 step = max(base / per_doubling, 1U);

	/* Powers of two are among them. */
	return min(n + step, n < 2 * base ? 2 * base : U32_MAX);
}

static void report(const struct bench_peer *peer, u32 n, long bytes)
{
	bench_report(peer->name, "bytes", n, "bytes", div_u64(1000ULL * bytes, n));
}

/* Insert the keys from @from up to @to. */
static int insert(const struct bench_peer *peer, void *map,
		  const struct bench_keys *keys, u32 from, u32 to)
{
	struct bench_keys part = *keys;

	part.insert = (const u64 *)keys->insert + from;
	part.n = to - from;
	return peer->insert(map, &part);
}

static int growing(const struct bench_peer *peer, const struct bench_keys *keys,
		   u32 per_doubling)
{
	void *map;
	u32 n = 0, to;
	int err = 0;

	bench_account = (struct bench_account){ };
	map = peer->create(0);
	if (!map)
		return -ENOMEM;
	for (to = 1; to <= keys->n && !err; to = next_point(to, per_doubling)) {
		err = insert(peer, map, keys, n, to);
		n = to;
		bench_settle_since(peer, &map, 1, 0);
		report(peer, n, bench_account.bytes + peer->vmalloced(map));
	}
	peer->destroy(map);
	return err;
}

/* The size of a table made for @n entries, and that of @n nodes. */
static int sized_point(const struct bench_peer *peer, const struct bench_keys *keys,
		       u32 n)
{
	const u32 some = min_t(u32, n, SAMPLE);
	long nodes, table;
	void *map;
	int err;

	bench_account = (struct bench_account){ };
	map = peer->create(n);
	if (!map)
		return -ENOMEM;
	table = bench_account.bytes;
	err = insert(peer, map, keys, 0, some);
	nodes = (bench_account.bytes - table) / some * n;
	report(peer, n, table + nodes + peer->vmalloced(map));
	peer->destroy(map);
	return err;
}

static int sized(const struct bench_peer *peer, const struct bench_keys *keys,
		 u32 per_doubling)
{
	int err = 0;
	u32 n;

	for (n = 1; n <= keys->n && !err; n = next_point(n, per_doubling))
		err = sized_point(peer, keys, n);
	return err;
}

static int measure(const struct bench_peer *peer, u32 max, u32 per_doubling)
{
	struct bench_keys *keys = bench_keys_alloc(peer->kind, max);
	int err;

	if (!keys)
		return -ENOMEM;
	if (peer->sized)
		err = sized(peer, keys, per_doubling);
	else
		err = growing(peer, keys, per_doubling);
	bench_settle_since(peer, NULL, 0, 0);
	bench_keys_free(keys);
	return err;
}

int bench_bytes(const struct bench_peer *const *peers, u32 nr_peers, u32 max,
		u32 per_doubling)
{
	int err = bench_account_begin();
	u32 i;

	if (err)
		return err;
	for (i = 0; i < nr_peers && !err; i++)
		if (!peers[i]->floor)
			err = measure(peers[i], max, per_doubling);
	bench_account_end();
	return err;
}

/* What kmalloc() takes for so many bytes. */
static long slab_size(size_t size)
{
	void *block = kmalloc(size, GFP_KERNEL);
	const long bytes = block ? ksize(block) : 0;

	kfree(block);
	return bytes;
}

/* The map as it is and, as if it had a price of its own, without the objects: what is
 * left is tables, and links in the objects.
 */
static void report_objects(const struct bench_peer *peer, const void *map, u32 n, long bytes)
{
	const long all = bytes - (long)ksize(map);
	const long objects = n * slab_size(peer->object);

	bench_report(peer->name, "objects", n, "bytes", 1000ULL * all);
	bench_report(peer->name, "beside_objects", n, "bytes",
		     1000ULL * (all - objects + (long)n * peer->link));
}

static int objects_point(const struct bench_peer *peer, const struct bench_keys *keys, u32 n)
{
	void *map;
	int err;

	bench_account = (struct bench_account){ };
	map = peer->create(n);
	if (!map)
		return -ENOMEM;
	err = insert(peer, map, keys, 0, n);
	bench_settle_since(peer, &map, 1, 0);
	if (!err)
		report_objects(peer, map, n, bench_account.bytes + peer->vmalloced(map));
	peer->destroy(map);
	bench_settle_since(peer, NULL, 0, 0);
	return err;
}

int bench_object_bytes(const struct bench_peer *const *peers, u32 nr_peers)
{
	static const u32 points[] = { 1, 2, 4, 8, 10, 100, 1000, 10000, 100000 };
	const u32 last = ARRAY_SIZE(points) - 1;
	struct bench_keys *keys = bench_keys_alloc(BENCH_U64, points[last]);
	int err = keys ? bench_account_begin() : -ENOMEM;
	u32 i, k;

	if (!err) {
		for (i = 0; i < nr_peers && !err; i++)
			for (k = 0; k <= last && !err; k++)
				err = objects_point(peers[i], keys, points[k]);
		bench_account_end();
	}
	if (keys)
		bench_keys_free(keys);
	return err;
}
