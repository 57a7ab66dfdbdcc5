// SPDX-License-Identifier: LGPL-2.1-or-later
#include "acpi.h"
#include "aml.h"
#include "dsdt.h"
#include "layout.h"
#include "platform.h"

/* opcodes and operands used as they are */
#define OP_STORE 0x70
#define OP_AND 0x7b
#define OP_OR 0x7d
#define OP_NOTIFY 0x86
#define OP_CREATE_DWORD 0x8a
#define OP_EQUAL 0x93
#define OP_RETURN 0xa4
#define LOCAL0 0x60
#define LOCAL1 0x61
#define ARG0 0x68
#define ARG3 0x6b
#define NO_TARGET 0x00

#define NOTIFY_DEVICE_CHECK 1
#define NOTIFY_EJECT 3
#define NOTIFY_BUTTON 0x80

/* _OSC's control bits for what we leave to ACPI: native hot-plug and all else */
#define OSC_GRANTED 0
#define OSC_UNKNOWN_UUID 4

static void slot_name(char name[5], unsigned int device)
{
	static const char digits[] = "0123456789ABCDEF";

	name[0] = 'S';
	name[1] = 'L';
	name[2] = digits[device >> 4];
	name[3] = digits[device & 15];
	name[4] = 0;
}

static void slot(struct aml *aml, unsigned int device)
{
	char name[5];

	slot_name(name, device);
	aml_device(aml, name);
	aml_let_number(aml, "_ADR", (uint64_t)device << 16);
	aml_let_number(aml, "_SUN", device);
	aml_method(aml, "_EJ0", 1);
	aml_byte(aml, OP_STORE);
	aml_number(aml, 1ULL << device);
	aml_name(aml, "\\_SB_.EJCT");
	aml_end(aml);
	aml_end(aml);
}

static void notify_slot(struct aml *aml, unsigned int local, unsigned int device,
			unsigned int value)
{
	char name[5];

	slot_name(name, device);
	aml_if(aml);
	aml_byte(aml, OP_AND);
	aml_byte(aml, local);
	aml_number(aml, 1ULL << device);
	aml_byte(aml, NO_TARGET);
	aml_byte(aml, OP_NOTIFY);
	aml_name(aml, name);
	aml_number(aml, value);
	aml_end(aml);
}

/* Tell the guest which devices came, went, or should go. */
static void scan_method(struct aml *aml)
{
	unsigned int device;

	aml_method(aml, "PSCN", 0);
	aml_byte(aml, OP_STORE);
	aml_name(aml, "\\_SB_.PLUG");
	aml_byte(aml, LOCAL0);
	aml_byte(aml, OP_STORE);
	aml_name(aml, "\\_SB_.UPLG");
	aml_byte(aml, LOCAL1);
	for (device = 1; device <= ACPI_LAST_PLUG; device++) {
		notify_slot(aml, LOCAL0, device, NOTIFY_DEVICE_CHECK);
		notify_slot(aml, LOCAL1, device, NOTIFY_EJECT);
	}
	aml_end(aml);
}

/* PCI's _OSC grants nothing: hot-plug is ACPI's, and there is no PCI Express port to manage. */
static void osc_method(struct aml *aml)
{
	static const uint8_t uuid[] = {0x5b, 0x4d, 0xdb, 0x33, 0xf7, 0x1f, 0x1c, 0x40,
				       0x96, 0x57, 0x74, 0x41, 0xc0, 0x3d, 0xd7, 0x66};

	aml_method(aml, "_OSC", 4);
	aml_byte(aml, OP_CREATE_DWORD);
	aml_byte(aml, ARG3);
	aml_number(aml, 0);
	aml_name(aml, "CDW1");
	aml_if(aml);
	aml_byte(aml, OP_EQUAL);
	aml_byte(aml, ARG0);
	aml_ops(aml, "\x11\x13\x0a\x10"); /* Buffer, 19 bytes long, of 16 */
	aml_bytes(aml, uuid, sizeof(uuid));
	aml_byte(aml, OP_CREATE_DWORD);
	aml_byte(aml, ARG3);
	aml_number(aml, 8);
	aml_name(aml, "CDW3");
	aml_byte(aml, OP_STORE);
	aml_number(aml, OSC_GRANTED);
	aml_name(aml, "CDW3");
	aml_end(aml);
	aml_else(aml);
	aml_byte(aml, OP_OR);
	aml_name(aml, "CDW1");
	aml_number(aml, OSC_UNKNOWN_UUID);
	aml_name(aml, "CDW1");
	aml_end(aml);
	aml_byte(aml, OP_RETURN);
	aml_byte(aml, ARG3);
	aml_end(aml);
}

