// SPDX-License-Identifier: LGPL-2.1-or-later
/* The small guest's network: see tinyguest.c for the commands. */
#include "tinyguest.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINK "eth0"
#define TEST_TYPE 0x88b5 /* IEEE's for local experiments */
#define WAIT_MS 4000

static int request(unsigned long number, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret = ioctl(fd, number, ifr) < 0 ? -errno : 0;

	close(fd);
	return ret;
}

static struct ifreq for_link(void)
{
	struct ifreq ifr = {0};

	strcpy(ifr.ifr_name, LINK);
	return ifr;
}

static int switch_link(bool on)
{
	struct ifreq ifr = for_link();
	int ret = request(SIOCGIFFLAGS, &ifr);

	if (ret)
		return ret;
	if (on)
		ifr.ifr_flags |= IFF_UP;
	else
		ifr.ifr_flags &= (short)~IFF_UP;
	return request(SIOCSIFFLAGS, &ifr);
}

static int ethtool(void *command)
{
	struct ifreq ifr = for_link();

	ifr.ifr_data = command;
	return request(SIOCETHTOOL, &ifr);
}

static int number_in(const char *file)
{
	char path[96], text[16] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/class/net/" LINK "/%s", file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(fd);
	return text[0] ? atoi(text) : -1;
}

static int show(const char *line)
{
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
	struct ifreq ifr = for_link();
	int ret = switch_link(true), i;
	const uint8_t *mac = (const uint8_t *)ifr.ifr_hwaddr.sa_data;

	(void)line;
	if (!ret)
		ret = request(SIOCGIFHWADDR, &ifr);
	if (!ret)
		ret = ethtool(&channels);
	if (ret)
		return ret;
	/* the carrier comes by a work item */
	for (i = 0; i < 20 && number_in("carrier") != 1; i++)
		usleep(100000);
	say("ok net %02x:%02x:%02x:%02x:%02x:%02x mtu=%d carrier=%d queues=%u of %u", mac[0],
	    mac[1], mac[2], mac[3], mac[4], mac[5], number_in("mtu"), number_in("carrier"),
	    channels.combined_count, channels.max_combined);
	return 0;
}

static int set_address(const char *line)
{
	struct ifreq ifr = for_link();
	struct sockaddr_in *address = (struct sockaddr_in *)&ifr.ifr_addr;
	char text[32];
	int ret;

	if (sscanf(line, "%*s %31s", text) != 1)
		return -EINVAL;
	address->sin_family = AF_INET;
	if (inet_pton(AF_INET, text, &address->sin_addr) != 1)
		return -EINVAL;
	ret = request(SIOCSIFADDR, &ifr);
	address->sin_addr.s_addr = htonl(0xffffff00);
	if (!ret)
		ret = request(SIOCSIFNETMASK, &ifr);
	if (!ret)
		ret = switch_link(true);
	if (!ret)
		say("ok address %s", text);
	return ret;
}

static uint16_t checksum(const void *data, size_t words)
{
	const uint16_t *word = data;
	uint32_t sum = 0;

	while (words--)
		sum += *word++;
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~(sum + (sum >> 16));
}

static int await_reply(int fd, uint16_t id, int deadline_ms)
{
	struct {
		struct iphdr ip;
		struct icmphdr icmp;
		uint8_t rest[1024];
	} reply;

	while (deadline_ms > 0) {
		struct pollfd pfd = {.fd = fd, .events = POLLIN};

		if (poll(&pfd, 1, 200) > 0 && recv(fd, &reply, sizeof(reply), 0) > 0 &&
		    reply.icmp.type == ICMP_ECHOREPLY && reply.icmp.un.echo.id == id)
			return 0;
		deadline_ms -= 200;
	}
	return -ETIMEDOUT;
}

