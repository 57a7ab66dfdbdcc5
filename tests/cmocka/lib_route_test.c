// SPDX-License-Identifier: LGPL-2.1-or-later
/* Internet gateways, route tables and routes: what EC2 answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib_region.h"

#define NO_GATEWAY "igw-00000000000000000"
#define NO_TABLE "rtb-00000000000000000"
#define TABLES "DescribeRouteTables"
#define GATEWAYS "DescribeInternetGateways"

/* A VPC with a subnet, and another; the tables, gateways and routes of the default VPC are there. */
static const struct region_step world[] = {
	{"DescribeVpcs", "{}", "Vpcs.0.VpcId", NULL, "DEFAULT"},
	{GATEWAYS, "{}", "InternetGateways.0.InternetGatewayId", NULL, "DEFAULT_GATEWAY"},
	{"CreateVpc", "{'CidrBlock': '10.0.0.0/16'}", "Vpc.VpcId", NULL, "VPC"},
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '10.0.1.0/24'}", "Subnet.SubnetId", NULL,
	 "SUBNET"},
	{"CreateVpc", "{'CidrBlock': '10.0.0.0/16'}", "Vpc.VpcId", NULL, "OTHER"},
	{"CreateSubnet", "{'VpcId': '$OTHER', 'CidrBlock': '10.0.1.0/24'}", "Subnet.SubnetId", NULL,
	 "OTHER_SUBNET"},
	{TABLES, FILTER("vpc-id", "$VPC"), "RouteTables.0.RouteTableId", NULL, "MAIN"},
	{TABLES, FILTER("vpc-id", "$VPC"), "RouteTables.0.Associations.0.RouteTableAssociationId",
	 NULL, "MAIN_ASSOCIATION"},
	{TABLES, FILTER("vpc-id", "$OTHER"), "RouteTables.0.RouteTableId", NULL, "OTHER_TABLE"},
	{"CreateInternetGateway",
	 "{'TagSpecifications': [{'ResourceType': 'internet-gateway', 'Tags': [{'Key': 'k',"
	 " 'Value': 'v'}]}]}",
	 "InternetGateway.InternetGatewayId", NULL, "GATEWAY"},
	{"CreateRouteTable",
	 "{'VpcId': '$VPC', 'TagSpecifications': [{'ResourceType': 'route-table', 'Tags': [{'Key':"
	 " 'k', 'Value': 'v'}]}]}",
	 "RouteTable.RouteTableId", NULL, "TABLE"},
};

static int set_up(void **state)
{
	*state = region_new();
	REGION_STEPS(*state, world);
	return 0;
}

/* ---- the default VPC has a way out ---- */

static const struct region_step way_out[] = {
	{TABLES, FILTER("vpc-id", "$DEFAULT"), "RouteTables.0.Associations.0.Main", "true", NULL},
	{TABLES, FILTER("vpc-id", "$DEFAULT"), "RouteTables.0.Routes", "2", NULL},
	{TABLES, FILTER("vpc-id", "$DEFAULT"), "RouteTables.0.Routes.0.DestinationCidrBlock",
	 "172.31.0.0/16", NULL},
	{TABLES, FILTER("vpc-id", "$DEFAULT"), "RouteTables.0.Routes.0.GatewayId", "local", NULL},
	{TABLES, FILTER("vpc-id", "$DEFAULT"), "RouteTables.0.Routes.0.Origin", "CreateRouteTable",
	 NULL},
	{TABLES, FILTER("vpc-id", "$DEFAULT"), "RouteTables.0.Routes.1.GatewayId",
	 "$DEFAULT_GATEWAY", NULL},
	{TABLES, FILTER("vpc-id", "$DEFAULT"), "RouteTables.0.Routes.1.State", "active", NULL},
	{GATEWAYS, FILTER("attachment.vpc-id", "$DEFAULT"), "InternetGateways", "1", NULL},
};

static void the_default_vpc_has_a_way_out(void **state)
{
	REGION_STEPS(*state, way_out);
}

