// SPDX-License-Identifier: LGPL-2.1-or-later
/* This host's kernel, behind the table of kernel.h. */
#include "host/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/chardev.h"
#include "host/launch.h"
#include "host/vpc_state.h"

static int info(struct ec2 *ec2, struct ec2_get_info *info)
{
	int fd = ec2_chardev_open();
	int ret;

	(void)ec2;
	if (fd < 0)
		return fd;
	ret = ec2_chardev_info(fd, info);
	close(fd);
	return ret;
}

static int signal_instance(struct ec2 *ec2, const char *id, uint32_t signal, uint32_t flags)
{
	int fd = ec2_chardev_open();
	int ret;

	(void)ec2;
	if (fd < 0)
		return fd;
	ret = ec2_chardev_signal(fd, id, signal, flags);
	close(fd);
	return ret;
}

static int stats(struct ec2 *ec2, const char *id, struct ec2_instance_stats *stats)
{
	int fd = ec2_chardev_open();
	int ret;

	(void)ec2;
	if (fd < 0)
		return fd;
	ret = ec2_chardev_instance_stats(fd, id, stats);
	close(fd);
	return ret;
}

static int network(struct ec2 *ec2, struct ec2_vpc_state *state, const char *fresh,
		   const char **what)
{
	(void)ec2;
	return ec2_vpc_apply(state, fresh, what);
}

static uint64_t meminfo(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	return line ? strtoull(line + strlen(name), NULL, 10) * 1024 : 0;
}

static int capacity(struct ec2 *ec2, struct ec2_host_capacity *host)
{
	char text[4096];
	FILE *f = fopen("/proc/meminfo", "re");
	size_t n;

	(void)ec2;
	if (!f)
		return -errno;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = 0;
	host->memory_available = meminfo(text, "MemAvailable:");
	host->memory_total = meminfo(text, "MemTotal:");
	host->cpus = sysconf(_SC_NPROCESSORS_ONLN);
	return host->memory_total && host->cpus ? 0 : -EIO;
}

static char *boot_id(struct ec2 *ec2)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
	char text[64] = "";

	(void)ec2;
	if (!f)
		return NULL;
	if (fgets(text, sizeof(text), f))
		text[strcspn(text, "\n")] = 0;
	fclose(f);
	return *text ? strdup(text) : NULL;
}

const struct ec2_kernel_ops ec2_kernel_host = {
	.info = info,
	.signal = signal_instance,
	.stats = stats,
	.launch = ec2_launch,
	.alive = ec2_launch_alive,
	.clean = ec2_launch_clean,
	.network = network,
	.capacity = capacity,
	.boot_id = boot_id,
};
