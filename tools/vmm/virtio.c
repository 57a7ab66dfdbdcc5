// SPDX-License-Identifier: LGPL-2.1-or-later
#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <linux/virtio_pci.h>
#include <stddef.h>
#include <string.h>

#include "irq.h"
#include "virtio.h"

#define VENDOR_VIRTIO 0x1af4
#define DEVICE_MODERN 0x1040

/* the I/O BAR */
#define COMMON_OFFSET 0x00
#define COMMON_SIZE 0x38
#define ISR_OFFSET 0x40
#define CONFIG_OFFSET 0x80

#define ISR_CONFIG 2

static struct virtio_device *of(struct pci_device *pci)
{
	return (struct virtio_device *)pci; /* pci is its first member */
}

static struct virtio_queue *selected(struct virtio_device *device)
{
	return device->queue_select < device->n_queues ? &device->queues[device->queue_select]
						       : NULL;
}

/* ---- the driver's life ---- */

static void start_queues(struct virtio_device *device)
{
	unsigned int i;

	for (i = 0; i < device->n_queues; i++) {
		struct virtio_queue *queue = &device->queues[i];

		if (!queue->enabled || queue->running)
			continue;
		if (device->type->start(device, i)) {
			device->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
			virtio_config_changed(device);
			return;
		}
		queue->running = true;
	}
}

/* Doorbells are taken while the driver runs and the BAR is decoded. */
static void place_doorbell(struct virtio_device *device)
{
	unsigned int port =
		device->status & VIRTIO_CONFIG_S_DRIVER_OK ? pci_ports(&device->pci) : 0;

	if (port)
		port += VIRTIO_NOTIFY;
	if (port != device->notify_port && device->type->moved)
		device->type->moved(device, port);
	device->notify_port = port;
}

static void reset(struct virtio_device *device)
{
	unsigned int i;

	device->status = 0;
	place_doorbell(device);
	device->type->reset(device);
	device->driver_features = 0;
	device->feature_select = device->driver_feature_select = 0;
	device->queue_select = 0;
	device->config_vector = MSIX_NO_VECTOR;
	device->isr = 0;
	for (i = 0; i < device->n_queues; i++)
		device->queues[i] = (struct virtio_queue){
			.size = device->queue_max,
			.vector = MSIX_NO_VECTOR,
		};
}

static void write_status(struct virtio_device *device, uint8_t status)
{
	uint8_t before = device->status;

	if (!status) {
		reset(device);
		return;
	}
	/* bits are only ever added, and the device's own are not the driver's */
	status |= before;
	if (status & ~before & VIRTIO_CONFIG_S_FEATURES_OK &&
	    (device->driver_features & ~device->features ||
	     !(device->driver_features & 1ULL << VIRTIO_F_VERSION_1)))
		status &= (uint8_t)~VIRTIO_CONFIG_S_FEATURES_OK;
	if (!(status & VIRTIO_CONFIG_S_FEATURES_OK))
		status &= (uint8_t)~VIRTIO_CONFIG_S_DRIVER_OK;
	device->status = status;
	if (status & ~before & VIRTIO_CONFIG_S_DRIVER_OK) {
		start_queues(device);
		place_doorbell(device);
	}
}

/* ---- common configuration ---- */

static uint64_t read_queue(struct virtio_device *device, unsigned int offset)
{
	const struct virtio_queue *queue = selected(device);

	if (!queue)
		return offset == VIRTIO_PCI_COMMON_Q_MSIX ? MSIX_NO_VECTOR : 0;
	switch (offset) {
	case VIRTIO_PCI_COMMON_Q_SIZE:
		return queue->size;
	case VIRTIO_PCI_COMMON_Q_MSIX:
		return queue->vector;
	case VIRTIO_PCI_COMMON_Q_ENABLE:
		return queue->enabled;
	case VIRTIO_PCI_COMMON_Q_DESCLO:
		return queue->desc;
	case VIRTIO_PCI_COMMON_Q_DESCHI:
		return queue->desc >> 32;
	case VIRTIO_PCI_COMMON_Q_AVAILLO:
		return queue->avail;
	case VIRTIO_PCI_COMMON_Q_AVAILHI:
		return queue->avail >> 32;
	case VIRTIO_PCI_COMMON_Q_USEDLO:
		return queue->used;
	case VIRTIO_PCI_COMMON_Q_USEDHI:
		return queue->used >> 32;
	default: /* notify offset: one register for all */
		return 0;
	}
}

static uint64_t read_common(struct virtio_device *device, unsigned int offset)
{
	switch (offset) {
	case VIRTIO_PCI_COMMON_DFSELECT:
		return device->feature_select;
	case VIRTIO_PCI_COMMON_DF:
		return device->feature_select < 2 ? device->features >> 32 * device->feature_select
						  : 0;
	case VIRTIO_PCI_COMMON_GFSELECT:
		return device->driver_feature_select;
	case VIRTIO_PCI_COMMON_GF:
		return device->driver_feature_select < 2
			       ? device->driver_features >> 32 * device->driver_feature_select
			       : 0;
	case VIRTIO_PCI_COMMON_MSIX:
		return device->config_vector;
	case VIRTIO_PCI_COMMON_NUMQ:
		return device->n_queues;
	case VIRTIO_PCI_COMMON_STATUS:
		return device->status;
	case VIRTIO_PCI_COMMON_CFGGENERATION:
		return device->generation;
	case VIRTIO_PCI_COMMON_Q_SELECT:
		return device->queue_select;
	default:
		return read_queue(device, offset);
	}
}

