/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one way to the kernel: /dev/kvm for what it says of itself, the VM file of /dev/ec2ctl for the
 * machine and its disks. 0 or a descriptor on success, -errno on failure.
 */
#ifndef VMM_KVM_H
#define VMM_KVM_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uapi/ec2ctl.h"

/*
 * Open /dev/kvm and make the instance's VM with its interrupt controllers. Ends the process with a
 * message on failure. To be called while the process has one thread.
 */
void kvm_create(int instance_fd);

/* No more questions to /dev/kvm itself: before the jail. */
void kvm_close_system(void);

int kvm_supported_cpuid(struct kvm_cpuid2 *cpuid);
bool kvm_has(unsigned int capability);

int kvm_memory(unsigned int slot, uint64_t gpa, uint64_t size, void *host);
int kvm_vcpu(unsigned int id, struct kvm_run **run);
int kvm_vcpu_ioctl(int vcpu, unsigned long request, void *argument);
int kvm_irqfd(unsigned int gsi, int eventfd, bool assign);
int kvm_routes(const struct kvm_irq_routing *routing);

/* The VM file: poll it for events, and for nothing else. */
int kvm_event_fd(void);
/* Up to n events, without waiting. Return: how many, 0 when there is none, or -errno. */
int kvm_events(struct ec2_event *events, unsigned int n);

int kvm_disk_get(struct ec2_vm_disk_get *disk);
int kvm_disk_reset(unsigned int slot);
int kvm_disk_ejected(unsigned int slot);
int kvm_queue_set(const struct ec2_vm_queue_set *queue);
int kvm_doorbell(unsigned int slot, unsigned int port);
int kvm_kick(unsigned int slot, unsigned int queue);
/* Let a write of `queue` to the port (16 bits) signal the eventfd, and nothing else; or no longer. */
int kvm_doorbell_fd(unsigned int port, unsigned int queue, int eventfd, bool assign);
/* Lend this thread; comes back at the VM's end only. */
int kvm_lend(enum ec2_lend_role role);

#endif
