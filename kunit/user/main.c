// SPDX-License-Identifier: GPL-2.0
/* Runs the KUnit suites in user space. */
#include <pthread.h>

#include "kunit-stubs.h"

#include "../../hmap/internal.h"

struct suite_node *suite_list;

void stub_kunit_fail(struct kunit *test, const char *file, int line,
		     const char *fmt, ...)
{
	va_list args;

	test->failed = true;
	printf("    # FAILED at %s:%d\n    # ", file, line);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

static void run_case(struct kunit_suite *suite, struct kunit_case *c,
		     struct kunit *test)
{
	if (setjmp(test->abort))
		return;
	if (suite->init && suite->init(test)) {
		stub_kunit_fail(test, __FILE__, __LINE__, "%s", "init failed");
		return;
	}
	c->run_case(test);
}

static unsigned int passed, failed, skipped;

static void report(struct kunit_case *c, const struct kunit *test,
		   unsigned int number)
{
	if (test->failed)
		failed++;
	else if (test->skipped)
		skipped++;
	else
		passed++;
	printf("    %s %u %s%s%s\n", test->failed ? "not ok" : "ok", number,
	       c->name, test->skipped ? " # SKIP " : "",
	       test->skipped ? test->skipped : "");
	fflush(stdout);
}

/* Every case gives back what it took, and the counter has seen all of it. */
static void check_bytes(struct kunit *test)
{
	struct hmap_stats stats;

	hmap_stats_read(&stats);
	if (stats.bytes_in_use != stub_bytes)
		stub_kunit_fail(test, __FILE__, __LINE__, "%llu bytes in use, but %zu allocated",
				stats.bytes_in_use, stub_bytes);
}

static void run_suite(struct kunit_suite *suite, const char *filter)
{
	struct kunit_case *c;
	unsigned int number = 0;

	printf("    KTAP version 1\n    # Subtest: %s\n", suite->name);
	for (c = suite->test_cases; c->name; c++) {
		struct kunit test = { };

		if (filter && !strstr(c->name, filter))
			continue;
		run_case(suite, c, &test);
		if (suite->exit)
			suite->exit(&test);
		rcu_barrier();
		check_bytes(&test);
		report(c, &test, ++number);
	}
	printf("    1..%u\n", number);
}

/*
 * Where a map is tells its seed, so "make check" lets no address be random; and this runs in
 * a thread, where the stack does not depend on the environment.
 */
static void *run_suites(void *filter)
{
	const char *seed = getenv("HMAP_SEED") ?: "20260101";
	struct suite_node *node;

	printf("KTAP version 1\n# HMAP_SEED=%s\n", seed);
	stub_random_seed(strtoull(seed, NULL, 10));
	hmap_hash_init();
	hmap_size_init();
	for (node = suite_list; node; node = node->next)
		run_suite(node->suite, filter);
	return NULL;
}

/* The argument: run only the cases whose names contain it. HMAP_SEED: other secrets. */
int main(int argc, char **argv)
{
	pthread_t thread;

	assert(!pthread_create(&thread, NULL, run_suites, argv[1]));
	pthread_join(thread, NULL);
	if (stub_bytes) {
		printf("# %zu bytes were never freed\n", stub_bytes);
		failed++;
	}
	if (stub_warnings != stub_expected_warnings) {
		printf("# %u warnings, %u expected\n", stub_warnings,
		       stub_expected_warnings);
		failed++;
	}
	printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
	return failed || !passed;
}
