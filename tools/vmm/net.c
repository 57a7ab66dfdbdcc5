// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <linux/if_tun.h>
#include <linux/pci_regs.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "irq.h"
#include "kvm.h"
#include "mem.h"
#include "net.h"
#include "vhost.h"
#include "virtio.h"
#include "vring.h"

#define NUMBER 30 /* on the bus: after the disks */
#define QUEUE_MAX 256
#define MAX_QUEUES (2 * VMM_MAX_PAIRS + 1)
#define BIT(feature) (1ULL << (feature))

_Static_assert(MAX_QUEUES <= VIRTIO_MAX_QUEUES, "the queue pairs and the control queue fit");

/* What vhost has a part in; the rest is between driver, tap and this file. */
#define VHOST_FEATURES                                                                          \
	(BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_NET_F_MRG_RXBUF) | BIT(VIRTIO_RING_F_EVENT_IDX) | \
	 BIT(VIRTIO_RING_F_INDIRECT_DESC))

/*
 * Its BARs say so, so the PCI lock is held in all below but net_own(). Queue 2n receives and 2n + 1
 * transmits by vhost[n] and tap[n]; the one after all pairs is the control queue.
 */
static struct net {
	struct virtio_device virtio; /* first: handlers get it */
	unsigned int pairs; /* 0: there is no interface */
	unsigned int attached; /* pairs that the tap spreads packets over */
	int tap[VMM_MAX_PAIRS], vhost[VMM_MAX_PAIRS];
	int kick[MAX_QUEUES]; /* doorbells: KVM writes, vhost or the device thread reads */
	uint64_t vhost_features;
	bool accepted; /* the driver's features are handed on */
	unsigned int port; /* where KVM listens for the doorbells; 0: nowhere */
	struct vring_state control;
} net;

static unsigned int control_index(void)
{
	return 2 * net.pairs;
}

/* ---- queue pairs ---- */

static int attach_pairs(unsigned int pairs)
{
	while (net.attached < pairs) {
		int error = tap_attach(net.tap[net.attached], true);

		if (error)
			return error;
		net.attached++;
	}
	while (net.attached > pairs) {
		int error = tap_attach(net.tap[net.attached - 1], false);

		if (error)
			return error;
		net.attached--;
	}
	return 0;
}

static unsigned int offloads(uint64_t features)
{
	static const struct {
		unsigned int feature, offload;
	} table[] = {
		{VIRTIO_NET_F_GUEST_CSUM, TUN_F_CSUM},
		{VIRTIO_NET_F_GUEST_TSO4, TUN_F_TSO4},
		{VIRTIO_NET_F_GUEST_TSO6, TUN_F_TSO6},
	};
	unsigned int i, all = 0;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (features & BIT(table[i].feature))
			all |= table[i].offload;
	/* a segment's checksum is never whole */
	return all & TUN_F_CSUM ? all : 0;
}

/* At the first queue's start: the features are fixed by then. */
static int accept_features(const struct virtio_device *device)
{
	unsigned int i;
	int error = 0;

	if (net.accepted)
		return 0;
	for (i = 0; !error && i < net.pairs; i++)
		error = vhost_accept(net.vhost[i], device->driver_features & net.vhost_features);
	if (!error)
		error = tap_offload(net.tap[0], offloads(device->driver_features));
	net.accepted = !error;
	return error;
}

static int start_packets(struct virtio_device *device, unsigned int index)
{
	const struct virtio_queue *queue = &device->queues[index];
	const uint64_t n = queue->size;
	/* the event indices behind the rings */
	const uint64_t extra = device->driver_features & BIT(VIRTIO_RING_F_EVENT_IDX) ? 2 : 0;
	const struct vhost_queue start = {
		.size = queue->size,
		.desc = mem_at(queue->desc, n * sizeof(struct vring_desc)),
		.avail = mem_at(queue->avail, 4 + n * 2 + extra),
		.used = mem_at(queue->used, 4 + n * sizeof(struct vring_used_elem) + extra),
		.call = msix_eventfd(&device->msix, queue->vector),
		.backend = net.tap[index / 2],
	};

	if (!start.desc || !start.avail || !start.used)
		return -EFAULT;
	return vhost_start(net.vhost[index / 2], index % 2, &start);
}

