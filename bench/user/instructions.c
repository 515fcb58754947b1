// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions of single operations, which callgrind counts: unlike times they are the
 * same in each run. instructions.sh runs this and prints a table. Maps are embedded, as
 * most are, and zeroed. With BENCH_NORCU the kinds have no readers under RCU.
 *
 * Each loop stands between two requests to callgrind, of which the second makes it write
 * down what it has counted, with the number of operations and their name.
 */
#include <valgrind/callgrind.h>

#include "../../hmap/internal.h"

#include "bench.h"

#ifdef BENCH_NORCU
#define FLAGS	0
#else
#define FLAGS	HMAP_RCU
#endif

#define MAPS	64	/* whose seeds differ: the luck of one would show */
#define LOOKUPS	4096	/* in each */
#define FEW	8
#define SOME	200	/* in one table */
#define MANY	1000	/* in several, behind a directory */

/* 32 bytes, as in the benchmark in the kernel. */
struct object {
	u64 key;
	u64 value;
	u64 more[2];
};

HMAP_DEFINE(words, u64, u64, hmap_hash_u64, NULL, FLAGS);
HMAP_DEFINE_OBJECT(objects, struct object, key, hmap_hash_u64, FLAGS);

static struct words words[MAPS];
static struct objects objects[MAPS];
static struct object all[MANY];
static struct workload few, some, many;

/* Count what a statement takes that does @each operations on map @i, with what RCU has
 * put off.
 */
#define count(name, each, statement) do {				\
	char __text[64];						\
	size_t i;							\
									\
	snprintf(__text, sizeof(__text), "%zu:%s", MAPS * (size_t)(each), name); \
	CALLGRIND_ZERO_STATS;						\
	for (i = 0; i < MAPS; i++)					\
		statement;						\
	rcu_barrier();							\
	CALLGRIND_DUMP_STATS_AT(__text);				\
} while (0)

static noinline void touch_all(const struct key *keys, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		u64 word = keys[i].word;

		bench_touch(word);
	}
}

static noinline void allocate_all(size_t n)
{
	while (n--)
		kfree(kmalloc(64, GFP_KERNEL));
}

static __always_inline void insert_all(struct words *map, const struct key *keys,
				       size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		bench_check(!words_insert(map, keys[i].word, i, GFP_KERNEL), "insert");
}

static noinline void find_all(const struct words *map, const struct key *keys, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const u64 *value = words_lookup(map, keys[i].word);

		bench_touch(value);
	}
}

static __always_inline void remove_all(struct words *map, const struct key *keys,
				       size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		bench_check(!words_remove(map, keys[i].word), "remove");
}

static void reserve_all(size_t n)
{
	size_t i;

	for (i = 0; i < MAPS; i++)
		bench_check(!words_reserve(&words[i], n, GFP_KERNEL), "reserve");
}

static void destroy_all(void)
{
	size_t i;

	for (i = 0; i < MAPS; i++)
		words_destroy(&words[i]);
	rcu_barrier();
}

static void count_lookups(const char *hit, const char *miss, const struct workload *w)
{
	size_t i;

	for (i = 0; i < MAPS; i++)
		insert_all(&words[i], w->present, w->n);
	count(hit, LOOKUPS, find_all(&words[i], w->hits, LOOKUPS));
	count(miss, LOOKUPS, find_all(&words[i], w->misses, LOOKUPS));
	destroy_all();
}

static void count_changes(void)
{
	count("first insert", 1, insert_all(&words[i], many.present, 1));
	count("destroy that", 1, words_destroy(&words[i]));

	reserve_all(SOME);
	count("insert where there is room", SOME, insert_all(&words[i], some.present, SOME));
	count("remove, the room stays", SOME, remove_all(&words[i], some.shuffled, SOME));
	destroy_all();

	count("insert 0 to 1000", MANY, insert_all(&words[i], many.present, MANY));
	count("remove 1000 to 0", MANY, remove_all(&words[i], many.shuffled, MANY));
	destroy_all();
}

