// SPDX-License-Identifier: GPL-2.0
/*
 * Keyed hashes. The key is a secret of the module's, drawn at load, and the seed
 * of the map, so that two maps order their keys differently.
 */
#include <linux/cache.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/string.h>

#include "internal.h"

u64 hmap_secret[4] __read_mostly;
EXPORT_SYMBOL_HMAP(hmap_secret);

void hmap_hash_init(void)
{
	get_random_bytes(hmap_secret, sizeof(hmap_secret));
}

u64 hmap_hash_u64(const void *key, size_t size, u32 seed)
{
	return hmap_hash_word(*(const u64 *)key, seed);
}
EXPORT_SYMBOL_HMAP(hmap_hash_u64);

u64 hmap_hash_u32(const void *key, size_t size, u32 seed)
{
	return hmap_hash_word(*(const u32 *)key, seed);
}
EXPORT_SYMBOL_HMAP(hmap_hash_u32);

/* For keys of eight bytes the kernel has functions that give the same, without a loop. */
u64 hmap_hash_bytes(const void *key, size_t size, u32 seed)
{
	const hsiphash_key_t secret = {
		{ hmap_secret[0] ^ seed, hmap_secret[1] }
	};

	if (size == sizeof(u64))
		return hsiphash_2u32(get_unaligned_le32(key),
				     get_unaligned_le32(key + sizeof(u32)), &secret);
	return hsiphash(key, size, &secret);
}
EXPORT_SYMBOL_HMAP(hmap_hash_bytes);

u64 hmap_hash_string(const void *key, size_t size, u32 seed)
{
	return hmap_hash_bytes(key, strlen(key), seed);
}
EXPORT_SYMBOL_HMAP(hmap_hash_string);

u64 hmap_siphash_bytes(const void *key, size_t size, u32 seed)
{
	const siphash_key_t secret = {
		{ hmap_secret[2] ^ seed, hmap_secret[3] }
	};

	if (size == sizeof(u64))
		return siphash_1u64(get_unaligned_le64(key), &secret);
	return siphash(key, size, &secret);
}
EXPORT_SYMBOL_HMAP(hmap_siphash_bytes);

u64 hmap_siphash_string(const void *key, size_t size, u32 seed)
{
	return hmap_siphash_bytes(key, strlen(key), seed);
}
EXPORT_SYMBOL_HMAP(hmap_siphash_string);

bool hmap_equal_string(const void *a, const void *b, size_t size)
{
	return !strcmp(a, b);
}
EXPORT_SYMBOL_HMAP(hmap_equal_string);
