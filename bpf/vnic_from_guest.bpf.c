// SPDX-License-Identifier: GPL-2.0
/* tc ingress of an instance's interface: what its guest sends. */
#include "lib/conntrack.h"
#include "lib/drop.h"
#include "lib/local.h"
#include "lib/route.h"

/* Return: 0, what the link layer answers, or a negative reason */
static __always_inline int from_ip(struct __sk_buff *skb, const struct ec2_eni *eni, bool broadcast)
{
	struct target target = {};
	struct packet p;
	int ret;

	/* 1 parse */
	ret = parse_ip(skb, &p);
	if (ret)
		return ret;
	/* 2 link-local services */
	if (is_dhcp(&p) && (p.dst == bpf_htonl(INADDR_BROADCAST) || p.dst == router_ip(eni))) {
		if (p.src && p.src != eni->ip)
			return -EC2_DROP_SPOOFED_IP;
		return p.l4 == ETH_HLEN + sizeof(struct iphdr) ? local_dhcp(skb, eni, p.l4_len) :
								 -EC2_DROP_DHCP;
	}
	/* 3 anti-spoof */
	ret = eni_check_source(eni, &p);
	if (ret)
		return ret;
	if (broadcast || bpf_ntohl(p.dst) >> 28 >= 14)
		return -EC2_DROP_MULTICAST;
	if (bpf_ntohl(p.dst) >> 16 == 0xa9fe)
		return -EC2_DROP_LINK_LOCAL;
	/* 4 route: before the rules, for they ask whose the destination is */
	ret = route(eni, p.dst, &target);
	if (ret)
		return ret;
	/* 5 flow known? else security groups, egress */
	ret = conntrack(skb, eni, &p, EC2_EGRESS, target.groups);
	if (ret)
		return ret;
	/* 6 redirect */
	skb->mark = EC2_MARK_FORWARD | eni->vpc;
	return bpf_redirect(target.ifindex, 0);
}

SEC("tc")
int vnic_from_guest(struct __sk_buff *skb)
{
	const struct ec2_eni *eni = eni_find(skb->ifindex);
	const struct ethhdr *eth;
	int ret;

	if (!eni)
		return drop(0, -EC2_DROP_NO_INTERFACE);
	linearize(skb);
	eth = at(skb, 0, sizeof(*eth));
	if (!eth)
		ret = -EC2_DROP_TRUNCATED;
	else if (skb->vlan_present || eth->h_proto == bpf_htons(ETH_P_8021Q) ||
		 eth->h_proto == bpf_htons(ETH_P_8021AD))
		ret = -EC2_DROP_VLAN;
	else if (!mac_equal(eth->h_source, eni->mac))
		ret = -EC2_DROP_SPOOFED_MAC;
	else if (eth->h_proto == bpf_htons(ETH_P_IP))
		ret = from_ip(skb, eni, eth->h_dest[0] & 1);
	else if (eth->h_proto == bpf_htons(ETH_P_ARP))
		ret = local_arp(skb, eni);
	else
		ret = eth->h_proto == bpf_htons(ETH_P_IPV6) ? -EC2_DROP_IPV6 : -EC2_DROP_ETHERTYPE;
	return ret < 0 ? drop(skb->ifindex, ret) : ret;
}

char _license[] SEC("license") = "GPL";
