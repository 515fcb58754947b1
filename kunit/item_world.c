// SPDX-License-Identifier: GPL-2.0
/* A map of items, and what it ought to hold; see item_world.h. */
#include "item_world.h"

static u64 pointed_hash(const void *key, size_t size, u64 seed)
{
	const struct item *item = *(const struct item * const *)key;

	return hmap_hash_u64(&item->wide, sizeof(item->wide), seed);
}

static bool pointed_equal(const void *key, const void *stored, size_t size)
{
	const struct item *a = *(const struct item * const *)key;
	const struct item *b = *(const struct item * const *)stored;

	return a->wide == b->wide;
}

#define POINTED_TYPE(name, value_size, flags)				\
	HMAP_TYPE(name, sizeof(struct item *), value_size, pointed_hash, pointed_equal, flags)

const struct hmap_type pointed_types[3] = {
	POINTED_TYPE("item to u32", sizeof(u32), 0),
	POINTED_TYPE("item to itself", sizeof(struct item *), HMAP_POINTER | HMAP_RCU),
	POINTED_TYPE("set of items", 0, HMAP_RCU),
};

static struct item *new_item(struct world *w, u32 number)
{
	struct item *item = w->unused;

	if (item)
		w->unused = item->next;
	else
		item = kmalloc(sizeof(*item), w->gfp);
	KUNIT_ASSERT_NOT_NULL(w->test, item);
	item_init(item, number);
	return item;
}

/* Who looks at the item after this finds no key, or faults. */
static void drop_item(struct world *w, struct item *item)
{
	if (w->freeing == FREE_LATER) {
		item->next = w->later;
		w->later = item;
	} else if (w->freeing == REUSE_AT_ONCE) {
		memset(item, 0xff, sizeof(*item));
		item->next = w->unused;
		w->unused = item;
	} else {
		kfree(item);
	}
}

static void free_list(struct item **list)
{
	struct item *item;

	while ((item = *list)) {
		*list = item->next;
		kfree(item);
	}
}

const struct hmap_type *world_begin(struct kunit *test, struct world *w, u32 nr_type,
				    enum freeing freeing)
{
	struct rng rng = w->rng;

	if (nr_type >= nr_item_kinds + ARRAY_SIZE(pointed_types))
		return NULL;
	*w = (struct world){
		.test = test,
		.freeing = freeing,
		/* A reader does not sleep. */
		.gfp = freeing == FREE_LATER ? GFP_ATOMIC : GFP_KERNEL,
		.rng = rng,
	};
	if (nr_type < nr_item_kinds)
		w->kind = &item_kinds[nr_type];
	w->type = w->kind ? w->kind->type : &pointed_types[nr_type - nr_item_kinds];
	return w->type;
}

void world_end(struct world *w)
{
	u32 i;

	KUNIT_EXPECT_EQ(w->test, hmap_validate(&w->map, w->type), 0);
	KUNIT_EXPECT_EQ(w->test, hmap_count(&w->map, w->type), w->count);
	hmap_destroy(&w->map, w->type);
	for (i = 0; i < WORLD_ITEMS; i++)
		kfree(w->in[i]);
	free_list(&w->unused);
	free_list(&w->later);
	rcu_barrier();
}

static void put_in(struct world *w, struct item *item)
{
	/* A u32 of the pointer will do for a value, too. */
	int err = w->kind ? w->kind->insert(&w->map, item, w->gfp) :
			    hmap_insert(&w->map, &item, &item, w->gfp, w->type);

	KUNIT_ASSERT_EQ(w->test, err, 0);
	item->stays = false;
	item->visits = 0;
	w->in[item->number] = item;
	w->count++;
}

static void take_out(struct world *w, struct item *item)
{
	if (w->kind)
		KUNIT_ASSERT_EQ(w->test, w->kind->erase_object(&w->map, item), true);
	else
		KUNIT_ASSERT_EQ(w->test, hmap_remove(&w->map, &item, w->type), 0);
	w->in[item->number] = NULL;
	w->count--;
}

void world_insert(struct world *w, u32 number)
{
	put_in(w, new_item(w, number));
}

void world_erase(struct world *w, u32 number)
{
	struct item *item = w->in[number];

	take_out(w, item);
	drop_item(w, item);
}

