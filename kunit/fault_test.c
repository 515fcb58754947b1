// SPDX-License-Identifier: GPL-2.0
/*
 * Every public call in every state of a map, with its first, second, third ...
 * allocation failing, until it has no more of them. After each of these calls the
 * entries are compared with the model, and memory and counters with what they were.
 *
 * The states are moments in a map's life: the next insert, or the next removal, is
 * the one that changes its shape. For that each map of a kind has the same seed, so that
 * what was seen once happens again, and so each failure meets the same map. hmap_alloc()
 * and the walks of typed wrappers come to the same calls; see random_test.c for those in
 * random states.
 */
#include "test.h"
#include "model.h"

/* What a call promises for when there is no memory. */
enum promise {
	ASKS,		/* allocates nothing */
	WRITES,		/* may fail, and then the map is as it was */
	REMOVES,	/* cannot fail */
	SHAPES,		/* may fail, and then the entries are as they were */
	WALKS,		/* is many calls, of which each may fail */
};

static const struct call {
	const char *name;
	enum model_op op;
	enum promise promise;
	bool present;	/* of a key that is there */
} calls[] = {
	{ "lookup", MODEL_LOOKUP, ASKS, true },
	{ "lookup_bulk", MODEL_LOOKUP_BULK, ASKS, true },
	{ "get", MODEL_GET, ASKS, true },
	{ "contains", MODEL_CONTAINS, ASKS, false },
	{ "insert", MODEL_INSERT, WRITES, false },
	{ "insert of a key that is there", MODEL_INSERT, WRITES, true },
	{ "store of a new key", MODEL_STORE, WRITES, false },
	{ "store over a value", MODEL_STORE, WRITES, true },
	{ "replace", MODEL_REPLACE, WRITES, true },
	{ "replace of what is not there", MODEL_REPLACE, WRITES, false },
	{ "get_or_insert", MODEL_GET_OR_INSERT, WRITES, false },
	{ "remove", MODEL_REMOVE, REMOVES, true },
	{ "take", MODEL_TAKE, REMOVES, true },
	{ "reserve", MODEL_RESERVE, SHAPES, false },
	{ "trim", MODEL_TRIM, SHAPES, false },
	{ "clear", MODEL_CLEAR, ASKS, false },
	{ "destroy", MODEL_DESTROY, ASKS, false },
	{ "for_each", MODEL_WALK, ASKS, false },
	{ "for_each with changes", MODEL_WALK_CHANGING, WALKS, false },
	{ "for_each_rcu with changes", MODEL_WALK_RCU, WALKS, false },
	{ "next with changes", MODEL_WALK_CURSOR, WALKS, false },
};

/*
 * How a map gets to a state: keys [0, fill) are inserted; then @churn times the oldest
 * key is removed and a new one inserted; then the @remove oldest keys go. A map that
 * keeps its seed out of this has nothing to keep it in: it is header-only.
 */
struct script {
	u32 fill;
	u32 churn;
	u32 remove;
};

static u32 oldest(const struct script *s)
{
	return s->churn + s->remove;
}

static u32 newest(const struct script *s)
{
	return s->fill + s->churn;
}

enum moment {
	HEADER_ONLY,
	ONE_ENTRY,
	VACATED,
	TO_GROW,
	TO_SPLIT,
	TO_DOUBLE,
	TO_CLEAN,
	TO_MERGE,
	TO_SHRINK,
	TO_SHRINK_DIRECTORY,
	ONE_LEFT,
	NR_MOMENTS,
};

/* The counter that changes when the next key is inserted, or the next one removed. */
static const struct {
	const char *name;
	size_t counter;
	bool removes;
} moments[] = {
#define COUNTER(name)	offsetof(struct hmap_stats, name)
	[HEADER_ONLY]	= { "header only", COUNTER(first_inserts) },
	[ONE_ENTRY]	= { "one entry" },
	[VACATED]	= { "vacated" },
	[TO_GROW]	= { "about to grow", COUNTER(rebuilds_grow) },
	[TO_SPLIT]	= { "about to be split", COUNTER(splits) },
	[TO_DOUBLE]	= { "directory about to double",
			    COUNTER(directory_doublings) },
	[TO_CLEAN]	= { "about to be cleaned", COUNTER(rebuilds_clean) },
	[TO_MERGE]	= { "about to be merged", COUNTER(merges), true },
	[TO_SHRINK]	= { "about to shrink", COUNTER(rebuilds_shrink), true },
	[TO_SHRINK_DIRECTORY] = { "directory about to shrink",
			    COUNTER(directory_shrinks), true },
	[ONE_LEFT]	= { "one entry left", COUNTER(tables_freed), true },
};

/* What has been found out about a kind of map. */
static struct {
	struct script script;
	bool known;
} states[NR_MOMENTS];

