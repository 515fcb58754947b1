/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The timed loops over many maps of few entries. Included at the end of a peer's file,
 * which has defined what loops.h says, but with
 *
 *	int peer_insert(map, PEER_ITEM item)	see item.h
 */
#include <linux/sched.h>

#include "few.h"
#include "item.h"

#define FEW_BATCH	64	/* maps between two cond_resched() */
#define FEW_KEY(key)	((PEER_KEY)(uintptr_t)(key))
#define FEW_ITEM(item)	((PEER_ITEM)(uintptr_t)(item))

static __always_inline int fill_map(struct peer_map *map, const u64 *items, u32 n)
{
	int err = peer_init(map, n);
	u32 i;

	for (i = 0; i < n && !err; i++)
		err = peer_insert(map, FEW_ITEM(items[i]));
	return err;
}

static int few_live(void *maps, const struct few_keys *keys)
{
	const u32 stride = few_stride(keys->n);
	u32 i;

	for (i = 0; i < FEW_MAPS; i++) {
		const u64 m = keys->order[i];
		struct peer_map *map = (struct peer_map *)maps + m;
		int err = fill_map(map, keys->items + m * stride, keys->n);

		if (unlikely(err))
			return err;
		peer_exit(map);
		if (i % FEW_BATCH == 0)
			cond_resched();
	}
	return 0;
}

static int few_fill(void *maps, const struct few_keys *keys, u32 nr)
{
	const u32 stride = few_stride(keys->n);
	int err = 0;
	u32 i;

	for (i = 0; i < nr && !err; i++) {
		const u64 m = keys->order[i];

		err = fill_map((struct peer_map *)maps + m, keys->items + m * stride, keys->n);
	}
	return err;
}

static void few_drain(void *maps, const struct few_keys *keys, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		peer_exit((struct peer_map *)maps + keys->order[i]);
}

static u64 few_lookup(void *maps, const struct few_probe *probes, u32 nr)
{
	const struct few_probe *probe;
	u64 sum = 0;

	for (probe = probes; probe < probes + nr; probe++)
		sum += peer_lookup((struct peer_map *)maps + probe->map, FEW_KEY(probe->key));
	return sum;
}

static u64 few_in_out(void *maps, const struct few_keys *keys)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < FEW_MAPS; i++) {
		const u64 m = keys->order[i];
		struct peer_map *map = (struct peer_map *)maps + m;
		PEER_ITEM item = FEW_ITEM(keys->items[m * few_stride(keys->n)]);

		if (unlikely(peer_insert(map, item)))
			return 0;
		sum += peer_lookup(map, item_key(item));
		sum += peer_remove(map, item_key(item));
		if (i % FEW_BATCH == 0)
			cond_resched();
	}
	return sum;
}

#define FEW_LOOPS					\
	.size		= sizeof(struct peer_map),	\
	.make		= PEER_MAKE,			\
	.live		= few_live,			\
	.fill		= few_fill,			\
	.drain		= few_drain,			\
	.lookup		= few_lookup,			\
	.in_out		= few_in_out
