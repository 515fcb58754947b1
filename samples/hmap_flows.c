// SPDX-License-Identifier: GPL-2.0
/* Flows, on hmap. See flows.h; rhashtable_flows.c is the same on rhashtable. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/spinlock.h>
#include <hmap/hmap.h>

#include "flows.h"

struct flow {
	struct flow_key		key;
	atomic64_t		bytes;
	unsigned long		used;	/* jiffies */
	struct rcu_head		rcu;
};

HMAP_DEFINE_OBJECT(flows, struct flow, key, hmap_hash_bytes, HMAP_RCU);

static struct flows flows;
static DEFINE_SPINLOCK(lock);		/* of who changes the map */

static int init_flows(void)
{
	hmap_set_lock(&flows, &lock);
	return 0;
}

static void count(struct flow *flow, unsigned int len)
{
	atomic64_add(len, &flow->bytes);
	WRITE_ONCE(flow->used, jiffies);
}

static int add_flow(const struct flow_key *key, unsigned int len)
{
	struct flow *flow = kzalloc(sizeof(*flow), GFP_ATOMIC);
	struct flow *there;

	if (!flow)
		return -ENOMEM;
	flow->key = *key;
	spin_lock_bh(&lock);
	there = flows_get_or_insert(&flows, flow, GFP_ATOMIC);
	if (!IS_ERR(there))
		count(there, len);
	spin_unlock_bh(&lock);
	if (there != flow)
		kfree(flow);
	return PTR_ERR_OR_ZERO(there);
}

static int count_packet(const struct flow_key *key, unsigned int len)
{
	struct flow *flow;

	rcu_read_lock();
	flow = flows_lookup(&flows, *key);
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
	flow = flows_lookup(&flows, *key);
	if (flow)
		bytes = atomic64_read(&flow->bytes);
	rcu_read_unlock();
	return bytes;
}

static bool end_flow(const struct flow_key *key)
{
	struct flow *flow;

	spin_lock_bh(&lock);
	flow = flows_erase(&flows, *key);
	spin_unlock_bh(&lock);
	if (flow)
		kfree_rcu(flow, rcu);
	return flow;
}

/* Another may have ended the flow meanwhile. */
static bool end_this(struct flow *flow)
{
	bool ended;

	spin_lock_bh(&lock);
	ended = flows_erase_object(&flows, flow);
	spin_unlock_bh(&lock);
	if (ended)
		kfree_rcu(flow, rcu);
	return ended;
}

static unsigned long end_idle(unsigned long before)
{
	unsigned long ended = 0;
	struct flow *flow;

	rcu_read_lock();
	hmap_for_each_object_rcu(flows, &flows, iter, flow)
		if (time_before(READ_ONCE(flow->used), before))
			ended += end_this(flow);
	rcu_read_unlock();
	return ended;
}

static size_t memory(void)
{
	return sizeof(flows) + flows_memory(&flows);
}

static void settle(void)
{
}

static void free_flow(void *flow, void *arg)
{
	kfree(flow);
}

static void end_all(void)
{
	flows_free_and_destroy(&flows, free_flow, NULL);
}

static int __init hmap_flows_init(void)
{
	return measure_flows();
}

static void __exit hmap_flows_exit(void)
{
}

module_init(hmap_flows_init);
module_exit(hmap_flows_exit);
HMAP_IMPORT_NS;
MODULE_DESCRIPTION("Sample user of hmap: flows");
MODULE_LICENSE("GPL");
