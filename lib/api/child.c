// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/db.h"

/* More output than this is not kept. */
#define MAX_OUTPUT (256 * 1024)
/* qemu-img on the largest images stays far below. */
#define MAX_MEMORY (2ULL * 1024 * 1024 * 1024)
#define MAX_CPU_SECONDS 3600

struct stream {
	int fd;
	char *text;
	size_t n;
};

static int read_stream(struct stream *stream, const struct ec2_child *child)
{
	char buffer[4096];
	ssize_t got = read(stream->fd, buffer, sizeof(buffer));
	size_t room = MAX_OUTPUT - stream->n;

	if (got < 0)
		return errno == EINTR ? 1 : -errno;
	if (got == 0)
		return 0;
	if ((size_t)got < room)
		room = got;
	memcpy(stream->text + stream->n, buffer, room);
	stream->n += room;
	stream->text[stream->n] = 0;
	if (child->on_output) {
		buffer[got < (ssize_t)sizeof(buffer) ? got : (ssize_t)sizeof(buffer) - 1] = 0;
		if (child->on_output(child->arg, buffer))
			return -ECANCELED;
	}
	return 1;
}

/* Until both are closed: the child has ended, or wants to be heard no more. */
static int collect(struct stream streams[2], const struct ec2_child *child)
{
	struct pollfd fds[2] = {{.fd = streams[0].fd, .events = POLLIN},
				{.fd = streams[1].fd, .events = POLLIN}};

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < 2; i++) {
			int ret = fds[i].fd >= 0 && fds[i].revents ? read_stream(&streams[i], child)
								   : 1;

			if (ret < 0)
				return ret;
			if (ret == 0)
				fds[i].fd = -1;
		}
	}
	return 0;
}

static void limit(void)
{
	const struct rlimit memory = {MAX_MEMORY, MAX_MEMORY};
	const struct rlimit cpu = {MAX_CPU_SECONDS, MAX_CPU_SECONDS};
	const struct rlimit files = {256, 256};
	const struct rlimit core = {0, 0};

	setrlimit(RLIMIT_AS, &memory);
	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_NOFILE, &files);
	setrlimit(RLIMIT_CORE, &core);
}

/*
 * It parses a stranger's bytes. It stays the caller's user, whose files it reads and writes, but root
 * without capabilities (but those that drops_root wants), without a network and without ways to gain
 * anything.
 */
static void confine(bool drops_root)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	const __u32 kept = drops_root ? 1U << CAP_SETUID | 1U << CAP_SETGID : 0;
	/* inheritable too, or exec would take them: no_new_privs lets nothing be gained */
	struct __user_cap_data_struct caps[2] = {{kept, kept, kept}};

	unshare(CLONE_NEWNET); /* not for everybody; then there is less to lose, too */
	for (int cap = 0; cap <= 63; cap++) {
		if (cap > 31 || !(kept & 1U << cap))
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	}
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	syscall(SYS_capset, &header, caps);
	limit();
}

/* In the child of a process that may have threads: system calls only. */
static void become(const struct ec2_child *child, int out, int err, pid_t parent)
{
	static char *const environment[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
		NULL};
	sigset_t none;
	int null;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(127);
	null = open("/dev/null", O_RDONLY);
	if (dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(127);
	close_range(3, ~0U, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	confine(child->drops_root);
	execvpe(child->argv[0], (char *const *)child->argv, environment);
	_exit(errno == ENOENT ? 127 : 126);
}

/* One line is enough for a message. */
static void first_line(char *text)
{
	text[strcspn(text, "\r\n")] = 0;
}

static int run(const struct ec2_child *child, struct stream streams[2], int ends[2])
{
	pid_t parent = getpid();
	pid_t pid = fork();
	int ret, status;

	if (pid == 0)
		become(child, ends[0], ends[1], parent);
	ret = pid < 0 ? -errno : 0;
	close(ends[0]);
	close(ends[1]);
	if (ret)
		return ret;
	ret = collect(streams, child);
	if (ret)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!ret && WIFEXITED(status) && WEXITSTATUS(status) == 127)
		ret = -ENOENT;
	else if (!ret && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
		ret = -EPROTO;
	return ret;
}

static int run_piped(const struct ec2_child *child, struct stream streams[2])
{
	int out[2], err[2], ret;

	if (pipe2(out, O_CLOEXEC))
		return -errno;
	if (pipe2(err, O_CLOEXEC)) {
		ret = -errno;
		close(out[0]);
		close(out[1]);
		return ret;
	}
	streams[0].fd = out[0];
	streams[1].fd = err[0];
	ret = run(child, streams, (int[2]){out[1], err[1]});
	close(out[0]);
	close(err[0]);
	return ret;
}

int ec2_child_run(struct ec2 *ec2, const struct ec2_child *child)
{
	struct stream streams[2] = {{.text = calloc(1, MAX_OUTPUT + 1)},
				    {.text = calloc(1, MAX_OUTPUT + 1)}};
	int ret = -ENOMEM;

	(void)ec2;
	if (streams[0].text && streams[1].text) {
		ret = run_piped(child, streams);
		first_line(streams[1].text);
	}
	*child->out = streams[0].text;
	*child->err = streams[1].text;
	return ret;
}
