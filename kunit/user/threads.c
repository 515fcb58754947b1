// SPDX-License-Identifier: GPL-2.0
/* Threads in user space, and RCU for them. */
#include <time.h>

#include "threads.h"

#define MAX_THREADS	256

/*
 * Grace periods. Each thread counts up when it enters a read-side section and when it
 * leaves it, so its count is odd inside. A grace period is over when every thread
 * whose count was odd has another count. Both sides change the count, the writer
 * by adding 0, so one comes first in the count's order of changes, in any memory
 * model: a thread that enters after the writer has looked sees what that published
 * before, and a thread that left before has done all its reading.
 *
 * This orders no more than grace periods do, as it would hide races: readers take
 * no lock, and each uses a count of its own.
 */
static struct {
	atomic_ulong count;
	unsigned long seen;	/* by the writer, when the grace period began */
} sections[MAX_THREADS];

static atomic_uint nr_threads;
static unsigned int nr_seen;	/* threads that there were then */

static _Thread_local unsigned int self = MAX_THREADS;
static _Thread_local unsigned int depth;

static void enter_thread(void)
{
	self = atomic_fetch_add(&nr_threads, 1);
	assert(self < MAX_THREADS);
}

void rcu_read_lock(void)
{
	if (self == MAX_THREADS)
		enter_thread();
	if (!depth++)
		atomic_fetch_add(&sections[self].count, 1);
}

void rcu_read_unlock(void)
{
	if (!--depth)
		atomic_fetch_add(&sections[self].count, 1);
}

static void begin_grace_period(void)
{
	unsigned int i;

	nr_seen = atomic_fetch_add(&nr_threads, 0);
	for (i = 0; i < nr_seen; i++)
		sections[i].seen = atomic_fetch_add(&sections[i].count, 0);
}

static bool grace_period_is_over(void)
{
	unsigned int i;

	for (i = 0; i < nr_seen; i++)
		if (sections[i].seen % 2 &&
		    atomic_load(&sections[i].count) == sections[i].seen)
			return false;
	return true;
}

/* What waits for the grace period that has begun, and for the next one. Only the
 * writer comes here.
 */
static struct rcu_head *waiting, *late;

/* What other threads have handed to the writer. They push, which orders what they did
 * before what he does with it, and nothing of his before anything of theirs.
 */
static _Atomic(struct rcu_head *) handed;

static void take_handed(void)
{
	struct rcu_head *head = atomic_exchange_explicit(&handed, NULL, memory_order_acquire);

	while (head) {
		struct rcu_head *next = head->next;

		head->next = late;
		late = head;
		head = next;
	}
}

static void hand_over(struct rcu_head *head)
{
	head->next = atomic_load_explicit(&handed, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&handed, &head->next, head,
						      memory_order_release,
						      memory_order_relaxed))
		;
}

static void next_grace_period(void)
{
	struct rcu_head *done = waiting;

	take_handed();
	waiting = late;
	late = NULL;
	begin_grace_period();
	stub_run_rcu(done);
}

void rcu_barrier(void)
{
	take_handed();
	while (waiting || late) {
		while (!grace_period_is_over())
			sched_yield();
		next_grace_period();
	}
}

/* Threads. */

struct task_struct {
	pthread_t	thread;
	int		(*fn)(void *data);
	void		*data;
	u64		seed;
	atomic_bool	stop;
};

/* NULL: the writer. */
static _Thread_local struct task_struct *current;

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	head->func = func;
	if (current) {
		hand_over(head);
		return;
	}
	head->next = late;
	late = head;
	if (grace_period_is_over())
		next_grace_period();
}

static void *run(void *data)
{
	current = data;
	stub_random_seed(current->seed);
	current->fn(current->data);
	return NULL;
}

struct task_struct *stub_kthread_run(int (*fn)(void *data), void *data)
{
	struct task_struct *task = calloc(1, sizeof(*task));
	static u64 seed;

	if (!task)
		return ERR_PTR(-ENOMEM);
	task->fn = fn;
	task->data = data;
	task->seed = ++seed;
	if (pthread_create(&task->thread, NULL, run, task)) {
		free(task);
		return ERR_PTR(-EAGAIN);
	}
	return task;
}

bool kthread_should_stop(void)
{
	return atomic_load_explicit(&current->stop, memory_order_relaxed);
}

int kthread_stop(struct task_struct *task)
{
	atomic_store_explicit(&task->stop, true, memory_order_relaxed);
	pthread_join(task->thread, NULL);
	free(task);
	return 0;
}

unsigned long stub_jiffies(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * HZ + t.tv_nsec / (1000000000 / HZ);
}

/* Bitmaps. */

#define WORD_BITS	(8 * sizeof(unsigned long))

static size_t bitmap_bytes(unsigned int bits)
{
	return DIV_ROUND_UP(bits, WORD_BITS) * sizeof(unsigned long);
}

unsigned long *bitmap_zalloc(unsigned int bits, gfp_t gfp)
{
	return calloc(1, bitmap_bytes(bits));
}

void bitmap_zero(unsigned long *map, unsigned int bits)
{
	memset(map, 0, bitmap_bytes(bits));
}

bool test_and_set_bit(unsigned long bit, unsigned long *map)
{
	unsigned long mask = 1UL << bit % WORD_BITS;
	bool was_set = map[bit / WORD_BITS] & mask;

	map[bit / WORD_BITS] |= mask;
	return was_set;
}

unsigned long find_first_zero_bit(const unsigned long *map, unsigned long bits)
{
	unsigned long bit;

	for (bit = 0; bit < bits; bit++)
		if (!(map[bit / WORD_BITS] & 1UL << bit % WORD_BITS))
			break;
	return bit;
}
