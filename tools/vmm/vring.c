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

int vring_start(struct vring_state *vring, const struct virtio_queue *queue)
{
	uint64_t n = queue->size;

	*vring = (struct vring_state){.size = queue->size};
	if (queue->desc % 16 || queue->avail % 2 || queue->used % 4)
		return -EFAULT;
	vring->desc = mem_at(queue->desc, n * sizeof(struct vring_desc));
	vring->avail = mem_at(queue->avail, 4 + n * 2);
	vring->used = mem_at(queue->used, 4 + n * sizeof(struct vring_used_elem));
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

/* Walk to the first part that may be written; a chain longer than the ring is a loop. */
static int find_writable(const struct vring_state *vring, struct vring_buffer *buffer)
{
	uint16_t index = buffer->head;
	unsigned int steps;

	for (steps = 0; steps < vring->size; steps++) {
		struct vring_desc copy;
		uint16_t flags;

		if (index >= vring->size)
			return -EINVAL;
		copy.addr = READ_ONCE(vring->desc[index].addr);
		copy.len = READ_ONCE(vring->desc[index].len);
		flags = READ_ONCE(vring->desc[index].flags);
		copy.next = READ_ONCE(vring->desc[index].next);
		if (flags & VRING_DESC_F_WRITE) {
			buffer->at = mem_at(copy.addr, copy.len);
			buffer->length = copy.len;
			return buffer->at ? 0 : -EINVAL;
		}
		if (!(flags & VRING_DESC_F_NEXT))
			break;
		index = copy.next;
	}
	buffer->at = NULL;
	buffer->length = 0;
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
	error = find_writable(vring, buffer);
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

bool vring_wants_interrupt(const struct vring_state *vring)
{
	/* the index before the look at the driver's wish, or both sides may wait for the other */
	atomic_thread_fence(memory_order_seq_cst);
	return !(READ_ONCE(vring->avail->flags) & VRING_AVAIL_F_NO_INTERRUPT);
}
