/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VPCs and subnets. */
#ifndef EC2CTL_VPC_H
#define EC2CTL_VPC_H

#include <ec2ctl/core.h>
#include <ec2ctl/instance.h>
#include <ec2ctl/tag.h>

#ifdef __cplusplus
extern "C" {
#endif

/* EC2's VpcCidrBlockState. */
struct ec2_vpc_cidr_block_state {
	char *state; /* "associated" */
};

/* EC2's VpcCidrBlockAssociation. */
struct ec2_vpc_cidr_block_association {
	char *association_id;
	char *cidr_block;
	struct ec2_vpc_cidr_block_state cidr_block_state;
};

/* EC2's Vpc. */
struct ec2_vpc {
	char *cidr_block;
	char *dhcp_options_id; /* "default" */
	char *state; /* "available" */
	char *vpc_id;
	char *owner_id;
	char *instance_tenancy; /* "default" */
	struct ec2_list cidr_block_association_set; /* struct ec2_vpc_cidr_block_association */
	bool is_default;
	struct ec2_list tags; /* struct ec2_tag */
};

/* EC2's Subnet. */
struct ec2_subnet {
	char *availability_zone;
	char *availability_zone_id;
	int32_t available_ip_address_count; /* without the five that are reserved */
	char *cidr_block;
	bool default_for_az;
	bool map_public_ip_on_launch;
	char *state; /* "available" */
	char *subnet_id;
	char *vpc_id;
	char *owner_id;
	bool assign_ipv6_address_on_creation;
	struct ec2_list tags; /* struct ec2_tag */
	char *subnet_arn;
};

struct ec2_create_vpc_request {
	char *cidr_block; /* /16 to /28 */
	bool dry_run;
	char *instance_tenancy; /* NULL: "default" */
	struct ec2_list tag_specifications; /* struct ec2_tag_specification */
};

struct ec2_create_vpc_response {
	struct ec2_vpc vpc;
};

struct ec2_create_default_vpc_request {
	bool dry_run;
};

struct ec2_create_default_vpc_response {
	struct ec2_vpc vpc;
};

struct ec2_delete_vpc_request {
	char *vpc_id;
	bool dry_run;
};

struct ec2_describe_vpcs_request {
	struct ec2_list filters; /* struct ec2_filter */
	struct ec2_strings vpc_ids;
	bool dry_run;
	char *next_token;
	int32_t max_results; /* 5 to 1000; 0 = all */
};

struct ec2_describe_vpcs_response {
	char *next_token;
	struct ec2_list vpcs; /* struct ec2_vpc */
};

/* One attribute at a time. */
struct ec2_modify_vpc_attribute_request {
	struct ec2_attribute_boolean_value enable_dns_hostnames;
	struct ec2_attribute_boolean_value enable_dns_support;
	char *vpc_id;
};

struct ec2_describe_vpc_attribute_request {
	char *attribute; /* "enableDnsSupport", "enableDnsHostnames" */
	char *vpc_id;
	bool dry_run;
};

struct ec2_describe_vpc_attribute_response {
	struct ec2_attribute_boolean_value enable_dns_hostnames;
	struct ec2_attribute_boolean_value enable_dns_support;
	char *vpc_id;
};

struct ec2_create_subnet_request {
	struct ec2_list tag_specifications; /* struct ec2_tag_specification */
	char *availability_zone; /* NULL: the region's one */
	char *cidr_block; /* /16 to /28, in the VPC's */
	char *vpc_id;
	bool dry_run;
};

struct ec2_create_subnet_response {
	struct ec2_subnet subnet;
};

struct ec2_create_default_subnet_request {
	char *availability_zone;
	bool dry_run;
};

struct ec2_create_default_subnet_response {
	struct ec2_subnet subnet;
};

struct ec2_delete_subnet_request {
	char *subnet_id;
	bool dry_run;
};

struct ec2_describe_subnets_request {
	struct ec2_list filters; /* struct ec2_filter */
	struct ec2_strings subnet_ids;
	bool dry_run;
	char *next_token;
	int32_t max_results; /* 5 to 1000; 0 = all */
};

struct ec2_describe_subnets_response {
	char *next_token;
	struct ec2_list subnets; /* struct ec2_subnet */
};

struct ec2_modify_subnet_attribute_request {
	struct ec2_attribute_boolean_value map_public_ip_on_launch;
	char *subnet_id;
};

/*
 * CreateVpc: with a main route table, a default security group and a default network ACL.
 * Errors: MissingParameter; InvalidParameterValue (no CIDR block); InvalidVpc.Range (its size, or
 * addresses that are no hosts'); VpcLimitExceeded; UnsupportedTenancy; tags.
 * Return: 0 or -errno.
 */
int ec2_create_vpc(struct ec2 *ec2, const struct ec2_create_vpc_request *request,
		   struct ec2_create_vpc_response *response);
EC2_RESPONSE_FREE(create_vpc, "CreateVpc")

/*
 * CreateDefaultVpc: 172.31.0.0/16 with a subnet, an internet gateway and a route to it. A region
 * has one from the beginning: this is for who has deleted it.
 * Errors: DefaultVpcAlreadyExists; VpcLimitExceeded. Return: 0 or -errno.
 */
int ec2_create_default_vpc(struct ec2 *ec2, const struct ec2_create_default_vpc_request *request,
			   struct ec2_create_default_vpc_response *response);
EC2_RESPONSE_FREE(create_default_vpc, "CreateDefaultVpc")

/*
 * DeleteVpc: what came with it goes with it.
 * Errors: InvalidVpcID.NotFound, .Malformed; DependencyViolation (subnets, gateways, other route
 * tables, security groups and ACLs). Return: 0 or -errno.
 */
int ec2_delete_vpc(struct ec2 *ec2, const struct ec2_delete_vpc_request *request);

/*
 * DescribeVpcs. Errors: InvalidVpcID.NotFound, .Malformed; filters and pages. Return: 0 or
 * -errno.
 */
int ec2_describe_vpcs(struct ec2 *ec2, const struct ec2_describe_vpcs_request *request,
		      struct ec2_describe_vpcs_response *response);
EC2_RESPONSE_FREE(describe_vpcs, "DescribeVpcs")

/*
 * ModifyVpcAttribute. Errors: InvalidVpcID.NotFound, .Malformed; MissingParameter;
 * InvalidParameterCombination (more than one). Return: 0 or -errno.
 */
int ec2_modify_vpc_attribute(struct ec2 *ec2,
			     const struct ec2_modify_vpc_attribute_request *request);

/*
 * DescribeVpcAttribute. Errors: InvalidVpcID.NotFound, .Malformed; InvalidParameterValue.
 * Return: 0 or -errno.
 */
int ec2_describe_vpc_attribute(struct ec2 *ec2,
			       const struct ec2_describe_vpc_attribute_request *request,
			       struct ec2_describe_vpc_attribute_response *response);
EC2_RESPONSE_FREE(describe_vpc_attribute, "DescribeVpcAttribute")

/*
 * CreateSubnet. Errors: InvalidVpcID.NotFound, .Malformed; InvalidParameterValue (no CIDR block,
 * zone); InvalidSubnet.Range (its size, or outside of the VPC); InvalidSubnet.Conflict (another's
 * addresses); SubnetLimitExceeded; tags. Return: 0 or -errno.
 */
int ec2_create_subnet(struct ec2 *ec2, const struct ec2_create_subnet_request *request,
		      struct ec2_create_subnet_response *response);
EC2_RESPONSE_FREE(create_subnet, "CreateSubnet")

/*
 * CreateDefaultSubnet: the first free /20 of the default VPC.
 * Errors: DefaultVpcDoesNotExist; DefaultSubnetAlreadyExistsInAvailabilityZone;
 * InsufficientFreeAddressesInVpc; InvalidParameterValue. Return: 0 or -errno.
 */
int ec2_create_default_subnet(struct ec2 *ec2,
			      const struct ec2_create_default_subnet_request *request,
			      struct ec2_create_default_subnet_response *response);
EC2_RESPONSE_FREE(create_default_subnet, "CreateDefaultSubnet")

/*
 * DeleteSubnet. Errors: InvalidSubnetID.NotFound, .Malformed; DependencyViolation (network
 * interfaces).
 * Return: 0 or -errno.
 */
int ec2_delete_subnet(struct ec2 *ec2, const struct ec2_delete_subnet_request *request);

/*
 * DescribeSubnets. Errors: InvalidSubnetID.NotFound, .Malformed; filters and pages. Return: 0 or
 * -errno.
 */
int ec2_describe_subnets(struct ec2 *ec2, const struct ec2_describe_subnets_request *request,
			 struct ec2_describe_subnets_response *response);
EC2_RESPONSE_FREE(describe_subnets, "DescribeSubnets")

/*
 * ModifySubnetAttribute. Errors: InvalidSubnetID.NotFound, .Malformed; MissingParameter.
 * Return: 0 or -errno.
 */
int ec2_modify_subnet_attribute(struct ec2 *ec2,
				const struct ec2_modify_subnet_attribute_request *request);

#ifdef __cplusplus
}
#endif
#endif
