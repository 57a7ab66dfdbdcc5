/* SPDX-License-Identifier: GPL-2.0 */
/* Usage counters of an instance: 64 bits, never going back while it lives. */
#ifndef EC2_METER_H
#define EC2_METER_H

#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/* One vCPU's counters: written by its thread alone, under the vCPU's mutex, read by anybody. */
struct ec2_vcpu_meter {
	spinlock_t lock; /* task, since and vcpu_ns belong together */
	struct task_struct *task; /* in KVM_RUN now, or NULL */
	u64 since; /* its run time when KVM_RUN began */
	u64 vcpu_ns;
	u64 kvm_runs;
	u64 kvm_entries;
	u64 doorbells;
};

struct ec2_usage {
	u64 vcpu_ns;
	u64 kvm_runs;
	u64 kvm_entries;
	u64 doorbells;
};

/* Under the instance's lock. */
struct ec2_meter {
	u64 running_ns; /* of intervals that ended */
	u64 running_since; /* 0: not running now */
	u64 throttled_ns;
	u64 throttled_since;
	struct ec2_usage gone; /* of vCPUs that were closed */
};

void ec2_vcpu_meter_init(struct ec2_vcpu_meter *m);
/* Around KVM_RUN, in its thread. Thread CPU time, since wall time would count HLT. */
void ec2_vcpu_meter_begin(struct ec2_vcpu_meter *m);
void ec2_vcpu_meter_end(struct ec2_vcpu_meter *m);
/* Add one vCPU's counters to a sum. */
void ec2_vcpu_meter_add(struct ec2_vcpu_meter *m, struct ec2_usage *sum);

/* An interval counter: from start to stop, or until now when it runs still. */
void ec2_meter_start(u64 *since, u64 now);
void ec2_meter_stop(u64 *total, u64 *since, u64 now);
u64 ec2_meter_read(u64 total, u64 since, u64 now);

#endif
