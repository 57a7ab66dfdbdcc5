/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making the host what the database says. Not an action of EC2's: this is the region's own work. */
#ifndef EC2CTL_RECONCILE_H
#define EC2CTL_RECONCILE_H

#include <ec2ctl/core.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One thing that was put right. */
struct ec2_reconciled {
	char *resource_id;
	char *action; /* "started", "stopped", "terminated", "removed", "failed" */
	char *message;
};

struct ec2_reconcile_response {
	struct ec2_list changes; /* struct ec2_reconciled */
};

/*
 * Put the whole host right: finish or undo what killed processes left, record the end of instances
 * whose processes are gone, remove files that no record names, forget instances terminated an hour
 * ago; after a reboot of the host, start again what was running.
 * Errors: InternalError. One instance that does not start is a line of the answer, not a failure.
 * Return: 0 or -errno.
 */
int ec2_reconcile(struct ec2 *ec2, struct ec2_reconcile_response *response);
EC2_RESPONSE_FREE(reconcile, "Reconcile")

#ifdef __cplusplus
}
#endif
#endif
