// SPDX-License-Identifier: GPL-2.0
/*
 * Keys, and the orders in which they are used.
 *
 * Key number i is the same in every boot. Lookups and removals follow arrays that
 * have been shuffled beforehand, so that the loops read them from one end to the
 * other. Small maps are looked up by a long sequence of picks, as branch predictors
 * learn 16,384 of them by heart within some ten passes. Strings stand in the order in
 * which an array uses them, as a caller has just made or read the string that it
 * looks up.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "keys.h"

#define MIN_PROBES	16384
#define MAX_PICKS	(64 * MIN_PROBES)
#define MAX_STRINGS	(8 * MIN_PROBES)

/* One array of keys. */
struct column {
	u64 *items;
	char *strings;	/* what the items point to, if they are strings */
};

enum { INSERT, REMOVE, FRESH, HIT, MISS, NR_COLUMNS };

struct owned_keys {
	struct bench_keys keys;
	struct column columns[NR_COLUMNS];
};

u64 bench_mix(u64 x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

u32 bench_below(u64 *state, u32 limit)
{
	return (bench_mix((*state)++) >> 32) * limit >> 32;
}

void bench_shuffle(u64 *items, u32 n, u64 seed)
{
	while (n > 1) {
		u32 other = bench_below(&seed, n--);

		swap(items[n], items[other]);
	}
}

/* Keys by their numbers, from @first on. */
static void number(u64 *items, u32 n, u64 first)
{
	u32 i;

	for (i = 0; i < n; i++)
		items[i] = first + i;
}

/* Each of [0, n) as often as any other, or nearly so, in random order. */
static void pick(u64 *items, u32 nr, u32 n, u64 seed)
{
	u32 i;

	for (i = 0; i < nr; i++)
		items[i] = i % n;
	bench_shuffle(items, nr, seed);
}

void bench_print_key(char *string, u64 number)
{
	const u64 key = bench_mix(number);

	/* Lengths and texts that differ at either end. */
	scnprintf(string, BENCH_STRING_SIZE, "%016llx%.*s", key, (int)(key % 17),
		  "/name-of-a-thing");
}

/* Turn the numbers of keys into keys. */
static int make_keys(struct column *column, u32 n, enum bench_kind kind)
{
	u32 i;

	if (kind == BENCH_SEQUENTIAL)
		return 0;
	if (kind == BENCH_U64) {
		for (i = 0; i < n; i++)
			column->items[i] = bench_mix(column->items[i]);
		return 0;
	}
	column->strings = kvmalloc_array(n, BENCH_STRING_SIZE, GFP_KERNEL);
	if (!column->strings)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		char *string = column->strings + (size_t)i * BENCH_STRING_SIZE;

		bench_print_key(string, column->items[i]);
		column->items[i] = (uintptr_t)string;
	}
	return 0;
}

static u32 length(const struct bench_keys *keys, int column)
{
	return column == HIT || column == MISS ?
	       keys->nr_probes * keys->nr_passes : keys->n;
}

static void choose(struct owned_keys *owned)
{
	struct bench_keys *keys = &owned->keys;
	const u32 n = keys->n, nr = length(keys, HIT);

	number(owned->columns[INSERT].items, n, 0);
	number(owned->columns[REMOVE].items, n, 0);
	bench_shuffle(owned->columns[REMOVE].items, n, 1ULL << 40);
	number(owned->columns[FRESH].items, n, n);
	bench_shuffle(owned->columns[FRESH].items, n, 2ULL << 40);
	pick(owned->columns[HIT].items, nr, n, 3ULL << 40);
	number(owned->columns[MISS].items, nr, 2 * n);
	bench_shuffle(owned->columns[MISS].items, nr, 4ULL << 40);
}

static int fill(struct owned_keys *owned, enum bench_kind kind)
{
	struct bench_keys *keys = &owned->keys;
	int i;

	for (i = 0; i < NR_COLUMNS; i++) {
		owned->columns[i].items = kvmalloc_array(length(keys, i), sizeof(u64),
							 GFP_KERNEL);
		if (!owned->columns[i].items)
			return -ENOMEM;
	}
	choose(owned);
	for (i = 0; i < NR_COLUMNS; i++) {
		int err = make_keys(&owned->columns[i], length(keys, i), kind);

		if (err)
			return err;
	}
	keys->insert = owned->columns[INSERT].items;
	keys->remove = owned->columns[REMOVE].items;
	keys->fresh = owned->columns[FRESH].items;
	keys->hit = owned->columns[HIT].items;
	keys->miss = owned->columns[MISS].items;
	return 0;
}

struct bench_keys *bench_keys_alloc(enum bench_kind kind, u32 n)
{
	const u32 picks = kind == BENCH_STRING ? MAX_STRINGS : MAX_PICKS;
	struct owned_keys *owned = kzalloc(sizeof(*owned), GFP_KERNEL);

	if (!owned)
		return NULL;
	owned->keys.n = n;
	owned->keys.nr_probes = max_t(u32, n, MIN_PROBES);
	owned->keys.nr_passes = max_t(u32, picks / owned->keys.nr_probes, 1);
	if (fill(owned, kind)) {
		bench_keys_free(&owned->keys);
		return NULL;
	}
	return &owned->keys;
}

void bench_keys_free(struct bench_keys *keys)
{
	struct owned_keys *owned = container_of(keys, struct owned_keys, keys);
	int i;

	for (i = 0; i < NR_COLUMNS; i++) {
		kvfree(owned->columns[i].items);
		kvfree(owned->columns[i].strings);
	}
	kfree(owned);
}
