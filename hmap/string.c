// SPDX-License-Identifier: GPL-2.0
/*
 * Strings as keys: their length, hash and comparison, by words. The kernel's strlen() and
 * strcmp() go byte by byte on many machines, among them x86-64.
 *
 * The word that a string ends in is read to its end, if that is in the same page: so wherever
 * it is aligned, and mostly where it need not be.
 */
#include <linux/compiler.h>
#include <linux/mm.h>
#include <linux/siphash.h>
#include <linux/string.h>

#include <asm/byteorder.h>
#ifdef CONFIG_DCACHE_WORD_ACCESS
#include <asm/word-at-a-time.h>
#endif

#include "internal.h"

#define WORD	sizeof(u64)

/* Whether load_word() may be called. CPUs that read names by words take them from anywhere. */
static inline bool is_readable(const char *p)
{
	if (IS_ENABLED(CONFIG_DCACHE_WORD_ACCESS))
		return offset_in_page(p) <= PAGE_SIZE - WORD;
	return !((unsigned long)p % WORD);
}

/* The eight bytes at @p, the first one lowest; those behind a NUL may be others. */
static inline u64 load_word(const char *p)
{
	unsigned long word;

#ifdef CONFIG_DCACHE_WORD_ACCESS
	word = load_unaligned_zeropad(p);
#else
	word = read_word_at_a_time(p);
#endif
	return le64_to_cpu((__force __le64)word);
}

/* Its lowest bit is in the first byte of @word that is zero. */
static inline u64 find_zero_byte(u64 word)
{
	return (word - ~0ULL / 0xff) & ~word & (~0ULL / 0xff << 7);
}

/* The bytes of @word before the first one that is zero. */
static inline u64 bytes_before(u64 word, u64 zero)
{
	return word & (zero ^ (zero - 1)) >> 8;
}

/* Note that @str ends at the first byte that is zero, by @zero, in the word at @p. */
static inline size_t set_end(struct hmap_str *str, const char *p, u64 zero)
{
	size_t len = p - str->name + __ffs64(zero) / 8;

	str->len = len | HMAP_MEASURED;
	return len;
}

static void measure(struct hmap_str *str)
{
	const char *p = str->name;
	u64 zero;

	for (;;) {
		bool by_word = is_readable(p);

		zero = by_word ? find_zero_byte(load_word(p)) : !*p;
		if (zero)
			break;
		p += by_word ? WORD : 1;
	}
	set_end(str, p, zero);
}

/* The length of @str, which is known from then on. */
size_t hmap_str_len(struct hmap_str *str)
{
	if (str->len == HMAP_TO_NUL)
		measure(str);
	return hmap_str_known_len(str);
}

/* By @hash itself: of a string whose length is given, or that is not read by words. */
noinline u64 hmap_hash_string(hmap_hash_fn hash, struct hmap_str *str, u64 seed)
{
	return hash(str->name, hmap_str_len(str), seed);
}
EXPORT_SYMBOL_HMAP(hmap_hash_string);

/*
 * hmap_hash_bytes() of a string that ends with a NUL, in the same pass as its length: what
 * the kernel's hsiphash() does on 64-bit machines, SipHash with one round a word and three at
 * the end (Aumasson, Bernstein 2012).
 */
u64 __hmap_siphash_to_nul(struct hmap_str *str, u64 seed)
{
	const u64 key[2] = { hmap_secret[3] ^ seed, hmap_secret[4] };
	u64 a = SIPHASH_CONST_0 ^ key[0], b = SIPHASH_CONST_1 ^ key[1];
	u64 c = SIPHASH_CONST_2 ^ key[0], d = SIPHASH_CONST_3 ^ key[1];
	const char *p = str->name;
	u64 word, zero;

	for (;;) {
		if (unlikely(!is_readable(p)))
			return hmap_hash_string(hmap_hash_bytes, str, seed);
		word = load_word(p);
		zero = find_zero_byte(word);
		if (zero)
			break;
		d ^= word;
		SIPHASH_PERMUTATION(a, b, c, d);
		a ^= word;
		p += WORD;
	}
	word = bytes_before(word, zero) | (u64)set_end(str, p, zero) << 56;
	d ^= word;
	SIPHASH_PERMUTATION(a, b, c, d);
	a ^= word;
	c ^= 0xff;
	SIPHASH_PERMUTATION(a, b, c, d);
	SIPHASH_PERMUTATION(a, b, c, d);
	SIPHASH_PERMUTATION(a, b, c, d);
	return (u32)(a ^ b ^ c ^ d);
}
EXPORT_SYMBOL_HMAP(__hmap_siphash_to_nul);

