// SPDX-License-Identifier: GPL-2.0
/*
 * Serving a queue: take chains, start requests, answer them.
 *
 * One thread serves a queue at a time, under its lock. What it starts and what completes in its own
 * context it answers itself; completions from elsewhere wait in queue->done, and whoever finds
 * nobody serving wakes the lent thread.
 */
#include <linux/blkdev.h>
#include <linux/ktime.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/virtio_blk.h>

#include <guest.h>

#include "backing.h"
#include "compat.h"
#include "instance.h"
#include "queue.h"
#include "trace.h"

/* Larger requests leave the vCPU's thread: copying them costs more than waking the other one. */
#define INLINE_MAX SZ_32K
/* Requests that a vCPU's thread takes in one visit. */
#define INLINE_BUDGET 64
/*
 * And a lent thread, before it looks at signals and at other queues: the guest can add requests for as
 * long as it likes, even without a vCPU, by reads that land in its rings.
 */
#define LENT_BUDGET (4 * EC2_MAX_QUEUE_SIZE)
/* The guest is shown what is done at least every so many bytes, so that it can go on meanwhile. */
#define SHOW_BYTES SZ_128K

/* Other threads read the counters. */
static void count(u64 *counter, u64 n)
{
	WRITE_ONCE(*counter, *counter + n);
}

/* ---- answers ---- */

static void show(struct ec2_queue *q)
{
	q->unshown = 0;
	if (!ec2_virtq_show(&q->vq) || !q->irq)
		return;
	count(&q->count->interrupts, 1);
	ec2_eventfd_signal(q->irq);
}

/* A guest that unmaps its own status byte hurts itself alone. */
static void answer(struct ec2_queue *q, struct ec2_rq *rq, u8 status, u32 written)
{
	u32 head = rq - q->rq;

	trace_ec2_disk_complete(q->vm->inst->named.id, q->disk->slot, q->index % EC2_MAX_QUEUES,
				head, status, written);
	(void)ec2_guest_put8(status, rq->status_at);
	ec2_virtq_push(&q->vq, head, written);
	q->unshown += rq->len;
	ec2_rq_end(q, rq);
}

static void answer_error(struct ec2_queue *q, struct ec2_rq *rq, int error)
{
	bool unsupported = error == -EOPNOTSUPP && rq->n_ranges;

	if (!unsupported) {
		count(&q->count->errors, 1);
		ec2_disk_error(q->disk, error);
	}
	answer(q, rq, unsupported ? VIRTIO_BLK_S_UNSUPP : VIRTIO_BLK_S_IOERR, 1);
}

static void answer_ok(struct ec2_queue *q, struct ec2_rq *rq)
{
	struct ec2_disk_count *c = q->count;
	u32 written = 1;

	count(&c->served[rq->how], 1);
	switch (rq->type) {
	case VIRTIO_BLK_T_IN:
		count(&c->read_ops, 1);
		count(&c->read_bytes, rq->len);
		written += rq->len;
		break;
	case VIRTIO_BLK_T_OUT:
		count(&c->write_ops, 1);
		count(&c->write_bytes, rq->len);
		break;
	case VIRTIO_BLK_T_FLUSH:
		count(&c->flush_ops, 1);
		break;
	default:
		count(&c->discard_ops, 1);
		count(&c->discard_bytes, rq->len);
	}
	answer(q, rq, VIRTIO_BLK_S_OK, written);
}

/* ---- starting ---- */

static void to_slow(struct ec2_queue *q, struct ec2_rq *rq)
{
	/* Nobody would take it there. When this comes too early, ec2_disk_let_go() wakes us after. */
	if (unlikely(READ_ONCE(q->disk->gone))) {
		answer_error(q, rq, -ENODEV);
		return;
	}
	list_add_tail(&rq->node, &q->slow);
	ec2_lent_wake(q->vm, q->index, EC2_LEND_SLOW);
}

