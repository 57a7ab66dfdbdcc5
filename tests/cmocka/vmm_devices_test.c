// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The VMM's devices as a guest sees them, good and hostile, by the bus that vCPU threads use. The
 * kernel is a few functions here, which check what they are asked for.
 */
#include <errno.h>
#include <linux/if_tun.h>
#include <linux/pci_regs.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_pci.h>
#include <linux/virtio_ring.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/host/launch.h"
#include "tools/vmm/bus.h"
#include "tools/vmm/disk.h"
#include "tools/vmm/events.h"
#include "tools/vmm/kvm.h"
#include "tools/vmm/layout.h"
#include "tools/vmm/mem.h"
#include "tools/vmm/net.h"
#include "tools/vmm/pci.h"
#include "tools/vmm/platform.h"
#include "tools/vmm/rng.h"
#include "tools/vmm/uart.h"
#include "tools/vmm/vhost.h"
#include "tools/vmm/virtio.h"
#include "tools/vmm/vmm.h"

#define MEMORY (1U << 20)
#define DISK_NUMBER 1 /* slot 0 */
#define RNG_NUMBER 31
#define NET_NUMBER 30
#define PAIRS 4
#define CONTROL (2 * PAIRS)
/* descriptors that nobody opens: the functions below stand in for them */
#define TAP_FD 900
#define VHOST_FD 910

/* ---- the kernel, and the rest of the VMM ---- */

static uint8_t memory[MEMORY] __attribute__((aligned(4096)));
static bool disk_there[4];
static unsigned int queues_set, resets, ejected, kicks, doorbell_port;
static uint64_t capacity = 64 << 20;
static jmp_buf machine_end;
static int end_status;
static int console;

void die(const char *format, ...)
{
	fail_msg("die: %s", format);
	abort();
}

void vmm_crash(const char *format, ...)
{
	fail_msg("crash: %s", format);
	abort();
}

void vmm_end(int status)
{
	end_status = status;
	longjmp(machine_end, 1);
}

void events_wake(void)
{
}

void *mem_at(uint64_t gpa, uint64_t length)
{
	return gpa <= MEMORY && length <= MEMORY - gpa ? memory + gpa : NULL;
}

int kvm_irqfd(unsigned int gsi, int eventfd, bool assign)
{
	(void)assign;
	assert_true(gsi < GSI_MSI + 512);
	assert_true(eventfd >= 0);
	return 0;
}

int kvm_routes(const struct kvm_irq_routing *routing)
{
	assert_in_range(routing->nr, 1, 600);
	return 0;
}

int kvm_disk_get(struct ec2_vm_disk_get *disk)
{
	if (disk->slot >= 4 || !disk_there[disk->slot])
		return -ENOENT;
	disk->flags = EC2_DISK_DISCARD;
	disk->logical_block_size = 512;
	disk->physical_block_size = 4096;
	disk->max_queues = 4;
	disk->capacity = capacity;
	disk->max_discard_sectors = 8192;
	disk->seg_max = 126;
	disk->queue_max = 256;
	return 0;
}

int kvm_disk_reset(unsigned int slot)
{
	assert_true(slot < 30);
	resets++;
	return 0;
}

int kvm_disk_ejected(unsigned int slot)
{
	ejected |= 1U << slot;
	return 0;
}

int kvm_queue_set(const struct ec2_vm_queue_set *queue)
{
	/* what the module checks again */
	assert_int_equal(queue->size, sizeof(*queue));
	assert_true(queue->queue < 4);
	assert_true(queue->num && queue->num <= 256 && !(queue->num & (queue->num - 1)));
	queues_set++;
	return queue->desc % 16 ? -EINVAL : 0;
}

int kvm_doorbell(unsigned int slot, unsigned int port)
{
	if (slot == 0)
		doorbell_port = port;
	return 0;
}

int kvm_kick(unsigned int slot, unsigned int queue)
{
	assert_true(slot < 4 && queue < 4);
	kicks++;
	return 0;
}

/* vhost-net and the tap */

static bool vhost_runs[PAIRS][2], vhost_owned[PAIRS];
static uint64_t vhost_accepted[PAIRS];
static unsigned int vhost_starts, tap_offloads, doorbells;
static bool tap_attached[PAIRS] = {true, true, true, true};

static unsigned int pair_of(int fd, int first)
{
	assert_in_range(fd, first, first + PAIRS - 1);
	return (unsigned int)(fd - first);
}

int vhost_features(int vhost, uint64_t *features)
{
	pair_of(vhost, VHOST_FD);
	/* as Linux 6.1 has it, with what a guest is not offered */
	*features = 1ULL << VIRTIO_F_VERSION_1 | 1ULL << VIRTIO_NET_F_MRG_RXBUF |
		    1ULL << VIRTIO_RING_F_EVENT_IDX | 1ULL << VIRTIO_RING_F_INDIRECT_DESC |
		    1ULL << VIRTIO_F_ANY_LAYOUT | 1ULL << 26;
	return 0;
}

int vhost_own(int vhost)
{
	vhost_owned[pair_of(vhost, VHOST_FD)] = true;
	return 0;
}

int vhost_set_kick(int vhost, unsigned int index, int kick)
{
	assert_true(vhost_owned[pair_of(vhost, VHOST_FD)]);
	assert_true(index < 2 && kick >= 0);
	return 0;
}

