/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Token buckets of a disk: pure arithmetic, no clocks, no locks.
 *
 * A request may take what it needs as soon as a bucket is above zero, and leaves it below: so a
 * request of any size passes sometime, and the average holds.
 */
#ifndef EC2_THROTTLE_H
#define EC2_THROTTLE_H

#include <linux/types.h>

/* EBS counts one I/O operation per 256 KiB. */
#define EC2_THROTTLE_IO_BYTES (256 * 1024)
#define EC2_THROTTLE_MAX_IOPS 10000000ULL
#define EC2_THROTTLE_MAX_BYTES 100000000000ULL
#define EC2_THROTTLE_MAX_CREDITS 1000000000ULL

struct ec2_bucket {
	u64 rate; /* tokens per second; 0: no limit */
	s64 size; /* tokens it holds at most */
	s64 level;
	u64 last; /* ns: level is of this time */
};

struct ec2_throttle {
	struct ec2_bucket ops; /* burst_iops where there is a burst, else iops */
	struct ec2_bucket bytes;
	struct ec2_bucket credit; /* gp2: fills at iops, each operation takes one */
	bool limited;
};

struct ec2_throttle_limit {
	u64 iops;
	u64 bytes_per_second;
	u64 burst_iops;
	u64 burst_credits;
};

/*
 * Set the limits; buckets begin full, but the burst bucket never gains by being set anew.
 * EINVAL: out of range; burst_iops or burst_credits without the other, without iops, or a burst
 * that is below iops.
 */
int ec2_throttle_set(struct ec2_throttle *t, const struct ec2_throttle_limit *limit, u64 now);

/* A request of `bytes`: 0 when it may go now, else how many ns to wait before asking again. */
u64 ec2_throttle_take(struct ec2_throttle *t, u64 bytes, u64 now);

#endif