/* Submit a request, or hand it to who can. */
static void submit(struct ec2_queue *q, struct ec2_rq *rq, enum ec2_how how)
{
	struct ec2_disk *disk = q->disk;
	bool nowait = READ_ONCE(disk->nowait);

	if (unlikely(rq->finished || rq->n_ranges) || ec2_backing_route(rq) == EC2_ROUTE_BUFFERED) {
		to_slow(q, rq);
		return;
	}
	if (how == EC2_HOW_INLINE && (!nowait || rq->len > INLINE_MAX)) {
		list_add_tail(&rq->node, &q->handed);
		return;
	}
	/*
	 * A write to a file that has to allocate first is for the slow thread: NOWAIT tells. Without it
	 * nobody knows, so all of them are.
	 */
	if (how == EC2_HOW_LENT && rq->type == VIRTIO_BLK_T_OUT && !disk->bdev && !nowait) {
		to_slow(q, rq);
		return;
	}
	if (how == EC2_HOW_LENT && (rq->type == VIRTIO_BLK_T_IN || disk->bdev))
		nowait = false;
	ec2_backing_submit(rq, how, nowait);
}

/* True: the tokens are there. Otherwise the timer is set to when to ask again. */
static bool take_tokens(struct ec2_queue *q, struct ec2_rq *rq)
{
	struct ec2_disk *disk = q->disk;
	u64 now = ktime_get_ns();
	u64 wait;

	spin_lock(&disk->limit_lock);
	wait = ec2_throttle_take(&disk->throttle, rq->len, now);
	spin_unlock(&disk->limit_lock);
	if (!wait)
		return true;
	hrtimer_start(&q->timer, ns_to_ktime(now + wait), HRTIMER_MODE_ABS);
	return false;
}

/* In order: a request does not overtake one that waits for tokens. */
static void resume_throttled(struct ec2_queue *q, enum ec2_how how)
{
	struct ec2_rq *rq;

	while ((rq = list_first_entry_or_null(&q->throttled, struct ec2_rq, node))) {
		if (READ_ONCE(q->disk->limited) && !take_tokens(q, rq))
			return;
		list_del(&rq->node);
		count(&q->count->throttled_ns, ktime_get_ns() - rq->since);
		submit(q, rq, how);
	}
}

static void start_limited(struct ec2_queue *q, struct ec2_rq *rq, enum ec2_how how)
{
	if (unlikely(READ_ONCE(q->disk->limited) || !list_empty(&q->throttled))) {
		if (!list_empty(&q->throttled) || !take_tokens(q, rq)) {
			rq->since = ktime_get_ns();
			list_add_tail(&rq->node, &q->throttled);
			return;
		}
	}
	submit(q, rq, how);
}

static void get_id(struct ec2_queue *q, struct ec2_rq *rq)
{
	const u8 *serial = q->disk->serial;
	size_t left = min_t(size_t, rq->len, EC2_SERIAL_LEN), written = left;
	u16 i;

	for (i = 0; i < rq->n_iov && left; i++) {
		size_t part = min_t(size_t, left, rq->iov[i].iov_len);

		if (ec2_guest_write(rq->iov[i].iov_base, serial, part)) {
			answer_error(q, rq, -EFAULT);
			return;
		}
		serial += part;
		left -= part;
	}
	answer(q, rq, VIRTIO_BLK_S_OK, written + 1);
}

static void start(struct ec2_queue *q, struct ec2_rq *rq, enum ec2_how how)
{
	trace_ec2_disk_submit(q->vm->inst->named.id, q->disk->slot, q->index % EC2_MAX_QUEUES,
			      rq - q->rq, rq->type, rq->offset >> EC2_SECTOR_SHIFT, rq->len, how);
	if (unlikely(READ_ONCE(q->disk->gone))) {
		answer_error(q, rq, -ENODEV);
		return;
	}
	rq->how = how;
	switch (rq->type) {
	case VIRTIO_BLK_T_IN:
	case VIRTIO_BLK_T_OUT:
	/* Zeroes may be written out one by one, so they cost as much as a write. */
	case VIRTIO_BLK_T_WRITE_ZEROES:
		start_limited(q, rq, how);
		break;
	case VIRTIO_BLK_T_GET_ID:
		get_id(q, rq);
		break;
	case VIRTIO_BLK_T_FLUSH:
		/* Nothing below has a cache, and all writes that were answered have ended. */
		if (q->disk->no_flush) {
			answer_ok(q, rq);
			break;
		}
		fallthrough;
	default:
		to_slow(q, rq);
	}
}