int vhost_accept(int vhost, uint64_t features)
{
	unsigned int pair = pair_of(vhost, VHOST_FD);

	assert_false(vhost_runs[pair][0] || vhost_runs[pair][1]);
	assert_int_equal(features & ~(1ULL << VIRTIO_F_VERSION_1 | 1ULL << VIRTIO_NET_F_MRG_RXBUF |
				      1ULL << VIRTIO_RING_F_EVENT_IDX |
				      1ULL << VIRTIO_RING_F_INDIRECT_DESC),
			 0);
	vhost_accepted[pair] = features;
	return 0;
}

int vhost_start(int vhost, unsigned int index, const struct vhost_queue *queue)
{
	unsigned int pair = pair_of(vhost, VHOST_FD);

	assert_true(index < 2);
	assert_false(vhost_runs[pair][index]);
	assert_int_equal(pair_of(queue->backend, TAP_FD), pair);
	assert_in_range((uintptr_t)queue->desc, (uintptr_t)memory, (uintptr_t)memory + MEMORY);
	assert_in_range((uintptr_t)queue->used, (uintptr_t)memory, (uintptr_t)memory + MEMORY);
	vhost_starts++;
	/* what the kernel looks at */
	if ((uintptr_t)queue->avail % 2 || (uintptr_t)queue->used % 4)
		return -EINVAL;
	vhost_runs[pair][index] = true;
	return 0;
}

void vhost_stop(int vhost, unsigned int index)
{
	unsigned int pair = pair_of(vhost, VHOST_FD);

	assert_true(vhost_runs[pair][index]);
	vhost_runs[pair][index] = false;
}

int tap_offload(int tap, unsigned int offloads)
{
	assert_int_equal(tap, TAP_FD);
	tap_offloads = offloads;
	return 0;
}

int tap_attach(int tap, bool attach)
{
	unsigned int pair = pair_of(tap, TAP_FD);

	if (tap_attached[pair] == attach)
		return -EINVAL;
	tap_attached[pair] = attach;
	return 0;
}

int kvm_doorbell_fd(unsigned int port, unsigned int queue, int eventfd, bool assign)
{
	assert_true(port && queue <= CONTROL && eventfd >= 0);
	/* a bit per queue; the port is what the last call said */
	if (assign)
		doorbells |= 1U << queue;
	else
		doorbells &= ~(1U << queue);
	return 0;
}

/* ---- the guest ---- */

static uint64_t port_in(uint64_t port, unsigned int length)
{
	uint64_t value = 0;

	bus_do(BUS_PORTS, port, length, false, &value);
	return value;
}

static void port_out(uint64_t port, unsigned int length, uint64_t value)
{
	bus_do(BUS_PORTS, port, length, true, &value);
}

static uint64_t config_address(unsigned int number, unsigned int offset)
{
	return GPA_ECAM + (number << 15) + offset;
}

static uint64_t config_in(unsigned int number, unsigned int offset, unsigned int length)
{
	uint64_t value = 0;

	bus_do(BUS_MEMORY, config_address(number, offset), length, false, &value);
	return value;
}

static void config_out(unsigned int number, unsigned int offset, unsigned int length,
		       uint64_t value)
{
	bus_do(BUS_MEMORY, config_address(number, offset), length, true, &value);
}

