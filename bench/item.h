/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is put into a peer's map: a key, of which it makes a node, with a value; or, where
 * object.h has been included before, an object that is there already.
 */
#ifndef _HMAP_BENCH_ITEM_H
#define _HMAP_BENCH_ITEM_H

#ifndef PEER_ITEM
#define PEER_ITEM	PEER_KEY

static inline PEER_KEY item_key(PEER_KEY key)
{
	return key;
}

/* No objects are made beforehand. */
#define PEER_MAKE	NULL
#endif

#endif /* _HMAP_BENCH_ITEM_H */
