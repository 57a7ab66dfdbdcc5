/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ec2-vmm: one instance's virtual machine. One process is one VM, so the parts keep their state. */
#ifndef VMM_H
#define VMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define VMM_MAX_VCPUS 32
#define VMM_MAX_PAIRS 4

struct vmm_options {
	const char *id; /* "i-…" */
	const char *type; /* instance type, shown by SMBIOS */
	const char *cmdline; /* the kernel's */
	int instance_fd, console_fd, kernel_fd, initrd_fd, ready_fd; /* -1 where not given */
	unsigned int vcpus;
	uint64_t memory; /* bytes */
	/* the network interface; queue_pairs 0: none */
	const char *mac;
	uint8_t mac_address[6]; /* the same */
	unsigned int mtu, queue_pairs;
	int tap_fd, vhost_fd; /* the first of as many as there are pairs */
	uid_t uid;
	gid_t gid;
};

/* Read the arguments; ends the process with a message when they are wrong. */
void options_parse(struct vmm_options *options, int argc, char **argv);

/* One line to stderr, then EC2_VMM_USAGE: for what goes wrong before the guest runs. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* The VM's end, from any thread: console output is handed over, then the process is gone. */
void vmm_end(int status) __attribute__((noreturn));

/* As vmm_end(EC2_VMM_CRASH), with a line to stderr. */
void vmm_crash(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
