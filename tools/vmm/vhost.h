/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way to vhost-net and its tap: one vhost descriptor and one queue of the tap per queue pair. 0 on
 * success, -errno on failure.
 */
#ifndef VMM_VHOST_H
#define VMM_VHOST_H

#include <stdbool.h>
#include <stdint.h>

/* A virtqueue as vhost takes it: addresses in this process. */
struct vhost_queue {
	uint16_t size;
	void *desc, *avail, *used;
	int call; /* eventfd of its interrupt, or -1 */
	int backend; /* the tap */
};

/* What it can do of virtio's features. */
int vhost_features(int vhost, uint64_t *features);

/*
 * Make the process its owner and tell it of the guest's memory. It makes its worker here, which keeps
 * the ids that the process has now: to be called in the jail, and before no more threads are allowed.
 */
int vhost_own(int vhost);

/* The eventfd of a queue's doorbell, once and for all. index: 0 receives, 1 transmits. */
int vhost_set_kick(int vhost, unsigned int index, int kick);

/* What the driver has accepted, while no queue runs. */
int vhost_accept(int vhost, uint64_t features);

int vhost_start(int vhost, unsigned int index, const struct vhost_queue *queue);
/* Nothing of the queue is in flight after it. */
void vhost_stop(int vhost, unsigned int index);

/* What the guest takes of its virtio_net_hdr: TUN_F_… */
int tap_offload(int tap, unsigned int offloads);
/* Let packets be spread over this queue, or not. */
int tap_attach(int tap, bool attach);

#endif
