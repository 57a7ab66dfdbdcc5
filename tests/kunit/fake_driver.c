// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>

#include <guest.h>

#include "driver.h"

struct ec2_gmem fake_gmem;

int fake_driver_start(void)
{
	int ret = fake_guest_start();

	fake_gmem = (struct ec2_gmem){};
	ret = ret
		      ?: ec2_gmem_set(&fake_gmem, 0, 0, FAKE_GUEST_SIZE,
				      (uintptr_t)fake_guest.memory, EC2_MAX_MEMORY);
	return ret
		       ?: ec2_gmem_set(&fake_gmem, 1, VAST, FAKE_VAST_SIZE, (uintptr_t)FAKE_VAST,
				       EC2_MAX_MEMORY);
}

int fake_driver_bind(struct ec2_virtq *vq, u32 num, bool event_idx, bool indirect)
{
	struct ec2_virtq_layout layout = {
		.desc = DESC,
		.avail = AVAIL,
		.used = USED,
		.num = num,
		.event_idx = event_idx,
		.indirect = indirect,
	};

	memset(fake_at(DESC), 0, TABLE - DESC);
	fake_guest_forget();
	return ec2_virtq_init(vq, &fake_gmem, &layout);
}

void *fake_at(u64 gpa)
{
	return fake_guest.memory + gpa;
}

void fake_desc(u64 table, u16 i, u64 addr, u32 len, u16 flags, u16 next)
{
	struct vring_desc *d = fake_at(table);

	d[i] = (struct vring_desc){cpu_to_le64(addr), cpu_to_le32(len), cpu_to_le16(flags),
				   cpu_to_le16(next)};
}

u16 fake_get(u64 gpa)
{
	return le16_to_cpup(fake_at(gpa));
}

void fake_put(u64 gpa, u16 value)
{
	*(__le16 *)fake_at(gpa) = cpu_to_le16(value);
}

/* The n-th chain that is made available. */
void fake_avail(struct ec2_virtq *vq, u16 n, u16 head)
{
	fake_put(AVAIL + 4 + 2 * (n % vq->num), head);
	fake_put(AVAIL + 2, n + 1);
}
