// SPDX-License-Identifier: GPL-2.0
/* The model's walks, and what hmap promises of them; see model.h. */
#include <linux/kernel.h>
#include <linux/string.h>

#include "model.h"

/* Walk 0 is the one that an operation makes from end to end. */
#define WHOLE	0

static void begin(struct model *m, struct model_walk *w,
		  enum model_walk_kind kind)
{
	u32 n;

	w->kind = kind;
	w->cleared = false;
	w->cursor = (struct hmap_cursor)HMAP_CURSOR_INIT;
	for (n = 0; n < m->keys; n++) {
		w->visits[n] = 0;
		w->stayed[n] = m->version[n];
		w->inserts[n] = w->stayed[n];
	}
}

static const char *visit(struct model *m, struct model_walk *w,
			 const void *key, const void *value)
{
	u32 n = model_key_number(m, key);

	if (n >= m->keys)
		return "walk: a key that nobody has inserted";
	if (!m->version[n])
		return "walk: an absent key";
	if (!model_is_value(m, m->version[n], value))
		return "walk: a wrong value";
	if (w->cleared && w->kind != MODEL_CURSOR)
		return "walk: goes on after clear";
	w->visits[n]++;
	/* A key that comes back has the same place in the order of cursors. */
	if (w->kind == MODEL_CURSOR && w->visits[n] > 1 && !w->cleared)
		return "cursor: an entry visited twice";
	return NULL;
}

/* The promise: what stayed was visited once, anything at most once an insert. A
 * cursor in a map that was cleared promises nothing.
 */
static const char *end(const struct model *m, const struct model_walk *w)
{
	u32 n;

	if (w->kind == MODEL_CURSOR && w->cleared)
		return NULL;
	for (n = 0; n < m->keys; n++) {
		if (w->visits[n] > w->inserts[n])
			return "walk: an entry visited twice";
		if (w->stayed[n] && !w->visits[n])
			return "walk: an entry missed";
	}
	return NULL;
}

void model_walks_see_insert(struct model *m, u32 n)
{
	u32 i;

	for (i = 0; i < MODEL_WALKS; i++)
		if (m->walk[i].inserts[n] < U16_MAX)
			m->walk[i].inserts[n]++;
}

/* The last removal may leave the header alone, and the next insert then draws
 * another seed, and so another order for cursors.
 */
void model_walks_see_removal(struct model *m, u32 n)
{
	u32 i;

	for (i = 0; i < MODEL_WALKS; i++) {
		m->walk[i].stayed[n] = false;
		if (!m->count && m->walk[i].kind == MODEL_CURSOR)
			m->walk[i].cleared = true;
	}
}

void model_walks_see_clear(struct model *m)
{
	u32 i;

	for (i = 0; i < MODEL_WALKS; i++)
		m->walk[i].cleared = true;
}

