// SPDX-License-Identifier: LGPL-2.1-or-later
/* Security groups and their rules: what EC2 answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib_region.h"

#define NO_GROUP "sg-00000000000000000"
#define NO_RULE "sgr-00000000000000000"

#define INGRESS "AuthorizeSecurityGroupIngress"
#define EGRESS "AuthorizeSecurityGroupEgress"
#define REVOKE "RevokeSecurityGroupIngress"
#define REVOKE_EGRESS "RevokeSecurityGroupEgress"
#define GROUPS "DescribeSecurityGroups"
#define RULES "DescribeSecurityGroupRules"
/* A request about the group web: its permissions, or one of them. */
#define WEB(rest) "{'GroupId': '$WEB', " rest "}"
#define PERMIT(protocol, ports, peers) \
	WEB("'IpPermissions': [{'IpProtocol': '" protocol "'" ports ", " peers "}]")
#define PORTS(from, to) ", 'FromPort': " #from ", 'ToPort': " #to
#define CIDR(text) "'IpRanges': [{'CidrIp': '" text "'}]"
#define CIDR6(text) "'Ipv6Ranges': [{'CidrIpv6': '" text "'}]"
#define GROUP(id) "'UserIdGroupPairs': [{'GroupId': '" id "'}]"
#define OF_WEB FILTER("group-id", "$WEB")

/* Two groups in the default VPC, one in another. */
static const struct region_step world[] = {
	{"DescribeVpcs", "{}", "Vpcs.0.VpcId", NULL, "VPC"},
	{"CreateVpc", "{'CidrBlock': '10.0.0.0/16'}", "Vpc.VpcId", NULL, "OTHER_VPC"},
	{"CreateSecurityGroup",
	 "{'GroupName': 'web', 'Description': 'web servers', 'TagSpecifications':"
	 " [{'ResourceType': 'security-group', 'Tags': [{'Key': 'k', 'Value': 'v'}]}]}",
	 "GroupId", NULL, "WEB"},
	{"CreateSecurityGroup", "{'GroupName': 'db', 'Description': 'd', 'VpcId': '$VPC'}",
	 "GroupId", NULL, "DB"},
	{"CreateSecurityGroup", "{'GroupName': 'web', 'Description': 'd', 'VpcId': '$OTHER_VPC'}",
	 "GroupId", NULL, "OTHER"},
	{GROUPS, "{'GroupNames': ['default']}", "SecurityGroups.0.GroupId", NULL, "DEFAULT"},
};

static int set_up(void **state)
{
	*state = region_new();
	REGION_STEPS(*state, world);
	return 0;
}

/* ---- groups ---- */

static const struct region_step new_groups[] = {
	/* the default group: in from itself, out to everywhere */
	{GROUPS, "{'GroupIds': ['$DEFAULT']}", "SecurityGroups.0.Description",
	 "default VPC security group", NULL},
	{GROUPS, "{'GroupIds': ['$DEFAULT']}", "SecurityGroups.0.IpPermissions.0.IpProtocol", "-1",
	 NULL},
	{GROUPS, "{'GroupIds': ['$DEFAULT']}",
	 "SecurityGroups.0.IpPermissions.0.UserIdGroupPairs.0.GroupId", "$DEFAULT", NULL},
	{GROUPS, "{'GroupIds': ['$DEFAULT']}",
	 "SecurityGroups.0.IpPermissionsEgress.0.IpRanges.0.CidrIp", "0.0.0.0/0", NULL},
	/* another: nothing in */
	{GROUPS, "{'GroupIds': ['$WEB']}", "SecurityGroups.0.IpPermissions", "0", NULL},
	{GROUPS, "{'GroupIds': ['$WEB']}", "SecurityGroups.0.IpPermissionsEgress", "1", NULL},
	/* all protocols have no ports */
	{GROUPS, "{'GroupIds': ['$WEB']}", "SecurityGroups.0.IpPermissionsEgress.0.FromPort", "",
	 NULL},
	{GROUPS, "{'GroupIds': ['$WEB']}", "SecurityGroups.0.OwnerId", "000000000000", NULL},
	{GROUPS, "{'GroupIds': ['$WEB']}", "SecurityGroups.0.VpcId", "$VPC", NULL},
	{GROUPS, "{'GroupNames': ['web', 'db']}", "SecurityGroups", "2", NULL},
	{GROUPS, "{'GroupNames': ['web'], 'GroupIds': ['$OTHER']}", "SecurityGroups", "2", NULL},
	{GROUPS, "{}", "SecurityGroups", "5", NULL},
	{GROUPS, FILTER("tag:k", "v"), "SecurityGroups.0.GroupId", "$WEB", NULL},
	{GROUPS, FILTER("vpc-id", "$OTHER_VPC"), "SecurityGroups", "2", NULL},
	{GROUPS, FILTER("group-name", "w*"), "SecurityGroups", "2", NULL},
	{RULES, "{}", "SecurityGroupRules", "7", NULL},
	{RULES, OF_WEB, "SecurityGroupRules.0.FromPort", "-1", NULL},
	{RULES, OF_WEB, "SecurityGroupRules.0.IsEgress", "true", NULL},
};

