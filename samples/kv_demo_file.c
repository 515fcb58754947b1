// SPDX-License-Identifier: GPL-2.0
/* Checks of what hmap_kv.c promises: of wrong input. */
#include <string.h>
#include <unistd.h>

#include "kv_demo.h"

/* Wrong input. */

static void check_refused(int fd, const char *line, size_t len, int err,
			  const char *what)
{
	ssize_t taken = write(fd, line, len);
	int got = taken < 0 ? errno : 0;

	if (got == err)
		check(true, "%s: %s", what, strerror(err));
	else
		check(false, "%s: %s, but %s expected", what, strerror(got),
		      strerror(err));
}

void refuse_lines(int fd)
{
	static const struct {
		const char	*line;
		int		err;
		const char	*what;
	} wrong[] = {
		{ "", EINVAL, "an empty line" },
		{ "put a b", EINVAL, "an unknown command" },
		{ "set", EINVAL, "set of nothing" },
		{ "set a", EINVAL, "set without value" },
		{ "set a ", EINVAL, "set of an empty value" },
		{ "set  a", EINVAL, "set of an empty key" },
		{ "del ", EINVAL, "del of an empty key" },
		{ "del a b", EINVAL, "del of a key with a blank" },
		{ "del absent-key", ENOENT, "del of an absent key" },
		{ "clear all", EINVAL, "clear with an argument" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct text line = { 0 };

		text_puts(&line, wrong[i].line);
		text_puts(&line, "\n");
		check_refused(fd, line.bytes, line.len, wrong[i].err,
			      wrong[i].what);
		text_free(&line);
	}
	check_refused(fd, "set a\0b c\n", 10, EINVAL, "a NUL in a line");
}

/* "set k vvv...\n", with @len bytes in all. */
static struct text long_line(size_t len)
{
	struct text line = { 0 };

	text_puts(&line, "set k ");
	while (line.len < len - 1)
		text_puts(&line, "v");
	text_puts(&line, "\n");
	return line;
}

void refuse_long_line(int fd)
{
	struct text good = long_line(4096);
	struct text bad = long_line(4097);

	check(write(fd, good.bytes, good.len) == (ssize_t)good.len,
	      "a line of 4096 bytes is taken");
	check_refused(fd, bad.bytes, bad.len, EINVAL, "a line of 4097 bytes");
	bad.len--;
	text_puts(&bad, "set tail 1\n");
	check_refused(fd, bad.bytes, bad.len, EINVAL,
		      "a long line with a good one at its end");
	text_free(&good);
	text_free(&bad);
}

void stop_at_bad_line(int fd)
{
	static const char lines[] = "set a 1\nbad\nset b 2\n";

	check(write(fd, lines, strlen(lines)) == 8,
	      "a write() stops before its second line, which is bad");
	check_refused(fd, lines + 8, strlen(lines) - 8, EINVAL,
		      "a write() that begins with the bad line");
}

/* Wherever write() calls part the lines, the same ones count. */
void split_bad_lines(int fd)
{
	struct text lines = { 0 }, model_text = { 0 };
	struct list model;
	size_t piece, wrong = 0;

	text_puts(&lines, "set a 1\nbad\ndel x\nset b  2 3\n\nset c\nset a 4\n");
	text_puts(&model_text, "set a 4\nset b  2 3\n");
	model = list_of(&model_text, strlen("set "));
	for (piece = 1; piece <= lines.len; piece++) {
		clear_file(fd);
		wrong += feed_despite_errors(fd, &lines, piece) != 4;
	}
	check(!wrong, "4 bad lines are found however write() calls part them");
	check_content(fd, &model, "and the 3 good lines are taken");
	list_free(&model);
	text_free(&model_text);
	text_free(&lines);
}
