// SPDX-License-Identifier: GPL-2.0
/* Checks of what hmap_kv.c promises: of wrong input, and of reading in pieces. */
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

/* Reading in pieces. */

/* Keys that are there all the time, and keys that come and go meanwhile. */
#define STAYING		1000
#define COMING		4000

static void write_key(int fd, const char *format, size_t i)
{
	if (dprintf(fd, format, i, i) < 0)
		die("writing to %s", DEVICE);
}

/* From the offset on, up to @limit bytes a read(). */
static struct text read_pieces(int fd, size_t limit, void (*between)(int fd))
{
	struct text text = { 0 };
	char piece[256];
	ssize_t n;

	text_add(&text, "", 0);
	while ((n = read(fd, piece, arbitrary(limit))) > 0) {
		text_add(&text, piece, n);
		if (between)
			between(fd);
	}
	if (n < 0)
		die("reading %s", DEVICE);
	return text;
}

static void check_same_text(int fd, const struct text *whole, size_t limit)
{
	struct text text;

	if (lseek(fd, 0, SEEK_SET))
		die("lseek to 0");
	text = read_pieces(fd, limit, NULL);
	check(text.len == whole->len && !memcmp(text.bytes, whole->bytes, text.len),
	      "by read() calls of up to %zu bytes it is the same text", limit);
	text_free(&text);
}

void read_in_pieces(int fd)
{
	struct text whole;
	size_t i;

	for (i = 0; i < STAYING; i++)
		write_key(fd, "set stay%zu value of %zu\n", i);
	whole = read_back(fd);
	check_same_text(fd, &whole, 1);
	check_same_text(fd, &whole, 100);
	text_free(&whole);
}

/* Whether the bytes at @at, of which read() is to give some, are those of @whole. */
static bool is_at(const struct text *whole, const char *bytes, ssize_t n,
		  size_t at)
{
	return n > 0 && at + n <= whole->len && !memcmp(bytes, whole->bytes + at, n);
}

/* pread() anywhere, between two read() calls that are to go on where they were. */
void read_at_offsets(int fd)
{
	struct text whole = read_back(fd);
	size_t i, at, next = 0, wrong = 0;
	char bytes[100];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET))
		die("lseek to 0");
	for (i = 0; i < 50; i++) {
		n = read(fd, bytes, sizeof(bytes));
		wrong += !is_at(&whole, bytes, n, next);
		next += n;
		at = arbitrary(whole.len - 1);
		n = pread(fd, bytes, sizeof(bytes), at);
		wrong += !is_at(&whole, bytes, n, at);
	}
	check(!wrong, "%zu times pread(), and read() goes on where it was", i);
	at = whole.len / 2;
	n = lseek(fd, at, SEEK_SET) == (off_t)at ?
	    read(fd, bytes, sizeof(bytes)) : -1;
	check(is_at(&whole, bytes, n, at), "lseek() to the middle, and read()");
	check(!pread(fd, bytes, sizeof(bytes), whole.len), "the text ends there");
	text_free(&whole);
}

/* The keys come in one wave, and go in the next; some of the others get another
 * value.
 */
static void change(int fd)
{
	static size_t step;
	size_t end;

	for (end = step + 16; step < end; step++) {
		size_t i = step % COMING;

		write_key(fd, step / COMING % 2 ? "del come%zu\n" :
						  "set come%zu value of %zu\n", i);
		write_key(fd, "set stay%zu another of %zu\n", (7 * i) % STAYING);
	}
}

/* Whether an entry is one that has been written. */
static bool is_written(const struct entry *entry)
{
	char value[64], another[64];
	const char *digits = entry->name + strlen("stay");

	if (strncmp(entry->name, "stay", 4) && strncmp(entry->name, "come", 4))
		return false;
	snprintf(value, sizeof(value), "value of %s", digits);
	snprintf(another, sizeof(another), "another of %s", digits);
	return !strcmp(entry->value, value) ||
	       (*entry->name == 's' && !strcmp(entry->value, another));
}

void read_while_changing(int fd)
{
	size_t i, stay = 0, twice = 0, wrong = 0;
	struct text text;
	struct list list;

	if (lseek(fd, 0, SEEK_SET))
		die("lseek to 0");
	text = read_pieces(fd, 50, change);
	list = list_of(&text, 0);
	for (i = 0; i < list.len; i++) {
		const struct entry *entry = &list.entries[i];

		wrong += !is_written(entry);
		if (*entry->name != 's')
			continue;
		stay++;
		twice += i && !strcmp(entry->name, entry[-1].name);
	}
	check(!wrong, "%zu lines are read, each as it was written", list.len);
	check(stay == STAYING && !twice,
	      "of %d keys that stay %zu are read, %zu of them twice", STAYING,
	      stay, twice);
	list_free(&list);
	text_free(&text);
}

void clear_while_reading(int fd)
{
	struct text text, last;
	char bytes[10];

	if (lseek(fd, 0, SEEK_SET) || read(fd, bytes, sizeof(bytes)) < 1)
		die("reading %s", DEVICE);
	clear_file(fd);
	write_key(fd, "set new%zu value of %zu\n", 1);
	text = read_pieces(fd, 100, NULL);
	last = read_pieces(fd, 100, NULL);
	check(!strstr(text.bytes, "new") && text.len &&
	      text.bytes[text.len - 1] == '\n' && !last.len,
	      "after a clear, the line that was begun is read, and nothing new");
	text_free(&text);
	text_free(&last);
	text = read_back(fd);
	check(!strcmp(text.bytes, "new1 value of 1\n"), "and from offset 0, what is there");
	text_free(&text);
}
