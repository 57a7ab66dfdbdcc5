/* SPDX-License-Identifier: GPL-2.0 */
/*
 * virtio-blk: what instances and VMs hold of it, and the calls.
 *
 * A disk (disk.h) belongs to an instance and sits in one of its slots. A queue (queue.h) is bound by
 * the VM that runs, and serves one virtqueue of one slot. Any thread of the VMM may serve a queue:
 * the vCPU thread that rang the doorbell, or one of the two that EC2_VM_LEND keeps in the kernel.
 *
 * Locks, outermost first: ec2_instance.lock (slots, and how many queues a disk has), ec2_blk_vq.lock
 * (one queue's rings and requests), ec2_disk.limit_lock (token buckets).
 */
#ifndef EC2_BLK_H
#define EC2_BLK_H

#include <linux/bitmap.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "limits.h"
#include "uapi/ec2ctl.h"

struct ec2_instance;
struct ec2_vm;
struct ec2_disk;
struct ec2_queue;

/* A place for a queue. It lives as long as the VM, so that a doorbell needs no reference. */
struct ec2_blk_vq {
	struct mutex lock;
	struct ec2_queue *queue; /* under lock; NULL: not bound */
	/*
	 * Somebody wanted to serve while another one held the lock: set before a trylock, looked at
	 * after each unlock, so that one of the two always sees it.
	 */
	bool kicked;
};

#define EC2_BLK_VQS (EC2_MAX_DISKS * EC2_MAX_QUEUES)
#define EC2_BLK_ROLES 2

/* A thread that serves, or the place of one. */
struct ec2_blk_lent {
	wait_queue_head_t wait;
	struct task_struct *task; /* NULL: none is lent; only compared, never followed */
	DECLARE_BITMAP(ready, EC2_BLK_VQS); /* queues that want it */
};

struct ec2_blk_vm {
	u64 id; /* of the VM, never used again */
	struct ec2_blk_lent lent[EC2_BLK_ROLES]; /* by enum ec2_lend_role */
	u16 port[EC2_MAX_DISKS]; /* doorbells by slot, 0: none; written under vm->lock */
	/*
	 * A completion in an interrupt may still look at `lent` when the VM goes: struct ec2_vm is
	 * freed with kfree_rcu(vm, blk.rcu).
	 */
	struct rcu_head rcu;
	struct ec2_blk_vq vq[EC2_BLK_VQS]; /* slot * EC2_MAX_QUEUES + queue */
};

struct ec2_blk_instance {
	struct ec2_disk *disk[EC2_MAX_DISKS]; /* a reference each; under ec2_instance.lock */
};

/* ---- calls of the control file; none is called under the instance's lock ---- */

int ec2_disk_attach(struct ec2_instance *inst, struct ec2_disk_attach *args);
int ec2_disk_detach(struct ec2_instance *inst, struct ec2_disk_detach *args);
int ec2_disk_resize(struct ec2_instance *inst, struct ec2_disk_resize *args);
int ec2_disk_limit(struct ec2_instance *inst, struct ec2_disk_limit *args);
int ec2_disk_stats(struct ec2_instance *inst, struct ec2_disk_stats *args);
/* The attached slots. */
u64 ec2_disk_mask(struct ec2_instance *inst);

void ec2_blk_instance_init(struct ec2_instance *inst);
/* The instance ends: let all disks go. Requests in flight keep theirs until they end. */
void ec2_disk_release_all(struct ec2_instance *inst);

/* ---- calls of the VM file, by a thread with the VM's mm ---- */

int ec2_blk_disk_get(struct ec2_vm *vm, struct ec2_vm_disk_get *args);
int ec2_blk_queue_set(struct ec2_vm *vm, struct ec2_vm_queue_set *args);
int ec2_blk_disk_reset(struct ec2_vm *vm, struct ec2_vm_disk_reset *args);
int ec2_blk_set_doorbell(struct ec2_vm *vm, struct ec2_vm_doorbell *args);
int ec2_blk_lend(struct ec2_vm *vm, struct ec2_vm_lend *args);
int ec2_blk_ejected(struct ec2_vm *vm, struct ec2_vm_disk_ejected *args);
int ec2_blk_kick(struct ec2_vm *vm, struct ec2_vm_kick *args);

/*
 * A two-byte OUT in a vCPU's thread, which has the VM's mm. True: the port is a doorbell, and what
 * it asks for is done or somebody does it.
 */
bool ec2_blk_doorbell(struct ec2_vm *vm, u16 port, u16 value);

/* Under the instance's lock, when the VM is published. */
void ec2_blk_vm_init(struct ec2_vm *vm);
/* The VM is off (vm->off is set): lent threads return. Any number of times, from any process. */
void ec2_blk_vm_off(struct ec2_vm *vm);
/* The VM's file is closed: unbind all queues, without waiting for requests in flight. */
void ec2_blk_vm_stop(struct ec2_vm *vm);

#endif
