// SPDX-License-Identifier: GPL-2.0
/*
 * Every public call in every state of a map, with its first, second, third ...
 * allocation failing, until it has no more of them. After each of these calls the
 * entries are compared with the model, and memory and counters with what they were.
 *
 * The states are moments in a map's life (fault_states.h), so each failure meets the same
 * map. The call that a moment is about is also made while a safe walk has pinned the table:
 * for some kinds the hashes of its entries then need memory, too. hmap_alloc() and the walks
 * of typed wrappers come to the same calls; see random_test.c for those in random states.
 */
#include "fault_states.h"

/* What a call promises for when there is no memory. */
enum promise {
	ASKS,		/* allocates nothing */
	WRITES,		/* may fail, and then the map is as it was; if the key is there, ASKS */
	REMOVES,	/* cannot fail */
	SHAPES,		/* may fail, and then the entries are as they were */
	WALKS,		/* is many calls, of which each may fail */
};

static const struct call {
	const char *name;
	enum model_op op;
	enum promise promise;
	bool present;	/* of a key that is there */
	bool pointers;	/* only for maps of pointers and objects */
	bool many;	/* needs several tables, if any */
} calls[] = {
	{ "lookup", MODEL_LOOKUP, ASKS, true },
	{ "lookup_bulk", MODEL_LOOKUP_BULK, ASKS, true },
	{ "read", MODEL_READ, ASKS, true },
	{ "contains", MODEL_CONTAINS, ASKS, false },
	{ "insert", MODEL_INSERT, WRITES, false },
	{ "insert of a key that is there", MODEL_INSERT, WRITES, true },
	{ "store of a new key", MODEL_STORE, WRITES, false },
	{ "store over a value", MODEL_STORE, WRITES, true },
	{ "replace", MODEL_REPLACE, ASKS, true },
	{ "replace of what is not there", MODEL_REPLACE, ASKS, false },
	{ "get_or_insert", MODEL_GET_OR_INSERT, WRITES, false },
	{ "get_or_insert of a key that is there", MODEL_GET_OR_INSERT, WRITES, true },
	{ "remove", MODEL_REMOVE, REMOVES, true },
	{ "take", MODEL_TAKE, REMOVES, true },
	{ "erase", MODEL_ERASE, REMOVES, true, true },
	{ "erase of what is not there", MODEL_ERASE, ASKS, false, true },
	{ "erase_pointer", MODEL_ERASE_POINTER, REMOVES, true, true },
	{ "reserve", MODEL_RESERVE, SHAPES, false },
	{ "reserve for many", MODEL_RESERVE, SHAPES, false, .many = true },
	{ "trim", MODEL_TRIM, SHAPES, false },
	{ "clear", MODEL_CLEAR, ASKS, false },
	{ "clear_with", MODEL_CLEAR_WITH, ASKS, false },
	{ "destroy", MODEL_DESTROY, ASKS, false },
	{ "free_and_destroy", MODEL_FREE_AND_DESTROY, ASKS, false },
	{ "for_each", MODEL_WALK, ASKS, false },
	{ "for_each_safe with changes", MODEL_WALK_SAFE, WALKS, false },
	{ "for_each_rcu with changes", MODEL_WALK_RCU, WALKS, false },
	{ "next with changes", MODEL_WALK_CURSOR, WALKS, false },
};

static struct model *model;
static const struct model_kind *kind;
static struct states states;
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

/* What a call has done, and what was before. */
struct result {
	bool fired;		/* an allocation has failed */
	bool failed;		/* and so did the call */
	size_t memory;		/* before it */
	size_t allocated;	/* before it, of anybody, as far as that is known */
	struct hmap_stats d;
};

/* What waits for a grace period does not count. */
static size_t allocated_now(void)
{
#ifdef _HMAP_USER_STUBS_H
	rcu_barrier();
	return stub_bytes;
#else
	return 0;
#endif
}

static size_t memory_now(void)
{
	return hmap_memory(&model->map, model->type);
}

