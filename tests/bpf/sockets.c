// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Real sockets, each guest in a network namespace of its own, through the hooks:
 *
 *    guest A ── peer0 ═ nica ┐                        ┌ nicd ═ peer3 ── guest D
 *    guest B ── peer1 ═ nicb ┤ VPC 1   ·   VPC 2      ┤
 *    guest C ── peer2 ═ nicc ┘                        └ nice ═ peer4 ── guest E
 *
 * A and D are 10.0.0.10, B and E 10.0.0.11, C is 10.0.1.12. nic* have the hooks; nothing else joins them.
 */
#include "bpf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>

#define WAIT_MS 3000 /* for what must come */
#define QUIET_MS 150 /* for what must not */

static int home_ns, guest_ns[N_NICS];

static void enter(int ns)
{
	must(setns(ns, CLONE_NEWNET) == 0);
}

static int own_ns(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	must(fd >= 0);
	return fd;
}

static void guest_make(int i)
{
	const struct nic *nic = &nics[i];
	const uint8_t *m = nic->mac;

	must(unshare(CLONE_NEWNET) == 0);
	guest_ns[i] = own_ns();
	enter(home_ns);
	must(sh("ip link set peer%d netns /proc/%d/fd/%d", i, getpid(), guest_ns[i]));
	must(ec2_vpc_attach(vpc, nic->ifindex) == 0);
	enter(guest_ns[i]);
	must(sh("ip link set lo up; ip link set peer%d address %02x:%02x:%02x:%02x:%02x:%02x up && "
		"ip addr add 10.0.%u.%u/24 dev peer%d && ip route add default via 10.0.%u.1",
		i, m[0], m[1], m[2], m[3], m[4], m[5], nic->ip >> 8 & 255, nic->ip & 255, i, nic->ip >> 8 & 255));
	enter(home_ns);
}

/* A socket of a guest, bound to a port of its. @port: 0: any */
static int guest_socket(int nic, int type, uint16_t port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};
	int one = 1, fd;

	enter(guest_ns[nic]);
	fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	enter(home_ns);
	must(fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0);
	must(bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0);
	return fd;
}

static struct sockaddr_in address(int nic, uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(nics[nic].ip)};
}

static bool readable(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, ms) == 1;
}

/* Whether a datagram from one guest's new socket comes to a socket of another. */
static bool datagram(int from, int to, uint16_t port, int receiver, size_t size, int ms)
{
	static char out[8192], in[8192];
	struct sockaddr_in sin = address(to, port);
	int fd = guest_socket(from, SOCK_DGRAM, 0);
	bool came;

	memset(out, 'a' + from, size);
	must(sendto(fd, out, size, 0, (struct sockaddr *)&sin, sizeof(sin)) == (ssize_t)size);
	came = readable(receiver, ms) && recv(receiver, in, sizeof(in), 0) == (ssize_t)size &&
	       !memcmp(in, out, size);
	close(fd);
	return came;
}

/* A TCP connection from one guest. Return: the socket, -1: no answer */
static int connect_to(int from, int to, uint16_t port, int ms)
{
	struct sockaddr_in sin = address(to, port);
	int fd = guest_socket(from, SOCK_STREAM, 0), err = 0;
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	socklen_t size = sizeof(err);

	must(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) && errno == EINPROGRESS && poll(&p, 1, ms) == 1 &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size) == 0 && !err) {
		must(fcntl(fd, F_SETFL, 0) == 0);
		return fd;
	}
	close(fd);
	return -1;
}

static int listener(int nic, uint16_t port)
{
	int fd = guest_socket(nic, SOCK_STREAM, port);

	must(listen(fd, 8) == 0);
	return fd;
}

#define UDP_OPEN(port) {.protocol = 17, .from_port = (port), .to_port = (port), .prefix = {htonl(0x0a000000)}, .prefix_len = 8}
#define TCP_FROM_VPC(port) {.protocol = 6, .from_port = (port), .to_port = (port), .prefix = {htonl(0x0a000000)}, .prefix_len = 8}