/* ---- taking ---- */

/* What the parser found, into the request of the chain's head. */
static int fill(struct ec2_queue *q, struct ec2_rq *rq, const struct ec2_parsed *p)
{
	rq->busy = true;
	q->inflight++;
	rq->status_at = p->status_at;
	rq->type = p->type;
	rq->offset = p->offset;
	rq->len = p->len;
	rq->finished = 0;
	rq->n_iov = p->n_iov;
	rq->n_ranges = p->n_ranges;
	if (unlikely(p->n_iov > EC2_RQ_IOVS)) {
		struct iovec *iov = kmemdup(p->iov, p->n_iov * sizeof(*iov), GFP_KERNEL_ACCOUNT);

		if (!iov)
			return -ENOMEM;
		rq->iov = iov;
	} else {
		memcpy(rq->fast_iov, p->iov, p->n_iov * sizeof(*p->iov));
	}
	if (unlikely(p->n_ranges)) {
		rq->ranges =
			kmemdup(q->ranges, p->n_ranges * sizeof(*q->ranges), GFP_KERNEL_ACCOUNT);
		if (!rq->ranges)
			return -ENOMEM;
	}
	return 0;
}

/* Take one chain and start it. False: the queue is broken. */
static bool take(struct ec2_queue *q, enum ec2_how how)
{
	struct ec2_parsed p;
	struct ec2_rq *rq;
	int ret;

	ret = ec2_virtq_pop(&q->vq, &q->chain);
	if (!ret)
		ret = ec2_request_parse(&q->chain, &q->disk->geo, q->ranges, &p);
	if (ret)
		return false;
	rq = &q->rq[q->chain.head];
	/* The same head twice at a time. */
	if (rq->busy)
		return false;
	ret = fill(q, rq, &p);
	if (unlikely(ret)) {
		answer_error(q, rq, ret);
	} else if (unlikely(p.status != VIRTIO_BLK_S_OK)) {
		if (p.bad)
			count(&q->count->malformed, 1);
		if (p.status == VIRTIO_BLK_S_IOERR)
			count(&q->count->errors, 1);
		answer(q, rq, p.status, 1);
	} else {
		start(q, rq, how);
	}
	return true;
}

/* ---- completions ---- */

/* An answer to I/O that has ended, or its next step. */
static void finish(struct ec2_queue *q, struct ec2_rq *rq)
{
	long result = rq->result;

	if (unlikely(rq->nowait && (result == -EAGAIN || result == -EOPNOTSUPP))) {
		/* It takes no NOWAIT after all. */
		if (result == -EOPNOTSUPP)
			WRITE_ONCE(q->disk->nowait, false);
		rq->nowait = false;
		if (rq->how == EC2_HOW_INLINE)
			list_add_tail(&rq->node, &q->handed);
		else
			to_slow(q, rq);
		return;
	}
	/* The slow thread was called away. */
	if (unlikely(result == -EINTR && rq->how == EC2_HOW_SLOW)) {
		to_slow(q, rq);
		return;
	}
	if (rq->type != VIRTIO_BLK_T_IN && rq->type != VIRTIO_BLK_T_OUT) {
		if (result < 0)
			answer_error(q, rq, result);
		else
			answer_ok(q, rq);
		return;
	}
	if (likely(result > 0)) {
		rq->finished += result;
		if (unlikely(rq->finished < rq->len)) {
			to_slow(q, rq);
			return;
		}
		result = 0;
		if (unlikely(rq->bounce && rq->type == VIRTIO_BLK_T_IN))
			result = ec2_bounce_finish(rq);
	} else if (!result) {
		/* The file has become shorter than the disk. */
		result = -EIO;
	}
	if (unlikely(result))
		answer_error(q, rq, result);
	else
		answer_ok(q, rq);
}

