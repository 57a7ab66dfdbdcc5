/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ec2-shim: one per running instance. It holds the instance file of the kernel module, starts the VMM,
 * keeps the console and records the end. One thread, one epoll loop, nothing of the guest's parsed.
 *
 * Signals: SIGTERM is the host going down: the guest's power button is pressed and, when it is off, the
 * shim ends without touching the record, which still says running; reconcile then starts the
 * instance again after the host's boot. SIGKILL leaves nothing but the record, which the next
 * command repairs.
 */
#ifndef EC2_SHIM_H
#define EC2_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "api/lifecycle.h"
#include "host/launch.h"

#define SHIM_CLIENTS 8
#define SHIM_INPUT 4096
#define SHIM_STDERR 256
#define SHIM_ERROR 512

struct shim;

/* What epoll points to. */
struct source {
	int fd; /* -1: closed */
	void (*ready)(struct shim *shim, struct source *source, uint32_t events);
};

/* The console log: the newest EC2_CONSOLE_KEEP bytes at least, twice that at most. */
struct console_log {
	int fd;
	off_t size;
};

struct console {
	struct source vmm; /* our end of the VMM's socket pair */
	struct source listener;
	struct source clients[SHIM_CLIENTS];
	struct console_log log;
	/* from clients, not yet taken by the VMM; while it is full no client is read */
	char input[SHIM_INPUT];
	size_t input_len;
	bool reading; /* clients are polled for input */
};

struct vmm {
	pid_t pid; /* 0: none */
	struct source exit; /* pidfd */
	struct source ready; /* its one line */
	struct source stderr_pipe;
	bool is_ready;
	int64_t started_ms;
	char last_line[SHIM_STDERR]; /* of stderr, printable */
	size_t line_len;
};

/* What is to become of the VM when its VMM has gone. */
enum fate {
	FATE_RUN, /* nothing was asked: power-off ends, reset starts anew */
	FATE_REBOOT, /* a power-off, too, starts a new VMM */
	FATE_END, /* a reset, too, ends the instance */
};

struct shim {
	const char *id, *state_dir, *run_dir;
	int lock_fd, ready_fd;
	int epoll;
	int control;
	struct source instance;
	struct source signals;
	struct ec2_launch_spec *spec;
	int kernel_fd, initrd_fd;
	int taps[EC2_LINK_MAX_QUEUES]; /* n_taps of them are open */
	uint32_t n_taps;
	bool in_cgroup;
	struct console console;
	struct vmm vmm;
	enum fate fate;
	/* when, on the monotonic clock in ms; 0: not */
	int64_t kill_at; /* the VMM is killed */
	int64_t restart_at; /* a new VMM starts */
	unsigned int quick_resets; /* in a row */
	bool cut; /* this shim or the module, on a command, kills the VMM */
	bool started; /* the record says running */
	bool host_down; /* SIGTERM: leave the record alone */
	bool over;
	enum ec2_end end;
	char error[SHIM_ERROR]; /* "Code: message" of a failed launch */
};

/* loop.c */
int64_t shim_now_ms(void);
int shim_watch(struct shim *shim, struct source *source, uint32_t events);
int shim_rewatch(struct shim *shim, struct source *source, uint32_t events);
void shim_unwatch(struct source *source); /* and close */
int shim_fail(struct shim *shim, const char *code, const char *format, ...)
	__attribute__((format(printf, 3, 4))); /* -1; the first failure stays */
void shim_over(struct shim *shim, enum ec2_end end);
int shim_watch_signals(struct shim *shim);
void shim_loop(struct shim *shim); /* until it is over */

/* record.c: the database, open only for the moment of the call */
int record_load(struct shim *shim);
int record_connect(struct shim *shim); /* the tap into its VPC */
int record_started(struct shim *shim); /* -ECANCELED: no longer wanted */
void record_ended(struct shim *shim);

/* machine.c: the instance in the module, its disks, network and files, its cgroup */
int machine_create(struct shim *shim);
void machine_release(struct shim *shim);

/* nic.c: the network interface */
int nic_create(struct shim *shim);
int nic_open_vhost(struct shim *shim, int fds[EC2_LINK_MAX_QUEUES]); /* one per tap */
void nic_close(int *fds, uint32_t n);
/*
 * Before Linux 6.4 vhost's workers are kernel threads that no cgroup (v2) is charged for: have the
 * instance's be. Later ones are the VMM's own threads. Once the VMM is ready.
 */
void nic_charge_workers(const struct shim *shim);
void nic_release(struct shim *shim);

/* vmm.c: the VMM's process */
int vmm_start(struct shim *shim);
void vmm_kill(struct shim *shim);

/* life.c: what the module's events, timers and the VMM's exits mean */
void life_events(struct shim *shim, struct source *source, uint32_t events);
void life_vmm_ready(struct shim *shim);
void life_vmm_gone(struct shim *shim, int status); /* as waitpid() gives it */
void life_host_down(struct shim *shim);
int life_timeout(const struct shim *shim); /* for epoll_wait() */
void life_timers(struct shim *shim);

/* console.c */
int console_create(struct shim *shim);
void console_destroy(struct shim *shim);
int console_attach(struct shim *shim, int vmm_fd);
void console_detach(struct shim *shim); /* takes what the VMM had still written */

/* log.c */
int log_open(struct console_log *log, const char *state_dir, const char *id);
void log_append(struct console_log *log, const char *bytes, size_t n);
void log_close(struct console_log *log);

#endif
