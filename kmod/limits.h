/* SPDX-License-Identifier: GPL-2.0 */
/* Every limit of the module, once. */
#ifndef EC2_LIMITS_H
#define EC2_LIMITS_H

#include <linux/sizes.h>

#define EC2_MAX_INSTANCES 1024
#define EC2_MAX_VCPUS 32 /* of an instance */
#define EC2_MAX_DISKS 32 /* of an instance: a bit mask in struct ec2_instance_stats */
#define EC2_MAX_QUEUES 4 /* of a disk */

/* Guest memory of one instance, and the slots that it may be mapped in. */
#define EC2_MIN_MEMORY SZ_1M
#define EC2_MAX_MEMORY (1ULL << 42)
#define EC2_MAX_MEMSLOTS 8
/* Read-only slots (firmware, tables) come on top of the instance's memory. */
#define EC2_MAX_ROM SZ_2M

/* Events that wait in a file until they are read; the oldest are lost first. */
#define EC2_EVENTS_CONTROL 256
#define EC2_EVENTS_INSTANCE 64
#define EC2_EVENTS_VM 128
/* Events between the sender, which may be an interrupt, and the netlink worker. */
#define EC2_EVENTS_NETLINK 512

/* virtqueues: entries, and data descriptors in one request */
#define EC2_MAX_QUEUE_SIZE 256
#define EC2_MAX_SEGMENTS 128

/* A struct of an ioctl is never longer, whatever the caller knows. */
#define EC2_MAX_IOCTL_SIZE SZ_4K

/* How often credits are counted. */
#define EC2_CREDIT_PERIOD_MS 1000

#endif
