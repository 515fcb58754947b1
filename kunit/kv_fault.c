// SPDX-License-Identifier: GPL-2.0
/*
 * A user-space program that has the kernel's own allocator fail under the sample store
 * /dev/hmap_kv, and compares what the store holds with a model:
 *
 *	by count	Of each open(), read(), "set", "del" and "clear" the first,
 *			second, third ... allocation fails, until it gets through.
 *	by probability	Random lines to several files, while the kernel fails as
 *			many allocations as its settings say.
 *
 * It needs root, the modules hmap and hmap_kv, debugfs, and CONFIG_FAILSLAB set up as
 * guest-fault.sh does: no other task sees a failure.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/kv_demo.h"

#define KEYS		700	/* enough for a directory that doubles */
#define FILES		4
#define RANDOM_LINES	20000

/* A file, and what it is to hold: the version of each key's value, 0 if there is none. */
struct file {
	int		fd;
	unsigned int	version[KEYS];
	unsigned int	count;
};

static int fail_nth_fd, make_it_fail_fd;
static unsigned int last_version;

/* What has happened. */
static unsigned long fired, refused;

static void open_controls(void)
{
	fail_nth_fd = open("/proc/thread-self/fail-nth", O_RDWR);
	make_it_fail_fd = open("/proc/self/make-it-fail", O_RDWR);
	if (fail_nth_fd < 0 || make_it_fail_fd < 0)
		die("the kernel cannot inject faults");
}

static void fail_nth(unsigned int n)
{
	char digits[16];
	int len = snprintf(digits, sizeof(digits), "%u", n);

	if (pwrite(fail_nth_fd, digits, len, 0) != len)
		die("writing fail-nth");
}

/* Whether it came to the n-th allocation; and no more failures. */
static bool has_fired(void)
{
	char digits[16] = "";

	if (pread(fail_nth_fd, digits, sizeof(digits) - 1, 0) < 1)
		die("reading fail-nth");
	fail_nth(0);
	fired += !atoi(digits);
	return !atoi(digits);
}

static void make_it_fail(bool fail)
{
	if (pwrite(make_it_fail_fd, fail ? "1" : "0", 1, 0) != 1)
		die("writing make-it-fail");
}

/* Lines and the model. */

static int value_of(char *value, size_t size, unsigned int key,
		    unsigned int version)
{
	return snprintf(value, size, "version %u of %u%*s", version, key,
			(int)(version % 90), ".");
}

/* A line that sets a key to a version, or deletes it for version 0. */
static int line_of(char *line, size_t size, unsigned int key,
		   unsigned int version)
{
	char value[160];

	if (!version)
		return snprintf(line, size, "del key%u\n", key);
	value_of(value, sizeof(value), key, version);
	return snprintf(line, size, "set key%u %s\n", key, value);
}

static void set_model(struct file *file, unsigned int key, unsigned int version)
{
	file->count += !!version - !!file->version[key];
	file->version[key] = version;
}

static bool is_in_model(const struct file *file, const struct entry *entry)
{
	char value[160];
	unsigned int key;

	if (sscanf(entry->name, "key%u", &key) != 1 || key >= KEYS ||
	    !file->version[key])
		return false;
	value_of(value, sizeof(value), key, file->version[key]);
	return !strcmp(entry->value, value);
}

/* No key is read twice, so as many right entries as there are keys are all of them. */
static void compare(const struct file *file, const char *when)
{
	struct text text = read_back(file->fd);
	struct list list = list_of(&text, 0);
	size_t i, right = 0;

	for (i = 0; i < list.len; i++)
		right += is_in_model(file, &list.entries[i]);
	if (list.len != file->count || right != list.len)
		die("%s: %u entries expected, %zu read, %zu of them right", when,
		    file->count, list.len, right);
	list_free(&list);
	text_free(&text);
}

/* One write() of a line. Returns whether it was taken; memory may have failed. */
static bool write_line(struct file *file, unsigned int key, unsigned int version)
{
	bool absent = !version && !file->version[key];
	char line[256];
	int len = line_of(line, sizeof(line), key, version);
	ssize_t taken = write(file->fd, line, len);

	if (taken < 0 && errno == ENOMEM) {
		refused++;
		return false;
	}
	if (taken != len && !(absent && taken < 0 && errno == ENOENT))
		die("write() of \"%s\" returned %zd", line, taken);
	set_model(file, key, version);
	return true;
}

/* By count. */

static void fail_opens(struct file *file)
{
	unsigned int n = 0;

	do {
		fail_nth(++n);
		file->fd = open(DEVICE, O_RDWR);
		if (has_fired() && file->fd >= 0)
			close(file->fd);
		else if (file->fd < 0 && errno != ENOMEM)
			die("opening %s", DEVICE);
		else if (file->fd >= 0)
			break;
	} while (n < 100);
	check(n > 1 && n < 100, "open() gets through after %u failures", n - 1);
}

