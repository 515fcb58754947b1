// SPDX-License-Identifier: GPL-2.0
/*
 * Lookups in NMIs, on x86: one processor changes maps, and another one sends it NMIs, which
 * come between any two of its instructions. Their handler looks up keys that stay, and has to
 * find them all. Loading this runs it; it fails if a lookup went wrong.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/nmi.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <asm/apic.h>
#include <asm/nmi.h>

#include <hmap/hmap.h>

static unsigned int nmis = 1000;
module_param(nmis, uint, 0444);
MODULE_PARM_DESC(nmis, "how many to send");

#define STAYING	16	/* keys */
#define COMING	20000	/* more, so that tables are split, merged, and in directories */
#define SENDER	1	/* processors */
#define WRITER	0

struct object {
	u64	number;
};

HMAP_DEFINE(numbers, u64, u64, hmap_hash_u64, NULL, HMAP_RCU);
HMAP_DEFINE(names, const char *, u64, hmap_hash_bytes, NULL, HMAP_STRING | HMAP_RCU);
HMAP_DEFINE_OBJECT(objects, struct object, number, hmap_hash_u64, HMAP_RCU);

static struct numbers by_number;
static struct names by_name;
static struct objects objects;

static struct object all_objects[STAYING + COMING];
static char staying_names[STAYING][8];

/* What the handler has seen. @changing: the writer is in the middle of a call. */
static unsigned int seen, seen_changing, errors;
static bool changing;

static bool all_is_well(u64 n)
{
	const struct object *object = objects_lookup(&objects, n);
	const u64 *number = numbers_lookup(&by_number, n);
	const u64 *name = names_lookup(&by_name, staying_names[n]);
	u64 copy;

	return object == &all_objects[n] &&
	       number && (u32)READ_ONCE(*number) == n &&
	       name && (u32)READ_ONCE(*name) == n &&
	       numbers_read(&by_number, n, &copy) && (u32)copy == n &&
	       !numbers_contains(&by_number, STAYING + COMING + n);
}

static int look_up(unsigned int type, struct pt_regs *regs)
{
	u64 n;

	if (smp_processor_id() != WRITER)
		return NMI_DONE;
	rcu_read_lock();
	for (n = 0; n < STAYING; n++)
		if (!all_is_well(n))
			WRITE_ONCE(errors, errors + 1);
	rcu_read_unlock();
	if (READ_ONCE(changing))
		seen_changing++;
	/* Pairs with send_nmis(), which waits for this one. */
	smp_store_release(&seen, seen + 1);
	return NMI_HANDLED;
}

static int send_nmis(void *unused)
{
	unsigned int before;

	while (!kthread_should_stop()) {
		before = READ_ONCE(seen);
		apic->send_IPI(WRITER, NMI_VECTOR);
		/* Pairs with look_up(). */
		while (smp_load_acquire(&seen) == before)
			cpu_relax();
		ndelay(before * 7 % 1000);
		cond_resched();
	}
	return 0;
}

static int add(u64 n, u64 version)
{
	char name[8];
	void *old;
	int err;

	snprintf(name, sizeof(name), "%llu", n);
	all_objects[n].number = n;
	WRITE_ONCE(changing, true);
	err = numbers_store(&by_number, n, version << 32 | n, GFP_KERNEL) ?:
	      names_store(&by_name, name, version << 32 | n, GFP_KERNEL);
	old = objects_store(&objects, &all_objects[n], GFP_KERNEL);
	WRITE_ONCE(changing, false);
	return err ?: PTR_ERR_OR_ZERO(old);
}

static void remove(u64 n)
{
	char name[8];

	snprintf(name, sizeof(name), "%llu", n);
	WRITE_ONCE(changing, true);
	numbers_remove(&by_number, n);
	names_remove(&by_name, name);
	objects_erase_object(&objects, &all_objects[n]);
	WRITE_ONCE(changing, false);
}

static int add_staying(u64 version)
{
	int err = 0;
	u64 n;

	for (n = 0; n < STAYING && !err; n++)
		err = add(n, version);
	return err;
}

/* More at a time as it goes on, from one table to many, and back. */
static int come_and_go(u64 round)
{
	u64 end = STAYING + min_t(u64, 1 << (round % 16), COMING);
	int err = 0;
	u64 n, i;

	for (n = STAYING; n < end && !err; n++)
		err = add(n, round);
	for (i = STAYING; i < n; i++)
		remove(i);
	if (!err)
		err = numbers_trim(&by_number, GFP_KERNEL);
	cond_resched();
	return err ?: add_staying(round);
}

static int change(void)
{
	int err = 0;
	u64 round;

	for (round = 1; !err && READ_ONCE(seen) < nmis && !READ_ONCE(errors); round++)
		err = come_and_go(round);
	return err;
}

static int change_beside_nmis(void)
{
	struct task_struct *sender;
	int err;

	err = set_cpus_allowed_ptr(current, cpumask_of(WRITER));
	if (err)
		return err;
	sender = kthread_create(send_nmis, NULL, "hmap_nmi");
	if (IS_ERR(sender))
		return PTR_ERR(sender);
	kthread_bind(sender, SENDER);
	wake_up_process(sender);
	err = change();
	kthread_stop(sender);
	return err;
}

static int run(void)
{
	int err;

	err = register_nmi_handler(NMI_LOCAL, look_up, 0, KBUILD_MODNAME);
	if (err)
		return err;
	err = change_beside_nmis();
	unregister_nmi_handler(NMI_LOCAL, KBUILD_MODNAME);
	pr_info("%u NMIs, %u in the middle of a change, %u errors\n", seen, seen_changing,
		errors);
	return err ?: errors || !seen_changing ? -EIO : 0;
}

static void destroy_maps(void)
{
	numbers_destroy(&by_number);
	names_destroy(&by_name);
	objects_destroy(&objects);
}

static int __init nmi_init(void)
{
	unsigned int n;
	int err;

	if (!cpu_online(SENDER))
		return -ENODEV;
	for (n = 0; n < STAYING; n++)
		snprintf(staying_names[n], sizeof(staying_names[n]), "%u", n);
	err = add_staying(0) ?: run();
	if (err)
		destroy_maps();
	return err;
}

static void __exit nmi_exit(void)
{
	destroy_maps();
}

module_init(nmi_init);
module_exit(nmi_exit);
HMAP_IMPORT_NS;
MODULE_DESCRIPTION("Lookups in NMIs, beside a writer on the same processor");
MODULE_LICENSE("GPL");