static void set_half(uint64_t *address, bool high, uint32_t value)
{
	if (high)
		*address = (uint64_t)value << 32 | (uint32_t)*address;
	else
		*address = (*address & ~0xffffffffULL) | value;
}

static uint16_t vector_or_none(const struct virtio_device *device, uint16_t vector)
{
	return vector < device->msix.n ? vector : MSIX_NO_VECTOR;
}

static void write_queue(struct virtio_device *device, unsigned int offset, uint32_t value)
{
	struct virtio_queue *queue = selected(device);

	/* what a running queue is made of stays as it is until the reset */
	if (!queue || queue->enabled)
		return;
	switch (offset) {
	case VIRTIO_PCI_COMMON_Q_SIZE:
		if (value && value <= device->queue_max && !(value & (value - 1)))
			queue->size = (uint16_t)value;
		break;
	case VIRTIO_PCI_COMMON_Q_MSIX:
		queue->vector = vector_or_none(device, (uint16_t)value);
		break;
	case VIRTIO_PCI_COMMON_Q_ENABLE:
		queue->enabled = value == 1;
		if (device->status & VIRTIO_CONFIG_S_DRIVER_OK)
			start_queues(device);
		break;
	case VIRTIO_PCI_COMMON_Q_DESCLO:
	case VIRTIO_PCI_COMMON_Q_DESCHI:
		set_half(&queue->desc, offset == VIRTIO_PCI_COMMON_Q_DESCHI, value);
		break;
	case VIRTIO_PCI_COMMON_Q_AVAILLO:
	case VIRTIO_PCI_COMMON_Q_AVAILHI:
		set_half(&queue->avail, offset == VIRTIO_PCI_COMMON_Q_AVAILHI, value);
		break;
	case VIRTIO_PCI_COMMON_Q_USEDLO:
	case VIRTIO_PCI_COMMON_Q_USEDHI:
		set_half(&queue->used, offset == VIRTIO_PCI_COMMON_Q_USEDHI, value);
		break;
	}
}

static void write_common(struct virtio_device *device, unsigned int offset, uint32_t value)
{
	switch (offset) {
	case VIRTIO_PCI_COMMON_DFSELECT:
		device->feature_select = value;
		break;
	case VIRTIO_PCI_COMMON_GFSELECT:
		device->driver_feature_select = value;
		break;
	case VIRTIO_PCI_COMMON_GF:
		if (device->driver_feature_select < 2 &&
		    !(device->status & VIRTIO_CONFIG_S_FEATURES_OK))
			set_half(&device->driver_features, device->driver_feature_select == 1,
				 value);
		break;
	case VIRTIO_PCI_COMMON_MSIX:
		device->config_vector = vector_or_none(device, (uint16_t)value);
		break;
	case VIRTIO_PCI_COMMON_STATUS:
		write_status(device, (uint8_t)value);
		break;
	case VIRTIO_PCI_COMMON_Q_SELECT:
		device->queue_select = (uint16_t)value;
		break;
	default:
		write_queue(device, offset, value);
	}
}

/* ---- the BARs ---- */

static void access_config(struct virtio_device *device, struct bus_access *access)
{
	uint64_t offset = access->offset - CONFIG_OFFSET;

	if (!access->write && offset + access->length <= VIRTIO_CONFIG_SIZE)
		memcpy(&access->value, device->config + offset, access->length);
}

static void access_ports(struct virtio_device *device, struct bus_access *access)
{
	if (access->offset >= CONFIG_OFFSET) {
		access_config(device, access);
	} else if (access->offset == VIRTIO_NOTIFY) {
		unsigned int queue = (uint16_t)access->value;

		if (access->write && queue < device->n_queues && device->queues[queue].running)
			device->type->notify(device, queue);
	} else if (access->offset == ISR_OFFSET && !access->write) {
		access->value = device->isr;
		device->isr = 0;
	} else if (access->offset < COMMON_OFFSET + COMMON_SIZE) {
		if (access->write)
			write_common(device, (unsigned int)access->offset, (uint32_t)access->value);
		else
			access->value = read_common(device, (unsigned int)access->offset);
	}
}

static void access_bar(struct pci_device *pci, enum pci_bar bar, struct bus_access *access)
{
	struct virtio_device *device = of(pci);

	if (bar == PCI_BAR_MEMORY)
		msix_access(&device->msix, pci, access);
	else
		access_ports(device, access);
}

/* ---- configuration space ---- */

