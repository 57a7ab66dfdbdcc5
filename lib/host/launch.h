/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The start of an instance: the library spawns one ec2-shim per running instance, and the shim does
 * the rest. What both must agree on stands here.
 *
 * Under the run directory (/run/ec2ctl), one directory per instance:
 *   lock          flock(LOCK_EX) by the open file that ec2_launch made and the shim inherited: held
 *                 as long as the launch or the shim lives. Free lock = nothing runs.
 *   console.sock  Unix stream socket of the shim: bytes both ways (`ec2ctl console`)
 *   shim.pid
 * The console log is STATE/console/ID.log: the shim appends, and keeps the newest 64 to 128 KiB.
 *
 * ec2-shim --state-dir DIR --run-dir DIR --lock-fd N --ready-fd N INSTANCE-ID
 *   writes to ready-fd one line: "ok\n" once the VMM has made its VM and has started (state running
 *   recorded in the database), or "ErrorCode: message\n", then closes it.
 *
 * ec2-vmm --id ID --instance-fd N --console-fd N --kernel-fd N [--initrd-fd N] --cmdline STRING
 *         --vcpus N --memory BYTES --uid UID --gid GID
 *         [--mac MAC --mtu BYTES --queue-pairs N --tap-fd N --vhost-fd N]
 *   console-fd: a stream (socket) both ways. One line "ok\n" on --ready-fd N when jailed and about to
 *   enter the guest. Messages of failure: stderr. tap-fd and vhost-fd are the first of as many as there are
 *   queue pairs.
 *   Exit status: see enum ec2_vmm_exit.
 */
#ifndef EC2_HOST_LAUNCH_H
#define EC2_HOST_LAUNCH_H

#include <stdint.h>

#include "links.h"

#define EC2_CONSOLE_KEEP (64 * 1024)
#define EC2_STOP_GRACE_SECONDS 120

struct ec2;

enum ec2_vmm_exit {
	EC2_VMM_POWER_OFF = 0, /* the guest switched off, or EC2_EVENT_STOP */
	EC2_VMM_USAGE = 2, /* bad arguments, set-up failed: message on stderr */
	EC2_VMM_RESET = 64, /* the guest reset, or EC2_EVENT_RESET: start a new VMM */
	EC2_VMM_CRASH = 65, /* triple fault is RESET; this is KVM's internal error and the like */
};

struct ec2_launch_disk {
	uint32_t slot;
	char serial[20]; /* as struct ec2_disk_attach */
	char *path;
	int read_only;
};

/* The instance's network interface. */
struct ec2_launch_nic {
	struct ec2_link link; /* the tap; link.queues 0: the instance has no interface */
	uint8_t mac[6];
};

/* What the shim needs, read from the database once. Freed by ec2_launch_spec_free(). */
struct ec2_launch_spec {
	char *instance_id;
	char *instance_type;
	uint32_t vcpus;
	uint64_t memory; /* bytes */
	char *kernel; /* path: uncompressed ELF; the loader's for disk images */
	char *initrd; /* path or NULL */
	char *cmdline;
	uint32_t uid, gid; /* the VMM's own */
	struct ec2_launch_disk *disks;
	uint32_t n_disks;
	struct ec2_launch_nic nic;
	/* CPU credits, as struct ec2_instance_create; flags 0 = none */
	uint32_t credit_flags, credits_per_hour, credit_cap, baseline;
	uint64_t credit_balance;
};

/* api side, by the shim */
int ec2_launch_spec_load(struct ec2 *ec2, const char *instance_id, struct ec2_launch_spec **spec);
void ec2_launch_spec_free(struct ec2_launch_spec *spec);
/*
 * The instance's tap has been made, closed and off: let it into its VPC, if it has an interface there. It may
 * be switched on afterwards. Return: 0 or -errno.
 */
int ec2_launch_connect(struct ec2 *ec2, const char *instance_id);

/*
 * host side, by the library: make the run directory, take the lock, spawn the shim (in a session of
 * its own, no descriptor of the caller's but those named) and wait for its line. On failure *code and
 * *message are set (caller frees): an EC2 error code and a text. Return: 0 or -errno.
 */
int ec2_launch(struct ec2 *ec2, const char *instance_id, char **code, char **message);

/* 1: a launch or shim of that instance lives; 0: none; -errno. Never blocks. */
int ec2_launch_alive(struct ec2 *ec2, const char *instance_id);

/*
 * Remove what a killed shim left: its VMM if that still lives, the cgroup, the tap, the run
 * directory. For repair; does nothing while the instance lives (-EBUSY). Return: 0, also when nothing was there.
 */
int ec2_launch_clean(struct ec2 *ec2, const char *instance_id);

#endif
