/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the module's calls, by tables of what goes in and which errno comes out. */
#ifndef EC2_ABI_H
#define EC2_ABI_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include <linux/kvm.h>

#include "uapi/ec2ctl.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MEMORY (4UL << 20)

/* "ok - NAME" or "not ok - NAME"; returns ok. */
bool verdict(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Did a call that returned `ret` give this errno (0: none)? Says so when it did not. */
bool gave(const char *what, long ret, int want);
/* The machine is not as the tests need it. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
int verdicts(void); /* how many were bad */

int open_control(void);
/* An instance with that many vCPUs and MEMORY; its file. */
int make_instance(int control, const char *id, unsigned int vcpus);
int make_vm(int instance, int kvm); /* -1 with errno */
int set_state(int instance, unsigned int state);
int send_signal(int control, const char *id, unsigned int signal, unsigned int flags);
struct ec2_instance_stats stats(int control, const char *id);
/* The next event of that type within a second; false when there is none. */
bool next_event(int fd, unsigned int type, struct ec2_event *event);

/* A VM with one vCPU and a guest of some bytes of code. */
struct guest {
	int kvm, vm, vcpu;
	uint8_t *memory;
	struct kvm_run *run;
	struct kvm_sregs reset; /* as the vCPU began */
};
enum guest_mode { REAL_MODE, LONG_MODE };
/* Dies when it cannot be made. */
void guest_make(struct guest *g, int instance);
/* The same with KVM's interrupt controller: a halted vCPU sleeps in the kernel. */
void guest_make_irqchip(struct guest *g, int instance);
/* Code at 0x1000 of the guest's memory, and the registers to run it. */
void guest_load(struct guest *g, enum guest_mode mode, const void *code, size_t len);
void guest_close(struct guest *g);

void test_sizes(void);
void test_control(void);
void test_vm(void);
void test_guest(void);
void test_end(void);
void test_rounds(void);

#endif
