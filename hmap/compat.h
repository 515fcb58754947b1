/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between the kernels that hmap builds against. Every condition on
 * a kernel version stands here, or, of the tests, in kunit/compat.h.
 */
#ifndef _HMAP_COMPAT_H
#define _HMAP_COMPAT_H

#include <linux/module.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error "hmap needs Linux 5.10 or later"
#endif

#ifndef CONFIG_64BIT
#error "hmap supports 64-bit kernels only"
#endif

/* Tables rely on kmalloc()'s classes, and on their alignment. */
#ifdef CONFIG_SLOB
#error "hmap does not support CONFIG_SLOB"
#endif

/* The namespace of exports became a string in 6.13. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define HMAP_NS			"HMAP"
#else
#define HMAP_NS			HMAP
#endif

#define EXPORT_SYMBOL_HMAP(symbol)	EXPORT_SYMBOL_NS_GPL(symbol, HMAP_NS)

/**
 * HMAP_IMPORT_NS - to stand, with a semicolon, in every module that uses hmap
 */
#define HMAP_IMPORT_NS		MODULE_IMPORT_NS(HMAP_NS)

/* <asm/unaligned.h> moved in 6.12. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* <linux/compiler_attributes.h> has it since 6.5. */
#ifndef __cleanup
#define __cleanup(func)		__attribute__((__cleanup__(func)))
#endif

/* A string of a tracepoint has been found before it is copied, since 6.10. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define hmap_assign_str(field, string)	__assign_str(field)
#else
#define hmap_assign_str(field, string)	__assign_str(field, string)
#endif

/* <linux/sched/mm.h> has it since 5.11. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#include <linux/gfp.h>
#include <linux/kernel.h>
#define might_alloc(gfp)	might_sleep_if(gfpflags_allow_blocking(gfp))
#endif

/* <linux/slab.h> has it since 6.1. The caches are those that kmalloc() takes from. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#include <linux/slab.h>
static inline size_t hmap_size_roundup(size_t size)
{
	size_t best = KMALLOC_MAX_CACHE_SIZE;
	unsigned int i;

	for (i = 0; i <= KMALLOC_SHIFT_HIGH; i++) {
		struct kmem_cache *cache = kmalloc_caches[KMALLOC_NORMAL][i];

		if (cache && kmem_cache_size(cache) >= size)
			best = min_t(size_t, best, kmem_cache_size(cache));
	}
	return best;
}

#define kmalloc_size_roundup(size)	hmap_size_roundup(size)
#endif

#endif /* _HMAP_COMPAT_H */
