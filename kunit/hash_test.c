// SPDX-License-Identifier: GPL-2.0
/*
 * The hash of integers, without a map around it: over hundreds of secrets, and of addresses
 * of maps, keys with a pattern are spread as evenly as random hashes are.
 *
 * How evenly is told by chi-squared: of 4,096 keys in B bins its mean is B - 1 and its
 * standard deviation the root of 2 (B - 1), if the hashes are random. Stated before
 * anything was run:
 *
 *  - no value may lie more than 16 deviations above the mean. With 8 bins, where the tail
 *    is longest, random hashes exceed that once in 10^11 times; there are 10^5 values here.
 *  - the average over the secrets, for a pattern and a kind of bin, may lie 6 of its own
 *    deviations above the mean: once in 10^8 times, there are 500.
 *
 * What is spread more evenly than random hashes are, as consecutive keys may be, is welcome.
 */
#include <linux/bitops.h>
#include <linux/random.h>

#include "test.h"

#define KEYS		4096

#define SECRETS		(HMAP_SLOW ? 40 : 400)

/* In hundredths of a standard deviation. */
#define WORST		1600
#define WORST_OF_SUMS	600

/* What a module has drawn at its start, and what the address of a map makes of it. */
struct secret {
	u64 s[3];
	u64 address;
	u64 seed;
};

/* Static, as they are too large for a stack. The cases run one after the other. */
static struct secret secrets[SECRETS];
static u64 keys[KEYS];

/* As hmap_seed() does. */
static u64 seed_of(const u64 *s, u64 address)
{
	return (address * s[1]) ^ s[2];
}

/* The word's part of the secret can be changed by changing the word. */
static u64 hash_of(const struct secret *secret, u64 key)
{
	return hmap_finish(hmap_hash_word(key ^ secret->s[0] ^ hmap_secret[0],
					  secret->seed));
}

static u64 next_u64(struct rng *rng)
{
	return (u64)rng_next(rng) << 32 | rng_next(rng);
}

/* Where maps are: in slab, vmalloc, a module, on a stack; at all alignments that are usual. */
static u64 some_address(struct rng *rng, u32 nr)
{
	static const u64 bases[] = {
		0xffff888000000000, 0xffffc90000000000, 0xffffffffc0000000, 0xffff800000000000,
	};
	static const u32 alignments[] = { 8, 64, 4096, 2 << 20 };

	return bases[nr / ARRAY_SIZE(alignments) % ARRAY_SIZE(bases)] +
	       (u64)rng_next(rng) / 4 / alignments[nr % ARRAY_SIZE(alignments)] *
	       alignments[nr % ARRAY_SIZE(alignments)];
}

static int hash_test_init(struct kunit *test)
{
	struct rng rng;
	u32 seed, nr, i;

	get_random_bytes(&seed, sizeof(seed));
	rng_init(test, &rng, seed);
	for (nr = 0; nr < SECRETS; nr++) {
		struct secret *secret = &secrets[nr];

		for (i = 0; i < ARRAY_SIZE(secret->s); i++)
			secret->s[i] = next_u64(&rng);
		secret->s[1] |= 1;
		secret->address = some_address(&rng, nr);
		secret->seed = seed_of(secret->s, secret->address);
	}
	return 0;
}

/* Patterns. */
static u64 stride(u64 n, u64 by)
{
	return n * by;
}

static u64 address(u64 n, u64 by)
{
	return 0xffff888123400000 + n * by;
}

static u64 gray_code(u64 n, u64 shift)
{
	return (n ^ n >> 1) << shift;
}

static u64 downwards(u64 n, u64 unused)
{
	return -n;
}

static u64 both_signs(u64 n, u64 unused)
{
	return n & 1 ? ~(n >> 1) : n >> 1;
}

static u64 both_halves(u64 n, u64 unused)
{
	return n | n << 32;
}

/* The bits of n, each so far from the next. */
static u64 far_bits(u64 n, u64 distance)
{
	u64 key = 0;
	int i;

	for (i = 0; i < 12; i++)
		key |= (n >> i & 1) << i * distance;
	return key;
}

