// SPDX-License-Identifier: GPL-2.0
// ec2-kunit: kmod/request.c kmod/virtq.c kmod/gmem.c tests/kunit/fake_guest.c tests/kunit/fake_driver.c
/* virtio-blk requests, of every type and in every shape, and malformed ones without end. */
#include <kunit/test.h>
#include <linux/fs.h>
#include <linux/virtio_blk.h>

#include <guest.h>

#include "driver.h"
#include "request.h"

#define OK VIRTIO_BLK_S_OK
#define IOERR VIRTIO_BLK_S_IOERR
#define UNSUPP VIRTIO_BLK_S_UNSUPP
#define IN VIRTIO_BLK_T_IN
#define OUT VIRTIO_BLK_T_OUT
#define FLUSH VIRTIO_BLK_T_FLUSH
#define GET_ID VIRTIO_BLK_T_GET_ID
#define DISCARD VIRTIO_BLK_T_DISCARD
#define ZEROES VIRTIO_BLK_T_WRITE_ZEROES
#define UNMAP VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP

#define HEADER DATA
#define STATUS (DATA + 64)
#define BUF (DATA + 0x1000)

static struct ec2_range ranges[EC2_MAX_RANGES];
static struct ec2_parsed parsed;
static struct ec2_chain chain;
static struct ec2_virtq vq;

/* 1 GiB of 512, and 4 GiB of 4,096 */
static const struct ec2_geometry disk = {1ULL << 30, 512, false, true, true};
static const struct ec2_geometry disk4k = {1ULL << 32, 4096, false, true, true};
static const struct ec2_geometry readonly = {1ULL << 30, 512, true, true, true};
static const struct ec2_geometry plain = {1ULL << 30, 512, false, false, false};
/* as large as can be: the end of the last sector is that of 64 bits */
static const struct ec2_geometry vast = {-512ULL, 512, false, true, true};

static int setup(struct kunit *test)
{
	int ret = fake_driver_start();

	return ret ?: fake_driver_bind(&vq, 256, false, true);
}

static void teardown(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, fake_guest.outside, 0);
	fake_guest_stop();
}

/* ---- building ---- */

struct piece {
	u64 addr;
	u32 len;
	bool in; /* the device writes it */
};

static void header(u32 type, u64 sector)
{
	struct virtio_blk_outhdr *h = fake_at(HEADER);

	*h = (struct virtio_blk_outhdr){.type = cpu_to_le32(type), .sector = cpu_to_le64(sector)};
}

/* Pop a chain of the pieces, up to the first without length, and parse it. */
static int parse(struct kunit *test, const struct ec2_geometry *geo, const struct piece *p, int max)
{
	int n = 0;

	while (n < max && p[n].len)
		n++;
	for (int i = 0; i < n; i++)
		fake_desc(DESC, i, p[i].addr, p[i].len,
			  (p[i].in ? WRITE_ : 0) | (i + 1 < n ? NEXT : 0), i + 1);
	fake_avail(&vq, vq.last_avail, 0);
	fake_guest_forget();
	KUNIT_ASSERT_EQ(test, ec2_virtq_pending(&vq), 1);
	KUNIT_ASSERT_EQ(test, ec2_virtq_pop(&vq, &chain), 0);
	return ec2_request_parse(&chain, geo, ranges, &parsed);
}

