// SPDX-License-Identifier: GPL-2.0
/* A naive twin of a map; see model.h. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "model.h"

#define BULK		40	/* keys that are looked up together */

/* Hashes that spread nothing, or little. */
static u64 constant_hash(const void *key, size_t size, u32 seed)
{
	return 42;
}

static u64 eight_bit_hash(const void *key, size_t size, u32 seed)
{
	return *(const u64 *)key & 0xff;
}

static u64 high_bits_hash(const void *key, size_t size, u32 seed)
{
	return *(const u64 *)key << 56;
}

/* Keys that differ in case only are the same. */
static u64 folded_hash(const void *key, size_t size, u32 seed)
{
	return hmap_hash_u64(&(u64){ *(const u64 *)key & ~0x20ULL }, 8, seed);
}

static bool folded_equal(const void *a, const void *b, size_t size)
{
	return !((*(const u64 *)a ^ *(const u64 *)b) & ~0x20ULL);
}

/* Each kind, without RCU and with it. */
#define KINDS(prefix, flags) {						\
	{ prefix "u64-u64", MODEL_KEYS, HMAP_TYPE_U64("u64", 8, flags) }, \
	{ prefix "u32-set", MODEL_KEYS, HMAP_TYPE_U32("u32", 0, flags) }, \
	{ prefix "u64-24", MODEL_KEYS, HMAP_TYPE_U64("u64", 24, flags) }, \
	{ prefix "bytes5-3", MODEL_KEYS,				\
	  HMAP_TYPE_BYTES("bytes5", 5, 3, flags) },			\
	{ prefix "bytes16-1", MODEL_KEYS,				\
	  HMAP_TYPE_BYTES("bytes16", 16, 1, flags) },			\
	{ prefix "bytes128-128", MODEL_KEYS,				\
	  HMAP_TYPE_BYTES("bytes128", 128, 128, flags) },		\
	{ prefix "string-u64", MODEL_KEYS,				\
	  HMAP_TYPE_STRING("string", 8, flags) },			\
	{ prefix "string-40", MODEL_KEYS,				\
	  HMAP_TYPE_STRING("string", 40, flags) },			\
	{ prefix "string-set", MODEL_KEYS,				\
	  HMAP_TYPE_STRING("string", 0, flags) },			\
	{ prefix "string-300", MODEL_KEYS,				\
	  HMAP_TYPE_STRING("string", 300, flags) },			\
	{ prefix "bytes300-8", MODEL_KEYS,				\
	  HMAP_TYPE_BYTES("bytes300", 300, 8, flags) },			\
	{ prefix "bytes300-40", MODEL_KEYS,				\
	  HMAP_TYPE_BYTES("bytes300", 300, 40, flags) },		\
	{ prefix "u64-500", MODEL_KEYS, HMAP_TYPE_U64("u64", 500, flags) }, \
	{ prefix "bytes130-130", MODEL_KEYS,				\
	  HMAP_TYPE_BYTES("bytes130", 130, 130, flags) },		\
	{ prefix "empty-key", 1, HMAP_TYPE_BYTES("empty", 0, 8, flags) }, \
	{ prefix "empty-key-set", 1,					\
	  HMAP_TYPE_BYTES("empty", 0, 0, flags) },			\
	{ prefix "empty-key-256", 1,					\
	  HMAP_TYPE_BYTES("empty", 0, 256, flags) },			\
	{ prefix "empty-key-257", 1,					\
	  HMAP_TYPE_BYTES("empty", 0, 257, flags) },			\
	{ prefix "siphash", MODEL_KEYS,					\
	  HMAP_TYPE("siphash", 8, 8, hmap_siphash_bytes, NULL, flags) }, \
	{ prefix "own-equality", MODEL_KEYS,				\
	  HMAP_TYPE("folded", 8, 8, folded_hash, folded_equal, flags) }, \
	{ prefix "constant-hash", 300,					\
	  HMAP_TYPE("constant", 8, 8, constant_hash, NULL, flags) },	\
	{ prefix "8-bit-hash", MODEL_KEYS,				\
	  HMAP_TYPE("8 bits", 8, 8, eight_bit_hash, NULL, flags) },	\
	{ prefix "high-bits-hash", MODEL_KEYS,				\
	  HMAP_TYPE("high bits", 8, 8, high_bits_hash, NULL, flags) },	\
	{ prefix "u64-2", MODEL_KEYS, HMAP_TYPE_U64("u64", 2, flags) },	\
	{ prefix "ptr-4", MODEL_KEYS, HMAP_TYPE_PTR("ptr", 4, flags) },	\
}

