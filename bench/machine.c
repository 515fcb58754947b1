// SPDX-License-Identifier: GPL-2.0
/* The machine below the benchmark: its memory, and whether it is quiet. */
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "measure.h"

#define TOUCH_ORDER	9	/* 2 MiB: a huge page of the host */
#define QUIET_LOOPS	200000

void bench_touch_memory(void)
{
	struct page *page, *next;
	LIST_HEAD(pages);
	u32 nr = 0;

	for (;;) {
		page = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN,
				   TOUCH_ORDER);
		if (!page)
			break;
		memset(page_address(page), 0, PAGE_SIZE << TOUCH_ORDER);
		list_add(&page->lru, &pages);
		nr++;
	}
	list_for_each_entry_safe(page, next, &pages, lru)
		__free_pages(page, TOUCH_ORDER);
	pr_info("hmap_bench: note,%u MiB of memory touched beforehand\n", 2 * nr);
}

/*
 * scripts/bench.sh gives the guest a real-time priority; but where others wait, the
 * host still grants them 50 ms of each second, and does so in one piece. The longest
 * regions take two thirds of a second.
 */
#define REST_AFTER_NS	(300 * NSEC_PER_MSEC)
#define REST_MS		60

void bench_rest(void)
{
	static u64 last;

	if (ktime_get_ns() - last < REST_AFTER_NS)
		return;
	msleep(REST_MS);
	last = ktime_get_ns();
}

static u64 time_kmalloc(void)
{
	const u64 start = ktime_get_ns();
	u32 i;

	for (i = 0; i < QUIET_LOOPS; i++) {
		void *block = kmalloc(32, GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(block);
		kfree(block);
	}
	return div_u64((ktime_get_ns() - start) * 1000, QUIET_LOOPS);
}

/* Each line of the block leads to another one, far away, until all have been seen. */
static u64 time_loads(u32 *block, u32 nr)
{
	const u32 line = 64 / sizeof(u32), step = nr / 2 + 1155;
	u32 at = 0, i;
	u64 start;

	for (i = 0; i < nr; i++)
		block[i * line] = (i * 5 + step) % nr;
	start = ktime_get_ns();
	for (i = 0; i < QUIET_LOOPS; i++)
		at = READ_ONCE(block[at * line]);
	OPTIMIZER_HIDE_VAR(at);
	return div_u64((ktime_get_ns() - start) * 1000, QUIET_LOOPS);
}

/* The caches that processors share are slower while others use them, too. */
void bench_quiet(void)
{
	const u32 order = TOUCH_ORDER + 1;
	struct page *page = alloc_pages(GFP_KERNEL, order);
	const u64 kmalloc_ps = time_kmalloc();
	u64 load_ps = 0;

	if (page) {
		load_ps = time_loads(page_address(page), (PAGE_SIZE << order) / 64);
		__free_pages(page, order);
	}
	pr_info("hmap_bench: quiet,%llu.%03llu,%llu.%03llu\n",
		kmalloc_ps / 1000, kmalloc_ps % 1000, load_ps / 1000, load_ps % 1000);
}