/* What is true of every request that has a status. */
static void check_parsed(struct kunit *test, const struct ec2_geometry *geo, const char *what)
{
	bool data = parsed.type == IN || parsed.type == OUT || parsed.type == GET_ID;
	u64 sum = 0;

	KUNIT_EXPECT_TRUE_MSG(test, fake_guest_has(parsed.status_at, 1), "%s", what);
	if (parsed.status != OK)
		return;
	KUNIT_EXPECT_FALSE_MSG(test, parsed.bad, "%s", what);
	KUNIT_EXPECT_LE_MSG(test, parsed.n_iov, EC2_MAX_CHAIN, "%s", what);
	for (int i = 0; data && i < parsed.n_iov; i++) {
		const struct iovec *v = &parsed.iov[i];

		KUNIT_EXPECT_TRUE_MSG(test, v->iov_len && fake_guest_has(v->iov_base, v->iov_len),
				      "%s: piece %d", what, i);
		sum += v->iov_len;
	}
	for (int i = 0; i < parsed.n_ranges; i++) {
		const struct ec2_range *r = &ranges[i];

		KUNIT_EXPECT_TRUE_MSG(test,
				      r->len && r->len <= geo->capacity &&
					      r->offset <= geo->capacity - r->len &&
					      !((r->offset | r->len) % geo->block),
				      "%s: range %d", what, i);
		sum += r->len;
	}
	KUNIT_EXPECT_EQ_MSG(test, sum, parsed.len, "%s", what);
	if (parsed.type == IN || parsed.type == OUT)
		KUNIT_EXPECT_TRUE_MSG(test,
				      parsed.len && parsed.len <= MAX_RW_COUNT &&
					      parsed.len <= geo->capacity &&
					      parsed.offset <= geo->capacity - parsed.len &&
					      !((parsed.offset | parsed.len) % geo->block),
				      "%s: place", what);
}

/* ---- shapes ---- */

#define H                  \
	{                  \
		HEADER, 16 \
	}
#define S                       \
	{                       \
		STATUS, 1, true \
	}
#define MIB (1U << 20)

