// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/request.h"
#include "model/shapes.h"

#define GATEWAY_ID \
	STR("InternetGatewayId", internet_gateway_id, EC2_F_REQUIRED, "the gateway (igw-...)")
#define VPC_ID STR("VpcId", vpc_id, EC2_F_REQUIRED, "the VPC (vpc-...)")

#define S ec2_internet_gateway_attachment
static const struct ec2_field internet_gateway_attachment_fields[] = {
	STR("State", state, EC2_F_HIDDEN, NULL),
	STR("VpcId", vpc_id, 0, NULL),
};
SHAPE(internet_gateway_attachment, "InternetGatewayAttachment", internet_gateway_attachment_fields)
#undef S

#define S ec2_internet_gateway
static const struct ec2_field internet_gateway_fields[] = {
	SUBS("Attachments", attachments, internet_gateway_attachment, EC2_F_EMPTY_LIST, NULL),
	STR("InternetGatewayId", internet_gateway_id, 0, NULL),
	STR("OwnerId", owner_id, EC2_F_HIDDEN, NULL),
	SUBS("Tags", tags, tag, EC2_F_EMPTY_LIST, NULL),
};
SHAPE(internet_gateway, "InternetGateway", internet_gateway_fields)
#undef S

#define S ec2_create_internet_gateway_request
REQUEST(create_internet_gateway, "CreateInternetGateway", TAG_SPECIFICATIONS, DRY_RUN)
#undef S

#define S ec2_create_internet_gateway_response
RESPONSE(create_internet_gateway, "CreateInternetGateway",
	 SUB("InternetGateway", internet_gateway, internet_gateway, 0, NULL))
#undef S

#define S ec2_attach_internet_gateway_request
REQUEST(attach_internet_gateway, "AttachInternetGateway", DRY_RUN, GATEWAY_ID, VPC_ID)
#undef S

#define S ec2_detach_internet_gateway_request
REQUEST(detach_internet_gateway, "DetachInternetGateway", DRY_RUN, GATEWAY_ID, VPC_ID)
#undef S

#define S ec2_delete_internet_gateway_request
REQUEST(delete_internet_gateway, "DeleteInternetGateway", DRY_RUN, GATEWAY_ID)
#undef S

#define S ec2_describe_internet_gateways_request
REQUEST(describe_internet_gateways, "DescribeInternetGateways", FILTERS, DRY_RUN,
	STRS("InternetGatewayIds", internet_gateway_ids, 0, "these gateways (igw-...)"), NEXT_TOKEN,
	MAX_RESULTS)
#undef S

#define S ec2_describe_internet_gateways_response
RESPONSE(describe_internet_gateways, "DescribeInternetGateways",
	 SUBS("InternetGateways", internet_gateways, internet_gateway, EC2_F_EMPTY_LIST, NULL),
	 STR("NextToken", next_token, 0, NULL))
#undef S
