// SPDX-License-Identifier: LGPL-2.1-or-later
/* Network ACLs. */
#include "model/request.h"
#include "model/shapes.h"

#define ACL_ID STR("NetworkAclId", network_acl_id, EC2_F_REQUIRED, "the network ACL (acl-...)")
#define EGRESS BOOL("Egress", egress, 0, "a rule for what leaves the subnet")
#define RULE_NUMBER INT("RuleNumber", rule_number, 0, "1 to 32766; the lowest decides")
#define ENTRY                                                                                   \
	STR("CidrBlock", cidr_block, 0, "the addresses of the other side: 0.0.0.0/0"), DRY_RUN, \
		EGRESS,                                                                         \
		SUB("IcmpTypeCode", icmp_type_code, icmp_type_code, 0,                          \
		    "of ICMP: Type=TYPE,Code=CODE; -1: all"),                                   \
		STR("Ipv6CidrBlock", ipv6_cidr_block, 0, "or IPv6 ones: ::/0"), ACL_ID,         \
		SUB("PortRange", port_range, port_range, 0, "of TCP and UDP: From=N,To=N"),     \
		STR("Protocol", protocol, EC2_F_REQUIRED,                                       \
		    "a number, tcp, udp, icmp, icmpv6, or -1"),                                 \
		STR("RuleAction", rule_action, EC2_F_REQUIRED, "allow or deny"), RULE_NUMBER

#define S ec2_icmp_type_code
static const struct ec2_field icmp_type_code_fields[] = {
	OPTIONAL("Code", code, 0, "the ICMP code; -1: all"),
	OPTIONAL("Type", type, 0, "the ICMP type; -1: all"),
};
SHAPE(icmp_type_code, "IcmpTypeCode", icmp_type_code_fields)
#undef S

#define S ec2_port_range
static const struct ec2_field port_range_fields[] = {
	OPTIONAL("From", from, 0, "the first port"),
	OPTIONAL("To", to, 0, "the last port"),
};
SHAPE(port_range, "PortRange", port_range_fields)
#undef S

#define S ec2_network_acl_entry
static const struct ec2_field network_acl_entry_fields[] = {
	STR("CidrBlock", cidr_block, 0, NULL),
	BOOL("Egress", egress, 0, NULL),
	SUB("IcmpTypeCode", icmp_type_code, icmp_type_code, 0, NULL),
	STR("Ipv6CidrBlock", ipv6_cidr_block, 0, NULL),
	SUB("PortRange", port_range, port_range, 0, NULL),
	STR("Protocol", protocol, 0, NULL),
	STR("RuleAction", rule_action, 0, NULL),
	INT("RuleNumber", rule_number, 0, NULL),
};
SHAPE(network_acl_entry, "NetworkAclEntry", network_acl_entry_fields)
#undef S

#define S ec2_network_acl_association
static const struct ec2_field network_acl_association_fields[] = {
	STR("NetworkAclAssociationId", network_acl_association_id, 0, NULL),
	STR("NetworkAclId", network_acl_id, 0, NULL),
	STR("SubnetId", subnet_id, 0, NULL),
};
SHAPE(network_acl_association, "NetworkAclAssociation", network_acl_association_fields)
#undef S

#define S ec2_network_acl
static const struct ec2_field network_acl_fields[] = {
	SUBS("Associations", associations, network_acl_association, EC2_F_EMPTY_LIST | EC2_F_HIDDEN,
	     NULL),
	SUBS("Entries", entries, network_acl_entry, EC2_F_EMPTY_LIST | EC2_F_HIDDEN, NULL),
	BOOL("IsDefault", is_default, 0, NULL),
	STR("NetworkAclId", network_acl_id, 0, NULL),
	SUBS("Tags", tags, tag, EC2_F_EMPTY_LIST, NULL),
	STR("VpcId", vpc_id, 0, NULL),
	STR("OwnerId", owner_id, EC2_F_HIDDEN, NULL),
};
SHAPE(network_acl, "NetworkAcl", network_acl_fields)
#undef S

#define S ec2_create_network_acl_request
REQUEST(create_network_acl, "CreateNetworkAcl", TAG_SPECIFICATIONS, DRY_RUN,
	STR("VpcId", vpc_id, EC2_F_REQUIRED, "the VPC (vpc-...)"))
#undef S

#define S ec2_create_network_acl_response
RESPONSE(create_network_acl, "CreateNetworkAcl",
	 SUB("NetworkAcl", network_acl, network_acl, 0, NULL))
#undef S

#define S ec2_delete_network_acl_request
REQUEST(delete_network_acl, "DeleteNetworkAcl", DRY_RUN, ACL_ID)
#undef S

#define S ec2_describe_network_acls_request
REQUEST(describe_network_acls, "DescribeNetworkAcls", FILTERS, DRY_RUN,
	STRS("NetworkAclIds", network_acl_ids, 0, "these network ACLs (acl-...)"), NEXT_TOKEN,
	MAX_RESULTS)
#undef S

#define S ec2_describe_network_acls_response
RESPONSE(describe_network_acls, "DescribeNetworkAcls",
	 SUBS("NetworkAcls", network_acls, network_acl, EC2_F_EMPTY_LIST, NULL),
	 STR("NextToken", next_token, 0, NULL))
#undef S

#define S ec2_create_network_acl_entry_request
REQUEST(create_network_acl_entry, "CreateNetworkAclEntry", ENTRY)
#undef S

#define S ec2_replace_network_acl_entry_request
REQUEST(replace_network_acl_entry, "ReplaceNetworkAclEntry", ENTRY)
#undef S

#define S ec2_delete_network_acl_entry_request
REQUEST(delete_network_acl_entry, "DeleteNetworkAclEntry", DRY_RUN, EGRESS, ACL_ID, RULE_NUMBER)
#undef S

#define S ec2_replace_network_acl_association_request
REQUEST(replace_network_acl_association, "ReplaceNetworkAclAssociation",
	STR("AssociationId", association_id, EC2_F_REQUIRED, "the association (aclassoc-...)"),
	DRY_RUN, ACL_ID)
#undef S

#define S ec2_replace_network_acl_association_response
RESPONSE(replace_network_acl_association, "ReplaceNetworkAclAssociation",
	 STR("NewAssociationId", new_association_id, 0, NULL))
#undef S
