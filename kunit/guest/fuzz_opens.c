// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that open the device at the same time, in any mode, use it wrongly, and
 * close it, or end without, or are killed.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kv_fuzz.h"

#define PROCESSES	6
#define FILES		16

static void expect(long result, long expected, const char *what)
{
	if (result < 0)
		result = -errno;
	if (result != expected)
		wrong("%s returned %ld, not %ld", what, result, expected);
}

static void wrong_mode(int fd, int mode)
{
	char byte;

	if (mode == O_RDONLY) {
		expect(write(fd, "clear\n", 6), -EBADF, "write() to a file for reading");
		expect(read(fd, &byte, 1), 0, "read() of nothing");
	}
	if (mode == O_WRONLY) {
		expect(read(fd, &byte, 1), -EBADF, "read() of a file for writing");
		expect(write(fd, "set a 1\n", 8), 8, "write() to a file for writing");
	}
}

static void wrong_calls(int fd, int mode)
{
	char *nowhere = NULL;

	expect(ioctl(fd, 0x1234, 0), -ENOTTY, "ioctl()");
	expect(lseek(fd, -1, SEEK_SET), -EINVAL, "lseek() to before the beginning");
	expect(ftruncate(fd, 0), -EINVAL, "ftruncate()");
	expect((long)mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE, fd, 0),
	       mode == O_WRONLY ? -EACCES : -ENODEV, "mmap()");
	if (mode != O_RDWR)
		return;
	expect(pread(fd, &nowhere, 1, -1), -EINVAL, "pread() before the beginning");
	expect(write(fd, nowhere, 1), -EFAULT, "write() of what is nowhere");
	expect(write(fd, nowhere, 0), 0, "write() of nothing");
	expect(write(fd, "set a 1\n", 8), 8, "write()");
	expect(read(fd, nowhere, 1), -EFAULT, "read() to nowhere");
}

/* No memory is the only reason for which open() may fail. */
static int open_somehow(struct rng *rng, int mode)
{
	bool failed;
	int fd, err;

	if (!one_in(rng, 3))
		return open_device(mode);
	set_fail_nth(1 + below(rng, 6));
	fd = open(DEVICE, mode);
	err = errno;
	failed = clear_fail_nth();
	if (fd < 0 && (err != ENOMEM || !failed))
		wrong("open(): %s", strerror(err));
	if (fd < 0)
		happened(OPENS_FAILED);
	return fd;
}

static void use(struct rng *rng, int fd, int mode)
{
	struct session session;
	size_t steps = below(rng, 10);

	wrong_mode(fd, mode);
	wrong_calls(fd, mode);
	if (mode != O_RDWR)
		return;
	expect(write(fd, "clear\n", 6), 6, "clear");
	session_start(&session, arbitrary_u64(rng));
	while (steps--)
		session_step(&session, fd);
	session_check(&session, fd);
	session_free(&session);
}

static void open_and_close(void *arg)
{
	static const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR };
	struct rng *rng = arg;
	int files[FILES];
	size_t i, at;

	for (i = 0; i < FILES; i++)
		files[i] = -1;
	for (i = 0; i < 4 * FILES; i++) {
		int mode = modes[below(rng, ARRAY_SIZE(modes))];

		at = below(rng, FILES);
		if (files[at] >= 0)
			expect(close(files[at]), 0, "close()");
		files[at] = open_somehow(rng, mode);
		if (files[at] >= 0 && one_in(rng, 3))
			use(rng, files[at], mode);
	}
}

void round_opens(struct rng *rng)
{
	struct rng own[PROCESSES];
	pid_t pids[PROCESSES];
	size_t i;

	for (i = 0; i < PROCESSES; i++) {
		own[i].state = arbitrary_u64(rng);
		pids[i] = start(open_and_close, &own[i]);
	}
	for (i = 0; i < PROCESSES / 2; i++)
		kill_after(pids[i], below(rng, 30000));
	for (i = 0; i < PROCESSES; i++)
		wait_for(pids[i]);
}
