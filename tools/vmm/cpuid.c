// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "cpuid.h"
#include "kvm.h"
#include "vmm.h"

#define MAX_ENTRIES 128

static struct {
	struct kvm_cpuid2 head;
	struct kvm_cpuid_entry2 entries[MAX_ENTRIES];
} table;
static unsigned int n_vcpus;

#define LEAF1_ECX_VMX (1U << 5)
#define LEAF1_ECX_X2APIC (1U << 21)
#define LEAF1_ECX_TSC_DEADLINE (1U << 24)
#define LEAF1_ECX_HYPERVISOR (1U << 31)
#define LEAF1_EDX_HTT (1U << 28)
#define EXT1_ECX_CMP_LEGACY (1U << 1)
#define EXT1_ECX_SVM (1U << 2)
#define EXT1_ECX_TOPOEXT (1U << 22)

/* Bits of an APIC id that tell the cores of the one package apart. */
static unsigned int core_bits(void)
{
	unsigned int bits = 0;

	while (1U << bits < n_vcpus)
		bits++;
	return bits;
}

static void clear(struct kvm_cpuid_entry2 *e)
{
	e->eax = e->ebx = e->ecx = e->edx = 0;
}

/* Leaves that are the same for every vCPU. One thread per core, one package. */
static void fix_common(struct kvm_cpuid_entry2 *e, bool tsc_deadline)
{
	switch (e->function) {
	case 1:
		e->ecx &= ~LEAF1_ECX_VMX;
		e->ecx |= LEAF1_ECX_HYPERVISOR | LEAF1_ECX_X2APIC;
		/* without PIC and PIT this is the guest's one timer that needs no calibration */
		if (tsc_deadline)
			e->ecx |= LEAF1_ECX_TSC_DEADLINE;
		e->edx = n_vcpus > 1 ? e->edx | LEAF1_EDX_HTT : e->edx & ~LEAF1_EDX_HTT;
		e->ebx = (e->ebx & 0xff00) | (1U << core_bits()) << 16;
		break;
	case 4:
		/* cores in the package; the first two cache levels are a core's own */
		if (e->eax & 0x1f)
			e->eax = (e->eax & 0x3fff) | ((1U << core_bits()) - 1) << 26 |
				 ((e->eax >> 5 & 7) > 2 ? (n_vcpus - 1) << 14 : 0);
		break;
	case 0xa: /* no performance counters */
		clear(e);
		break;
	case 0x80000001:
		e->ecx &= ~EXT1_ECX_SVM;
		if (n_vcpus == 1)
			e->ecx &= ~EXT1_ECX_CMP_LEGACY;
		break;
	case 0x8000000a: /* no nested virtualization */
		clear(e);
		break;
	case 0x80000008:
		/* AMD: cores; zero on Intel's processors, where Linux does not read it */
		e->ecx = core_bits() << 12 | (n_vcpus - 1);
		break;
	case 0x8000001d:
		if (e->eax & 0x1f)
			e->eax = (e->eax & 0x3fff) |
				 ((e->eax >> 5 & 7) > 2 ? (n_vcpus - 1) << 14 : 0);
		break;
	}
}

/* Topology leaves 0xB and 0x1F: level 0 threads, level 1 cores, then the end. */
static void fix_topology(struct kvm_cpuid_entry2 *e)
{
	e->eax = e->ebx = 0;
	e->ecx = e->index;
	if (e->index == 0) {
		e->ebx = 1;
		e->ecx |= 1 << 8;
	} else if (e->index == 1) {
		e->eax = core_bits();
		e->ebx = n_vcpus;
		e->ecx |= 2 << 8;
	}
}

/* KVM may list level 0 only; Linux wants both. */
static void add_level(unsigned int function)
{
	struct kvm_cpuid_entry2 *e;
	unsigned int i;
	bool leaf = false;

	for (i = 0; i < table.head.nent; i++) {
		e = &table.entries[i];
		if (e->function != function)
			continue;
		if (e->index == 1)
			return;
		leaf = true;
	}
	if (!leaf || table.head.nent == MAX_ENTRIES)
		return;
	e = &table.entries[table.head.nent++];
	memset(e, 0, sizeof(*e));
	e->function = function;
	e->index = 1;
	e->flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
}

void cpuid_prepare(unsigned int vcpus)
{
	bool tsc_deadline = kvm_has(KVM_CAP_TSC_DEADLINE_TIMER);
	unsigned int i;
	int error;

	n_vcpus = vcpus;
	table.head.nent = MAX_ENTRIES;
	error = kvm_supported_cpuid(&table.head);
	if (error)
		die("/dev/kvm: the processor's features: %s", strerror(-error));
	add_level(0xb);
	add_level(0x1f);
	for (i = 0; i < table.head.nent; i++)
		fix_common(&table.entries[i], tsc_deadline);
}

void cpuid_set(int vcpu, unsigned int index)
{
	unsigned int i;
	int error;

	for (i = 0; i < table.head.nent; i++) {
		struct kvm_cpuid_entry2 *e = &table.entries[i];

		switch (e->function) {
		case 1:
			e->ebx = (e->ebx & 0x00ffffff) | index << 24;
			break;
		case 0xb:
		case 0x1f:
			fix_topology(e);
			e->edx = index;
			break;
		case 0x8000001e:
			e->eax = index;
			e->ebx = index;
			e->ecx = 0;
			break;
		}
	}
	error = kvm_vcpu_ioctl(vcpu, KVM_SET_CPUID2, &table.head);
	if (error)
		die("vCPU %u: CPUID: %s", index, strerror(-error));
}
