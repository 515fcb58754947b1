// SPDX-License-Identifier: GPL-2.0
/*
 * Keys from someone who knows the code, but neither the module's secret nor the map's
 * seed: made to collide under hashes without a secret, or simply regular. In the
 * ready-made types they take no more than random keys do.
 *
 * That is counted, not timed: the words that a lookup looks at, and the keys that it
 * compares, which is all that it waits for. What to expect of random keys:
 *
 * A table holds at most 208 entries in 34 words of seven slots, 0.878 of them. What a word
 * cannot take goes on to the next one, as work does in a queue: with a Poisson number A
 * of arrivals a word, of mean 7 x 0.878, the number that is passed on is W' = max(0,
 * W + A - 7), and a lookup that finds its key looks at 1 + E[W] / E[A] = 1.40 words on
 * average (by iterating the distribution of W; no entry ever moves). It looks at more than k
 * words if the first k of them were full when it came; averaged over the load at which
 * entries come, that has a probability of 0.0086 for k = 9. For absent keys one of eight
 * overflow bits has to be set in each word, too; a simulation of a thousand tables of 34
 * words, as full as they get, has a mean of 1.54 and a 99th percentile of 10. The maps
 * here have tables of all loads up to that one, and so do better.
 */
#include <linux/random.h>

#include "test.h"

#ifndef _HMAP_USER_STUBS_H
#include <linux/jhash.h>
#endif

/* A build that is slow, by sanitizers, says so by this. */
#ifdef HMAP_CHURN_PAIRS
#define KEYS		20000
#else
#define KEYS		100000
#endif

#define KEY_MAX		40
#define ROUNDS		3	/* each with other seeds */

/* Words: in hundredths, on average; then for all but one in a hundred; and for all, those
 * of the largest table.
 */
#define HIT_MEAN	140
#define HIT_P99		9
#define MISS_MEAN	180
#define MISS_P99	12
#define WORDS_MAX	34

/*
 * Keys compared, in hundredths: the one that is found, and of the others in a word, 7 x
 * 0.878, one of 128 by its tag, and nearly as often again one behind a match; in up to
 * 1.54 words, of which the first is looked at twice if it does not tell: 0.15 at most.
 */
#define HIT_COMPARED	115
#define MISS_COMPARED	15

static u64 compared;

static bool counting_bytes(const void *a, const void *b, size_t size)
{
	compared++;
	return !memcmp(a, b, size);
}

static bool counting_string(const void *a, const void *b, size_t size)
{
	compared++;
	return hmap_equal_string(a, b, size);
}

/* The ready-made types, but that they count. */
static const struct hmap_type hostile_u64 =
	HMAP_TYPE("u64", 8, 8, hmap_hash_u64, counting_bytes, 0);
static const struct hmap_type hostile_u32 =
	HMAP_TYPE("u32", 4, 8, hmap_hash_u32, counting_bytes, 0);
static const struct hmap_type hostile_bytes =
	HMAP_TYPE("bytes", 12, 8, hmap_hash_bytes, counting_bytes, 0);
static const struct hmap_type hostile_string =
	__HMAP_TYPE("string", 0, sizeof(char *), 8, 1, hmap_hash_string,
		    counting_string, 0);

static struct rng rng;

static void random_key(u64 n, void *key)
{
	u32 word[4], i;

	for (i = 0; i < 4; i++)
		word[i] = rng_next(&rng);
	memcpy(key, word, sizeof(word));
}

/* So few bits would meet again. A bijection does not: MurmurHash3's last steps. */
static void random_u32(u64 n, void *key)
{
	u32 x = n ^ rng.state;

	x = (x ^ x >> 16) * 0x85ebca6b;
	x = (x ^ x >> 13) * 0xc2b2ae35;
	x ^= x >> 16;
	memcpy(key, &x, sizeof(x));
}

