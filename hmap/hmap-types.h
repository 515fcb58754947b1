/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The map's header, the kinds of maps and what describes them. A structure that embeds
 * a map, and a header that declares a kind, need this file alone. See hmap.h.
 */
#ifndef _HMAP_TYPES_H
#define _HMAP_TYPES_H

#include <linux/build_bug.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/types.h>

struct hmap_type;
struct lockdep_map;
struct module;

/**
 * struct hmap - a hash map
 *
 * One pointer, and all that an empty map takes. Zeroed memory is an empty map: what
 * comes from kzalloc() or lies in .bss needs no initialisation. A map must not be
 * copied or moved while it holds an entry.
 */
struct hmap {
	/* private: NULL, or a tagged pointer: see layout.h */
	void __rcu		*root;
#ifdef CONFIG_LOCKDEP
	/* private: the writers' lock, if it was named; the type of the last change */
	struct lockdep_map	*lock;
	const struct hmap_type	*type;
#endif
};

#ifndef CONFIG_LOCKDEP
static_assert(sizeof(struct hmap) == sizeof(void *));
#endif

/**
 * struct hmap_str - a string to look up
 * @name: the string, without a NUL byte in its first @len bytes
 * @len: its length in bytes; a NUL need not follow. %HMAP_TO_NUL: as far as the first NUL
 *	byte. A call writes to it then, so such a one is not const, and for one key
 *
 * What generic calls take as key for types with %HMAP_STRING. The wrappers make one.
 */
struct hmap_str {
	const char	*name;
	size_t		len;
};

#define HMAP_TO_NUL	SIZE_MAX

/**
 * typedef hmap_hash_fn - a keyed hash
 * @key: the key; for strings their first byte
 * @size: bytes of the key; for strings their length
 * @seed: the map's; other maps have others
 *
 * Any distribution of the result's bits will do, since the core finishes it.
 */
typedef u64 (*hmap_hash_fn)(const void *key, size_t size, u64 seed);

/**
 * typedef hmap_equal_fn - whether a key is that of an entry
 * @key: the key that is looked for
 * @stored: the key of an entry; or the object, for HMAP_DEFINE_KEYED_OBJECT()
 * @size: bytes of a key
 */
typedef bool (*hmap_equal_fn)(const void *key, const void *stored, size_t size);

/**
 * DOC: types
 *
 * A &struct hmap_type says what the entries of a kind of map are. It is const and has
 * to outlive the maps that it is used with. The macros fill it in; nothing else should.
 */

/* Flags of types. Readers may hold rcu_read_lock() instead of the lock. */
#define HMAP_RCU		0x01
/* Keys are NUL-terminated strings: of values, the map keeps a copy. */
#define HMAP_STRING		0x02
/* The value is an integer of 1, 2, 4 or 8 bytes, or a pointer. HMAP_DEFINE() finds out. */
#define HMAP_SCALAR		0x04
#define HMAP_POINTER		0x08
/*
 * Private: the slot is a pointer to the caller's object, and there is a pointer to the
 * key in the object; the key, or the value, is in a block that the slot points to.
 */
#define HMAP_OBJECT		0x10
#define HMAP_KEY_POINTER	0x20
#define HMAP_KEY_INDIRECT	0x40
#define HMAP_VALUE_INDIRECT	0x80
#define HMAP_INDIRECT		(HMAP_KEY_INDIRECT | HMAP_VALUE_INDIRECT)

/* Largest slot, in bytes: a key and a value, each at its alignment. Where they do
 * not fit, those above HMAP_INLINE_MAX, which is also Go's limit, become indirect.
 */
#define HMAP_SLOT_MAX		256
#define HMAP_INLINE_MAX		128

/**
 * struct hmap_type - what a kind of map holds
 * @name: for messages
 * @hash: of a key
 * @object_hash: of the object at @key_offset, if that has another form than a key
 * @equal: whether two keys are the same; NULL compares their bytes, or strings
 * @key_size: bytes of a key, 0 for strings and for a map of at most one entry
 * @value_size: bytes of a value, 0 for a set
 * @key_offset: where the key stands in the slot, its block or the object, in bytes
 * @value_offset: where the value, or a set's key, stands in the slot or its block
 * @slot_size: bytes of a slot
 * @block_size: bytes of an entry's block, without a string; 0 if there is none
 * @flags: HMAP_RCU and the others above
 * @owner: the module that it is in, for the counters
 */
