/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hashing, probing and finding: what is inlined into users where the type is known at
 * compile time. hmap_lookup() is the same body for a type known at run time only.
 *
 * Not an interface.
 */
#ifndef _HMAP_FIND_H
#define _HMAP_FIND_H

#include <linux/cache.h>
#include <linux/hash.h>
#include <linux/prefetch.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "compat.h"
#include "layout.h"

extern u64 hmap_secret[5];

/* HMAP_STR - a NUL-terminated string as a key for one generic call, which measures it */
#define HMAP_STR(string)	((struct hmap_str []){ hmap_str_of(string) })

/* The length is told together with the hash. Of NULL, which calls that change a map refuse,
 * nothing is read.
 */
static __always_inline struct hmap_str hmap_str_of(const char *name)
{
	return (struct hmap_str){ name, name ? HMAP_TO_NUL : 0 };
}

u64 hmap_hash_string(hmap_hash_fn hash, struct hmap_str *str, u64 seed);
u64 __hmap_siphash_to_nul(struct hmap_str *str, u64 seed);
u64 __hmap_product_to_nul(struct hmap_str *str, u64 seed);
bool hmap_same_string(struct hmap_str *str, const char *stored);

/*
 * The seed of a map is a keyed hash of where its header is. So it is the same for as long
 * as the map may hold an entry, and is known before the map's memory is read.
 */
static __always_inline u64 hmap_seed(const struct hmap *map)
{
	return ((u64)map * hmap_secret[1]) ^ hmap_secret[2];
}

/* A 64 x 64 -> 128-bit product, folded. */
static __always_inline u64 hmap_fold(u64 a, u64 b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (u64)product ^ (u64)(product >> 64);
}

/*
 * Every hash, ours or the user's, is finished by one multiplication with an odd
 * constant, the 64-bit golden ratio of <linux/hash.h>: a 32-bit result is
 * spread over the directory's, the word's and the tag's bits alike.
 */
static __always_inline u64 hmap_finish(u64 hash)
{
	return hmap_fold(hash, GOLDEN_RATIO_64);
}

/*
 * With hmap_finish() after it, two multiplications, as wyhash has for a word
 * (https://github.com/wangyi-fudan/wyhash), but with one factor that is the map's alone:
 * of two factors that both depend on the word, some other word has the same in turn.
 */