static int start(struct virtio_device *device, unsigned int index)
{
	int error = accept_features(device);

	if (error)
		return error;
	if (index == control_index())
		return vring_start(&net.control, &device->queues[index], device->driver_features);
	return start_packets(device, index);
}

static void reset(struct virtio_device *device)
{
	unsigned int i;

	for (i = 0; i < 2 * net.pairs; i++)
		if (device->queues[i].running)
			vhost_stop(net.vhost[i / 2], i % 2);
	vring_stop(&net.control);
	net.accepted = false;
	/* a tap that cannot be told only loses packets */
	attach_pairs(1);
}

/* ---- doorbells ---- */

/* KVM did not take the exit: ring by hand. */
static void notify(struct virtio_device *device, unsigned int queue)
{
	(void)device;
	irq_raise(net.kick[queue]);
}

static void moved(struct virtio_device *device, unsigned int port)
{
	unsigned int i;

	/* where KVM does not listen, exits come to notify() */
	for (i = 0; net.port && i < device->n_queues; i++)
		kvm_doorbell_fd(net.port, i, net.kick[i], false);
	for (i = 0; port && i < device->n_queues; i++)
		kvm_doorbell_fd(port, i, net.kick[i], true);
	net.port = port;
}

/* ---- the control queue ---- */

/* Return: VIRTIO_NET_OK or VIRTIO_NET_ERR. Every byte is the guest's, and a copy. */
static uint8_t command(const struct vring_buffer *buffer)
{
	struct {
		struct virtio_net_ctrl_hdr head;
		uint16_t pairs;
	} __attribute__((packed)) request;

	if (buffer->request_length != sizeof(request))
		return VIRTIO_NET_ERR;
	memcpy(&request, buffer->request, sizeof(request));
	if (request.head.class != VIRTIO_NET_CTRL_MQ ||
	    request.head.cmd != VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET ||
	    !(net.virtio.driver_features & BIT(VIRTIO_NET_F_MQ)))
		return VIRTIO_NET_ERR;
	if (request.pairs < 1 || request.pairs > net.pairs)
		return VIRTIO_NET_ERR;
	return attach_pairs(request.pairs) ? VIRTIO_NET_ERR : VIRTIO_NET_OK;
}

static void answer(const struct vring_buffer *buffer)
{
	uint8_t status;

	/* nowhere to say what became of it: nothing does */
	if (!buffer->at || !buffer->length) {
		vring_done(&net.control, buffer, 0);
		return;
	}
	status = command(buffer);
	*(volatile uint8_t *)buffer->at = status;
	vring_done(&net.control, buffer, sizeof(status));
}

static void serve_control(void)
{
	struct virtio_device *device = &net.virtio;
	struct vring_buffer buffer;
	unsigned int served = 0;
	int more = 0;

	do {
		while (served < net.control.size &&
		       (more = vring_next(&net.control, &buffer)) > 0) {
			answer(&buffer);
			served++;
		}
	} while (more == 0 && served < net.control.size && vring_await_kick(&net.control));
	if (more < 0) {
		device->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
		vring_stop(&net.control);
		virtio_config_changed(device);
		return;
	}
	/* a ring's worth at once; the console and the module's events get their turn */
	if (more > 0)
		irq_raise(net.kick[control_index()]);
	if (served && vring_wants_interrupt(&net.control)) {
		int eventfd = msix_eventfd(&device->msix, device->queues[control_index()].vector);

		if (eventfd >= 0)
			irq_raise(eventfd);
	}
}

int net_control_fd(void)
{
	return net.pairs > 1 ? net.kick[control_index()] : -1;
}

