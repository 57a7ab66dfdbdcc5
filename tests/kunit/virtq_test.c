// SPDX-License-Identifier: GPL-2.0
// ec2-kunit: kmod/virtq.c kmod/gmem.c tests/kunit/fake_guest.c tests/kunit/fake_driver.c
/* Virtqueues as a driver makes them, and as none should. */
#include <kunit/test.h>

#include <guest.h>

#include "driver.h"

static struct ec2_chain chain;
static struct ec2_virtq vq;

static int setup(struct kunit *test)
{
	return fake_driver_start();
}

static void teardown(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, fake_guest.outside, 0);
	fake_guest_stop();
}

/* ---- layouts ---- */

static const struct {
	struct ec2_virtq_layout layout;
	int ret;
} layouts[] = {
	{{DESC, AVAIL, USED, 1}, 0},
	{{DESC, AVAIL, USED, 256}, 0},
	{{DESC, AVAIL, USED, 0}, -EINVAL},
	{{DESC, AVAIL, USED, 3}, -EINVAL},
	{{DESC, AVAIL, USED, 255}, -EINVAL},
	{{DESC, AVAIL, USED, 512}, -EINVAL},
	{{DESC, AVAIL, USED, 1 << 16}, -EINVAL},
	{{DESC, AVAIL, USED, 1U << 31}, -EINVAL},
	/* alignment: 16, 2, 4 */
	{{DESC + 8, AVAIL, USED, 8}, -EINVAL},
	{{DESC + 16, AVAIL + 2, USED + 4, 8}, 0},
	{{DESC, AVAIL + 1, USED, 8}, -EINVAL},
	{{DESC, AVAIL, USED + 2, 8}, -EINVAL},
	/* to the last byte of memory: 16 n, 6 + 2 n, 6 + 8 n */
	{{END - 128, AVAIL, USED, 8}, 0},
	{{END - 112, AVAIL, USED, 8}, -EINVAL},
	{{DESC, END - 22, USED, 8}, 0},
	{{DESC, END - 20, USED, 8}, -EINVAL},
	{{DESC, AVAIL, END - 72, 8}, 0},
	{{DESC, AVAIL, END - 68, 8}, -EINVAL},
	{{END, AVAIL, USED, 8}, -EINVAL},
	{{DESC, -2ULL, USED, 8}, -EINVAL},
	{{DESC, AVAIL, -4ULL, 8}, -EINVAL},
	{{-16ULL, AVAIL, USED, 8}, -EINVAL},
};

static void layouts_are_checked(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(layouts); i++)
		KUNIT_EXPECT_EQ_MSG(test, ec2_virtq_init(&vq, &fake_gmem, &layouts[i].layout),
				    layouts[i].ret, "case %d", i);
	/* nothing was touched yet */
	KUNIT_EXPECT_EQ(test, fake_guest.written, 0);
}

/* ---- chains ---- */

struct row {
	u64 addr;
	u32 len;
	u16 flags, next;
};

