// SPDX-License-Identifier: LGPL-2.1-or-later
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define FOLDER "/run/netns" /* iproute2's */
#define PATH FOLDER "/" EC2_NETNS

/* A namespace's settings begin as the host's, some of them: all that matter are written. */
static const struct {
	const char *path;
	const char *value;
} settings[] = {
	{"/proc/sys/net/ipv4/ip_forward", "0"},
	{"/proc/sys/net/ipv4/conf/all/rp_filter", "0"},
	{"/proc/sys/net/ipv4/conf/default/rp_filter", "0"},
	{"/proc/sys/net/ipv6/conf/all/forwarding", "0"},
	{"/proc/sys/net/ipv6/conf/default/forwarding", "0"},
	{"/proc/sys/net/ipv6/conf/default/addr_gen_mode", "1"},
	{"/proc/sys/net/ipv6/conf/default/accept_ra", "0"},
	{"/proc/sys/net/ipv6/conf/default/disable_ipv6", "1"},
};

/* ---- threads ---- */

/* A thread's namespace can be another than its process's, and cannot leak when the thread ends. */
struct job {
	int (*fn)(void *arg);
	void *arg;
	int ret;
};

static void *run_job(void *arg)
{
	struct job *job = arg;

	job->ret = job->fn(job->arg);
	return NULL;
}

static int in_thread(int (*fn)(void *arg), void *arg)
{
	struct job job = {fn, arg, 0};
	sigset_t all, before;
	pthread_t thread;
	int error;

	/* the process's signal handlers stay out of the namespace */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, NULL, run_job, &job);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		return -error;
	pthread_join(thread, NULL);
	return job.ret;
}

struct visit {
	int netns;
	int (*fn)(void *arg);
	void *arg;
};

static int enter_and_call(void *arg)
{
	const struct visit *visit = arg;

	return setns(visit->netns, CLONE_NEWNET) < 0 ? -errno : visit->fn(visit->arg);
}

/* Return: a descriptor of the namespace, -ENOENT: the file is not there, or is nothing but a file. */
static int open_netns(void)
{
	int fd = open(PATH, O_RDONLY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) < 0 || fs.f_type != NSFS_MAGIC) {
		close(fd);
		return -ENOENT;
	}
	return fd;
}

int ec2_netns_run(int (*fn)(void *arg), void *arg)
{
	struct visit visit = {open_netns(), fn, arg};
	int ret;

	if (visit.netns < 0)
		return visit.netns;
	ret = in_thread(enter_and_call, &visit);
	close(visit.netns);
	return ret;
}

/* ---- making it ---- */

static int write_settings(void)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		int fd = open(settings[i].path, O_WRONLY | O_CLOEXEC);
		bool written;

		/* a kernel without IPv6 */
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0)
			return -errno;
		written = write(fd, settings[i].value, 1) == 1;
		close(fd);
		if (!written)
			return -EIO;
	}
	return 0;
}

/* In a thread that nobody else is in. The name comes last. */
static int make(void *arg)
{
	int ret;

	(void)arg;
	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	ret = write_settings();
	if (ret)
		return ret;
	return mount("/proc/thread-self/ns/net", PATH, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

/* As iproute2 does it: names made in one mount namespace are seen in the others. */
static int share_folder(void)
{
	if (mount(NULL, FOLDER, NULL, MS_SHARED | MS_REC, NULL) == 0)
		return 0;
	if (errno != EINVAL)
		return -errno;
	if (mount(FOLDER, FOLDER, NULL, MS_BIND | MS_REC, NULL) < 0 ||
	    mount(NULL, FOLDER, NULL, MS_SHARED | MS_REC, NULL) < 0)
		return -errno;
	return 0;
}

static int make_locked(void)
{
	int fd = open_netns(), ret;

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	if (fd != -ENOENT)
		return fd;
	ret = share_folder();
	if (ret)
		return ret;
	/* below the mount that may just have been made; it may be there, from a call that was killed */
	fd = open(PATH, O_RDONLY | O_CREAT | O_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	close(fd);
	return in_thread(make, NULL);
}

int ec2_netns_make(void)
{
	int folder, ret;

	if (mkdir(FOLDER, 0755) < 0 && errno != EEXIST)
		return -errno;
	folder = open(FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -errno;
	/* `ip netns` takes the same lock */
	ret = flock(folder, LOCK_EX) < 0 ? -errno : make_locked();
	close(folder);
	return ret;
}
