// SPDX-License-Identifier: LGPL-2.1-or-later
/* VPCs and subnets. */
#include "model/request.h"
#include "model/shapes.h"

#define VPC_ID STR("VpcId", vpc_id, EC2_F_REQUIRED, "the VPC (vpc-...)")
#define SUBNET_ID STR("SubnetId", subnet_id, EC2_F_REQUIRED, "the subnet (subnet-...)")

#define S ec2_vpc_cidr_block_state
static const struct ec2_field vpc_cidr_block_state_fields[] = {
	STR("State", state, 0, NULL),
};
SHAPE(vpc_cidr_block_state, "VpcCidrBlockState", vpc_cidr_block_state_fields)
#undef S

#define S ec2_vpc_cidr_block_association
static const struct ec2_field vpc_cidr_block_association_fields[] = {
	STR("AssociationId", association_id, 0, NULL),
	STR("CidrBlock", cidr_block, 0, NULL),
	SUB("CidrBlockState", cidr_block_state, vpc_cidr_block_state, 0, NULL),
};
SHAPE(vpc_cidr_block_association, "VpcCidrBlockAssociation", vpc_cidr_block_association_fields)
#undef S

#define S ec2_vpc
static const struct ec2_field vpc_fields[] = {
	STR("CidrBlock", cidr_block, 0, NULL),
	STR("DhcpOptionsId", dhcp_options_id, EC2_F_HIDDEN, NULL),
	STR("State", state, 0, NULL),
	STR("VpcId", vpc_id, 0, NULL),
	STR("OwnerId", owner_id, EC2_F_HIDDEN, NULL),
	STR("InstanceTenancy", instance_tenancy, EC2_F_HIDDEN, NULL),
	SUBS("CidrBlockAssociationSet", cidr_block_association_set, vpc_cidr_block_association,
	     EC2_F_EMPTY_LIST | EC2_F_HIDDEN, NULL),
	BOOL("IsDefault", is_default, 0, NULL),
	SUBS("Tags", tags, tag, 0, NULL),
};
SHAPE(vpc, "Vpc", vpc_fields)
#undef S

#define S ec2_subnet
static const struct ec2_field subnet_fields[] = {
	STR("AvailabilityZone", availability_zone, EC2_F_LESS, NULL),
	STR("AvailabilityZoneId", availability_zone_id, EC2_F_HIDDEN, NULL),
	INT("AvailableIpAddressCount", available_ip_address_count, EC2_F_LESS, NULL),
	STR("CidrBlock", cidr_block, 0, NULL),
	BOOL("DefaultForAz", default_for_az, EC2_F_HIDDEN, NULL),
	BOOL("MapPublicIpOnLaunch", map_public_ip_on_launch, EC2_F_HIDDEN, NULL),
	STR("State", state, EC2_F_HIDDEN, NULL),
	STR("SubnetId", subnet_id, 0, NULL),
	STR("VpcId", vpc_id, 0, NULL),
	STR("OwnerId", owner_id, EC2_F_HIDDEN, NULL),
	BOOL("AssignIpv6AddressOnCreation", assign_ipv6_address_on_creation, EC2_F_HIDDEN, NULL),
	SUBS("Tags", tags, tag, 0, NULL),
	STR("SubnetArn", subnet_arn, EC2_F_HIDDEN, NULL),
};
SHAPE(subnet, "Subnet", subnet_fields)
#undef S

#define S ec2_create_vpc_request
static const struct ec2_field create_vpc_request_fields[] = {
	STR("CidrBlock", cidr_block, EC2_F_REQUIRED, "its addresses: 10.0.0.0/16; /16 to /28"),
	DRY_RUN,
	STR("InstanceTenancy", instance_tenancy, 0, "default"),
	TAG_SPECIFICATIONS,
};
SHAPE(create_vpc_request, "CreateVpcRequest", create_vpc_request_fields)
#undef S

#define S ec2_create_vpc_response
static const struct ec2_field create_vpc_response_fields[] = {
	SUB("Vpc", vpc, vpc, 0, NULL),
};
SHAPE(create_vpc_response, "CreateVpcResult", create_vpc_response_fields)
#undef S

#define S ec2_create_default_vpc_request
static const struct ec2_field create_default_vpc_request_fields[] = {
	DRY_RUN,
};
SHAPE(create_default_vpc_request, "CreateDefaultVpcRequest", create_default_vpc_request_fields)
#undef S

#define S ec2_create_default_vpc_response
static const struct ec2_field create_default_vpc_response_fields[] = {
	SUB("Vpc", vpc, vpc, 0, NULL),
};
SHAPE(create_default_vpc_response, "CreateDefaultVpcResult", create_default_vpc_response_fields)
#undef S

#define S ec2_delete_vpc_request
static const struct ec2_field delete_vpc_request_fields[] = {
	VPC_ID,
	DRY_RUN,
};
SHAPE(delete_vpc_request, "DeleteVpcRequest", delete_vpc_request_fields)
#undef S

