// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "irq.h"
#include "kvm.h"
#include "layout.h"
#include "msix.h"

#define TABLE_OFFSET 0x000
#define PENDING_OFFSET 0x800

static unsigned int message_of(const struct pci_device *device, unsigned int vector)
{
	return device->number * MSIX_MAX_VECTORS + vector;
}

int msix_init(struct msix *msix, struct pci_device *device, unsigned int vectors)
{
	unsigned int i;

	msix->n = vectors;
	for (i = 0; i < vectors; i++) {
		struct msix_vector *vector = &msix->vectors[i];

		*vector = (struct msix_vector){.entry[3] = PCI_MSIX_ENTRY_CTRL_MASKBIT};
		vector->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (vector->eventfd < 0) {
			int error = -errno;

			while (i--)
				close(msix->vectors[i].eventfd);
			msix->n = 0;
			return error;
		}
	}
	msix->capability = pci_add_capability(device, PCI_CAP_ID_MSIX, PCI_CAP_MSIX_SIZEOF);
	pci_put16(device, msix->capability + PCI_MSIX_FLAGS, (uint16_t)(vectors - 1));
	pci_put32(device, msix->capability + PCI_MSIX_TABLE, TABLE_OFFSET | PCI_BAR_MEMORY);
	pci_put32(device, msix->capability + PCI_MSIX_PBA, PENDING_OFFSET | PCI_BAR_MEMORY);
	device->writable[msix->capability + PCI_MSIX_FLAGS + 1] =
		(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL) >> 8;
	return 0;
}

static void assign(struct msix_vector *vector, unsigned int message, bool on)
{
	/* a failure here is the host's lack of memory; the guest misses interrupts, no more */
	if (on && irq_route_message(message, (uint64_t)vector->entry[1] << 32 | vector->entry[0],
				    vector->entry[2]))
		return;
	if (on != vector->assigned && !kvm_irqfd(GSI_MSI + message, vector->eventfd, on))
		vector->assigned = on;
}

void msix_destroy(struct msix *msix, const struct pci_device *device)
{
	unsigned int i;

	for (i = 0; i < msix->n; i++) {
		assign(&msix->vectors[i], message_of(device, i), false);
		close(msix->vectors[i].eventfd);
	}
	msix->n = 0;
}

void msix_configured(struct msix *msix, const struct pci_device *device)
{
	uint16_t flags = pci_get16(device, msix->capability + PCI_MSIX_FLAGS);
	bool on =
		(flags & (PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL)) == PCI_MSIX_FLAGS_ENABLE;
	unsigned int i;

	for (i = 0; i < msix->n; i++) {
		struct msix_vector *vector = &msix->vectors[i];

		assign(vector, message_of(device, i),
		       on && !(vector->entry[3] & PCI_MSIX_ENTRY_CTRL_MASKBIT));
	}
}

void msix_access(struct msix *msix, const struct pci_device *device, struct bus_access *access)
{
	unsigned int index = (unsigned int)access->offset / PCI_MSIX_ENTRY_SIZE;
	unsigned int word = access->offset % PCI_MSIX_ENTRY_SIZE / 4;
	unsigned int words = access->length / 4;
	unsigned int i;

	/* the specification wants whole, aligned words; two at most */
	if (index >= msix->n || access->offset % access->length || !words)
		return;
	for (i = 0; i < words; i++) {
		uint32_t *entry = &msix->vectors[index].entry[word + i];

		if (access->write)
			*entry = (uint32_t)(access->value >> 32 * i);
		else
			access->value |= (uint64_t)*entry << 32 * i;
	}
	/* addresses and data count when the vector is unmasked, by the last word */
	if (access->write && word + words == 4)
		msix_configured(msix, device);
}

int msix_eventfd(const struct msix *msix, unsigned int vector)
{
	return vector < msix->n ? msix->vectors[vector].eventfd : -1;
}
