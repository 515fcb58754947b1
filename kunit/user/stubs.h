/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel as hmap needs, for user space: the core is compiled
 * unchanged against this. Every <linux/...> header it includes leads here.
 *
 * One thread only, unless threads.h is included after this.
 */
#ifndef _HMAP_USER_STUBS_H
#define _HMAP_USER_STUBS_H

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* types and compiler */
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int32_t s32;
typedef long long s64;
typedef unsigned int gfp_t;

#define CONFIG_64BIT		1
#define CONFIG_UML		0
#define KERNEL_VERSION(a, b, c)	(((a) << 16) + ((b) << 8) + (c))
#define LINUX_VERSION_CODE	KERNEL_VERSION(6, 1, 0)
#define KBUILD_MODNAME		"hmap"

#define U8_MAX			UINT8_MAX
#define U16_MAX			UINT16_MAX
#define U32_MAX			UINT32_MAX
#define U64_MAX			UINT64_MAX
#define EUCLEAN			117
#define __rcu
#define __acquires(lock)
#define __releases(lock)
#define __must_check		__attribute__((__warn_unused_result__))
#undef __always_inline
#define __always_inline		inline __attribute__((__always_inline__))
#define __maybe_unused		__attribute__((__unused__))
#define __packed		__attribute__((__packed__))
#define __aligned(n)		__attribute__((__aligned__(n)))
#define fallthrough		__attribute__((__fallthrough__))
#define __ro_after_init
#define __init
#define __used			__attribute__((__used__))
#define inline			inline __attribute__((__gnu_inline__, __unused__))
#define noinline		__attribute__((__noinline__))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#undef static_assert
#define typeof __typeof__
#define static_assert(expr, ...) _Static_assert(expr, #expr)
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
#define sizeof_field(type, member)	sizeof(((type *)0)->member)
#define typeof_member(type, member)	typeof(((type *)0)->member)
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define BUILD_BUG_ON_ZERO(e)	((int)sizeof(struct { int : (-!!(e)); }))
#define BUILD_BUG_ON_MSG(cond, msg)	do { } while (0)
#define OPTIMIZER_HIDE_VAR(v)	__asm__("" : "=r"(v) : "0"(v))
#define prefetch(p)		__builtin_prefetch(p)
#define prefetchw(p)		__builtin_prefetch(p, 1)
#define L1_CACHE_BYTES		64
#define ASSERT_EXCLUSIVE_WRITER(v)	((void)(v))
#define struct_size(p, member, n) \
	(sizeof(*(p)) + sizeof(*(p)->member) * (n))

#define swap(a, b) do {							\
	__typeof__(a) __a = (a);					\
									\
	(a) = (b);							\
	(b) = __a;							\
} while (0)

/* arithmetic */
#define GOLDEN_RATIO_64		0x61C8864680B583EBull
#define hash_ptr(p, bits)	((u32)((unsigned long)(p) * GOLDEN_RATIO_64 >> (64 - (bits))))
/* Of each argument once. */
#define __BEST(a, op, b) ({						\
	__typeof__(a) __a = (a);					\
	__typeof__(b) __b = (b);					\
									\
	__a op __b ? __a : __b;						\
})
#define min(a, b)		__BEST(a, <, b)
#define max(a, b)		__BEST(a, >, b)
#define min3(a, b, c)		min(min(a, b), c)
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define clamp(v, lo, hi)	min(max(v, lo), hi)
#define clamp_t(type, v, lo, hi)	min_t(type, max_t(type, v, lo), hi)
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define round_up(n, d)		(DIV_ROUND_UP(n, d) * (d))
#define BIT(n)			(1UL << (n))
#define is_power_of_2(n)	((n) && !((n) & ((n) - 1)))
#define hweight64(n)		((unsigned int)__builtin_popcountll(n))
#define __ffs64(n)		((unsigned long)__builtin_ctzll(n))
#define fls64(n)		((n) ? 64 - __builtin_clzll(n) : 0)

static inline u64 ror64(u64 word, unsigned int shift)
{
	return word >> (shift & 63) | word << (-shift & 63);
}

static inline void memset64(u64 *p, u64 v, size_t n)
{
	while (n--)
		*p++ = v;
}

static inline size_t roundup_pow_of_two(size_t n)
{
	return n <= 1 ? 1 : 1UL << (64 - __builtin_clzl(n - 1));
}

