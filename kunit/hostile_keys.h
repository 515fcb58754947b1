/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keys of hostile_test.c: random ones, regular ones, and those that collide under hashes
 * that have no secret, which is shown before they are used.
 */
#ifndef _HMAP_KUNIT_HOSTILE_KEYS_H
#define _HMAP_KUNIT_HOSTILE_KEYS_H

#include <linux/types.h>

#define KEY_MAX		40

enum form { U64, U32, BYTES, STRING };

/* The first of a form's are random: what the others are compared with. */
struct family {
	const char *name;
	enum form form;
	void (*make)(u64 n, void *key);	/* write the n-th key; in the order of n */
	u64 (*weak)(const void *key);	/* a hash under which all of them are 0 */
};

extern const struct family families[];
extern const u32 nr_families;

/* What the random ones are made from. */
extern struct rng hostile_rng;

#endif /* _HMAP_KUNIT_HOSTILE_KEYS_H */
