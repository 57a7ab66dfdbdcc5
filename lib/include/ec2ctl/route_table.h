/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Route tables and routes. */
#ifndef EC2CTL_ROUTE_TABLE_H
#define EC2CTL_ROUTE_TABLE_H

#include <ec2ctl/core.h>
#include <ec2ctl/tag.h>

#ifdef __cplusplus
extern "C" {
#endif

/* EC2's RouteTableAssociationState. */
struct ec2_route_table_association_state {
	char *state; /* "associated" */
};

/* EC2's RouteTableAssociation. */
struct ec2_route_table_association {
	bool main; /* for the subnets of the VPC that have none of their own */
	char *route_table_association_id;
	char *route_table_id;
	char *subnet_id;
	struct ec2_route_table_association_state association_state;
};

/* EC2's PropagatingVgw: there are none here. */
struct ec2_propagating_vgw {
	char *gateway_id;
};

/* EC2's Route. */
struct ec2_route {
	char *destination_cidr_block;
	char *destination_ipv6_cidr_block;
	char *destination_prefix_list_id;
	char *gateway_id; /* "local", or an internet gateway */
	char *instance_id; /* of the interface */
	char *instance_owner_id;
	char *network_interface_id;
	char *origin; /* "CreateRouteTable", "CreateRoute" */
	char *state; /* "active"; "blackhole": its target cannot take it */
};

/* EC2's RouteTable. */
struct ec2_route_table {
	struct ec2_list associations; /* struct ec2_route_table_association */
	struct ec2_list propagating_vgws; /* struct ec2_propagating_vgw */
	char *route_table_id;
	struct ec2_list routes; /* struct ec2_route */
	struct ec2_list tags; /* struct ec2_tag */
	char *vpc_id;
	char *owner_id;
};

struct ec2_create_route_table_request {
	struct ec2_list tag_specifications; /* struct ec2_tag_specification */
	bool dry_run;
	char *vpc_id;
};

struct ec2_create_route_table_response {
	struct ec2_route_table route_table;
};

struct ec2_delete_route_table_request {
	bool dry_run;
	char *route_table_id;
};

struct ec2_describe_route_tables_request {
	struct ec2_list filters; /* struct ec2_filter */
	bool dry_run;
	struct ec2_strings route_table_ids;
	char *next_token;
	int32_t max_results; /* 5 to 1000; 0 = all */
};

struct ec2_describe_route_tables_response {
	struct ec2_list route_tables; /* struct ec2_route_table */
	char *next_token;
};

struct ec2_associate_route_table_request {
	bool dry_run;
	char *subnet_id;
	char *route_table_id;
};

struct ec2_associate_route_table_response {
	char *association_id;
	struct ec2_route_table_association_state association_state;
};

struct ec2_disassociate_route_table_request {
	char *association_id;
	bool dry_run;
};

struct ec2_replace_route_table_association_request {
	char *association_id; /* a subnet's, or the main one */
	bool dry_run;
	char *route_table_id;
};

struct ec2_replace_route_table_association_response {
	char *new_association_id;
	struct ec2_route_table_association_state association_state;
};

/* One destination and one target. */
struct ec2_create_route_request {
	char *destination_cidr_block;
	char *destination_ipv6_cidr_block;
	char *destination_prefix_list_id;
	bool dry_run;
	char *gateway_id;
	char *instance_id; /* its one interface */
	char *network_interface_id;
	char *route_table_id;
};

struct ec2_create_route_response {
	bool return_value;
};

struct ec2_replace_route_request {
	char *destination_cidr_block;
	char *destination_ipv6_cidr_block;
	char *destination_prefix_list_id;
	bool dry_run;
	char *gateway_id;
	char *instance_id;
	char *network_interface_id;
	char *route_table_id;
};

struct ec2_delete_route_request {
	char *destination_cidr_block;
	char *destination_ipv6_cidr_block;
	char *destination_prefix_list_id;
	bool dry_run;
	char *route_table_id;
};

/*
 * CreateRouteTable: with a local route, for the VPC's own addresses, that stays.
 * Errors: InvalidVpcID.NotFound, .Malformed; RouteTableLimitExceeded; tags. Return: 0 or -errno.
 */
int ec2_create_route_table(struct ec2 *ec2, const struct ec2_create_route_table_request *request,
			   struct ec2_create_route_table_response *response);
EC2_RESPONSE_FREE(create_route_table, "CreateRouteTable")

/*
 * DeleteRouteTable. Errors: InvalidRouteTableID.NotFound; InvalidRouteTableId.Malformed;
 * DependencyViolation (the main one, or a subnet's). Return: 0 or -errno.
 */
int ec2_delete_route_table(struct ec2 *ec2, const struct ec2_delete_route_table_request *request);

/*
 * DescribeRouteTables. Errors: InvalidRouteTableID.NotFound; InvalidRouteTableId.Malformed;
 * filters and pages. Return: 0 or -errno.
 */
int ec2_describe_route_tables(struct ec2 *ec2,
			      const struct ec2_describe_route_tables_request *request,
			      struct ec2_describe_route_tables_response *response);
EC2_RESPONSE_FREE(describe_route_tables, "DescribeRouteTables")

/*
 * AssociateRouteTable: the subnet's table instead of the main one.
 * Errors: InvalidRouteTableID.NotFound; InvalidSubnetID.NotFound; Resource.AlreadyAssociated;
 * InvalidParameterValue (of different VPCs). Return: 0 or -errno.
 */
int ec2_associate_route_table(struct ec2 *ec2,
			      const struct ec2_associate_route_table_request *request,
			      struct ec2_associate_route_table_response *response);
EC2_RESPONSE_FREE(associate_route_table, "AssociateRouteTable")

/*
 * DisassociateRouteTable: the main table from now on.
 * Errors: InvalidAssociationID.NotFound; InvalidParameterValue (the main one). Return: 0 or -errno.
 */
int ec2_disassociate_route_table(struct ec2 *ec2,
				 const struct ec2_disassociate_route_table_request *request);

/*
 * ReplaceRouteTableAssociation: another table for the subnet, or another main table.
 * Errors: InvalidAssociationID.NotFound; as AssociateRouteTable. Return: 0 or -errno.
 */
int ec2_replace_route_table_association(
	struct ec2 *ec2, const struct ec2_replace_route_table_association_request *request,
	struct ec2_replace_route_table_association_response *response);
EC2_RESPONSE_FREE(replace_route_table_association, "ReplaceRouteTableAssociation")

/*
 * CreateRoute. Errors: InvalidRouteTableID.NotFound; RouteAlreadyExists; RouteLimitExceeded;
 * MissingParameter and InvalidParameterCombination (not one destination and one target);
 * InvalidParameterValue (no CIDR block, the VPC's own addresses, a target of another VPC);
 * InvalidGatewayID.NotFound; InvalidNetworkInterfaceID.NotFound; InvalidInstanceID, .NotFound.
 * Return: 0 or -errno.
 */
int ec2_create_route(struct ec2 *ec2, const struct ec2_create_route_request *request,
		     struct ec2_create_route_response *response);
EC2_RESPONSE_FREE(create_route, "CreateRoute")

/*
 * ReplaceRoute: another target.
 * Errors: as CreateRoute; InvalidParameterValue (no such route, or the local one).
 * Return: 0 or -errno.
 */
int ec2_replace_route(struct ec2 *ec2, const struct ec2_replace_route_request *request);

/*
 * DeleteRoute. Errors: InvalidRouteTableID.NotFound; InvalidRoute.NotFound; InvalidParameterValue
 * (the local route). Return: 0 or -errno.
 */
int ec2_delete_route(struct ec2 *ec2, const struct ec2_delete_route_request *request);

#ifdef __cplusplus
}
#endif
#endif
