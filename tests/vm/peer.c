// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * tests/vm/peer: the other side of a guest's network, for net.test. Runs in the taps' namespace.
 *
 *   see LINK TEXT SECONDS   until a raw frame with that text has come in by the link; says "listening" first
 *   send LINK TEXT          such a frame, out by the link
 *   echo PORT               one connection's bytes are given back when all have come
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TEST_TYPE 0x88b5
#define MOST (16u << 20)

static int failed(const char *what)
{
	fprintf(stderr, "peer: %s: %s\n", what, strerror(errno));
	return 1;
}

static int open_link(const char *name, struct sockaddr_ll *address)
{
	/* ETH_P_ALL, to be before the filters */
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(0x0003));

	*address = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_protocol = htons(0x0003),
		.sll_ifindex = (int)if_nametoindex(name),
		.sll_halen = 6,
		.sll_addr = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	};
	if (fd >= 0 && bind(fd, (struct sockaddr *)address, sizeof(*address)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int see(const char *name, const char *text, int seconds)
{
	struct sockaddr_ll address;
	time_t end = time(NULL) + seconds;
	char frame[2048];
	int fd = open_link(name, &address);

	if (fd < 0)
		return failed(name);
	puts("listening");
	fflush(stdout);
	while (time(NULL) <= end) {
		struct pollfd pfd = {.fd = fd, .events = POLLIN};
		struct sockaddr_ll from = {0};
		socklen_t length = sizeof(from);
		ssize_t n;

		if (poll(&pfd, 1, 500) <= 0)
			continue;
		n = recvfrom(fd, frame, sizeof(frame) - 1, 0, (struct sockaddr *)&from, &length);
		if (n <= 0)
			continue;
		frame[n] = 0;
		if (from.sll_pkttype != PACKET_OUTGOING && from.sll_protocol == htons(TEST_TYPE) &&
		    !strcmp(frame, text)) {
			printf("seen from %02x:%02x:%02x:%02x:%02x:%02x\n", from.sll_addr[0],
			       from.sll_addr[1], from.sll_addr[2], from.sll_addr[3],
			       from.sll_addr[4], from.sll_addr[5]);
			return 0;
		}
	}
	fprintf(stderr, "peer: no frame says %s\n", text);
	return 1;
}

static int send_text(const char *name, const char *text)
{
	struct sockaddr_ll to;
	char frame[64] = "";
	int fd = open_link(name, &to);

	if (fd < 0)
		return failed(name);
	to.sll_protocol = htons(TEST_TYPE);
	snprintf(frame, sizeof(frame), "%s", text);
	return sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) < 0
		       ? failed("send")
		       : 0;
}

static int echo(int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, fd;
	char *bytes = malloc(MOST);
	size_t n = 0, sent = 0;
	ssize_t moved;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (!bytes || bind(listener, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(listener, 1) < 0)
		return failed("listen");
	puts("listening");
	fflush(stdout);
	fd = accept(listener, NULL, NULL);
	while (fd >= 0 && n < MOST && (moved = recv(fd, bytes + n, MOST - n, 0)) > 0)
		n += (size_t)moved;
	while (sent < n && (moved = send(fd, bytes + sent, n - sent, MSG_NOSIGNAL)) > 0)
		sent += (size_t)moved;
	return sent < n || fd < 0 ? failed("echo") : 0;
}

int main(int argc, char **argv)
{
	alarm(120);
	if (argc == 5 && !strcmp(argv[1], "see"))
		return see(argv[2], argv[3], atoi(argv[4]));
	if (argc == 4 && !strcmp(argv[1], "send"))
		return send_text(argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "echo"))
		return echo(atoi(argv[2]));
	fprintf(stderr, "usage: peer see LINK TEXT SECONDS | send LINK TEXT | echo PORT\n");
	return 2;
}
