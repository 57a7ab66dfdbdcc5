// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Valid requests of all kinds and shapes, many at a time, against a model of the disk in memory. Where the
 * backing fails, a failed request's sectors are unknown and all others are as the model has them.
 */
#include <stdio.h>
#include <string.h>

#include "queue.h"
#include "uapi/ec2ctl.h"

#define DISK (4UL << 20) /* of the disk, what the model covers */
#define AREA 0x20000 /* data bytes per request slot */
#define SLOTS 8
#define SPAN 8 /* descriptors per request slot */
#define MAX_RANGES 4
/* where test_failing()'s backing fails; tests/vm/disks.test makes it so */
#define FAIL_FROM (2UL << 20)
#define FAIL_TO (FAIL_FROM + 65536)
#define FLAKY_MS 5000

enum backing { SOUND, FAILING, FLAKY };

struct pending {
	bool busy, out;
	uint32_t type;
	uint64_t offset;
	uint32_t len;
	unsigned int n;
	struct piece piece[SPAN];
};

static uint8_t model[DISK];
static bool unknown[DISK / SECTOR];
static struct pending pending[SLOTS];
static int bad, failed, served;
static enum backing backing;

static void fail(const char *what, const struct pending *p)
{
	printf("# %s: type %u offset %lu len %u pieces %u\n", what, p->type, p->offset, p->len, p->n);
	bad++;
}

static bool overlaps(uint64_t offset, uint32_t len)
{
	for (int i = 0; i < SLOTS; i++)
		if (pending[i].busy && offset < pending[i].offset + pending[i].len &&
		    pending[i].offset < offset + len)
			return true;
	return false;
}

static bool is_rw(const struct pending *p)
{
	return p->type == VIRTIO_BLK_T_IN || p->type == VIRTIO_BLK_T_OUT;
}

static bool is_range(const struct pending *p)
{
	return p->type == VIRTIO_BLK_T_DISCARD || p->type == VIRTIO_BLK_T_WRITE_ZEROES;
}

/* Cut len bytes into pieces of any length and alignment, within the slot's memory. */
static void shape(struct pending *p, unsigned int slot, unsigned int max)
{
	uint64_t at = DATA + (uint64_t)slot * AREA;
	uint32_t left = p->len;
	bool odd = !rnd(3);

	for (p->n = 0; left; p->n++) {
		uint32_t part = p->n == max - 1 ? left : 1 + rnd(left);

		if (!odd && part != left)
			part = part / SECTOR * SECTOR ?: left;
		at += odd ? rnd(64) : 0;
		p->piece[p->n] = (struct piece){at, part};
		at += odd ? part + rnd(64) : (part + 511) / SECTOR * SECTOR;
		left -= part;
	}
}

static void set_unknown(uint64_t offset, uint32_t len, bool value)
{
	memset(unknown + offset / SECTOR, value, len / SECTOR);
}

static void put_data(struct machine *m, struct pending *p)
{
	uint64_t done = p->offset;

	for (unsigned int i = 0; i < p->n; i++)
		for (uint32_t b = 0; b < p->piece[i].len; b++, done++) {
			uint8_t *at = m->memory + p->piece[i].addr + b;

			*at = p->out ? rnd(256) : (uint8_t)~model[done];
			if (p->out)
				model[done] = *at;
		}
	if (p->out)
		set_unknown(p->offset, p->len, false);
}

/* The whole as 1 to MAX_RANGES ranges. */
static void put_ranges(struct machine *m, struct pending *p, unsigned int slot)
{
	uint64_t at = DATA + (uint64_t)slot * AREA;
	struct virtio_blk_discard_write_zeroes *range = (void *)(m->memory + at);
	uint32_t blocks = p->len / m->block, done = 0, n = 0;
	bool zeroes = p->type == VIRTIO_BLK_T_WRITE_ZEROES;

	while (done < blocks) {
		uint32_t part = n == MAX_RANGES - 1 ? blocks - done : 1 + rnd(blocks - done);

		range[n].sector = (p->offset + (uint64_t)done * m->block) / SECTOR;
		range[n].num_sectors = part * (m->block / SECTOR);
		range[n].flags = zeroes && rnd(2) ? VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP : 0;
		done += part;
		n++;
	}
	p->n = 1;
	p->piece[0] = (struct piece){at, n * sizeof(*range)};
	memset(model + p->offset, 0, p->len);
	/* a block device may keep what it was told to forget; a file has a hole there */
	set_unknown(p->offset, p->len, !zeroes && !m->is_file);
}

static uint32_t any_type(const struct machine *m)
{
	switch (rnd(12)) {
	case 0: return VIRTIO_BLK_T_FLUSH;
	case 1: return m->flags & EC2_DISK_DISCARD ? VIRTIO_BLK_T_DISCARD : VIRTIO_BLK_T_IN;
	case 2: return m->flags & EC2_DISK_WRITE_ZEROES ? VIRTIO_BLK_T_WRITE_ZEROES : VIRTIO_BLK_T_IN;
	default: return rnd(2) ? VIRTIO_BLK_T_OUT : VIRTIO_BLK_T_IN;
	}
}

