// SPDX-License-Identifier: GPL-2.0
/*
 * Seeded random operations on every kind of type, each compared with the model,
 * and every allocation failing in turn.
 */
#include "test.h"
#include "model.h"

static struct model *model;

static int random_test_init(struct kunit *test)
{
	model = vmalloc(sizeof(*model));
	return model ? 0 : -ENOMEM;
}

static void random_test_exit(struct kunit *test)
{
	vfree(model);
	model = NULL;
}

/* Operations in the proportions in which they lead somewhere: mostly inserts
 * while the map fills, then mostly removals.
 */
static enum model_op next_op(struct rng *rng, bool filling)
{
	u32 r = rng_below(rng, 1000);

	if (r < 400)
		return filling ? rng_below(rng, MODEL_REMOVE) : MODEL_REMOVE + rng_below(rng, 3);
	if (r < 600)
		return MODEL_REMOVE + rng_below(rng, 4);
	if (r < 970)
		return rng_below(rng, MODEL_RESERVE);
	if (r < 972)
		return MODEL_RESERVE + rng_below(rng, 6);
	if (r < 980)
		return MODEL_WALK + rng_below(rng, 4);
	return r < 982 ? MODEL_OPEN + rng_below(rng, 2) : r < 999 ? MODEL_ADVANCE : MODEL_CLOSE;
}

static const char *random_steps(struct rng *rng, u32 steps, u32 *step)
{
	const char *wrong = NULL;

	for (*step = 0; !wrong && *step < steps; ++*step) {
		bool filling = *step * 4 / steps % 2 == 0;
		enum model_op op = next_op(rng, filling);
		u32 key = rng_next(rng), arg = rng_next(rng);

		wrong = model_step(model, op, key, arg);
		cond_resched();
	}
	return wrong ? wrong : model_compare(model);
}

/* Fill the map, more or less, and walk while it empties, again and again: so tables are
 * merged, and die, beneath the walk, and the memory of what has gone comes back for what is
 * inserted.
 */
static const char *random_walks(struct rng *rng, u32 steps, u32 *step)
{
	const char *wrong = NULL;
	u32 n;

	model->checks_seldom = true;
	for (*step = 0; !wrong && *step < steps; ++*step) {
		for (n = 1 + rng_below(rng, model->keys); n && !wrong; n--)
			wrong = model_step(model, MODEL_INSERT, rng_next(rng), 0);
		if (!wrong)
			wrong = model_step(model,
					   MODEL_WALK_SAFE + *step % 4 / 2 * rng_below(rng, 3),
					   0, rng_next(rng) | MODEL_EMPTYING);
		cond_resched();
	}
	return wrong ? wrong : model_compare(model);
}

static void run_kinds(struct kunit *test, u64 seed, u32 keys, u32 steps,
		      const char *(*run)(struct rng *rng, u32 steps, u32 *step))
{
	struct rng rng;
	u32 i, step;

	rng_init(test, &rng, seed);
	for (i = 0; i < model_nr_kinds; i++) {
		const char *wrong, *lost;

		model_init(model, model_kind(i), keys);
		test_lock();
		wrong = run(&rng, steps, &step);
		test_unlock();
		lost = model_exit(model);
		rcu_barrier();
		if (wrong || lost)
			KUNIT_FAIL(test, "%s, step %u: %s", model_kind(i)->name,
				   step, wrong ?: lost);
	}
}

static void few_keys(struct kunit *test)
{
	run_kinds(test, 1, 8, 4000, random_steps);
}

static void some_keys(struct kunit *test)
{
	run_kinds(test, 2, 100, 3000, random_steps);
}

static void many_keys(struct kunit *test)
{
	skip_if_slow(test);
	run_kinds(test, 3, 2048, 4000, random_steps);
}

/* The number of keys at which a few tables are merged depends on their size. */
static void emptying_walks_of_some(struct kunit *test)
{
	skip_if_slow(test);
	run_kinds(test, 6, 70, 150, random_walks);
}

static void emptying_walks_of_many(struct kunit *test)
{
	skip_if_slow(test);
	run_kinds(test, 7, 600, 20, random_walks);
}

/* To compare all of a large map after each failure would be most of the work; what is lost
 * stays so.
 */
static bool comparison_is_due(void)
{
	static u32 failures;

	return !model->checks_seldom || ++failures % 16 == 0;
}

/* One operation, with its first, second, ... allocation failing, until it has
 * no more of them: after each failure all is as it was.
 */