static const struct chain_case {
	const char *what;
	struct row desc[8], table[6];
	int ret;
	bool direct_only; /* indirect descriptors were not negotiated */
	bool bad;
	u16 n_out, n_in;
	u64 out_len, in_len;
} chain_cases[] = {
	{"one to read", {{DATA, 16}}, {}, 0, .n_out = 1, .out_len = 16},
	{"one to write", {{DATA, 1, WRITE_}}, {}, 0, .n_in = 1, .in_len = 1},
	{"both, in any order of indices",
	 {{DATA, 16, NEXT, 5}, {DATA + 1, 1, WRITE_}, {}, {}, {}, {DATA, 512, NEXT | WRITE_, 1}},
	 {},
	 0,
	 .n_out = 1,
	 .out_len = 16,
	 .n_in = 2,
	 .in_len = 513},
	{"all descriptors of the queue",
	 {{DATA, 1, NEXT, 1},
	  {DATA, 1, NEXT, 2},
	  {DATA, 1, NEXT, 3},
	  {DATA, 1, NEXT, 4},
	  {DATA, 1, NEXT, 5},
	  {DATA, 1, NEXT, 6},
	  {DATA, 1, NEXT, 7},
	  {DATA, 1}},
	 {},
	 0,
	 .n_out = 8,
	 .out_len = 8},
	{"the last byte of memory", {{END - 1, 1}}, {}, 0, .n_out = 1, .out_len = 1},
	{"next without the flag is nothing", {{DATA, 1, 0, 9999}}, {}, 0, .n_out = 1, .out_len = 1},
	{"unknown flags are nothing", {{DATA, 1, 0xfff8}}, {}, 0, .n_out = 1, .out_len = 1},
	{"lengths that sum up to more than 32 bits",
	 {{VAST, -1U, NEXT, 1},
	  {VAST, -1U, NEXT, 2},
	  {VAST + 1, -1U, NEXT | WRITE_, 3},
	  {DATA, 1, WRITE_}},
	 {},
	 0,
	 .n_out = 2,
	 .out_len = 2 * 0xffffffffULL,
	 .n_in = 2,
	 .in_len = 1ULL << 32},

	{"a loop to itself", {{DATA, 1, NEXT, 0}}, {}, -EPROTO},
	{"a loop of two", {{DATA, 1, NEXT, 1}, {DATA, 1, NEXT, 0}}, {}, -EPROTO},
	{"a loop of writable ones", {{DATA, 1, NEXT | WRITE_, 0}}, {}, -EPROTO},
	{"next behind the table", {{DATA, 1, NEXT, 8}}, {}, -EPROTO},
	{"next far behind it", {{DATA, 1, NEXT, 0xffff}}, {}, -EPROTO},

	/* what is wrong can be told, by a last descriptor that is writable */
	{"no length",
	 {{DATA, 0, NEXT, 1}, {DATA, 1, WRITE_}},
	 {},
	 0,
	 .bad = true,
	 .n_out = 1,
	 .n_in = 1,
	 .in_len = 1},
	{"out of memory",
	 {{END, 1, NEXT, 1}, {DATA, 1, WRITE_}},
	 {},
	 0,
	 .bad = true,
	 .n_out = 1,
	 .n_in = 1,
	 .in_len = 1},
	{"over the end",
	 {{END - 1, 2, NEXT, 1}, {DATA, 1, WRITE_}},
	 {},
	 0,
	 .bad = true,
	 .n_out = 1,
	 .n_in = 1,
	 .in_len = 1},
	{"address and length wrap",
	 {{-1ULL, 2, NEXT, 1}, {DATA, 1, WRITE_}},
	 {},
	 0,
	 .bad = true,
	 .n_out = 1,
	 .n_in = 1,
	 .in_len = 1},
	{"32 bits of length",
	 {{DATA, -1U, NEXT, 1}, {DATA, 1, WRITE_}},
	 {},
	 0,
	 .bad = true,
	 .n_out = 1,
	 .n_in = 1,
	 .in_len = 1},
	{"to be read after to be written",
	 {{DATA, 4, NEXT | WRITE_, 1}, {DATA, 2, NEXT, 2}, {DATA, 1, WRITE_}},
	 {},
	 0,
	 .bad = true,
	 .n_out = 1,
	 .out_len = 2,
	 .n_in = 2,
	 .in_len = 5},
	/* or not */
	{"no length, alone", {{DATA, 0, WRITE_}}, {}, -EPROTO},
	{"out of memory, alone", {{END, 1, WRITE_}}, {}, -EPROTO},
	{"the last is to be read", {{DATA, 4, NEXT | WRITE_, 1}, {DATA, 2}}, {}, -EPROTO},
	{"the last is out of memory", {{END, 1, NEXT, 1}, {END, 1, WRITE_}}, {}, -EPROTO},

	{"a table",
	 {{TABLE, 48, INDIRECT}},
	 {{DATA, 16, NEXT, 2}, {DATA, 1, WRITE_}, {DATA, 512, NEXT | WRITE_, 1}},
	 0,
	 .n_out = 1,
	 .out_len = 16,
	 .n_in = 2,
	 .in_len = 513},
	{"a table of one", {{TABLE, 16, INDIRECT}}, {{DATA, 1, WRITE_}}, 0, .n_in = 1, .in_len = 1},
	{"a table that says writable",
	 {{TABLE, 16, INDIRECT | WRITE_}},
	 {{DATA, 1, WRITE_}},
	 0,
	 .n_in = 1,
	 .in_len = 1},
	{"a table after others",
	 {{DATA, 16, NEXT, 1}, {TABLE, 32, INDIRECT}},
	 {{DATA, 8, NEXT, 1}, {DATA, 1, WRITE_}},
	 0,
	 .n_out = 2,
	 .out_len = 24,
	 .n_in = 1,
	 .in_len = 1},
	{"a table that was not negotiated",
	 {{TABLE, 16, INDIRECT}},
	 {{DATA, 1, WRITE_}},
	 -EPROTO,
	 .direct_only = true},
	{"a table and one after it",
	 {{TABLE, 16, INDIRECT | NEXT, 1}, {DATA, 1, WRITE_}},
	 {{DATA, 1, WRITE_}},
	 -EPROTO},
	{"a table in a table",
	 {{TABLE, 32, INDIRECT}},
	 {{TABLE, 32, INDIRECT}, {DATA, 1, WRITE_}},
	 -EPROTO},
	{"a table in a table, later",
	 {{TABLE, 32, INDIRECT}},
	 {{DATA, 1, NEXT, 1}, {TABLE, 32, INDIRECT}},
	 -EPROTO},
	{"a table of no length", {{TABLE, 0, INDIRECT}}, {}, -EPROTO},
	{"a table of half a descriptor", {{TABLE, 24, INDIRECT}}, {{DATA, 1, WRITE_}}, -EPROTO},
	{"a table of less than one", {{TABLE, 15, INDIRECT}}, {{DATA, 1, WRITE_}}, -EPROTO},
	{"a table that is too large",
	 {{TABLE, 16 * (EC2_MAX_CHAIN + 1), INDIRECT}},
	 {{DATA, 1, WRITE_}},
	 -EPROTO},
	{"a table as large as may be",
	 {{TABLE, 16 * EC2_MAX_CHAIN, INDIRECT}},
	 {{DATA, 1, WRITE_}},
	 0,
	 .n_in = 1,
	 .in_len = 1},
	{"a table of 2^32 - 16 bytes", {{VAST, -16U, INDIRECT}}, {}, -EPROTO},
	{"a table out of memory", {{END, 16, INDIRECT}}, {}, -EPROTO},
	{"a table over the end", {{END - 16, 32, INDIRECT}}, {}, -EPROTO},
	{"a table that faults", {{VAST, 32, INDIRECT}}, {}, -EFAULT},
	{"a loop in a table",
	 {{TABLE, 32, INDIRECT}},
	 {{DATA, 1, NEXT, 1}, {DATA, 1, NEXT | WRITE_, 0}},
	 -EPROTO},
	{"next behind a table", {{TABLE, 32, INDIRECT}}, {{DATA, 1, NEXT, 2}}, -EPROTO},
};

