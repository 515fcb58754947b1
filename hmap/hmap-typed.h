/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lookup, inlined where the type is known at compile time, and the typed
 * wrappers made from it. hmap_lookup() is the same body for a type known at
 * run time only. Included by hmap.h.
 */
#ifndef _HMAP_TYPED_H
#define _HMAP_TYPED_H

/* With hmap_finish() after it, this is the two-multiplication form of wyhash that
 * Go's portable runtime hash uses (runtime/hash64.go, memhash64Fallback).
 */
static __always_inline u64 hmap_hash_word(u64 word, u32 seed)
{
	return hmap_fold(word ^ hmap_secret[0], word ^ seed ^ hmap_secret[1]);
}

/* A key's hash, finished. Integers are hashed inline, whether the function is
 * known at compile time or compared with at run time. The sizes are those that
 * go with these functions; to compare them lets the compiler drop the other case.
 */
static __always_inline u64 hmap_hash(const void *key, size_t size, u32 seed,
				     hmap_hash_fn hash)
{
	if (size == sizeof(u64) && hash == hmap_hash_u64)
		return hmap_finish(hmap_hash_word(*(const u64 *)key, seed));
	if (size == sizeof(u32) && hash == hmap_hash_u32)
		return hmap_finish(hmap_hash_word(*(const u32 *)key, seed));
	return hmap_finish(hash(key, size, seed));
}

static __always_inline bool hmap_same_bytes(const void *a, const void *b,
					    size_t size)
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
					  const void *key, const void *slot,
					  hmap_equal_fn equal)
{
	const void *found = hmap_slot_key(type, slot);

	return equal ? equal(key, found, type->key_size) :
		       hmap_same_bytes(key, found, type->key_size);
}

/* The one probe routine: the index of @key's slot, or -1. It ends at a word from
 * which no such entry has overflowed, or after all words; overflow bits are never
 * taken back while readers may look at @table.
 */
static __always_inline long hmap_probe(const struct hmap_type *type,
				       const struct hmap_table *table,
				       u32 nr_words, const void *key, u64 hash,
				       hmap_equal_fn equal)
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
			const void *slot = hmap_slot_at(type, table, nr_words,
							index);

			if (likely(hmap_same_key(type, key, slot, equal)))
				return index;
		}
		if (likely(!(word & hmap_overflow_bit(hash))))
			break;
		if (++nr == nr_words)
			nr = 0;
	} while (--left);
	return -1;
}

static __always_inline void *hmap_deref(const struct hmap *map)
{
	return rcu_dereference_check(map->root,
				     !map->type ||
				     !(map->type->flags & HMAP_RCU) ||
				     hmap_lock_held(map));
}

static __always_inline void *hmap_deref_ref(const struct hmap *map,
					    struct hmap_dir *dir, u64 hash)
{
	return rcu_dereference_check(*hmap_dir_entry(dir, hash),
				     !(map->type->flags & HMAP_RCU) ||
				     hmap_lock_held(map));
}

/* The table that @hash leads to, behind @root, which is not vacant. */
static __always_inline struct hmap_table *
hmap_deref_table(const struct hmap *map, void *root, u64 hash)
{
	struct hmap_dir *dir = hmap_root_dir(root);

	return dir ? hmap_ref_table(hmap_deref_ref(map, dir, hash)) : root;
}

/* Private: go on where hmap_find() does not end in the first word. */
void *__hmap_find_on(const struct hmap_type *type, const struct hmap_table *table,
		     u32 nr_words, const void *key, u64 hash);
void *__hmap_find_int_on(const struct hmap_type *type, const struct hmap_table *table,
			 u32 nr_words, u64 key, u64 hash);

/* A key of an integer's size that is handed on by value can stay in a register in all those lookups
 * that do not come here.
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
 * The one lookup: the value of @key behind @root, which is not vacant. Nearly always
 * the first word tells: by its first match, or if there is none and no such entry has
 * overflowed. That much is inlined; all else costs a call.
 */