static void pci(struct aml *aml, uint64_t pci64_base)
{
	unsigned int device;

	aml_device(aml, "PCI0");
	aml_let(aml, "_HID");
	aml_eisa_id(aml, "PNP0A08");
	aml_let(aml, "_CID");
	aml_eisa_id(aml, "PNP0A03");
	aml_let_number(aml, "_SEG", 0);
	aml_let_number(aml, "_BBN", 0);
	aml_let_number(aml, "_UID", 0);
	aml_resources(aml, "_CRS");
	aml_bus_range(aml, 0, 0);
	aml_port_window(aml, PORT_PCI, PORT_PCI + PORT_PCI_SIZE - 1);
	aml_memory_window32(aml, GPA_PCI32, PCI32_SIZE);
	aml_memory_window64(aml, pci64_base, PCI64_SIZE);
	aml_resources_end(aml);
	osc_method(aml);
	for (device = 1; device <= ACPI_LAST_PLUG; device++)
		slot(aml, device);
	scan_method(aml);
	aml_end(aml);
}

/* Ranges that are nobody's, so that no kernel gives them away. */
static void board(struct aml *aml)
{
	aml_device(aml, "BRD0");
	aml_let(aml, "_HID");
	aml_eisa_id(aml, "PNP0C02");
	aml_resources(aml, "_CRS");
	aml_fixed_memory(aml, GPA_ECAM, ECAM_SIZE);
	aml_fixed_ports(aml, PORT_PLATFORM, PLATFORM_PORTS);
	aml_fixed_ports(aml, PORT_RESET, 1);
	aml_resources_end(aml);
	aml_end(aml);
}

static void serial(struct aml *aml)
{
	aml_device(aml, "COM1");
	aml_let(aml, "_HID");
	aml_eisa_id(aml, "PNP0501");
	aml_let_number(aml, "_UID", 1);
	aml_resources(aml, "_CRS");
	aml_fixed_ports(aml, PORT_COM1, 8);
	aml_interrupt(aml, GSI_COM1);
	aml_resources_end(aml);
	aml_end(aml);
}

static void power_button(struct aml *aml)
{
	aml_device(aml, "PWRB");
	aml_let(aml, "_HID");
	aml_eisa_id(aml, "PNP0C0C");
	aml_let_number(aml, "_UID", 0);
	aml_end(aml);
}

static void if_event(struct aml *aml, unsigned int event)
{
	aml_if(aml);
	aml_byte(aml, OP_AND);
	aml_byte(aml, LOCAL0);
	aml_number(aml, event);
	aml_byte(aml, NO_TARGET);
}

/* The generic event device: one interrupt, one register that says what happened. */
static void events(struct aml *aml)
{
	aml_device(aml, "GED0");
	aml_let(aml, "_HID");
	aml_string(aml, "ACPI0013");
	aml_let_number(aml, "_UID", 0);
	aml_resources(aml, "_CRS");
	aml_interrupt(aml, GSI_EVENTS);
	aml_resources_end(aml);
	aml_method(aml, "_EVT", 1);
	aml_byte(aml, OP_STORE);
	aml_name(aml, "\\_SB_.EVTS");
	aml_byte(aml, LOCAL0);
	if_event(aml, EVENT_POWER_BUTTON);
	aml_byte(aml, OP_NOTIFY);
	aml_name(aml, "\\_SB_.PWRB");
	aml_number(aml, NOTIFY_BUTTON);
	aml_end(aml);
	if_event(aml, EVENT_HOT_PLUG);
	aml_name(aml, "\\_SB_.PCI0.PSCN");
	aml_end(aml);
	aml_end(aml);
	aml_end(aml);
}

static void registers(struct aml *aml)
{
	aml_ports(aml, "PLAT", PORT_PLATFORM, PLATFORM_PORTS);
	aml_field(aml, "PLAT", 4);
	aml_field_gap(aml, PLATFORM_EVENTS * 8);
	aml_field_unit(aml, "EVTS", 32);
	aml_field_unit(aml, "PLUG", 32);
	aml_field_unit(aml, "UPLG", 32);
	aml_field_unit(aml, "EJCT", 32);
	aml_end(aml);
}

size_t dsdt_build(uint8_t *buffer, size_t size, uint64_t pci64_base)
{
	struct aml aml = {.buffer = buffer, .size = size};

	aml_let(&aml, "_S5_");
	aml_package(&aml, 2);
	aml_number(&aml, SLEEP_TYPE_S5);
	aml_number(&aml, 0);
	aml_end(&aml);
	aml_scope(&aml, "\\_SB_");
	registers(&aml);
	board(&aml);
	serial(&aml);
	power_button(&aml);
	pci(&aml, pci64_base);
	events(&aml);
	aml_end(&aml);
	return aml.overflow ? 0 : aml.length;
}