/* ---- two VPCs with the same addresses; groups that refer to groups ---- */
static void isolation(void)
{
	int b = guest_socket(B, SOCK_DGRAM, 53), e = guest_socket(E, SOCK_DGRAM, 53);

	policy_set(2, RULES(UDP_OPEN(53)), NO_RULES);
	policy_set(5, RULES(UDP_OPEN(53)), NO_RULES);
	ok(datagram(A, B, 53, b, 100, WAIT_MS), "A's datagram to 10.0.0.11 comes to B");
	ok(!readable(e, QUIET_MS), "and not to E, which has the same address in the other VPC");
	ok(datagram(D, E, 53, e, 100, WAIT_MS), "D's datagram to 10.0.0.11 comes to E");
	ok(!readable(b, QUIET_MS), "and not to B");
	ok(datagram(C, B, 53, b, 100, WAIT_MS), "C's comes to B from another subnet");
	policy_set(2, RULES({.protocol = -1, .from_port = -1, .to_port = -1, .group = 101}), NO_RULES);
	ok(datagram(A, B, 53, b, 100, WAIT_MS), "B takes what members of A's group send");
	ok(!datagram(C, B, 53, b, 100, QUIET_MS), "and not what C sends");
	close(b);
	close(e);
}

static void fragments(void)
{
	int b = guest_socket(B, SOCK_DGRAM, 53);

	policy_set(2, RULES(UDP_OPEN(53)), NO_RULES);
	ok(datagram(A, B, 53, b, 5000, WAIT_MS), "a datagram of 4 fragments comes whole");
	close(b);
	b = guest_socket(B, SOCK_DGRAM, 54);
	ok(!datagram(A, B, 54, b, 5000, QUIET_MS), "and not to a port that is not open");
	close(b);
}

/* Nothing is let in to A, but the error about what it sent. */
static void icmp_error(void)
{
	struct sockaddr_in sin = address(B, 99);
	int fd = guest_socket(A, SOCK_DGRAM, 0);
	char byte = 0;
	int ret;

	policy_set(1, NO_RULES, RULES(ANY));
	policy_set(2, RULES(UDP_OPEN(99)), NO_RULES);
	must(connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0 && send(fd, &byte, 1, 0) == 1);
	ret = readable(fd, WAIT_MS) ? (int)recv(fd, &byte, 1, MSG_DONTWAIT) : 0;
	ok(ret == -1 && errno == ECONNREFUSED, "port unreachable comes back, out of B where no rule lets anything out");
	close(fd);
}

/* ---- a connection, and its rule taken away ---- */
static bool exchange(int from, int to, char byte)
{
	char got = 0;

	return send(from, &byte, 1, MSG_NOSIGNAL) == 1 && readable(to, WAIT_MS) && recv(to, &got, 1, 0) == 1 && got == byte;
}

/* Many segments, large ones: whether all bytes come. */
static bool stream(int from, int to, size_t size)
{
	static char buffer[65536];
	size_t got = 0;
	pid_t child = fork();

	must(child >= 0);
	if (!child) {
		for (size_t sent = 0; sent < size; sent += sizeof(buffer))
			if (send(from, buffer, sizeof(buffer), MSG_NOSIGNAL) != sizeof(buffer))
				_exit(1);
		_exit(0);
	}
	while (got < size && readable(to, WAIT_MS)) {
		ssize_t n = recv(to, buffer, sizeof(buffer), 0);

		if (n <= 0)
			break;
		got += n;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return got == size;
}

static void connection(void)
{
	int server = listener(B, 22), client, accepted;

	policy_set(2, RULES(TCP_FROM_VPC(22)), NO_RULES);
	client = connect_to(A, B, 22, WAIT_MS);
	if (!ok(client >= 0, "a connection that the rules allow"))
		return;
	accepted = accept(server, NULL, NULL);
	ok(accepted >= 0 && exchange(client, accepted, 'x') && exchange(accepted, client, 'y'), "a byte each way");
	ok(stream(client, accepted, 16 << 20), "16 MiB, in large segments");
	policy_set(2, NO_RULES, NO_RULES);
	ok(exchange(client, accepted, 'x') && exchange(accepted, client, 'y'), "it lives on when its rule is gone");
	ok(connect_to(A, B, 22, 500) < 0, "a new one does not come to be");
	close(client);
	close(accepted);
	close(server);
}

/* ---- spoofing, with raw frames ---- */
static void send_raw(int nic, const uint8_t *frame, size_t len)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_halen = 6};
	int fd;

	enter(guest_ns[nic]);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	must(fd >= 0);
	to.sll_ifindex = if_nametoindex((char[]){'p', 'e', 'e', 'r', '0' + nic, 0});
	must(sendto(fd, frame, len, 0, (struct sockaddr *)&to, sizeof(to)) == (ssize_t)len);
	close(fd);
	enter(home_ns);
}

