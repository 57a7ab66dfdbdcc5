// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "console.h"
#include "vmm.h"

#define OUT_SIZE 4096
#define SEND_AT 256
#define SEND_AFTER_NS 2000000

static int sock = -1, timer = -1;
static uint8_t out[OUT_SIZE];
static size_t out_length;
static bool stuck; /* the socket takes no more: wait for POLLOUT */
static bool closed; /* the other end is gone: nobody will read or write */

void console_create(int fd)
{
	int type;
	socklen_t length = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0 || type != SOCK_STREAM)
		die("--console-fd is not a stream socket");
	sock = fd;
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (timer < 0)
		die("timerfd: %s", strerror(errno));
}

void console_send(void)
{
	ssize_t sent;

	stuck = false;
	while (out_length) {
		sent = send(sock, out, out_length, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN) {
			stuck = true;
			return;
		}
		if (sent < 0) {
			closed = true;
			out_length = 0;
			return;
		}
		out_length -= (size_t)sent;
		memmove(out, out + sent, out_length);
	}
}

static void start_timer(void)
{
	const struct itimerspec soon = {.it_value.tv_nsec = SEND_AFTER_NS};

	timerfd_settime(timer, 0, &soon, NULL);
}

void console_put(uint8_t byte)
{
	/* a guest that does not heed "transmitter not empty" loses bytes, as on a real line */
	if (closed || out_length == OUT_SIZE)
		return;
	out[out_length++] = byte;
	if (stuck)
		return;
	if (byte == '\n' || out_length >= SEND_AT)
		console_send();
	else if (out_length == 1)
		start_timer();
}

bool console_full(void)
{
	return out_length == OUT_SIZE;
}

size_t console_get(uint8_t *bytes, size_t n)
{
	ssize_t got = recv(sock, bytes, n, MSG_DONTWAIT);

	if (got > 0)
		return (size_t)got;
	if (got == 0 || (errno != EAGAIN && errno != EINTR))
		closed = true;
	return 0;
}

int console_fd(void)
{
	return closed ? -1 : sock;
}

short console_wants(bool input)
{
	return (short)((input ? POLLIN : 0) | (stuck ? POLLOUT : 0));
}

int console_timer(void)
{
	return timer;
}
