// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The VMM's devices as a guest sees them, good and hostile, by the bus that vCPU threads use. The
 * kernel is a few functions here, which check what they are asked for.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_config.h>
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
#include "tools/vmm/pci.h"
#include "tools/vmm/platform.h"
#include "tools/vmm/rng.h"
#include "tools/vmm/uart.h"
#include "tools/vmm/virtio.h"
#include "tools/vmm/vmm.h"

#define MEMORY (1U << 20)
#define DISK_NUMBER 1 /* slot 0 */
#define RNG_NUMBER 31

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
		{0xc100, 0x300}, {PORT_PCI_DEVICES + 31 * 256, 256}, {0, 0x10000}};
	static const uint64_t mem[][2] = {{GPA_ECAM, 4 << 15},
					  {GPA_ECAM + (31 << 15), 4096},
					  {GPA_PCI32 + 0x1000, 0x3000},
					  {GPA_PCI32 + 0x1f000, 0x1000},
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
		if (random() % 512 == 0)
			memory[(size_t)random() % MEMORY] = (uint8_t)random();
	}
	assert_true(resets > 0);
}

static int make_machine(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	console = pair[1];
	uart_create(pair[0]);
	platform_create();
	pci_create();
	rng_create();
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
		cmocka_unit_test(uart_speaks_and_listens),
		cmocka_unit_test(nobody_reads_and_nothing_waits),
		cmocka_unit_test(reset_and_power_off),
		cmocka_unit_test(a_hostile_guest_ends_only_itself),
	};

	return cmocka_run_group_tests_name("vmm_devices", tests, make_machine, NULL);
}
