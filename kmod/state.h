/* SPDX-License-Identifier: GPL-2.0 */
/* The state machine of an instance: tables, no locks. */
#ifndef EC2_STATE_H
#define EC2_STATE_H

#include <linux/types.h>

#include "uapi/ec2ctl.h"

bool ec2_state_valid(u32 state);
/* Is the change one that the machine has? A state does not change to itself. */
bool ec2_state_allowed(enum ec2_state from, enum ec2_state to);
/* The guest runs or may still run: not stopped, not terminated. */
bool ec2_state_live(enum ec2_state state);
/*
 * What a signal makes of a state: the new one in *to, which may be the old one. EBUSY: not in this
 * state. EINVAL: no such signal, or TERMINATE with one that does not end the instance.
 */
int ec2_state_signal(enum ec2_state from, u32 signal, bool terminate, enum ec2_state *to);

#endif