static void write_rows(u64 table, const struct row *row, int n)
{
	for (int i = 0; i < n; i++)
		fake_desc(table, i, row[i].addr, row[i].len, row[i].flags, row[i].next);
}

static void check_chain(struct kunit *test, const struct chain_case *c)
{
	KUNIT_EXPECT_EQ_MSG(test, chain.bad, c->bad, "%s", c->what);
	KUNIT_EXPECT_EQ_MSG(test, chain.n_out, c->n_out, "%s", c->what);
	KUNIT_EXPECT_EQ_MSG(test, chain.n_in, c->n_in, "%s", c->what);
	KUNIT_EXPECT_EQ_MSG(test, chain.out_len, c->out_len, "%s", c->what);
	KUNIT_EXPECT_EQ_MSG(test, chain.in_len, c->in_len, "%s", c->what);
	for (int i = 0; i < chain.n_out + chain.n_in; i++)
		if (chain.iov[i].iov_len)
			KUNIT_EXPECT_TRUE_MSG(
				test, fake_guest_has(chain.iov[i].iov_base, chain.iov[i].iov_len),
				"%s: %d", c->what, i);
}

static void chains_are_those_of_the_table(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(chain_cases); i++) {
		const struct chain_case *c = &chain_cases[i];

		KUNIT_ASSERT_EQ(test, fake_driver_bind(&vq, 8, false, !c->direct_only), 0);
		write_rows(DESC, c->desc, ARRAY_SIZE(c->desc));
		write_rows(TABLE, c->table, ARRAY_SIZE(c->table));
		/* what lies behind the tables, in memory and in the copy, would do */
		fake_desc(DESC, 8, DATA, 1, WRITE_, 0);
		for (int n = 0; n < EC2_MAX_CHAIN; n++)
			memcpy(chain.table[n], fake_at(DESC + 8 * 16), 16);
		fake_avail(&vq, 0, 0);
		KUNIT_EXPECT_EQ(test, ec2_virtq_pending(&vq), 1);
		KUNIT_EXPECT_EQ_MSG(test, ec2_virtq_pop(&vq, &chain), c->ret, "%s", c->what);
		KUNIT_EXPECT_EQ_MSG(test, vq.broken, !!c->ret, "%s", c->what);
		if (!c->ret)
			check_chain(test, c);
		/* whatever the guest changes meanwhile: nothing was looked at twice, but a loop */
		if (!c->ret)
			KUNIT_EXPECT_EQ_MSG(test, fake_guest.again, 0, "%s", c->what);
	}
	KUNIT_EXPECT_EQ(test, fake_guest.written, 0);
}

