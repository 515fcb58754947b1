/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stubs.h lacks for several threads: accesses that a race detector knows for
 * atomic ones, read-side sections, and as much of threads, locks and modules as the
 * stress test uses. To be included after stubs.h.
 */
#ifndef _HMAP_USER_THREADS_H
#define _HMAP_USER_THREADS_H

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

/*
 * The race detector takes volatile accesses for plain ones. What is read behind a pointer
 * comes after the pointer, by the dependency of addresses, that the detector does not know
 * either: so a pointer is loaded with all that was released before it.
 */
#undef READ_ONCE
#undef WRITE_ONCE
#define READ_ONCE(x)							\
	__atomic_load_n(&(x), __builtin_classify_type(x) == 5 ?		\
			__ATOMIC_ACQUIRE : __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELAXED)

#undef rcu_read_lock
#undef rcu_read_unlock
void rcu_read_lock(void);
void rcu_read_unlock(void);

#undef kfree_rcu
#define kfree_rcu(p, member)	kvfree_rcu(p, member)

/* threads */
struct task_struct;

struct task_struct *stub_kthread_run(int (*fn)(void *data), void *data);
int kthread_stop(struct task_struct *task);
bool kthread_should_stop(void);

#define kthread_run(fn, data, name, ...)				\
	((void)(__VA_ARGS__), stub_kthread_run(fn, data))

#define cpu_relax()		sched_yield()
#define num_online_cpus()	sysconf(_SC_NPROCESSORS_ONLN)

#undef spin_lock
#undef spin_unlock
typedef pthread_mutex_t spinlock_t;

#define spin_lock_init(lock)	pthread_mutex_init(lock, NULL)
#define spin_lock(lock)		pthread_mutex_lock(lock)
#define spin_unlock(lock)	pthread_mutex_unlock(lock)

/* Reference counts, ordered as the kernel's, and no more. */
typedef struct {
	atomic_uint count;
} refcount_t;

static inline void refcount_set(refcount_t *refs, unsigned int n)
{
	atomic_store_explicit(&refs->count, n, memory_order_relaxed);
}

static inline bool refcount_inc_not_zero(refcount_t *refs)
{
	unsigned int n = atomic_load_explicit(&refs->count, memory_order_relaxed);

	while (n && !atomic_compare_exchange_weak_explicit(&refs->count, &n, n + 1,
							   memory_order_relaxed,
							   memory_order_relaxed))
		;
	return n;
}

static inline bool refcount_dec_and_test(refcount_t *refs)
{
	if (atomic_fetch_sub_explicit(&refs->count, 1, memory_order_release) != 1)
		return false;
	atomic_load_explicit(&refs->count, memory_order_acquire);
	return true;
}

/* time, in milliseconds */
#define HZ			1000
#define jiffies			stub_jiffies()
#define time_before(a, b)	((long)((a) - (b)) < 0)

unsigned long stub_jiffies(void);

/* bitmaps; each belongs to one thread, so nothing here need be atomic */
unsigned long *bitmap_zalloc(unsigned int bits, gfp_t gfp);
void bitmap_zero(unsigned long *map, unsigned int bits);
bool test_and_set_bit(unsigned long bit, unsigned long *map);
unsigned long find_first_zero_bit(const unsigned long *map, unsigned long bits);

#define bitmap_free(map)	free(map)

/* One module, whose parameters are unsigned. */
struct stub_param {
	const char *name;
	unsigned int *value;
	struct stub_param *next;
};

extern struct stub_param *stub_params;
extern int (* const stub_module_init)(void);

#undef module_param
#define module_param(name, type, perm)	stub_module_param_##type(name)
#define stub_module_param_uint(var)					\
	static __attribute__((__constructor__)) void param_##var(void)	\
	{								\
		static struct stub_param param = { #var, &(var), NULL }; \
									\
		param.next = stub_params;				\
		stub_params = &param;					\
	}								\
	struct __param_unused

#define __exit			__maybe_unused
#define module_init(fn)		int (* const stub_module_init)(void) = (fn)
#define module_exit(fn)		struct __exit_unused

#endif /* _HMAP_USER_THREADS_H */
