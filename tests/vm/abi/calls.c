// SPDX-License-Identifier: LGPL-2.1-or-later
/* The calls that the tests begin with. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"

int open_control(void)
{
	int fd = open("/dev/ec2ctl", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("/dev/ec2ctl opens");
	return fd;
}

int make_instance(int control, const char *id, unsigned int vcpus)
{
	struct ec2_instance_create args = {
		.size = sizeof(args),
		.memory = MEMORY,
		.vcpus = vcpus,
	};

	snprintf(args.id, sizeof(args.id), "%s", id);
	if (ioctl(control, EC2_INSTANCE_CREATE, &args))
		die("instance %s is made", id);
	return args.fd;
}

int make_vm(int instance, int kvm)
{
	struct ec2_vm_create args = {.size = sizeof(args), .kvm_fd = kvm};

	return ioctl(instance, EC2_VM_CREATE, &args) ? -1 : args.fd;
}

int set_state(int instance, unsigned int state)
{
	struct ec2_instance_set_state args = {.size = sizeof(args), .state = state};

	return ioctl(instance, EC2_INSTANCE_SET_STATE, &args);
}

int send_signal(int control, const char *id, unsigned int signal, unsigned int flags)
{
	struct ec2_instance_signal args = {.size = sizeof(args), .flags = flags, .signal = signal};

	snprintf(args.id, sizeof(args.id), "%s", id);
	return ioctl(control, EC2_INSTANCE_SIGNAL, &args);
}

struct ec2_instance_stats stats(int control, const char *id)
{
	struct ec2_instance_stats args = {.size = sizeof(args)};

	snprintf(args.id, sizeof(args.id), "%s", id);
	if (ioctl(control, EC2_INSTANCE_STATS, &args))
		die("statistics of %s", id);
	return args;
}

bool next_event(int fd, unsigned int type, struct ec2_event *event)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	while (poll(&p, 1, 1000) > 0) {
		if (read(fd, event, sizeof(*event)) != sizeof(*event))
			return false;
		if (event->type == type)
			return true;
	}
	return false;
}