static void long_chain(struct kunit *test, bool table, int before, int n, int ret)
{
	KUNIT_ASSERT_EQ(test, fake_driver_bind(&vq, 256, false, true), 0);
	for (int i = 0; i < before; i++)
		fake_desc(DESC, i, DATA, 1, NEXT, i + 1);
	for (int i = 0; i < n; i++)
		fake_desc(table ? TABLE : DESC, (table ? 0 : before) + i, DATA, 1,
			  i + 1 < n ? NEXT : 0, (table ? 0 : before) + i + 1);
	if (table)
		fake_desc(DESC, before, TABLE, 16 * n, INDIRECT, 0);
	fake_avail(&vq, 0, 0);
	KUNIT_EXPECT_EQ(test, ec2_virtq_pending(&vq), 1);
	KUNIT_EXPECT_EQ_MSG(test, ec2_virtq_pop(&vq, &chain), ret, "%d + %d", before, n);
	if (!ret)
		KUNIT_EXPECT_EQ(test, chain.n_out, before + n);
}

static void the_longest_chain_fits_and_no_longer_one(struct kunit *test)
{
	long_chain(test, false, 0, EC2_MAX_CHAIN, 0);
	long_chain(test, false, 0, EC2_MAX_CHAIN + 1, -EPROTO);
	long_chain(test, false, 0, 256, -EPROTO);
	long_chain(test, true, 0, EC2_MAX_CHAIN, 0);
	long_chain(test, true, 1, EC2_MAX_CHAIN - 1, 0);
	long_chain(test, true, 1, EC2_MAX_CHAIN, -EPROTO);
	long_chain(test, true, EC2_MAX_CHAIN, 1, -EPROTO);
	long_chain(test, true, EC2_MAX_CHAIN, EC2_MAX_CHAIN, -EPROTO);
}

/* ---- rings ---- */

static const struct {
	u16 head;
	int ret;
} heads[] = {{0, 0}, {7, 0}, {8, -EPROTO}, {0x100, -EPROTO}, {0xffff, -EPROTO}};