void ec2_queue_drain(struct ec2_queue *q)
{
	struct llist_node *done;
	struct ec2_rq *rq, *next;

	/* finish() may put it into another list. */
	while ((rq = list_first_entry_or_null(&q->local, struct ec2_rq, node))) {
		list_del(&rq->node);
		finish(q, rq);
	}
	if (llist_empty(&q->done))
		return;
	done = llist_reverse_order(llist_del_all(&q->done));
	llist_for_each_entry_safe (rq, next, done, done)
		finish(q, rq);
}

/* ---- serving ---- */

/* Take up to `max` chains; how many were there, 0 when the queue is broken. */
static int take_some(struct ec2_queue *q, enum ec2_how how, int max)
{
	int n = ec2_virtq_pending(&q->vq);
	struct blk_plug plug;
	bool plugged;
	int i;

	/* One alone gains nothing by waiting for others. */
	plugged = n > 1;
	if (plugged)
		blk_start_plug(&plug);
	n = min(n, max);
	for (i = 0; i < n; i++) {
		if (unlikely(!take(q, how))) {
			q->vq.broken = true;
			count(&q->count->malformed, 1);
			break;
		}
		if (how != EC2_HOW_LENT)
			continue;
		ec2_queue_drain(q);
		if (q->unshown >= SHOW_BYTES)
			show(q);
	}
	if (plugged)
		blk_finish_plug(&plug);
	return i;
}

/* What was handed to the lent thread. */
static void resume_handed(struct ec2_queue *q)
{
	struct ec2_rq *rq;

	while ((rq = list_first_entry_or_null(&q->handed, struct ec2_rq, node))) {
		list_del(&rq->node);
		submit(q, rq, EC2_HOW_LENT);
		ec2_queue_drain(q);
		if (q->unshown >= SHOW_BYTES)
			show(q);
	}
}

static void fail_list(struct ec2_queue *q, struct list_head *list)
{
	struct ec2_rq *rq;

	while ((rq = list_first_entry_or_null(list, struct ec2_rq, node))) {
		list_del(&rq->node);
		answer_error(q, rq, -ENODEV);
	}
}

/* The disk was taken away: what was not submitted fails. */
static void fail_waiting(struct ec2_queue *q)
{
	fail_list(q, &q->handed);
	fail_list(q, &q->slow);
	fail_list(q, &q->throttled);
}

/*
 * Serve until nothing is left that can be done here, or the budget is used up: then the lent thread
 * was told to go on, and false is returned. The guest's notifications stay off meanwhile: the one that
 * finds nothing more turns them on.
 */
static bool serve_rings(struct ec2_queue *q, enum ec2_how how, int *budget)
{
	int n;

	ec2_virtq_notify_off(&q->vq);
	for (;;) {
		if (unlikely(READ_ONCE(q->disk->gone)))
			fail_waiting(q);
		if (how == EC2_HOW_LENT)
			resume_handed(q);
		if (unlikely(!list_empty(&q->throttled)))
			resume_throttled(q, how);
		n = take_some(q, how, *budget);
		*budget -= n;
		ec2_queue_drain(q);
		if (!*budget || (how == EC2_HOW_INLINE && !list_empty(&q->handed))) {
			show(q);
			ec2_lent_wake(q->vm, q->index, EC2_LEND_FAST);
			return false;
		}
		if (n || !list_empty(&q->handed))
			continue;
		show(q);
		if (ec2_virtq_notify_on(&q->vq) <= 0)
			return true;
		ec2_virtq_notify_off(&q->vq);
	}
}

