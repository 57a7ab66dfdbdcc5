// SPDX-License-Identifier: LGPL-2.1-or-later
/* Processes with a console: a socket on stdin and stdout. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define WAIT_NS 120000000000ULL

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("bench: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

/* Descriptors 3, 4 and 5 of the child; the parent's are all O_CLOEXEC. */
static void place(const int *fds)
{
	int high[3], i;

	for (i = 0; i < 3; i++)
		high[i] = fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD_CLOEXEC, 10);
	for (i = 0; i < 3; i++)
		if (high[i] >= 0)
			dup2(high[i], 3 + i);
}

pid_t spawn(char *const argv[], int console, int fd3, int fd4, int fd5)
{
	const int fds[] = {fd3, fd4, fd5};
	pid_t pid = vfork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (console >= 0) {
		dup2(console, STDIN_FILENO);
		dup2(console, STDOUT_FILENO);
	}
	place(fds);
	execvp(argv[0], argv);
	_exit(127);
}

bool machine_spawn(struct machine *m, char *const argv[])
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return false;
	m->console = ends[0];
	m->instance = -1;
	m->len = 0;
	m->pid = spawn(argv, ends[1], -1, -1, -1);
	close(ends[1]);
	return m->pid > 0;
}

/* Take the first whole line out of the text. */
static bool take_line(struct machine *m, char *line, size_t size)
{
	char *eol = memchr(m->text, '\n', m->len);
	size_t n;

	if (!eol)
		return false;
	n = (size_t)(eol - m->text);
	snprintf(line, size, "%.*s", (int)n, m->text);
	line[strcspn(line, "\r")] = 0;
	m->len -= n + 1;
	memmove(m->text, eol + 1, m->len);
	return true;
}

bool machine_wait(struct machine *m, const char *prefix, char *line, size_t size)
{
	uint64_t end = now_ns() + WAIT_NS;
	struct pollfd p = {.fd = m->console, .events = POLLIN};
	char buf[256];
	const char *at;
	ssize_t n;

	for (;;) {
		while (take_line(m, buf, sizeof(buf))) {
			/* firmware leaves the cursor within a line */
			at = strstr(buf, prefix);
			if (getenv("BENCH_TRACE"))
				fprintf(stderr, "| %s\n", buf);
			if (strstr(buf, "FAILED"))
				fprintf(stderr, "bench: the guest says: %s\n", buf);
			if (!at)
				continue;
			if (line)
				snprintf(line, size, "%s", at);
			return true;
		}
		if (m->len == sizeof(m->text))
			m->len = 0;
		if (now_ns() > end || poll(&p, 1, 1000) < 0)
			return false;
		if (!(p.revents & (POLLIN | POLLHUP)))
			continue;
		n = read(m->console, m->text + m->len, sizeof(m->text) - m->len);
		if (n <= 0)
			return false;
		m->len += (size_t)n;
	}
}

void machine_end(struct machine *m)
{
	if (m->pid > 0) {
		kill(m->pid, SIGKILL);
		waitpid(m->pid, NULL, 0);
	}
	if (m->console >= 0)
		close(m->console);
	if (m->instance >= 0)
		close(m->instance);
	*m = (struct machine){.console = -1, .instance = -1};
}