/* A line that fails has changed nothing, and is tried again. One that did without the
 * allocation that failed is over; the next one begins where it was. @lot: which one
 * fails is drawn by lot, up to that; what can do without a larger table gets one then.
 */
static unsigned int fail_line(struct file *file, unsigned int n, size_t lot,
			      unsigned int key, unsigned int version)
{
	bool taken, failed;

	do {
		fail_nth(lot ? arbitrary(lot) : n);
		taken = write_line(file, key, version);
		failed = has_fired();
		if (!taken && !failed)
			die("ENOMEM, but no allocation has failed");
		n = failed ? n + 1 : 1;
		if (failed && (file->count < 40 || key % 32 == 0))
			compare(file, "after a failure");
	} while (!taken);
	return n;
}

static void fail_lines(struct file *file, const char *what, bool set, size_t lot)
{
	unsigned long fired_before = fired, refused_before = refused;
	unsigned int key, n = 1;

	/* The first one fails for certain: a few deletions allocate, and lots may miss them all. */
	for (key = 0; key < KEYS; key++)
		n = fail_line(file, n, fired > fired_before ? lot : 0, key,
			      set ? ++last_version : 0);
	compare(file, what);
	check(fired > fired_before && (refused > refused_before) == set,
	      "%s: %lu allocations failed, %lu lines with them", what,
	      fired - fired_before, refused - refused_before);
}

/* The first read() of an open file gets its buffer. */
static void fail_reads(void)
{
	unsigned int n = 0;
	bool failed;

	do {
		struct file file = { .fd = open(DEVICE, O_RDWR) };
		char bytes[256];
		ssize_t got;

		if (file.fd < 0 || !write_line(&file, 0, 1))
			die("opening %s and writing to it", DEVICE);
		fail_nth(++n);
		got = read(file.fd, bytes, sizeof(bytes));
		failed = has_fired();
		if (failed ? got >= 0 || errno != ENOMEM : got <= 0)
			die("read() returned %zd", got);
		compare(&file, "after reading");
		close(file.fd);
	} while (failed);
	check(n > 1, "read() gets through after %u failures", n - 1);
}

static void fail_clear(struct file *file)
{
	fail_nth(1);
	clear_file(file->fd);
	check(!has_fired(), "clear allocates nothing");
	memset(file->version, 0, sizeof(file->version));
	file->count = 0;
	compare(file, "after clear");
}

static void by_count(void)
{
	struct file file = { 0 };
	int i;

	fail_reads();
	fail_opens(&file);
	fail_lines(&file, "set of new keys", true, 0);
	fail_lines(&file, "set of keys that are there", true, 0);
	for (i = 0; i < 4; i++) {
		fail_lines(&file, "del", false, 3);
		fail_lines(&file, "set once more", true, 10);
	}
	fail_clear(&file);
	close(file.fd);
}

/* By probability. */

/* A set, or a del; mostly sets while the files fill. */
static void random_line(struct file *file, bool filling)
{
	unsigned int key = arbitrary(KEYS) - 1;
	bool set = arbitrary(10) <= (filling ? 8 : 2);
	unsigned long before = refused;

	make_it_fail(true);
	write_line(file, key, set ? ++last_version : 0);
	make_it_fail(false);
	if (!set && refused != before)
		die("a del wanted memory");
}

static void by_probability(void)
{
	static struct file files[FILES];
	unsigned long before = refused;
	size_t i;

	for (i = 0; i < FILES; i++) {
		files[i].fd = open(DEVICE, O_RDWR);
		if (files[i].fd < 0)
			die("opening %s", DEVICE);
	}
	for (i = 0; i < RANDOM_LINES; i++) {
		random_line(&files[i % FILES], i / (RANDOM_LINES / 4) % 2 == 0);
		if (i % 500 < FILES)
			compare(&files[i % FILES], "at random");
	}
	for (i = 0; i < FILES; i++) {
		compare(&files[i], "at the end");
		close(files[i].fd);
	}
	check(refused > before + RANDOM_LINES / 100,
	      "%u lines to %u files: %lu failed", RANDOM_LINES, FILES,
	      refused - before);
}

int main(void)
{
	struct counters before = read_counters(), after;

	/* Each line is to come out before the kernel has a say. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	open_controls();
	by_count();
	by_probability();
	after = show_counters(&before);
	check(after.n[SPLITS] > before.n[SPLITS] &&
	      after.n[MERGES] > before.n[MERGES] &&
	      after.n[ALLOC_FAILURES] > before.n[ALLOC_FAILURES],
	      "maps have grown and shrunk, and hmap has counted failures");
	check_same(&before, &after, BYTES_IN_USE);
	check(live_tables(&before) == live_tables(&after), "no table is left");
	return finish();
}
