// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shim.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 16

int64_t shim_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

int shim_watch(struct shim *shim, struct source *source, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = source};

	return epoll_ctl(shim->epoll, EPOLL_CTL_ADD, source->fd, &event) < 0 ? -errno : 0;
}

int shim_rewatch(struct shim *shim, struct source *source, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = source};

	return epoll_ctl(shim->epoll, EPOLL_CTL_MOD, source->fd, &event) < 0 ? -errno : 0;
}

/* No descriptor here is shared with another process, so that close() takes it out of epoll. */
void shim_unwatch(struct source *source)
{
	if (source->fd >= 0)
		close(source->fd);
	source->fd = -1;
}

int shim_fail(struct shim *shim, const char *code, const char *format, ...)
{
	va_list args;
	int n;

	if (shim->error[0])
		return -1;
	n = snprintf(shim->error, sizeof(shim->error), "%s: ", code);
	va_start(args, format);
	vsnprintf(shim->error + n, sizeof(shim->error) - (size_t)n, format, args);
	va_end(args);
	for (char *p = shim->error; *p; p++)
		if (*p == '\n')
			*p = ' ';
	return -1;
}

void shim_over(struct shim *shim, enum ec2_end end)
{
	if (shim->over)
		return;
	shim->over = true;
	shim->end = end;
}

static void on_signal(struct shim *shim, struct source *source, uint32_t events)
{
	struct signalfd_siginfo info;

	(void)events;
	while (read(source->fd, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo == SIGTERM)
			life_host_down(shim);
}

static int watch_signals(struct shim *shim)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	shim->signals = (struct source){signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), on_signal};
	return shim->signals.fd < 0 ? -errno : shim_watch(shim, &shim->signals, EPOLLIN);
}

static void loop(struct shim *shim)
{
	struct epoll_event events[EVENTS];

	while (!shim->over) {
		int n = epoll_wait(shim->epoll, events, EVENTS, life_timeout(shim));

		for (int i = 0; i < n && !shim->over; i++) {
			struct source *source = events[i].data.ptr;

			/* an earlier one of this batch may have closed it */
			if (source->fd >= 0)
				source->ready(shim, source, events[i].events);
		}
		if (!shim->over)
			life_timers(shim);
	}
}

static int start(struct shim *shim)
{
	int ret;

	shim->epoll = epoll_create1(EPOLL_CLOEXEC);
	ret = shim->epoll < 0 ? -errno : watch_signals(shim);
	if (ret)
		return shim_fail(shim, "Server.InternalError", "cannot set up the shim: %s",
				 strerror(-ret));
	if (record_load(shim) || machine_create(shim) || console_create(shim))
		return -1;
	return vmm_start(shim);
}

/*
 * The record goes first, while the lock is held and the instance still lives in the module. The
 * caller of a failed launch hears of it last, when it may try again.
 */
static void finish(struct shim *shim)
{
	vmm_kill(shim);
	if (!shim->host_down || !shim->started)
		record_ended(shim);
	console_destroy(shim);
	machine_release(shim);
	if (shim->ready_fd >= 0 && !shim->started) {
		size_t n = strlen(shim->error);

		shim->error[n] = '\n';
		(void)!write(shim->ready_fd, shim->error, n + 1);
	}
}

static int usage(void)
{
	fprintf(stderr,
		"usage: ec2-shim --state-dir DIR --run-dir DIR --lock-fd N --ready-fd N ID\n"
		"This program is started by libec2ctl, once per running instance.\n");
	return 2;
}

static int parse(struct shim *shim, int argc, char **argv)
{
	static const struct option options[] = {
		{"state-dir", required_argument, NULL, 's'},
		{"run-dir", required_argument, NULL, 'r'},
		{"lock-fd", required_argument, NULL, 'l'},
		{"ready-fd", required_argument, NULL, 'y'},
		{0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's':
			shim->state_dir = optarg;
			break;
		case 'r':
			shim->run_dir = optarg;
			break;
		case 'l':
			shim->lock_fd = atoi(optarg);
			break;
		case 'y':
			shim->ready_fd = atoi(optarg);
			break;
		default:
			return -1;
		}
	}
	if (optind != argc - 1 || !shim->state_dir || !shim->run_dir || shim->lock_fd < 3 ||
	    shim->ready_fd < 3)
		return -1;
	shim->id = argv[optind];
	/* it becomes part of paths */
	return strncmp(shim->id, "i-", 2) == 0 && !strchr(shim->id, '/') ? 0 : -1;
}

int main(int argc, char **argv)
{
	static struct shim shim = {
		.lock_fd = -1,
		.ready_fd = -1,
		.epoll = -1,
		.control = -1,
		.instance.fd = -1,
		.signals.fd = -1,
		.kernel_fd = -1,
		.initrd_fd = -1,
		.console = {.vmm.fd = -1, .listener.fd = -1, .log.fd = -1},
		.vmm = {.exit.fd = -1, .ready.fd = -1, .stderr_pipe.fd = -1},
	};

	if (parse(&shim, argc, argv))
		return usage();
	if (start(&shim))
		shim_over(&shim, EC2_END_LAUNCH_FAILED);
	loop(&shim);
	finish(&shim);
	return shim.end == EC2_END_LAUNCH_FAILED;
}
