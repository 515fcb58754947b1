// SPDX-License-Identifier: GPL-2.0
/* What kv_demo is made of: checks, texts, hmap's counters, entries, an open file. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kv_demo.h"

/* Checks. */

static unsigned int passed, failed;

int finish(void)
{
	printf("kv_demo: %u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}

void report(bool good)
{
	if (good)
		passed++;
	else
		failed++;
	printf(good ? "ok - " : "not ok - ");
}

void give_up(int err)
{
	printf(": %s\n", strerror(err));
	exit(finish());
}

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Memory and texts. */

void *grow(void *old, size_t *size, size_t element)
{
	void *new;

	*size = *size ? 2 * *size : 4096;
	new = realloc(old, *size * element);
	if (!new)
		die("out of memory");
	return new;
}

void text_add(struct text *text, const char *bytes, size_t len)
{
	while (text->size - text->len < len + 1)
		text->bytes = grow(text->bytes, &text->size, 1);
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	text->bytes[text->len] = '\0';
}

void text_puts(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

void text_free(struct text *text)
{
	free(text->bytes);
	*text = (struct text){ 0 };
}

static struct text read_all(int fd, const char *name)
{
	static char buffer[256 * 1024];
	struct text text = { 0 };
	ssize_t n;

	text_add(&text, "", 0);
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		text_add(&text, buffer, n);
	if (n < 0)
		die("reading %s", name);
	return text;
}

static struct text read_file(const char *name)
{
	int fd = open(name, O_RDONLY);
	struct text text;

	if (fd < 0)
		die("opening %s", name);
	text = read_all(fd, name);
	close(fd);
	return text;
}

/* The counters. */

static const char * const counter_names[NR_COUNTERS] = {
	"maps_allocated", "maps_freed", "maps_without_table", "tables_allocated",
	"tables_freed", "first_inserts", "bytes_in_use", "bytes_peak",
	"alloc_failures", "rebuilds_grow", "rebuilds_shrink", "rebuilds_clean",
	"splits", "splits_refused", "merges", "directory_doublings",
	"directory_shrinks"
};

static long long counter_in(const struct text *text, const char *name)
{
	size_t len = strlen(name);
	const char *line = text->bytes;

	while (line && *line) {
		if (!strncmp(line, name, len) && line[len] == ' ')
			return atoll(line + len);
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	errno = ENOENT;
	die("%s has no counter %s", COUNTERS, name);
	return 0;
}

struct counters read_counters(void)
{
	struct text text = read_file(COUNTERS);
	struct counters counters;
	int i;

	for (i = 0; i < NR_COUNTERS; i++)
		counters.n[i] = counter_in(&text, counter_names[i]);
	text_free(&text);
	return counters;
}

long long live_tables(const struct counters *c)
{
	return c->n[TABLES_ALLOCATED] - c->n[TABLES_FREED];
}

/* Print the counters, and by how much each has changed since @last. */
struct counters show_counters(const struct counters *last)
{
	struct counters c = read_counters();
	int i;

	for (i = 0; i < NR_COUNTERS; i++) {
		printf("    %-20s %10lld", counter_names[i], c.n[i]);
		if (last && c.n[i] != last->n[i])
			printf("  %+lld", c.n[i] - last->n[i]);
		printf("\n");
	}
	return c;
}

void check_same(const struct counters *a, const struct counters *b, int i)
{
	check(a->n[i] == b->n[i], "%s is as it was: %lld, then %lld",
	      counter_names[i], a->n[i], b->n[i]);
}

/* Lists of entries: the model, and what a file holds. */

static int by_name_and_line(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* Cut lines "NAME VALUE", each behind @prefix bytes, out of @text, and sort. */
struct list list_of(struct text *text, size_t prefix)
{
	struct list list = { 0 };
	char *line = text->bytes;
	char *newline;

	for (; (newline = strchr(line, '\n')); line = newline + 1) {
		struct entry entry = { .name = line + prefix, .line = list.len };

		*newline = '\0';
		entry.value = strchr(entry.name, ' ');
		if (!entry.value)
			entry.value = newline;
		else
			*entry.value++ = '\0';
		if (list.len == list.size)
			list.entries = grow(list.entries, &list.size,
					    sizeof(entry));
		list.entries[list.len++] = entry;
	}
	if (list.len)
		qsort(list.entries, list.len, sizeof(*list.entries),
		      by_name_and_line);
	return list;
}

/* Of several entries of a name the last one wins. */
void keep_last(struct list *list)
{
	size_t from, to = 0;

	for (from = 0; from < list->len; from++) {
		struct entry *entry = &list->entries[from];

		if (from + 1 == list->len || strcmp(entry->name, entry[1].name))
			list->entries[to++] = *entry;
	}
	list->len = to;
}

void list_free(struct list *list)
{
	free(list->entries);
	*list = (struct list){ 0 };
}

/* What the names take at least, as the NUL-terminated copies that the map has. */
long long name_bytes(const struct list *list)
{
	long long bytes = 0;
	size_t i;

	for (i = 0; i < list->len; i++)
		bytes += strlen(list->entries[i].name) + 1;
	return bytes;
}

/* The smallest block of kmalloc(); if the kernel does not tell, that of most machines. */
static size_t smallest_block(void)
{
	FILE *file = fopen("/proc/slabinfo", "r");
	size_t size, smallest = 0;
	char line[512], behind;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "kmalloc-%zu%c", &size, &behind) == 2 && behind == ' ' &&
		    (!smallest || size < smallest))
			smallest = size;
	if (file)
		fclose(file);
	return smallest ? smallest : 8;
}

/* Each name has a block of its own. */
long long name_block_bytes(const struct list *list)
{
	const size_t smallest = smallest_block();
	long long bytes = 0;
	size_t i, len;

	for (i = 0; i < list->len; i++) {
		len = strlen(list->entries[i].name) + 1;
		bytes += len > smallest ? len : smallest;
	}
	return bytes;
}

static size_t equal_entries(const struct list *a, const struct list *b)
{
	size_t i;

	for (i = 0; i < a->len && i < b->len; i++)
		if (strcmp(a->entries[i].name, b->entries[i].name) ||
		    strcmp(a->entries[i].value, b->entries[i].value))
			break;
	return i;
}

/* The file. */

struct text read_back(int fd)
{
	if (lseek(fd, 0, SEEK_SET))
		die("lseek to 0");
	return read_all(fd, DEVICE);
}

/* Names in @model are distinct: where both lists agree, each is there once. */
void check_content(int fd, const struct list *model, const char *what)
{
	double start = now();
	struct text text = read_back(fd);
	double taken = now() - start;
	struct list list = list_of(&text, 0);
	size_t equal = equal_entries(&list, model);

	check(list.len == model->len && equal == model->len,
	      "%s: %zu entries expected, %zu read in %.3f s, %zu equal", what, model->len,
	      list.len, taken, equal);
	list_free(&list);
	text_free(&text);
}

/* The same numbers every time; see rand(3). */
size_t arbitrary(size_t limit)
{
	static unsigned int state = 1;

	state = state * 1103515245 + 12345;
	return 1 + (state >> 8) % limit;
}

/* Write @text in pieces of any size, as its lines may fall. */
void feed(int fd, const struct text *text)
{
	size_t at = 0, writes = 0, within = 0;
	double start = now();

	while (at < text->len) {
		size_t n = arbitrary(text->len / 50 + 1);
		ssize_t taken;

		if (n > text->len - at)
			n = text->len - at;
		taken = write(fd, text->bytes + at, n);
		if (taken < 0)
			die("writing to %s", DEVICE);
		at += taken;
		writes++;
		within += text->bytes[at - 1] != '\n';
	}
	printf("%zu bytes by %zu write() calls in %.2f s\n", text->len, writes,
	       now() - start);
	check(within, "%zu of the write() calls ended within a line", within);
}

/*
 * Write @text as a program does that goes on after bad lines: an error is about
 * the line that the next newline ends. Returns how many there were.
 */
size_t feed_despite_errors(int fd, const struct text *text, size_t piece)
{
	size_t at = 0, errors = 0;

	while (at < text->len) {
		size_t left = text->len - at;
		ssize_t taken = write(fd, text->bytes + at,
				      piece < left ? piece : left);

		if (taken < 0) {
			char *newline = strchr(text->bytes + at, '\n');

			errors++;
			taken = newline + 1 - (text->bytes + at);
		}
		at += taken;
	}
	return errors;
}

void clear_file(int fd)
{
	if (write(fd, "clear\n", 6) != 6)
		die("clearing a file");
}