/* Enable the device and give the first port of its I/O BAR. */
static unsigned int enable(unsigned int number)
{
	config_out(number, PCI_COMMAND, 2,
		   PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	return (unsigned int)config_in(number, PCI_BASE_ADDRESS_0, 4) & ~3U;
}

static void status_out(unsigned int base, unsigned int status)
{
	port_out(base + VIRTIO_PCI_COMMON_STATUS, 1, status);
}

static unsigned int status_in(unsigned int base)
{
	return (unsigned int)port_in(base + VIRTIO_PCI_COMMON_STATUS, 1);
}

/* Up to FEATURES_OK, with the given features beside VERSION_1. */
static void negotiate(unsigned int base, uint32_t low)
{
	status_out(base, 0);
	assert_int_equal(status_in(base), 0);
	status_out(base, VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER);
	port_out(base + VIRTIO_PCI_COMMON_GFSELECT, 4, 0);
	port_out(base + VIRTIO_PCI_COMMON_GF, 4, low);
	port_out(base + VIRTIO_PCI_COMMON_GFSELECT, 4, 1);
	port_out(base + VIRTIO_PCI_COMMON_GF, 4, 1);
	status_out(base, status_in(base) | VIRTIO_CONFIG_S_FEATURES_OK);
}

static void set_queue(unsigned int base, unsigned int queue, unsigned int size, uint64_t desc,
		      uint64_t avail, uint64_t used)
{
	port_out(base + VIRTIO_PCI_COMMON_Q_SELECT, 2, queue);
	port_out(base + VIRTIO_PCI_COMMON_Q_SIZE, 2, size);
	port_out(base + VIRTIO_PCI_COMMON_Q_DESCLO, 4, desc);
	port_out(base + VIRTIO_PCI_COMMON_Q_DESCHI, 4, desc >> 32);
	port_out(base + VIRTIO_PCI_COMMON_Q_AVAILLO, 4, avail);
	port_out(base + VIRTIO_PCI_COMMON_Q_AVAILHI, 4, avail >> 32);
	port_out(base + VIRTIO_PCI_COMMON_Q_USEDLO, 4, used);
	port_out(base + VIRTIO_PCI_COMMON_Q_USEDHI, 4, used >> 32);
	port_out(base + VIRTIO_PCI_COMMON_Q_ENABLE, 2, 1);
}

static void run_driver(unsigned int base)
{
	status_out(base, status_in(base) | VIRTIO_CONFIG_S_DRIVER_OK);
}

/* ---- what must hold ---- */

static void empty_slots_read_all_ones(void **state)
{
	(void)state;
	assert_int_equal(config_in(7, 0, 4), 0xffffffff);
	assert_int_equal(config_in(DISK_NUMBER, 0, 4), 0x10421af4);
	/* no second function, no other bus by ports, nothing at an unknown port */
	assert_int_equal(config_in(DISK_NUMBER, 1 << 12, 4), 0xffffffff);
	port_out(0xcf8, 4, 0x80010000);
	assert_int_equal(port_in(0xcfc, 4), 0xffffffff);
	port_out(0xcf8, 4, 0x80000000 | DISK_NUMBER << 11);
	assert_int_equal(port_in(0xcfc, 4), 0x10421af4);
	assert_int_equal(port_in(0x1f0, 1), 0xff);
}

static void bars_tell_their_size_and_move(void **state)
{
	unsigned int base = enable(DISK_NUMBER);

	(void)state;
	config_out(DISK_NUMBER, PCI_BASE_ADDRESS_0, 4, 0xffffffff);
	assert_int_equal(config_in(DISK_NUMBER, PCI_BASE_ADDRESS_0, 4), 0xffffff01);
	config_out(DISK_NUMBER, PCI_BASE_ADDRESS_1, 4, 0xffffffff);
	assert_int_equal(config_in(DISK_NUMBER, PCI_BASE_ADDRESS_1, 4), 0xfffff000);
	config_out(DISK_NUMBER, PCI_BASE_ADDRESS_0, 4, 0x2000);
	assert_int_equal(port_in(base + VIRTIO_PCI_COMMON_NUMQ, 2), 0xffff);
	assert_int_equal(port_in(0x2000 + VIRTIO_PCI_COMMON_NUMQ, 2), 4);
	config_out(DISK_NUMBER, PCI_BASE_ADDRESS_0, 4, base);
	config_out(DISK_NUMBER, PCI_BASE_ADDRESS_1, 4, GPA_PCI32 + 0x1000);
}

static void a_driver_gets_its_queues_and_doorbell(void **state)
{
	unsigned int base = enable(DISK_NUMBER), before = queues_set, i;

	(void)state;
	negotiate(base, 1U << VIRTIO_BLK_F_MQ);
	assert_true(status_in(base) & VIRTIO_CONFIG_S_FEATURES_OK);
	for (i = 0; i < 4; i++)
		set_queue(base, i, 128, 0x1000, 0x2000, 0x3000);
	assert_int_equal(queues_set, before);
	assert_int_equal(doorbell_port, 0);
	run_driver(base);
	assert_int_equal(queues_set, before + 4);
	assert_int_equal(doorbell_port, base + VIRTIO_NOTIFY);
	/* a moved BAR moves the doorbell; no decoding, no doorbell */
	config_out(DISK_NUMBER, PCI_BASE_ADDRESS_0, 4, 0x3000);
	assert_int_equal(doorbell_port, 0x3000 + VIRTIO_NOTIFY);
	config_out(DISK_NUMBER, PCI_BASE_ADDRESS_0, 4, base);
	config_out(DISK_NUMBER, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	assert_int_equal(doorbell_port, 0);
	enable(DISK_NUMBER);
	i = resets;
	status_out(base, 0);
	assert_int_equal(resets, i + 1);
	assert_int_equal(doorbell_port, 0);
}

static void bad_features_and_queues_are_refused(void **state)
{
	unsigned int base = enable(DISK_NUMBER), before = queues_set;

	(void)state;
	negotiate(base, 1U << VIRTIO_BLK_F_RO); /* not offered */
	assert_false(status_in(base) & VIRTIO_CONFIG_S_FEATURES_OK);
	run_driver(base);
	assert_false(status_in(base) & VIRTIO_CONFIG_S_DRIVER_OK);
	negotiate(base, 0);
	set_queue(base, 9, 128, 0x1000, 0x2000, 0x3000);
	set_queue(base, 0, 100, 0x1008, 0x2000, 0x3000); /* size not a power of two: stays 256 */
	run_driver(base);
	assert_int_equal(queues_set, before + 1);
	assert_true(status_in(base) & VIRTIO_CONFIG_S_NEEDS_RESET);
	status_out(base, 0);
}

static void hot_plug_and_eject(void **state)
{
	(void)state;
	port_in(PORT_PLATFORM + PLATFORM_PLUGGED, 4);
	disk_there[2] = true;
	disk_attached(2);
	assert_int_equal(port_in(PORT_PLATFORM + PLATFORM_EVENTS, 4) & EVENT_HOT_PLUG,
			 EVENT_HOT_PLUG);
	assert_int_equal(port_in(PORT_PLATFORM + PLATFORM_PLUGGED, 4), 1 << 3);
	assert_int_equal(port_in(PORT_PLATFORM + PLATFORM_PLUGGED, 4), 0);
	assert_int_equal(config_in(3, 0, 4), 0x10421af4);
	disk_detaching(2);
	assert_int_equal(port_in(PORT_PLATFORM + PLATFORM_UNPLUG, 4), 1 << 3);
	port_out(PORT_PLATFORM + PLATFORM_EJECT, 4, 1 << 3 | 1 << 20 | 1);
	assert_int_equal(ejected, 1 << 2);
	assert_int_equal(config_in(3, 0, 4), 0xffffffff);
	disk_there[2] = false;
	disk_detached(2);
	disk_attached(99);
	disk_detaching(99);
	disk_resized(99, 1);
}

static void resize_shows_in_the_configuration(void **state)
{
	unsigned int base = enable(DISK_NUMBER), generation;

	(void)state;
	generation = (unsigned int)port_in(base + VIRTIO_PCI_COMMON_CFGGENERATION, 1);
	disk_resized(0, 128 << 20);
	assert_int_equal(port_in(base + 0x80, 4), (128 << 20) / 512);
	assert_int_not_equal(port_in(base + VIRTIO_PCI_COMMON_CFGGENERATION, 1), generation);
}

static void put_desc(unsigned int index, uint64_t addr, uint32_t len, uint16_t flags, uint16_t next)
{
	struct vring_desc *desc = (struct vring_desc *)(memory + 0x1000) + index;

	*desc = (struct vring_desc){addr, len, flags, next};
}

static uint16_t *avail(void)
{
	return (uint16_t *)(memory + 0x2000);
}

static uint16_t used_index(void)
{
	return ((uint16_t *)(memory + 0x3000))[1];
}

static void start_rng(unsigned int base)
{
	memset(memory, 0, MEMORY);
	negotiate(base, 0);
	set_queue(base, 0, 8, 0x1000, 0x2000, 0x3000);
	run_driver(base);
}

static void rng_gives_bytes(void **state)
{
	unsigned int base = enable(RNG_NUMBER), i, sum = 0;

	(void)state;
	start_rng(base);
	put_desc(0, 0x8000, 64, VRING_DESC_F_WRITE, 0);
	avail()[1] = 1;
	port_out(base + VIRTIO_NOTIFY, 2, 0);
	assert_int_equal(used_index(), 1);
	for (i = 0; i < 64; i++)
		sum |= memory[0x8000 + i];
	assert_int_not_equal(sum, 0);
	assert_int_equal(memory[0x8040], 0);
}

static void rng_outlives_malformed_rings(void **state)
{
	static const struct {
		const char *name;
		struct vring_desc desc;
		uint16_t head, index;
		bool broken;
	} rows[] = {
		{"head outside the ring", {0x8000, 64, 2, 0}, 200, 1, true},
		{"memory outside", {MEMORY - 32, 64, 2, 0}, 0, 1, true},
		{"address wraps around", {~0ULL - 8, 64, 2, 0}, 0, 1, true},
		{"2^32 - 1 bytes", {0, ~0U, 2, 0}, 0, 1, true},
		{"a chain to itself", {0x8000, 64, 1, 0}, 0, 1, false},
		{"a chain out of the ring", {0x8000, 64, 1, 99}, 0, 1, true},
		{"no bytes", {0x8000, 0, 2, 0}, 0, 1, false},
		{"nothing to write to", {0x8000, 64, 0, 0}, 0, 1, false},
		{"more than the ring holds", {0x8000, 64, 2, 0}, 0, 9, true},
	};
	unsigned int base = enable(RNG_NUMBER), i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start_rng(base);
		put_desc(0, rows[i].desc.addr, rows[i].desc.len, rows[i].desc.flags,
			 rows[i].desc.next);
		avail()[2] = rows[i].head;
		avail()[1] = rows[i].index;
		port_out(base + VIRTIO_NOTIFY, 2, 0);
		if (!!(status_in(base) & VIRTIO_CONFIG_S_NEEDS_RESET) != rows[i].broken)
			fail_msg("%s: status %#x", rows[i].name, status_in(base));
		/* and a new start heals it */
		rng_gives_bytes(NULL);
	}
}

/* ---- the network interface ---- */

static unsigned int running(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < 2 * PAIRS; i++)
		n += vhost_runs[i / 2][i % 2];
	return n;
}

