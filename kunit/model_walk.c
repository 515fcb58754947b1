// SPDX-License-Identifier: GPL-2.0
/* The model's walks, and what hmap promises of them; see model.h. */
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "model.h"

/* Walk 0 is the one that an operation makes from end to end. */
#define WHOLE	0

static void begin(struct model *m, struct model_walk *w,
		  enum model_walk_kind kind)
{
	u32 n;

	w->kind = kind;
	w->cursor = (struct hmap_cursor){ };
	for (n = 0; n < m->keys; n++) {
		w->visits[n] = 0;
		w->stayed[n] = m->version[n];
		w->inserts[n] = w->stayed[n];
	}
}

/*
 * Whether a key that comes back has the same place in the order of cursors: not if it may
 * be another object, another pointer to what it is, or spelt otherwise.
 */
static bool has_one_place(const struct model *m)
{
	return m->kind->role != MODEL_IS_ENTRY && m->kind->role != MODEL_IS_KEY &&
	       !m->type->equal;
}

static const char *visit(struct model *m, struct model_walk *w,
			 const void *key, const void *entry)
{
	u32 n = model_key_number(m, key);

	if (n >= m->keys)
		return "walk: a key that nobody has inserted";
	if (!m->version[n])
		return "walk: an absent key";
	if (!model_is_entry(m, n, entry))
		return "walk: a wrong value";
	w->visits[n]++;
	if (w->kind == MODEL_CURSOR && w->visits[n] > 1 && has_one_place(m))
		return "cursor: an entry visited twice";
	return NULL;
}

