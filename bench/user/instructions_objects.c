// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions of maps of objects, which are there already: the first stands in the
 * header. See instructions.h.
 */
#include "instructions.h"

#define PREFIX	"object, "

/* 32 bytes, as in the benchmark in the kernel. */
struct object {
	u64 key;
	u64 value;
	u64 more[2];
};

HMAP_DEFINE_OBJECT(objects, struct object, key, hmap_hash_u64, FLAGS);

static struct object all[MANY];

static struct objects *map(size_t i)
{
	return (struct objects *)&COUNT_MAPS[i];
}

static __always_inline void insert_all(struct objects *map, size_t n)
{
	size_t i;
	int err = 0;

	for (i = 0; i < n; i++)
		err |= objects_insert(map, &all[i], GFP_KERNEL);
	bench_check(!err, "insert");
}

static noinline void find_all(const struct objects *map, const struct key *keys, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct object *object = objects_lookup(map, keys[i].word);

		bench_touch(object);
	}
}

static __always_inline void erase_all(struct objects *map, size_t n)
{
	size_t i, right = 0;

	for (i = 0; i < n; i++)
		right += objects_erase(map, all[i].key) == &all[i];
	bench_check(right == n, "erase");
}

static void destroy_all(void)
{
	size_t i;

	for (i = 0; i < MAPS; i++)
		objects_destroy(map(i));
	rcu_barrier();
}

static void reserve_all(size_t n)
{
	size_t i;

	for (i = 0; i < MAPS; i++)
		bench_check(!objects_reserve(map(i), n, GFP_KERNEL), "reserve");
}

static void count_found(size_t n, const struct key *present)
{
	char hit[32], miss[32];
	size_t i;

	snprintf(hit, sizeof(hit), "hit among %zu", n);
	snprintf(miss, sizeof(miss), "miss among %zu", n);
	for (i = 0; i < MAPS; i++)
		insert_all(map(i), n);
	count(hit, LOOKUPS, find_all(map(i), present, LOOKUPS));
	count(miss, LOOKUPS, find_all(map(i), many.misses, LOOKUPS));
	destroy_all();
}

/* The first @n keys, in turn. */
static const struct key *in_turn(size_t n)
{
	static struct key keys[LOOKUPS];
	size_t i;

	for (i = 0; i < LOOKUPS; i++)
		keys[i].word = all[i % n].key;
	return keys;
}

static void count_lookups(void)
{
	size_t n;

	for (n = 1; n <= FEW; n++)
		count_found(n, in_turn(n));
	count_found(MANY, in_turn(MANY));
}

static void count_changes(void)
{
	count("insert into header", 1, insert_all(map(i), 1));
	count("erase from header", 1, erase_all(map(i), 1));
	count("insert 0 to 1000", MANY, insert_all(map(i), MANY));
	count("erase 1000 to 0", MANY, erase_all(map(i), MANY));
	reserve_all(MANY);
	count("insert 1000 with room", MANY, insert_all(map(i), MANY));
	count("erase 1000, the room stays", MANY, erase_all(map(i), MANY));
	destroy_all();
}

static __always_inline void live(struct objects *map, size_t n)
{
	insert_all(map, n);
	objects_destroy(map);
}

static void count_lives(void)
{
	count_lives_of("life of 1", live(map(i), 1));
	count_lives_of("life of 2", live(map(i), 2));
	count_lives_of("life of 6", live(map(i), 6));
	count_lives_of("life of 8", live(map(i), 8));
}

void count_objects(void)
{
	size_t n;

	for (n = 0; n < MANY; n++)
		all[n].key = (n < FEW ? few : many).present[n].word;
	count_changes();
	count_lookups();
	count_lives();
}