static struct model *model;
static const struct model_kind *kind;
static u32 nr_keys;	/* that the states of this kind need */
static struct hmap_stats stats;

static int fault_test_init(struct kunit *test)
{
	model = vmalloc(sizeof(*model));
	return model ? 0 : -ENOMEM;
}

static void fault_test_exit(struct kunit *test)
{
	vfree(model);
	model = NULL;
}

static void step(struct kunit *test, enum model_op op, u32 key)
{
	const char *wrong = model_step(model, op, key, 0);

	KUNIT_ASSERT_EQ_MSG(test, !wrong, true, "%s: %s", kind->name, wrong);
}

/* A new map. Its first table, without an entry, can still be given another seed. */
static void begin(struct kunit *test, bool header_only)
{
	struct hmap_table *table;

	model_init(model, kind, nr_keys);
	model->quick = true;
	if (header_only)
		return;
	KUNIT_ASSERT_EQ(test, hmap_reserve(&model->map, 1, GFP_KERNEL), 0);
	table = rcu_dereference_protected(model->map.root, 1);
	table->seed = 20260101;
	table->reserved = false;
}

static void build(struct kunit *test, const struct script *s)
{
	u32 n;

	begin(test, !s->fill);
	for (n = 0; n < s->fill; n++)
		step(test, MODEL_INSERT, n);
	for (n = 0; n < s->churn; n++) {
		step(test, MODEL_REMOVE, n);
		step(test, MODEL_INSERT, s->fill + n);
	}
	for (n = s->churn; n < oldest(s); n++)
		step(test, MODEL_REMOVE, n);
}

static void learn(enum moment moment, struct script script)
{
	states[moment].script = script;
	states[moment].known = true;
}

static void learn_once(enum moment moment, struct script script)
{
	if (!states[moment].known)
		learn(moment, script);
}

/* Insert until the directory doubles. Returns how many were inserted. */
static u32 watch_growth(struct kunit *test)
{
	u32 n;

	begin(test, false);
	stats_since(&stats);
	for (n = 0; n < model->keys && !states[TO_DOUBLE].known; n++) {
		struct script script = { .fill = n };
		struct hmap_stats d;

		step(test, MODEL_INSERT, n);
		d = stats_since(&stats);
		if (d.rebuilds_grow && !states[TO_SPLIT].known)
			learn(TO_GROW, script);
		if (d.directory_doublings && states[TO_SPLIT].known)
			learn(TO_DOUBLE, script);
		if (d.splits)
			learn_once(TO_SPLIT, script);
	}
	return n;
}

/* Remove what watch_growth() has inserted. */
static void watch_removals(struct kunit *test, u32 count)
{
	u32 n;

	for (n = 0; n < count; n++) {
		struct script script = { .fill = count, .remove = n };
		struct hmap_stats d;

		step(test, MODEL_REMOVE, n);
		d = stats_since(&stats);
		if (d.merges)
			learn_once(TO_MERGE, script);
		if (d.rebuilds_shrink)
			learn_once(TO_SHRINK, script);
		if (d.directory_shrinks)
			learn_once(TO_SHRINK_DIRECTORY, script);
	}
	model_exit(model);
}

/* Remove and insert in turn until an insert has to clean the table. */
static void watch_churn(struct kunit *test)
{
	struct script script = { .fill = states[TO_SPLIT].script.fill / 2 };

	if (!script.fill)
		return;
	build(test, &script);
	while (newest(&script) + 1 < model->keys && !states[TO_CLEAN].known) {
		step(test, MODEL_REMOVE, oldest(&script));
		stats_since(&stats);
		step(test, MODEL_INSERT, newest(&script));
		/* The insert that cleans comes behind that removal. */
		script.remove = 1;
		if (stats_since(&stats).rebuilds_clean)
			learn(TO_CLEAN, script);
		script.remove = 0;
		script.churn++;
	}
	model_exit(model);
}

/* Find the moments in the life of a map of this kind. */
static void learn_states(struct kunit *test)
{
	u32 count;

	memset(states, 0, sizeof(states));
	nr_keys = MODEL_KEYS;
	learn(HEADER_ONLY, (struct script){ });
	learn(ONE_ENTRY, (struct script){ .fill = 1 });
	learn(VACATED, (struct script){ .fill = 1, .remove = 1 });
	if (kind->nr_keys == 1)
		return;
	count = watch_growth(test);
	watch_removals(test, count);
	watch_churn(test);
	learn(ONE_LEFT, (struct script){ .fill = count, .remove = count - 1 });
	nr_keys = max(count, newest(&states[TO_CLEAN].script)) + 1;
}

/* What a call has done, and what was before. */
struct result {
	bool fired;		/* an allocation has failed */
	bool failed;		/* and so did the call */
	size_t memory;		/* before it */
	struct hmap_stats d;
};