/* ---- gateways ---- */

#define PAIR(gateway, vpc) "{'InternetGatewayId': '" gateway "', 'VpcId': '" vpc "'}"

static const struct region_row bad_gateways[] = {
	{"AttachInternetGateway", PAIR(NO_GATEWAY, "$VPC"), "InvalidInternetGatewayID.NotFound",
	 "The internetGateway ID '" NO_GATEWAY "' does not exist"},
	{"AttachInternetGateway", PAIR("igw", "$VPC"), "InvalidInternetGatewayId.Malformed", NULL},
	{"AttachInternetGateway", PAIR("$GATEWAY", "vpc-00000000"), "InvalidVpcID.NotFound", NULL},
	{"AttachInternetGateway", PAIR("$DEFAULT_GATEWAY", "$VPC"), "Resource.AlreadyAssociated",
	 "is already attached to network vpc-"},
	{"AttachInternetGateway", PAIR("$GATEWAY", "$DEFAULT"), "InvalidParameterValue",
	 "already has an internet gateway attached"},
	{"DetachInternetGateway", PAIR("$GATEWAY", "$VPC"), "Gateway.NotAttached",
	 "is not attached to network vpc-"},
	{"DetachInternetGateway", PAIR("$DEFAULT_GATEWAY", "$VPC"), "Gateway.NotAttached", NULL},
	{"DeleteInternetGateway", "{'InternetGatewayId': '$DEFAULT_GATEWAY'}",
	 "DependencyViolation", "has dependencies and cannot be deleted."},
	{"DeleteInternetGateway", "{'InternetGatewayId': '$GATEWAY', 'DryRun': true}",
	 "DryRunOperation", NULL},
	{GATEWAYS, "{'InternetGatewayIds': ['" NO_GATEWAY "']}",
	 "InvalidInternetGatewayID.NotFound", NULL},
};

static const struct region_step gateways[] = {
	{GATEWAYS, "{'InternetGatewayIds': ['$GATEWAY']}", "InternetGateways.0.Attachments", "0",
	 NULL},
	{"AttachInternetGateway", PAIR("$GATEWAY", "$VPC"), NULL, NULL, NULL},
	{GATEWAYS, FILTER("tag:k", "v"), "InternetGateways.0.Attachments.0.VpcId", "$VPC", NULL},
	{GATEWAYS, FILTER("tag:k", "v"), "InternetGateways.0.Attachments.0.State", "available",
	 NULL},
	{"DetachInternetGateway", PAIR("$GATEWAY", "$VPC"), NULL, NULL, NULL},
	{"DeleteInternetGateway", "{'InternetGatewayId': '$GATEWAY'}", NULL, NULL, NULL},
	{GATEWAYS, "{}", "InternetGateways", "1", NULL},
	{"DescribeTags", FILTER("resource-type", "internet-gateway"), "Tags", "0", NULL},
};

static void gateways_come_and_go(void **state)
{
	REGION_ROWS(*state, bad_gateways);
	REGION_STEPS(*state, gateways);
}

/* ---- whose table it is ---- */