/* Three bits, in all places, that are not those of the others; or three that are not set. */
static u64 few_bits(u64 n, u64 invert)
{
	return (1ULL << (n & 15) * 4 | 2ULL << (n >> 4 & 15) * 4 |
		4ULL << (n >> 8 & 15) * 4) ^ invert;
}

static u64 reversed(u64 n, u64 unused)
{
	u64 key = 0;
	int i;

	for (i = 0; i < 12; i++)
		key |= (n >> i & 1) << (63 - i);
	return key;
}

/* Two of eight bytes. */
static u64 two_bytes(u64 n, u64 first)
{
	return (n & 63) << first * 8 | (n >> 6) << (first + 1) % 8 * 8;
}

static u64 digits(u64 n, u64 unused)
{
	char text[9];
	u64 key;

	snprintf(text, sizeof(text), "%08llu", (unsigned long long)n);
	memcpy(&key, text, sizeof(key));
	return key;
}

static u64 grid(u64 n, u64 step)
{
	return (n & 63) * step + (n >> 6);
}

static u64 square(u64 n, u64 unused)
{
	return n * n;
}

/* By which a product with the golden ratio, of which hmap_finish() is one, gives n. */
#define INVERSE		0x0E217C1E66C88CC3ULL

static const struct pattern {
	const char *name;
	u64 (*make)(u64 n, u64 arg);
	u64 arg;
} patterns[] = {
	{ "consecutive", stride, 1 }, { "stride 2", stride, 2 }, { "stride 4", stride, 4 },
	{ "stride 8", stride, 8 }, { "stride 16", stride, 16 }, { "stride 64", stride, 64 },
	{ "stride 256", stride, 256 }, { "stride 2^12", stride, 1 << 12 },
	{ "stride 2^16", stride, 1 << 16 }, { "stride 2^20", stride, 1 << 20 },
	{ "stride 2^24", stride, 1 << 24 }, { "stride 2^28", stride, 1 << 28 },
	{ "stride 2^32", stride, 1ULL << 32 }, { "stride 2^36", stride, 1ULL << 36 },
	{ "stride 2^40", stride, 1ULL << 40 }, { "stride 2^44", stride, 1ULL << 44 },
	{ "stride 2^48", stride, 1ULL << 48 }, { "top bits", stride, 1ULL << 52 },
	{ "stride 3", stride, 3 }, { "stride 7", stride, 7 }, { "stride 24", stride, 24 },
	{ "stride 40", stride, 40 }, { "stride 96", stride, 96 },
	{ "stride 1000", stride, 1000 }, { "stride 2^16 + 1", stride, 65537 },
	{ "stride 2^32 - 1", stride, U32_MAX }, { "stride 2^32 + 1", stride, 1ULL << 32 | 1 },
	{ "golden ratio", stride, GOLDEN_RATIO_64 }, { "its inverse", stride, INVERSE },
	{ "cache lines", address, 64 }, { "objects", address, 192 }, { "pages", address, 4096 },
	{ "Gray code", gray_code, 0 }, { "Gray code << 20", gray_code, 20 },
	{ "Gray code << 52", gray_code, 52 },
	{ "downwards", downwards }, { "both signs", both_signs },
	{ "both halves", both_halves }, { "reversed", reversed },
	{ "every 3rd bit", far_bits, 3 }, { "every 5th bit", far_bits, 5 },
	{ "few bits", few_bits, 0 }, { "all bits but few", few_bits, ~0ULL },
	{ "bytes 0, 1", two_bytes, 0 }, { "bytes 1, 2", two_bytes, 1 },
	{ "bytes 3, 4", two_bytes, 3 }, { "bytes 6, 7", two_bytes, 6 },
	{ "bytes 7, 0", two_bytes, 7 },
	{ "digits", digits }, { "grid 2^16", grid, 1 << 16 },
	{ "grid 2^48", grid, 1ULL << 48 }, { "squares", square },
};

static void make_keys(const struct pattern *p)
{
	u64 n;

	for (n = 0; n < KEYS; n++)
		keys[n] = p->make(n, p->arg);
}

