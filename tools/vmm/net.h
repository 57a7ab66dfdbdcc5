/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * virtio-net. Packets go between the guest's queues and the tap in the kernel, by vhost-net; here are
 * the configuration, starts and stops, and the control queue, which the device thread serves.
 */
#ifndef VMM_NET_H
#define VMM_NET_H

#include "vmm.h"

/* Make it, where options has one. Ends the process with a message on failure, as the next does. */
void net_create(const struct vmm_options *options);

/* In the jail, with one thread still: vhost's workers come into being. */
void net_own(void);

/* The doorbell of the control queue, for poll(); -1: there is none. */
int net_control_fd(void);
/* It rang: the device thread's part. */
void net_serve_control(void);

#endif
