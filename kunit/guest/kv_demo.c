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
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kv_demo.h"

#define SYMBOLS		"/proc/kallsyms"

/* Among all the files, the one that gets the symbols, and one that gets little. */
#define BIG		0
#define SMALL		1

/* The bytes of an entry in a table: the key's address and hash, the value's address, a
 * control byte.
 */
#define SLOT_BYTES	25

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
	printf("Each of the files has a map, and no counter has moved: a map is one\n"
	       "pointer within the file's own data until the first insert.\n");
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
	long long least = name_block_bytes(&demo->model) +
			  SLOT_BYTES * (long long)demo->model.len;

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
	check(bytes >= least && bytes <= 5 * least / 2,
	      "%lld bytes: from what names and slots need, %lld, to 2.5 times as many",
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

	title("Read it back");
	check_content(demo->files[BIG], &demo->model, "as in the model");
	check_content(demo->files[demo->nr_files - 1], &nothing,
		      "another file is still empty");
	show(demo);
	printf("Reading has allocated no table, and no byte that hmap knows of.\n");
	check_same(&before, &demo->last, TABLES_ALLOCATED);
	check_same(&before, &demo->last, BYTES_IN_USE);
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

static void step_read_in_pieces(struct demo *demo)
{
	struct counters before = demo->last;
	const struct counters *after = &demo->last;
	int fd = demo->files[SMALL];

	title("Read in pieces, while entries change");
	read_in_pieces(fd);
	read_at_offsets(fd);
	read_while_changing(fd);
	clear_while_reading(fd);
	clear_file(fd);
	show(demo);
	printf("Between two read() calls nothing is held, so tables come and go meanwhile.\n");
	check(after->n[SPLITS] > before.n[SPLITS] &&
	      after->n[MERGES] > before.n[MERGES],
	      "%lld tables were split, and %lld pairs merged",
	      after->n[SPLITS] - before.n[SPLITS],
	      after->n[MERGES] - before.n[MERGES]);
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
	printf("The map is one pointer again, as those that were never filled.\n");
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
	step_read_in_pieces(&demo);
	step_delete(&demo);
	step_clear(&demo);
	step_close(&demo);
	list_free(&demo.model);
	text_free(&demo.model_text);
	printf("\nAll of this took %.2f s.\n", now() - start);
	return finish();
}
