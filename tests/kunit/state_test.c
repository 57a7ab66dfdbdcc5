// SPDX-License-Identifier: GPL-2.0
// ec2-kunit: kmod/state.c
/* The state machine, every pair of states and every signal in every state. */
#include <kunit/test.h>

#include "state.h"

static const enum ec2_state states[] = {
	EC2_STATE_PENDING,    EC2_STATE_RUNNING,  EC2_STATE_SHUTTING_DOWN,
	EC2_STATE_TERMINATED, EC2_STATE_STOPPING, EC2_STATE_STOPPED,
};

/* Rows: from; columns: to; both in the order of `states`. */
static const char *const changes[] = {
	/*           p r s t s s   pending, running, shutting-down, terminated, stopping, stopped */
	/* pending */ "011111",
	/* running */ "001111",
	/* shutting */ "000100",
	/* terminated */ "000000",
	/* stopping */ "001101",
	/* stopped */ "000100",
};

static void changes_are_those_of_the_table(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(states); i++)
		for (int j = 0; j < ARRAY_SIZE(states); j++)
			KUNIT_EXPECT_EQ_MSG(test, ec2_state_allowed(states[i], states[j]),
					    changes[i][j] == '1', "%d to %d", states[i], states[j]);
}

static void no_state_is_left_for_ever(struct kunit *test)
{
	/* from everywhere but the end, the end can be reached in one step */
	for (int i = 0; i < ARRAY_SIZE(states); i++)
		KUNIT_EXPECT_EQ(test, ec2_state_allowed(states[i], EC2_STATE_TERMINATED),
				states[i] != EC2_STATE_TERMINATED);
}

static void other_numbers_are_no_states(struct kunit *test)
{
	static const u32 bad[] = {1, 8, 15, 17, 96, 255, 1 << 31, U32_MAX};

	for (int i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_FALSE(test, ec2_state_valid(bad[i]));
		KUNIT_EXPECT_FALSE(test, ec2_state_allowed(bad[i], EC2_STATE_RUNNING));
		KUNIT_EXPECT_FALSE(test, ec2_state_allowed(EC2_STATE_PENDING, bad[i]));
	}
	for (int i = 0; i < ARRAY_SIZE(states); i++)
		KUNIT_EXPECT_TRUE(test, ec2_state_valid(states[i]));
}

#define BUSY (-EBUSY)
#define P EC2_STATE_PENDING
#define R EC2_STATE_RUNNING
#define D EC2_STATE_SHUTTING_DOWN
#define S EC2_STATE_STOPPING

static const struct {
	u32 signal;
	bool terminate;
	/* the new state, or an error, for each of `states` */
	int result[ARRAY_SIZE(states)];
} signals[] = {
	{EC2_SIGNAL_POWER_BUTTON, false, {BUSY, S, D, BUSY, S, BUSY}},
	{EC2_SIGNAL_POWER_BUTTON, true, {BUSY, D, D, BUSY, D, BUSY}},
	{EC2_SIGNAL_STOP, false, {S, S, D, BUSY, S, BUSY}},
	{EC2_SIGNAL_STOP, true, {D, D, D, BUSY, D, BUSY}},
	{EC2_SIGNAL_RESET, false, {BUSY, R, BUSY, BUSY, BUSY, BUSY}},
	{EC2_SIGNAL_REBOOT, false, {BUSY, R, BUSY, BUSY, BUSY, BUSY}},
};

static void signals_do_what_the_table_says(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(signals); i++) {
		for (int j = 0; j < ARRAY_SIZE(states); j++) {
			int want = signals[i].result[j];
			enum ec2_state to = 1;
			int ret = ec2_state_signal(states[j], signals[i].signal,
						   signals[i].terminate, &to);

			KUNIT_EXPECT_EQ_MSG(test, ret ?: (int)to, want, "signal %u in %d",
					    signals[i].signal, states[j]);
			/* what a signal asks for, the machine allows */
			if (!ret && to != states[j])
				KUNIT_EXPECT_TRUE(test, ec2_state_allowed(states[j], to));
		}
	}
}

static void unknown_signals_are_refused(struct kunit *test)
{
	static const u32 bad[] = {0, 5, 6, 255, U32_MAX};
	enum ec2_state to;

	for (int i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ(test, ec2_state_signal(EC2_STATE_RUNNING, bad[i], false, &to),
				-EINVAL);
	KUNIT_EXPECT_EQ(test, ec2_state_signal(EC2_STATE_RUNNING, EC2_SIGNAL_RESET, true, &to),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ec2_state_signal(EC2_STATE_RUNNING, EC2_SIGNAL_REBOOT, true, &to),
			-EINVAL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(changes_are_those_of_the_table), KUNIT_CASE(no_state_is_left_for_ever),
	KUNIT_CASE(other_numbers_are_no_states),    KUNIT_CASE(signals_do_what_the_table_says),
	KUNIT_CASE(unknown_signals_are_refused),    {},
};

static struct kunit_suite suite = {
	.name = "ec2_state",
	.test_cases = cases,
};
kunit_test_suite(suite);