static const struct region_row bad_groups[] = {
	{"CreateSecurityGroup", "{'GroupName': 'x'}", "MissingParameter", "Description"},
	{"CreateSecurityGroup", "{'GroupName': 'web', 'Description': 'd'}",
	 "InvalidGroup.Duplicate", "The security group 'web' already exists for VPC 'vpc-"},
	{"CreateSecurityGroup", "{'GroupName': 'default', 'Description': 'd'}",
	 "InvalidGroup.Reserved", "default"},
	{"CreateSecurityGroup", "{'GroupName': 'sg-1', 'Description': 'd'}",
	 "InvalidParameterValue", "sg-*"},
	{"CreateSecurityGroup", "{'GroupName': '', 'Description': 'd'}", "InvalidParameterValue",
	 "GroupName"},
	{"CreateSecurityGroup", "{'GroupName': 'x', 'Description': ''}", "InvalidParameterValue",
	 "GroupDescription"},
	{"CreateSecurityGroup", "{'GroupName': 'x', 'Description': 'a|b'}", "InvalidParameterValue",
	 "following set"},
	{"CreateSecurityGroup", "{'GroupName': 'x', 'Description': 'd', 'VpcId': 'vpc-1'}",
	 "InvalidVpcID.Malformed", NULL},
	{"CreateSecurityGroup", "{'GroupName': 'x', 'Description': 'd', 'DryRun': true}",
	 "DryRunOperation", NULL},
	{GROUPS, "{'GroupIds': ['" NO_GROUP "']}", "InvalidGroup.NotFound",
	 "The security group '" NO_GROUP "' does not exist"},
	{GROUPS, "{'GroupIds': ['web']}", "InvalidGroupId.Malformed", "expecting \"sg-...\""},
	{GROUPS, "{'GroupNames': ['nosuch']}", "InvalidGroup.NotFound", "in default VPC"},
	{GROUPS, FILTER("ip-permission.colour", "x"), "InvalidParameterValue", NULL},
	{RULES, "{'SecurityGroupRuleIds': ['" NO_RULE "']}", "InvalidSecurityGroupRuleId.NotFound",
	 NULL},
	{"DeleteSecurityGroup", "{}", "MissingParameter", "groupName or groupId"},
	{"DeleteSecurityGroup", "{'GroupId': '$DEFAULT'}", "CannotDelete",
	 "name: \"default\" cannot be deleted by a user"},
	{"DeleteSecurityGroup", "{'GroupId': '$WEB', 'DryRun': true}", "DryRunOperation", NULL},
	{"DeleteVpc", "{'VpcId': '$OTHER_VPC'}", "DependencyViolation", NULL},
};

