/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Put a Linux kernel into the guest's memory: the 64-bit boot protocol of Documentation/x86/boot. */
#ifndef VMM_BOOT_H
#define VMM_BOOT_H

#include <stdint.h>

#include "vmm.h"

/*
 * Load kernel, initrd and command line and write the zero page, descriptor table and first page
 * tables. rsdp: where ACPI begins. Return: the kernel's entry. Ends the process with a message when
 * the files are bad or do not fit.
 */
uint64_t boot_load(const struct vmm_options *options, uint64_t rsdp);

#endif
