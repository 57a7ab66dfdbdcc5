/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A device's MSI-X vectors: an eventfd each. KVM takes the eventfd while the vector is unmasked; while
 * it is masked nobody does, so that its count is the pending bit and nothing is lost. Called with the
 * PCI lock held.
 */
#ifndef VMM_MSIX_H
#define VMM_MSIX_H

#include <stdbool.h>
#include <stdint.h>

#include "pci.h"

#define MSIX_MAX_VECTORS 16
#define MSIX_NO_VECTOR 0xffff

struct msix {
	unsigned int n;
	unsigned int capability; /* in the configuration space */
	struct msix_vector {
		uint32_t entry[4]; /* address low and high, data, control */
		int eventfd;
		bool assigned;
	} vectors[MSIX_MAX_VECTORS];
};

/* Add the capability, with the table in the memory BAR. Return: 0 or -errno. */
int msix_init(struct msix *msix, struct pci_device *device, unsigned int vectors);
void msix_destroy(struct msix *msix, const struct pci_device *device);

/* An access to the memory BAR. */
void msix_access(struct msix *msix, const struct pci_device *device, struct bus_access *access);
/* The capability may have been written. */
void msix_configured(struct msix *msix, const struct pci_device *device);

/* The vector's eventfd, or -1 where there is none. */
int msix_eventfd(const struct msix *msix, unsigned int vector);

#endif
