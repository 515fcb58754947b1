// SPDX-License-Identifier: GPL-2.0
/*
 * One open file, several processes: writers of whole lines, each with keys of its
 * own, one that writes nothing but bad lines, and a reader. All are killed. A line
 * that is read is one that has been written; the entries that nobody touches are read
 * exactly once; each writer's entries are those of its last write(), or the last but
 * one if it was killed in it.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kv_fuzz.h"

#define WRITERS		4
#define STAYING		100	/* entries that nobody touches */
#define KEYS		100	/* of each writer */

struct writer {
	struct progress	*progress;
	unsigned long long seed;
	char		prefix[8];
	int		fd;
	pid_t		pid;
};

/* What the value of a key is tells whether a line is whole. */
static void add_set(struct text *text, const char *key, size_t nr)
{
	char line[128];

	snprintf(line, sizeof(line), "set %s %s %zu", key, key, nr);
	text_puts(text, line);
	for (nr %= 300; nr; nr--)
		text_puts(text, "x");
	text_puts(text, "\n");
}

static bool is_whole(const char *line, size_t len)
{
	const char *blank = memchr(line, ' ', len);
	size_t key = blank ? blank - line : len;
	char *end;
	size_t nr;

	if (2 * key + 3 > len || memcmp(line, blank + 1, key) || blank[1 + key] != ' ')
		return false;
	nr = strtoul(blank + 1 + key + 1, &end, 10);
	return strspn(end, "x") == nr % 300 && end + nr % 300 == line + len;
}

static void add_lines(struct text *text, const struct writer *writer, struct rng *rng)
{
	size_t n = 1 + below(rng, 30);
	char key[32];

	while (n--) {
		snprintf(key, sizeof(key), "%s%zu", writer->prefix, below(rng, KEYS));
		add_set(text, key, below(rng, 100000));
		if (one_in(rng, 3)) {
			text_puts(text, "del ");
			text_puts(text, key);
			text_puts(text, "\n");
		}
	}
}

/* One write() of whole lines: no other process gets in between. */
static void step(const struct writer *writer, struct rng *rng, struct model *model, int fd)
{
	struct text text = { 0 };
	ssize_t result;

	add_lines(&text, writer, rng);
	if (fd >= 0) {
		result = try_write(fd, text.bytes, text.len);
		if (result != (ssize_t)text.len)
			wrong("write() of %zu bytes returned %zd", text.len, result);
	} else {
		model_write(model, text.bytes, text.len);
	}
	text_free(&text);
}

static void write_on(void *arg)
{
	struct writer *writer = arg;
	struct rng rng = { writer->seed };

	for (;;) {
		begin_step(writer->progress);
		step(writer, &rng, NULL, writer->fd);
		end_step(writer->progress);
	}
}

/* To begin with, nothing is there, and no line begun. */
static void disturb(void *arg)
{
	struct writer *writer = arg;
	struct rng rng = { writer->seed };
	struct model nothing = { 0 };

	for (;;) {
		struct text text = { 0 };
		ssize_t result, expected;

		add_bad_line(&text, &rng);
		expected = model_write(&nothing, text.bytes, text.len);
		result = try_write(writer->fd, text.bytes, text.len);
		if (result != expected)
			wrong("write() of a bad line returned %zd, not %zd", result,
			      expected);
		text_free(&text);
	}
}

static void check_lines(const struct text *text)
{
	const char *line = text->bytes, *end = text->bytes + text->len, *newline;
	size_t staying = 0;

	for (; line < end; line = newline + 1) {
		newline = memchr(line, '\n', end - line);
		if (!newline || !is_whole(line, newline - line))
			wrong("a line was read that nobody has written");
		staying += *line == 's';
	}
	if (staying != STAYING)
		wrong("%zu of %d entries were read that nobody touched", staying,
		      STAYING);
}

static void read_on(void *arg)
{
	struct writer *writer = arg;
	struct rng rng = { writer->seed };

	for (;;) {
		struct text text = read_in_parts(writer->fd, &rng);

		check_lines(&text);
		text_free(&text);
	}
}

static void add_staying(int fd)
{
	struct text text = { 0 };
	char key[32];
	size_t i;

	for (i = 0; i < STAYING; i++) {
		snprintf(key, sizeof(key), "s%zu", i);
		add_set(&text, key, i);
	}
	if (try_write(fd, text.bytes, text.len) != (ssize_t)text.len)
		wrong("the first write() has failed");
	text_free(&text);
}

static const char *differs_after(const struct writer *writer, unsigned long steps,
				 const struct text *text)
{
	struct rng rng = { writer->seed };
	struct model model = { 0 };
	const char *why;

	while (steps--)
		step(writer, &rng, &model, -1);
	why = model_differs(&model, text, writer->prefix);
	model_free(&model);
	return why;
}

static void check_writer(const struct writer *writer, const struct text *text)
{
	const struct progress *progress = writer->progress;
	const char *why = differs_after(writer, progress->done, text);

	if (progress->begun > progress->done) {
		happened(KILLED_WRITING);
		if (why)
			why = differs_after(writer, progress->begun, text);
	}
	if (why)
		wrong("among others, %s", why);
}

void round_shared(struct rng *rng)
{
	static struct progress *progress;
	struct writer writers[WRITERS + 2];
	int fd = open_device(O_RDWR);
	struct text text;
	size_t i;

	if (!progress)
		progress = shared_memory(ARRAY_SIZE(writers) * sizeof(*progress));
	memset(progress, 0, ARRAY_SIZE(writers) * sizeof(*progress));
	add_staying(fd);
	for (i = 0; i < ARRAY_SIZE(writers); i++) {
		struct writer *writer = &writers[i];

		*writer = (struct writer){
			.progress = &progress[i], .seed = arbitrary_u64(rng), .fd = fd
		};
		snprintf(writer->prefix, sizeof(writer->prefix), "w%zu.", i);
		writer->pid = start(i < WRITERS ? write_on :
				    i == WRITERS ? disturb : read_on, writer);
	}
	for (i = 0; i < ARRAY_SIZE(writers); i++)
		kill_after(writers[i].pid, below(rng, 100000));
	for (i = 0; i < ARRAY_SIZE(writers); i++)
		wait_for(writers[i].pid);
	text = read_in_parts(fd, rng);
	check_lines(&text);
	for (i = 0; i < WRITERS; i++)
		check_writer(&writers[i], &text);
	text_free(&text);
	close(fd);
}
