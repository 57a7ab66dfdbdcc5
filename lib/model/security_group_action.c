// SPDX-License-Identifier: LGPL-2.1-or-later
/* Requests and responses of the security group actions. */
#include "model/request.h"
#include "model/shapes.h"

#define GROUP_ID(flags) STR("GroupId", group_id, flags, "the group (sg-...)")
#define GROUP_NAME STR("GroupName", group_name, 0, "or its name, in the default VPC")
#define IP_PERMISSIONS                                          \
	SUBS("IpPermissions", ip_permissions, ip_permission, 0, \
	     "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=CIDR,Description=TEXT}]")
#define RULE_IDS STRS("SecurityGroupRuleIds", security_group_rule_ids, 0, "these rules (sgr-...)")
#define RULE_DESCRIPTIONS                                                       \
	SUBS("SecurityGroupRuleDescriptions", security_group_rule_descriptions, \
	     security_group_rule_description, 0, "or: SecurityGroupRuleId=ID,Description=TEXT")
#define RETURN BOOL("Return", return_value, 0, NULL)

#define S ec2_create_security_group_request
REQUEST(create_security_group, "CreateSecurityGroup",
	STR("Description", description, EC2_F_REQUIRED, "what it is for"),
	STR("GroupName", group_name, EC2_F_REQUIRED, "its name, unique in the VPC"),
	STR("VpcId", vpc_id, 0, "the VPC (vpc-...); the default VPC if not given"),
	TAG_SPECIFICATIONS, DRY_RUN)
#undef S

#define S ec2_create_security_group_response
RESPONSE(create_security_group, "CreateSecurityGroup", STR("GroupId", group_id, 0, NULL),
	 SUBS("Tags", tags, tag, 0, NULL))
#undef S

#define S ec2_delete_security_group_request
REQUEST(delete_security_group, "DeleteSecurityGroup", GROUP_ID(0), GROUP_NAME, DRY_RUN)
#undef S

#define S ec2_describe_security_groups_request
REQUEST(describe_security_groups, "DescribeSecurityGroups", FILTERS,
	STRS("GroupIds", group_ids, 0, "these groups (sg-...)"),
	STRS("GroupNames", group_names, 0, "or these names, in the default VPC"), DRY_RUN,
	NEXT_TOKEN, MAX_RESULTS)
#undef S

#define S ec2_describe_security_groups_response
RESPONSE(describe_security_groups, "DescribeSecurityGroups", STR("NextToken", next_token, 0, NULL),
	 SUBS("SecurityGroups", security_groups, security_group, EC2_F_EMPTY_LIST, NULL))
#undef S

/* What ingress has besides, for one rule. */
#define CIDR_IP STR("CidrIp", cidr_ip, 0, "one rule: the range that may come in")
#define FROM_PORT OPTIONAL("FromPort", from_port, 0, "one rule: the first port, or the ICMP type")
#define IP_PROTOCOL STR("IpProtocol", ip_protocol, 0, "one rule: tcp, udp, icmp, a number, or -1")
#define SOURCE_NAME                                                   \
	STR("SourceSecurityGroupName", source_security_group_name, 0, \
	    "one rule: the group whose members may come in")
#define SOURCE_OWNER \
	STR("SourceSecurityGroupOwnerId", source_security_group_owner_id, 0, "the owner of that")
#define TO_PORT OPTIONAL("ToPort", to_port, 0, "one rule: the last port, or the ICMP code")

#define S ec2_authorize_security_group_ingress_request
REQUEST(authorize_security_group_ingress, "AuthorizeSecurityGroupIngress", CIDR_IP, FROM_PORT,
	GROUP_ID(0), GROUP_NAME, IP_PERMISSIONS, IP_PROTOCOL, SOURCE_NAME, SOURCE_OWNER, TO_PORT,
	DRY_RUN, TAG_SPECIFICATIONS)
#undef S

#define RULES                                                                                   \
	SUBS("SecurityGroupRules", security_group_rules, security_group_rule, EC2_F_EMPTY_LIST, \
	     NULL)