/* hmap_product_bytes(), likewise. */
u64 __hmap_product_to_nul(struct hmap_str *str, u64 seed)
{
	u64 word, zero, hash = 0;
	const char *p;

	for (p = str->name; is_readable(p); p += WORD) {
		word = load_word(p);
		zero = find_zero_byte(word);
		if (zero) {
			hash ^= bytes_before(word, zero) ^ (u64)set_end(str, p, zero) << 56;
			return hmap_hash_word(hash, seed);
		}
		hash = hmap_hash_word(hash ^ word, seed);
	}
	return hmap_hash_string(hmap_product_bytes, str, seed);
}
EXPORT_SYMBOL_HMAP(__hmap_product_to_nul);

/* The finished hash of an object by a function of its own, or of the string that is its key. */
u64 hmap_odd_object_hash(const struct hmap_type *type, const void *key, u64 seed)
{
	if (type->object_hash)
		return hmap_finish(type->object_hash(key, type->key_size, seed));
	return hmap_hash_key(type, HMAP_STR(key), seed);
}

/* Whether there is a NUL byte in @str, which is read no further than it goes. */
bool hmap_has_nul(const struct hmap_str *str)
{
	size_t i;

	if (str->len & HMAP_MEASURED)
		return false;
	for (i = 0; i + WORD <= str->len; i += WORD)
		if (find_zero_byte(get_unaligned_le64(str->name + i)))
			return true;
	for (; i < str->len; i++)
		if (!str->name[i])
			return true;
	return false;
}

/* Where a word cannot be read: from the beginning, byte by byte. */
static noinline bool same_bytes(const struct hmap_str *str, const char *stored)
{
	const size_t len = hmap_str_known_len(str);
	size_t i;

	for (i = 0; i < len; i++)
		if (str->name[i] != stored[i] || !stored[i])
			return false;
	return !stored[len];
}

/* @may_have_nul: in what is looked for. What is stored ends at one, and nothing is read behind
 * its word.
 */
static __always_inline bool same_words(const struct hmap_str *str, const char *stored,
				       bool may_have_nul)
{
	const size_t len = hmap_str_known_len(str);
	const u32 n = len % WORD, shift = (WORD - 1 - n) * 8;
	size_t i = 0;
	u64 word;

	for (;; i += WORD) {
		if (unlikely(!is_readable(stored + i)))
			return same_bytes(str, stored);
		word = load_word(stored + i);
		if (i + WORD > len)
			break;
		if (word != get_unaligned_le64(str->name + i) ||
		    (may_have_nul && find_zero_byte(word)))
			return false;
	}
	/* The last @n bytes and the NUL; bits above those are shifted out. */
	if ((word ^ hmap_last_bytes(str->name, len, n)) << shift)
		return false;
	return !may_have_nul || !(find_zero_byte(word) << shift << 8);
}

static noinline bool measure_and_compare(struct hmap_str *str, const char *stored)
{
	measure(str);
	return hmap_same_string(str, stored);
}

/* Whether what is looked for is what is stored, which ends with a NUL. */
bool hmap_same_string(struct hmap_str *str, const char *stored)
{
	if (unlikely(str->len == HMAP_TO_NUL))
		return measure_and_compare(str, stored);
	if (likely(str->len & HMAP_MEASURED))
		return same_words(str, stored, false);
	return same_words(str, stored, true);
}
EXPORT_SYMBOL_HMAP(hmap_same_string);
