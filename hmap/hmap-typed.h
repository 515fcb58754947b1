/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The typed wrappers, one of each call: what a call does stands at the generic one, in
 * hmap.h, which includes this file.
 */
#ifndef _HMAP_TYPED_H
#define _HMAP_TYPED_H

/* Private: hmap_insert() and hmap_remove() where the type is known to be such a pair, or one
 * of such objects.
 */
int __hmap_insert_pair(struct hmap *map, u64 key, u64 value, gfp_t gfp,
		       const struct hmap_type *type);
int __hmap_insert_u32_pair(struct hmap *map, u32 key, u32 value, gfp_t gfp,
			   const struct hmap_type *type);
int __hmap_insert_u64_object(struct hmap *map, void *object, gfp_t gfp,
			     const struct hmap_type *type);
int __hmap_remove_pair(struct hmap *map, u64 key, const struct hmap_type *type);
int __hmap_remove_u32_pair(struct hmap *map, u32 key, const struct hmap_type *type);
void *__hmap_erase_u64_object(struct hmap *map, u64 key, const struct hmap_type *type);

/* The same for any type; @shape: what the compiler knows of it. */
static __always_inline int hmap_insert_known(struct hmap *map, const void *key,
					     const void *value, gfp_t gfp,
					     const struct hmap_type *type,
					     const struct hmap_type *shape)
{
	if (hmap_is_u64_pair(shape) && !(shape->flags & HMAP_POINTER))
		return __hmap_insert_pair(map, get_unaligned((const u64 *)key),
					  get_unaligned((const u64 *)value), gfp, type);
	if (hmap_is_u32_pair(shape))
		return __hmap_insert_u32_pair(map, get_unaligned((const u32 *)key),
					      get_unaligned((const u32 *)value), gfp, type);
	if (hmap_is_u64_object(shape))
		return __hmap_insert_u64_object(map, *(void * const *)value, gfp, type);
	return hmap_insert(map, key, value, gfp, type);
}

static __always_inline int hmap_remove_known(struct hmap *map, const void *key,
					     const struct hmap_type *type,
					     const struct hmap_type *shape)
{
	if (hmap_is_u64_pair(shape))
		return __hmap_remove_pair(map, get_unaligned((const u64 *)key), type);
	if (hmap_is_u32_pair(shape))
		return __hmap_remove_u32_pair(map, get_unaligned((const u32 *)key), type);
	return hmap_remove(map, key, type);
}

static __always_inline void *hmap_erase_known(struct hmap *map, const void *key,
					      const struct hmap_type *type,
					      const struct hmap_type *shape)
{
	if (hmap_is_u64_object(shape))
		return __hmap_erase_u64_object(map, get_unaligned((const u64 *)key), type);
	return hmap_erase(map, key, type);
}

/**
 * HMAP_DEFINE - define a kind of map whose entries are keys and values
 * @prefix: name of the new structure, which is a map, and of its functions
 * @ktype: type of a key, passed by value; for strings, a pointer to const char. A structure
 *	whose bytes are compared must have no padding: make it a member
 * @vtype: type of a value, passed by value; a pointer; or struct hmap_none for a set
 * @hash: &hmap_hash_fn: hmap_hash_u64, hmap_hash_u32, hmap_hash_bytes (which strings take,
 *	too), hmap_siphash_bytes, hmap_product_bytes or the caller's own
 * @equal: &hmap_equal_fn, or NULL to compare bytes, or strings
 * @flags: %HMAP_RCU and %HMAP_STRING, or 0
 *
 * A map is a struct prefix, of the size of a pointer, and empty if zeroed. Every call of
 * hmap.h has a form prefix_call(): prefix_insert(m, key, value, gfp) and so on.
 * prefix_lookup() gives a pointer to the value; to const, with %HMAP_RCU, where
 * prefix_lookup_mut() and prefix_get_or_insert() are for integers under the lock, by
 * WRITE_ONCE(). Where the value is a pointer, it gives that, or NULL; prefix_store() and
 * prefix_replace() give the old one, as hmap_store_pointer() does; and there is
 * prefix_erase(). hmap_for_each() walks.
 *
 * Only the lookup is inlined: on an empty map it is a load and a test. Large keys and
 * values are better not passed by value, over the stack: use the generic calls, which take
 * pointers to them, to the map's member map, and to prefix_type.
 *
 * For one .c file; it ends in a semicolon of yours. If several share a kind,
 * HMAP_DECLARE() goes into a header, HMAP_WRAPPERS() into each file that calls, or a header
 * of theirs, and HMAP_DEFINE_TYPE() into one file.
 */
