/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The layout of the root, of tables, directories and slots.
 *
 * Not an interface: users see this only because a typed lookup is inlined into
 * their code. What the words mean and why readers are safe stands at the top
 * of core.c.
 */
#ifndef _HMAP_LAYOUT_H
#define _HMAP_LAYOUT_H

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "hmap-types.h"

/*
 * Control bytes. Bit 7 tells a full slot from the others and bit 0 tells the
 * empty byte from the two other values that are not full, so that each
 * question about a word costs a few instructions for its seven bytes.
 */
#define HMAP_EMPTY		0x00
#define HMAP_DELETED		0x01
#define HMAP_ABSENT		0x03
#define HMAP_FULL		0x80

/* The eighth byte of a word has the overflow bits; these leave it out. */
#define HMAP_WORD_SLOTS		7
#define HMAP_WORD_LSB		0x0001010101010101ULL
#define HMAP_WORD_MSB		0x0080808080808080ULL
#define HMAP_WORD_OVERFLOW	56

/*
 * Tables grow up to the slab class of HMAP_TABLE_MAX bytes, or the one that
 * holds HMAP_TABLE_MIN_SLOTS if slots are so large that it comes later; beyond
 * that they are split. A build for tests may choose a smaller class, so that
 * splits come early.
 */
#ifndef HMAP_TABLE_MAX
#define HMAP_TABLE_MAX		4096
#endif
#define HMAP_TABLE_MIN_SLOTS	28

/*
 * Tables in a directory are at least so large. kmalloc() aligns powers of two to
 * their size, so the low bits of a reference to such a table can tell how many words
 * it has, twice: a lookup need not wait for the table's head. 0: look there, too many.
 */
#define HMAP_DIR_TABLE_MIN	(HMAP_TABLE_MAX < 1024 ? HMAP_TABLE_MAX : 1024)
#define HMAP_REF_WORDS		(HMAP_DIR_TABLE_MIN - 1UL)

/* Hash bits that directories may use: the upper half. */
#define HMAP_MAX_DEPTH		32

/* Hash bits that one directory uses: it is no larger than a table. */
#define HMAP_DIR_MIN_BITS	3
#define HMAP_DIR_MAX_BITS	(HMAP_TABLE_MAX < 4096 ? 4 : 8)

/* Tags of map->root, which is NULL if there is no entry and no table, else a table, a
 * directory, or the one object of a map of objects; and of the references in a directory.
 * One to a directory leads to where its references begin, and the next three bits tell how
 * many bits of eight these do not use.
 */
#define HMAP_REF_DIR		1UL
#define HMAP_ROOT_OBJECT	2UL
#define HMAP_ROOT_TAGS		3UL
#define HMAP_DIR_TAGS		15UL

/* Bits of table->flags; the others count the 8-byte units of a slot with a block. */
#define HMAP_TABLE_DEAD		0x80
#define HMAP_TABLE_VACANT	0x40
#define HMAP_TABLE_UNITS	0x3f

/*
 * A table: this head, @nr_words control words, for slots with blocks their bytes, then the
 * slots. Readers look
 * only at what follows the union, so a retired table can be handed to RCU
 * while they still probe it. 24 bytes of head make two 16-byte slots fit in
 * the 64-byte slab class.
 */
struct hmap_table {
	union {
		struct rcu_head	rcu;
		struct {
			union {
				struct {
					u32 live;	/* full slots */
					s32 room;	/* empty slots before growth */
				};
				u64 *hashes;	/* of a dead table, or NULL: iter.c */
			};
			u16	pins;		/* safe walks inside */
			bool	cleared;	/* dead, and its entries with it */
			bool	reserved;	/* not to shrink before a trim */
			bool	accounted;	/* __GFP_ACCOUNT, for those that succeed it */
			u16	tally;		/* of the type, for debuggers: usage.c */
		};
	};
	u32	bytes;		/* as allocated */
	u16	nr_words;
	u8	depth;		/* hash bits that all its entries share */
	u8	flags;
	u64	words[];
};

static_assert(sizeof(struct hmap_table) == 24);

/* Bytes of the blocks of a table's slots, each rounded up to a multiple of @UNIT. Between the
 * halves of a split those in use are shared by their entries, without a look at each.
 */
struct hmap_block_sums {
	s32	used;	/* of full slots */
	u32	dead;	/* of deleted ones, which readers may look at */
};

#define HMAP_BLOCK_UNIT		8

/*
 * References for each value of the hash's next few bits, of a tree of directories from the
 * root to the tables. What covers a larger range stands in several. The number of entries
 * changes with each insert and removal, so it is not in a cache line of what lookups read.
 */