static const struct region_step fewer_groups[] = {
	{"DeleteSecurityGroup", "{'GroupName': 'web'}", NULL, NULL, NULL},
	{GROUPS, "{}", "SecurityGroups", "4", NULL},
	{RULES, "{}", "SecurityGroupRules", "6", NULL},
	{"DescribeTags", "{}", "Tags", "0", NULL},
	{"DeleteSecurityGroup", "{'GroupId': '$OTHER'}", NULL, NULL, NULL},
	{"DeleteVpc", "{'VpcId': '$OTHER_VPC'}", NULL, NULL, NULL},
	{RULES, "{}", "SecurityGroupRules", "3", NULL},
};

static void groups_come_and_go(void **state)
{
	REGION_STEPS(*state, new_groups);
	REGION_ROWS(*state, bad_groups);
	REGION_STEPS(*state, fewer_groups);
}

/* ---- rules ---- */

static const struct region_step authorized[] = {
	{INGRESS, PERMIT("tcp", PORTS(22, 22), CIDR("10.1.2.3/8")), "Return", "true", NULL},
	{RULES, OF_WEB, "SecurityGroupRules.1.CidrIpv4", "10.0.0.0/8", NULL},
	{RULES, OF_WEB, "SecurityGroupRules.1.FromPort", "22", NULL},
	{RULES, OF_WEB, "SecurityGroupRules.1.SecurityGroupRuleId", NULL, "RULE"},
	/* port 0 is a port */
	{INGRESS, PERMIT("6", PORTS(0, 65535), CIDR6("2001:DB8::1/32")),
	 "SecurityGroupRules.0.CidrIpv6", "2001:db8::/32", NULL},
	{GROUPS, FILTER("ip-permission.from-port", "0"),
	 "SecurityGroups.0.IpPermissions.1.FromPort", "0", NULL},
	{INGRESS, PERMIT("UDP", PORTS(53, 53), GROUP("$DB")),
	 "SecurityGroupRules.0.ReferencedGroupInfo.GroupId", "$DB", NULL},
	{INGRESS, PERMIT("icmp", PORTS(8, -1), CIDR("0.0.0.0/0")), "SecurityGroupRules.0.ToPort",
	 "-1", NULL},
	{INGRESS, PERMIT("icmp", PORTS(-1, -1), CIDR("0.0.0.0/0")), NULL, NULL, NULL},
	{INGRESS, PERMIT("58", "", CIDR6("::/0")), "SecurityGroupRules.0.IpProtocol", "icmpv6",
	 NULL},
	{INGRESS, PERMIT("50", PORTS(7, 7), CIDR("0.0.0.0/0")), "SecurityGroupRules.0.FromPort",
	 "-1", NULL},
	{INGRESS, PERMIT("-1", "", GROUP("$WEB")), "SecurityGroupRules.0.IpProtocol", "-1", NULL},
	/* several peers of one permission: a rule each, one permission */
	{INGRESS,
	 PERMIT("tcp", PORTS(22, 22),
		"'IpRanges': [{'CidrIp': '10.1.0.0/16', 'Description': 'a'}, {'CidrIp':"
		" '10.2.0.0/16'}], " CIDR6("::/0") ", " GROUP("$DB")),
	 "SecurityGroupRules", "4", NULL},
	{GROUPS, "{'GroupIds': ['$WEB']}", "SecurityGroups.0.IpPermissions.0.IpRanges", "3", NULL},
	{GROUPS, "{'GroupIds': ['$WEB']}",
	 "SecurityGroups.0.IpPermissions.0.IpRanges.1.Description", "a", NULL},
	{GROUPS, "{'GroupIds': ['$WEB']}", "SecurityGroups.0.IpPermissions.0.UserIdGroupPairs", "1",
	 NULL},
	{GROUPS, "{'GroupIds': ['$WEB']}", "SecurityGroups.0.IpPermissions", "8", NULL},
	{GROUPS, FILTER("ip-permission.cidr", "10.2.*"), "SecurityGroups", "1", NULL},
	{GROUPS, FILTER("egress.ip-permission.protocol", "-1"), "SecurityGroups", "5", NULL},
	/* the short forms of EC2's first days, and names in the default VPC */
	{INGRESS,
	 "{'GroupName': 'web', 'IpProtocol': 'tcp', 'FromPort': 443, 'ToPort': 443,"
	 " 'CidrIp': '0.0.0.0/0'}",
	 "SecurityGroupRules.0.FromPort", "443", NULL},
	{INGRESS, WEB("'SourceSecurityGroupName': 'default'"), "SecurityGroupRules.0.IpProtocol",
	 "-1", NULL},
	{EGRESS, PERMIT("tcp", PORTS(22, 22), CIDR("10.0.0.0/8")), "SecurityGroupRules.0.IsEgress",
	 "true", NULL},
	{INGRESS,
	 WEB("'IpPermissions': [{'IpProtocol': 'tcp', 'FromPort': 1, 'ToPort': 1, " CIDR(
		 "1.0.0.0/8") "}], 'TagSpecifications': [{'ResourceType': 'security-group-rule',"
			      " 'Tags': [{'Key': 'k', 'Value': 'v'}]}]"),
	 "SecurityGroupRules.0.Tags.0.Value", "v", NULL},
	{RULES, FILTER("tag:k", "v"), "SecurityGroupRules", "1", NULL},
	{RULES, OF_WEB, "SecurityGroupRules", "17", NULL},
};

