/* SPDX-License-Identifier: GPL-2.0 */
/* The guest's side of a virtqueue, in the fake guest's memory. */
#ifndef EC2_FAKE_DRIVER_H
#define EC2_FAKE_DRIVER_H

#include <linux/virtio_ring.h>

#include "virtq.h"

/* Guest-physical addresses; the rings have room for EC2_MAX_QUEUE_SIZE. */
#define DESC 0x1000
#define AVAIL 0x2000
#define USED 0x3000
#define TABLE 0x4000
#define DATA 0x8000
#define END 0x20000 /* FAKE_GUEST_SIZE */
#define VAST (1ULL << 32) /* FAKE_VAST */

#define NEXT VRING_DESC_F_NEXT
#define WRITE_ VRING_DESC_F_WRITE
#define INDIRECT VRING_DESC_F_INDIRECT

extern struct ec2_gmem fake_gmem;

int fake_driver_start(void);
/* Rings made anew; broken chains are the next test's no more. */
int fake_driver_bind(struct ec2_virtq *vq, u32 num, bool event_idx, bool indirect);

void *fake_at(u64 gpa);
/* A descriptor of the table at `table`. */
void fake_desc(u64 table, u16 i, u64 addr, u32 len, u16 flags, u16 next);
void fake_avail(struct ec2_virtq *vq, u16 n, u16 head);
/* 16-bit words of the rings. */
u16 fake_get(u64 gpa);
void fake_put(u64 gpa, u16 value);

#endif
