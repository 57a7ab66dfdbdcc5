// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Documentation/arch/x86/boot.rst of the kernel: the setup header, the zero page, the 64-bit entry.
 * kexec_file_load could do this too, but it lets the guest check a slow SHA-256 over kernel and
 * initrd before it jumps.
 */
#include <errno.h>
#include <string.h>

#include "bzimage.h"

/* Offsets in the boot parameters; from 0x1f1 on they are those in the image's first sectors too. */
enum {
	SCREEN_INFO_SIZE = 0x40,
	ACPI_RSDP = 0x70,
	E820_ENTRIES = 0x1e8,
	SETUP_SECTS = 0x1f1,
	BOOT_FLAG = 0x1fe,
	JUMP = 0x201,
	MAGIC = 0x202,
	VERSION = 0x206,
	LOADER_TYPE = 0x210,
	RAMDISK_IMAGE = 0x218,
	RAMDISK_SIZE = 0x21c,
	CMDLINE_PTR = 0x228,
	INITRD_MAX = 0x22c,
	RELOCATABLE = 0x234,
	XLOADFLAGS = 0x236,
	CMDLINE_MAX = 0x238,
	PREF_ADDRESS = 0x258,
	INIT_SIZE = 0x260,
	E820_TABLE = 0x2d0,
};

#define E820_MAX 128
#define E820_SIZE 20
#define E820_RAM 1
#define XLF_KERNEL_64 1
#define KEXEC_LOADER 0xd0
/* where old kernels still find an initrd, and below the loader's own limit of memory */
#define INITRD_TOP 0x30000000ULL
#define PAGE 4096ULL

static uint64_t get(const uint8_t *p, size_t at, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, p + at, n);
	return v;
}

static void put32(uint8_t *p, size_t at, uint64_t v)
{
	uint32_t x = (uint32_t)v;

	memcpy(p + at, &x, sizeof(x));
}

/* The end of the RAM that `from` lies in; 0: it is no RAM. */
static uint64_t ram_end(const uint8_t *params, uint64_t from)
{
	size_t i, n = params[E820_ENTRIES];

	for (i = 0; i < n && i < E820_MAX; i++) {
		size_t e = E820_TABLE + i * E820_SIZE;
		uint64_t base = get(params, e, 8), size = get(params, e + 8, 8);

		if (get(params, e + 16, 4) == E820_RAM && base <= from && size > from - base)
			return base + size;
	}
	return 0;
}

static int place(const uint8_t *image, const uint8_t *ours, size_t initrd_size,
		 struct ld_layout *at)
{
	uint64_t top, end;

	at->code_base = get(image, PREF_ADDRESS, 8);
	at->code_room = (get(image, INIT_SIZE, 4) + PAGE - 1) & ~(PAGE - 1);
	end = ram_end(ours, at->code_base);
	if (at->code_base & (PAGE - 1) || at->code_base < 0x100000 ||
	    at->code_room < at->code_size || end < at->code_room ||
	    at->code_base > end - at->code_room ||
	    ram_end(ours, LD_LOW_BASE) < LD_LOW_BASE + LD_LOW_SIZE)
		return -ENOSPC;
	top = get(image, INITRD_MAX, 4) + 1;
	top = (top < INITRD_TOP ? top : INITRD_TOP) & ~(PAGE - 1);
	top = top < end ? top : end & ~(PAGE - 1);
	if (initrd_size > top || top - initrd_size < at->code_base + at->code_room)
		return -ENOSPC;
	at->initrd_base = top - initrd_size;
	return 0;
}

static void fill(const uint8_t *image, const uint8_t *ours, size_t initrd_size, const char *cmdline,
		 const struct ld_layout *at, uint8_t *low)
{
	memset(low, 0, LD_LOW_SIZE);
	memcpy(low, ours, SCREEN_INFO_SIZE);
	memcpy(low + ACPI_RSDP, ours + ACPI_RSDP, 8);
	low[E820_ENTRIES] = ours[E820_ENTRIES] < E820_MAX ? ours[E820_ENTRIES] : E820_MAX;
	memcpy(low + E820_TABLE, ours + E820_TABLE, E820_MAX * E820_SIZE);
	memcpy(low + SETUP_SECTS, image + SETUP_SECTS, MAGIC + image[JUMP] - SETUP_SECTS);
	low[LOADER_TYPE] = KEXEC_LOADER;
	put32(low, RAMDISK_IMAGE, initrd_size ? at->initrd_base : 0);
	put32(low, RAMDISK_SIZE, initrd_size);
	put32(low, CMDLINE_PTR, LD_LOW_BASE + LD_PARAMS_SIZE);
	memcpy(low + LD_PARAMS_SIZE, cmdline, strlen(cmdline) + 1);
}

int ld_bzimage(const uint8_t *image, size_t size, const uint8_t *ours, size_t initrd_size,
	       const char *cmdline, struct ld_layout *at, uint8_t *low)
{
	int r;

	if (size < E820_TABLE + 512 || get(image, BOOT_FLAG, 2) != 0xaa55 ||
	    memcmp(image + MAGIC, "HdrS", 4) || get(image, VERSION, 2) < 0x20c ||
	    !(get(image, XLOADFLAGS, 2) & XLF_KERNEL_64) || !image[RELOCATABLE] ||
	    MAGIC + image[JUMP] > E820_TABLE)
		return -ENOEXEC;
	at->code_at = (image[SETUP_SECTS] ? image[SETUP_SECTS] + 1U : 5U) * 512;
	if (at->code_at + PAGE > size || strlen(cmdline) >= LD_CMDLINE_SIZE ||
	    strlen(cmdline) > get(image, CMDLINE_MAX, 4))
		return -ENOEXEC;
	at->code_size = size - at->code_at;
	r = place(image, ours, initrd_size, at);
	if (r)
		return r;
	at->entry = at->code_base + 0x200;
	fill(image, ours, initrd_size, cmdline, at, low);
	return 0;
}