/* Bins, as a map uses the bits of a hash. */
#define MAX_BINS	16384

enum bins { DIRECTORY, HOME, LOW, WORDS, TAGS, OVERFLOW, WORD_TAGS, TABLE_WORDS, NR_BINS };

static const struct {
	const char *name;
	u32 nr;
} bins[NR_BINS] = {
	[DIRECTORY]	= { "the top 14 bits", MAX_BINS },
	[HOME]		= { "14 bits of the lower half's top", MAX_BINS },
	[LOW]		= { "the low 14 bits", MAX_BINS },
	[WORDS]		= { "words of a table", 34 },
	[TAGS]		= { "tags", 128 },
	[OVERFLOW]	= { "overflow bits", 8 },
	[WORD_TAGS]	= { "tags in a word", 16 * 128 },
	[TABLE_WORDS]	= { "words of sixteen tables", 16 * 34 },
};

static u16 counts[NR_BINS][MAX_BINS];

static void count_hash(u64 hash)
{
	u32 word = hmap_home(hash, 34), tag = hash & 0x7f;

	counts[DIRECTORY][hash >> 50]++;
	counts[HOME][hmap_home(hash, MAX_BINS)]++;
	counts[LOW][hash & (MAX_BINS - 1)]++;
	counts[WORDS][word]++;
	counts[TAGS][tag]++;
	counts[OVERFLOW][__ffs64(hmap_overflow_bit(hash)) - HMAP_WORD_OVERFLOW]++;
	counts[WORD_TAGS][hmap_home(hash, 16) << 7 | tag]++;
	counts[TABLE_WORDS][(hash >> 60) * 34 + word]++;
}

/* How far chi-squared of KEYS in @nr bins is above its mean, in hundredths of a deviation;
 * it empties the bins.
 */
static s64 excess_of(u16 *count, u32 nr)
{
	s64 df = nr - 1, chi;
	u64 squares = 0;
	u32 i;

	for (i = 0; i < nr; i++)
		squares += (u32)count[i] * count[i];
	memset(count, 0, nr * sizeof(*count));
	/* In hundredths: the sum of (n - KEYS / nr)^2 / (KEYS / nr). */
	chi = (s64)(nr * squares * 100 / KEYS) - KEYS * 100;
	return (chi - 100 * df) * 100 / (s64)int_sqrt(20000 * df);
}

/* The worst that was seen of each kind of bin, and of the sums over all secrets. */
struct worst {
	s64 value, sum;
	const char *value_of, *sum_of;
};

static void note(struct worst *worst, s64 value, s64 sum, const char *name)
{
	if (!worst->value_of || value > worst->value) {
		worst->value = value;
		worst->value_of = name;
	}
	if (!worst->sum_of || sum > worst->sum) {
		worst->sum = sum;
		worst->sum_of = name;
	}
}

/* Of @nr values the sum deviates by the root of that. */
static void expect_random(struct kunit *test, const char *name, const struct worst *worst,
			  u32 nr)
{
	s64 sum = worst->sum * 100 / (s64)int_sqrt(nr * 10000);

	kunit_info(test, "%s: in hundredths of a deviation above random hashes at most %lld (%s), all together %lld (%s)",
		   name, worst->value, worst->value_of, sum, worst->sum_of);
	KUNIT_EXPECT_LE(test, worst->value, WORST);
	KUNIT_EXPECT_LE(test, sum, WORST_OF_SUMS);
}

/* All kinds of bins, for all secrets. */
static void count_pattern(const struct pattern *p,
			  u64 (*hash)(const struct secret *secret, u64 key), struct worst *worst)
{
	s64 most[NR_BINS], sum[NR_BINS] = { };
	u32 nr, n, b;

	make_keys(p);
	for (nr = 0; nr < SECRETS; nr++) {
		for (n = 0; n < KEYS; n++)
			count_hash(hash(&secrets[nr], keys[n]));
		for (b = 0; b < NR_BINS; b++) {
			s64 excess = excess_of(counts[b], bins[b].nr);

			most[b] = nr ? max(most[b], excess) : excess;
			sum[b] += excess;
		}
		cond_resched();
	}
	for (b = 0; b < NR_BINS; b++)
		note(&worst[b], most[b], sum[b], p->name);
}

