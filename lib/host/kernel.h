/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the library asks of the host's kernel while it acts on instances, as a table, so that tests put
 * a scripted kernel in its place. The functions return 0 or -errno unless it is said otherwise.
 */
#ifndef EC2_HOST_KERNEL_H
#define EC2_HOST_KERNEL_H

#include <stdint.h>

struct ec2;
struct ec2_get_info;
struct ec2_instance_stats;
struct ec2_vpc_state;

/* What the host has for instances. */
struct ec2_host_capacity {
	uint64_t memory_available; /* bytes: MemAvailable of /proc/meminfo */
	uint64_t memory_total; /* bytes */
	uint32_t cpus; /* online */
};

struct ec2_kernel_ops {
	/* EC2_GET_INFO. -ENOENT or -ENODEV: no module; -EACCES: no permission */
	int (*info)(struct ec2 *ec2, struct ec2_get_info *info);
	/* EC2_INSTANCE_SIGNAL: enum ec2_signal, EC2_SIGNAL_TERMINATE. -ENOENT: nothing runs */
	int (*signal)(struct ec2 *ec2, const char *id, uint32_t signal, uint32_t flags);
	/* EC2_INSTANCE_STATS */
	int (*stats)(struct ec2 *ec2, const char *id, struct ec2_instance_stats *stats);
	/* as ec2_launch() of launch.h */
	int (*launch)(struct ec2 *ec2, const char *id, char **code, char **message);
	/* as ec2_launch_alive() */
	int (*alive)(struct ec2 *ec2, const char *id);
	/* as ec2_launch_clean(): what a dead shim has left is removed */
	int (*clean)(struct ec2 *ec2, const char *id);
	/* as ec2_vpc_apply() of vpc_state.h */
	int (*network)(struct ec2 *ec2, struct ec2_vpc_state *state, const char *fresh,
		       const char **what);
	/* memory and processors */
	int (*capacity)(struct ec2 *ec2, struct ec2_host_capacity *capacity);
	/* a text that is another one after each boot of the host, to be freed by the caller; or NULL */
	char *(*boot_id)(struct ec2 *ec2);
};

/* This host's own (lib/host/kernel.c). */
extern const struct ec2_kernel_ops ec2_kernel_host;

#endif
