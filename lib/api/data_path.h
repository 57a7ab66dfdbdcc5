/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel is to do with packets, derived of the records: of live instances' interfaces, their security
 * groups and routes. The one place where records become the state of the VPC card.
 *
 * A transaction that changes records counts a number up with them (touch); whoever has derived writes down the
 * number that it has seen. Where the two differ something is still to be done: by the process that made the change,
 * or, if that was killed, by the next that opens the region (settle).
 */
#ifndef EC2_API_DATA_PATH_H
#define EC2_API_DATA_PATH_H

#include "host/vpc_state.h"
#include "store/db.h"

/* Within a transaction: live instances may be concerned. Return: 0 or -errno. */
int ec2_data_path_touch(struct ec2 *ec2);
/* Outside of transactions: derive, if something was touched since the last time. Return: 0 or -errno. */
int ec2_data_path_settle(struct ec2 *ec2);
/*
 * Outside of transactions: derive, whether it seems needed or not. Processes take turns, and the last has seen the
 * newest records.
 * @fresh: as ec2_vpc_apply()
 */
int ec2_data_path_derive(struct ec2 *ec2, const char *fresh);

/* ---- data_path_read.c ---- */

/* Within a transaction that writes (numbers for new sets of groups). Released by ec2_vpc_state_clear(). */
int ec2_data_path_read(struct ec2 *ec2, struct ec2_vpc_state *state);
/* Within a transaction, after that state has been applied: sets that were not in it give back their numbers. */
int ec2_data_path_forget(struct ec2 *ec2);

/* An interface that a guest has: `n` is its row. */
#define EC2_SQL_LIVE                                                 \
	"network_interfaces n JOIN instances i ON i.id = n.instance" \
	" AND i.state NOT IN (48, 80) AND n.device_index = 0"

#endif