static const struct model_kind kinds[] = KINDS("", 0);
static const struct model_kind rcu_kinds[] = KINDS("rcu-", HMAP_RCU);

const u32 model_nr_kinds = ARRAY_SIZE(kinds) + ARRAY_SIZE(rcu_kinds);

const struct model_kind *model_kind(u32 n)
{
	if (n < ARRAY_SIZE(kinds))
		return &kinds[n];
	return &rcu_kinds[n - ARRAY_SIZE(kinds)];
}

static bool has_strings(const struct model *m)
{
	return m->kind->type.flags & HMAP_KEY_STRING;
}

/* Key number @n. Strings are of many lengths; other keys, little-endian. */
void model_key(const struct model *m, u32 n, void *key)
{
	u8 *byte = key;
	u32 i;

	if (has_strings(m)) {
		memset(key, 'x', n % 50);
		snprintf((char *)key + n % 50, MODEL_KEY_MAX - 50, "%u", n);
		return;
	}
	if (m->kind->type.equal)
		n = (n & 0x1f) | (n & ~0x1fU) << 1;
	for (i = 0; i < m->kind->type.key_size; i++)
		byte[i] = i < 4 ? n >> 8 * i : i;
}

u32 model_key_number(const struct model *m, const void *key)
{
	const u8 *byte = key;
	u32 n = 0, i;

	if (has_strings(m)) {
		const char *digits = key;

		while (*digits == 'x')
			digits++;
		while (*digits)
			n = n * 10 + *digits++ - '0';
		return n;
	}
	for (i = 0; i < min_t(u32, 4, m->kind->type.key_size); i++)
		n |= (u32)byte[i] << 8 * i;
	if (m->kind->type.equal)
		n = (n & 0x1f) | (n & ~0x3fU) >> 1;
	return n;
}

/* Version @v of a value: each byte tells torn values. */
static void make_value(const struct model *m, u32 v, void *value)
{
	u8 *byte = value;
	u32 i;

	for (i = 0; i < m->kind->type.value_size; i++)
		byte[i] = (v >> 8 * (i % 4)) + i / 4;
}

bool model_is_value(const struct model *m, u32 v, const void *value)
{
	u8 expected[MODEL_VALUE_MAX];

	make_value(m, v, expected);
	return !memcmp(value, expected, m->kind->type.value_size);
}

void model_init(struct model *m, const struct model_kind *kind, u32 keys)
{
	memset(m, 0, sizeof(*m));
	m->kind = kind;
	m->gfp = GFP_KERNEL;
	m->keys = min(keys, kind->nr_keys);
	hmap_init(&m->map, &kind->type);
}

void model_exit(struct model *m)
{
	model_close_walks(m, true);
	hmap_destroy(&m->map);
}

/* The model's side of the operations that change an entry. */
static void set_version(struct model *m, u32 n, u32 v)
{
	if (!m->version[n]) {
		m->count++;
		model_walks_see_insert(m, n);
	}
	m->version[n] = v;
}

static void set_absent(struct model *m, u32 n)
{
	if (!m->version[n])
		return;
	m->count--;
	m->version[n] = 0;
	model_walks_see_removal(m, n);
}

static bool may_have_failed(struct model *m, int err)
{
	m->failures += err == -ENOMEM;
	return m->may_fail && err == -ENOMEM;
}

