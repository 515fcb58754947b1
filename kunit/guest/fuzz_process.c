// SPDX-License-Identifier: GPL-2.0
/* Processes that may be killed between any two instructions. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kv_fuzz.h"

/* Nobody outlives the parent. */
pid_t start(void (*run)(void *arg), void *arg)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		wrong("fork(): %s", strerror(errno));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run(arg);
		_exit(0);
	}
	return pid;
}

void kill_after(pid_t pid, size_t microseconds)
{
	usleep(microseconds);
	kill(pid, SIGKILL);
}

/* It has been killed, or has come to its end; if not, it has told why. */
void wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		wrong("waitpid(): %s", strerror(errno));
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		happened(KILLED);
	else if (!WIFEXITED(status) || WEXITSTATUS(status))
		wrong("a process ended with status %#x", status);
}

void begin_step(struct progress *progress)
{
	__atomic_add_fetch(&progress->begun, 1, __ATOMIC_SEQ_CST);
}

void end_step(struct progress *progress)
{
	__atomic_add_fetch(&progress->done, 1, __ATOMIC_SEQ_CST);
}