static void heads_are_checked(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(heads); i++) {
		KUNIT_ASSERT_EQ(test, fake_driver_bind(&vq, 8, false, false), 0);
		fake_desc(DESC, heads[i].head % 8, DATA, 1, 0, 0);
		fake_avail(&vq, 0, heads[i].head);
		KUNIT_EXPECT_EQ(test, ec2_virtq_pending(&vq), 1);
		KUNIT_EXPECT_EQ(test, ec2_virtq_pop(&vq, &chain), heads[i].ret);
		if (!heads[i].ret)
			KUNIT_EXPECT_EQ(test, chain.head, heads[i].head);
	}
}

static const struct {
	u16 last, idx;
	int pending;
} jumps[] = {
	{0, 0, 0},
	{0, 1, 1},
	{0, 8, 8},
	{0, 9, -EPROTO},
	{0, 0xffff, -EPROTO},
	{0, 0x8000, -EPROTO},
	{5, 4, -EPROTO},
	{0xffff, 0, 1},
	{0xffff, 7, 8},
	{0xffff, 8, -EPROTO},
	{0xfffc, 4, 8},
	{0x7fff, 0x8000, 1},
};

static void an_index_that_jumps_breaks_the_queue(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(jumps); i++) {
		KUNIT_ASSERT_EQ(test, fake_driver_bind(&vq, 8, false, false), 0);
		vq.last_avail = jumps[i].last;
		fake_put(AVAIL + 2, jumps[i].idx);
		KUNIT_EXPECT_EQ_MSG(test, ec2_virtq_pending(&vq), jumps[i].pending, "case %d", i);
		KUNIT_EXPECT_EQ(test, vq.broken, jumps[i].pending < 0);
		/* for good, even when the guest takes it back */
		fake_put(AVAIL + 2, jumps[i].last);
		KUNIT_EXPECT_EQ(test, ec2_virtq_pending(&vq), jumps[i].pending < 0 ? -EPROTO : 0);
	}
}

/* Counts up through both ends of 16 bits. */
static void chains_go_round_and_round(struct kunit *test)
{
	struct vring_used_elem *used = fake_at(USED + 4);

	KUNIT_ASSERT_EQ(test, fake_driver_bind(&vq, 4, false, false), 0);
	for (u32 n = 0; n < 2 * 65536 + 10; n++) {
		u16 head = n * 7 % 4;

		fake_desc(DESC, head, DATA + head, 1, WRITE_, 0);
		fake_avail(&vq, n, head);
		KUNIT_ASSERT_EQ(test, ec2_virtq_pending(&vq), 1);
		KUNIT_ASSERT_EQ(test, ec2_virtq_pop(&vq, &chain), 0);
		KUNIT_ASSERT_EQ(test, chain.head, head);
		ec2_virtq_push(&vq, head, n);
		KUNIT_ASSERT_EQ(test, fake_get(USED + 2), (u16)n); /* not shown yet */
		KUNIT_ASSERT_TRUE(test, ec2_virtq_show(&vq));
		KUNIT_ASSERT_EQ(test, fake_get(USED + 2), (u16)(n + 1));
		KUNIT_ASSERT_EQ(test, le32_to_cpu(used[n % 4].id), head);
		KUNIT_ASSERT_EQ(test, le32_to_cpu(used[n % 4].len), n);
	}
	/* nothing new to show */
	KUNIT_EXPECT_FALSE(test, ec2_virtq_show(&vq));
}

static void interrupts_are_sent_when_wanted(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, fake_driver_bind(&vq, 8, false, false), 0);
	ec2_virtq_push(&vq, 0, 0);
	KUNIT_EXPECT_TRUE(test, ec2_virtq_show(&vq));
	fake_put(AVAIL, VRING_AVAIL_F_NO_INTERRUPT);
	ec2_virtq_push(&vq, 0, 0);
	KUNIT_EXPECT_FALSE(test, ec2_virtq_show(&vq));
	fake_put(AVAIL, ~VRING_AVAIL_F_NO_INTERRUPT);
	ec2_virtq_push(&vq, 0, 0);
	KUNIT_EXPECT_TRUE(test, ec2_virtq_show(&vq));
}