/* Keys that point to items are not replaced, so there the one goes and the other comes. */
void world_replace(struct world *w, u32 number)
{
	struct item *old = w->in[number], *new;

	if (!w->kind) {
		world_erase(w, number);
		world_insert(w, number);
		return;
	}
	new = new_item(w, number);
	KUNIT_ASSERT_EQ(w->test, w->kind->replace(&w->map, new) == old, true);
	w->in[number] = new;
	drop_item(w, old);
}

void world_insert_again(struct world *w, u32 number)
{
	struct item *item = w->in[number];

	take_out(w, item);
	put_in(w, item);
}

static void drop_cleared(void *entry, void *arg)
{
	struct world *w = arg;
	struct item *item = w->kind ? entry : NULL;

	w->count--;
	if (!item)
		return;
	w->in[item->number] = NULL;
	drop_item(w, item);
}

void world_clear(struct world *w)
{
	u32 i;

	hmap_clear_with(&w->map, drop_cleared, w, w->type);
	KUNIT_ASSERT_EQ(w->test, w->count, 0);
	/* Of values the callback gets no key. */
	for (i = 0; i < WORLD_ITEMS; i++) {
		if (w->in[i])
			drop_item(w, w->in[i]);
		w->in[i] = NULL;
	}
}

/* Some number whose item is in the map, or is not; there is one. */
static u32 any_number(struct world *w, bool in)
{
	u32 number = rng_below(&w->rng, WORLD_ITEMS);

	while (!w->in[number] == in)
		number = (number + 1) % WORLD_ITEMS;
	return number;
}

void world_resize(struct world *w, u32 count)
{
	while (w->count < count)
		world_insert(w, any_number(w, false));
	while (w->count > count)
		world_erase(w, any_number(w, true));
}

void world_change(struct world *w, u32 most)
{
	u32 change = rng_below(&w->rng, most);

	if (change < 20) {
		if (w->count < WORLD_ITEMS)
			world_insert(w, any_number(w, false));
	} else if (!w->count || change >= 100) {
		world_resize(w, rng_below(&w->rng, WORLD_ITEMS));
	} else if (change < 50) {
		world_erase(w, any_number(w, true));
	} else if (change < 65) {
		world_replace(w, any_number(w, true));
	} else if (change < 80) {
		world_insert_again(w, any_number(w, true));
	} else if (change < 88) {
		world_resize(w, w->count / 2);
	} else if (change < 90) {
		world_resize(w, rng_below(&w->rng, 3));
	} else if (change < 93) {
		world_resize(w, min(2 * w->count, WORLD_ITEMS / 2U));
	} else if (change < 95) {
		KUNIT_ASSERT_EQ(w->test, hmap_trim(&w->map, w->gfp, w->type), 0);
	} else if (change < 97) {
		KUNIT_ASSERT_EQ(w->test, hmap_reserve(&w->map, 2 * w->count, w->gfp,
						      w->type), 0);
	} else if (change < 98) {
		world_clear(w);
	}
}

void world_begin_walk(struct world *w)
{
	u32 i;

	for (i = 0; i < WORLD_ITEMS; i++) {
		if (!w->in[i])
			continue;
		w->in[i]->stays = true;
		w->in[i]->visits = 0;
	}
}

void world_visit(struct world *w, const void *k, void *v)
{
	struct item *item = world_item(w, k, v);

	/* Readers may be shown what has been taken out: it is there until the walk ends. */
	if (w->freeing != FREE_LATER) {
		KUNIT_ASSERT_LE(w->test, item->number, WORLD_ITEMS - 1);
		KUNIT_ASSERT_EQ(w->test, w->in[item->number] == item, true);
	}
	KUNIT_ASSERT_EQ(w->test, item->visits, 0);
	item->visits++;
}

void world_end_walk(struct world *w)
{
	u32 i;

	for (i = 0; i < WORLD_ITEMS; i++)
		if (w->in[i] && w->in[i]->stays)
			KUNIT_ASSERT_EQ_MSG(w->test, w->in[i]->visits, 1, "type %s, item %u",
					    w->type->name, i);
	free_list(&w->later);
}
