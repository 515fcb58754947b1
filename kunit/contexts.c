// SPDX-License-Identifier: GPL-2.0
/*
 * See misuses.h: contexts, as the table in Documentation/locking.rst has them. What a
 * context is said to be is looked at, by a warning, and so is what becomes of the maps.
 */
#include <linux/bottom_half.h>
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include <hmap/hmap.h>

#include "compat.h"
#include "misuses.h"

#define MANY	600	/* more than a table holds */

struct object {
	u64 key;
};

HMAP_DEFINE(values, u64, u64, hmap_hash_u64, NULL, 0);
HMAP_DEFINE(rcu_values, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE(names, const char *, u64, hmap_hash_bytes, NULL, HMAP_STRING | HMAP_RCU);
HMAP_DEFINE_OBJECT(objects, struct object, key, hmap_hash_u64, HMAP_RCU);

/* Each case finds these full, but for one that is empty, and one with room for many. */
static struct values values, none, roomy, *allocated;
static struct rcu_values rcu_values;
static struct names names;
static struct objects objects;
static struct object all[MANY];

static DEFINE_SPINLOCK(lock);
static DEFINE_RAW_SPINLOCK(raw_lock);

/* What is read here is not to be optimised away, though nobody looks at it. */
static u64 seen __maybe_unused;

static void name_of(u64 n, char name[24])
{
	snprintf(name, 24, "name %llu", n);
}

static int insert_everywhere(u64 n, gfp_t gfp)
{
	char name[24];

	name_of(n, name);
	all[n].key = n;
	return values_insert(&values, n, n, gfp) ?:
	       rcu_values_insert(&rcu_values, n, n, gfp) ?:
	       names_insert(&names, name, n, gfp) ?:
	       objects_insert(&objects, &all[n], gfp);
}

static void fill(void)
{
	int err = values_reserve(&roomy, MANY, GFP_KERNEL) ?:
		  values_insert(&roomy, 0, 0, GFP_KERNEL);
	u64 n;

	for (n = 0; n < MANY && !err; n++)
		err = insert_everywhere(n, GFP_KERNEL);
	allocated = values_alloc(GFP_KERNEL);
	WARN_ON(err || !allocated || values_insert(allocated, 0, 0, GFP_KERNEL));
}

static void drop(void)
{
	synchronize_rcu();
	values_destroy(&values);
	values_destroy(&none);
	values_destroy(&roomy);
	rcu_values_destroy(&rcu_values);
	names_destroy(&names);
	objects_destroy(&objects);
	values_free(allocated);
}

typedef void (*row)(void);

/* The table's rows: what readers do, */
static void read_values(void)
{
	struct hmap_cursor cursor = { };
	const u64 *key, *value, first = 0;
	u64 copy, n = 0;

	WARN_ON(!rcu_values_lookup(&rcu_values, 1) || rcu_values_lookup(&rcu_values, MANY));
	WARN_ON(!rcu_values_read(&rcu_values, 1, &copy) || copy != 1);
	WARN_ON(rcu_values_lookup_bulk(&rcu_values, &first, 1, &value) != 1);
	WARN_ON(!rcu_values_next(&rcu_values, &cursor, &key));
	rcu_values_cursor_after(&rcu_values, &cursor, 5);
	hmap_for_each_rcu(rcu_values, &rcu_values, iter, key, value)
		n += *key == *value;
	WARN_ON(n != MANY || rcu_values_count(&rcu_values) != MANY ||
		rcu_values_empty(&rcu_values));
	seen += rcu_values_memory(&rcu_values) + !!rcu_values_any(&rcu_values, &key);
}

static void read_shared(void)
{
	rcu_read_lock();
	read_values();
	WARN_ON(!names_lookup(&names, "name 1") || names_lookup(&names, "name"));
	WARN_ON(!objects_lookup(&objects, 1) || objects_contains(&objects, MANY));
	rcu_read_unlock();
}

/* what those do that neither allocate nor free, */
static void overwrite(void)
{
	const u64 *key;
	u64 *value, n = 0;

	*values_lookup_mut(&values, 1) = 2;
	WARN_ON(values_replace(&values, 1, 1) || *values_lookup(&values, 1) != 1);
	WARN_ON(objects_replace(&objects, &all[1]) != &all[1]);
	hmap_for_each(values, &values, iter, key, value)
		n += *key == *value;
	WARN_ON(n != MANY || values_validate(&values) || rcu_values_validate(&rcu_values));
}

/* what those do that allocate, */
static void alloc(void)
{
	values_free(allocated);
	allocated = values_alloc(GFP_ATOMIC);
	WARN_ON(!allocated);
}

static void insert(void)
{
	WARN_ON(values_insert(&none, 0, 0, GFP_ATOMIC));
}

static void store(void)
{
	WARN_ON(values_store(&none, 0, 0, GFP_ATOMIC));
}

static void get_or_insert(void)
{
	WARN_ON(IS_ERR(values_get_or_insert(&none, 0, 0, NULL, GFP_ATOMIC)));
}

static void reserve(void)
{
	WARN_ON(values_reserve(&none, 100, GFP_ATOMIC));
}

static void trim(void)
{
	WARN_ON(values_trim(&roomy, GFP_ATOMIC));
}

/* and what those do that free. */
static void remove(void)
{
	u64 n;

	for (n = 0; n < MANY; n++)
		WARN_ON(values_remove(&values, n));
}

static void take(void)
{
	u64 n, value;

	for (n = 0; n < MANY; n++)
		WARN_ON(values_take(&values, n, &value) || value != n);
}

static void erase(void)
{
	u64 n;

	for (n = 0; n < MANY; n++)
		WARN_ON(objects_erase(&objects, n) != &all[n]);
}

static void erase_object(void)
{
	u64 n;

	for (n = 0; n < MANY; n++)
		WARN_ON(!objects_erase_object(&objects, &all[n]));
}

static void remove_in_walk(void)
{
	const u64 *key;
	u64 *value;

	hmap_for_each_safe(values, &values, iter, key, value)
		WARN_ON(values_remove(&values, *key));
	WARN_ON(!values_empty(&values));
}

static void clear(void)
{
	values_clear(&values);
}

static void look_at(void *entry, void *unused)
{
	seen += *(u64 *)entry;
}

static void clear_with(void)
{
	values_clear_with(&values, look_at, NULL);
}

static void destroy(void)
{
	values_destroy(&values);
}

static void free_map(void)
{
	values_free(allocated);
	allocated = NULL;
}

/* All of them, for maps that grow and shrink. */
static void change(void)
{
	static const row empty[] = {
		remove, take, remove_in_walk, clear, clear_with, destroy,
	};
	u64 n;
	u32 i;

	alloc();
	insert();
	values_clear(&none);
	store();
	values_clear(&none);
	get_or_insert();
	values_clear(&none);
	reserve();
	trim();
	free_map();
	erase();
	for (i = 0; i < ARRAY_SIZE(empty); i++) {
		empty[i]();
		rcu_values_clear(&rcu_values);
		names_clear(&names);
		for (n = 0; n < MANY; n++)
			WARN_ON(insert_everywhere(n, GFP_ATOMIC));
		erase_object();
	}
	for (n = 0; n < MANY; n++)
		WARN_ON(rcu_values_remove(&rcu_values, n));
}

static void free_and_destroy(void)
{
	values_free_and_destroy(&values, look_at, NULL);
}

/* Its columns. */
static row work, handler_work;
static DECLARE_COMPLETION(done);

static void in_process(row run)
{
	run();
}

static void run_in_softirq(struct tasklet_struct *unused)
{
	WARN_ON(!in_serving_softirq());
	work();
	complete(&done);
}

static DECLARE_TASKLET(tasklet, run_in_softirq);

static void in_tasklet(row run)
{
	work = run;
	tasklet_schedule(&tasklet);
	wait_for_completion(&done);
	tasklet_kill(&tasklet);
}

static void run_in_rcu_callback(struct rcu_head *unused)
{
	work();
}

static void in_rcu_callback(row run)
{
	static struct rcu_head head;

	work = run;
	call_rcu(&head, run_in_rcu_callback);
	rcu_barrier();
}

static void run_in_hard_interrupt(struct irq_work *unused)
{
	WARN_ON(!hardirq_count());
	work();
}

static struct irq_work irq_work = IRQ_WORK_INIT_HARD(run_in_hard_interrupt);

static void in_hard_interrupt(row run)
{
	work = run;
	irq_work_queue(&irq_work);
	irq_work_sync(&irq_work);
}

/* A device's interrupt, with a handler that is a thread. There is no device. */
static irqreturn_t run_in_handler(int irq, void *unused)
{
	WARN_ON(hardirq_count() || !(current->flags & PF_KTHREAD));
	spin_lock(&lock);
	handler_work();
	spin_unlock(&lock);
	complete(&done);
	return IRQ_HANDLED;
}

static int device_irq;

static void raise(void)
{
	generic_handle_irq(device_irq);
}

static void in_threaded_handler(row run)
{
	handler_work = run;
	device_irq = irq_alloc_desc(NUMA_NO_NODE);
	if (WARN_ON(device_irq < 0))
		return;
	irq_set_chip_and_handler(device_irq, &dummy_irq_chip, handle_simple_irq);
	irq_clear_status_flags(device_irq, IRQ_NOREQUEST);
	if (!WARN_ON(request_threaded_irq(device_irq, NULL, run_in_handler, IRQF_ONESHOT,
					  "hmap_misuse", &done))) {
		in_hard_interrupt(raise);
		wait_for_completion(&done);
		free_irq(device_irq, &done);
	}
	irq_free_desc(device_irq);
}

static void under_spinlock(row run)
{
	spin_lock(&lock);
	run();
	spin_unlock(&lock);
}

static void under_raw_spinlock(row run)
{
	raw_spin_lock(&raw_lock);
	run();
	raw_spin_unlock(&raw_lock);
}

static void without_interrupts(row run)
{
	local_irq_disable();
	run();
	local_irq_enable();
}

void run_in_context(const struct misuse *misuse)
{
	fill();
	misuse->column(misuse->run);
	drop();
}

#define CASE(by, row, column)	{ #row "_" #column, by, row, column }

#define MOSTLY(row)							\
	CASE(BY_NOBODY, row, in_process),				\
	CASE(BY_NOBODY, row, in_tasklet),				\
	CASE(BY_NOBODY, row, in_rcu_callback),				\
	CASE(BY_NOBODY, row, in_threaded_handler),			\
	CASE(BY_NOBODY, row, under_spinlock)

/* Where PREEMPT_RT is like other kernels: even there nothing may sleep. */
#define STRICTLY(by, row)						\
	CASE(by, row, in_hard_interrupt),				\
	CASE(by, row, under_raw_spinlock),				\
	CASE(by, row, without_interrupts)

const struct misuse context_misuses[] = {
	MOSTLY(read_shared),
	STRICTLY(BY_NOBODY, read_shared),
	MOSTLY(overwrite),
	STRICTLY(BY_NOBODY, overwrite),
	MOSTLY(change),
#ifdef CONFIG_PREEMPT_RT
	/* Lockdep is silent after its first report of this kind. */
	CASE(BY_NESTING, change, under_raw_spinlock),
	STRICTLY(BY_SLEEP, alloc),
	STRICTLY(BY_SLEEP, insert),
	STRICTLY(BY_SLEEP, store),
	STRICTLY(BY_SLEEP, get_or_insert),
	STRICTLY(BY_SLEEP, reserve),
	STRICTLY(BY_SLEEP, trim),
	STRICTLY(BY_SLEEP, remove),
	STRICTLY(BY_SLEEP, take),
	STRICTLY(BY_SLEEP, erase),
	STRICTLY(BY_SLEEP, erase_object),
	STRICTLY(BY_SLEEP, remove_in_walk),
	STRICTLY(BY_SLEEP, clear),
	STRICTLY(BY_SLEEP, clear_with),
	STRICTLY(BY_SLEEP, destroy),
	STRICTLY(BY_SLEEP, free_map),
#else
	STRICTLY(BY_NOBODY, change),
#endif
	CASE(BY_NOBODY, free_and_destroy, in_process),
	CASE(BY_SLEEP, free_and_destroy, in_tasklet),
	CASE(BY_SLEEP, free_and_destroy, in_rcu_callback),
	CASE(BY_SLEEP, free_and_destroy, under_spinlock),
	STRICTLY(BY_SLEEP, free_and_destroy),
};

const u32 nr_context_misuses = ARRAY_SIZE(context_misuses);
