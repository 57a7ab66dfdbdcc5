/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A split virtqueue served here, for devices where speed is no matter. The rings are the guest's to
 * write at any moment: each field is read once, each bound checked after.
 */
#ifndef VMM_VRING_H
#define VMM_VRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "virtio.h"

/* The most that a request of the driver's is kept of. */
#define VRING_REQUEST_MAX 64

struct vring_state {
	uint16_t size, last_avail, used_index;
	uint16_t signalled; /* used_index at the last look at the driver's wish */
	bool event_index, indirect; /* as the driver accepted */
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
};

struct vring_buffer {
	uint16_t head;
	void *at; /* the first device-writable part of the chain */
	uint32_t length;
	/* a copy of the device-readable parts before it; request_length is what they have together */
	uint8_t request[VRING_REQUEST_MAX];
	uint64_t request_length;
};

/*
 * features: what the driver has accepted. Return: 0, or -EFAULT where the rings are not in memory or not
 * aligned.
 */
int vring_start(struct vring_state *vring, const struct virtio_queue *queue, uint64_t features);
void vring_stop(struct vring_state *vring);

/* Return: 1 with the next chain in *buffer, 0 when there is none, -EINVAL for a broken ring. */
int vring_next(struct vring_state *vring, struct vring_buffer *buffer);
void vring_done(struct vring_state *vring, const struct vring_buffer *buffer, uint32_t written);
/*
 * When there was no next chain: ask for a doorbell at the next one. Return: one came meanwhile, perhaps
 * without a doorbell.
 */
bool vring_await_kick(struct vring_state *vring);
/* The driver wants an interrupt for what is done since the last time that this was asked. */
bool vring_wants_interrupt(struct vring_state *vring);

#endif
