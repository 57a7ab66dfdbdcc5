// SPDX-License-Identifier: LGPL-2.1-or-later
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "links.h"
#include "paths.h"

extern char **environ;

/* The shim gives up by itself before this; only a shim that cannot run at all is slower. */
#define READY_TIMEOUT_MS 150000
/* ec2_launch_alive() holds the lock for a moment, an ended shim until it has cleaned up */
#define LOCK_RETRIES 2000
#define LOCK_RETRY_US 5000
#define CLEAN_TIMEOUT_MS 10000

/* where the shim finds them; all above is closed */
#define SHIM_LOCK_FD 3
#define SHIM_READY_FD 4

static int path_of(struct ec2 *ec2, const char *id, const char *file, char *path, size_t size)
{
	int n = snprintf(path, size, "%s/%s%s%s", ec2_run_dir(ec2), id, file ? "/" : "",
			 file ? file : "");

	return n < (int)size ? 0 : -ENAMETOOLONG;
}

/* Fail with an EC2 error code and a text. */
static int fail(char **code, char **message, int error, const char *ec2_code, const char *text,
		const char *detail)
{
	*code = strdup(ec2_code);
	if (asprintf(message, "%s%s%s", text, detail ? ": " : "", detail ? detail : "") < 0)
		*message = NULL;
	return error;
}

static int make_dir(const char *path)
{
	return mkdir(path, 0711) == 0 || errno == EEXIST ? 0 : -errno;
}

/* The group ec2ctl may see whether an instance lives; others could hold the lock to spite it. */
static void let_group_read(int fd)
{
	char buffer[1024];
	struct group group, *found = NULL;

	if (getgrnam_r("ec2ctl", &group, buffer, sizeof(buffer), &found) == 0 && found &&
	    fchown(fd, (uid_t)-1, found->gr_gid) == 0)
		(void)!fchmod(fd, 0640);
}

/* The lock of a file that is still there: an ending shim unlinks its own. -EBUSY: it is held. */
static int try_lock(const char *path)
{
	struct stat held, named;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		return -EBUSY;
	}
	if (fstat(fd, &held) < 0 || stat(path, &named) < 0 || held.st_ino != named.st_ino) {
		close(fd);
		return -EAGAIN;
	}
	let_group_read(fd);
	return fd;
}

static int take_lock(struct ec2 *ec2, const char *id)
{
	char dir[512], path[512];
	int ret = path_of(ec2, id, NULL, dir, sizeof(dir));

	if (!ret)
		ret = path_of(ec2, id, "lock", path, sizeof(path));
	if (!ret)
		ret = make_dir(ec2_run_dir(ec2));
	if (ret)
		return ret;
	for (int i = 0; i < LOCK_RETRIES; i++) {
		ret = make_dir(dir);
		if (ret)
			return ret;
		ret = try_lock(path);
		/* ENOENT: the directory went between the two calls, with its shim */
		if (ret != -EBUSY && ret != -EAGAIN && ret != -ENOENT)
			return ret;
		usleep(LOCK_RETRY_US);
	}
	return ret;
}

/* Its tap is gone with the last process that had it open; what may still be there is not waited for. */
static int remove_link(const char *id)
{
	char name[EC2_LINK_NAME];

	ec2_link_name(id, name);
	return ec2_link_delete(name);
}

/* With the lock held: whatever lives there has no shim any more. The lock's file goes last. */
static int clean_locked(struct ec2 *ec2, const char *id, int keep_dir)
{
	static const char *const files[] = {"console.sock", "shim.pid"};
	char path[512];
	int ret;

	(void)ec2_cgroup_kill(id);
	ret = ec2_cgroup_remove(id, CLEAN_TIMEOUT_MS);
	if (!ret)
		ret = remove_link(id);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!path_of(ec2, id, files[i], path, sizeof(path)))
			(void)unlink(path);
	if (keep_dir)
		return ret;
	if (!path_of(ec2, id, "lock", path, sizeof(path)))
		(void)unlink(path);
	if (!path_of(ec2, id, NULL, path, sizeof(path)))
		(void)rmdir(path);
	return ret;
}

int ec2_launch_clean(struct ec2 *ec2, const char *instance_id)
{
	char dir[512];
	struct stat st;
	int fd, ret = path_of(ec2, instance_id, NULL, dir, sizeof(dir));

	if (ret)
		return ret;
	if (stat(dir, &st) < 0) {
		ret = ec2_cgroup_remove(instance_id, 0);
		return ret ? ret : remove_link(instance_id);
	}
	fd = take_lock(ec2, instance_id);
	if (fd < 0)
		return fd;
	ret = clean_locked(ec2, instance_id, 0);
	close(fd);
	return ret;
}

int ec2_launch_alive(struct ec2 *ec2, const char *instance_id)
{
	char path[512];
	int fd, ret = path_of(ec2, instance_id, "lock", path, sizeof(path));

	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	ret = flock(fd, LOCK_SH | LOCK_NB) == 0 ? 0 : errno == EWOULDBLOCK ? 1 : -errno;
	close(fd);
	return ret;
}

