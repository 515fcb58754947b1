/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of kv_fuzz share. */
#ifndef _KV_FUZZ_H
#define _KV_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "kv_demo.h"

/* What hmap_kv.c promises: bytes of a line, and those that one write() takes. */
#define LINE_SIZE	4096
#define WRITE_MAX	(1024 * 1024)

/* kv_fuzz.c */

/* What has happened, in all processes. Each of it has to, in a run by time. */
enum {
	WRITES, REFUSED, NO_SPACE, BAD_ADDRESS, NO_MEMORY, KILLED, KILLED_WRITING,
	OPENS_FAILED, WHOLE_READS, NR_TOTALS
};

extern unsigned long *totals;
extern unsigned long max_entries;

void happened(int what);
void *shared_memory(size_t size);
void wrong(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* fuzz_input.c: the same for the same seed */
struct rng {
	unsigned long long state;
};

unsigned long long arbitrary_u64(struct rng *rng);
size_t below(struct rng *rng, size_t limit);
bool one_in(struct rng *rng, size_t n);
void add_input(struct text *text, struct rng *rng);
void add_bad_line(struct text *text, struct rng *rng);

/* fuzz_model.c: what a file is to hold */
struct model {
	struct item	*buckets[512];
	size_t		count;
	char		line[LINE_SIZE];	/* as much as there is place for */
	size_t		len;			/* of the unfinished line */
	unsigned int	stamp;
};

void model_copy(struct model *to, const struct model *from);
void model_free(struct model *model);
ssize_t model_write(struct model *model, const char *bytes, size_t n);
const char *model_differs(struct model *model, const struct text *text,
			  const char *prefix);

/* fuzz_session.c: one writer of a file, which knows what it holds */
struct session {
	struct rng	rng;
	struct model	model;
	struct text	input;
	size_t		at;		/* what of it has been written */
	size_t		most;		/* that a write() is given of it */
};

int open_device(int flags);
ssize_t try_write(int fd, const char *bytes, size_t n);
struct text read_in_parts(int fd, struct rng *rng);
void set_fail_nth(unsigned int n);
bool clear_fail_nth(void);
void session_start(struct session *session, unsigned long long seed);
void session_step(struct session *session, int fd);
void session_check(struct session *session, int fd);
void session_free(struct session *session);

/* The rounds: what one kind of test does for a short time. */
void round_alone(struct rng *rng);	/* fuzz_session.c */
void round_killed(struct rng *rng);	/* fuzz_killed.c */
void round_shared(struct rng *rng);	/* fuzz_shared.c */
void round_opens(struct rng *rng);	/* fuzz_opens.c */

/* fuzz_process.c: processes that may be killed between any two instructions */
struct progress {
	unsigned long	begun, done;	/* steps */
};

pid_t start(void (*run)(void *arg), void *arg);
void kill_after(pid_t pid, size_t microseconds);
void wait_for(pid_t pid);
void begin_step(struct progress *progress);
void end_step(struct progress *progress);

#endif /* _KV_FUZZ_H */
