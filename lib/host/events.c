// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/events.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kmod/uapi/ec2ctl_netlink.h"

#define BUFFER 32768

struct ec2_events {
	struct mnl_socket *netlink; /* NULL: `fd` is /dev/ec2ctl */
	int fd;
	__u64 seq; /* of the last event; 0 = none yet */
	/* events read and not yet given */
	struct ec2_event queue[BUFFER / 64];
	size_t head, n;
};

struct family {
	__u16 id;
	__u32 group;
};

/* ---- generic netlink ---- */

static struct nlmsghdr *request(char *buffer, __u16 type, __u16 flags, __u8 command)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *generic;

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	header->nlmsg_seq = 1;
	generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));
	generic->cmd = command;
	generic->version = 1;
	return header;
}

static int talk(struct mnl_socket *socket, struct nlmsghdr *header, mnl_cb_t each, void *arg)
{
	char buffer[BUFFER];
	int run = 1;

	if (mnl_socket_sendto(socket, header, header->nlmsg_len) < 0)
		return -errno;
	while (run > 0) {
		ssize_t n = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		run = mnl_cb_run(buffer, n, 1, mnl_socket_get_portid(socket), each, arg);
	}
	return run < 0 ? -errno : 0;
}

static void find_group(const struct nlattr *groups, struct family *family)
{
	const struct nlattr *group, *attr;

	mnl_attr_for_each_nested(group, groups) {
		const char *name = "";
		__u32 id = 0;

		mnl_attr_for_each_nested(attr, group) {
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
				name = mnl_attr_get_str(attr);
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
				id = mnl_attr_get_u32(attr);
		}
		if (!strcmp(name, EC2_GENL_GROUP_EVENTS))
			family->group = id;
	}
}

static int on_family(const struct nlmsghdr *header, void *arg)
{
	struct family *family = arg;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, header, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			family->id = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			find_group(attr, family);
	}
	return MNL_CB_OK;
}

static int find_family(struct mnl_socket *socket, struct family *family)
{
	char buffer[256];
	struct nlmsghdr *header = request(buffer, GENL_ID_CTRL, NLM_F_ACK, CTRL_CMD_GETFAMILY);

	*family = (struct family){0, 0};
	mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, EC2_GENL_NAME);
	return talk(socket, header, on_family, family);
}

static int netlink_open(struct mnl_socket **socket, struct family *family)
{
	int err;

	*socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!*socket)
		return -errno;
	if (mnl_socket_bind(*socket, 0, MNL_SOCKET_AUTOPID))
		err = -errno;
	else
		err = find_family(*socket, family);
	if (err)
		mnl_socket_close(*socket);
	return err;
}

static void get_u32(const struct nlattr *attr, __u32 *to)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
		*to = mnl_attr_get_u32(attr);
}

static void get_u64(const struct nlattr *attr, __u64 *to)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U64) >= 0)
		*to = mnl_attr_get_u64(attr);
}

static void get_id(const struct nlattr *attr, char id[EC2_ID_LEN])
{
	size_t n = mnl_attr_get_payload_len(attr);

	memset(id, 0, EC2_ID_LEN);
	memcpy(id, mnl_attr_get_payload(attr), n < EC2_ID_LEN ? n : EC2_ID_LEN - 1);
}

static int on_event(const struct nlmsghdr *header, void *arg)
{
	struct ec2_events *events = arg;
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(header);
	struct ec2_event event = {0};
	const struct nlattr *attr;

	if (generic->cmd != EC2_CMD_EVENT ||
	    events->n == sizeof(events->queue) / sizeof(events->queue[0]))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, header, sizeof(*generic)) {
		switch (mnl_attr_get_type(attr)) {
		case EC2_ATTR_ID:
			get_id(attr, event.id);
			break;
		case EC2_ATTR_SEQ:
			get_u64(attr, &event.seq);
			break;
		case EC2_ATTR_TIME:
			get_u64(attr, &event.time);
			break;
		case EC2_ATTR_TYPE:
			get_u32(attr, &event.type);
			break;
		case EC2_ATTR_SLOT:
			get_u32(attr, &event.slot);
			break;
		case EC2_ATTR_VALUE:
			get_u64(attr, &event.value);
			break;
		}
	}
	events->queue[events->n++] = event;
	return MNL_CB_OK;
}

/* ---- the two sources ---- */

static int open_netlink(struct ec2_events *events)
{
	struct family family;
	int err = netlink_open(&events->netlink, &family);

	if (err) {
		events->netlink = NULL;
		return err;
	}
	events->fd = mnl_socket_get_fd(events->netlink);
	if (!family.group || setsockopt(events->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
					&family.group, sizeof(family.group))) {
		err = family.group ? -errno : -ENOENT;
		mnl_socket_close(events->netlink);
		events->netlink = NULL;
	}
	return err;
}