static const struct request_case {
	const char *what;
	const struct ec2_geometry *geo;
	u32 type;
	u64 sector;
	struct piece piece[8];
	int status;
	bool bad;
	u64 len;
	u16 n_iov;
	u64 status_at; /* 0: STATUS */
} request_cases[] = {
	{"read", &disk, IN, 8, {H, {BUF, 512, true}, S}, OK, .len = 512, .n_iov = 1},
	{"write", &disk, OUT, 8, {H, {BUF, 512}, S}, OK, .len = 512, .n_iov = 1},
	{"read in pieces of any length",
	 &disk,
	 IN,
	 0,
	 {H, {BUF, 1, true}, {BUF + 9, 510, true}, {BUF + 700, 1, true}, S},
	 OK,
	 .len = 512,
	 .n_iov = 3},
	{"write in pieces",
	 &disk,
	 OUT,
	 0,
	 {H, {BUF, 500}, {BUF + 512, 524}, S},
	 OK,
	 .len = 1024,
	 .n_iov = 2},
	{"blocks of 4,096", &disk4k, IN, 8, {H, {BUF, 4096, true}, S}, OK, .len = 4096, .n_iov = 1},

	/* framing is the driver's */
	{"header in two",
	 &disk,
	 IN,
	 0,
	 {{HEADER, 7}, {HEADER + 7, 9}, {BUF, 512, true}, S},
	 OK,
	 .len = 512,
	 .n_iov = 1},
	{"header in sixteen would be many: in five",
	 &disk,
	 OUT,
	 0,
	 {{HEADER, 1},
	  {HEADER + 1, 1},
	  {HEADER + 2, 1},
	  {HEADER + 3, 12},
	  {HEADER + 15, 1},
	  {BUF, 512},
	  S},
	 OK,
	 .len = 512,
	 .n_iov = 1},
	{"header and data in one",
	 &disk,
	 OUT,
	 0,
	 {{HEADER, 16 + 512}, {STATUS + 0x1000, 1, true}},
	 OK,
	 .len = 512,
	 .n_iov = 1,
	 .status_at = STATUS + 0x1000},
	{"data behind a part of the header",
	 &disk,
	 OUT,
	 0,
	 {{HEADER, 8}, {HEADER + 8, 8 + 512}, S},
	 OK,
	 .len = 512,
	 .n_iov = 1},
	{"data and status in one",
	 &disk,
	 IN,
	 0,
	 {H, {BUF, 513, true}},
	 OK,
	 .len = 512,
	 .n_iov = 1,
	 .status_at = BUF + 512},
	{"status is the last byte of many",
	 &disk,
	 OUT,
	 0,
	 {H, {BUF, 512}, {STATUS, 2, true}},
	 IOERR,
	 .bad = true,
	 .status_at = STATUS + 1},
	{"header is too short",
	 &disk,
	 IN,
	 0,
	 {{HEADER, 15}, {BUF, 512, true}, S},
	 IOERR,
	 .bad = true},
	{"no header", &disk, IN, 0, {{BUF, 512, true}, S}, IOERR, .bad = true},
	{"header faults", &disk, IN, 0, {{VAST, 16}, {BUF, 512, true}, S}, IOERR, .bad = true},
	{"header faults half way",
	 &disk,
	 IN,
	 0,
	 {{HEADER, 8}, {VAST, 8}, {BUF, 512, true}, S},
	 IOERR,
	 .bad = true},

	/* data */
	{"read of nothing", &disk, IN, 0, {H, S}, IOERR, .bad = true},
	{"write of nothing", &disk, OUT, 0, {H, S}, IOERR, .bad = true},
	{"read with data to write",
	 &disk,
	 IN,
	 0,
	 {H, {BUF, 512}, {BUF, 512, true}, S},
	 IOERR,
	 .bad = true},
	{"write with data to read",
	 &disk,
	 OUT,
	 0,
	 {H, {BUF, 512}, {BUF, 512, true}, S},
	 IOERR,
	 .bad = true},
	{"a read the wrong way", &disk, IN, 0, {H, {BUF, 512}, S}, IOERR, .bad = true},
	{"a write the wrong way", &disk, OUT, 0, {H, {BUF, 512, true}, S}, IOERR, .bad = true},
	{"half a block", &disk, IN, 0, {H, {BUF, 256, true}, S}, IOERR, .bad = true},
	{"a block and a byte", &disk, OUT, 0, {H, {BUF, 513}, S}, IOERR, .bad = true},
	{"less than a block of 4,096",
	 &disk4k,
	 IN,
	 0,
	 {H, {BUF, 512, true}, S},
	 IOERR,
	 .bad = true},
	{"between blocks of 4,096", &disk4k, IN, 7, {H, {BUF, 4096, true}, S}, IOERR, .bad = true},
	{"a hole in the data",
	 &disk,
	 IN,
	 0,
	 {H, {END, 512, true}, {BUF, 512, true}, S},
	 IOERR,
	 .bad = true},

	/* place: 2^21 sectors */
	{"the last sector",
	 &disk,
	 IN,
	 2097151,
	 {H, {BUF, 512, true}, S},
	 OK,
	 .len = 512,
	 .n_iov = 1},
	{"one behind it", &disk, IN, 2097152, {H, {BUF, 512, true}, S}, IOERR},
	{"over the end", &disk, OUT, 2097151, {H, {BUF, 1024}, S}, IOERR},
	{"the offset in bytes wraps", &disk, OUT, 1ULL << 55, {H, {BUF, 512}, S}, IOERR},
	{"the offset wraps to the disk", &disk, OUT, (1ULL << 55) + 1, {H, {BUF, 512}, S}, IOERR},
	{"sector 2^63", &disk, IN, 1ULL << 63, {H, {BUF, 512, true}, S}, IOERR},
	{"the highest sector", &disk, IN, -1ULL, {H, {BUF, 512, true}, S}, IOERR},
	{"the highest sector but the length", &disk, IN, -2ULL, {H, {BUF, 1024, true}, S}, IOERR},
	{"the last sector of 2^55",
	 &vast,
	 IN,
	 (1ULL << 55) - 2,
	 {H, {BUF, 512, true}, S},
	 OK,
	 .len = 512,
	 .n_iov = 1},
	{"behind 2^55", &vast, IN, (1ULL << 55) - 1, {H, {BUF, 512, true}, S}, IOERR},

	/* sizes */
	{"larger than the disk", &disk, IN, 0, {H, {VAST, (1U << 30) + 512, true}, S}, IOERR},
	{"as large as the disk",
	 &disk,
	 IN,
	 0,
	 {H, {VAST, 1U << 30, true}, S},
	 OK,
	 .len = 1U << 30,
	 .n_iov = 1},
	{"as large as a call takes",
	 &disk4k,
	 OUT,
	 0,
	 {H, {VAST, MAX_RW_COUNT}, S},
	 OK,
	 .len = MAX_RW_COUNT,
	 .n_iov = 1},
	{"larger than that", &disk4k, OUT, 0, {H, {VAST, 1U << 31}, S}, IOERR},
	{"more than 32 bits", &vast, OUT, 0, {H, {VAST, -512U}, {VAST, -512U}, S}, IOERR},

	/* read-only */
	{"read of a read-only disk",
	 &readonly,
	 IN,
	 0,
	 {H, {BUF, 512, true}, S},
	 OK,
	 .len = 512,
	 .n_iov = 1},
	{"write to a read-only disk", &readonly, OUT, 0, {H, {BUF, 512}, S}, IOERR},

	/* the rest */
	{"flush", &disk, FLUSH, 0, {H, S}, OK},
	{"flush of a read-only disk", &readonly, FLUSH, 0, {H, S}, OK},
	{"flush: the sector is nothing", &disk, FLUSH, -1ULL, {H, S}, OK},
	{"get id", &disk, GET_ID, 0, {H, {BUF, 20, true}, S}, OK, .len = 20, .n_iov = 1},
	{"get id, too short", &disk, GET_ID, 0, {H, {BUF, 3, true}, S}, OK, .len = 3, .n_iov = 1},
	{"get id, longer", &disk, GET_ID, 0, {H, {BUF, 512, true}, S}, OK, .len = 512, .n_iov = 1},
	{"get id in pieces",
	 &disk,
	 GET_ID,
	 0,
	 {H, {BUF, 7, true}, {BUF, 9, true}, S},
	 OK,
	 .len = 16,
	 .n_iov = 2},
	{"get id of nothing", &disk, GET_ID, 0, {H, S}, IOERR, .bad = true},
	{"get id the wrong way", &disk, GET_ID, 0, {H, {BUF, 20}, S}, IOERR, .bad = true},
};