static const char *check_counters(const struct result *r)
{
	/* kvmalloc() has another way to get what kmalloc() did not give. */
	if (r->d.alloc_failures > r->fired)
		return "more failures were counted than there were";
	if (r->failed && r->d.alloc_failures != 1)
		return "a failure was not counted";
	if (r->d.bytes_in_use != hmap_memory(&model->map) - r->memory)
		return "bytes_in_use is not what the map takes";
	return NULL;
}

static const char *check_promise(enum promise promise, const struct result *r)
{
	/* The kernel may allocate for itself what kfree_rcu() needs, and do without. */
	bool may_defer = model->map.type->flags & HMAP_RCU;
	size_t memory = hmap_memory(&model->map);

	if (promise == ASKS && (r->d.alloc_failures || (r->fired && !may_defer)))
		return "it has allocated";
	if (r->failed && !r->fired)
		return "it failed, and no allocation did";
	if (r->failed && (promise == ASKS || promise == REMOVES))
		return "it failed, but may not";
	if (r->failed && promise == WRITES &&
	    (memory != r->memory || r->d.tables_allocated != r->d.tables_freed))
		return "it failed, and left other memory behind";
	if (promise == REMOVES && memory > r->memory)
		return "a removal has taken memory";
	return NULL;
}

/* One call whose @n-th allocation fails. */
static const char *fail_nth(const struct call *call, u32 key, u32 n,
			    struct result *r)
{
	/* For reserve: a table or two more. For walks: where their changes begin. */
	u32 arg = min_t(u32, 2 * model->count + 50, MODEL_KEYS - 1);
	const char *wrong;

	stats_since(&stats);
	r->memory = hmap_memory(&model->map);
	model->failures = 0;
	model->may_fail = true;
	fail_nth_allocation(n);
	wrong = model_step(model, call->op, key, arg);
	r->fired = allocation_has_failed();
	model->may_fail = false;
	r->failed = model->failures;
	r->d = stats_since(&stats);
	if (!wrong)
		wrong = check_counters(r);
	if (!wrong)
		wrong = check_promise(call->promise, r);
	return wrong ? wrong : model_compare(model);
}

/* What is not an operation of the model, and allocates nothing. */
static const char *ask(void)
{
	void *root = rcu_dereference_protected(model->map.root, 1);
	struct hmap_cursor cursor = HMAP_CURSOR_INIT;
	u32 count = 0;
	bool right;

	fail_nth_allocation(1);
	right = hmap_count(&model->map) == model->count &&
		hmap_empty(&model->map) == !model->count &&
		!hmap_memory(&model->map) == hmap_root_vacant(root) &&
		!hmap_validate(&model->map);
	rcu_read_lock();
	while (hmap_next(&model->map, &cursor, NULL))
		count++;
	rcu_read_unlock();
	if (allocation_has_failed())
		return "a question has allocated";
	return right && count == model->count ? NULL : "a wrong answer";
}

static u64 changed(const struct result *r, enum moment moment)
{
	return *(const u64 *)((const void *)&r->d + moments[moment].counter);
}

/* Whether this call is the one that the moment is about. */
static bool is_due(const struct call *call, enum moment moment)
{
	if (!moments[moment].counter)
		return false;
	return call->op == (moments[moment].removes ? MODEL_REMOVE : MODEL_INSERT) &&
	       call->present == moments[moment].removes;
}

static u32 key_for(const struct call *call, const struct script *s)
{
	return call->present ? oldest(s) : newest(s);
}

/* The calls that a walk consists of have each been here already. */
static u32 step_of(const struct call *call, u32 n)
{
	return call->promise == WALKS ? 1 + n / 4 : 1;
}

/* A call with each of its allocations failing in turn, each time on a fresh map of
 * the same shape. Returns how often one has failed.
 */
static u32 fail_each(struct kunit *test, const struct call *call,
		     enum moment moment)
{
	const struct script *s = &states[moment].script;
	struct result r = { .fired = true };
	const char *wrong;
	u32 n, fired = 0;

	for (n = 1; r.fired; n += step_of(call, n)) {
		build(test, s);
		wrong = fail_nth(call, key_for(call, s), n, &r);
		if (!wrong && !r.fired)
			wrong = ask();
		if (wrong)
			KUNIT_FAIL(test, "%s, %s, %s, allocation %u: %s",
				   kind->name, moments[moment].name, call->name,
				   n, wrong);
		model_exit(model);
		if (wrong)
			break;
		fired += r.fired;
	}
	if (!is_due(call, moment))
		return fired;
	KUNIT_EXPECT_EQ_MSG(test, !changed(&r, moment), false,
			    "%s, %s: nothing of the sort has happened",
			    kind->name, moments[moment].name);
	return fired;
}