int ec2_events_open(struct ec2_events **events)
{
	struct ec2_events *e = calloc(1, sizeof(*e));
	int err;

	*events = NULL;
	if (!e)
		return -ENOMEM;
	err = open_netlink(e);
	if (err) {
		e->fd = open("/dev/ec2ctl", O_RDWR | O_CLOEXEC | O_NONBLOCK);
		if (e->fd < 0) {
			err = errno == ENOENT || errno == EACCES ? -errno : err;
			free(e);
			return err;
		}
	}
	*events = e;
	return 0;
}

void ec2_events_close(struct ec2_events *events)
{
	if (!events)
		return;
	if (events->netlink)
		mnl_socket_close(events->netlink);
	else
		close(events->fd);
	free(events);
}

static void lost(struct ec2_events *events)
{
	events->queue[events->n++] = (struct ec2_event){.type = EC2_EVENT_LOST};
}

/* Fill the queue with what has come. Return: 0 or -errno. */
static int receive(struct ec2_events *events)
{
	char buffer[BUFFER];
	ssize_t n;

	events->head = events->n = 0;
	if (!events->netlink) {
		n = read(events->fd, events->queue, sizeof(events->queue));
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		events->n = n / sizeof(events->queue[0]);
		return n ? 0 : -ENODEV;
	}
	n = recv(events->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	if (n < 0 && errno == ENOBUFS)
		lost(events);
	else if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	else if (mnl_cb_run(buffer, n, 0, 0, on_event, events) < 0)
		return -errno;
	return 0;
}

/*
 * On netlink a gap in the numbers is a loss that nobody told of. The device tells of its losses, and has
 * gaps where an event was for the instance or its VM only.
 */
static bool gap(struct ec2_events *events, struct ec2_event *event)
{
	__u64 missing = events->seq && event->seq > events->seq + 1 ?
				event->seq - events->seq - 1 : 0;

	if (!events->netlink)
		return false;
	if (event->type == EC2_EVENT_LOST) {
		events->seq = 0;
		return false;
	}
	events->seq = event->seq;
	if (!missing)
		return false;
	*event = (struct ec2_event){.type = EC2_EVENT_LOST, .value = missing};
	return true;
}

int ec2_events_next(struct ec2_events *events, struct ec2_event *event, int timeout_ms)
{
	struct pollfd fd = {events->fd, POLLIN, 0};
	int err;

	if (events->head == events->n) {
		int n = poll(&fd, 1, timeout_ms);

		if (n <= 0)
			return n < 0 ? -errno : 0;
		err = receive(events);
		if (err)
			return err;
		if (!events->n)
			return 0;
	}
	*event = events->queue[events->head];
	/* after a gap the event itself is given next time */
	if (!gap(events, event))
		events->head++;
	return 1;
}

/* ---- dump ---- */

struct dump {
	void (*each)(void *arg, const struct ec2_events_instance *instance);
	void *arg;
};

static int on_instance(const struct nlmsghdr *header, void *arg)
{
	const struct dump *dump = arg;
	struct ec2_events_instance instance = {0};
	const struct nlattr *attr;

	mnl_attr_for_each(attr, header, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case EC2_ATTR_ID:
			get_id(attr, instance.id);
			break;
		case EC2_ATTR_STATE:
			get_u32(attr, &instance.state);
			break;
		case EC2_ATTR_VM_ON:
			instance.vm_on = true;
			break;
		case EC2_ATTR_VMM_PID:
			get_u32(attr, &instance.vmm_pid);
			break;
		case EC2_ATTR_RUNNING_NS:
			get_u64(attr, &instance.running_ns);
			break;
		case EC2_ATTR_VCPU_NS:
			get_u64(attr, &instance.vcpu_ns);
			break;
		}
	}
	dump->each(dump->arg, &instance);
	return MNL_CB_OK;
}

int ec2_events_dump(void (*each)(void *arg, const struct ec2_events_instance *instance), void *arg)
{
	struct dump dump = {each, arg};
	struct mnl_socket *socket;
	struct family family;
	char buffer[256];
	int err = netlink_open(&socket, &family);

	/* the family is in the host's own network namespace only */
	if (err == -ENOENT && !access("/dev/ec2ctl", F_OK))
		return -EPERM;
	if (err)
		return err;
	err = talk(socket, request(buffer, family.id, NLM_F_DUMP, EC2_CMD_GET_INSTANCES),
		   on_instance, &dump);
	mnl_socket_close(socket);
	return err;
}
