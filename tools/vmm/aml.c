// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "aml.h"

/* A length written in three bytes whatever it is, so that it can be filled in at the block's end. */
#define LENGTH_BYTES 3

void aml_bytes(struct aml *aml, const void *bytes, size_t length)
{
	if (length > aml->size - aml->length) {
		aml->overflow = true;
		return;
	}
	memcpy(aml->buffer + aml->length, bytes, length);
	aml->length += length;
}

void aml_byte(struct aml *aml, unsigned int byte)
{
	uint8_t value = (uint8_t)byte;

	aml_bytes(aml, &value, 1);
}

void aml_word(struct aml *aml, unsigned int word)
{
	aml_byte(aml, word);
	aml_byte(aml, word >> 8);
}

void aml_dword(struct aml *aml, uint32_t dword)
{
	aml_word(aml, dword & 0xffff);
	aml_word(aml, dword >> 16);
}

void aml_qword(struct aml *aml, uint64_t qword)
{
	aml_dword(aml, (uint32_t)qword);
	aml_dword(aml, (uint32_t)(qword >> 32));
}

void aml_name(struct aml *aml, const char *path)
{
	size_t segments;

	if (*path == '\\') {
		aml_byte(aml, '\\');
		path++;
	}
	segments = (strlen(path) + 1) / 5;
	if (segments == 2)
		aml_byte(aml, 0x2e);
	else if (segments > 2)
		aml_bytes(aml, (uint8_t[]){0x2f, (uint8_t)segments}, 2);
	for (; segments; segments--, path += 5)
		aml_bytes(aml, path, 4);
}

void aml_number(struct aml *aml, uint64_t value)
{
	if (value <= 1) {
		aml_byte(aml, (unsigned int)value);
	} else if (value <= 0xff) {
		aml_byte(aml, 0x0a);
		aml_byte(aml, (unsigned int)value);
	} else if (value <= 0xffff) {
		aml_byte(aml, 0x0b);
		aml_word(aml, (unsigned int)value);
	} else if (value <= 0xffffffff) {
		aml_byte(aml, 0x0c);
		aml_dword(aml, (uint32_t)value);
	} else {
		aml_byte(aml, 0x0e);
		aml_qword(aml, value);
	}
}

void aml_string(struct aml *aml, const char *text)
{
	aml_byte(aml, 0x0d);
	aml_bytes(aml, text, strlen(text) + 1);
}

static unsigned int hex(char c)
{
	return c <= '9' ? (unsigned int)(c - '0') : (unsigned int)(c - 'A' + 10);
}

void aml_eisa_id(struct aml *aml, const char *id)
{
	unsigned int maker = (id[0] - 0x40U) << 10 | (id[1] - 0x40U) << 5 | (id[2] - 0x40U);

	aml_byte(aml, 0x0c);
	aml_byte(aml, maker >> 8);
	aml_byte(aml, maker);
	aml_byte(aml, hex(id[3]) << 4 | hex(id[4]));
	aml_byte(aml, hex(id[5]) << 4 | hex(id[6]));
}

static void begin(struct aml *aml)
{
	if (aml->depth == AML_MAX_DEPTH) {
		aml->overflow = true;
		return;
	}
	aml->open[aml->depth++] = aml->length;
	aml_bytes(aml, "\0\0", LENGTH_BYTES);
}

void aml_end(struct aml *aml)
{
	size_t at, length;

	if (!aml->depth || aml->overflow)
		return;
	at = aml->open[--aml->depth];
	length = aml->length - at;
	aml->buffer[at] = (uint8_t)(0x80 | (length & 0xf));
	aml->buffer[at + 1] = (uint8_t)(length >> 4);
	aml->buffer[at + 2] = (uint8_t)(length >> 12);
}

void aml_scope(struct aml *aml, const char *path)
{
	aml_byte(aml, 0x10);
	begin(aml);
	aml_name(aml, path);
}

void aml_device(struct aml *aml, const char *name)
{
	aml_ops(aml, "\x5b\x82");
	begin(aml);
	aml_name(aml, name);
}

void aml_method(struct aml *aml, const char *name, unsigned int arguments)
{
	aml_byte(aml, 0x14);
	begin(aml);
	aml_name(aml, name);
	aml_byte(aml, arguments | 0x08); /* serialized */
}

void aml_if(struct aml *aml)
{
	aml_byte(aml, 0xa0);
	begin(aml);
}

void aml_else(struct aml *aml)
{
	aml_byte(aml, 0xa1);
	begin(aml);
}

void aml_package(struct aml *aml, unsigned int elements)
{
	aml_byte(aml, 0x12);
	begin(aml);
	aml_byte(aml, elements);
}

