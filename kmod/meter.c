// SPDX-License-Identifier: GPL-2.0
#include "meter.h"

void ec2_vcpu_meter_init(struct ec2_vcpu_meter *m)
{
	memset(m, 0, sizeof(*m));
	spin_lock_init(&m->lock);
}

/*
 * The scheduler's own sum, brought up to date at each tick and switch: the interval in which a tick
 * falls is charged with what shorter ones before it were not, so that long sums are right.
 */
static u64 run_time(struct task_struct *task)
{
	return READ_ONCE(task->se.sum_exec_runtime);
}

void ec2_vcpu_meter_begin(struct ec2_vcpu_meter *m)
{
	spin_lock(&m->lock);
	m->task = current;
	m->since = run_time(current);
	WRITE_ONCE(m->kvm_runs, m->kvm_runs + 1);
	spin_unlock(&m->lock);
}

void ec2_vcpu_meter_end(struct ec2_vcpu_meter *m)
{
	spin_lock(&m->lock);
	m->vcpu_ns += run_time(current) - m->since;
	m->task = NULL;
	spin_unlock(&m->lock);
}

void ec2_vcpu_meter_add(struct ec2_vcpu_meter *m, struct ec2_usage *sum)
{
	spin_lock(&m->lock);
	sum->vcpu_ns += m->vcpu_ns;
	/* the task cannot go while it stands here: it would have to pass ..._end() */
	if (m->task)
		sum->vcpu_ns += run_time(m->task) - m->since;
	spin_unlock(&m->lock);
	sum->kvm_runs += READ_ONCE(m->kvm_runs);
	sum->kvm_entries += READ_ONCE(m->kvm_entries);
	sum->doorbells += READ_ONCE(m->doorbells);
}

void ec2_meter_start(u64 *since, u64 now)
{
	if (!*since)
		*since = now;
}

void ec2_meter_stop(u64 *total, u64 *since, u64 now)
{
	if (*since)
		*total += now - *since;
	*since = 0;
}

u64 ec2_meter_read(u64 total, u64 since, u64 now)
{
	return since ? total + (now - since) : total;
}
