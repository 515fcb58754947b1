/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the module share. The words used here are explained at the
 * top of core.c. A file calls those that stand below it here, and never one above
 * (scripts/layers.py).
 */
#ifndef _HMAP_INTERNAL_H
#define _HMAP_INTERNAL_H

#include <linux/err.h>
#include <linux/limits.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "hmap.h"
#include "count.h"
#include "words.h"

/* Control words of a table whose hashes do not let it be split: what its head can
 * count. A build for tests may choose less here, too.
 */
#ifndef HMAP_TABLE_MAX_WORDS
#define HMAP_TABLE_MAX_WORDS	U16_MAX
#endif

/* What changes of shape cost: a build for tests counts it (kunit/user/cost.h). */
#ifndef HMAP_COST
#define HMAP_COST(what, n)	((void)#what, (void)(n))
#endif

/* The writer's view of the root and of the table that @hash leads to, if there is one. */
static inline void *hmap_root(const struct hmap *map)
{
	RCU_LOCKDEP_WARN(!hmap_may_write(map), "hmap: a map is changed without its lock");
	return rcu_dereference_protected(map->root, true);
}

static inline struct hmap_table *hmap_table_of(const struct hmap *map, u64 hash)
{
	void *root = hmap_root(map);

	return !root || hmap_root_is_object(root) ? NULL : hmap_deref_table(root, hash);
}

#ifdef CONFIG_LOCKDEP
/* A map has one type as long as it has entries. */
static inline void hmap_note_type(struct hmap *map, const struct hmap_type *type)
{
	WARN_ONCE(map->type && map->type != type && rcu_access_pointer(map->root),
		  "hmap: a map of type %s is changed as one of type %s\n",
		  map->type->name, type->name);
	map->type = type;
}
#else
static inline void hmap_note_type(struct hmap *map, const struct hmap_type *type) { }
#endif

