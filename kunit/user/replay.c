// SPDX-License-Identifier: GPL-2.0
/*
 * Runs inputs of the fuzzer, the files named as arguments, without libFuzzer. And, with
 * seconds=N as the first argument and seed=N as the second one, what comes of them by changes
 * at random, for so long.
 */
#include <time.h>

#include "stubs.h"

#define MAX_LEN		2048	/* as libFuzzer is told */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

struct input {
	u8 *data;
	size_t size;
};

static struct input *inputs;
static size_t nr_inputs;

static int replay(const char *name)
{
	static u8 data[1 << 20];
	FILE *file = fopen(name, "rb");
	struct input *input = &inputs[nr_inputs++];

	if (!file) {
		perror(name);
		return 1;
	}
	input->size = fread(data, 1, sizeof(data), file);
	fclose(file);
	input->data = malloc(input->size + 1);
	assert(input->data);
	memcpy(input->data, data, input->size);
	return LLVMFuzzerTestOneInput(data, input->size);
}

/* libc's, as what the target draws is its own. */
static unsigned short state[3];

static size_t below(size_t n)
{
	return (size_t)nrand48(state) % n;
}

/* The beginning of one input, the end of another, and some bytes that neither has. */
static size_t cross(u8 *data)
{
	const struct input *a = &inputs[below(nr_inputs)], *b = &inputs[below(nr_inputs)];
	size_t from = below(b->size + 1), size = below(a->size + 1), changes;

	memcpy(data, a->data, min_t(size_t, size, MAX_LEN));
	size = min_t(size_t, size, MAX_LEN);
	memcpy(data + size, b->data + from, min_t(size_t, b->size - from, MAX_LEN - size));
	size = min_t(size_t, size + b->size - from, MAX_LEN);
	for (changes = below(16); size && changes; changes--)
		data[below(size)] = below(256);
	return size;
}

static size_t cross_for(time_t seconds)
{
	const time_t end = time(NULL) + seconds;
	static u8 data[MAX_LEN];
	size_t done;

	for (done = 0; time(NULL) < end; done++)
		LLVMFuzzerTestOneInput(data, cross(data));
	return done;
}

/* The number after "@name=", or -1 if that is not what @arg begins with. */
static long number(const char *arg, const char *name)
{
	size_t len = strlen(name);

	return arg && !strncmp(arg, name, len) ? strtol(arg + len, NULL, 0) : -1;
}

int main(int argc, char **argv)
{
	long seconds = number(argv[1], "seconds=");
	long seed = seconds < 0 ? -1 : number(argv[2], "seed=");
	int first = 1 + (seconds >= 0) + (seed >= 0), i, err = 0;

	LLVMFuzzerInitialize(&argc, &argv);
	inputs = calloc(argc, sizeof(*inputs));
	for (i = first; i < argc && !err; i++)
		err = replay(argv[i]);
	if (seconds > 0 && nr_inputs && !err) {
		state[0] = seed;
		printf("# seed %ld\n", seed);
		fflush(stdout);
		printf("# %zu inputs made at random\n", cross_for(seconds));
	}
	printf("%d passed, %d failed, 0 skipped\n", i - first - err, err);
	return err;
}
