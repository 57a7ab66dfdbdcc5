/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ACPI tables: hardware-reduced, so that no legacy timer or interrupt controller is needed. */
#ifndef VMM_ACPI_H
#define VMM_ACPI_H

#include <stddef.h>
#include <stdint.h>

/* Last PCI device number that disks can have; the ones from 1 to it can be plugged. */
#define ACPI_LAST_PLUG 29

/*
 * Write all tables to `area`, which the guest sees at guest-physical `base` below 1 MiB; the RSDP
 * comes first. pci64_base: of the window for 64-bit BARs.
 * Return: bytes used, or 0 when `size` is too small.
 */
size_t acpi_build(uint8_t *area, size_t size, uint64_t base, unsigned int vcpus,
		  uint64_t pci64_base);

#endif