static void spread_patterns(struct kunit *test,
			    u64 (*hash)(const struct secret *secret, u64 key))
{
	struct worst worst[NR_BINS] = { };
	u32 i, b;

	for (i = 0; i < ARRAY_SIZE(patterns); i++)
		count_pattern(&patterns[i], hash, worst);
	for (b = 0; b < NR_BINS; b++)
		expect_random(test, bins[b].name, &worst[b], SECRETS);
}

static void patterns_spread_like_random_keys(struct kunit *test)
{
	spread_patterns(test, hash_of);
}

/* The first or the last word of some bytes has the pattern; what is there besides is the same. */
static u64 hash_of_first_word(const struct secret *secret, u64 key)
{
	const u64 bytes[] = { key, 0, 0 };

	return hmap_finish(hmap_product_bytes(bytes, sizeof(bytes), secret->seed));
}

static u64 hash_of_last_bytes(const struct secret *secret, u64 key)
{
	const struct {
		u64 first;
		u32 last[2];
	} bytes = { 0, { key, key >> 32 } };

	return hmap_finish(hmap_product_bytes(&bytes, sizeof(bytes), secret->seed));
}

static void patterns_in_bytes_spread_like_random_keys(struct kunit *test)
{
	spread_patterns(test, hash_of_first_word);
	spread_patterns(test, hash_of_last_bytes);
}

