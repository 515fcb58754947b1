// SPDX-License-Identifier: GPL-2.0
/* The types of the kinds in shared_kind.h, and one of the two files that use them. */
#include "shared_kind.h"

/* The header, included first, has to stand on its own, and not to bring more than it says. */
#ifdef _HMAP_H
#error "shared_kind.h needs no more than hmap-types.h"
#endif

static struct shared nobody __maybe_unused;

#include "shared_kind_calls.h"

u64 shared_object_hash(const void *object, size_t size, u64 seed)
{
	const struct shared_object *o = object;

	return hmap_hash_u64(&o->number, sizeof(o->number), seed);
}

bool shared_object_is(const void *key, const void *object, size_t size)
{
	return *(const u64 *)key == ((const struct shared_object *)object)->number;
}

HMAP_DEFINE_TYPE(shared_counters, hmap_hash_u64, NULL);
HMAP_DEFINE_TYPE(shared_pointers, hmap_hash_u32, NULL);
HMAP_DEFINE_TYPE(shared_names, hmap_hash_bytes, NULL);
HMAP_DEFINE_TYPE(shared_set, hmap_hash_u32, NULL);
HMAP_DEFINE_OBJECT_TYPE(shared_objects, hmap_siphash_bytes);
HMAP_DEFINE_OBJECT_TYPE(shared_named, hmap_hash_bytes);
HMAP_DEFINE_KEYED_OBJECT_TYPE(shared_keyed, hmap_hash_u64, shared_object_hash,
			      shared_object_is);

int shared_add(struct shared *shared, struct shared_object *object, gfp_t gfp)
{
	return shared_counters_insert(&shared->counters, object->number, 0, gfp) ?:
	       shared_pointers_insert(&shared->pointers, object->key.id, object, gfp) ?:
	       shared_names_insert(&shared->names, object->name, object->key.id, gfp) ?:
	       shared_set_insert(&shared->set, object->key.id, (struct hmap_none){ }, gfp) ?:
	       shared_objects_insert(&shared->objects, object, gfp) ?:
	       shared_named_insert(&shared->named, object, gfp) ?:
	       shared_keyed_insert(&shared->keyed, &object->number, object, gfp);
}

int shared_remove(struct shared *shared, struct shared_object *object)
{
	if (shared_pointers_erase(&shared->pointers, object->key.id) != object ||
	    shared_objects_erase(&shared->objects, object->key) != object ||
	    !shared_named_erase_object(&shared->named, object) ||
	    !shared_keyed_erase_object(&shared->keyed, &object->number, object))
		return -ENOENT;
	return shared_counters_remove(&shared->counters, object->number) ?:
	       shared_names_remove(&shared->names, object->name) ?:
	       shared_set_remove(&shared->set, object->key.id);
}

u32 shared_find(struct shared *shared, const struct shared_object *object)
{
	u32 found;

	rcu_read_lock();
	found = !!shared_counters_lookup(&shared->counters, object->number) +
		(shared_pointers_lookup(&shared->pointers, object->key.id) == object) +
		!!shared_names_lookup(&shared->names, object->name) +
		!!shared_set_lookup(&shared->set, object->key.id) +
		(shared_objects_lookup(&shared->objects, object->key) == object) +
		(shared_named_lookup(&shared->named, object->name) == object) +
		(shared_keyed_lookup(&shared->keyed, &object->number) == object);
	rcu_read_unlock();
	return found;
}

const struct hmap_type *shared_type(u32 n)
{
	static const struct hmap_type * const types[] = {
		&shared_counters_type, &shared_pointers_type, &shared_names_type,
		&shared_set_type, &shared_objects_type, &shared_named_type, &shared_keyed_type,
	};

	return types[n];
}
