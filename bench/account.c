// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of all peers, counted the same way: by the tracepoints of the slab. It is
 * the whole kernel's, but in these moments nothing else runs, and nothing is timed.
 * Blocks of vmalloc() are not seen; peers tell about them themselves.
 */
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include <linux/xarray.h>
#include <trace/events/kmem.h>

#include "account.h"
#include "rcu.h"

struct bench_account bench_account;

/* The one slab cache of a peer's own, that of XArray's nodes. */
static const struct kmem_cache *node_cache;

static void on_kmalloc(void *data, unsigned long site, const void *block,
		       size_t requested, size_t allocated, gfp_t gfp, int node)
{
	if (!block)
		return;
	bench_account.allocations++;
	bench_account.bytes += allocated;
}

static void on_cache_alloc(void *data, unsigned long site, const void *block,
			   struct kmem_cache *cache, gfp_t gfp, int node)
{
	if (!node_cache)
		node_cache = cache;
	if (!block || cache != node_cache)
		return;
	bench_account.allocations++;
	bench_account.bytes += kmem_cache_size(cache);
}

static void on_kfree(void *data, unsigned long site, const void *block)
{
	bench_account.bytes -= ksize(block);
}

static void on_cache_free(void *data, unsigned long site, const void *block,
			  const struct kmem_cache *cache)
{
	if (cache == node_cache)
		bench_account.bytes -= kmem_cache_size((struct kmem_cache *)cache);
}

/* Which cache it is, is learnt from an XArray that needs a node. */
static int learn_node_cache(void)
{
	DEFINE_XARRAY(xa);
	int err = xa_err(xa_store(&xa, 1, xa_mk_value(1), GFP_KERNEL));

	xa_destroy(&xa);
	return err;
}

static void unregister_all(void)
{
	unregister_trace_kmalloc(on_kmalloc, NULL);
	unregister_trace_kmem_cache_alloc(on_cache_alloc, NULL);
	unregister_trace_kfree(on_kfree, NULL);
	unregister_trace_kmem_cache_free(on_cache_free, NULL);
	tracepoint_synchronize_unregister();
}

int bench_account_begin(void)
{
	int err = register_trace_kmalloc(on_kmalloc, NULL) ?:
		  register_trace_kmem_cache_alloc(on_cache_alloc, NULL) ?:
		  register_trace_kfree(on_kfree, NULL) ?:
		  register_trace_kmem_cache_free(on_cache_free, NULL) ?:
		  learn_node_cache();

	if (err)
		unregister_all();
	bench_rcu_settle();
	bench_account = (struct bench_account){ };
	return err;
}

void bench_account_end(void)
{
	unregister_all();
}
