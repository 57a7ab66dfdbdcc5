// SPDX-License-Identifier: LGPL-2.1-or-later
#include <linux/pci_regs.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "layout.h"
#include "pci.h"

#define CONFIG_EXTENDED 4096 /* a function's part of ECAM */
/* the port that selects a register for the four after it */
#define CONFIG_ENABLE 0x80000000U
#define CONFIG_OTHER_BUS 0x00ff0000U
#define CONFIG_ADDRESS 0x80fffffcU

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pci_device *devices[PCI_DEVICES];
static struct pci_device host_bridge;

void pci_lock(void)
{
	pthread_mutex_lock(&lock);
}

void pci_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

uint16_t pci_get16(const struct pci_device *device, unsigned int offset)
{
	uint16_t value;

	memcpy(&value, device->config + offset, sizeof(value));
	return value;
}

uint32_t pci_get32(const struct pci_device *device, unsigned int offset)
{
	uint32_t value;

	memcpy(&value, device->config + offset, sizeof(value));
	return value;
}

void pci_put16(struct pci_device *device, unsigned int offset, uint16_t value)
{
	memcpy(device->config + offset, &value, sizeof(value));
}

void pci_put32(struct pci_device *device, unsigned int offset, uint32_t value)
{
	memcpy(device->config + offset, &value, sizeof(value));
}

void pci_init_device(struct pci_device *device, const struct pci_type *type,
		     const struct pci_id *id)
{
	memset(device, 0, sizeof(*device));
	device->type = type;
	device->capability_end = 0x40;
	pci_put16(device, PCI_VENDOR_ID, id->vendor);
	pci_put16(device, PCI_DEVICE_ID, id->device);
	pci_put16(device, PCI_SUBSYSTEM_VENDOR_ID, id->subsystem_vendor);
	pci_put16(device, PCI_SUBSYSTEM_ID, id->subsystem);
	device->config[PCI_CLASS_REVISION] = id->revision;
	device->config[PCI_CLASS_DEVICE] = id->subclass;
	device->config[PCI_CLASS_DEVICE + 1] = id->class_code;
	device->writable[PCI_COMMAND] = PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	device->writable[PCI_COMMAND + 1] = PCI_COMMAND_INTX_DISABLE >> 8;
	device->writable[PCI_INTERRUPT_LINE] = 0xff;
}

unsigned int pci_add_capability(struct pci_device *device, uint8_t id, unsigned int length)
{
	unsigned int at = device->capability_end;

	if (device->capability)
		device->config[device->capability + PCI_CAP_LIST_NEXT] = (uint8_t)at;
	else
		device->config[PCI_CAPABILITY_LIST] = (uint8_t)at;
	device->config[PCI_STATUS] |= PCI_STATUS_CAP_LIST;
	device->config[at + PCI_CAP_LIST_ID] = id;
	device->capability = at;
	device->capability_end = (at + length + 3) & ~3U;
	return at;
}

static void allow32(struct pci_device *device, unsigned int offset, uint32_t bits)
{
	memcpy(device->writable + offset, &bits, sizeof(bits));
}

void pci_add_bars(struct pci_device *device)
{
	allow32(device, PCI_BASE_ADDRESS_0, ~(PCI_PORTS - 1U));
	allow32(device, PCI_BASE_ADDRESS_1, ~(PCI_MEMORY - 1U));
}

static void place_bars(struct pci_device *device)
{
	if (!device->writable[PCI_BASE_ADDRESS_0 + 3])
		return;
	/* there is no firmware: what it would have done */
	pci_put32(device, PCI_BASE_ADDRESS_0,
		  (PORT_PCI_DEVICES + device->number * PCI_PORTS) | PCI_BASE_ADDRESS_SPACE_IO);
	pci_put32(device, PCI_BASE_ADDRESS_1, (uint32_t)GPA_PCI32 + device->number * PCI_MEMORY);
}

void pci_plug(struct pci_device *device, unsigned int number)
{
	device->number = number;
	place_bars(device);
	devices[number] = device;
}

void pci_unplug(struct pci_device *device)
{
	devices[device->number] = NULL;
}

struct pci_device *pci_find(unsigned int number)
{
	return number < PCI_DEVICES ? devices[number] : NULL;
}

unsigned int pci_ports(const struct pci_device *device)
{
	uint32_t base = pci_get32(device, PCI_BASE_ADDRESS_0) & ~(PCI_PORTS - 1U);

	if (!(device->config[PCI_COMMAND] & PCI_COMMAND_IO) || base < PORT_PCI ||
	    base > 0x10000 - PCI_PORTS)
		return 0;
	return base;
}

