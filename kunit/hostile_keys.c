// SPDX-License-Identifier: GPL-2.0
/* See hostile_keys.h. */
#include "test.h"
#include "hostile_keys.h"

#ifndef _HMAP_USER_STUBS_H
#include <linux/jhash.h>
#endif

struct rng hostile_rng;

static void random_key(u64 n, void *key)
{
	u32 word[4], i;

	for (i = 0; i < 4; i++)
		word[i] = rng_next(&hostile_rng);
	memcpy(key, word, sizeof(word));
}

/* So few bits would meet again. A bijection does not: MurmurHash3's last steps. */
static void random_u32(u64 n, void *key)
{
	u32 x = n ^ hostile_rng.state;

	x = (x ^ x >> 16) * 0x85ebca6b;
	x = (x ^ x >> 13) * 0xc2b2ae35;
	x ^= x >> 16;
	memcpy(key, &x, sizeof(x));
}

static void random_string(u64 n, void *key)
{
	snprintf(key, KEY_MAX, "%08x%08x", rng_next(&hostile_rng), rng_next(&hostile_rng));
}

/* Regular keys. */
static void put_u64(void *key, u64 n)
{
	memcpy(key, &n, sizeof(n));
}

static void put_u32(void *key, u32 n)
{
	memcpy(key, &n, sizeof(n));
}

static void next_u64(u64 n, void *key)
{
	put_u64(key, n);
}

static void high_u64(u64 n, void *key)
{
	put_u64(key, n << 46);
}

static void page_u64(u64 n, void *key)
{
	put_u64(key, 0xffff888000000000ULL + n * 4096);
}

static void middle_u64(u64 n, void *key)
{
	put_u64(key, n << 32);
}

static void next_u32(u64 n, void *key)
{
	put_u32(key, n);
}

static void high_u32(u64 n, void *key)
{
	put_u32(key, n << 14);
}

static void stride_u32(u64 n, void *key)
{
	put_u32(key, n * 64);
}

static void last_bytes(u64 n, void *key)
{
	memset(key, 0, 12);
	put_u32(key + 8, n);
}

static void numbered_string(u64 n, void *key)
{
	snprintf(key, KEY_MAX, "/sys/devices/virtual/net/eth%llu",
		 (unsigned long long)n);
}

/* Multiplicative hashing takes the top bits of a product with a known odd number: all
 * small multiples of its inverse have them 0.
 */
#define GOLDEN_32	0x61C88647U

static u64 inverse(u64 odd)
{
	u64 x = odd;
	int i;

	/* Newton's method doubles the bits that are right: 3, 6, 12, 24, 48, 96. */
	for (i = 0; i < 5; i++)
		x *= 2 - odd * x;
	return x;
}

static void product_u64(u64 n, void *key)
{
	put_u64(key, n * inverse(GOLDEN_RATIO_64));
}

static u64 hash_product_u64(const void *key)
{
	return get_unaligned((const u64 *)key) * GOLDEN_RATIO_64 >> 46;
}

static void product_u32(u64 n, void *key)
{
	put_u32(key, n * (u32)inverse(GOLDEN_32));
}

static u64 hash_product_u32(const void *key)
{
	return get_unaligned((const u32 *)key) * GOLDEN_32 >> 18;
}

/* hmap's own hash of integers, if there were no secret, and the seed were a map's address:
 * nine bits the same.
 */
#define ADDRESS		0xffff888012345678

static u64 hash_own_u64(const void *key)
{
	return hmap_finish(hmap_fold(get_unaligned((const u64 *)key), ADDRESS)) >> 55;
}

static void own_u64(u64 n, void *key)
{
	static u64 word;

	if (!n)
		word = 0;
	do
		put_u64(key, ++word);
	while (hash_own_u64(key));
}

/*
 * jhash of three words adds them to a known start, mixes and gives the last of three
 * results. Mixing can be undone: any two others with the same last one are a collision.
 */
#define JHASH_START	(0xdeadbeef + 12)	/* and no initval */
#define JHASH_RESULT	0x12345678

static u32 rotate(u32 word, int bits)
{
	return word << bits | word >> (32 - bits);
}

/* jhash() takes the last twelve bytes one by one, the lowest first. */
static void put_le32(void *key, u32 word)
{
	put_u32(key, (__force u32)cpu_to_le32(word));
}

static void jhash_bytes(u64 n, void *key)
{
	u32 a = n, b = 0x9abcdef0, c = JHASH_RESULT;

	c = (c + rotate(b, 24)) ^ b;
	b = (b + rotate(a, 14)) ^ a;
	a = (a + rotate(c, 4)) ^ c;
	c = (c + rotate(b, 16)) ^ b;
	b = (b + rotate(a, 25)) ^ a;
	a = (a + rotate(c, 11)) ^ c;
	c = (c + rotate(b, 14)) ^ b;
	put_le32(key, a - JHASH_START);
	put_le32(key + 4, b - JHASH_START);
	put_le32(key + 8, c - JHASH_START);
}

static u64 hash_jhash_bytes(const void *key)
{
#ifdef _HMAP_USER_STUBS_H
	return 0;	/* the kernel's own is what it is for */
#else
	return jhash(key, 12, 0) ^ JHASH_RESULT;
#endif
}

/* Strings of two pieces that a hash of the form h * factor + character cannot tell
 * apart, in every order: 31 is Java's factor, 33 is Bernstein's.
 */
static void pieces(u64 n, char *key, const char *zero, const char *one)
{
	int i;

	for (i = 0; i < 18; i++, key += 2)
		memcpy(key, n >> i & 1 ? one : zero, 2);
	*key = '\0';
}

static u32 hash_by_factor(const char *key, u32 factor)
{
	u32 hash = 0;

	while (*key)
		hash = hash * factor + *key++;
	return hash;
}

static void java_string(u64 n, void *key)
{
	pieces(n, key, "Aa", "BB");
}

static u64 hash_java_string(const void *key)
{
	char first[KEY_MAX];

	java_string(0, first);
	return hash_by_factor(key, 31) - hash_by_factor(first, 31);
}

static void bernstein_string(u64 n, void *key)
{
	pieces(n, key, "Ez", "FY");
}

static u64 hash_bernstein_string(const void *key)
{
	char first[KEY_MAX];

	bernstein_string(0, first);
	return hash_by_factor(key, 33) - hash_by_factor(first, 33);
}

const struct family families[] = {
	{ "random", U64, random_key },
	{ "consecutive", U64, next_u64 },
	{ "top bits only", U64, high_u64 },
	{ "upper half only", U64, middle_u64 },
	{ "pages", U64, page_u64 },
	{ "collide as products", U64, product_u64, hash_product_u64 },
	{ "collide without the secret", U64, own_u64, hash_own_u64 },
	{ "random", U32, random_u32 },
	{ "consecutive", U32, next_u32 },
	{ "top bits only", U32, high_u32 },
	{ "strided", U32, stride_u32 },
	{ "collide as products", U32, product_u32, hash_product_u32 },
	{ "random", BYTES, random_key },
	{ "last bytes only", BYTES, last_bytes },
	{ "collide in jhash", BYTES, jhash_bytes, hash_jhash_bytes },
	{ "random", STRING, random_string },
	{ "numbered", STRING, numbered_string },
	{ "collide by factor 31", STRING, java_string, hash_java_string },
	{ "collide by factor 33", STRING, bernstein_string, hash_bernstein_string },
};

const u32 nr_families = ARRAY_SIZE(families);
