// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/kernel.h>

#include "state.h"

#define BIT_OF(state) (1U << (EC2_STATE_##state / 16))

/* Where each state may go; the index is EC2's code / 16. */
static const u8 next_states[] = {
	[EC2_STATE_PENDING / 16] = BIT_OF(RUNNING) | BIT_OF(STOPPING) | BIT_OF(SHUTTING_DOWN) |
				   BIT_OF(STOPPED) | BIT_OF(TERMINATED),
	[EC2_STATE_RUNNING / 16] =
		BIT_OF(STOPPING) | BIT_OF(SHUTTING_DOWN) | BIT_OF(STOPPED) | BIT_OF(TERMINATED),
	[EC2_STATE_STOPPING / 16] = BIT_OF(SHUTTING_DOWN) | BIT_OF(STOPPED) | BIT_OF(TERMINATED),
	[EC2_STATE_SHUTTING_DOWN / 16] = BIT_OF(TERMINATED),
	[EC2_STATE_STOPPED / 16] = BIT_OF(TERMINATED),
	[EC2_STATE_TERMINATED / 16] = 0,
};

bool ec2_state_valid(u32 state)
{
	return state % 16 == 0 && state / 16 < ARRAY_SIZE(next_states);
}

bool ec2_state_allowed(enum ec2_state from, enum ec2_state to)
{
	return ec2_state_valid(from) && ec2_state_valid(to) &&
	       next_states[from / 16] & (1U << (to / 16));
}

bool ec2_state_live(enum ec2_state state)
{
	return state != EC2_STATE_STOPPED && state != EC2_STATE_TERMINATED;
}

/* In which states a signal may come, and whether it ends the instance. */
static const struct {
	u8 states;
	bool ends;
} signals[] = {
	[EC2_SIGNAL_POWER_BUTTON] = {BIT_OF(RUNNING) | BIT_OF(STOPPING) | BIT_OF(SHUTTING_DOWN),
				     true},
	[EC2_SIGNAL_STOP] = {BIT_OF(PENDING) | BIT_OF(RUNNING) | BIT_OF(STOPPING) |
				     BIT_OF(SHUTTING_DOWN),
			     true},
	[EC2_SIGNAL_RESET] = {BIT_OF(RUNNING), false},
	[EC2_SIGNAL_REBOOT] = {BIT_OF(RUNNING), false},
};

int ec2_state_signal(enum ec2_state from, u32 signal, bool terminate, enum ec2_state *to)
{
	enum ec2_state end = terminate ? EC2_STATE_SHUTTING_DOWN : EC2_STATE_STOPPING;

	if (!signal || signal >= ARRAY_SIZE(signals) || (terminate && !signals[signal].ends))
		return -EINVAL;
	if (!ec2_state_valid(from) || !(signals[signal].states & (1U << (from / 16))))
		return -EBUSY;
	*to = from;
	/* who is shutting down stays so, whoever presses the button again */
	if (signals[signal].ends && from != EC2_STATE_SHUTTING_DOWN)
		*to = end;
	return 0;
}
