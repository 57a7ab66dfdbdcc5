// SPDX-License-Identifier: LGPL-2.1-or-later
/* How a running guest is stopped, and what is left of it. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi.h"

#define ID "i-00000000000000777"

/* jmp . */
static const uint8_t loop[] = {0xeb, 0xfe};
/* cli; hlt; jmp . */
static const uint8_t halt[] = {0xfa, 0xf4, 0xeb, 0xfe};

static void wait_ms(int ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	nanosleep(&t, NULL);
}

static void handler(int signal)
{
	(void)signal;
}

struct runner {
	struct guest g;
	pthread_t thread;
	int ret, error;
};

static void *run(void *arg)
{
	struct runner *r = arg;

	r->ret = ioctl(r->g.vcpu, KVM_RUN, 0);
	r->error = errno;
	return NULL;
}

static void start(struct runner *r, int instance, bool irqchip, const void *code, size_t len)
{
	if (irqchip)
		guest_make_irqchip(&r->g, instance);
	else
		guest_make(&r->g, instance);
	guest_load(&r->g, REAL_MODE, code, len);
	if (pthread_create(&r->thread, NULL, run, r))
		die("a thread");
	wait_ms(300);
}

static bool joined(struct runner *r)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 5;
	return !pthread_timedjoin_np(r->thread, NULL, &end);
}

static void interrupted(int control, int instance)
{
	struct sigaction action = {.sa_handler = handler};
	struct ec2_instance_stats first, second;
	struct runner r;
	bool ok;

	sigaction(SIGUSR1, &action, NULL);
	start(&r, instance, false, loop, sizeof(loop));
	first = stats(control, ID);
	wait_ms(300);
	second = stats(control, ID);
	verdict(first.vcpu_ns > 50000000 && second.vcpu_ns > first.vcpu_ns + 50000000 &&
			second.kvm_runs == first.kvm_runs,
		"the time of a vCPU that does not come back is counted");
	pthread_kill(r.thread, SIGUSR1);
	ok = joined(&r) && r.ret < 0 && r.error == EINTR && r.g.run->exit_reason == KVM_EXIT_INTR;
	verdict(ok, "a signal brings a looping vCPU back");
	guest_close(&r.g);
	verdict(stats(control, ID).vcpu_ns >= second.vcpu_ns, "counters outlive the VM");
}

static void closed_while_running(int instance, bool irqchip, const void *code, size_t len,
				 const char *what)
{
	struct runner r;

	start(&r, instance, irqchip, code, len);
	close(r.g.vm);
	verdict(joined(&r) && r.ret < 0 && r.error == ENODEV, "closing the VM ends %s", what);
	r.g.vm = -1;
	guest_close(&r.g);
}

static void idle_costs_nothing(int control, int instance)
{
	struct sigaction action = {.sa_handler = handler};
	struct ec2_instance_stats first, second;
	struct runner r;

	sigaction(SIGUSR1, &action, NULL);
	start(&r, instance, true, halt, sizeof(halt));
	first = stats(control, ID);
	wait_ms(500);
	second = stats(control, ID);
	verdict(second.vcpu_ns - first.vcpu_ns < 50000000 &&
			second.running_ns - first.running_ns >= 400000000,
		"a halted guest uses no vCPU time, and runs all the same");
	pthread_kill(r.thread, SIGUSR1);
	joined(&r);
	guest_close(&r.g);
}

/* A VMM in a process of its own, with a guest that loops. */
static pid_t vmm(int instance)
{
	struct guest g;
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	guest_make(&g, instance);
	guest_load(&g, REAL_MODE, loop, sizeof(loop));
	ioctl(g.vcpu, KVM_RUN, 0);
	_exit(0);
}

static bool ended_by(pid_t pid, int signal)
{
	int status = 0;

	for (int i = 0; i < 100; i++, wait_ms(50))
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFSIGNALED(status) && WTERMSIG(status) == signal;
	return false;
}

static void killed(int control, int instance)
{
	pid_t pid = vmm(instance);
	struct ec2_event event;
	bool ok = next_event(instance, EC2_EVENT_VM_ON, &event);

	wait_ms(200);
	ok &= stats(control, ID).vmm_pid == pid;
	kill(pid, SIGKILL);
	ok &= ended_by(pid, SIGKILL) && next_event(instance, EC2_EVENT_VM_OFF, &event);
	ok &= stats(control, ID).vm_on == 0 && stats(control, ID).state == EC2_STATE_RUNNING;
	verdict(ok, "a killed VMM is a VM that is off");
}

static void cut_off(int control)
{
	int instance = make_instance(control, ID, 1);
	pid_t pid = vmm(instance);
	struct ec2_event event;
	bool ok = next_event(instance, EC2_EVENT_VM_ON, &event);

	wait_ms(200);
	ok &= !set_state(instance, EC2_STATE_STOPPED);
	verdict(ok && ended_by(pid, SIGKILL), "a stopped instance has no VMM");
	close(instance);
}

/* The shim is gone: the child, its VMM, has no copy of the instance's file. */
static void orphaned(int control)
{
	int instance = make_instance(control, ID, 1);
	struct ec2_event event;
	pid_t pid = fork();
	bool ok;

	if (!pid) {
		struct guest g;

		close(control);
		guest_make(&g, instance);
		close(instance);
		guest_load(&g, REAL_MODE, loop, sizeof(loop));
		ioctl(g.vcpu, KVM_RUN, 0);
		_exit(0);
	}
	ok = next_event(instance, EC2_EVENT_VM_ON, &event);
	wait_ms(300);
	close(instance);
	ok &= ended_by(pid, SIGKILL);
	ok &= gave("its id", send_signal(control, ID, EC2_SIGNAL_STOP, 0), ENOENT);
	verdict(ok, "closing the instance kills its VMM");
}

/* Signals reach the VM's file, and one that comes before the VM is not lost. */
static void signals(int control)
{
	static const struct {
		unsigned int signal, event;
	} cases[] = {
		{EC2_SIGNAL_RESET, EC2_EVENT_RESET},
		{EC2_SIGNAL_REBOOT, EC2_EVENT_POWER_BUTTON},
		{EC2_SIGNAL_POWER_BUTTON, EC2_EVENT_POWER_BUTTON},
		{EC2_SIGNAL_STOP, EC2_EVENT_STOP},
	};
	static const uint8_t hlt[] = {0xf4};
	int instance = make_instance(control, ID, 1);
	struct ec2_event a, b;
	struct guest g;
	bool ok = true;

	guest_make(&g, instance);
	guest_load(&g, REAL_MODE, hlt, sizeof(hlt));
	ok &= !ioctl(g.vcpu, KVM_RUN, 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ok &= gave("signal", send_signal(control, ID, cases[i].signal, 0), 0);
		ok &= next_event(g.vm, cases[i].event, &a) && a.value == cases[i].signal;
		ok &= next_event(instance, cases[i].event, &b) && b.seq == a.seq;
	}
	ok &= stats(control, ID).state == EC2_STATE_STOPPING;
	verdict(ok, "signals reach the VM and the instance");
	guest_close(&g);
	close(instance);
}

void test_end(void)
{
	int control = open_control();
	int instance = make_instance(control, ID, 1);

	interrupted(control, instance);
	idle_costs_nothing(control, instance);
	closed_while_running(instance, false, loop, sizeof(loop), "a looping vCPU");
	closed_while_running(instance, true, halt, sizeof(halt), "a halted vCPU");
	killed(control, instance);
	close(instance);
	cut_off(control);
	orphaned(control);
	signals(control);
	close(control);
}
