/* SPDX-License-Identifier: GPL-2.0 */
/* A disk: a backing file in a slot of an instance. */
#ifndef EC2_DISK_H
#define EC2_DISK_H

#include <linux/cache.h>
#include <linux/fs.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "limits.h"
#include "object.h"
#include "request.h"
#include "throttle.h"

struct ec2_instance;

/* Written under the lock of the queue of that number, read by anybody. */
struct ec2_disk_count {
	u64 read_ops;
	u64 read_bytes;
	u64 write_ops;
	u64 write_bytes;
	u64 flush_ops;
	u64 discard_ops;
	u64 discard_bytes;
	u64 errors;
	u64 throttled_ns;
	u64 served[3]; /* by enum ec2_how */
	u64 interrupts;
	u64 malformed;
} ____cacheline_aligned;

struct ec2_disk {
	/* held by the slot and by each bound queue until its last request has ended */
	struct ec2_object obj;
	/* fixed when attached, but for the capacity, which grows */
	struct ec2_instance *inst; /* a reference */
	struct file *file; /* NULL once detached: see ec2_disk_queue_put() */
	struct block_device *bdev; /* NULL: a regular file */
	u32 slot;
	u8 serial[EC2_SERIAL_LEN];
	struct ec2_geometry geo;
	u32 physical_block;
	u32 dio_block; /* direct I/O: alignment of offset and length; 0: the file has none */
	u32 dio_mem; /* direct I/O: alignment of memory */
	bool no_flush; /* nothing is ever cached below us */
	bool nowait; /* takes IOCB_NOWAIT; cleared for good if it turns out that it does not */

	/* under ec2_instance.lock, this and all below, unless said */
	u32 queues; /* bound, or unbound with requests in flight */
	u64 owner; /* ec2_blk_vm.id whose queues these are */
	bool detaching; /* the guest was asked to let go */
	bool gone; /* no new requests; read without the lock */
	wait_queue_head_t idle; /* queues is 0 */

	unsigned long error_told; /* bit 0: EC2_EVENT_DISK_ERROR was sent */
	spinlock_t limit_lock;
	struct ec2_throttle throttle; /* under limit_lock */
	bool limited; /* throttle.limited, read without the lock */

	struct ec2_disk_count count[EC2_MAX_QUEUES];
};

/*
 * A queue has ended with its last request. When it was the last one of a disk that is to go, the
 * disk lets its file go and the slot is free. Drops the queue's reference.
 */
void ec2_disk_queue_put(struct ec2_disk *disk);

/* The disk in a slot, if it is not about to go; under the instance's lock. */
struct ec2_disk *ec2_disk_in_slot(struct ec2_instance *inst, u32 slot);

/* Let go, once no queue is left; under the instance's lock. */
void ec2_disk_let_go(struct ec2_disk *disk);

/* The first I/O error of a disk is an event. From any context. */
void ec2_disk_error(struct ec2_disk *disk, int error);

#endif