static inline unsigned long int_sqrt(unsigned long n)
{
	unsigned long root = 0, bit;

	for (bit = 1UL << 31; bit; bit >>= 1)
		if ((root + bit) * (root + bit) <= n)
			root += bit;
	return root;
}

#define get_unaligned(p)						\
	(((const struct { __typeof__(*(p)) __packed v; } *)(p))->v)
#define get_unaligned_le32(p)	le32_to_cpu(get_unaligned((const u32 *)(p)))
#define get_unaligned_le64(p)	le64_to_cpu(get_unaligned((const u64 *)(p)))
#define put_unaligned(v, p) ({						\
	__typeof__(*(p)) __v = (v);					\
	__builtin_memcpy((void *)(p), &__v, sizeof(*(p)));		\
})

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define le32_to_cpu(x)			__builtin_bswap32(x)
#define le64_to_cpu(x)			__builtin_bswap64(x)
#else
#define le32_to_cpu(x)			(x)
#define le64_to_cpu(x)			(x)
#endif
#define cpu_to_le32(x)			le32_to_cpu(x)
#define cpu_to_le64(x)			le64_to_cpu(x)
#define __force

/* A word that a string may end in, so that it is read beyond: from anywhere, where Linux 6.1
 * does so.
 */
#if defined(__x86_64__) || defined(__aarch64__) || \
    (defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
#define CONFIG_DCACHE_WORD_ACCESS	1
#else
enum { CONFIG_DCACHE_WORD_ACCESS = 0 };
#endif
__attribute__((__no_sanitize__("address")))
static inline unsigned long read_word_at_a_time(const void *p)
{
	return ((const struct { unsigned long word; } __packed *)p)->word;
}

#define load_unaligned_zeropad(p)	read_word_at_a_time(p)

#define IS_ENABLED(option)		(option)

/* errors and messages */
#define MAX_ERRNO		4095
#define IS_ERR(p)		((unsigned long)(p) >= (unsigned long)-MAX_ERRNO)
#define PTR_ERR(p)		((long)(p))
#define PTR_ERR_OR_ZERO(p)	(IS_ERR(p) ? PTR_ERR(p) : 0)
#define IS_ERR_OR_NULL(p)	(!(p) || IS_ERR(p))
#define ERR_PTR(err)		((void *)(long)(err))

/* Warnings given, and those that tests have announced. */
extern unsigned int stub_warnings;
extern unsigned int stub_expected_warnings;
/* Messages by pr_warn_once(). */
extern unsigned int stub_reports;
/* Calls of cond_resched() by this thread. */
extern __thread unsigned int stub_rescheds;

#define pr_info(fmt, ...)	printf("# " pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)	fprintf(stderr, pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)	pr_info(fmt, ##__VA_ARGS__)
#define pr_warn_once(fmt, ...) ({						\
	static bool __done;						\
									\
	if (!__done) {							\
		pr_info(fmt, ##__VA_ARGS__);				\
		stub_reports++;						\
	}								\
	__done = true;							\
})
#define WARN_ON_ONCE(x)		WARN_ONCE(x, "%s\n", #x)
#define WARN_ONCE(x, fmt, ...) ({					\
	static bool __done;						\
	bool __warn = (x);						\
									\
	if (__warn && !__done) {					\
		__done = true;						\
		stub_warnings++;					\
		printf("# WARNING: " fmt, ##__VA_ARGS__);		\
	}								\
	__warn;								\
})

/* Run this in another process: whether a fault or a sanitizer ends it. */
bool stub_dies(void (*run)(void));

/* modules */
#define module_param(name, type, mode)		struct __param_unused
#define MODULE_PARM_DESC(name, text)		struct __desc_unused
#define EXPORT_SYMBOL_NS_GPL(symbol, ns)	struct __export_unused
#define MODULE_IMPORT_NS(ns)			struct __import_unused
#define MODULE_DESCRIPTION(text)		struct __description_unused
#define MODULE_LICENSE(text)			struct __license_unused

