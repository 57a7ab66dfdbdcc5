// SPDX-License-Identifier: LGPL-2.1-or-later
#include "chardev.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Every struct of the ABI begins with size and flags. */
#define CALL(fd, request, arg) ((arg)->size = sizeof(*(arg)), call(fd, request, arg))

static int call(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : ret;
}

/* -EINVAL for an id that does not fit: the kernel would see another one. */
static int set_id(char *to, const char *id)
{
	size_t len = strlen(id);

	if (len == 0 || len >= EC2_ID_LEN)
		return -EINVAL;
	memset(to, 0, EC2_ID_LEN);
	memcpy(to, id, len);
	return 0;
}

static int check_abi(int fd)
{
	struct ec2_get_info info = {0};
	int ret = ec2_chardev_info(fd, &info);

	/* something else owns that name, or an ABI from before GET_INFO's present shape */
	if (ret == -ENOTTY || ret == -EINVAL || ret == -E2BIG)
		return -EPROTO;
	if (ret)
		return ret;
	return info.abi_version == EC2_ABI_VERSION ? 0 : -EPROTO;
}

int ec2_chardev_open(void)
{
	int fd = open(EC2_CHARDEV_PATH, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	int ret;

	if (fd < 0) {
		if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
			return -ENODEV;
		return errno == EPERM ? -EACCES : -errno;
	}
	ret = check_abi(fd);
	if (ret) {
		close(fd);
		return ret;
	}
	return fd;
}

static const struct {
	int error;
	const char *text;
} explanations[] = {
	{ENODEV, EC2_CHARDEV_PATH " is not there: the ec2ctl kernel module is not loaded; "
				  "load it with `modprobe ec2ctl`"},
	{EACCES, "No permission to open " EC2_CHARDEV_PATH
		 ": run as root, or as a member of the group ec2ctl"},
	{EPROTO, "The loaded ec2ctl kernel module has another ABI version than this library: "
		 "install both from one release, then `rmmod ec2ctl` and `modprobe ec2ctl`"},
	{EMFILE, "This process has too many open files to open " EC2_CHARDEV_PATH},
	{ENFILE, "This host has too many open files to open " EC2_CHARDEV_PATH},
};

const char *ec2_chardev_explain(int error)
{
	int positive = error < 0 ? -error : error;

	for (size_t i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++)
		if (explanations[i].error == positive)
			return explanations[i].text;
	return "Cannot open " EC2_CHARDEV_PATH;
}

int ec2_chardev_info(int fd, struct ec2_get_info *info)
{
	memset(info, 0, sizeof(*info));
	return CALL(fd, EC2_GET_INFO, info);
}

int ec2_chardev_instance_create(int fd, struct ec2_instance_create *create)
{
	int ret = CALL(fd, EC2_INSTANCE_CREATE, create);

	return ret < 0 ? ret : create->fd;
}

int ec2_chardev_set_state(int instance_fd, enum ec2_state state)
{
	struct ec2_instance_set_state arg = {.state = state};

	return CALL(instance_fd, EC2_INSTANCE_SET_STATE, &arg);
}

int ec2_chardev_signal(int fd, const char *id, enum ec2_signal signal, uint32_t flags)
{
	struct ec2_instance_signal arg = {.flags = flags, .signal = signal};
	int ret = set_id(arg.id, id);

	return ret ? ret : CALL(fd, EC2_INSTANCE_SIGNAL, &arg);
}

int ec2_chardev_disk_attach(int fd, const char *id, uint32_t slot, int backing_fd,
			    const char *serial, uint32_t flags)
{
	struct ec2_disk_attach arg = {.flags = flags, .slot = slot, .fd = backing_fd};
	int ret = set_id(arg.id, id);

	memcpy(arg.serial, serial, sizeof(arg.serial));
	return ret ? ret : CALL(fd, EC2_DISK_ATTACH, &arg);
}

int ec2_chardev_disk_detach(int fd, const char *id, uint32_t slot, uint32_t flags)
{
	struct ec2_disk_detach arg = {.flags = flags, .slot = slot};
	int ret = set_id(arg.id, id);

	return ret ? ret : CALL(fd, EC2_DISK_DETACH, &arg);
}

int ec2_chardev_disk_resize(int fd, const char *id, uint32_t slot, uint64_t *capacity)
{
	struct ec2_disk_resize arg = {.slot = slot};
	int ret = set_id(arg.id, id);

	if (!ret)
		ret = CALL(fd, EC2_DISK_RESIZE, &arg);
	if (!ret && capacity)
		*capacity = arg.capacity;
	return ret;
}

int ec2_chardev_disk_limit(int fd, const char *id, uint32_t slot, struct ec2_disk_limit *limit)
{
	int ret = set_id(limit->id, id);

	limit->slot = slot;
	return ret ? ret : CALL(fd, EC2_DISK_LIMIT, limit);
}

int ec2_chardev_instance_stats(int fd, const char *id, struct ec2_instance_stats *stats)
{
	int ret;

	memset(stats, 0, sizeof(*stats));
	ret = set_id(stats->id, id);
	return ret ? ret : CALL(fd, EC2_INSTANCE_STATS, stats);
}

int ec2_chardev_disk_stats(int fd, const char *id, uint32_t slot, struct ec2_disk_stats *stats)
{
	int ret;

	memset(stats, 0, sizeof(*stats));
	stats->slot = slot;
	ret = set_id(stats->id, id);
	return ret ? ret : CALL(fd, EC2_DISK_STATS, stats);
}

int ec2_chardev_read_events(int fd, struct ec2_event *events, size_t n)
{
	ssize_t got;

	do {
		got = read(fd, events, n * sizeof(*events));
	} while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : (int)((size_t)got / sizeof(*events));
}
