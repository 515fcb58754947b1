// SPDX-License-Identifier: GPL-2.0
/* A naive twin of a map; see model.h. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "model.h"

void model_init(struct model *m, const struct model_kind *kind, u32 keys)
{
	memset(m, 0, offsetof(struct model, pool));
	m->pool.nr_used = 0;
	m->pool.nr_free = 0;
	m->kind = kind;
	m->type = kind->type;
	m->gfp = GFP_KERNEL;
	m->keys = min(keys, kind->nr_keys);
}

const char *model_exit(struct model *m)
{
	u32 n;

	model_close_walks(m, true);
	hmap_destroy(&m->map, m->type);
	for (n = 0; n < m->keys; n++)
		model_object_free_now(m, m->object[n]);
	if (model_objects_left(m) < MODEL_OBJECTS)
		rcu_barrier();
	return model_objects_left(m) < MODEL_OBJECTS ? "the model has lost an object" : NULL;
}

/* The model's side of the operations that change an entry. @object: the one that goes
 * with the key from now on. One that takes another's place in a map of objects is
 * another entry.
 */
static void set_entry(struct model *m, u32 n, u32 v, struct model_object *object)
{
	struct model_object *old = m->object[n];

	if (m->version[n] && m->kind->role == MODEL_IS_ENTRY && old != object)
		model_walks_see_removal(m, n);
	if (!m->version[n] || (m->kind->role == MODEL_IS_ENTRY && old != object))
		model_walks_see_insert(m, n);
	m->count += !m->version[n];
	m->version[n] = v;
	m->object[n] = object;
	if (old != object)
		model_object_free(m, old);
}

static void set_absent(struct model *m, u32 n)
{
	if (!m->version[n])
		return;
	m->count--;
	m->version[n] = 0;
	model_object_free(m, m->object[n]);
	m->object[n] = NULL;
	model_walks_see_removal(m, n);
}

static bool may_have_failed(struct model *m, int err)
{
	m->failures += err == -ENOMEM;
	return m->may_fail && err == -ENOMEM;
}

/* A call that writes, and what it did. */
struct change {
	enum model_op op;
	u32 n;
	u32 v;				/* the new version */
	const void *key;
	struct model_object *object;	/* the new one */
	void *value;
	int err;
};

/* Without wrappers that overwrite, users remove and insert. */
static void overwrite_constant(struct model *m, struct change *c)
{
	c->err = hmap_remove(&m->map, c->key, m->type);
	if (c->err != (m->version[c->n] ? 0 : -ENOENT)) {
		c->err = -EUCLEAN;
		return;
	}
	set_absent(m, c->n);
	if (!c->err || c->op == MODEL_STORE)
		c->err = hmap_insert(&m->map, c->key, c->value, m->gfp, m->type);
}

/* What was there comes back; a pointer may be put in its own place. */
static const char *overwrite_pointer(struct model *m, struct change *c)
{
	void *old;

	if (c->op == MODEL_STORE)
		old = hmap_store_pointer(&m->map, c->key, c->object, m->gfp, m->type);
	else
		old = hmap_replace_pointer(&m->map, c->key, c->object, m->type);
	if (IS_ERR(old))
		c->err = PTR_ERR(old);
	else if (old != m->object[c->n])
		return "another pointer than the one that was stored came back";
	else if (c->op == MODEL_REPLACE && !old)
		c->err = -ENOENT;
	return NULL;
}

static const char *do_get_or_insert(struct model *m, struct change *c)
{
	bool there = m->version[c->n], inserted = there;
	void *entry = hmap_get_or_insert(&m->map, c->key, c->value, &inserted, m->gfp,
					 m->type);

	if (IS_ERR(entry)) {
		c->err = PTR_ERR(entry);
		return NULL;
	}
	if (inserted != !there)
		return "get_or_insert: wrong about inserted";
	if (there) {
		c->err = -EEXIST;
		return model_is_entry(m, c->n, entry) ? NULL : "get_or_insert: wrong entry";
	}
	if (model_has_pointers(m) ? entry == c->object :
	    !m->type->value_size ? model_key_number(m, entry) == c->n :
	    model_is_value(m, c->v, entry))
		return NULL;
	return "get_or_insert: another entry than was inserted";
}

