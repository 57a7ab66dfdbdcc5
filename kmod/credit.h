/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPU credits, as burstable instance types have them: pure arithmetic, no clocks, no locks.
 *
 * One credit is one vCPU at 100 % for a minute, so a credit is 60 s of vCPU time, and all is counted
 * in nanoseconds of vCPU time here; 1/1000 credit, the unit outside, is 60 ms.
 */
#ifndef EC2_CREDIT_H
#define EC2_CREDIT_H

#include <linux/types.h>

#define EC2_CREDIT_NS 60000000000ULL
#define EC2_MILLICREDIT_NS 60000000ULL
/* cpu.max: quotas are microseconds in a period of 100 ms. */
#define EC2_QUOTA_PERIOD_US 100000

struct ec2_credit {
	/* fixed */
	u32 per_hour; /* in 1/1000 credit */
	u32 baseline; /* of one vCPU, in 1/1000 */
	u32 vcpus;
	bool unlimited;
	u64 cap; /* vCPU ns */
	/* state */
	u64 balance; /* vCPU ns */
	u64 debt; /* unlimited: spent beyond the balance, to be earned back first */
	u64 earned; /* totals, vCPU ns */
	u64 spent;
	u64 surplus;
	u64 remainder; /* of the division that earns */
	bool throttled;
};

struct ec2_instance_create;

/* EINVAL: no rate, no baseline, a baseline over 100 %, a balance over the cap. */
int ec2_credit_init(struct ec2_credit *c, const struct ec2_instance_create *args);

/* `elapsed` ns went by, in which the vCPUs ran for `used` ns together. */
void ec2_credit_update(struct ec2_credit *c, u64 elapsed, u64 used);

/* cpu.max quota in us per 100 ms; 0 for none. */
u64 ec2_credit_quota(const struct ec2_credit *c);

/* vCPU ns to 1/1000 credit, rounded down. */
u64 ec2_credit_milli(u64 ns);

#endif
