// SPDX-License-Identifier: GPL-2.0
/*
 * How large a table is: slab classes, the slots that fit, and how many of them may be
 * full.
 */
#include <linux/init.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "internal.h"

/* What a table's head can count. */
#define SLOTS_MAX	(HMAP_TABLE_MAX_WORDS * HMAP_WORD_SLOTS)

static size_t slab_class(size_t size)
{
	if (size <= KMALLOC_MAX_CACHE_SIZE)
		return kmalloc_size_roundup(size);
	return roundup_pow_of_two(size);
}

/* The bytes of a table without words and slots. */
static size_t head_size(const struct hmap_type *type)
{
	return sizeof(struct hmap_table) +
	       (hmap_has_blocks(type) ? sizeof(struct hmap_block_sums) : 0);
}

/* The bytes of a table with so many slots. */
static size_t size_of(const struct hmap_type *type, size_t slots)
{
	return head_size(type) + DIV_ROUND_UP(slots, HMAP_WORD_SLOTS) * sizeof(u64) +
	       slots * type->slot_size;
}

/*
 * kmalloc() rounds up to its classes, so a table's size is chosen first, among
 * those classes, and its slots are as many as fit; but a last word of one or two
 * slots, where as many keys want to go as in any other, does more harm than good.
 */
static u32 count_slots(const struct hmap_type *type, size_t size)
{
	size_t slots = (size - head_size(type)) * HMAP_WORD_SLOTS /
		       (type->slot_size * HMAP_WORD_SLOTS + sizeof(u64));

	slots = min_t(size_t, slots, SLOTS_MAX);
	while (slots && size_of(type, slots) > size)
		slots--;
	if (slots > HMAP_WORD_SLOTS && slots % HMAP_WORD_SLOTS <= 2)
		slots -= slots % HMAP_WORD_SLOTS;
	return slots;
}

/*
 * Small maps grow often enough for the divisions to tell. So what the smaller classes hold
 * is counted once, when the module is loaded: of slots of each size, without blocks and with.
 */
#define SMALL_STEP	32
#define SMALL_MAX	512
#define SMALL_CLASSES	8	/* 6 at most: 64, 96, 128, 192, 256, 512 */

static u32 nr_small __ro_after_init;
static u16 small_sizes[SMALL_CLASSES] __ro_after_init;
static u8 small_classes[SMALL_MAX / SMALL_STEP + 1] __ro_after_init;
static u8 small_slots[HMAP_SLOT_MAX + 1][2][SMALL_CLASSES] __ro_after_init;

static const u8 *slots_of_small(const struct hmap_type *type)
{
	return small_slots[type->slot_size][hmap_has_blocks(type)];
}

static void __init add_small(size_t size, bool blocks)
{
	struct hmap_type type = { .flags = blocks ? HMAP_INDIRECT : 0 };

	for (; type.slot_size <= HMAP_SLOT_MAX; type.slot_size++)
		small_slots[type.slot_size][blocks][nr_small] =
			min_t(u32, count_slots(&type, size), U8_MAX);
}

void __init hmap_size_init(void)
{
	/* With a word, and a slot of any size. */
	size_t size = slab_class(sizeof(struct hmap_table) + sizeof(u64) + 1);

	for (; size <= SMALL_MAX && nr_small < SMALL_CLASSES; size = slab_class(size + 1)) {
		add_small(size, false);
		add_small(size, true);
		small_classes[size / SMALL_STEP] = nr_small;
		small_sizes[nr_small++] = size;
	}
}

u32 hmap_table_slots(const struct hmap_type *type, size_t size)
{
	if (size <= SMALL_MAX) {
		u32 class = small_classes[size / SMALL_STEP];

		if (likely(small_sizes[class] == size))
			return slots_of_small(type)[class];
	}
	/* Built in, and too early: when the secret is drawn, no entry will be found any more. */
	WARN_ONCE(!nr_small, "hmap: a map is filled before hmap's early_initcall()\n");
	return count_slots(type, size);
}

struct hmap_fit hmap_table_fit(const struct hmap_type *type, size_t size)
{
	return (struct hmap_fit){ size, hmap_table_slots(type, size) };
}

static noinline struct hmap_fit large_fit_with(const struct hmap_type *type, size_t slots)
{
	struct hmap_fit fit;

	slots = clamp_t(size_t, slots, 1, SLOTS_MAX);
	fit = hmap_table_fit(type, slab_class(size_of(type, slots)));
	return fit.slots < slots ? hmap_table_fit(type, slab_class(fit.bytes + 1)) : fit;
}

/* The smallest class that has at least so many slots, which is one, if there is such. */
static struct hmap_fit fit_with(const struct hmap_type *type, size_t slots)
{
	const u8 *small = slots_of_small(type);
	u32 class = 0;

	slots += !slots;
	while (small[class] < slots)
		if (++class >= nr_small)
			return large_fit_with(type, slots);
	return (struct hmap_fit){ small_sizes[class], small[class] };
}

static size_t size_with(const struct hmap_type *type, size_t slots)
{
	return fit_with(type, slots).bytes;
}

/* The bytes that @size, kmalloc'ed or kvmalloc'ed at @p, take. */
size_t hmap_alloc_size(const void *p, size_t size)
{
	return is_vmalloc_addr(p) ? PAGE_ALIGN(size) : slab_class(size);
}

/* Entries that a table of @size holds before it has to grow. */
u32 hmap_table_limit(const struct hmap_type *type, size_t size)
{
	u32 slots = hmap_table_slots(type, size);

	return slots - hmap_table_slack(slots);
}

/* The smallest class in which @live entries leave a quarter of the slots free,
 * so that a rebuild is paid for by at least a third as many inserts.
 */
size_t hmap_table_size_for(const struct hmap_type *type, size_t live)
{
	return size_with(type, DIV_ROUND_UP(live * 4, 3));
}

/* The smallest class in which @live entries take less than half of the slots, and two or
 * more of them have more than a word: what a small table grows to, so that few entries do
 * not take many allocations.
 */
struct hmap_fit hmap_table_fit_twice(const struct hmap_type *type, size_t live)
{
	return fit_with(type, max_t(size_t, live * 2, live > 1 ? HMAP_WORD_SLOTS : 0) + 1);
}

/* The smallest class that takes @n entries without growing. */
struct hmap_fit hmap_table_fit_exact(const struct hmap_type *type, size_t n)
{
	return fit_with(type, n > HMAP_WORD_SLOTS ? n + (n - 1) / 7 : n);
}

/* The class at which tables are split. */
size_t hmap_table_size_max(const struct hmap_type *type)
{
	/* Those slots need one class more at most than their bytes do. */
	if (size_of(type, HMAP_TABLE_MIN_SLOTS) <= HMAP_TABLE_MAX / 2)
		return HMAP_TABLE_MAX;
	return max_t(size_t, HMAP_TABLE_MAX, size_with(type, HMAP_TABLE_MIN_SLOTS));
}

/* At least @wanted and roomy enough for @live, but not above the class at which
 * tables are split as long as the entries fit in there.
 */
size_t hmap_table_size_within(const struct hmap_type *type, size_t live, size_t wanted)
{
	size_t most = hmap_table_size_max(type);
	size_t size = max(hmap_table_size_for(type, live), wanted);

	if (size > most && live <= hmap_table_limit(type, most))
		size = most;
	return size;
}