struct hmap_type {
	const char	*name;
	hmap_hash_fn	hash;
	hmap_hash_fn	object_hash;
	hmap_equal_fn	equal;
	u32		key_size;
	u32		value_size;
	u32		key_offset;
	u32		value_offset;
	u32		slot_size;
	u32		block_size;
	u32		flags;
	struct module	*owner;
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
 * string is always in the block; its key size is that of its pointer here. The "value"
 * of a set is its key.
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
	((string) || (!__HMAP_FITS(key, value, 0) && (key) > HMAP_INLINE_MAX))
#define __HMAP_VALUE_IN_BLOCK(key, value, string)			\
	((value) ? !__HMAP_FITS(key, value, string) && (value) > HMAP_INLINE_MAX : \
		   __HMAP_KEY_IN_BLOCK(key, value, string))

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
	(!(value) ? __HMAP_KEY_OFFSET(key, value, string) :		\
	 __HMAP_VALUE_IN_BLOCK(key, value, string) ? 0 :		\
	 __HMAP_AFTER(__HMAP_HEAD(key, value, string) +			\
		      __HMAP_SLOT_KEY(key, value, string), value))
#define __HMAP_SLOT_ALIGN(key, value, string)				\
	(__HMAP_HEAD(key, value, string) ? sizeof(void *) :		\
	 __HMAP_MAX(__HMAP_ALIGN(key), __HMAP_ALIGN(value)))
#define __HMAP_SLOT_SIZE(key, value, string)				\
	__HMAP_ROUND(__HMAP_AFTER(__HMAP_HEAD(key, value, string) +	\
				  __HMAP_SLOT_KEY(key, value, string),	\
				  __HMAP_SLOT_VALUE(key, value, string)) + \
		     __HMAP_SLOT_VALUE(key, value, string),		\
		     __HMAP_SLOT_ALIGN(key, value, string))

#define __HMAP_PLACES(key, value, string)				\
	((__HMAP_KEY_IN_BLOCK(key, value, string) ? HMAP_KEY_INDIRECT : 0) | \
	 (__HMAP_VALUE_IN_BLOCK(key, value, string) ? HMAP_VALUE_INDIRECT : 0))

#define __HMAP_TYPE(_name, _key, _value, _string, _hash, _equal, _flags) { \
	.name		= (_name),					\
	.hash		= (_hash),					\
	.equal		= (_equal),					\
	.key_size	= (_string) ? 0 : (_key),			\
	.value_size	= (_value),					\
	.key_offset	= __HMAP_KEY_OFFSET(_key, _value, _string),	\
	.value_offset	= __HMAP_VALUE_OFFSET(_key, _value, _string),	\
	.slot_size	= __HMAP_SLOT_SIZE(_key, _value, _string),	\
	.block_size	= __HMAP_BLOCK_VALUE(_key, _value, _string) +	\
			  __HMAP_BLOCK_KEY(_key, _value, _string),	\
	.flags		= (_flags) | __HMAP_PLACES(_key, _value, _string), \
	.owner		= THIS_MODULE,					\
}

/**
 * HMAP_TYPE - initialiser of a type, for generic calls
 * @_name: string, for messages
 * @_key_size: bytes of a key, 0 for a map of at most one entry
 * @_value_size: bytes of a value, 0 for a set
 * @_hash: &hmap_hash_fn; should depend on its seed
 * @_equal: &hmap_equal_fn, or NULL to compare bytes; keys that are equal must
 *	have equal hashes
 * @_flags: %HMAP_RCU, and %HMAP_SCALAR or %HMAP_POINTER if the value is such; or 0
 *
 * A key and a value are copied, side by side into a slot if they take at most
 * %HMAP_SLOT_MAX bytes, each at its natural alignment, up to 8 bytes. Otherwise what
 * is larger than %HMAP_INLINE_MAX bytes is copied into a kmalloc'ed block, one for
 * each entry, of which an insert allocates and a removal frees one.
 */
#define HMAP_TYPE(_name, _key_size, _value_size, _hash, _equal, _flags)	\
	__HMAP_TYPE(_name, _key_size, _value_size, 0, _hash, _equal, _flags)

