// SPDX-License-Identifier: GPL-2.0
/* tc egress of an instance's interface: what goes to its guest. */
#include "lib/conntrack.h"
#include "lib/drop.h"
#include "lib/eni.h"

/* The frame is to the guest, from its neighbour or, out of another subnet, from the router. */
static __always_inline int deliver(struct __sk_buff *skb, const struct ec2_eni *eni, __be32 src)
{
	static const __u8 router[6] = EC2_ROUTER_MAC;
	struct ethhdr *eth;

	/* the packet may be shared with a clone */
	if (bpf_skb_pull_data(skb, ETH_HLEN))
		return -EC2_DROP_TRUNCATED;
	eth = at(skb, 0, sizeof(*eth));
	if (!eth)
		return -EC2_DROP_TRUNCATED;
	__builtin_memcpy(eth->h_dest, eni->mac, 6);
	if (!in_subnet(eni, src))
		__builtin_memcpy(eth->h_source, router, 6);
	return TC_ACT_OK;
}

static __always_inline int to_ip(struct __sk_buff *skb, const struct ec2_eni *eni)
{
	const struct ethhdr *eth;
	struct packet p;
	int ret;

	/* 1 parse */
	linearize(skb);
	eth = at(skb, 0, sizeof(*eth));
	if (!eth)
		return -EC2_DROP_TRUNCATED;
	if (skb->vlan_present)
		return -EC2_DROP_VLAN;
	if (eth->h_proto != bpf_htons(ETH_P_IP))
		return -EC2_DROP_ETHERTYPE;
	ret = parse_ip(skb, &p);
	if (ret)
		return ret;
	ret = eni_check_destination(eni, &p);
	if (ret)
		return ret;
	/* 3 flow known? else security groups, ingress */
	ret = conntrack(skb, eni, &p, EC2_INGRESS, 0);
	if (ret)
		return ret;
	/* 4 deliver */
	return deliver(skb, eni, p.src);
}

SEC("tc")
int vnic_to_guest(struct __sk_buff *skb)
{
	const struct ec2_eni *eni = eni_find(skb->ifindex);
	__u32 mark = skb->mark, kind = mark & EC2_MARK_KIND, number = mark & ~EC2_MARK_KIND;
	int ret;

	if (!eni)
		return drop(0, -EC2_DROP_NO_INTERFACE);
	if (kind == EC2_MARK_ANSWER)
		ret = number == eni->slot ? TC_ACT_OK : -EC2_DROP_NO_MARK;
	else if (kind != EC2_MARK_FORWARD)
		ret = -EC2_DROP_NO_MARK;
	else
		ret = number == eni->vpc ? to_ip(skb, eni) : -EC2_DROP_OTHER_VPC;
	return ret < 0 ? drop(skb->ifindex, ret) : ret;
}

char _license[] SEC("license") = "GPL";