static int ping(const char *line)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	struct {
		struct icmphdr head;
		uint8_t data[56];
	} echo = {.head = {.type = ICMP_ECHO}};
	char text[32];
	static uint16_t id = 0x7e00; /* each ping is a flow of its own */
	int fd, tries, ret = -ETIMEDOUT;

	if (sscanf(line, "%*s %31s", text) != 1 || inet_pton(AF_INET, text, &to.sin_addr) != 1)
		return -EINVAL;
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (fd < 0)
		return -errno;
	echo.head.un.echo.id = htons(++id);
	for (tries = 0; ret && tries < 3; tries++) {
		echo.head.un.echo.sequence = htons((uint16_t)tries);
		echo.head.checksum = 0;
		echo.head.checksum = checksum(&echo, sizeof(echo) / 2);
		if (sendto(fd, &echo, sizeof(echo), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
			ret = -errno;
		else
			ret = await_reply(fd, echo.head.un.echo.id, WAIT_MS / 2);
	}
	close(fd);
	if (!ret)
		say("ok ping %s", text);
	return ret;
}

/* An address that is not the guest's own, in its own frames. */
static int spoof(const char *line)
{
	struct {
		struct iphdr ip;
		struct icmphdr icmp;
	} packet = {
		.ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_ICMP},
		.icmp = {.type = ICMP_ECHO},
	};
	struct sockaddr_in to = {.sin_family = AF_INET};
	char from_text[32], to_text[32];
	int fd, ret = 0;

	if (sscanf(line, "%*s %31s %31s", from_text, to_text) != 2 ||
	    inet_pton(AF_INET, from_text, &packet.ip.saddr) != 1 ||
	    inet_pton(AF_INET, to_text, &to.sin_addr) != 1)
		return -EINVAL;
	packet.ip.daddr = to.sin_addr.s_addr;
	packet.icmp.checksum = checksum(&packet.icmp, sizeof(packet.icmp) / 2);
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		return -errno;
	if (sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		ret = -errno;
	close(fd);
	if (!ret)
		say("ok spoof %s", from_text);
	return ret;
}

/* ---- raw frames ---- */

static int open_raw(struct sockaddr_ll *address)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(TEST_TYPE));

	*address = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_protocol = htons(TEST_TYPE),
		.sll_ifindex = (int)if_nametoindex(LINK),
		.sll_halen = 6,
		.sll_addr = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	};
	if (fd < 0 || bind(fd, (struct sockaddr *)address, sizeof(*address)) < 0) {
		int ret = -errno;

		close(fd);
		return ret;
	}
	return fd;
}

static int send_text(int fd, const struct sockaddr_ll *to, const char *text)
{
	char frame[64] = "";

	snprintf(frame, sizeof(frame), "%s", text);
	return sendto(fd, frame, sizeof(frame), 0, (const struct sockaddr *)to, sizeof(*to)) < 0
		       ? -errno
		       : 0;
}

static int send_frame(const char *line)
{
	struct sockaddr_ll to;
	char text[48] = "";
	int ret = switch_link(true), fd;

	sscanf(line, "%*s %47s", text);
	fd = ret ? ret : open_raw(&to);
	if (fd < 0)
		return fd;
	ret = send_text(fd, &to, text);
	close(fd);
	if (!ret)
		say("ok send %s", text);
	return ret;
}

/* Says when it listens, so that the other side does not send before. */
static int receive_frame(const char *line)
{
	struct sockaddr_ll from;
	char text[128] = "";
	struct pollfd pfd = {.events = POLLIN};
	int seconds = 5, ret = switch_link(true);

	sscanf(line, "%*s %d", &seconds);
	pfd.fd = ret ? ret : open_raw(&from);
	if (pfd.fd < 0)
		return pfd.fd;
	say("listening");
	if (poll(&pfd, 1, seconds * 1000) <= 0 || recv(pfd.fd, text, sizeof(text) - 1, 0) <= 0)
		ret = -ETIMEDOUT;
	close(pfd.fd);
	if (!ret)
		say("ok receive %s", text);
	return ret;
}

/* ---- queues ---- */