/**
 * HMAP_TYPE_STRING - initialiser of a type whose keys are strings
 * @_name: string, for messages
 * @_value_size: bytes of a value, 0 for a set
 * @_hash: &hmap_hash_fn of the string's bytes
 * @_flags: as for HMAP_TYPE()
 *
 * Calls take a &struct hmap_str as key. The map keeps a copy of the string, and gives
 * it back when the entry goes.
 */
#define HMAP_TYPE_STRING(_name, _value_size, _hash, _flags)		\
	__HMAP_TYPE(_name, sizeof(char *), _value_size, 1, _hash, NULL,	\
		    (_flags) | HMAP_STRING)

#define __HMAP_OBJECT_TYPE(_name, _size, _offset, _hash, _object_hash, _equal, _flags) { \
	.name		= (_name),					\
	.hash		= (_hash),					\
	.object_hash	= (_object_hash),				\
	.equal		= (_equal),					\
	.key_size	= (_flags) & HMAP_STRING ? 0 : (_size),		\
	.value_size	= sizeof(void *),				\
	.key_offset	= (_offset),					\
	.slot_size	= sizeof(void *),				\
	.flags		= (_flags) | HMAP_OBJECT | HMAP_POINTER,	\
	.owner		= THIS_MODULE,					\
}

/*
 * What a C type is. An array as a parameter, or in an expression as here, is a pointer
 * to its first element. gcc and clang number kinds of types: integers of all sorts from 1 to
 * 4, pointers 5. sparse does not, and has to guess.
 */
#define __HMAP_DECAYED(type)	typeof(((void)0, *(typeof(type) const *)0))
#define __HMAP_IS_ARRAY(type)						\
	(!__builtin_types_compatible_p(typeof(type), __HMAP_DECAYED(type)))
#ifdef __CHECKER__
#define __HMAP_IS(type, other)	__builtin_types_compatible_p(typeof(type), other)
#define __HMAP_CLASS(type)						\
	(sizeof(type) == 8 && __alignof__(type) == 8 && !__HMAP_IS(type, u64) && \
	 !__HMAP_IS(type, s64) && !__HMAP_IS(type, unsigned long) &&	\
	 !__HMAP_IS(type, long) ? 5 : 1)
#define __HMAP_AS_POINTER(type)	((void *)0)
#else
#define __HMAP_CLASS(type)	__builtin_classify_type(*(typeof(type) *)0)
#define __HMAP_AS_POINTER(type)	(*(typeof(type) *)0)
#endif
#define __HMAP_IS_SCALAR(type)						\
	(sizeof(type) && __HMAP_CLASS(type) >= 1 && __HMAP_CLASS(type) <= 4)
#define __HMAP_IS_POINTER(type)						\
	(__HMAP_CLASS(type) == 5 && !__HMAP_IS_ARRAY(type))
#define __HMAP_IS_SET(vtype)						\
	__builtin_types_compatible_p(vtype, struct hmap_none)

/* The value of sets: no bytes. */
struct hmap_none { };

/* The type of one of two expressions. */
#define __HMAP_IF(condition, yes, no)					\
	typeof(__builtin_choose_expr(condition, yes, no))