static __always_inline void *hmap_find(const struct hmap *map, void *root,
				       const struct hmap_type *type,
				       const void *key, hmap_hash_fn hash_fn,
				       hmap_equal_fn equal)
{
	struct hmap_table *table = root;
	u64 hash, word, match;
	u32 nr_words, nr;
	void *slot;

	if (hmap_root_is_dir(root)) {
		struct hmap_dir *dir = root - HMAP_ROOT_DIR;
		void *ref;

		hash = hmap_hash(key, type->key_size, dir->seed, hash_fn);
		ref = hmap_deref_ref(map, dir, hash);
		table = hmap_ref_table(ref);
		nr_words = hmap_ref_words(ref);
	} else {
		if (READ_ONCE(table->flags) & HMAP_TABLE_VACANT)
			return NULL;
		hash = hmap_hash(key, type->key_size, table->seed, hash_fn);
		nr_words = table->nr_words;
	}
	nr = hmap_home(hash, nr_words);
	/* Pairs with the release in hmap_set_word(): the slot, then the word. */
	word = smp_load_acquire(hmap_word(table, nr));
	match = hmap_match_tag(word, hash);
	if (match) {
		slot = hmap_slot_of_match(type, table, nr_words, nr, match);
		if (likely(hmap_same_key(type, key, slot, equal)))
			return hmap_slot_value(type, slot);
	} else if (likely(!(word & hmap_overflow_bit(hash)))) {
		return NULL;
	}
	return hmap_find_on(type, table, nr_words, key, hash);
}

/* Words that are overwritten in place are read in one piece. */
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

/* The value of sets: struct hmap_none has no size. */
struct hmap_none { };

/*
 * @kptr and @vptr are what a walk gives: "const ktype \*", or ktype for strings;
 * "vtype \*" or "const vtype \*". @ref turns the wrapper's key argument into the
 * pointer that the generic calls take.
 */
#define __HMAP_DEFINE(prefix, ktype, kptr, ref, vtype, vptr, string, typeinit,	\
		      hash, equal)					\
struct prefix {								\
	struct hmap map;						\
	/* No bytes: types and constants for hmap_for_each_typed(). */	\
	kptr __key[0];							\
	vptr __value[0];						\
	char __slot_size[0][__HMAP_SLOT_SIZE(sizeof(ktype), sizeof(vtype), string)]; \
	char __key_offset[0][__HMAP_KEY_OFFSET(sizeof(ktype), sizeof(vtype), string)]; \
	char __value_offset[0][__HMAP_VALUE_OFFSET(sizeof(ktype), sizeof(vtype), string)]; \
	char __flags[0][__HMAP_FLAGS(sizeof(ktype), sizeof(vtype), string)]; \
};									\
									\
static const struct hmap_type prefix##_type = typeinit;		\
									\
