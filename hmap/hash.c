// SPDX-License-Identifier: GPL-2.0
/*
 * Keyed hashes. The key is a secret of the module's, drawn at load, and the seed
 * of the map, so that two maps order their keys differently.
 */
#include <linux/cache.h>
#include <linux/init.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/string.h>

#include "internal.h"

/* A word is hashed with the first; the next two make a map's seed, the last two are for
 * bytes.
 */
u64 hmap_secret[5] __ro_after_init;
EXPORT_SYMBOL_HMAP(hmap_secret);

static DEFINE_PER_CPU(u64, numbers);

void __init hmap_hash_init(void)
{
	int cpu;

	get_random_bytes(hmap_secret, sizeof(hmap_secret));
	/* A factor: an odd one loses nothing. */
	hmap_secret[1] |= 1;
	for_each_possible_cpu(cpu)
		get_random_bytes(&per_cpu(numbers, cpu), sizeof(u64));
}

/* Any number, cheaply, for what needs not be a secret: those of a CPU are counted, and
 * hashed. Each begins elsewhere: a process that moves would else get the same ones again, and
 * find in the places of those it had removed the youngest.
 */
u64 hmap_any_number(void)
{
	return hmap_finish(hmap_hash_word(this_cpu_inc_return(numbers), hmap_secret[1]));
}

u64 hmap_hash_u64(const void *key, size_t size, u64 seed)
{
	return hmap_hash_word(get_unaligned((const u64 *)key), seed);
}
EXPORT_SYMBOL_HMAP(hmap_hash_u64);

u64 hmap_hash_u32(const void *key, size_t size, u64 seed)
{
	return hmap_hash_word(get_unaligned((const u32 *)key), seed);
}
EXPORT_SYMBOL_HMAP(hmap_hash_u32);

/* For keys of eight bytes the kernel has functions that give the same, without a loop. */
u64 hmap_hash_bytes(const void *key, size_t size, u64 seed)
{
	const hsiphash_key_t secret = {
		{ hmap_secret[3] ^ seed, hmap_secret[4] }
	};

	if (size == sizeof(u64))
		return hsiphash_2u32(get_unaligned_le32(key),
				     get_unaligned_le32(key + sizeof(u32)), &secret);
	return hsiphash(key, size, &secret);
}
EXPORT_SYMBOL_HMAP(hmap_hash_bytes);

u64 hmap_siphash_bytes(const void *key, size_t size, u64 seed)
{
	const siphash_key_t secret = {
		{ hmap_secret[3] ^ seed, hmap_secret[4] }
	};

	if (size == sizeof(u64))
		return siphash_1u64(get_unaligned_le64(key), &secret);
	return siphash(key, size, &secret);
}
EXPORT_SYMBOL_HMAP(hmap_siphash_bytes);

/*
 * As of an integer, for one word after the other. The factor is the map's alone in each product,
 * and the last one has the size, as in SipHash: so bytes that are zero count.
 */
u64 hmap_product_bytes(const void *key, size_t size, u64 seed)
{
	u64 hash = 0;
	size_t i;

	for (i = 0; i + sizeof(u64) <= size; i += sizeof(u64))
		hash = hmap_hash_word(hash ^ get_unaligned_le64(key + i), seed);
	hash ^= hmap_last_bytes(key, size, size % sizeof(u64)) ^ (u64)size << 56;
	return hmap_hash_word(hash, seed);
}
EXPORT_SYMBOL_HMAP(hmap_product_bytes);

/* Whether an entry's hash can be told from its slot, whatever has been freed since. */
bool hmap_hash_reads_slot(const struct hmap_type *type)
{
	if (hmap_is_object(type))
		return false;
	return type->flags & HMAP_KEY_INDIRECT || type->hash == hmap_hash_u64 ||
	       type->hash == hmap_hash_u32 || type->hash == hmap_hash_bytes ||
	       type->hash == hmap_siphash_bytes || type->hash == hmap_product_bytes;
}