static int set_channels(const char *line)
{
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
	int ret = ethtool(&channels);

	channels.cmd = ETHTOOL_SCHANNELS;
	if (sscanf(line, "%*s %u", &channels.combined_count) != 1)
		return -EINVAL;
	if (!ret)
		ret = ethtool(&channels);
	if (!ret)
		say("ok channels %u", channels.combined_count);
	return ret;
}

#define MAX_STATS 256
struct stats {
	uint32_t n;
	struct ethtool_gstrings head;
	char names[MAX_STATS * ETH_GSTRING_LEN];
	struct ethtool_stats values_head;
	uint64_t values[MAX_STATS];
};

static int get_stats(struct stats *stats)
{
	static struct {
		struct ethtool_sset_info info;
		uint32_t n;
	} set;
	int ret;

	set.info = (struct ethtool_sset_info){.cmd = ETHTOOL_GSSET_INFO,
					      .sset_mask = 1ULL << ETH_SS_STATS};
	ret = ethtool(&set);
	stats->n = set.info.data[0];
	if (!ret && stats->n > MAX_STATS)
		ret = -E2BIG;
	stats->head = (struct ethtool_gstrings){ETHTOOL_GSTRINGS, ETH_SS_STATS, stats->n};
	if (!ret)
		ret = ethtool(&stats->head);
	stats->values_head = (struct ethtool_stats){ETHTOOL_GSTATS, stats->n};
	return ret ? ret : ethtool(&stats->values_head);
}

/* How many queues have transmitted anything. */
static int count_used(unsigned int *used)
{
	static struct stats stats;
	uint32_t i;
	int ret = get_stats(&stats);

	*used = 0;
	for (i = 0; !ret && i < stats.n; i++) {
		const char *name = stats.names + i * ETH_GSTRING_LEN;
		unsigned int queue;
		int end = 0;

		sscanf(name, "tx_queue_%u_packets%n", &queue, &end);
		if (end && !name[end] && stats.values[i])
			(*used)++;
	}
	return ret;
}

/* A frame from each processor, and so by each queue. */
static int spread(const char *line)
{
	long cpu, cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct sockaddr_ll to;
	unsigned int used = 0;
	cpu_set_t set, before;
	int ret = switch_link(true), fd;

	(void)line;
	fd = ret ? ret : open_raw(&to);
	if (fd < 0)
		return fd;
	sched_getaffinity(0, sizeof(before), &before);
	for (cpu = 0; !ret && cpu < cpus; cpu++) {
		CPU_ZERO(&set);
		CPU_SET((size_t)cpu, &set);
		ret = sched_setaffinity(0, sizeof(set), &set) ? -errno
							      : send_text(fd, &to, "spread");
	}
	sched_setaffinity(0, sizeof(before), &before);
	close(fd);
	if (!ret)
		ret = count_used(&used);
	if (!ret)
		say("ok spread %u", used);
	return ret;
}

/* ---- the driver ---- */

static int write_name(const char *file, const char *name)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	int ret = fd < 0 || write(fd, name, strlen(name)) < 0 ? -errno : 0;

	close(fd);
	return ret;
}

/* Away with the driver and back with it: the device is reset. */
static int rebind(const char *line)
{
	char path[256] = "", *name;
	int ret;

	(void)line;
	if (readlink("/sys/class/net/" LINK "/device", path, sizeof(path) - 1) < 0)
		return -errno;
	name = strrchr(path, '/');
	name = name ? name + 1 : path;
	ret = write_name("/sys/bus/virtio/drivers/virtio_net/unbind", name);
	if (!ret)
		ret = write_name("/sys/bus/virtio/drivers/virtio_net/bind", name);
	if (!ret)
		say("ok rebind %s", name);
	return ret;
}

/* ---- bulk ---- */

static int move_all(int fd, uint8_t *bytes, size_t n, bool out)
{
	while (n) {
		ssize_t moved = out ? send(fd, bytes, n, MSG_NOSIGNAL) : recv(fd, bytes, n, 0);

		if (moved <= 0)
			return moved ? -errno : -ECONNRESET;
		bytes += moved;
		n -= (size_t)moved;
	}
	return 0;
}