#define S ec2_describe_vpcs_request
static const struct ec2_field describe_vpcs_request_fields[] = {
	FILTERS,     STRS("VpcIds", vpc_ids, 0, "these VPCs (vpc-...)"), DRY_RUN, NEXT_TOKEN,
	MAX_RESULTS,
};
SHAPE(describe_vpcs_request, "DescribeVpcsRequest", describe_vpcs_request_fields)
#undef S

#define S ec2_describe_vpcs_response
static const struct ec2_field describe_vpcs_response_fields[] = {
	STR("NextToken", next_token, 0, NULL),
	SUBS("Vpcs", vpcs, vpc, EC2_F_EMPTY_LIST, NULL),
};
SHAPE(describe_vpcs_response, "DescribeVpcsResult", describe_vpcs_response_fields)
#undef S

#define S ec2_modify_vpc_attribute_request
static const struct ec2_field modify_vpc_attribute_request_fields[] = {
	SUB("EnableDnsHostnames", enable_dns_hostnames, attribute_boolean_value, 0,
	    "whether public addresses have names"),
	SUB("EnableDnsSupport", enable_dns_support, attribute_boolean_value, 0,
	    "whether names are resolved at the second address of the VPC"),
	VPC_ID,
};
SHAPE(modify_vpc_attribute_request, "ModifyVpcAttributeRequest",
      modify_vpc_attribute_request_fields)
#undef S

#define S ec2_describe_vpc_attribute_request
static const struct ec2_field describe_vpc_attribute_request_fields[] = {
	STR("Attribute", attribute, EC2_F_REQUIRED, "enableDnsSupport or enableDnsHostnames"),
	VPC_ID,
	DRY_RUN,
};
SHAPE(describe_vpc_attribute_request, "DescribeVpcAttributeRequest",
      describe_vpc_attribute_request_fields)
#undef S

#define S ec2_describe_vpc_attribute_response
static const struct ec2_field describe_vpc_attribute_response_fields[] = {
	SUB("EnableDnsHostnames", enable_dns_hostnames, attribute_boolean_value, 0, NULL),
	SUB("EnableDnsSupport", enable_dns_support, attribute_boolean_value, 0, NULL),
	STR("VpcId", vpc_id, 0, NULL),
};
SHAPE(describe_vpc_attribute_response, "DescribeVpcAttributeResult",
      describe_vpc_attribute_response_fields)
#undef S

#define S ec2_create_subnet_request
static const struct ec2_field create_subnet_request_fields[] = {
	TAG_SPECIFICATIONS,
	STR("AvailabilityZone", availability_zone, 0, "the zone; there is one"),
	STR("CidrBlock", cidr_block, EC2_F_REQUIRED, "its addresses, a part of the VPC's"),
	VPC_ID,
	DRY_RUN,
};
SHAPE(create_subnet_request, "CreateSubnetRequest", create_subnet_request_fields)
#undef S

#define S ec2_create_subnet_response
static const struct ec2_field create_subnet_response_fields[] = {
	SUB("Subnet", subnet, subnet, 0, NULL),
};
SHAPE(create_subnet_response, "CreateSubnetResult", create_subnet_response_fields)
#undef S

#define S ec2_create_default_subnet_request
static const struct ec2_field create_default_subnet_request_fields[] = {
	STR("AvailabilityZone", availability_zone, EC2_F_REQUIRED, "the zone; there is one"),
	DRY_RUN,
};
SHAPE(create_default_subnet_request, "CreateDefaultSubnetRequest",
      create_default_subnet_request_fields)
#undef S

#define S ec2_create_default_subnet_response
static const struct ec2_field create_default_subnet_response_fields[] = {
	SUB("Subnet", subnet, subnet, 0, NULL),
};
SHAPE(create_default_subnet_response, "CreateDefaultSubnetResult",
      create_default_subnet_response_fields)
#undef S

#define S ec2_delete_subnet_request
static const struct ec2_field delete_subnet_request_fields[] = {
	SUBNET_ID,
	DRY_RUN,
};
SHAPE(delete_subnet_request, "DeleteSubnetRequest", delete_subnet_request_fields)
#undef S

#define S ec2_describe_subnets_request
static const struct ec2_field describe_subnets_request_fields[] = {
	FILTERS,     STRS("SubnetIds", subnet_ids, 0, "these subnets (subnet-...)"),
	DRY_RUN,     NEXT_TOKEN,
	MAX_RESULTS,
};
SHAPE(describe_subnets_request, "DescribeSubnetsRequest", describe_subnets_request_fields)
#undef S

#define S ec2_describe_subnets_response
static const struct ec2_field describe_subnets_response_fields[] = {
	STR("NextToken", next_token, 0, NULL),
	SUBS("Subnets", subnets, subnet, EC2_F_EMPTY_LIST, NULL),
};
SHAPE(describe_subnets_response, "DescribeSubnetsResult", describe_subnets_response_fields)
#undef S

#define S ec2_modify_subnet_attribute_request
static const struct ec2_field modify_subnet_attribute_request_fields[] = {
	SUB("MapPublicIpOnLaunch", map_public_ip_on_launch, attribute_boolean_value, 0,
	    "whether new instances in it get a public address"),
	SUBNET_ID,
};
SHAPE(modify_subnet_attribute_request, "ModifySubnetAttributeRequest",
      modify_subnet_attribute_request_fields)
#undef S
