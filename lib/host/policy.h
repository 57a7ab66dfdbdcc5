/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules of security groups, compiled to the tables that the BPF programs search (bpf/shared.h). Pure: no kernel,
 * no database.
 */
#ifndef EC2_HOST_POLICY_H
#define EC2_HOST_POLICY_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

/* One rule, as EC2's IpPermission with one range or one referenced group. */
struct ec2_policy_rule {
	int protocol; /* 0 to 255, -1: all */
	int from_port, to_port; /* TCP, UDP: inclusive, -1: all; ICMP: type and code, -1: all; others: ignored */
	uint32_t group; /* the far end is in this security group; 0: by the prefix */
	struct in_addr prefix; /* bits below the length are ignored */
	unsigned int prefix_len; /* 0 to 32 */
};

/* The rules of one set of security groups, in one direction. */
struct ec2_policy_rules {
	const struct ec2_policy_rule *rule;
	size_t n;
};

/* Which groups a set is made of: what mappings carry is the set's number. */
struct ec2_policy_set {
	uint32_t id; /* 1 to EC2_BPF_MAX_POLICIES - 1 */
	const uint32_t *group;
	size_t n;
};

/* What one set's rules compile to. */
struct ec2_policy {
	unsigned int class; /* 1, 2, 3: tables for 64, 256, 1,024 rules */
	size_t size; /* bytes of each of the tables: struct ec2_policy_64, _256 or _1024 */
	void *tables[2]; /* by enum ec2_direction */
};

/*
 * Compile both directions' rules into the smallest tables that they fit.
 * @sets: all sets of groups of the VPC, or at least those with a group that a rule refers to
 * @policy: the caller's, to be freed with ec2_policy_free
 * Return: 0; -EINVAL: a protocol, port range or prefix length that there is not, or a set numbered 0;
 * -E2BIG: more than 1,024 rules one way, or more intervals or sets than the largest tables hold (1,000 rules
 * always fit with up to 1,000 sets); -ENOMEM. On failure there is nothing to free.
 */
int ec2_policy_compile(struct ec2_policy *policy, const struct ec2_policy_rules *ingress,
		       const struct ec2_policy_rules *egress, const struct ec2_policy_set *sets,
		       size_t n_sets);

/* Free what compiling made; a policy of zeroes is fine. */
void ec2_policy_free(struct ec2_policy *policy);

#endif
