// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * diskq FILE SEED N: a disk of the module, driven without a guest.
 *
 * First valid requests of all shapes against a model in memory, then malformed chains, each answered
 * by an error or by silence (a broken queue), and a valid request after a reset.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "queue.h"
#include "uapi/ec2ctl.h"

#define DISK (4UL << 20) /* of the disk, what the model covers */
#define WAIT_MS 20000
#define AREA 0x20000 /* data bytes per request slot */
#define SLOTS 8
#define SPAN 8 /* descriptors per request slot */

static uint64_t state;
static uint32_t rnd(uint32_t below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % below;
}

struct pending {
	bool busy, write;
	uint64_t offset;
	uint32_t len;
	unsigned int n;
	struct piece piece[SPAN];
};
static uint8_t model[DISK];
static struct pending pending[SLOTS];
static int bad;

static void fail(const char *what, unsigned int slot)
{
	printf("# %s: offset %lu len %u pieces %u write %d\n", what, pending[slot].offset,
	       pending[slot].len, pending[slot].n, pending[slot].write);
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

/* Cut len bytes into pieces of any length and alignment, within the slot's memory. */
static void shape(struct pending *p, unsigned int slot, unsigned int max)
{
	uint64_t at = DATA + (uint64_t)slot * AREA;
	uint32_t left = p->len;
	bool odd = !rnd(3);

	for (p->n = 0; left; p->n++) {
		uint32_t part = p->n == max - 1 ? left : 1 + rnd(left);

		if (!odd && part != left)
			part = part / 512 * 512 ?: left;
		at += odd ? rnd(64) : 0;
		p->piece[p->n] = (struct piece){at, part};
		at += odd ? part + rnd(64) : (part + 511) / 512 * 512;
		left -= part;
	}
}

static void submit(struct machine *m, unsigned int slot)
{
	struct pending *p = &pending[slot];

	p->len = 512 * (1 + rnd(rnd(4) ? 16 : 128));
	p->offset = 512UL * rnd((DISK - p->len) / 512 + 1);
	if (rnd(2)) {
		p->len = (p->len + 4095) / 4096 * 4096;
		p->offset = p->offset / 4096 * 4096;
		if (p->offset + p->len > DISK)
			p->offset = 0;
	}
	if (overlaps(p->offset, p->len))
		return;
	p->write = rnd(2);
	shape(p, slot, SPAN - 2);
	uint64_t done = p->offset;

	for (unsigned int i = 0; i < p->n; i++)
		for (uint32_t b = 0; b < p->piece[i].len; b++, done++) {
			uint8_t *at = m->memory + p->piece[i].addr + b;

			*at = p->write ? rnd(256) : (uint8_t)~model[done];
			if (p->write)
				model[done] = *at;
		}
	p->busy = true;
	request(m, slot * SPAN, p->write ? VIRTIO_BLK_T_OUT : VIRTIO_BLK_T_IN, p->offset / 512, p->piece,
		p->n, p->write);
}

static bool complete(struct machine *m)
{
	uint32_t len = 0;
	int head = used_wait(m, WAIT_MS, &len);
	unsigned int slot = head / SPAN;
	struct pending *p = &pending[slot];

	if (head < 0 || head % SPAN || slot >= SLOTS || !p->busy) {
		printf("# answer for head %d\n", head);
		bad++;
		return false;
	}
	p->busy = false;
	if (*status_of(m, head) != VIRTIO_BLK_S_OK || len != (p->write ? 1 : p->len + 1))
		fail("status or length", slot);
	uint64_t done = p->offset;

	for (unsigned int i = 0; !p->write && i < p->n; i++) {
		if (memcmp(m->memory + p->piece[i].addr, model + done, p->piece[i].len))
			fail("data", slot);
		done += p->piece[i].len;
	}
	return true;
}

static void check_data(struct machine *m, int n)
{
	for (int i = 0; i < n && bad < 10; i++) {
		int busy = 0;

		for (unsigned int slot = 0; slot < SLOTS; slot++) {
			if (!pending[slot].busy && rnd(2))
				submit(m, slot);
			busy += pending[slot].busy;
		}
		if (queue_kick(m))
			die("kick");
		for (busy = busy ? 1 + rnd(busy) : 0; busy; busy--)
			if (!complete(m))
				return;
	}
	for (unsigned int slot = 0; slot < SLOTS; slot++)
		while (pending[slot].busy && complete(m))
			;
}

/* A valid chain with some of it spoiled. */
static void malformed(struct machine *m)
{
	static const uint32_t types[] = {0, 1, 4, 8, 11, 13, 2, 0x80000000, 0xffffffff};
	struct piece data[4];
	unsigned int n = 1 + rnd(4), spoils = 1 + rnd(3);
	struct vring_desc *d;

	for (unsigned int i = 0; i < n; i++)
		data[i] = (struct piece){DATA + 8192 * i, 512 * (1 + rnd(8))};
	request(m, 0, types[rnd(9)], rnd(3) ? rnd(100) : ~0ULL - rnd(16), data, n, rnd(2));
	while (spoils--) {
		d = m->indirect && rnd(4) ? (struct vring_desc *)(m->memory + TABLES) : desc_at(m, 0);
		d += rnd(n + 2);
		switch (rnd(12)) {
		case 0: d->next = rnd(4) ? rnd(NUM) : rnd(65536); break;
		case 1: d->flags |= VRING_DESC_F_NEXT; d->next = 0; break; /* a loop */
		case 2: d->len = 0; break;
		case 3: d->len = 0xffffffff - rnd(2); break;
		case 4: d->addr = MEMORY - rnd(600); break;
		case 5: d->addr = ~0ULL - rnd(600); break;
		case 6: d->flags ^= VRING_DESC_F_WRITE; break;
		case 7: d->flags ^= VRING_DESC_F_INDIRECT; break;
		case 8: d->len = rnd(40); break;
		case 9: d->flags = rnd(65536); break;
		case 10: ((uint16_t *)(m->memory + AVAIL))[2] = rnd(65536); break;
		default: ((uint16_t *)(m->memory + AVAIL))[1] = rnd(65536); break;
		}
	}
}

static void fuzz(struct machine *m, int n)
{
	int answered = 0, broken = 0;
	struct ec2_disk_stats s;
	struct piece data = {DATA, 4096};

	for (int i = 0; i < n; i++) {
		if (queue_reset(m))
			die("reset");
		queue_bind(m);
		malformed(m);
		queue_kick(m);
		if (used_wait(m, 10, NULL) >= 0)
			answered++;
		else
			broken++;
		if (i % 50 != 49)
			continue;
		queue_reset(m);
		queue_bind(m);
		request(m, 0, VIRTIO_BLK_T_IN, 0, &data, 1, false);
		queue_kick(m);
		if (used_wait(m, WAIT_MS, NULL) != 0 || *status_of(m, 0) != VIRTIO_BLK_S_OK) {
			printf("# no service after malformed chain %d\n", i);
			bad++;
		}
	}
	disk_stats(m, &s);
	printf("# %d chains: %d answered, %d silent, %llu counted as malformed\n", n, answered, broken,
	       s.malformed);
	bad += !s.malformed;
}

int main(int argc, char **argv)
{
	unsigned int seed = argc > 2 ? atoi(argv[2]) : 1;
	int n = argc > 3 ? atoi(argv[3]) : 1000;
	struct ec2_disk_stats s;
	struct machine m;
	char id[32];

	if (argc < 2)
		return 2;
	state = seed;
	snprintf(id, sizeof(id), "i-%017x", seed);
	machine_make(&m, id, argv[1], seed & 1, seed & 2);
	machine_lend(&m);
	queue_bind(&m);
	for (uint64_t at = 0; at < DISK; at += 65536) {
		struct piece p = {DATA, 65536};

		memset(m.memory + DATA, 0, 65536);
		request(&m, 0, VIRTIO_BLK_T_OUT, at / 512, &p, 1, true);
		queue_kick(&m);
		if (used_wait(&m, WAIT_MS, NULL) != 0 || *status_of(&m, 0))
			die("first writes");
	}
	check_data(&m, n);
	disk_stats(&m, &s);
	printf("# read %llu write %llu errors %llu inline %llu lent %llu slow %llu interrupts %llu\n",
	       s.read_ops, s.write_ops, s.errors, s.inline_ops, s.lent_ops, s.slow_ops, s.interrupts);
	printf("%s - %d rounds of requests keep their data\n", bad ? "not ok" : "ok", n);
	int before = bad;

	fuzz(&m, n);
	printf("%s - malformed chains\n", bad > before ? "not ok" : "ok");
	return bad ? 1 : 0;
}