static uint64_t dropped(int nic, unsigned int reason)
{
	uint64_t drops[EC2_N_DROPS];

	must(ec2_vpc_get_drops(vpc, nics[nic].ifindex, drops) == 0);
	return drops[reason];
}

static void spoofing(void)
{
	struct spec good = {.smac = nics[A].mac, .src = nics[A].ip, .dst = nics[B].ip, .proto = 17, .sport = 9, .dport = 53,
			    .payload = 4};
	int b = guest_socket(B, SOCK_DGRAM, 53);
	uint8_t frame[MAX_PACKET];
	struct spec s = good;
	uint64_t before;

	policy_set(2, RULES(UDP_OPEN(53)), NO_RULES);
	send_raw(A, frame, build_frame(frame, &good));
	ok(readable(b, WAIT_MS), "A's own frame comes");
	recv(b, frame, sizeof(frame), 0);
	before = dropped(A, EC2_DROP_SPOOFED_IP);
	s.src = nics[C].ip;
	send_raw(A, frame, build_frame(frame, &s));
	ok(!readable(b, QUIET_MS) && dropped(A, EC2_DROP_SPOOFED_IP) == before + 1, "C's address from A does not");
	s = good;
	s.smac = nics[C].mac;
	before = dropped(A, EC2_DROP_SPOOFED_MAC);
	send_raw(A, frame, build_frame(frame, &s));
	ok(!readable(b, QUIET_MS) && dropped(A, EC2_DROP_SPOOFED_MAC) == before + 1, "C's MAC from A does not");
	before = dropped(A, EC2_DROP_SPOOFED_ARP);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, nics[A].mac, 6);
	memcpy(frame + 12, "\x08\x06\x00\x01\x08\x00\x06\x04\x00\x02", 10);
	memcpy(frame + 22, nics[A].mac, 6);
	memcpy(frame + 28, "\x0a\x00\x00\x01", 4);
	send_raw(A, frame, 42);
	usleep(20000);
	ok(dropped(A, EC2_DROP_SPOOFED_ARP) == before + 1, "the router's address in A's ARP does not");
	close(b);
}

/* ---- fail closed ---- */
static void fail_closed(void)
{
	int b = guest_socket(B, SOCK_DGRAM, 53), slots = bpf_obj_get(EC2_VPC_PINS "/slots");
	int programs[] = {from_guest_fd, to_guest_fd};
	static const char *const names[] = {"from a guest", "to a guest"};

	must(slots >= 0);
	for (uint32_t slot = 0; slot < EC2_N_SLOTS; slot++) {
		must(bpf_map_delete_elem(slots, &slot) == 0);
		ok(!datagram(A, B, 53, b, 9, QUIET_MS), "the slot of programs %s is empty: nothing passes", names[slot]);
		must(bpf_map_update_elem(slots, &slot, &programs[slot], BPF_ANY) == 0);
		ok(datagram(A, B, 53, b, 9, WAIT_MS), "it is filled: all hooks have it");
	}
	must(sh("tc filter del dev nica ingress prio 1"));
	ok(!datagram(A, B, 53, b, 9, QUIET_MS), "the hook from A is gone: nothing passes");
	must(sh("tc filter del dev nicb egress prio 1"));
	must(ec2_vpc_attach(vpc, nics[A].ifindex) == 0);
	ok(!datagram(A, B, 53, b, 9, QUIET_MS), "the hook to B is gone: nothing passes");
	must(ec2_vpc_attach(vpc, nics[B].ifindex) == 0);
	ok(datagram(A, B, 53, b, 9, WAIT_MS), "both are back");
	must(ec2_vpc_delete_eni(vpc, nics[B].ifindex) == 0);
	ok(!datagram(A, B, 53, b, 9, QUIET_MS), "B is not known: nothing passes");
	must(ec2_vpc_set_eni(vpc, &nics[B].eni) == 0);
	ok(datagram(A, B, 53, b, 9, WAIT_MS), "B is known again");
	close(slots);
	close(b);
}

