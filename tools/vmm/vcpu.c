// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../../lib/host/launch.h"
#include "bus.h"
#include "cpuid.h"
#include "kvm.h"
#include "layout.h"
#include "vcpu.h"
#include "vmm.h"

#define MSR_MISC_ENABLE 0x1a0
#define MISC_ENABLE_FAST_STRING 1
#define MSR_MTRR_DEFAULT 0x2ff
#define MTRR_ENABLED_WRITE_BACK 0x806

#define APIC_LVT_LINT0 0x350
#define APIC_LVT_LINT1 0x360
#define APIC_MODE_EXTINT 0x700
#define APIC_MODE_NMI 0x400

static struct vcpu {
	int fd;
	struct kvm_run *run;
} vcpus[VMM_MAX_VCPUS];

static void must(int error, unsigned int index, const char *what)
{
	if (error < 0)
		die("vCPU %u: %s: %s", index, what, strerror(-error));
}

static void set_msrs(struct vcpu *vcpu, unsigned int index)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entries[2];
	} msrs = {
		.head.nmsrs = 2,
		.entries = {{.index = MSR_MISC_ENABLE, .data = MISC_ENABLE_FAST_STRING},
			    {.index = MSR_MTRR_DEFAULT, .data = MTRR_ENABLED_WRITE_BACK}},
	};
	int set = kvm_vcpu_ioctl(vcpu->fd, KVM_SET_MSRS, &msrs);

	must(set == 2 ? 0 : set < 0 ? set : -EINVAL, index, "MSRs");
}

static void set_lvt(struct kvm_lapic_state *lapic, unsigned int offset, uint32_t mode)
{
	uint32_t value;

	memcpy(&value, lapic->regs + offset, sizeof(value));
	value = (value & ~0x700U) | mode;
	memcpy(lapic->regs + offset, &value, sizeof(value));
}

static void set_lapic(struct vcpu *vcpu, unsigned int index)
{
	struct kvm_lapic_state lapic;

	must(kvm_vcpu_ioctl(vcpu->fd, KVM_GET_LAPIC, &lapic), index, "local APIC");
	set_lvt(&lapic, APIC_LVT_LINT0, APIC_MODE_EXTINT);
	set_lvt(&lapic, APIC_LVT_LINT1, APIC_MODE_NMI);
	must(kvm_vcpu_ioctl(vcpu->fd, KVM_SET_LAPIC, &lapic), index, "local APIC");
}

/* 64-bit mode as the boot protocol wants it at the kernel's entry. */
static void set_entry(struct vcpu *vcpu, uint64_t entry)
{
	struct kvm_regs regs = {.rip = entry, .rsi = GPA_ZERO_PAGE, .rflags = 2};
	struct kvm_segment code = {
		.selector = 0x10,
		.limit = 0xffffffff,
		.type = 0xb,
		.present = 1,
		.s = 1,
		.l = 1,
		.g = 1,
	};
	struct kvm_segment data = {
		.selector = 0x18,
		.limit = 0xffffffff,
		.type = 3,
		.present = 1,
		.s = 1,
		.db = 1,
		.g = 1,
	};
	struct kvm_sregs sregs;

	must(kvm_vcpu_ioctl(vcpu->fd, KVM_GET_SREGS, &sregs), 0, "registers");
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.gdt.base = GPA_GDT;
	sregs.gdt.limit = 4 * 8 - 1;
	sregs.idt.base = 0;
	sregs.idt.limit = 0;
	sregs.cr3 = GPA_PML4;
	sregs.cr4 = 1 << 5; /* PAE */
	sregs.cr0 = 1U << 31 | 1 << 5 | 1 << 4 | 1; /* PG, NE, ET, PE */
	sregs.efer = 1 << 8 | 1 << 10; /* LME, LMA */
	must(kvm_vcpu_ioctl(vcpu->fd, KVM_SET_SREGS, &sregs), 0, "registers");
	must(kvm_vcpu_ioctl(vcpu->fd, KVM_SET_REGS, &regs), 0, "registers");
}

void vcpus_create(unsigned int n, uint64_t entry)
{
	unsigned int i;

	cpuid_prepare(n);
	for (i = 0; i < n; i++) {
		struct vcpu *vcpu = &vcpus[i];

		vcpu->fd = kvm_vcpu(i, &vcpu->run);
		must(vcpu->fd, i, "cannot be made");
		cpuid_set(vcpu->fd, i);
		set_msrs(vcpu, i);
		set_lapic(vcpu, i);
	}
	set_entry(&vcpus[0], entry);
}

void vcpus_prime(void)
{
	struct kvm_run *run = vcpus[0].run;
	int error;

	run->immediate_exit = 1;
	error = kvm_vcpu_ioctl(vcpus[0].fd, KVM_RUN, NULL);
	run->immediate_exit = 0;
	must(error == -EINTR ? 0 : error, 0, "cannot run");
}

static void do_ports(struct kvm_run *run)
{
	uint8_t *data = (uint8_t *)run + run->io.data_offset;
	uint32_t i;

	for (i = 0; i < run->io.count; i++, data += run->io.size)
		bus_do(BUS_PORTS, run->io.port, run->io.size, run->io.direction == KVM_EXIT_IO_OUT,
		       data);
}

void vcpu_run(unsigned int index)
{
	struct vcpu *vcpu = &vcpus[index];
	struct kvm_run *run = vcpu->run;

	for (;;) {
		int error = kvm_vcpu_ioctl(vcpu->fd, KVM_RUN, NULL);

		if (error == -EINTR || error == -EAGAIN)
			continue;
		/* the machine is off: the device thread knows why, and ends the process */
		if (error == -ENODEV)
			pause();
		if (error < 0)
			vmm_crash("vCPU %u: cannot run: %s", index, strerror(-error));
		switch (run->exit_reason) {
		case KVM_EXIT_IO:
			do_ports(run);
			break;
		case KVM_EXIT_MMIO:
			bus_do(BUS_MEMORY, run->mmio.phys_addr, run->mmio.len, run->mmio.is_write,
			       run->mmio.data);
			break;
		case KVM_EXIT_INTR:
		case KVM_EXIT_IRQ_WINDOW_OPEN:
		case KVM_EXIT_HLT:
			break;
		case KVM_EXIT_SHUTDOWN: /* triple fault: that is how a PC resets, too */
		case KVM_EXIT_SYSTEM_EVENT:
			vmm_end(EC2_VMM_RESET);
		case KVM_EXIT_INTERNAL_ERROR:
			vmm_crash("vCPU %u: KVM's internal error %u", index,
				  run->internal.suberror);
		case KVM_EXIT_FAIL_ENTRY:
			vmm_crash(
				"vCPU %u: cannot enter the guest, reason %#llx", index,
				(unsigned long long)run->fail_entry.hardware_entry_failure_reason);
		default:
			vmm_crash("vCPU %u: unexpected exit %u", index, run->exit_reason);
		}
	}
}
