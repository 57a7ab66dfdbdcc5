// SPDX-License-Identifier: LGPL-2.1-or-later
/* Network ACLs: what EC2 answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib_region.h"

#define NO_ACL "acl-00000000000000000"
#define ACLS "DescribeNetworkAcls"
#define ENTRY "CreateNetworkAclEntry"
#define REPLACE "ReplaceNetworkAclEntry"
#define DELETE "DeleteNetworkAclEntry"
#define MOVE "ReplaceNetworkAclAssociation"
#define THE_ACL "{'NetworkAclIds': ['$ACL']}"
#define RULE(number, rest) "{'NetworkAclId': '$ACL', 'RuleNumber': " #number rest "}"
#define ALLOW ", 'RuleAction': 'allow', 'CidrBlock': '0.0.0.0/0'"
#define TCP(from, to) ", 'Protocol': 'tcp', 'PortRange': {'From': " #from ", 'To': " #to "}"
#define ICMP(type, code) ", 'Protocol': '1', 'IcmpTypeCode': {'Type': " #type ", 'Code': " #code "}"

static const struct region_step world[] = {
	{"CreateVpc", "{'CidrBlock': '10.0.0.0/16'}", "Vpc.VpcId", NULL, "VPC"},
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '10.0.1.0/24'}", "Subnet.SubnetId", NULL,
	 "SUBNET"},
	{ACLS, FILTER("vpc-id", "$VPC"), "NetworkAcls.0.NetworkAclId", NULL, "DEFAULT"},
	{ACLS, FILTER("association.subnet-id", "$SUBNET"),
	 "NetworkAcls.0.Associations.0.NetworkAclAssociationId", NULL, "ASSOCIATION"},
	{ACLS, FILTER("default", "true"), "NetworkAcls.0.NetworkAclId", NULL, "OTHER"},
	{"CreateNetworkAcl",
	 "{'VpcId': '$VPC', 'TagSpecifications': [{'ResourceType': 'network-acl', 'Tags': [{'Key':"
	 " 'k', 'Value': 'v'}]}]}",
	 "NetworkAcl.NetworkAclId", NULL, "ACL"},
};

static int set_up(void **state)
{
	*state = region_new();
	REGION_STEPS(*state, world);
	return 0;
}

static const struct region_step entries[] = {
	/* the default one allows all, a new one nothing */
	{ACLS, FILTER("network-acl-id", "$DEFAULT"), "NetworkAcls.0.Entries", "4", NULL},
	{ACLS, FILTER("network-acl-id", "$DEFAULT"), "NetworkAcls.0.Entries.0.RuleAction", "allow",
	 NULL},
	{ACLS, FILTER("network-acl-id", "$DEFAULT"), "NetworkAcls.0.Entries.3.RuleNumber", "32767",
	 NULL},
	{ACLS, THE_ACL, "NetworkAcls.0.Entries", "2", NULL},
	{ACLS, THE_ACL, "NetworkAcls.0.Entries.0.RuleAction", "deny", NULL},
	{ACLS, THE_ACL, "NetworkAcls.0.IsDefault", "false", NULL},
	{ENTRY, RULE(200, TCP(0, 65535) ALLOW), NULL, NULL, NULL},
	{ENTRY, RULE(100, TCP(443, 443) ALLOW), NULL, NULL, NULL},
	/* the same number in the other direction */
	{ENTRY, RULE(100, ", 'Egress': true" ICMP(8, -1) ALLOW), NULL, NULL, NULL},
	{ENTRY,
	 RULE(32766, ", 'Protocol': '-1', 'RuleAction': 'deny', 'Ipv6CidrBlock': '2001:DB8::/32'"),
	 NULL, NULL, NULL},
	/* what the protocol has not is not kept */
	{ENTRY, RULE(1, ", 'Protocol': '50', 'PortRange': {'From': 1, 'To': 2}" ALLOW), NULL, NULL,
	 NULL},
	{ACLS, THE_ACL, "NetworkAcls.0.Entries", "7", NULL},
	/* egress first, then by number */
	{ACLS, THE_ACL, "NetworkAcls.0.Entries.0.IcmpTypeCode.Type", "8", NULL},
	{ACLS, THE_ACL, "NetworkAcls.0.Entries.0.IcmpTypeCode.Code", "-1", NULL},
	{ACLS, THE_ACL, "NetworkAcls.0.Entries.0.PortRange", "", NULL},
	{ACLS, THE_ACL, "NetworkAcls.0.Entries.2.Protocol", "50", NULL},
	{ACLS, THE_ACL, "NetworkAcls.0.Entries.2.PortRange", "", NULL},
	{ACLS, THE_ACL, "NetworkAcls.0.Entries.3.PortRange.From", "443", NULL},
	{ACLS, THE_ACL, "NetworkAcls.0.Entries.4.PortRange.From", "0", NULL},
	{ACLS, THE_ACL, "NetworkAcls.0.Entries.5.Ipv6CidrBlock", "2001:db8::/32", NULL},
	{ACLS, FILTER("entry.port-range.to", "443"), "NetworkAcls.0.NetworkAclId", "$ACL", NULL},
};

