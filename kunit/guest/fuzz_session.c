// SPDX-License-Identifier: GPL-2.0
/*
 * One writer of an open file, and what it knows of that: each write() returns what
 * the model foretells, and what is read is what the model has.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kv_fuzz.h"

int open_device(int flags)
{
	int fd = open(DEVICE, flags | O_CLOEXEC);

	if (fd < 0)
		wrong("open(): %s", strerror(errno));
	return fd;
}

/* What write() returns, or -errno. */
ssize_t try_write(int fd, const char *bytes, size_t n)
{
	ssize_t taken = write(fd, bytes, n);

	happened(WRITES);
	if (taken >= 0)
		return taken;
	happened(errno == ENOSPC ? NO_SPACE : REFUSED);
	return -errno;
}

/* From the beginning on. Most read() calls get a page or more. */
struct text read_in_parts(int fd, struct rng *rng)
{
	static char part[64 * 1024];
	size_t most = one_in(rng, 16) ? 100 : sizeof(part);
	struct text text = { 0 };
	ssize_t n;

	text_add(&text, "", 0);
	if (lseek(fd, 0, SEEK_SET))
		wrong("lseek(): %s", strerror(errno));
	while ((n = read(fd, part, 1 + below(rng, most))) > 0)
		text_add(&text, part, n);
	if (n < 0)
		wrong("read(): %s", strerror(errno));
	happened(WHOLE_READS);
	return text;
}

void session_start(struct session *session, unsigned long long seed)
{
	*session = (struct session){ .rng.state = seed };
}

void session_free(struct session *session)
{
	model_free(&session->model);
	text_free(&session->input);
}

/* The bytes to write next; that all are written at once or each alone happens, too. */
static size_t next_piece(struct session *session)
{
	static const size_t most[] = { 1, 10, 100, LINE_SIZE, 20000, 2 * WRITE_MAX };
	struct rng *rng = &session->rng;
	size_t left, n;

	if (session->at >= session->input.len) {
		session->input.len = 0;
		session->at = 0;
		add_input(&session->input, rng);
		session->most = most[below(rng, ARRAY_SIZE(most))];
		/* Nobody waits for a huge line to be written byte by byte. */
		if (session->input.len > 100 * session->most)
			session->most = LINE_SIZE;
	}
	left = session->input.len - session->at;
	n = below(rng, session->most + 1);
	return n < left ? n : left;
}

/* After an error, go on behind the line's newline as told, or anywhere. */
static void advance(struct session *session, size_t n, ssize_t result)
{
	const char *bytes = session->input.bytes + session->at;
	const char *newline;

	if (result >= 0) {
		session->at += result;
		return;
	}
	newline = memchr(bytes, '\n', n);
	if (newline && !one_in(&session->rng, 4))
		n = newline + 1 - bytes;
	session->at += n;
}

/* One write(); without a file, only what the model makes of it. */
void session_step(struct session *session, int fd)
{
	size_t n = next_piece(session);
	const char *bytes = session->input.bytes + session->at;
	ssize_t expected = model_write(&session->model, bytes, n);
	ssize_t result;

	if (fd >= 0) {
		result = try_write(fd, bytes, n);
		if (result != expected)
			wrong("write() of %zu bytes returned %zd, not %zd", n, result,
			      expected);
	}
	advance(session, n, expected);
}

void session_check(struct session *session, int fd)
{
	struct text text = read_in_parts(fd, &session->rng);
	const char *why = model_differs(&session->model, &text, "");

	if (why)
		wrong("%s", why);
	text_free(&text);
}

/* Whether a write() that was cut short after @result bytes has run the lines before,
 * and dropped the one that was begun.
 */
static bool cut_short(struct model *model, const char *bytes, ssize_t result)
{
	return result > 0 && model_write(model, bytes, result) == result &&
	       !model->len;
}

/* Memory behind whose end there is none. */
static char *end_of_memory(void)
{
	static char *memory;
	size_t size = 2 * WRITE_MAX;

	if (!memory) {
		memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (memory == MAP_FAILED || mprotect(memory + size / 2, size / 2, PROT_NONE))
			wrong("no memory: %s", strerror(errno));
	}
	return memory + size / 2;
}

/* A line that is not all in memory is dropped. How many before it run is up to how
 * much is copied at a time.
 */
static void step_bad_address(struct session *session, int fd)
{
	size_t n = next_piece(session);
	size_t good = n && n < WRITE_MAX ? below(&session->rng, n) : 0;
	char *bytes = end_of_memory() - good;
	ssize_t result;

	memcpy(bytes, session->input.bytes + session->at, good);
	result = try_write(fd, bytes, good + 1 + below(&session->rng, 10000));
	happened(BAD_ADDRESS);
	if (result == -EFAULT)
		session->model.len = 0;
	else if (result < 0 ? model_write(&session->model, bytes, good) != result :
			      !cut_short(&session->model, bytes, result))
		wrong("write() of %zu bytes and a bad address returned %zd", good,
		      result);
	advance(session, n, result < 0 ? (ssize_t)n : result);
}

/* The n-th allocation from now on fails; see the kernel's fault-injection.rst. */
void set_fail_nth(unsigned int n)
{
	int fd = open("/proc/thread-self/fail-nth", O_WRONLY);

	if (fd < 0 || dprintf(fd, "%u", n) < 1)
		wrong("no fault injection: %s", strerror(errno));
	close(fd);
}

/* Whether it has failed. */
bool clear_fail_nth(void)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR);
	char left[16] = "";

	/* Still set, it may have made open() fail. */
	if (fd < 0)
		return true;
	if (pread(fd, left, sizeof(left) - 1, 0) < 0 || pwrite(fd, "0", 1, 0) != 1)
		wrong("fail-nth: %s", strerror(errno));
	close(fd);
	return !atoi(left);
}

static void step_no_memory(struct session *session, int fd)
{
	size_t n = next_piece(session);
	const char *bytes = session->input.bytes + session->at;
	struct model model = { 0 };
	ssize_t result, expected;
	bool failed;

	model_copy(&model, &session->model);
	expected = model_write(&model, bytes, n);
	set_fail_nth(1 + below(&session->rng, 8));
	result = try_write(fd, bytes, n);
	failed = clear_fail_nth();
	if (result == -ENOMEM && failed) {
		happened(NO_MEMORY);
		expected = 0; /* nothing has changed, so it is written again */
	} else if (result == expected) {
		model_copy(&session->model, &model);
	} else if (failed && cut_short(&session->model, bytes, result)) {
		expected = result;
	} else {
		wrong("write() of %zu bytes returned %zd, not %zd", n, result, expected);
	}
	model_free(&model);
	advance(session, n, expected);
}

static void any_step(struct session *session, int fd)
{
	size_t choice = below(&session->rng, 100);

	if (choice < 4)
		session_check(session, fd);
	else if (choice < 10)
		step_bad_address(session, fd);
	else if (choice < 30)
		step_no_memory(session, fd);
	else
		session_step(session, fd);
}

void round_alone(struct rng *rng)
{
	int fd = open_device(O_RDWR);
	size_t steps = below(rng, 200);
	struct session session;

	session_start(&session, arbitrary_u64(rng));
	while (steps--)
		any_step(&session, fd);
	session_check(&session, fd);
	session_free(&session);
	close(fd);
}
