/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What happens to instances, from the module: by generic netlink, or, for a user who may open
 * /dev/ec2ctl but has no CAP_NET_ADMIN, by reading that device.
 */
#ifndef EC2_HOST_EVENTS_H
#define EC2_HOST_EVENTS_H

#include <stdbool.h>

#include "kmod/uapi/ec2ctl.h"

struct ec2_events;

/* One running instance, in a dump. */
struct ec2_events_instance {
	char id[EC2_ID_LEN];
	__u32 state; /* enum ec2_state */
	bool vm_on;
	__u32 vmm_pid;
	__u64 running_ns, vcpu_ns;
};

/* Return: 0; -ENOENT: no module; -EPERM, -EACCES: not for this user; -errno. */
int ec2_events_open(struct ec2_events **events);
void ec2_events_close(struct ec2_events *events);

/*
 * The next event. Lost ones come as EC2_EVENT_LOST, `value` says how many (0: not known).
 * @timeout_ms: -1 = for ever
 * Return: 1, 0 after the timeout, -errno.
 */
int ec2_events_next(struct ec2_events *events, struct ec2_event *event, int timeout_ms);

/* Call `each` for every live instance. Needs CAP_NET_ADMIN. Return: 0 or -errno. */
int ec2_events_dump(void (*each)(void *arg, const struct ec2_events_instance *instance), void *arg);

#endif
