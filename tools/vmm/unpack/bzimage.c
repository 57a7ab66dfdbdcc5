// SPDX-License-Identifier: LGPL-2.1-or-later
/* The setup header of Documentation/x86/boot.rst. */
#include <string.h>

#include "unpack.h"

#define SETUP_SECTORS 0x1f1
#define BOOT_FLAG 0x1fe
#define MAGIC 0x202 /* "HdrS" */
#define VERSION 0x206
#define LOAD_FLAGS_64 0x236
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c
#define HEADER_END 0x268
#define SECTOR 512

static uint32_t get(const uint8_t *at, unsigned int bytes)
{
	uint32_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

void bzimage_payload(const uint8_t *image, size_t size, const uint8_t **payload, size_t *length)
{
	uint64_t start, offset, sectors;

	if (size < HEADER_END || get(image + BOOT_FLAG, 2) != 0xaa55 ||
	    memcmp(image + MAGIC, "HdrS", 4))
		fail("not a Linux kernel (neither bzImage nor ELF)");
	if (get(image + VERSION, 2) < 0x20c || !(get(image + LOAD_FLAGS_64, 2) & 1))
		fail("not an x86_64 kernel");
	sectors = image[SETUP_SECTORS] ? image[SETUP_SECTORS] : 4;
	offset = get(image + PAYLOAD_OFFSET, 4);
	*length = get(image + PAYLOAD_LENGTH, 4);
	start = (sectors + 1) * SECTOR + offset;
	if (!offset || !*length)
		fail("the bzImage names no payload");
	if (start > size || *length > size - start)
		fail("the file is cut off: its payload ends at byte %llu, it has %zu",
		     (unsigned long long)(start + *length), size);
	*payload = image + start;
}