static const char *writing(struct model *m, enum model_op op, u32 n)
{
	u64 key[MODEL_KEY_MAX / 8], value[MODEL_VALUE_MAX / 8];
	u32 v = ++m->last_version;
	bool there = m->version[n], inserted = there;
	void *stored = NULL;
	int err, right = 0;

	model_key(m, n, key);
	make_value(m, v, value);
	if (op == MODEL_INSERT) {
		err = hmap_insert(&m->map, key, value, m->gfp);
		right = there ? -EEXIST : 0;
	} else if (op == MODEL_STORE) {
		err = hmap_store(&m->map, key, value, m->gfp);
	} else if (op == MODEL_REPLACE) {
		err = hmap_replace(&m->map, key, value, m->gfp);
		right = there ? 0 : -ENOENT;
	} else {
		stored = hmap_get_or_insert(&m->map, key, value, &inserted,
					    m->gfp);
		err = IS_ERR(stored) ? PTR_ERR(stored) : 0;
	}
	if (may_have_failed(m, err))
		return NULL;
	if (err != right)
		return "a call that writes returned something else";
	if (stored) {
		if (inserted != !there)
			return "get_or_insert: wrong about inserted";
		v = there ? m->version[n] : v;
		if (!model_is_value(m, v, stored))
			return "get_or_insert: wrong value";
	}
	if (!err)
		set_version(m, n, v);
	return NULL;
}

/* @key: NULL, or key number @n as a walk gave it, which these calls take, too. */
const char *model_remove(struct model *m, enum model_op op, u32 n,
			 const void *key)
{
	u64 made[MODEL_KEY_MAX / 8], out[MODEL_VALUE_MAX / 8] = { };
	int err;

	if (!key) {
		model_key(m, n, made);
		key = made;
	}
	if (op == MODEL_TAKE)
		err = hmap_take(&m->map, key, out);
	else
		err = hmap_remove(&m->map, key);
	if (err != (m->version[n] ? 0 : -ENOENT))
		return "a removal returned something else";
	if (!err && op == MODEL_TAKE && !model_is_value(m, m->version[n], out))
		return "take: wrong value";
	if (!err)
		set_absent(m, n);
	return NULL;
}

static const char *looking(struct model *m, enum model_op op, u32 n)
{
	u64 key[MODEL_KEY_MAX / 8], out[MODEL_VALUE_MAX / 8];
	const void *value = out;
	bool found;

	model_key(m, n, key);
	rcu_read_lock();
	if (op == MODEL_CONTAINS) {
		found = hmap_contains(&m->map, key);
	} else if (op == MODEL_GET) {
		found = hmap_get(&m->map, key, out);
	} else {
		value = hmap_lookup(&m->map, key);
		found = value;
	}
	if (found && op != MODEL_CONTAINS)
		found = model_is_value(m, m->version[n], value);
	rcu_read_unlock();
	if (found != !!m->version[n])
		return "a key was not found, or with another value, or found though absent";
	return NULL;
}

/* Change a value in place, which types with RCU do not let one do. */
static const char *mutating(struct model *m, u32 n)
{
	u64 key[MODEL_KEY_MAX / 8];
	void *value;

	if (m->kind->type.flags & HMAP_RCU)
		return NULL;
	model_key(m, n, key);
	value = hmap_lookup_mut(&m->map, key);
	if (!value != !m->version[n])
		return "lookup_mut: a key was not found, or found though absent";
	if (value) {
		set_version(m, n, ++m->last_version);
		make_value(m, m->version[n], value);
	}
	return NULL;
}

