// SPDX-License-Identifier: GPL-2.0
// ec2-kunit: kmod/throttle.c
/* Token buckets by the figures that EBS publishes for gp2 and gp3. */
#include <kunit/test.h>
#include <linux/math64.h>
#include <linux/sizes.h>

#include "throttle.h"

#define SECOND 1000000000ULL
#define HOUR (3600 * SECOND)

static const struct ec2_throttle_limit gp3 = {.iops = 3000, .bytes_per_second = 125 * SZ_1M};
static const struct ec2_throttle_limit gp2 = {
	.iops = 300, .bytes_per_second = 128 * SZ_1M, .burst_iops = 3000, .burst_credits = 5400000};
/* As many requests of a test as do not make it long. */
#define MANY 100000

/* As many requests as go in `ns`, waiting as told. */
static u64 run(struct kunit *test, struct ec2_throttle *t, u64 bytes, u64 *now, u64 ns)
{
	u64 end = *now + ns, n = 0;

	while (*now < end) {
		u64 wait = ec2_throttle_take(t, bytes, *now);

		KUNIT_ASSERT_LE(test, wait, SECOND / 2);
		if (!wait)
			n++;
		*now += wait;
	}
	return n;
}

static void close_to(struct kunit *test, u64 value, u64 want, const char *what)
{
	u64 off = value > want ? value - want : want - value;

	/* half a percent, and the one that begins it */
	KUNIT_EXPECT_LE_MSG(test, off, want / 200 + 1, "%s: %llu, not %llu", what, value, want);
}

static void no_limit_never_waits(struct kunit *test)
{
	static const struct ec2_throttle_limit none;
	struct ec2_throttle t = {};

	KUNIT_ASSERT_EQ(test, ec2_throttle_set(&t, &none, 5), 0);
	KUNIT_EXPECT_FALSE(test, t.limited);
	for (int i = 0; i < 1000; i++)
		KUNIT_EXPECT_EQ(test, ec2_throttle_take(&t, U64_MAX, 5), 0);
}

static const struct {
	const char *what;
	struct ec2_throttle_limit limit;
	u64 bytes;
	u64 per_minute; /* requests, in the long run */
} rates[] = {
	{"one a second", {.iops = 1}, 512, 60},
	{"gp3, small", {.iops = 3000}, 4096, 180000},
	{"counted by 256 KiB", {.iops = 3000}, SZ_1M, 45000},
	{"a byte more counts twice", {.iops = 3000}, SZ_256K + 1, 90000},
	{"no bytes are one operation", {.iops = 100}, 0, 6000},
	{"bytes alone", {.bytes_per_second = 125 * SZ_1M}, SZ_1M, 7500},
	{"gp3, large: bytes decide", {.iops = 3000, .bytes_per_second = 125 * SZ_1M}, SZ_1M, 7500},
	{"gp3, small: operations decide",
	 {.iops = 3000, .bytes_per_second = 125 * SZ_1M},
	 4096,
	 180000},
	{"larger than a second's bytes", {.bytes_per_second = SZ_1M}, 4 * SZ_1M, 15},
	{"io2 at its most", {.iops = 256000}, 4096, 15360000},
};

static void the_long_run_keeps_the_rate(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(rates); i++) {
		u64 seconds = clamp_t(u64, MANY * 60ULL / rates[i].per_minute, 1, 3600);
		u64 now = 12345, n;
		struct ec2_throttle t = {};

		KUNIT_ASSERT_EQ(test, ec2_throttle_set(&t, &rates[i].limit, now), 0);
		run(test, &t, rates[i].bytes, &now, SECOND); /* the full buckets */
		n = run(test, &t, rates[i].bytes, &now, seconds * SECOND);
		close_to(test, n, seconds * rates[i].per_minute / 60, rates[i].what);
	}
}

static void asking_often_loses_nothing(struct kunit *test)
{
	struct ec2_throttle t = {};
	u64 n = 0;

	KUNIT_ASSERT_EQ(test, ec2_throttle_set(&t, &gp3, 0), 0);
	for (u64 now = 0; now < 10 * SECOND; now += 10007)
		n += !ec2_throttle_take(&t, 4096, now);
	close_to(test, n, 10 * 3000 + 300, "10 s");
}

