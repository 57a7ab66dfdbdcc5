// SPDX-License-Identifier: GPL-2.0
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/slab.h>

#include "backing.h"
#include "compat.h"
#include "instance.h"
#include "queue.h"

void ec2_queue_done(struct ec2_queue *q, struct ec2_rq *rq)
{
	enum ec2_queue_state state;

	/* Once it is in the list others may end the queue; it is freed after a grace period. */
	rcu_read_lock();
	/* A full barrier before state and server are read. */
	if (llist_add(&rq->done, &q->done)) {
		state = READ_ONCE(q->state);
		if (state == EC2_QUEUE_DEAD)
			queue_work(ec2_workqueue, &q->reap);
		else if (state == EC2_QUEUE_STOPPING)
			wake_up(&q->idle);
		else if (!READ_ONCE(q->server))
			ec2_lent_wake(q->vm, q->index, EC2_LEND_FAST);
	}
	rcu_read_unlock();
}

void ec2_rq_end(struct ec2_queue *q, struct ec2_rq *rq)
{
	if (unlikely(rq->iov != rq->fast_iov))
		kfree(rq->iov);
	if (unlikely(rq->ranges))
		kfree(rq->ranges);
	if (unlikely(rq->bounce))
		ec2_bounce_free(rq);
	rq->iov = rq->fast_iov;
	rq->ranges = NULL;
	rq->busy = false;
	q->inflight--;
}

static void end_list(struct ec2_queue *q, struct list_head *list)
{
	struct ec2_rq *rq, *next;

	list_for_each_entry_safe (rq, next, list, node) {
		list_del(&rq->node);
		ec2_rq_end(q, rq);
	}
}

/* End all that nobody works on; nobody is answered. */
static void discard(struct ec2_queue *q)
{
	struct llist_node *done = llist_del_all(&q->done);
	struct ec2_rq *rq, *next;

	llist_for_each_entry_safe (rq, next, done, done)
		ec2_rq_end(q, rq);
	end_list(q, &q->local);
	end_list(q, &q->handed);
	end_list(q, &q->slow);
	end_list(q, &q->throttled);
}

static void queue_free(struct work_struct *work)
{
	struct ec2_queue *q = container_of(to_rcu_work(work), struct ec2_queue, free);

	/* A late completion may have queued it once more. */
	cancel_work_sync(&q->reap);
	if (q->irq)
		eventfd_ctx_put(q->irq);
	ec2_object_put(&q->disk->obj);
	kvfree(q);
}

/* No request is in flight, and nobody finds the queue any more. */
static void queue_end(struct ec2_queue *q)
{
	if (!q->disk_put)
		ec2_disk_queue_put(q->disk);
	queue_rcu_work(ec2_workqueue, &q->free);
}

/* The queue is dead, so that nobody else touches it but completions. */
static void queue_reap(struct work_struct *work)
{
	struct ec2_queue *q = container_of(work, struct ec2_queue, reap);
	bool was = q->inflight;

	discard(q);
	if (was && !q->inflight)
		queue_end(q);
}

/* Take the queue out of its place. Under the lock. */
static struct ec2_queue *unbind(struct ec2_blk_vq *vq)
{
	struct ec2_queue *q = vq->queue;

	lockdep_assert_held(&vq->lock);
	vq->queue = NULL;
	return q;
}

/* Hand a queue that is taken out to completions; the slow thread may still work on a request. */
static void queue_die(struct ec2_queue *q)
{
	hrtimer_cancel(&q->timer);
	discard(q);
	if (!q->inflight) {
		queue_end(q);
		return;
	}
	WRITE_ONCE(q->state, EC2_QUEUE_DEAD);
	/* The state before the list is looked at: see ec2_queue_done(). */
	smp_mb();
	if (!llist_empty(&q->done))
		queue_work(ec2_workqueue, &q->reap);
}

int ec2_queue_stop(struct ec2_vm *vm, u32 index)
{
	struct ec2_blk_vq *vq = &vm->blk.vq[index];
	struct ec2_queue *q;
	bool killed = false;

	mutex_lock(&vq->lock);
	q = vq->queue;
	if (!q || q->state != EC2_QUEUE_LIVE) {
		/* Two threads that reset one slot: the other one finishes. */
		mutex_unlock(&vq->lock);
		return q ? -EBUSY : 0;
	}
	WRITE_ONCE(q->state, EC2_QUEUE_STOPPING);
	hrtimer_cancel(&q->timer);
	for (;;) {
		discard(q);
		if (!q->inflight || killed)
			break;
		mutex_unlock(&vq->lock);
		killed = wait_event_killable(q->idle, !llist_empty(&q->done));
		mutex_lock(&vq->lock);
	}
	unbind(vq);
	mutex_unlock(&vq->lock);
	queue_die(q);
	return killed ? -EINTR : 0;
}

