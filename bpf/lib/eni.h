/* SPDX-License-Identifier: GPL-2.0 */
/* The interface that a packet comes from or goes to, and whether the packet's addresses are its own. */
#ifndef EC2_BPF_ENI_H
#define EC2_BPF_ENI_H

#include "parse.h"
#include "../maps.h"

static __always_inline const struct ec2_eni *eni_find(__u32 ifindex)
{
	return bpf_map_lookup_elem(&enis, &ifindex);
}

static __always_inline const struct ec2_mapping *mapping_find(__u32 vpc, __be32 ip)
{
	struct ec2_mapping_key key = {.vpc = vpc, .ip = ip};

	return bpf_map_lookup_elem(&mappings, &key);
}

/* Whether an address is the interface's: its primary one, or a secondary one by the mapping. */
static __always_inline bool eni_has(const struct ec2_eni *eni, __be32 ip)
{
	const struct ec2_mapping *mapping;

	if (ip == eni->ip)
		return true;
	mapping = mapping_find(eni->vpc, ip);
	return mapping && mapping->ifindex == eni->ifindex;
}

static __always_inline bool in_subnet(const struct ec2_eni *eni, __be32 ip)
{
	return (ip & eni->subnet_mask) == eni->subnet;
}

/* the VPC's router in the subnet: its first address */
static __always_inline __be32 router_ip(const struct ec2_eni *eni)
{
	return bpf_htonl(bpf_ntohl(eni->subnet) + 1);
}

/* No source that no host can have, even where the source check is off. */
static __always_inline bool martian(__be32 ip)
{
	__u32 first = bpf_ntohl(ip) >> 24;

	return first == 0 || first == 127 || first >= 224;
}

static __always_inline int eni_check_source(const struct ec2_eni *eni, const struct packet *p)
{
	if (martian(p->src))
		return -EC2_DROP_SPOOFED_IP;
	if ((eni->flags & EC2_ENI_CHECK) && !eni_has(eni, p->src))
		return -EC2_DROP_SPOOFED_IP;
	return 0;
}

static __always_inline int eni_check_destination(const struct ec2_eni *eni, const struct packet *p)
{
	if ((eni->flags & EC2_ENI_CHECK) && !eni_has(eni, p->dst))
		return -EC2_DROP_NOT_ITS_ADDRESS;
	return 0;
}

#endif