static const struct region_row bad_rules[] = {
	{INGRESS, PERMIT("tcp", PORTS(22, 22), CIDR("10.9.9.9/8")), "InvalidPermission.Duplicate",
	 "the specified rule \"peer: 10.0.0.0/8, TCP, from port: 22, to port: 22, ALLOW\" already"
	 " exists"},
	{INGRESS, PERMIT("-1", "", GROUP("$WEB")), "InvalidPermission.Duplicate", ", ALL, ALLOW"},
	{EGRESS, PERMIT("-1", "", CIDR("0.0.0.0/0")), "InvalidPermission.Duplicate", NULL},
	/* one that is there already, and none is added */
	{INGRESS,
	 PERMIT("tcp", PORTS(22, 22),
		"'IpRanges': [{'CidrIp': '9.0.0.0/8'}, {'CidrIp': '10.0.0.0/8'}]"),
	 "InvalidPermission.Duplicate", NULL},
	{INGRESS,
	 PERMIT("tcp", PORTS(9, 9),
		"'IpRanges': [{'CidrIp': '9.0.0.1/8'}, {'CidrIp': '9.0.0.2/8'}]"),
	 "InvalidParameterValue", "must not appear multiple times"},
	{INGRESS, PERMIT("tcp", "", CIDR("9.0.0.0/8")), "InvalidParameterValue",
	 "Must specify both from and to ports with TCP/UDP."},
	{INGRESS, PERMIT("tcp", ", 'FromPort': 22", CIDR("9.0.0.0/8")), "InvalidParameterValue",
	 "Must specify both"},
	{INGRESS, PERMIT("tcp", PORTS(90, 80), CIDR("9.0.0.0/8")), "InvalidParameterValue",
	 "Invalid TCP/UDP port range (90:80)"},
	{INGRESS, PERMIT("udp", PORTS(0, 65536), CIDR("9.0.0.0/8")), "InvalidParameterValue",
	 "65536"},
	{INGRESS, PERMIT("tcp", PORTS(-1, -1), CIDR("9.0.0.0/8")), "InvalidParameterValue",
	 "TCP/UDP port (-1) out of range"},
	{INGRESS, PERMIT("icmp", PORTS(256, 0), CIDR("9.0.0.0/8")), "InvalidParameterValue", "256"},
	{INGRESS, PERMIT("icmp", PORTS(-1, 3), CIDR("9.0.0.0/8")), "InvalidParameterValue", "-1:3"},
	{INGRESS, PERMIT("gre", "", CIDR("9.0.0.0/8")), "InvalidParameterValue",
	 "Invalid value 'gre' for IP protocol. Unknown protocol."},
	{INGRESS, PERMIT("256", "", CIDR("9.0.0.0/8")), "InvalidParameterValue", "256"},
	{INGRESS, PERMIT("-2", "", CIDR("9.0.0.0/8")), "InvalidParameterValue", "-2"},
	{INGRESS, PERMIT("", "", CIDR("9.0.0.0/8")), "InvalidParameterValue", NULL},
	{INGRESS, PERMIT("tcp", PORTS(1, 2), CIDR("9.0.0.0")), "InvalidParameterValue",
	 "CIDR block 9.0.0.0 is malformed"},
	{INGRESS, PERMIT("tcp", PORTS(1, 2), CIDR("::/0")), "InvalidParameterValue", NULL},
	{INGRESS, PERMIT("tcp", PORTS(1, 2), CIDR6("0.0.0.0/0")), "InvalidParameterValue", NULL},
	{INGRESS, PERMIT("tcp", PORTS(1, 2), "'IpRanges': []"), "MissingParameter",
	 "Missing source specification"},
	{INGRESS,
	 PERMIT("tcp", PORTS(1, 2), "'IpRanges': [{'CidrIp': '9.0.0.0/8', 'Description': 'a|b'}]"),
	 "InvalidParameterValue", "rule description"},
	{INGRESS, PERMIT("tcp", PORTS(1, 2), GROUP(NO_GROUP)), "InvalidGroup.NotFound", NO_GROUP},
	{INGRESS, PERMIT("tcp", PORTS(1, 2), GROUP("$OTHER")), "InvalidGroup.NotFound",
	 "belong to different networks"},
	{INGRESS, PERMIT("tcp", PORTS(1, 2), "'UserIdGroupPairs': [{}]"), "MissingParameter",
	 "groupName or groupId"},
	{INGRESS,
	 PERMIT("tcp", PORTS(1, 2), "'UserIdGroupPairs': [{'GroupId': '$DB', 'UserId': '123'}]"),
	 "InvalidGroup.NotFound", "123"},
	{INGRESS, PERMIT("tcp", PORTS(1, 2), "'PrefixListIds': [{'PrefixListId': 'pl-00000000'}]"),
	 "InvalidPrefixListID.NotFound", "pl-00000000"},
	{INGRESS, WEB("'IpProtocol': 'tcp', 'CidrIp': '9.0.0.0/8'"), "InvalidParameterValue", NULL},
	{INGRESS, WEB("'CidrIp': '9.0.0.0/8'"), "MissingParameter", "IpProtocol"},
	{INGRESS,
	 WEB("'IpProtocol': 'tcp', 'IpPermissions': [{'IpProtocol': '-1', " CIDR("9.0.0.0/8") "}]"),
	 "InvalidParameterCombination", NULL},
	{INGRESS, "{'GroupId': '$WEB'}", "MissingParameter", "ipPermissions"},
	{INGRESS, "{'IpPermissions': []}", "MissingParameter", "groupName or groupId"},
	{INGRESS, "{'GroupId': '" NO_GROUP "'}", "InvalidGroup.NotFound", NULL},
	{INGRESS,
	 WEB("'DryRun': true, 'IpPermissions': [{'IpProtocol': '-1', " CIDR("9.0.0.0/8") "}]"),
	 "DryRunOperation", NULL},

	{REVOKE, PERMIT("tcp", PORTS(22, 22), CIDR("9.0.0.0/8")), "InvalidPermission.NotFound",
	 "The specified rule does not exist in this security group."},
	{REVOKE, PERMIT("tcp", PORTS(22, 23), CIDR("10.0.0.0/8")), "InvalidPermission.NotFound",
	 NULL},
	/* one is there, and stays */
	{REVOKE,
	 PERMIT("tcp", PORTS(22, 22),
		"'IpRanges': [{'CidrIp': '10.0.0.0/8'}, {'CidrIp': '9.0.0.0/8'}]"),
	 "InvalidPermission.NotFound", NULL},
	{REVOKE, "{'GroupId': '$WEB'}", "MissingParameter", NULL},
	{REVOKE, WEB("'SecurityGroupRuleIds': ['" NO_RULE "']"),
	 "InvalidSecurityGroupRuleId.NotFound", NULL},
	{REVOKE, WEB("'SecurityGroupRuleIds': ['sgr']"), "InvalidSecurityGroupRuleId.Malformed",
	 NULL},
	{REVOKE_EGRESS, WEB("'SecurityGroupRuleIds': ['$RULE']"),
	 "InvalidSecurityGroupRuleId.NotFound", NULL},
	{REVOKE, "{'GroupId': '$DB', 'SecurityGroupRuleIds': ['$RULE']}",
	 "InvalidSecurityGroupRuleId.NotFound", "does not exist in the group"},
	{"DeleteSecurityGroup", "{'GroupId': '$DB'}", "DependencyViolation",
	 "has a dependent object"},
};

