/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An instance's passage through its states in the database; called by the shim and by reconcile. */
#ifndef EC2_API_LIFECYCLE_H
#define EC2_API_LIFECYCLE_H

struct ec2;

enum ec2_end {
	EC2_END_GUEST =
		1, /* the guest switched itself off: InstanceInitiatedShutdownBehavior decides;
			      where a stop or terminate was asked for before, that decides */
	EC2_END_CRASH = 2, /* VMM or shim died: stopped with Server.InternalError (terminated where
			      a terminate was asked for, or the root is an instance store) */
	EC2_END_LAUNCH_FAILED =
		3, /* never ran: as EC2, terminated with Server.InternalError at RunInstances,
				      stopped at StartInstances */
};

/* pending -> running; the billing second begins. Return: 0 or -errno. */
int ec2_instance_started(struct ec2 *ec2, const char *instance_id);

/*
 * The instance is over: stopped or terminated as the record and `end` say, StateReason and
 * StateTransitionReason set, billing closed, volumes with DeleteOnTermination deleted on termination.
 * Idempotent. Return: 0 or -errno.
 */
int ec2_instance_ended(struct ec2 *ec2, const char *instance_id, enum ec2_end end);

#endif