static const struct region_row refused[] = {
	{"CreateNetworkAcl", "{'VpcId': 'vpc-00000000'}", "InvalidVpcID.NotFound", NULL},
	{"CreateNetworkAcl", "{'VpcId': '$VPC', 'DryRun': true}", "DryRunOperation", NULL},
	{"DeleteNetworkAcl", "{'NetworkAclId': '$DEFAULT'}", "InvalidParameterValue",
	 "cannot delete default network ACL"},
	{"DeleteNetworkAcl", "{'NetworkAclId': '" NO_ACL "'}", "InvalidNetworkAclID.NotFound",
	 "The networkAcl ID '" NO_ACL "' does not exist"},
	{"DeleteNetworkAcl", "{'NetworkAclId': 'acl'}", "InvalidNetworkAclId.Malformed", NULL},
	{ENTRY, RULE(100, TCP(1, 1) ALLOW), "NetworkAclEntryAlreadyExists", "identified by 100"},
	{ENTRY, RULE(0, TCP(1, 1) ALLOW), "InvalidParameterValue", "ruleNumber"},
	{ENTRY, RULE(32767, TCP(1, 1) ALLOW), "InvalidParameterValue", "ruleNumber"},
	{ENTRY, RULE(9, TCP(2, 1) ALLOW), "InvalidParameterValue", "port range (2:1)"},
	{ENTRY, RULE(9, TCP(0, 65536) ALLOW), "InvalidParameterValue", "portRange"},
	{ENTRY, RULE(9, ", 'Protocol': 'tcp'" ALLOW), "MissingParameter", "portRange"},
	{ENTRY, RULE(9, ", 'Protocol': 'udp', 'PortRange': {'From': 1}" ALLOW), "MissingParameter",
	 "portRange"},
	{ENTRY, RULE(9, ", 'Protocol': 'icmp'" ALLOW), "MissingParameter", "icmpTypeCode"},
	{ENTRY, RULE(9, ICMP(256, 0) ALLOW), "InvalidParameterValue", "icmpTypeCode"},
	{ENTRY, RULE(9, ", 'Protocol': '256'" ALLOW), "InvalidParameterValue", "256"},
	{ENTRY, RULE(9, ", 'Protocol': 'gre'" ALLOW), "InvalidParameterValue", "gre"},
	{ENTRY, RULE(9, ", 'Protocol': '-1', 'RuleAction': 'drop', 'CidrBlock': '0.0.0.0/0'"),
	 "InvalidParameterValue", "drop"},
	{ENTRY, RULE(9, ", 'Protocol': '-1', 'RuleAction': 'deny'"), "MissingParameter",
	 "cidrBlock"},
	{ENTRY, RULE(9, ", 'Protocol': '-1', 'Ipv6CidrBlock': '::/0'" ALLOW),
	 "InvalidParameterCombination", NULL},
	{ENTRY, RULE(9, ", 'Protocol': '-1', 'RuleAction': 'deny', 'CidrBlock': '10.0.0.0'"),
	 "InvalidParameterValue", "cidrBlock"},
	{ENTRY, RULE(9, ", 'DryRun': true" TCP(1, 1) ALLOW), "DryRunOperation", NULL},
	{REPLACE, RULE(9, TCP(1, 1) ALLOW), "InvalidNetworkAclEntry.NotFound", NULL},
	{DELETE, RULE(9, ""), "InvalidNetworkAclEntry.NotFound", NULL},
	{DELETE, RULE(200, ", 'Egress': true"), "InvalidNetworkAclEntry.NotFound", NULL},
	{DELETE, RULE(32767, ""), "InvalidParameterValue", NULL},
	{MOVE, "{'AssociationId': 'aclassoc-00000000', 'NetworkAclId': '$ACL'}",
	 "InvalidAssociationID.NotFound", NULL},
	{MOVE, "{'AssociationId': '$ASSOCIATION', 'NetworkAclId': '$OTHER'}",
	 "InvalidParameterValue", "belong to different networks"},
	{"DeleteVpc", "{'VpcId': '$VPC'}", "DependencyViolation", NULL},
};

