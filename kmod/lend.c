// SPDX-License-Identifier: GPL-2.0
/* Threads of the VMM that serve disks, and doorbells. */
#include <linux/sched/signal.h>

#include "instance.h"
#include "queue.h"

bool ec2_lent_there(const struct ec2_vm *vm, enum ec2_lend_role role)
{
	return READ_ONCE(vm->blk.lent[role].task);
}

static enum ec2_lend_role other(enum ec2_lend_role role)
{
	return role == EC2_LEND_FAST ? EC2_LEND_SLOW : EC2_LEND_FAST;
}

static void wake_one(struct ec2_vm *vm, enum ec2_lend_role role)
{
	struct ec2_blk_lent *lent = &vm->blk.lent[role];

	if (!ec2_lent_there(vm, role))
		lent = &vm->blk.lent[other(role)];
	if (wq_has_sleeper(&lent->wait))
		wake_up(&lent->wait);
}

void ec2_lent_wake(struct ec2_vm *vm, u32 index, enum ec2_lend_role role)
{
	set_bit(index, vm->blk.lent[role].ready);
	/*
	 * The bit before the threads are looked at: one that leaves takes itself out first and then
	 * looks at the bits.
	 */
	smp_mb__after_atomic();
	wake_one(vm, role);
}

static bool work_for(struct ec2_vm *vm, enum ec2_lend_role role)
{
	if (!bitmap_empty(vm->blk.lent[role].ready, EC2_BLK_VQS))
		return true;
	return !ec2_lent_there(vm, other(role)) &&
	       !bitmap_empty(vm->blk.lent[other(role)].ready, EC2_BLK_VQS);
}

static void serve_ready(struct ec2_vm *vm, enum ec2_lend_role role)
{
	unsigned long *ready = vm->blk.lent[role].ready;
	unsigned long i;

	for_each_set_bit (i, ready, EC2_BLK_VQS) {
		if (signal_pending(current) || ec2_vm_is_off(vm))
			return;
		/* Cleared before looking, with a barrier: what comes later sets it again. */
		if (!test_and_clear_bit(i, ready))
			continue;
		if (role == EC2_LEND_FAST)
			ec2_queue_serve(vm, i, EC2_HOW_LENT);
		else
			ec2_queue_serve_slow(vm, i);
	}
}

static int lend_loop(struct ec2_vm *vm, enum ec2_lend_role role)
{
	struct ec2_blk_lent *lent = &vm->blk.lent[role];
	int ret;

	for (;;) {
		ret = wait_event_interruptible(lent->wait, ec2_vm_is_off(vm) || work_for(vm, role));
		if (ec2_vm_is_off(vm))
			return -ENODEV;
		if (ret || signal_pending(current))
			return -EINTR;
		serve_ready(vm, role);
		if (!ec2_lent_there(vm, other(role)))
			serve_ready(vm, other(role));
		cond_resched();
	}
}

int ec2_blk_lend(struct ec2_vm *vm, struct ec2_vm_lend *args)
{
	struct ec2_blk_lent *lent;
	int ret;

	if (args->role >= EC2_BLK_ROLES)
		return -EINVAL;
	lent = &vm->blk.lent[args->role];
	if (cmpxchg(&lent->task, NULL, current))
		return -EBUSY;
	ret = lend_loop(vm, args->role);
	WRITE_ONCE(lent->task, NULL);
	/* Out before the bits are looked at: see ec2_lent_wake(). */
	smp_mb();
	if (!bitmap_empty(lent->ready, EC2_BLK_VQS))
		wake_one(vm, args->role);
	return ret;
}

/* ---- doorbells ---- */

static void ring(struct ec2_vm *vm, u32 index)
{
	if (likely(ec2_lent_there(vm, EC2_LEND_FAST))) {
		ec2_queue_serve(vm, index, EC2_HOW_INLINE);
		return;
	}
	/* Nobody to hand anything to: do it all, what waited for a thread included. */
	ec2_queue_serve(vm, index, EC2_HOW_LENT);
	if (!ec2_lent_there(vm, EC2_LEND_SLOW)) {
		ec2_queue_serve_slow(vm, index);
		ec2_queue_serve(vm, index, EC2_HOW_LENT);
	}
}

bool ec2_blk_doorbell(struct ec2_vm *vm, u16 port, u16 value)
{
	u32 slot;

	if (!port)
		return false;
	for (slot = 0; slot < EC2_MAX_DISKS; slot++)
		if (READ_ONCE(vm->blk.port[slot]) == port)
			break;
	if (slot == EC2_MAX_DISKS)
		return false;
	if (value < EC2_MAX_QUEUES)
		ring(vm, slot * EC2_MAX_QUEUES + value);
	return true;
}

int ec2_blk_kick(struct ec2_vm *vm, struct ec2_vm_kick *args)
{
	u32 index;

	if (args->slot >= EC2_MAX_DISKS || args->queue >= EC2_MAX_QUEUES)
		return -EINVAL;
	index = args->slot * EC2_MAX_QUEUES + args->queue;
	if (!READ_ONCE(vm->blk.vq[index].queue))
		return -ENOENT;
	ring(vm, index);
	return 0;
}

int ec2_blk_set_doorbell(struct ec2_vm *vm, struct ec2_vm_doorbell *args)
{
	int ret = 0;
	u32 i;

	if (args->slot >= EC2_MAX_DISKS || args->port > U16_MAX)
		return -EINVAL;
	mutex_lock(&vm->lock);
	for (i = 0; args->port && i < EC2_MAX_DISKS; i++)
		if (i != args->slot && vm->blk.port[i] == args->port)
			ret = -EEXIST;
	if (!ret)
		WRITE_ONCE(vm->blk.port[args->slot], args->port);
	mutex_unlock(&vm->lock);
	return ret;
}

/* ---- life ---- */

void ec2_blk_vm_init(struct ec2_vm *vm)
{
	static atomic64_t last_id = ATOMIC64_INIT(0);
	struct ec2_instance *inst = vm->inst;
	u32 i;

	vm->blk.id = atomic64_inc_return(&last_id);
	for (i = 0; i < EC2_BLK_ROLES; i++)
		init_waitqueue_head(&vm->blk.lent[i].wait);
	for (i = 0; i < EC2_BLK_VQS; i++)
		mutex_init(&vm->blk.vq[i].lock);
	for (i = 0; i < EC2_MAX_DISKS; i++)
		if (ec2_disk_in_slot(inst, i))
			ec2_event_send(inst, EC2_EVENT_DISK_ATTACHED, i,
				       inst->blk.disk[i]->geo.capacity, EC2_TO_VM | EC2_TO_REPLAY);
}

void ec2_blk_vm_off(struct ec2_vm *vm)
{
	u32 i;

	for (i = 0; i < EC2_BLK_ROLES; i++)
		wake_up_all(&vm->blk.lent[i].wait);
}
