/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A virtqueue driver over plain memory, for the module's disks: slot 0, queue 0 of an instance. */
#ifndef EC2_TEST_QUEUE_H
#define EC2_TEST_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/virtio_blk.h>
#include <linux/virtio_ring.h>

#define MEMORY (16UL << 20)
#define GUARD 65536UL /* before and behind the guest's memory: nobody writes there */
#define NUM 64
#define DESC 0x1000
#define AVAIL 0x2000
#define USED 0x3000
#define TABLES 0x10000 /* indirect tables, one page per head */
#define HEADERS 0x80000 /* 64 bytes per head */
#define DATA 0x100000
#define SECTOR 512

struct machine {
	const char *id, *path;
	int control, instance, kvm, vm, irq;
	uint8_t *memory;
	bool event_idx, indirect;
	uint16_t avail, used; /* what we gave and took */
	/* of the disk */
	bool readonly, is_file;
	uint32_t flags, block;
	uint64_t capacity;
};

void die(const char *what) __attribute__((noreturn));
/* "ok - NAME" or "not ok - NAME" */
void verdict(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));
extern int failures;

/* An instance with a disk; and its VM, in the process and thread that calls. */
void machine_make(struct machine *m, const char *id, const char *path, bool readonly);
int machine_attach(struct machine *m); /* -1 with errno */
int machine_detach(struct machine *m);
void machine_start(struct machine *m, bool event_idx, bool indirect);
/* Two threads that serve, until the process ends. */
void machine_lend(struct machine *m);
bool machine_guards_intact(const struct machine *m);

/* Bind the queue with rings made anew; -1 with errno. */
int queue_bind(struct machine *m);
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
/* Queue a request at `head`; its status byte is *status_of(). `out`: the device reads the data. */
void request(struct machine *m, uint16_t head, uint32_t type, uint64_t sector,
	     const struct piece *data, unsigned int n, bool out);
uint8_t *status_of(struct machine *m, uint16_t head);
/* A request alone, waited for: its status, -1 when there is no answer. Data at DATA. */
int request_one(struct machine *m, uint32_t type, uint64_t offset, uint32_t len);
/* DISCARD or WRITE_ZEROES of one range. */
int range_one(struct machine *m, uint32_t type, uint64_t offset, uint64_t len, bool unmap);
/* The pattern of a seed and a place, and whether it is there. */
void pattern_fill(uint8_t *at, uint32_t len, uint64_t offset, unsigned int seed);
bool pattern_is(const uint8_t *at, uint32_t len, uint64_t offset, unsigned int seed);

struct ec2_disk_stats;
void disk_stats(struct machine *m, struct ec2_disk_stats *s);
/* The next event of that type at a file within `ms`; its value in *value. */
bool event_wait(int fd, uint32_t type, int ms, uint64_t *value);

uint64_t now_ms(void);
void rnd_seed(uint64_t seed);
uint32_t rnd(uint32_t below);

/* ---- what is tested: one function per verb of the command line ---- */

#define WAIT_MS 20000

void test_rounds(struct machine *m, int n);
void test_failing(struct machine *m, int n);
void test_flaky(struct machine *m, int n);
void test_malformed(struct machine *m, int n);
void test_effects(struct machine *m, int n);
void test_full(struct machine *m, int n);
void test_readonly(struct machine *m, int n);
void test_limits(struct machine *m, int n);
void test_resize(struct machine *m, int n);
void test_detach(struct machine *m, int n);
void test_churn(struct machine *m, int n);
void test_killed(struct machine *m, int n);
void test_hold(struct machine *m, int n);

#endif