void ec2_blk_vm_stop(struct ec2_vm *vm)
{
	struct ec2_instance *inst = vm->inst;
	struct ec2_queue *q;
	u32 i;

	ec2_blk_vm_off(vm);
	for (i = 0; i < EC2_BLK_VQS; i++) {
		mutex_lock(&vm->blk.vq[i].lock);
		q = unbind(&vm->blk.vq[i]);
		mutex_unlock(&vm->blk.vq[i].lock);
		if (q)
			queue_die(q);
	}
	/* A guest that is off has let go of what it was asked for. */
	mutex_lock(&inst->lock);
	for (i = 0; i < EC2_MAX_DISKS; i++)
		if (inst->blk.disk[i] && inst->blk.disk[i]->detaching)
			ec2_disk_let_go(inst->blk.disk[i]);
	mutex_unlock(&inst->lock);
}

/* ---- binding ---- */

static enum hrtimer_restart timer_fn(struct hrtimer *timer)
{
	struct ec2_queue *q = container_of(timer, struct ec2_queue, timer);

	ec2_lent_wake(q->vm, q->index, EC2_LEND_FAST);
	return HRTIMER_NORESTART;
}

static struct ec2_queue *queue_alloc(struct ec2_vm *vm, struct ec2_disk *disk,
				     const struct ec2_vm_queue_set *args)
{
	struct ec2_queue *q;
	u32 i;

	/* num was checked to be in bounds. */
	q = kvzalloc(struct_size(q, rq, args->num), GFP_KERNEL_ACCOUNT);
	if (!q)
		return NULL;
	q->disk = disk;
	q->vm = vm;
	q->index = args->slot * EC2_MAX_QUEUES + args->queue;
	q->count = &disk->count[args->queue];
	init_llist_head(&q->done);
	init_waitqueue_head(&q->idle);
	INIT_LIST_HEAD(&q->local);
	INIT_LIST_HEAD(&q->handed);
	INIT_LIST_HEAD(&q->slow);
	INIT_LIST_HEAD(&q->throttled);
	hrtimer_init(&q->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	q->timer.function = timer_fn;
	INIT_WORK(&q->reap, queue_reap);
	INIT_RCU_WORK(&q->free, queue_free);
	for (i = 0; i < args->num; i++) {
		q->rq[i].queue = q;
		q->rq[i].iov = q->rq[i].fast_iov;
	}
	return q;
}

/*
 * The disk of a slot, with one more queue of this VM, and a reference for it. Requests of a VM that
 * went are waited for: a write of theirs must not come after one of ours.
 */
static struct ec2_disk *claim_disk(struct ec2_vm *vm, u32 slot)
{
	struct ec2_instance *inst = vm->inst;
	struct ec2_disk *disk;
	int ret;

	for (;;) {
		mutex_lock(&inst->lock);
		disk = ec2_disk_in_slot(inst, slot);
		if (!disk || ec2_vm_is_off(vm)) {
			mutex_unlock(&inst->lock);
			return ERR_PTR(disk ? -ENODEV : -ENOENT);
		}
		ec2_object_get(&disk->obj);
		if (!disk->queues || disk->owner == vm->blk.id) {
			disk->queues++;
			disk->owner = vm->blk.id;
			mutex_unlock(&inst->lock);
			return disk;
		}
		mutex_unlock(&inst->lock);
		ret = wait_event_killable(disk->idle, !READ_ONCE(disk->queues));
		ec2_object_put(&disk->obj);
		if (ret)
			return ERR_PTR(-EINTR);
	}
}

static int queue_fill(struct ec2_queue *q, const struct ec2_vm_queue_set *args)
{
	struct ec2_virtq_layout layout = {
		.desc = args->desc,
		.avail = args->avail,
		.used = args->used,
		.num = args->num,
		.event_idx = args->flags & EC2_QUEUE_EVENT_IDX,
		.indirect = args->flags & EC2_QUEUE_INDIRECT,
	};
	struct ec2_vm *vm = q->vm;
	struct eventfd_ctx *irq;
	int ret;

	mutex_lock(&vm->lock);
	vm->gmem.frozen = true;
	mutex_unlock(&vm->lock);
	ret = ec2_virtq_init(&q->vq, &vm->gmem, &layout);
	if (ret || args->irq_fd == -1)
		return ret;
	irq = eventfd_ctx_fdget(args->irq_fd);
	if (IS_ERR(irq))
		return PTR_ERR(irq);
	q->irq = irq;
	return 0;
}

int ec2_blk_queue_set(struct ec2_vm *vm, struct ec2_vm_queue_set *args)
{
	struct ec2_blk_vq *vq;
	struct ec2_disk *disk;
	struct ec2_queue *q;
	int ret = -ENOMEM;

	if (args->slot >= EC2_MAX_DISKS || args->queue >= EC2_MAX_QUEUES || !args->num ||
	    args->num > EC2_MAX_QUEUE_SIZE)
		return -EINVAL;
	disk = claim_disk(vm, args->slot);
	if (IS_ERR(disk))
		return PTR_ERR(disk);
	q = queue_alloc(vm, disk, args);
	if (!q)
		goto release_disk;
	ret = queue_fill(q, args);
	if (ret)
		goto free_queue;

	vq = &vm->blk.vq[q->index];
	mutex_lock(&vq->lock);
	ret = vq->queue ? -EEXIST : 0;
	if (!ret)
		vq->queue = q;
	mutex_unlock(&vq->lock);
	if (ret)
		goto free_queue;
	/* The guest may have filled it already. */
	ec2_lent_wake(vm, q->index, EC2_LEND_FAST);
	return 0;

free_queue:
	if (q->irq)
		eventfd_ctx_put(q->irq);
	kvfree(q);
release_disk:
	ec2_disk_queue_put(disk);
	ec2_object_put(&disk->obj);
	return ret;
}

static int stop_slot(struct ec2_vm *vm, u32 slot)
{
	int ret = 0, one;
	u32 i;

	for (i = 0; i < EC2_MAX_QUEUES; i++) {
		one = ec2_queue_stop(vm, slot * EC2_MAX_QUEUES + i);
		ret = ret ?: one;
	}
	return ret;
}

int ec2_blk_disk_reset(struct ec2_vm *vm, struct ec2_vm_disk_reset *args)
{
	if (args->slot >= EC2_MAX_DISKS)
		return -EINVAL;
	return stop_slot(vm, args->slot);
}

int ec2_blk_ejected(struct ec2_vm *vm, struct ec2_vm_disk_ejected *args)
{
	struct ec2_instance *inst = vm->inst;
	struct ec2_disk *disk;
	int ret;

	if (args->slot >= EC2_MAX_DISKS)
		return -EINVAL;
	ret = stop_slot(vm, args->slot);
	if (ret)
		return ret;
	mutex_lock(&inst->lock);
	disk = ec2_disk_in_slot(inst, args->slot);
	if (disk)
		ec2_disk_let_go(disk);
	mutex_unlock(&inst->lock);
	return disk ? 0 : -ENOENT;
}

int ec2_blk_disk_get(struct ec2_vm *vm, struct ec2_vm_disk_get *args)
{
	struct ec2_instance *inst = vm->inst;
	struct ec2_disk *disk;

	if (args->slot >= EC2_MAX_DISKS)
		return -EINVAL;
	mutex_lock(&inst->lock);
	disk = ec2_disk_in_slot(inst, args->slot);
	if (disk) {
		args->flags = (disk->geo.readonly ? EC2_DISK_READONLY : 0) |
			      (disk->geo.discard ? EC2_DISK_DISCARD : 0) |
			      (disk->geo.zeroes ? EC2_DISK_WRITE_ZEROES : 0);
		args->logical_block_size = disk->geo.block;
		args->physical_block_size = disk->physical_block;
		args->max_queues = EC2_MAX_QUEUES;
		args->capacity = disk->geo.capacity;
		args->max_discard_sectors = disk->geo.discard ? EC2_MAX_RANGE_SECTORS : 0;
		args->max_write_zeroes_sectors = disk->geo.zeroes ? EC2_MAX_RANGE_SECTORS : 0;
		args->seg_max = EC2_MAX_SEGMENTS;
		args->queue_max = EC2_MAX_QUEUE_SIZE;
		memcpy(args->serial, disk->serial, sizeof(args->serial));
	}
	mutex_unlock(&inst->lock);
	return disk ? 0 : -ENOENT;
}
