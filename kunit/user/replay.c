// SPDX-License-Identifier: GPL-2.0
/* Runs inputs of the fuzzer, the files named as arguments, without libFuzzer. */
#include "stubs.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static int replay(const char *name)
{
	static u8 data[1 << 20];
	FILE *file = fopen(name, "rb");
	size_t size;

	if (!file) {
		perror(name);
		return 1;
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	return LLVMFuzzerTestOneInput(data, size);
}

int main(int argc, char **argv)
{
	int i, err = 0;

	LLVMFuzzerInitialize(&argc, &argv);
	for (i = 1; i < argc && !err; i++)
		err = replay(argv[i]);
	printf("%d passed, %d failed, 0 skipped\n", i - 1 - err, err);
	return err;
}
