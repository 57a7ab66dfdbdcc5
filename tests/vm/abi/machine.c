// SPDX-License-Identifier: LGPL-2.1-or-later
/* A machine of one vCPU, in real or in long mode. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi.h"

#define CODE 0x1000
#define TABLES 0x10000 /* three pages of page tables */
#define RUN_SIZE (3 * 4096)

static uint8_t *map_memory(void)
{
	uint8_t *memory =
		mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die("guest memory");
	return memory;
}

static void make(struct guest *g, int instance, bool irqchip)
{
	struct kvm_userspace_memory_region region = {.memory_size = MEMORY};

	g->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (g->kvm < 0)
		die("/dev/kvm opens");
	g->vm = make_vm(instance, g->kvm);
	if (g->vm < 0)
		die("a VM is made");
	if (irqchip && ioctl(g->vm, KVM_CREATE_IRQCHIP, 0))
		die("an interrupt controller");
	g->memory = map_memory();
	region.userspace_addr = (uintptr_t)g->memory;
	if (ioctl(g->vm, KVM_SET_USER_MEMORY_REGION, &region))
		die("guest memory is set");
	g->vcpu = ioctl(g->vm, KVM_CREATE_VCPU, 0);
	if (g->vcpu < 0)
		die("a vCPU is made");
	g->run = mmap(NULL, RUN_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, g->vcpu, 0);
	if (g->run == MAP_FAILED)
		die("a vCPU's kvm_run is mapped");
	if (ioctl(g->vcpu, KVM_GET_SREGS, &g->reset))
		die("special registers are read");
}

void guest_make(struct guest *g, int instance)
{
	make(g, instance, false);
}

void guest_make_irqchip(struct guest *g, int instance)
{
	make(g, instance, true);
}

static void long_mode(struct guest *g, struct kvm_sregs *s)
{
	uint64_t *pml4 = (uint64_t *)(g->memory + TABLES);
	uint64_t *pdpt = pml4 + 512, *pd = pdpt + 512;
	struct kvm_segment code = {.limit = 0xffffffff,
				   .selector = 8,
				   .type = 11,
				   .present = 1,
				   .s = 1,
				   .l = 1,
				   .g = 1};
	struct kvm_segment data = code;

	pml4[0] = (TABLES + 0x1000) | 3;
	pdpt[0] = (TABLES + 0x2000) | 3;
	for (uint64_t i = 0; i < MEMORY >> 21; i++)
		pd[i] = i << 21 | 0x83;
	data.type = 3;
	data.selector = 16;
	data.l = 0;
	data.db = 1;
	s->cs = code;
	s->ds = s->es = s->fs = s->gs = s->ss = data;
	s->cr3 = TABLES;
	s->cr4 = 0x20; /* PAE */
	s->cr0 = 0x80000011; /* PG, ET, PE */
	s->efer = 0x500; /* LME, LMA */
}

void guest_load(struct guest *g, enum guest_mode mode, const void *code, size_t len)
{
	struct kvm_regs regs = {.rip = CODE, .rflags = 2, .rsp = 0x8000};
	struct kvm_sregs sregs = g->reset;

	memcpy(g->memory + CODE, code, len);
	if (mode == LONG_MODE) {
		long_mode(g, &sregs);
	} else {
		sregs.cs.base = 0;
		sregs.cs.selector = 0;
	}
	if (ioctl(g->vcpu, KVM_SET_SREGS, &sregs) || ioctl(g->vcpu, KVM_SET_REGS, &regs))
		die("registers are set");
}

void guest_close(struct guest *g)
{
	munmap(g->run, RUN_SIZE);
	munmap(g->memory, MEMORY);
	close(g->vcpu);
	close(g->vm);
	close(g->kvm);
}