static const struct {
	u16 from, pushed, event;
	bool want;
} events[] = {
	{0, 1, 0, true},
	{0, 1, 1, false},
	{0, 1, 0xffff, false},
	{0, 8, 7, true},
	{0, 8, 8, false},
	{100, 4, 99, false},
	{100, 4, 100, true},
	{100, 4, 103, true},
	{100, 4, 104, false},
	{100, 4, 100 + 0x8000, false},
	{0xfffe, 4, 0xfffd, false},
	{0xfffe, 4, 0xfffe, true},
	{0xfffe, 4, 0, true},
	{0xfffe, 4, 1, true},
	{0xfffe, 4, 2, false},
};

static void the_event_index_asks_for_interrupts(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(events); i++) {
		KUNIT_ASSERT_EQ(test, fake_driver_bind(&vq, 8, true, false), 0);
		/* with it the flag is nothing */
		fake_put(AVAIL, VRING_AVAIL_F_NO_INTERRUPT);
		vq.next_used = vq.shown_used = events[i].from;
		vq.signal_all = false;
		fake_put(AVAIL + 4 + 2 * 8, events[i].event);
		for (int n = 0; n < events[i].pushed; n++)
			ec2_virtq_push(&vq, n, 0);
		KUNIT_EXPECT_EQ_MSG(test, ec2_virtq_show(&vq), events[i].want, "case %d", i);
	}
	/* the first one in any case */
	KUNIT_ASSERT_EQ(test, fake_driver_bind(&vq, 8, true, false), 0);
	fake_put(AVAIL + 4 + 2 * 8, 1234);
	ec2_virtq_push(&vq, 0, 0);
	KUNIT_EXPECT_TRUE(test, ec2_virtq_show(&vq));
	ec2_virtq_push(&vq, 0, 0);
	KUNIT_EXPECT_FALSE(test, ec2_virtq_show(&vq));
}

static void kicks_are_turned_off_and_on(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, fake_driver_bind(&vq, 8, false, false), 0);
	ec2_virtq_notify_off(&vq);
	KUNIT_EXPECT_EQ(test, fake_get(USED), VRING_USED_F_NO_NOTIFY);
	KUNIT_EXPECT_EQ(test, ec2_virtq_notify_on(&vq), 0);
	KUNIT_EXPECT_EQ(test, fake_get(USED), 0);
	/* what came while they were off is told */
	ec2_virtq_notify_off(&vq);
	fake_avail(&vq, 0, 0);
	KUNIT_EXPECT_EQ(test, ec2_virtq_notify_on(&vq), 1);
}

/* A driver kicks when its index passes the event: so never twice, and never is it missed. */
static void the_event_index_asks_for_kicks(struct kunit *test)
{
	u16 event = USED + 4 + 8 * 8;

	KUNIT_ASSERT_EQ(test, fake_driver_bind(&vq, 8, true, false), 0);
	fake_desc(DESC, 0, DATA, 1, WRITE_, 0);
	for (u32 n = 0; n < 65536 + 10; n++) {
		KUNIT_ASSERT_EQ(test, ec2_virtq_notify_on(&vq), 0);
		KUNIT_ASSERT_EQ(test, fake_get(event), (u16)n);
		ec2_virtq_notify_off(&vq);
		/* off is the old event left behind; the flags are not used */
		KUNIT_ASSERT_EQ(test, fake_get(event), (u16)n);
		KUNIT_ASSERT_EQ(test, fake_get(USED), 0);
		fake_avail(&vq, n, 0);
		KUNIT_ASSERT_TRUE(test, vring_need_event(fake_get(event), n + 1, n));
		KUNIT_ASSERT_EQ(test, ec2_virtq_pending(&vq), 1);
		KUNIT_ASSERT_EQ(test, ec2_virtq_pop(&vq, &chain), 0);
		KUNIT_ASSERT_FALSE(test, vring_need_event(fake_get(event), n + 2, n + 1));
	}
}