static const char *write_entry(struct model *m, struct change *c)
{
	if (c->op == MODEL_INSERT)
		c->err = hmap_insert(&m->map, c->key, c->value, m->gfp, m->type);
	else if (c->op == MODEL_GET_OR_INSERT)
		return do_get_or_insert(m, c);
	else if (model_has_pointers(m))
		return overwrite_pointer(m, c);
	else if (model_is_constant(m))
		overwrite_constant(m, c);
	else if (c->op == MODEL_STORE)
		c->err = hmap_store(&m->map, c->key, c->value, m->gfp, m->type);
	else
		c->err = hmap_replace(&m->map, c->key, c->value, m->type);
	return NULL;
}

/* Whether a call may fail for want of memory: not if it only overwrites, or if the header
 * takes the first object.
 */
static bool may_allocate(const struct model *m, const struct change *c, bool there,
			 bool is_header)
{
	if (there || c->op == MODEL_REPLACE)
		return there && model_is_constant(m);
	return !is_header || m->kind->role != MODEL_IS_ENTRY;
}

/* What has to come of @op if memory is no matter. */
static int right_error(enum model_op op, bool there)
{
	switch (op) {
	case MODEL_INSERT:
	case MODEL_GET_OR_INSERT:
		return there ? -EEXIST : 0;
	case MODEL_REPLACE:
		return there ? 0 : -ENOENT;
	default:
		return 0;
	}
}

/* An object that the map has not taken goes at once: nobody can have seen it. */
static void settle(struct model *m, struct change *c)
{
	struct model_object *unused = c->object;

	if (!c->err && m->kind->role == MODEL_IS_KEY && m->version[c->n]) {
		set_entry(m, c->n, c->v, m->object[c->n]);
	} else if (!c->err) {
		set_entry(m, c->n, c->v, c->object);
		unused = NULL;
	}
	if (unused && unused != m->object[c->n])
		model_object_free_now(m, unused);
}

/* @same: store the pointer that is stored already. */
static const char *writing(struct model *m, enum model_op op, u32 n, bool same)
{
	/* Too large for a kernel's stack, and one at a time. */
	static u64 value[MODEL_VALUE_MAX / 8];
	static struct model_key key;
	struct change c = { .op = op, .n = n, .value = value };
	bool is_header = !rcu_access_pointer(m->map.root);
	bool there = m->version[n];
	const char *wrong;

	same = same && there && model_has_pointers(m);
	c.v = same ? m->version[n] : ++m->last_version;
	c.key = model_key(m, n, &key);
	model_value(m, c.v, value);
	if (m->kind->role != MODEL_NO_OBJECTS) {
		c.object = same ? m->object[n] : model_object_make(m, n, c.v);
		if (!c.object)
			return NULL;	/* until RCU has given some back */
		if (m->kind->role == MODEL_IS_KEY)
			c.key = &c.object;
		else
			c.value = &c.object;
	}
	wrong = write_entry(m, &c);
	if (!wrong && c.err != right_error(op, there) &&
	    !(may_allocate(m, &c, there, is_header) && may_have_failed(m, c.err)))
		wrong = "a call that writes returned something else";
	settle(m, &c);
	return wrong;
}

/* How @op removes, of those calls that the kind has. */
static enum model_op removal_of(const struct model *m, enum model_op op)
{
	if (m->kind->role == MODEL_IS_ENTRY && op == MODEL_TAKE)
		return MODEL_ERASE;
	if (!model_has_pointers(m) && op == MODEL_ERASE)
		return MODEL_TAKE;
	if (!model_has_pointers(m) && op == MODEL_ERASE_POINTER)
		return MODEL_REMOVE;
	return op;
}