static const char *check_counters(const struct result *r)
{
	/* kvmalloc() has another way to get what kmalloc() did not give. */
	if (r->d.alloc_failures > r->fired)
		return "more failures were counted than there were";
	if (r->failed && r->d.alloc_failures != 1)
		return "a failure was not counted";
	if (r->d.bytes_in_use != memory_now() - r->memory)
		return "bytes_in_use is not what the map takes";
	return NULL;
}

/* A value that readers may be reading is overwritten by a removal and an insert. */
static enum promise promise_of(const struct call *call, u32 key)
{
	bool there = model->version[key % model->keys];

	if (there && model_is_constant(model) &&
	    (call->op == MODEL_STORE || call->op == MODEL_REPLACE))
		return WALKS;
	return call->promise == WRITES && there ? ASKS : call->promise;
}

static const char *check_promise(enum promise promise, const struct result *r)
{
	/* The kernel may allocate for itself what kfree_rcu() needs, and do without. */
	bool may_defer = model->type->flags & HMAP_RCU;

	if (promise == ASKS && (r->d.alloc_failures || (r->fired && !may_defer)))
		return "it has allocated";
	if (r->failed && !r->fired)
		return "it failed, and no allocation did";
	if (r->failed && (promise == ASKS || promise == REMOVES))
		return "it failed, but may not";
	if (r->failed && promise == WRITES &&
	    (memory_now() != r->memory || r->d.tables_allocated != r->d.tables_freed))
		return "it failed, and left other memory behind";
	if (r->failed && promise == WRITES && allocated_now() != r->allocated)
		return "it failed, and something that the map does not know of was left";
	if (promise == REMOVES && memory_now() > r->memory)
		return "a removal has taken memory";
	return NULL;
}

/* For reserve: a table or two more, or many. For walks: where their changes begin. */
static u32 arg_of(const struct call *call)
{
	if (call->promise != WALKS && call->op != MODEL_RESERVE)
		return 0;
	if (call->many)
		return model->keys - 1;
	return min_t(u32, 2 * model->count + 50, MODEL_KEYS - 1);
}

/* One call whose @n-th allocation fails. */
static const char *fail_nth(const struct call *call, u32 key, u32 n,
			    struct result *r)
{
	enum promise promise = promise_of(call, key);
	u32 arg = arg_of(call);
	const char *wrong;

	stats_since(&stats);
	r->memory = memory_now();
	r->allocated = allocated_now();
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
		wrong = check_promise(promise, r);
	return wrong ? wrong : model_compare(model);
}

/* What is not an operation of the model, and allocates nothing. */
static const char *ask(void)
{
	void *root = rcu_dereference_protected(model->map.root, 1);
	const struct hmap_type *type = model->type;
	struct hmap_cursor cursor = { };
	u32 count = 0;
	bool right;

	fail_nth_allocation(1);
	right = hmap_count(&model->map, type) == model->count &&
		hmap_empty(&model->map, type) == !model->count &&
		!hmap_memory(&model->map, type) == (!root || hmap_root_is_object(root)) &&
		!hmap_validate(&model->map, type);
	rcu_read_lock();
	while (hmap_next(&model->map, &cursor, NULL, type))
		count++;
	rcu_read_unlock();
	if (allocation_has_failed())
		return "a question has allocated";
	return right && count == model->count ? NULL : "a wrong answer";
}

/* The table that a key leads to, or NULL. */
static const struct hmap_table *table_of(u32 n)
{
	void *root = rcu_dereference_protected(model->map.root, 1);
	struct model_key key;
	u64 hash;

	if (!root || hmap_root_is_object(root))
		return NULL;
	hash = hmap_hash_key(model->type, model_key(model, n, &key), hmap_seed(&model->map));
	return hmap_deref_table(root, hash);
}

/* A safe walk in the table that @key leads to, which has an entry. Walk 1 is it. */
static const char *pin(u32 key)
{
	const struct model_walk *w = &model->walk[1];
	const char *wrong = model_step(model, MODEL_OPEN, 0, 0);

	while (!wrong && table_of(key) && w->iter.table != table_of(key)) {
		wrong = model_step(model, MODEL_ADVANCE, 0, 0);
		if (!wrong && w->kind != MODEL_SAFE)
			wrong = "a walk has missed a table";
	}
	return wrong;
}

