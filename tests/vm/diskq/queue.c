// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <linux/kvm.h>

#include "queue.h"
#include "uapi/ec2ctl.h"

#define CANARY 0xc5

int failures;

void verdict(bool ok, const char *format, ...)
{
	va_list args;

	printf("%s - ", ok ? "ok" : "not ok");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	failures += !ok;
}

void die(const char *what)
{
	printf("not ok - %s # %s\n", what, strerror(errno));
	exit(2);
}

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

static uint64_t state;

void rnd_seed(uint64_t seed)
{
	state = seed;
}

uint32_t rnd(uint32_t below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % below;
}

/* ---- the machine ---- */

int machine_attach(struct machine *m)
{
	struct ec2_disk_attach attach = {.size = sizeof(attach)};
	struct stat st;
	int ret;

	attach.flags = m->readonly ? EC2_DISK_READONLY : 0;
	snprintf(attach.id, sizeof(attach.id), "%s", m->id);
	memcpy(attach.serial, "vol0123456789abcdef0", EC2_SERIAL_LEN);
	attach.fd = open(m->path, (m->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (attach.fd < 0 || fstat(attach.fd, &st))
		die(m->path);
	m->is_file = S_ISREG(st.st_mode);
	ret = ioctl(m->control, EC2_DISK_ATTACH, &attach);
	close(attach.fd);
	return ret;
}

int machine_detach(struct machine *m)
{
	struct ec2_disk_detach detach = {.size = sizeof(detach), .flags = EC2_DISK_DETACH_FORCE};

	snprintf(detach.id, sizeof(detach.id), "%s", m->id);
	return ioctl(m->control, EC2_DISK_DETACH, &detach);
}

void machine_make(struct machine *m, const char *id, const char *path, bool readonly)
{
	struct ec2_instance_create create = {.size = sizeof(create), .memory = MEMORY, .vcpus = 1};

	*m = (struct machine){.id = id, .path = path, .readonly = readonly};
	snprintf(create.id, sizeof(create.id), "%s", id);
	m->control = open("/dev/ec2ctl", O_RDWR | O_CLOEXEC);
	if (m->control < 0 || ioctl(m->control, EC2_INSTANCE_CREATE, &create))
		die("an instance is made");
	m->instance = create.fd;
	if (machine_attach(m))
		die("a disk is attached");
}

static void make_memory(struct machine *m)
{
	uint8_t *area = mmap(NULL, MEMORY + 2 * GUARD, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		die("guest memory");
	memset(area, CANARY, GUARD);
	memset(area + GUARD + MEMORY, CANARY, GUARD);
	m->memory = area + GUARD;
}

bool machine_guards_intact(const struct machine *m)
{
	for (size_t i = 0; i < GUARD; i++)
		if (m->memory[-(ssize_t)GUARD + i] != CANARY || m->memory[MEMORY + i] != CANARY)
			return false;
	return true;
}

void machine_start(struct machine *m, bool event_idx, bool indirect)
{
	struct ec2_vm_create vm = {.size = sizeof(vm)};
	struct kvm_userspace_memory_region region = {.memory_size = MEMORY};
	struct ec2_vm_disk_get get = {.size = sizeof(get)};

	m->event_idx = event_idx;
	m->indirect = indirect;
	m->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	vm.kvm_fd = m->kvm;
	if (m->kvm < 0 || ioctl(m->instance, EC2_VM_CREATE, &vm))
		die("a VM is made");
	m->vm = vm.fd;
	make_memory(m);
	region.userspace_addr = (uintptr_t)m->memory;
	if (ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &region))
		die("guest memory is set");
	m->irq = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (ioctl(m->vm, EC2_VM_DISK_GET, &get))
		die("a disk's properties");
	m->flags = get.flags;
	m->block = get.logical_block_size;
	m->capacity = get.capacity;
}

struct lender {
	struct machine *m;
	unsigned int role;
};

static void *lend(void *arg)
{
	struct lender *l = arg;
	struct ec2_vm_lend args = {.size = sizeof(args), .role = l->role};

	do
		ioctl(l->m->vm, EC2_VM_LEND, &args);
	while (errno != ENODEV);
	return NULL;
}

void machine_lend(struct machine *m)
{
	static struct lender lender[2];
	pthread_t thread;

	for (unsigned int i = 0; i < 2; i++) {
		lender[i] = (struct lender){m, i};
		if (pthread_create(&thread, NULL, lend, &lender[i]))
			die("a thread is lent");
	}
}

/* ---- the queue ---- */

int queue_bind(struct machine *m)
{
	struct ec2_vm_queue_set set = {.size = sizeof(set),
				       .num = NUM,
				       .irq_fd = m->irq,
				       .desc = DESC,
				       .avail = AVAIL,
				       .used = USED};

	memset(m->memory + DESC, 0, 0x3000);
	m->avail = m->used = 0;
	set.flags = (m->event_idx ? EC2_QUEUE_EVENT_IDX : 0) | (m->indirect ? EC2_QUEUE_INDIRECT : 0);
	return ioctl(m->vm, EC2_VM_QUEUE_SET, &set);
}

int queue_reset(struct machine *m)
{
	struct ec2_vm_disk_reset reset = {.size = sizeof(reset)};

	return ioctl(m->vm, EC2_VM_DISK_RESET, &reset);
}

int queue_kick(struct machine *m)
{
	struct ec2_vm_kick kick = {.size = sizeof(kick)};

	return ioctl(m->vm, EC2_VM_KICK, &kick);
}

struct vring_desc *desc_at(struct machine *m, unsigned int i)
{
	return (struct vring_desc *)(m->memory + DESC) + i;
}

void avail_add(struct machine *m, uint16_t head)
{
	uint16_t *avail = (uint16_t *)(m->memory + AVAIL);

	avail[2 + m->avail % NUM] = head;
	__atomic_store_n(&avail[1], ++m->avail, __ATOMIC_RELEASE);
}

int used_wait(struct machine *m, int ms, uint32_t *len)
{
	uint16_t *idx = (uint16_t *)(m->memory + USED + 2);
	struct vring_used_elem *ring = (struct vring_used_elem *)(m->memory + USED + 4);
	/* Ask for an interrupt for the next one, then look. */
	uint16_t *event = (uint16_t *)(m->memory + AVAIL + 4 + 2 * NUM);
	struct pollfd p = {.fd = m->irq, .events = POLLIN};
	uint64_t n;

	__atomic_store_n(event, m->used, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(idx, __ATOMIC_ACQUIRE) == m->used) {
		/* An interrupt that does not come is an error too: no second look without one. */
		if (poll(&p, 1, ms) <= 0)
			return -1;
		(void)!read(m->irq, &n, sizeof(n));
	}
	if (len)
		*len = ring[m->used % NUM].len;
	return ring[m->used++ % NUM].id;
}

uint8_t *status_of(struct machine *m, uint16_t head)
{
	return m->memory + HEADERS + 64 * head + 32;
}

void request(struct machine *m, uint16_t head, uint32_t type, uint64_t sector,
	     const struct piece *data, unsigned int n, bool out)
{
	uint64_t base = HEADERS + 64 * head, table = TABLES + 4096UL * head;
	struct vring_desc *d = m->indirect ? (struct vring_desc *)(m->memory + table) : desc_at(m, head);
	/* Direct chains take the descriptors from their head on. */
	unsigned int first = m->indirect ? 0 : head, i;

	*(struct virtio_blk_outhdr *)(m->memory + base) =
		(struct virtio_blk_outhdr){.type = type, .sector = sector};
	*status_of(m, head) = 0xff;
	d[0] = (struct vring_desc){base, 16, VRING_DESC_F_NEXT, first + 1};
	for (i = 0; i < n; i++)
		d[i + 1] = (struct vring_desc){data[i].addr, data[i].len,
					       VRING_DESC_F_NEXT | (out ? 0 : VRING_DESC_F_WRITE),
					       first + i + 2};
	d[n + 1] = (struct vring_desc){base + 32, 1, VRING_DESC_F_WRITE, 0};
	if (m->indirect)
		*desc_at(m, head) =
			(struct vring_desc){table, 16 * (n + 2), VRING_DESC_F_INDIRECT, 0};
	avail_add(m, head);
}

static int wait_one(struct machine *m)
{
	if (queue_kick(m) || used_wait(m, WAIT_MS, NULL) != 0)
		return -1;
	return *status_of(m, 0);
}

int request_one(struct machine *m, uint32_t type, uint64_t offset, uint32_t len)
{
	struct piece data = {DATA, len};

	request(m, 0, type, offset / SECTOR, &data, len ? 1 : 0, type != VIRTIO_BLK_T_IN);
	return wait_one(m);
}

int range_one(struct machine *m, uint32_t type, uint64_t offset, uint64_t len, bool unmap)
{
	struct piece data = {DATA, sizeof(struct virtio_blk_discard_write_zeroes)};

	*(struct virtio_blk_discard_write_zeroes *)(m->memory + DATA) =
		(struct virtio_blk_discard_write_zeroes){
			offset / SECTOR, len / SECTOR,
			unmap ? VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP : 0};
	request(m, 0, type, 0, &data, 1, true);
	return wait_one(m);
}

/* ---- data ---- */

static uint64_t word_at(uint64_t at, unsigned int seed)
{
	return (at + 1) * 0x9e3779b97f4a7c15 ^ (uint64_t)seed << 40;
}

void pattern_fill(uint8_t *at, uint32_t len, uint64_t offset, unsigned int seed)
{
	for (uint32_t i = 0; i < len; i += 8)
		*(uint64_t *)(at + i) = word_at(offset + i, seed);
}

bool pattern_is(const uint8_t *at, uint32_t len, uint64_t offset, unsigned int seed)
{
	for (uint32_t i = 0; i < len; i += 8)
		if (*(const uint64_t *)(at + i) != word_at(offset + i, seed))
			return false;
	return true;
}

void disk_stats(struct machine *m, struct ec2_disk_stats *s)
{
	*s = (struct ec2_disk_stats){.size = sizeof(*s)};
	snprintf(s->id, sizeof(s->id), "%s", m->id);
	if (ioctl(m->control, EC2_DISK_STATS, s))
		die("a disk's statistics");
}

bool event_wait(int fd, uint32_t type, int ms, uint64_t *value)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	uint64_t until = now_ms() + ms;
	struct ec2_event event;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (now_ms() < until) {
		if (read(fd, &event, sizeof(event)) != sizeof(event)) {
			poll(&p, 1, 100);
			continue;
		}
		if (event.type != type)
			continue;
		if (value)
			*value = event.value;
		return true;
	}
	return false;
}