static __always_inline u64 hmap_hash_word(u64 word, u64 seed)
{
	return hmap_fold(word ^ hmap_secret[0], seed);
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
static __always_inline bool hmap_is_u64_pair(const struct hmap_type *type)
{
	return type->hash == hmap_u64_pair.hash && type->key_size == hmap_u64_pair.key_size &&
	       !type->equal &&
	       type->value_size == hmap_u64_pair.value_size &&
	       type->slot_size == hmap_u64_pair.slot_size;
}

/* From a u32 to 4 bytes, for the same purpose as hmap_u64_pair. */
static const struct hmap_type hmap_u32_pair __maybe_unused = {
	.hash		= hmap_hash_u32,
	.key_size	= sizeof(u32),
	.value_size	= sizeof(u32),
	.value_offset	= sizeof(u32),
	.slot_size	= 2 * sizeof(u32),
};

/* There is one sound layout of such a slot. */
static __always_inline bool hmap_is_u32_pair(const struct hmap_type *type)
{
	return type->hash == hmap_u32_pair.hash && type->key_size == hmap_u32_pair.key_size &&
	       !type->equal && type->value_size == hmap_u32_pair.value_size &&
	       type->slot_size == hmap_u32_pair.slot_size;
}

/* Objects with a u64 in them, compared as such: what is known of them but where that is, for
 * the same purpose as hmap_u64_pair.
 */
static __always_inline bool hmap_is_u64_object(const struct hmap_type *type)
{
	return type->key_size == sizeof(u64) && type->hash == hmap_hash_u64 &&
	       !type->equal && !type->object_hash &&
	       (type->flags & (HMAP_OBJECT | HMAP_KEY_POINTER)) == HMAP_OBJECT;
}

static __always_inline struct hmap_type hmap_u64_object(const struct hmap_type *type)
{
	return (struct hmap_type){
		.hash		= hmap_hash_u64,
		.key_size	= sizeof(u64),
		.value_size	= sizeof(void *),
		.key_offset	= type->key_offset,
		.slot_size	= sizeof(void *),
		.flags		= HMAP_OBJECT | HMAP_POINTER,
	};
}

/* The finished hash of @key, or of what is stored. Integers are hashed inline, whether
 * the function is known at compile time or compared with at run time. The sizes are
 * those that go with these functions; to compare them lets the compiler drop the other
 * case.
 */
static __always_inline u64 hmap_hash(const struct hmap_type *type, const void *key,
				     size_t size, u64 seed)
{
	if (size == sizeof(u64) && type->hash == hmap_hash_u64)
		return hmap_finish(hmap_hash_word(get_unaligned((const u64 *)key), seed));
	if (size == sizeof(u32) && type->hash == hmap_hash_u32)
		return hmap_finish(hmap_hash_word(get_unaligned((const u32 *)key), seed));
	return hmap_finish(type->hash(key, size, seed));
}

/* The hash of a string, not finished; its length is known then. */
static __always_inline u64 hmap_hash_str(const struct hmap_type *type, struct hmap_str *str,
					 u64 seed)
{
	if (likely(str->len == HMAP_TO_NUL)) {
		if (type->hash == hmap_hash_bytes)
			return __hmap_siphash_to_nul(str, seed);
		if (type->hash == hmap_product_bytes)
			return __hmap_product_to_nul(str, seed);
	}
	return hmap_hash_string(type->hash, str, seed);
}

static __always_inline u64 hmap_hash_key(const struct hmap_type *type, const void *key, u64 seed)
{
	if (type->flags & HMAP_STRING)
		return hmap_finish(hmap_hash_str(type, (struct hmap_str *)key, seed));
	return hmap_hash(type, key, type->key_size, seed);
}

static __always_inline bool hmap_same_bytes(const void *a, const void *b, size_t size)
{
	switch (size) {
	case 0:
		return true;
	case 4:
		return get_unaligned((const u32 *)a) ==
		       get_unaligned((const u32 *)b);
	case 8:
		return get_unaligned((const u64 *)a) ==
		       get_unaligned((const u64 *)b);
	default:
		return !memcmp(a, b, size);
	}
}

static __always_inline bool hmap_same_key(const struct hmap_type *type,
					  const void *key, const void *stored)
{
	if (type->flags & HMAP_STRING)
		return hmap_same_string((struct hmap_str *)key, stored);
	if (type->equal)
		return type->equal(key, stored, type->key_size);
	return hmap_same_bytes(key, stored, type->key_size);
}

/* Whether an object has @key. */
static __always_inline bool hmap_object_is(const struct hmap_type *type,
					   const void *object, const void *key)
{
	return hmap_same_key(type, key, hmap_key_in(type, object));
}

/* What a lookup gives for the entry of @slot if that has @key, or NULL. Of an object the
 * pointer is loaded once: the slot may get another one meanwhile. A key that is in a block
 * is not looked at if its hash is another, as half of it tells.
 */
static __always_inline void *hmap_entry_if(const struct hmap_type *type, void *slot,
					   const void *key, u64 hash)
{
	if (type->flags & HMAP_KEY_INDIRECT && (u32)(*hmap_stored_hash(slot) ^ hash))
		return NULL;
	if (type->flags & HMAP_OBJECT) {
		void *object = hmap_pointer_at(slot);

		return hmap_object_is(type, object, key) ? object : NULL;
	}
	if (!hmap_same_key(type, key, hmap_slot_key(type, slot)))
		return NULL;
	return hmap_slot_entry(type, slot);
}

/* The one probe routine: the index of @key's slot, or -1; @entry is what a lookup gives.
 * It ends at a word from which no such entry has overflowed, or after all words; overflow
 * bits are never taken back while readers may look at @table.
 */
static __always_inline long hmap_probe(const struct hmap_type *type,
				       const struct hmap_table *table,
				       u32 nr_words, const void *key, u64 hash,
				       void **entry)
{
	u32 nr = hmap_home(hash, nr_words);
	u32 left = nr_words;

	do {
		/* Pairs with the release in hmap_set_word(): the slot, then the word. */
		u64 word = smp_load_acquire(&table->words[nr]);
		u64 match;

		for (match = hmap_match_tag(word, hash); match;
		     match &= match - 1) {
			u32 index = hmap_index(nr, match);

			*entry = hmap_entry_if(type, hmap_slot_at(type, table, nr_words,
								  index), key, hash);
			if (likely(*entry))
				return index;
		}
		if (likely(!hmap_overflowed(word, hash)))
			break;
		if (++nr == nr_words)
			nr = 0;
	} while (--left);
	*entry = NULL;
	return -1;
}

#ifdef CONFIG_LOCKDEP
bool hmap_may_read(const struct hmap *map, const struct hmap_type *type);
bool hmap_may_write(const struct hmap *map);
#else
#define hmap_may_read(map, type)	((void)(map), (void)(type), true)
#define hmap_may_write(map)		((void)(map), true)
#endif

/* The root, for readers. */
static __always_inline void *hmap_deref(const struct hmap *map, const struct hmap_type *type)
{
	RCU_LOCKDEP_WARN(!hmap_may_read(map, type),
			 "hmap: a map is read without its lock, or rcu_read_lock()");
	return rcu_dereference_raw(map->root);
}

/* The reference to the table that @hash leads to, from that to a directory. @hash: without
 * the bits that have led there.
 */
static __always_inline void *hmap_deref_ref(void *ref, u64 hash)
{
	for (;;) {
		void *dir = ref;

		ref = rcu_dereference_raw(*hmap_dir_place(dir, hash));
		if (likely(!hmap_is_dir(ref)))
			return ref;
		hash <<= hmap_dir_bits(dir);
	}
}

/* The table that @hash leads to, behind @root, which is one or a directory. */
static __always_inline struct hmap_table *hmap_deref_table(void *root, u64 hash)
{
	return hmap_is_dir(root) ? hmap_ref_table(hmap_deref_ref(root, hash)) : root;
}

/* Private: go on where hmap_find() does not end in the first word. */
void *__hmap_find_on(const struct hmap_type *type, const struct hmap_table *table,
		     u32 nr_words, const void *key, u64 hash);
void *__hmap_find_int_on(const struct hmap_type *type, const struct hmap_table *table,
			 u32 nr_words, u64 key, u64 hash);

/* A key of an integer's size that is handed on by value can stay in a register in all those
 * lookups that do not come here.
 */
static __always_inline void *hmap_find_on(const struct hmap_type *type,
					  const struct hmap_table *table,
					  u32 nr_words, const void *key, u64 hash)
{
	bool known = __builtin_constant_p(type->key_size) && !type->equal;

	if (known && type->key_size == sizeof(u64))
		return __hmap_find_int_on(type, table, nr_words,
					  get_unaligned((const u64 *)key), hash);
	if (known && type->key_size == sizeof(u32))
		return __hmap_find_int_on(type, table, nr_words,
					  get_unaligned((const u32 *)key), hash);
	return __hmap_find_on(type, table, nr_words, key, hash);
}

/*
 * Have the slots of a hash's first word on their way together with the word, so that there is one
 * wait less. In vain if the key is absent; and large slots are too many lines.
 */
static __always_inline void hmap_prefetch_slots(const struct hmap_type *type,
						const struct hmap_table *table,
						u32 nr_words, u64 hash)
{
	const size_t size = HMAP_WORD_SLOTS * type->slot_size;
	const void *slots = hmap_slots(type, table, nr_words) + hmap_home(hash, nr_words) * size;
	size_t at;

	if (size <= 3 * L1_CACHE_BYTES)
		for (at = size % L1_CACHE_BYTES / 2; at < size; at += L1_CACHE_BYTES)
			prefetch(slots + at);
}

/*
 * The one lookup: what it gives for @key behind @root, which is not NULL. Nearly always
 * the first word tells: by its first match, or if there is none and no such entry has
 * overflowed. That much is inlined; all else costs a call.
 */
static __always_inline void *hmap_find(const struct hmap *map, void *root,
				       const struct hmap_type *type, const void *key)
{
	struct hmap_table *table = root;
	u64 hash, word, match;
	u32 nr_words, nr;

	if (type->flags & HMAP_OBJECT && hmap_root_is_object(root)) {
		root = hmap_root_object(root);
		return hmap_object_is(type, root, key) ? root : NULL;
	}
	if (hmap_is_dir(root)) {
		void *ref;

		hash = hmap_hash_key(type, key, hmap_seed(map));
		ref = hmap_deref_ref(root, hash);
		table = hmap_ref_table(ref);
		nr_words = hmap_ref_words(ref);
		/* What is behind a slot is waited for, too. */
		if (type->flags & (HMAP_KEY_INDIRECT | HMAP_OBJECT))
			hmap_prefetch_slots(type, table, nr_words, hash);
	} else {
		if (READ_ONCE(table->flags) & HMAP_TABLE_VACANT)
			return NULL;
		hash = hmap_hash_key(type, key, hmap_seed(map));
		nr_words = table->nr_words;
	}
	nr = hmap_home(hash, nr_words);
	/* Pairs with the release in hmap_set_word(): the slot, then the word. */
	word = smp_load_acquire(hmap_word(table, nr));
	match = hmap_match_tag(word, hash);
	if (match) {
		void *entry = hmap_entry_if(type, hmap_slot_of_match(type, table, nr_words,
								     nr, match), key, hash);

		if (likely(entry))
			return entry;
	} else if (likely(!hmap_overflowed(word, hash))) {
		return NULL;
	}
	return hmap_find_on(type, table, nr_words, key, hash);
}

/* Copy a value out. Words that are overwritten in place are read in one piece. */
static __always_inline void hmap_read_value(const struct hmap_type *type,
					    void *out, const void *value)
{
	switch (type->value_size) {
	case 0:
		break;
	case 1:
		*(u8 *)out = READ_ONCE(*(const u8 *)value);
		break;
	case 2:
		put_unaligned(READ_ONCE(*(const u16 *)value), (u16 *)out);
		break;
	case 4:
		put_unaligned(READ_ONCE(*(const u32 *)value), (u32 *)out);
		break;
	case 8:
		put_unaligned(READ_ONCE(*(const u64 *)value), (u64 *)out);
		break;
	default:
		memcpy(out, value, type->value_size);
	}
}

#endif /* _HMAP_FIND_H */
