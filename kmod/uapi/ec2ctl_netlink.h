/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Generic netlink family "ec2ctl": what runs, and what changes. All of it needs CAP_NET_ADMIN in the
 * initial network namespace. Events carry the sequence number that read() on /dev/ec2ctl gives; who
 * lost some (ENOBUFS, or a gap) dumps anew.
 */
#ifndef _UAPI_EC2CTL_NETLINK_H
#define _UAPI_EC2CTL_NETLINK_H

#define EC2_GENL_NAME "ec2ctl"
#define EC2_GENL_VERSION 1
#define EC2_GENL_GROUP_EVENTS "events"

enum ec2_genl_cmd {
	EC2_CMD_UNSPEC,
	EC2_CMD_GET_INSTANCES, /* dump: one message per instance */
	EC2_CMD_GET_DISKS,     /* dump: one message per disk */
	EC2_CMD_EVENT,         /* multicast */
	__EC2_CMD_MAX,
};

/* Names in brackets: the field of struct ec2_event, _instance_stats or _disk_stats it carries. */
enum ec2_genl_attr {
	EC2_ATTR_UNSPEC,
	EC2_ATTR_PAD,
	EC2_ATTR_ID,       /* NUL string */
	EC2_ATTR_SEQ,      /* u64; in dumps: the last event that the dump takes in */
	EC2_ATTR_TIME,     /* u64 [time] */
	EC2_ATTR_TYPE,     /* u32 [type] */
	EC2_ATTR_SLOT,     /* u32 [slot] */
	EC2_ATTR_VALUE,    /* u64 [value] */
	EC2_ATTR_STATE,    /* u32 [state] */
	EC2_ATTR_VM_ON,    /* flag */
	EC2_ATTR_VMM_PID,  /* u32 */
	EC2_ATTR_RUNNING_NS, /* u64, this and all below */
	EC2_ATTR_VCPU_NS,
	EC2_ATTR_CREDITS_EARNED,
	EC2_ATTR_CREDITS_SPENT,
	EC2_ATTR_CREDITS_SURPLUS,
	EC2_ATTR_CREDIT_BALANCE,
	EC2_ATTR_CAPACITY,
	EC2_ATTR_READ_OPS,
	EC2_ATTR_READ_BYTES,
	EC2_ATTR_WRITE_OPS,
	EC2_ATTR_WRITE_BYTES,
	EC2_ATTR_ERRORS,
	EC2_ATTR_THROTTLED_NS,
	__EC2_ATTR_MAX,
};
#define EC2_ATTR_MAX (__EC2_ATTR_MAX - 1)

#endif
