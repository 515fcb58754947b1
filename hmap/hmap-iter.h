/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What hmap_for_each() and its kin are made of, inlined where they stand. The rules of a
 * walk are at the top of iter.c. Included by hmap.h.
 */
#ifndef _HMAP_ITER_H
#define _HMAP_ITER_H

/* The state of a walk. The writer's walk pins the current table: if the
 * map drops it meanwhile, it stays until the walk leaves it.
 */
struct hmap_iter {
	const struct hmap		*map;
	const struct hmap_type		*type;
	struct hmap_table		*table;	/* NULL: the walk is over */
	const u64			*words;	/* those that have been noted */
	void				*slots;	/* theirs */
	u64				next;	/* first hash after the table */
	u64				from;	/* 0, or skip smaller hashes */
	u32				seed;
	u16				nr_noted; /* words, from the table's first */
	bool				rcu;	/* a reader's; nothing is pinned */
};

void __hmap_iter_begin(struct hmap_iter *iter);
u64 __hmap_iter_note(struct hmap_iter *iter);
void *__hmap_iter_find_again(struct hmap_iter *iter, u32 index);
void __hmap_iter_leave(struct hmap_iter *iter);

static inline struct hmap_iter hmap_iter_begin(const struct hmap *map, bool rcu)
{
	struct hmap_iter iter = { .map = map, .rcu = rcu };

	if (!hmap_root_vacant(rcu_access_pointer(map->root)))
		__hmap_iter_begin(&iter);
	return iter;
}

static inline void hmap_iter_end(struct hmap_iter *iter)
{
	if (iter->table)
		__hmap_iter_leave(iter);
}

/* What of a walk changes with each step, and need not leave its registers. */
struct hmap_steps {
	u64	left;	/* noted slots that are still to come, by bits of their indexes */
	void	*slot;	/* of the current entry */
	bool	over;
};

/*
 * Go to the next entry. Of eight words at a time the full slots are noted: so the branches
 * for each entry nearly always go the same way, and there is a call for each eight words.
 * @type: the map's, or what is known of it.
 */
static __always_inline bool hmap_iter_step(struct hmap_iter *iter,
					   struct hmap_steps *steps,
					   const struct hmap_type *type)
{
	u32 index;

	do {
		while (!steps->left) {
			if (!iter->table)
				return false;
			steps->left = __hmap_iter_note(iter);
		}
		index = __ffs64(steps->left);
		steps->left &= steps->left - 1;
		if (likely(!(READ_ONCE(iter->table->flags) & HMAP_TABLE_DEAD) &&
			   hmap_is_full(iter->words, index))) {
			steps->slot = hmap_slot_from(type, iter->slots, index);
			return true;
		}
		steps->slot = __hmap_iter_find_again(iter, index);
	} while (!steps->slot);
	return true;
}

/* The outer loop only declares what the inner one may not: so break ends both. */
#define __hmap_for_each(map, iter, rcu, k, v, type, to_key, to_value)	\
	for (struct hmap_steps iter##_steps = { };			\
	     !iter##_steps.over; iter##_steps.over = true)		\
		__hmap_for_steps(map, iter, iter##_steps, rcu, k, v, type, to_key, to_value)

#define __hmap_for_steps(map, iter, steps, rcu, k, v, type, to_key, to_value) \
	for (struct hmap_iter iter __cleanup(hmap_iter_end) =		\
		hmap_iter_begin(map, rcu);				\
	     hmap_iter_step(&iter, &(steps), type) &&			\
	     ((k) = to_key hmap_slot_key(type, (steps).slot),		\
	      (v) = to_value hmap_slot_value(type, (steps).slot),	\
	      (void)(k), (void)(v), true);)

#endif /* _HMAP_ITER_H */
