// SPDX-License-Identifier: GPL-2.0
/*
 * One table: how large, where a slot stands, how entries are copied from one
 * to another, and how its memory is given back.
 */
#include <linux/kcsan-checks.h>
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
static u32 slots_in(const struct hmap_type *type, size_t size)
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

size_t hmap_table_bytes(const struct hmap_type *type,
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
	table->seed = seed;
	table->nr_words = DIV_ROUND_UP(slots, HMAP_WORD_SLOTS);
	table->depth = depth;
	table->flags = HMAP_TABLE_VACANT;
	if (hmap_is_indirect(type))
		table->flags |= type->slot_size / 8;
	clear_words(table, slots);
	hmap_counter_inc(HMAP_TABLES_ALLOCATED);
	hmap_bytes_add(hmap_table_bytes(type, table));
	return table;
}

/* The first free slot on the way that a probe for @hash goes, or -1. Types with
 * RCU never use a deleted slot again: readers may still be looking at it.
 */
long hmap_table_find_free(const struct hmap_type *type,
			  const struct hmap_table *table, u64 hash)
{
	u32 nr = hmap_home(hash, table->nr_words);
	u32 left;

	for (left = table->nr_words; left; left--) {
		u64 match = hmap_match_empty(table->words[nr]);

		if (!hmap_is_rcu(type))
			match |= hmap_match_deleted(table->words[nr]);
		if (match)
			return hmap_index(nr, match);
		if (++nr == table->nr_words)
			nr = 0;
	}
	return -1;
}

static u64 byte_mask(u32 index)
{
	return 0xffULL << index % 8 * 8;
}

static u64 with_byte(u64 word, u32 index, u64 byte)
{
	return (word & ~byte_mask(index)) |
	       byte << index % 8 * 8;
}

static void set_flags(struct hmap_table *table, u8 set, u8 clear)
{
	WRITE_ONCE(table->flags, (table->flags & ~clear) | set);
}

/* The one store that changes what readers find in a table: a whole word. */
static void set_word(struct hmap_table *table, u32 nr, u64 word)
{
	u64 *to = &table->words[nr];

	/* Marked accesses hide two writers from KCSAN: here they are looked for. */
	ASSERT_EXCLUSIVE_WRITER(*to);
	/* After the slot's bytes. Pairs with the acquire in hmap_probe(). */
	smp_store_release(to, word);
}

static void set_byte(struct hmap_table *table, u32 index, u64 byte)
{
	u64 word = table->words[index / 8];

	set_word(table, index / 8, with_byte(word, index, byte));
}

/* Tell the words that a probe passes on its way to word @end to let it pass. */
static void set_overflow(struct hmap_table *table, u32 end, u64 hash)
{
	u32 nr = hmap_home(hash, table->nr_words);

	while (nr != end) {
		set_word(table, nr,
			 table->words[nr] | hmap_overflow_bit(hash));
		if (++nr == table->nr_words)
			nr = 0;
	}
}

/* Make a slot, whose bytes are written, full. */
void hmap_table_fill(struct hmap_table *table, u32 index, u64 hash)
{
	u64 word = table->words[index / 8];

	if (hmap_match_empty(word) & byte_mask(index))
		table->room--;
	/* Before the word: who has found the entry goes on finding it. */
	set_overflow(table, index / 8, hash);
	if (!table->live++)
		set_flags(table, 0, HMAP_TABLE_VACANT);
	set_byte(table, index, hmap_full_byte(hash));
}

/* Make slot @to full and slot @from of the same word deleted, in one store. */
void hmap_table_move(struct hmap_table *table, u32 from, u32 to, u64 hash)
{
	u64 word = table->words[to / 8];

	word = with_byte(word, from, HMAP_DELETED);
	word = with_byte(word, to, hmap_full_byte(hash));
	table->room--;
	set_word(table, to / 8, word);
}

/*
 * Let go of a full slot. It may become empty only if no reader can be looking at it.
 * A word from which entries have overflowed does not get its room back, either, so
 * that its table is cleaned in time: only that takes overflow bits back.
 */
