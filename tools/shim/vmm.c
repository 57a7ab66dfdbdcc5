// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shim.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the VMM is given, by its number there; all others are closed. */
enum {
	VMM_CONSOLE = 3,
	VMM_READY,
	VMM_INSTANCE,
	VMM_KERNEL,
	VMM_INITRD,
	VMM_TAP,
	VMM_VHOST = VMM_TAP + EC2_LINK_MAX_QUEUES,
	VMM_FDS = VMM_VHOST + EC2_LINK_MAX_QUEUES,
};

#define N_ARGS 40
#define NUMBER 24

struct command {
	char program[512];
	char numbers[8][NUMBER];
	char mac[18];
	char *argv[N_ARGS];
};

static void build(struct command *command, const struct shim *shim)
{
	static const char *const fds[] = {
		[VMM_CONSOLE] = "3", [VMM_READY] = "4",	 [VMM_INSTANCE] = "5",
		[VMM_KERNEL] = "6",  [VMM_INITRD] = "7",
	};
	const struct ec2_launch_spec *spec = shim->spec;
	const uint8_t *mac = spec->nic.mac;
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {
		{"--vcpus", spec->vcpus},
		{"--memory", spec->memory},
		{"--uid", spec->uid},
		{"--gid", spec->gid},
		/* the rest: of an interface */
		{"--queue-pairs", shim->n_taps},
		{"--mtu", spec->nic.link.mtu},
		{"--tap-fd", VMM_TAP},
		{"--vhost-fd", VMM_VHOST},
	};
	size_t n_numbers = shim->n_taps ? 8 : 4;
	ssize_t n = readlink("/proc/self/exe", command->program, sizeof(command->program) - 10);
	char *slash;
	int i = 0;

	/* the VMM stands beside the shim */
	command->program[n > 0 ? n : 0] = 0;
	slash = strrchr(command->program, '/');
	memcpy(slash ? slash + 1 : command->program, "ec2-vmm", sizeof("ec2-vmm"));
	command->argv[i++] = command->program;
#define ARG(name, value) (command->argv[i++] = (char *)(name), command->argv[i++] = (char *)(value))
	ARG("--id", shim->id);
	ARG("--type", spec->instance_type);
	ARG("--instance-fd", fds[VMM_INSTANCE]);
	ARG("--console-fd", fds[VMM_CONSOLE]);
	ARG("--kernel-fd", fds[VMM_KERNEL]);
	if (shim->initrd_fd >= 0)
		ARG("--initrd-fd", fds[VMM_INITRD]);
	ARG("--ready-fd", fds[VMM_READY]);
	ARG("--cmdline", spec->cmdline);
	for (size_t k = 0; k < n_numbers; k++) {
		snprintf(command->numbers[k], NUMBER, "%llu", (unsigned long long)numbers[k].value);
		ARG(numbers[k].name, command->numbers[k]);
	}
	snprintf(command->mac, sizeof(command->mac), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	if (shim->n_taps)
		ARG("--mac", command->mac);
#undef ARG
	command->argv[i] = NULL;
}

/* In the child. `fds` by their number there; fds[2] is stderr; -1: none. */
static void become_vmm(const struct command *command, int *fds)
{
	char *const no_environment[] = {NULL};
	sigset_t none;
	int null = open("/dev/null", O_RDWR);

	/* dies with the shim; and if the shim died before that took hold, the pipe has no reader */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (poll(&(struct pollfd){.fd = fds[VMM_READY]}, 1, 0) != 0)
		_exit(EC2_VMM_USAGE);
	fds[0] = fds[1] = null;
	for (int i = 0; i < VMM_FDS; i++)
		if (fds[i] >= 0 && (fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 100)) < 0)
			_exit(EC2_VMM_USAGE);
	for (int i = 0; i < VMM_FDS; i++)
		if (fds[i] >= 0 && dup2(fds[i], i) < 0)
			_exit(EC2_VMM_USAGE);
	for (int i = 0; i < VMM_FDS; i++)
		if (fds[i] < 0)
			close(i);
	close_range(VMM_FDS, ~0U, 0);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(command->program, command->argv, no_environment);
	dprintf(2, "cannot run %s: %s\n", command->program, strerror(errno));
	_exit(EC2_VMM_USAGE);
}

/* A fork whose child is process 1 of its own process namespace, where that may be had. */
static pid_t fork_vmm(int *pidfd)
{
	long pid = syscall(SYS_clone, SIGCHLD | CLONE_PIDFD | CLONE_NEWPID, NULL, pidfd, NULL, 0);

	if (pid < 0 && (errno == EPERM || errno == ENOSPC || errno == EINVAL))
		pid = syscall(SYS_clone, SIGCHLD | CLONE_PIDFD, NULL, pidfd, NULL, 0);
	return (pid_t)pid;
}

