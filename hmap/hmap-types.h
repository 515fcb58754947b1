/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The map's header and what a kind of map holds, so that a structure can embed a
 * map, and a header of the user's can declare its type, without including the whole
 * interface. See hmap.h.
 */
#ifndef _HMAP_TYPES_H
#define _HMAP_TYPES_H

#include <linux/build_bug.h>
#include <linux/types.h>

struct hmap_type;
struct lockdep_map;

typedef u64 (*hmap_hash_fn)(const void *key, size_t size, u32 seed);
typedef bool (*hmap_equal_fn)(const void *a, const void *b, size_t size);

/**
 * struct hmap - a hash map
 * @type: what the map holds; set by the initialisers, never changed later
 * @root: private: NULL, or a tagged pointer to the first table or the directory
 * @lock: private: the writers' lock, as told to hmap_set_lock(), for lockdep
 *
 * 16 bytes (24 under CONFIG_LOCKDEP), and all that an empty map takes. It is
 * meant to be embedded in an object of the caller's; hmap_alloc() makes one on
 * its own. A map must not be copied or moved once it has held an entry.
 */
struct hmap {
	const struct hmap_type	*type;
	/* private: */
	void __rcu		*root;
#ifdef CONFIG_LOCKDEP
	struct lockdep_map	*lock;
#endif
};

#ifndef CONFIG_LOCKDEP
static_assert(sizeof(struct hmap) <= 16);
#endif

/**
 * HMAP_INIT - static initialiser of a struct hmap
 * @_type: pointer to the map's &struct hmap_type
 */
#define HMAP_INIT(_type)		{ .type = (_type) }

/**
 * DEFINE_HMAP - define a map with its static initialiser
 * @name: the variable's name
 * @type: pointer to the map's &struct hmap_type
 */
#define DEFINE_HMAP(name, type)		struct hmap name = HMAP_INIT(type)

/**
 * DOC: types
 *
 * A &struct hmap_type says once, for all maps of a kind, what a key and a value
 * are. It is const and has to outlive the maps that use it. The HMAP_TYPE
 * macros fill it in; nothing else should.
 */

/* A flag of types: readers may hold rcu_read_lock() instead of the lock. */
#define HMAP_RCU		0x01

/*
 * Private: keys are NUL-terminated strings; the key, or the value, is not in its
 * slot but in a block that the slot points to (Go calls that indirect, too).
 */
#define HMAP_KEY_STRING		0x02
#define HMAP_KEY_INDIRECT	0x04
#define HMAP_VALUE_INDIRECT	0x08
#define HMAP_INDIRECT		(HMAP_KEY_INDIRECT | HMAP_VALUE_INDIRECT)

/* Largest slot, in bytes: a key and a value, each at its alignment. Where they do
 * not fit, those above HMAP_INLINE_MAX, which is also Go's limit, become indirect.
 */
#define HMAP_SLOT_MAX		256
#define HMAP_INLINE_MAX		128

/**
 * struct hmap_type - what a kind of map holds
 * @name: for messages
 * @hash: keyed hash of a key; any distribution of its result's bits will do,
 *	since the core finishes it
 * @equal: whether two keys are the same; NULL compares their bytes
 * @key_size: bytes of a key, 0 for a map of at most one entry
 * @value_size: bytes of a value, 0 for a set
 * @key_offset: where the key stands in the slot or in its block, in bytes
 * @value_offset: where the value stands in the slot or in its block, in bytes
 * @slot_size: bytes of a slot
 * @block_size: bytes of an entry's block, without a string; 0 if there is none
 * @flags: %HMAP_RCU
 */
struct hmap_type {
	const char	*name;
	hmap_hash_fn	hash;
	hmap_equal_fn	equal;
	u32		key_size;
	u32		value_size;
	u32		key_offset;
	u32		value_offset;
	u32		slot_size;
	u32		block_size;
	u32		flags;
};

/*
 * Constant expressions for static initialisers: the alignment that an object of
 * a size may need, at most a word's, and the layout that follows. A slot is
 *
 *	key, value				if that is at most HMAP_SLOT_MAX
 *	pointer to the block, key, value	if the value is in the block
 *	pointer to the block, hash, value	if the key is in the block, where it
 *						would have to be fetched for its hash
 *
 * less an indirect value, and a block is the indirect value, then the indirect key. A
 * string's key size is that of its pointer here.
 */
#define __HMAP_ALIGN(size)						\
	((size) & 1 || !(size) ? 1 : (size) & 2 ? 2 : (size) & 4 ? 4 : 8)
