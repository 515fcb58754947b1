// SPDX-License-Identifier: GPL-2.0
/*
 * Sample user of hmap: a list of IPv4 networks that a network namespace takes no packet from.
 *
 *	echo +10.0.0.0/8 >/proc/net/hmap_blocklist
 *	echo -10.0.0.0/8 >/proc/net/hmap_blocklist
 *	echo clear >/proc/net/hmap_blocklist
 *	cat /proc/net/hmap_blocklist
 *
 * Each namespace has a list of its own. The networks are a set of u64: the length of the prefix
 * above the address. What there is to learn from it:
 *
 * - A map is part of another structure, one for each namespace. Most of these block nothing, and
 *   have 8 bytes for it.
 * - A packet's source is looked up with each length of prefix that is in use, all at once, by a
 *   bulk lookup: that waits for the memory of several keys at a time.
 * - Readers are in softirq, in the RCU read-side section that netfilter calls its hooks in. They
 *   take no lock, so the writers' one may be a mutex, and they may allocate with GFP_KERNEL.
 * - A namespace goes in two steps: first the hook, then, after the grace period that the kernel
 *   has between pre_exit and exit, what the hook has read.
 */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/inet.h>
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include <hmap/hmap.h>

#define NR_LENGTHS	33		/* of a prefix, from 0 to 32 */

HMAP_DEFINE(networks, u64, struct hmap_none, hmap_hash_u64, NULL, HMAP_RCU);

struct blocklist {
	struct mutex	lock;		/* of who changes it */
	struct networks	networks;
	unsigned long	lengths;	/* a bit for each that a network has, or has had */
	atomic_long_t	dropped;	/* packets */
};

static unsigned int blocklist_id __read_mostly;

static u64 network_of(u32 address, unsigned int length)
{
	return (u64)length << 32 | (address & (u32)(~0ULL << (32 - length)));
}

static bool is_blocked(const struct blocklist *list, u32 address)
{
	const unsigned long lengths = READ_ONCE(list->lengths);
	const u64 *found[NR_LENGTHS];
	u64 keys[NR_LENGTHS];
	unsigned int length, nr = 0;

	for_each_set_bit(length, &lengths, NR_LENGTHS)
		keys[nr++] = network_of(address, length);
	return networks_lookup_bulk(&list->networks, keys, nr, found);
}

static unsigned int filter(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct blocklist *list = net_generic(state->net, blocklist_id);

	if (!is_blocked(list, ntohl(ip_hdr(skb)->saddr)))
		return NF_ACCEPT;
	atomic_long_inc(&list->dropped);
	return NF_DROP;
}

static const struct nf_hook_ops filter_ops = {
	.hook		= filter,
	.pf		= NFPROTO_IPV4,
	.hooknum	= NF_INET_PRE_ROUTING,
	.priority	= NF_IP_PRI_RAW,
};

/* A reader who does not see the new length yet has come before the network. */
static int block(struct blocklist *list, u64 network)
{
	int err = networks_insert(&list->networks, network, (struct hmap_none){ }, GFP_KERNEL);

	if (!err)
		WRITE_ONCE(list->lengths, list->lengths | BIT(network >> 32));
	return err;
}

static int clear(struct blocklist *list)
{
	networks_clear(&list->networks);
	WRITE_ONCE(list->lengths, 0);
	return 0;
}

/* "10.0.0.0/8" */
static int parse_network(const char *text, u64 *network)
{
	unsigned int length;
	const char *end;
	__be32 address;

	if (!in4_pton(text, -1, (u8 *)&address, '/', &end) || *end != '/' ||
	    kstrtouint(end + 1, 10, &length) || length >= NR_LENGTHS)
		return -EINVAL;
	*network = network_of(ntohl(address), length);
	return 0;
}

static int run_line(struct blocklist *list, const char *line)
{
	u64 network;

	if (!strcmp(line, "clear"))
		return clear(list);
	if (parse_network(line + 1, &network))
		return -EINVAL;
	if (*line == '+')
		return block(list, network);
	if (*line == '-')
		return networks_remove(&list->networks, network);
	return -EINVAL;
}

/* What is written, without its newline. */
static int write_list(struct file *file, char *line, size_t size)
{
	struct net *net = seq_file_single_net(file->private_data);
	struct blocklist *list = net_generic(net, blocklist_id);
	int err;

	if (!size)
		return -EINVAL;
	mutex_lock(&list->lock);
	err = run_line(list, strim(line));
	mutex_unlock(&list->lock);
	return err;
}

static int show_list(struct seq_file *m, void *v)
{
	struct blocklist *list = net_generic(seq_file_single_net(m), blocklist_id);

	seq_printf(m, "%lu networks in %zu bytes, %ld packets dropped\n",
		   networks_count(&list->networks), networks_memory(&list->networks),
		   atomic_long_read(&list->dropped));
	return 0;
}

/* The list itself is zeroed, and that is an empty map. */
static int __net_init init_net_list(struct net *net)
{
	struct blocklist *list = net_generic(net, blocklist_id);
	int err;

	mutex_init(&list->lock);
	hmap_set_lock(&list->networks, &list->lock);
	if (!proc_create_net_single_write("hmap_blocklist", 0600, net->proc_net, show_list,
					  write_list, NULL))
		return -ENOMEM;
	err = nf_register_net_hook(net, &filter_ops);
	if (err)
		remove_proc_entry("hmap_blocklist", net->proc_net);
	return err;
}

static void __net_exit stop_net_list(struct net *net)
{
	remove_proc_entry("hmap_blocklist", net->proc_net);
	nf_unregister_net_hook(net, &filter_ops);
}

static void __net_exit free_net_list(struct net *net)
{
	struct blocklist *list = net_generic(net, blocklist_id);

	networks_destroy(&list->networks);
}

static struct pernet_operations blocklist_ops = {
	.init		= init_net_list,
	.pre_exit	= stop_net_list,
	.exit		= free_net_list,
	.id		= &blocklist_id,
	.size		= sizeof(struct blocklist),
};

static int __init hmap_blocklist_init(void)
{
	return register_pernet_subsys(&blocklist_ops);
}

static void __exit hmap_blocklist_exit(void)
{
	unregister_pernet_subsys(&blocklist_ops);
}

module_init(hmap_blocklist_init);
module_exit(hmap_blocklist_exit);
HMAP_IMPORT_NS;
MODULE_DESCRIPTION("Sample user of hmap: a blocklist of networks for each network namespace");
MODULE_LICENSE("GPL");
