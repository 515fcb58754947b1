// SPDX-License-Identifier: GPL-2.0
/*
 * hmap beside other maps: loading the module measures them and prints the results,
 * which scripts/bench.sh reads; it fails if a map did not do its work.
 */
#include <linux/kernel.h>
#include <linux/module.h>

#include <hmap/hmap.h>

#include "measure.h"

unsigned int bench_turn;
module_param_named(turn, bench_turn, uint, 0444);
MODULE_PARM_DESC(turn, "which peer comes first");

static bool quick;
module_param(quick, bool, 0444);
MODULE_PARM_DESC(quick, "fewer rounds");

static const struct bench_peer * const numbers[] = {
	&bench_hmap, &bench_rhashtable, &bench_hlist, &bench_hmap_norcu,
	&bench_hmap_generic, &bench_hmap_siphash, &bench_hmap_hsiphash,
	&bench_rhashtable_kfree, &bench_xarray, &bench_floor,
};

static const struct bench_peer * const strings[] = {
	&bench_hmap_string, &bench_rhashtable_string, &bench_hlist_string,
};

static int measure_times(void)
{
	return bench_times(numbers, ARRAY_SIZE(numbers), 8, quick ? 51 : 101) ?:
	       bench_times(numbers, ARRAY_SIZE(numbers), 1000, quick ? 51 : 101) ?:
	       bench_times(strings, ARRAY_SIZE(strings), 1000, quick ? 51 : 101) ?:
	       bench_times(numbers, ARRAY_SIZE(numbers), 100000, quick ? 3 : 9) ?:
	       bench_times(strings, ARRAY_SIZE(strings), 100000, quick ? 3 : 9) ?:
	       bench_times(numbers, ARRAY_SIZE(numbers), 1000000, quick ? 1 : 3);
}

static int __init bench_run(void)
{
	int err;

	bench_settle_calibrate();
	err = measure_times();
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