/* memory */
#define GFP_KERNEL		0xcc0u
#define GFP_ATOMIC		0xa20u
#define GFP_NOWAIT		0x800u
#define __GFP_NOWARN		0x2000u
#define __GFP_DIRECT_RECLAIM	0x400u
#define __GFP_RETRY_MAYFAIL	0x4000u
#define __GFP_ACCOUNT		0x400000u
#define GFP_KERNEL_ACCOUNT	(GFP_KERNEL | __GFP_ACCOUNT)
#define gfpflags_allow_blocking(gfp)	((gfp) & __GFP_DIRECT_RECLAIM)
#define PAGE_SIZE		4096UL
#define PAGE_ALIGN(n)		round_up(n, PAGE_SIZE)
#define offset_in_page(p)	((uintptr_t)(p) % PAGE_SIZE)
#define KMALLOC_MAX_CACHE_SIZE	(2 * PAGE_SIZE)
#define KMALLOC_MAX_SIZE	(4UL << 20)
#define might_alloc(gfp)	((void)(gfp))
#define might_sleep()		do { } while (0)
#define is_vmalloc_addr(p)	((void)(p), false)

/* Let the n-th allocation from now on fail; 0: none. */
extern unsigned int stub_fail_nth;
extern bool stub_fail_all;
/* With stub_fail_nth: and all that come after it. */
extern bool stub_fail_rest;
/* Let those of more bytes fail. */
extern size_t stub_fail_above;
/* Hand out again what was freed last, as slabs do: else the sanitizer keeps it for long. */
extern bool stub_reuse;
/* What kmalloc'ed blocks take, slab rounding included. */
extern size_t stub_bytes;
extern size_t stub_unaccounted; /* of these, without __GFP_ACCOUNT */
extern size_t stub_largest;

void *kmalloc(size_t size, gfp_t gfp);
void kfree(const void *p);

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	void *p = kmalloc(size, gfp);

	return p ? memset(p, 0, size) : NULL;
}

#define kmalloc_array(n, size, gfp)	kmalloc((n) * (size), gfp)
char *kstrdup(const char *s, gfp_t gfp);
size_t kmalloc_size_roundup(size_t size);

#define kvmalloc(size, gfp)	kmalloc(size, gfp)
#define kvfree(p)		kfree(p)
/* In pages of its own, and behind them there is none. */
void *vmalloc(size_t size);
void vfree(const void *p);
#define vzalloc(size)		vmalloc(size)

/* Memory that nobody may look at, as of a test's own allocator. */
#if !defined(__SANITIZE_ADDRESS__) && defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
void __asan_poison_memory_region(const volatile void *p, size_t size);
void __asan_unpoison_memory_region(const volatile void *p, size_t size);
#define stub_poison(p, size)	__asan_poison_memory_region(p, size)
#define stub_unpoison(p, size)	__asan_unpoison_memory_region(p, size)
#else
#define stub_poison(p, size)	memset(p, 0x6b, size)
#define stub_unpoison(p, size)	((void)(p))
#endif

/* RCU */
struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void stub_free_rcu(struct rcu_head *head, size_t offset);
void stub_run_rcu(struct rcu_head *head);
void rcu_barrier(void);

#define kvfree_rcu(p, member) \
	stub_free_rcu(&(p)->member, offsetof(__typeof__(*(p)), member))
#define rcu_read_lock()			do { } while (0)
#define rcu_read_unlock()		do { } while (0)
#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_dereference_raw(p)		__atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define RCU_LOCKDEP_WARN(c, text)	((void)(c))
#define rcu_dereference_protected(p, c)	(p)
#define rcu_assign_pointer(p, v)	__atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define RCU_INIT_POINTER(p, v)		((p) = (v))
#define cond_resched()			((void)stub_rescheds++)

/* processes: whether ours has been told to end */
extern bool stub_killed;
#define fatal_signal_pending(process)	stub_killed

/* locks: nobody else is there */
#define DEFINE_SPINLOCK(name)		int name
#define spin_lock(l)			((void)(l))
#define spin_unlock(l)			((void)(l))
#define spin_lock_irqsave(l, flags)	((void)(l), (flags) = 0)
#define spin_unlock_irqrestore(l, flags) ((void)(l), (void)(flags))

#define DEFINE_RAW_SPINLOCK(name)	int name
#define raw_spin_lock_irqsave(l, flags)	((void)(l), (flags) = 0)
#define raw_spin_unlock_irqrestore(l, flags) ((void)(l), (void)(flags))

struct mutex { int unused; };

#define DEFINE_MUTEX(name)		struct mutex name
#define mutex_lock(l)			((void)(l))
#define mutex_unlock(l)			((void)(l))

/* the module that types are in: the program */
struct module {
	const char *name;
};

