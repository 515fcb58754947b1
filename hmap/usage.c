// SPDX-License-Identifier: GPL-2.0
/*
 * What the maps of each type use: tables by their sizes, and bytes.
 *
 * A type is const, and nobody registers it: the first table of one gives it a tally, in an
 * array that is searched by the type's address. It keeps that until its module goes. What
 * cannot have one is counted together with others: a type that is neither in a module's memory
 * nor built in, so that nothing tells when it goes; those for which there is no memory, or no
 * place any more. A type never changes from the one to the other, so that what was added to a
 * tally is taken from the same.
 *
 * All that changes often is per CPU. Of bytes, a CPU keeps up to HMAP_BYTES_BATCH to itself before
 * it adds them to the sums, where the peaks are seen.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include <asm/sections.h>

#include "internal.h"

/* How far from its home a type is looked for. */
#define PROBES		64

static DEFINE_PER_CPU(struct hmap_tally_cpu, others_cpu);
/* Of places that are taken. */
static DEFINE_RAW_SPINLOCK(place_lock);
/* Of types, as long as one looks at them: they do not go with their module. */
DEFINE_MUTEX(hmap_type_lock);
static bool is_full;		/* a type has found no place: no other gets one from then on */

static atomic_long_t total;
static long total_peak;

/* The last one is that of others. */
struct hmap_tally hmap_tallies[HMAP_TALLIES + 1] = {
	[HMAP_TALLIES] = { .cpu = &others_cpu },
};

#define others	(&hmap_tallies[HMAP_TALLIES])

/* Beside another CPU, the higher value wins in the end or soon after. */
static void raise_peak(long *peak, long now)
{
	if (now > READ_ONCE(*peak))
		WRITE_ONCE(*peak, now);
}

/* To both sums, from what a CPU has kept. */
static void add_bytes(struct hmap_tally *tally, long bytes)
{
	raise_peak(&tally->peak, atomic_long_add_return(bytes, &tally->bytes));
	raise_peak(&total_peak, atomic_long_add_return(bytes, &total));
}

void hmap_tally_flush(struct hmap_tally *tally)
{
	long bytes = local_xchg(&get_cpu_ptr(tally->cpu)->bytes, 0);

	put_cpu_ptr(tally->cpu);
	add_bytes(tally->cpu == others->cpu ? others : tally, bytes);
}

/* The place of @type, or the first one that is free for it; NULL if there is neither. */
static struct hmap_tally *place_of(const struct hmap_type *type)
{
	struct hmap_tally *tally, *unused = NULL;
	const struct hmap_type *found;
	u32 i;

	for (i = 0; i < PROBES; i++) {
		tally = &hmap_tallies[(hmap_tally_home(type) + i) % HMAP_TALLIES];
		/* Pairs with the release in take_place(). */
		found = smp_load_acquire(&tally->type);
		if (found == type)
			return tally;
		if (!found && !unused)
			unused = tally;
	}
	return unused;
}

/* @cpu: for a tally that has none yet, or NULL. Returns what is left of it. */
static struct hmap_tally_cpu __percpu *take_place(struct hmap_tally *tally,
						  const struct hmap_type *type,
						  struct hmap_tally_cpu __percpu *cpu)
{
	if (!tally->cpu || tally->cpu == others->cpu) {
		tally->cpu = cpu ?: others->cpu;
		cpu = NULL;
	}
	/* Pairs with the acquire where a type is looked for. */
	smp_store_release(&tally->type, type);
	return cpu;
}

static struct hmap_tally *add_type(const struct hmap_type *type)
{
	struct hmap_tally_cpu __percpu *cpu;
	struct hmap_tally *tally;
	unsigned long flags;

	cpu = alloc_percpu_gfp(struct hmap_tally_cpu, GFP_NOWAIT | __GFP_NOWARN);
	raw_spin_lock_irqsave(&place_lock, flags);
	tally = is_full ? NULL : place_of(type);
	if (!tally)
		WRITE_ONCE(is_full, true);
	else if (tally->type != type)
		cpu = take_place(tally, type, cpu);
	raw_spin_unlock_irqrestore(&place_lock, flags);
	free_percpu(cpu);
	return tally ?: others;
}

/* Whether it goes with its module, and not before; or never, as it is built in. */
static bool is_lasting(const struct hmap_type *type)
{
#ifndef MODULE
	if (!type->owner)
		return is_kernel_rodata((unsigned long)type);
#endif
	return type->owner && within_module_core((unsigned long)type, type->owner);
}

/* The tally of a type that is not in its home. */
struct hmap_tally *hmap_tally_find(const struct hmap_type *type)
{
	struct hmap_tally *tally = others;

	if (is_lasting(type)) {
		tally = place_of(type);
		if (!tally || READ_ONCE(tally->type) != type)
			tally = READ_ONCE(is_full) ? others : add_type(type);
	}
	return tally;
}