static const struct region_row bad_associations[] = {
	{"CreateRouteTable", "{'VpcId': 'vpc-00000000'}", "InvalidVpcID.NotFound", NULL},
	{"CreateRouteTable", "{'VpcId': '$VPC', 'DryRun': true}", "DryRunOperation", NULL},
	{"DeleteRouteTable", "{'RouteTableId': '$MAIN'}", "DependencyViolation",
	 "has dependencies and cannot be deleted."},
	{"DeleteRouteTable", "{'RouteTableId': '" NO_TABLE "'}", "InvalidRouteTableID.NotFound",
	 "The routeTable ID '" NO_TABLE "' does not exist"},
	{"DeleteRouteTable", "{'RouteTableId': 'rtb'}", "InvalidRouteTableId.Malformed", NULL},
	{"AssociateRouteTable", "{'RouteTableId': '$TABLE', 'SubnetId': 'subnet-00000000'}",
	 "InvalidSubnetID.NotFound", NULL},
	{"AssociateRouteTable", "{'RouteTableId': '$TABLE', 'SubnetId': '$OTHER_SUBNET'}",
	 "InvalidParameterValue", "belong to different networks"},
	{"DisassociateRouteTable", "{'AssociationId': '$MAIN_ASSOCIATION'}",
	 "InvalidParameterValue", "cannot disassociate the main route table association"},
	{"DisassociateRouteTable", "{'AssociationId': 'rtbassoc-00000000'}",
	 "InvalidAssociationID.NotFound", "The association ID 'rtbassoc-00000000' does not exist"},
	{"ReplaceRouteTableAssociation",
	 "{'AssociationId': '$MAIN_ASSOCIATION', 'RouteTableId': '$OTHER_TABLE'}",
	 "InvalidParameterValue", "belong to different networks"},
	{"DeleteVpc", "{'VpcId': '$VPC'}", "DependencyViolation", NULL},
};

static const struct region_step associations[] = {
	{TABLES, FILTER("association.main", "true"), "RouteTables", "3", NULL},
	{TABLES, FILTER("tag:k", "v"), "RouteTables.0.Associations", "0", NULL},
	{TABLES, "{'RouteTableIds': ['$TABLE']}", "RouteTables.0.Routes.0.DestinationCidrBlock",
	 "10.0.0.0/16", NULL},
	{"AssociateRouteTable", "{'RouteTableId': '$TABLE', 'SubnetId': '$SUBNET'}",
	 "AssociationState.State", "associated", NULL},
	{TABLES, FILTER("association.subnet-id", "$SUBNET"), "RouteTables.0.RouteTableId", "$TABLE",
	 NULL},
	{TABLES, "{'RouteTableIds': ['$TABLE']}",
	 "RouteTables.0.Associations.0.RouteTableAssociationId", NULL, "ASSOCIATION"},
	{TABLES, "{'RouteTableIds': ['$TABLE']}", "RouteTables.0.Associations.0.Main", "false",
	 NULL},
	{"ReplaceRouteTableAssociation",
	 "{'AssociationId': '$ASSOCIATION', 'RouteTableId': '$MAIN'}", "NewAssociationId", NULL,
	 "ASSOCIATION"},
	{TABLES, FILTER("association.subnet-id", "$SUBNET"), "RouteTables.0.RouteTableId", "$MAIN",
	 NULL},
	{"DisassociateRouteTable", "{'AssociationId': '$ASSOCIATION'}", NULL, NULL, NULL},
	{TABLES, FILTER("association.subnet-id", "$SUBNET"), "RouteTables", "0", NULL},
	/* another main table; the first goes, and the VPC with what is left */
	{"ReplaceRouteTableAssociation",
	 "{'AssociationId': '$MAIN_ASSOCIATION', 'RouteTableId': '$TABLE'}",
	 "AssociationState.State", "associated", NULL},
	{TABLES, FILTER("association.main", "true"), "RouteTables.2.RouteTableId", "$TABLE", NULL},
	{"DeleteRouteTable", "{'RouteTableId': '$MAIN'}", NULL, NULL, NULL},
	/* a subnet that goes takes its association with it */
	{"CreateRouteTable", "{'VpcId': '$VPC'}", "RouteTable.RouteTableId", NULL, "OWN"},
	{"AssociateRouteTable", "{'RouteTableId': '$OWN', 'SubnetId': '$SUBNET'}", NULL, NULL,
	 NULL},
	{"DeleteSubnet", "{'SubnetId': '$SUBNET'}", NULL, NULL, NULL},
	{"DeleteRouteTable", "{'RouteTableId': '$OWN'}", NULL, NULL, NULL},
	{"DeleteVpc", "{'VpcId': '$VPC'}", NULL, NULL, NULL},
	{TABLES, "{}", "RouteTables", "2", NULL},
	{"DescribeTags", FILTER("resource-type", "route-table"), "Tags", "0", NULL},
};

