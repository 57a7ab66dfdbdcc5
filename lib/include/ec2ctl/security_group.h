/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Security groups and their rules. */
#ifndef EC2CTL_SECURITY_GROUP_H
#define EC2CTL_SECURITY_GROUP_H

#include <ec2ctl/core.h>
#include <ec2ctl/tag.h>

#ifdef __cplusplus
extern "C" {
#endif

/* EC2's IpRange. */
struct ec2_ip_range {
	char *cidr_ip; /* "10.0.0.0/8" */
	char *description;
};

/* EC2's Ipv6Range. */
struct ec2_ipv6_range {
	char *cidr_ipv6; /* "2001:db8::/32" */
	char *description;
};

/* EC2's PrefixListId. */
struct ec2_prefix_list_id {
	char *description;
	char *prefix_list_id;
};

/* EC2's UserIdGroupPair: the private addresses of a group's members. */
struct ec2_user_id_group_pair {
	char *description;
	char *user_id; /* the group's owner */
	char *group_name; /* in requests: or its name, in the same VPC */
	char *group_id;
	char *vpc_id;
};

/* EC2's IpPermission: rules that differ in their peers only. */
struct ec2_ip_permission {
	char *ip_protocol; /* "tcp", "udp", "icmp", "icmpv6", a number, or "-1": all */
	struct ec2_int from_port; /* or the ICMP type; -1: all */
	struct ec2_int to_port; /* or the ICMP code; -1: all */
	struct ec2_list user_id_group_pairs; /* struct ec2_user_id_group_pair */
	struct ec2_list ip_ranges; /* struct ec2_ip_range */
	struct ec2_list ipv6_ranges; /* struct ec2_ipv6_range */
	struct ec2_list prefix_list_ids; /* struct ec2_prefix_list_id */
};

/* EC2's SecurityGroup. */
struct ec2_security_group {
	char *description;
	char *group_name;
	struct ec2_list ip_permissions; /* struct ec2_ip_permission */
	char *owner_id;
	char *group_id;
	struct ec2_list ip_permissions_egress; /* struct ec2_ip_permission */
	struct ec2_list tags; /* struct ec2_tag */
	char *vpc_id;
};

/* EC2's ReferencedSecurityGroup. */
struct ec2_referenced_security_group {
	char *group_id;
	char *user_id;
	char *vpc_id;
};

/* EC2's SecurityGroupRule. */
struct ec2_security_group_rule {
	char *security_group_rule_id;
	char *group_id;
	char *group_owner_id;
	bool is_egress;
	char *ip_protocol;
	int32_t from_port; /* -1: all */
	int32_t to_port;
	char *cidr_ipv4; /* one of these four */
	char *cidr_ipv6;
	char *prefix_list_id;
	struct ec2_referenced_security_group referenced_group_info;
	char *description;
	struct ec2_list tags; /* struct ec2_tag */
};

/* EC2's SecurityGroupRuleRequest. */
struct ec2_security_group_rule_request {
	char *ip_protocol;
	struct ec2_int from_port;
	struct ec2_int to_port;
	char *cidr_ipv4; /* one of these four */
	char *cidr_ipv6;
	char *prefix_list_id;
	char *referenced_group_id;
	char *description;
};

/* EC2's SecurityGroupRuleUpdate. */
struct ec2_security_group_rule_update {
	char *security_group_rule_id;
	struct ec2_security_group_rule_request security_group_rule;
};

/* EC2's SecurityGroupRuleDescription. */
struct ec2_security_group_rule_description {
	char *security_group_rule_id;
	char *description; /* NULL: none from now on */
};

struct ec2_create_security_group_request {
	char *description; /* 1 to 255 characters */
	char *group_name; /* 1 to 255 characters, unique in the VPC, not "sg-..." */
	char *vpc_id; /* NULL: the default VPC */
	struct ec2_list tag_specifications; /* struct ec2_tag_specification */
	bool dry_run;
};

struct ec2_create_security_group_response {
	char *group_id;
	struct ec2_list tags; /* struct ec2_tag */
};

struct ec2_delete_security_group_request {
	char *group_id;
	char *group_name; /* or the name, in the default VPC */
	bool dry_run;
};

struct ec2_describe_security_groups_request {
	struct ec2_list filters; /* struct ec2_filter */
	struct ec2_strings group_ids;
	struct ec2_strings group_names; /* in the default VPC */
	bool dry_run;
	char *next_token;
	int32_t max_results; /* 5 to 1000; 0 = all */
};

struct ec2_describe_security_groups_response {
	char *next_token;
	struct ec2_list security_groups; /* struct ec2_security_group */
};

/*
 * The rules are in ip_permissions; one of a single CIDR or group may be in the other members
 * instead.
 */
struct ec2_authorize_security_group_ingress_request {
	char *cidr_ip;
	struct ec2_int from_port;
	char *group_id;
	char *group_name; /* or the name, in the default VPC */
	struct ec2_list ip_permissions; /* struct ec2_ip_permission */
	char *ip_protocol;
	char *source_security_group_name;
	char *source_security_group_owner_id;
	struct ec2_int to_port;
	bool dry_run;
	struct ec2_list tag_specifications; /* struct ec2_tag_specification */
};

struct ec2_authorize_security_group_ingress_response {
	bool return_value;
	struct ec2_list security_group_rules; /* struct ec2_security_group_rule */
};

struct ec2_authorize_security_group_egress_request {
	struct ec2_list tag_specifications; /* struct ec2_tag_specification */
	bool dry_run;
	char *group_id;
	struct ec2_list ip_permissions; /* struct ec2_ip_permission */
};

struct ec2_authorize_security_group_egress_response {
	bool return_value;
	struct ec2_list security_group_rules; /* struct ec2_security_group_rule */
};

/* Rules as they were authorized, or their ids. */
struct ec2_revoke_security_group_ingress_request {
	char *cidr_ip;
	struct ec2_int from_port;
	char *group_id;
	char *group_name; /* or the name, in the default VPC */
	struct ec2_list ip_permissions; /* struct ec2_ip_permission */
	char *ip_protocol;
	char *source_security_group_name;
	char *source_security_group_owner_id;
	struct ec2_int to_port;
	bool dry_run;
	struct ec2_strings security_group_rule_ids;
};

struct ec2_revoke_security_group_ingress_response {
	bool return_value;
};

struct ec2_revoke_security_group_egress_request {
	bool dry_run;
	struct ec2_strings security_group_rule_ids;
	char *group_id;
	struct ec2_list ip_permissions; /* struct ec2_ip_permission */
};

struct ec2_revoke_security_group_egress_response {
	bool return_value;
};

struct ec2_describe_security_group_rules_request {
	struct ec2_list filters; /* struct ec2_filter: group-id, security-group-rule-id, tags */
	struct ec2_strings security_group_rule_ids;
	bool dry_run;
	char *next_token;
	int32_t max_results; /* 5 to 1000; 0 = all */
};

struct ec2_describe_security_group_rules_response {
	struct ec2_list security_group_rules; /* struct ec2_security_group_rule */
	char *next_token;
};

struct ec2_modify_security_group_rules_request {
	char *group_id;
	struct ec2_list security_group_rules; /* struct ec2_security_group_rule_update */
	bool dry_run;
};

struct ec2_modify_security_group_rules_response {
	bool return_value;
};

/* By permissions with the new descriptions, or by ids. */
struct ec2_update_security_group_rule_descriptions_ingress_request {
	bool dry_run;
	char *group_id;
	char *group_name; /* or the name, in the default VPC */
	struct ec2_list ip_permissions; /* struct ec2_ip_permission */
	struct ec2_list
		security_group_rule_descriptions; /* struct ec2_security_group_rule_description */
};

struct ec2_update_security_group_rule_descriptions_ingress_response {
	bool return_value;
};

struct ec2_update_security_group_rule_descriptions_egress_request {
	bool dry_run;
	char *group_id;
	char *group_name; /* or the name, in the default VPC */
	struct ec2_list ip_permissions; /* struct ec2_ip_permission */
	struct ec2_list
		security_group_rule_descriptions; /* struct ec2_security_group_rule_description */
};

struct ec2_update_security_group_rule_descriptions_egress_response {
	bool return_value;
};

/*
 * CreateSecurityGroup: nothing in, everything out.
 * Errors: MissingParameter; InvalidParameterValue (name, description); InvalidGroup.Duplicate;
 * InvalidGroup.Reserved ("default"); InvalidVpcID.NotFound, .Malformed; VPCIdNotSpecified;
 * SecurityGroupLimitExceeded; tags. Return: 0 or -errno.
 */
int ec2_create_security_group(struct ec2 *ec2,
			      const struct ec2_create_security_group_request *request,
			      struct ec2_create_security_group_response *response);
EC2_RESPONSE_FREE(create_security_group, "CreateSecurityGroup")

/*
 * DeleteSecurityGroup. Errors: InvalidGroup.NotFound; InvalidGroupId.Malformed; CannotDelete (a
 * default group); DependencyViolation (used by an interface, or another group's rule). Return: 0
 * or -errno.
 */
int ec2_delete_security_group(struct ec2 *ec2,
			      const struct ec2_delete_security_group_request *request);

/*
 * DescribeSecurityGroups. Errors: InvalidGroup.NotFound; InvalidGroupId.Malformed; filters and
 * pages.
 * Return: 0 or -errno.
 */
int ec2_describe_security_groups(struct ec2 *ec2,
				 const struct ec2_describe_security_groups_request *request,
				 struct ec2_describe_security_groups_response *response);
EC2_RESPONSE_FREE(describe_security_groups, "DescribeSecurityGroups")

/*
 * AuthorizeSecurityGroupIngress: all rules are added or none. CIDRs are made canonical.
 * Errors: InvalidGroup.NotFound; InvalidGroupId.Malformed; InvalidPermission.Duplicate;
 * RulesPerSecurityGroupLimitExceeded; InvalidParameterValue (protocol, port, CIDR, description);
 * MissingParameter; InvalidPrefixListID.NotFound. Return: 0 or -errno.
 */
int ec2_authorize_security_group_ingress(
	struct ec2 *ec2, const struct ec2_authorize_security_group_ingress_request *request,
	struct ec2_authorize_security_group_ingress_response *response);
EC2_RESPONSE_FREE(authorize_security_group_ingress, "AuthorizeSecurityGroupIngress")

/* AuthorizeSecurityGroupEgress. Errors: as for ingress. Return: 0 or -errno. */
int ec2_authorize_security_group_egress(
	struct ec2 *ec2, const struct ec2_authorize_security_group_egress_request *request,
	struct ec2_authorize_security_group_egress_response *response);
EC2_RESPONSE_FREE(authorize_security_group_egress, "AuthorizeSecurityGroupEgress")

/*
 * RevokeSecurityGroupIngress: all are removed or none.
 * Errors: as AuthorizeSecurityGroupIngress; InvalidPermission.NotFound;
 * InvalidSecurityGroupRuleId.NotFound, .Malformed. Return: 0 or -errno.
 */
int ec2_revoke_security_group_ingress(
	struct ec2 *ec2, const struct ec2_revoke_security_group_ingress_request *request,
	struct ec2_revoke_security_group_ingress_response *response);
EC2_RESPONSE_FREE(revoke_security_group_ingress, "RevokeSecurityGroupIngress")

/* RevokeSecurityGroupEgress. Errors: as for ingress. Return: 0 or -errno. */
int ec2_revoke_security_group_egress(struct ec2 *ec2,
				     const struct ec2_revoke_security_group_egress_request *request,
				     struct ec2_revoke_security_group_egress_response *response);
EC2_RESPONSE_FREE(revoke_security_group_egress, "RevokeSecurityGroupEgress")

/*
 * DescribeSecurityGroupRules. Errors: InvalidSecurityGroupRuleId.NotFound, .Malformed; filters and
 * pages.
 * Return: 0 or -errno.
 */
int ec2_describe_security_group_rules(
	struct ec2 *ec2, const struct ec2_describe_security_group_rules_request *request,
	struct ec2_describe_security_group_rules_response *response);
EC2_RESPONSE_FREE(describe_security_group_rules, "DescribeSecurityGroupRules")

/*
 * ModifySecurityGroupRules: each rule becomes what is given, and keeps its id and direction.
 * Errors: as RevokeSecurityGroupIngress; InvalidPermission.Duplicate. Return: 0 or -errno.
 */
int ec2_modify_security_group_rules(struct ec2 *ec2,
				    const struct ec2_modify_security_group_rules_request *request,
				    struct ec2_modify_security_group_rules_response *response);
EC2_RESPONSE_FREE(modify_security_group_rules, "ModifySecurityGroupRules")

/*
 * UpdateSecurityGroupRuleDescriptionsIngress. Errors: as RevokeSecurityGroupIngress. Return: 0 or
 * -errno.
 */
int ec2_update_security_group_rule_descriptions_ingress(
	struct ec2 *ec2,
	const struct ec2_update_security_group_rule_descriptions_ingress_request *request,
	struct ec2_update_security_group_rule_descriptions_ingress_response *response);
EC2_RESPONSE_FREE(update_security_group_rule_descriptions_ingress,
		  "UpdateSecurityGroupRuleDescriptionsIngress")

/*
 * UpdateSecurityGroupRuleDescriptionsEgress. Errors: as RevokeSecurityGroupIngress. Return: 0 or
 * -errno.
 */
int ec2_update_security_group_rule_descriptions_egress(
	struct ec2 *ec2,
	const struct ec2_update_security_group_rule_descriptions_egress_request *request,
	struct ec2_update_security_group_rule_descriptions_egress_response *response);
EC2_RESPONSE_FREE(update_security_group_rule_descriptions_egress,
		  "UpdateSecurityGroupRuleDescriptionsEgress")

#ifdef __cplusplus
}
#endif
#endif