void hmap_table_empty(const struct hmap_type *type, struct hmap_table *table,
		      u32 index)
{
	u64 word = table->words[index / 8];

	if (!--table->live)
		set_flags(table, HMAP_TABLE_VACANT, 0);
	if (!hmap_is_rcu(type) && !(word >> HMAP_WORD_OVERFLOW)) {
		set_byte(table, index, HMAP_EMPTY);
		table->room++;
	} else {
		set_byte(table, index, HMAP_DELETED);
	}
}

static void copy_slot(const struct hmap_type *type, void *to, const void *from)
{
	/* The compiler makes few instructions of a copy whose size it knows. */
	switch (type->slot_size) {
	case 8:
		memcpy(to, from, 8);
		break;
	case 16:
		memcpy(to, from, 16);
		break;
	case 24:
		memcpy(to, from, 24);
		break;
	default:
		memcpy(to, from, type->slot_size);
	}
}

/* Take a slot in a table that nobody has seen yet, and in which none is deleted. */
static void *take_fresh(const struct hmap_type *type, struct hmap_table *table,
			u64 hash)
{
	u32 nr = hmap_home(hash, table->nr_words);
	u32 byte;

	while (!hmap_match_empty(table->words[nr])) {
		table->words[nr] |= hmap_overflow_bit(hash);
		if (++nr == table->nr_words)
			nr = 0;
	}
	byte = hmap_match_first(hmap_match_empty(table->words[nr]));
	table->words[nr] |= hmap_full_byte(hash) << byte * 8;
	table->live++;
	table->room--;
	table->flags &= ~HMAP_TABLE_VACANT;
	return hmap_slot(type, table, nr * 8 + byte);
}

/* Copy one entry. @own_block: the copy must not share its block. */
static int copy_entry(const struct hmap_type *type, const void *slot,
		      struct hmap_table *to, u64 hash, bool own_block, gfp_t gfp)
{
	void *block = NULL, *dest;

	if (own_block) {
		block = hmap_indirect_dup(type, slot, gfp);
		if (!block)
			return -ENOMEM;
	}
	dest = take_fresh(type, to, hash);
	copy_slot(type, dest, slot);
	if (block)
		*(void **)dest = block;
	return 0;
}

/*
 * The one copy routine: the entries of @from into @to[0] or @to[1], by the hash
 * bit behind those that they all share. The tables in @to may be the same, have
 * room enough, and are fresh. Blocks change hands, unless a walk has pinned @from:
 * the walk will look its keys up again, so they stay with @from and are copied,
 * which can fail with -ENOMEM.
 */
int hmap_table_copy(const struct hmap_type *type, struct hmap_table *from,
		    struct hmap_table *to[2], gfp_t gfp)
{
	bool own_blocks = from->pins && hmap_is_indirect(type);
	u32 nr;

	for (nr = 0; nr < from->nr_words; nr++) {
		u64 full = hmap_match_full(from->words[nr]);

		for (; full; full &= full - 1) {
			u32 index = hmap_index(nr, full);
			void *slot = hmap_slot(type, from, index);
			u64 hash = hmap_hash_key(type, hmap_slot_key(type, slot),
						 from->seed);
			u32 half = hash >> (63 - from->depth) & 1;

			if (copy_entry(type, slot, to[half], hash, own_blocks,
				       gfp))
				return -ENOMEM;
		}
	}
	if (own_blocks)
		from->owns_blocks = true;
	return 0;
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
	set_flags(table, HMAP_TABLE_DEAD, 0);
}

/* The map has let go of a dead @table: take it, and the blocks that go with it,
 * out of the counters, and free it now or when no walk pins it any more.
 */
void hmap_table_retire(const struct hmap_type *type, struct hmap_table *table,
		       bool readers)
{
	hmap_counter_inc(HMAP_TABLES_FREED);
	hmap_bytes_sub(hmap_table_bytes(type, table) +
		       hmap_table_indirect_bytes(type, table,
						 table->owns_blocks,
						 hmap_is_rcu(type)));
	if (!table->pins)
		hmap_table_release(type, table, readers);
}
