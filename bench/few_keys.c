// SPDX-License-Identifier: GPL-2.0
/*
 * Keys of many maps of few entries, from one seed: each map has others, maps are visited
 * in an order that has been shuffled, and lookups pick a map and one of its keys at random.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "few.h"
#include "keys.h"

#define NR_ITEMS	(FEW_MAPS * FEW_MAX)
#define NR_PROBES	32768
#define NR_PASSES	8
#define ALL_PROBES	(NR_PROBES * NR_PASSES)

struct owned_keys {
	struct few_keys keys;
	enum bench_kind kind;
	u64 order[FEW_MAPS];
	u64 items[NR_ITEMS];
	struct few_probe hit[ALL_PROBES], miss[ALL_PROBES];
	char strings[];		/* of the items, of hit and of miss, if they are strings */
};

void few_shuffled(u64 *order, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		order[i] = i;
	bench_shuffle(order, n, 5ULL << 40);
}

/* Key @number, which as a string stands in place @at. Each map has @stride of them; XArray's
 * maps have keys from 0 on, which it is made for, and those of misses come behind these.
 */
static u64 make_key(struct owned_keys *owned, u64 number, u32 stride, u32 at)
{
	char *string = owned->strings + (size_t)at * BENCH_STRING_SIZE;

	if (owned->kind == BENCH_SEQUENTIAL)
		return number < NR_ITEMS ? number % stride : FEW_MAX + number % FEW_MAX;
	if (owned->kind == BENCH_U64)
		return bench_mix(number);
	bench_print_key(string, number);
	return (uintptr_t)string;
}

void few_keys_choose(struct few_keys *keys, u32 n)
{
	struct owned_keys *owned = container_of(keys, struct owned_keys, keys);
	const u32 stride = few_stride(n);
	u64 state = 6ULL << 40;
	u32 i;

	keys->n = n;
	for (i = 0; i < ALL_PROBES; i++) {
		const u32 m = bench_below(&state, FEW_MAPS);
		const u32 item = m * stride + bench_below(&state, stride);

		owned->hit[i].map = m;
		owned->hit[i].key = make_key(owned, item, stride, NR_ITEMS + i);
		owned->miss[i].map = m;
		owned->miss[i].key = make_key(owned, NR_ITEMS + i, NR_ITEMS,
					      NR_ITEMS + ALL_PROBES + i);
	}
	for (i = 0; i < FEW_MAPS * stride; i++)
		owned->items[i] = make_key(owned, i, stride, i);
}

struct few_keys *few_keys_alloc(enum bench_kind kind)
{
	const size_t nr_strings = kind == BENCH_STRING ? NR_ITEMS + 2 * ALL_PROBES : 0;
	struct owned_keys *owned = kvzalloc(sizeof(*owned) + nr_strings * BENCH_STRING_SIZE,
					    GFP_KERNEL);

	if (!owned)
		return NULL;
	owned->kind = kind;
	few_shuffled(owned->order, FEW_MAPS);
	owned->keys = (struct few_keys){
		.order = owned->order, .items = owned->items,
		.hit = owned->hit, .miss = owned->miss,
		.nr_probes = NR_PROBES, .nr_passes = NR_PASSES,
	};
	few_keys_choose(&owned->keys, FEW_MAX);
	return &owned->keys;
}

void few_keys_free(struct few_keys *keys)
{
	kvfree(container_of(keys, struct owned_keys, keys));
}