/* For readers: a table may take over its buddy's range, or give up half of its own. */
static inline u8 hmap_table_depth(const struct hmap_table *table)
{
	/* Pairs with the release in narrow_table(): then what leads to the rest. */
	return smp_load_acquire(&table->depth);
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

/* The table behind the one that *@hash leads to, in a map that has tables. */
static inline struct hmap_table *hmap_table_after(const struct hmap *map, u64 *hash)
{
	void *root = hmap_root(map);

	*hash = hmap_range_next(*hash, hmap_deref_table(root, *hash)->depth);
	return *hash ? hmap_deref_table(root, *hash) : NULL;
}

/* Visits the tables of a map once each, in the order of their ranges; the body
 * may put another table in the place of the current one.
 */
#define hmap_for_each_table(map, table, hash)				\
	for ((hash) = 0, (table) = hmap_table_of(map, 0); (table);	\
	     (table) = hmap_table_after(map, &(hash)))

/* The number of entries, as the writer knows it. */
static inline unsigned long hmap_live(const struct hmap *map)
{
	void *root = hmap_root(map);

	if (!root || hmap_root_is_object(root))
		return !!root;
	if (hmap_is_dir(root))
		return hmap_root_dir(root)->count;
	return ((struct hmap_table *)root)->live;
}

/* Bytes of blocks: see layout.h. */
static inline struct hmap_block_sums *hmap_block_sums(const struct hmap_table *table)
{
	return (void *)hmap_word(table, table->nr_words);
}

static inline size_t hmap_dead_bytes(const struct hmap_type *type, const struct hmap_table *table)
{
	return hmap_has_blocks(type) ?
	       (size_t)READ_ONCE(hmap_block_sums(table)->dead) * HMAP_BLOCK_UNIT : 0;
}

static inline size_t hmap_used_bytes(const struct hmap_type *type, const struct hmap_table *table)
{
	return hmap_has_blocks(type) ?
	       (ssize_t)READ_ONCE(hmap_block_sums(table)->used) * HMAP_BLOCK_UNIT : 0;
}

/* Whether blocks that wait for their table's end are more bytes than those in use, and a page. */
static inline bool hmap_is_littered(const struct hmap_type *type, const struct hmap_table *table)
{
	ssize_t dead = hmap_dead_bytes(type, table);

	if (!table->depth && table->live)
		dead -= PAGE_SIZE;
	return dead > 0 && dead > (ssize_t)hmap_used_bytes(type, table);
}

/* shrink.c: memory given back. A removal asks first, and of tables with many entries
 * once in eight times: it takes a while to find out whether there is a way to shrink.
 */
static inline bool hmap_is_sparse(const struct hmap_table *table)
{
	return table->live <= table->nr_words;
}

static inline bool hmap_wants_shrink(const struct hmap_table *table)
{
	if (table->live % 8 && table->live >= HMAP_TABLE_MIN_SLOTS)
		return false;
	return (hmap_is_sparse(table) ||
		(table->live < HMAP_TABLE_MIN_SLOTS / 2 && table->depth)) && !table->reserved;
}

void hmap_shrink(struct hmap *map, struct hmap_table *table, u64 hash,
		 const struct hmap_type *type);

/* core.c: what it has done */
#define HMAP_ADDED	0
#define HMAP_FOUND	1

int hmap_put(struct hmap *map, const void *key, const void *value, u32 may, gfp_t gfp,
	     const struct hmap_type *type, void **entry);

/* check.c: what is refused. A call may add an entry that is not there, overwrite one that is,
 * and be for maps of pointers or objects only.
 */
#define HMAP_ADD	0x1
#define HMAP_OVERWRITE	0x2
#define HMAP_POINTERS	0x4

bool hmap_check_type(const struct hmap_type *type);
bool hmap_check_key(const void *key, u32 may, const struct hmap_type *type);
bool hmap_check_args(const void *key, const void *value, u32 may, const struct hmap_type *type);

/* NULL and errors are what calls return; the root has tags in an object's address. */
static __always_inline bool hmap_is_storable(const struct hmap_type *type, const void *pointer)
{
	const unsigned long tags = hmap_is_object(type) ? HMAP_REF_DIR | HMAP_ROOT_OBJECT : 0;

	return !IS_ERR_OR_NULL(pointer) && !((unsigned long)pointer & tags);
}

/* Whether a glance at a key or a call's arguments is enough, as mostly. What a string of a given
 * length is made of has to be looked at.
 */
static __always_inline bool hmap_is_plain_key(const void *key, u32 kind,
					      const struct hmap_type *type)
{
	const struct hmap_str *str = key;

	return likely(type && key && (!kind || type->flags & HMAP_POINTER) &&
		      (!(type->flags & HMAP_STRING) ||
		       (str->name && str->len == HMAP_TO_NUL)));
}

static __always_inline bool hmap_are_plain(const void *key, const void *value, u32 may,
					   const struct hmap_type *type)
{
	if (unlikely(!hmap_is_plain_key(key, 0, type) || !value || may & ~HMAP_ADD))
		return false;
	return !(type->flags & HMAP_POINTER) ||
	       hmap_is_storable(type, *(const void * const *)value);
}

/* grow.c: a map gets more room */
void hmap_add_copy(const struct hmap_type *type, struct hmap_table *to, const void *slot,
		   u64 hash);
int hmap_rebuild(struct hmap *map, struct hmap_table *table, u64 hash,
		 size_t size, gfp_t gfp, const struct hmap_type *type);
int hmap_grow(struct hmap *map, struct hmap_table *table, u64 hash, gfp_t gfp,
	      const struct hmap_type *type);

/* dir.c: what leads to the tables. Where the halves of a table go that is to be split. */
struct hmap_dir_room {
	void	*dir;
	void	*old;	/* what it takes the place of, or NULL */
	u8	base;	/* bits that lead to it */
	bool	is_new;
};

int hmap_dir_make_room(const struct hmap *map, u64 hash, u8 depth,
		       struct hmap_dir_room *room, gfp_t gfp, const struct hmap_type *type);
void hmap_dir_give_up(const struct hmap_type *type, struct hmap_dir_room *room);
void hmap_dir_split(struct hmap *map, u64 hash, u8 depth, struct hmap_table *half[2],
		    struct hmap_dir_room *room, const struct hmap_type *type);
void hmap_dir_merge(struct hmap *map, u64 hash, struct hmap_table *table, gfp_t gfp,
		    const struct hmap_type *type);
int hmap_dir_fit(struct hmap *map, u64 hash, u32 spare, gfp_t gfp, const struct hmap_type *type);
void *hmap_dir_build(const struct hmap *map, u8 base, u8 depth, size_t size, gfp_t gfp,
		     const struct hmap_type *type);
void hmap_dir_end(const struct hmap_type *type, void *root, u64 hash, u8 depth, bool readers);
size_t hmap_dir_bytes(const void *root, u64 hash);
void hmap_retire_all(const struct hmap *map, void *ref, u8 base, bool readers,
		     const struct hmap_type *type);
void hmap_publish(struct hmap *map, u64 hash, u8 depth, void *ref);
void hmap_set_reserved(struct hmap *map, bool reserved);

/* The same for the whole map. */
static inline void hmap_publish_root(struct hmap *map, void *ref)
{
	ASSERT_EXCLUSIVE_WRITER(map->root);
	rcu_assign_pointer(map->root, ref);
}

/* Make @object all that the map has; NULL: nothing. */
static inline void hmap_publish_object(struct hmap *map, void *object)
{
	hmap_publish_root(map, object ? object + HMAP_ROOT_OBJECT : NULL);
}

/* copy.c: all the entries of one table into another, or two */
void hmap_table_copy(const struct hmap_type *type, const struct hmap_table *from,
		     struct hmap_table *to[2], u64 seed);
void hmap_word_copy(const struct hmap_type *type, const struct hmap_table *from,
		    struct hmap_table *to, u64 seed);

/* table.c: one table and its memory */
/* Free a table or a directory that has no readers. vfree() may sleep, so what came
 * from vmalloc() is left to RCU, whose worker may.
 */
#define hmap_kvfree(block) do {						\
	if (is_vmalloc_addr(block))					\
		kvfree_rcu(block, rcu);					\
	else								\
		kfree(block);						\
} while (0)

