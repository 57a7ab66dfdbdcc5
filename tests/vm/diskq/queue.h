/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A virtqueue driver over plain memory, for the module's disks. */
#ifndef EC2_TEST_QUEUE_H
#define EC2_TEST_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/virtio_blk.h>
#include <linux/virtio_ring.h>

#define MEMORY (16UL << 20)
#define NUM 64
#define DESC 0x1000
#define AVAIL 0x2000
#define USED 0x3000
#define TABLES 0x10000 /* indirect tables, one page per head */
#define HEADERS 0x80000 /* 64 bytes per head */
#define DATA 0x100000

struct machine {
	int control, instance, kvm, vm, irq;
	uint8_t *memory;
	bool event_idx, indirect;
	uint16_t avail, used; /* what we gave and took */
};

void die(const char *what);
void machine_make(struct machine *m, const char *id, const char *path, bool event_idx, bool indirect);
void machine_lend(struct machine *m);
/* Bind the queue with rings made anew. */
void queue_bind(struct machine *m);
int queue_reset(struct machine *m);
int queue_kick(struct machine *m);

struct vring_desc *desc_at(struct machine *m, unsigned int i);
void avail_add(struct machine *m, uint16_t head);
/* The next answered head, waited for up to `ms`; -1: none came. */
int used_wait(struct machine *m, int ms, uint32_t *len);

struct piece {
	uint64_t addr;
	uint32_t len;
};
/* Queue a request at `head`; its status byte is *status_of(). */
void request(struct machine *m, uint16_t head, uint32_t type, uint64_t sector,
	     const struct piece *data, unsigned int n, bool write);
uint8_t *status_of(struct machine *m, uint16_t head);
struct ec2_disk_stats;
void disk_stats(struct machine *m, struct ec2_disk_stats *s);

#endif
