/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the guest's CPUID instruction says. */
#ifndef VMM_CPUID_H
#define VMM_CPUID_H

/* Ask KVM what it supports and take out what a guest must not see. Ends the process on failure. */
void cpuid_prepare(unsigned int vcpus);

/* Give vCPU `index` (its APIC id) its own leaves. */
void cpuid_set(int vcpu, unsigned int index);

#endif