static void requests_are_those_of_the_table(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(request_cases); i++) {
		const struct request_case *c = &request_cases[i];
		u64 status_at = c->status_at ?: STATUS;

		header(c->type, c->sector);
		KUNIT_EXPECT_EQ_MSG(test, parse(test, c->geo, c->piece, 8), 0, "%s", c->what);
		KUNIT_EXPECT_EQ_MSG(test, parsed.status, c->status, "%s", c->what);
		KUNIT_EXPECT_EQ_MSG(test, parsed.bad, c->bad, "%s", c->what);
		KUNIT_EXPECT_PTR_EQ_MSG(test, (void *)parsed.status_at, fake_at(status_at), "%s",
					c->what);
		check_parsed(test, c->geo, c->what);
		KUNIT_EXPECT_EQ_MSG(test, fake_guest.again, 0, "%s", c->what);
		if (c->status != OK)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, parsed.type, c->type, "%s", c->what);
		KUNIT_EXPECT_EQ_MSG(test, parsed.len, c->len, "%s", c->what);
		KUNIT_EXPECT_EQ_MSG(test, parsed.n_iov, c->n_iov, "%s", c->what);
		if (c->type == IN || c->type == OUT)
			KUNIT_EXPECT_EQ_MSG(test, parsed.offset, c->sector << 9, "%s", c->what);
	}
	/* parsing answers nobody */
	KUNIT_EXPECT_EQ(test, fake_guest.written, 0);
}

static void without_a_status_nobody_can_be_answered(struct kunit *test)
{
	static const struct piece none[] = {H, {BUF, 512}};

	header(OUT, 0);
	KUNIT_EXPECT_EQ(test, parse(test, &disk, none, 2), -EPROTO);
}

static void other_types_are_not_supported(struct kunit *test)
{
	/* 2 to 3, SCSI's and zoned ones; what is not virtio-blk's at all; barriers of old */
	static const u32 types[] = {2,	    3,	5,  6,	7,   9,	      10,	12,
				    14,	    15, 16, 26, 255, 1 << 16, 1U << 31, (1U << 31) | 1,
				    U32_MAX};
	static const struct piece p[] = {H, {BUF, 512, true}, S};

	for (int i = 0; i < ARRAY_SIZE(types); i++) {
		header(types[i], 0);
		KUNIT_EXPECT_EQ(test, parse(test, &disk, p, 3), 0);
		KUNIT_EXPECT_EQ_MSG(test, parsed.status, UNSUPP, "type %u", types[i]);
		KUNIT_EXPECT_FALSE(test, parsed.bad);
	}
}

