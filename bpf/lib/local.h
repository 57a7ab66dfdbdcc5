/* SPDX-License-Identifier: GPL-2.0 */
/* What the VPC itself answers on the link: ARP and DHCP. An answer is made of the question, in place. */
#ifndef EC2_BPF_LOCAL_H
#define EC2_BPF_LOCAL_H

#include <linux/if_arp.h>
#include "eni.h"

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68
#define DHCP_LEASE_S 3600
/* what of a message is looked at and written: the fixed part, the cookie, and 60 bytes of options */
#define DHCP_SIZE 300
#define DHCP_OPTIONS 240
#define DHCP_MAX_OPTIONS 32
#define DHCP_OFFSET (ETH_HLEN + sizeof(struct iphdr) + sizeof(struct udphdr))

struct arp_ip4 {
	struct arphdr head;
	__u8 sha[6];
	__u8 spa[4];
	__u8 tha[6];
	__u8 tpa[4];
} __attribute__((packed));

/* Send what skb holds now back to the guest; vnic_to_guest lets it by. */
static __always_inline int answer(struct __sk_buff *skb, const struct ec2_eni *eni)
{
	skb->mark = EC2_MARK_ANSWER | eni->slot;
	return bpf_redirect(eni->ifindex, 0);
}

/* ---- ARP ---- */
static __always_inline int arp_check(const struct arp_ip4 *arp, const struct ec2_eni *eni, __be32 spa)
{
	if (arp->head.ar_hrd != bpf_htons(ARPHRD_ETHER) || arp->head.ar_pro != bpf_htons(ETH_P_IP) ||
	    arp->head.ar_hln != 6 || arp->head.ar_pln != 4)
		return -EC2_DROP_MALFORMED;
	/* 0: a probe, before the address is taken (RFC 5227) */
	if (!mac_equal(arp->sha, eni->mac) || (spa && !eni_has(eni, spa)))
		return -EC2_DROP_SPOOFED_ARP;
	return arp->head.ar_op == bpf_htons(ARPOP_REQUEST) ? 0 : -EC2_DROP_ARP;
}

/*
 * Whose a neighbour's address is: the router's, or an interface's in the same subnet. Nobody's for addresses
 * of the guest itself, so that neither its announcements nor its probes find a rival.
 */
static __always_inline bool arp_find(const struct ec2_eni *eni, __be32 ip, __u8 *mac)
{
	static const __u8 router[6] = EC2_ROUTER_MAC;
	const struct ec2_mapping *mapping;

	if (!in_subnet(eni, ip))
		return false;
	if (ip == router_ip(eni)) {
		__builtin_memcpy(mac, router, 6);
		return true;
	}
	mapping = mapping_find(eni->vpc, ip);
	if (!mapping || mapping->ifindex == eni->ifindex)
		return false;
	__builtin_memcpy(mac, mapping->mac, 6);
	return true;
}

__weak __noinline int local_arp(struct __sk_buff *skb, const struct ec2_eni *eni)
{
	struct arp_ip4 *arp;
	struct ethhdr *eth;
	__be32 spa, tpa;
	__u8 mac[6];
	int ret;

	if (!eni)
		return -EC2_DROP_NO_INTERFACE;
	eth = at(skb, 0, ETH_HLEN + sizeof(*arp));
	if (!eth)
		return -EC2_DROP_TRUNCATED;
	arp = (void *)(eth + 1);
	__builtin_memcpy(&spa, arp->spa, 4);
	__builtin_memcpy(&tpa, arp->tpa, 4);
	ret = arp_check(arp, eni, spa);
	if (ret)
		return ret;
	if (!arp_find(eni, tpa, mac))
		return -EC2_DROP_ARP;
	arp->head.ar_op = bpf_htons(ARPOP_REPLY);
	__builtin_memcpy(arp->tha, eni->mac, 6);
	__builtin_memcpy(arp->tpa, &spa, 4);
	__builtin_memcpy(arp->sha, mac, 6);
	__builtin_memcpy(arp->spa, &tpa, 4);
	__builtin_memcpy(eth->h_dest, eni->mac, 6);
	__builtin_memcpy(eth->h_source, mac, 6);
	return answer(skb, eni);
}

/* ---- DHCP (RFC 2131) ---- */
enum dhcp_type {
	DHCP_DISCOVER = 1,
	DHCP_OFFER,
	DHCP_REQUEST,
	DHCP_DECLINE,
	DHCP_ACK,
	DHCP_NAK,
	DHCP_RELEASE,
	DHCP_INFORM,
};

