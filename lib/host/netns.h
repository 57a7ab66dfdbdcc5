/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The network namespace that all taps live in, away from the host's own network. It is named as
 * `ip netns` names one, so that an administrator may look into it: ip netns exec ec2ctl …
 */
#ifndef EC2_HOST_NETNS_H
#define EC2_HOST_NETNS_H

#define EC2_NETNS "ec2ctl"

/*
 * Make the namespace if it is not there. It appears complete, or not at all when the caller is killed:
 * it forwards nothing, checks no reverse path, and its new links have no IPv6. It has no link but lo,
 * which is down. Return: 0, -EPERM without CAP_SYS_ADMIN, -errno.
 */
int ec2_netns_make(void);

/*
 * Call fn(arg) in a thread of its own that is in the namespace; the caller stays where it is. What fn
 * opens there (sockets, taps) belongs to the namespace, whoever uses it afterwards.
 * Return: what fn returned, -ENOENT where the namespace is not there, -errno.
 */
int ec2_netns_run(int (*fn)(void *arg), void *arg);

#endif
