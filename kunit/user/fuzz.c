// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: the input is a string of operations, which are done on a map
 * and on the model, and compared after every one.
 *
 * First byte: the kind of type. Second: how many keys, few or many. Then four
 * bytes an operation: what to do, and to how many keys in a row; whether the n-th
 * allocation is to fail; and two of the key, which are also the argument of a
 * reserve and the seed of a walk.
 */
#include <stdlib.h>

#include "../model.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static const char * const op_names[] = {
	"insert", "store", "replace", "get_or_insert", "remove", "take",
	"lookup", "lookup_bulk", "get", "contains", "reserve", "trim", "clear", "destroy",
	"walk", "walk_changing", "walk_rcu", "walk_cursor",
};

static bool tracing(void)
{
	static int traced = -1;

	if (traced < 0)
		traced = !!getenv("HMAP_FUZZ_TRACE");
	return traced;
}

static void stop(const struct model *m, const char *wrong)
{
	fprintf(stderr, "%s: %s\n", m->kind->name, wrong);
	abort();
}

/* The upper half of the codes repeat, up to 128 times, so that short inputs reach
 * large maps.
 */
static u32 repeats(u8 code)
{
	u32 k = code / MODEL_NR_OPS;

	return k < 8 ? 1 : 1U << (k - 8);
}

static void step(struct model *m, const u8 *data)
{
	enum model_op op = data[0] % MODEL_NR_OPS;
	u32 arg = data[2] | data[3] << 8, n;

	m->may_fail = data[1] & 0x80;
	if (tracing())
		fprintf(stderr, "%s key %u arg %u, %u times%s\n", op_names[op],
			arg % m->keys, arg, repeats(data[0]),
			m->may_fail ? ", may fail" : "");
	for (n = 0; n < repeats(data[0]); n++) {
		const char *wrong;

		stub_fail_nth = m->may_fail ? data[1] % 8 + 1 : 0;
		wrong = model_step(m, op, arg + n, arg * 0x10001);
		stub_fail_nth = 0;
		if (wrong)
			stop(m, wrong);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct model m;
	const char *wrong;
	size_t at;

	if (size < 2)
		return 0;
	/* The same input has to find the same seeds. */
	stub_random_seed(data[0]);
	get_random_bytes(hmap_secret, sizeof(hmap_secret));
	model_init(&m, model_kind(data[0] % model_nr_kinds),
		   1 + data[1] * MODEL_KEYS / 256);
	for (at = 2; at + 4 <= size; at += 4)
		step(&m, data + at);
	wrong = model_compare(&m);
	if (wrong)
		stop(&m, wrong);
	model_exit(&m);
	rcu_barrier();
	if (stub_bytes)
		stop(&m, "memory was not freed");
	return 0;
}
