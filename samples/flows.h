/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What hmap_flows.c and rhashtable_flows.c have in common: what a flow is, and the measuring of
 * either. They are the same module, once on hmap and once on rhashtable, to be read side by side:
 * flows are found by the packets' addresses, counted, and ended one by one or when idle. Readers
 * are in RCU read-side sections; a packet may come in softirq.
 */
#ifndef _FLOWS_H
#define _FLOWS_H

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

/* Without padding: its bytes are hashed and compared. */
struct flow_key {
	__be32	saddr;
	__be32	daddr;
	__be16	sport;
	__be16	dport;
	u32	proto;
};

/* What either module has. */
static int init_flows(void);
static int count_packet(const struct flow_key *key, unsigned int len);
static u64 bytes_of(const struct flow_key *key);
static bool end_flow(const struct flow_key *key);
static unsigned long end_idle(unsigned long before);
static size_t memory(void);	/* of the container alone: without the flows */
static void settle(void);	/* wait for what goes on beside */
static void end_all(void);

static unsigned int nr = 1000;
module_param(nr, uint, 0444);
MODULE_PARM_DESC(nr, "flows to measure with");

static unsigned int rounds = 5;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "rounds of which the median is shown, 101 at most");

enum { ADD, HIT, MISS, WALK, END, NR_TIMES };

static u64 times[NR_TIMES][101];	/* ns of each round */

#define PACKET	100			/* bytes */

/* Keys as if from all over, the same in each run. */
static struct flow_key key_of(u32 i)
{
	return (struct flow_key){
		.saddr	= (__force __be32)hash_32(i, 32),
		.daddr	= cpu_to_be32(0x0a000001),
		.sport	= cpu_to_be16(i),
		.dport	= cpu_to_be16(443),
		.proto	= 6,
	};
}

/* From one key to the next. As a prime, it visits all, unless nr is a multiple of it. */
enum { IN_ORDER = 1, MIXED = 7919 };

/* A step for each of nr keys from first on. */
static bool for_all(u32 first, u32 stride, bool (*step)(const struct flow_key *key))
{
	u32 i, at = 0;

	for (i = 0; i < nr; i++) {
		const struct flow_key key = key_of(first + at);

		at = (at + stride) % nr;
		if (!step(&key))
			return false;
		if (i % 64 == 0) {
			settle();
			cond_resched();
		}
	}
	settle();
	return true;
}

static bool come(const struct flow_key *key)
{
	return !count_packet(key, PACKET);
}

static bool miss(const struct flow_key *key)
{
	return !bytes_of(key);
}

static bool leave(const struct flow_key *key)
{
	return end_flow(key);
}

/* Each has come twice. */
static bool was_counted(const struct flow_key *key)
{
	return bytes_of(key) == 2 * PACKET;
}

static bool nothing_is_idle(void)
{
	return !end_idle(jiffies - MAX_JIFFY_OFFSET / 2);
}

/* The ns of an expression that has to be true. */
#define measure(what, round, expression) ({				\
	const u64 start = ktime_get_ns();				\
	const bool good = (expression);					\
									\
	times[what][round] = ktime_get_ns() - start;			\
	good;								\
})

/* Flows lie in memory as they were added; packets come in another order. */
static bool measure_round(unsigned int round, size_t *bytes)
{
	if (!measure(ADD, round, for_all(0, IN_ORDER, come)) ||
	    !measure(HIT, round, for_all(0, MIXED, come)))
		return false;
	*bytes = memory();
	return for_all(0, MIXED, was_counted) &&
	       measure(MISS, round, for_all(nr, MIXED, miss)) &&
	       measure(WALK, round, nothing_is_idle()) &&
	       measure(END, round, for_all(0, MIXED, leave)) &&
	       for_all(0, MIXED, miss);
}

static int compare(const void *a, const void *b)
{
	const u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* In tenths of a ns, by flow. */
static unsigned long median(u64 *ns)
{
	sort(ns, rounds, sizeof(*ns), compare, NULL);
	return div_u64(ns[rounds / 2] * 10, nr);
}

static void report(size_t empty, size_t bytes)
{
	static const char * const names[] = { "add", "hit", "miss", "walk", "end" };
	int i;

	pr_info("%u flows: %zu bytes empty, %zu bytes full\n", nr, empty, bytes);
	for (i = 0; i < NR_TIMES; i++) {
		const unsigned long ns = median(times[i]);

		pr_info("%u flows: %s %lu.%lu ns\n", nr, names[i], ns / 10, ns % 10);
	}
}

/* It fails if anything is not as it should be. */
static int measure_flows(void)
{
	size_t empty = 0, bytes = 0;
	unsigned int round;
	int err;

	if (!nr || nr % MIXED == 0 || !rounds || rounds > ARRAY_SIZE(times[0]))
		return -EINVAL;
	for (round = 0; round < rounds; round++) {
		err = init_flows();
		if (err)
			return err;
		empty = memory();
		err = measure_round(round, &bytes) ? 0 : -EUCLEAN;
		end_all();
		if (err)
			return err;
	}
	report(empty, bytes);
	return 0;
}

#endif /* _FLOWS_H */