/* The promise: what stayed was visited once, anything at most once an insert. */
static const char *end(const struct model *m, const struct model_walk *w)
{
	u32 n;

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

void model_walks_see_removal(struct model *m, u32 n)
{
	u32 i;

	for (i = 0; i < MODEL_WALKS; i++)
		m->walk[i].stayed[n] = false;
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

/* All of the map goes, but not so that a reader's walk under way does not survive it. */
static const char *empty(struct model *m, const struct model_walk *w, u32 r)
{
	static const enum model_op ops[] = {
		MODEL_CLEAR, MODEL_CLEAR_WITH, MODEL_DESTROY, MODEL_FREE_AND_DESTROY,
	};

	return model_change(m, ops[r % (w->kind == MODEL_READER ? 2 : 4)], 0, 0);
}

/* Remove all entries but one, which may stay or not. */
static const char *leave_one(struct model *m, enum model_op op, u32 one, bool stays)
{
	const char *wrong = NULL;
	u32 n;

	for (n = 0; n < m->keys && !wrong; n++)
		if (n != one && m->version[n])
			wrong = model_change(m, op, n, 0);
	return wrong || stays ? wrong : model_change(m, op, one, 0);
}

/* Remove this entry, or some others, or nearly all; at times let tables be merged at once;
 * and perhaps insert an entry, whose memory is then often that of one that has gone.
 */
static const char *remove_some(struct model *m, u32 *state, const void *key)
{
	u32 r = next_random(state), others = r >> 8 & 7;
	enum model_op op = MODEL_REMOVE + r % 4;
	const char *wrong = NULL;
	u32 n = model_key_number(m, key);

	if (!(r & 0x3f0000))
		wrong = leave_one(m, op, r & 4 ? n : next_random(state) % m->keys, r & 8);
	else if (!others)
		wrong = model_remove(m, op, n, r >> 16, key);
	else
		for (; others && !wrong; others--)
			wrong = model_change(m, op, next_random(state) % m->keys, r >> 16);
	if (!wrong && !(r & 0xf000))
		wrong = model_change(m, MODEL_TRIM, 0, 0);
	if (!wrong && r & 0x800)
		wrong = model_change(m, MODEL_INSERT, next_random(state) % m->keys, 0);
	return wrong;
}

/* What the body of a walk does: anything, to this entry or to another one. One walk in
 * four empties the map as it goes, so that tables are merged beneath it.
 */
static const char *change(struct model *m, const struct model_walk *w, u32 *state,
			  bool emptying, const void *key)
{
	u32 r = next_random(state), n = next_random(state) % m->keys;
	enum model_op op = r % (MODEL_ERASE_POINTER + 1);
	u32 arg = r >> 8;

	if (r & 0x30000)
		return emptying ? remove_some(m, state, key) : NULL;
	if (r >> 20 == 0)
		return empty(m, w, n);
	if (r >> 20 < 20)
		return model_change(m, MODEL_TRIM, 0, 0);
	if (r >> 20 < 40)
		return model_change(m, MODEL_RESERVE, 0, next_random(state));
	if (r & 0x40000)
		n = model_key_number(m, key);
	if (r & 0x40000 && op >= MODEL_REMOVE)
		return model_remove(m, op, n, arg, key);
	return model_change(m, op, n, arg);
}

static bool is_emptying(u32 seed)
{
	return (seed & MODEL_EMPTYING) == MODEL_EMPTYING;
}

static const char *walk_shared(struct model *m)
{
	struct model_walk *w = &m->walk[WHOLE];
	const char *wrong;
	const void *key;
	void *entry;

	begin(m, w, MODEL_SHARED);
	hmap_walk(&m->map, iter, key, entry, m->type) {
		wrong = visit(m, w, key, entry);
		if (wrong)
			return wrong;
	}
	return end(m, w);
}

static const char *walk_safe(struct model *m, u32 state)
{
	struct model_walk *w = &m->walk[WHOLE];
	const bool emptying = is_emptying(state);
	const char *wrong;
	const void *key;
	void *entry;

	begin(m, w, MODEL_SAFE);
	hmap_walk_safe(&m->map, iter, key, entry, m->type) {
		wrong = visit(m, w, key, entry);
		if (!wrong)
			wrong = change(m, w, &state, emptying, key);
		if (wrong)
			return wrong;
	}
	return end(m, w);
}

/* The same by a reader's walk, in one read-side section, where nothing may sleep. */
static const char *walk_reader(struct model *m, u32 state)
{
	struct model_walk *w = &m->walk[WHOLE];
	const bool emptying = is_emptying(state);
	const char *wrong = NULL;
	gfp_t gfp = m->gfp;
	const void *key;
	void *entry;

	if (!(m->type->flags & HMAP_RCU))
		return NULL;
	begin(m, w, MODEL_READER);
	m->gfp = GFP_ATOMIC;
	rcu_read_lock();
	hmap_walk_rcu(&m->map, iter, key, entry, m->type) {
		wrong = visit(m, w, key, entry);
		if (!wrong)
			wrong = change(m, w, &state, emptying, key);
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
	const bool emptying = is_emptying(state);
	const char *wrong;
	const void *key;
	void *entry;

	begin(m, w, MODEL_CURSOR);
	while ((entry = hmap_next(&m->map, &w->cursor, &key, m->type))) {
		wrong = visit(m, w, key, entry);
		if (!wrong)
			wrong = change(m, w, &state, emptying, key);
		if (wrong)
			return wrong;
	}
	return end(m, w);
}

const char *model_walk(struct model *m, enum model_op op, u32 seed)
{
	m->operations++;
	switch (op) {
	case MODEL_WALK_SAFE:
		return walk_safe(m, seed);
	case MODEL_WALK_RCU:
		return walk_reader(m, seed);
	case MODEL_WALK_CURSOR:
		return walk_cursor(m, seed);
	default:
		return walk_shared(m);
	}
}

static void close_walk(struct model_walk *w)
{
	if (w->kind == MODEL_SAFE || w->kind == MODEL_READER)
		hmap_iter_end(&w->iter);
	w->kind = MODEL_CLOSED;
}

/* @all: those of the writer and the cursors, too. */
void model_close_walks(struct model *m, bool all)
{
	u32 i;

	for (i = WHOLE + 1; i < MODEL_WALKS; i++)
		if (all || m->walk[i].kind == MODEL_READER)
			close_walk(&m->walk[i]);
}

static void open_walk(struct model *m, struct model_walk *w, u32 kind)
{
	if (kind == MODEL_READER && (!m->readers || !(m->type->flags & HMAP_RCU)))
		kind = MODEL_SAFE;
	begin(m, w, kind);
	if (kind != MODEL_CURSOR)
		w->iter = hmap_iter_begin(&m->map, kind == MODEL_READER ? HMAP_WALK_RCU :
							  HMAP_WALK_SAFE, m->type);
	w->steps = (struct hmap_steps){ };
}

/* What comes behind a cursor, as key numbers; more than there are: it goes on and on. */
static u32 list_behind(struct model *m, struct hmap_cursor cursor, u16 *list)
{
	const void *key;
	u32 count = 0;

	while (hmap_next(&m->map, &cursor, &key, m->type) && count <= m->count)
		list[count++] = model_key_number(m, key);
	return count;
}

/*
 * A cursor behind key @n, which may be absent. Behind it there is a tail of all the
 * entries in the order of a new cursor: the one behind the key.
 */
static const char *open_after(struct model *m, struct model_walk *w, u32 n)
{
	static u16 all[MODEL_KEYS + 1], tail[MODEL_KEYS + 1];
	struct model_key key;
	u32 count, i;

	begin(m, w, MODEL_CURSOR);
	hmap_cursor_after(&m->map, &w->cursor, model_key(m, n, &key), m->type);
	if (list_behind(m, (struct hmap_cursor){ }, all) != m->count)
		return "cursor: not all entries";
	count = list_behind(m, w->cursor, tail);
	if (count > m->count ||
	    memcmp(tail, all + m->count - count, count * sizeof(*tail)))
		return "cursor_after: not the end of the order";
	if (m->version[n] && (count == m->count || all[m->count - count - 1] != n))
		return "cursor_after: not behind the key";
	for (i = 0; i < m->count - count; i++) {
		w->stayed[all[i]] = false;
		w->inserts[all[i]] = 0;
	}
	return NULL;
}

/* The next entry, as the loops of hmap.h step to it. */
static const void *next(struct model *m, struct model_walk *w, const void **key)
{
	const void *entry;

	if (w->kind == MODEL_CURSOR)
		return hmap_next(&m->map, &w->cursor, key, m->type);
	if (!hmap_iter_step(&w->iter, &w->steps, m->type))
		return NULL;
	entry = hmap_slot_entry(m->type, w->steps.slot);
	*key = hmap_entry_key(m->type, w->steps.slot, entry);
	return entry;
}

static const char *advance(struct model *m, struct model_walk *w, u32 steps)
{
	const char *wrong = NULL;
	const void *key, *entry;

	while (w->kind != MODEL_CLOSED && !wrong && steps--) {
		entry = next(m, w, &key);
		if (entry) {
			wrong = visit(m, w, key, entry);
		} else {
			wrong = end(m, w);
			close_walk(w);
		}
	}
	return wrong;
}

/* @arg: which walk, of which kind, and how many steps. */
const char *model_walk_on(struct model *m, enum model_op op, u32 n, u32 arg)
{
	struct model_walk *w = &m->walk[WHOLE + 1 + arg % (MODEL_WALKS - 1)];

	m->operations++;
	if (op == MODEL_ADVANCE)
		return advance(m, w, 1 + (arg / 16 % 64 >> arg / 1024 % 8));
	close_walk(w);
	if (op == MODEL_OPEN_AFTER)
		return open_after(m, w, n);
	if (op == MODEL_CLOSE)
		return NULL;
	open_walk(m, w, MODEL_SAFE + arg / 4 % 3);
	/* No loop has a body before its first step. */
	return advance(m, w, 1);
}
