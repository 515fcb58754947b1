// SPDX-License-Identifier: GPL-2.0
/*
 * How large a table is: slab classes, the slots that fit, and how many of them may be
 * full.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "internal.h"

/* A table has no more slots than its head can count. If there is only one key, one is
 * enough.
 */
static u32 slots_max(const struct hmap_type *type)
{
	if (!type->key_size && !(type->flags & (HMAP_STRING | HMAP_OBJECT)))
		return 1;
	return HMAP_TABLE_MAX_WORDS * HMAP_WORD_SLOTS;
}

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
static __always_inline u32 count_slots(const struct hmap_type *type, size_t size)
{
	size_t slots = (size - head_size(type)) * HMAP_WORD_SLOTS /
		       (type->slot_size * HMAP_WORD_SLOTS + sizeof(u64));

	slots = min_t(size_t, slots, slots_max(type));
	while (slots && size_of(type, slots) > size)
		slots--;
	if (slots > HMAP_WORD_SLOTS && slots % HMAP_WORD_SLOTS <= 2)
		slots -= slots % HMAP_WORD_SLOTS;
	return slots;
}

/* Small maps grow often enough for the divisions to tell. */
u32 hmap_table_slots(const struct hmap_type *type, size_t size)
{
	return hmap_is_u64_pair(type) ? count_slots(&hmap_u64_pair, size) :
					count_slots(type, size);
}

/* The smallest class that has at least so many slots, if there is one. */
static size_t size_with(const struct hmap_type *type, size_t slots)
{
	size_t size;

	slots = clamp_t(size_t, slots, 1, slots_max(type));
	size = slab_class(size_of(type, slots));
	return hmap_table_slots(type, size) < slots ? slab_class(size + 1) : size;
}

/*
 * The fuller a table, the more entries are not in their first word, so one of several
 * words keeps an eighth of its slots empty; one word is read whole anyway.
 */
s32 hmap_table_slack(u32 slots)
{
	return slots > HMAP_WORD_SLOTS ? slots / 8 : 0;
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

/* The smallest class in which @live entries take less than half of the slots: what
 * a small table grows to, so that few entries do not take many allocations.
 */
size_t hmap_table_size_twice(const struct hmap_type *type, size_t live)
{
	return size_with(type, live * 2 + 1);
}

/* The smallest class that takes @n entries without growing. */
size_t hmap_table_size_exact(const struct hmap_type *type, size_t n)
{
	return size_with(type, n > HMAP_WORD_SLOTS ? n + (n - 1) / 7 : n);
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
