/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: what changed, read from control, instance and VM files and sent by netlink.
 *
 * One spinlock gives out the sequence number and fills the queues, so that all readers see the same
 * order; it is safe in interrupts, since a disk's first error is known in a completion. Netlink cannot
 * be sent there: a bounded ring carries events to a worker, in the same order.
 */
#ifndef EC2_EVENT_H
#define EC2_EVENT_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/poll.h>
#include <linux/wait.h>

#include "uapi/ec2ctl.h"

struct ec2_instance;

/* Who gets an event; netlink gets each one that is not a replay. */
#define EC2_TO_CONTROL (1U << 0)
#define EC2_TO_INSTANCE (1U << 1)
#define EC2_TO_VM (1U << 2)
#define EC2_TO_ALL (EC2_TO_CONTROL | EC2_TO_INSTANCE | EC2_TO_VM)
/* Nothing happened: a new reader is told how things stand. Takes no new sequence number. */
#define EC2_TO_REPLAY (1U << 3)

struct ec2_event_queue {
	wait_queue_head_t wait;
	struct ec2_event *ring;
	unsigned int size; /* a power of two */
	/* under the event lock, this and all below */
	unsigned int head, tail;
	u64 lost;
	bool ended; /* nothing more will come */
	struct list_head node; /* of all control files */
};

int ec2_event_queue_init(struct ec2_event_queue *q, unsigned int size);
void ec2_event_queue_destroy(struct ec2_event_queue *q);
/* Control files listen to every instance. */
void ec2_event_listen(struct ec2_event_queue *q);
void ec2_event_unlisten(struct ec2_event_queue *q);
/* Readers and pollers get an end of file. */
void ec2_event_end(struct ec2_event_queue *q);
/* The queue of the instance's VM; NULL when it goes. */
void ec2_event_set_vm(struct ec2_instance *inst, struct ec2_event_queue *q);

ssize_t ec2_event_read(struct ec2_event_queue *q, struct file *file, char __user *buf, size_t len);
__poll_t ec2_event_poll(struct ec2_event_queue *q, struct file *file, poll_table *wait);

/*
 * Send one event, from any context. Callers that change what a dump shows change it first, so that
 * a dump holds whatever its sequence number says it holds.
 */
void ec2_event_send(struct ec2_instance *inst, u32 type, u32 slot, u64 value, unsigned int targets);

/* The number of the last event. */
u64 ec2_event_seq(void);

/* Netlink's side: take the oldest event that waits for it; false when there is none. */
bool ec2_event_take_netlink(struct ec2_event *event);

#endif
