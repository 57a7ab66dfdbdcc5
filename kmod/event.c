// SPDX-License-Identifier: GPL-2.0
#include <linux/lockdep.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "instance.h"
#include "netlink.h"

static_assert(sizeof(struct ec2_event) == 64);

static DEFINE_SPINLOCK(event_lock);
/* under event_lock, this and all below */
static u64 last_seq;
static LIST_HEAD(listeners);
static struct {
	struct ec2_event ring[EC2_EVENTS_NETLINK];
	unsigned int head, tail;
} backlog;

int ec2_event_queue_init(struct ec2_event_queue *q, unsigned int size)
{
	q->ring = kvcalloc(size, sizeof(*q->ring), GFP_KERNEL_ACCOUNT);
	if (!q->ring)
		return -ENOMEM;
	init_waitqueue_head(&q->wait);
	INIT_LIST_HEAD(&q->node);
	q->size = size;
	q->head = 0;
	q->tail = 0;
	q->lost = 0;
	q->ended = false;
	return 0;
}

void ec2_event_queue_destroy(struct ec2_event_queue *q)
{
	kvfree(q->ring);
}

void ec2_event_listen(struct ec2_event_queue *q)
{
	spin_lock_irq(&event_lock);
	list_add_tail(&q->node, &listeners);
	spin_unlock_irq(&event_lock);
}

void ec2_event_unlisten(struct ec2_event_queue *q)
{
	spin_lock_irq(&event_lock);
	list_del_init(&q->node);
	spin_unlock_irq(&event_lock);
}

void ec2_event_end(struct ec2_event_queue *q)
{
	spin_lock_irq(&event_lock);
	q->ended = true;
	wake_up_interruptible_poll(&q->wait, EPOLLIN | EPOLLHUP);
	spin_unlock_irq(&event_lock);
}

void ec2_event_set_vm(struct ec2_instance *inst, struct ec2_event_queue *q)
{
	spin_lock_irq(&event_lock);
	inst->vm_events = q;
	spin_unlock_irq(&event_lock);
}

static void push(struct ec2_event_queue *q, const struct ec2_event *event)
{
	lockdep_assert_held(&event_lock);
	if (q->tail - q->head == q->size) {
		/* the newest say how things stand: lose the oldest */
		q->head++;
		q->lost++;
	}
	q->ring[q->tail++ & (q->size - 1)] = *event;
	wake_up_interruptible_poll(&q->wait, EPOLLIN);
}

static void push_netlink(const struct ec2_event *event)
{
	static_assert(!(EC2_EVENTS_NETLINK & (EC2_EVENTS_NETLINK - 1)));

	lockdep_assert_held(&event_lock);
	/* the gap in the numbers tells the reader */
	if (backlog.tail - backlog.head == EC2_EVENTS_NETLINK)
		backlog.head++;
	backlog.ring[backlog.tail++ % EC2_EVENTS_NETLINK] = *event;
	ec2_netlink_wake();
}

void ec2_event_send(struct ec2_instance *inst, u32 type, u32 slot, u64 value, unsigned int targets)
{
	struct ec2_event event = {.type = type, .slot = slot, .value = value};
	struct ec2_event_queue *q;
	unsigned long flags;

	memcpy(event.id, inst->named.id, sizeof(event.id));
	spin_lock_irqsave(&event_lock, flags);
	event.seq = targets & EC2_TO_REPLAY ? last_seq : ++last_seq;
	event.time = ktime_get_real_ns();
	if (targets & EC2_TO_CONTROL)
		list_for_each_entry (q, &listeners, node)
			push(q, &event);
	if (targets & EC2_TO_INSTANCE)
		push(&inst->events, &event);
	if (targets & EC2_TO_VM && inst->vm_events)
		push(inst->vm_events, &event);
	if (!(targets & EC2_TO_REPLAY))
		push_netlink(&event);
	spin_unlock_irqrestore(&event_lock, flags);
}

u64 ec2_event_seq(void)
{
	unsigned long flags;
	u64 seq;

	spin_lock_irqsave(&event_lock, flags);
	seq = last_seq;
	spin_unlock_irqrestore(&event_lock, flags);
	return seq;
}

bool ec2_event_take_netlink(struct ec2_event *event)
{
	bool some;

	spin_lock_irq(&event_lock);
	some = backlog.head != backlog.tail;
	if (some)
		*event = backlog.ring[backlog.head++ % EC2_EVENTS_NETLINK];
	spin_unlock_irq(&event_lock);
	return some;
}

static bool readable(struct ec2_event_queue *q)
{
	return READ_ONCE(q->head) != READ_ONCE(q->tail) || READ_ONCE(q->ended);
}

/* 1: an event, 0: none waits, -ENODEV: none will come. */
static int pop(struct ec2_event_queue *q, struct ec2_event *event)
{
	int ret = 1;

	spin_lock_irq(&event_lock);
	if (q->head == q->tail) {
		ret = q->ended ? -ENODEV : 0;
	} else if (q->lost) {
		memset(event, 0, sizeof(*event));
		event->type = EC2_EVENT_LOST;
		event->seq = q->ring[q->head & (q->size - 1)].seq - 1;
		event->time = ktime_get_real_ns();
		event->value = q->lost;
		q->lost = 0;
	} else {
		*event = q->ring[q->head++ & (q->size - 1)];
	}
	spin_unlock_irq(&event_lock);
	return ret;
}

ssize_t ec2_event_read(struct ec2_event_queue *q, struct file *file, char __user *buf, size_t len)
{
	struct ec2_event event;
	size_t done = 0;
	int ret;

	if (len < sizeof(event))
		return -EINVAL;
	while (len - done >= sizeof(event)) {
		ret = pop(q, &event);
		if (ret < 0)
			return done ?: ret;
		if (ret) {
			if (copy_to_user(buf + done, &event, sizeof(event)))
				return done ?: -EFAULT;
			done += sizeof(event);
			continue;
		}
		if (done)
			break;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(q->wait, readable(q));
		if (ret)
			return ret;
	}
	return done;
}

__poll_t ec2_event_poll(struct ec2_event_queue *q, struct file *file, poll_table *wait)
{
	__poll_t mask = 0;

	poll_wait(file, &q->wait, wait);
	if (READ_ONCE(q->head) != READ_ONCE(q->tail))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (READ_ONCE(q->ended))
		mask |= EPOLLIN | EPOLLHUP;
	return mask;
}
