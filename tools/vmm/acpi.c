// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "acpi.h"
#include "dsdt.h"
#include "layout.h"

#define HEADER_SIZE 36
#define RSDP_SIZE 36
#define FADT_SIZE 276
#define FADT_REVISION 6

/* FADT flags */
#define POWER_BUTTON_METHOD (1U << 4)
#define SLEEP_BUTTON_METHOD (1U << 5)
#define RESET_REGISTER (1U << 10)
#define HARDWARE_REDUCED (1U << 20)
/* FADT boot architecture flags */
#define NO_VGA (1U << 2)
#define NO_ASPM (1U << 4)
#define NO_CMOS_CLOCK (1U << 5)
#define PROFILE_SERVER 4

/* Tables are laid one after the other, on 16 bytes. */
struct area {
	uint8_t *at;
	uint64_t base;
	size_t used, size;
};

static void put(uint8_t *to, uint64_t value, unsigned int bytes)
{
	for (; bytes; bytes--, value >>= 8)
		*to++ = (uint8_t)value;
}

static void set_checksum(uint8_t *bytes, size_t length, size_t at)
{
	uint8_t sum = 0;

	bytes[at] = 0;
	while (length)
		sum += bytes[--length];
	bytes[at] = (uint8_t)-sum;
}

/* A generic address structure: a port. */
static void put_port(uint8_t *to, unsigned int port)
{
	to[0] = 1; /* SystemIO */
	to[1] = 8;
	to[3] = 1; /* by bytes */
	put(to + 4, port, 8);
}

static uint8_t *begin(struct area *area, size_t need)
{
	area->used = (area->used + 15) & ~15UL;
	if (area->used > area->size || need > area->size - area->used)
		return NULL;
	return area->at + area->used;
}

/* Give the table its header; what follows it stands there already. Return: its guest address. */
static uint64_t finish(struct area *area, const char *signature, unsigned int revision,
		       size_t length)
{
	uint8_t *table = area->at + area->used;
	uint64_t address = area->base + area->used;

	memcpy(table, signature, 4);
	put(table + 4, length, 4);
	table[8] = (uint8_t)revision;
	memcpy(table + 10, "AMAZONAMZNEC2C", 14);
	put(table + 24, 1, 4);
	memcpy(table + 28, "EC2C", 4);
	put(table + 32, 1, 4);
	set_checksum(table, length, 9);
	area->used += length;
	return address;
}

static uint64_t build_dsdt(struct area *area, uint64_t pci64_base)
{
	uint8_t *table = begin(area, HEADER_SIZE);
	size_t length;

	if (!table)
		return 0;
	length = dsdt_build(table + HEADER_SIZE, area->size - area->used - HEADER_SIZE, pci64_base);
	return length ? finish(area, "DSDT", 2, HEADER_SIZE + length) : 0;
}

static uint64_t build_fadt(struct area *area, uint64_t dsdt)
{
	uint8_t *table = begin(area, FADT_SIZE);

	if (!table)
		return 0;
	put(table + 40, dsdt, 4);
	table[45] = PROFILE_SERVER;
	put(table + 109, NO_VGA | NO_ASPM | NO_CMOS_CLOCK, 2);
	put(table + 112,
	    POWER_BUTTON_METHOD | SLEEP_BUTTON_METHOD | RESET_REGISTER | HARDWARE_REDUCED, 4);
	put_port(table + 116, PORT_RESET);
	table[128] = RESET_VALUE;
	put(table + 140, dsdt, 8);
	put_port(table + 244, PORT_PLATFORM + PLATFORM_SLEEP_CONTROL);
	put_port(table + 256, PORT_PLATFORM + PLATFORM_SLEEP_STATUS);
	return finish(area, "FACP", FADT_REVISION, FADT_SIZE);
}

static uint64_t build_madt(struct area *area, unsigned int vcpus)
{
	size_t length = HEADER_SIZE + 8 + vcpus * 8 + 12 + 6;
	uint8_t *table = begin(area, length);
	uint8_t *entry;
	unsigned int i;

	if (!table)
		return 0;
	put(table + HEADER_SIZE, GPA_LAPIC, 4);
	entry = table + HEADER_SIZE + 8;
	for (i = 0; i < vcpus; i++, entry += 8) {
		entry[0] = 0; /* local APIC, enabled */
		entry[1] = 8;
		entry[2] = (uint8_t)i;
		entry[3] = (uint8_t)i;
		put(entry + 4, 1, 4);
	}
	entry[0] = 1; /* I/O APIC, interrupts from 0 */
	entry[1] = 12;
	put(entry + 4, GPA_IOAPIC, 4);
	entry += 12;
	entry[0] = 4; /* NMI at LINT1 of all */
	entry[1] = 6;
	entry[2] = 0xff;
	entry[5] = 1;
	return finish(area, "APIC", 5, length);
}

static uint64_t build_mcfg(struct area *area)
{
	uint8_t *table = begin(area, HEADER_SIZE + 8 + 16);

	if (!table)
		return 0;
	put(table + HEADER_SIZE + 8, GPA_ECAM, 8); /* segment 0, bus 0 to 0 */
	return finish(area, "MCFG", 1, HEADER_SIZE + 8 + 16);
}

static uint64_t build_xsdt(struct area *area, const uint64_t *tables, unsigned int n)
{
	uint8_t *table = begin(area, HEADER_SIZE + n * 8);
	unsigned int i;

	if (!table)
		return 0;
	for (i = 0; i < n; i++) {
		if (!tables[i])
			return 0;
		put(table + HEADER_SIZE + i * 8, tables[i], 8);
	}
	return finish(area, "XSDT", 1, HEADER_SIZE + n * 8);
}

size_t acpi_build(uint8_t *at, size_t size, uint64_t base, unsigned int vcpus, uint64_t pci64_base)
{
	struct area area = {.at = at, .base = base, .used = RSDP_SIZE, .size = size};
	uint64_t dsdt, xsdt, tables[3];

	if (size < RSDP_SIZE)
		return 0;
	memset(at, 0, size);
	dsdt = build_dsdt(&area, pci64_base);
	tables[0] = dsdt ? build_fadt(&area, dsdt) : 0;
	tables[1] = build_madt(&area, vcpus);
	tables[2] = build_mcfg(&area);
	xsdt = build_xsdt(&area, tables, 3);
	if (!xsdt)
		return 0;
	memcpy(at, "RSD PTR ", 8);
	memcpy(at + 9, "AMAZON", 6);
	at[15] = 2;
	put(at + 20, RSDP_SIZE, 4);
	put(at + 24, xsdt, 8);
	set_checksum(at, 20, 8);
	set_checksum(at, RSDP_SIZE, 32);
	return area.used;
}