/* To a server that gives back what it got, when it has all. */
static int tcp(const char *line)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	const struct timeval limit = {.tv_sec = 30};
	uint8_t *bytes, *back;
	size_t i, n, mib = 1;
	unsigned int port;
	char text[32];
	int fd, ret;

	if (sscanf(line, "%*s %31s %u %zu", text, &port, &mib) != 3 || mib > 16 ||
	    inet_pton(AF_INET, text, &to.sin_addr) != 1)
		return -EINVAL;
	to.sin_port = htons((uint16_t)port);
	n = mib << 20;
	bytes = malloc(2 * n);
	if (!bytes)
		return -ENOMEM;
	back = bytes + n;
	for (i = 0; i < n; i++)
		bytes[i] = (uint8_t)(i * 31 + (i >> 8) * 7 + (i >> 16));
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	ret = connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ? -errno : 0;
	if (!ret)
		ret = move_all(fd, bytes, n, true);
	if (!ret)
		ret = shutdown(fd, SHUT_WR) < 0 ? -errno : move_all(fd, back, n, false);
	close(fd);
	if (!ret)
		ret = memcmp(bytes, back, n) ? -EBADMSG : 0;
	free(bytes);
	if (!ret)
		say("ok tcp %zu", mib);
	return ret;
}

/* ---- DHCP (RFC 2131) ---- */

#define DHCP_MAGIC 0x63825363
enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK };

struct dhcp {
	uint8_t op, htype, hlen, hops;
	uint32_t xid;
	uint16_t secs, flags;
	uint32_t ciaddr, yiaddr, siaddr, giaddr;
	uint8_t chaddr[16], sname[64], file[128];
	uint32_t magic;
	uint8_t options[312];
};

struct lease {
	uint32_t address, mask, router, server;
	uint16_t mtu;
	uint8_t type;
};

/* Broadcasts leave by the link, before it has an address. */
static int dhcp_socket(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(68)};
	const int on = 1;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, LINK, sizeof(LINK)) ||
	    bind(fd, (struct sockaddr *)&any, sizeof(any))) {
		int ret = -errno;

		close(fd);
		return ret;
	}
	return fd;
}

static uint8_t *put_option(uint8_t *o, uint8_t code, const void *value, uint8_t size)
{
	*o++ = code;
	*o++ = size;
	memcpy(o, value, size);
	return o + size;
}

static int dhcp_send(int fd, uint8_t type, const uint8_t *mac, const struct lease *lease)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(67),
				 .sin_addr.s_addr = INADDR_BROADCAST};
	/* the answer is broadcast too: the kernel takes no packet for an address that it has not */
	struct dhcp message = {.op = 1,
			       .htype = 1,
			       .hlen = 6,
			       .xid = htonl(0x7e57),
			       .flags = htons(0x8000),
			       .magic = htonl(DHCP_MAGIC)};
	uint8_t *o = put_option(message.options, 53, &type, 1);

	memcpy(message.chaddr, mac, 6);
	if (type == REQUEST) {
		o = put_option(o, 50, &lease->address, 4);
		o = put_option(o, 54, &lease->server, 4);
	}
	*o = 255;
	return sendto(fd, &message, sizeof(message), 0, (struct sockaddr *)&to, sizeof(to)) < 0
		       ? -errno
		       : 0;
}

static void take_options(const uint8_t *o, const uint8_t *end, struct lease *lease)
{
	const struct {
		uint8_t code, size;
		void *to;
	} known[] = {
		{53, 1, &lease->type},	 {54, 4, &lease->server}, {1, 4, &lease->mask},
		{3, 4, &lease->router}, {26, 2, &lease->mtu},
	};
	size_t i;

	while (o + 1 < end && *o != 255) {
		if (!*o) {
			o++;
			continue;
		}
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (o[0] == known[i].code && o[1] == known[i].size && o + 2 + o[1] <= end)
				memcpy(known[i].to, o + 2, o[1]);
		o += 2 + o[1];
	}
	lease->mtu = ntohs(lease->mtu);
}