/* Whatever comes over stderr is text for an administrator: its last line, printable. */
static void on_stderr(struct shim *shim, struct source *source, uint32_t events)
{
	struct vmm *vmm = &shim->vmm;
	char bytes[512];
	ssize_t n = read(source->fd, bytes, sizeof(bytes));

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		shim_unwatch(source);
		return;
	}
	for (ssize_t i = 0; i < n; i++) {
		/* the line stays until another one begins */
		if (bytes[i] == '\n') {
			vmm->line_len = 0;
			continue;
		}
		if (vmm->line_len == 0)
			memset(vmm->last_line, 0, sizeof(vmm->last_line));
		if (vmm->line_len < sizeof(vmm->last_line) - 1)
			vmm->last_line[vmm->line_len++] =
				isprint((unsigned char)bytes[i]) ? bytes[i] : '?';
	}
}

static void on_ready(struct shim *shim, struct source *source, uint32_t events)
{
	char bytes[8];
	ssize_t n = read(source->fd, bytes, sizeof(bytes));

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	shim_unwatch(source);
	if (n >= 2 && memcmp(bytes, "ok", 2) == 0) {
		shim->vmm.is_ready = true;
		nic_charge_workers(shim);
		life_vmm_ready(shim);
	}
}

static void forget(struct shim *shim)
{
	struct vmm *vmm = &shim->vmm;

	if (vmm->stderr_pipe.fd >= 0)
		on_stderr(shim, &vmm->stderr_pipe, 0);
	shim_unwatch(&vmm->stderr_pipe);
	shim_unwatch(&vmm->ready);
	shim_unwatch(&vmm->exit);
	console_detach(shim);
	vmm->pid = 0;
}

static void on_exit_of_vmm(struct shim *shim, struct source *source, uint32_t events)
{
	int status;
	pid_t pid = waitpid(shim->vmm.pid, &status, WNOHANG);

	(void)events;
	(void)source;
	if (pid == 0 || (pid < 0 && errno == EINTR))
		return;
	if (pid < 0)
		status = EC2_VMM_CRASH << 8;
	forget(shim);
	life_vmm_gone(shim, status);
}

static int watch_all(struct shim *shim)
{
	struct vmm *vmm = &shim->vmm;
	int ret = shim_watch(shim, &vmm->exit, EPOLLIN);

	if (!ret)
		ret = shim_watch(shim, &vmm->ready, EPOLLIN);
	if (!ret)
		ret = shim_watch(shim, &vmm->stderr_pipe, EPOLLIN);
	return ret;
}

int vmm_start(struct shim *shim)
{
	struct vmm *vmm = &shim->vmm;
	int console[2] = {-1, -1}, ready[2] = {-1, -1}, errors[2] = {-1, -1};
	int vhosts[EC2_LINK_MAX_QUEUES], pidfd = -1, ret = 0;
	struct command command;
	pid_t pid = -1;

	build(&command, shim);
	if (nic_open_vhost(shim, vhosts))
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, console) < 0 ||
	    pipe2(ready, O_CLOEXEC) < 0 || pipe2(errors, O_CLOEXEC) < 0)
		ret = -errno;
	if (!ret) {
		int fds[VMM_FDS] = {[2] = errors[1],
				    [VMM_CONSOLE] = console[1],
				    [VMM_READY] = ready[1],
				    [VMM_INSTANCE] = shim->instance.fd,
				    [VMM_KERNEL] = shim->kernel_fd,
				    [VMM_INITRD] = shim->initrd_fd};

		for (uint32_t i = 0; i < EC2_LINK_MAX_QUEUES; i++) {
			fds[VMM_TAP + i] = i < shim->n_taps ? shim->taps[i] : -1;
			fds[VMM_VHOST + i] = i < shim->n_taps ? vhosts[i] : -1;
		}
		pid = fork_vmm(&pidfd);
		if (pid == 0) {
			close(ready[0]);
			become_vmm(&command, fds);
		}
		ret = pid < 0 ? -errno : 0;
	}
	/* or vhost would outlive its VMM */
	nic_close(vhosts, shim->n_taps);
	close(console[1]);
	close(ready[1]);
	close(errors[1]);
	if (ret) {
		close(console[0]);
		close(ready[0]);
		close(errors[0]);
		return shim_fail(shim, "Server.InternalError", "cannot start the VMM: %s",
				 strerror(-ret));
	}
	fcntl(ready[0], F_SETFL, O_NONBLOCK);
	fcntl(errors[0], F_SETFL, O_NONBLOCK);
	memset(vmm, 0, sizeof(*vmm));
	vmm->pid = pid;
	vmm->started_ms = shim_now_ms();
	vmm->exit = (struct source){pidfd, on_exit_of_vmm};
	vmm->ready = (struct source){ready[0], on_ready};
	vmm->stderr_pipe = (struct source){errors[0], on_stderr};
	ret = console_attach(shim, console[0]);
	if (!ret)
		ret = watch_all(shim);
	return ret ? shim_fail(shim, "Server.InternalError", "cannot watch the VMM: %s",
			       strerror(-ret))
		   : 0;
}

void vmm_kill(struct shim *shim)
{
	int status;

	if (!shim->vmm.pid)
		return;
	kill(shim->vmm.pid, SIGKILL);
	while (waitpid(shim->vmm.pid, &status, 0) < 0 && errno == EINTR)
		;
	forget(shim);
}
