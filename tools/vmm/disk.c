// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>
#include <stddef.h>
#include <string.h>

#include "acpi.h"
#include "disk.h"
#include "kvm.h"
#include "platform.h"
#include "virtio.h"

#define SECTOR 512
#define SLOTS ACPI_LAST_PLUG

static struct disk {
	struct virtio_device virtio; /* first: handlers get it */
	bool present;
} disks[SLOTS];
static unsigned int n_vcpus;
static bool guest_runs;

static unsigned int slot_of(const struct virtio_device *device)
{
	return (unsigned int)((const struct disk *)device - disks);
}

static int start(struct virtio_device *device, unsigned int index)
{
	const struct virtio_queue *queue = &device->queues[index];
	struct ec2_vm_queue_set set = {
		.size = sizeof(set),
		.slot = slot_of(device),
		.queue = index,
		.num = queue->size,
		.irq_fd = msix_eventfd(&device->msix, queue->vector),
		.desc = queue->desc,
		.avail = queue->avail,
		.used = queue->used,
	};

	if (device->driver_features & 1ULL << VIRTIO_RING_F_EVENT_IDX)
		set.flags |= EC2_QUEUE_EVENT_IDX;
	if (device->driver_features & 1ULL << VIRTIO_RING_F_INDIRECT_DESC)
		set.flags |= EC2_QUEUE_INDIRECT;
	return kvm_queue_set(&set);
}

static void reset(struct virtio_device *device)
{
	/* fails only where there is no disk any more, and then nothing is in flight */
	kvm_disk_reset(slot_of(device));
}

static void notify(struct virtio_device *device, unsigned int queue)
{
	kvm_kick(slot_of(device), queue);
}

static void moved(struct virtio_device *device, unsigned int port)
{
	/* without the module's doorbell, exits come to notify() */
	kvm_doorbell(slot_of(device), port);
}

static const struct virtio_type type = {
	.id = VIRTIO_ID_BLOCK,
	.class_code = 0x01, /* storage, other */
	.subclass = 0x80,
	.start = start,
	.reset = reset,
	.notify = notify,
	.moved = moved,
};

static uint64_t features_of(const struct ec2_vm_disk_get *get, unsigned int queues)
{
	uint64_t features = 1ULL << VIRTIO_BLK_F_SEG_MAX | 1ULL << VIRTIO_BLK_F_BLK_SIZE |
			    1ULL << VIRTIO_BLK_F_FLUSH | 1ULL << VIRTIO_BLK_F_TOPOLOGY |
			    1ULL << VIRTIO_RING_F_EVENT_IDX | 1ULL << VIRTIO_RING_F_INDIRECT_DESC;

	if (queues > 1)
		features |= 1ULL << VIRTIO_BLK_F_MQ;
	if (get->flags & EC2_DISK_READONLY)
		features |= 1ULL << VIRTIO_BLK_F_RO;
	if (get->flags & EC2_DISK_DISCARD && get->max_discard_sectors)
		features |= 1ULL << VIRTIO_BLK_F_DISCARD;
	if (get->flags & EC2_DISK_WRITE_ZEROES && get->max_write_zeroes_sectors)
		features |= 1ULL << VIRTIO_BLK_F_WRITE_ZEROES;
	return features;
}

static void fill_config(struct virtio_device *device, const struct ec2_vm_disk_get *get)
{
	struct virtio_blk_config config = {
		.capacity = get->capacity / SECTOR,
		.seg_max = get->seg_max,
		.blk_size = get->logical_block_size,
		.min_io_size = 1,
		.num_queues = (uint16_t)device->n_queues,
		.max_discard_sectors = get->max_discard_sectors,
		.max_discard_seg = 1,
		.discard_sector_alignment = get->physical_block_size / SECTOR,
		.max_write_zeroes_sectors = get->max_write_zeroes_sectors,
		.max_write_zeroes_seg = 1,
		.write_zeroes_may_unmap = !!(get->flags & EC2_DISK_DISCARD),
	};

	while (config.physical_block_exp < 8 &&
	       get->logical_block_size << config.physical_block_exp < get->physical_block_size)
		config.physical_block_exp++;
	_Static_assert(sizeof(config) <= VIRTIO_CONFIG_SIZE, "virtio-blk's configuration fits");
	memcpy(device->config, &config, sizeof(config));
}

/* With the PCI lock held. */
static int plug(unsigned int slot)
{
	struct ec2_vm_disk_get get = {.slot = slot};
	struct disk *disk = &disks[slot];
	unsigned int queues;
	int error = kvm_disk_get(&get);

	if (error || disk->present)
		return error;
	queues = n_vcpus < get.max_queues ? n_vcpus : get.max_queues;
	if (queues > VIRTIO_MAX_QUEUES)
		queues = VIRTIO_MAX_QUEUES;
	error = virtio_init(&disk->virtio, &type, features_of(&get, queues), queues, get.queue_max);
	if (error)
		return error;
	fill_config(&disk->virtio, &get);
	pci_plug(&disk->virtio.pci, slot + 1);
	disk->present = true;
	return 0;
}

/* With the PCI lock held. */
static void unplug(unsigned int slot)
{
	struct disk *disk = &disks[slot];

	if (!disk->present)
		return;
	pci_unplug(&disk->virtio.pci);
	virtio_destroy(&disk->virtio);
	disk->present = false;
}

void disks_create(unsigned int vcpus)
{
	n_vcpus = vcpus;
}

void disks_cold_plug_done(void)
{
	guest_runs = true;
}

void disk_attached(unsigned int slot)
{
	int error;

	if (slot >= SLOTS)
		return;
	pci_lock();
	error = plug(slot);
	pci_unlock();
	if (!error && guest_runs)
		platform_plugged(slot + 1);
}

void disk_detaching(unsigned int slot)
{
	if (slot >= SLOTS)
		return;
	if (disks[slot].present)
		platform_unplug(slot + 1);
	else
		kvm_disk_ejected(slot);
}

void disk_detached(unsigned int slot)
{
	bool was;

	if (slot >= SLOTS)
		return;
	pci_lock();
	was = disks[slot].present;
	unplug(slot);
	pci_unlock();
	/* gone without the guest's consent: it looks and finds nothing */
	if (was)
		platform_plugged(slot + 1);
}

void disk_resized(unsigned int slot, uint64_t bytes)
{
	uint64_t sectors = bytes / SECTOR;

	if (slot >= SLOTS)
		return;
	pci_lock();
	if (disks[slot].present) {
		memcpy(disks[slot].virtio.config + offsetof(struct virtio_blk_config, capacity),
		       &sectors, sizeof(sectors));
		virtio_config_changed(&disks[slot].virtio);
	}
	pci_unlock();
}

void disks_look_again(void)
{
	unsigned int slot;

	for (slot = 0; slot < SLOTS; slot++) {
		struct ec2_vm_disk_get get = {.slot = slot};

		if (kvm_disk_get(&get)) {
			disk_detached(slot);
		} else if (disks[slot].present) {
			disk_resized(slot, get.capacity);
		} else {
			disk_attached(slot);
		}
	}
}

void disk_eject(unsigned int number)
{
	unsigned int slot = number - 1;
	bool was;

	if (!number || slot >= SLOTS)
		return;
	pci_lock();
	was = disks[slot].present;
	unplug(slot);
	pci_unlock();
	if (was)
		kvm_disk_ejected(slot);
}