static inline __maybe_unused void prefix##_init(struct prefix *m)	\
{									\
	hmap_init(&m->map, &prefix##_type);				\
}									\
									\
static inline __maybe_unused void prefix##_destroy(struct prefix *m)	\
{									\
	hmap_destroy(&m->map);						\
}									\
									\
static __maybe_unused vptr						\
prefix##_lookup_filled(const struct prefix *m, void *root, ktype key)	\
{									\
	BUILD_BUG_ON_MSG(__HMAP_MISFIT(hash, hmap_hash_u64, ktype, u64),	\
			 "hmap_hash_u64 is for keys of 8 bytes");	\
	BUILD_BUG_ON_MSG(__HMAP_MISFIT(hash, hmap_hash_u32, ktype, u32),	\
			 "hmap_hash_u32 is for keys of 4 bytes");	\
	return hmap_find(&m->map, root, &prefix##_type, ref(key), hash,	\
			 equal);					\
}									\
									\
static __always_inline __maybe_unused vptr				\
prefix##_lookup(const struct prefix *m, ktype key)			\
{									\
	void *root = hmap_deref(&m->map);				\
									\
	if (hmap_root_vacant(root))					\
		return NULL;						\
	return prefix##_lookup_filled(m, root, key);			\
}									\
									\
static inline __maybe_unused bool					\
prefix##_contains(const struct prefix *m, ktype key)			\
{									\
	bool found;							\
									\
	if (!(prefix##_type.flags & HMAP_RCU))				\
		return prefix##_lookup(m, key);				\
	rcu_read_lock();						\
	found = prefix##_lookup(m, key);				\
	rcu_read_unlock();						\
	return found;							\
}									\
									\
static inline __maybe_unused bool					\
prefix##_get(const struct prefix *m, ktype key, typeof(vtype) *out)	\
{									\
	return hmap_get(&m->map, ref(key), out);			\
}									\
									\
static inline __maybe_unused int					\
prefix##_insert(struct prefix *m, ktype key, vtype value, gfp_t gfp)	\
{									\
	return hmap_insert(&m->map, ref(key), &value, gfp);		\
}									\
									\
static inline __maybe_unused int					\
prefix##_store(struct prefix *m, ktype key, vtype value, gfp_t gfp)	\
{									\
	return hmap_store(&m->map, ref(key), &value, gfp);		\
}									\
									\
static inline __maybe_unused int					\
prefix##_replace(struct prefix *m, ktype key, vtype value, gfp_t gfp)	\
{									\
	return hmap_replace(&m->map, ref(key), &value, gfp);		\
}									\
									\
static inline __maybe_unused vptr					\
prefix##_get_or_insert(struct prefix *m, ktype key, vtype value,	\
		       bool *inserted, gfp_t gfp)			\
{									\
	return hmap_get_or_insert(&m->map, ref(key), &value, inserted, gfp); \
}									\
									\
static inline __maybe_unused int					\
prefix##_remove(struct prefix *m, ktype key)				\
{									\
	return hmap_remove(&m->map, ref(key));				\
}									\
									\
static inline __maybe_unused int					\
prefix##_take(struct prefix *m, ktype key, typeof(vtype) *out)		\
{									\
	return hmap_take(&m->map, ref(key), out);			\
}									\
									\
struct prefix

/* Whether a hash is known to be one for integers, of another size than the key. */
#define __HMAP_MISFIT(hash, integer_hash, ktype, integer)		\
	(__builtin_constant_p((hash) == (integer_hash)) &&		\
	 (hash) == (integer_hash) && sizeof(ktype) != sizeof(integer))

#define __HMAP_REF(key)		(&(key))
#define __HMAP_ITSELF(key)	(key)

/**
 * HMAP_DEFINE - define a kind of map with typed wrappers
 * @prefix: name of the new ``struct prefix { struct hmap map; }`` and of its
 *	functions; prefix_init() is one, so a module's own init function needs
 *	another name
 * @ktype: type of a key, passed by value; a type with a name. A structure whose
 *	bytes are compared must have no padding: make it a member
 * @vtype: type of a value, passed by value, likewise; struct hmap_none for a set
 * @hash: &hmap_hash_fn, that is u64 hash(const void \*key, size_t size, u32 seed):
 *	hmap_hash_u64, hmap_hash_u32, hmap_hash_bytes, hmap_siphash_bytes or the
 *	caller's own
 * @equal: &hmap_equal_fn, that is bool equal(const void \*a, const void \*b,
 *	size_t size), or NULL to compare bytes
 *
 * Defines the const &struct hmap_type prefix_type and prefix_init(), _lookup(),
 * _contains(), _get(), _insert(), _store(), _replace(), _get_or_insert(),
 * _remove(), _take() and _destroy(), which do what the calls in hmap.h do, but
 * that the lookup gives a plain pointer, as hmap_lookup_mut(), for types without
 * %HMAP_RCU. For the other calls give ``&m->map``; hmap_for_each_typed() walks.
 * Only the lookup is inlined: on a header-only map it is a load and a test. Large
 * keys and values are better not passed by value, over the stack: use the generic
 * calls to write them.
 * DEFINE_TYPED_HMAP() defines a static map.
 */
#define HMAP_DEFINE(prefix, ktype, vtype, hash, equal)			\
	__HMAP_DEFINE(prefix, ktype, const ktype *, __HMAP_REF, vtype, vtype *, 0, \
		      HMAP_TYPE(#prefix, sizeof(ktype), sizeof(vtype),	\
				hash, equal, 0), hash, equal)

/**
 * HMAP_DEFINE_RCU - HMAP_DEFINE(), with %HMAP_RCU
 * @prefix: as there
 * @ktype: as there
 * @vtype: as there
 * @hash: as there
 * @equal: as there
 *
 * Values come back as pointers to const.
 */
#define HMAP_DEFINE_RCU(prefix, ktype, vtype, hash, equal)		\
	__HMAP_DEFINE(prefix, ktype, const ktype *, __HMAP_REF, vtype, const vtype *, 0, \
		      HMAP_TYPE(#prefix, sizeof(ktype), sizeof(vtype),	\
				hash, equal, HMAP_RCU), hash, equal)

/**
 * HMAP_DEFINE_STRING - HMAP_DEFINE() for string keys
 * @prefix: as there
 * @vtype: as there
 *
 * Keys are passed as const char pointers.
 */
#define HMAP_DEFINE_STRING(prefix, vtype)				\
	__HMAP_DEFINE(prefix, const char *, const char *, __HMAP_ITSELF, vtype, vtype *, 1, \
		      HMAP_TYPE_STRING(#prefix, sizeof(vtype), 0),	\
		      hmap_hash_string, hmap_equal_string)

/**
 * HMAP_DEFINE_STRING_RCU - HMAP_DEFINE_STRING(), with %HMAP_RCU
 * @prefix: as there
 * @vtype: as there
 */
#define HMAP_DEFINE_STRING_RCU(prefix, vtype)				\
	__HMAP_DEFINE(prefix, const char *, const char *, __HMAP_ITSELF, vtype, const vtype *, 1, \
		      HMAP_TYPE_STRING(#prefix, sizeof(vtype), HMAP_RCU), \
		      hmap_hash_string, hmap_equal_string)

/**
 * DEFINE_TYPED_HMAP - define a map of a kind made by HMAP_DEFINE()
 * @name: the variable's name
 * @prefix: the kind
 */
#define DEFINE_TYPED_HMAP(name, prefix)					\
	struct prefix name = { .map = HMAP_INIT(&prefix##_type) }

/**
 * hmap_for_each_typed() - hmap_for_each(), with the types checked
 * @m: a map of a kind made by HMAP_DEFINE()
 * @iter: a name for the walk's state; the macro declares it
 * @k: a pointer variable, const ktype \*, or const char \* for string keys
 * @v: a pointer variable, vtype \*; const vtype \* for types with %HMAP_RCU
 *
 * Context: As hmap_for_each().
 */
#define hmap_for_each_typed(m, iter, k, v)				\
	__hmap_for_each(&(m)->map, iter, false, k, v, __HMAP_LAYOUT(m),	\
			(typeof((m)->__key[0])), (typeof((m)->__value[0])))

/**
 * hmap_for_each_typed_rcu() - hmap_for_each_rcu(), with the types checked
 * @m: a map of a kind made by HMAP_DEFINE_RCU() or HMAP_DEFINE_STRING_RCU()
 * @iter: a name for the walk's state; the macro declares it
 * @k: a pointer variable, const ktype \*, or const char \* for string keys
 * @v: a pointer variable, const vtype \*
 *
 * Context: As hmap_for_each_rcu().
 */
#define hmap_for_each_typed_rcu(m, iter, k, v)				\
	__hmap_for_each(&(m)->map, iter, true, k, v, __HMAP_LAYOUT(m),	\
			(typeof((m)->__key[0])), (typeof((m)->__value[0])))

/* As much of its type as the steps of a walk need, known at compile time. */
#define __HMAP_LAYOUT(m)						\
	(&(const struct hmap_type){					\
		.slot_size = sizeof((m)->__slot_size[0]),		\
		.key_offset = sizeof((m)->__key_offset[0]),		\
		.value_offset = sizeof((m)->__value_offset[0]),		\
		.flags = sizeof((m)->__flags[0]),			\
	})

#endif /* _HMAP_TYPED_H */