static void add_one(void)
{
	fake_guest.meanwhile = NULL;
	fake_avail(&vq, 0, 0);
}

/* The guest adds a chain just when kicks are turned on, and has not seen it yet: no kick comes. */
static void what_comes_while_kicks_are_turned_on_is_seen(struct kunit *test)
{
	for (int event_idx = 0; event_idx < 2; event_idx++) {
		KUNIT_ASSERT_EQ(test, fake_driver_bind(&vq, 8, event_idx, false), 0);
		ec2_virtq_notify_off(&vq);
		fake_guest.meanwhile = add_one;
		KUNIT_EXPECT_EQ(test, ec2_virtq_notify_on(&vq), 1);
	}
}

/* ---- faults ---- */

static void one_visit(void)
{
	ec2_virtq_notify_off(&vq);
	if (ec2_virtq_pending(&vq) > 0 && !ec2_virtq_pop(&vq, &chain)) {
		ec2_virtq_push(&vq, chain.head, 1);
		ec2_virtq_show(&vq);
	}
	ec2_virtq_notify_on(&vq);
}

/* Memory goes at each access in turn: the queue is broken, and nothing is touched any more. */
static void every_fault_breaks_the_queue(struct kunit *test)
{
	u64 n = 0;

	do {
		fake_guest.fail_after = 0;
		KUNIT_ASSERT_EQ(test, fake_driver_bind(&vq, 8, n & 1, true), 0);
		fake_desc(DESC, 0, DATA, 1, NEXT, 1);
		fake_desc(DESC, 1, TABLE, 16, INDIRECT, 0);
		fake_desc(TABLE, 0, DATA, 1, WRITE_, 0);
		fake_avail(&vq, 0, 0);
		fake_guest.fail_after = n / 2 + 1;
		one_visit();
		n++;
	} while (vq.broken && n < 100);
	/* at least: index, head, two descriptors, table, element, index, event, event, index */
	KUNIT_EXPECT_GE(test, n, 20);
	KUNIT_EXPECT_LT(test, n, 100);
}

static void a_broken_queue_is_left_alone(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, fake_driver_bind(&vq, 8, false, false), 0);
	fake_put(AVAIL + 2, 9);
	KUNIT_EXPECT_EQ(test, ec2_virtq_pending(&vq), -EPROTO);
	fake_guest_forget();
	fake_guest.written = 0;
	ec2_virtq_push(&vq, 0, 0);
	KUNIT_EXPECT_FALSE(test, ec2_virtq_show(&vq));
	ec2_virtq_notify_off(&vq);
	KUNIT_EXPECT_EQ(test, ec2_virtq_notify_on(&vq), -EPROTO);
	KUNIT_EXPECT_EQ(test, ec2_virtq_pending(&vq), -EPROTO);
	KUNIT_EXPECT_EQ(test, fake_guest.written, 0);
	KUNIT_EXPECT_NULL(test, memchr(fake_guest.seen, 1, FAKE_GUEST_SIZE));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(layouts_are_checked),
	KUNIT_CASE(chains_are_those_of_the_table),
	KUNIT_CASE(the_longest_chain_fits_and_no_longer_one),
	KUNIT_CASE(heads_are_checked),
	KUNIT_CASE(an_index_that_jumps_breaks_the_queue),
	KUNIT_CASE(chains_go_round_and_round),
	KUNIT_CASE(interrupts_are_sent_when_wanted),
	KUNIT_CASE(the_event_index_asks_for_interrupts),
	KUNIT_CASE(kicks_are_turned_off_and_on),
	KUNIT_CASE(the_event_index_asks_for_kicks),
	KUNIT_CASE(what_comes_while_kicks_are_turned_on_is_seen),
	KUNIT_CASE(every_fault_breaks_the_queue),
	KUNIT_CASE(a_broken_queue_is_left_alone),
	{},
};

static struct kunit_suite suite = {
	.name = "ec2_virtq",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};
kunit_test_suite(suite);
