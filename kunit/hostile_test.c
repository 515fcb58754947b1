// SPDX-License-Identifier: GPL-2.0
/*
 * Keys from someone who knows the code, and where a map is, but not the module's secret:
 * made to collide under hashes without one, or simply regular. Under the ready-made hashes
 * they take no more than random keys do, in maps of values, of pointers and of objects.
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
 * here have tables of all loads up to that one, and so do better. With smaller slots a
 * table has more words, of the same load.
 */
#include <linux/random.h>

#include "test.h"
#include "hostile_keys.h"

#define KEYS		(HMAP_SLOW ? 20000 : 100000)
#define ROUNDS		3	/* each with other seeds */

/* Words: in hundredths, on average; then for all but one in a hundred; and for all, those
 * of the largest table, of objects.
 */
#define HIT_MEAN	140
#define HIT_P99		9
#define MISS_MEAN	180
#define MISS_P99	12
#define WORDS_MAX	64

/*
 * Keys compared, in hundredths: the one that is found, and of the others in a word, 7 x
 * 0.878, one of 128 by its tag, and nearly as often again one behind a match; in up to
 * 1.54 words, of which the first is looked at twice if it does not tell: 0.15 at most.
 */
#define HIT_COMPARED	115
#define MISS_COMPARED	15

static u64 compared;

static bool counting_equal(const void *a, const void *b, size_t size)
{
	compared++;
	return !memcmp(a, b, size);
}

/* An object is nothing but its key. */
struct object {
	char key[KEY_MAX] __aligned(8);
};

/* The ready-made hashes. Strings are compared by hmap itself, and counted otherwise. */
static const struct hmap_type values_u64 =
	HMAP_TYPE("u64", 8, 8, hmap_hash_u64, counting_equal, 0);
static const struct hmap_type pointers_u64 =
	HMAP_TYPE("u64 -> pointer", 8, 8, hmap_hash_u64, counting_equal, HMAP_POINTER);
static const struct hmap_type objects_u64 =
	__HMAP_OBJECT_TYPE("object of u64", 8, 0, hmap_hash_u64, NULL, counting_equal,
			   HMAP_RCU);
static const struct hmap_type values_u32 =
	HMAP_TYPE("u32", 4, 8, hmap_hash_u32, counting_equal, 0);
static const struct hmap_type values_bytes =
	HMAP_TYPE("bytes", 12, 8, hmap_hash_bytes, counting_equal, 0);
static const struct hmap_type values_product =
	HMAP_TYPE("product of bytes", 12, 8, hmap_product_bytes, counting_equal, 0);
static const struct hmap_type values_string =
	HMAP_TYPE_STRING("string", 8, hmap_hash_bytes, 0);
static const struct hmap_type values_string_product =
	HMAP_TYPE_STRING("string, product", 8, hmap_product_bytes, 0);
static const struct hmap_type objects_string =
	__HMAP_OBJECT_TYPE("object of string", 0, 0, hmap_hash_bytes, NULL, NULL,
			   HMAP_STRING);

/* What lookups of many keys have taken. */
struct effort {
	u64 lookups;
	u64 words;
	u64 compared;
	u32 most;
	u32 within[WORDS_MAX + 1];	/* lookups that took so many words */
};

static struct object *keys;

/* Each has a seed of its own, by its address. */
static struct hmap maps[61];

static int hostile_test_init(struct kunit *test)
{
	keys = vmalloc(2UL * KEYS * sizeof(*keys));
	return keys ? 0 : -ENOMEM;
}

static void hostile_test_exit(struct kunit *test)
{
	rcu_barrier();
	vfree(keys);
	keys = NULL;
}

static bool is_string(const struct hmap_type *type)
{
	return type->flags & HMAP_STRING;
}

/* What generic calls take as the key @n. */
static const void *key_arg(const struct hmap_type *type, u64 n, struct hmap_str *str)
{
	if (!is_string(type))
		return keys[n].key;
	*str = (struct hmap_str){ keys[n].key, strlen(keys[n].key) };
	return str;
}

/* The value of the key @n is n; or the object is where the pointer leads. */
static int insert(struct hmap *map, const struct hmap_type *type, u64 n)
{
	struct object *object = &keys[n];
	struct hmap_str str;

	return hmap_insert(map, key_arg(type, n, &str),
			   type->flags & HMAP_POINTER ? (void *)&object : &n,
			   GFP_KERNEL, type);
}

static bool is_right(const struct hmap_type *type, u64 n, const void *entry, bool there)
{
	if (!entry || !there)
		return !entry && !there;
	return type->flags & HMAP_POINTER ? entry == &keys[n] : *(const u64 *)entry == n;
}

/* The words that a lookup looks at, by the rules at the top of core.c, and the keys that it
 * compares: the first word's first match twice, if that is not all.
 */
static u32 words_of(const struct hmap *map, const struct hmap_type *type, const void *key)
{
	u64 hash = hmap_hash_key(type, key, hmap_seed(map));
	struct hmap_table *table =
		hmap_deref_table(rcu_dereference_protected(map->root, 1), hash);
	u32 nr = hmap_home(hash, table->nr_words), words, equal = 0;

	for (words = 1; words < table->nr_words; words++) {
		u64 word = table->words[nr];
		u64 match = hmap_match_tag(word, hash);

		for (; match; match &= match - 1) {
			equal++;
			if (hmap_entry_if(type, hmap_slot(type, table, hmap_index(nr, match)),
					  key, hash))
				goto out;
		}
		if (!(word & hmap_overflow_bit(hash)))
			break;
		if (++nr == table->nr_words)
			nr = 0;
	}
out:
	compared = equal + (equal > 1);
	return words;
}