static void submit(struct machine *m, unsigned int slot)
{
	struct pending *p = &pending[slot];

	*p = (struct pending){.type = any_type(m)};
	p->out = p->type != VIRTIO_BLK_T_IN;
	if (p->type != VIRTIO_BLK_T_FLUSH) {
		/* small ones, inline; large ones, by the lent thread; whole pages or not */
		uint32_t unit = rnd(2) ? 4096 : m->block;

		p->len = unit * (1 + rnd(rnd(4) ? 16 : 65536 / unit));
		p->offset = (uint64_t)unit * rnd((DISK - p->len) / unit + 1);
		if (overlaps(p->offset, p->len))
			return;
	}
	if (is_rw(p)) {
		shape(p, slot, SPAN - 2);
		put_data(m, p);
	} else if (is_range(p)) {
		put_ranges(m, p, slot);
	}
	p->busy = true;
	request(m, slot * SPAN, p->type, is_rw(p) ? p->offset / SECTOR : 0, p->piece, p->n, p->out);
}

static void check_data(struct machine *m, const struct pending *p)
{
	uint64_t done = p->offset;

	for (unsigned int i = 0; i < p->n; i++)
		for (uint32_t b = 0; b < p->piece[i].len; b++, done++)
			if (!unknown[done / SECTOR] &&
			    m->memory[p->piece[i].addr + b] != model[done]) {
				printf("# at %lu: %02x, not %02x\n", done,
				       m->memory[p->piece[i].addr + b], model[done]);
				fail("data", p);
				return;
			}
}

/* May the request fail, and must it? */
static bool status_fits(const struct pending *p, uint8_t status)
{
	bool hit = p->offset < FAIL_TO && p->offset + p->len > FAIL_FROM && p->len;

	switch (backing) {
	case FAILING: return status == (hit ? VIRTIO_BLK_S_IOERR : VIRTIO_BLK_S_OK);
	case FLAKY: return status == VIRTIO_BLK_S_OK || status == VIRTIO_BLK_S_IOERR;
	default: return status == VIRTIO_BLK_S_OK;
	}
}

static bool complete(struct machine *m)
{
	uint32_t len = 0;
	int head = used_wait(m, WAIT_MS, &len);
	unsigned int slot = head / SPAN;
	struct pending *p = &pending[slot];
	uint8_t status;

	if (head < 0 || head % SPAN || slot >= SLOTS || !p->busy) {
		printf("# answer for head %d\n", head);
		bad++;
		return false;
	}
	p->busy = false;
	status = *status_of(m, head);
	if (!status_fits(p, status))
		fail("status", p);
	if (status == VIRTIO_BLK_S_OK) {
		served++;
		if (len != (p->out ? 1 : p->len + 1))
			fail("length", p);
		if (!p->out)
			check_data(m, p);
	} else {
		failed++;
		if (p->out)
			set_unknown(p->offset, p->len, true);
	}
	return true;
}

static bool round_of(struct machine *m)
{
	int busy = 0;

	for (unsigned int slot = 0; slot < SLOTS; slot++) {
		if (!pending[slot].busy && rnd(2))
			submit(m, slot);
		busy += pending[slot].busy;
	}
	if (queue_kick(m))
		die("a doorbell");
	for (busy = busy ? 1 + rnd(busy) : 0; busy; busy--)
		if (!complete(m))
			return false;
	return true;
}

static void prepare(struct machine *m, enum backing what)
{
	backing = what;
	memset(unknown, what != SOUND, sizeof(unknown));
	if (queue_bind(m))
		die("a queue is bound");
	memset(m->memory + DATA, 0, 65536);
	for (uint64_t at = 0; what == SOUND && at < DISK; at += 65536)
		if (request_one(m, VIRTIO_BLK_T_OUT, at, 65536) != VIRTIO_BLK_S_OK)
			die("first writes");
}

static void drain(struct machine *m)
{
	for (unsigned int slot = 0; slot < SLOTS; slot++)
		while (pending[slot].busy && complete(m))
			;
}

static void say_counts(struct machine *m)
{
	struct ec2_disk_stats s;

	disk_stats(m, &s);
	printf("# read %llu write %llu flush %llu discard %llu errors %llu inline %llu lent %llu slow %llu"
	       " interrupts %llu\n",
	       s.read_ops, s.write_ops, s.flush_ops, s.discard_ops, s.errors, s.inline_ops, s.lent_ops,
	       s.slow_ops, s.interrupts);
}

void test_rounds(struct machine *m, int n)
{
	prepare(m, SOUND);
	for (int i = 0; i < n && bad < 10; i++)
		if (!round_of(m))
			break;
	drain(m);
	say_counts(m);
	verdict(!bad && machine_guards_intact(m), "%d rounds of requests keep their data", n);
}

void test_failing(struct machine *m, int n)
{
	struct ec2_disk_stats s;
	uint64_t error = 0;

	prepare(m, FAILING);
	for (int i = 0; i < n && bad < 10; i++)
		if (!round_of(m))
			break;
	drain(m);
	disk_stats(m, &s);
	say_counts(m);
	verdict(!bad && failed && served, "only what touches the failing part fails: %d of %d", failed,
		failed + served);
	verdict(s.errors == (unsigned int)failed, "each is counted as an error");
	verdict(event_wait(m->instance, EC2_EVENT_DISK_ERROR, 2000, &error) && error,
		"the instance's file tells the first one");
	verdict(!event_wait(m->instance, EC2_EVENT_DISK_ERROR, 200, NULL), "and no other");
}

void test_flaky(struct machine *m, int n)
{
	uint64_t until = now_ms() + FLAKY_MS;

	prepare(m, FLAKY);
	for (int i = 0; (i < n || now_ms() < until) && bad < 10; i++)
		if (!round_of(m))
			break;
	drain(m);
	say_counts(m);
	verdict(!bad && failed && served, "what a flaky device answers is right: %d of %d failed", failed,
		failed + served);
}