#define MODIFY "ModifySecurityGroupRules"
#define UPDATE "UpdateSecurityGroupRuleDescriptionsIngress"
#define MODIFIED(rule)                                                                            \
	WEB("'SecurityGroupRules': [{'SecurityGroupRuleId': '$RULE', 'SecurityGroupRule': {" rule \
	    "}}]")
#define THE_RULE "{'SecurityGroupRuleIds': ['$RULE']}"

static const struct region_step changed[] = {
	{RULES, OF_WEB, "SecurityGroupRules", "17", NULL},
	{MODIFY,
	 MODIFIED("'IpProtocol': 'tcp', 'FromPort': 22, 'ToPort': 22, 'CidrIpv4':"
		  " '9.9.9.9/8', 'Description': 'ssh'"),
	 "Return", "true", NULL},
	{RULES, THE_RULE, "SecurityGroupRules.0.CidrIpv4", "9.0.0.0/8", NULL},
	{RULES, THE_RULE, "SecurityGroupRules.0.Description", "ssh", NULL},
	/* as it is already, without the description */
	{MODIFY,
	 MODIFIED("'IpProtocol': 'tcp', 'FromPort': 22, 'ToPort': 22, 'CidrIpv4':"
		  " '9.0.0.0/8'"),
	 "Return", "true", NULL},
	{RULES, THE_RULE, "SecurityGroupRules.0.Description", "", NULL},
	{UPDATE,
	 PERMIT("tcp", PORTS(22, 22), "'IpRanges': [{'CidrIp': '9.0.0.0/8', 'Description': 'b'}]"),
	 "Return", "true", NULL},
	{RULES, THE_RULE, "SecurityGroupRules.0.Description", "b", NULL},
	{UPDATE,
	 WEB("'SecurityGroupRuleDescriptions': [{'SecurityGroupRuleId': '$RULE', 'Description':"
	     " 'c'}]"),
	 "Return", "true", NULL},
	{RULES, THE_RULE, "SecurityGroupRules.0.Description", "c", NULL},
	{"UpdateSecurityGroupRuleDescriptionsEgress",
	 PERMIT("-1", "", "'IpRanges': [{'CidrIp': '0.0.0.0/0', 'Description': 'out'}]"), "Return",
	 "true", NULL},
	{RULES, OF_WEB, "SecurityGroupRules.0.Description", "out", NULL},
	{REVOKE, WEB("'SecurityGroupRuleIds': ['$RULE']"), "Return", "true", NULL},
	{REVOKE, PERMIT("tcp", PORTS(0, 65535), CIDR6("2001:db8::/32")), "Return", "true", NULL},
	{REVOKE, WEB("'SourceSecurityGroupName': 'default'"), "Return", "true", NULL},
	{REVOKE_EGRESS, PERMIT("-1", "", CIDR("0.0.0.0/0")), "Return", "true", NULL},
	{RULES, OF_WEB, "SecurityGroupRules", "13", NULL},
	/* no rule of its own group's keeps a group */
	{INGRESS, "{'GroupId': '$DB', 'IpPermissions': [{'IpProtocol': '-1', " GROUP("$DB") "}]}",
	 NULL, NULL, NULL},
	{"DeleteSecurityGroup", "{'GroupId': '$WEB'}", NULL, NULL, NULL},
	{"DeleteSecurityGroup", "{'GroupId': '$DB'}", NULL, NULL, NULL},
	{"DescribeTags", FILTER("resource-type", "security-group-rule"), "Tags", "0", NULL},
};

