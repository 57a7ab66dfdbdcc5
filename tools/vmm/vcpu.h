/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vCPUs: made while the process has one thread, run by one thread each. */
#ifndef VMM_VCPU_H
#define VMM_VCPU_H

#include <stdint.h>

/* Make them all; number 0 starts at `entry` in 64-bit mode, the others wait to be woken. */
void vcpus_create(unsigned int n, uint64_t entry);

/* Run one until the machine's end. */
void vcpu_run(unsigned int index) __attribute__((noreturn));

#endif
