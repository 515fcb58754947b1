// SPDX-License-Identifier: GPL-2.0
/* The program that counts instructions, and what there is without a map; see instructions.h. */
#include <sys/mman.h>

#include "instructions.h"

#define PREFIX	""

struct workload few, some, many;

static void place_maps(void)
{
	void *at = mmap(COUNT_MAPS, MAPS * sizeof(struct hmap), PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	bench_check(at == COUNT_MAPS, "placing the maps");
}

static noinline void touch_all(const struct key *keys, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		u64 word = keys[i].word;

		bench_touch(word);
	}
}

static noinline void allocate_all(size_t n)
{
	while (n--)
		kfree(kmalloc(64, GFP_KERNEL));
}

int main(void)
{
	place_maps();
	hmap_hash_init();
	hmap_size_init();
	bench_workload(&few, FEW);
	bench_workload(&some, SOME);
	bench_workload(&many, MANY);

	count("the loop alone", LOOKUPS, touch_all(many.hits, LOOKUPS));
	count("kmalloc(64) and kfree()", LOOKUPS, allocate_all(LOOKUPS));
	count_words();
	count_narrow();
	count_objects();
	count_walks();
	count_strings();
	return 0;
}
