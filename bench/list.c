// SPDX-License-Identifier: GPL-2.0
/* A list of nodes, each with a u64 key and a value. */
#include <linux/list.h>

struct node {
	struct list_head link;
	u64 key;
	u64 value;
};

#include "node.h"

static inline bool key_equal(u64 key, const struct node *node)
{
	return key == node->key;
}

#include "peer-list.h"
#include "few-loops.h"

const struct few_peer few_list = {
	.name	= "list",
	.kind	= BENCH_U64,
	FEW_LOOPS,
};