struct hmap_dir {
	struct rcu_head		rcu;
	unsigned long		count;	/* entries in the map, if this is the root */
	bool			reserved; /* the map, likewise: not to lose all its tables */
	unsigned long		apart[4];
	void __rcu		*refs[];
};

static_assert(offsetof(struct hmap_dir, refs) == 64);

/*
 * The hash's lower half chooses the word, by its upper bits: 16 of them at most, as a
 * head counts words by 16 bits. Bits 0..6 are the tag, and the directory takes its bits
 * from the top: none is used twice.
 */
static __always_inline u32 hmap_home(u64 hash, u32 nr_words)
{
	return ((u64)(u32)hash * nr_words) >> 32;
}

/*
 * The bit of a word that says: an entry with such a hash did not find a slot here, and
 * is in one of the next words. One of eight, by the low bits of the tag, so that few
 * of the keys that are not there are looked for any further (the idea of
 * boost::unordered_flat_map).
 */
static __always_inline u64 hmap_overflow_bit(u64 hash)
{
	return 1ULL << HMAP_WORD_OVERFLOW << (hash & 7);
}

/* Whether @word has it. The bit's number is in the last six bits of this, which are all that
 * a shift or a bit test looks at; the compiler would mask them first.
 */
static __always_inline bool hmap_overflowed(u64 word, u64 hash)
{
	u32 bit = HMAP_WORD_OVERFLOW | hash;

	OPTIMIZER_HIDE_VAR(bit);
	return word >> (bit & 63) & 1;
}

static __always_inline u64 hmap_full_byte(u64 hash)
{
	return HMAP_FULL | (hash & 0x7f);
}

static __always_inline u64 *hmap_word(const struct hmap_table *table, u32 nr)
{
	return (void *)table + offsetof(struct hmap_table, words) +
	       (size_t)nr * sizeof(u64);
}

/* Matches are masks with bit 7 of each matching byte set. */
static __always_inline u32 hmap_match_first(u64 match)
{
	return __ffs64(match) / 8;
}

/* The same in bits. */
static __always_inline u32 hmap_match_shift(u64 match)
{
	return (u32)__ffs64(match) - 7;
}

/* The index of the first matching slot of a word: eight times the word's number, and
 * the byte's, so that both are had back by shifts.
 */
static __always_inline u32 hmap_index(u32 nr_word, u64 match)
{
	return nr_word * 8 + hmap_match_first(match);
}

static __always_inline u64 hmap_match_full(u64 word)
{
	return word & HMAP_WORD_MSB;
}

/* Whether the slot @index behind @words is full, by its byte alone: words are stored
 * whole, and what all 64-bit CPUs do with a byte of one is what they do with the word,
 * though the kernel's memory model has no accesses of mixed sizes.
 */
static __always_inline bool hmap_is_full(const u64 *words, u32 index)
{
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		index ^= 7;
	return READ_ONCE(((const u8 *)words)[index]) & HMAP_FULL;
}

static __always_inline u64 hmap_match_empty(u64 word)
{
	return ~(word | word << 7) & HMAP_WORD_MSB;
}

/*
 * Full slots whose tag may be that of @hash. A borrow can also mark the byte
 * after a true match, if that is a full slot whose tag differs in bit 0 only:
 * one more key to compare, never a slot that is not full.
 */
static __always_inline u64 hmap_match_tag(u64 word, u64 hash)
{
	u64 x = word ^ (hmap_full_byte(hash) * HMAP_WORD_LSB);

	/* Bit 7 of x is clear where that of the word is set. */
	return (x - HMAP_WORD_LSB) & word & HMAP_WORD_MSB;
}

static __always_inline bool hmap_is_dir(const void *ref)
{
	return (unsigned long)ref & HMAP_REF_DIR;
}

static __always_inline struct hmap_dir *hmap_ref_dir(const void *ref)
{
	return container_of((void *)((unsigned long)ref & ~HMAP_DIR_TAGS), struct hmap_dir, refs);
}

/* How far a hash is shifted to be an index in it: by 56 and the bits that are not used. All
 * but the last six bits are for a CPU to ignore.
 */
static __always_inline u32 hmap_dir_shift(const void *ref)
{
	return (56 | (unsigned long)ref >> 1) & 63;
}

static __always_inline u32 hmap_dir_bits(const void *ref)
{
	return 64 - hmap_dir_shift(ref);
}

/* The place in it that @hash leads to. */
static __always_inline void __rcu **hmap_dir_place(const void *ref, u64 hash)
{
	void __rcu **refs = (void *)((unsigned long)ref & ~HMAP_DIR_TAGS);

	return &refs[hash >> hmap_dir_shift(ref)];
}

static __always_inline struct hmap_dir *hmap_root_dir(const void *root)
{
	return hmap_is_dir(root) ? hmap_ref_dir(root) : NULL;
}