static const struct region_row not_changed[] = {
	{MODIFY, "{'GroupId': '$WEB'}", "MissingParameter", "SecurityGroupRules"},
	{MODIFY, MODIFIED("'IpProtocol': '-1'"), "MissingParameter", "one of CidrIpv4"},
	{MODIFY, MODIFIED("'CidrIpv4': '9.0.0.0/8'"), "MissingParameter", "IpProtocol"},
	{MODIFY, MODIFIED("'IpProtocol': '-1', 'CidrIpv4': '9.0.0.0/8', 'CidrIpv6': '::/0'"),
	 "InvalidParameterCombination", NULL},
	{MODIFY, MODIFIED("'IpProtocol': '-1', 'ReferencedGroupId': '$WEB'"),
	 "InvalidPermission.Duplicate", NULL},
	{MODIFY, MODIFIED("'IpProtocol': 'tcp', 'CidrIpv4': '9.0.0.0/8'"), "InvalidParameterValue",
	 NULL},
	{MODIFY,
	 "{'GroupId': '$DB', 'SecurityGroupRules': [{'SecurityGroupRuleId': '$RULE',"
	 " 'SecurityGroupRule': {'IpProtocol': '-1', 'CidrIpv4': '9.0.0.0/8'}}]}",
	 "InvalidSecurityGroupRuleId.NotFound", NULL},
	{UPDATE, "{'GroupId': '$WEB'}", "MissingParameter", NULL},
	{UPDATE, PERMIT("tcp", PORTS(9, 9), CIDR("9.0.0.0/8")), "InvalidPermission.NotFound", NULL},
	{UPDATE,
	 WEB("'SecurityGroupRuleDescriptions': [{'SecurityGroupRuleId': '$RULE', 'Description':"
	     " 'a|b'}]"),
	 "InvalidParameterValue", NULL},
};

