// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the stress test in user space, mostly under the thread sanitizer. Arguments are the
 * module's parameters, as for insmod: seconds=5 readers=2.
 */
#include "threads.h"

#include "../../hmap/internal.h"

struct stub_param *stub_params;

#ifdef __SANITIZE_THREAD__
/* Called by the thread sanitizer, after it has printed what is wrong. */
void __tsan_on_report(void *report);

static atomic_uint reports;

void __tsan_on_report(void *report)
{
	atomic_fetch_add(&reports, 1);
}
#endif

static void set_param(const char *arg)
{
	struct stub_param *param;
	size_t len;

	for (param = stub_params; param; param = param->next) {
		len = strlen(param->name);
		if (!strncmp(arg, param->name, len) && arg[len] == '=') {
			*param->value = strtoul(arg + len + 1, NULL, 0);
			return;
		}
	}
	fprintf(stderr, "there is no parameter %s\n", arg);
	exit(2);
}

static unsigned int passed, failed;

static void check(bool good, const char *what)
{
	if (good)
		passed++;
	else
		failed++;
	printf("%s - %s\n", good ? "ok" : "not ok", what);
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		set_param(argv[i]);
	stub_random_seed(20260101);
	hmap_hash_init();
	hmap_size_init();
	check(!stub_module_init(), "readers found what they had to");
	rcu_barrier();
	check(!stub_bytes, "all memory was given back");
	check(stub_warnings == 0, "no warning");
#ifdef __SANITIZE_THREAD__
	check(!atomic_load(&reports), "no race, and no use of freed memory");
#endif
	printf("%u passed, %u failed, 0 skipped\n", passed, failed);
	/* The sanitizer's own summary would come after it. */
	fclose(stderr);
	return failed > 0;
}