static void a_full_bucket_is_a_tenth_of_a_second(struct kunit *test)
{
	struct ec2_throttle t = {};
	int n = 0;

	KUNIT_ASSERT_EQ(test, ec2_throttle_set(&t, &gp3, HOUR), 0);
	while (!ec2_throttle_take(&t, 512, HOUR))
		n++;
	KUNIT_EXPECT_EQ(test, n, 300);
	for (n = 0; !ec2_throttle_take(&t, 512, 100 * HOUR); n++)
		;
	KUNIT_EXPECT_EQ(test, n, 300);
}

static void gp2_bursts_until_its_credits_are_spent(struct kunit *test)
{
	struct ec2_throttle_limit limit = gp2;
	struct ec2_throttle t = {};
	u64 now = 0;

	/* 5.4 million last 2,000 s at 3,000 - 300 a second; so a hundredth 20 s */
	limit.burst_credits /= 100;
	KUNIT_ASSERT_EQ(test, ec2_throttle_set(&t, &limit, now), 0);
	run(test, &t, 4096, &now, SECOND);
	close_to(test, run(test, &t, 4096, &now, 18 * SECOND), 18 * 3000, "burst");
	run(test, &t, 4096, &now, 2 * SECOND);
	close_to(test, run(test, &t, 4096, &now, 100 * SECOND), 100 * 300, "baseline");
}

static void credits_come_back_however_long_it_takes(struct kunit *test)
{
	/* A volume of 33 GiB fills in 15 hours: the figure that EBS gives for the smallest ones. */
	static const struct {
		u64 idle;
		s64 credits;
	} rows[] = {
		{1 * SECOND, 100},	   {HOUR, 360000},	 {2 * HOUR, 720000},
		{10 * HOUR, 3600000},	   {15 * HOUR, 5400000}, {1000 * HOUR, 5400000},
		{U64_MAX - HOUR, 5400000},
	};
	struct ec2_throttle_limit limit = gp2;

	limit.iops = 100;
	for (int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ec2_throttle t = {};

		KUNIT_ASSERT_EQ(test, ec2_throttle_set(&t, &limit, HOUR), 0);
		t.credit.level = 0;
		/* all but one: its own */
		KUNIT_EXPECT_EQ(test, ec2_throttle_take(&t, 512, HOUR + rows[i].idle), 0);
		KUNIT_EXPECT_LE(test, abs(t.credit.level - (rows[i].credits - 1)),
				rows[i].credits / 1000);
	}
}

static void setting_it_anew_gives_no_credits(struct kunit *test)
{
	struct ec2_throttle_limit larger = gp2;
	struct ec2_throttle t = {};

	KUNIT_ASSERT_EQ(test, ec2_throttle_set(&t, &gp2, SECOND), 0);
	KUNIT_EXPECT_EQ(test, t.credit.level, 5400000);
	t.credit.level = 1000;
	larger.iops = 600;
	KUNIT_ASSERT_EQ(test, ec2_throttle_set(&t, &larger, 2 * SECOND), 0);
	/* a second at the old rate */
	KUNIT_EXPECT_EQ(test, t.credit.level, 1300);
	larger.burst_credits = 500;
	KUNIT_ASSERT_EQ(test, ec2_throttle_set(&t, &larger, 2 * SECOND), 0);
	KUNIT_EXPECT_EQ(test, t.credit.level, 500);
}

static void the_clock_may_stand_or_go_back(struct kunit *test)
{
	struct ec2_throttle t = {};

	KUNIT_ASSERT_EQ(test, ec2_throttle_set(&t, &(struct ec2_throttle_limit){.iops = 1}, HOUR),
			0);
	KUNIT_EXPECT_EQ(test, ec2_throttle_take(&t, 512, HOUR), 0);
	KUNIT_EXPECT_EQ(test, ec2_throttle_take(&t, 512, HOUR), SECOND / 2);
	KUNIT_EXPECT_EQ(test, ec2_throttle_take(&t, 512, 0), SECOND / 2);
	KUNIT_EXPECT_EQ(test, ec2_throttle_take(&t, 512, HOUR + SECOND), 0);
}