/* The call that the moment is about has to have had something to fail, but where it
 * only frees.
 */
static void fail_in_state(struct kunit *test, enum moment moment, u32 *total)
{
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		n = fail_each(test, &calls[i], moment);
		if (is_due(&calls[i], moment) && moment != ONE_LEFT)
			KUNIT_EXPECT_EQ_MSG(test, !n, false,
					    "%s, %s: nothing was allocated",
					    kind->name, moments[moment].name);
		*total += n;
		cond_resched();
	}
	rcu_barrier();
}

static void fail_kind(struct kunit *test, const struct model_kind *k)
{
	struct hmap_stats since;
	u32 moment, known = 0, total = 0;
#ifdef _HMAP_USER_STUBS_H
	size_t bytes = stub_bytes;
#endif

	kind = k;
	stats_since(&since);
	learn_states(test);
	for (moment = 0; moment < NR_MOMENTS; moment++) {
		if (!states[moment].known)
			continue;
		known++;
		fail_in_state(test, moment, &total);
	}
	rcu_barrier();
	since = stats_since(&since);
	KUNIT_EXPECT_EQ(test, since.bytes_in_use, 0);
	KUNIT_EXPECT_EQ(test, since.tables_allocated, since.tables_freed);
#ifdef _HMAP_USER_STUBS_H
	KUNIT_EXPECT_EQ(test, stub_bytes, bytes);
#endif
	/* Where slots are used again, no insert need clean; where tables are small,
	 * none is worth a smaller one.
	 */
	if (kind->nr_keys > 1)
		KUNIT_EXPECT_GE(test, known, NR_MOMENTS -
				!(kind->type.flags & HMAP_RCU) -
				(HMAP_TABLE_MAX < 1024));
	kunit_info(test, "%s: %u states, %u allocations failed", kind->name,
		   known, total);
}

/* A kernel that checks itself, under emulation, takes minutes for each kind. */
#ifdef HMAP_FEW_FAULTS
static const bool few_faults = true;
#else
static const bool few_faults;
#endif

/* The kind of this name, without RCU, unless there is little time, and with it. */
static void fail_kinds(struct kunit *test, const char *name)
{
	u32 i, found = 0;

	if (!can_fail_allocations())
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	for (i = 0; i < model_nr_kinds; i++) {
		const struct model_kind *k = model_kind(i);

		if ((strcmp(k->name, name) || few_faults) &&
		    (strncmp(k->name, "rcu-", 4) || strcmp(k->name + 4, name)))
			continue;
		fail_kind(test, k);
		found++;
	}
	KUNIT_EXPECT_EQ(test, found, few_faults ? 1 : 2);
}

static void fail_kinds_if_fast(struct kunit *test, const char *name)
{
	if (few_faults)
		kunit_skip(test, "takes too long on a kernel that checks itself");
	fail_kinds(test, name);
}

static void faults_with_words(struct kunit *test)
{
	fail_kinds(test, "u64-u64");
}

static void faults_with_sets(struct kunit *test)
{
	fail_kinds_if_fast(test, "u32-set");
}

static void faults_with_values_of_several_words(struct kunit *test)
{
	fail_kinds_if_fast(test, "u64-24");
}

static void faults_with_strings(struct kunit *test)
{
	fail_kinds(test, "string-u64");
}

static void faults_with_strings_with_large_values(struct kunit *test)
{
	fail_kinds(test, "string-300");
}

static void faults_with_largest_slots(struct kunit *test)
{
	fail_kinds_if_fast(test, "bytes128-128");
}

static void faults_with_large_keys(struct kunit *test)
{
	fail_kinds_if_fast(test, "bytes300-40");
}

static void faults_with_large_values(struct kunit *test)
{
	fail_kinds(test, "u64-500");
}

static void faults_with_single_entries(struct kunit *test)
{
	fail_kinds(test, "empty-key");
	fail_kinds(test, "empty-key-set");
	fail_kinds(test, "empty-key-257");
}

static struct kunit_case fault_test_cases[] = {
	KUNIT_CASE(faults_with_words),
	KUNIT_CASE(faults_with_sets),
	KUNIT_CASE(faults_with_values_of_several_words),
	KUNIT_CASE(faults_with_strings),
	KUNIT_CASE(faults_with_strings_with_large_values),
	KUNIT_CASE(faults_with_largest_slots),
	KUNIT_CASE(faults_with_large_keys),
	KUNIT_CASE(faults_with_large_values),
	KUNIT_CASE(faults_with_single_entries),
	{}
};

static struct kunit_suite fault_test_suite = {
	.name = "hmap_fault",
	.init = fault_test_init,
	.exit = fault_test_exit,
	.test_cases = fault_test_cases,
};

kunit_test_suite(fault_test_suite);