#define __HMAP_ROUND(n, align)	(((n) + (align) - 1) / (align) * (align))
#define __HMAP_MAX(a, b)	((a) > (b) ? (a) : (b))
#define __HMAP_AFTER(n, size)	__HMAP_ROUND(n, __HMAP_ALIGN(size))

#define __HMAP_POINTER_AND_HASH	(sizeof(void *) + sizeof(u64))
#define __HMAP_FITS(key, value, string)					\
	(__HMAP_AFTER((string) ? __HMAP_POINTER_AND_HASH : (key), value) + \
	 (value) <= HMAP_SLOT_MAX)
#define __HMAP_KEY_IN_BLOCK(key, value, string)				\
	((string) ||							\
	 (!__HMAP_FITS(key, value, 0) && (key) > HMAP_INLINE_MAX))
#define __HMAP_VALUE_IN_BLOCK(key, value, string)			\
	(!__HMAP_FITS(key, value, string) && (value) > HMAP_INLINE_MAX)

/* What each part of a slot takes, and what each part of a block. */
#define __HMAP_HEAD(key, value, string)					\
	(__HMAP_KEY_IN_BLOCK(key, value, string) ? __HMAP_POINTER_AND_HASH : \
	 __HMAP_VALUE_IN_BLOCK(key, value, string) ? sizeof(void *) : 0)
#define __HMAP_SLOT_KEY(key, value, string)				\
	(__HMAP_KEY_IN_BLOCK(key, value, string) ? 0 : (key))
#define __HMAP_SLOT_VALUE(key, value, string)				\
	(__HMAP_VALUE_IN_BLOCK(key, value, string) ? 0 : (value))
#define __HMAP_BLOCK_VALUE(key, value, string)				\
	(__HMAP_VALUE_IN_BLOCK(key, value, string) ? __HMAP_ROUND(value, 8) : 0)
#define __HMAP_BLOCK_KEY(key, value, string)				\
	(!(string) && __HMAP_KEY_IN_BLOCK(key, value, string) ? (key) : 0)

#define __HMAP_KEY_OFFSET(key, value, string)				\
	(__HMAP_KEY_IN_BLOCK(key, value, string) ?			\
	 __HMAP_BLOCK_VALUE(key, value, string) : __HMAP_HEAD(key, value, string))
#define __HMAP_VALUE_OFFSET(key, value, string)				\
	(__HMAP_VALUE_IN_BLOCK(key, value, string) ? 0 :		\
	 __HMAP_AFTER(__HMAP_HEAD(key, value, string) +		\
		      __HMAP_SLOT_KEY(key, value, string), value))
#define __HMAP_SLOT_ALIGN(key, value, string)				\
	(__HMAP_HEAD(key, value, string) ? sizeof(void *) :		\
	 __HMAP_MAX(__HMAP_ALIGN(key), __HMAP_ALIGN(value)))
#define __HMAP_SLOT_SIZE(key, value, string)				\
	__HMAP_ROUND(__HMAP_AFTER(__HMAP_HEAD(key, value, string) +	\
				  __HMAP_SLOT_KEY(key, value, string),	\
				  __HMAP_SLOT_VALUE(key, value, string)) +	\
		     __HMAP_SLOT_VALUE(key, value, string),			\
		     __HMAP_SLOT_ALIGN(key, value, string))

#define __HMAP_FLAGS(key, value, string)				\
	(((string) ? HMAP_KEY_STRING : 0) |				\
	 (__HMAP_KEY_IN_BLOCK(key, value, string) ? HMAP_KEY_INDIRECT : 0) | \
	 (__HMAP_VALUE_IN_BLOCK(key, value, string) ? HMAP_VALUE_INDIRECT : 0))

#define __HMAP_TYPE(_name, _key_size, _key, _value, _string, _hash, _equal, _flags) { \
	.name		= (_name),						\
	.hash		= (_hash),						\
	.equal		= (_equal),						\
	.key_size	= (_key_size),						\
	.value_size	= (_value),						\
	.key_offset	= __HMAP_KEY_OFFSET(_key, _value, _string),		\
	.value_offset	= __HMAP_VALUE_OFFSET(_key, _value, _string),		\
	.slot_size	= __HMAP_SLOT_SIZE(_key, _value, _string),		\
	.block_size	= __HMAP_BLOCK_VALUE(_key, _value, _string) +			\
			  __HMAP_BLOCK_KEY(_key, _value, _string),		\
	.flags		= (_flags) | __HMAP_FLAGS(_key, _value, _string),	\
}

