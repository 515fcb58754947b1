// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: the input is a string of operations, which are done on a map
 * and on the model, and compared after every one.
 *
 * First byte: the kind of type. Second: how many keys, few or many. Then four
 * bytes an operation: what to do, and to how many keys in a row; which of its
 * allocations fails, if any; and two of the key, which are also the argument of a
 * reserve and of walks.
 *
 * From the environment: HMAP_FUZZ_OPS ends the run after so many operations;
 * HMAP_FUZZ_TRACE tells what is done, and checks all of the map after each of it.
 */
#include <stdlib.h>
#include <unistd.h>

#include "../../hmap/internal.h"
#include "../model.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* What the model leaves to the fuzzer, as it takes a kernel that can be stopped. */
enum fuzz_op {
	FUZZ_HOLD = MODEL_NR_OPS,	/* what a reader's lookup returned */
	FUZZ_GRACE,			/* a grace period, without readers */
	FUZZ_ALLOC,			/* another map, in a block of its own */
	FUZZ_NR_OPS,
};

static const char * const op_names[] = {
	"insert", "store", "replace", "get_or_insert", "remove", "take",
	"lookup", "lookup_bulk", "lookup_mut", "get", "contains", "reserve", "trim",
	"clear", "destroy", "walk", "walk_changing", "walk_rcu", "walk_cursor",
	"open a walk", "advance a walk", "close a walk", "hold", "grace period",
	"alloc",
};

static_assert(ARRAY_SIZE(op_names) == FUZZ_NR_OPS);

/* A pointer into an RCU map that a reader has been holding, and what was there. */
struct held {
	const void *value;
	u8 bytes[MODEL_VALUE_MAX];
};

static struct model m;
static struct held held;
static bool tracing;
static u64 operations, limit = U64_MAX;

static void stop(const char *wrong)
{
	fprintf(stderr, "%s: %s\n", m.kind->name, wrong);
	abort();
}

static void print_operations(void)
{
	fprintf(stderr, "%llu operations\n", operations + m.operations);
}

/* A sign of life at every ten millions. */
static void count_operations(void)
{
	u64 before = operations / 10000000;

	operations += m.operations;
	m.operations = 0;
	if (operations / 10000000 > before)
		print_operations();
}

static bool is_word(u32 size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* Values larger than a word do not change under a reader. */
static void let_go(void)
{
	u32 size = m.kind->type.value_size;
	u8 now[MODEL_VALUE_MAX];

	if (!held.value)
		return;
	memcpy(now, held.value, size);
	if (!is_word(size) && memcmp(now, held.bytes, size))
		stop("a value has changed while a reader was looking at it");
	held.value = NULL;
}

static void hold(u32 n)
{
	u64 key[MODEL_KEY_MAX / 8];

	let_go();
	if (!(m.kind->type.flags & HMAP_RCU))
		return;
	model_key(&m, n, key);
	held.value = hmap_lookup(&m.map, key);
	if (held.value)
		memcpy(held.bytes, held.value, m.kind->type.value_size);
}

static void no_readers(void)
{
	let_go();
	model_close_walks(&m, false);
}

/* After a grace period, and with no walk that pins a table, there is exactly the
 * memory that hmap knows of.
 */
static void check_memory(void)
{
	struct hmap_stats stats;

	no_readers();
	model_close_walks(&m, true);
	rcu_barrier();
	hmap_stats_read(&stats);
	if (stub_bytes != hmap_memory(&m.map))
		stop("hmap_memory() is not what was allocated");
	if (stub_bytes != stats.bytes_in_use)
		stop("bytes_in_use is not what was allocated");
}

static void another_map(u32 n)
{
	struct hmap *map = hmap_alloc(&m.kind->type, m.gfp);
	u64 key[MODEL_KEY_MAX / 8], value[MODEL_VALUE_MAX / 8] = { };
	int err;

	if (!map) {
		if (!m.may_fail)
			stop("alloc failed");
		return;
	}
	model_key(&m, n, key);
	err = hmap_insert(map, key, value, m.gfp);
	if (err && !(m.may_fail && err == -ENOMEM))
		stop("insert into another map failed");
	if (hmap_contains(map, key) != !err)
		stop("another map: wrong answer");
	hmap_free(map);
}

static void do_op(u32 op, u32 n, u32 arg)
{
	const char *wrong = NULL;

	m.operations += op >= MODEL_NR_OPS;
	switch (op) {
	case FUZZ_HOLD:
		hold(n % m.keys);
		break;
	case FUZZ_GRACE:
		check_memory();
		break;
	case FUZZ_ALLOC:
		another_map(n % m.keys);
		break;
	case MODEL_DESTROY:
		no_readers();
		fallthrough;
	default:
		wrong = model_step(&m, op, n, arg);
	}
	if (wrong)
		stop(wrong);
}

/* The upper half of the codes repeat, up to 128 times, so that short inputs reach
 * large maps; but not what takes long, or does nothing the second time.
 */
static u32 repeats(u8 code)
{
	u32 k = code / FUZZ_NR_OPS, op = code % FUZZ_NR_OPS;

	if (op >= MODEL_RESERVE || op == MODEL_LOOKUP_BULK)
		return 1;
	return k < 3 ? 1 : 1U << (k - 3);
}

/* Which allocation fails: none, one of the next, or all. */
static void set_failure(u8 code)
{
	u32 n = code & 0x80 ? 1 + code % 32 : 0;

	m.may_fail = n;
	stub_fail_nth = n < 32 ? n : 0;
	stub_fail_all = n == 32;
}

static void step(const u8 *data)
{
	u32 op = data[0] % FUZZ_NR_OPS, arg = data[2] | data[3] << 8, n;

	if (tracing)
		fprintf(stderr, "%s key %u arg %u, %u times%s, of %u entries\n",
			op_names[op], arg % m.keys, arg, repeats(data[0]),
			data[1] & 0x80 ? ", may fail" : "", m.count);
	for (n = 0; n < repeats(data[0]); n++) {
		set_failure(data[1]);
		do_op(op, arg + n, arg * 0x10001);
		set_failure(0);
	}
}

static void finish(void)
{
	const char *wrong = model_compare(&m);

	if (wrong)
		stop(wrong);
	check_memory();
	model_exit(&m);
	rcu_barrier();
	if (stub_bytes)
		stop("memory was not freed");
	if (stub_warnings)
		stop("a warning");
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	size_t at;

	if (size < 2)
		return 0;
	/* The same input has to find the same seeds. */
	stub_random_seed(data[0]);
	get_random_bytes(hmap_secret, sizeof(hmap_secret));
	model_init(&m, model_kind(data[0] % model_nr_kinds),
		   1 + data[1] * MODEL_KEYS / 256);
	m.readers = true;
	m.checks_seldom = !tracing;
	for (at = 2; at + 4 <= size; at += 4)
		step(data + at);
	finish();
	count_operations();
	if (operations >= limit) {
		/* Not exit(), which libFuzzer takes for the target's failure. */
		print_operations();
		_exit(0);
	}
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *ops = getenv("HMAP_FUZZ_OPS");

	tracing = getenv("HMAP_FUZZ_TRACE");
	if (ops && *ops && strcmp(ops, "0"))
		limit = strtoull(ops, NULL, 10);
	hmap_stats_init();
	atexit(print_operations);
	return 0;
}
