// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <linux/virtio_ring.h>
#include <stdatomic.h>
#include <string.h>

#include "mem.h"
#include "vring.h"

/* One load or store, which the compiler may not repeat or split. */
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))

int vring_start(struct vring_state *vring, const struct virtio_queue *queue, uint64_t features)
{
	uint64_t n = queue->size;

	*vring = (struct vring_state){
		.size = queue->size,
		.event_index = features >> VIRTIO_RING_F_EVENT_IDX & 1,
		.indirect = features >> VIRTIO_RING_F_INDIRECT_DESC & 1,
	};
	if (queue->desc % 16 || queue->avail % 2 || queue->used % 4) {
		vring_stop(vring);
		return -EFAULT;
	}
	/* the event indices stand behind the rings */
	vring->desc = mem_at(queue->desc, n * sizeof(struct vring_desc));
	vring->avail = mem_at(queue->avail, 4 + n * 2 + 2 * vring->event_index);
	vring->used = mem_at(queue->used,
			     4 + n * sizeof(struct vring_used_elem) + 2 * vring->event_index);
	if (!vring->desc || !vring->avail || !vring->used) {
		vring_stop(vring);
		return -EFAULT;
	}
	return 0;
}

void vring_stop(struct vring_state *vring)
{
	*vring = (struct vring_state){0};
}

/* ---- chains ---- */

/* A table of descriptors: the ring's own, or an indirect one, which may stand at any address. */
struct table {
	const uint8_t *at;
	uint32_t n;
};

static struct vring_desc read_desc(const struct table *table, uint32_t index)
{
	struct vring_desc copy;

	memcpy(&copy, table->at + index * sizeof(copy), sizeof(copy));
	/* what is used below is this copy, and not what the guest makes of it meanwhile */
	__asm__ volatile("" : : : "memory");
	return copy;
}

/* Add a device-readable part to the request. */
static int add_request(struct vring_buffer *buffer, const struct vring_desc *desc)
{
	const void *from = mem_at(desc->addr, desc->len);
	uint64_t room = sizeof(buffer->request);

	if (!from)
		return -EINVAL;
	room -= buffer->request_length < room ? buffer->request_length : room;
	if (room)
		memcpy(buffer->request + buffer->request_length, from,
		       desc->len < room ? desc->len : room);
	buffer->request_length += desc->len;
	return 0;
}

/* The table that an indirect descriptor stands for. */
static int enter_indirect(const struct vring_state *vring, const struct vring_desc *desc,
			  struct table *table)
{
	uint32_t n = desc->len / sizeof(struct vring_desc);

	if (!vring->indirect || desc->flags & (VRING_DESC_F_NEXT | VRING_DESC_F_WRITE) || !n ||
	    n > vring->size || desc->len % sizeof(struct vring_desc))
		return -EINVAL;
	table->at = mem_at(desc->addr, desc->len);
	table->n = n;
	return table->at ? 0 : -EINVAL;
}

/* Walk to the first part that may be written; a chain longer than the ring is a loop. */
static int read_chain(const struct vring_state *vring, struct vring_buffer *buffer)
{
	struct table table = {(const uint8_t *)vring->desc, vring->size};
	uint32_t index = buffer->head;
	unsigned int steps;
	bool inside = false;

	for (steps = 0; steps <= vring->size; steps++) {
		struct vring_desc desc;
		int error;

		if (index >= table.n)
			return -EINVAL;
		desc = read_desc(&table, index);
		if (desc.flags & VRING_DESC_F_INDIRECT) {
			error = inside ? -EINVAL : enter_indirect(vring, &desc, &table);
			if (error)
				return error;
			inside = true;
			index = 0;
			continue;
		}
		if (desc.flags & VRING_DESC_F_WRITE) {
			buffer->at = mem_at(desc.addr, desc.len);
			buffer->length = desc.len;
			return buffer->at ? 0 : -EINVAL;
		}
		error = add_request(buffer, &desc);
		if (error || !(desc.flags & VRING_DESC_F_NEXT))
			return error;
		index = desc.next;
	}
	return 0;
}

int vring_next(struct vring_state *vring, struct vring_buffer *buffer)
{
	uint16_t index, waiting;
	int error;

	if (!vring->size)
		return 0;
	index = READ_ONCE(vring->avail->idx);
	waiting = (uint16_t)(index - vring->last_avail);
	if (!waiting)
		return 0;
	if (waiting > vring->size)
		return -EINVAL;
	/* the entry was written before the index that shows it */
	atomic_thread_fence(memory_order_acquire);
	buffer->head = READ_ONCE(vring->avail->ring[vring->last_avail % vring->size]);
	buffer->at = NULL;
	buffer->length = 0;
	buffer->request_length = 0;
	error = read_chain(vring, buffer);
	if (error)
		return error;
	vring->last_avail++;
	return 1;
}

void vring_done(struct vring_state *vring, const struct vring_buffer *buffer, uint32_t written)
{
	struct vring_used_elem *element = &vring->used->ring[vring->used_index % vring->size];

	WRITE_ONCE(element->id, buffer->head);
	WRITE_ONCE(element->len, written);
	/* the element before the index that shows it */
	atomic_thread_fence(memory_order_release);
	WRITE_ONCE(vring->used->idx, ++vring->used_index);
}

bool vring_await_kick(struct vring_state *vring)
{
	uint16_t *event;

	if (!vring->size)
		return false;
	event = (void *)&vring->used->ring[vring->size];
	if (vring->event_index)
		WRITE_ONCE(*event, vring->last_avail);
	/* the wish before the look, or both sides may wait for the other */
	atomic_thread_fence(memory_order_seq_cst);
	return READ_ONCE(vring->avail->idx) != vring->last_avail;
}

bool vring_wants_interrupt(struct vring_state *vring)
{
	uint16_t before = vring->signalled;

	/* the index before the look at the driver's wish, or both sides may wait for the other */
	atomic_thread_fence(memory_order_seq_cst);
	vring->signalled = vring->used_index;
	if (vring->event_index)
		return vring_need_event(READ_ONCE(vring->avail->ring[vring->size]),
					vring->used_index, before);
	return !(READ_ONCE(vring->avail->flags) & VRING_AVAIL_F_NO_INTERRUPT);
}