/* What is looked at here is what maps do, with the module's own secret. */
static void maps_hash_as_is_tested_here(struct kunit *test)
{
	struct hmap map = { };
	struct secret own = { .address = (u64)&map };
	u32 i, wrong = 0;

	for (i = 0; i < ARRAY_SIZE(own.s); i++)
		own.s[i] = hmap_secret[i];
	own.seed = seed_of(own.s, own.address);
	KUNIT_EXPECT_EQ(test, hmap_seed(&map), own.seed);
	/* An even factor would give some maps the seed of others. */
	KUNIT_EXPECT_EQ(test, hmap_secret[1] & 1, 1);
	make_keys(&patterns[0]);
	for (i = 0; i < KEYS; i++) {
		u64 key = keys[i] * GOLDEN_RATIO_64;
		u32 half = key;
		u64 hash = hmap_fold(key ^ hmap_secret[0], own.seed);

		wrong += hmap_hash_word(key, own.seed) != hash;
		wrong += hmap_hash_u64(&key, sizeof(key), own.seed) != hash;
		wrong += hmap_hash(&u64_type, &key, sizeof(key), own.seed) !=
			 hmap_finish(hash);
		wrong += hash_of(&own, key) != hmap_finish(hash);
		wrong += hmap_hash_u32(&half, sizeof(half), own.seed) !=
			 hmap_hash_word(half, own.seed);
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

/*
 * No key has a partner with which it collides whatever the secret is. Where both factors of
 * the product depend on the key, it has: the one with the factors in turn. So this looks at
 * the sums of all that goes into a hash; at what makes a factor of the product its negative,
 * its complement, or what the other one lacks; and at the factor's halves and bytes in turn.
 */
#define PARTNERS	(64 + 9)

static u64 partner(const struct secret *secret, u64 key, u32 nr)
{
	const u64 all[] = {
		secret->s[0], secret->s[1], secret->s[2], secret->seed, secret->address, ~0ULL,
	};
	const u64 factor = key ^ secret->s[0];
	const u64 other[] = {
		-factor, secret->seed - factor, secret->seed + factor, factor - secret->seed,
		~factor - secret->seed, ror64(factor, 32), __builtin_bswap64(factor),
		factor ^ 1ULL << 63, factor * GOLDEN_RATIO_64,
	};
	u32 i;

	if (nr >= 64)
		return other[nr - 64] ^ secret->s[0];
	for (i = 0; i < ARRAY_SIZE(all); i++)
		if (nr >> i & 1)
			key ^= all[i];
	return key;
}

static void keys_have_no_partner(struct kunit *test)
{
	u64 key, other, collisions = 0, pairs = 0;
	u32 nr, n, i;
	struct rng rng;

	static_assert(PARTNERS == 64 + 9);
	rng_init(test, &rng, secrets[0].seed);
	for (nr = 0; nr < SECRETS; nr++) {
		for (n = 0; n < 64; n++) {
			key = n < 32 ? n : next_u64(&rng);
			for (i = 0; i < PARTNERS; i++) {
				other = partner(&secrets[nr], key, i);
				pairs += other != key;
				collisions += other != key && hash_of(&secrets[nr], other) ==
							      hash_of(&secrets[nr], key);
			}
		}
	}
	KUNIT_EXPECT_GT(test, pairs, (PARTNERS - 2) * 64ULL * SECRETS);
	KUNIT_EXPECT_EQ(test, collisions, 0);
}

/* How the keys lie in one map tells nothing of how they lie in another: not in which table,
 * word, or with which tag. Maps in an array, in objects of a slab, on pages.
 */
static void count_both(u64 one, u64 other)
{
	counts[DIRECTORY][(one >> 60) << 4 | other >> 60]++;
	counts[WORDS][hmap_home(one, 16) << 4 | hmap_home(other, 16)]++;
	counts[TAGS][(one & 15) << 4 | (other & 15)]++;
}

static void neighbours_hash_independently(struct kunit *test)
{
	static const u32 distances[] = { 8, 16, 64, 192, 4096, 1 << 21 };
	static const enum bins pairs[] = { DIRECTORY, WORDS, TAGS };
	struct worst worst = { };
	u32 d, p, nr, n, i;

	for (p = 0; p < ARRAY_SIZE(patterns); p += 4) {
		s64 most = 0, sum = 0, excess;

		make_keys(&patterns[p]);
		for (nr = 0; nr < SECRETS; nr++) {
			struct secret other = secrets[nr];

			d = distances[nr % ARRAY_SIZE(distances)];
			other.seed = seed_of(other.s, other.address + d);
			for (n = 0; n < KEYS; n++)
				count_both(hash_of(&secrets[nr], keys[n]),
					   hash_of(&other, keys[n]));
			for (i = 0; i < ARRAY_SIZE(pairs); i++) {
				excess = excess_of(counts[pairs[i]], 256);
				most = max(most, excess);
				sum += excess;
			}
		}
		note(&worst, most, sum, patterns[p].name);
	}
	expect_random(test, "of two maps", &worst, SECRETS * ARRAY_SIZE(pairs));
}

/* Of a thousand keys in a random order one is where it was, give or take one. */
#define SAME_PLACES	20

static void neighbours_walk_in_another_order(struct kunit *test)
{
	static struct hmap maps[4];
	static u64 order[4][1000];
	u32 i, n, same;
	const u64 *k, *v;

	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		insert_keys(test, &maps[i], &u64_type, 0, ARRAY_SIZE(order[i]));
		n = 0;
		hmap_walk(&maps[i], iter, k, v, &u64_type)
			order[i][n++] = *v;
		KUNIT_EXPECT_EQ(test, n, ARRAY_SIZE(order[i]));
		for (same = 0, n = 0; i && n < ARRAY_SIZE(order[i]); n++)
			same += order[i][n] == order[i - 1][n];
		KUNIT_EXPECT_LE(test, same, SAME_PLACES);
	}
	for (i = 0; i < ARRAY_SIZE(maps); i++)
		hmap_destroy(&maps[i], &u64_type);
}

static struct kunit_case hash_test_cases[] = {
	KUNIT_CASE(maps_hash_as_is_tested_here),
	KUNIT_CASE(patterns_spread_like_random_keys),
	KUNIT_CASE(patterns_in_bytes_spread_like_random_keys),
	KUNIT_CASE(keys_have_no_partner),
	KUNIT_CASE(neighbours_hash_independently),
	KUNIT_CASE(neighbours_walk_in_another_order),
	{}
};

static struct kunit_suite hash_test_suite = {
	.name = "hmap_hash",
	.init = hash_test_init,
	.test_cases = hash_test_cases,
};

kunit_test_suite(hash_test_suite);
