// SPDX-License-Identifier: GPL-2.0
/* Does a sequence of calls on a map, and counts what it costs. */
#include "sequence.h"

struct hmap_cost hmap_cost;

/* A key, and an object in maps of these. */
struct item {
	u64 key;
	u64 hash;
};

/* The keys for maps of a size, by their hashes. */
struct universe {
	u32		n;
	hmap_hash_fn	hash;
	u32		nr;
	struct item	*items;
	u8		*present;
};

struct run {
	const struct sequence	*s;
	const struct hmap_type	*type;
	struct universe		*u;
	u32			next[MAX_PHASES];
	u32			live;
	u64			wanted;		/* operations */
	u64			looked;		/* for keys */
	struct result		*result;
};

#define NAME_LEN	13

HMAP_DECLARE_OBJECT(items, struct item, key, HMAP_RCU);

static const struct hmap_type kinds[] = {
	HMAP_TYPE("u64", 8, 8, hmap_hash_u64, NULL, HMAP_SCALAR),
	HMAP_TYPE("rcu", 8, 8, hmap_hash_u64, NULL, HMAP_SCALAR | HMAP_RCU),
	HMAP_TYPE_STRING("strings", 8, hmap_hash_bytes, HMAP_SCALAR | HMAP_RCU),
	__HMAP_OBJECT_TYPE_OF(items, hmap_hash_u64, NULL, NULL),
	HMAP_TYPE("wide", 8, HMAP_SLOT_MAX - 8, hmap_hash_u64, NULL, HMAP_RCU),
};

const u32 nr_kinds = ARRAY_SIZE(kinds);

static const char * const op_names[NR_OPS] = {
	"insert", "remove", "walk", "evict", "reserve", "trim", "clear",
};

static const char * const field_names[NR_FIELDS] = {
	"op", "count", "parts", "until", "order", "bits", "level", "at", "brink",
	"crowd", "go_on", "fail",
};

u32 field_limit[NR_FIELDS] = { NR_OPS, 2048, 1537, 3, 3, 8, 16, 1024, 2, 2, 2, 16 };

static struct hmap map;
static struct universe universes[16];

const char *kind_name(u32 kind)
{
	return kinds[kind].name;
}

/* The same secrets, and the same seed of the map, in every run. */
void sequence_init(u64 seed)
{
	stub_random_seed(seed);
	hmap_hash_init();
	hmap_size_init();
	hmap_secret[2] ^= (u64)&map * hmap_secret[1];
}

static bool is_of_strings(const struct hmap_type *type)
{
	return type->flags & HMAP_STRING;
}

/* What calls take for the key @n. */
static const void *key_of(const struct hmap_type *type, const u64 *n)
{
	static struct hmap_str str;
	static char name[NAME_LEN];
	u32 i;

	if (!is_of_strings(type))
		return n;
	for (i = 0; i < NAME_LEN; i++)
		name[i] = 'A' + (*n >> 5 * i & 31);
	str = (struct hmap_str){ name, NAME_LEN };
	return &str;
}

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/*
 * Two keys for each entry, and of each range of hashes around the very first one some
 * more, so that whatever a map's size there are enough for a table or two.
 */
static void fill_universe(struct universe *u, const struct hmap_type *type, u32 n)
{
	const u64 tries = (is_of_strings(type) ? 16ULL : 256ULL) * n;
	const u32 share = n / 32 + 1024;
	u32 in_range[65] = { };
	u64 key;

	u->n = n;
	u->hash = type->hash;
	u->items = malloc((2 * n + 65 * share) * sizeof(*u->items));
	for (key = 1; key <= tries; key++) {
		u64 hash = hmap_hash_key(type, key_of(type, &key), hmap_seed(&map));
		u32 bits = hash ? __builtin_clzll(hash) : 64;

		if (key > 2 * n && in_range[bits]++ >= share)
			continue;
		u->items[u->nr++] = (struct item){ key, hash };
	}
	qsort(u->items, u->nr, sizeof(*u->items), compare_items);
	u->present = malloc(u->nr);
}

static struct universe *universe_of(const struct hmap_type *type, u32 n)
{
	struct universe *u = universes;

	while (u->n && (u->n != n || u->hash != type->hash))
		u++;
	if (!u->n)
		fill_universe(u, type, n);
	memset(u->present, 0, u->nr);
	return u;
}

