// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bpf.h"

#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

uint16_t internet_checksum(const void *data, size_t size, uint32_t sum)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		sum += i % 2 ? bytes[i] : bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static size_t put_transport(uint8_t *at, const struct spec *s)
{
	struct tcphdr tcp = {.th_sport = htons(s->sport), .th_dport = htons(s->dport), .th_off = 5,
			     .th_flags = s->tcp, .th_win = htons(1000)};
	struct udphdr udp = {.uh_sport = htons(s->sport), .uh_dport = htons(s->dport),
			     .uh_ulen = htons(8 + s->payload)};
	struct icmphdr icmp = {.type = s->type, .code = s->code,
			       .un.echo = {.id = htons(s->sport), .sequence = htons(s->dport)}};

	if (s->frag & 0x1fff)
		return 0;
	switch (s->proto) {
	case IPPROTO_TCP:
		memcpy(at, &tcp, sizeof(tcp));
		return sizeof(tcp);
	case IPPROTO_UDP:
		memcpy(at, &udp, sizeof(udp));
		return sizeof(udp);
	case IPPROTO_ICMP:
		memcpy(at, &icmp, sizeof(icmp));
		return sizeof(icmp);
	}
	return 0;
}

size_t build_frame(uint8_t *frame, const struct spec *s)
{
	struct ether_header *eth = (void *)frame;
	struct iphdr ip = {.version = 4, .ihl = 5, .tos = s->tos, .ttl = s->ttl ? s->ttl : 64,
			   .protocol = s->proto, .id = htons(s->id), .frag_off = htons(s->frag),
			   .saddr = htonl(s->src), .daddr = htonl(s->dst)};
	size_t len;

	memset(frame, 0, MAX_PACKET);
	memcpy(eth->ether_dhost, s->dmac ? s->dmac : router_mac, 6);
	for (int i = N_NICS - 1; i >= 0; i--)
		if (nics[i].ip == s->src)
			memcpy(eth->ether_shost, nics[i].mac, 6);
	if (s->smac)
		memcpy(eth->ether_shost, s->smac, 6);
	eth->ether_type = htons(ETHERTYPE_IP);
	len = sizeof(ip) + put_transport(frame + 34, s) + s->payload;
	ip.tot_len = htons(len);
	ip.check = htons(internet_checksum(&ip, sizeof(ip), 0));
	memcpy(frame + 14, &ip, sizeof(ip));
	return 14 + len;
}
