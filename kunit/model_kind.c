// SPDX-License-Identifier: GPL-2.0
/* The kinds of maps that the model knows, and their keys and values; see model.h. */
#include <linux/kernel.h>
#include <linux/string.h>

#include "model.h"

/* Hashes that spread nothing, or little. Keys are little-endian numbers on any machine. */
static u64 constant_hash(const void *key, size_t size, u64 seed)
{
	return 42;
}

static u64 eight_bit_hash(const void *key, size_t size, u64 seed)
{
	return get_unaligned_le64(key) & 0xff;
}

static u64 high_bits_hash(const void *key, size_t size, u64 seed)
{
	return get_unaligned_le64(key) << 56;
}

/* Hashes of all ranges, but with the same tag and nearly the same first word. */
static u64 one_tag(u32 n)
{
	static u64 hashes[256];
	static u32 found;
	u64 try;

	for (try = found ? hashes[found - 1] + 1 : 1; found < ARRAY_SIZE(hashes); try++)
		if (!(hmap_finish(try) & 0xe000007f))
			hashes[found++] = try;
	return hashes[n % ARRAY_SIZE(hashes)];
}

static u64 one_tag_hash(const void *key, size_t size, u64 seed)
{
	return one_tag(get_unaligned_le64(key));
}

/* Keys that differ in case only are the same. */
static u64 folded(const void *key)
{
	return get_unaligned_le64(key) & ~0x20ULL;
}

static u64 folded_hash(const void *key, size_t size, u64 seed)
{
	return hmap_hash_u64(&(u64){ folded(key) }, 8, seed);
}

static bool folded_equal(const void *a, const void *b, size_t size)
{
	return folded(a) == folded(b);
}

/* Keys that are behind a pointer: what is stored of a removed one must not be read. */
static u64 behind_hash(const void *key, size_t size, u64 seed)
{
	const struct model_object *object = *(struct model_object * const *)key;

	return hmap_hash_u64(&(u64){ object->id }, 8, seed);
}

static u64 behind_one_tag(const void *key, size_t size, u64 seed)
{
	return one_tag((*(struct model_object * const *)key)->number);
}

static u64 behind_poor_hash(const void *key, size_t size, u64 seed)
{
	const struct model_object *object = *(struct model_object * const *)key;

	return object->number % 16;
}

static bool behind_equal(const void *a, const void *b, size_t size)
{
	const struct model_object *key = *(struct model_object * const *)a;
	const struct model_object *stored = *(struct model_object * const *)b;

	return key->id == stored->id;
}

/* Objects whose key has another form where it is looked for. */
static u32 wanted_number(const void *key)
{
	const struct model_wanted *wanted = key;

	return wanted->low | (u32)wanted->high << 16;
}

static u64 wanted_hash(const void *key, size_t size, u64 seed)
{
	return hmap_hash_u32(&(u32){ wanted_number(key) }, 4, seed);
}

static u64 object_hash(const void *object, size_t size, u64 seed)
{
	return hmap_hash_u32(&(u32){ ((const struct model_object *)object)->number }, 4, seed);
}

static u64 wanted_high_bits(const void *key, size_t size, u64 seed)
{
	return (u64)wanted_number(key) << 56;
}

static u64 object_high_bits(const void *object, size_t size, u64 seed)
{
	return (u64)((const struct model_object *)object)->number << 56;
}

static u64 wanted_one_tag(const void *key, size_t size, u64 seed)
{
	return one_tag(wanted_number(key));
}

static u64 object_one_tag(const void *object, size_t size, u64 seed)
{
	return one_tag(((const struct model_object *)object)->number);
}

static bool wanted_equal(const void *key, const void *object, size_t size)
{
	return wanted_number(key) == ((const struct model_object *)object)->number;
}

HMAP_DEFINE_OBJECT(object_id, struct model_object, id, hmap_hash_u64, 0);
HMAP_DEFINE_OBJECT(object_bytes, struct model_object, bytes, hmap_hash_bytes, 0);
HMAP_DEFINE_OBJECT(object_name, struct model_object, name, hmap_hash_bytes,
		   HMAP_STRING);
HMAP_DEFINE_OBJECT(object_pointer, struct model_object, pointer, hmap_hash_bytes,
		   HMAP_STRING);
HMAP_DEFINE_OBJECT(object_eight_bit, struct model_object, id, eight_bit_hash, 0);
HMAP_DEFINE_KEYED_OBJECT(object_keyed, struct model_object, struct model_wanted,
			 wanted_hash, object_hash, wanted_equal, 0);