extern struct module __this_module;
extern const char __executable_start[], _end[];
#define MODULE
#define CONFIG_HMAP_STATS	1
#define THIS_MODULE			(&__this_module)
#define module_name(module)		((module)->name)
#define within_module_core(address, module)				\
	((void)(module), (address) >= (unsigned long)__executable_start && \
	 (address) < (unsigned long)_end)

/* Counters that several threads may have in common. Relaxed, so that counting orders nothing
 * else.
 */
typedef struct {
	long counter;
} atomic_long_t;

#define atomic_long_read(v)		__atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)
#define atomic_long_set(v, n)		__atomic_store_n(&(v)->counter, n, __ATOMIC_RELAXED)
#define atomic_long_add_return(n, v)	__atomic_add_fetch(&(v)->counter, n, __ATOMIC_RELAXED)
#define atomic_long_add(n, v)		((void)atomic_long_add_return(n, v))
#define atomic_long_inc_return(v)	atomic_long_add_return(1, v)
#define atomic_long_inc(v)		atomic_long_add(1, v)

/* per-CPU counters: one CPU, but several threads */
#define __percpu
#define DECLARE_PER_CPU(type, name)	extern type name
#define DEFINE_PER_CPU(type, name)	type name
#define get_cpu_ptr(p)			(p)
#define put_cpu_ptr(p)			((void)(p))

typedef struct {
	long count;
} local_t;

#define local_add_return(n, l)		__atomic_add_fetch(&(l)->count, n, __ATOMIC_RELAXED)
#define local_add(n, l)			((void)local_add_return(n, l))
#define local_inc(l)			local_add(1, l)
#define local_xchg(l, n)		__atomic_exchange_n(&(l)->count, n, __ATOMIC_RELAXED)
#define local_read(l)			__atomic_load_n(&(l)->count, __ATOMIC_RELAXED)

#define this_cpu_inc_return(v)		__atomic_add_fetch(&(v), 1, __ATOMIC_RELAXED)
#define per_cpu(v, cpu)			(*((void)(cpu), &(v)))
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define per_cpu_ptr(p, cpu)		((void)(cpu), p)
/* Not counted as an allocation: it is none of a map's. */
#define alloc_percpu_gfp(type, gfp)	((void)(gfp), (type *)calloc(1, sizeof(type)))
#define free_percpu(p)			free(p)

/* tracepoints: nobody listens */
#define TP_PROTO(...)			__VA_ARGS__
#define TP_ARGS(...)
#define TRACE_EVENT(name, proto, ...)	static inline void trace_##name(proto) { }
#define DECLARE_EVENT_CLASS(name, ...)
#define DEFINE_EVENT(event_class, name, proto, args) TRACE_EVENT(name, TP_PROTO(proto))

/* random numbers and hashes */
typedef struct { u64 key[2]; } siphash_key_t;
typedef siphash_key_t hsiphash_key_t;

/* SipHash (Aumasson, Bernstein 2012), as <linux/siphash.h> has it */
#define SIPHASH_CONST_0		0x736f6d6570736575ull
#define SIPHASH_CONST_1		0x646f72616e646f6dull
#define SIPHASH_CONST_2		0x6c7967656e657261ull
#define SIPHASH_CONST_3		0x7465646279746573ull
#define SIPHASH_PERMUTATION(a, b, c, d) (				\
	(a) += (b), (b) = ror64((b), 51), (b) ^= (a), (a) = ror64((a), 32), \
	(c) += (d), (d) = ror64((d), 48), (d) ^= (c),			\
	(a) += (d), (d) = ror64((d), 43), (d) ^= (a),			\
	(c) += (b), (b) = ror64((b), 47), (b) ^= (c), (c) = ror64((c), 32))

void stub_random_seed(u64 seed);
u32 get_random_u32(void);
void get_random_bytes(void *buf, size_t size);
u64 siphash(const void *data, size_t size, const siphash_key_t *key);
u32 hsiphash(const void *data, size_t size, const hsiphash_key_t *key);

static inline u64 siphash_1u64(u64 a, const siphash_key_t *key)
{
	a = cpu_to_le64(a);
	return siphash(&a, sizeof(a), key);
}

static inline u32 hsiphash_2u32(u32 a, u32 b, const hsiphash_key_t *key)
{
	return hsiphash((u32[]){ cpu_to_le32(a), cpu_to_le32(b) }, 2 * sizeof(u32), key);
}

#endif /* _HMAP_USER_STUBS_H */