#define HMAP_DEFINE(prefix, ktype, vtype, hash, equal, flags)		\
	HMAP_DECLARE(prefix, ktype, vtype, flags);			\
	static const struct hmap_type prefix##_type =			\
		__HMAP_TYPE_OF(prefix, hash, equal);			\
	HMAP_WRAPPERS(prefix, hash, equal)

/**
 * HMAP_WRAPPERS - define the wrappers of a kind made by HMAP_DECLARE()
 * @prefix: the kind
 * @hash: as for HMAP_DEFINE()
 * @equal: likewise
 */
#define HMAP_WRAPPERS(prefix, hash, equal)				\
	extern const struct hmap_type prefix##_type;			\
	static const struct hmap_type prefix##_shape __maybe_unused =	\
		__HMAP_TYPE_OF(prefix, hash, equal);			\
	__HMAP_MAP_CALLS(prefix, prefix##_found_t)			\
	__HMAP_FIND_CALLS(prefix, prefix##_found_t, (prefix##_key_t key), \
			  (m, root, key), __HMAP_KEY(prefix, key))	\
	__HMAP_VALUE_CALLS(prefix, (prefix##_key_t key), __HMAP_KEY(prefix, key)) \
	__HMAP_CALL(prefix, prefix##_found_t, next,			\
		    (const struct prefix *m, struct hmap_cursor *cursor, \
		     prefix##_stored_t *key),				\
		    hmap_next(&m->map, cursor, (const void **)key, &prefix##_type)) \
	__HMAP_CALL(prefix, prefix##_found_t, any,			\
		    (const struct prefix *m, prefix##_stored_t *key),	\
		    hmap_any(&m->map, (const void **)key, &prefix##_type)) \
	struct prefix

/**
 * HMAP_WRAPPERS_N - add calls for strings given by pointer and length
 * @prefix: a kind made by HMAP_DEFINE() or HMAP_WRAPPERS() with %HMAP_STRING
 *
 * Their names end in _n, and the length stands behind the string:
 * prefix_lookup_n(m, name, len). No NUL has to follow.
 */
#define HMAP_WRAPPERS_N(prefix)						\
	__HMAP_FIND_CALLS(prefix, prefix##_found_t, (const char *name, size_t len), \
			  (m, root, name, len), __HMAP_NAME(name, len), _n) \
	__HMAP_VALUE_CALLS(prefix, (const char *name, size_t len),	\
			   __HMAP_NAME(name, len), _n)			\
	struct prefix

/**
 * HMAP_DEFINE_OBJECT - define a kind of map of the caller's objects
 * @prefix: as for HMAP_DEFINE()
 * @_object: type of an object, aligned to 4 bytes or more
 * @member: the key in it: its bytes; with %HMAP_STRING a char array, or a pointer to a
 *	string. It must not change while the object is in a map
 * @hash: as for HMAP_DEFINE()
 * @flags: %HMAP_RCU and %HMAP_STRING, or 0
 *
 * The map holds pointers to objects, the first of them in the header. It never frees an
 * object. prefix_lookup(m, key) gives the object or NULL; prefix_insert(m, object,
 * gfp) returns 0, -EEXIST or -ENOMEM; prefix_get_or_insert(m, object, gfp) gives the
 * object that is there now; prefix_store(m, object, gfp) and prefix_replace(m,
 * object) give the one that was there before, as hmap_store_pointer() and
 * hmap_replace_pointer() do; prefix_erase(m, key) gives the one that was removed;
 * prefix_erase_object(m, object) is true if this very object was in the map. The others
 * are those of hmap.h. hmap_for_each_object() walks.
 *
 * Objects of the same key: put the first into the map, and the others on a list in it.
 */
#define HMAP_DEFINE_OBJECT(prefix, _object, member, hash, flags)	\
	HMAP_DECLARE_OBJECT(prefix, _object, member, flags);		\
	static const struct hmap_type prefix##_type =			\
		__HMAP_OBJECT_TYPE_OF(prefix, hash, NULL, NULL);	\
	HMAP_OBJECT_WRAPPERS(prefix, hash)

/**
 * HMAP_OBJECT_WRAPPERS - define the wrappers of a kind made by HMAP_DECLARE_OBJECT()
 * @prefix: the kind
 * @hash: as for HMAP_DEFINE()
 */
#define HMAP_OBJECT_WRAPPERS(prefix, hash)				\
	__HMAP_OBJECT_WRAPPERS(prefix, hash, NULL, NULL)		\
	__HMAP_OBJECT_CALLS(prefix, (prefix##_object_t *object),	\
			    __HMAP_KEY_OF(prefix, object))		\
	struct prefix

/**
 * HMAP_OBJECT_WRAPPERS_N - HMAP_WRAPPERS_N() for maps of objects
 * @prefix: a kind made by HMAP_DEFINE_OBJECT() or HMAP_OBJECT_WRAPPERS(), %HMAP_STRING
 */
#define HMAP_OBJECT_WRAPPERS_N(prefix)					\
	__HMAP_FIND_CALLS(prefix, prefix##_object_t *, (const char *name, size_t len), \
			  (m, root, name, len), __HMAP_NAME(name, len), _n) \
	struct prefix

/**
 * HMAP_DEFINE_KEYED_OBJECT - HMAP_DEFINE_OBJECT() where functions know the key
 * @prefix: as there
 * @_object: as there
 * @ktype: type of what is looked for, which need not have the form that an object stores;
 *	calls take a pointer to one
 * @hash: &hmap_hash_fn of a key
 * @object_hash: &hmap_hash_fn of an object, which is that of its key; its size is ktype's
 * @equal: &hmap_equal_fn, of a key and an object
 * @flags: %HMAP_RCU, or 0
 *
 * As in rhashtable, what inserts has to be told the key as well: prefix_insert(m, key,
 * object, gfp), and likewise _get_or_insert, _store, _replace and _erase_object.
 */
#define HMAP_DEFINE_KEYED_OBJECT(prefix, _object, ktype, hash, object_hash, equal, flags) \
	HMAP_DECLARE_KEYED_OBJECT(prefix, _object, ktype, flags);	\
	static const struct hmap_type prefix##_type =			\
		__HMAP_OBJECT_TYPE_OF(prefix, hash, object_hash, equal); \
	HMAP_KEYED_OBJECT_WRAPPERS(prefix, hash, object_hash, equal)

/**
 * HMAP_KEYED_OBJECT_WRAPPERS - the wrappers for HMAP_DECLARE_KEYED_OBJECT()
 * @prefix: the kind
 * @hash: as for HMAP_DEFINE_KEYED_OBJECT()
 * @object_hash: likewise
 * @equal: likewise
 */
#define HMAP_KEYED_OBJECT_WRAPPERS(prefix, hash, object_hash, equal)	\
	__HMAP_OBJECT_WRAPPERS(prefix, hash, object_hash, equal)	\
	__HMAP_OBJECT_CALLS(prefix, (prefix##_key_t key, prefix##_object_t *object), \
			    __HMAP_KEY(prefix, key))			\
	struct prefix

/**
 * hmap_for_each() - hmap_walk() over a map of a kind made by HMAP_DEFINE()
 * @prefix: the kind
 * @m: the map
 * @iter: a name for the walk's state; the macro declares it
 * @k: a pointer variable, to the const key; to const char for string keys
 * @v: a variable of the type that prefix_lookup() returns
 *
 * Context: As hmap_walk(): the lock, shared or not; the body changes nothing.
 */
#define hmap_for_each(prefix, m, iter, k, v)				\
	__hmap_for_each(prefix, m, iter, HMAP_WALK_SHARED, k, v)

/**
 * hmap_for_each_safe() - hmap_walk_safe() over a map of a kind made by HMAP_DEFINE()
 * @prefix: as for hmap_for_each()
 * @m: as there
 * @iter: as there
 * @k: as there
 * @v: as there
 *
 * Context: As hmap_walk_safe(): the lock, exclusively; the body may do anything.
 */
#define hmap_for_each_safe(prefix, m, iter, k, v)			\
	__hmap_for_each(prefix, m, iter, HMAP_WALK_SAFE, k, v)

/**
 * hmap_for_each_rcu() - hmap_walk_rcu() over a map of a kind made by HMAP_DEFINE()
 * @prefix: as for hmap_for_each(), with %HMAP_RCU
 * @m: as there
 * @iter: as there
 * @k: as there
 * @v: as there
 *
 * Context: As hmap_walk_rcu(): an RCU read-side section, or the lock.
 */
#define hmap_for_each_rcu(prefix, m, iter, k, v)			\
	__hmap_for_each(prefix, m, iter, __HMAP_RCU_MODE(prefix), k, v)

/**
 * hmap_for_each_object() - hmap_walk() over a map of objects
 * @prefix: a kind made by HMAP_DEFINE_OBJECT() or HMAP_DEFINE_KEYED_OBJECT()
 * @m: the map
 * @iter: a name for the walk's state; the macro declares it
 * @object: a pointer variable
 *
 * Context: As hmap_for_each().
 */
#define hmap_for_each_object(prefix, m, iter, object)			\
	__hmap_for_each_object(prefix, m, iter, HMAP_WALK_SHARED, object)

/**
 * hmap_for_each_object_safe() - hmap_walk_safe() over a map of objects
 * @prefix: as for hmap_for_each_object()
 * @m: as there
 * @iter: as there
 * @object: as there; the body may remove it, and free it at once
 *
 * Context: As hmap_for_each_safe().
 */
#define hmap_for_each_object_safe(prefix, m, iter, object)		\
	__hmap_for_each_object(prefix, m, iter, HMAP_WALK_SAFE, object)

/**
 * hmap_for_each_object_rcu() - hmap_walk_rcu() over a map of objects
 * @prefix: as for hmap_for_each_object(), with %HMAP_RCU
 * @m: as there
 * @iter: as there
 * @object: as there
 *
 * Context: As hmap_for_each_rcu().
 */
#define hmap_for_each_object_rcu(prefix, m, iter, object)		\
	__hmap_for_each_object(prefix, m, iter, __HMAP_RCU_MODE(prefix), object)

/* Readers beside a writer need memory that waits for them. */
#define __HMAP_RCU_MODE(prefix) ({					\
	BUILD_BUG_ON_MSG(!(prefix##_flags & HMAP_RCU),			\
			 "a walk under RCU is for kinds with HMAP_RCU"); \
	HMAP_WALK_RCU;							\
})

#define __hmap_for_each(prefix, m, iter, mode, k, v)			\
	__hmap_walk(&(m)->map, iter, mode, &prefix##_type, &prefix##_shape, \
		    ((k) = (prefix##_stored_t)hmap_slot_key(&prefix##_shape, \
							    iter##_steps.slot), \
		     (v) = (prefix##_found_t)hmap_slot_entry(&prefix##_shape, \
							     iter##_steps.slot), \
		     (void)(k), (void)(v)))

#define __hmap_for_each_object(prefix, m, iter, mode, object)		\
	__hmap_walk(&(m)->map, iter, mode, &prefix##_type, &prefix##_shape, \
		    ((object) = (prefix##_object_t *)hmap_slot_entry(&prefix##_shape, \
								     iter##_steps.slot), \
		     (void)(object)))

/* A parameter list, from a macro's argument that has it in parentheses. */
#define __HMAP_LIST(...)	__VA_ARGS__

/* What generic calls take as key, from a wrapper's parameters or from an object. */
#define __HMAP_NAME(name, len)	(&(struct hmap_str){ (name), (len) })
#define __HMAP_KEY(prefix, key)						\
	(prefix##_check_key(),						\
	 __builtin_choose_expr(prefix##_flags & HMAP_STRING,		\
		(const void *)HMAP_STR(*(const char * const *)&(key)),	\
	 __builtin_choose_expr(prefix##_key_is_pointer,			\
		*(const void * const *)&(key), (const void *)&(key))))
#define __HMAP_KEY_OF(prefix, object)					\
	(prefix##_check_key(),						\
	 IS_ERR_OR_NULL(object) ? NULL :				\
	 __builtin_choose_expr(prefix##_flags & HMAP_STRING,		\
		(const void *)HMAP_STR((const char *)hmap_key_in(&prefix##_shape, object)), \
		hmap_key_in(&prefix##_shape, object)))

/* Whether a value must not change as long as its entry lives. */
#define __HMAP_IS_CONSTANT(prefix)					\
	(prefix##_flags & HMAP_RCU && prefix##_value_size != 0 &&	\
	 !(prefix##_flags & (HMAP_SCALAR | HMAP_POINTER)))

/* Whether the compiler knows that keys are hashed by @function. */
#define __HMAP_HASHES_BY(prefix, function)				\
	(__builtin_constant_p(prefix##_shape.hash == (function)) &&	\
	 prefix##_shape.hash == (function))

/* Whether a hash is known to be one for integers, of another size than the key. */
#define __HMAP_MISFIT(prefix, integer_hash, integer)			\
	(__HMAP_HASHES_BY(prefix, integer_hash) &&			\
	 (prefix##_flags & HMAP_STRING || prefix##_key_size != sizeof(integer)))

#define __HMAP_CHECK_KEY(prefix) do {					\
	BUILD_BUG_ON_MSG(__HMAP_MISFIT(prefix, hmap_hash_u64, u64),	\
			 "hmap_hash_u64 is for keys of 8 bytes");	\
	BUILD_BUG_ON_MSG(__HMAP_MISFIT(prefix, hmap_hash_u32, u32),	\
			 "hmap_hash_u32 is for keys of 4 bytes");	\
	BUILD_BUG_ON_MSG(prefix##_key_is_pointer == 0 && !(prefix##_flags & HMAP_STRING) && \
			 (__HMAP_HASHES_BY(prefix, hmap_hash_bytes) ||	\
			  __HMAP_HASHES_BY(prefix, hmap_siphash_bytes) ||	\
			  __HMAP_HASHES_BY(prefix, hmap_product_bytes)) &&	\
			 __HMAP_IS_TEXT(prefix##_key_t),		\
			 "the bytes of a pointer as key: HMAP_STRING, or hmap_hash_u64"); \
} while (0)
#define __HMAP_IS_TEXT(type)						\
	(__builtin_types_compatible_p(type, const char *) ||		\
	 __builtin_types_compatible_p(type, char *))

/* One wrapper: a function, one that gives nothing, one with a check before. */
#define __HMAP_CALL(prefix, type, name, params, call)			\
	static inline __maybe_unused type prefix##_##name params { return call; }
#define __HMAP_CALL_VOID(prefix, name, params, call)			\
	static inline __maybe_unused void prefix##_##name params { call; }
#define __HMAP_CALL_IF(prefix, type, name, params, check, call)		\
	static inline __maybe_unused type prefix##_##name params { check; return call; }

/* What bulk lookups fill. sparse does not know for sure what a pointer is. */
#ifdef __CHECKER__
#define __HMAP_ENTRIES(entry_t, name)	void *name
#else
#define __HMAP_ENTRIES(entry_t, name)	entry_t *name
#endif

/* The calls without one key. @entry_t: what lookups give. What is wrong with a kind's key is
 * said wherever a call has one.
 */
#define __HMAP_MAP_CALLS(prefix, entry_t)				\
	static __always_inline __maybe_unused void prefix##_check_key(void) \
	{								\
		__HMAP_CHECK_KEY(prefix);				\
	}								\
	__HMAP_CALL(prefix, struct prefix * __must_check, alloc, (gfp_t gfp),	\
		    (struct prefix *)hmap_alloc(gfp))			\
	__HMAP_CALL_VOID(prefix, free, (struct prefix *m),		\
		    hmap_free(m ? &m->map : NULL, &prefix##_type))	\
	__HMAP_CALL_VOID(prefix, destroy, (struct prefix *m),		\
		    hmap_destroy(&m->map, &prefix##_type))		\
	__HMAP_CALL_VOID(prefix, free_and_destroy,			\
		    (struct prefix *m, void (*fn)(void *entry, void *arg), void *arg), \
		    hmap_free_and_destroy(&m->map, fn, arg, &prefix##_type)) \
	__HMAP_CALL_VOID(prefix, clear, (struct prefix *m),		\
		    hmap_clear(&m->map, &prefix##_type))		\
	__HMAP_CALL_VOID(prefix, clear_with,				\
		    (struct prefix *m, void (*fn)(void *entry, void *arg), void *arg), \
		    hmap_clear_with(&m->map, fn, arg, &prefix##_type))	\
	__HMAP_CALL(prefix, unsigned long, count, (const struct prefix *m), \
		    hmap_count(&m->map, &prefix##_type))		\
	__HMAP_CALL(prefix, bool, empty, (const struct prefix *m),	\
		    hmap_empty(&m->map, &prefix##_type))		\
	__HMAP_CALL(prefix, size_t, memory, (const struct prefix *m),	\
		    hmap_memory(&m->map, &prefix##_type))		\
	__HMAP_CALL(prefix, int, validate, (const struct prefix *m),	\
		    hmap_validate(&m->map, &prefix##_type))		\
	__HMAP_CALL(prefix, int __must_check, reserve,			\
		    (struct prefix *m, unsigned long n, gfp_t gfp),	\
		    hmap_reserve(&m->map, n, gfp, &prefix##_type))	\
	__HMAP_CALL(prefix, int, trim, (struct prefix *m, gfp_t gfp),	\
		    hmap_trim(&m->map, gfp, &prefix##_type))		\
	__HMAP_CALL(prefix, unsigned int, lookup_bulk,			\
		    (const struct prefix *m, prefix##_keys_t keys, unsigned int nr, \
		     __HMAP_ENTRIES(entry_t, entries)),			\
		    hmap_lookup_bulk(&m->map, keys, nr, (void **)entries, \
					    &prefix##_type))

/* The calls that find a key: @params are the key's, @args pass them on, and @key makes a
 * generic call's key of them. What may follow ends their names.
 */
#define __HMAP_FIND_CALLS(prefix, entry_t, params, args, key, n...)	\
	static __maybe_unused entry_t					\
	prefix##_lookup_filled##n(const struct prefix *m, void *root, __HMAP_LIST params) \
	{								\
		__HMAP_CHECK_KEY(prefix);				\
		return hmap_find(&m->map, root, &prefix##_shape, key);	\
	}								\
	static __always_inline __maybe_unused entry_t			\
	prefix##_lookup##n(const struct prefix *m, __HMAP_LIST params)	\
	{								\
		void *root = hmap_deref(&m->map, &prefix##_shape);	\
									\
		return root ? prefix##_lookup_filled##n args : NULL;	\
	}								\
	__HMAP_CALL_IF(prefix, bool, contains##n, (const struct prefix *m, __HMAP_LIST params), \
		    __HMAP_CHECK_KEY(prefix), hmap_contains(&m->map, key, &prefix##_type))	\
	__HMAP_CALL_VOID(prefix, cursor_after##n,			\
		    (const struct prefix *m, struct hmap_cursor *cursor, __HMAP_LIST params), \
		    hmap_cursor_after(&m->map, cursor, key, &prefix##_type)) \
	__HMAP_CALL_IF(prefix, entry_t, erase##n, (struct prefix *m, __HMAP_LIST params), \
		    BUILD_BUG_ON_MSG(!(prefix##_flags & (HMAP_POINTER | HMAP_OBJECT)), \
			"erase gives a pointer or an object; of values, remove or take"), \
		    hmap_erase_known(&m->map, key, &prefix##_type, &prefix##_shape))

/* Values and pointers are stored by other calls, and the one gives an errno, the other what
 * was there before.
 */
#define __HMAP_STORED(prefix)						\
	__HMAP_IF(prefix##_flags & HMAP_POINTER, (prefix##_found_t)0, 0)
#define __HMAP_MAY_STORE(prefix)					\
	BUILD_BUG_ON_MSG(__HMAP_IS_CONSTANT(prefix),			\
		"with HMAP_RCU such values are constant: make a map of pointers or objects")

/* The other calls with a key, of maps of values and of pointers. */
#define __HMAP_VALUE_CALLS(prefix, params, key, n...)			\
	__HMAP_CALL_IF(prefix, prefix##_value_t *, lookup_mut##n,	\
		    (const struct prefix *m, __HMAP_LIST params),	\
		    BUILD_BUG_ON_MSG(__HMAP_IS_CONSTANT(prefix) ||	\
				     prefix##_flags & HMAP_POINTER,	\
			"of a map with HMAP_RCU only integers change in place"); \
		    WARN_ON_ONCE(!hmap_may_write(&m->map)),		\
		    hmap_lookup(&m->map, key, &prefix##_type))		\
	__HMAP_CALL_IF(prefix, bool, read##n,				\
		    (const struct prefix *m, __HMAP_LIST params, prefix##_value_t *out), \
		    BUILD_BUG_ON_MSG(prefix##_flags & HMAP_POINTER && prefix##_flags & HMAP_RCU, \
			"look the pointer up in the read-side section in which it is used"), \
		    hmap_read(&m->map, key, out, &prefix##_type))	\
	__HMAP_CALL(prefix, int __must_check, insert##n,				\
		    (struct prefix *m, __HMAP_LIST params, prefix##_value_t value, gfp_t gfp), \
		    hmap_insert_known(&m->map, key, &value, gfp, &prefix##_type, \
				      &prefix##_shape))			\
	__HMAP_CALL_IF(prefix, __HMAP_STORED(prefix) __must_check, store##n,		\
		    (struct prefix *m, __HMAP_LIST params, prefix##_value_t value, gfp_t gfp), \
		    __HMAP_MAY_STORE(prefix),				\
		    __builtin_choose_expr(prefix##_flags & HMAP_POINTER, \
			hmap_store_pointer(&m->map, key, *(void **)&value, gfp, \
					   &prefix##_type),		\
			hmap_store(&m->map, key, &value, gfp, &prefix##_type))) \
	__HMAP_CALL_IF(prefix, __HMAP_STORED(prefix), replace##n,	\
		    (struct prefix *m, __HMAP_LIST params, prefix##_value_t value), \
		    __HMAP_MAY_STORE(prefix),				\
		    __builtin_choose_expr(prefix##_flags & HMAP_POINTER, \
			hmap_replace_pointer(&m->map, key, *(void **)&value, &prefix##_type), \
			hmap_replace(&m->map, key, &value, &prefix##_type))) \
	__HMAP_CALL(prefix, prefix##_mut_t __must_check, get_or_insert##n,		\
		    (struct prefix *m, __HMAP_LIST params, prefix##_value_t value, \
		     bool *inserted, gfp_t gfp),			\
		    hmap_get_or_insert(&m->map, key, &value, inserted, gfp, \
					      &prefix##_type))		\
	__HMAP_CALL(prefix, int, remove##n, (struct prefix *m, __HMAP_LIST params), \
		    hmap_remove_known(&m->map, key, &prefix##_type, &prefix##_shape)) \
	__HMAP_CALL(prefix, int, take##n,				\
		    (struct prefix *m, __HMAP_LIST params, prefix##_value_t *out), \
		    hmap_take(&m->map, key, out, &prefix##_type))

/* All wrappers of maps of objects but those of the next macro. */
#define __HMAP_OBJECT_WRAPPERS(prefix, hash, object_hash, equal)	\
	extern const struct hmap_type prefix##_type;			\
	static const struct hmap_type prefix##_shape __maybe_unused =	\
		__HMAP_OBJECT_TYPE_OF(prefix, hash, object_hash, equal); \
	__HMAP_MAP_CALLS(prefix, prefix##_object_t *)			\
	__HMAP_FIND_CALLS(prefix, prefix##_object_t *, (prefix##_key_t key), \
			  (m, root, key), __HMAP_KEY(prefix, key))	\
	__HMAP_CALL(prefix, prefix##_object_t *, next,			\
		    (const struct prefix *m, struct hmap_cursor *cursor), \
		    hmap_next(&m->map, cursor, NULL, &prefix##_type))	\
	__HMAP_CALL(prefix, prefix##_object_t *, any, (const struct prefix *m), \
		    hmap_any(&m->map, NULL, &prefix##_type))

/* The calls that take an object: @params are the object, and before it its key, if that
 * has to be told.
 */
#define __HMAP_OBJECT_CALLS(prefix, params, key)			\
	__HMAP_CALL(prefix, int __must_check, insert,			\
		    (struct prefix *m, __HMAP_LIST params, gfp_t gfp),	\
		    hmap_insert_known(&m->map, key, &object, gfp, &prefix##_type, \
				      &prefix##_shape))			\
	__HMAP_CALL(prefix, prefix##_object_t * __must_check, get_or_insert, \
		    (struct prefix *m, __HMAP_LIST params, gfp_t gfp),	\
		    hmap_get_or_insert(&m->map, key, &object, NULL, gfp, \
					      &prefix##_type))		\
	__HMAP_CALL(prefix, prefix##_object_t * __must_check, store,	\
		    (struct prefix *m, __HMAP_LIST params, gfp_t gfp),	\
		    hmap_store_pointer(&m->map, key, object, gfp, &prefix##_type)) \
	__HMAP_CALL(prefix, prefix##_object_t *, replace,		\
		    (struct prefix *m, __HMAP_LIST params),		\
		    hmap_replace_pointer(&m->map, key, object, &prefix##_type)) \
	__HMAP_CALL(prefix, bool, erase_object, (struct prefix *m, __HMAP_LIST params), \
		    hmap_erase_pointer(&m->map, key, object, &prefix##_type))

#endif /* _HMAP_TYPED_H */
