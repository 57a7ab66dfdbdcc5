/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One cgroup (v2) per instance, /sys/fs/cgroup/ec2ctl/ID: shim, VMM, guest memory and the module's
 * disk work are charged there. Where a host has no cgroup2 mount, or runs us where it may not be
 * written, every call gives -EOPNOTSUPP and instances run without.
 */
#ifndef EC2_HOST_CGROUP_H
#define EC2_HOST_CGROUP_H

#include <stdint.h>
#include <sys/types.h>

/* Make the group (if need be) with the controllers that the host has. */
int ec2_cgroup_make(const char *id);

/* Move a process there; 0: the caller. */
int ec2_cgroup_enter(const char *id, pid_t pid);

/* A share of the CPU in proportion to the vCPUs, when instances compete. */
int ec2_cgroup_set_weight(const char *id, uint32_t vcpus);

/* Hard limit on CPU: microseconds per 100 ms of wall time, 0 = none. */
int ec2_cgroup_set_cpu_max(const char *id, uint64_t quota_us);

/* Hard limit on memory, bytes. */
int ec2_cgroup_set_memory_max(const char *id, uint64_t bytes);

/* Kill everything in the group, by the kernel in one step. */
int ec2_cgroup_kill(const char *id);

/*
 * Remove the group, waiting up to timeout_ms for its last process to be gone. The caller, if in it,
 * moves to the root group first. Return: 0 (also when there is none), -EBUSY.
 */
int ec2_cgroup_remove(const char *id, int timeout_ms);

#endif
