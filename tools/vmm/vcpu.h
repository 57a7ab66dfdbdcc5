/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vCPUs: made while the process has one thread, run by one thread each. */
#ifndef VMM_VCPU_H
#define VMM_VCPU_H

#include <stdint.h>

/* Make them all; number 0 starts at `entry` in 64-bit mode, the others wait to be woken. */
void vcpus_create(unsigned int n, uint64_t entry);

/*
 * Have KVM make the thread that it wants for each machine (6.12 on: to recover huge pages), at the first
 * KVM_RUN and as one of ours: after jail_no_more_threads() it could not, and no vCPU would ever run. No
 * instruction of the guest's is executed.
 */
void vcpus_prime(void);

/* Run one until the machine's end. */
void vcpu_run(unsigned int index) __attribute__((noreturn));

#endif
