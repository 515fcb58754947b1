// SPDX-License-Identifier: GPL-2.0
/*
 * Read all files below a directory of debugfs, in small pieces, while the module that
 * made them is loaded, used and unloaded by somebody else:
 *
 *	read_debugfs DIRECTORY PROCESSES
 *
 * Until SIGTERM. A file may not be there, and one that was found may have gone when it
 * is opened; but what can be read is complete lines, "name number" or a type's. A file is also
 * found, with O_PATH, long before it is opened: that does not keep the module, and
 * once it has gone there is an errno, even if it has come back meanwhile.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What has happened, in all processes. All of it has to. */
enum { READ, NOT_THERE, STALE, NR_TOTALS };
static unsigned long *totals;

/* Columns of the file "types", whose types have no space in their names here. */
#define TYPE_COLUMNS	14

static bool stopped;

static void stop(int sig)
{
	__atomic_store_n(&stopped, true, __ATOMIC_RELAXED);
}

static bool goes_on(void)
{
	return !__atomic_load_n(&stopped, __ATOMIC_RELAXED);
}

static void happened(int what)
{
	__atomic_add_fetch(&totals[what], 1, __ATOMIC_RELAXED);
}

static void wrong(const char *path, const char *what)
{
	dprintf(STDOUT_FILENO, "read_debugfs: WRONG: %s: %s\n", path, what);
	_exit(1);
}

/* So that there are moments at which nobody has a file open. */
static void pause_up_to(unsigned int milliseconds)
{
	usleep(1000 * (random() % (milliseconds + 1)));
}

/* Its columns, of which none is missing. */
static void check_type(const char *path, const char *line)
{
	unsigned int spaces = 0;
	const char *at;

	for (at = line; *at; at++)
		spaces += *at == ' ';
	if (spaces != TYPE_COLUMNS - 1 || at[-1] == ' ')
		wrong(path, line);
}

static void check_line(const char *path, const char *line)
{
	size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz_");
	const char *digits = line + name + 1;

	if (!name || line[name] != ' ' || !*digits ||
	    digits[strspn(digits, "0123456789")])
		wrong(path, line);
}

static void check_text(const char *path, char *text, size_t len)
{
	const bool types = strstr(path, "/types");
	char *newline, *line = text;

	if (!len || text[len - 1] != '\n' || strlen(text) != len)
		wrong(path, "not all of it is there");
	for (; (newline = strchr(line, '\n')); line = newline + 1) {
		*newline = '\0';
		if (types)
			check_type(path, line);
		else
			check_line(path, line);
	}
}

static void read_open_file(const char *path, int fd)
{
	char text[8192];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, text + len, 1 + random() % 20)) > 0) {
		len += n;
		if (len + 20 >= sizeof(text))
			wrong(path, "it does not end");
		if (random() % 50 == 0)
			pause_up_to(50);
	}
	/* A file that is open keeps the module, so this has no reason to fail. */
	if (n < 0)
		wrong(path, strerror(errno));
	text[len] = '\0';
	check_text(path, text, len);
	happened(READ);
}

/* By its @name, @path or another one for the same. */
static void read_file(const char *name, const char *path, int gone)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		read_open_file(path, fd);
		close(fd);
	} else if (errno == ENOENT || errno == ENXIO) {
		happened(gone);
	} else {
		wrong(path, strerror(errno));
	}
}

/* Up to two seconds from now; then, if the file is another one, as it were not there. */
static void read_later(const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat found, now;
	char name[64];

	if (fd < 0)
		return;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	pause_up_to(2000);
	if (!fstat(fd, &found) && !stat(path, &now) && found.st_ino != now.st_ino &&
	    open(name, O_RDONLY | O_CLOEXEC) >= 0)
		wrong(path, "what has gone can be opened");
	read_file(name, path, STALE);
	close(fd);
}

static void read_directory(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	char inner[PATH_MAX];

	if (!directory) {
		if (errno != ENOENT)
			wrong(path, strerror(errno));
		happened(NOT_THERE);
		return;
	}
	while ((entry = readdir(directory))) {
		if (*entry->d_name == '.')
			continue;
		snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
		if (entry->d_type == DT_DIR)
			read_directory(inner);
		else if (random() % 4)
			read_file(inner, inner, NOT_THERE);
		else
			read_later(inner);
	}
	closedir(directory);
}

static void read_on(const char *path, unsigned int seed)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	srandom(seed);
	while (goes_on()) {
		read_directory(path);
		pause_up_to(100);
	}
	exit(0);
}

static int print_totals(void)
{
	static const char * const names[NR_TOTALS] = {
		"files read", "files or directories not there", "files opened in vain"
	};
	int i, status = 0;

	for (i = 0; i < NR_TOTALS; i++) {
		printf("read_debugfs: %lu %s\n", totals[i], names[i]);
		if (!totals[i])
			status = 1;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };
	int i, failed = 0, status;

	if (argc != 3) {
		fprintf(stderr, "usage: read_debugfs DIRECTORY PROCESSES\n");
		return 2;
	}
	totals = mmap(NULL, NR_TOTALS * sizeof(*totals), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (totals == MAP_FAILED)
		wrong(argv[1], strerror(errno));
	setsid();
	sigaction(SIGTERM, &action, NULL);
	for (i = 0; i < atoi(argv[2]); i++)
		if (!fork())
			read_on(argv[1], i);
	while (goes_on())
		pause_up_to(200);
	kill(0, SIGTERM);
	while (wait(&status) > 0)
		failed |= status;
	return print_totals() || failed;
}
