// SPDX-License-Identifier: GPL-2.0
/*
 * A user-space program that puts the sample store /dev/hmap_kv to work, and
 * checks both what it gives back and what hmap's counters say meanwhile:
 *
 *	kv_demo			10,000 files, all of /proc/kallsyms
 *	kv_demo --quick		100 files, 2,000 lines of it
 *
 * It needs root, the modules hmap and hmap_kv, and debugfs. Each check prints
 * "ok" or "not ok"; the exit status is 0 if none failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define DEVICE		"/dev/hmap_kv"
#define COUNTERS	"/sys/kernel/debug/hmap/stats"
#define SYMBOLS		"/proc/kallsyms"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* Among all the files, the one that gets the symbols, and one that gets little. */
#define BIG		0
#define SMALL		1

/* The bytes of an entry in a table: pointers to key and value, a control byte. */
#define SLOT_BYTES	17

/* A growing text. */
struct text {
	char	*bytes;
	size_t	len, size;
};

/* What a file is to hold, or holds; names and values point into some text. */
struct entry {
	char	*name;
	char	*value;
	size_t	line;
};

struct list {
	struct entry	*entries;
	size_t		len, size;
};

/* Checks. */

static unsigned int passed, failed;

static int finish(void)
{
	printf("kv_demo: %u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}

static void report(bool good)
{
	if (good)
		passed++;
	else
		failed++;
	printf(good ? "ok - " : "not ok - ");
}

static void give_up(int err)
{
	printf(": %s\n", strerror(err));
	exit(finish());
}

/* Macros, so that the compiler compares the arguments with printf()'s format. */
#define check(good, ...)						\
	(report(good), printf(__VA_ARGS__), putchar('\n'))

/* For what leaves nothing to go on with. */
#define die(...)							\
	do {								\
		int errno_then = errno;					\
									\
		report(false);						\
		printf(__VA_ARGS__);					\
		give_up(errno_then);					\
	} while (0)

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Memory and texts. */

static void *grow(void *old, size_t *size, size_t element)
{
	void *new;

	*size = *size ? 2 * *size : 4096;
	new = realloc(old, *size * element);
	if (!new)
		die("out of memory");
	return new;
}

static void text_add(struct text *text, const char *bytes, size_t len)
{
	while (text->size - text->len < len + 1)
		text->bytes = grow(text->bytes, &text->size, 1);
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	text->bytes[text->len] = '\0';
}

static void text_puts(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

static void text_free(struct text *text)
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

enum {
	MAPS_ALLOCATED, MAPS_FREED, MAPS_NEVER_FILLED, TABLES_ALLOCATED,
	TABLES_FREED, FIRST_INSERTS, BYTES_IN_USE, BYTES_PEAK, ALLOC_FAILURES,
	REBUILDS_GROW, REBUILDS_SHRINK, REBUILDS_CLEAN, SPLITS, SPLITS_REFUSED,
	MERGES, DIRECTORY_DOUBLINGS, DIRECTORY_SHRINKS, NR_COUNTERS
};

static const char * const counter_names[NR_COUNTERS] = {
	"maps_allocated", "maps_freed", "maps_never_filled", "tables_allocated",
	"tables_freed", "first_inserts", "bytes_in_use", "bytes_peak",
	"alloc_failures", "rebuilds_grow", "rebuilds_shrink", "rebuilds_clean",
	"splits", "splits_refused", "merges", "directory_doublings",
	"directory_shrinks"
};

struct counters {
	long long	n[NR_COUNTERS];
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

static struct counters read_counters(void)
{
	struct text text = read_file(COUNTERS);
	struct counters counters;
	int i;

	for (i = 0; i < NR_COUNTERS; i++)
		counters.n[i] = counter_in(&text, counter_names[i]);
	text_free(&text);
	return counters;
}

static long long live_tables(const struct counters *c)
{
	return c->n[TABLES_ALLOCATED] - c->n[TABLES_FREED];
}

/* Print the counters, and by how much each has changed since @last. */
static struct counters show_counters(const struct counters *last)
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

static void check_same(const struct counters *a, const struct counters *b,
		       int i)
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
static struct list list_of(struct text *text, size_t prefix)
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
static void keep_last(struct list *list)
{
	size_t from, to = 0;

	for (from = 0; from < list->len; from++) {
		struct entry *entry = &list->entries[from];

		if (from + 1 == list->len || strcmp(entry->name, entry[1].name))
			list->entries[to++] = *entry;
	}
	list->len = to;
}

static void list_free(struct list *list)
{
	free(list->entries);
	*list = (struct list){ 0 };
}

/* What the names take at least, as the NUL-terminated copies that the map has. */
static long long name_bytes(const struct list *list)
{
	long long bytes = 0;
	size_t i;

	for (i = 0; i < list->len; i++)
		bytes += strlen(list->entries[i].name) + 1;
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

static struct text read_back(int fd)
{
	if (lseek(fd, 0, SEEK_SET))
		die("lseek to 0");
	return read_all(fd, DEVICE);
}

/* Names in @model are distinct: where both lists agree, each is there once. */
static void check_content(int fd, const struct list *model, const char *what)
{
	struct text text = read_back(fd);
	struct list list = list_of(&text, 0);
	size_t equal = equal_entries(&list, model);

	check(list.len == model->len && equal == model->len,
	      "%s: %zu entries expected, %zu read, %zu equal", what, model->len,
	      list.len, equal);
	list_free(&list);
	text_free(&text);
}

/* The same numbers every time; see rand(3). */
static size_t arbitrary(size_t limit)
{
	static unsigned int state = 1;

	state = state * 1103515245 + 12345;
	return 1 + (state >> 8) % limit;
}

/* Write @text in pieces of any size, as its lines may fall. */
static void feed(int fd, const struct text *text)
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
static size_t feed_despite_errors(int fd, const struct text *text, size_t piece)
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

static void clear_file(int fd)
{
	if (write(fd, "clear\n", 6) != 6)
		die("clearing a file");
}

/* The steps. */

struct demo {
	size_t		nr_files, nr_lines;
	int		*files;
	struct counters	start;
	struct counters	last;		/* as shown by the last step */
	struct text	model_text;
	struct list	model;		/* of the file that is BIG */
};

static void title(const char *text)
{
	printf("\n== %s\n", text);
}

static void show(struct demo *demo)
{
	demo->last = show_counters(&demo->last);
}

static void step_start(struct demo *demo)
{
	if (access(COUNTERS, R_OK))
		die("no counters at %s: hmap not loaded, or debugfs not mounted",
		    COUNTERS);
	title("The counters before all");
	demo->start = show_counters(NULL);
	demo->last = demo->start;
}

static void allow_files(size_t nr)
{
	struct rlimit limit = { nr + 64, nr + 64 };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("allowing %zu open files", nr);
}

static void step_open(struct demo *demo)
{
	double start = now();
	size_t i;

	title("Open files, write nothing");
	demo->files = calloc(demo->nr_files, sizeof(*demo->files));
	if (!demo->files)
		die("out of memory");
	allow_files(demo->nr_files);
	for (i = 0; i < demo->nr_files; i++) {
		demo->files[i] = open(DEVICE, O_RDWR);
		if (demo->files[i] < 0)
			die("opening %s for the %zuth time", DEVICE, i + 1);
	}
	printf("%zu files in %.2f s\n", demo->nr_files, now() - start);
	show(demo);
	printf("Each of the files has a map, and no counter has moved: a map is a\n"
	       "header within the file's own data until the first insert.\n");
	check_same(&demo->start, &demo->last, TABLES_ALLOCATED);
	check_same(&demo->start, &demo->last, BYTES_IN_USE);
}

/* "ADDRESS TYPE NAME\t[MODULE]\n" as "set NAME ADDRESS TYPE [MODULE]\n". */
static void add_command(struct text *commands, char *line)
{
	char *type = strchr(line, ' ');
	char *name = type ? strchr(type + 1, ' ') : NULL;
	char *module;

	line[strcspn(line, "\n")] = '\0';
	if (!name) {
		errno = EINVAL;
		die("%s has a line \"%s\"", SYMBOLS, line);
	}
	*name++ = '\0';
	module = strchr(name, '\t');
	if (module)
		*module++ = '\0';
	text_puts(commands, "set ");
	text_puts(commands, name);
	text_puts(commands, " ");
	text_puts(commands, line);
	if (module) {
		text_puts(commands, " ");
		text_puts(commands, module);
	}
	text_puts(commands, "\n");
}

static struct text symbol_commands(size_t nr_lines)
{
	struct text commands = { 0 };
	FILE *file = fopen(SYMBOLS, "r");
	char *line = NULL;
	size_t size = 0;

	if (!file)
		die("opening %s", SYMBOLS);
	while (nr_lines-- && getline(&line, &size, file) > 0)
		add_command(&commands, line);
	free(line);
	fclose(file);
	return commands;
}

static void make_model(struct demo *demo, const struct text *commands)
{
	size_t lines;

	text_add(&demo->model_text, commands->bytes, commands->len);
	demo->model = list_of(&demo->model_text, strlen("set "));
	lines = demo->model.len;
	keep_last(&demo->model);
	printf("%zu lines of %s with %zu different names\n", lines, SYMBOLS,
	       demo->model.len);
}

static void check_growth(const struct demo *demo, const struct counters *before)
{
	const struct counters *after = &demo->last;
	long long tables = live_tables(after) - live_tables(before);
	long long splits = after->n[SPLITS] - before->n[SPLITS];
	long long bytes = after->n[BYTES_IN_USE] - before->n[BYTES_IN_USE];
	long long names = name_bytes(&demo->model);
	long long least = names + SLOT_BYTES * (long long)demo->model.len;

	printf("One map made its first table. By %lld splits it has come to %lld, behind\n"
	       "a directory that has doubled %lld times. All of that and the copies of\n"
	       "the names take %lld bytes, %.1f an entry; a name has %.1f on average.\n",
	       splits, tables,
	       after->n[DIRECTORY_DOUBLINGS] - before->n[DIRECTORY_DOUBLINGS],
	       bytes, (double)bytes / demo->model.len,
	       (double)names / demo->model.len);
	check(after->n[FIRST_INSERTS] == before->n[FIRST_INSERTS] + 1,
	      "one map got its first table");
	check(splits > 0 && tables == 1 + splits,
	      "%lld tables: the first, and one more by each of %lld splits",
	      tables, splits);
	check(bytes >= least && bytes <= 3 * least,
	      "%lld bytes: between what names and slots need, %lld, and thrice that",
	      bytes, least);
	check_same(before, after, SPLITS_REFUSED);
	check_same(before, after, ALLOC_FAILURES);
}

static void step_feed(struct demo *demo)
{
	struct counters before = demo->last;
	struct text commands;

	title("Fill the map of one file");
	commands = symbol_commands(demo->nr_lines);
	make_model(demo, &commands);
	feed(demo->files[BIG], &commands);
	text_free(&commands);
	show(demo);
	check_growth(demo, &before);
}

static void step_read_back(struct demo *demo)
{
	static const struct list nothing;
	struct counters before = demo->last;
	double start = now();

	title("Read it back");
	check_content(demo->files[BIG], &demo->model, "as in the model");
	printf("read, sorted and compared in %.2f s\n", now() - start);
	check_content(demo->files[demo->nr_files - 1], &nothing,
		      "another file is still empty");
	show(demo);
	printf("Reading has allocated no table, and no byte that hmap knows of.\n");
	check_same(&before, &demo->last, TABLES_ALLOCATED);
	check_same(&before, &demo->last, BYTES_IN_USE);
}

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

static void refuse_lines(int fd)
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

static void refuse_long_line(int fd)
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

static void stop_at_bad_line(int fd)
{
	static const char lines[] = "set a 1\nbad\nset b 2\n";

	check(write(fd, lines, strlen(lines)) == 8,
	      "a write() stops before its second line, which is bad");
	check_refused(fd, lines + 8, strlen(lines) - 8, EINVAL,
		      "a write() that begins with the bad line");
}

/* Wherever write() calls part the lines, the same ones count. */
static void split_bad_lines(int fd)
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

static void step_wrong_input(struct demo *demo)
{
	struct counters before = demo->last;

	title("Wrong input");
	refuse_lines(demo->files[BIG]);
	show(demo);
	printf("Nothing has moved: a bad line changes nothing.\n");
	check_same(&before, &demo->last, TABLES_ALLOCATED);
	check_same(&before, &demo->last, BYTES_IN_USE);
	check_content(demo->files[BIG], &demo->model, "as before");
}

static void step_wrong_among_good(struct demo *demo)
{
	struct counters before = demo->last;
	int fd = demo->files[SMALL];

	title("Bad lines among good ones, in another file");
	stop_at_bad_line(fd);
	split_bad_lines(fd);
	refuse_long_line(fd);
	clear_file(fd);
	show(demo);
	printf("The file was filled and cleared %lld times, and its tables have gone.\n",
	       demo->last.n[FIRST_INSERTS] - before.n[FIRST_INSERTS]);
	check(live_tables(&before) == live_tables(&demo->last),
	      "as many tables as before");
	check_same(&before, &demo->last, BYTES_IN_USE);
}

/* Take every other entry out of @list; returns those. */
static struct list take_half(struct list *list)
{
	struct list taken = { 0 };
	size_t i, kept = 0;

	for (i = 0; i < list->len; i++) {
		if (i % 2) {
			list->entries[kept++] = list->entries[i];
			continue;
		}
		if (taken.len == taken.size)
			taken.entries = grow(taken.entries, &taken.size,
					     sizeof(*taken.entries));
		taken.entries[taken.len++] = list->entries[i];
	}
	list->len = kept;
	return taken;
}

static void step_delete(struct demo *demo)
{
	struct counters before = demo->last;
	struct list half = take_half(&demo->model);
	struct text commands = { 0 };
	long long bytes, names = name_bytes(&half);
	size_t i;

	title("Remove half of the entries");
	for (i = 0; i < half.len; i++) {
		text_puts(&commands, "del ");
		text_puts(&commands, half.entries[i].name);
		text_puts(&commands, "\n");
	}
	feed(demo->files[BIG], &commands);
	show(demo);
	bytes = before.n[BYTES_IN_USE] - demo->last.n[BYTES_IN_USE];
	printf("%lld bytes of %zu names have gone. Tables stay until less than a\n"
	       "quarter of their slots is in use; then they shrink and merge.\n",
	       bytes, half.len);
	check(live_tables(&before) >= live_tables(&demo->last),
	      "no more tables than before");
	check(bytes >= names, "%lld bytes given back, the names have %lld", bytes,
	      names);
	check_content(demo->files[BIG], &demo->model, "the other half is there");
	list_free(&half);
	text_free(&commands);
}

static void check_nothing_left(const struct demo *demo)
{
	check(live_tables(&demo->last) == live_tables(&demo->start),
	      "as many tables are left as before all: %lld of %lld made since",
	      live_tables(&demo->last) - live_tables(&demo->start),
	      demo->last.n[TABLES_ALLOCATED] - demo->start.n[TABLES_ALLOCATED]);
	check_same(&demo->start, &demo->last, BYTES_IN_USE);
}

static void step_clear(struct demo *demo)
{
	static const struct list nothing;

	title("Clear it");
	clear_file(demo->files[BIG]);
	show(demo);
	printf("The map is its header again, as those that were never filled.\n");
	check_nothing_left(demo);
	check_content(demo->files[BIG], &nothing, "the file is empty");
}

/* So that closing the file has something to free. */
static void refill(const struct demo *demo)
{
	struct text commands = { 0 };
	char line[64];
	size_t i;

	for (i = 0; i < 1000; i++) {
		snprintf(line, sizeof(line), "set key%zu value\n", i);
		text_puts(&commands, line);
	}
	feed(demo->files[BIG], &commands);
	text_free(&commands);
}

static void step_close(struct demo *demo)
{
	double start = now();
	size_t i;

	title("Close all files");
	refill(demo);
	for (i = 0; i < demo->nr_files; i++)
		close(demo->files[i]);
	printf("%zu files in %.2f s\n", demo->nr_files, now() - start);
	show(demo);
	printf("Of all tables ever made none is left, and of the bytes none.\n");
	check_nothing_left(demo);
	check_same(&demo->start, &demo->last, ALLOC_FAILURES);
	free(demo->files);
}

int main(int argc, char **argv)
{
	struct demo demo = { .nr_files = 10000, .nr_lines = -1 };
	double start = now();

	if (argc == 2 && !strcmp(argv[1], "--quick")) {
		demo.nr_files = 100;
		demo.nr_lines = 2000;
	} else if (argc > 1) {
		fprintf(stderr, "usage: kv_demo [--quick]\n");
		return 2;
	}
	step_start(&demo);
	step_open(&demo);
	step_feed(&demo);
	step_read_back(&demo);
	step_wrong_input(&demo);
	step_wrong_among_good(&demo);
	step_delete(&demo);
	step_clear(&demo);
	step_close(&demo);
	list_free(&demo.model);
	text_free(&demo.model_text);
	printf("\nAll of this took %.2f s.\n", now() - start);
	return finish();
}
