/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The instance's VM: KVM's own files behind files of ours, with allow-lists of calls, checks on the
 * way and KVM_RUN metered. The only code that calls KVM; no symbol of kvm.ko is used.
 */
#ifndef EC2_KVM_H
#define EC2_KVM_H

#include <linux/types.h>

struct ec2_call;
struct ec2_instance;
struct ec2_usage;
struct ec2_vm;

/* Handler of EC2_VM_CREATE. */
int ec2_vm_create(struct ec2_call *call);

/*
 * The guest runs no more, and what waits in the VM comes back. Not under the instance's lock; more
 * than once does no harm.
 */
void ec2_vm_off(struct ec2_vm *vm);

/* Counters of all vCPUs, closed ones included. Under the instance's lock. */
void ec2_vm_usage(struct ec2_instance *inst, struct ec2_usage *usage);

#endif