/* Key @n and those behind it, so many that they are more than one batch. */
static const char *looking_bulk(struct model *m, u32 n)
{
	static u64 key[BULK][MODEL_KEY_MAX / 8];
	const void *keys[BULK], *values[BULK];
	const char *wrong = NULL;
	u32 i, there = 0;

	for (i = 0; i < BULK; i++) {
		u32 k = (n + i * 7) % m->keys;

		model_key(m, k, key[i]);
		keys[i] = key[i];
		there += !!m->version[k];
	}
	rcu_read_lock();
	if (hmap_lookup_bulk(&m->map, keys, BULK, values) != there)
		wrong = "bulk: wrong number of keys found";
	for (i = 0; i < BULK && !wrong; i++) {
		u32 version = m->version[(n + i * 7) % m->keys];

		if (!values[i] != !version ||
		    (version && !model_is_value(m, version, values[i])))
			wrong = "bulk: a wrong answer for one of the keys";
	}
	rcu_read_unlock();
	return wrong;
}

static void all_absent(struct model *m)
{
	u32 n;

	for (n = 0; n < m->keys; n++)
		set_absent(m, n);
	model_walks_see_clear(m);
}

static const char *shaping(struct model *m, enum model_op op, u32 arg)
{
	int err = 0;
	u32 n;

	switch (op) {
	case MODEL_RESERVE:
		n = min(arg % MODEL_KEYS, m->keys);
		err = hmap_reserve(&m->map, n, m->gfp);
		m->reserved = max(m->reserved, n);
		break;
	case MODEL_TRIM:
		err = hmap_trim(&m->map, m->gfp);
		break;
	case MODEL_CLEAR:
		hmap_clear(&m->map);
		all_absent(m);
		break;
	default:
		/* The one call that readers do not survive. */
		model_close_walks(m, false);
		hmap_destroy(&m->map);
		all_absent(m);
	}
	if (err && !may_have_failed(m, err))
		return "reserve or trim failed";
	if (op == MODEL_RESERVE)
		return NULL;
	m->reserved = 0;
	if (op != MODEL_TRIM || !m->count) {
		if (hmap_memory(&m->map))
			return "memory behind an empty map";
	}
	return NULL;
}

const char *model_compare(struct model *m)
{
	const char *wrong;
	u32 n;

	if (hmap_validate(&m->map))
		return "hmap_validate() found damage";
	if (hmap_count(&m->map) != m->count)
		return "wrong count";
	if (hmap_empty(&m->map) != !m->count)
		return "wrong about being empty";
	for (n = 0; n < m->keys; n++) {
		wrong = looking(m, MODEL_LOOKUP, n);
		if (wrong)
			return wrong;
	}
	return model_walk(m, MODEL_WALK, 0);
}

/* What a walk's body may do as well, @n is a key's number. */
const char *model_change(struct model *m, enum model_op op, u32 n, u32 arg)
{
	m->operations++;
	switch (op) {
	case MODEL_INSERT:
	case MODEL_STORE:
	case MODEL_REPLACE:
	case MODEL_GET_OR_INSERT:
		return writing(m, op, n);
	case MODEL_REMOVE:
	case MODEL_TAKE:
		return model_remove(m, op, n, NULL);
	case MODEL_LOOKUP:
	case MODEL_GET:
	case MODEL_CONTAINS:
		return looking(m, op, n);
	case MODEL_LOOKUP_BULK:
		return looking_bulk(m, n);
	case MODEL_LOOKUP_MUT:
		return mutating(m, n);
	default:
		return shaping(m, op, arg);
	}
}

/* To check all of a large map after each step would be most of the work. */
static bool check_is_due(struct model *m)
{
	if (m->checks_seldom && ++m->unchecked < max(m->count, m->reserved) / 2)
		return false;
	m->unchecked = 0;
	return true;
}

const char *model_step(struct model *m, enum model_op op, u32 key, u32 arg)
{
	const char *wrong;

	if (op < MODEL_WALK)
		wrong = model_change(m, op, key % m->keys, arg);
	else if (op < MODEL_OPEN)
		wrong = model_walk(m, op, arg);
	else
		wrong = model_walk_on(m, op, arg);
	if (wrong || m->quick)
		return wrong;
	if (hmap_count(&m->map) != m->count)
		return "wrong count";
	if (check_is_due(m) && hmap_validate(&m->map))
		return "hmap_validate() found damage";
	return NULL;
}
