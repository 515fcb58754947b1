// SPDX-License-Identifier: GPL-2.0
/*
 * A table of hlists with strings as keys, each copied into its node. Hashed by jhash,
 * as rhashtable does it.
 */
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/list.h>
#include <linux/string.h>

struct node {
	struct hlist_node link;
	u64 value;
	char key[];
};

#include "node-string.h"

static inline u32 key_hash(const char *key, u32 bits)
{
	return hash_32(jhash(key, strlen(key), 0), bits);
}

static inline bool key_equal(const char *key, const struct node *node)
{
	return !strcmp(key, node->key);
}

#include "peer-hlist.h"
#include "loops.h"
#include "few-loops.h"

const struct bench_peer bench_hlist_string = {
	.name	= "hlist_string",
	.kind	= BENCH_STRING,
	.sized	= true,
	PEER_LOOPS,
};

const struct few_peer few_hlist_string = {
	.name	= "hlist_string",
	.kind	= BENCH_STRING,
	FEW_LOOPS,
};