static int dhcp_await(int fd, uint8_t type, struct lease *lease)
{
	struct dhcp message;
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	ssize_t n;

	if (poll(&pfd, 1, WAIT_MS) <= 0)
		return -ETIMEDOUT;
	n = recv(fd, &message, sizeof(message), 0);
	if (n < (ssize_t)offsetof(struct dhcp, options) || message.op != 2 ||
	    message.xid != htonl(0x7e57) || message.magic != htonl(DHCP_MAGIC))
		return -EBADMSG;
	memset(lease, 0, sizeof(*lease));
	lease->address = message.yiaddr;
	take_options(message.options, (const uint8_t *)&message + n, lease);
	return lease->type == type ? 0 : -EPROTO;
}

static int add_gateway(uint32_t router)
{
	struct rtentry route = {.rt_flags = RTF_UP | RTF_GATEWAY};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	((struct sockaddr_in *)&route.rt_dst)->sin_family = AF_INET;
	((struct sockaddr_in *)&route.rt_genmask)->sin_family = AF_INET;
	((struct sockaddr_in *)&route.rt_gateway)->sin_family = AF_INET;
	((struct sockaddr_in *)&route.rt_gateway)->sin_addr.s_addr = router;
	ret = ioctl(fd, SIOCADDRT, &route) < 0 && errno != EEXIST ? -errno : 0;
	close(fd);
	return ret;
}

static int take_lease(const struct lease *lease)
{
	struct ifreq ifr = for_link();
	struct sockaddr_in *address = (struct sockaddr_in *)&ifr.ifr_addr;
	int ret;

	address->sin_family = AF_INET;
	address->sin_addr.s_addr = lease->address;
	ret = request(SIOCSIFADDR, &ifr);
	address->sin_addr.s_addr = lease->mask;
	if (!ret)
		ret = request(SIOCSIFNETMASK, &ifr);
	return ret ? ret : add_gateway(lease->router);
}

static int dhcp(const char *line)
{
	struct ifreq ifr = for_link();
	const uint8_t *mac = (const uint8_t *)ifr.ifr_hwaddr.sa_data;
	char address[INET_ADDRSTRLEN], router[INET_ADDRSTRLEN];
	struct lease lease = {0};
	int ret = switch_link(true), fd, i;

	(void)line;
	for (i = 0; i < 20 && number_in("carrier") != 1; i++)
		usleep(100000);
	if (!ret)
		ret = request(SIOCGIFHWADDR, &ifr);
	fd = ret ? ret : dhcp_socket();
	if (fd < 0)
		return fd;
	ret = dhcp_send(fd, DISCOVER, mac, &lease);
	if (!ret)
		ret = dhcp_await(fd, OFFER, &lease);
	if (!ret)
		ret = dhcp_send(fd, REQUEST, mac, &lease);
	if (!ret)
		ret = dhcp_await(fd, ACK, &lease);
	close(fd);
	if (!ret)
		ret = take_lease(&lease);
	if (ret)
		return ret;
	inet_ntop(AF_INET, &lease.address, address, sizeof(address));
	inet_ntop(AF_INET, &lease.router, router, sizeof(router));
	say("ok dhcp %s/%d router %s mtu %u", address, __builtin_popcount(lease.mask), router,
	    lease.mtu);
	return 0;
}

bool obey_network(const char *line)
{
	static const struct {
		const char *verb;
		int (*fn)(const char *line);
	} verbs[] = {
		{"net", show},	      {"address", set_address},	  {"ping", ping},
		{"dhcp", dhcp},	      {"spoof", spoof},
		{"send", send_frame}, {"receive", receive_frame}, {"channels", set_channels},
		{"spread", spread},   {"rebind", rebind},	  {"tcp", tcp},
	};
	char verb[16] = "";
	size_t i;
	int ret;

	sscanf(line, "%15s", verb);
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verb, verbs[i].verb))
			continue;
		ret = verbs[i].fn(line);
		if (ret)
			say("error %s: %s", verb, strerror(-ret));
		return true;
	}
	return false;
}
