/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The virtio 1.x transport over PCI. Common, ISR, notify and device configuration all stand in the
 * I/O BAR (a port exit is the cheapest); MSI-X only. Called with the PCI lock held.
 */
#ifndef VMM_VIRTIO_H
#define VMM_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

#include "msix.h"
#include "pci.h"

#define VIRTIO_MAX_QUEUES 9
#define VIRTIO_CONFIG_SIZE 128

/* Offset of the notify register in the I/O BAR: one for all queues, written with the queue's index. */
#define VIRTIO_NOTIFY 0x44

struct virtio_device;

struct virtio_type {
	uint16_t id; /* virtio's device id */
	uint8_t class_code, subclass;
	/* A queue is ready and the driver runs. Return: 0 or -errno, which fails the device. */
	int (*start)(struct virtio_device *device, unsigned int queue);
	/* Stop all queues; nothing may be in flight after it. */
	void (*reset)(struct virtio_device *device);
	/* A doorbell that came here. */
	void (*notify)(struct virtio_device *device, unsigned int queue);
	/* The notify register is at `port` now, or nowhere (0). */
	void (*moved)(struct virtio_device *device, unsigned int port);
};

struct virtio_queue {
	uint16_t size, vector;
	bool enabled, running;
	uint64_t desc, avail, used;
};

struct virtio_device {
	struct pci_device pci; /* first: handlers get it */
	const struct virtio_type *type;
	struct msix msix;
	uint64_t features, driver_features;
	uint32_t feature_select, driver_feature_select;
	uint16_t queue_select, config_vector, queue_max;
	uint8_t status, generation, isr;
	unsigned int access_capability; /* VIRTIO_PCI_CAP_PCI_CFG */
	unsigned int notify_port;
	unsigned int n_queues;
	struct virtio_queue queues[VIRTIO_MAX_QUEUES];
	uint8_t config[VIRTIO_CONFIG_SIZE];
};

/*
 * Make the device, ready for pci_plug(). features: the device's own; VERSION_1 is added. Config is
 * the caller's to fill. Return: 0 or -errno.
 */
int virtio_init(struct virtio_device *device, const struct virtio_type *type, uint64_t features,
		unsigned int queues, unsigned int queue_max);
void virtio_destroy(struct virtio_device *device);

/* Config was changed: tell the driver. */
void virtio_config_changed(struct virtio_device *device);

#endif
