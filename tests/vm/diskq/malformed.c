// SPDX-License-Identifier: LGPL-2.1-or-later
/* Chains as no driver makes them: each ends in an error or in a broken queue, which a reset mends. */
#include <stdio.h>
#include <sys/stat.h>

#include "queue.h"
#include "uapi/ec2ctl.h"

#define SILENCE_MS 4

struct tally {
	int answered, silent, wrong;
	unsigned int by_status[3];
};

/* One thing of a chain of `n` data descriptors made wrong. True: what the used ring says is noise now. */
static bool spoil(struct machine *m, unsigned int n)
{
	struct vring_desc *d = m->indirect && rnd(4) ? (struct vring_desc *)(m->memory + TABLES)
						      : desc_at(m, 0);

	d += rnd(n + 2);
	switch (rnd(13)) {
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
	case 11: d->addr = rnd(2) ? DESC : USED; return true; /* the rings as data */
	default: ((uint16_t *)(m->memory + AVAIL))[1] = rnd(65536); break;
	}
	return false;
}

/* A valid chain with some of it spoiled. */
static bool malformed(struct machine *m)
{
	static const uint32_t types[] = {0, 1, 4, 8, 11, 13, 2, 0x80000000, 0xffffffff};
	struct piece data[4];
	unsigned int n = 1 + rnd(4), spoils = 1 + rnd(3);
	bool noise = false;

	for (unsigned int i = 0; i < n; i++)
		data[i] = (struct piece){DATA + 8192 * i, SECTOR * (1 + rnd(8))};
	request(m, 0, types[rnd(9)], rnd(3) ? rnd(100) : ~0ULL - rnd(16), data, n, rnd(2));
	while (spoils--)
		noise |= spoil(m, n);
	return noise;
}

static void one(struct machine *m, struct tally *t)
{
	bool noise;
	int head;

	if (queue_reset(m) || queue_bind(m))
		die("a reset mends the queue");
	noise = malformed(m);
	queue_kick(m);
	head = used_wait(m, SILENCE_MS, NULL);
	if (head < 0)
		t->silent++;
	else if (head >= NUM)
		t->wrong += !noise;
	else
		t->answered++;
	/* the status byte may stand elsewhere now; where it does not, it is one that exists */
	if (head == 0 && *status_of(m, 0) <= VIRTIO_BLK_S_UNSUPP)
		t->by_status[*status_of(m, 0)]++;
}

static bool serves(struct machine *m)
{
	return !queue_reset(m) && !queue_bind(m) &&
	       request_one(m, VIRTIO_BLK_T_IN, 0, 4096) == VIRTIO_BLK_S_OK;
}

static off_t size_of(const struct machine *m)
{
	struct stat st;

	return stat(m->path, &st) ? -1 : st.st_size;
}

void test_malformed(struct machine *m, int n)
{
	off_t size = size_of(m);
	struct tally t = {0};
	struct ec2_disk_stats s;
	int unserved = 0;

	for (int i = 0; i < n; i++) {
		one(m, &t);
		if (i % 20 == 19 && !serves(m)) {
			printf("# no service after malformed chain %d\n", i);
			unserved++;
		}
	}
	disk_stats(m, &s);
	printf("# %d answered (ok %u, error %u, unsupported %u), %d silent, %llu counted\n", t.answered,
	       t.by_status[0], t.by_status[1], t.by_status[2], t.silent, s.malformed);
	verdict(!t.wrong && t.by_status[1] && t.silent && s.malformed,
		"%d malformed chains end in an error or a broken queue", n);
	verdict(!unserved && serves(m), "a reset mends it");
	verdict(machine_guards_intact(m) && size_of(m) == size,
		"nothing outside the guest and the disk is touched");
}
