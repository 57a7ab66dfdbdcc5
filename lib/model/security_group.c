// SPDX-License-Identifier: LGPL-2.1-or-later
/* Security groups and rules. */
#include "model/request.h"
#include "model/shapes.h"

#define S ec2_ip_range
static const struct ec2_field ip_range_fields[] = {
	STR("CidrIp", cidr_ip, EC2_F_REQUIRED, "a range: 10.0.0.0/8"),
	STR("Description", description, 0, "up to 255 characters"),
};
SHAPE(ip_range, "IpRange", ip_range_fields)
#undef S

#define S ec2_ipv6_range
static const struct ec2_field ipv6_range_fields[] = {
	STR("CidrIpv6", cidr_ipv6, EC2_F_REQUIRED, "a range: 2001:db8::/32"),
	STR("Description", description, 0, "up to 255 characters"),
};
SHAPE(ipv6_range, "Ipv6Range", ipv6_range_fields)
#undef S

#define S ec2_prefix_list_id
static const struct ec2_field prefix_list_id_fields[] = {
	STR("Description", description, 0, "up to 255 characters"),
	STR("PrefixListId", prefix_list_id, EC2_F_REQUIRED, "a prefix list (pl-...)"),
};
SHAPE(prefix_list_id, "PrefixListId", prefix_list_id_fields)
#undef S

#define S ec2_user_id_group_pair
static const struct ec2_field user_id_group_pair_fields[] = {
	STR("Description", description, 0, "up to 255 characters"),
	STR("UserId", user_id, 0, "the group's owner"),
	STR("GroupName", group_name, 0, "the group's name"),
	STR("GroupId", group_id, 0, "the group (sg-...)"),
	STR("VpcId", vpc_id, 0, "its VPC (vpc-...)"),
};
SHAPE(user_id_group_pair, "UserIdGroupPair", user_id_group_pair_fields)
#undef S

#define S ec2_ip_permission
static const struct ec2_field ip_permission_fields[] = {
	STR("IpProtocol", ip_protocol, EC2_F_REQUIRED, "tcp, udp, icmp, icmpv6, a number, or -1"),
	OPTIONAL("FromPort", from_port, 0, "the first port, or the ICMP type"),
	OPTIONAL("ToPort", to_port, 0, "the last port, or the ICMP code"),
	SUBS("UserIdGroupPairs", user_id_group_pairs, user_id_group_pair, EC2_F_EMPTY_LIST,
	     "[{GroupId=ID}]"),
	SUBS("IpRanges", ip_ranges, ip_range, EC2_F_EMPTY_LIST, "[{CidrIp=CIDR}]"),
	SUBS("Ipv6Ranges", ipv6_ranges, ipv6_range, EC2_F_EMPTY_LIST, "[{CidrIpv6=CIDR}]"),
	SUBS("PrefixListIds", prefix_list_ids, prefix_list_id, EC2_F_EMPTY_LIST,
	     "[{PrefixListId=ID}]"),
};
SHAPE(ip_permission, "IpPermission", ip_permission_fields)
#undef S

#define S ec2_security_group
static const struct ec2_field security_group_fields[] = {
	STR("Description", description, EC2_F_LESS, NULL),
	STR("GroupName", group_name, 0, NULL),
	SUBS("IpPermissions", ip_permissions, ip_permission, EC2_F_EMPTY_LIST | EC2_F_HIDDEN, NULL),
	STR("OwnerId", owner_id, EC2_F_HIDDEN, NULL),
	STR("GroupId", group_id, 0, NULL),
	SUBS("IpPermissionsEgress", ip_permissions_egress, ip_permission,
	     EC2_F_EMPTY_LIST | EC2_F_HIDDEN, NULL),
	SUBS("Tags", tags, tag, 0, NULL),
	STR("VpcId", vpc_id, 0, NULL),
};
SHAPE(security_group, "SecurityGroup", security_group_fields)
#undef S

#define S ec2_referenced_security_group
static const struct ec2_field referenced_security_group_fields[] = {
	STR("GroupId", group_id, 0, NULL),
	STR("UserId", user_id, EC2_F_HIDDEN, NULL),
	STR("VpcId", vpc_id, EC2_F_HIDDEN, NULL),
};
SHAPE(referenced_security_group, "ReferencedSecurityGroup", referenced_security_group_fields)
#undef S

#define S ec2_security_group_rule
static const struct ec2_field security_group_rule_fields[] = {
	STR("SecurityGroupRuleId", security_group_rule_id, 0, NULL),
	STR("GroupId", group_id, EC2_F_LESS, NULL),
	STR("GroupOwnerId", group_owner_id, EC2_F_HIDDEN, NULL),
	BOOL("IsEgress", is_egress, 0, NULL),
	STR("IpProtocol", ip_protocol, 0, NULL),
	INT("FromPort", from_port, 0, NULL),
	INT("ToPort", to_port, 0, NULL),
	STR("CidrIpv4", cidr_ipv4, 0, NULL),
	STR("CidrIpv6", cidr_ipv6, 0, NULL),
	STR("PrefixListId", prefix_list_id, 0, NULL),
	SUB("ReferencedGroupInfo", referenced_group_info, referenced_security_group, 0, NULL),
	STR("Description", description, EC2_F_LESS, NULL),
	SUBS("Tags", tags, tag, EC2_F_EMPTY_LIST | EC2_F_LESS, NULL),
};
SHAPE(security_group_rule, "SecurityGroupRule", security_group_rule_fields)
#undef S

#define S ec2_security_group_rule_request
static const struct ec2_field security_group_rule_request_fields[] = {
	STR("IpProtocol", ip_protocol, EC2_F_REQUIRED, "tcp, udp, icmp, icmpv6, a number, or -1"),
	OPTIONAL("FromPort", from_port, 0, "the first port, or the ICMP type"),
	OPTIONAL("ToPort", to_port, 0, "the last port, or the ICMP code"),
	STR("CidrIpv4", cidr_ipv4, 0, "a range: 10.0.0.0/8"),
	STR("CidrIpv6", cidr_ipv6, 0, "a range: 2001:db8::/32"),
	STR("PrefixListId", prefix_list_id, 0, "a prefix list (pl-...)"),
	STR("ReferencedGroupId", referenced_group_id, 0, "a group (sg-...)"),
	STR("Description", description, 0, "up to 255 characters"),
};
SHAPE(security_group_rule_request, "SecurityGroupRuleRequest", security_group_rule_request_fields)
#undef S

#define S ec2_security_group_rule_update
static const struct ec2_field security_group_rule_update_fields[] = {
	STR("SecurityGroupRuleId", security_group_rule_id, EC2_F_REQUIRED, "the rule (sgr-...)"),
	SUB("SecurityGroupRule", security_group_rule, security_group_rule_request, 0,
	    "what it is from now on"),
};
SHAPE(security_group_rule_update, "SecurityGroupRuleUpdate", security_group_rule_update_fields)
#undef S

#define S ec2_security_group_rule_description
static const struct ec2_field security_group_rule_description_fields[] = {
	STR("SecurityGroupRuleId", security_group_rule_id, EC2_F_REQUIRED, "the rule (sgr-...)"),
	STR("Description", description, 0, "up to 255 characters"),
};
SHAPE(security_group_rule_description, "SecurityGroupRuleDescription",
      security_group_rule_description_fields)
#undef S
