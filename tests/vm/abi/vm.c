// SPDX-License-Identifier: LGPL-2.1-or-later
/* The making of VMs and vCPUs, and what KVM's calls may be used for. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"

#define ID "i-00000000000000123"

/* How many descriptors the process has. */
static int open_files(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void bad_kvm_files(int instance)
{
	static const char *const paths[] = {"/dev/null",   "/dev/zero", "/dev/ec2ctl",
					    "/etc/passwd", "/",		"/proc/self/status"};
	int before = open_files();
	int pipes[2];
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		int fd = open(paths[i], O_RDONLY);

		ok &= gave(paths[i], make_vm(instance, fd), EINVAL);
		close(fd);
	}
	if (pipe(pipes))
		die("a pipe");
	ok &= gave("a pipe", make_vm(instance, pipes[0]), EINVAL);
	close(pipes[0]);
	close(pipes[1]);
	ok &= gave("an instance", make_vm(instance, instance), EINVAL);
	ok &= gave("nothing", make_vm(instance, -1), EBADF);
	ok &= gave("not open", make_vm(instance, 1000), EBADF);
	ok &= open_files() == before;
	verdict(ok, "EC2_VM_CREATE takes nothing for /dev/kvm that is not");
}

/* In a child with its own mounts: its exit status is the errno that it got. */
static int bind_mounted(int instance)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount("/dev/null", "/dev/kvm", NULL, MS_BIND, NULL))
			_exit(255);
		_exit(make_vm(instance, open("/dev/kvm", O_RDWR)) < 0 ? errno : 0);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void *sleeper(void *fd)
{
	char byte;

	(void)!read(*(int *)fd, &byte, 1);
	return NULL;
}

/* With a second thread, or a second process on the same file table, nothing may be made. */
static void not_alone(int instance, struct guest *g)
{
	struct kvm_userspace_memory_region region = {.slot = 1, .guest_phys_addr = MEMORY};
	struct kvm_enable_cap cap = {.cap = KVM_CAP_HALT_POLL};
	int pipes[2], status;
	pthread_t thread;
	bool ok = true;
	char stack[4096];

	if (pipe(pipes) || pthread_create(&thread, NULL, sleeper, &pipes[0]))
		die("a thread");
	ok &= gave("VM", make_vm(instance, g->kvm), EBUSY);
	ok &= gave("vCPU", ioctl(g->vm, KVM_CREATE_VCPU, 1), EBUSY);
	ok &= gave("memory", ioctl(g->vm, KVM_SET_USER_MEMORY_REGION, &region), EBUSY);
	ok &= gave("capability", ioctl(g->vm, KVM_ENABLE_CAP, &cap), EBUSY);
	close(pipes[1]);
	pthread_join(thread, NULL);
	close(pipes[0]);
	verdict(ok, "a process of two threads makes no VM, vCPU or memory");

	if (pipe(pipes))
		die("a pipe");
	pid_t pid = clone((int (*)(void *))(void *)sleeper, stack + sizeof(stack),
			  CLONE_VM | CLONE_FILES | SIGCHLD, &pipes[0]);

	ok = gave("VM", make_vm(instance, g->kvm), EBUSY);
	ok &= gave("vCPU", ioctl(g->vm, KVM_CREATE_VCPU, 1), EBUSY);
	(void)!write(pipes[1], "x", 1);
	waitpid(pid, &status, 0);
	close(pipes[0]);
	close(pipes[1]);
	verdict(ok, "nor one that shares its file table");
}

/* Calls of KVM that are not on the lists. */
static void allow_lists(struct guest *g)
{
	static const unsigned long vm_calls[] = {
		KVM_CREATE_VM,
		KVM_GET_API_VERSION,
		KVM_GET_DIRTY_LOG,
		KVM_CREATE_DEVICE,
		KVM_CREATE_PIT2,
		KVM_GET_STATS_FD,
		KVM_MEMORY_ENCRYPT_OP,
		KVM_RUN,
		KVM_SET_PMU_EVENT_FILTER,
		KVM_X86_SET_MSR_FILTER,
	};
	static const unsigned long vcpu_calls[] = {
		KVM_SET_GUEST_DEBUG,  KVM_TRANSLATE,	    KVM_NMI,	      KVM_SMI,
		KVM_GET_NESTED_STATE, KVM_SET_NESTED_STATE, KVM_GET_STATS_FD, KVM_ENABLE_CAP,
		KVM_CREATE_VCPU,
	};
	char buffer[4096] = {};
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(vm_calls); i++)
		ok &= gave("VM", ioctl(g->vm, vm_calls[i], buffer), ENOTTY);
	for (size_t i = 0; i < ARRAY_SIZE(vcpu_calls); i++)
		ok &= gave("vCPU", ioctl(g->vcpu, vcpu_calls[i], buffer), ENOTTY);
	verdict(ok, "calls of KVM that are on no list are refused");
}

