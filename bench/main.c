// SPDX-License-Identifier: GPL-2.0
/*
 * hmap beside other maps: loading the module measures them and prints the results,
 * which scripts/bench.sh reads; it fails if a map did not do its work.
 */
#include <linux/kernel.h>
#include <linux/module.h>

#include <hmap/hmap.h>

#include "few.h"
#include "measure.h"

unsigned int bench_turn;
module_param_named(turn, bench_turn, uint, 0444);
MODULE_PARM_DESC(turn, "which peer comes first");

static bool quick;
module_param(quick, bool, 0444);
MODULE_PARM_DESC(quick, "fewer rounds");

static const struct bench_peer * const numbers[] = {
	&bench_hmap, &bench_hmap_object, &bench_rhashtable, &bench_hlist, &bench_hmap_norcu,
	&bench_hmap_bulk, &bench_hmap_next, &bench_hmap_generic, &bench_hmap_siphash,
	&bench_hmap_hsiphash, &bench_rhashtable_kfree, &bench_xarray, &bench_hmap_reserved,
	&bench_rhashtable_hint, &bench_floor,
};

static const struct bench_peer * const strings[] = {
	&bench_hmap_string, &bench_hmap_product_string, &bench_rhashtable_string,
	&bench_hlist_string,
};

static const struct bench_peer * const headlines[] = {
	&bench_hmap, &bench_hmap_object, &bench_rhashtable, &bench_hlist, &bench_hmap_norcu,
	&bench_rhashtable_kfree, &bench_xarray, &bench_floor,
};

/* Of the same objects, but for rhashtable's link in them. */
static const struct bench_peer * const objects[] = {
	&bench_hmap_object, &bench_rhashtable,
};

static int measure_times(void)
{
	const u32 few = quick ? 31 : 101;

	return bench_times(numbers, ARRAY_SIZE(numbers), 8, few) ?:
	       bench_times(numbers, ARRAY_SIZE(numbers), 1000, few) ?:
	       bench_times(strings, ARRAY_SIZE(strings), 1000, few) ?:
	       bench_times(numbers, ARRAY_SIZE(numbers), 100000, quick ? 3 : 9) ?:
	       bench_times(strings, ARRAY_SIZE(strings), 100000, quick ? 1 : 5);
}

/* These take half of a boot's time. */
static const struct bench_peer * const million[] = {
	&bench_hmap, &bench_hmap_object, &bench_rhashtable, &bench_hlist, &bench_hmap_bulk,
	&bench_hmap_next, &bench_xarray, &bench_floor,
};

static int measure_million(void)
{
	if (quick)
		return bench_times(million, ARRAY_SIZE(million), 1000000, 1);
	return bench_times(numbers, ARRAY_SIZE(numbers), 1000000, 3);
}

/* Of each kind of entry, what people write by hand as well. */
static const struct few_peer * const few[] = {
	&few_hmap, &few_rhashtable, &few_hlist, &few_list, &few_rbtree, &few_hmap_norcu,
	&few_hmap_reserved, &few_xarray,
	&few_hmap_object, &few_rhashtable_object, &few_hlist_object, &few_list_object,
	&few_rbtree_object,
	&few_hmap_string, &few_rhashtable_string, &few_hlist_string, &few_list_string,
	&few_rbtree_string,
};

static int measure_small(void)
{
	return bench_small(headlines, ARRAY_SIZE(headlines), quick ? 17 : 49) ?:
	       bench_few(few, ARRAY_SIZE(few), quick ? 5 : 21);
}

static int measure_bytes(void)
{
	return bench_bytes(headlines, ARRAY_SIZE(headlines), 1 << 20, quick ? 8 : 16) ?:
	       bench_object_bytes(objects, ARRAY_SIZE(objects));
}

static int measure_tails(void)
{
	return bench_tails(headlines, ARRAY_SIZE(headlines), 1 << 20);
}

static const struct {
	const char *name;
	int (*measure)(void);
} parts[] = {
	{ "small", measure_small },
	{ "times", measure_times },
	{ "million", measure_million },
	{ "tails", measure_tails },
	{ "bytes", measure_bytes },
};

static char *only = "";
module_param(only, charp, 0444);
MODULE_PARM_DESC(only, "parts to measure, of small+times+million+tails+bytes; all if empty");

static int __init bench_run(void)
{
	int err = 0, i;

	bench_touch_memory();
	bench_settle_calibrate();
	for (i = 0; i < ARRAY_SIZE(parts) && !err; i++) {
		if (*only && !strstr(only, parts[i].name))
			continue;
		bench_quiet();
		err = parts[i].measure();
	}
	bench_quiet();
	if (err)
		pr_err("hmap_bench: stopped by error %d\n", err);
	return err;
}

static void __exit bench_done(void)
{
}

module_init(bench_run);
module_exit(bench_done);
HMAP_IMPORT_NS;
MODULE_DESCRIPTION("Benchmark of hmap beside other maps");
MODULE_LICENSE("GPL");