/* How many keys have smaller hashes. */
static u32 rank_of(const struct universe *u, u64 hash)
{
	u32 low = 0, high = u->nr;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (u->items[mid].hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The keys that a phase is about. */
static u32 range_of(const struct run *r, const struct phase *p, u32 *nr)
{
	const u32 level = p->field[LEVEL], log = 31 - __builtin_clz(r->u->n);
	u32 bits = p->field[BITS] + (level && level + log > 11 ? level + log - 11 : 0), first;
	u64 at = (u64)p->field[AT] << 54, mask = hmap_range_mask(min_t(u32, bits, 64));

	first = rank_of(r->u, at & ~mask);
	*nr = (at | mask) == U64_MAX ? r->u->nr - first : rank_of(r->u, (at | mask) + 1) - first;
	return first;
}

static u32 count_of(const struct run *r, const struct phase *p)
{
	return p->field[COUNT] + (u64)p->field[PARTS] * r->u->n / 1024;
}

/* Of each call: all allocations from the first, second... on, or one of them alone, or
 * those above a size.
 */
static void set_failure(const struct phase *p)
{
	u32 fail = p->field[FAIL];

	stub_fail_all = false;
	stub_fail_above = fail > 8 ? 512UL << (fail - 8) : SIZE_MAX;
	stub_fail_nth = fail > 8 ? 0 : fail > 4 ? fail - 4 : fail;
	stub_fail_rest = fail && fail <= 4;
}

static void end_failure(void)
{
	set_failure(&(struct phase){ });
}

static long counter(size_t offset)
{
	return local_read(&hmap_counters.n[offset / sizeof(u64)]);
}

/* What a phase may wait for. */
static long events(const struct phase *p)
{
	if (p->field[UNTIL] == 1)
		return counter(offsetof(struct hmap_stats, tables_allocated));
	if (p->field[UNTIL] == 2)
		return counter(offsetof(struct hmap_stats, directory_doublings)) +
		       counter(offsetof(struct hmap_stats, directory_shrinks));
	return 0;
}

static void done(struct run *r, u32 ops)
{
	u64 before = r->result->ops / 1024;

	r->result->ops += ops;
	r->result->most = max(r->result->most, r->live);
	if (r->result->ops / 1024 > before)
		rcu_barrier();
}

/* Insert or remove the key of rank @i. Whether the phase is over. */
static bool change(struct run *r, const struct phase *p, u32 i, bool insert)
{
	static u64 value[HMAP_SLOT_MAX / 8];
	struct item *item = &r->u->items[i];
	const void *key = key_of(r->type, &item->key);
	long before = events(p);
	int err;

	value[0] = hmap_is_object(r->type) ? (u64)item : i;
	set_failure(p);
	err = insert ? hmap_insert(&map, key, value, GFP_KERNEL, r->type) :
		       hmap_remove(&map, key, r->type);
	end_failure();
	if (err && !(insert && err == -ENOMEM && p->field[FAIL])) {
		fprintf(stderr, "%s: error %d\n", insert ? "insert" : "remove", err);
		abort();
	}
	if (!err) {
		r->u->present[i] = insert;
		r->live += insert ? 1 : -1;
	}
	done(r, 1);
	return events(p) != before;
}

/* The @i-th of @nr in an order. */
static u32 in_order(u32 order, u32 i, u32 nr)
{
	i %= nr;
	/* A prime: each is met once. */
	return order == 2 ? i * 2654435761ULL % nr : order == 1 ? nr - 1 - i : i;
}

static double cost_of(const struct hmap_cost *cost)
{
	return cost->slots + cost->refs + cost->words + cost->bytes / 64.0;
}

/* Worse than any bound, or there is nothing to do: that takes no longer to tell. */
static bool is_enough(const struct run *r)
{
	return r->looked > 32 * r->wanted || cost_of(&hmap_cost) > 256.0 * r->wanted;
}

/* Whether the table that @hash leads to would be replaced if an entry came or went. */
static bool is_at_brink(u64 hash, bool insert)
{
	struct hmap_table *table = hmap_table_of(&map, hash), after;

	if (!table || insert)
		return table && table->room <= 1;
	after = *table;
	after.live--;
	return hmap_wants_shrink(&after);
}

/* Whether a phase is about a key that could be inserted or removed. */
static bool is_meant(const struct phase *p, u64 hash, bool insert)
{
	return !(p->field[CROWD] && (u32)hash >> 29) &&
	       !(p->field[BRINK] && is_at_brink(hash, insert));
}

static void change_many(struct run *r, const struct phase *p, u32 *next, bool insert)
{
	u32 left = count_of(r, p), nr, first = range_of(r, p, &nr), tried;

	for (tried = 0; left && tried < nr && !is_enough(r); tried++) {
		u32 i = first + in_order(p->field[ORDER], (*next)++, nr);

		if (r->u->present[i] == insert || !is_meant(p, r->u->items[i].hash, insert))
			continue;
		left--;
		if (change(r, p, i, insert))
			break;
	}
	r->looked += tried;
}

static u32 nr_tables(void)
{
	return counter(offsetof(struct hmap_stats, tables_allocated)) -
	       counter(offsetof(struct hmap_stats, tables_freed));
}

/* Remove what walks show: by one, every first, second... entry, or by many. */
static void walk(struct run *r, const struct phase *p, bool evict)
{
	u32 left = count_of(r, p), seen = 0, i;
	const void *key;
	void *entry;

	do {
		i = r->u->nr;
		hmap_walk_safe(&map, iter, key, entry, r->type) {
			i = hmap_is_object(r->type) ?
				(struct item *)entry - r->u->items : *(u64 *)entry;
			if (!evict && seen++ % (1 + p->field[ORDER]))
				continue;
			if (!left || change(r, p, i, false) || !--left) {
				left = 0;
				break;
			}
			if (evict)
				break;
		}
		/* Walks from table to table, of which many may be empty. */
		r->looked += (u64)nr_tables() * i / r->u->nr;
	} while (evict && left && r->live && !is_enough(r));
	done(r, 1);
}

/*
 * A trim may cost as much as there are entries, and counts for so many calls. So does a
 * reserve, for those that are to come; what it allocates itself is not counted, as the room
 * for an entry takes several times an entry's bytes, by its contract.
 */
static void call(struct run *r, const struct phase *p)
{
	const struct hmap_cost before = hmap_cost;
	u32 n = count_of(r, p), ops = 1;

	set_failure(p);
	switch (p->field[OP]) {
	case RESERVE:
		ops += hmap_reserve(&map, n, GFP_KERNEL, r->type) ? 0 : max(n, r->live);
		hmap_cost = before;
		break;
	case TRIM:
		ops += r->live;
		hmap_trim(&map, GFP_KERNEL, r->type);
		break;
	case CLEAR:
		hmap_clear(&map, r->type);
		if (r->live)
			memset(r->u->present, 0, r->u->nr);
		r->live = 0;
	}
	end_failure();
	done(r, ops);
}

static void do_phase(struct run *r, u32 nr)
{
	const struct phase *p = &r->s->phase[nr];
	const u32 op = p->field[OP];

	if (!p->field[GO_ON])
		r->next[nr] = 0;
	if (op == INSERT || op == REMOVE)
		change_many(r, p, &r->next[nr], op == INSERT);
	else if (op == WALK || op == EVICT)
		walk(r, p, op == EVICT);
	else
		call(r, p);
	rcu_barrier();
}

/* The loop is done until its share is large: what is measured is the whole. */
void sequence_run(const struct sequence *s, u32 n, struct result *result)
{
	const struct hmap_type *type = &kinds[s->kind];
	struct run r = {
		.s = s, .type = type, .u = universe_of(type, n), .result = result,
		.wanted = 4ULL * n,
	};
	long failures = counter(offsetof(struct hmap_stats, alloc_failures));
	double scale;
	u64 before;
	u32 i;

	*result = (struct result){ };
	hmap_cost = (struct hmap_cost){ };
	for (i = 0; i < s->loop; i++)
		do_phase(&r, i);
	r.wanted = 4 * max_t(u64, result->ops, n);
	do {
		before = result->ops;
		for (i = s->loop; i < s->nr; i++)
			do_phase(&r, i);
	} while (result->ops > before && result->ops < r.wanted && !is_enough(&r));
	result->cost = hmap_cost;
	result->failures = counter(offsetof(struct hmap_stats, alloc_failures)) - failures;
	if (result->ops) {
		scale = 1 / ((1 + type->slot_size / 64.0) * result->ops);
		result->score = cost_of(&hmap_cost) * scale;
		result->of_refs = hmap_cost.refs * scale;
	}
	hmap_destroy(&map, type);
	rcu_barrier();
	if (stub_bytes) {
		fprintf(stderr, "%zu bytes were never freed\n", stub_bytes);
		abort();
	}
}

void sequence_print(const struct sequence *s, u32 n)
{
	u32 i, f;

	printf("%s n=%u", kinds[s->kind].name, n);
	for (i = 0; i < s->nr; i++) {
		printf("%s %s", i == s->loop ? " |" : "", op_names[s->phase[i].field[OP]]);
		for (f = OP + 1; f < NR_FIELDS; f++)
			if (s->phase[i].field[f])
				printf(" %s=%u", field_names[f], s->phase[i].field[f]);
	}
	printf("\n");
}

static bool parse_name(const char *word, struct sequence *s)
{
	u32 i;

	for (i = 0; i < nr_kinds; i++)
		if (!strcmp(word, kinds[i].name)) {
			s->kind = i;
			return true;
		}
	for (i = 0; i < NR_OPS && s->nr < MAX_PHASES; i++)
		if (!strcmp(word, op_names[i])) {
			s->phase[s->nr++].field[OP] = i;
			return true;
		}
	return false;
}

static bool parse_field(const char *word, u32 value, struct sequence *s)
{
	u32 f;

	for (f = OP + 1; f < NR_FIELDS; f++)
		if (s->nr && !strcmp(word, field_names[f]) && value < field_limit[f]) {
			s->phase[s->nr - 1].field[f] = value;
			return true;
		}
	return false;
}

/* As sequence_print() has it, and seed=. */
bool sequence_parse(char *text, struct sequence *s, u32 *n, u64 *seed)
{
	char *word, *value;

	*s = (struct sequence){ };
	for (word = strtok(text, "\n "); word; word = strtok(NULL, "\n ")) {
		value = strchr(word, '=');
		if (value)
			*value++ = '\0';
		if (!strcmp(word, "|"))
			s->loop = s->nr;
		else if (value && !strcmp(word, "n"))
			*n = strtoul(value, NULL, 10);
		else if (value && !strcmp(word, "seed"))
			*seed = strtoull(value, NULL, 10);
		else if (!(value ? parse_field(word, strtoul(value, NULL, 10), s) :
				   parse_name(word, s)))
			return false;
	}
	return s->loop < s->nr;
}