static unsigned int attached(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < PAIRS; i++)
		n += tap_attached[i];
	return n;
}

#define MQ (1U << VIRTIO_NET_F_MQ | 1U << VIRTIO_NET_F_CTRL_VQ)

/* All queues, the control queue at the places of the other devices' tests, with 8 descriptors. */
static unsigned int start_net(uint32_t features)
{
	unsigned int base = enable(NET_NUMBER), i;

	memset(memory, 0, MEMORY);
	negotiate(base, features);
	assert_true(status_in(base) & VIRTIO_CONFIG_S_FEATURES_OK);
	for (i = 0; i < 2 * PAIRS; i++)
		set_queue(base, i, 256, 0x10000 + i * 0x8000, 0x12000 + i * 0x8000,
			  0x14000 + i * 0x8000);
	set_queue(base, CONTROL, 8, 0x1000, 0x2000, 0x3000);
	run_driver(base);
	assert_false(status_in(base) & VIRTIO_CONFIG_S_NEEDS_RESET);
	return base;
}

static void net_tells_of_itself(void **state)
{
	static const uint8_t mac[6] = {0x02, 0x12, 0x34, 0x56, 0x78, 0x9a};
	unsigned int base = enable(NET_NUMBER), i;

	(void)state;
	assert_int_equal(config_in(NET_NUMBER, 0, 4), 0x10411af4);
	for (i = 0; i < 6; i++) {
		port_out(base + 0x80 + i, 1, 0xff); /* not the driver's to write */
		assert_int_equal(port_in(base + 0x80 + i, 1), mac[i]);
	}
	assert_int_equal(port_in(base + 0x86, 2), VIRTIO_NET_S_LINK_UP);
	assert_int_equal(port_in(base + 0x88, 2), PAIRS);
	assert_int_equal(port_in(base + 0x8a, 2), 9001);
	assert_int_equal(port_in(base + VIRTIO_PCI_COMMON_NUMQ, 2), CONTROL + 1);
	/* of vhost's features, only those that this file knows */
	port_out(base + VIRTIO_PCI_COMMON_DFSELECT, 4, 0);
	assert_int_equal(
		port_in(base + VIRTIO_PCI_COMMON_DF, 4) &
			(1U << 26 | 1U << VIRTIO_F_ANY_LAYOUT | 1U << VIRTIO_NET_F_HOST_UFO),
		0);
}