/* False: nothing is in this place. */
bool hmap_tally_read(struct hmap_tally *tally, struct hmap_usage *usage)
{
	int cpu, i;
	long bytes;

	memset(usage, 0, sizeof(*usage));
	/* Pairs with the release in take_place(). */
	if (tally != others && (!smp_load_acquire(&tally->type) || tally->cpu == others->cpu))
		return false;
	bytes = atomic_long_read(&tally->bytes);
	for_each_possible_cpu(cpu) {
		const struct hmap_tally_cpu *part = per_cpu_ptr(tally->cpu, cpu);

		bytes += local_read(&part->bytes);
		for (i = 0; i < HMAP_USAGE_SIZES; i++) {
			long freed = local_read(&part->freed[i]);
			long allocated = local_read(&part->allocated[i]);

			usage->tables_freed += freed;
			usage->tables_allocated += allocated;
			usage->sizes[i] += allocated - freed;
		}
	}
	usage->tables = usage->tables_allocated - usage->tables_freed;
	usage->bytes = max(bytes, 0L);
	raise_peak(&tally->peak, usage->bytes);
	usage->peak = READ_ONCE(tally->peak);
	return true;
}

void hmap_usage_read(const struct hmap_type *type, struct hmap_usage *usage)
{
	struct hmap_tally *tally = type ? place_of(type) : others;

	if (!tally || READ_ONCE(tally->type) != type || !hmap_tally_read(tally, usage))
		memset(usage, 0, sizeof(*usage));
}
EXPORT_SYMBOL_HMAP(hmap_usage_read);

/* What of the counters is kept by type. @stats->bytes_in_use: what else there is. */
void hmap_usage_add_up(struct hmap_stats *stats)
{
	struct hmap_usage usage;
	size_t i;

	for (i = 0; i <= HMAP_TALLIES; i++) {
		if (!hmap_tally_read(&hmap_tallies[i], &usage))
			continue;
		stats->tables_allocated += usage.tables_allocated;
		stats->tables_freed += usage.tables_freed;
		stats->bytes_in_use += usage.bytes;
	}
	raise_peak(&total_peak, stats->bytes_in_use);
	stats->bytes_peak = READ_ONCE(total_peak);
}

/* Peaks begin anew at what is in use now. */
void hmap_usage_reset_peaks(void)
{
	struct hmap_usage usage;
	size_t i;

	for (i = 0; i <= HMAP_TALLIES; i++)
		if (hmap_tally_read(&hmap_tallies[i], &usage))
			WRITE_ONCE(hmap_tallies[i].peak, usage.bytes);
	/* Who reads it next raises it. */
	WRITE_ONCE(total_peak, 0);
}

static void move(const struct hmap_tally_cpu *from, int size)
{
	struct hmap_tally_cpu *to = get_cpu_ptr(others->cpu);

	local_add(local_read(&from->allocated[size]), &to->allocated[size]);
	local_add(local_read(&from->freed[size]), &to->freed[size]);
	put_cpu_ptr(others->cpu);
}

/* What was left behind is counted with others. */
static void leave_to_others(struct hmap_tally *tally)
{
	int cpu, i;

	for_each_possible_cpu(cpu) {
		struct hmap_tally_cpu *part = per_cpu_ptr(tally->cpu, cpu);

		add_bytes(others, local_read(&part->bytes));
		for (i = 0; i < HMAP_USAGE_SIZES; i++)
			move(part, i);
		memset(part, 0, sizeof(*part));
	}
	atomic_long_add(atomic_long_read(&tally->bytes), &others->bytes);
	atomic_long_set(&tally->bytes, 0);
}

/* A module goes, and its types with it, which it makes no more calls with. */
void hmap_usage_forget(struct module *owner)
{
	struct hmap_tally *tally;
	struct hmap_usage usage;

	mutex_lock(&hmap_type_lock);
	for (tally = hmap_tallies; tally < others; tally++) {
		const struct hmap_type *type = READ_ONCE(tally->type);

		if (!type || type->owner != owner)
			continue;
		if (hmap_tally_read(tally, &usage)) {
			if (usage.bytes)
				pr_warn("module %s has left %llu table%s of type %s behind, %llu bytes: a map was not destroyed\n",
					module_name(owner), usage.tables,
					usage.tables == 1 ? "" : "s", type->name, usage.bytes);
			leave_to_others(tally);
		}
		WRITE_ONCE(tally->peak, 0);
		WRITE_ONCE(tally->type, NULL);
	}
	mutex_unlock(&hmap_type_lock);
}

void hmap_usage_exit(void)
{
	size_t i;

	for (i = 0; i < HMAP_TALLIES; i++)
		if (hmap_tallies[i].cpu != others->cpu)
			free_percpu(hmap_tallies[i].cpu);
}