static void random_string(u64 n, void *key)
{
	snprintf(key, KEY_MAX, "%08x%08x", rng_next(&rng), rng_next(&rng));
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

/* hmap's own hash of integers, if its secret and seed were all 0: nine bits the same. */
static u64 hash_own_u64(const void *key)
{
	u64 word = get_unaligned((const u64 *)key);

	return hmap_finish(hmap_fold(word, word)) >> 55;
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
	put_u32(key, a - JHASH_START);
	put_u32(key + 4, b - JHASH_START);
	put_u32(key + 8, c - JHASH_START);
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

/* The first of a type's are what the others are compared with. */
static const struct family {
	const char *name;
	const struct hmap_type *type;
	void (*make)(u64 n, void *key);
	u64 (*weak)(const void *key);	/* under which all of them are 0 */
} families[] = {
	{ "random", &hostile_u64, random_key },
	{ "consecutive", &hostile_u64, next_u64 },
	{ "top bits only", &hostile_u64, high_u64 },
	{ "upper half only", &hostile_u64, middle_u64 },
	{ "pages", &hostile_u64, page_u64 },
	{ "collide as products", &hostile_u64, product_u64, hash_product_u64 },
	{ "collide without the secret", &hostile_u64, own_u64, hash_own_u64 },
	{ "random", &hostile_u32, random_u32 },
	{ "consecutive", &hostile_u32, next_u32 },
	{ "top bits only", &hostile_u32, high_u32 },
	{ "strided", &hostile_u32, stride_u32 },
	{ "collide as products", &hostile_u32, product_u32, hash_product_u32 },
	{ "random", &hostile_bytes, random_key },
	{ "last bytes only", &hostile_bytes, last_bytes },
	{ "collide in jhash", &hostile_bytes, jhash_bytes, hash_jhash_bytes },
	{ "random", &hostile_string, random_string },
	{ "numbered", &hostile_string, numbered_string },
	{ "collide by factor 31", &hostile_string, java_string,
	  hash_java_string },
	{ "collide by factor 33", &hostile_string, bernstein_string,
	  hash_bernstein_string },
};

/* What lookups of many keys have taken. */
struct effort {
	u64 lookups;
	u64 words;
	u64 compared;
	u32 most;
	u32 within[WORDS_MAX + 1];	/* lookups that took so many words */
};

static char (*keys)[KEY_MAX];

static int hostile_test_init(struct kunit *test)
{
	keys = vmalloc(2UL * KEYS * KEY_MAX);
	return keys ? 0 : -ENOMEM;
}

static void hostile_test_exit(struct kunit *test)
{
	vfree(keys);
	keys = NULL;
}

static bool is_at(const struct hmap *map, const struct hmap_table *table,
		  u32 index, const void *key)
{
	const struct hmap_type *type = map->type;
	const void *slot = hmap_slot(type, table, index);

	return type->equal(key, hmap_slot_key(type, slot), type->key_size);
}

/* The words that a lookup looks at, by the rules at the top of core.c. */
static u32 words_of(const struct hmap *map, const void *key)
{
	void *root = rcu_dereference_protected(map->root, 1);
	u64 hash = hmap_hash(key, map->type->key_size, hmap_root_seed(root),
			     map->type->hash);
	struct hmap_table *table = hmap_deref_table(map, root, hash);
	u32 nr = hmap_home(hash, table->nr_words), words;

	for (words = 1; words < table->nr_words; words++) {
		u64 word = table->words[nr];
		u64 match = hmap_match_tag(word, hash);

		for (; match; match &= match - 1)
			if (is_at(map, table, hmap_index(nr, match), key))
				return words;
		if (!(word & hmap_overflow_bit(hash)))
			return words;
		if (++nr == table->nr_words)
			nr = 0;
	}
	return words;
}

/* Look up keys [@from, @to), which are there or not. */
static struct effort look_up(struct kunit *test, const struct hmap *map, u64 from,
			     u64 to, bool there)
{
	struct effort e = { .lookups = to - from };
	u64 n, value = 0, wrong = 0;

	for (n = from; n < to; n++) {
		u32 words = words_of(map, keys[n]);

		e.words += words;
		e.most = max(e.most, words);
		e.within[min_t(u32, words, WORDS_MAX)]++;
		compared = 0;
		wrong += hmap_get(map, keys[n], &value) != there ||
			 (there && value != n);
		e.compared += compared;
		if (n % 1024 == 0)
			cond_resched();
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	return e;
}

/* Words in which 99 of 100 lookups end. */
static u32 percentile_99(const struct effort *e)
{
	u64 seen = 0;
	u32 words = 0;

	while (seen * 100 < e->lookups * 99)
		seen += e->within[++words];
	return words;
}

static void print(struct kunit *test, const struct family *f, const char *what,
		  const struct effort *e)
{
	u64 words = e->words * 100 / e->lookups;
	u64 equal = e->compared * 100 / e->lookups;

	kunit_info(test, "%s, %s, %s: %llu.%02llu words, %u for 99%%, %u at most; %llu.%02llu keys compared",
		   f->type->name, f->name, what,
		   (unsigned long long)words / 100,
		   (unsigned long long)words % 100, percentile_99(e), e->most,
		   (unsigned long long)equal / 100,
		   (unsigned long long)equal % 100);
}

/* By the bounds at the top, and by what random keys take. */
static void expect_few(struct kunit *test, const struct effort *e,
		       const struct effort *random, u32 mean, u32 p99,
		       u32 compared_mean)
{
	KUNIT_EXPECT_LE(test, e->words * 100, e->lookups * mean);
	KUNIT_EXPECT_LE(test, e->compared * 100, e->lookups * compared_mean);
	KUNIT_EXPECT_LE(test, percentile_99(e), p99);
	KUNIT_EXPECT_LE(test, e->most, WORDS_MAX);
	KUNIT_EXPECT_LE(test, e->words, 2 * random->words);
	KUNIT_EXPECT_LE(test, e->compared, 2 * random->compared + KEYS / 100);
}

static void make_keys(struct kunit *test, const struct family *f)
{
	u64 n, wrong = 0;

	for (n = 0; n < 2 * KEYS; n++) {
		f->make(n, keys[n]);
		wrong += f->weak && f->weak(keys[n]);
	}
	/* The attack would have been one. */
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

/* Half of the keys go into the map. */
static size_t run_family(struct kunit *test, const struct family *f,
			 struct effort *hits, struct effort *misses)
{
	struct hmap_stats stats;
	struct hmap map;
	size_t bytes;
	u64 n;

	make_keys(test, f);
	hmap_init(&map, f->type);
	stats_since(&stats);
	for (n = 0; n < KEYS; n++) {
		KUNIT_EXPECT_EQ(test, hmap_insert(&map, keys[n], &n, GFP_KERNEL),
				0);
		/* With keys that do collide this would take for ever. */
		if (n % 1024 == 0)
			KUNIT_ASSERT_EQ(test, stats_since(&stats).splits_refused,
					0);
	}
	KUNIT_EXPECT_EQ(test, stats_since(&stats).splits_refused, 0);
	*hits = look_up(test, &map, 0, KEYS, true);
	*misses = look_up(test, &map, KEYS, 2 * KEYS, false);
	bytes = hmap_memory(&map);
	hmap_destroy(&map);
	return bytes;
}

static void run_type(struct kunit *test, const struct hmap_type *type)
{
	struct effort random_hits = { }, random_misses = { }, hits, misses;
	size_t bytes, random_bytes = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		const struct family *f = &families[i];

		if (f->type != type)
			continue;
		bytes = run_family(test, f, &hits, &misses);
		print(test, f, "there", &hits);
		print(test, f, "absent", &misses);
		if (!random_bytes) {
			random_hits = hits;
			random_misses = misses;
			random_bytes = bytes;
		}
		expect_few(test, &hits, &random_hits, HIT_MEAN, HIT_P99,
			   HIT_COMPARED);
		expect_few(test, &misses, &random_misses, MISS_MEAN, MISS_P99,
			   MISS_COMPARED);
		/* Blocks of strings differ, by their lengths. */
		KUNIT_EXPECT_LE(test, bytes, random_bytes * 5 / 4 + KEYS * 48UL *
				(type == &hostile_string));
	}
}

static void run_rounds(struct kunit *test, const struct hmap_type *type)
{
	u32 round, seed;

	for (round = 0; round < ROUNDS; round++) {
		/* Each map draws a seed of its own, too. */
		get_random_bytes(&seed, sizeof(seed));
		kunit_info(test, "secret %016llx %016llx",
			   (unsigned long long)hmap_secret[0],
			   (unsigned long long)hmap_secret[1]);
		rng_init(test, &rng, seed);
		run_type(test, type);
	}
}

static void hostile_u64_keys(struct kunit *test)
{
	run_rounds(test, &hostile_u64);
}

static void hostile_u32_keys(struct kunit *test)
{
	run_rounds(test, &hostile_u32);
}

static void hostile_bytes_keys(struct kunit *test)
{
	run_rounds(test, &hostile_bytes);
}

static void hostile_string_keys(struct kunit *test)
{
	run_rounds(test, &hostile_string);
}

static struct kunit_case hostile_test_cases[] = {
	KUNIT_CASE(hostile_u64_keys),
	KUNIT_CASE(hostile_u32_keys),
	KUNIT_CASE(hostile_bytes_keys),
	KUNIT_CASE(hostile_string_keys),
	{}
};

static struct kunit_suite hostile_test_suite = {
	.name = "hmap_hostile",
	.init = hostile_test_init,
	.exit = hostile_test_exit,
	.test_cases = hostile_test_cases,
};

kunit_test_suite(hostile_test_suite);
