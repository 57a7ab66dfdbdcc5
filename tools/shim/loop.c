// SPDX-License-Identifier: LGPL-2.1-or-later
/* The shim's one thread: what it waits for, its signals, and how it comes to its end. */
#include "shim.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
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

int shim_watch_signals(struct shim *shim)
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

void shim_loop(struct shim *shim)
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
