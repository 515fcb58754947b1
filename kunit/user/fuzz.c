// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: the input is a string of operations, which are done on a map
 * and on the model, and compared after every one.
 *
 * First byte: the kind of type. Second: how many keys, few or many, and, by its lowest
 * bit, whether memory that is freed is used again at once. Then four
 * bytes an operation: what to do; to how many keys in a row, or which of its
 * allocations fails; and two of the key, which are also the argument of a reserve and
 * of walks.
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
	"insert", "store", "replace", "get_or_insert", "remove", "take", "erase",
	"erase_pointer", "lookup", "lookup_bulk", "lookup_mut", "read", "contains",
	"reserve", "trim", "clear", "clear_with", "destroy", "free_and_destroy",
	"walk", "walk_safe", "walk_rcu", "walk_cursor", "open a walk",
	"open a cursor behind a key", "advance a walk", "close a walk", "hold",
	"grace period", "alloc",
};

static_assert(ARRAY_SIZE(op_names) == FUZZ_NR_OPS);

/* What a reader's lookup in an RCU map gave, which he has been holding since, and the
 * bytes that were there; those before @constant may change.
 */
struct held {
	const u8 *entry;
	u32 size;
	u32 constant;
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

/* It is still there; and as it was, but for a scalar, or what the model changes of an
 * object.
 */
static void let_go(void)
{
	u8 now[MODEL_VALUE_MAX];

	if (!held.entry)
		return;
	memcpy(now, held.entry, held.size);
	if (memcmp(now + held.constant, held.bytes + held.constant,
		   held.size - held.constant))
		stop("an entry has changed while a reader was looking at it");
	held.entry = NULL;
}

/* Bytes of what a lookup gives. */
static u32 size_of_entry(const void *entry)
{
	if (model_has_pointers(&m))
		return sizeof(struct model_object);
	if (m.type->value_size)
		return m.type->value_size;
	return model_has_strings(&m) ? strlen(entry) + 1 : m.type->key_size;
}

static void hold(u32 n)
{
	struct model_key key;
	const void *wanted = model_key(&m, n, &key);

	let_go();
	if (!(m.type->flags & HMAP_RCU))
		return;
	held.entry = hmap_lookup(&m.map, wanted, m.type);
	if (!held.entry)
		return;
	held.size = size_of_entry(held.entry);
	held.constant = model_has_pointers(&m) ? offsetof(struct model_object, number) :
			m.type->flags & HMAP_SCALAR ? held.size : 0;
	memcpy(held.bytes, held.entry, held.size);
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
	if (stub_bytes != hmap_memory(&m.map, m.type))
		stop("hmap_memory() is not what was allocated");
	if (stub_bytes != stats.bytes_in_use)
		stop("bytes_in_use is not what was allocated");
}

/* With one entry, whose object, if there has to be one, is @object. */
static void fill_another_map(struct hmap *map, u32 n, struct model_object *object)
{
	u64 bytes[MODEL_VALUE_MAX / 8] = { };
	const bool is_key = m.kind->role == MODEL_IS_KEY;
	const void *wanted, *value = object && !is_key ? (void *)&object : bytes;
	struct model_key key;
	int err;

	wanted = object && is_key ? &object : model_key(&m, n, &key);
	err = hmap_insert(map, wanted, value, m.gfp, m.type);
	if (err && !(m.may_fail && err == -ENOMEM))
		stop("insert into another map failed");
	if (hmap_contains(map, wanted, m.type) != !err ||
	    hmap_count(map, m.type) != !err)
		stop("another map: wrong answer");
}

static void another_map(u32 n)
{
	struct model_object *object = NULL;
	struct hmap *map = hmap_alloc(m.gfp);

	if (!map) {
		if (!m.may_fail)
			stop("alloc failed");
		return;
	}
	if (m.kind->role != MODEL_NO_OBJECTS)
		object = model_object_make(&m, n, 0);
	if (object || m.kind->role == MODEL_NO_OBJECTS)
		fill_another_map(map, n, object);
	hmap_free(map, m.type);
	model_object_free_now(&m, object);
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
	default:
		wrong = model_step(&m, op, n, arg);
	}
	if (wrong)
		stop(wrong);
}

/* How often an operation is done, up to 128 times, so that short inputs reach large
 * maps; but not what takes long, or does nothing the second time.
 */
static u32 repeats(u32 op, u8 code)
{
	if (op >= MODEL_RESERVE || op == MODEL_LOOKUP_BULK)
		return 1;
	if (code & 0x80)
		return 1U << (code >> 5 & 3) * 2;
	return code & 0x40 ? 1U << code % 8 : 1;
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
	u32 nr = repeats(op, data[1]);

	if (tracing)
		fprintf(stderr, "%s key %u arg %u, %u times%s, of %u entries\n",
			op_names[op], arg % m.keys, arg, nr,
			data[1] & 0x80 ? ", may fail" : "", m.count);
	/* So many wait for RCU that the model could not go on. */
	if (model_objects_left(&m) < MODEL_KEYS + nr) {
		no_readers();
		rcu_barrier();
	}
	for (n = 0; n < nr; n++) {
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
	wrong = model_exit(&m);
	if (wrong)
		stop(wrong);
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
	/* The same input has to find the same secrets, and so the same seed, wherever the
	 * map is this time.
	 */
	stub_random_seed(data[0]);
	hmap_hash_init();
	hmap_size_init();
	hmap_secret[2] ^= (u64)&m.map * hmap_secret[1];
	model_init(&m, model_kind(data[0] % model_nr_kinds),
		   1 + data[1] * data[1] * MODEL_KEYS / (256 * 256));
	stub_reuse = data[1] & 1;
	m.readers = true;
	m.let_go = let_go;
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
	atexit(print_operations);
	return 0;
}
