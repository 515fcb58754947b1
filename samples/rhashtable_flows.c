// SPDX-License-Identifier: GPL-2.0
/* Flows, on rhashtable. See flows.h; hmap_flows.c is the same on hmap. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/rhashtable.h>
#include <linux/workqueue.h>

#include "flows.h"

struct flow {
	struct flow_key		key;
	atomic64_t		bytes;
	unsigned long		used;	/* jiffies */
	struct rhash_head	node;
	struct rcu_head		rcu;
};

static const struct rhashtable_params params = {
	.key_len		= sizeof_field(struct flow, key),
	.key_offset		= offsetof(struct flow, key),
	.head_offset		= offsetof(struct flow, node),
	.automatic_shrinking	= true,
};

static struct rhashtable flows;

static int init_flows(void)
{
	return rhashtable_init(&flows, &params);
}

static void count(struct flow *flow, unsigned int len)
{
	atomic64_add(len, &flow->bytes);
	WRITE_ONCE(flow->used, jiffies);
}

/* Once it is in the table, another may end it: it may be looked at in the section alone. */
static int add_flow(const struct flow_key *key, unsigned int len)
{
	struct flow *flow = kzalloc(sizeof(*flow), GFP_ATOMIC);
	struct flow *there;

	if (!flow)
		return -ENOMEM;
	flow->key = *key;
	rcu_read_lock();
	there = rhashtable_lookup_get_insert_fast(&flows, &flow->node, params);
	if (!IS_ERR(there))
		count(there ?: flow, len);
	rcu_read_unlock();
	if (there)
		kfree(flow);
	return PTR_ERR_OR_ZERO(there);
}

static int count_packet(const struct flow_key *key, unsigned int len)
{
	struct flow *flow;

	rcu_read_lock();
	flow = rhashtable_lookup(&flows, key, params);
	if (flow)
		count(flow, len);
	rcu_read_unlock();
	return flow ? 0 : add_flow(key, len);
}

static u64 bytes_of(const struct flow_key *key)
{
	const struct flow *flow;
	u64 bytes = 0;

	rcu_read_lock();
	flow = rhashtable_lookup(&flows, key, params);
	if (flow)
		bytes = atomic64_read(&flow->bytes);
	rcu_read_unlock();
	return bytes;
}

/* Another may have ended the flow meanwhile. */
static bool end_this(struct flow *flow)
{
	if (rhashtable_remove_fast(&flows, &flow->node, params))
		return false;
	kfree_rcu(flow, rcu);
	return true;
}

static bool end_flow(const struct flow_key *key)
{
	struct flow *flow;
	bool ended;

	rcu_read_lock();
	flow = rhashtable_lookup(&flows, key, params);
	ended = flow && end_this(flow);
	rcu_read_unlock();
	return ended;
}

/* A walk that meets a resize begins again. */
static unsigned long end_idle(unsigned long before)
{
	struct rhashtable_iter iter;
	unsigned long ended = 0;
	struct flow *flow;

	rhashtable_walk_enter(&flows, &iter);
	rhashtable_walk_start(&iter);
	while ((flow = rhashtable_walk_next(&iter))) {
		if (IS_ERR(flow))
			continue;
		if (time_before(READ_ONCE(flow->used), before))
			ended += end_this(flow);
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	return ended;
}

/* The table, and the link in each flow. While it grows, there are two tables. */
static size_t memory(void)
{
	const struct bucket_table *table;
	size_t bytes;

	rcu_read_lock();
	table = rht_dereference_rcu(flows.tbl, &flows);
	bytes = struct_size(table, buckets, table->size);
	rcu_read_unlock();
	return sizeof(flows) + bytes + sizeof(struct rhash_head) * atomic_read(&flows.nelems);
}

/* A worker resizes the table. If it comes late, chains are long meanwhile. */
static void settle(void)
{
	flush_work(&flows.run_work);
}

static void free_flow(void *flow, void *arg)
{
	kfree(flow);
}

static void end_all(void)
{
	rhashtable_free_and_destroy(&flows, free_flow, NULL);
}

static int __init rhashtable_flows_init(void)
{
	return measure_flows();
}

static void __exit rhashtable_flows_exit(void)
{
}

module_init(rhashtable_flows_init);
module_exit(rhashtable_flows_exit);
MODULE_DESCRIPTION("The sample hmap_flows on rhashtable");
MODULE_LICENSE("GPL");
