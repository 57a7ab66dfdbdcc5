/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family: dumps of what runs, and events. */
#ifndef EC2_NETLINK_H
#define EC2_NETLINK_H

int ec2_netlink_init(void);
void ec2_netlink_exit(void);

/* An event waits in the backlog (event.c). From any context. */
void ec2_netlink_wake(void);

#endif
