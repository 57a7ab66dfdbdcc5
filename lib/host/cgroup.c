// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include <unistd.h>

#define ROOT "/sys/fs/cgroup"
/* on hosts with cgroup v1 as well, systemd mounts v2 here, with whatever controllers are free */
#define ROOT_HYBRID "/sys/fs/cgroup/unified"
#define PARENT "ec2ctl"
#define PERIOD_US 100000
#define RETRY_US 5000

static const char *root(void)
{
	static const char *const places[] = {ROOT, ROOT_HYBRID};
	struct statfs fs;

	for (size_t i = 0; i < 2; i++)
		if (statfs(places[i], &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
			return places[i];
	return NULL;
}

static int path_of(char *path, size_t size, const char *id, const char *file)
{
	const char *top = root();
	int n;

	if (!top)
		return -EOPNOTSUPP;
	n = snprintf(path, size, "%s/" PARENT "%s%s%s%s", top, id ? "/" : "", id ? id : "",
		     file ? "/" : "", file ? file : "");
	return n < (int)size ? 0 : -ENAMETOOLONG;
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;
	int ret;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	ret = n < 0 ? -errno : 0;
	close(fd);
	return ret;
}

static int set(const char *id, const char *file, const char *text)
{
	char path[256];
	int ret = path_of(path, sizeof(path), id, file);

	return ret ? ret : write_text(path, text);
}

static int make_dir(const char *id)
{
	char path[256];
	int ret = path_of(path, sizeof(path), id, NULL);

	if (ret)
		return ret;
	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		return 0;
	return errno == EROFS || errno == EACCES || errno == EPERM ? -EOPNOTSUPP : -errno;
}

/* One by one: a controller that this host lacks (or v1 holds) must not cost the others. */
static void enable_controllers(const char *id)
{
	static const char *const controllers[] = {"+cpu", "+memory", "+io"};
	char path[256];

	if (id) {
		if (path_of(path, sizeof(path), NULL, "cgroup.subtree_control"))
			return;
	} else {
		snprintf(path, sizeof(path), "%s/cgroup.subtree_control", root());
	}
	for (size_t i = 0; i < 3; i++)
		(void)write_text(path, controllers[i]);
}

int ec2_cgroup_make(const char *id)
{
	int ret;

	if (!root())
		return -EOPNOTSUPP;
	enable_controllers(NULL);
	ret = make_dir(NULL);
	if (ret)
		return ret;
	enable_controllers(id);
	return make_dir(id);
}

int ec2_cgroup_enter(const char *id, pid_t pid)
{
	char text[24];

	snprintf(text, sizeof(text), "%d", (int)pid);
	return set(id, "cgroup.procs", text);
}

int ec2_cgroup_set_weight(const char *id, uint32_t vcpus)
{
	char text[24];
	/* the default for one process is 100; the file's range is 1 to 10000 */
	uint32_t weight = vcpus * 100;

	snprintf(text, sizeof(text), "%u", weight > 10000 ? 10000 : weight);
	return set(id, "cpu.weight", text);
}

int ec2_cgroup_set_cpu_max(const char *id, uint64_t quota_us)
{
	char text[48];

	if (quota_us)
		snprintf(text, sizeof(text), "%llu %d", (unsigned long long)quota_us, PERIOD_US);
	else
		snprintf(text, sizeof(text), "max %d", PERIOD_US);
	return set(id, "cpu.max", text);
}

int ec2_cgroup_set_memory_max(const char *id, uint64_t bytes)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	return set(id, "memory.max", text);
}

int ec2_cgroup_kill(const char *id)
{
	return set(id, "cgroup.kill", "1");
}

/* A group cannot be removed from inside. Only the shim is in one; others must not be moved. */
static void leave(const char *id)
{
	char text[4096], own[64], path[64];
	int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return;
	text[n] = 0;
	snprintf(own, sizeof(own), "/" PARENT "/%s\n", id);
	if (!strstr(text, own))
		return;
	snprintf(path, sizeof(path), "%s/cgroup.procs", root());
	(void)write_text(path, "0");
}

int ec2_cgroup_remove(const char *id, int timeout_ms)
{
	char path[256];
	int ret = path_of(path, sizeof(path), id, NULL);

	if (ret)
		return ret == -EOPNOTSUPP ? 0 : ret;
	leave(id);
	for (int waited = 0;; waited += RETRY_US / 1000) {
		if (rmdir(path) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -errno;
		if (waited >= timeout_ms)
			return -EBUSY;
		usleep(RETRY_US);
	}
}