/* What points to keys side by side: to the first, if one is passed by a pointer anyway. */
#define __HMAP_DECLARE_KEYS(prefix)					\
	typedef __HMAP_IF(prefix##_key_is_pointer, *(prefix##_key_t *)0, \
			  (prefix##_key_t const *)0) prefix##_keys_t

#define __HMAP_CHECK_ALIGN(type)					\
	static_assert(__alignof__(type) <= 8,				\
		      "hmap aligns keys and values to 8 bytes at most")

/**
 * HMAP_DECLARE - declare a kind of map whose entries are keys and values
 * @prefix: name of the new structure, which is a map, and of its functions
 * @ktype: type of a key; for strings, a pointer to const char. A structure whose bytes are
 *	compared must have no padding: make it a member
 * @vtype: type of a value; struct hmap_none for a set
 * @flags: %HMAP_RCU, %HMAP_STRING, or 0
 *
 * For a header: a struct prefix can be embedded then. HMAP_WRAPPERS() is for those who
 * use it, HMAP_DEFINE_TYPE() for one .c file. HMAP_DEFINE() is all three.
 */
#define HMAP_DECLARE(prefix, ktype, vtype, flags)			\
	__HMAP_CHECK_ALIGN(ktype);					\
	__HMAP_CHECK_ALIGN(vtype);					\
	static_assert(!__HMAP_IS_ARRAY(vtype),				\
		      "an array as a value: make it a member of a structure"); \
	enum {								\
		prefix##_key_is_pointer = __HMAP_IS_ARRAY(ktype),	\
		prefix##_key_size = sizeof(ktype),			\
		prefix##_value_size = sizeof(vtype),			\
		prefix##_flags = (flags) |				\
			(__HMAP_IS_SCALAR(vtype) ? HMAP_SCALAR : 0) |	\
			(__HMAP_IS_POINTER(vtype) ? HMAP_POINTER : 0),	\
	};								\
	/* a parameter; what a walk shows; a value; what a lookup gives */	\
	typedef __HMAP_DECAYED(ktype) prefix##_key_t;			\
	__HMAP_DECLARE_KEYS(prefix);					\
	typedef __HMAP_IF((flags) & HMAP_STRING, (const char *)0,	\
		__builtin_choose_expr(__HMAP_IS_ARRAY(ktype), *(prefix##_key_t *)0, \
				      (typeof(ktype) const *)0)) prefix##_stored_t; \
	typedef typeof(vtype) prefix##_value_t;				\
	typedef struct of_values_use_hmap_for_each prefix##_object_t;	\
	typedef __HMAP_IF(__HMAP_IS_POINTER(vtype), __HMAP_AS_POINTER(vtype), \
		__builtin_choose_expr(__HMAP_IS_SET(vtype), (prefix##_stored_t)0, \
		__builtin_choose_expr((flags) & HMAP_RCU,		\
			(prefix##_value_t const *)0, (prefix##_value_t *)0))) \
		prefix##_found_t;					\
	/* what the writer gets */					\
	typedef __HMAP_IF(__HMAP_IS_SCALAR(vtype), (prefix##_value_t *)0, \
			  (prefix##_found_t)0) prefix##_mut_t;		\
	struct prefix {							\
		struct hmap map;					\
	}

/**
 * HMAP_DECLARE_OBJECT - declare a kind of map of the caller's objects
 * @prefix: as for HMAP_DECLARE()
 * @_object: type of an object, aligned to 4 bytes or more
 * @member: the key in it: its bytes; with %HMAP_STRING a char array, or a pointer to a
 *	string. It must not change while the object is in a map
 * @flags: %HMAP_RCU, %HMAP_STRING, or 0
 *
 * The others of its kind are HMAP_OBJECT_WRAPPERS(), HMAP_DEFINE_OBJECT_TYPE(), and
 * HMAP_DEFINE_OBJECT() for all three.
 */
#define HMAP_DECLARE_OBJECT(prefix, _object, member, flags)		\
	__HMAP_DECLARE_OBJECT(prefix, _object,				\
		typeof_member(_object, member), sizeof_field(_object, member), \
		offsetof(_object, member),				\
		(flags) | ((flags) & HMAP_STRING &&			\
			    __HMAP_IS_POINTER(typeof_member(_object, member)) ? \
			    HMAP_KEY_POINTER : 0),			\
		__HMAP_IS_ARRAY(typeof_member(_object, member)))

/**
 * HMAP_DECLARE_KEYED_OBJECT - HMAP_DECLARE_OBJECT() where functions know the key
 * @prefix: as there
 * @_object: as there
 * @ktype: type of what is looked for, which need not have the form that an object stores;
 *	calls take a pointer to one
 * @flags: %HMAP_RCU, or 0
 */
#define HMAP_DECLARE_KEYED_OBJECT(prefix, _object, ktype, flags)	\
	__HMAP_DECLARE_OBJECT(prefix, _object, typeof(ktype) const *,	\
			      sizeof(ktype), 0, flags, 1)

#define __HMAP_DECLARE_OBJECT(prefix, _object, ktype, size, offset, flags, is_pointer) \
	static_assert(__alignof__(_object) >= 4,			\
		      "hmap takes objects aligned to 4 bytes or more");	\
	enum {								\
		prefix##_key_is_pointer = (is_pointer) && !((flags) & HMAP_STRING), \
		prefix##_key_size = (size),				\
		prefix##_key_offset = (offset),				\
		prefix##_flags = (flags) | HMAP_OBJECT,			\
	};								\
	typedef __HMAP_IF((flags) & HMAP_STRING, (const char *)0,	\
			  *(__HMAP_DECAYED(ktype) *)0) prefix##_key_t;	\
	__HMAP_DECLARE_KEYS(prefix);					\
	typedef typeof(_object) prefix##_object_t;			\
	/* Named for the compiler's message. */				\
	typedef struct of_objects_use_hmap_for_each_object *prefix##_stored_t, *prefix##_found_t; \
	struct prefix {							\
		struct hmap map;					\
	}

/**
 * HMAP_DEFINE_TYPE - define the type of a kind made by HMAP_DECLARE()
 * @prefix: the kind
 * @hash: as given to HMAP_WRAPPERS()
 * @equal: likewise
 *
 * In one .c file, after HMAP_WRAPPERS(): others refer to this prefix_type.
 */
#define HMAP_DEFINE_TYPE(prefix, hash, equal)				\
	__HMAP_CHECK_SAME(prefix, hash, NULL, equal)			\
	const struct hmap_type prefix##_type = __HMAP_TYPE_OF(prefix, hash, equal)

#define __HMAP_TYPE_OF(prefix, hash, equal)				\
	__HMAP_TYPE(#prefix, prefix##_key_size, prefix##_value_size,	\
		    (prefix##_flags & HMAP_STRING), hash, equal, prefix##_flags)

/**
 * HMAP_DEFINE_OBJECT_TYPE - HMAP_DEFINE_TYPE() for HMAP_DECLARE_OBJECT()
 * @prefix: the kind
 * @hash: as given to HMAP_OBJECT_WRAPPERS()
 */
#define HMAP_DEFINE_OBJECT_TYPE(prefix, hash)				\
	HMAP_DEFINE_KEYED_OBJECT_TYPE(prefix, hash, NULL, NULL)

/**
 * HMAP_DEFINE_KEYED_OBJECT_TYPE - HMAP_DEFINE_TYPE() for HMAP_DECLARE_KEYED_OBJECT()
 * @prefix: the kind
 * @hash: as given to HMAP_KEYED_OBJECT_WRAPPERS()
 * @object_hash: likewise
 * @equal: likewise
 */
#define HMAP_DEFINE_KEYED_OBJECT_TYPE(prefix, hash, object_hash, equal)	\
	__HMAP_CHECK_SAME(prefix, hash, object_hash, equal)		\
	const struct hmap_type prefix##_type =				\
		__HMAP_OBJECT_TYPE_OF(prefix, hash, object_hash, equal)

#define __HMAP_OBJECT_TYPE_OF(prefix, hash, object_hash, equal)		\
	__HMAP_OBJECT_TYPE(#prefix, prefix##_key_size, prefix##_key_offset, \
			   hash, object_hash, equal, prefix##_flags)

/* The functions that a type is defined with have to be those of the wrappers. */
#define __HMAP_CHECK_SAME(prefix, _hash, _object_hash, _equal)		\
	static void __used prefix##_check_same(void)			\
	{								\
		BUILD_BUG_ON_MSG(prefix##_shape.hash != (_hash) ||	\
				 prefix##_shape.object_hash != (_object_hash) || \
				 prefix##_shape.equal != (_equal),	\
				 "the type and the wrappers name other functions"); \
	}

/**
 * DOC: hashes
 *
 * Ready-made keyed hashes: of an integer or a pointer by a 128-bit product over
 * a secret drawn at module load and the map's seed; of bytes and strings by the
 * kernel's hsiphash. The siphash form is for keys that an attacker chooses
 * and whose collisions would hurt. The product form, a product for each eight bytes, is
 * the fastest, and for keys that nobody chooses to do harm: no cryptographer has looked at it.
 */
u64 hmap_hash_u64(const void *key, size_t size, u64 seed);
u64 hmap_hash_u32(const void *key, size_t size, u64 seed);
u64 hmap_hash_bytes(const void *key, size_t size, u64 seed);
u64 hmap_siphash_bytes(const void *key, size_t size, u64 seed);
u64 hmap_product_bytes(const void *key, size_t size, u64 seed);

#endif /* _HMAP_TYPES_H */