static void net_starts_and_stops(void **state)
{
	unsigned int base = start_net(MQ | 1U << VIRTIO_NET_F_GUEST_CSUM |
				      1U << VIRTIO_NET_F_GUEST_TSO4 | 1U << VIRTIO_NET_F_MRG_RXBUF);
	unsigned int i;

	(void)state;
	assert_int_equal(running(), 2 * PAIRS);
	assert_int_equal(attached(), 1);
	assert_int_equal(tap_offloads, TUN_F_CSUM | TUN_F_TSO4);
	for (i = 0; i < PAIRS; i++)
		assert_int_equal(vhost_accepted[i],
				 1ULL << VIRTIO_F_VERSION_1 | 1ULL << VIRTIO_NET_F_MRG_RXBUF);
	assert_int_equal(doorbells, (1U << (CONTROL + 1)) - 1);
	/* no decoding, no doorbells; and back */
	config_out(NET_NUMBER, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	assert_int_equal(doorbells, 0);
	enable(NET_NUMBER);
	assert_int_equal(doorbells, (1U << (CONTROL + 1)) - 1);
	status_out(base, 0);
	assert_int_equal(status_in(base), 0);
	assert_int_equal(running(), 0);
	assert_int_equal(doorbells, 0);
	/* the next driver's features count, not the last one's; segments need checksums */
	start_net(1U << VIRTIO_NET_F_GUEST_TSO4);
	assert_int_equal(tap_offloads, 0);
	assert_int_equal(vhost_accepted[0], 1ULL << VIRTIO_F_VERSION_1);
	status_out(base, 0);
}

static void net_refuses_rings_outside_memory(void **state)
{
	static const uint64_t rows[][3] = {
		{MEMORY, 0x12000, 0x14000},	{0x10000, MEMORY - 8, 0x14000},
		{0x10000, 0x12000, MEMORY - 8}, {~0ULL - 15, 0x12000, 0x14000},
		{0x10000, 0x12001, 0x14000},
	};
	unsigned int base = enable(NET_NUMBER), before = vhost_starts, i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* only the last is vhost's to refuse */
		assert_int_equal(vhost_starts, before);
		negotiate(base, 0);
		set_queue(base, 0, 256, rows[i][0], rows[i][1], rows[i][2]);
		run_driver(base);
		assert_true(status_in(base) & VIRTIO_CONFIG_S_NEEDS_RESET);
		assert_int_equal(running(), 0);
		status_out(base, 0);
	}
}

/* One command of `length` bytes at 0x8000, with `room` bytes for the answer at 0x9000. */
static uint8_t ask_control(unsigned int base, const void *request, uint32_t length, uint32_t room)
{
	static uint16_t asked;

	/* a new start begins at 0 */
	if (!avail()[1])
		asked = 0;
	memcpy(memory + 0x8000, request, length);
	memory[0x9000] = 0x5a;
	put_desc(0, 0x8000, length, VRING_DESC_F_NEXT, 1);
	put_desc(1, 0x9000, room, VRING_DESC_F_WRITE, 0);
	avail()[2 + asked % 8] = 0;
	avail()[1] = ++asked;
	port_out(base + VIRTIO_NOTIFY, 2, CONTROL);
	net_serve_control();
	assert_int_equal(used_index(), asked);
	return memory[0x9000];
}

