/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SMBIOS in the shape that EC2 instances have, by which cloud-init and others know them. */
#ifndef VMM_SMBIOS_H
#define VMM_SMBIOS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Write anchor and structures to `area`, seen by the guest at `base` (a multiple of 16 in the
 * 0xF0000 segment). Return: bytes used, or 0 when `size` is too small.
 */
size_t smbios_build(uint8_t *area, size_t size, uint64_t base, const char *instance_id,
		    const char *instance_type);

#endif