static const char *do_take(struct model *m, u32 n, const void *key, int *err)
{
	u64 out[MODEL_VALUE_MAX / 8] = { };

	*err = hmap_take(&m->map, key, out, m->type);
	if (*err || !m->type->value_size)
		return NULL;
	return model_is_entry(m, n, model_has_pointers(m) ? *(void **)out : (void *)out) ?
	       NULL : "take: wrong value";
}

static const char *do_erase(struct model *m, u32 n, const void *key, int *err)
{
	void *pointer = hmap_erase(&m->map, key, m->type);

	*err = pointer ? 0 : -ENOENT;
	return !pointer || model_is_entry(m, n, pointer) ? NULL : "erase: wrong pointer";
}

/* Try to remove one that is not there: the object of another key, or one that has this
 * key as well.
 */
static const char *erase_another(struct model *m, u32 n, const void *key, bool of_key)
{
	struct model_object *other = NULL;
	const char *wrong = NULL;

	if (of_key)
		other = model_object_make(m, n, 0);
	else if (m->keys > 1)
		other = m->object[(n + 1) % m->keys];
	if (other && hmap_erase_pointer(&m->map, key, other, m->type))
		wrong = "erase_pointer: a pointer that was not there";
	if (of_key)
		model_object_free_now(m, other);
	return wrong;
}

/* Of objects the last takes its table with it, and the last but one any but the smallest,
 * unless there is no memory to do so.
 */
static bool has_given_back(const struct model *m)
{
	size_t memory;

	if (m->kind->role != MODEL_IS_ENTRY || m->reserved || m->count > 1)
		return true;
	memory = hmap_memory(&m->map, m->type);
	return m->count ? memory <= kmalloc_size_roundup(64) || m->deprived : !memory;
}

/* @stored: NULL, or key number @n as a walk gave it, which these calls take, too. */
const char *model_remove(struct model *m, enum model_op op, u32 n, u32 arg,
			 const void *stored)
{
	const void *key = stored;
	const char *wrong = NULL;
	struct model_key made;
	int err;

	op = removal_of(m, op);
	if (!stored || m->kind->keyed) {
		key = model_key(m, n, &made);
	} else if (model_has_strings(m)) {
		made.str = *HMAP_STR((const char *)stored);
		key = &made.str;
	}
	if (op == MODEL_TAKE) {
		wrong = do_take(m, n, key, &err);
	} else if (op == MODEL_ERASE) {
		wrong = do_erase(m, n, key, &err);
	} else if (op == MODEL_ERASE_POINTER) {
		if (arg & 4)
			return erase_another(m, n, key, arg & 8);
		err = hmap_erase_pointer(&m->map, key, m->object[n], m->type) ? 0 : -ENOENT;
	} else {
		err = hmap_remove(&m->map, key, m->type);
	}
	if (wrong)
		return wrong;
	if (err != (m->version[n] ? 0 : -ENOENT))
		return "a removal returned something else";
	if (err)
		return NULL;
	set_absent(m, n);
	return has_given_back(m) ? NULL : "memory behind the last object";
}

static const char *looking(struct model *m, enum model_op op, u32 n)
{
	u64 out[MODEL_VALUE_MAX / 8];
	const void *entry, *wanted;
	struct model_key key;
	bool found, right = true;

	wanted = model_key(m, n, &key);
	rcu_read_lock();
	if (op == MODEL_CONTAINS) {
		found = hmap_contains(&m->map, wanted, m->type);
	} else if (op == MODEL_READ && m->kind->role != MODEL_IS_ENTRY) {
		found = hmap_read(&m->map, wanted, out, m->type);
		if (found && m->type->value_size)
			right = model_is_entry(m, n, model_has_pointers(m) ?
					       *(void **)out : (void *)out);
	} else {
		entry = hmap_lookup(&m->map, wanted, m->type);
		found = entry;
		right = !found || (m->version[n] && model_is_entry(m, n, entry));
	}
	rcu_read_unlock();
	if (found != !!m->version[n])
		return "a key was not found, or found though absent";
	return right ? NULL : "a key was found with another value";
}

