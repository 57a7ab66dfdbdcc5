// SPDX-License-Identifier: GPL-2.0
// ec2-kunit: kmod/credit.c kmod/meter.c
/* Credits by the figures that EC2 publishes for its t3 types. */
#include <kunit/test.h>

#include "credit.h"
#include "meter.h"
#include "uapi/ec2ctl.h"

#define SECOND 1000000000ULL
#define HOUR (3600 * SECOND)

static struct ec2_instance_create t3(u32 vcpus, u32 per_hour, u32 cap, u32 baseline, u32 flags)
{
	return (struct ec2_instance_create){
		.flags = EC2_INSTANCE_CREDITS | flags,
		.vcpus = vcpus,
		.credits_per_hour = per_hour * 1000,
		.credit_cap = cap,
		.baseline = baseline,
	};
}

static const struct {
	const char *name;
	u32 vcpus, per_hour, cap, baseline;
} types[] = {
	{"nano", 2, 6, 144, 50},	{"micro", 2, 12, 288, 100}, {"small", 2, 24, 576, 200},
	{"medium", 2, 24, 576, 200},	{"large", 2, 36, 864, 300}, {"xlarge", 4, 96, 2304, 400},
	{"2xlarge", 8, 192, 4608, 400},
};

static void an_hour_earns_what_the_type_says(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(types); i++) {
		struct ec2_instance_create args =
			t3(types[i].vcpus, types[i].per_hour, types[i].cap, types[i].baseline, 0);
		struct ec2_credit c;

		KUNIT_ASSERT_EQ(test, ec2_credit_init(&c, &args), 0);
		for (int s = 0; s < 3600; s++)
			ec2_credit_update(&c, SECOND, 0);
		KUNIT_EXPECT_EQ_MSG(test, ec2_credit_milli(c.balance), types[i].per_hour * 1000,
				    "%s", types[i].name);
		/* a day and more fills it to the cap, and no further */
		ec2_credit_update(&c, 30 * HOUR, 0);
		KUNIT_EXPECT_EQ_MSG(test, ec2_credit_milli(c.balance), types[i].cap * 1000, "%s",
				    types[i].name);
	}
}

static void the_baseline_is_for_free(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(types); i++) {
		struct ec2_instance_create args =
			t3(types[i].vcpus, types[i].per_hour, types[i].cap, types[i].baseline, 0);
		u64 used = SECOND * types[i].vcpus * types[i].baseline / 1000;
		struct ec2_credit c;

		args.credit_balance = 5000;
		KUNIT_ASSERT_EQ(test, ec2_credit_init(&c, &args), 0);
		for (int s = 0; s < 1000; s++)
			ec2_credit_update(&c, SECOND, used);
		KUNIT_EXPECT_EQ_MSG(test, ec2_credit_milli(c.balance), 5000, "%s", types[i].name);
		KUNIT_EXPECT_EQ_MSG(test, ec2_credit_quota(&c), 0, "%s", types[i].name);
	}
}

static void an_empty_balance_throttles_to_the_baseline(struct kunit *test)
{
	struct ec2_instance_create args = t3(2, 6, 144, 50, 0);
	struct ec2_credit c;

	args.credit_balance = 1000; /* one credit: 60 s of one vCPU */
	KUNIT_ASSERT_EQ(test, ec2_credit_init(&c, &args), 0);
	KUNIT_EXPECT_EQ(test, ec2_credit_quota(&c), 0);
	for (int s = 0; s < 40; s++)
		ec2_credit_update(&c, SECOND, 2 * SECOND);
	KUNIT_EXPECT_EQ(test, c.balance, 0);
	/* 2 vCPUs at 5 %: 10 ms in 100 ms */
	KUNIT_EXPECT_EQ(test, ec2_credit_quota(&c), 10000);
	/* at the baseline it stays so, idle it recovers: 2 s of vCPU time at 10 % take 20 s */
	for (int s = 0; s < 100; s++)
		ec2_credit_update(&c, SECOND, SECOND / 10);
	KUNIT_EXPECT_EQ(test, ec2_credit_quota(&c), 10000);
	for (int s = 0; s < 19; s++)
		ec2_credit_update(&c, SECOND, 0);
	KUNIT_EXPECT_EQ(test, ec2_credit_quota(&c), 10000);
	ec2_credit_update(&c, SECOND, 0);
	KUNIT_EXPECT_EQ(test, ec2_credit_quota(&c), 0);
}

static void a_start_without_credits_is_throttled(struct kunit *test)
{
	struct ec2_instance_create args = t3(2, 6, 144, 50, 0);
	struct ec2_credit c;

	KUNIT_ASSERT_EQ(test, ec2_credit_init(&c, &args), 0);
	KUNIT_EXPECT_EQ(test, ec2_credit_quota(&c), 10000);
}

