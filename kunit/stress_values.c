// SPDX-License-Identifier: GPL-2.0
/*
 * The stress test's maps of values, of pointers, and sets. Scalars are overwritten in
 * place; a pointer by one to a new version, the old one being freed by kfree_rcu(); all
 * other values are constant, so that a key is removed and inserted again to change.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "stress.h"

struct value {
	u64 key;
	u64 version;
	u64 sum;
};

/* Larger than a slot; each word after the first three repeats the check sum. */
struct large {
	struct value value;
	u64 sums[40];
};

/* What a map of pointers leads to. */
struct pointed {
	struct value value;
	struct rcu_head rcu;
};

static struct value value_of(struct stress_run *run, u64 n)
{
	return (struct value){
		.key = n, .version = run->version, .sum = stress_sum(n, run->version),
	};
}

static bool value_is_sound(const void *entry, u64 n, u64 *version)
{
	const struct value *value = entry;

	*version = value->version;
	return value->key == n && value->sum == stress_sum(n, *version);
}

static bool large_is_sound(const void *entry, u64 n, u64 *version)
{
	const struct large *large = entry;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(large->sums); i++)
		if (large->sums[i] != large->value.sum)
			return false;
	return value_is_sound(&large->value, n, version);
}

/* Of a scalar one half is the version, and the other one checks both. */
static u64 scalar_of(u64 n, u32 version)
{
	return (u64)((version + 1) * 0x9e3779b1U ^ (u32)n) << 32 | version;
}

static bool scalar_is_sound(const void *entry, u64 n, u64 *version)
{
	u64 scalar = READ_ONCE(*(const u64 *)entry);

	*version = (u32)scalar;
	return scalar == scalar_of(n, *version);
}

static int store_scalar(struct stress_run *run, const void *key, u64 n)
{
	u64 scalar = scalar_of(n, run->version);

	return hmap_store(&run->map, key, &scalar, GFP_ATOMIC, run->kind->type);
}

static int insert_constant(struct stress_run *run, const void *key, const void *value)
{
	int err = hmap_insert(&run->map, key, value, GFP_ATOMIC, run->kind->type);

	return err == -EEXIST ? 0 : err;
}

static int insert_value(struct stress_run *run, const void *key, u64 n)
{
	struct value value = value_of(run, n);

	return insert_constant(run, key, &value);
}

static int insert_large(struct stress_run *run, const void *key, u64 n)
{
	struct large large = { .value = value_of(run, n) };

	memset64(large.sums, large.value.sum, ARRAY_SIZE(large.sums));
	return insert_constant(run, key, &large);
}

static void remove_value(struct stress_run *run, const void *key, u64 n)
{
	int err = hmap_remove(&run->map, key, run->kind->type);

	if (err && err != -ENOENT)
		stress_error(run, "hmap_remove() failed", n);
}

/* A set's entry is the stored string. */
static bool name_is_sound(const void *entry, u64 n, u64 *version)
{
	char expected[24];

	*version = 0;
	snprintf(expected, sizeof(expected), "key number %llu", n);
	return !strcmp(entry, expected);
}

static int insert_name(struct stress_run *run, const void *key, u64 n)
{
	return insert_constant(run, key, NULL);
}

static int store_pointed(struct stress_run *run, const void *key, u64 n)
{
	struct pointed *new = kmalloc(sizeof(*new), GFP_ATOMIC), *old;

	if (!new)
		return -ENOMEM;
	new->value = value_of(run, n);
	old = hmap_store_pointer(&run->map, key, new, GFP_ATOMIC, run->kind->type);
	if (IS_ERR(old)) {
		kfree(new);
		return PTR_ERR(old);
	}
	if (old && old->value.key != n)
		stress_error(run, "an overwrite gave another entry back", n);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

static void remove_pointed(struct stress_run *run, const void *key, u64 n)
{
	struct pointed *old = hmap_erase(&run->map, key, run->kind->type);

	if (old)
		kfree_rcu(old, rcu);
}

static void free_pointed(void *entry, void *arg)
{
	kfree(entry);
}

static const struct hmap_type scalar_type =
	HMAP_TYPE("scalar", sizeof(u64), sizeof(u64), hmap_hash_u64, NULL,
		  HMAP_RCU | HMAP_SCALAR);
static const struct hmap_type large_type =
	HMAP_TYPE("large", sizeof(u64), sizeof(struct large), hmap_hash_u64, NULL, HMAP_RCU);
static const struct hmap_type string_type =
	HMAP_TYPE_STRING("string", sizeof(struct value), hmap_hash_bytes, HMAP_RCU);
static const struct hmap_type pointer_type =
	HMAP_TYPE("pointer", sizeof(u64), sizeof(struct pointed *), hmap_hash_u64, NULL,
		  HMAP_RCU | HMAP_POINTER);
static const struct hmap_type set_type =
	HMAP_TYPE_STRING("set", 0, hmap_hash_bytes, HMAP_RCU);

const struct stress_kind stress_values[] = {
	{
		.name = "scalar", .type = &scalar_type, .overwritten = UINT_MAX,
		.is_sound = scalar_is_sound,
		.store = store_scalar, .remove = remove_value,
	}, {
		.name = "large", .type = &large_type,
		.is_sound = large_is_sound, .is_constant = true,
		.store = insert_large, .remove = remove_value,
	}, {
		.name = "string", .type = &string_type,
		.is_sound = value_is_sound, .is_constant = true,
		.store = insert_value, .remove = remove_value,
	}, {
		.name = "pointer", .type = &pointer_type, .overwritten = UINT_MAX,
		.is_sound = value_is_sound, .is_constant = true,
		.store = store_pointed, .remove = remove_pointed, .free = free_pointed,
	}, {
		.name = "set", .type = &set_type,
		.is_sound = name_is_sound, .is_constant = true,
		.store = insert_name, .remove = remove_value,
	},
	{ }
};
