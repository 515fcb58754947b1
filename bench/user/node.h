/* SPDX-License-Identifier: GPL-2.0 */
/* What an entry holds where the caller allocates it: a key of its own, a value. */
#ifndef _BENCH_NODE_H
#define _BENCH_NODE_H

#include <stdlib.h>
#include <string.h>

#include "bench.h"

struct node {
	struct key key;
	u64 value;
};

#ifdef BENCH_STRING
static inline const void *key_bytes(const struct key *key)
{
	return key->text;
}

static inline size_t key_size(const struct key *key)
{
	return key->len;
}

static inline struct key key_copy(struct key key)
{
	char *text = malloc(key.len + 1);

	bench_check(text, "allocating a key");
	memcpy(text, key.text, key.len + 1);
	return (struct key){ text, key.len };
}

static inline void node_release(struct node *node)
{
	free((void *)node->key.text);
}
#else
static inline const void *key_bytes(const struct key *key)
{
	return &key->word;
}

static inline size_t key_size(const struct key *key)
{
	return sizeof(key->word);
}

static inline struct key key_copy(struct key key)
{
	return key;
}

static inline void node_release(struct node *node)
{
}
#endif

static inline void node_set(struct node *node, struct key key, u64 value)
{
	node->key = key_copy(key);
	node->value = value;
}

static inline bool same_key(const struct key *a, const struct key *b)
{
	return key_size(a) == key_size(b) &&
	       !memcmp(key_bytes(a), key_bytes(b), key_size(a));
}

#endif /* _BENCH_NODE_H */
