/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What walks are made of, inlined where they stand. The rules of a walk are at the top
 * of iter.c. Included by hmap.h.
 */
#ifndef _HMAP_ITER_H
#define _HMAP_ITER_H

#include "layout.h"

enum hmap_walk_mode {
	HMAP_WALK_SHARED,	/* under the lock: nobody changes the map */
	HMAP_WALK_SAFE,		/* the writer's own: the body may */
	HMAP_WALK_RCU,		/* a reader's, beside a writer */
};

/* The state of a walk. A safe walk pins the current table: if the map drops it meanwhile,
 * it stays until the walk leaves it.
 */
struct hmap_iter {
	const struct hmap		*map;
	const struct hmap_type		*type;
	struct hmap_table		*table;	/* or HMAP_WALK_BEGIN; NULL: the walk is over */
	const u64			*words;	/* those that have been noted */
	void				*slots;	/* theirs */
	void				*object; /* the slot of the one in the header */
	u64				next;	/* first hash after the table */
	u64				from;	/* skip smaller hashes */
	u64				end;	/* where the walk began; 0: with the first hash */
	u32				first;	/* the first slot that was noted: its word */
	u32				nr_noted; /* words, from that on */
	u8				skip;	/* its byte */
	u8				mode;
	u8				depth;	/* of the table when the walk came to it */
	bool				is_back; /* at the first hash, to go on to the end */
	bool				in_part; /* of the table the walk has been at some */
};

/* There is an entry, and nothing has been done yet: it is when the first is asked for, so that
 * what is inlined makes no call for it, and copies no state.
 */
#define HMAP_WALK_BEGIN	((struct hmap_table *)1)

u64 __hmap_iter_note(struct hmap_iter *iter);
void *__hmap_iter_find_again(struct hmap_iter *iter, u32 index);
void __hmap_iter_leave(struct hmap_iter *iter);

static inline struct hmap_iter hmap_iter_begin(const struct hmap *map, enum hmap_walk_mode mode,
					       const struct hmap_type *type)
{
	return (struct hmap_iter){
		.map   = map,
		.type  = type,
		.mode  = mode,
		.table = rcu_access_pointer(map->root) ? HMAP_WALK_BEGIN : NULL,
	};
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
 * @type: the map's, known at compile time if possible.
 */
static __always_inline bool hmap_iter_step(struct hmap_iter *iter, struct hmap_steps *steps,
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
			   !iter->in_part &&
			   READ_ONCE(iter->table->depth) == iter->depth &&
			   hmap_is_full(iter->words, index))) {
			steps->slot = hmap_slot_from(type, iter->slots, index);
			return true;
		}
		steps->slot = __hmap_iter_find_again(iter, index);
	} while (!steps->slot);
	return true;
}

/* The key of a slot's entry: of an object that was loaded from it, that one's. */
static __always_inline const void *hmap_entry_key(const struct hmap_type *type,
						  const void *slot, const void *entry)
{
	return type->flags & HMAP_OBJECT ? hmap_key_in(type, entry) : hmap_slot_key(type, slot);
}

/* @show: what sets the variables of the body from the step's slot. The outer loop only
 * declares what the inner one may not: so break ends both.
 */
#define __hmap_walk(map, iter, mode, type, known_type, show)		\
	for (struct hmap_steps iter##_steps = { };			\
	     !iter##_steps.over; iter##_steps.over = true)		\
		for (struct hmap_iter iter __cleanup(hmap_iter_end) =	\
			hmap_iter_begin(map, mode, type);		\
		     hmap_iter_step(&iter, &iter##_steps, known_type) && \
		     (show, true);)

#define __hmap_walk_entries(map, iter, mode, k, v, _type)		\
	__hmap_walk(map, iter, mode, _type, iter.type,			\
		    ((v) = hmap_slot_entry(iter.type, iter##_steps.slot), \
		     (k) = hmap_entry_key(iter.type, iter##_steps.slot, v), \
		     (void)(k), (void)(v)))

#endif /* _HMAP_ITER_H */