/* ---- ranges ---- */

static const struct range_case {
	const char *what;
	const struct ec2_geometry *geo;
	u32 type;
	u64 sector;
	u32 sectors, flags;
	int status;
	bool unmap;
} range_cases[] = {
	{"discard", &disk, DISCARD, 8, 16, 0, OK, .unmap = true},
	{"discard does not know flags", &disk, DISCARD, 8, 16, UNMAP, UNSUPP},
	{"discard, reserved flags", &disk, DISCARD, 8, 16, 1U << 31, UNSUPP},
	{"zeroes", &disk, ZEROES, 8, 16, 0, OK},
	{"zeroes that may be holes", &disk, ZEROES, 8, 16, UNMAP, OK, .unmap = true},
	{"zeroes, reserved flags", &disk, ZEROES, 8, 16, UNMAP | 2, UNSUPP},
	{"discard is not offered", &plain, DISCARD, 8, 16, 0, UNSUPP},
	{"zeroes are not offered", &plain, ZEROES, 8, 16, 0, UNSUPP},
	{"discard, read-only", &readonly, DISCARD, 8, 16, 0, IOERR},
	{"zeroes, read-only", &readonly, ZEROES, 8, 16, 0, IOERR},
	{"no sectors", &disk, DISCARD, 8, 0, 0, IOERR},
	{"the whole disk", &disk, DISCARD, 0, 1 << 21, 0, OK, .unmap = true},
	{"a sector more", &disk, DISCARD, 0, (1 << 21) + 1, 0, IOERR},
	{"the last sector", &disk, ZEROES, (1 << 21) - 1, 1, 0, OK},
	{"over the end", &disk, ZEROES, (1 << 21) - 1, 2, 0, IOERR},
	{"behind the end", &disk, ZEROES, 1 << 21, 1, 0, IOERR},
	{"the offset wraps", &disk, ZEROES, 1ULL << 55, 1, 0, IOERR},
	{"the highest sector", &disk, ZEROES, -1ULL, 1, 0, IOERR},
	{"the highest sector, and back", &disk, ZEROES, -1ULL, 2, 0, IOERR},
	{"as many as are offered", &disk4k, ZEROES, 0, EC2_MAX_RANGE_SECTORS, 0, OK},
	{"one block more", &disk4k, ZEROES, 0, EC2_MAX_RANGE_SECTORS + 8, 0, IOERR},
	{"2^32 - 1 sectors", &vast, DISCARD, 0, -1U, 0, IOERR},
	{"half a block", &disk4k, DISCARD, 0, 4, 0, IOERR},
	{"between blocks", &disk4k, DISCARD, 4, 8, 0, IOERR},
};

static void put_range(int i, u64 sector, u32 sectors, u32 flags)
{
	struct virtio_blk_discard_write_zeroes *r = fake_at(BUF);

	r[i] = (struct virtio_blk_discard_write_zeroes){cpu_to_le64(sector), cpu_to_le32(sectors),
							cpu_to_le32(flags)};
}

static void ranges_are_those_of_the_table(struct kunit *test)
{
	static const struct piece p[] = {H, {BUF, 16}, S};

	for (int i = 0; i < ARRAY_SIZE(range_cases); i++) {
		const struct range_case *c = &range_cases[i];

		header(c->type, 0);
		put_range(0, c->sector, c->sectors, c->flags);
		KUNIT_EXPECT_EQ(test, parse(test, c->geo, p, 3), 0);
		KUNIT_EXPECT_EQ_MSG(test, parsed.status, c->status, "%s", c->what);
		KUNIT_EXPECT_EQ(test, fake_guest.again, 0);
		check_parsed(test, c->geo, c->what);
		if (c->status != OK)
			continue;
		KUNIT_EXPECT_EQ(test, parsed.n_ranges, 1);
		KUNIT_EXPECT_EQ_MSG(test, ranges[0].offset, c->sector << 9, "%s", c->what);
		KUNIT_EXPECT_EQ_MSG(test, ranges[0].len, (u64)c->sectors << 9, "%s", c->what);
		KUNIT_EXPECT_EQ_MSG(test, ranges[0].unmap, c->unmap, "%s", c->what);
	}
}

