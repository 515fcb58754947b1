/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the module share. The words used here are explained at the
 * top of core.c.
 */
#ifndef _HMAP_INTERNAL_H
#define _HMAP_INTERNAL_H

#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include <asm/local.h>

#include "hmap.h"

/* Control words of a table whose hashes do not let it be split: what its head can
 * count. A build for tests may choose less here, too.
 */
#ifndef HMAP_TABLE_MAX_WORDS
#define HMAP_TABLE_MAX_WORDS	U16_MAX
#endif

/* Counters behind those of struct hmap_stats. A map that is freed counts in one. */
enum hmap_counter {
	HMAP_MAPS_ALLOCATED,
	HMAP_MAPS_FREED_FILLED,
	HMAP_MAPS_NEVER_FILLED,
	HMAP_TABLES_ALLOCATED,
	HMAP_TABLES_FREED,
	HMAP_FIRST_INSERTS,
	HMAP_ALLOC_FAILURES,
	HMAP_REBUILDS_GROW,
	HMAP_REBUILDS_SHRINK,
	HMAP_REBUILDS_CLEAN,
	HMAP_SPLITS,
	HMAP_SPLITS_REFUSED,
	HMAP_MERGES,
	HMAP_DIRECTORY_DOUBLINGS,
	HMAP_DIRECTORY_SHRINKS,
	HMAP_NR_COUNTERS,
};

struct hmap_counters {
	local_t n[HMAP_NR_COUNTERS];
};

DECLARE_PER_CPU(struct hmap_counters, hmap_counters);

/* Nearly as cheap as this_cpu_inc() where there is an instruction for that; elsewhere it
 * does not disable interrupts.
 */
static inline void hmap_counter_inc(enum hmap_counter counter)
{
	local_inc(&get_cpu_ptr(&hmap_counters)->n[counter]);
	put_cpu_ptr(&hmap_counters);
}

/* stats.c */
void hmap_bytes_add(size_t bytes);
void hmap_bytes_sub(size_t bytes);
int hmap_stats_init(void);
void hmap_stats_exit(void);

/* debugfs.c */
void hmap_debugfs_init(void);
void hmap_debugfs_exit(void);

/* hash.c */
void hmap_hash_init(void);

static inline u64 hmap_hash_key(const struct hmap_type *type, const void *key,
				u32 seed)
{
	return hmap_hash(key, type->key_size, seed, type->hash);
}

/* Where the key is in a block, its hash is in the slot, behind the pointer. */
static inline u64 *hmap_stored_hash(const void *slot)
{
	return (u64 *)(slot + sizeof(void *));
}

static inline u64 hmap_slot_hash(const struct hmap_type *type, const void *slot,
				 u32 seed)
{
	if (type->flags & HMAP_KEY_INDIRECT)
		return *hmap_stored_hash(slot);
	return hmap_hash_key(type, slot + type->key_offset, seed);
}

static inline bool hmap_is_rcu(const struct hmap_type *type)
{
	return type->flags & HMAP_RCU;
}

static inline bool hmap_has_string_keys(const struct hmap_type *type)
{
	return type->flags & HMAP_KEY_STRING;
}

static inline bool hmap_is_indirect(const struct hmap_type *type)
{
	return type->flags & HMAP_INDIRECT;
}

/*
 * The commonest kind of map: from a u64, compared as such, to 8 bytes. What is done for
 * every key is compiled once more for it, with these constants.
 */
static const struct hmap_type hmap_u64_pair __maybe_unused = {
	.hash		= hmap_hash_u64,
	.key_size	= sizeof(u64),
	.value_size	= sizeof(u64),
	.value_offset	= sizeof(u64),
	.slot_size	= 2 * sizeof(u64),
};

/* There is one sound layout of such a slot. */
static inline bool hmap_is_u64_pair(const struct hmap_type *type)
{
	return type->hash == hmap_u64_pair.hash && !type->equal &&
	       type->value_size == hmap_u64_pair.value_size &&
	       type->slot_size == hmap_u64_pair.slot_size;
}

/* The writer's view of the root and of the table that @hash leads to. */
static inline void *hmap_root(const struct hmap *map)
{
	return rcu_dereference_protected(map->root, hmap_lock_held(map));
}

static inline struct hmap_table *hmap_table_of(const struct hmap *map, u64 hash)
{
	void *root = hmap_root(map);
	struct hmap_dir *dir = hmap_root_dir(root);

	if (!dir)
		return hmap_root_vacant(root) ? NULL : root;
	return hmap_ref_table(rcu_dereference_protected(*hmap_dir_entry(dir, hash),
							hmap_lock_held(map)));
}

/* The bits of a hash that tell entries within a range of @depth bits apart. */
static inline u64 hmap_range_mask(u8 depth)
{
	return depth ? ~0ULL >> depth : ~0ULL;
}

/* The first hash of the range that begins where the range of @depth bits around
 * @hash ends; 0 behind the last.
 */
static inline u64 hmap_range_next(u64 hash, u8 depth)
{
	return depth ? ((hash >> (64 - depth)) + 1) << (64 - depth) : 0;
}

/* Visits the tables of a map once each, in the order of their ranges; the body
 * may put another table in the place of the current one.
 */
