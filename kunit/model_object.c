// SPDX-License-Identifier: GPL-2.0
/* The model's objects and their memory; see model.h. */
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "model.h"

/* RCU's callbacks give blocks back at any time. */
static DEFINE_SPINLOCK(pool_lock);

static void poison(void *p, size_t size)
{
#ifdef _HMAP_USER_STUBS_H
	stub_poison(p, size);
#else
	/* No key, no number and no version that a model has. */
	memset(p, 0x6b, size);
#endif
}

static void unpoison(void *p, size_t size)
{
#ifdef _HMAP_USER_STUBS_H
	stub_unpoison(p, size);
#endif
}

/* The block that was freed last, or one that never was used; NULL: they wait for RCU. */
static struct model_block *take_block(struct model_pool *pool)
{
	struct model_block *block = NULL;
	unsigned long flags;

	spin_lock_irqsave(&pool_lock, flags);
	if (pool->nr_free)
		block = &pool->block[pool->free[--pool->nr_free]];
	else if (pool->nr_used < MODEL_OBJECTS)
		block = &pool->block[pool->nr_used++];
	spin_unlock_irqrestore(&pool_lock, flags);
	return block;
}

static void give_back(struct model_block *block)
{
	struct model_pool *pool = &block->model->pool;
	unsigned long flags;

	poison(block->bytes, sizeof(block->bytes));
	spin_lock_irqsave(&pool_lock, flags);
	pool->free[pool->nr_free++] = block - pool->block;
	spin_unlock_irqrestore(&pool_lock, flags);
}

static void give_back_rcu(struct rcu_head *rcu)
{
	give_back(container_of(rcu, struct model_block, rcu));
}

/* An object that has a pointer in it for a key is where that is aligned. */
static size_t shift_of(const struct model *m)
{
	return m->type->flags & HMAP_KEY_POINTER ? 0 : 4;
}

static struct model_block *block_of(const struct model *m, struct model_object *object)
{
	return container_of((void *)object - shift_of(m), struct model_block, bytes);
}

/* As a key of bytes is made of a number. */
static void set_bytes(void *key, u32 size, u32 n)
{
	u8 *byte = key;
	u32 i;

	for (i = 0; i < size; i++)
		byte[i] = i < 4 ? n >> 8 * i : i;
}

void model_object_set(struct model_object *object, u32 n, u32 v)
{
	*object = (struct model_object){
		.version	= v,
		.number		= n,
		.pointer	= object->name,
		.odd		= 0xff,
	};
	set_bytes(&object->id, sizeof(object->id), n);
	set_bytes(object->bytes, sizeof(object->bytes), n);
	memset(object->name, 'x', n % 50);
	snprintf(object->name + n % 50, sizeof(object->name) - n % 50, "%u", n);
}

struct model_object *model_object_make(struct model *m, u32 n, u32 v)
{
	struct model_block *block = take_block(&m->pool);
	struct model_object *object;

	if (!block)
		return NULL;
	unpoison(block->bytes, sizeof(block->bytes));
	block->model = m;
	object = (void *)block->bytes + shift_of(m);
	model_object_set(object, n, v);
	return object;
}

void model_object_free_now(struct model *m, struct model_object *object)
{
	if (object)
		give_back(block_of(m, object));
}

void model_object_free(struct model *m, struct model_object *object)
{
	if (object && m->type->flags & HMAP_RCU)
		call_rcu(&block_of(m, object)->rcu, give_back_rcu);
	else
		model_object_free_now(m, object);
}

u32 model_objects_left(const struct model *m)
{
	unsigned long flags;
	u32 left;

	spin_lock_irqsave(&pool_lock, flags);
	left = m->pool.nr_free + MODEL_OBJECTS - m->pool.nr_used;
	spin_unlock_irqrestore(&pool_lock, flags);
	return left;
}
