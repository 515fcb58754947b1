// SPDX-License-Identifier: GPL-2.0
/*
 * Writers that are killed, each with a file of its own that the parent has open, too:
 * then the file has what the writer had come to, with its last write() or without.
 * Nothing in between: one write() runs to its end.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kv_fuzz.h"

#define WRITERS		4

struct writer {
	struct progress	*progress;
	unsigned long long seed;
	int		fd;
	pid_t		pid;
};

static void write_on(void *arg)
{
	struct writer *writer = arg;
	struct session session;

	session_start(&session, writer->seed);
	for (;;) {
		begin_step(writer->progress);
		session_step(&session, writer->fd);
		end_step(writer->progress);
	}
}

/* The writer as it was after so many steps; the same seed does the same. */
static struct session *replay(const struct writer *writer, unsigned long steps)
{
	struct session *session = malloc(sizeof(*session));

	if (!session)
		die("out of memory");
	session_start(session, writer->seed);
	while (steps--)
		session_step(session, -1);
	return session;
}

static void drop(struct session **session)
{
	if (*session) {
		session_free(*session);
		free(*session);
	}
	*session = NULL;
}

/* Of what may have become of the file, drop what has not. */
static void narrow_down(int fd, struct rng *rng, struct session *may[2])
{
	struct text text = read_in_parts(fd, rng);
	const char *why = NULL;
	size_t i;

	for (i = 0; i < 2; i++) {
		const char *differs = may[i] ?
			model_differs(&may[i]->model, &text, "") : NULL;

		if (!differs)
			continue;
		why = differs;
		drop(&may[i]);
	}
	if (!may[0] && !may[1])
		wrong("after a kill %s", why);
	text_free(&text);
}

/* What the next write() returns tells about the unfinished line. */
static void end_line(int fd, struct session *may[2])
{
	ssize_t result = try_write(fd, "\n", 1);
	size_t i;

	for (i = 0; i < 2; i++)
		if (may[i] && model_write(&may[i]->model, "\n", 1) != result)
			drop(&may[i]);
	if (!may[0] && !may[1])
		wrong("after a kill a newline returned %zd", result);
}

/* Somebody else goes on where the writer was. */
static void go_on(struct session *session, int fd)
{
	size_t steps = below(&session->rng, 20);

	while (steps--)
		session_step(session, fd);
	session_check(session, fd);
}

static void check_writer(const struct writer *writer, struct rng *rng)
{
	const struct progress *progress = writer->progress;
	struct session *may[2] = { replay(writer, progress->done), NULL };

	if (progress->begun > progress->done) {
		happened(KILLED_WRITING);
		may[1] = replay(writer, progress->begun);
	}
	narrow_down(writer->fd, rng, may);
	end_line(writer->fd, may);
	narrow_down(writer->fd, rng, may);
	go_on(may[0] ? may[0] : may[1], writer->fd);
	drop(&may[0]);
	drop(&may[1]);
}

void round_killed(struct rng *rng)
{
	static struct progress *progress;
	struct writer writers[WRITERS];
	size_t i;

	if (!progress)
		progress = shared_memory(WRITERS * sizeof(*progress));
	memset(progress, 0, WRITERS * sizeof(*progress));
	for (i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){
			.progress = &progress[i],
			.seed = arbitrary_u64(rng),
			.fd = open_device(O_RDWR),
		};
		writers[i].pid = start(write_on, &writers[i]);
	}
	for (i = 0; i < WRITERS; i++)
		kill_after(writers[i].pid, below(rng, 50000));
	for (i = 0; i < WRITERS; i++) {
		wait_for(writers[i].pid);
		check_writer(&writers[i], rng);
		close(writers[i].fd);
	}
}