/* The walk visits what is left for it to visit. */
static const char *unpin(void)
{
	const char *wrong = NULL;

	while (!wrong && model->walk[1].kind == MODEL_SAFE)
		wrong = model_step(model, MODEL_ADVANCE, 0, 0);
	return wrong;
}

static u64 changed(const struct result *r, enum moment moment)
{
	return *(const u64 *)((const void *)&r->d + moment_counter(moment, kind));
}

/* Whether this call is the one that the moment is about. */
static bool is_due(const struct call *call, enum moment moment)
{
	if (!moment_counter(moment, kind))
		return false;
	return call->op == (moment_removes(moment) ? MODEL_REMOVE : MODEL_INSERT) &&
	       call->present == moment_removes(moment);
}

static u32 key_for(const struct call *call, const struct script *s)
{
	return call->present ? oldest_key(s) : newest_key(s);
}

/* The calls that a walk consists of have each been here already, and so have the tables that
 * a reserve makes one after the other.
 */
static u32 step_of(const struct call *call, u32 n)
{
	return call->promise == WALKS || call->many ? 1 + n / 4 : 1;
}

/* A call with its @n-th allocation failing, on a map of that shape, which a walk may have
 * @pinned.
 */
static const char *fail_once(struct kunit *test, const struct call *call,
			     enum moment moment, u32 n, bool pinned, struct result *r)
{
	u32 key = key_for(call, &states.at[moment].script);
	const char *wrong = NULL, *lost;

	states_build(test, &states, model, moment);
	if (pinned)
		wrong = pin(key);
	if (!wrong)
		wrong = fail_nth(call, key, n, r);
	if (!wrong && !r->fired)
		wrong = ask();
	if (!wrong && pinned)
		wrong = unpin();
	lost = model_exit(model);
	return wrong ? wrong : lost;
}

/* A call with each of its allocations failing in turn, each time on a fresh map of
 * the same shape. Returns how often one has failed.
 */
static u32 fail_each(struct kunit *test, const struct call *call,
		     enum moment moment, bool pinned)
{
	struct result r = { .fired = true };
	const char *wrong;
	u32 n, fired = 0;

	for (n = 1; r.fired; n += step_of(call, n)) {
		wrong = fail_once(test, call, moment, n, pinned, &r);
		if (wrong) {
			KUNIT_FAIL(test, "%s, %s%s, %s, allocation %u: %s",
				   kind->name, moment_name(moment),
				   pinned ? ", with a walk" : "", call->name, n, wrong);
			break;
		}
		fired += r.fired;
	}
	if (!is_due(call, moment))
		return fired;
	KUNIT_EXPECT_EQ_MSG(test, !changed(&r, moment), false,
			    "%s, %s: nothing of the sort has happened",
			    kind->name, moment_name(moment));
	return fired;
}

/* Where a hash cannot be told from a slot whose entry may have been freed, the hashes of
 * a table that a walk has pinned are kept when it dies; but not when the map is cleared.
 */
static bool keeps_hashes(enum moment moment)
{
	bool behind = kind->role == MODEL_IS_ENTRY || kind->role == MODEL_IS_KEY;

	return behind && moment >= TO_GROW && moment != ONE_LEFT;
}

/* In a kernel one more may fail: that of a page, which a slab happens to need. */
static bool failures_are_those_of_calls(void)
{
#ifdef _HMAP_USER_STUBS_H
	return true;
#else
	return false;
#endif
}

/* The call that the moment is about, while a walk has pinned the table. */
static u32 fail_with_walk(struct kunit *test, const struct call *call,
			  enum moment moment, u32 without)
{
	u32 n = fail_each(test, call, moment, true);