#define S ec2_authorize_security_group_ingress_response
RESPONSE(authorize_security_group_ingress, "AuthorizeSecurityGroupIngress", RETURN, RULES)
#undef S

#define S ec2_authorize_security_group_egress_request
REQUEST(authorize_security_group_egress, "AuthorizeSecurityGroupEgress", TAG_SPECIFICATIONS,
	DRY_RUN, GROUP_ID(EC2_F_REQUIRED), IP_PERMISSIONS)
#undef S

#define S ec2_authorize_security_group_egress_response
RESPONSE(authorize_security_group_egress, "AuthorizeSecurityGroupEgress", RETURN, RULES)
#undef S

#define S ec2_revoke_security_group_ingress_request
REQUEST(revoke_security_group_ingress, "RevokeSecurityGroupIngress", CIDR_IP, FROM_PORT,
	GROUP_ID(0), GROUP_NAME, IP_PERMISSIONS, IP_PROTOCOL, SOURCE_NAME, SOURCE_OWNER, TO_PORT,
	DRY_RUN, RULE_IDS)
#undef S

#define S ec2_revoke_security_group_ingress_response
RESPONSE(revoke_security_group_ingress, "RevokeSecurityGroupIngress", RETURN)
#undef S

#define S ec2_revoke_security_group_egress_request
REQUEST(revoke_security_group_egress, "RevokeSecurityGroupEgress", DRY_RUN, RULE_IDS,
	GROUP_ID(EC2_F_REQUIRED), IP_PERMISSIONS)
#undef S

#define S ec2_revoke_security_group_egress_response
RESPONSE(revoke_security_group_egress, "RevokeSecurityGroupEgress", RETURN)
#undef S

#define S ec2_describe_security_group_rules_request
REQUEST(describe_security_group_rules, "DescribeSecurityGroupRules", FILTERS, RULE_IDS, DRY_RUN,
	NEXT_TOKEN, MAX_RESULTS)
#undef S

#define S ec2_describe_security_group_rules_response
RESPONSE(describe_security_group_rules, "DescribeSecurityGroupRules", RULES,
	 STR("NextToken", next_token, 0, NULL))
#undef S

#define S ec2_modify_security_group_rules_request
REQUEST(modify_security_group_rules, "ModifySecurityGroupRules", GROUP_ID(EC2_F_REQUIRED),
	SUBS("SecurityGroupRules", security_group_rules, security_group_rule_update, EC2_F_REQUIRED,
	     "SecurityGroupRuleId=ID,SecurityGroupRule={IpProtocol=tcp,FromPort=22,ToPort=22,"
	     "CidrIpv4=CIDR}"),
	DRY_RUN)
#undef S

#define S ec2_modify_security_group_rules_response
RESPONSE(modify_security_group_rules, "ModifySecurityGroupRules", RETURN)
#undef S

#define S ec2_update_security_group_rule_descriptions_ingress_request
REQUEST(update_security_group_rule_descriptions_ingress,
	"UpdateSecurityGroupRuleDescriptionsIngress", DRY_RUN, GROUP_ID(0), GROUP_NAME,
	IP_PERMISSIONS, RULE_DESCRIPTIONS)
#undef S

#define S ec2_update_security_group_rule_descriptions_ingress_response
RESPONSE(update_security_group_rule_descriptions_ingress,
	 "UpdateSecurityGroupRuleDescriptionsIngress", RETURN)
#undef S

#define S ec2_update_security_group_rule_descriptions_egress_request
REQUEST(update_security_group_rule_descriptions_egress, "UpdateSecurityGroupRuleDescriptionsEgress",
	DRY_RUN, GROUP_ID(0), GROUP_NAME, IP_PERMISSIONS, RULE_DESCRIPTIONS)
#undef S

#define S ec2_update_security_group_rule_descriptions_egress_response
RESPONSE(update_security_group_rule_descriptions_egress,
	 "UpdateSecurityGroupRuleDescriptionsEgress", RETURN)
#undef S
