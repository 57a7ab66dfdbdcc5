/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Internet gateways. */
#ifndef EC2CTL_INTERNET_GATEWAY_H
#define EC2CTL_INTERNET_GATEWAY_H

#include <ec2ctl/core.h>
#include <ec2ctl/tag.h>

#ifdef __cplusplus
extern "C" {
#endif

/* EC2's InternetGatewayAttachment. */
struct ec2_internet_gateway_attachment {
	char *state; /* "available" */
	char *vpc_id;
};

/* EC2's InternetGateway. */
struct ec2_internet_gateway {
	struct ec2_list attachments; /* struct ec2_internet_gateway_attachment: one or none */
	char *internet_gateway_id;
	char *owner_id;
	struct ec2_list tags; /* struct ec2_tag */
};

struct ec2_create_internet_gateway_request {
	struct ec2_list tag_specifications; /* struct ec2_tag_specification */
	bool dry_run;
};

struct ec2_create_internet_gateway_response {
	struct ec2_internet_gateway internet_gateway;
};

struct ec2_attach_internet_gateway_request {
	bool dry_run;
	char *internet_gateway_id;
	char *vpc_id;
};

struct ec2_detach_internet_gateway_request {
	bool dry_run;
	char *internet_gateway_id;
	char *vpc_id;
};

struct ec2_delete_internet_gateway_request {
	bool dry_run;
	char *internet_gateway_id;
};

struct ec2_describe_internet_gateways_request {
	struct ec2_list filters; /* struct ec2_filter */
	bool dry_run;
	struct ec2_strings internet_gateway_ids;
	char *next_token;
	int32_t max_results; /* 5 to 1000; 0 = all */
};

struct ec2_describe_internet_gateways_response {
	struct ec2_list internet_gateways; /* struct ec2_internet_gateway */
	char *next_token;
};

/* CreateInternetGateway. Errors: InternetGatewayLimitExceeded; tags. Return: 0 or -errno. */
int ec2_create_internet_gateway(struct ec2 *ec2,
				const struct ec2_create_internet_gateway_request *request,
				struct ec2_create_internet_gateway_response *response);
EC2_RESPONSE_FREE(create_internet_gateway, "CreateInternetGateway")

/*
 * AttachInternetGateway. Errors: InvalidInternetGatewayID.NotFound; InvalidVpcID.NotFound;
 * .Malformed of both; Resource.AlreadyAssociated; InvalidParameterValue (the VPC has one). Return:
 * 0 or -errno.
 */
int ec2_attach_internet_gateway(struct ec2 *ec2,
				const struct ec2_attach_internet_gateway_request *request);

/*
 * DetachInternetGateway: routes to it are blackholes from now on.
 * Errors: as for attaching; Gateway.NotAttached. Return: 0 or -errno.
 */
int ec2_detach_internet_gateway(struct ec2 *ec2,
				const struct ec2_detach_internet_gateway_request *request);

/*
 * DeleteInternetGateway. Errors: InvalidInternetGatewayID.NotFound;
 * InvalidInternetGatewayId.Malformed; DependencyViolation (it is attached). Return: 0 or -errno.
 */
int ec2_delete_internet_gateway(struct ec2 *ec2,
				const struct ec2_delete_internet_gateway_request *request);

/*
 * DescribeInternetGateways. Errors: InvalidInternetGatewayID.NotFound;
 * InvalidInternetGatewayId.Malformed; filters and pages. Return: 0 or -errno.
 */
int ec2_describe_internet_gateways(struct ec2 *ec2,
				   const struct ec2_describe_internet_gateways_request *request,
				   struct ec2_describe_internet_gateways_response *response);
EC2_RESPONSE_FREE(describe_internet_gateways, "DescribeInternetGateways")

#ifdef __cplusplus
}
#endif
#endif