void aml_ports(struct aml *aml, const char *name, unsigned int base, unsigned int length)
{
	aml_ops(aml, "\x5b\x80");
	aml_name(aml, name);
	aml_byte(aml, 1); /* SystemIO */
	aml_number(aml, base);
	aml_number(aml, length);
}

void aml_field(struct aml *aml, const char *region, unsigned int width)
{
	aml_ops(aml, "\x5b\x81");
	begin(aml);
	aml_name(aml, region);
	/* no lock, what is not written stays zero */
	aml_byte(aml, (width == 1 ? 1 : width == 2 ? 2 : 3) | 2 << 5);
}

static void field_length(struct aml *aml, unsigned int bits)
{
	if (bits < 64) {
		aml_byte(aml, bits);
	} else {
		aml_byte(aml, 0x40 | (bits & 0xf));
		aml_byte(aml, bits >> 4);
	}
}

void aml_field_unit(struct aml *aml, const char *name, unsigned int bits)
{
	aml_bytes(aml, name, 4);
	field_length(aml, bits);
}

void aml_field_gap(struct aml *aml, unsigned int bits)
{
	aml_byte(aml, 0);
	field_length(aml, bits);
}

void aml_let(struct aml *aml, const char *name)
{
	aml_byte(aml, 0x08);
	aml_name(aml, name);
}

void aml_let_number(struct aml *aml, const char *name, uint64_t value)
{
	aml_let(aml, name);
	aml_number(aml, value);
}

/* The buffer's size is a word at a known place, filled in at the end. */
void aml_resources(struct aml *aml, const char *name)
{
	aml_let(aml, name);
	aml_byte(aml, 0x11);
	begin(aml);
	aml_ops(aml, "\x0b\0\0");
}

void aml_resources_end(struct aml *aml)
{
	size_t at, length;

	aml_ops(aml, "\x79\0");
	if (!aml->depth || aml->overflow)
		return;
	at = aml->open[aml->depth - 1] + LENGTH_BYTES + 1;
	length = aml->length - (at + 2);
	aml->buffer[at] = (uint8_t)length;
	aml->buffer[at + 1] = (uint8_t)(length >> 8);
	aml_end(aml);
}

#define RANGE_FIXED 0x0c /* both ends are */

static void window16(struct aml *aml, unsigned int type, unsigned int flags, unsigned int first,
		     unsigned int last)
{
	aml_ops(aml, "\x88\x0d\0");
	aml_byte(aml, type);
	aml_byte(aml, RANGE_FIXED);
	aml_byte(aml, flags);
	aml_word(aml, 0);
	aml_word(aml, first);
	aml_word(aml, last);
	aml_word(aml, 0);
	aml_word(aml, last - first + 1);
}

void aml_bus_range(struct aml *aml, unsigned int first, unsigned int last)
{
	window16(aml, 2, 0, first, last);
}

void aml_port_window(struct aml *aml, unsigned int first, unsigned int last)
{
	window16(aml, 1, 3, first, last); /* ISA and non-ISA ranges */
}

void aml_memory_window32(struct aml *aml, uint32_t base, uint32_t size)
{
	aml_ops(aml, "\x87\x17\0\0");
	aml_byte(aml, RANGE_FIXED);
	aml_byte(aml, 1); /* writable, not cacheable */
	aml_dword(aml, 0);
	aml_dword(aml, base);
	aml_dword(aml, base + size - 1);
	aml_dword(aml, 0);
	aml_dword(aml, size);
}

void aml_memory_window64(struct aml *aml, uint64_t base, uint64_t size)
{
	aml_ops(aml, "\x8a\x2b\0\0");
	aml_byte(aml, RANGE_FIXED);
	aml_byte(aml, 1);
	aml_qword(aml, 0);
	aml_qword(aml, base);
	aml_qword(aml, base + size - 1);
	aml_qword(aml, 0);
	aml_qword(aml, size);
}

void aml_fixed_ports(struct aml *aml, unsigned int base, unsigned int length)
{
	aml_ops(aml, "\x47\x01");
	aml_word(aml, base);
	aml_word(aml, base);
	aml_byte(aml, 1);
	aml_byte(aml, length);
}

void aml_fixed_memory(struct aml *aml, uint32_t base, uint32_t size)
{
	aml_ops(aml, "\x86\x09\0\x01");
	aml_dword(aml, base);
	aml_dword(aml, size);
}

void aml_interrupt(struct aml *aml, uint32_t gsi)
{
	aml_ops(aml, "\x89\x06\0\x03\x01");
	aml_dword(aml, gsi);
}
