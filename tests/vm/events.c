// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * For events.test: generic netlink as a stranger to the library speaks it, and events by the hundred.
 *
 *   events dump instances|disks   a line per message: ID SEQ and what else it tells
 *   events join                   joins the group of events
 *   events storm COUNT            attaches and detaches a disk of an instance of its own; COUNT events or more
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/chardev.h"
#include "kmod/uapi/ec2ctl_netlink.h"

#define STORM_ID "i-0000000000057042a"

static struct mnl_socket *sock;
static char buffer[32768];

static int fail(const char *what, int error)
{
	fprintf(stderr, "%s: %s\n", what, strerror(error));
	return 1;
}

/* Return: 0 or errno. */
static int ask(__u16 type, __u16 flags, __u8 command, const char *name, mnl_cb_t each, void *arg)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *generic;
	int run = 1;

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));
	generic->cmd = command;
	generic->version = 1;
	if (name)
		mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, name);
	if (mnl_socket_sendto(sock, header, header->nlmsg_len) < 0)
		return errno;
	while (run > 0) {
		ssize_t n = mnl_socket_recvfrom(sock, buffer, sizeof(buffer));

		if (n < 0)
			return errno;
		run = mnl_cb_run(buffer, n, 0, mnl_socket_get_portid(sock), each, arg);
	}
	return run < 0 ? errno : 0;
}

struct family {
	__u16 id;
	__u32 group;
};

static int on_family(const struct nlmsghdr *header, void *arg)
{
	struct family *family = arg;
	const struct nlattr *attr, *group, *field;

	mnl_attr_for_each(attr, header, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			family->id = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		/* the family has one group */
		mnl_attr_for_each_nested(group, attr)
			mnl_attr_for_each_nested(field, group)
				if (mnl_attr_get_type(field) == CTRL_ATTR_MCAST_GRP_ID)
					family->group = mnl_attr_get_u32(field);
	}
	return MNL_CB_OK;
}

static const struct {
	int attr;
	const char *name;
	bool wide;
} fields[] = {
	{EC2_ATTR_SEQ, "seq", true},
	{EC2_ATTR_STATE, "state", false},
	{EC2_ATTR_VMM_PID, "vmm-pid", false},
	{EC2_ATTR_SLOT, "slot", false},
	{EC2_ATTR_CAPACITY, "capacity", true},
	{EC2_ATTR_READ_OPS, "read-ops", true},
	{EC2_ATTR_READ_BYTES, "read-bytes", true},
	{EC2_ATTR_WRITE_OPS, "write-ops", true},
	{EC2_ATTR_WRITE_BYTES, "write-bytes", true},
	{EC2_ATTR_ERRORS, "errors", true},
	{EC2_ATTR_RUNNING_NS, "running-ns", true},
	{EC2_ATTR_VCPU_NS, "vcpu-ns", true},
};

static int on_entry(const struct nlmsghdr *header, void *arg)
{
	const struct nlattr *attr, *found[EC2_ATTR_MAX + 1] = {NULL};

	(void)arg;
	mnl_attr_for_each(attr, header, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) <= EC2_ATTR_MAX)
			found[mnl_attr_get_type(attr)] = attr;
	printf("%s", found[EC2_ATTR_ID] ? mnl_attr_get_str(found[EC2_ATTR_ID]) : "?");
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		attr = found[fields[i].attr];
		if (attr)
			printf(" %s=%" PRIu64, fields[i].name,
			       fields[i].wide ? mnl_attr_get_u64(attr) :
						(uint64_t)mnl_attr_get_u32(attr));
	}
	printf("%s\n", found[EC2_ATTR_VM_ON] ? " vm-on" : "");
	return MNL_CB_OK;
}

static int open_family(struct family *family)
{
	int error;

	sock = mnl_socket_open(NETLINK_GENERIC);
	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return fail("netlink", errno);
	error = ask(GENL_ID_CTRL, NLM_F_ACK, CTRL_CMD_GETFAMILY, EC2_GENL_NAME, on_family, family);
	return error ? fail("family", error) : 0;
}

static int dump(const char *what)
{
	struct family family = {0};
	int error;

	if (open_family(&family))
		return 1;
	error = ask(family.id, NLM_F_DUMP,
		    strcmp(what, "disks") ? EC2_CMD_GET_INSTANCES : EC2_CMD_GET_DISKS, NULL, on_entry,
		    NULL);
	return error ? fail("dump", error) : 0;
}

static int join(void)
{
	struct family family = {0};

	if (open_family(&family))
		return 1;
	if (mnl_socket_setsockopt(sock, NETLINK_ADD_MEMBERSHIP, &family.group, sizeof(family.group)))
		return fail("join", errno);
	return 0;
}

/* A slot is free once the module's worker has let go of the disk that was there. */
static int attach(int fd, int backing)
{
	int err;

	for (int i = 0; i < 5000; i++) {
		err = ec2_chardev_disk_attach(fd, STORM_ID, 0, backing, "vol0000000000000001", 0);
		if (err != -EEXIST && err != -EBUSY)
			break;
		usleep(1000);
	}
	return err;
}

static int storm(int count)
{
	struct ec2_instance_create create = {.id = STORM_ID, .memory = 1 << 20, .vcpus = 1};
	int fd = ec2_chardev_open();
	int backing = open("/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int instance, err;

	if (fd < 0)
		return fail("/dev/ec2ctl", -fd);
	if (backing < 0 || ftruncate(backing, 1 << 20))
		return fail("the disk", errno);
	instance = ec2_chardev_instance_create(fd, &create);
	if (instance < 0)
		return fail("the instance", -instance);
	for (int i = 0; i < count; i += 2) {
		err = attach(fd, backing);
		if (!err)
			err = ec2_chardev_disk_detach(fd, STORM_ID, 0, EC2_DISK_DETACH_FORCE);
		if (err)
			return fail("the disk", -err);
	}
	close(instance);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "dump"))
		return dump(argv[2]);
	if (argc == 2 && !strcmp(argv[1], "join"))
		return join();
	if (argc == 3 && !strcmp(argv[1], "storm"))
		return storm(atoi(argv[2]));
	fprintf(stderr, "usage: events dump instances|disks | join | storm COUNT\n");
	return 2;
}
