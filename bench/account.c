// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of all peers, counted the same way: by the tracepoints of the slab. It is
 * the whole kernel's, but in these moments nothing else runs, and nothing is timed.
 * Blocks of vmalloc() are not seen; up to 1 million entries no peer has any, if
 * kmalloc() goes up to 32 MiB.
 */
#include <linux/atomic.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include <trace/events/kmem.h>

#include "account.h"

struct bench_account bench_account;

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
	if (!block)
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
	bench_account.bytes -= kmem_cache_size((struct kmem_cache *)cache);
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
		  register_trace_kmem_cache_free(on_cache_free, NULL);

	if (err)
		unregister_all();
	bench_account = (struct bench_account){ };
	return err;
}

void bench_account_end(void)
{
	unregister_all();
}