	if (!failures_are_those_of_calls())
		return n;
	if (keeps_hashes(moment))
		KUNIT_EXPECT_EQ_MSG(test, n > without, true, "%s, %s: no hashes were kept",
				    kind->name, moment_name(moment));
	else
		KUNIT_EXPECT_EQ_MSG(test, n, without, "%s, %s: a walk needs memory",
				    kind->name, moment_name(moment));
	return n;
}

/* The call that the moment is about has to have had something to fail, but where it
 * only frees.
 */
static void fail_in_state(struct kunit *test, enum moment moment, u32 *total)
{
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		if (calls[i].pointers && !(kind->type->flags & HMAP_POINTER))
			continue;
		n = fail_each(test, &calls[i], moment, false);
		if (is_due(&calls[i], moment)) {
			if (moment < TO_HEADER)
				KUNIT_EXPECT_EQ_MSG(test, !n, false,
						    "%s, %s: nothing was allocated",
						    kind->name, moment_name(moment));
			n += fail_with_walk(test, &calls[i], moment, n);
		}
		*total += n;
		cond_resched();
	}
	rcu_barrier();
}

/* Where slots are used again, no insert need clean; where tables are small, none is worth a
 * smaller one; and only objects go to the header.
 */
static u32 fewest_states(void)
{
	if (kind->nr_keys == 1)
		return 3;
	return NR_MOMENTS - (!(kind->type->flags & HMAP_RCU) || kind->role == MODEL_IS_ENTRY) -
	       (HMAP_TABLE_MAX < 1024) - (kind->role != MODEL_IS_ENTRY);
}

static void fail_kind(struct kunit *test, const struct model_kind *k)
{
	struct hmap_stats since;
	u32 moment, known = 0, total = 0;
	size_t bytes = allocated_now();

	kind = k;
	stats_since(&since);
	test_lock();
	states_learn(test, &states, model, kind);
	for (moment = 0; moment < NR_MOMENTS; moment++) {
		if (!states.at[moment].known)
			continue;
		known++;
		fail_in_state(test, moment, &total);
	}
	test_unlock();
	rcu_barrier();
	since = stats_since(&since);
	KUNIT_EXPECT_EQ(test, since.bytes_in_use, 0);
	KUNIT_EXPECT_EQ(test, since.tables_allocated, since.tables_freed);
	KUNIT_EXPECT_EQ(test, allocated_now(), bytes);
	KUNIT_EXPECT_GE(test, known, fewest_states());
	kunit_info(test, "%s: %u states, %u allocations failed", kind->name,
		   known, total);
}

/* It would take minutes for each kind. */
static const bool few_faults = HMAP_SLOW > 1;

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
		kunit_skip(test, "takes too long on a slow kernel");
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
	skip_if_slow(test);
	fail_kinds(test, "string-u64");
}

static void faults_with_strings_with_large_values(struct kunit *test)
{
	skip_if_slow(test);
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
	skip_if_slow(test);
	fail_kinds(test, "u64-500");
}

static void faults_with_pointers(struct kunit *test)
{
	fail_kinds(test, "u64-pointer");
}

static void faults_with_strings_with_pointers(struct kunit *test)
{
	fail_kinds_if_fast(test, "string-pointer");
}

/* What tells keys apart is behind the pointers that are the keys. */
static void faults_with_pointers_as_keys(struct kunit *test)
{
	fail_kinds_if_fast(test, "key-behind");
}

static void faults_with_objects(struct kunit *test)
{
	fail_kinds(test, "object-id");
}

static void faults_with_named_objects(struct kunit *test)
{
	fail_kinds_if_fast(test, "object-name-pointer");
}

static void faults_with_keyed_objects(struct kunit *test)
{
	fail_kinds_if_fast(test, "object-keyed");
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
	KUNIT_CASE(faults_with_pointers),
	KUNIT_CASE(faults_with_strings_with_pointers),
	KUNIT_CASE(faults_with_pointers_as_keys),
	KUNIT_CASE(faults_with_objects),
	KUNIT_CASE(faults_with_named_objects),
	KUNIT_CASE(faults_with_keyed_objects),
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
