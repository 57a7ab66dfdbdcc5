/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bzImage by the 64-bit boot protocol: where things go in memory. Pure arithmetic, no I/O. */
#ifndef LD_BZIMAGE_H
#define LD_BZIMAGE_H

#include <stddef.h>
#include <stdint.h>

#define LD_PARAMS_SIZE 4096
#define LD_CMDLINE_SIZE 4096
/* One segment: boot parameters, command line, the jump with its stack. Below 640 KiB, as all have. */
#define LD_LOW_BASE 0x20000
#define LD_LOW_SIZE (LD_PARAMS_SIZE + LD_CMDLINE_SIZE + 4096)
#define LD_LOW_ENTRY (LD_LOW_BASE + LD_PARAMS_SIZE + LD_CMDLINE_SIZE)

struct ld_layout {
	size_t code_at, code_size; /* in the file */
	uint64_t code_base, code_room;
	uint64_t entry;
	uint64_t initrd_base;
};

/*
 * ours: the boot parameters that the loader itself was started with; its memory map is handed on.
 * low: LD_LOW_SIZE bytes, filled for LD_LOW_BASE. initrd_size: a multiple of the page size.
 * Return: 0; -ENOEXEC: no bzImage of a version that this knows; -ENOSPC: no room in memory.
 */
int ld_bzimage(const uint8_t *image, size_t size, const uint8_t *ours, size_t initrd_size,
	       const char *cmdline, struct ld_layout *at, uint8_t *low);

#endif
