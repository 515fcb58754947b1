// SPDX-License-Identifier: GPL-2.0
/*
 * One table: how large, where a slot stands, and how its memory is given back.
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "internal.h"

/* A table has no more slots than its head can count. If there is only one key, one
 * is enough, or two where its value is overwritten by a second block.
 */
static u32 slots_max(const struct hmap_type *type)
{
	if (!type->key_size && !hmap_has_string_keys(type))
		return hmap_is_rcu(type) && hmap_is_indirect(type) ? 2 : 1;
	return HMAP_TABLE_MAX_WORDS * HMAP_WORD_SLOTS;
}

static size_t slab_class(size_t size)
{
	if (size <= KMALLOC_MAX_CACHE_SIZE)
		return kmalloc_size_roundup(size);
	return roundup_pow_of_two(size);
}

/* The bytes of a table with so many slots. */
static size_t size_of(const struct hmap_type *type, size_t slots)
{
	return sizeof(struct hmap_table) +
	       DIV_ROUND_UP(slots, HMAP_WORD_SLOTS) * sizeof(u64) +
	       slots * type->slot_size;
}

/*
 * kmalloc() rounds up to its classes, so a table's size is chosen first, among
 * those classes, and its slots are as many as fit; but a last word of one or two
 * slots, where as many keys want to go as in any other, does more harm than good.
 */
static __always_inline u32 count_slots(const struct hmap_type *type, size_t size)
{
	size_t slots = (size - sizeof(struct hmap_table)) * HMAP_WORD_SLOTS /
		       (type->slot_size * HMAP_WORD_SLOTS + sizeof(u64));

	slots = min_t(size_t, slots, slots_max(type));
	while (slots && size_of(type, slots) > size)
		slots--;
	if (slots > HMAP_WORD_SLOTS && slots % HMAP_WORD_SLOTS <= 2)
		slots -= slots % HMAP_WORD_SLOTS;
	return slots;
}

/* Small maps grow often enough for the divisions to tell. */
static u32 slots_in(const struct hmap_type *type, size_t size)
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
	return slots_in(type, size) < slots ? slab_class(size + 1) : size;
}

/*
 * The fuller a table, the more entries are not in their first word, so one of several
 * words keeps an eighth of its slots empty; one word is read whole anyway.
 */
static u32 slack_of(u32 slots)
{
	return slots > HMAP_WORD_SLOTS ? slots / 8 : 0;
}

/* The bytes that a kmalloc'ed or kvmalloc'ed block of @size takes. */
size_t hmap_block_bytes(const void *block, size_t size)
{
	return is_vmalloc_addr(block) ? PAGE_ALIGN(size) : slab_class(size);
}

/* Entries that a table of @size holds before it has to grow. */
u32 hmap_table_limit(const struct hmap_type *type, size_t size)
{
	u32 slots = slots_in(type, size);

	return slots - slack_of(slots);
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
	return max_t(size_t, HMAP_TABLE_MAX,
		     size_with(type, HMAP_TABLE_MIN_SLOTS));
}

/* At least @wanted and roomy enough for @live, but not above the class at which
 * tables are split as long as the entries fit in there.
 */
size_t hmap_table_size_within(const struct hmap_type *type, size_t live,
			      size_t wanted)
{
	size_t most = hmap_table_size_max(type);
	size_t size = max(hmap_table_size_for(type, live), wanted);

	if (size > most && live <= hmap_table_limit(type, most))
		size = most;
	return size;
}

static u32 slots_of(const struct hmap_table *table)
{
	u64 last = READ_ONCE(table->words[table->nr_words - 1]);

	return table->nr_words * HMAP_WORD_SLOTS -
	       hweight64(hmap_match_absent(last));
}

/* Empty slots that are left when @table wants to grow. */
s32 hmap_table_slack(const struct hmap_table *table)
{
	return slack_of(slots_of(table));
}

/* What table->bytes says, for readers, to whom it is not there. */
size_t hmap_table_bytes_seen(const struct hmap_type *type,
			     const struct hmap_table *table)
{
	return slab_class(size_of(type, slots_of(table)));
}

/* All bytes empty, but those at the end that have no slots. */
static void clear_words(struct hmap_table *table, u32 slots)
{
	u32 last = slots % HMAP_WORD_SLOTS;

	memset(table->words, HMAP_EMPTY, table->nr_words * sizeof(u64));
	if (last)
		table->words[table->nr_words - 1] =
			HMAP_ABSENT * (HMAP_WORD_LSB & HMAP_WORD_LSB << last * 8);
}

/* A fresh table without entries, not published yet. */
struct hmap_table *hmap_table_alloc(const struct hmap_type *type, size_t size,
				    u8 depth, u32 seed, gfp_t gfp)
{
	u32 slots = slots_in(type, size);
	struct hmap_table *table;

	/* Often the caller can do without. */
	gfp |= __GFP_NOWARN;
	if (size <= hmap_table_size_max(type))
		table = kmalloc(size, gfp);
	else
		table = kvmalloc(size, gfp);
	if (!table) {
		hmap_counter_inc(HMAP_ALLOC_FAILURES);
		return NULL;
	}
	table->live = 0;
	table->room = slots - slack_of(slots);
	table->pins = 0;
	table->owns_blocks = false;
	table->reserved = false;
	table->bytes = size;
	table->seed = seed;
	table->nr_words = DIV_ROUND_UP(slots, HMAP_WORD_SLOTS);
	table->depth = depth;
	table->flags = HMAP_TABLE_VACANT;
	if (hmap_is_indirect(type))
		table->flags |= type->slot_size / 8;
	clear_words(table, slots);
	hmap_counter_inc(HMAP_TABLES_ALLOCATED);
	hmap_bytes_add(size);
	return table;
}

static void free_deleted_rcu(struct rcu_head *head)
{
	struct hmap_table *table = container_of(head, struct hmap_table, rcu);

	hmap_table_free_blocks(table, false, true);
	kvfree(table);
}

static void free_all_rcu(struct rcu_head *head)
{
	struct hmap_table *table = container_of(head, struct hmap_table, rcu);

	hmap_table_free_blocks(table, true, true);
	kvfree(table);
}

/* Give the memory of a dead, unpinned table back; @readers may be in it. */
void hmap_table_release(const struct hmap_type *type, struct hmap_table *table,
			bool readers)
{
	bool rcu = hmap_is_rcu(type);

	if (!rcu || !readers) {
		hmap_table_free_blocks(table, table->owns_blocks, rcu);
		hmap_block_free(table);
	} else if (!hmap_is_indirect(type)) {
		kvfree_rcu(table, rcu);
	} else {
		call_rcu(&table->rcu, table->owns_blocks ? free_all_rcu :
							 free_deleted_rcu);
	}
}

/* Frozen from here on; said before the successor is published, so that a walk
 * which still finds the flag clear sees no entry that has changed there.
 */
void hmap_table_kill(struct hmap_table *table)
{
	hmap_set_flags(table, HMAP_TABLE_DEAD, 0);
}

/* The map has let go of a dead @table: take it, and the blocks that go with it,
 * out of the counters, and free it now or when no walk pins it any more.
 */
void hmap_table_retire(const struct hmap_type *type, struct hmap_table *table,
		       bool readers)
{
	hmap_counter_inc(HMAP_TABLES_FREED);
	hmap_bytes_sub(table->bytes +
		       hmap_table_indirect_bytes(type, table,
						 table->owns_blocks,
						 hmap_is_rcu(type)));
	if (!table->pins)
		hmap_table_release(type, table, readers);
}
