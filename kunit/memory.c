// SPDX-License-Identifier: GPL-2.0
/*
 * How much memory maps take, as the kernel sees it: loading this fills maps with accounted
 * inserts, on the bill of who loads it, or reserves more than there is. The log has what
 * became of it, and the maps stay until the module goes.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include <hmap/hmap.h>

enum { NUMBERS, RCU_NUMBERS, NAMES };
static unsigned int kind;
module_param(kind, uint, 0444);
MODULE_PARM_DESC(kind, "of map: 0 numbers, 1 numbers under RCU, 2 names");

static unsigned int maps = 2;
module_param(maps, uint, 0444);
MODULE_PARM_DESC(maps, "how many to fill");

static unsigned int entries = 1000;
module_param(entries, uint, 0444);
MODULE_PARM_DESC(entries, "of each map, of which every fifth stays; then every other map is trimmed");

static unsigned long reserve;
module_param(reserve, ulong, 0444);
MODULE_PARM_DESC(reserve, "entries to make room for in one more map, of numbers");

static bool dying;
module_param(dying, bool, 0444);
MODULE_PARM_DESC(dying, "let a fatal signal come just before reserving");

static bool leave;
module_param(leave, bool, 0444);
MODULE_PARM_DESC(leave, "one map behind, which is a bug that hmap has to report");

HMAP_DEFINE(numbers, u64, u64, hmap_hash_u64, NULL, 0);
HMAP_DEFINE(rcu_numbers, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE(names, const char *, u32, hmap_hash_bytes, NULL, HMAP_STRING);

union any {
	struct numbers		numbers;
	struct rcu_numbers	rcu_numbers;
	struct names		names;
};

/* What is refused is refused: nobody has to be killed for it. */
#define GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL)

static union any *all;
static struct numbers reserved;

static int add(union any *map, u32 n)
{
	char name[20];

	switch (kind) {
	case NUMBERS:
		return numbers_insert(&map->numbers, n, n, GFP);
	case RCU_NUMBERS:
		return rcu_numbers_insert(&map->rcu_numbers, n, n, GFP);
	default:
		snprintf(name, sizeof(name), "entry %u", n);
		return names_insert(&map->names, name, n, GFP);
	}
}

static void remove(union any *map, u32 n)
{
	char name[20];

	switch (kind) {
	case NUMBERS:
		numbers_remove(&map->numbers, n);
		break;
	case RCU_NUMBERS:
		rcu_numbers_remove(&map->rcu_numbers, n);
		break;
	default:
		snprintf(name, sizeof(name), "entry %u", n);
		names_remove(&map->names, name);
	}
}

/* These flags do not say on whose bill it is. */
static int trim(union any *map)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_RETRY_MAYFAIL;

	switch (kind) {
	case NUMBERS:
		return numbers_trim(&map->numbers, gfp);
	case RCU_NUMBERS:
		return rcu_numbers_trim(&map->rcu_numbers, gfp);
	default:
		return names_trim(&map->names, gfp);
	}
}

static void destroy(union any *map)
{
	switch (kind) {
	case NUMBERS:
		numbers_destroy(&map->numbers);
		break;
	case RCU_NUMBERS:
		rcu_numbers_destroy(&map->rcu_numbers);
		break;
	default:
		names_destroy(&map->names);
	}
}

/* Four fifths go again, also where memory has been refused. */
static int fill_map(union any *map, bool trimmed)
{
	int err = 0;
	u32 n, i;

	for (n = 0; n < entries && !err; n++)
		err = add(map, n);
	for (i = 0; i < n; i++)
		if (i % 5)
			remove(map, i);
	return err ?: trimmed ? trim(map) : 0;
}

static void fill_maps(void)
{
	unsigned int n;
	int err = 0;

	for (n = 0; n < maps && !err; n++)
		err = fill_map(&all[n], n % 2);
	pr_info("filled %u maps: %d\n", n, err);
}

static void reserve_room(void)
{
	int err;

	pr_info("before: %zu bytes\n", numbers_memory(&reserved));
	if (dying)
		send_sig(SIGKILL, current, 0);
	err = numbers_reserve(&reserved, reserve, GFP_KERNEL);
	pr_info("reserved: %d, after: %zu bytes\n", err, numbers_memory(&reserved));
}

static int __init memory_init(void)
{
	all = kcalloc(maps, sizeof(*all), GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	fill_maps();
	if (reserve)
		reserve_room();
	return 0;
}

static void __exit memory_exit(void)
{
	unsigned int n;

	for (n = leave; n < maps; n++)
		destroy(&all[n]);
	kfree(all);
	numbers_destroy(&reserved);
}

module_init(memory_init);
module_exit(memory_exit);
HMAP_IMPORT_NS;
MODULE_DESCRIPTION("How much memory maps of hmap take, and on whose bill");
MODULE_LICENSE("GPL");