/* A size, and the slots that a table of it has: both are found at once. */
struct hmap_fit {
	u32	bytes;
	u32	slots;
};

struct hmap_table *hmap_table_alloc(const struct hmap *map, struct hmap_fit fit, u8 depth,
				    gfp_t gfp, const struct hmap_type *type);
int hmap_table_keep_hashes(const struct hmap *map, const struct hmap_table *table, u64 **hashes,
			   gfp_t gfp, const struct hmap_type *type);
/* Frozen from here on; said before the successor is published, so that a walk
 * which still finds the flag clear sees no entry that has changed there.
 */
static inline void hmap_table_kill(struct hmap_table *table, u64 *hashes)
{
	table->hashes = hashes;
	hmap_set_flags(table, HMAP_TABLE_DEAD, 0);
}

void hmap_table_retire(const struct hmap *map, struct hmap_table *table, bool readers,
		       const struct hmap_type *type);
void hmap_table_release(const struct hmap_type *type, struct hmap_table *table, bool readers);

/* What succeeds a table is accounted as it is. */
static inline gfp_t hmap_gfp_after(const struct hmap_table *table, gfp_t gfp)
{
	return table->accounted ? gfp | __GFP_ACCOUNT : gfp;
}

/* size.c: slab classes, and how many slots a table has */
static inline size_t hmap_table_size_min(u8 depth)
{
	return depth ? HMAP_DIR_TABLE_MIN : 0;
}

/*
 * The fuller a table, the more entries are not in their first word, so one of several
 * words keeps an eighth of its slots empty; one word is read whole anyway.
 */
static inline s32 hmap_table_slack(u32 slots)
{
	return slots > HMAP_WORD_SLOTS ? slots / 8 : 0;
}

