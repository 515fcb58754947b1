/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rows of a kind of values. Included by a file that has defined:
 *
 *	PREFIX				what the names of its rows begin with
 *	HMAP_DEFINE(kind, ...)
 *	KEY(key)			the kind's key, made of a const struct key *
 */

static struct kind *map(size_t i)
{
	return (struct kind *)&COUNT_MAPS[i];
}

/* What calls return is added up and checked once, as a call for each would be counted, too. */
static __always_inline void insert_all(struct kind *map, const struct key *keys, size_t n)
{
	size_t i;
	int err = 0;

	for (i = 0; i < n; i++)
		err |= kind_insert(map, KEY(&keys[i]), i, GFP_KERNEL);
	bench_check(!err, "insert");
}

static noinline void find_all(const struct kind *map, const struct key *keys, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const void *value = kind_lookup(map, KEY(&keys[i]));

		bench_touch(value);
	}
}

static __always_inline void remove_all(struct kind *map, const struct key *keys, size_t n)
{
	size_t i;
	int err = 0;

	for (i = 0; i < n; i++)
		err |= kind_remove(map, KEY(&keys[i]));
	bench_check(!err, "remove");
}

/* The oldest of @window entries gives way to a new one. */
static __always_inline void churn(struct kind *map, const struct key *keys, size_t n,
				  size_t window)
{
	size_t i;
	int err = 0;

	for (i = window; i < n; i++) {
		err |= kind_remove(map, KEY(&keys[i - window]));
		err |= kind_insert(map, KEY(&keys[i]), i, GFP_KERNEL);
	}
	bench_check(!err, "churn");
}

static void reserve_all(size_t n)
{
	size_t i;

	for (i = 0; i < MAPS; i++)
		bench_check(!kind_reserve(map(i), n, GFP_KERNEL), "reserve");
}

static void destroy_all(void)
{
	size_t i;

	for (i = 0; i < MAPS; i++)
		kind_destroy(map(i));
	rcu_barrier();
}

static void count_lookups(const char *hit, const char *miss, const struct workload *w)
{
	size_t i;

	for (i = 0; i < MAPS; i++)
		insert_all(map(i), w->present, w->n);
	count(hit, LOOKUPS, find_all(map(i), w->hits, LOOKUPS));
	count(miss, LOOKUPS, find_all(map(i), w->misses, LOOKUPS));
	destroy_all();
}

static void count_with_room(const char *insert, const char *remove, const struct workload *w)
{
	reserve_all(w->n);
	count(insert, w->n, insert_all(map(i), w->present, w->n));
	count(remove, w->n, remove_all(map(i), w->shuffled, w->n));
	destroy_all();
}

static void count_churn(void)
{
	size_t i;

	for (i = 0; i < MAPS; i++)
		insert_all(map(i), many.present, FEW);
	count("remove one of 8, insert another", MANY - FEW,
	      churn(map(i), many.present, MANY, FEW));
	destroy_all();
}

static void count_changes(void)
{
	count("first insert", 1, insert_all(map(i), many.present, 1));
	count("destroy that", 1, kind_destroy(map(i)));
	count_with_room("insert 200 with room", "remove 200, the room stays", &some);
	count_with_room("insert 1000 with room", "remove 1000, the room stays", &many);
	count("insert 0 to 1000", MANY, insert_all(map(i), many.present, MANY));
	count("remove 1000 to 0", MANY, remove_all(map(i), many.shuffled, MANY));
	destroy_all();
}

static __always_inline void live(struct kind *map, size_t n, bool reserve)
{
	if (reserve)
		bench_check(!kind_reserve(map, n, GFP_KERNEL), "reserve");
	insert_all(map, few.present, n);
	kind_destroy(map);
}

static void count_lives(void)
{
	count_lives_of("life of 1", live(map(i), 1, false));
	count_lives_of("life of 2", live(map(i), 2, false));
	count_lives_of("life of 6", live(map(i), 6, false));
	count_lives_of("life of 8", live(map(i), 8, false));
	count_lives_of("life of 8 with a reserve", live(map(i), 8, true));
}

static void count_kind(void)
{
	count("lookup in an empty map", LOOKUPS, find_all(map(i), many.hits, LOOKUPS));
	count_lookups("hit among 8", "miss among 8", &few);
	count_lookups("hit among 200", "miss among 200", &some);
	count_lookups("hit among 1000", "miss among 1000", &many);
	count_changes();
	count_churn();
	count_lives();
}