static const struct region_step changed[] = {
	{ACLS, THE_ACL, "NetworkAcls.0.Entries", "7", NULL},
	{REPLACE, RULE(100, ", 'Protocol': '-1', 'RuleAction': 'deny', 'CidrBlock': '10.9.9.9/8'"),
	 NULL, NULL, NULL},
	{ACLS, THE_ACL, "NetworkAcls.0.Entries.3.CidrBlock", "10.0.0.0/8", NULL},
	{ACLS, THE_ACL, "NetworkAcls.0.Entries.3.PortRange", "", NULL},
	{DELETE, RULE(200, ""), NULL, NULL, NULL},
	{DELETE, RULE(100, ", 'Egress': true"), NULL, NULL, NULL},
	{ACLS, THE_ACL, "NetworkAcls.0.Entries", "5", NULL},
	/* a subnet has always one */
	{MOVE, "{'AssociationId': '$ASSOCIATION', 'NetworkAclId': '$ACL'}", "NewAssociationId",
	 NULL, "ASSOCIATION"},
	{ACLS, FILTER("association.subnet-id", "$SUBNET"), "NetworkAcls.0.NetworkAclId", "$ACL",
	 NULL},
	{ACLS, FILTER("association.subnet-id", "$SUBNET"), "NetworkAcls", "1", NULL},
};

static const struct region_step removed[] = {
	{"DeleteSubnet", "{'SubnetId': '$SUBNET'}", NULL, NULL, NULL},
	{"DeleteNetworkAcl", "{'NetworkAclId': '$ACL'}", NULL, NULL, NULL},
	{"DescribeTags", "{}", "Tags", "0", NULL},
	{"DeleteVpc", "{'VpcId': '$VPC'}", NULL, NULL, NULL},
	{ACLS, "{}", "NetworkAcls", "1", NULL},
};

static void acls_come_and_go(void **state)
{
	REGION_STEPS(*state, entries);
	REGION_ROWS(*state, refused);
	REGION_STEPS(*state, changed);
	region_check(*state, &(struct region_row){"DeleteNetworkAcl", "{'NetworkAclId': '$ACL'}",
						  "DependencyViolation", NULL});
	REGION_STEPS(*state, removed);
}

static void entries_have_a_quota(void **state)
{
	char request[200];

	for (int i = 1; i <= 40; i++) {
		snprintf(request, sizeof(request),
			 "{'NetworkAclId': '$ACL', 'RuleNumber': %d" TCP(1, 1) ALLOW "}", i);
		region_must(*state, ENTRY, request);
	}
	region_check(*state, &(struct region_row){ENTRY, RULE(50, TCP(1, 1) ALLOW),
						  "NetworkAclEntryLimitExceeded", NULL});
	region_must(*state, ENTRY, RULE(50, ", 'Egress': true" TCP(1, 1) ALLOW));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, region_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(acls_come_and_go),
		TEST(entries_have_a_quota),
	};

	return cmocka_run_group_tests_name("acl", tests, NULL, NULL);
}
