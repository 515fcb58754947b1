// SPDX-License-Identifier: GPL-2.0
/* A list of the user's objects. */
#include <linux/list.h>

struct node {
	struct list_head link;
	u64 key;
	u64 value;
};

#include "object.h"

static inline bool key_equal(u64 key, const struct node *node)
{
	return key == node->key;
}

#include "peer-list.h"
#include "few-loops.h"

const struct few_peer few_list_object = {
	.name	= "list_object",
	.kind	= BENCH_U64,
	.link	= sizeof_field(struct node, link),
	FEW_LOOPS,
};