/* Change a value where it is, or an object, which is its owner's. */
static const char *mutating(struct model *m, u32 n)
{
	struct model_key key;
	const void *wanted = model_key(m, n, &key);
	void *entry;

	if (model_is_constant(m))
		return NULL;
	rcu_read_lock();
	entry = hmap_lookup(&m->map, wanted, m->type);
	rcu_read_unlock();
	if (!entry != !m->version[n])
		return "lookup_mut: a key was not found, or found though absent";
	if (!entry)
		return NULL;
	if (!model_is_entry(m, n, entry))
		return "lookup_mut: a wrong value";
	m->version[n] = ++m->last_version;
	if (model_has_pointers(m))
		m->object[n]->version = m->version[n];
	else if (m->type->value_size)
		model_value(m, m->version[n], entry);
	return NULL;
}

/* Key @n and those behind it, so many that they are more than one batch. */
static const char *looking_bulk(struct model *m, u32 n)
{
	const void *keys = model_bulk_keys(m, n);
	const char *wrong = NULL;
	void *entries[MODEL_BULK];
	u32 i, there = 0;

	for (i = 0; i < MODEL_BULK; i++)
		there += !!m->version[model_bulk_key(m, n, i)];
	rcu_read_lock();
	if (hmap_lookup_bulk(&m->map, keys, MODEL_BULK, entries, m->type) != there)
		wrong = "bulk: wrong number of keys found";
	for (i = 0; i < MODEL_BULK && !wrong; i++) {
		u32 k = model_bulk_key(m, n, i);

		if (!entries[i] != !m->version[k] ||
		    (entries[i] && !model_is_entry(m, k, entries[i])))
			wrong = "bulk: a wrong answer for one of the keys";
	}
	rcu_read_unlock();
	return wrong;
}

/* What a callback for each entry has seen. */
struct farewell {
	struct model *m;
	const char *wrong;
	u32 count;
	u64 versions;	/* their sum */
};

/* An entry that leaves. What is behind a pointer is freed here, as its user would. */
static void say_farewell(void *entry, void *arg)
{
	struct farewell *f = arg;
	struct model *m = f->m;
	u32 n = 0, v = 0, i;

	f->count++;
	if (rcu_access_pointer(m->map.root))
		f->wrong = "the map is not empty to a callback";
	if (model_has_pointers(m) || !m->type->value_size) {
		n = model_has_pointers(m) ? ((struct model_object *)entry)->number :
					    model_key_number(m, entry);
		if (n >= m->keys || !m->version[n] || !model_is_entry(m, n, entry)) {
			f->wrong = "a callback for what is not in the map";
			return;
		}
		f->versions += m->version[n];
		set_absent(m, n);
		return;
	}
	for (i = 0; i < min_t(u32, 4, m->type->value_size); i++)
		v |= (u32)((u8 *)entry)[i] << 8 * i;
	f->versions += v;
}

/* The model's versions as far as values of this kind tell them. */
static u64 sum_of_versions(const struct model *m)
{
	u64 sum = 0;
	u32 n, mask = U32_MAX;

	if (!model_has_pointers(m) && m->type->value_size && m->type->value_size < 4)
		mask = (1U << 8 * m->type->value_size) - 1;
	for (n = 0; n < m->keys; n++)
		sum += m->version[n] & mask;
	return sum;
}

static void all_absent(struct model *m)
{
	u32 n;

	for (n = 0; n < m->keys; n++)
		set_absent(m, n);
}

static const char *emptying(struct model *m, enum model_op op)
{
	struct farewell f = { .m = m };
	u64 sum = sum_of_versions(m);
	u32 count = m->count;

	if (op == MODEL_DESTROY || op == MODEL_FREE_AND_DESTROY) {
		model_close_walks(m, false);
		if (m->let_go)
			m->let_go();
	}
	switch (op) {
	case MODEL_CLEAR:
		hmap_clear(&m->map, m->type);
		break;
	case MODEL_CLEAR_WITH:
		hmap_clear_with(&m->map, say_farewell, &f, m->type);
		break;
	case MODEL_DESTROY:
		hmap_destroy(&m->map, m->type);
		break;
	default:
		hmap_free_and_destroy(&m->map, say_farewell, &f, m->type);
	}
	all_absent(m);
	m->reserved = 0;
	m->deprived = false;
	if (hmap_memory(&m->map, m->type))
		return "memory behind an empty map";
	if (op == MODEL_CLEAR || op == MODEL_DESTROY || f.wrong)
		return f.wrong;
	if (f.count != count || f.versions != sum)
		return "not one callback for each entry";
	return NULL;
}

