/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The DSDT's body: the devices that cannot be found by looking, and the methods around hot-plug. */
#ifndef VMM_DSDT_H
#define VMM_DSDT_H

#include <stddef.h>
#include <stdint.h>

/* Return: bytes written, or 0 when `size` is too small. */
size_t dsdt_build(uint8_t *buffer, size_t size, uint64_t pci64_base);

#endif