static void net_obeys_its_control_queue(void **state)
{
	static const struct {
		const char *name;
		uint8_t request[6];
		uint32_t length, room;
		uint8_t answer;
		unsigned int attached;
	} rows[] = {
		{"two pairs", {4, 0, 2, 0}, 4, 1, VIRTIO_NET_OK, 2},
		{"all pairs", {4, 0, 4, 0}, 4, 1, VIRTIO_NET_OK, 4},
		{"more room than need be", {4, 0, 3, 0}, 4, 9, VIRTIO_NET_OK, 3},
		{"no pair", {4, 0, 0, 0}, 4, 1, VIRTIO_NET_ERR, 3},
		{"one too many", {4, 0, 5, 0}, 4, 1, VIRTIO_NET_ERR, 3},
		{"65535", {4, 0, 0xff, 0xff}, 4, 1, VIRTIO_NET_ERR, 3},
		{"another command", {4, 1, 2, 0}, 4, 1, VIRTIO_NET_ERR, 3},
		{"another class", {0, 0, 2, 0}, 4, 1, VIRTIO_NET_ERR, 3},
		{"an unknown class", {0xff, 0xff, 2, 0}, 4, 1, VIRTIO_NET_ERR, 3},
		{"too short", {4, 0, 2}, 3, 1, VIRTIO_NET_ERR, 3},
		{"the head only", {4, 0}, 2, 1, VIRTIO_NET_ERR, 3},
		{"nothing at all", {0}, 0, 1, VIRTIO_NET_ERR, 3},
		{"too long", {4, 0, 2, 0, 0, 0}, 6, 1, VIRTIO_NET_ERR, 3},
		{"no room for the answer", {4, 0, 2, 0}, 4, 0, 0x5a, 3},
		{"one pair", {4, 0, 1, 0}, 4, 1, VIRTIO_NET_OK, 1},
	};
	unsigned int base = start_net(MQ), i;
	uint8_t answer;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		answer = ask_control(base, rows[i].request, rows[i].length, rows[i].room);
		if (answer != rows[i].answer || attached() != rows[i].attached)
			fail_msg("%s: answer %u, %u attached", rows[i].name, answer, attached());
		assert_false(status_in(base) & VIRTIO_CONFIG_S_NEEDS_RESET);
	}
	/* a reset is back to one pair; without the feature there is no such command */
	ask_control(base, rows[0].request, 4, 1);
	assert_int_equal(attached(), 2);
	status_out(base, 0);
	assert_int_equal(attached(), 1);
	start_net(1U << VIRTIO_NET_F_CTRL_VQ);
	assert_int_equal(ask_control(base, rows[0].request, 4, 1), VIRTIO_NET_ERR);
	assert_int_equal(attached(), 1);
	status_out(base, 0);
}

/* The request in an indirect table, at an odd address: as Linux makes it, and as it must not be. */
static void net_reads_indirect_requests(void **state)
{
	static const struct {
		const char *name;
		struct vring_desc outer, inner[3];
		bool accepted, broken;
	} rows[] = {
		{"as it should be",
		 {0xa001, 48, 4, 0},
		 {{0x8000, 2, 1, 1}, {0x8002, 2, 1, 2}, {0x9000, 1, 2, 0}},
		 true,
		 false},
		{"not agreed on",
		 {0xa001, 48, 4, 0},
		 {{0x8000, 2, 1, 1}, {0x8002, 2, 1, 2}, {0x9000, 1, 2, 0}},
		 false,
		 true},
		{"a table in the table",
		 {0xa001, 48, 4, 0},
		 {{0x8000, 2, 1, 1}, {0xa001, 48, 4, 0}, {0x9000, 1, 2, 0}},
		 true,
		 true},
		{"out of the table",
		 {0xa001, 48, 4, 0},
		 {{0x8000, 2, 1, 1}, {0x8002, 2, 1, 3}, {0x9000, 1, 2, 0}},
		 true,
		 true},
		{"a loop",
		 {0xa001, 48, 4, 0},
		 {{0x8000, 2, 1, 1}, {0x8002, 2, 1, 0}, {0x9000, 1, 2, 0}},
		 true,
		 false},
		{"an empty table", {0xa001, 0, 4, 0}, {{0}}, true, true},
		{"half a descriptor", {0xa001, 40, 4, 0}, {{0}}, true, true},
		{"more than the queue has", {0xa001, 9 * 16, 4, 0}, {{0}}, true, true},
		{"outside of memory", {MEMORY - 16, 48, 4, 0}, {{0}}, true, true},
		{"followed by another", {0xa001, 48, 5, 1}, {{0}}, true, true},
		{"to be written", {0xa001, 48, 6, 0}, {{0}}, true, true},
		{"its request outside",
		 {0xa001, 48, 4, 0},
		 {{MEMORY, 2, 1, 1}, {0x8002, 2, 1, 2}, {0x9000, 1, 2, 0}},
		 true,
		 true},
		{"a request of 4 GiB",
		 {0xa001, 48, 4, 0},
		 {{0, ~0U, 1, 1}, {0x8002, 2, 1, 2}, {0x9000, 1, 2, 0}},
		 true,
		 true},
		{"its answer outside",
		 {0xa001, 48, 4, 0},
		 {{0x8000, 2, 1, 1}, {0x8002, 2, 1, 2}, {MEMORY, 1, 2, 0}},
		 true,
		 true},
	};
	static const uint8_t request[] = {4, 0, 2, 0};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int base =
			start_net(MQ | (rows[i].accepted ? 1U << VIRTIO_RING_F_INDIRECT_DESC : 0));
		unsigned int pairs = i == 0 ? 2 : 1;

		memcpy(memory + 0x8000, request, sizeof(request));
		memcpy(memory + 0xa001, rows[i].inner, sizeof(rows[i].inner));
		put_desc(0, rows[i].outer.addr, rows[i].outer.len, rows[i].outer.flags,
			 rows[i].outer.next);
		memory[0x9000] = 0x5a;
		avail()[1] = 1;
		port_out(base + VIRTIO_NOTIFY, 2, CONTROL);
		net_serve_control();
		if (!!(status_in(base) & VIRTIO_CONFIG_S_NEEDS_RESET) != rows[i].broken ||
		    attached() != pairs || (i == 0 && memory[0x9000] != VIRTIO_NET_OK))
			fail_msg("%s: status %#x, %u attached, answer %u", rows[i].name,
				 status_in(base), attached(), memory[0x9000]);
		status_out(base, 0);
	}
}

