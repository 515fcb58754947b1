// SPDX-License-Identifier: GPL-2.0
/* States that are moments in a map's life, and how they are found; see fault_states.h. */
#include "fault_states.h"

#define COUNTER(name)	offsetof(struct hmap_stats, name)

static const struct {
	const char *name;
	size_t counter;
	bool removes;
} moments[] = {
	[HEADER_ONLY]	= { "header only" },
	[ONE_ENTRY]	= { "one entry" },
	[TWO_ENTRIES]	= { "two entries" },
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
	[TO_HEADER]	= { "about to go to the header", COUNTER(tables_freed), true },
	[ONE_LEFT]	= { "one entry left", COUNTER(tables_freed), true },
};

const char *moment_name(enum moment moment)
{
	return moments[moment].name;
}

bool moment_removes(enum moment moment)
{
	return moments[moment].removes;
}

static bool is_object(const struct model_kind *kind)
{
	return kind->role == MODEL_IS_ENTRY;
}

/* The first insert, of objects the second, makes a table. */
size_t moment_counter(enum moment moment, const struct model_kind *kind)
{
	if (moment == (is_object(kind) ? ONE_ENTRY : HEADER_ONLY))
		return COUNTER(first_inserts);
	return moments[moment].counter;
}

u32 oldest_key(const struct script *script)
{
	return script->churn + script->remove;
}

u32 newest_key(const struct script *script)
{
	return script->fill + script->churn;
}

static void step(struct kunit *test, struct model *model, enum model_op op, u32 key)
{
	const char *wrong = model_step(model, op, key, 0);

	KUNIT_ASSERT_EQ_MSG(test, !wrong, true, "%s: %s", model->kind->name, wrong);
}

static void build(struct kunit *test, const struct states *states, struct model *model,
		  const struct script *s)
{
	u32 n;

	model_init(model, states->kind, states->nr_keys);
	model->quick = true;
	for (n = 0; n < s->fill; n++)
		step(test, model, MODEL_INSERT, n);
	for (n = 0; n < s->churn; n++) {
		step(test, model, MODEL_REMOVE, n);
		step(test, model, MODEL_INSERT, s->fill + n);
	}
	for (n = s->churn; n < oldest_key(s); n++)
		step(test, model, MODEL_REMOVE, n);
}

void states_build(struct kunit *test, const struct states *states, struct model *model,
		  enum moment moment)
{
	build(test, states, model, &states->at[moment].script);
}

static void end(struct kunit *test, struct model *model)
{
	const char *wrong = model_exit(model);

	KUNIT_ASSERT_EQ_MSG(test, !wrong, true, "%s: %s", model->kind->name, wrong);
}

static void learn(struct states *states, enum moment moment, struct script script)
{
	states->at[moment].script = script;
	states->at[moment].known = true;
}

static void learn_once(struct states *states, enum moment moment, struct script script)
{
	if (!states->at[moment].known)
		learn(states, moment, script);
}

/* Insert until the directory doubles. Returns how many were inserted. */
static u32 watch_growth(struct kunit *test, struct states *states, struct model *model)
{
	struct hmap_stats stats;
	u32 n;

	build(test, states, model, &(struct script){ });
	stats_since(&stats);
	for (n = 0; n < model->keys && !states->at[TO_DOUBLE].known; n++) {
		struct script script = { .fill = n };
		struct hmap_stats d;

		step(test, model, MODEL_INSERT, n);
		d = stats_since(&stats);
		if (d.rebuilds_grow && !states->at[TO_SPLIT].known)
			learn(states, TO_GROW, script);
		if (d.directory_doublings && states->at[TO_SPLIT].known)
			learn(states, TO_DOUBLE, script);
		if (d.splits)
			learn_once(states, TO_SPLIT, script);
	}
	return n;
}

/* Remove what watch_growth() has inserted. */
static void watch_removals(struct kunit *test, struct states *states, struct model *model,
			   u32 count)
{
	struct hmap_stats stats;
	u32 n;

	stats_since(&stats);
	for (n = 0; n < count; n++) {
		struct script script = { .fill = count, .remove = n };
		struct hmap_stats d;

		step(test, model, MODEL_REMOVE, n);
		d = stats_since(&stats);
		if (d.merges)
			learn_once(states, TO_MERGE, script);
		if (d.rebuilds_shrink)
			learn_once(states, TO_SHRINK, script);
		if (d.directory_shrinks)
			learn_once(states, TO_SHRINK_DIRECTORY, script);
	}
	end(test, model);
}

/* Remove and insert in turn until an insert has to clean the table. */
static void watch_churn(struct kunit *test, struct states *states, struct model *model)
{
	struct script script = { .fill = states->at[TO_SPLIT].script.fill / 2 };
	struct hmap_stats stats;

	if (!script.fill)
		return;
	build(test, states, model, &script);
	while (newest_key(&script) + 1 < model->keys && !states->at[TO_CLEAN].known) {
		step(test, model, MODEL_REMOVE, oldest_key(&script));
		stats_since(&stats);
		step(test, model, MODEL_INSERT, newest_key(&script));
		/* The insert that cleans comes behind that removal. */
		script.remove = 1;
		if (stats_since(&stats).rebuilds_clean)
			learn(states, TO_CLEAN, script);
		script.remove = 0;
		script.churn++;
	}
	end(test, model);
}

/* How entries leave. Of objects the last but one takes a table with it that is not the
 * smallest; and the last one that.
 */
static void learn_ends(struct states *states, u32 count)
{
	if (is_object(states->kind)) {
		learn(states, TO_HEADER, (struct script){ .fill = count, .remove = count - 2 });
		learn(states, ONE_LEFT, (struct script){ .fill = 2, .remove = 1 });
	} else {
		learn(states, ONE_LEFT, (struct script){ .fill = count, .remove = count - 1 });
	}
}

void states_learn(struct kunit *test, struct states *states, struct model *model,
		  const struct model_kind *kind)
{
	u32 count;

	memset(states, 0, sizeof(*states));
	states->kind = kind;
	states->nr_keys = MODEL_KEYS;
	learn(states, HEADER_ONLY, (struct script){ });
	learn(states, ONE_ENTRY, (struct script){ .fill = 1 });
	learn(states, VACATED, (struct script){ .fill = 1, .remove = 1 });
	if (kind->nr_keys == 1)
		return;
	learn(states, TWO_ENTRIES, (struct script){ .fill = 2 });
	count = watch_growth(test, states, model);
	watch_removals(test, states, model, count);
	watch_churn(test, states, model);
	learn_ends(states, count);
	states->nr_keys = max(count, newest_key(&states->at[TO_CLEAN].script)) + 1;
}