static void unlimited_borrows_and_pays_back(struct kunit *test)
{
	struct ec2_instance_create args = t3(2, 6, 144, 50, EC2_INSTANCE_UNLIMITED);
	struct ec2_credit c;

	KUNIT_ASSERT_EQ(test, ec2_credit_init(&c, &args), 0);
	KUNIT_EXPECT_EQ(test, ec2_credit_quota(&c), 0);
	for (int s = 0; s < 60; s++)
		ec2_credit_update(&c, SECOND, 2 * SECOND);
	/* 120 s used, 6 s earned */
	KUNIT_EXPECT_EQ(test, c.surplus, 120 * SECOND - 60 * SECOND / 10);
	KUNIT_EXPECT_EQ(test, c.debt, 114 * SECOND);
	KUNIT_EXPECT_EQ(test, ec2_credit_quota(&c), 0);
	KUNIT_EXPECT_EQ(test, ec2_credit_milli(c.spent), 2000);
	/* nothing is saved before the debt is paid; the surplus that was used stays counted */
	ec2_credit_update(&c, 1140 * SECOND, 0);
	KUNIT_EXPECT_EQ(test, c.debt, 0);
	KUNIT_EXPECT_EQ(test, c.balance, 0);
	ec2_credit_update(&c, 10 * SECOND, 0);
	KUNIT_EXPECT_EQ(test, c.balance, SECOND);
	KUNIT_EXPECT_EQ(test, c.surplus, 114 * SECOND);
}

static void small_steps_lose_nothing(struct kunit *test)
{
	struct ec2_instance_create args = t3(2, 6, 144, 50, 0);
	struct ec2_credit a, b;

	args.credits_per_hour = 1; /* the slowest: one ns in 60,000 */
	KUNIT_ASSERT_EQ(test, ec2_credit_init(&a, &args), 0);
	KUNIT_ASSERT_EQ(test, ec2_credit_init(&b, &args), 0);
	for (int i = 0; i < 100000; i++)
		ec2_credit_update(&a, 777, 0);
	ec2_credit_update(&b, 77700000, 0);
	KUNIT_EXPECT_EQ(test, a.balance, b.balance);
	KUNIT_EXPECT_EQ(test, b.balance, 77700000 / 60000);
}

static void the_longest_step_does_not_overflow(struct kunit *test)
{
	struct ec2_instance_create args = t3(32, 4000, 1000000, 1000, 0);
	struct ec2_credit c;

	KUNIT_ASSERT_EQ(test, ec2_credit_init(&c, &args), 0);
	ec2_credit_update(&c, 100 * HOUR, 0);
	KUNIT_EXPECT_EQ(test, ec2_credit_milli(c.balance), 400000000);
}

static void bad_values_are_refused(struct kunit *test)
{
	struct ec2_instance_create good = t3(2, 6, 144, 50, 0), args;
	struct ec2_credit c;

#define REFUSE(field, value)                                                \
	do {                                                                \
		args = good;                                                \
		args.field = value;                                         \
		KUNIT_EXPECT_EQ(test, ec2_credit_init(&c, &args), -EINVAL); \
	} while (0)
	REFUSE(credits_per_hour, 0);
	REFUSE(credits_per_hour, 4000001);
	REFUSE(baseline, 0);
	REFUSE(baseline, 1001);
	REFUSE(credit_cap, 1000001);
	REFUSE(credit_balance, 144001);
#undef REFUSE
}

static void interval_counters_add_up(struct kunit *test)
{
	u64 total = 0, since = 0;

	KUNIT_EXPECT_EQ(test, ec2_meter_read(total, since, 50), 0);
	ec2_meter_start(&since, 100);
	ec2_meter_start(&since, 150); /* runs already */
	KUNIT_EXPECT_EQ(test, ec2_meter_read(total, since, 170), 70);
	ec2_meter_stop(&total, &since, 200);
	ec2_meter_stop(&total, &since, 300); /* stands already */
	KUNIT_EXPECT_EQ(test, ec2_meter_read(total, since, 400), 100);
	ec2_meter_start(&since, 500);
	KUNIT_EXPECT_EQ(test, ec2_meter_read(total, since, 501), 101);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_hour_earns_what_the_type_says),
	KUNIT_CASE(the_baseline_is_for_free),
	KUNIT_CASE(an_empty_balance_throttles_to_the_baseline),
	KUNIT_CASE(a_start_without_credits_is_throttled),
	KUNIT_CASE(unlimited_borrows_and_pays_back),
	KUNIT_CASE(small_steps_lose_nothing),
	KUNIT_CASE(the_longest_step_does_not_overflow),
	KUNIT_CASE(bad_values_are_refused),
	KUNIT_CASE(interval_counters_add_up),
	{},
};

static struct kunit_suite suite = {
	.name = "ec2_credit",
	.test_cases = cases,
};
kunit_test_suite(suite);