/* With event indices the driver says from which answer on it wants an interrupt. */
static void net_heeds_event_indices(void **state)
{
	static const uint8_t request[] = {4, 0, 2, 0};
	unsigned int base = start_net(MQ | 1U << VIRTIO_RING_F_EVENT_IDX), i;
	uint16_t *used_event = &avail()[2 + 8];
	const uint16_t *avail_event = (const uint16_t *)(memory + 0x3000 + 4 + 8 * 8);
	struct virtio_device *net = (struct virtio_device *)pci_find(NET_NUMBER);
	uint64_t count;

	(void)state;
	/* the vector of the queue, which nobody but this test reads */
	net->queues[CONTROL].vector = 0;
	*used_event = 2;
	for (i = 0; i < 5; i++) {
		ask_control(base, request, 4, 1);
		assert_int_equal(*avail_event, i + 1);
		assert_int_equal(read(msix_eventfd(&net->msix, 0), &count, sizeof(count)) > 0,
				 i == 2);
	}
	status_out(base, 0);
}

static uint64_t near_memory(void)
{
	switch (random() % 8) {
	case 0:
		return ~0ULL - (uint64_t)random() % 64;
	case 1:
		return MEMORY - 32 + (uint64_t)random() % 64;
	case 2:
		return 0x1000; /* the ring itself */
	default:
		return (uint64_t)random() % 0x10000;
	}
}

/* Rings of anything, changed while they are served. Only the sanitizers and asserts speak here, too. */
static void net_outlives_a_hostile_driver(void **state)
{
	unsigned int round, i, broken = 0, obeyed = 0;

	(void)state;
	srandom(20170912);
	for (round = 0; round < 5000; round++) {
		unsigned int base =
			start_net(MQ | (random() % 2 ? 1U << VIRTIO_RING_F_INDIRECT_DESC : 0) |
				  (random() % 2 ? 1U << VIRTIO_RING_F_EVENT_IDX : 0));

		for (i = 0x8000; i < 0x10000; i += 4)
			*(uint32_t *)(memory + i) = random() % 8 ? 4 | (uint32_t)random() % 6 << 16
								 : (uint32_t)random();
		for (i = 0; i < 8; i++)
			put_desc(i, near_memory(),
				 random() % 4 ? (uint32_t)random() % 5 : (uint32_t)random() % 256,
				 random() % 8, random() % 9);
		/* a good one among them, or none would get far */
		if (random() % 2) {
			put_desc(0, 0x8000, 4, VRING_DESC_F_NEXT, 1);
			put_desc(1, near_memory(), 1, VRING_DESC_F_WRITE, 0);
		}
		for (i = 0; i < 8; i++)
			avail()[2 + i] = random() % 4 ? 0 : random() % 9;
		avail()[1] = random() % 9;
		port_out(base + VIRTIO_NOTIFY, 2, CONTROL);
		net_serve_control();
		net_serve_control();
		broken += !!(status_in(base) & VIRTIO_CONFIG_S_NEEDS_RESET);
		obeyed += attached() > 1;
		status_out(base, 0);
		assert_int_equal(attached(), 1);
		assert_int_equal(running(), 0);
	}
	/* or this has tried nothing */
	assert_in_range(broken, 100, 4900);
	assert_in_range(obeyed, 100, 4900);
}

static void uart_speaks_and_listens(void **state)
{
	struct pollfd polls[UART_POLLS];
	char text[8];

	(void)state;
	port_out(PORT_COM1, 1, 'h');
	port_out(PORT_COM1, 1, 'i');
	port_out(PORT_COM1, 1, '\n');
	assert_int_equal(recv(console, text, sizeof(text), MSG_DONTWAIT), 3);
	assert_memory_equal(text, "hi\n", 3);
	assert_int_equal(send(console, "yo", 2, 0), 2);
	uart_poll_prepare(polls);
	assert_true(poll(polls, UART_POLLS, 1000) > 0);
	uart_poll_done(polls);
	assert_int_equal(port_in(PORT_COM1 + 5, 1), 0x61);
	assert_int_equal(port_in(PORT_COM1, 1), 'y');
	assert_int_equal(port_in(PORT_COM1, 1), 'o');
	assert_int_equal(port_in(PORT_COM1 + 5, 1), 0x60);
}

static void nobody_reads_and_nothing_waits(void **state)
{
	struct pollfd polls[UART_POLLS];
	char drain[4096];
	unsigned int i;

	(void)state;
	for (i = 0; i < 2000000 && port_in(PORT_COM1 + 5, 1) & 0x20; i++)
		port_out(PORT_COM1, 1, 'x');
	assert_in_range(i, 4096, 1999999);
	port_out(PORT_COM1, 1, 'x'); /* lost */
	while (recv(console, drain, sizeof(drain), MSG_DONTWAIT) > 0)
		;
	uart_poll_prepare(polls);
	assert_true(polls[0].events & POLLOUT);
	assert_true(poll(polls, UART_POLLS, 1000) > 0);
	uart_poll_done(polls);
	assert_int_equal(port_in(PORT_COM1 + 5, 1) & 0x60, 0x60);
	while (recv(console, drain, sizeof(drain), MSG_DONTWAIT) > 0)
		;
}

static int end_of(uint64_t port, unsigned int value)
{
	end_status = -1;
	if (!setjmp(machine_end))
		port_out(port, 1, value);
	return end_status;
}