struct dhcp {
	__u8 op, htype, hlen, hops;
	__be32 xid;
	__be16 secs, flags;
	__be32 ciaddr, yiaddr, siaddr, giaddr;
	__u8 chaddr[16];
	__u8 sname[64];
	__u8 file[128];
	__be32 cookie;
	__u8 options[DHCP_SIZE - DHCP_OPTIONS];
};
_Static_assert(sizeof(struct dhcp) == DHCP_SIZE && offsetof(struct dhcp, options) == DHCP_OPTIONS, "dhcp");

/* too large for the stack: what came, and what goes */
struct dhcp_scratch {
	struct dhcp in, out;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct dhcp_scratch);
} dhcp_scratch EC2_MAP;

struct dhcp_request {
	__u8 type;
	__be32 wanted; /* 0: nothing in particular */
};

static __always_inline void dhcp_options(struct __sk_buff *skb, struct dhcp_request *request)
{
	__u32 offset = DHCP_OFFSET + DHCP_OPTIONS;
	__u8 option[2];

	for (int i = 0; i < DHCP_MAX_OPTIONS; i++) {
		if (bpf_skb_load_bytes(skb, offset, option, 1) || option[0] == 255)
			return;
		if (!option[0]) {
			offset++;
			continue;
		}
		if (bpf_skb_load_bytes(skb, offset, option, 2))
			return;
		if (option[0] == 53 && option[1] == 1)
			bpf_skb_load_bytes(skb, offset + 2, &request->type, 1);
		else if (option[0] == 50 && option[1] == 4)
			bpf_skb_load_bytes(skb, offset + 2, &request->wanted, 4);
		offset += 2 + option[1];
	}
}

static __always_inline __u8 dhcp_reply_type(const struct dhcp_request *request, const struct dhcp *in,
					    const struct ec2_eni *eni)
{
	__be32 wanted = request->wanted ? request->wanted : in->ciaddr;

	switch (request->type) {
	case DHCP_DISCOVER:
		return DHCP_OFFER;
	case DHCP_REQUEST:
		return !wanted || wanted == eni->ip ? DHCP_ACK : DHCP_NAK;
	case DHCP_INFORM:
		return DHCP_ACK;
	}
	return 0;
}

static __always_inline __u8 *dhcp_option4(__u8 *o, __u8 code, __be32 value)
{
	o[0] = code;
	o[1] = 4;
	__builtin_memcpy(o + 2, &value, 4);
	return o + 6;
}

static __always_inline void dhcp_fill_options(__u8 *o, __u8 type, const struct ec2_eni *eni)
{
	*o++ = 53;
	*o++ = 1;
	*o++ = type;
	o = dhcp_option4(o, 54, router_ip(eni));
	if (type != DHCP_NAK) {
		o = dhcp_option4(o, 51, bpf_htonl(DHCP_LEASE_S));
		o = dhcp_option4(o, 1, eni->subnet_mask);
		o = dhcp_option4(o, 3, router_ip(eni));
		o = dhcp_option4(o, 6, eni->dns);
		o = dhcp_option4(o, 28, eni->subnet | ~eni->subnet_mask);
		*o++ = 26;
		*o++ = 2;
		*o++ = eni->mtu >> 8;
		*o++ = eni->mtu;
	}
	*o = 255;
}

static __always_inline void dhcp_fill(struct dhcp_scratch *s, __u8 type, const struct ec2_eni *eni)
{
	__builtin_memset(&s->out, 0, sizeof(s->out));
	s->out.op = 2;
	s->out.htype = 1;
	s->out.hlen = 6;
	s->out.xid = s->in.xid;
	s->out.flags = s->in.flags;
	s->out.ciaddr = s->in.ciaddr;
	if (type != DHCP_NAK)
		s->out.yiaddr = eni->ip;
	s->out.siaddr = router_ip(eni);
	__builtin_memcpy(s->out.chaddr, eni->mac, 6);
	s->out.cookie = s->in.cookie;
	dhcp_fill_options(s->out.options, type, eni);
}

/*
 * Turn the headers round. The UDP checksum is brought from the old bytes to the new ones, difference by
 * difference, so that it stays right whether it was complete, partial or none.
 */