HMAP_DEFINE_KEYED_OBJECT(object_constant, struct model_object, struct model_wanted,
			 constant_hash, constant_hash, wanted_equal, 0);
HMAP_DEFINE_KEYED_OBJECT(object_high_bits, struct model_object, struct model_wanted,
			 wanted_high_bits, object_high_bits, wanted_equal, 0);
HMAP_DEFINE_KEYED_OBJECT(object_one_tag, struct model_object, struct model_wanted,
			 wanted_one_tag, object_one_tag, wanted_equal, 0);

HMAP_DEFINE_OBJECT(object_rcu_id, struct model_object, id, hmap_hash_u64, HMAP_RCU);
HMAP_DEFINE_OBJECT(object_rcu_bytes, struct model_object, bytes, hmap_hash_bytes, HMAP_RCU);
HMAP_DEFINE_OBJECT(object_rcu_name, struct model_object, name, hmap_hash_bytes,
		   HMAP_RCU | HMAP_STRING);
HMAP_DEFINE_OBJECT(object_rcu_pointer, struct model_object, pointer, hmap_hash_bytes,
		   HMAP_RCU | HMAP_STRING);
HMAP_DEFINE_OBJECT(object_rcu_eight_bit, struct model_object, id, eight_bit_hash, HMAP_RCU);
HMAP_DEFINE_KEYED_OBJECT(object_rcu_keyed, struct model_object, struct model_wanted,
			 wanted_hash, object_hash, wanted_equal, HMAP_RCU);
HMAP_DEFINE_KEYED_OBJECT(object_rcu_constant, struct model_object, struct model_wanted,
			 constant_hash, constant_hash, wanted_equal, HMAP_RCU);
HMAP_DEFINE_KEYED_OBJECT(object_rcu_high_bits, struct model_object, struct model_wanted,
			 wanted_high_bits, object_high_bits, wanted_equal, HMAP_RCU);
HMAP_DEFINE_KEYED_OBJECT(object_rcu_one_tag, struct model_object, struct model_wanted,
			 wanted_one_tag, object_one_tag, wanted_equal, HMAP_RCU);

#define TYPE(...)	(&(const struct hmap_type)HMAP_TYPE(__VA_ARGS__))
#define TYPE_STRING(...)	(&(const struct hmap_type)HMAP_TYPE_STRING(__VA_ARGS__))

/* @how: HMAP_SCALAR or 0. */
#define VALUES(name, key_size, value_size, hash, equal, how)		\
	{ name, MODEL_KEYS, TYPE(name, key_size, value_size, hash, equal, how) }
#define STRINGS(name, value_size, how)					\
	{ name, MODEL_KEYS, TYPE_STRING(name, value_size, hmap_hash_bytes, how) }
#define ONE_KEY(name, value_size, how)					\
	{ name, 1, TYPE(name, 0, value_size, hmap_hash_bytes, NULL, how) }
#define POINTERS(name, key_size, hash, flags)				\
	{ name, MODEL_KEYS,						\
	  TYPE(name, key_size, sizeof(void *), hash, NULL, (flags) | HMAP_POINTER), \
	  MODEL_IS_VALUE }
#define BEHIND(name, nr_keys, hash, how)				\
	{ name, nr_keys,						\
	  TYPE(name, sizeof(void *), 8, hash, behind_equal, how), MODEL_IS_KEY }
