/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects for the suites that look at how a map of objects grows, shrinks and is walked:
 * with a key of eight bytes, in maps with and without RCU.
 */
#ifndef _HMAP_KUNIT_THINGS_H
#define _HMAP_KUNIT_THINGS_H

#include "test.h"

struct thing {
	u64	key;
	u64	number;
	u32	visits;
};

HMAP_DEFINE_OBJECT(things, struct thing, key, hmap_hash_u64, 0);
HMAP_DEFINE_OBJECT(rcu_things, struct thing, key, hmap_hash_u64, HMAP_RCU);

/* Things with the keys and numbers of insert_keys(). Given back by vfree(). */
static inline struct thing *make_things(struct kunit *test, u64 count)
{
	struct thing *thing = vzalloc(count * sizeof(*thing));
	u64 n;

	KUNIT_ASSERT_NOT_NULL(test, thing);
	for (n = 0; n < count; n++) {
		thing[n].key = key_of(n);
		thing[n].number = n;
	}
	return thing;
}

static inline int insert_thing(struct hmap *map, const struct hmap_type *type,
			       struct thing *thing, gfp_t gfp)
{
	return hmap_insert(map, &thing->key, &thing, gfp, type);
}

/* Insert those of [@from, @to) into a map of either kind, remove them, or expect to find
 * them there.
 */
static inline void insert_things(struct kunit *test, struct hmap *map,
				 const struct hmap_type *type, struct thing *thing,
				 u64 from, u64 to)
{
	u64 n;

	for (n = from; n < to; n++) {
		KUNIT_ASSERT_EQ(test, insert_thing(map, type, &thing[n], GFP_KERNEL), 0);
		if (n % 1024 == 0)
			cond_resched();
	}
}

static inline void erase_things(struct kunit *test, struct hmap *map,
				const struct hmap_type *type, struct thing *thing,
				u64 from, u64 to)
{
	u64 n;

	for (n = from; n < to; n++)
		KUNIT_ASSERT_EQ(test, hmap_erase(map, &thing[n].key, type) == &thing[n], true);
}

static inline void expect_things(struct kunit *test, struct hmap *map,
				 const struct hmap_type *type, struct thing *thing,
				 u64 from, u64 to)
{
	void *found;
	u64 n;

	for (n = from; n < to; n++) {
		rcu_read_lock();
		found = hmap_lookup(map, &thing[n].key, type);
		rcu_read_unlock();
		KUNIT_ASSERT_EQ(test, found == &thing[n], true);
	}
}

#endif /* _HMAP_KUNIT_THINGS_H */