static __always_inline void live(struct words *map, size_t n, bool reserve)
{
	if (reserve)
		bench_check(!words_reserve(map, n, GFP_KERNEL), "reserve");
	insert_all(map, few.present, n);
	words_destroy(map);
}

static void count_lives(void)
{
	count("life of 1", 1, live(&words[i], 1, false));
	count("life of 2", 1, live(&words[i], 2, false));
	count("life of 6", 1, live(&words[i], 6, false));
	count("life of 8", 1, live(&words[i], 8, false));
	count("life of 8 with a reserve", 1, live(&words[i], 8, true));
}

static __always_inline void insert_objects(struct objects *map, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		bench_check(!objects_insert(map, &all[i], GFP_KERNEL), "insert");
}

static noinline void find_objects(const struct objects *map, const struct key *keys,
				  size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct object *object = objects_lookup(map, keys[i].word);

		bench_touch(object);
	}
}

static __always_inline void erase_objects(struct objects *map, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		bench_check(objects_erase(map, all[i].key) == &all[i], "erase");
}

static __always_inline void live_objects(struct objects *map, size_t n)
{
	insert_objects(map, n);
	objects_destroy(map);
}

/* The first @n keys, in turn. */
static const struct key *in_turn(size_t n)
{
	static struct key keys[LOOKUPS];
	size_t i;

	for (i = 0; i < LOOKUPS; i++)
		keys[i] = few.present[i % n];
	return keys;
}

static void count_found_objects(size_t n)
{
	const struct key *present = in_turn(n), *absent = many.misses;
	char hit[32], miss[32];
	size_t i;

	snprintf(hit, sizeof(hit), "object, hit among %zu", n);
	snprintf(miss, sizeof(miss), "object, miss among %zu", n);
	for (i = 0; i < MAPS; i++)
		insert_objects(&objects[i], n);
	count(hit, LOOKUPS, find_objects(&objects[i], present, LOOKUPS));
	count(miss, LOOKUPS, find_objects(&objects[i], absent, LOOKUPS));
	for (i = 0; i < MAPS; i++)
		objects_destroy(&objects[i]);
}

static void count_objects(void)
{
	size_t n;

	count("object, insert into header", 1, insert_objects(&objects[i], 1));
	count("object, erase from header", 1, erase_objects(&objects[i], 1));
	count("object, insert 0 to 1000", MANY, insert_objects(&objects[i], MANY));
	count("object, erase 1000 to 0", MANY, erase_objects(&objects[i], MANY));
	for (n = 1; n <= FEW; n++)
		count_found_objects(n);
	count("object, life of 1", 1, live_objects(&objects[i], 1));
	count("object, life of 2", 1, live_objects(&objects[i], 2));
	count("object, life of 6", 1, live_objects(&objects[i], 6));
	count("object, life of 8", 1, live_objects(&objects[i], 8));
}

int main(void)
{
	size_t n;

	hmap_hash_init();
	hmap_size_init();
	hmap_stats_init();
	bench_workload(&few, FEW);
	bench_workload(&some, SOME);
	bench_workload(&many, MANY);
	for (n = 0; n < MANY; n++)
		all[n].key = (n < FEW ? few : many).present[n].word;

	count("the loop alone", LOOKUPS, touch_all(many.hits, LOOKUPS));
	count("kmalloc(64) and kfree()", LOOKUPS, allocate_all(LOOKUPS));
	count("lookup in an empty map", LOOKUPS, find_all(&words[i], many.hits, LOOKUPS));
	count_lookups("hit among 8", "miss among 8", &few);
	count_lookups("hit among 200", "miss among 200", &some);
	count_lookups("hit among 1000", "miss among 1000", &many);
	count_changes();
	count_lives();
	count_objects();
	return 0;
}
