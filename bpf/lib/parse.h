/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs need to know of a packet, each field read once and checked against the packet's end. */
#ifndef EC2_BPF_PARSE_H
#define EC2_BPF_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/icmp.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "../shared.h"

#define IP_DF 0x4000
#define IP_MF 0x2000
#define IP_OFFSET 0x1fff

/* the most that is read of a packet: Ethernet, IP with options, TCP */
#define HEADERS_MAX (ETH_HLEN + 60 + sizeof(struct tcphdr))

enum fragment {
	FRAGMENT_NONE,
	FRAGMENT_FIRST,
	FRAGMENT_LATER, /* has no ports */
};

enum icmp_class {
	ICMP_NO,
	ICMP_QUERY, /* sport and dport are its identifier */
	ICMP_REPLY,
	ICMP_ERROR,
	ICMP_OTHER,
};

enum tcp_event {
	TCP_EVENT_SYN,
	TCP_EVENT_SYNACK,
	TCP_EVENT_FIN,
	TCP_EVENT_RST,
	TCP_EVENT_ACK, /* any other */
	N_TCP_EVENTS
};

struct packet {
	__be32 src, dst;
	__be16 sport, dport;
	__be16 id;
	__u16 l4; /* offset of the transport header */
	__u16 l4_len; /* bytes from there to the datagram's end */
	__u16 rule_port; /* what rules compare, host order: destination port, or ICMP type and code */
	__u8 proto;
	__u8 fragment;
	__u8 icmp;
	__u8 event; /* enum tcp_event */
};

/* Make the headers readable in place: skbs of large sends are not linear. */
static __always_inline void linearize(struct __sk_buff *skb)
{
	__u32 linear = skb->data_end - skb->data;

	if (linear < HEADERS_MAX && linear < skb->len)
		bpf_skb_pull_data(skb, skb->len < HEADERS_MAX ? skb->len : HEADERS_MAX);
}

static __always_inline void *at(struct __sk_buff *skb, __u32 offset, __u32 size)
{
	void *start = (void *)(long)skb->data + offset;

	return start + size > (void *)(long)skb->data_end ? NULL : start;
}

static __always_inline __u8 tcp_event(const struct tcphdr *tcp)
{
	if (tcp->rst)
		return TCP_EVENT_RST;
	if (tcp->syn)
		return tcp->ack ? TCP_EVENT_SYNACK : TCP_EVENT_SYN;
	return tcp->fin ? TCP_EVENT_FIN : TCP_EVENT_ACK;
}

static __always_inline __u8 icmp_class(__u8 type)
{
	switch (type) {
	case ICMP_ECHO:
	case ICMP_TIMESTAMP:
		return ICMP_QUERY;
	case ICMP_ECHOREPLY:
	case ICMP_TIMESTAMPREPLY:
		return ICMP_REPLY;
	case ICMP_DEST_UNREACH:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return ICMP_ERROR;
	}
	return ICMP_OTHER;
}

static __always_inline int parse_tcp(struct __sk_buff *skb, struct packet *p)
{
	const struct tcphdr *tcp = at(skb, p->l4, sizeof(*tcp));

	if (!tcp || p->l4_len < sizeof(*tcp))
		return -EC2_DROP_TRUNCATED;
	if (tcp->doff < 5 || (p->fragment == FRAGMENT_NONE && tcp->doff * 4 > p->l4_len))
		return -EC2_DROP_MALFORMED;
	p->sport = tcp->source;
	p->dport = tcp->dest;
	p->event = tcp_event(tcp);
	return 0;
}

static __always_inline int parse_udp(struct __sk_buff *skb, struct packet *p)
{
	const struct udphdr *udp = at(skb, p->l4, sizeof(*udp));

	if (!udp || p->l4_len < sizeof(*udp))
		return -EC2_DROP_TRUNCATED;
	p->sport = udp->source;
	p->dport = udp->dest;
	return 0;
}

static __always_inline int parse_icmp(struct __sk_buff *skb, struct packet *p)
{
	const struct icmphdr *icmp = at(skb, p->l4, sizeof(*icmp));

	if (!icmp || p->l4_len < sizeof(*icmp))
		return -EC2_DROP_TRUNCATED;
	p->icmp = icmp_class(icmp->type);
	p->rule_port = icmp->type << 8 | icmp->code;
	if (p->icmp == ICMP_QUERY || p->icmp == ICMP_REPLY)
		p->sport = p->dport = icmp->un.echo.id;
	return 0;
}

/*
 * The IPv4 header and, unless it is a later fragment, the transport header.
 * Return: 0 or a negative reason
 */
static __always_inline int parse_ip(struct __sk_buff *skb, struct packet *p)
{
	const struct iphdr *ip = at(skb, ETH_HLEN, sizeof(*ip));
	__u32 header, total, offset;
	int ret = 0;

	if (!ip)
		return -EC2_DROP_TRUNCATED;
	header = ip->ihl * 4;
	total = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || header < sizeof(*ip) || total < header)
		return -EC2_DROP_MALFORMED;
	if (total > skb->len - ETH_HLEN)
		return -EC2_DROP_TRUNCATED;
	offset = bpf_ntohs(ip->frag_off);
	*p = (struct packet){.src = ip->saddr,
			     .dst = ip->daddr,
			     .id = ip->id,
			     .l4 = ETH_HLEN + header,
			     .l4_len = total - header,
			     .proto = ip->protocol};
	if (offset & IP_OFFSET)
		p->fragment = FRAGMENT_LATER;
	else if (offset & IP_MF)
		p->fragment = FRAGMENT_FIRST;
	if (p->fragment == FRAGMENT_LATER) {
		/* RFC 3128: a later fragment must not write over the first one's TCP header */
		if (p->proto == IPPROTO_TCP && (offset & IP_OFFSET) * 8 < sizeof(struct tcphdr))
			return -EC2_DROP_FRAGMENT;
		/* no larger datagram than IP has: reassembly's business, but nobody's need */
		return (offset & IP_OFFSET) * 8 + p->l4_len > 65535 ? -EC2_DROP_MALFORMED : 0;
	}
	if (p->proto == IPPROTO_TCP)
		ret = parse_tcp(skb, p);
	else if (p->proto == IPPROTO_UDP)
		ret = parse_udp(skb, p);
	else if (p->proto == IPPROTO_ICMP)
		return parse_icmp(skb, p);
	p->rule_port = bpf_ntohs(p->dport);
	return ret;
}

static __always_inline bool mac_equal(const __u8 *a, const __u8 *b)
{
	return *(const __u16 *)a == *(const __u16 *)b && *(const __u16 *)(a + 2) == *(const __u16 *)(b + 2) &&
	       *(const __u16 *)(a + 4) == *(const __u16 *)(b + 4);
}

#endif