void hmap_size_init(void);
u32 hmap_table_slots(const struct hmap_type *type, size_t size);
size_t hmap_alloc_size(const void *p, size_t size);
size_t hmap_table_size_max(const struct hmap_type *type);
size_t hmap_table_size_for(const struct hmap_type *type, size_t live);
size_t hmap_table_size_within(const struct hmap_type *type, size_t live, size_t wanted);
struct hmap_fit hmap_table_fit(const struct hmap_type *type, size_t size);
struct hmap_fit hmap_table_fit_twice(const struct hmap_type *type, size_t live);
struct hmap_fit hmap_table_fit_exact(const struct hmap_type *type, size_t n);

static inline size_t hmap_table_size_twice(const struct hmap_type *type, size_t live)
{
	return hmap_table_fit_twice(type, live).bytes;
}

static inline size_t hmap_table_size_exact(const struct hmap_type *type, size_t n)
{
	return hmap_table_fit_exact(type, n).bytes;
}

u32 hmap_table_limit(const struct hmap_type *type, size_t size);

/* block.c: keys and values that are not in their slots */
void *hmap_block_alloc(const struct hmap *map, const void *key, gfp_t gfp, size_t *bytes,
		       const struct hmap_type *type);
void hmap_block_free(const struct hmap_type *type, void *block, size_t bytes);
void hmap_block_drop(const struct hmap_type *type, struct hmap_table *table, const void *slot,
		     const void *key);
void hmap_block_add(struct hmap_table *table, size_t bytes);
void hmap_share_blocks(struct hmap_table *to, s32 *used, u32 n, u32 left);
void hmap_table_free_blocks(struct hmap_table *table, bool full, bool deleted);

/* find.c */
long hmap_find_index_on(const struct hmap_type *type, const struct hmap_table *table,
			const void *key, u64 hash);

/* The last @n of @size bytes, which are no whole word, in the order of little endian. */
static inline u64 hmap_last_bytes(const void *bytes, size_t size, u32 n)
{
	const u8 *end = bytes + size;
	u64 word = 0;

	if (size >= sizeof(u64))
		return get_unaligned_le64(end - sizeof(u64)) >> (7 - n) * 8 >> 8;
	while (n--)
		word = word << 8 | *--end;
	return word;
}

/* string.c. Of a string that was measured, %HMAP_TO_NUL included, the first NUL is its end. */
#define HMAP_MEASURED	(HMAP_TO_NUL ^ HMAP_TO_NUL >> 1)

static inline size_t hmap_str_known_len(const struct hmap_str *str)
{
	return str->len & ~HMAP_MEASURED;
}

u64 hmap_odd_object_hash(const struct hmap_type *type, const void *key, u64 seed);
size_t hmap_str_len(struct hmap_str *str);
bool hmap_has_nul(const struct hmap_str *str);

/* hash.c */
void hmap_hash_init(void);
u64 hmap_any_number(void);
bool hmap_hash_reads_slot(const struct hmap_type *type);

/* The finished hash of an object, which is that of its key. */
static inline u64 hmap_object_hash(const struct hmap_type *type, const void *object, u64 seed)
{
	const void *key = hmap_key_in(type, object);

	if (type->object_hash || type->flags & HMAP_STRING)
		return hmap_odd_object_hash(type, key, seed);
	return hmap_hash(type, key, type->key_size, seed);
}

static __always_inline u64 hmap_slot_hash(const struct hmap_type *type, const void *slot,
					  u64 seed)
{
	if (type->flags & HMAP_KEY_INDIRECT)
		return *hmap_stored_hash(slot);
	if (type->flags & HMAP_OBJECT)
		return hmap_object_hash(type, hmap_pointer_at(slot), seed);
	return hmap_hash(type, slot + type->key_offset, type->key_size, seed);
}

/* nomem.c */
void hmap_alloc_failed(const struct hmap *map, size_t bytes, gfp_t gfp,
		       const struct hmap_type *type);

#endif /* _HMAP_INTERNAL_H */