static __always_inline bool hmap_root_is_object(const void *root)
{
	return ((unsigned long)root & HMAP_ROOT_TAGS) == HMAP_ROOT_OBJECT;
}

static __always_inline void *hmap_root_object(void *root)
{
	return root - HMAP_ROOT_OBJECT;
}

/* A reference to @table where it is to be of @depth. */
static __always_inline void *hmap_ref_at(struct hmap_table *table, u8 depth)
{
	unsigned long words = 2UL * table->nr_words;

	/* That of the root may be too small for tags. */
	return (void *)table + (depth && words <= HMAP_REF_WORDS ? words : 0);
}

static __always_inline void *hmap_ref(struct hmap_table *table)
{
	return hmap_ref_at(table, table->depth);
}

static __always_inline struct hmap_table *hmap_ref_table(const void *ref)
{
	return (struct hmap_table *)((unsigned long)ref & ~HMAP_REF_WORDS);
}

static __always_inline u32 hmap_ref_words(const void *ref)
{
	u32 nr_words = ((unsigned long)ref & HMAP_REF_WORDS) / 2;

	return likely(nr_words) ? nr_words : hmap_ref_table(ref)->nr_words;
}

/* The slot @index, of those that begin at @slots. */
static __always_inline void *hmap_slot_from(const struct hmap_type *type, void *slots, u32 index)
{
	return slots + (index - index / 8) * (size_t)type->slot_size;
}

/* The first slot, behind the words and the bytes of blocks, if there are any. */
static __always_inline void *hmap_slots(const struct hmap_type *type,
					const struct hmap_table *table, u32 nr_words)
{
	return hmap_word(table, nr_words + !!(type->flags & HMAP_INDIRECT));
}

static __always_inline void *hmap_slot_at(const struct hmap_type *type,
					  const struct hmap_table *table,
					  u32 nr_words, u32 index)
{
	return hmap_slot_from(type, hmap_slots(type, table, nr_words), index);
}

static __always_inline void *hmap_slot(const struct hmap_type *type,
				       const struct hmap_table *table, u32 index)
{
	return hmap_slot_at(type, table, table->nr_words, index);
}

/* The slot of the first match in word @nr. Where slots are known to be whole words,
 * what counts the match's bits counts the slots' bytes, by a multiple.
 */
static __always_inline void *hmap_slot_of_match(const struct hmap_type *type,
						const struct hmap_table *table,
						u32 nr_words, u32 nr, u64 match)
{
	size_t step = HMAP_WORD_SLOTS * type->slot_size, first;

	if (__builtin_constant_p(type->slot_size) && type->slot_size % 8 == 0) {
		/* One multiplication, where gcc would take four instructions. */
		OPTIMIZER_HIDE_VAR(step);
		first = (size_t)hmap_match_shift(match) * (type->slot_size / 8);
	} else {
		first = (size_t)hmap_match_first(match) * type->slot_size;
	}
	return hmap_slots(type, table, nr_words) + nr * step + first;
}

/* The pointer that a slot, or a value, is: to a block, an object or what the caller
 * stored. It may be replaced meanwhile, so it is loaded once; what is behind it is read
 * after that. Pairs with the release in hmap_set_pointer(), or with that of the word.
 */
static __always_inline void *hmap_pointer_at(const void *place)
{
	return READ_ONCE(*(void * const *)place);
}

/* Where the key is in a block, its hash is in the slot, behind the pointer. */
static __always_inline u64 *hmap_stored_hash(const void *slot)
{
	return (u64 *)(slot + sizeof(void *));
}

/* Where the key of an entry stands, and the value: in the slot, or behind its pointer. */
static __always_inline const void *hmap_key_in(const struct hmap_type *type, const void *base)
{
	base += type->key_offset;
	return type->flags & HMAP_KEY_POINTER ? hmap_pointer_at(base) : base;
}

static __always_inline const void *hmap_slot_key(const struct hmap_type *type, const void *slot)
{
	if (type->flags & (HMAP_OBJECT | HMAP_KEY_INDIRECT))
		slot = hmap_pointer_at(slot);
	return hmap_key_in(type, slot);
}

static __always_inline void *hmap_slot_value(const struct hmap_type *type, void *slot)
{
	if (type->flags & HMAP_VALUE_INDIRECT)
		slot = hmap_pointer_at(slot);
	return slot + type->value_offset;
}

/* What a lookup gives for an entry: the caller's pointer or object, or else where the
 * value stands.
 */
static __always_inline void *hmap_slot_entry(const struct hmap_type *type, void *slot)
{
	void *value = hmap_slot_value(type, slot);

	return type->flags & HMAP_POINTER ? hmap_pointer_at(value) : value;
}

#endif /* _HMAP_LAYOUT_H */