static __always_inline int dhcp_send(struct __sk_buff *skb, const struct ec2_eni *eni,
				     struct dhcp_scratch *s, __be32 dst, __u16 udp_len)
{
	static const __u8 router[6] = EC2_ROUTER_MAC;
	const __u32 udp_at = ETH_HLEN + sizeof(struct iphdr);
	const __u32 check = udp_at + offsetof(struct udphdr, check);
	struct iphdr old_ip, ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP};
	struct udphdr udp;
	struct ethhdr eth = {.h_proto = bpf_htons(ETH_P_IP)};
	__be16 len = bpf_htons(udp_len), old_len;
	__s64 diff;

	if (bpf_skb_load_bytes(skb, ETH_HLEN, &old_ip, sizeof(old_ip)) ||
	    bpf_skb_load_bytes(skb, udp_at, &udp, sizeof(udp)))
		return -EC2_DROP_DHCP;
	ip.saddr = router_ip(eni);
	ip.daddr = dst;
	ip.tot_len = bpf_htons(sizeof(ip) + udp_len);
	diff = bpf_csum_diff(NULL, 0, (void *)&ip, sizeof(ip), 0);
	diff = (diff & 0xffff) + (diff >> 16 & 0xffff);
	ip.check = ~((diff & 0xffff) + (diff >> 16));
	old_len = udp.len;
	udp.source = bpf_htons(DHCP_SERVER_PORT);
	udp.dest = bpf_htons(DHCP_CLIENT_PORT);
	udp.len = len;
	__builtin_memcpy(eth.h_dest, eni->mac, 6);
	__builtin_memcpy(eth.h_source, router, 6);
	diff = bpf_csum_diff((void *)&s->in, DHCP_SIZE, NULL, 0, 0);
	diff = bpf_csum_diff(NULL, 0, (void *)&s->out, DHCP_SIZE, diff);
	if (bpf_skb_store_bytes(skb, 0, &eth, sizeof(eth), 0) ||
	    bpf_skb_store_bytes(skb, ETH_HLEN, &ip, sizeof(ip), 0) ||
	    bpf_skb_store_bytes(skb, udp_at, &udp, sizeof(udp), 0) ||
	    bpf_skb_store_bytes(skb, DHCP_OFFSET, &s->out, DHCP_SIZE, 0) ||
	    bpf_l4_csum_replace(skb, check, 0, diff, BPF_F_MARK_MANGLED_0) ||
	    bpf_l4_csum_replace(skb, check, old_len, len, BPF_F_MARK_MANGLED_0 | 2) ||
	    bpf_l4_csum_replace(skb, check, old_len, len,
				BPF_F_MARK_MANGLED_0 | BPF_F_PSEUDO_HDR | 2) ||
	    bpf_l4_csum_replace(skb, check, old_ip.saddr, ip.saddr,
				BPF_F_MARK_MANGLED_0 | BPF_F_PSEUDO_HDR | 4) ||
	    bpf_l4_csum_replace(skb, check, old_ip.daddr, ip.daddr,
				BPF_F_MARK_MANGLED_0 | BPF_F_PSEUDO_HDR | 4))
		return -EC2_DROP_DHCP;
	return answer(skb, eni);
}

static __always_inline bool is_dhcp(const struct packet *p)
{
	return p->proto == IPPROTO_UDP && p->fragment == FRAGMENT_NONE &&
	       p->dport == bpf_htons(DHCP_SERVER_PORT) && p->sport == bpf_htons(DHCP_CLIENT_PORT);
}

/* A message to the server of the subnet. @udp_len: what its IP header says, at most what the packet has */
__weak __noinline int local_dhcp(struct __sk_buff *skb, const struct ec2_eni *eni, __u32 udp_len)
{
	__u32 zero = 0;
	struct dhcp_request request = {};
	struct dhcp_scratch *s;
	__be32 dst;
	__u8 type;

	if (!eni)
		return -EC2_DROP_NO_INTERFACE;
	s = bpf_map_lookup_elem(&dhcp_scratch, &zero);
	if (!s || udp_len < sizeof(struct udphdr) + DHCP_OPTIONS || udp_len > 1472)
		return -EC2_DROP_DHCP;
	/* padding must not be taken for a message's end, nor a short one be written past its end */
	if (udp_len < sizeof(struct udphdr) + DHCP_SIZE)
		udp_len = sizeof(struct udphdr) + DHCP_SIZE;
	dhcp_options(skb, &request);
	if (bpf_skb_change_tail(skb, ETH_HLEN + sizeof(struct iphdr) + udp_len, 0) ||
	    bpf_skb_load_bytes(skb, DHCP_OFFSET, &s->in, DHCP_SIZE))
		return -EC2_DROP_DHCP;
	if (s->in.op != 1 || s->in.htype != 1 || s->in.hlen != 6 || s->in.cookie != bpf_htonl(0x63825363) ||
	    !mac_equal(s->in.chaddr, eni->mac))
		return -EC2_DROP_DHCP;
	type = dhcp_reply_type(&request, &s->in, eni);
	if (!type)
		return -EC2_DROP_DHCP;
	dhcp_fill(s, type, eni);
	dst = type == DHCP_NAK || (s->in.flags & bpf_htons(0x8000)) ? bpf_htonl(INADDR_BROADCAST) : eni->ip;
	return dhcp_send(skb, eni, s, dst, udp_len);
}

#endif