static void extremes_do_not_overflow(struct kunit *test)
{
	static const u64 rate[] = {1, 2, 1000, EC2_THROTTLE_MAX_IOPS};
	static const u64 bytes[] = {0,	     1,		 SZ_2G,	      1ULL << 62,
				    S64_MAX, 1ULL << 63, U64_MAX - 1, U64_MAX};
	static const u64 later[] = {0, 1, HOUR, 1ULL << 62, U64_MAX / 2, U64_MAX};

	for (int r = 0; r < ARRAY_SIZE(rate); r++)
		for (int b = 0; b < ARRAY_SIZE(bytes); b++) {
			struct ec2_throttle_limit limit = {rate[r], rate[r], rate[r], 1};
			struct ec2_throttle t = {};

			KUNIT_ASSERT_EQ(test, ec2_throttle_set(&t, &limit, 0), 0);
			KUNIT_EXPECT_EQ(test, ec2_throttle_take(&t, bytes[b], 0), 0);
			/* whatever it was, it was taken: no level grew */
			KUNIT_EXPECT_LE(test, t.ops.level, t.ops.size - 1);
			KUNIT_EXPECT_LE(test, t.bytes.level,
					t.bytes.size - (s64)min_t(u64, bytes[b], 1ULL << 60));
			KUNIT_EXPECT_LE(test, t.credit.level, 0);
			for (int l = 0; l < ARRAY_SIZE(later); l++) {
				KUNIT_EXPECT_LE(test, ec2_throttle_take(&t, bytes[b], later[l]),
						SECOND / 2);
				KUNIT_EXPECT_LE(test, t.ops.level, t.ops.size);
				KUNIT_EXPECT_LE(test, t.bytes.level, t.bytes.size);
				KUNIT_EXPECT_LE(test, t.bytes.last, later[l]);
			}
		}
}

static const struct {
	struct ec2_throttle_limit limit;
	int ret;
} limits[] = {
	{{}, 0},
	{{.iops = EC2_THROTTLE_MAX_IOPS}, 0},
	{{.iops = EC2_THROTTLE_MAX_IOPS + 1}, -EINVAL},
	{{.iops = U64_MAX}, -EINVAL},
	{{.bytes_per_second = EC2_THROTTLE_MAX_BYTES}, 0},
	{{.bytes_per_second = EC2_THROTTLE_MAX_BYTES + 1}, -EINVAL},
	{{.iops = 100, .burst_iops = 3000, .burst_credits = EC2_THROTTLE_MAX_CREDITS}, 0},
	{{.iops = 100, .burst_iops = 3000, .burst_credits = EC2_THROTTLE_MAX_CREDITS + 1}, -EINVAL},
	{{.iops = 100, .burst_iops = EC2_THROTTLE_MAX_IOPS + 1, .burst_credits = 1}, -EINVAL},
	{{.iops = 100, .burst_iops = 100, .burst_credits = 1}, 0},
	{{.iops = 100, .burst_iops = 99, .burst_credits = 1}, -EINVAL},
	{{.iops = 100, .burst_iops = 3000}, -EINVAL},
	{{.iops = 100, .burst_credits = 1}, -EINVAL},
	{{.burst_iops = 3000, .burst_credits = 1}, -EINVAL},
};

static void bad_limits_are_refused_and_change_nothing(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(limits); i++) {
		struct ec2_throttle t = {.ops.rate = 7, .ops.level = 3}, before = t;
		int ret = ec2_throttle_set(&t, &limits[i].limit, SECOND);

		KUNIT_EXPECT_EQ_MSG(test, ret, limits[i].ret, "case %d", i);
		if (ret)
			KUNIT_EXPECT_EQ(test, memcmp(&t, &before, sizeof(t)), 0);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(no_limit_never_waits),
	KUNIT_CASE(the_long_run_keeps_the_rate),
	KUNIT_CASE(asking_often_loses_nothing),
	KUNIT_CASE(a_full_bucket_is_a_tenth_of_a_second),
	KUNIT_CASE(gp2_bursts_until_its_credits_are_spent),
	KUNIT_CASE(credits_come_back_however_long_it_takes),
	KUNIT_CASE(setting_it_anew_gives_no_credits),
	KUNIT_CASE(the_clock_may_stand_or_go_back),
	KUNIT_CASE(extremes_do_not_overflow),
	KUNIT_CASE(bad_limits_are_refused_and_change_nothing),
	{},
};

static struct kunit_suite suite = {
	.name = "ec2_throttle",
	.test_cases = cases,
};
kunit_test_suite(suite);