static void tables_belong_to_subnets(void **state)
{
	REGION_ROWS(*state, bad_associations);
	REGION_STEPS(*state, associations);
}

/* ---- routes ---- */

#define ROUTE(destination, target) \
	"{'RouteTableId': '$TABLE', 'DestinationCidrBlock': '" destination "'" target "}"
#define TO_GATEWAY ", 'GatewayId': '$GATEWAY'"
#define THE_TABLE "{'RouteTableIds': ['$TABLE']}"

static const struct region_step routes[] = {
	{"AttachInternetGateway", PAIR("$GATEWAY", "$VPC"), NULL, NULL, NULL},
	{"CreateRoute", ROUTE("0.0.0.0/0", TO_GATEWAY), "Return", "true", NULL},
	{"CreateRoute", ROUTE("203.0.113.9/24", TO_GATEWAY), "Return", "true", NULL},
	{"CreateRoute",
	 "{'RouteTableId': '$TABLE', 'DestinationIpv6CidrBlock': '2001:DB8::/32'" TO_GATEWAY "}",
	 "Return", "true", NULL},
	{TABLES, THE_TABLE, "RouteTables.0.Routes", "4", NULL},
	{TABLES, THE_TABLE, "RouteTables.0.Routes.2.DestinationCidrBlock", "203.0.113.0/24", NULL},
	{TABLES, THE_TABLE, "RouteTables.0.Routes.3.DestinationIpv6CidrBlock", "2001:db8::/32",
	 NULL},
	{TABLES, FILTER("route.gateway-id", "$GATEWAY"), "RouteTables.0.Routes.1.Origin",
	 "CreateRoute", NULL},
};

static const struct region_row bad_routes[] = {
	{"CreateRoute", ROUTE("0.0.0.0/0", TO_GATEWAY), "RouteAlreadyExists",
	 "The route identified by 0.0.0.0/0 already exists."},
	{"CreateRoute", ROUTE("203.0.113.77/24", TO_GATEWAY), "RouteAlreadyExists", NULL},
	{"CreateRoute", ROUTE("10.0.0.0/16", TO_GATEWAY), "RouteAlreadyExists", NULL},
	{"CreateRoute", ROUTE("10.0.1.0/24", TO_GATEWAY), "InvalidParameterValue",
	 "can target only an interface or an instance"},
	{"CreateRoute", ROUTE("9.0.0.0", TO_GATEWAY), "InvalidParameterValue",
	 "destinationCidrBlock"},
	{"CreateRoute", ROUTE("9.0.0.0/8", ""), "MissingParameter", "exactly one of"},
	{"CreateRoute", ROUTE("9.0.0.0/8", TO_GATEWAY ", 'InstanceId': 'i-00000000'"),
	 "InvalidParameterCombination", NULL},
	{"CreateRoute", "{'RouteTableId': '$TABLE'" TO_GATEWAY "}", "MissingParameter",
	 "destinationCidrBlock"},
	{"CreateRoute", ROUTE("9.0.0.0/8", ", 'DestinationIpv6CidrBlock': '::/0'" TO_GATEWAY),
	 "InvalidParameterCombination", NULL},
	{"CreateRoute", ROUTE("9.0.0.0/8", ", 'GatewayId': '" NO_GATEWAY "'"),
	 "InvalidGatewayID.NotFound", "The gateway ID '" NO_GATEWAY "' does not exist"},
	{"CreateRoute", ROUTE("9.0.0.0/8", ", 'GatewayId': 'local'"), "InvalidGatewayID.NotFound",
	 NULL},
	{"CreateRoute", ROUTE("9.0.0.0/8", ", 'GatewayId': '$DEFAULT_GATEWAY'"),
	 "InvalidParameterValue", "belong to different networks"},
	{"CreateRoute", ROUTE("9.0.0.0/8", ", 'InstanceId': 'i-00000000'"),
	 "InvalidInstanceID.NotFound", NULL},
	{"CreateRoute", ROUTE("9.0.0.0/8", ", 'NetworkInterfaceId': 'eni-00000000'"),
	 "InvalidNetworkInterfaceID.NotFound", NULL},
	{"CreateRoute", ROUTE("9.0.0.0/8", TO_GATEWAY ", 'DryRun': true"), "DryRunOperation", NULL},
	{"CreateRoute",
	 "{'RouteTableId': '" NO_TABLE "', 'DestinationCidrBlock': '9.0.0.0/8'" TO_GATEWAY "}",
	 "InvalidRouteTableID.NotFound", NULL},
	{"ReplaceRoute", ROUTE("9.0.0.0/8", TO_GATEWAY), "InvalidParameterValue",
	 "Use CreateRoute instead."},
	{"ReplaceRoute", ROUTE("10.0.0.0/16", TO_GATEWAY), "InvalidParameterValue", "local route"},
	{"DeleteRoute", ROUTE("9.0.0.0/8", ""), "InvalidRoute.NotFound",
	 "no route with destination-cidr-block 9.0.0.0/8 in route table rtb-"},
	{"DeleteRoute", ROUTE("10.0.0.0/16", ""), "InvalidParameterValue",
	 "cannot remove local route 10.0.0.0/16"},
	{"DeleteRoute", "{'RouteTableId': '$TABLE'}", "MissingParameter", NULL},
};

