/* SPDX-License-Identifier: GPL-2.0 */
/* I/O on a disk's backing file or block device. */
#ifndef EC2_BACKING_H
#define EC2_BACKING_H

#include "disk.h"
#include "queue.h"

/* Fill a disk's geometry from its file. EOPNOTSUPP, EACCES, EINVAL: no whole block. */
int ec2_backing_open(struct ec2_disk *disk, struct file *file, bool readonly);
/* The file's size now, in bytes, whole blocks. */
u64 ec2_backing_capacity(const struct ec2_disk *disk);

/* How a read or write goes. */
enum ec2_route {
	EC2_ROUTE_DIRECT,
	EC2_ROUTE_BOUNCE, /* direct, through pages of ours */
	EC2_ROUTE_BUFFERED, /* through the page cache, on the slow thread */
};
enum ec2_route ec2_backing_route(const struct ec2_rq *rq);

/*
 * Submit a read or write, or what is left of it; it ends by ec2_backing's completion, at once or
 * later. With nowait the result may be -EAGAIN.
 */
void ec2_backing_submit(struct ec2_rq *rq, enum ec2_how how, bool nowait);
/* Flush, discard, write zeroes: waits; 0 or an error. */
int ec2_backing_control(struct ec2_rq *rq);
/* After a bounced read: copy to the guest. */
int ec2_bounce_finish(struct ec2_rq *rq);
void ec2_bounce_free(struct ec2_rq *rq);

#endif
