/* SPDX-License-Identifier: GPL-2.0 */
/* Where a destination is: by longest prefix, then by the VPC's mapping. */
#ifndef EC2_BPF_ROUTE_H
#define EC2_BPF_ROUTE_H

#include "eni.h"

struct target {
	__u32 ifindex;
	__u32 groups; /* set of security groups of the destination address, 0: none of the VPC's */
};

static __always_inline int route_local(const struct ec2_eni *eni, __be32 dst, struct target *target)
{
	const struct ec2_mapping *mapping = mapping_find(eni->vpc, dst);

	if (!mapping)
		return -EC2_DROP_NO_MAPPING;
	target->ifindex = mapping->ifindex;
	target->groups = mapping->groups;
	return 0;
}

static __always_inline int route_table(const struct ec2_eni *eni, __be32 dst, struct target *target)
{
	struct ec2_route_key key = {
		.prefixlen = 64, .table = bpf_htonl(eni->route_table), .ip = dst};
	const struct ec2_route_value *route = bpf_map_lookup_elem(&routes, &key);
	const struct ec2_mapping *mapping;

	if (!route)
		return -EC2_DROP_NO_ROUTE;
	switch (route->kind) {
	case EC2_ROUTE_LOCAL:
		return route_local(eni, dst, target);
	case EC2_ROUTE_INTERFACE:
		target->ifindex = route->target;
		mapping = mapping_find(eni->vpc, dst);
		target->groups = mapping ? mapping->groups : 0;
		return 0;
	case EC2_ROUTE_BLACKHOLE:
		return -EC2_DROP_BLACKHOLE;
	}
	return -EC2_DROP_NO_GATEWAY;
}

/* Return: 0 or a negative reason */
static __always_inline int route(const struct ec2_eni *eni, __be32 dst, struct target *target)
{
	if (!(eni->flags & EC2_ENI_ROUTES) && (dst & eni->local_mask) == eni->local)
		return route_local(eni, dst, target);
	return route_table(eni, dst, target);
}

#endif