/* The caller's environment may hold secrets; a process that lives for months gets what it needs. */
static char **shim_environment(void)
{
	static const char *const keep[] = {
		"EC2CTL_", "PATH=", "TZ=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "LD_LIBRARY_PATH="};
	size_t n = 0, kept = 0;
	char **env;

	while (environ && environ[n])
		n++;
	env = calloc(n + 1, sizeof(*env));
	for (size_t i = 0; env && i < n; i++)
		for (size_t k = 0; k < sizeof(keep) / sizeof(keep[0]); k++)
			if (strncmp(environ[i], keep[k], strlen(keep[k])) == 0) {
				env[kept++] = environ[i];
				break;
			}
	return env;
}

/*
 * In the grandchild of a process that may have threads: async-signal-safe calls only, and
 * descriptors moved out of the way of their new places first.
 */
static void become_shim(int lock_fd, int ready_fd, char *const *argv, char *const *env)
{
	struct sigaction ignore_nothing = {.sa_handler = SIG_DFL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	lock_fd = fcntl(lock_fd, F_DUPFD_CLOEXEC, 10);
	ready_fd = fcntl(ready_fd, F_DUPFD_CLOEXEC, 10);
	null = fcntl(null, F_DUPFD_CLOEXEC, 10);
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			_exit(127);
	if (dup2(lock_fd, SHIM_LOCK_FD) < 0 || dup2(ready_fd, SHIM_READY_FD) < 0)
		_exit(127);
	if (close_range(SHIM_READY_FD + 1, ~0U, 0) < 0)
		_exit(127);
	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &ignore_nothing, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
	if (chdir("/") < 0)
		_exit(127);
	execve(argv[0], argv, env);
	dprintf(SHIM_READY_FD, "Server.InternalError: cannot run %s: error %d\n", argv[0], errno);
	_exit(127);
}

/* Two forks, so that the caller gets neither a child to reap nor a shim in its session. */
static int spawn(char *const *argv, char *const *env, int lock_fd, int ready_fd)
{
	sigset_t all, before;
	int status;
	pid_t child;

	/* a handler of the caller's must not run in the children */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	child = fork();
	if (child == 0) {
		setsid();
		child = fork();
		if (child == 0)
			become_shim(lock_fd, ready_fd, argv, env);
		_exit(child < 0);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (child < 0)
		return -errno;
	while (waitpid(child, &status, 0) < 0) {
		if (errno == EINTR)
			continue;
		return 0; /* reaped by a handler of the caller's; the pipe tells the rest */
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EAGAIN;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* The shim's one line, without its newline. Return: its length, 0 at end of file. */
static int read_line(int fd, char *line, size_t size)
{
	int64_t deadline = now_ms() + READY_TIMEOUT_MS;
	size_t len = 0;

	while (len < size - 1) {
		struct pollfd pfd = {.fd = fd, .events = POLLIN};
		int64_t left = deadline - now_ms();
		ssize_t n;

		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&pfd, 1, (int)left) <= 0)
			continue;
		n = read(fd, line + len, size - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
		if (memchr(line, '\n', len))
			break;
	}
	line[len] = 0;
	line[strcspn(line, "\n")] = 0;
	return (int)strlen(line);
}

static int await_ready(int fd, char **code, char **message)
{
	char line[1024], *colon;
	int n = read_line(fd, line, sizeof(line));

	if (n == -ETIMEDOUT)
		return fail(code, message, n, "Server.InternalError",
			    "The instance's shim did not answer in time", NULL);
	if (n <= 0)
		return fail(code, message, -EIO, "Server.InternalError",
			    "The instance's shim ended before the instance ran", NULL);
	if (strcmp(line, "ok") == 0)
		return 0;
	colon = strstr(line, ": ");
	if (!colon)
		return fail(code, message, -EIO, "Server.InternalError", line, NULL);
	*colon = 0;
	return fail(code, message, -EIO, line, colon + 2, NULL);
}

static int start_shim(struct ec2 *ec2, const char *id, int lock_fd, char **code, char **message)
{
	char program[512], lock_arg[12], ready_arg[12];
	int pipe_fds[2], ret;
	char **env = NULL;
	char *argv[] = {program,
			"--state-dir",
			(char *)ec2_state_dir(ec2),
			"--run-dir",
			(char *)ec2_run_dir(ec2),
			"--lock-fd",
			lock_arg,
			"--ready-fd",
			ready_arg,
			(char *)id,
			NULL};

	snprintf(program, sizeof(program), "%s/ec2-shim", ec2_libexec_dir(ec2));
	snprintf(lock_arg, sizeof(lock_arg), "%d", SHIM_LOCK_FD);
	snprintf(ready_arg, sizeof(ready_arg), "%d", SHIM_READY_FD);
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return fail(code, message, -errno, "Server.InternalError", "Cannot make a pipe",
			    strerror(errno));
	env = shim_environment();
	ret = env ? spawn(argv, env, lock_fd, pipe_fds[1]) : -ENOMEM;
	free(env);
	close(pipe_fds[1]);
	if (ret)
		fail(code, message, ret, "Server.InternalError", "Cannot start the instance's shim",
		     strerror(-ret));
	else
		ret = await_ready(pipe_fds[0], code, message);
	close(pipe_fds[0]);
	return ret;
}

int ec2_launch(struct ec2 *ec2, const char *instance_id, char **code, char **message)
{
	int lock_fd = take_lock(ec2, instance_id);
	int ret;

	*code = NULL;
	*message = NULL;
	if (lock_fd == -EBUSY)
		return fail(code, message, lock_fd, "IncorrectInstanceState",
			    "The instance is still running or ending", instance_id);
	if (lock_fd < 0)
		return fail(code, message, lock_fd, "Server.InternalError",
			    "Cannot make the run directory", strerror(-lock_fd));
	ret = clean_locked(ec2, instance_id, 1);
	if (ret)
		fail(code, message, ret, "Server.InternalError",
		     "What an earlier run of the instance left cannot be removed", strerror(-ret));
	else
		ret = start_shim(ec2, instance_id, lock_fd, code, message);
	close(lock_fd);
	return ret;
}
