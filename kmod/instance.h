/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An instance: what the shim holds. It owns disks, meters, credits and the state machine, and has at
 * most one VM (kvm.h) at a time.
 *
 * Locks, outermost first:
 *   ec2_vcpu.lock      (kvm.c) a vCPU's calls, KVM_RUN above all
 *   ec2_vm.lock        memory slots, count of vCPUs, doorbell ports
 *   ec2_instance.lock  state, VM pointer, list of vCPUs, meters, and the disk slots (blk.h)
 *   the table's mutex  (object.c) is never held over another one
 *   event lock         (event.c) innermost, safe in interrupts
 */
#ifndef EC2_INSTANCE_H
#define EC2_INSTANCE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/workqueue.h>

#include "blk.h"
#include "credit.h"
#include "event.h"
#include "gmem.h"
#include "limits.h"
#include "meter.h"
#include "object.h"
#include "state.h"
#include "uapi/ec2ctl.h"

struct ec2_call;

struct ec2_instance {
	struct ec2_named named; /* ec2_instances holds no reference: the file withdraws it */
	/* fixed when made */
	u64 memory;
	u32 vcpus;
	bool has_credits;

	struct mutex lock;
	/* under lock, this and all below, unless said */
	enum ec2_state state; /* also read without it */
	bool ended; /* the file is closed, or the state is stopped or terminated */
	bool visible; /* it was published: others have heard of it */
	bool vm_making; /* EC2_VM_CREATE is under way */
	struct ec2_vm *vm; /* from EC2_VM_CREATE until the VM's file is closed; no reference */
	struct list_head vcpu_list; /* open vCPU files, also of a VM that is closed */
	struct ec2_meter meter;
	struct ec2_credit credit;
	u64 credit_time; /* of the last count, ns */
	u64 credit_used; /* vCPU ns at that time */
	u64 quota; /* the last EC2_EVENT_THROTTLE */
	struct delayed_work credit_work;

	struct ec2_event_queue events; /* of the instance file; lives as long as we do */
	struct ec2_event_queue *vm_events; /* of the VM file; under the event lock */

	struct ec2_blk_instance blk; /* disks: see blk.h for their locks */
};

/* A VM: what the VMM holds; off means that the guest does not run again. */
struct ec2_vm {
	struct ec2_object obj; /* held by the VM file and by each vCPU file */
	/* fixed when made */
	struct ec2_instance *inst; /* a reference */
	struct file *kvm; /* KVM's own VM file */
	struct mm_struct *mm; /* mmgrab: alive as an address only; callers must have it */
	struct pid *vmm; /* the process that made it, a reference */

	atomic_t off; /* set once, by ec2_vm_off() */
	bool started; /* a vCPU has run; set once */
	struct mutex lock;
	/* under lock, this and all below, unless said */
	u32 n_vcpus; /* ever made */
	u64 rom; /* bytes of read-only slots */

	struct ec2_event_queue events;
	struct ec2_gmem gmem; /* see gmem.h: no lock once frozen */
	struct ec2_blk_vm blk; /* see blk.h */
};

extern struct ec2_table ec2_instances;

void ec2_instance_module_init(void);

/* A reference, or NULL. */
struct ec2_instance *ec2_instance_find(const char id[EC2_ID_LEN]);
struct ec2_instance *ec2_instance_next(u64 *pos);

static inline void ec2_instance_get(struct ec2_instance *inst)
{
	ec2_object_get(&inst->named.obj);
}

/* From any context. */
static inline void ec2_instance_put(struct ec2_instance *inst)
{
	ec2_object_put(&inst->named.obj);
}

static inline void ec2_vm_get(struct ec2_vm *vm)
{
	ec2_object_get(&vm->obj);
}

/* From any context. */
static inline void ec2_vm_put(struct ec2_vm *vm)
{
	ec2_object_put(&vm->obj);
}

static inline bool ec2_vm_is_off(struct ec2_vm *vm)
{
	return atomic_read(&vm->off);
}

/* Handlers of the control file. */
int ec2_instance_create(struct ec2_call *call);
int ec2_instance_signal(struct ec2_instance *inst, struct ec2_instance_signal *args);
int ec2_instance_stats(struct ec2_instance *inst, struct ec2_instance_stats *args);

/* The first KVM_RUN: pending -> running. */
void ec2_instance_started(struct ec2_instance *inst);

#endif