/* Look up keys [@from, @to), which are there or not. */
static struct effort look_up(struct kunit *test, const struct hmap *map,
			     const struct hmap_type *type, u64 from, u64 to, bool there)
{
	struct effort e = { .lookups = to - from };
	struct hmap_str str;
	u64 n, wrong = 0;

	for (n = from; n < to; n++) {
		const void *key = key_arg(type, n, &str);
		u32 words;

		rcu_read_lock();
		words = words_of(map, type, key);
		if (!is_string(type))
			compared = 0;
		wrong += !is_right(type, n, hmap_lookup(map, key, type), there);
		rcu_read_unlock();
		e.words += words;
		e.most = max(e.most, words);
		e.within[min_t(u32, words, WORDS_MAX)]++;
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

static void print(struct kunit *test, const struct hmap_type *type,
		  const struct family *f, const char *what, const struct effort *e)
{
	u64 words = e->words * 100 / e->lookups;
	u64 equal = e->compared * 100 / e->lookups;

	kunit_info(test, "%s, %s, %s: %llu.%02llu words, %u for 99%%, %u at most; %llu.%02llu keys compared",
		   type->name, f->name, what,
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
		f->make(n, keys[n].key);
		wrong += f->weak && f->weak(keys[n].key);
	}
	/* The attack would have been one. */
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

/* Half of the keys go into the map. */
static size_t run_family(struct kunit *test, const struct hmap_type *type,
			 const struct family *f, struct effort *hits, struct effort *misses)
{
	static u32 next_map;
	struct hmap *map = &maps[next_map++ % ARRAY_SIZE(maps)];
	struct hmap_stats stats;
	size_t bytes;
	u64 n;

	make_keys(test, f);
	stats_since(&stats);
	for (n = 0; n < KEYS; n++) {
		KUNIT_EXPECT_EQ(test, insert(map, type, n), 0);
		/* With keys that do collide this would take for ever. */
		if (n % 1024 == 0)
			KUNIT_ASSERT_EQ(test, stats_since(&stats).splits_refused,
					0);
	}
	KUNIT_EXPECT_EQ(test, stats_since(&stats).splits_refused, 0);
	*hits = look_up(test, map, type, 0, KEYS, true);
	*misses = look_up(test, map, type, KEYS, 2 * KEYS, false);
	bytes = hmap_memory(map, type);
	hmap_destroy(map, type);
	return bytes;
}

static void run_type(struct kunit *test, const struct hmap_type *type, enum form form)
{
	/* Large for a stack. */
	static struct effort random_hits, random_misses, hits, misses;
	size_t bytes, random_bytes = 0;
	u32 i;

	for (i = 0; i < nr_families; i++) {
		const struct family *f = &families[i];

		if (f->form != form)
			continue;
		bytes = run_family(test, type, f, &hits, &misses);
		print(test, type, f, "there", &hits);
		print(test, type, f, "absent", &misses);
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
		KUNIT_EXPECT_LE(test, bytes, random_bytes * 5 / 4 +
				KEYS * 48UL * (is_string(type) && !(type->flags & HMAP_OBJECT)));
	}
}

static void run_rounds(struct kunit *test, const struct hmap_type *type, enum form form)
{
	u32 round, seed;

	for (round = 0; round < ROUNDS; round++) {
		get_random_bytes(&seed, sizeof(seed));
		kunit_info(test, "secret %016llx %016llx %016llx",
			   (unsigned long long)hmap_secret[0],
			   (unsigned long long)hmap_secret[1],
			   (unsigned long long)hmap_secret[2]);
		rng_init(test, &hostile_rng, seed);
		run_type(test, type, form);
	}
}

static void hostile_u64_keys(struct kunit *test)
{
	run_rounds(test, &values_u64, U64);
}

static void hostile_u64_keys_of_pointers(struct kunit *test)
{
	run_rounds(test, &pointers_u64, U64);
}

static void hostile_u64_keys_in_objects(struct kunit *test)
{
	run_rounds(test, &objects_u64, U64);
}

static void hostile_u32_keys(struct kunit *test)
{
	run_rounds(test, &values_u32, U32);
}

static void hostile_bytes_keys(struct kunit *test)
{
	run_rounds(test, &values_bytes, BYTES);
}

static void hostile_bytes_keys_by_products(struct kunit *test)
{
	run_rounds(test, &values_product, BYTES);
}

static void hostile_string_keys(struct kunit *test)
{
	run_rounds(test, &values_string, STRING);
}

static void hostile_string_keys_by_products(struct kunit *test)
{
	run_rounds(test, &values_string_product, STRING);
}

static void hostile_strings_in_objects(struct kunit *test)
{
	run_rounds(test, &objects_string, STRING);
}

static struct kunit_case hostile_test_cases[] = {
	KUNIT_CASE(hostile_u64_keys),
	KUNIT_CASE(hostile_u64_keys_of_pointers),
	KUNIT_CASE(hostile_u64_keys_in_objects),
	KUNIT_CASE(hostile_u32_keys),
	KUNIT_CASE(hostile_bytes_keys),
	KUNIT_CASE(hostile_bytes_keys_by_products),
	KUNIT_CASE(hostile_string_keys),
	KUNIT_CASE(hostile_string_keys_by_products),
	KUNIT_CASE(hostile_strings_in_objects),
	{}
};

static struct kunit_suite hostile_test_suite = {
	.name = "hmap_hostile",
	.init = hostile_test_init,
	.exit = hostile_test_exit,
	.test_cases = hostile_test_cases,
};

kunit_test_suite(hostile_test_suite);