/* VIRTIO_PCI_CAP_PCI_CFG: the I/O BAR through the configuration space. */
static void access_through(struct virtio_device *device, bool write)
{
	unsigned int at = device->access_capability;
	uint8_t *data = device->pci.config + at + sizeof(struct virtio_pci_cap);
	struct bus_access access = {
		.offset = pci_get32(&device->pci, at + offsetof(struct virtio_pci_cap, offset)),
		.length = pci_get32(&device->pci, at + offsetof(struct virtio_pci_cap, length)),
		.write = write,
	};

	if (device->pci.config[at + offsetof(struct virtio_pci_cap, bar)] != PCI_BAR_PORTS ||
	    (access.length != 1 && access.length != 2 && access.length != 4) ||
	    access.offset > PCI_PORTS - access.length)
		return;
	if (write)
		memcpy(&access.value, data, access.length);
	access_ports(device, &access);
	if (!write)
		memcpy(data, &access.value, access.length);
}

static bool touches_data(const struct virtio_device *device, unsigned int offset,
			 unsigned int length)
{
	unsigned int data = device->access_capability + sizeof(struct virtio_pci_cap);

	return offset < data + 4 && offset + length > data;
}

static void configured(struct pci_device *pci, unsigned int offset, unsigned int length)
{
	struct virtio_device *device = of(pci);

	if (touches_data(device, offset, length))
		access_through(device, true);
	msix_configured(&device->msix, pci);
	place_doorbell(device);
}

static void reading(struct pci_device *pci, unsigned int offset, unsigned int length)
{
	struct virtio_device *device = of(pci);

	if (touches_data(device, offset, length))
		access_through(device, false);
}

static const struct pci_type pci_type = {
	.access = access_bar,
	.configured = configured,
	.reading = reading,
};

static unsigned int add_capability(struct pci_device *pci, uint8_t type, unsigned int extra,
				   uint32_t offset, uint32_t length)
{
	unsigned int size = sizeof(struct virtio_pci_cap) + extra;
	unsigned int at = pci_add_capability(pci, PCI_CAP_ID_VNDR, size);

	pci->config[at + offsetof(struct virtio_pci_cap, cap_len)] = (uint8_t)size;
	pci->config[at + offsetof(struct virtio_pci_cap, cfg_type)] = type;
	pci->config[at + offsetof(struct virtio_pci_cap, bar)] = PCI_BAR_PORTS;
	pci_put32(pci, at + offsetof(struct virtio_pci_cap, offset), offset);
	pci_put32(pci, at + offsetof(struct virtio_pci_cap, length), length);
	return at;
}

static void add_capabilities(struct virtio_device *device)
{
	struct pci_device *pci = &device->pci;
	unsigned int at;

	add_capability(pci, VIRTIO_PCI_CAP_COMMON_CFG, 0, COMMON_OFFSET, COMMON_SIZE);
	add_capability(pci, VIRTIO_PCI_CAP_ISR_CFG, 0, ISR_OFFSET, 1);
	/* the multiplier after it is 0: one register for all queues */
	add_capability(pci, VIRTIO_PCI_CAP_NOTIFY_CFG, 4, VIRTIO_NOTIFY, 4);
	add_capability(pci, VIRTIO_PCI_CAP_DEVICE_CFG, 0, CONFIG_OFFSET, VIRTIO_CONFIG_SIZE);
	at = add_capability(pci, VIRTIO_PCI_CAP_PCI_CFG, 4, 0, 0);
	device->access_capability = at;
	pci->writable[at + offsetof(struct virtio_pci_cap, bar)] = 0xff;
	memset(pci->writable + at + offsetof(struct virtio_pci_cap, offset), 0xff, 12);
}

int virtio_init(struct virtio_device *device, const struct virtio_type *type, uint64_t features,
		unsigned int queues, unsigned int queue_max)
{
	const struct pci_id id = {
		.vendor = VENDOR_VIRTIO,
		.device = (uint16_t)(DEVICE_MODERN + type->id),
		.subsystem_vendor = VENDOR_VIRTIO,
		.subsystem = (uint16_t)(DEVICE_MODERN + type->id),
		.class_code = type->class_code,
		.subclass = type->subclass,
		.revision = 1,
	};
	int error;

	memset(device, 0, sizeof(*device));
	pci_init_device(&device->pci, &pci_type, &id);
	device->type = type;
	device->features = features | 1ULL << VIRTIO_F_VERSION_1;
	device->n_queues = queues;
	device->queue_max = (uint16_t)queue_max;
	error = msix_init(&device->msix, &device->pci, queues + 1);
	if (error)
		return error;
	add_capabilities(device);
	pci_add_bars(&device->pci);
	reset(device);
	return 0;
}

void virtio_destroy(struct virtio_device *device)
{
	reset(device);
	msix_destroy(&device->msix, &device->pci);
}

void virtio_config_changed(struct virtio_device *device)
{
	int eventfd = msix_eventfd(&device->msix, device->config_vector);

	device->generation++;
	device->isr |= ISR_CONFIG;
	if (eventfd >= 0)
		irq_raise(eventfd);
}