static const struct region_step blackholes[] = {
	{TABLES, THE_TABLE, "RouteTables.0.Routes", "4", NULL},
	{"DetachInternetGateway", PAIR("$GATEWAY", "$VPC"), NULL, NULL, NULL},
	{TABLES, THE_TABLE, "RouteTables.0.Routes.0.State", "active", NULL},
	{TABLES, THE_TABLE, "RouteTables.0.Routes.1.State", "blackhole", NULL},
	{TABLES, FILTER("route.state", "blackhole"), "RouteTables", "1", NULL},
	{"CreateInternetGateway", "{}", "InternetGateway.InternetGatewayId", NULL, "SECOND"},
	{"AttachInternetGateway", PAIR("$SECOND", "$VPC"), NULL, NULL, NULL},
	{TABLES, THE_TABLE, "RouteTables.0.Routes.1.State", "blackhole", NULL},
	{"ReplaceRoute", ROUTE("0.0.0.0/0", ", 'GatewayId': '$SECOND'"), NULL, NULL, NULL},
	{TABLES, THE_TABLE, "RouteTables.0.Routes.1.State", "active", NULL},
	{TABLES, THE_TABLE, "RouteTables.0.Routes.1.GatewayId", "$SECOND", NULL},
	/* the route outlives its target */
	{"DeleteInternetGateway", "{'InternetGatewayId': '$GATEWAY'}", NULL, NULL, NULL},
	{TABLES, THE_TABLE, "RouteTables.0.Routes.2.State", "blackhole", NULL},
	{TABLES, THE_TABLE, "RouteTables.0.Routes.2.GatewayId", "$GATEWAY", NULL},
	{"DeleteRoute", ROUTE("203.0.113.0/24", ""), NULL, NULL, NULL},
	{"DeleteRoute", "{'RouteTableId': '$TABLE', 'DestinationIpv6CidrBlock': '2001:db8::/32'}",
	 NULL, NULL, NULL},
	{TABLES, THE_TABLE, "RouteTables.0.Routes", "2", NULL},
	{"DeleteRouteTable", "{'RouteTableId': '$TABLE'}", NULL, NULL, NULL},
};

static void routes_come_and_go(void **state)
{
	REGION_STEPS(*state, routes);
	REGION_ROWS(*state, bad_routes);
	REGION_STEPS(*state, blackholes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, region_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_default_vpc_has_a_way_out),
		TEST(gateways_come_and_go),
		TEST(tables_belong_to_subnets),
		TEST(routes_come_and_go),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