static void many_ranges_are_all_or_nothing(struct kunit *test)
{
	static const struct {
		const char *what;
		struct piece piece[4];
		int status;
		bool bad;
		int n;
	} rows[] = {
		{"as many as are offered", {H, {BUF, 256}, S}, OK, .n = 16},
		{"cut anywhere", {H, {BUF, 25}, {BUF + 25, 23}, S}, OK, .n = 3},
		{"one more", {H, {BUF, 272}, S}, IOERR, .bad = true},
		{"half of one", {H, {BUF, 24}, S}, IOERR, .bad = true},
		{"none", {H, S}, IOERR, .bad = true},
		{"the wrong way", {H, {BUF, 16, true}, S}, IOERR, .bad = true},
		{"they fault", {H, {VAST, 16}, S}, IOERR, .bad = true},
	};

	header(DISCARD, 0);
	for (int i = 0; i < 17; i++)
		put_range(i, 100 * i, i + 1, 0);
	for (int i = 0; i < ARRAY_SIZE(rows); i++) {
		KUNIT_EXPECT_EQ(test, parse(test, &disk, rows[i].piece, 4), 0);
		KUNIT_EXPECT_EQ_MSG(test, parsed.status, rows[i].status, "%s", rows[i].what);
		KUNIT_EXPECT_EQ_MSG(test, parsed.bad, rows[i].bad, "%s", rows[i].what);
		if (rows[i].status == OK)
			KUNIT_EXPECT_EQ_MSG(test, parsed.n_ranges, rows[i].n, "%s", rows[i].what);
		check_parsed(test, &disk, rows[i].what);
	}
	/* one that is wrong, and none is done */
	put_range(7, -1ULL, 1, 0);
	KUNIT_EXPECT_EQ(test, parse(test, &disk, rows[0].piece, 4), 0);
	KUNIT_EXPECT_EQ(test, parsed.status, IOERR);
}

/* ---- malformed, at random ---- */

static u64 seed;

static u32 rnd(u32 below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(seed >> 33) % below;
}

static u64 any_addr(void)
{
	static const u64 edges[] = {0,
				    DESC,
				    AVAIL,
				    USED,
				    TABLE,
				    HEADER,
				    STATUS,
				    BUF,
				    END,
				    VAST,
				    VAST + FAKE_VAST_SIZE,
				    1ULL << 63,
				    -1ULL};
	u64 addr = edges[rnd(ARRAY_SIZE(edges))];

	return rnd(2) ? addr : addr + rnd(600) - 300;
}

static u32 any_len(void)
{
	static const u32 edges[] = {0,	 1,    15,  16,	 17,	   256,	  512,
				    513, 4096, END, MIB, 1U << 31, -512U, -1U};
	u32 len = edges[rnd(ARRAY_SIZE(edges))];

	return rnd(2) ? len : len + rnd(33) - 16;
}

/* What the guest may do at any time: change a word of its rings, tables or header. */
static void scribble(void)
{
	static const u32 where[] = {DESC, TABLE, TABLE, HEADER, BUF};

	if (!rnd(8))
		fake_put(where[rnd(ARRAY_SIZE(where))] + 2 * rnd(32),
			 rnd(3) ? rnd(16) : rnd(65536));
	if (!rnd(64))
		fake_put(AVAIL + 2 * rnd(8), rnd(65536));
}

