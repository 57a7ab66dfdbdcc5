// SPDX-License-Identifier: LGPL-2.1-or-later
/* Route tables and routes. */
#include "model/request.h"
#include "model/shapes.h"

#define TABLE_ID STR("RouteTableId", route_table_id, EC2_F_REQUIRED, "the route table (rtb-...)")
#define ASSOCIATION_ID \
	STR("AssociationId", association_id, EC2_F_REQUIRED, "the association (rtbassoc-...)")
#define DESTINATION \
	STR("DestinationCidrBlock", destination_cidr_block, 0, "its addresses: 0.0.0.0/0")
#define DESTINATION6 \
	STR("DestinationIpv6CidrBlock", destination_ipv6_cidr_block, 0, "or IPv6 ones: ::/0")
#define DESTINATION_LIST \
	STR("DestinationPrefixListId", destination_prefix_list_id, 0, "or those of a list (pl-...)")
#define TARGETS                                                                         \
	STR("GatewayId", gateway_id, 0, "to an internet gateway (igw-...)"),            \
		STR("InstanceId", instance_id, 0, "or an instance with one interface"), \
		STR("NetworkInterfaceId", network_interface_id, 0, "or an interface (eni-...)")
#define STATE SUB("AssociationState", association_state, route_table_association_state, 0, NULL)

#define S ec2_route_table_association_state
static const struct ec2_field route_table_association_state_fields[] = {
	STR("State", state, 0, NULL),
};
SHAPE(route_table_association_state, "RouteTableAssociationState",
      route_table_association_state_fields)
#undef S

#define S ec2_route_table_association
static const struct ec2_field route_table_association_fields[] = {
	BOOL("Main", main, 0, NULL),
	STR("RouteTableAssociationId", route_table_association_id, 0, NULL),
	STR("RouteTableId", route_table_id, 0, NULL),
	STR("SubnetId", subnet_id, 0, NULL),
	STATE,
};
SHAPE(route_table_association, "RouteTableAssociation", route_table_association_fields)
#undef S

#define S ec2_propagating_vgw
static const struct ec2_field propagating_vgw_fields[] = {
	STR("GatewayId", gateway_id, 0, NULL),
};
SHAPE(propagating_vgw, "PropagatingVgw", propagating_vgw_fields)
#undef S

#define S ec2_route
static const struct ec2_field route_fields[] = {
	STR("DestinationCidrBlock", destination_cidr_block, 0, NULL),
	STR("DestinationIpv6CidrBlock", destination_ipv6_cidr_block, 0, NULL),
	STR("DestinationPrefixListId", destination_prefix_list_id, 0, NULL),
	STR("GatewayId", gateway_id, 0, NULL),
	STR("InstanceId", instance_id, 0, NULL),
	STR("InstanceOwnerId", instance_owner_id, EC2_F_HIDDEN, NULL),
	STR("NetworkInterfaceId", network_interface_id, 0, NULL),
	STR("Origin", origin, 0, NULL),
	STR("State", state, 0, NULL),
};
SHAPE(route, "Route", route_fields)
#undef S

#define S ec2_route_table
static const struct ec2_field route_table_fields[] = {
	SUBS("Associations", associations, route_table_association, EC2_F_EMPTY_LIST | EC2_F_HIDDEN,
	     NULL),
	SUBS("PropagatingVgws", propagating_vgws, propagating_vgw, EC2_F_EMPTY_LIST | EC2_F_HIDDEN,
	     NULL),
	STR("RouteTableId", route_table_id, 0, NULL),
	SUBS("Routes", routes, route, EC2_F_EMPTY_LIST | EC2_F_LESS, NULL),
	SUBS("Tags", tags, tag, EC2_F_EMPTY_LIST, NULL),
	STR("VpcId", vpc_id, 0, NULL),
	STR("OwnerId", owner_id, EC2_F_HIDDEN, NULL),
};
SHAPE(route_table, "RouteTable", route_table_fields)
#undef S

#define S ec2_create_route_table_request
REQUEST(create_route_table, "CreateRouteTable", TAG_SPECIFICATIONS, DRY_RUN,
	STR("VpcId", vpc_id, EC2_F_REQUIRED, "the VPC (vpc-...)"))
#undef S

#define S ec2_create_route_table_response
RESPONSE(create_route_table, "CreateRouteTable",
	 SUB("RouteTable", route_table, route_table, 0, NULL))
#undef S

#define S ec2_delete_route_table_request
REQUEST(delete_route_table, "DeleteRouteTable", DRY_RUN, TABLE_ID)
#undef S

#define S ec2_describe_route_tables_request
REQUEST(describe_route_tables, "DescribeRouteTables", FILTERS, DRY_RUN,
	STRS("RouteTableIds", route_table_ids, 0, "these route tables (rtb-...)"), NEXT_TOKEN,
	MAX_RESULTS)
#undef S

#define S ec2_describe_route_tables_response
RESPONSE(describe_route_tables, "DescribeRouteTables",
	 SUBS("RouteTables", route_tables, route_table, EC2_F_EMPTY_LIST, NULL),
	 STR("NextToken", next_token, 0, NULL))
#undef S

#define S ec2_associate_route_table_request
REQUEST(associate_route_table, "AssociateRouteTable", DRY_RUN,
	STR("SubnetId", subnet_id, EC2_F_REQUIRED, "the subnet (subnet-...)"), TABLE_ID)
#undef S

#define S ec2_associate_route_table_response
RESPONSE(associate_route_table, "AssociateRouteTable",
	 STR("AssociationId", association_id, 0, NULL), STATE)
#undef S

#define S ec2_disassociate_route_table_request
REQUEST(disassociate_route_table, "DisassociateRouteTable", ASSOCIATION_ID, DRY_RUN)
#undef S

#define S ec2_replace_route_table_association_request
REQUEST(replace_route_table_association, "ReplaceRouteTableAssociation", ASSOCIATION_ID, DRY_RUN,
	TABLE_ID)
#undef S

#define S ec2_replace_route_table_association_response
RESPONSE(replace_route_table_association, "ReplaceRouteTableAssociation",
	 STR("NewAssociationId", new_association_id, 0, NULL), STATE)
#undef S

#define S ec2_create_route_request
REQUEST(create_route, "CreateRoute", DESTINATION, DESTINATION6, DESTINATION_LIST, DRY_RUN, TARGETS,
	TABLE_ID)
#undef S

#define S ec2_create_route_response
RESPONSE(create_route, "CreateRoute", BOOL("Return", return_value, 0, NULL))
#undef S

#define S ec2_replace_route_request
REQUEST(replace_route, "ReplaceRoute", DESTINATION, DESTINATION6, DESTINATION_LIST, DRY_RUN,
	TARGETS, TABLE_ID)
#undef S

#define S ec2_delete_route_request
REQUEST(delete_route, "DeleteRoute", DESTINATION, DESTINATION6, DESTINATION_LIST, DRY_RUN, TABLE_ID)
#undef S
