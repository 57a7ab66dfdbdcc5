/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules of security groups: what requests say, checked and made canonical. */
#ifndef EC2_API_RULE_H
#define EC2_API_RULE_H

#include "api/network.h"

/* One rule, as the database has it. */
struct ec2_rule {
	bool egress;
	char protocol[8]; /* tcp, udp, icmp, icmpv6, -1, or a number */
	int64_t from, to;
	const char *kind; /* ipv4, ipv6, prefix-list, group */
	char peer[EC2_CIDR_SIZE];
	const char *description; /* the request's; NULL: none */
};

struct ec2_rules {
	struct ec2_rule *items;
	size_t n;
};

/*
 * The rules of a list of struct ec2_ip_permission, for that group. Twice the same is refused.
 * `rules` is freed by the caller, after failures too.
 */
int ec2_rules_parse(struct ec2 *ec2, const char *group, bool egress,
		    const struct ec2_list *permissions, struct ec2_rules *rules);
/* The one rule of a struct ec2_security_group_rule_request. */
int ec2_rule_parse(struct ec2 *ec2, const char *group, bool egress,
		   const struct ec2_security_group_rule_request *request, struct ec2_rule *rule);
/* "tcp", "6", "-1" ... as a number. Return: 0, or -EINVAL: it is none. */
int ec2_protocol_parse(const char *text, int *number);
/* Descriptions and names: up to 255 of the characters that EC2 takes. NULL is allowed. */
int ec2_check_description(struct ec2 *ec2, const char *what, const char *text);

/* The group has not more rules than it may have: RulesPerSecurityGroupLimitExceeded. */
int ec2_check_rules_quota(struct ec2 *ec2, const char *group);

/* An id that is a group's, by id or by name in the default VPC, to be freed. */
int ec2_group_find(struct ec2 *ec2, const char *id, const char *name, char **group);

extern const struct ec2_listing ec2_rule_listing;

#endif