static void memory(struct guest *g, uint8_t *rom)
{
	const struct {
		const char *what;
		struct kvm_userspace_memory_region r;
		int want;
	} cases[] = {
		{"more than the instance has",
		 {.slot = 1,
		  .guest_phys_addr = MEMORY,
		  .memory_size = 4096,
		  .userspace_addr = (uintptr_t)rom},
		 ENOSPC},
		{"slot 8", {.slot = 8, .guest_phys_addr = MEMORY, .memory_size = 4096}, EINVAL},
		{"another address space", {.slot = 1 << 16, .memory_size = 4096}, EINVAL},
		{"dirty log", {.slot = 0, .flags = KVM_MEM_LOG_DIRTY_PAGES}, EINVAL},
		{"unknown flags", {.slot = 0, .flags = 0x80000000}, EINVAL},
		{"read-only in a RAM slot",
		 {.slot = 2, .flags = KVM_MEM_READONLY, .memory_size = 4096},
		 EINVAL},
		{"too much read-only",
		 {.slot = 8,
		  .flags = KVM_MEM_READONLY,
		  .guest_phys_addr = 0xe0000000,
		  .memory_size = 4 << 20,
		  .userspace_addr = (uintptr_t)rom},
		 ENOSPC},
		{"read-only",
		 {.slot = 8,
		  .flags = KVM_MEM_READONLY,
		  .guest_phys_addr = 0xe0000000,
		  .memory_size = 4096,
		  .userspace_addr = (uintptr_t)rom},
		 0},
	};
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ok &= gave(cases[i].what, ioctl(g->vm, KVM_SET_USER_MEMORY_REGION, &cases[i].r),
			   cases[i].want);
	ok &= gave("no address", ioctl(g->vm, KVM_SET_USER_MEMORY_REGION, NULL), EFAULT);
	verdict(ok, "memory is held to the instance's");
}

static void capabilities(struct guest *g)
{
	struct kvm_enable_cap cap = {.cap = KVM_CAP_HALT_POLL, .args = {0}};
	bool ok = gave("no halt polling", ioctl(g->vm, KVM_ENABLE_CAP, &cap), 0);

	cap.cap = KVM_CAP_SPLIT_IRQCHIP;
	ok &= gave("another", ioctl(g->vm, KVM_ENABLE_CAP, &cap), EINVAL);
	ok &= gave("no address", ioctl(g->vm, KVM_ENABLE_CAP, NULL), EFAULT);
	verdict(ok, "of KVM's capabilities only halt polling can be set");
}

/* Each call from another process: the exit status is how many did not give EPERM. */
static void other_process(struct guest *g)
{
	struct ec2_vm_kick kick = {.size = sizeof(kick)};
	int status;
	pid_t pid = fork();

	if (!pid) {
		int bad = 0;

		bad += !gave("vCPU", ioctl(g->vm, KVM_CREATE_VCPU, 1), EPERM);
		bad += !gave("run", ioctl(g->vcpu, KVM_RUN, 0), EPERM);
		bad += !gave("kick", ioctl(g->vm, EC2_VM_KICK, &kick), EPERM);
		bad += mmap(NULL, 4096, PROT_READ, MAP_SHARED, g->vcpu, 0) != MAP_FAILED;
		_exit(bad);
	}
	waitpid(pid, &status, 0);
	verdict(status == 0, "another process cannot use a VM, though it has its files");
}

static void one_vm(int control, int instance, struct guest *g)
{
	struct ec2_event event;
	bool ok = gave("a second VM", make_vm(instance, g->kvm), EBUSY);
	struct ec2_instance_stats s = stats(control, ID);

	ok &= s.vm_on == 1 && s.vmm_pid == getpid();
	ok &= next_event(instance, EC2_EVENT_VM_ON, &event) && event.value == (unsigned)getpid();
	guest_close(g);
	ok &= next_event(instance, EC2_EVENT_VM_OFF, &event);
	ok &= !stats(control, ID).vm_on;
	guest_make(g, instance);
	verdict(ok, "one VM at a time, and a new one when the old one is closed");
}

static void wrong_states(int control, int kvm)
{
	static const unsigned int states[] = {EC2_STATE_STOPPING, EC2_STATE_SHUTTING_DOWN,
					      EC2_STATE_STOPPED, EC2_STATE_TERMINATED};
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		int fd = make_instance(control, "i-00000000000000124", 1);

		ok &= !set_state(fd, states[i]);
		ok &= gave("VM", make_vm(fd, kvm), i < 2 ? EBUSY : ENODEV);
		close(fd);
	}
	verdict(ok, "an instance that ends gets no VM");
}

static void vcpu_files(struct guest *g)
{
	bool ok = gave("a third vCPU", 0, 0);
	int second = ioctl(g->vm, KVM_CREATE_VCPU, 1);

	ok &= second >= 0 && (fcntl(second, F_GETFD) & FD_CLOEXEC);
	ok &= gave("one too many", ioctl(g->vm, KVM_CREATE_VCPU, 2), ENOSPC);
	close(second);
	/* KVM does not forget it */
	ok &= gave("instead of a closed one", ioctl(g->vm, KVM_CREATE_VCPU, 2), ENOSPC);
	ok &= mmap(NULL, 4096, PROT_READ, MAP_SHARED, g->vm, 0) == MAP_FAILED;
	verdict(ok, "no more vCPUs than the instance has");
}

void test_vm(void)
{
	int control = open_control();
	int instance = make_instance(control, ID, 2);
	uint8_t *rom =
		mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct guest g;

	bad_kvm_files(instance);
	verdict(bind_mounted(instance) == EINVAL, "/dev/null mounted over /dev/kvm is refused");
	guest_make(&g, instance);
	one_vm(control, instance, &g);
	not_alone(instance, &g);
	allow_lists(&g);
	memory(&g, rom);
	capabilities(&g);
	other_process(&g);
	vcpu_files(&g);
	wrong_states(control, g.kvm);
	guest_close(&g);
	munmap(rom, 4 << 20);
	close(instance);
	close(control);
}
