// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "smbios.h"

#define ANCHOR_SIZE 24
#define VENDOR "Amazon EC2"
#define UUID_TEXT 37

struct writer {
	uint8_t *start;
	size_t used, size;
	uint16_t handle;
};

static void put(struct writer *writer, const void *bytes, size_t length)
{
	if (length <= writer->size - writer->used)
		memcpy(writer->start + writer->used, bytes, length);
	else
		writer->size = 0; /* seen at the end */
	if (writer->size)
		writer->used += length;
}

/* A structure: its formatted part after the header, then its strings, numbered from 1. */
static void structure(struct writer *writer, uint8_t type, const void *body, size_t length,
		      const char *const *strings)
{
	const uint8_t head[] = {type, (uint8_t)(4 + length), (uint8_t)writer->handle,
				(uint8_t)(writer->handle >> 8)};

	writer->handle++;
	put(writer, head, sizeof(head));
	put(writer, body, length);
	if (!strings)
		put(writer, "", 1);
	for (; strings && *strings; strings++)
		put(writer, *strings, strlen(*strings) + 1);
	put(writer, "", 1);
}

/*
 * "ec2", then the digits of the instance's id, over and over: the same for each start of one
 * instance, different for two. `bytes` are the UUID as SMBIOS stores it, the first three fields
 * little-endian.
 */
static void make_uuid(const char *id, char text[UUID_TEXT], uint8_t bytes[16])
{
	static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	const char *digits = strchr(id, '-') ? strchr(id, '-') + 1 : id;
	char hex[33] = "ec2";
	size_t i, length = 3;

	for (i = 0; length < 32; i = digits[i] && digits[i + 1] ? i + 1 : 0)
		hex[length++] = isxdigit((unsigned char)digits[i])
					? (char)tolower((unsigned char)digits[i])
					: '0';
	for (i = 0; i < 16; i++) {
		unsigned int value;

		sscanf(hex + 2 * i, "%2x", &value);
		bytes[order[i]] = (uint8_t)value;
	}
	snprintf(text, UUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
		 hex + 20);
}

static void write_structures(struct writer *writer, const char *id, const char *type)
{
	char uuid[UUID_TEXT];
	/* BIOS: strings 1 to 3; characteristics unsupported; virtual machine; release 1.0 */
	static const uint8_t bios[20] = {1, 2, 0, 0xf0, 3, 0,	 0x08, 0, 0,	0,
					 0, 0, 0, 0,	0, 0x10, 1,    0, 0xff, 0xff};
	uint8_t system[23] = {1, 2, 0, 3, [20] = 6 /* woken by power switch */, 0, 0};
	static const uint8_t board[11] = {1, 0, 0, 0, 2, 0x01, 0, 3, 0, 0x0a, 0};
	static const uint8_t chassis[17] = {1, 1, 0, 0, 2, 3, 3, 3, 2};

	make_uuid(id, uuid, system + 4);
	structure(writer, 0, bios, sizeof(bios),
		  (const char *const[]){VENDOR, "1.0", "10/16/2017", NULL});
	structure(writer, 1, system, sizeof(system),
		  (const char *const[]){VENDOR, type, uuid, NULL});
	structure(writer, 2, board, sizeof(board), (const char *const[]){VENDOR, id, NULL});
	structure(writer, 3, chassis, sizeof(chassis), (const char *const[]){VENDOR, VENDOR, NULL});
	structure(writer, 127, "", 0, NULL);
}

size_t smbios_build(uint8_t *area, size_t size, uint64_t base, const char *instance_id,
		    const char *instance_type)
{
	struct writer writer = {.start = area, .used = 32, .size = size};
	uint8_t anchor[ANCHOR_SIZE] = "_SM3_";
	uint64_t structures = base + 32;
	uint32_t length;
	uint8_t sum = 0;
	size_t i;

	if (size < 32)
		return 0;
	write_structures(&writer, instance_id, instance_type);
	if (!writer.size)
		return 0;
	length = (uint32_t)(writer.used - 32);
	anchor[6] = ANCHOR_SIZE;
	anchor[7] = 3; /* 3.0 */
	anchor[10] = 1;
	memcpy(anchor + 12, &length, sizeof(length));
	memcpy(anchor + 16, &structures, sizeof(structures));
	for (i = 0; i < ANCHOR_SIZE; i++)
		sum += anchor[i];
	anchor[5] = (uint8_t)-sum;
	memcpy(area, anchor, ANCHOR_SIZE);
	return writer.used;
}
