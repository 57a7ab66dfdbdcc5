// SPDX-License-Identifier: GPL-2.0
// ec2-kunit: kmod/gmem.c tests/kunit/fake_guest.c
/* The guest's memory map: what may be in it, and where an address is. */
#include <kunit/test.h>
#include <linux/sizes.h>

#include <guest.h>

#include "gmem.h"

#define BASE ((u64)(uintptr_t)FAKE_VAST)
#define LIMIT (1ULL << 32)

static struct ec2_gmem gmem;

static int setup(struct kunit *test)
{
	gmem = (struct ec2_gmem){};
	return fake_guest_start();
}

static void teardown(struct kunit *test)
{
	fake_guest_stop();
}

/* On top of one slot, number 1: [1 MiB, 2 MiB) at BASE + 1 MiB. */
static const struct {
	u32 slot;
	u64 gpa, size, uaddr;
	int ret;
} sets[] = {
	{0, 0, SZ_1M, BASE, 0},
	{0, 2 * SZ_1M, SZ_4K, BASE, 0},
	{1, 8 * SZ_1M, SZ_1M, BASE, 0}, /* itself, elsewhere */
	{7, 1ULL << 40, SZ_4K, BASE, 0},
	{8, 0, SZ_4K, BASE, -EINVAL},
	{U32_MAX, 0, SZ_4K, BASE, -EINVAL},
	/* overlaps */
	{0, SZ_1M, SZ_1M, BASE, -EINVAL},
	{0, 0, SZ_1M + SZ_4K, BASE, -EINVAL},
	{0, 2 * SZ_1M - SZ_4K, SZ_4K, BASE, -EINVAL},
	{0, 0, 4 * SZ_1M, BASE, -EINVAL},
	/* alignment */
	{0, 512, SZ_4K, BASE, -EINVAL},
	{0, 0, SZ_4K + 1, BASE, -EINVAL},
	{0, 0, SZ_4K, BASE + 16, -EINVAL},
	/* ends that wrap */
	{0, -4096ULL, SZ_4K, BASE, -EINVAL},
	{0, -8192ULL, SZ_4K, BASE, 0},
	{0, 0, -4096ULL, BASE, -EINVAL},
	{0, 0, SZ_4K, -4096ULL, -EINVAL},
	/* not the user's */
	{0, 0, SZ_4K, 0, -EINVAL},
	{0, 0, SZ_4K, BASE - SZ_4K, -EINVAL},
	{0, 0, 2 * SZ_4K, BASE + FAKE_VAST_SIZE - SZ_4K, -EINVAL},
	/* the sum is limited */
	{0, 1ULL << 32, LIMIT - SZ_1M, BASE, 0},
	{0, 1ULL << 32, LIMIT - SZ_1M + SZ_4K, BASE, -ENOSPC},
	{0, 1ULL << 33, FAKE_VAST_SIZE, BASE, -ENOSPC},
	/* none */
	{0, 0, 0, 0, 0},
	{1, 0, 0, 0, 0},
};

static void slots_are_checked(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(sets); i++) {
		struct ec2_gmem before;

		gmem = (struct ec2_gmem){};
		KUNIT_ASSERT_EQ(test, ec2_gmem_set(&gmem, 1, SZ_1M, SZ_1M, BASE + SZ_1M, LIMIT), 0);
		before = gmem;
		KUNIT_EXPECT_EQ_MSG(test,
				    ec2_gmem_set(&gmem, sets[i].slot, sets[i].gpa, sets[i].size,
						 sets[i].uaddr, LIMIT),
				    sets[i].ret, "case %d", i);
		if (sets[i].ret)
			KUNIT_EXPECT_EQ_MSG(test, memcmp(&gmem, &before, sizeof(gmem)), 0,
					    "case %d", i);
	}
}

static void a_frozen_map_stays(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, ec2_gmem_set(&gmem, 0, 0, SZ_1M, BASE, LIMIT), 0);
	gmem.frozen = true;
	KUNIT_EXPECT_EQ(test, ec2_gmem_set(&gmem, 1, SZ_1M, SZ_1M, BASE, LIMIT), -EBUSY);
	KUNIT_EXPECT_EQ(test, ec2_gmem_set(&gmem, 0, 0, 0, 0, LIMIT), -EBUSY);
	KUNIT_EXPECT_NOT_NULL(test, (void *)ec2_gmem_ptr(&gmem, 0, SZ_1M));
}

/* [1 MiB, 2 MiB) and, next to it, [2 MiB, 3 MiB), elsewhere in the user's memory; one below 2^64. */
static const struct {
	u64 gpa, len, uaddr; /* 0: nowhere */
} places[] = {
	{SZ_1M, 1, BASE},
	{SZ_1M, SZ_1M, BASE},
	{SZ_1M + 5, 7, BASE + 5},
	{2 * SZ_1M - 1, 1, BASE + SZ_1M - 1},
	{2 * SZ_1M, SZ_1M, BASE + 64 * SZ_1M},
	{SZ_1M, 0, 0},
	{SZ_1M - 1, 1, 0},
	{SZ_1M - 1, 2, 0},
	{SZ_1M, SZ_1M + 1, 0}, /* on into the next slot: not one piece of the user's memory */
	{2 * SZ_1M - 1, 2, 0},
	{3 * SZ_1M - 1, 1, BASE + 65 * SZ_1M - 1},
	{3 * SZ_1M - 1, 2, 0},
	{3 * SZ_1M, 1, 0},
	{0, 1, 0},
	{-8192ULL, SZ_4K, BASE + 128 * SZ_1M},
	{-8192ULL, SZ_4K + 1, 0},
	{-8192ULL, -1ULL, 0},
	{-4097ULL, 1, BASE + 128 * SZ_1M + 4095},
	{-4096ULL, 1, 0},
	{-1ULL, 1, 0},
	{-1ULL, -1ULL, 0},
	{SZ_1M, -1ULL, 0},
	{SZ_1M + 1, -1ULL, 0},
	{SZ_1M + 1, -(u64)SZ_1M, 0},
};

static void addresses_are_where_the_slots_say(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, ec2_gmem_set(&gmem, 5, SZ_1M, SZ_1M, BASE, LIMIT), 0);
	KUNIT_ASSERT_EQ(test, ec2_gmem_set(&gmem, 2, 2 * SZ_1M, SZ_1M, BASE + 64 * SZ_1M, LIMIT),
			0);
	KUNIT_ASSERT_EQ(test, ec2_gmem_set(&gmem, 3, -8192ULL, SZ_4K, BASE + 128 * SZ_1M, LIMIT),
			0);
	for (int i = 0; i < ARRAY_SIZE(places); i++)
		KUNIT_EXPECT_EQ_MSG(
			test, (u64)(uintptr_t)ec2_gmem_ptr(&gmem, places[i].gpa, places[i].len),
			places[i].uaddr, "case %d", i);
	/* a slot that is freed is nowhere */
	KUNIT_ASSERT_EQ(test, ec2_gmem_set(&gmem, 5, 0, 0, 0, LIMIT), 0);
	KUNIT_EXPECT_NULL(test, (void *)ec2_gmem_ptr(&gmem, SZ_1M, 1));
	KUNIT_EXPECT_NULL(test, (void *)ec2_gmem_ptr(&gmem, 0, 1));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(slots_are_checked),
	KUNIT_CASE(a_frozen_map_stays),
	KUNIT_CASE(addresses_are_where_the_slots_say),
	{},
};

static struct kunit_suite suite = {
	.name = "ec2_gmem",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};
kunit_test_suite(suite);
