/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Network ACLs: stateless rules for what enters and leaves a subnet, the first that matches
 * decides.
 */
#ifndef EC2CTL_NETWORK_ACL_H
#define EC2CTL_NETWORK_ACL_H

#include <ec2ctl/core.h>
#include <ec2ctl/tag.h>

#ifdef __cplusplus
extern "C" {
#endif

/* EC2's IcmpTypeCode. */
struct ec2_icmp_type_code {
	struct ec2_int code; /* -1: all */
	struct ec2_int type; /* -1: all */
};

/* EC2's PortRange. */
struct ec2_port_range {
	struct ec2_int from;
	struct ec2_int to;
};

/* EC2's NetworkAclEntry. */
struct ec2_network_acl_entry {
	char *cidr_block; /* or IPv6's */
	bool egress;
	struct ec2_icmp_type_code icmp_type_code;
	char *ipv6_cidr_block;
	struct ec2_port_range port_range;
	char *protocol; /* a number; "-1": all */
	char *rule_action; /* "allow", "deny" */
	int32_t rule_number; /* 32767: the last, which denies what no other has allowed */
};

/* EC2's NetworkAclAssociation. */
struct ec2_network_acl_association {
	char *network_acl_association_id;
	char *network_acl_id;
	char *subnet_id;
};

/* EC2's NetworkAcl. */
struct ec2_network_acl {
	struct ec2_list associations; /* struct ec2_network_acl_association */
	struct ec2_list entries; /* struct ec2_network_acl_entry */
	bool is_default;
	char *network_acl_id;
	struct ec2_list tags; /* struct ec2_tag */
	char *vpc_id;
	char *owner_id;
};

struct ec2_create_network_acl_request {
	struct ec2_list tag_specifications; /* struct ec2_tag_specification */
	bool dry_run;
	char *vpc_id;
};

struct ec2_create_network_acl_response {
	struct ec2_network_acl network_acl;
};

struct ec2_delete_network_acl_request {
	bool dry_run;
	char *network_acl_id;
};

struct ec2_describe_network_acls_request {
	struct ec2_list filters; /* struct ec2_filter */
	bool dry_run;
	struct ec2_strings network_acl_ids;
	char *next_token;
	int32_t max_results; /* 5 to 1000; 0 = all */
};

struct ec2_describe_network_acls_response {
	struct ec2_list network_acls; /* struct ec2_network_acl */
	char *next_token;
};

struct ec2_create_network_acl_entry_request {
	char *cidr_block; /* one of the two */
	bool dry_run;
	bool egress;
	struct ec2_icmp_type_code icmp_type_code; /* of ICMP and ICMPv6 */
	char *ipv6_cidr_block;
	char *network_acl_id;
	struct ec2_port_range port_range; /* of TCP and UDP */
	char *protocol; /* a number, "tcp", "udp", "icmp", "icmpv6", or "-1" */
	char *rule_action; /* "allow", "deny" */
	int32_t rule_number; /* 1 to 32766 */
};

struct ec2_replace_network_acl_entry_request {
	char *cidr_block;
	bool dry_run;
	bool egress;
	struct ec2_icmp_type_code icmp_type_code;
	char *ipv6_cidr_block;
	char *network_acl_id;
	struct ec2_port_range port_range;
	char *protocol;
	char *rule_action;
	int32_t rule_number;
};

struct ec2_delete_network_acl_entry_request {
	bool dry_run;
	bool egress;
	char *network_acl_id;
	int32_t rule_number;
};

struct ec2_replace_network_acl_association_request {
	char *association_id; /* the subnet's */
	bool dry_run;
	char *network_acl_id;
};

struct ec2_replace_network_acl_association_response {
	char *new_association_id;
};

/*
 * CreateNetworkAcl: it denies everything.
 * Errors: InvalidVpcID.NotFound, .Malformed; NetworkAclLimitExceeded; tags. Return: 0 or -errno.
 */
int ec2_create_network_acl(struct ec2 *ec2, const struct ec2_create_network_acl_request *request,
			   struct ec2_create_network_acl_response *response);
EC2_RESPONSE_FREE(create_network_acl, "CreateNetworkAcl")

/*
 * DeleteNetworkAcl. Errors: InvalidNetworkAclID.NotFound; InvalidNetworkAclId.Malformed;
 * InvalidParameterValue (a default one); DependencyViolation (a subnet's). Return: 0 or -errno.
 */
int ec2_delete_network_acl(struct ec2 *ec2, const struct ec2_delete_network_acl_request *request);

/*
 * DescribeNetworkAcls. Errors: InvalidNetworkAclID.NotFound; InvalidNetworkAclId.Malformed;
 * filters and pages. Return: 0 or -errno.
 */
int ec2_describe_network_acls(struct ec2 *ec2,
			      const struct ec2_describe_network_acls_request *request,
			      struct ec2_describe_network_acls_response *response);
EC2_RESPONSE_FREE(describe_network_acls, "DescribeNetworkAcls")

/*
 * CreateNetworkAclEntry. Errors: InvalidNetworkAclID.NotFound; NetworkAclEntryAlreadyExists;
 * NetworkAclEntryLimitExceeded; MissingParameter; InvalidParameterCombination;
 * InvalidParameterValue.
 * Return: 0 or -errno.
 */
int ec2_create_network_acl_entry(struct ec2 *ec2,
				 const struct ec2_create_network_acl_entry_request *request);

/*
 * ReplaceNetworkAclEntry. Errors: as for creating; InvalidNetworkAclEntry.NotFound. Return: 0 or
 * -errno.
 */
int ec2_replace_network_acl_entry(struct ec2 *ec2,
				  const struct ec2_replace_network_acl_entry_request *request);

/*
 * DeleteNetworkAclEntry. Errors: InvalidNetworkAclID.NotFound; InvalidNetworkAclEntry.NotFound.
 * Return: 0 or -errno.
 */
int ec2_delete_network_acl_entry(struct ec2 *ec2,
				 const struct ec2_delete_network_acl_entry_request *request);

/*
 * ReplaceNetworkAclAssociation: another ACL for the subnet.
 * Errors: InvalidAssociationID.NotFound; InvalidNetworkAclID.NotFound; InvalidParameterValue (of
 * different VPCs). Return: 0 or -errno.
 */
int ec2_replace_network_acl_association(
	struct ec2 *ec2, const struct ec2_replace_network_acl_association_request *request,
	struct ec2_replace_network_acl_association_response *response);
EC2_RESPONSE_FREE(replace_network_acl_association, "ReplaceNetworkAclAssociation")

#ifdef __cplusplus
}
#endif
#endif
