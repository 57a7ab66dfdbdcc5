/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCI: one bus of up to 32 devices, configured through ECAM or ports. A device has one I/O BAR and one
 * 32-bit memory BAR. Everything of devices happens under one lock, which these calls take, or which
 * the caller holds where it is said.
 */
#ifndef VMM_PCI_H
#define VMM_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "bus.h"

#define PCI_DEVICES 32
#define PCI_CONFIG_SIZE 256
#define PCI_PORTS 256 /* size of an I/O BAR */
#define PCI_MEMORY 4096 /* size of a memory BAR */

enum pci_bar { PCI_BAR_PORTS, PCI_BAR_MEMORY };

struct pci_device;

struct pci_type {
	/* an access inside of a BAR */
	void (*access)(struct pci_device *device, enum pci_bar bar, struct bus_access *access);
	/* `length` bytes at `offset` of the configuration space were written */
	void (*configured)(struct pci_device *device, unsigned int offset, unsigned int length);
	/* before a read of it; may be NULL */
	void (*reading)(struct pci_device *device, unsigned int offset, unsigned int length);
};

struct pci_device {
	const struct pci_type *type;
	unsigned int number; /* on the bus */
	unsigned int capability; /* where the last one stands, 0 = none */
	unsigned int capability_end;
	uint8_t config[PCI_CONFIG_SIZE];
	uint8_t writable[PCI_CONFIG_SIZE]; /* bits that the guest may change */
};

struct pci_id {
	uint16_t vendor, device, subsystem_vendor, subsystem;
	uint8_t class_code, subclass, revision;
};

/* Make the bus with its host bridge. */
void pci_create(void);

void pci_lock(void);
void pci_unlock(void);

/* ---- with the lock held, or before the guest runs ---- */

void pci_init_device(struct pci_device *device, const struct pci_type *type,
		     const struct pci_id *id);
/* Return: where the capability's bytes stand in config; its two first are filled in. */
unsigned int pci_add_capability(struct pci_device *device, uint8_t id, unsigned int length);
/* Give it both BARs, at addresses of its number's own. */
void pci_add_bars(struct pci_device *device);
void pci_plug(struct pci_device *device, unsigned int number);
void pci_unplug(struct pci_device *device);
struct pci_device *pci_find(unsigned int number);

uint16_t pci_get16(const struct pci_device *device, unsigned int offset);
uint32_t pci_get32(const struct pci_device *device, unsigned int offset);
void pci_put16(struct pci_device *device, unsigned int offset, uint16_t value);
void pci_put32(struct pci_device *device, unsigned int offset, uint32_t value);

/* First port of the I/O BAR, or 0 while the device does not decode it. */
unsigned int pci_ports(const struct pci_device *device);

#endif
