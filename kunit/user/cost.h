/* SPDX-License-Identifier: GPL-2.0 */
/* What changes of shape cost, as the search for bad sequences counts it. */
#ifndef _HMAP_USER_COST_H
#define _HMAP_USER_COST_H

#include "stubs.h"

struct hmap_cost {
	u64 slots;	/* copied */
	u64 refs;	/* written to directories */
	u64 words;	/* cleared */
	u64 bytes;	/* allocated */
};

extern struct hmap_cost hmap_cost;

#define HMAP_COST(what, n)	(hmap_cost.what += (n))

#endif /* _HMAP_USER_COST_H */