#define hmap_for_each_table(map, table, hash)				\
	for ((hash) = 0, (table) = hmap_table_of(map, 0); (table);	\
	     (hash) = hmap_range_next(hash,				\
				      hmap_table_of(map, hash)->depth),	\
	     (table) = (hash) ? hmap_table_of(map, hash) : NULL)

/* Whether there is no entry behind @root, as a reader can tell. */
static inline bool hmap_root_is_empty(void *root)
{
	if (hmap_root_vacant(root))
		return true;
	if (hmap_root_is_dir(root))
		return !READ_ONCE(hmap_root_dir(root)->count);
	return READ_ONCE(((struct hmap_table *)root)->flags) & HMAP_TABLE_VACANT;
}

/* The number of entries, as the writer knows it. */
static inline unsigned long hmap_live(const struct hmap *map)
{
	void *root = hmap_root(map);
	struct hmap_dir *dir = hmap_root_dir(root);

	if (dir)
		return dir->count;
	return hmap_root_vacant(root) ? 0 : ((struct hmap_table *)root)->live;
}

/* table.c: one table and its memory */
/* Free a table or a directory that has no readers. vfree() may sleep, so what came
 * from vmalloc() is left to RCU, whose worker may.
 */
#define hmap_block_free(block) do {					\
	if (is_vmalloc_addr(block))					\
		kvfree_rcu(block, rcu);					\
	else								\
		kfree(block);						\
} while (0)

size_t hmap_block_bytes(const void *block, size_t size);
size_t hmap_table_size_max(const struct hmap_type *type);
size_t hmap_table_size_for(const struct hmap_type *type, size_t live);
size_t hmap_table_size_within(const struct hmap_type *type, size_t live,
			      size_t wanted);
size_t hmap_table_size_twice(const struct hmap_type *type, size_t live);
size_t hmap_table_size_exact(const struct hmap_type *type, size_t n);
u32 hmap_table_limit(const struct hmap_type *type, size_t size);
s32 hmap_table_slack(const struct hmap_table *table);
size_t hmap_table_bytes_seen(const struct hmap_type *type,
			     const struct hmap_table *table);
struct hmap_table *hmap_table_alloc(const struct hmap_type *type, size_t size,
				    u8 depth, u32 seed, gfp_t gfp);
void hmap_table_kill(struct hmap_table *table);
void hmap_table_retire(const struct hmap_type *type, struct hmap_table *table,
		       bool readers);
void hmap_table_release(const struct hmap_type *type, struct hmap_table *table,
			bool readers);

/* copy.c: all the entries of one table into another, or two */
int hmap_table_copy(const struct hmap_type *type, struct hmap_table *from,
		    struct hmap_table *to[2], gfp_t gfp);

/* indirect.c: keys and values that are not in their slots */
void *hmap_indirect_alloc(const struct hmap_type *type, const void *key,
			  gfp_t gfp);
void *hmap_indirect_dup(const struct hmap_type *type, const void *slot,
			gfp_t gfp);
void hmap_indirect_free(const struct hmap_type *type, const void *slot);
size_t hmap_table_indirect_bytes(const struct hmap_type *type,
				 const struct hmap_table *table, bool full,
				 bool deleted);
void hmap_table_free_blocks(struct hmap_table *table, bool full, bool deleted);

/* grow.c: the shape of a map */
bool hmap_check_type(const struct hmap_type *type);
struct hmap_table *hmap_start(struct hmap *map, size_t n, gfp_t gfp);
size_t hmap_dir_bytes(const struct hmap_dir *dir);
struct hmap_dir *hmap_dir_alloc(const struct hmap *map, u8 depth, gfp_t gfp);
void hmap_dir_publish(struct hmap *map, struct hmap_dir *dir);
void hmap_dir_free(const struct hmap_type *type, struct hmap_dir *dir,
		   bool readers);
void hmap_publish(struct hmap *map, u64 hash, struct hmap_table *table);
struct hmap_table *hmap_clone(struct hmap *map, struct hmap_table *table,
			      size_t size, gfp_t gfp);
void hmap_swap(struct hmap *map, u64 hash, struct hmap_table *old,
	       struct hmap_table *new);
int hmap_rebuild(struct hmap *map, struct hmap_table *table, u64 hash,
		 size_t size, gfp_t gfp);
void hmap_discard(const struct hmap_type *type, struct hmap_table *table,
		  bool owns_blocks);
int hmap_grow(struct hmap *map, struct hmap_table *table, u64 hash, gfp_t gfp);

/* shrink.c: memory given back. A removal asks first, and of tables with many entries
 * once in eight times: it takes a while to find out whether there is a way to shrink.
 */
static inline bool hmap_is_sparse(const struct hmap_table *table)
{
	return table->live * 4 < table->nr_words * HMAP_WORD_SLOTS;
}

static inline bool hmap_wants_shrink(const struct hmap_table *table)
{
	bool few = table->depth && table->live < HMAP_TABLE_MIN_SLOTS / 2;

	return (few || hmap_is_sparse(table)) && !table->reserved &&
	       (table->live % 8 == 0 || table->live < HMAP_TABLE_MIN_SLOTS);
}

void hmap_shrink(struct hmap *map, struct hmap_table *table, u64 hash);
void hmap_drop_all(struct hmap *map, bool readers);

#include "words.h"

#endif /* _HMAP_INTERNAL_H */