#define OBJECT(name, prefix)						\
	{ name, MODEL_KEYS, &prefix##_type, MODEL_IS_ENTRY }
#define KEYED(name, nr_keys, prefix)					\
	{ name, nr_keys, &prefix##_type, MODEL_IS_ENTRY, true }

/* Each kind, without RCU and with it. */
#define KINDS(prefix, objects, flags) {					\
	VALUES(prefix "u64-u64", 8, 8, hmap_hash_u64, NULL, (flags) | HMAP_SCALAR), \
	VALUES(prefix "u32-set", 4, 0, hmap_hash_u32, NULL, flags),	\
	VALUES(prefix "u64-24", 8, 24, hmap_hash_u64, NULL, flags),	\
	VALUES(prefix "u64-struct8", 8, 8, hmap_hash_u64, NULL, flags), \
	VALUES(prefix "bytes5-3", 5, 3, hmap_hash_bytes, NULL, flags),	\
	VALUES(prefix "bytes16-1", 16, 1, hmap_hash_bytes, NULL,	\
	       (flags) | HMAP_SCALAR),					\
	VALUES(prefix "bytes128-128", 128, 128, hmap_hash_bytes, NULL, flags), \
	STRINGS(prefix "string-u64", 8, (flags) | HMAP_SCALAR),		\
	STRINGS(prefix "string-40", 40, flags),				\
	STRINGS(prefix "string-set", 0, flags),				\
	STRINGS(prefix "string-300", 300, flags),			\
	VALUES(prefix "bytes300-8", 300, 8, hmap_hash_bytes, NULL,	\
	       (flags) | HMAP_SCALAR),					\
	VALUES(prefix "bytes300-40", 300, 40, hmap_hash_bytes, NULL, flags), \
	VALUES(prefix "bytes300-set", 300, 0, hmap_hash_bytes, NULL, flags), \
	VALUES(prefix "u64-500", 8, 500, hmap_hash_u64, NULL, flags),	\
	VALUES(prefix "bytes130-130", 130, 130, hmap_product_bytes, NULL, flags), \
	ONE_KEY(prefix "empty-key", 8, (flags) | HMAP_SCALAR),		\
	ONE_KEY(prefix "empty-key-set", 0, flags),			\
	ONE_KEY(prefix "empty-key-256", 256, flags),			\
	ONE_KEY(prefix "empty-key-257", 257, flags),			\
	VALUES(prefix "siphash", 8, 8, hmap_siphash_bytes, NULL, (flags) | HMAP_SCALAR), \
	VALUES(prefix "own-equality", 8, 8, folded_hash, folded_equal,	\
	       (flags) | HMAP_SCALAR),					\
	{ prefix "constant-hash", 300,					\
	  TYPE("constant", 8, 8, constant_hash, NULL, (flags) | HMAP_SCALAR) }, \
	VALUES(prefix "8-bit-hash", 8, 8, eight_bit_hash, NULL, (flags) | HMAP_SCALAR), \
	VALUES(prefix "8-bit-hash-300", 8, 300, eight_bit_hash, NULL, flags), \
	VALUES(prefix "high-bits-hash", 8, 8, high_bits_hash, NULL,	\
	       (flags) | HMAP_SCALAR),					\
	{ prefix "one-tag", 600,					\
	  TYPE("one-tag", 8, 8, one_tag_hash, NULL, (flags) | HMAP_SCALAR) }, \
	{ prefix "one-tag-500", 600,					\
	  TYPE("one-tag-500", 8, 500, one_tag_hash, NULL, flags) },	\
	VALUES(prefix "u64-2", 8, 2, hmap_hash_u64, NULL, (flags) | HMAP_SCALAR), \
	VALUES(prefix "u64-4", 8, 4, hmap_hash_u64, NULL, (flags) | HMAP_SCALAR), \
	BEHIND(prefix "key-behind", MODEL_KEYS, behind_hash, (flags) | HMAP_SCALAR), \
	BEHIND(prefix "key-behind-poor", 400, behind_poor_hash, (flags) | HMAP_SCALAR), \
	BEHIND(prefix "key-behind-one-tag", 600, behind_one_tag, (flags) | HMAP_SCALAR), \
	POINTERS(prefix "u64-pointer", 8, hmap_hash_u64, flags),	\
	POINTERS(prefix "u32-pointer", 4, hmap_hash_u32, flags),	\
	POINTERS(prefix "bytes300-pointer", 300, hmap_hash_bytes, flags), \
	POINTERS(prefix "8-bit-hash-pointer", 8, eight_bit_hash, flags), \
	{ prefix "string-pointer", MODEL_KEYS,				\
	  TYPE_STRING("string-pointer", 8, hmap_siphash_bytes, (flags) | HMAP_POINTER), \
	  MODEL_IS_VALUE },						\
	OBJECT(prefix "object-id", objects##_id),			\
	OBJECT(prefix "object-bytes", objects##_bytes),			\
	OBJECT(prefix "object-name", objects##_name),			\
	OBJECT(prefix "object-name-pointer", objects##_pointer),	\
	OBJECT(prefix "object-8-bit-hash", objects##_eight_bit),	\
	KEYED(prefix "object-keyed", MODEL_KEYS, objects##_keyed),	\
	KEYED(prefix "object-constant-hash", 300, objects##_constant),	\
	KEYED(prefix "object-high-bits-hash", MODEL_KEYS, objects##_high_bits), \
	KEYED(prefix "object-one-tag", 600, objects##_one_tag),		\
}

static const struct model_kind kinds[] = KINDS("", object, 0);
static const struct model_kind rcu_kinds[] = KINDS("rcu-", object_rcu, HMAP_RCU);

const u32 model_nr_kinds = ARRAY_SIZE(kinds) + ARRAY_SIZE(rcu_kinds);

const struct model_kind *model_kind(u32 n)
{
	if (n < ARRAY_SIZE(kinds))
		return &kinds[n];
	return &rcu_kinds[n - ARRAY_SIZE(kinds)];
}

/* Strings are of many lengths, and no NUL ends this one. */
static const void *string_key(u32 n, struct model_key *key)
{
	char *name = (char *)key->bytes;

	memset(name, 'x', n % 50);
	key->str.name = name;
	key->str.len = n % 50 + snprintf(name + n % 50, MODEL_KEY_MAX - 50, "%u", n);
	name[key->str.len] = '0';
	return &key->str;
}

/* Bit 5 of a key that is compared by folded_equal() says nothing: here, how often there
 * was a new version.
 */
static u32 unfold(const struct model *m, u32 n)
{
	return (n & 0x1f) | (m->last_version & 1) << 5 | (n & ~0x1fU) << 1;
}

static const void *bytes_key(const struct model *m, u32 n, struct model_key *key)
{
	u8 *byte = (u8 *)key->bytes;
	u32 i;

	if (m->type->equal == folded_equal)
		n = unfold(m, n);
	for (i = 0; i < m->type->key_size; i++)
		byte[i] = i < 4 ? n >> 8 * i : i;
	return byte;
}

const void *model_key(const struct model *m, u32 n, struct model_key *key)
{
	if (m->kind->keyed) {
		key->wanted = (struct model_wanted){ .low = n, .high = n >> 16 };
		return &key->wanted;
	}
	if (model_has_strings(m))
		return string_key(n, key);
	if (m->kind->role == MODEL_IS_KEY) {
		model_object_set(&key->object, n, 0);
		key->pointer = &key->object;
		return &key->pointer;
	}
	return bytes_key(m, n, key);
}

u32 model_bulk_key(const struct model *m, u32 n, u32 i)
{
	return (n + i * 7) % m->keys;
}

/* An array of keys for hmap_lookup_bulk(): as long each as the type says, so few are where
 * they would be aligned. Of strings, an array of pointers.
 */
const void *model_bulk_keys(const struct model *m, u32 n)
{
	static u64 array[MODEL_BULK * MODEL_KEY_MAX / 8];
	static struct model_key key[MODEL_BULK];
	static const char *names[MODEL_BULK];
	u32 i;

	for (i = 0; i < MODEL_BULK; i++) {
		const void *made = model_key(m, model_bulk_key(m, n, i), &key[i]);

		if (model_has_strings(m)) {
			((char *)key[i].bytes)[key[i].str.len] = '\0';
			names[i] = key[i].str.name;
		} else {
			memcpy((u8 *)array + i * m->type->key_size, made, m->type->key_size);
		}
	}
	return model_has_strings(m) ? (void *)names : (void *)array;
}

static u32 number_of_name(const char *digits)
{
	u32 n = 0;

	while (*digits == 'x')
		digits++;
	while (*digits)
		n = n * 10 + *digits++ - '0';
	return n;
}

u32 model_key_number(const struct model *m, const void *stored)
{
	const u8 *byte = stored;
	u32 n = 0, i;

	if (m->kind->keyed)
		return ((const struct model_object *)stored)->number;
	if (m->kind->role == MODEL_IS_KEY)
		return (*(struct model_object * const *)stored)->number;
	if (model_has_strings(m))
		return number_of_name(stored);
	for (i = 0; i < min_t(u32, 4, m->type->key_size); i++)
		n |= (u32)byte[i] << 8 * i;
	if (m->type->equal)
		n = (n & 0x1f) | (n & ~0x3fU) >> 1;
	return n;
}

/* Each byte tells torn values. */
void model_value(const struct model *m, u32 v, void *value)
{
	u8 *byte = value;
	u32 i;

	for (i = 0; i < m->type->value_size; i++)
		byte[i] = (v >> 8 * (i % 4)) + i / 4;
}

bool model_is_value(const struct model *m, u32 v, const void *value)
{
	u8 expected[MODEL_VALUE_MAX];

	model_value(m, v, expected);
	return !memcmp(value, expected, m->type->value_size);
}

bool model_is_entry(const struct model *m, u32 n, const void *entry)
{
	const struct model_object *object = m->object[n];

	if (model_has_pointers(m))
		return entry == object && object->version == m->version[n] &&
		       object->number == n;
	if (!m->type->value_size)
		return model_key_number(m, entry) == n;
	return model_is_value(m, m->version[n], entry);
}