static void rules_come_and_go(void **state)
{
	REGION_STEPS(*state, authorized);
	REGION_ROWS(*state, bad_rules);
	REGION_ROWS(*state, not_changed);
	/* of what was refused nothing has been done */
	REGION_STEPS(*state, changed);
}

/* 60 for each direction and family; a rule about a group counts for both. */
static void rules_have_a_quota(void **state)
{
	static const struct region_row over[] = {
		{INGRESS, PERMIT("tcp", PORTS(9, 9), CIDR("9.0.0.0/8")),
		 "RulesPerSecurityGroupLimitExceeded", NULL},
		{INGRESS, PERMIT("tcp", PORTS(9, 9), GROUP("$DB")),
		 "RulesPerSecurityGroupLimitExceeded", NULL},
	};
	char request[200];

	region_must(*state, INGRESS, PERMIT("-1", "", GROUP("$DB")));
	for (int i = 0; i < 59; i++) {
		snprintf(request, sizeof(request),
			 PERMIT("tcp", ", 'FromPort': %d, 'ToPort': %d", CIDR("10.0.0.0/8")), i, i);
		region_must(*state, INGRESS, request);
	}
	REGION_ROWS(*state, over);
	region_must(*state, INGRESS, PERMIT("tcp", PORTS(9, 9), CIDR6("::/0")));
	region_must(*state, EGRESS, PERMIT("tcp", PORTS(9, 9), CIDR("9.0.0.0/8")));
	region_expect(*state, RULES, OF_WEB, "SecurityGroupRules", "63");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, region_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(groups_come_and_go),
		TEST(rules_come_and_go),
		TEST(rules_have_a_quota),
	};

	return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