static const char *fail_in_turn(enum model_op op, u32 key, u32 arg)
{
	const char *wrong;
	unsigned int n;
	bool failed;

	model->may_fail = true;
	for (n = 1, failed = true; failed; n++) {
		fail_nth_allocation(n);
		wrong = model_step(model, op, key, arg);
		failed = allocation_has_failed();
		if (!wrong && failed && comparison_is_due())
			wrong = model_compare(model);
		if (wrong)
			return wrong;
	}
	model->may_fail = false;
	return NULL;
}

/* A walk allocates often, and changes the map: one failure somewhere in it. */
static const char *fail_in_walk(struct rng *rng)
{
	const char *wrong;

	model->may_fail = true;
	fail_nth_allocation(1 + rng_below(rng, 40));
	wrong = model_step(model, MODEL_WALK_SAFE + rng_below(rng, 3), 0,
			   rng_next(rng));
	allocation_has_failed();
	model->may_fail = false;
	return wrong ? wrong : model_compare(model);
}

static const char *fill_with_failures(struct rng *rng, u32 steps, u32 *step)
{
	static const enum model_op ops[] = {
		MODEL_INSERT, MODEL_STORE, MODEL_STORE, MODEL_GET_OR_INSERT,
		MODEL_REPLACE, MODEL_ERASE_POINTER, MODEL_REMOVE, MODEL_RESERVE,
		MODEL_TRIM,
	};
	const char *wrong = NULL;

	for (*step = 0; !wrong && *step < steps; ++*step) {
		u32 r = rng_below(rng, 100 * ARRAY_SIZE(ops));
		enum model_op op = ops[r < 700 ? r / 100 : r - 700 < 2 ?
				       7 + r % 2 : 0];

		wrong = fail_in_turn(op, rng_next(rng), rng_next(rng));
		if (!wrong && *step % 25 == 24)
			wrong = fail_in_walk(rng);
		cond_resched();
	}
	return wrong ?: model_compare(model);
}

static void run_failures(struct kunit *test, u64 seed, u32 keys, u32 steps)
{
	struct hmap_stats stats;
	struct rng rng;
	u32 i, step;

	if (!can_fail_allocations())
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	rng_init(test, &rng, seed);
	for (i = 0; i < model_nr_kinds; i++) {
		const char *wrong, *lost;

		stats_since(&stats);
		model_init(model, model_kind(i), keys);
		model->checks_seldom = keys > 100;
		test_lock();
		wrong = fill_with_failures(&rng, steps, &step);
		test_unlock();
		lost = model_exit(model);
		rcu_barrier();
		if (wrong || lost)
			KUNIT_FAIL(test, "%s, step %u: %s", model_kind(i)->name,
				   step, wrong ?: lost);
		/* There were failures, and nothing has leaked. */
		stats = stats_since(&stats);
		KUNIT_EXPECT_GT(test, stats.alloc_failures, 0);
		KUNIT_EXPECT_EQ(test, stats.bytes_in_use, 0);
		KUNIT_EXPECT_EQ(test, stats.tables_allocated, stats.tables_freed);
	}
}

static void failures_in_small_maps(struct kunit *test)
{
	run_failures(test, 4, 40, 500);
}

static void failures_in_large_maps(struct kunit *test)
{
	skip_if_slow(test);
	run_failures(test, 5, 600, 1500);
}

static void alloc_fails(struct kunit *test)
{
	struct hmap_stats stats;

	if (!can_fail_allocations())
		kunit_skip(test, "this kernel has no CONFIG_FAILSLAB");
	stats_since(&stats);
	fail_nth_allocation(1);
	KUNIT_EXPECT_NULL(test, hmap_alloc(GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, allocation_has_failed());
	stats = stats_since(&stats);
	KUNIT_EXPECT_EQ(test, stats.alloc_failures, 1);
	KUNIT_EXPECT_EQ(test, stats.maps_allocated, 0);
}

static struct kunit_case random_test_cases[] = {
	KUNIT_CASE(few_keys),
	KUNIT_CASE(some_keys),
	KUNIT_CASE(many_keys),
	KUNIT_CASE(emptying_walks_of_some),
	KUNIT_CASE(emptying_walks_of_many),
	KUNIT_CASE(failures_in_small_maps),
	KUNIT_CASE(failures_in_large_maps),
	KUNIT_CASE(alloc_fails),
	{}
};

static struct kunit_suite random_test_suite = {
	.name = "hmap_random",
	.init = random_test_init,
	.exit = random_test_exit,
	.test_cases = random_test_cases,
};

kunit_test_suite(random_test_suite);
