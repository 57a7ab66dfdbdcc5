// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <linux/kvm.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/cgroup.h"
#include "host/chardev.h"

/* the same instance's last run may still be closing in the kernel */
#define CREATE_TRIES 200
#define CREATE_PAUSE_US 50000
#define CGROUP_TIMEOUT_MS 10000

/* Everything but the guest's memory: VMM, shim, page tables, virtqueues, the module's buffers. */
static uint64_t memory_max(uint64_t guest)
{
	return guest + guest / 8 + (256ULL << 20);
}

static int check_kvm(struct shim *shim)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (fd >= 0) {
		bool speaks = ioctl(fd, KVM_GET_API_VERSION, 0) == KVM_API_VERSION;

		close(fd);
		return speaks ? 0
			      : shim_fail(shim, "Server.InternalError",
					  "/dev/kvm is not KVM's device: remove what stands in its"
					  " place (`ls -l /dev/kvm` of a good one: character device"
					  " 10, 232)");
	}
	if (errno == ENOENT || errno == ENODEV || errno == ENXIO)
		return shim_fail(
			shim, "Server.InternalError",
			"there is no KVM on this host (/dev/kvm: %s): turn on virtualization in"
			" the firmware, and load it with `modprobe kvm_intel` or `modprobe kvm_amd`",
			strerror(errno));
	return shim_fail(shim, "Server.InternalError", "cannot open /dev/kvm: %s", strerror(errno));
}

static int create_instance(struct shim *shim)
{
	const struct ec2_launch_spec *spec = shim->spec;
	struct ec2_instance_create create = {
		.flags = spec->credit_flags,
		.memory = spec->memory,
		.vcpus = spec->vcpus,
		.credits_per_hour = spec->credits_per_hour,
		.credit_cap = spec->credit_cap,
		.baseline = spec->baseline,
		.credit_balance = spec->credit_balance,
	};
	int fd = -EEXIST;

	strncpy(create.id, shim->id, sizeof(create.id) - 1);
	for (int i = 0; i < CREATE_TRIES && fd == -EEXIST; i++) {
		if (i)
			usleep(CREATE_PAUSE_US);
		fd = ec2_chardev_instance_create(shim->control, &create);
	}
	if (fd == -ENOSPC || fd == -ENOMEM)
		return shim_fail(shim, "InsufficientInstanceCapacity",
				 "the kernel module cannot take another instance: %s",
				 strerror(-fd));
	if (fd < 0)
		return shim_fail(shim, "Server.InternalError",
				 "the kernel module refused the instance: %s", strerror(-fd));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	shim->instance = (struct source){fd, life_events};
	return shim_watch(shim, &shim->instance, EPOLLIN)
		       ? shim_fail(shim, "Server.InternalError", "cannot watch the instance")
		       : 0;
}

/* The module does direct I/O whatever the flag; with it a file that cannot is found out here. */
static int open_volume(const struct ec2_launch_disk *disk)
{
	int mode = (disk->read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK;
	int fd = open(disk->path, mode | O_DIRECT);

	return fd < 0 && errno == EINVAL ? open(disk->path, mode) : fd;
}

static int attach_disks(struct shim *shim)
{
	for (uint32_t i = 0; i < shim->spec->n_disks; i++) {
		const struct ec2_launch_disk *disk = &shim->spec->disks[i];
		int fd = open_volume(disk), ret;

		if (fd < 0)
			return shim_fail(shim, "Server.InternalError", "cannot open volume %s: %s",
					 disk->path, strerror(errno));
		ret = ec2_chardev_disk_attach(shim->control, shim->id, disk->slot, fd, disk->serial,
					      disk->read_only ? EC2_DISK_READONLY : 0);
		close(fd);
		if (ret)
			return shim_fail(shim, "Server.InternalError",
					 "cannot attach volume %s: %s", disk->path, strerror(-ret));
	}
	return 0;
}

static int open_kernel(struct shim *shim)
{
	const struct ec2_launch_spec *spec = shim->spec;

	shim->kernel_fd = open(spec->kernel, O_RDONLY | O_CLOEXEC);
	if (shim->kernel_fd < 0)
		return shim_fail(shim, "Server.InternalError", "cannot open kernel %s: %s",
				 spec->kernel, strerror(errno));
	if (!spec->initrd)
		return 0;
	shim->initrd_fd = open(spec->initrd, O_RDONLY | O_CLOEXEC);
	if (shim->initrd_fd < 0)
		return shim_fail(shim, "Server.InternalError", "cannot open ramdisk %s: %s",
				 spec->initrd, strerror(errno));
	return 0;
}

/* Without cgroup v2 the instance runs, with its use charged to whoever started it. */
static void enter_cgroup(struct shim *shim)
{
	if (ec2_cgroup_make(shim->id) || ec2_cgroup_enter(shim->id, 0))
		return;
	shim->in_cgroup = true;
	(void)ec2_cgroup_set_weight(shim->id, shim->spec->vcpus);
	(void)ec2_cgroup_set_memory_max(shim->id, memory_max(shim->spec->memory));
}

int machine_create(struct shim *shim)
{
	if (check_kvm(shim))
		return -1;
	shim->control = ec2_chardev_open();
	if (shim->control < 0)
		return shim_fail(shim, "Server.InternalError", "%s",
				 ec2_chardev_explain(shim->control));
	enter_cgroup(shim);
	if (create_instance(shim) || open_kernel(shim) || nic_create(shim))
		return -1;
	return attach_disks(shim);
}

static void remove_run_file(const struct shim *shim, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s/%s", shim->run_dir, shim->id, name);
	(void)unlink(path);
}

/* The lock goes after everything that a next launch would find in its way. */
void machine_release(struct shim *shim)
{
	char path[512];

	shim_unwatch(&shim->instance);
	if (shim->control >= 0)
		close(shim->control);
	nic_release(shim);
	(void)ec2_cgroup_remove(shim->id, CGROUP_TIMEOUT_MS);
	remove_run_file(shim, "shim.pid");
	remove_run_file(shim, "lock");
	snprintf(path, sizeof(path), "%s/%s", shim->run_dir, shim->id);
	(void)rmdir(path);
	close(shim->lock_fd);
}
