// SPDX-License-Identifier: LGPL-2.1-or-later
/* The system calls that each kind of thread may make. Any other ends the process. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/kvm.h>
#include <linux/seccomp.h>
#include <linux/vhost.h>
#include <malloc.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail.h"
#include "uapi/ec2ctl.h"
#include "vmm.h"

#define MAX_INSTRUCTIONS 256
#define OF(kind) (1U << (kind))
#define ALL (OF(JAIL_VCPU) | OF(JAIL_DEVICES) | OF(JAIL_LENT))
#define BOTH (OF(JAIL_VCPU) | OF(JAIL_DEVICES))

static const struct {
	int number;
	unsigned int kinds;
} calls[] = {
	{SCMP_SYS(exit_group), ALL},
	{SCMP_SYS(rt_sigreturn), ALL},
	{SCMP_SYS(restart_syscall), ALL},
	{SCMP_SYS(futex), ALL},
	{SCMP_SYS(pause), OF(JAIL_VCPU) | OF(JAIL_LENT)},
	{SCMP_SYS(write), ALL}, /* eventfds; the last words to standard error */
	{SCMP_SYS(read), OF(JAIL_DEVICES)},
	{SCMP_SYS(poll), OF(JAIL_DEVICES)},
	{SCMP_SYS(recvfrom), OF(JAIL_DEVICES)},
	{SCMP_SYS(sendto), BOTH},
	{SCMP_SYS(timerfd_settime), BOTH},
	{SCMP_SYS(eventfd2), OF(JAIL_DEVICES)}, /* vectors of a new disk */
	{SCMP_SYS(close), BOTH}, /* vectors of one that is gone */
	{SCMP_SYS(getrandom), OF(JAIL_VCPU)},
};

static const struct {
	unsigned long request;
	unsigned int kinds;
} ioctls[] = {
	{KVM_RUN, OF(JAIL_VCPU)},
	{KVM_IRQFD, BOTH},
	{KVM_SET_GSI_ROUTING, OF(JAIL_VCPU)},
	{EC2_VM_DISK_GET, OF(JAIL_DEVICES)},
	{EC2_VM_QUEUE_SET, OF(JAIL_VCPU)},
	{EC2_VM_DISK_RESET, BOTH},
	{EC2_VM_DOORBELL, BOTH},
	{EC2_VM_DISK_EJECTED, BOTH},
	{EC2_VM_KICK, OF(JAIL_VCPU)},
	{EC2_VM_LEND, OF(JAIL_LENT)},
	/* the network interface's queues start and stop; its memory and owner are settled before */
	{KVM_IOEVENTFD, OF(JAIL_VCPU)},
	{VHOST_SET_FEATURES, OF(JAIL_VCPU)},
	{VHOST_SET_VRING_NUM, OF(JAIL_VCPU)},
	{VHOST_SET_VRING_BASE, OF(JAIL_VCPU)},
	{VHOST_SET_VRING_ADDR, OF(JAIL_VCPU)},
	{VHOST_SET_VRING_CALL, OF(JAIL_VCPU)},
	{VHOST_NET_SET_BACKEND, OF(JAIL_VCPU)},
	{TUNSETOFFLOAD, OF(JAIL_VCPU)},
	{TUNSETQUEUE, BOTH},
};

/* Compiled once; the library's own memory is given back before the guest runs. */
static struct {
	struct sock_filter code[MAX_INSTRUCTIONS];
	unsigned short length;
} lists[JAIL_KINDS];

static int add_rules(scmp_filter_ctx list, enum jail_thread kind)
{
	size_t i;
	int error = 0;

	for (i = 0; !error && i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].kinds & OF(kind))
			error = seccomp_rule_add(list, SCMP_ACT_ALLOW, calls[i].number, 0);
	for (i = 0; !error && i < sizeof(ioctls) / sizeof(ioctls[0]); i++)
		if (ioctls[i].kinds & OF(kind))
			error = seccomp_rule_add(list, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
						 SCMP_A1(SCMP_CMP_EQ, ioctls[i].request));
	return error;
}

static int compile(enum jail_thread kind)
{
	scmp_filter_ctx list = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int fd = memfd_create("list", MFD_CLOEXEC);
	int error = list && fd >= 0 ? add_rules(list, kind) : -ENOMEM;
	ssize_t length;

	if (!error)
		error = seccomp_export_bpf(list, fd);
	if (!error) {
		length = pread(fd, lists[kind].code, sizeof(lists[kind].code), 0);
		/* a list that fills the room may have been cut off */
		if (length <= 0 || length == sizeof(lists[kind].code))
			error = -EOVERFLOW;
		else
			lists[kind].length =
				(unsigned short)((size_t)length / sizeof(struct sock_filter));
	}
	if (list)
		seccomp_release(list);
	close(fd);
	return error;
}

void jail_prepare(void)
{
	int kind, error;

	for (kind = 0; kind < JAIL_KINDS; kind++) {
		error = compile((enum jail_thread)kind);
		if (error)
			die("jail: list of system calls: %s", strerror(-error));
	}
	malloc_trim(0);
}

void jail_thread(enum jail_thread kind)
{
	const struct sock_fprog program = {
		.len = lists[kind].length,
		.filter = lists[kind].code,
	};

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		die("jail: seccomp: %s", strerror(errno));
}