static void reset_and_power_off(void **state)
{
	(void)state;
	assert_int_equal(end_of(0xcf9, 6), EC2_VMM_RESET);
	assert_int_equal(end_of(0x64, 0xfe), EC2_VMM_RESET);
	assert_int_equal(end_of(0x64, 0xd1), -1);
	assert_int_equal(end_of(PORT_PLATFORM, 0x20 | 5 << 2), EC2_VMM_POWER_OFF);
	assert_int_equal(end_of(PORT_PLATFORM, 5 << 2), -1);
	port_in(PORT_PLATFORM + PLATFORM_EVENTS, 4);
	platform_power_button();
	assert_int_equal(port_in(PORT_PLATFORM + PLATFORM_EVENTS, 4), EVENT_POWER_BUTTON);
}

/* Where a guest gets at us: the same ranges as in the tables, and a little around them. */
static uint64_t pick_address(enum bus_space space)
{
	static const uint64_t ports[][2] = {
		{PORT_COM1, 8},	 {PORT_PLATFORM + 1, 0x20},	     {0xcf8, 1},  {0xcfc, 4},
		{0xc100, 0x300}, {PORT_PCI_DEVICES + 30 * 256, 512}, {0, 0x10000}};
	static const uint64_t mem[][2] = {{GPA_ECAM, 4 << 15},
					  {GPA_ECAM + (31 << 15), 4096},
					  {GPA_ECAM + (30 << 15), 4096},
					  {GPA_PCI32 + 0x1000, 0x3000},
					  {GPA_PCI32 + 0x1e000, 0x2000},
					  {GPA_ECAM + ECAM_SIZE - 8, 16},
					  {~0ULL - 15, 16}};
	size_t i = (size_t)random();

	if (space == BUS_PORTS) {
		i %= sizeof(ports) / sizeof(ports[0]);
		return ports[i][0] + (uint64_t)random() % ports[i][1];
	}
	i %= sizeof(mem) / sizeof(mem[0]);
	return mem[i][0] + (uint64_t)random() % mem[i][1];
}

static uint64_t pick_value(void)
{
	switch (random() % 4) {
	case 0:
		return (uint64_t)random() % 256;
	case 1:
		return 0;
	case 2:
		return ~0ULL;
	default:
		return (uint64_t)random() << 33 ^ (uint64_t)random();
	}
}

static void hostile_access(void)
{
	static const unsigned int lengths[] = {1, 2, 4, 8, 3, 5};
	enum bus_space space = random() % 2 ? BUS_PORTS : BUS_MEMORY;
	uint64_t value = pick_value();

	if (!setjmp(machine_end))
		bus_do(space, pick_address(space), lengths[random() % 6], random() % 2, &value);
}

/* Anything at all, with the host's events in between: only the sanitizers and asserts speak here. */
static void a_hostile_guest_ends_only_itself(void **state)
{
	struct pollfd polls[UART_POLLS];
	char drain[4096];
	unsigned int i;

	(void)state;
	srandom(20161115);
	for (i = 0; i < 300000; i++) {
		hostile_access();
		if (random() % 64 == 0) {
			disk_there[1] = !disk_there[1];
			if (disk_there[1])
				disk_attached(1);
			else
				disk_detached(1);
		}
		if (random() % 64 == 0) {
			uart_poll_prepare(polls);
			if (poll(polls, UART_POLLS, 0) > 0)
				uart_poll_done(polls);
			while (recv(console, drain, sizeof(drain), MSG_DONTWAIT) > 0)
				;
		}
		if (random() % 16 == 0)
			net_serve_control();
		if (random() % 512 == 0)
			memory[(size_t)random() % MEMORY] = (uint8_t)random();
	}
	assert_true(resets > 0);
}

static int make_machine(void **state)
{
	static const struct vmm_options options = {
		.mac_address = {0x02, 0x12, 0x34, 0x56, 0x78, 0x9a},
		.mtu = 9001,
		.queue_pairs = PAIRS,
		.tap_fd = TAP_FD,
		.vhost_fd = VHOST_FD,
	};
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	console = pair[1];
	uart_create(pair[0]);
	platform_create();
	pci_create();
	rng_create();
	net_create(&options);
	net_own();
	disks_create(8);
	disk_there[0] = true;
	disk_attached(0);
	disks_cold_plug_done();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_slots_read_all_ones),
		cmocka_unit_test(bars_tell_their_size_and_move),
		cmocka_unit_test(a_driver_gets_its_queues_and_doorbell),
		cmocka_unit_test(bad_features_and_queues_are_refused),
		cmocka_unit_test(hot_plug_and_eject),
		cmocka_unit_test(resize_shows_in_the_configuration),
		cmocka_unit_test(rng_gives_bytes),
		cmocka_unit_test(rng_outlives_malformed_rings),
		cmocka_unit_test(net_tells_of_itself),
		cmocka_unit_test(net_starts_and_stops),
		cmocka_unit_test(net_refuses_rings_outside_memory),
		cmocka_unit_test(net_obeys_its_control_queue),
		cmocka_unit_test(net_reads_indirect_requests),
		cmocka_unit_test(net_heeds_event_indices),
		cmocka_unit_test(net_outlives_a_hostile_driver),
		cmocka_unit_test(uart_speaks_and_listens),
		cmocka_unit_test(nobody_reads_and_nothing_waits),
		cmocka_unit_test(reset_and_power_off),
		cmocka_unit_test(a_hostile_guest_ends_only_itself),
	};

	return cmocka_run_group_tests_name("vmm_devices", tests, make_machine, NULL);
}
