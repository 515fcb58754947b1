/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of kv_demo share. */
#ifndef _KV_DEMO_H
#define _KV_DEMO_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#define DEVICE		"/dev/hmap_kv"
#define COUNTERS	"/sys/kernel/debug/hmap/stats"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

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

/* kv_demo_lib.c: checks */
int finish(void);
void report(bool good);
void give_up(int err);
double now(void);

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

/* memory and texts */
void *grow(void *old, size_t *size, size_t element);
void text_add(struct text *text, const char *bytes, size_t len);
void text_puts(struct text *text, const char *string);
void text_free(struct text *text);

/* the counters */
enum {
	MAPS_ALLOCATED, MAPS_FREED, MAPS_WITHOUT_TABLE, TABLES_ALLOCATED,
	TABLES_FREED, FIRST_INSERTS, BYTES_IN_USE, BYTES_PEAK, ALLOC_FAILURES,
	REBUILDS_GROW, REBUILDS_SHRINK, REBUILDS_CLEAN, SPLITS, SPLITS_REFUSED,
	MERGES, DIRECTORY_DOUBLINGS, DIRECTORY_SHRINKS, NR_COUNTERS
};

struct counters {
	long long	n[NR_COUNTERS];
};

struct counters read_counters(void);
long long live_tables(const struct counters *c);
struct counters show_counters(const struct counters *last);
void check_same(const struct counters *a, const struct counters *b, int i);

/* lists of entries: the model, and what a file holds */
struct list list_of(struct text *text, size_t prefix);
void keep_last(struct list *list);
void list_free(struct list *list);
long long name_bytes(const struct list *list);
long long name_block_bytes(const struct list *list);

/* an open file of the device */
struct text read_back(int fd);
void check_content(int fd, const struct list *model, const char *what);
size_t arbitrary(size_t limit);
void feed(int fd, const struct text *text);
size_t feed_despite_errors(int fd, const struct text *text, size_t piece);
void clear_file(int fd);

/* kv_demo_file.c: what hmap_kv.c promises of write() and read() */
void refuse_lines(int fd);
void refuse_long_line(int fd);
void stop_at_bad_line(int fd);
void split_bad_lines(int fd);
void read_in_pieces(int fd);
void read_at_offsets(int fd);
void read_while_changing(int fd);
void clear_while_reading(int fd);

#endif /* _KV_DEMO_H */
