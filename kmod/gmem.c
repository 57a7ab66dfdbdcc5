// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/overflow.h>
#include <linux/sizes.h>

#include <guest.h>

#include "gmem.h"

static bool overlaps(const struct ec2_gmem_slot *a, u64 gpa, u64 size)
{
	return a->size && gpa < a->gpa + a->size && a->gpa < gpa + size;
}

int ec2_gmem_set(struct ec2_gmem *gmem, u32 slot, u64 gpa, u64 size, u64 uaddr, u64 limit)
{
	u64 sum = size, end;
	u32 i;

	if (slot >= EC2_MAX_MEMSLOTS || !IS_ALIGNED(gpa | size | uaddr, SZ_4K))
		return -EINVAL;
	if (check_add_overflow(gpa, size, &end) || check_add_overflow(uaddr, size, &end))
		return -EINVAL;
	if (size && (!uaddr || !ec2_guest_ok((void __user *)(uintptr_t)uaddr, size)))
		return -EINVAL;
	if (gmem->frozen)
		return -EBUSY;
	for (i = 0; i < EC2_MAX_MEMSLOTS; i++) {
		if (i == slot)
			continue;
		if (size && overlaps(&gmem->slot[i], gpa, size))
			return -EINVAL;
		sum += gmem->slot[i].size;
	}
	/* Every slot there was within limit, so that the sum cannot have wrapped but by `size`. */
	if (size && (sum < size || sum > limit))
		return -ENOSPC;

	gmem->slot[slot] = (struct ec2_gmem_slot){.gpa = gpa, .size = size, .uaddr = uaddr};
	gmem->used = 0;
	for (i = 0; i < EC2_MAX_MEMSLOTS; i++)
		if (gmem->slot[i].size)
			gmem->used = i + 1;
	return 0;
}
