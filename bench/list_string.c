// SPDX-License-Identifier: GPL-2.0
/* A list of nodes, each with a string as key, which is copied into it. */
#include <linux/list.h>
#include <linux/string.h>

struct node {
	struct list_head link;
	u64 value;
	char key[];
};

#include "node-string.h"

static inline bool key_equal(const char *key, const struct node *node)
{
	return !strcmp(key, node->key);
}

#include "peer-list.h"
#include "few-loops.h"

const struct few_peer few_list_string = {
	.name	= "list_string",
	.kind	= BENCH_STRING,
	FEW_LOOPS,
};