/**
 * HMAP_TYPE - initialiser of a type with a hash of the caller's own
 * @_name: string, for messages
 * @_key_size: bytes of a key
 * @_value_size: bytes of a value, 0 for a set
 * @_hash: &hmap_hash_fn; should depend on its seed
 * @_equal: &hmap_equal_fn, or NULL to compare bytes; keys that are equal must
 *	have equal hashes
 * @_flags: 0 or %HMAP_RCU
 *
 * A key and a value are copied, side by side into a slot if they take at most
 * %HMAP_SLOT_MAX bytes, each at its natural alignment, up to 8 bytes. Otherwise what
 * is larger than %HMAP_INLINE_MAX bytes is copied into a kmalloc'ed block, one for
 * each entry, of which an insert allocates and a removal frees one.
 */
#define HMAP_TYPE(_name, _key_size, _value_size, _hash, _equal, _flags)	\
	__HMAP_TYPE(_name, _key_size, _key_size, _value_size, 0, _hash,	\
		    _equal, _flags)

/**
 * HMAP_TYPE_U32 - initialiser of a type whose keys are u32
 * @_name: string, for messages
 * @_value_size: bytes of a value, 0 for a set
 * @_flags: 0 or %HMAP_RCU
 */
#define HMAP_TYPE_U32(_name, _value_size, _flags)			\
	HMAP_TYPE(_name, 4, _value_size, hmap_hash_u32, NULL, _flags)

/**
 * HMAP_TYPE_U64 - initialiser of a type whose keys are u64
 * @_name: string, for messages
 * @_value_size: bytes of a value, 0 for a set
 * @_flags: 0 or %HMAP_RCU
 */
#define HMAP_TYPE_U64(_name, _value_size, _flags)			\
	HMAP_TYPE(_name, 8, _value_size, hmap_hash_u64, NULL, _flags)

/**
 * HMAP_TYPE_PTR - initialiser of a type whose keys are pointers, as such
 * @_name: string, for messages
 * @_value_size: bytes of a value, 0 for a set
 * @_flags: 0 or %HMAP_RCU
 *
 * Calls take a pointer to the pointer.
 */
#define HMAP_TYPE_PTR(_name, _value_size, _flags)			\
	HMAP_TYPE(_name, 8, _value_size, hmap_hash_u64, NULL, _flags)

/**
 * HMAP_TYPE_BYTES - initialiser of a type whose keys are a number of bytes
 * @_name: string, for messages
 * @_key_size: bytes of a key; 0 for a map of at most one entry
 * @_value_size: bytes of a value, 0 for a set
 * @_flags: 0 or %HMAP_RCU
 *
 * A structure used as a key must not have padding, or have it zeroed.
 */
#define HMAP_TYPE_BYTES(_name, _key_size, _value_size, _flags)		\
	HMAP_TYPE(_name, _key_size, _value_size, hmap_hash_bytes, NULL, _flags)

/**
 * HMAP_TYPE_STRING - initialiser of a type whose keys are strings
 * @_name: string, for messages
 * @_value_size: bytes of a value, 0 for a set
 * @_flags: 0 or %HMAP_RCU
 *
 * Calls take the string itself (const char \*) as key. The map keeps a copy of
 * its own, and gives it back when the entry goes.
 */
#define HMAP_TYPE_STRING(_name, _value_size, _flags)			\
	__HMAP_TYPE(_name, 0, sizeof(char *), _value_size, 1,		\
		    hmap_hash_string, hmap_equal_string, _flags)

/**
 * DOC: hashes
 *
 * Ready-made keyed hashes: of an integer or a pointer by a 128-bit product over
 * a secret drawn at module load and the map's seed; of bytes and strings by the
 * kernel's hsiphash. The siphash forms are for keys that an attacker chooses
 * and whose collisions would hurt.
 */
extern u64 hmap_secret[4];

u64 hmap_hash_u64(const void *key, size_t size, u32 seed);
u64 hmap_hash_u32(const void *key, size_t size, u32 seed);
u64 hmap_hash_bytes(const void *key, size_t size, u32 seed);
u64 hmap_hash_string(const void *key, size_t size, u32 seed);
u64 hmap_siphash_bytes(const void *key, size_t size, u32 seed);
u64 hmap_siphash_string(const void *key, size_t size, u32 seed);
bool hmap_equal_string(const void *a, const void *b, size_t size);

#endif /* _HMAP_TYPES_H */