/* xorshift32 (Marsaglia 2003) */
static u32 next_random(u32 *state)
{
	u32 x = *state ? *state : 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

/* What the body of a walk does: anything, to this entry or to another one. */
static const char *change(struct model *m, u32 *state, const void *key)
{
	u32 r = next_random(state), n = next_random(state) % m->keys;
	enum model_op op = r % (MODEL_REMOVE + 1);

	if (r & 0x30000)
		return NULL;
	if (r >> 20 == 0)
		return model_change(m, MODEL_CLEAR, 0, 0);
	if (r >> 20 < 20)
		return model_change(m, MODEL_TRIM, 0, 0);
	if (r >> 20 < 40)
		return model_change(m, MODEL_RESERVE, 0, next_random(state));
	if (r & 0x40000)
		n = model_key_number(m, key);
	if (r & 0x40000 && op == MODEL_REMOVE)
		return model_remove(m, op, n, key);
	return model_change(m, op, n, 0);
}

static const char *walk_writer(struct model *m, bool changing, u32 state)
{
	struct model_walk *w = &m->walk[WHOLE];
	const char *wrong;
	const void *key;
	void *value;

	begin(m, w, MODEL_WRITER);
	hmap_for_each(&m->map, iter, key, value) {
		wrong = visit(m, w, key, value);
		if (!wrong && changing)
			wrong = change(m, &state, key);
		if (wrong)
			return wrong;
	}
	return end(m, w);
}

/* The same by a reader's walk, in one read-side section, where nothing may sleep. */
static const char *walk_reader(struct model *m, u32 state)
{
	struct model_walk *w = &m->walk[WHOLE];
	const char *wrong = NULL;
	const void *key, *value;
	gfp_t gfp = m->gfp;

	if (!(m->kind->type.flags & HMAP_RCU))
		return NULL;
	begin(m, w, MODEL_READER);
	m->gfp = GFP_ATOMIC;
	rcu_read_lock();
	hmap_for_each_rcu(&m->map, iter, key, value) {
		wrong = visit(m, w, key, value);
		if (!wrong)
			wrong = change(m, &state, key);
		if (wrong)
			break;
	}
	rcu_read_unlock();
	m->gfp = gfp;
	return wrong ? wrong : end(m, w);
}

/* And by a cursor, with nothing held between the steps. */
static const char *walk_cursor(struct model *m, u32 state)
{
	struct model_walk *w = &m->walk[WHOLE];
	const void *key, *value;
	const char *wrong;

	begin(m, w, MODEL_CURSOR);
	while ((value = hmap_next(&m->map, &w->cursor, &key))) {
		wrong = visit(m, w, key, value);
		if (!wrong)
			wrong = change(m, &state, key);
		if (wrong)
			return wrong;
	}
	return end(m, w);
}

const char *model_walk(struct model *m, enum model_op op, u32 seed)
{
	m->operations++;
	if (op == MODEL_WALK_RCU)
		return walk_reader(m, seed);
	if (op == MODEL_WALK_CURSOR)
		return walk_cursor(m, seed);
	return walk_writer(m, op == MODEL_WALK_CHANGING, seed);
}

static void close_walk(struct model_walk *w)
{
	if (w->kind == MODEL_WRITER || w->kind == MODEL_READER)
		hmap_iter_end(&w->iter);
	w->kind = MODEL_CLOSED;
}

/* @all: the writer's and the cursors, too. */
void model_close_walks(struct model *m, bool all)
{
	u32 i;

	for (i = WHOLE + 1; i < MODEL_WALKS; i++)
		if (all || m->walk[i].kind == MODEL_READER)
			close_walk(&m->walk[i]);
}

static void open_walk(struct model *m, struct model_walk *w, u32 kind)
{
	if (kind == MODEL_READER &&
	    (!m->readers || !(m->kind->type.flags & HMAP_RCU)))
		kind = MODEL_WRITER;
	begin(m, w, kind);
	if (kind != MODEL_CURSOR)
		w->iter = hmap_iter_begin(&m->map, kind == MODEL_READER);
	w->steps = (struct hmap_steps){ };
}

/* The next entry, as the loops of hmap.h step to it. */
static const void *next(struct model *m, struct model_walk *w, const void **key)
{
	const struct hmap_type *type = &m->kind->type;

	if (w->kind == MODEL_CURSOR)
		return hmap_next(&m->map, &w->cursor, key);
	if (!hmap_iter_step(&w->iter, &w->steps, type))
		return NULL;
	*key = hmap_slot_key(type, w->steps.slot);
	return hmap_slot_value(type, w->steps.slot);
}

static const char *advance(struct model *m, struct model_walk *w, u32 steps)
{
	const char *wrong = NULL;
	const void *key, *value;

	while (w->kind != MODEL_CLOSED && !wrong && steps--) {
		value = next(m, w, &key);
		if (value) {
			wrong = visit(m, w, key, value);
		} else {
			wrong = end(m, w);
			close_walk(w);
		}
	}
	return wrong;
}

/* @arg: which walk, of which kind, and how many steps. */
const char *model_walk_on(struct model *m, enum model_op op, u32 arg)
{
	struct model_walk *w = &m->walk[WHOLE + 1 + arg % (MODEL_WALKS - 1)];

	m->operations++;
	if (op == MODEL_ADVANCE)
		return advance(m, w, 1 + arg / 16 % 64);
	close_walk(w);
	if (op == MODEL_OPEN)
		open_walk(m, w, MODEL_WRITER + arg / 4 % 3);
	return NULL;
}
