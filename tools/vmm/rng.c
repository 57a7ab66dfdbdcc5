// SPDX-License-Identifier: LGPL-2.1-or-later
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <string.h>
#include <sys/random.h>

#include "irq.h"
#include "rng.h"
#include "virtio.h"
#include "vmm.h"
#include "vring.h"

#define NUMBER 31 /* on the bus: after the disks */
#define QUEUE_MAX 8
/* getrandom() gives this much at once or nothing; more is not given in one answer */
#define BYTES_MAX 256

static struct virtio_device device; /* its BARs say so, so the PCI lock is held in all below */
static struct vring_state vring;

static int start(struct virtio_device *rng, unsigned int queue)
{
	return vring_start(&vring, &rng->queues[queue], rng->driver_features);
}

static void reset(struct virtio_device *rng)
{
	(void)rng;
	vring_stop(&vring);
}

static void notify(struct virtio_device *rng, unsigned int queue)
{
	struct vring_buffer buffer;
	unsigned int served = 0;
	int more = 0;

	/* no more than a ring's worth for one doorbell, whatever the guest writes meanwhile */
	while (served < vring.size && (more = vring_next(&vring, &buffer)) > 0) {
		uint32_t length = buffer.length < BYTES_MAX ? buffer.length : BYTES_MAX;
		ssize_t got = buffer.at ? getrandom(buffer.at, length, 0) : 0;

		vring_done(&vring, &buffer, got > 0 ? (uint32_t)got : 0);
		served++;
	}
	if (more < 0) {
		rng->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
		vring_stop(&vring);
		virtio_config_changed(rng);
	} else if (served && vring_wants_interrupt(&vring)) {
		int eventfd = msix_eventfd(&rng->msix, rng->queues[queue].vector);

		if (eventfd >= 0)
			irq_raise(eventfd);
	}
}

void rng_create(void)
{
	static const struct virtio_type type = {
		.id = VIRTIO_ID_RNG,
		.class_code = 0xff, /* none of the known */
		.start = start,
		.reset = reset,
		.notify = notify,
	};
	int error = virtio_init(&device, &type, 0, 1, QUEUE_MAX);

	if (error)
		die("virtio-rng: %s", strerror(-error));
	pci_plug(&device.pci, NUMBER);
}