static uint32_t memory_base(const struct pci_device *device)
{
	if (!(device->config[PCI_COMMAND] & PCI_COMMAND_MEMORY))
		return 0;
	return pci_get32(device, PCI_BASE_ADDRESS_1) & ~(PCI_MEMORY - 1U);
}

static void write_config(struct pci_device *device, unsigned int offset,
			 const struct bus_access *access)
{
	unsigned int i;

	for (i = 0; i < access->length; i++) {
		uint8_t bits = device->writable[offset + i];
		uint8_t value = (uint8_t)(access->value >> 8 * i);

		device->config[offset + i] =
			(uint8_t)((device->config[offset + i] & ~bits) | (value & bits));
	}
	if (device->type && device->type->configured)
		device->type->configured(device, offset, access->length);
}

static void read_config(struct pci_device *device, unsigned int offset, struct bus_access *access)
{
	if (device->type && device->type->reading)
		device->type->reading(device, offset, access->length);
	access->value = 0;
	memcpy(&access->value, device->config + offset, access->length);
}

/* With the lock held. */
static void access_config(unsigned int number, unsigned int function, unsigned int offset,
			  struct bus_access *access)
{
	struct pci_device *device = function ? NULL : pci_find(number);

	if (!device) {
		access->value = UINT64_MAX;
	} else if (offset + access->length > PCI_CONFIG_SIZE) {
		access->value = 0; /* no extended capabilities */
	} else if (access->write) {
		write_config(device, offset, access);
	} else {
		read_config(device, offset, access);
	}
}

static void access_ecam(struct bus_access *access)
{
	pci_lock();
	access_config(access->offset >> 15 & 31, access->offset >> 12 & 7,
		      access->offset & (CONFIG_EXTENDED - 1), access);
	pci_unlock();
}

/*
 * Configuration by ports. ECAM serves as well, but Linux calls a machine without these broken on its
 * console before it has read the table that tells of ECAM.
 */
static void access_config_ports(struct bus_access *access)
{
	static uint32_t address;

	pci_lock();
	if (access->offset >= 4) {
		unsigned int offset = (address & 0xfc) + (unsigned int)access->offset - 4;

		if (address & CONFIG_ENABLE && !(address & CONFIG_OTHER_BUS))
			access_config(address >> 11 & 31, address >> 8 & 7, offset, access);
	} else if (access->offset == 0 && access->length == 4) {
		if (access->write)
			address = (uint32_t)access->value & CONFIG_ADDRESS;
		else
			access->value = address;
	}
	pci_unlock();
}

/* Find whose BAR this is. Up to 32 devices: a walk is as quick as anything. */
static void access_bar(enum pci_bar bar, uint64_t address, struct bus_access *access)
{
	uint32_t size = bar == PCI_BAR_PORTS ? PCI_PORTS : PCI_MEMORY;
	unsigned int i;

	pci_lock();
	for (i = 0; i < PCI_DEVICES; i++) {
		struct pci_device *device = devices[i];
		uint32_t base;

		if (!device || !device->type || !device->type->access)
			continue;
		base = bar == PCI_BAR_PORTS ? pci_ports(device) : memory_base(device);
		if (!base || address < base || address - base > size - access->length)
			continue;
		access->offset = address - base;
		if (!access->write)
			access->value = 0;
		device->type->access(device, bar, access);
		break;
	}
	pci_unlock();
}

static void access_ports(struct bus_access *access)
{
	access_bar(PCI_BAR_PORTS, access->offset + PORT_PCI, access);
}

static void access_memory(struct bus_access *access)
{
	access_bar(PCI_BAR_MEMORY, access->offset + GPA_PCI32, access);
}

void pci_create(void)
{
	/* an ID of Intel's that no driver and no quirk takes for its own */
	static const struct pci_id id = {
		.vendor = 0x8086,
		.device = 0x0d57,
		.class_code = 0x06,
		.subclass = 0x00,
	};

	pci_init_device(&host_bridge, NULL, &id);
	pci_plug(&host_bridge, 0);
	bus_add(BUS_PORTS, PORT_PCI, PORT_PCI_SIZE, access_ports);
	bus_add(BUS_PORTS, PORT_PCI_CONFIG, 8, access_config_ports);
	bus_add(BUS_MEMORY, GPA_ECAM, ECAM_SIZE, access_ecam);
	bus_add(BUS_MEMORY, GPA_PCI32, PCI32_SIZE, access_memory);
}