/* ---- edits under traffic ---- */
#define EDITS 200

/* From few rules to many and back, of which one is always the same, by a handle of its own. */
static void edit_on(void)
{
	static struct ec2_policy_rule many[300];
	struct ec2_policy_rules sizes[2] = {{many, 1}, {many, 300}};
	struct ec2_vpc_card *own;

	for (int i = 0; i < 300; i++)
		many[i] = (struct ec2_policy_rule){.protocol = 17, .from_port = 1000 + 7 * i, .to_port = 1003 + 7 * i,
						   .prefix = {htonl(0xc0000000 + 300u * i)}, .prefix_len = 24 + i % 9};
	many[0] = (struct ec2_policy_rule)UDP_OPEN(53);
	if (ec2_vpc_open(&own, NULL))
		_exit(1);
	for (int i = 0; i < EDITS; i++)
		if (ec2_vpc_set_policy(own, 2, &sizes[i % 2], NO_RULES, NULL, 0))
			_exit(2);
	ec2_vpc_close(own);
	_exit(0);
}

static void edits(void)
{
	int open = guest_socket(B, SOCK_DGRAM, 53), closed = guest_socket(B, SOCK_DGRAM, 54), status = -1;
	unsigned int sent = 0, lost = 0, leaked = 0;
	pid_t child = fork();

	must(child >= 0);
	if (!child)
		edit_on();
	/* every datagram is a new flow, which the rules decide */
	while (waitpid(child, &status, WNOHANG) == 0) {
		struct sockaddr_in sin = address(B, 54);
		int fd = guest_socket(A, SOCK_DGRAM, 0);

		must(sendto(fd, "x", 1, 0, (struct sockaddr *)&sin, sizeof(sin)) == 1);
		close(fd);
		lost += !datagram(A, B, 53, open, 9, WAIT_MS);
		leaked += readable(closed, 0);
		sent++;
	}
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0 && sent > EDITS / 10 && !lost && !leaked,
	   "%d edits while %u datagrams went to an open and to a closed port: %u lost, %u leaked", EDITS, sent, lost, leaked);
	close(open);
	close(closed);
}

/* A kill during an edit: the rule that both versions have holds, and no other. */
static void kills(void)
{
	int open = guest_socket(B, SOCK_DGRAM, 53), closed = guest_socket(B, SOCK_DGRAM, 54);
	unsigned int bad = 0;

	for (int i = 0; i < 20; i++) {
		pid_t child = fork();

		must(child >= 0);
		if (!child)
			edit_on();
		usleep(5000 + 1700 * i);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		bad += !datagram(A, B, 53, open, 9, WAIT_MS) || datagram(A, B, 54, closed, 9, 20);
	}
	ok(!bad, "20 kills during edits: %u left other rules than the old or the new", bad);
	policy_set(2, RULES(UDP_OPEN(53)), NO_RULES);
	ok(datagram(A, B, 53, open, 9, WAIT_MS), "the next edit is as good as ever");
	close(open);
	close(closed);
}

void test_sockets(void)
{
	home_ns = own_ns();
	forget_flows();
	for (int i = 0; i < N_NICS; i++) {
		guest_make(i);
		nic_set(i, i + 1);
		policy_set(i + 1, NO_RULES, RULES(ANY));
	}
	isolation();
	fragments();
	icmp_error();
	connection();
	spoofing();
	fail_closed();
	edits();
	kills();
}