/* A request as it should be, with some of it spoiled. */
static void spoiled(void)
{
	static const u32 types[] = {IN, OUT, FLUSH, GET_ID, DISCARD, ZEROES, 2, 1U << 31, -1U};
	u32 n = 3 + rnd(5), spoils = rnd(4);
	bool table = rnd(2), write = rnd(2);
	u64 at = table ? TABLE : DESC;

	header(types[rnd(ARRAY_SIZE(types))], rnd(3) ? rnd(1 << 21) : -(u64)rnd(32));
	for (u32 i = 0; i < 4; i++)
		put_range(i, rnd(2) ? rnd(1 << 21) : -(u64)rnd(32), rnd(64), rnd(3));
	fake_desc(at, 0, HEADER, 16, NEXT, 1);
	for (u32 i = 1; i < n - 1; i++)
		fake_desc(at, i, BUF + 4096 * i, rnd(4) ? 512 * (1 + rnd(8)) : 16,
			  NEXT | (write ? 0 : WRITE_), i + 1);
	fake_desc(at, n - 1, STATUS, 1, WRITE_, 0);
	if (table)
		fake_desc(DESC, 0, TABLE, 16 * n, INDIRECT, 0);
	while (spoils--) {
		struct vring_desc *d = fake_at(table && rnd(4) ? TABLE : DESC);

		d += rnd(n);
		switch (rnd(6)) {
		case 0:
			d->addr = cpu_to_le64(any_addr());
			break;
		case 1:
			d->len = cpu_to_le32(any_len());
			break;
		case 2:
			d->flags = cpu_to_le16(rnd(8));
			break;
		case 3:
			d->next = cpu_to_le16(rnd(2) ? rnd(n + 1) : rnd(65536));
			break;
		case 4:
			d->flags ^= cpu_to_le16(1 << rnd(3));
			break;
		default:
			fake_put(AVAIL + 4, rnd(2) ? rnd(64) : rnd(65536));
		}
	}
}

static void malformed_chains_stay_within_the_guest(struct kunit *test)
{
	static const struct ec2_geometry *const geos[] = {&disk, &disk4k, &readonly, &plain, &vast};
	int broken = 0, refused = 0, taken = 0;

	for (int i = 0; i < 20000; i++) {
		const struct ec2_geometry *geo = geos[i % ARRAY_SIZE(geos)];
		int ret;

		seed = i;
		rnd(1);
		fake_guest.meanwhile = NULL;
		KUNIT_ASSERT_EQ(
			test,
			fake_driver_bind(&vq, rnd(8) ? 8 << rnd(6) : 1 << rnd(3), rnd(2), rnd(8)),
			0);
		fake_avail(&vq, 0, 0);
		spoiled();
		fake_guest.meanwhile = rnd(3) ? NULL : scribble;
		fake_guest.fail_after = rnd(16) ? 0 : 1 + rnd(12);
		ret = ec2_virtq_pending(&vq) > 0 ? ec2_virtq_pop(&vq, &chain) : -EPROTO;
		ret = ret ?: ec2_request_parse(&chain, geo, ranges, &parsed);
		if (ret) {
			broken++;
		} else {
			check_parsed(test, geo, "at random");
			*(parsed.status == OK ? &taken : &refused) += 1;
			KUNIT_EXPECT_LT(test, chain.head, vq.num);
			ec2_guest_put8(parsed.status, parsed.status_at);
			ec2_virtq_push(&vq, chain.head, 1);
			ec2_virtq_show(&vq);
			ec2_virtq_notify_on(&vq);
		}
		KUNIT_ASSERT_EQ_MSG(test, fake_guest.outside, 0, "seed %d", i);
	}
	kunit_info(test, "%d broken, %d refused, %d taken", broken, refused, taken);
	/* all three ways are well tried */
	KUNIT_EXPECT_GE(test, broken, 1000);
	KUNIT_EXPECT_GE(test, refused, 1000);
	KUNIT_EXPECT_GE(test, taken, 1000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(requests_are_those_of_the_table),
	KUNIT_CASE(without_a_status_nobody_can_be_answered),
	KUNIT_CASE(other_types_are_not_supported),
	KUNIT_CASE(ranges_are_those_of_the_table),
	KUNIT_CASE(many_ranges_are_all_or_nothing),
	KUNIT_CASE(malformed_chains_stay_within_the_guest),
	{},
};

static struct kunit_suite suite = {
	.name = "ec2_request",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};
kunit_test_suite(suite);
