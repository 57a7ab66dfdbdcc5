// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The network interface: a tap, which is let into its VPC before it is switched on. The shim has the
 * tap open as long as the instance runs, over reboots too; the tap is gone when shim and VMM are.
 * vhost-net's descriptors are each VMM's own.
 */
#include "shim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/cgroup.h"

#define KTHREADD 2

static bool is_missing(int error)
{
	return error == -ENOENT || error == -ENODEV || error == -ENXIO;
}

static int fail(struct shim *shim, const char *device, int error)
{
	if (is_missing(error))
		return shim_fail(shim, "Server.InternalError",
				 "%s is missing, which the instance's network needs: load it with"
				 " `modprobe -a vhost_net tun`",
				 device);
	return shim_fail(shim, "Server.InternalError", "cannot open %s: %s", device,
			 strerror(-error));
}

/* The device is asked for by name: what else the tap needs fails with the same codes. */
static int probe(struct shim *shim, const char *device)
{
	int fd = open(device, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return fail(shim, device, -errno);
	close(fd);
	return 0;
}

int nic_create(struct shim *shim)
{
	const struct ec2_link *link = &shim->spec->nic.link;
	int ret;

	if (!link->queues)
		return 0;
	if (probe(shim, "/dev/net/tun") || probe(shim, "/dev/vhost-net"))
		return -1;
	ret = ec2_link_create(link, 0, shim->taps);
	if (ret)
		return shim_fail(shim, "Server.InternalError", "cannot make the tap %s: %s%s",
				 link->name, strerror(-ret),
				 is_missing(ret) ? " (its filters need the kernel's modules"
						   " sch_ingress and cls_bpf)"
						 : "");
	shim->n_taps = link->queues;
	if (record_connect(shim))
		return -1;
	ret = ec2_link_up(link->name);
	return ret ? shim_fail(shim, "Server.InternalError", "cannot switch on the tap %s: %s",
			       link->name, strerror(-ret))
		   : 0;
}

int nic_open_vhost(struct shim *shim, int fds[EC2_LINK_MAX_QUEUES])
{
	for (uint32_t i = 0; i < shim->n_taps; i++) {
		fds[i] = open("/dev/vhost-net", O_RDWR | O_CLOEXEC);
		if (fds[i] < 0) {
			int error = -errno;

			nic_close(fds, i);
			return fail(shim, "/dev/vhost-net", error);
		}
	}
	return 0;
}

void nic_close(int *fds, uint32_t n)
{
	while (n--)
		close(fds[n]);
}

/* A kernel thread of that name; anybody may call a process so. */
static bool is_worker(const char *pid, const char *name)
{
	char path[300], text[128] = "", comm[32];
	int fd, parent = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	return n > 0 && sscanf(text, "%*d (%31[^)]) %*c %d", comm, &parent) == 2 &&
	       parent == KTHREADD && strcmp(comm, name) == 0;
}

void nic_charge_workers(const struct shim *shim)
{
	char name[24];
	DIR *proc = shim->in_cgroup && shim->n_taps ? opendir("/proc") : NULL;
	struct dirent *entry;

	snprintf(name, sizeof(name), "vhost-%d", (int)shim->vmm.pid);
	while (proc && (entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    is_worker(entry->d_name, name))
			(void)ec2_cgroup_enter(shim->id, atoi(entry->d_name));
	if (proc)
		closedir(proc);
}

void nic_release(struct shim *shim)
{
	nic_close(shim->taps, shim->n_taps);
	shim->n_taps = 0;
}
