// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kvm.h>

#include "queue.h"
#include "uapi/ec2ctl.h"

void die(const char *what)
{
	perror(what);
	exit(2);
}

static const char *instance_id;

void machine_make(struct machine *m, const char *id, const char *path, bool event_idx, bool indirect)
{
	struct ec2_instance_create create = {.size = sizeof(create), .memory = MEMORY, .vcpus = 1};
	struct ec2_disk_attach attach = {.size = sizeof(attach)};
	struct ec2_vm_create vm = {.size = sizeof(vm)};
	struct kvm_userspace_memory_region region = {.memory_size = MEMORY};

	*m = (struct machine){.event_idx = event_idx, .indirect = indirect};
	instance_id = id;
	strcpy(create.id, id);
	m->control = open("/dev/ec2ctl", O_RDWR | O_CLOEXEC);
	if (m->control < 0 || ioctl(m->control, EC2_INSTANCE_CREATE, &create))
		die("instance");
	m->instance = create.fd;
	memcpy(attach.id, create.id, sizeof(attach.id));
	memcpy(attach.serial, "vol0123456789abcdef0", EC2_SERIAL_LEN);
	attach.fd = open(path, O_RDWR | O_CLOEXEC);
	if (attach.fd < 0 || ioctl(m->control, EC2_DISK_ATTACH, &attach))
		die("attach");
	close(attach.fd);
	m->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	vm.kvm_fd = m->kvm;
	if (m->kvm < 0 || ioctl(m->instance, EC2_VM_CREATE, &vm))
		die("VM");
	m->vm = vm.fd;
	m->memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	region.userspace_addr = (uintptr_t)m->memory;
	if (ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &region))
		die("memory");
	m->irq = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

struct lender {
	struct machine *m;
	unsigned int role;
};

static void *lend(void *arg)
{
	struct lender *l = arg;
	struct ec2_vm_lend args = {.size = sizeof(args), .role = l->role};

	/* Until the process ends. */
	for (;;)
		ioctl(l->m->vm, EC2_VM_LEND, &args);
	return NULL;
}

void machine_lend(struct machine *m)
{
	static struct lender lender[2];
	pthread_t thread;

	for (unsigned int i = 0; i < 2; i++) {
		lender[i] = (struct lender){m, i};
		if (pthread_create(&thread, NULL, lend, &lender[i]))
			die("thread");
	}
}

void queue_bind(struct machine *m)
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
	if (ioctl(m->vm, EC2_VM_QUEUE_SET, &set))
		die("queue");
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
	     const struct piece *data, unsigned int n, bool write)
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
					       VRING_DESC_F_NEXT | (write ? 0 : VRING_DESC_F_WRITE),
					       first + i + 2};
	d[n + 1] = (struct vring_desc){base + 32, 1, VRING_DESC_F_WRITE, 0};
	if (m->indirect)
		*desc_at(m, head) =
			(struct vring_desc){table, 16 * (n + 2), VRING_DESC_F_INDIRECT, 0};
	avail_add(m, head);
}

void disk_stats(struct machine *m, struct ec2_disk_stats *s)
{
	*s = (struct ec2_disk_stats){.size = sizeof(*s)};
	strcpy(s->id, instance_id);
	if (ioctl(m->control, EC2_DISK_STATS, s))
		die("statistics");
}