static void serve_locked(struct ec2_queue *q, enum ec2_how how)
{
	int budget = how == EC2_HOW_INLINE ? INLINE_BUDGET : LENT_BUDGET;
	bool all;

	do {
		WRITE_ONCE(q->server, current);
		all = serve_rings(q, how, &budget);
		WRITE_ONCE(q->server, NULL);
		/* Nobody serves, before the list is looked at: see ec2_queue_done(). */
		smp_mb();
	} while (all && !llist_empty(&q->done));
}

/* The disk is to go and this queue has nothing in flight: let it go, once. */
static struct ec2_disk *disk_to_put(struct ec2_queue *q)
{
	if (likely(!READ_ONCE(q->disk->gone)) || q->disk_put || q->inflight)
		return NULL;
	q->disk_put = true;
	ec2_object_get(&q->disk->obj);
	return q->disk;
}

/* Returns false when somebody else holds the lock and was told to look again. */
static bool lock_queue(struct ec2_blk_vq *vq, enum ec2_how how)
{
	if (how != EC2_HOW_INLINE) {
		mutex_lock(&vq->lock);
		return true;
	}
	if (likely(mutex_trylock(&vq->lock)))
		return true;
	WRITE_ONCE(vq->kicked, true);
	/* The mark before the lock is tried again: its holder unlocks and then looks at the mark. */
	smp_mb();
	return mutex_trylock(&vq->lock);
}

/* True: somebody wanted to serve meanwhile and went away, so that another look is needed. */
static bool unlock_queue(struct ec2_blk_vq *vq)
{
	mutex_unlock(&vq->lock);
	/* Unlocked before the mark is looked at: see lock_queue(). */
	smp_mb();
	return unlikely(READ_ONCE(vq->kicked));
}

void ec2_queue_serve(struct ec2_vm *vm, u32 index, enum ec2_how how)
{
	struct ec2_blk_vq *vq = &vm->blk.vq[index];
	struct ec2_disk *put;
	bool again;

	do {
		if (!lock_queue(vq, how))
			return;
		WRITE_ONCE(vq->kicked, false);
		put = NULL;
		if (vq->queue && vq->queue->state == EC2_QUEUE_LIVE) {
			serve_locked(vq->queue, how);
			put = disk_to_put(vq->queue);
		}
		again = unlock_queue(vq);
		if (unlikely(put)) {
			ec2_disk_queue_put(put);
			ec2_object_put(&put->obj);
		}
		/* Other vCPUs can kick for ever: that must hold up neither the host nor a signal. */
		if (again && signal_pending(current)) {
			ec2_lent_wake(vm, index, EC2_LEND_FAST);
			return;
		}
		cond_resched();
	} while (again && !ec2_vm_is_off(vm));
}

/* ---- the slow thread ---- */

/* The next request for it; it stays in flight, so that the queue stays too. */
static struct ec2_rq *take_slow(struct ec2_vm *vm, u32 index)
{
	struct ec2_blk_vq *vq = &vm->blk.vq[index];
	struct ec2_rq *rq = NULL;

	mutex_lock(&vq->lock);
	if (vq->queue && vq->queue->state == EC2_QUEUE_LIVE && !READ_ONCE(vq->queue->disk->gone))
		rq = list_first_entry_or_null(&vq->queue->slow, struct ec2_rq, node);
	if (rq)
		list_del(&rq->node);
	if (unlock_queue(vq))
		ec2_lent_wake(vm, index, EC2_LEND_FAST);
	return rq;
}

void ec2_queue_serve_slow(struct ec2_vm *vm, u32 index)
{
	struct ec2_rq *rq;

	while ((rq = take_slow(vm, index))) {
		if (rq->type == VIRTIO_BLK_T_IN || rq->type == VIRTIO_BLK_T_OUT) {
			ec2_backing_submit(rq, EC2_HOW_SLOW, false);
		} else {
			rq->how = EC2_HOW_SLOW;
			rq->nowait = false;
			rq->result = ec2_backing_control(rq);
			ec2_queue_done(rq->queue, rq);
		}
		if (signal_pending(current)) {
			/* Go on when it is lent again. */
			ec2_lent_wake(vm, index, EC2_LEND_SLOW);
			return;
		}
	}
}