static const char *shaping(struct model *m, enum model_op op, u32 arg)
{
	int err;
	u32 n;

	if (op == MODEL_RESERVE) {
		n = min(arg % MODEL_KEYS, m->keys);
		err = hmap_reserve(&m->map, n, m->gfp, m->type);
		m->reserved = max(m->reserved, n);
	} else {
		err = hmap_trim(&m->map, m->gfp, m->type);
		m->reserved = 0;
	}
	if (err && !may_have_failed(m, err))
		return "reserve or trim failed";
	if (op == MODEL_RESERVE || err)
		return NULL;
	/* The header alone is enough for an object. */
	if (m->count <= (m->kind->role == MODEL_IS_ENTRY ? 1 : 0) &&
	    hmap_memory(&m->map, m->type))
		return "memory behind an empty map";
	return NULL;
}

const char *model_compare(struct model *m)
{
	const char *wrong;
	u32 n;

	if (hmap_validate(&m->map, m->type))
		return "hmap_validate() found damage";
	if (hmap_count(&m->map, m->type) != m->count)
		return "wrong count";
	if (hmap_empty(&m->map, m->type) != !m->count)
		return "wrong about being empty";
	for (n = 0; n < m->keys; n++) {
		wrong = looking(m, MODEL_LOOKUP, n);
		if (wrong)
			return wrong;
	}
	return model_walk(m, MODEL_WALK, 0);
}

/* What a walk's body may do as well, @n is a key's number. */
const char *model_change(struct model *m, enum model_op op, u32 n, u32 arg)
{
	m->operations++;
	m->deprived |= m->may_fail;
	switch (op) {
	case MODEL_INSERT:
	case MODEL_STORE:
	case MODEL_REPLACE:
	case MODEL_GET_OR_INSERT:
		return writing(m, op, n, (arg & 0x70) == 0x70);
	case MODEL_REMOVE:
	case MODEL_TAKE:
	case MODEL_ERASE:
	case MODEL_ERASE_POINTER:
		return model_remove(m, op, n, arg, NULL);
	case MODEL_LOOKUP:
	case MODEL_READ:
	case MODEL_CONTAINS:
		return looking(m, op, n);
	case MODEL_LOOKUP_BULK:
		return looking_bulk(m, n);
	case MODEL_LOOKUP_MUT:
		return mutating(m, n);
	case MODEL_RESERVE:
	case MODEL_TRIM:
		return shaping(m, op, arg);
	default:
		return emptying(m, op);
	}
}

/* To check all of a large map after each step would be most of the work. */
static bool check_is_due(struct model *m)
{
	if (m->checks_seldom && ++m->unchecked < max(m->count, m->reserved) / 2)
		return false;
	m->unchecked = 0;
	return true;
}

const char *model_step(struct model *m, enum model_op op, u32 key, u32 arg)
{
	const char *wrong;

	if (!m->readers && model_objects_left(m) < MODEL_KEYS)
		rcu_barrier();
	if (op < MODEL_WALK)
		wrong = model_change(m, op, key % m->keys, arg);
	else if (op < MODEL_OPEN)
		wrong = model_walk(m, op, arg);
	else
		wrong = model_walk_on(m, op, key % m->keys, arg);
	if (wrong || m->quick)
		return wrong;
	if (hmap_count(&m->map, m->type) != m->count)
		return "wrong count";
	if (check_is_due(m) && hmap_validate(&m->map, m->type))
		return "hmap_validate() found damage";
	return NULL;
}