void net_serve_control(void)
{
	uint64_t count;

	if (read(net_control_fd(), &count, sizeof(count)) < 0)
		return;
	pci_lock();
	serve_control();
	pci_unlock();
}

/* ---- making it ---- */

static const struct virtio_type type = {
	.id = VIRTIO_ID_NET,
	.class_code = 0x02, /* network, Ethernet */
	.subclass = 0x00,
	.start = start,
	.reset = reset,
	.notify = notify,
	.moved = moved,
};

static uint64_t features(void)
{
	uint64_t all = BIT(VIRTIO_NET_F_CSUM) | BIT(VIRTIO_NET_F_GUEST_CSUM) |
		       BIT(VIRTIO_NET_F_HOST_TSO4) | BIT(VIRTIO_NET_F_HOST_TSO6) |
		       BIT(VIRTIO_NET_F_GUEST_TSO4) | BIT(VIRTIO_NET_F_GUEST_TSO6) |
		       BIT(VIRTIO_NET_F_MAC) | BIT(VIRTIO_NET_F_MTU) | BIT(VIRTIO_NET_F_STATUS);

	if (net.pairs > 1)
		all |= BIT(VIRTIO_NET_F_CTRL_VQ) | BIT(VIRTIO_NET_F_MQ);
	return all | net.vhost_features;
}

static void fill_config(const struct vmm_options *options)
{
	struct virtio_net_config config = {
		.status = VIRTIO_NET_S_LINK_UP,
		.max_virtqueue_pairs = (uint16_t)net.pairs,
		.mtu = (uint16_t)options->mtu,
	};

	_Static_assert(sizeof(config) <= VIRTIO_CONFIG_SIZE, "virtio-net's configuration fits");
	memcpy(config.mac, options->mac_address, sizeof(config.mac));
	memcpy(net.virtio.config, &config, sizeof(config));
}

static int open_pair(unsigned int pair, const struct vmm_options *options)
{
	uint64_t can = 0;
	int error;

	net.tap[pair] = options->tap_fd + (int)pair;
	net.vhost[pair] = options->vhost_fd + (int)pair;
	error = vhost_features(net.vhost[pair], &can);
	if (!error && !(can & BIT(VIRTIO_F_VERSION_1)))
		error = -EPROTO;
	net.vhost_features &= can;
	/* as a former machine of the instance left it: that it is detached already is no failure */
	if (!error && pair)
		tap_attach(net.tap[pair], false);
	return error;
}

static int make_kicks(unsigned int queues)
{
	unsigned int i;

	for (i = 0; i < queues; i++) {
		net.kick[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (net.kick[i] < 0)
			return -errno;
	}
	return 0;
}

void net_create(const struct vmm_options *options)
{
	unsigned int i, queues = 2 * options->queue_pairs + (options->queue_pairs > 1);
	int error = 0;

	if (!options->queue_pairs)
		return;
	net.pairs = options->queue_pairs;
	net.attached = 1;
	net.vhost_features = VHOST_FEATURES;
	for (i = 0; !error && i < net.pairs; i++)
		error = open_pair(i, options);
	if (!error)
		error = tap_offload(net.tap[0], 0);
	if (!error)
		error = make_kicks(queues);
	if (!error)
		error = virtio_init(&net.virtio, &type, features(), queues, QUEUE_MAX);
	if (error)
		die("virtio-net: %s", strerror(-error));
	fill_config(options);
	pci_plug(&net.virtio.pci, NUMBER);
}

void net_own(void)
{
	unsigned int i;
	int error = 0;

	for (i = 0; !error && i < net.pairs; i++) {
		error = vhost_own(net.vhost[i]);
		if (!error)
			error = vhost_set_kick(net.vhost[i], 0, net.kick[2 * i]);
		if (!error)
			error = vhost_set_kick(net.vhost[i], 1, net.kick[2 * i + 1]);
	}
	if (error)
		die("vhost-net: %s", strerror(-error));
}
