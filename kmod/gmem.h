/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest memory: which user address of the VMM is behind a guest-physical address.
 *
 * Filled from the VM's memory slots, under ec2_vm.lock. Once frozen (first KVM_RUN or first bound
 * queue) nothing changes any more, so that readers take no lock; whoever freezes does it under that
 * lock too.
 */
#ifndef EC2_GMEM_H
#define EC2_GMEM_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "limits.h"

struct ec2_gmem_slot {
	u64 gpa;
	u64 size; /* bytes; 0: the slot is free */
	u64 uaddr;
};

struct ec2_gmem {
	bool frozen;
	u32 used; /* slots to look at: one more than the highest in use */
	struct ec2_gmem_slot slot[EC2_MAX_MEMSLOTS];
};

/*
 * Set a slot; size 0 frees it. `limit` bounds the sum of all slots.
 * EINVAL: slot number, an address or size that is no multiple of 4 KiB, no user memory, an overlap
 * with another slot. ENOSPC: more than `limit`. EBUSY: frozen.
 */
int ec2_gmem_set(struct ec2_gmem *gmem, u32 slot, u64 gpa, u64 size, u64 uaddr, u64 limit);

/* Where [gpa, gpa + len) is; NULL when len is 0, out of range or across the end of a slot. */
static inline void __user *ec2_gmem_ptr(const struct ec2_gmem *gmem, u64 gpa, u64 len)
{
	const struct ec2_gmem_slot *slot = gmem->slot;
	const struct ec2_gmem_slot *end = slot + gmem->used;

	for (; slot < end; slot++) {
		u64 offset = gpa - slot->gpa;

		/* Below the slot, offset wraps to more than any size. */
		if (offset < slot->size && len - 1 < slot->size - offset)
			return (void __user *)(uintptr_t)(slot->uaddr + offset);
	}
	return NULL;
}

#endif
