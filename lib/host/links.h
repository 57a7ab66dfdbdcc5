/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Taps: the host's ends of the instances' network interfaces, in the namespace of netns.h.
 *
 * A tap lives as long as somebody has one of its queues open, which is the instance's shim and its VMM:
 * when they end, however they end, it is gone. A closed door is its default: it comes with a clsact
 * qdisc whose ingress (what the guest sends) and egress (what the guest is to get) end in a filter that
 * drops everything. What is to pass must be let through by a filter of a lower priority number.
 */
#ifndef EC2_HOST_LINKS_H
#define EC2_HOST_LINKS_H

#include <stddef.h>
#include <stdint.h>

#define EC2_LINK_NAME 16 /* with its NUL, as IFNAMSIZ */
#define EC2_LINK_OWNER 24 /* an id with its NUL */
#define EC2_LINK_MAX_QUEUES 4
#define EC2_LINK_MTU 9001 /* EC2's within a VPC */

/* tc's priority of the drop filters, which is the last there is. */
#define EC2_LINK_DROP_PRIORITY 0xffffU

/* ec2_link_create(): without the drop filters. For tests; nothing protects such a link. */
#define EC2_LINK_UNFILTERED 1U

struct ec2_link {
	char name[EC2_LINK_NAME];
	char owner[EC2_LINK_OWNER]; /* the instance's id; the link's alias, as `ip link` shows it */
	uint32_t queues; /* queue pairs, 1 to EC2_LINK_MAX_QUEUES */
	uint32_t mtu;
	uint32_t ifindex; /* in the namespace: said by ec2_links_list() */
};

/* The link's name for an interface's or instance's id: the first letter and the last 14 digits of it. */
void ec2_link_name(const char *id, char name[EC2_LINK_NAME]);

/* Queue pairs for a guest with that many vCPUs. */
uint32_t ec2_link_queues(uint32_t vcpus);

/*
 * Make the tap (and the namespace, if need be), with its filters, without ARP, and down.
 * @fds: gets one descriptor per queue pair, close-on-exec and non-blocking, for the caller to close.
 *	Frames have virtio-net's header of 12 bytes before them; offloads are off.
 * A link of that name with the same owner is what a killed run left: it is replaced.
 * Return: 0, -EEXIST: another's link has the name, -ENOENT or -ENODEV: there is no /dev/net/tun, -errno.
 */
int ec2_link_create(const struct ec2_link *link, unsigned int flags, int *fds);

/* Switch it on: to be called when its filters are as they should be. Return: 0, -ENODEV, -errno. */
int ec2_link_up(const char *name);

/* Remove it, whoever has it open. Return: 0, also when there is none, -errno. */
int ec2_link_delete(const char *name);

/*
 * All taps of the namespace, for the caller to free(); queues is not filled in.
 * Return: how many, 0 where there is no namespace, -errno.
 */
int ec2_links_list(struct ec2_link **links);

#endif
