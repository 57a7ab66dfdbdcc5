// SPDX-License-Identifier: LGPL-2.1-or-later
/* Network interfaces, alone and of instances: what EC2 answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib_region.h"
#include "store/db.h"

#define NO_INTERFACE "eni-00000000000000000"
#define INTERFACES "DescribeNetworkInterfaces"
#define INSTANCES "DescribeInstances"
#define CREATE(rest) "{'SubnetId': '$SUBNET'" rest "}"

/* A VPC with a subnet of 11 addresses and a group; groups of others. */
static const struct region_step world[] = {
	{"CreateVpc", "{'CidrBlock': '10.0.0.0/16'}", "Vpc.VpcId", NULL, "VPC"},
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '10.0.1.0/28'}", "Subnet.SubnetId", NULL,
	 "SUBNET"},
	{"CreateSecurityGroup", "{'GroupName': 'web', 'Description': 'd', 'VpcId': '$VPC'}",
	 "GroupId", NULL, "WEB"},
	{"CreateSecurityGroup", "{'GroupName': 'db', 'Description': 'd', 'VpcId': '$VPC'}",
	 "GroupId", NULL, "DB"},
	{"CreateSecurityGroup", "{'GroupName': 'own', 'Description': 'd'}", "GroupId", NULL, "OWN"},
	{"DescribeVpcs", FILTER("is-default", "true"), "Vpcs.0.VpcId", NULL, "DEFAULT"},
	{"DescribeSubnets", FILTER("default-for-az", "true"), "Subnets.0.SubnetId", NULL,
	 "DEFAULT_SUBNET"},
	{"DescribeSecurityGroups", "{'GroupNames': ['default']}", "SecurityGroups.0.GroupId", NULL,
	 "DEFAULT_GROUP"},
};

static int set_up(void **state)
{
	struct region *region = region_new();

	region_set(region, "IMAGE", fake_image(region->ec2, &region->fake, "debian-12"));
	REGION_STEPS(region, world);
	*state = region;
	return 0;
}

/* ---- interfaces alone ---- */

#define THE_INTERFACE "{'NetworkInterfaceIds': ['$INTERFACE']}"
#define MODIFY "ModifyNetworkInterfaceAttribute"
#define MODIFIED(rest) "{'NetworkInterfaceId': '$INTERFACE', " rest "}"
#define ATTRIBUTE "DescribeNetworkInterfaceAttribute"

static const struct region_step made[] = {
	/* the first address that is not reserved, the default group */
	{"CreateNetworkInterface", CREATE(""), "NetworkInterface.PrivateIpAddress", "10.0.1.4",
	 NULL},
	{INTERFACES, FILTER("subnet-id", "$SUBNET"), "NetworkInterfaces.0.Groups.0.GroupName",
	 "default", NULL},
	{INTERFACES, FILTER("subnet-id", "$SUBNET"), "NetworkInterfaces.0.PrivateDnsName",
	 "ip-10-0-1-4.ec2.internal", NULL},
	{INTERFACES, FILTER("subnet-id", "$SUBNET"), "NetworkInterfaces.0.Status", "available",
	 NULL},
	{INTERFACES, FILTER("subnet-id", "$SUBNET"), "NetworkInterfaces.0.Attachment", "", NULL},
	{INTERFACES, FILTER("subnet-id", "$SUBNET"), "NetworkInterfaces.0.SourceDestCheck", "true",
	 NULL},
	{INTERFACES, FILTER("mac-address", "02:??:??:??:??:??"), "NetworkInterfaces", "1", NULL},
	/* as asked, all of it */
	{"CreateNetworkInterface",
	 CREATE(", 'PrivateIpAddress': '10.0.1.6', 'Groups': ['$WEB', '$DB', '$WEB'], 'Description':"
		" 'mine', 'TagSpecifications': [{'ResourceType': 'network-interface', 'Tags':"
		" [{'Key': 'k', 'Value': 'v'}]}]"),
	 "NetworkInterface.NetworkInterfaceId", NULL, "INTERFACE"},
	{INTERFACES, THE_INTERFACE, "NetworkInterfaces.0.PrivateIpAddresses.0.PrivateIpAddress",
	 "10.0.1.6", NULL},
	{INTERFACES, THE_INTERFACE, "NetworkInterfaces.0.Groups", "2", NULL},
	{INTERFACES, FILTER("tag:k", "v"), "NetworkInterfaces.0.Description", "mine", NULL},
	{INTERFACES, FILTER("tag-key", "k"), "NetworkInterfaces.0.TagSet.0.Value", "v", NULL},
	{"DescribeTags", FILTER("resource-type", "network-interface"), "Tags", "1", NULL},
	/* between the two, then behind */
	{"CreateNetworkInterface", CREATE(""), "NetworkInterface.PrivateIpAddress", "10.0.1.5",
	 NULL},
	{"CreateNetworkInterface", CREATE(""), "NetworkInterface.PrivateIpAddress", "10.0.1.7",
	 NULL},
	{"DescribeSubnets", "{'SubnetIds': ['$SUBNET']}", "Subnets.0.AvailableIpAddressCount", "7",
	 NULL},
	{MODIFY, MODIFIED("'SourceDestCheck': {'Value': false}"), NULL, NULL, NULL},
	{ATTRIBUTE, MODIFIED("'Attribute': 'sourceDestCheck'"), "SourceDestCheck.Value", "false",
	 NULL},
	{MODIFY, MODIFIED("'Groups': ['$DB']"), NULL, NULL, NULL},
	{ATTRIBUTE, MODIFIED("'Attribute': 'groupSet'"), "Groups.0.GroupId", "$DB", NULL},
	{ATTRIBUTE, MODIFIED("'Attribute': 'groupSet'"), "Groups", "1", NULL},
	{MODIFY, MODIFIED("'Description': {'Value': 'other'}"), NULL, NULL, NULL},
	{ATTRIBUTE, MODIFIED("'Attribute': 'description'"), "Description.Value", "other", NULL},
	{ATTRIBUTE, MODIFIED("'Attribute': 'attachment'"), "Attachment", "", NULL},
};

static const struct region_row bad_interfaces[] = {
	{"CreateNetworkInterface", "{}", "MissingParameter", "SubnetId"},
	{"CreateNetworkInterface", "{'SubnetId': 'subnet-00000000'}", "InvalidSubnetID.NotFound",
	 NULL},
	{"CreateNetworkInterface", CREATE(", 'PrivateIpAddress': '10.0.1.6'"),
	 "InvalidIPAddress.InUse", "Address 10.0.1.6 is in use."},
	{"CreateNetworkInterface", CREATE(", 'PrivateIpAddress': '10.0.2.6'"),
	 "InvalidParameterValue", "does not fall within the subnet's address range"},
	{"CreateNetworkInterface", CREATE(", 'PrivateIpAddress': '10.0.1.0'"),
	 "InvalidParameterValue", "reserved address range"},
	{"CreateNetworkInterface", CREATE(", 'PrivateIpAddress': '10.0.1.3'"),
	 "InvalidParameterValue", "reserved address range"},
	{"CreateNetworkInterface", CREATE(", 'PrivateIpAddress': '10.0.1.15'"),
	 "InvalidParameterValue", "reserved address range"},
	{"CreateNetworkInterface", CREATE(", 'PrivateIpAddress': 'x'"), "InvalidParameterValue",
	 "privateIpAddress"},
	{"CreateNetworkInterface", CREATE(", 'Groups': ['sg-00000000']"), "InvalidGroup.NotFound",
	 NULL},
	{"CreateNetworkInterface", CREATE(", 'Groups': ['$OWN']"), "InvalidGroup.NotFound",
	 "does not exist in the VPC"},
	{"CreateNetworkInterface",
	 CREATE(", 'Groups': ['$WEB', '$WEB', '$WEB', '$WEB', '$WEB', '$WEB']"),
	 "SecurityGroupsPerInterfaceLimitExceeded", NULL},
	{"CreateNetworkInterface", CREATE(", 'DryRun': true"), "DryRunOperation", NULL},
	{"DeleteNetworkInterface", "{'NetworkInterfaceId': '" NO_INTERFACE "'}",
	 "InvalidNetworkInterfaceID.NotFound",
	 "The networkInterface ID '" NO_INTERFACE "' does not exist"},
	{"DeleteNetworkInterface", "{'NetworkInterfaceId': 'eni'}",
	 "InvalidNetworkInterfaceId.Malformed", NULL},
	{MODIFY, "{'NetworkInterfaceId': '$INTERFACE'}", "MissingParameter", NULL},
	{MODIFY, MODIFIED("'Groups': ['$WEB'], 'Description': {'Value': 'x'}"),
	 "InvalidParameterCombination", NULL},
	{MODIFY, MODIFIED("'Groups': ['$OWN']"), "InvalidGroup.NotFound", NULL},
	{MODIFY, MODIFIED("'Attachment': {'DeleteOnTermination': false}"), "MissingParameter",
	 NULL},
	{MODIFY,
	 MODIFIED("'Attachment': {'DeleteOnTermination': false, 'AttachmentId':"
		  " 'eni-attach-00000000'}"),
	 "InvalidAttachmentID.NotFound", NULL},
	{ATTRIBUTE, MODIFIED("'Attribute': 'colour'"), "InvalidParameterValue", "colour"},
	{"DeleteSubnet", "{'SubnetId': '$SUBNET'}", "DependencyViolation",
	 "has dependencies and cannot be deleted."},
	{"DeleteSecurityGroup", "{'GroupId': '$DB'}", "DependencyViolation", NULL},
	{"DeleteVpc", "{'VpcId': '$VPC'}", "DependencyViolation", NULL},
};

static const struct region_step unmade[] = {
	{"DescribeSubnets", "{'SubnetIds': ['$SUBNET']}", "Subnets.0.AvailableIpAddressCount", "7",
	 NULL},
	{"DeleteNetworkInterface", "{'NetworkInterfaceId': '$INTERFACE'}", NULL, NULL, NULL},
	{INTERFACES, "{}", "NetworkInterfaces", "3", NULL},
	{"DescribeTags", FILTER("resource-type", "network-interface"), "Tags", "0", NULL},
	{"DeleteSecurityGroup", "{'GroupId': '$DB'}", NULL, NULL, NULL},
};

static void interfaces_come_and_go(void **state)
{
	REGION_STEPS(*state, made);
	REGION_ROWS(*state, bad_interfaces);
	REGION_STEPS(*state, unmade);
}

static void a_subnet_gives_all_its_addresses(void **state)
{
	char address[32];

	for (int i = 4; i < 15; i++) {
		snprintf(address, sizeof(address), "10.0.1.%d", i);
		region_expect(*state, "CreateNetworkInterface", CREATE(""),
			      "NetworkInterface.PrivateIpAddress", address);
	}
	region_check(*state, &(struct region_row){"CreateNetworkInterface", CREATE(""),
						  "InsufficientFreeAddressesInSubnet", NULL});
	region_expect(*state, "DescribeSubnets", "{'SubnetIds': ['$SUBNET']}",
		      "Subnets.0.AvailableIpAddressCount", "0");
}

/* ---- secondary addresses ---- */

#define ASSIGN "AssignPrivateIpAddresses"
#define UNASSIGN "UnassignPrivateIpAddresses"
#define MORE(rest) "{'NetworkInterfaceId': '$INTERFACE'" rest "}"
#define ADDRESS(text) ", 'PrivateIpAddresses': ['" text "']"

static const struct region_step assigned[] = {
	{"CreateNetworkInterface", CREATE(""), "NetworkInterface.NetworkInterfaceId", NULL,
	 "INTERFACE"},
	{"CreateNetworkInterface", CREATE(""), "NetworkInterface.NetworkInterfaceId", NULL, "NEXT"},
	{ASSIGN, MORE(ADDRESS("10.0.1.9")), "AssignedPrivateIpAddresses.0.PrivateIpAddress",
	 "10.0.1.9", NULL},
	{ASSIGN, MORE(", 'SecondaryPrivateIpAddressCount': 2"),
	 "AssignedPrivateIpAddresses.1.PrivateIpAddress", "10.0.1.7", NULL},
	{INTERFACES, THE_INTERFACE, "NetworkInterfaces.0.PrivateIpAddresses", "4", NULL},
	{INTERFACES, THE_INTERFACE, "NetworkInterfaces.0.PrivateIpAddress", "10.0.1.4", NULL},
	{INTERFACES, THE_INTERFACE, "NetworkInterfaces.0.PrivateIpAddresses.0.Primary", "true",
	 NULL},
	{INTERFACES, THE_INTERFACE, "NetworkInterfaces.0.PrivateIpAddresses.1.Primary", "false",
	 NULL},
	{INTERFACES, FILTER("addresses.private-ip-address", "10.0.1.9"), "NetworkInterfaces", "1",
	 NULL},
	{"DescribeSubnets", "{'SubnetIds': ['$SUBNET']}", "Subnets.0.AvailableIpAddressCount", "6",
	 NULL},
};

static const struct region_row not_assigned[] = {
	{ASSIGN, MORE(""), "MissingParameter", "exactly one of"},
	{ASSIGN, MORE(", 'SecondaryPrivateIpAddressCount': 1" ADDRESS("10.0.1.12")),
	 "InvalidParameterCombination", NULL},
	{ASSIGN, MORE(", 'SecondaryPrivateIpAddressCount': -1"), "InvalidParameterValue", "-1"},
	{ASSIGN, MORE(", 'SecondaryPrivateIpAddressCount': 7"), "InsufficientFreeAddressesInSubnet",
	 NULL},
	{ASSIGN, MORE(ADDRESS("10.0.1.9")), "InvalidIPAddress.InUse", "10.0.1.9"},
	{ASSIGN, MORE(ADDRESS("10.0.1.1")), "InvalidParameterValue", "reserved"},
	{ASSIGN, "{'NetworkInterfaceId': '" NO_INTERFACE "'" ADDRESS("10.0.1.12") "}",
	 "InvalidNetworkInterfaceID.NotFound", NULL},
	/* a primary address is nobody else's to take */
	{ASSIGN, MORE(", 'AllowReassignment': true" ADDRESS("10.0.1.5")), "InvalidIPAddress.InUse",
	 NULL},
	{UNASSIGN, MORE(ADDRESS("10.0.1.4")), "InvalidParameterValue", "primary"},
	{UNASSIGN, MORE(ADDRESS("10.0.1.5")), "InvalidParameterValue", "not assigned"},
	{UNASSIGN, MORE(ADDRESS("x")), "InvalidParameterValue", "not assigned"},
};

static const struct region_step unassigned[] = {
	{INTERFACES, THE_INTERFACE, "NetworkInterfaces.0.PrivateIpAddresses", "4", NULL},
	{ASSIGN, "{'NetworkInterfaceId': '$NEXT', 'AllowReassignment': true" ADDRESS("10.0.1.9") "}",
	 "NetworkInterfaceId", "$NEXT", NULL},
	{INTERFACES, THE_INTERFACE, "NetworkInterfaces.0.PrivateIpAddresses", "3", NULL},
	{UNASSIGN, MORE(ADDRESS("10.0.1.7")), NULL, NULL, NULL},
	{INTERFACES, THE_INTERFACE, "NetworkInterfaces.0.PrivateIpAddresses", "2", NULL},
	/* the interface's addresses go with it */
	{"DeleteNetworkInterface", "{'NetworkInterfaceId': '$NEXT'}", NULL, NULL, NULL},
	{"DescribeSubnets", "{'SubnetIds': ['$SUBNET']}", "Subnets.0.AvailableIpAddressCount", "9",
	 NULL},
};

static void addresses_come_and_go(void **state)
{
	REGION_STEPS(*state, assigned);
	REGION_ROWS(*state, not_assigned);
	REGION_STEPS(*state, unassigned);
}

/* 50, the primary one among them. */
static void addresses_have_a_quota(void **state)
{
	static const struct region_step steps[] = {
		{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '10.0.2.0/24'}", "Subnet.SubnetId",
		 NULL, "SUBNET"},
		{"CreateNetworkInterface", CREATE(""), "NetworkInterface.NetworkInterfaceId", NULL,
		 "INTERFACE"},
		{ASSIGN, MORE(", 'SecondaryPrivateIpAddressCount': 49"),
		 "AssignedPrivateIpAddresses", "49", NULL},
	};

	REGION_STEPS(*state, steps);
	region_check(*state,
		     &(struct region_row){ASSIGN, MORE(", 'SecondaryPrivateIpAddressCount': 1"),
					  "PrivateIpAddressLimitExceeded", NULL});
}

/* ---- instances ---- */

#define RUN "RunInstances"
#define LAUNCH(rest) "{'ImageId': '$IMAGE', 'InstanceType': 't3.nano'" rest "}"
#define THE_INSTANCE "{'InstanceIds': ['$INSTANCE']}"
#define ITS "Reservations.0.Instances.0."
#define ETH0 "Reservations.0.Instances.0.NetworkInterfaces.0."

static const struct region_step launched[] = {
	{RUN,
	 LAUNCH(", 'SubnetId': '$SUBNET', 'SecurityGroupIds': ['$WEB', '$DB'], 'PrivateIpAddress':"
		" '10.0.1.9', 'TagSpecifications': [{'ResourceType': 'network-interface', 'Tags':"
		" [{'Key': 'k', 'Value': 'v'}]}]"),
	 "Instances.0.InstanceId", NULL, "INSTANCE"},
	{INSTANCES, THE_INSTANCE, ITS "VpcId", "$VPC", NULL},
	{INSTANCES, THE_INSTANCE, ITS "SubnetId", "$SUBNET", NULL},
	{INSTANCES, THE_INSTANCE, ITS "PrivateIpAddress", "10.0.1.9", NULL},
	{INSTANCES, THE_INSTANCE, ITS "PrivateDnsName", "ip-10-0-1-9.ec2.internal", NULL},
	{INSTANCES, THE_INSTANCE, ITS "SourceDestCheck", "true", NULL},
	{INSTANCES, THE_INSTANCE, ITS "SecurityGroups", "2", NULL},
	{INSTANCES, THE_INSTANCE, ITS "SecurityGroups.0.GroupName", "web", NULL},
	{INSTANCES, THE_INSTANCE, ITS "NetworkInterfaces", "1", NULL},
	{INSTANCES, THE_INSTANCE, ETH0 "Attachment.DeviceIndex", "0", NULL},
	{INSTANCES, THE_INSTANCE, ETH0 "Attachment.DeleteOnTermination", "true", NULL},
	{INSTANCES, THE_INSTANCE, ETH0 "Attachment.Status", "attached", NULL},
	{INSTANCES, THE_INSTANCE, ETH0 "Attachment.AttachmentId", NULL, "ATTACHMENT"},
	{INSTANCES, THE_INSTANCE, ETH0 "Groups", "2", NULL},
	{INSTANCES, THE_INSTANCE, ETH0 "PrivateIpAddresses.0.Primary", "true", NULL},
	{INSTANCES, THE_INSTANCE, ETH0 "Status", "in-use", NULL},
	{INSTANCES, THE_INSTANCE, ETH0 "MacAddress", NULL, "MAC"},
	{INSTANCES, THE_INSTANCE, ETH0 "NetworkInterfaceId", NULL, "INTERFACE"},
	{INTERFACES, FILTER("attachment.instance-id", "$INSTANCE"),
	 "NetworkInterfaces.0.NetworkInterfaceId", "$INTERFACE", NULL},
	{INTERFACES, FILTER("tag:k", "v"), "NetworkInterfaces.0.Attachment.InstanceId", "$INSTANCE",
	 NULL},
	{INSTANCES, FILTER("network-interface.group-id", "$DB"), ITS "InstanceId", "$INSTANCE",
	 NULL},
	{INSTANCES, FILTER("private-ip-address", "10.0.1.*"), "Reservations", "1", NULL},
	{INSTANCES, FILTER("subnet-id", "$DEFAULT_SUBNET"), "Reservations", "0", NULL},
	/* without a word: the default VPC's default subnet and default group */
	{RUN, LAUNCH(""), "Instances.0.SubnetId", "$DEFAULT_SUBNET", NULL},
	{RUN, LAUNCH(""), "Instances.0.SecurityGroups.0.GroupId", "$DEFAULT_GROUP", NULL},
	{RUN, LAUNCH(", 'SecurityGroups': ['own', 'default']"),
	 "Instances.0.SecurityGroups.1.GroupId", "$OWN", NULL},
	/* as many as there are addresses */
	{RUN, LAUNCH(", 'SubnetId': '$SUBNET', 'MinCount': 1, 'MaxCount': 2"), "Instances", "2",
	 NULL},
};

static const struct region_row not_launched[] = {
	{RUN, LAUNCH(", 'SubnetId': 'subnet-00000000'"), "InvalidSubnetID.NotFound",
	 "The subnet ID 'subnet-00000000' does not exist"},
	{RUN, LAUNCH(", 'SubnetId': '$SUBNET', 'SecurityGroupIds': ['$OWN']"),
	 "InvalidGroup.NotFound", NULL},
	{RUN, LAUNCH(", 'SecurityGroupIds': ['web']"), "InvalidGroupId.Malformed", NULL},
	{RUN, LAUNCH(", 'SecurityGroups': ['web']"), "InvalidGroup.NotFound", "in default VPC"},
	{RUN, LAUNCH(", 'SubnetId': '$SUBNET', 'SecurityGroups': ['web']"),
	 "InvalidParameterCombination", "groupName"},
	{RUN, LAUNCH(", 'SubnetId': '$SUBNET', 'PrivateIpAddress': '10.0.1.9'"),
	 "InvalidIPAddress.InUse", NULL},
	{RUN, LAUNCH(", 'PrivateIpAddress': '10.0.1.9'"), "InvalidParameterValue", "range"},
	{RUN, LAUNCH(", 'SubnetId': '$SUBNET', 'PrivateIpAddress': '10.0.1.10', 'MaxCount': 2"),
	 "InvalidParameterCombination", NULL},
	{RUN, LAUNCH(", 'SubnetId': '$SUBNET', 'DryRun': true"), "DryRunOperation", NULL},
	{"DeleteNetworkInterface", "{'NetworkInterfaceId': '$INTERFACE'}", "InvalidParameterValue",
	 "is currently in use."},
	{"DeleteSecurityGroup", "{'GroupId': '$WEB'}", "DependencyViolation", NULL},
};

static void instances_are_in_a_subnet(void **state)
{
	REGION_STEPS(*state, launched);
	REGION_ROWS(*state, not_launched);
}

static const struct region_step launch_one[] = {
	{RUN, LAUNCH(", 'SubnetId': '$SUBNET', 'SecurityGroupIds': ['$WEB']"),
	 "Instances.0.InstanceId", NULL, "INSTANCE"},
	{INSTANCES, THE_INSTANCE, ETH0 "MacAddress", NULL, "MAC"},
	{INSTANCES, THE_INSTANCE, ETH0 "Attachment.AttachmentId", NULL, "ATTACHMENT"},
	{INSTANCES, THE_INSTANCE, ETH0 "NetworkInterfaceId", NULL, "INTERFACE"},
	{"StopInstances", THE_INSTANCE, NULL, NULL, NULL},
};

#define MODIFY_INSTANCE "ModifyInstanceAttribute"
#define THIS(rest) "{'InstanceId': '$INSTANCE', " rest "}"

static const struct region_step kept[] = {
	{INSTANCES, THE_INSTANCE, ITS "State.Name", "stopped", NULL},
	{INSTANCES, THE_INSTANCE, ITS "PrivateIpAddress", "10.0.1.4", NULL},
	{"StartInstances", THE_INSTANCE, NULL, NULL, NULL},
	{INSTANCES, THE_INSTANCE, ITS "PrivateIpAddress", "10.0.1.4", NULL},
	{INSTANCES, THE_INSTANCE, ETH0 "MacAddress", "$MAC", NULL},
	{MODIFY_INSTANCE, THIS("'Groups': ['$DB']"), NULL, NULL, NULL},
	{INSTANCES, THE_INSTANCE, ITS "SecurityGroups.0.GroupName", "db", NULL},
	{"DescribeInstanceAttribute", THIS("'Attribute': 'groupSet'"), "Groups.0.GroupId", "$DB",
	 NULL},
	{MODIFY_INSTANCE, THIS("'SourceDestCheck': {'Value': false}"), NULL, NULL, NULL},
	{"DescribeInstanceAttribute", THIS("'Attribute': 'sourceDestCheck'"),
	 "SourceDestCheck.Value", "false", NULL},
	{INSTANCES, THE_INSTANCE, ITS "SourceDestCheck", "false", NULL},
	{"TerminateInstances", THE_INSTANCE, NULL, NULL, NULL},
};

static const struct region_step gone[] = {
	{INSTANCES, THE_INSTANCE, ITS "State.Name", "terminated", NULL},
	{INSTANCES, THE_INSTANCE, ITS "PrivateIpAddress", "", NULL},
	{INSTANCES, THE_INSTANCE, ITS "NetworkInterfaces", "0", NULL},
	{INSTANCES, THE_INSTANCE, ITS "SubnetId", "", NULL},
	{INTERFACES, "{}", "NetworkInterfaces", "0", NULL},
	{"DeleteSubnet", "{'SubnetId': '$SUBNET'}", NULL, NULL, NULL},
	/* one that is to stay, stays */
	{RUN, LAUNCH(""), "Instances.0.InstanceId", NULL, "INSTANCE"},
	{INSTANCES, THE_INSTANCE, ETH0 "Attachment.AttachmentId", NULL, "ATTACHMENT"},
	{INSTANCES, THE_INSTANCE, ETH0 "NetworkInterfaceId", NULL, "INTERFACE"},
	{MODIFY,
	 MODIFIED("'Attachment': {'AttachmentId': '$ATTACHMENT', 'DeleteOnTermination': false}"),
	 NULL, NULL, NULL},
	{"StopInstances", THE_INSTANCE, NULL, NULL, NULL},
};

static const struct region_step left_behind[] = {
	{"TerminateInstances", THE_INSTANCE, NULL, NULL, NULL},
	{INTERFACES, THE_INTERFACE, "NetworkInterfaces.0.Status", "available", NULL},
	{INTERFACES, THE_INTERFACE, "NetworkInterfaces.0.Attachment", "", NULL},
	{"DeleteNetworkInterface", "{'NetworkInterfaceId': '$INTERFACE'}", NULL, NULL, NULL},
};

static void eth0_lives_as_long_as_its_instance(void **state)
{
	struct region *region = *state;

	REGION_STEPS(region, launch_one);
	fake_settle(&region->fake);
	REGION_STEPS(region, kept);
	fake_settle(&region->fake);
	REGION_STEPS(region, gone);
	fake_settle(&region->fake);
	REGION_STEPS(region, left_behind);
}

/* A launch that fails leaves no interface behind. */
static void a_failed_launch_gives_its_address_back(void **state)
{
	struct region *region = *state;

	region->fake.launch_error = -5;
	region->fake.launches_left = 0;
	region_check(region, &(struct region_row){RUN, LAUNCH(", 'SubnetId': '$SUBNET'"),
						  "InternalError", NULL});
	region_expect(region, INTERFACES, "{}", "NetworkInterfaces", "0");
	region_expect(region, "DescribeSubnets", "{'SubnetIds': ['$SUBNET']}",
		      "Subnets.0.AvailableIpAddressCount", "11");
}

/* The launch takes as many as there are addresses, or none. */
static void addresses_bound_a_launch(void **state)
{
	struct region *region = *state;

	region->fake.memory_available = 64ULL << 30;
	region->fake.memory_total = 64ULL << 30;
	region->fake.cpus = 64;
	region_check(region, &(struct region_row){RUN,
						  LAUNCH(", 'SubnetId': '$SUBNET',"
							 " 'MinCount': 12"),
						  "InsufficientFreeAddressesInSubnet", NULL});
	region_expect(region, RUN, LAUNCH(", 'SubnetId': '$SUBNET', 'MinCount': 2, 'MaxCount': 20"),
		      "Instances", "11");
}

/* ---- routes to interfaces ---- */

#define ROUTE(destination, target) \
	"{'RouteTableId': '$TABLE', 'DestinationCidrBlock': '" destination "'" target "}"
#define THE_TABLE "{'RouteTableIds': ['$TABLE']}"
#define ROUTES "DescribeRouteTables"

static const struct region_step routes[] = {
	{"CreateRouteTable", "{'VpcId': '$VPC'}", "RouteTable.RouteTableId", NULL, "TABLE"},
	{RUN, LAUNCH(", 'SubnetId': '$SUBNET'"), "Instances.0.InstanceId", NULL, "INSTANCE"},
	{RUN, LAUNCH(""), "Instances.0.InstanceId", NULL, "FOREIGN"},
	{"CreateNetworkInterface", CREATE(""), "NetworkInterface.NetworkInterfaceId", NULL,
	 "INTERFACE"},
	{"CreateRoute", ROUTE("9.0.0.0/8", ", 'InstanceId': '$INSTANCE'"), NULL, NULL, NULL},
	{ROUTES, THE_TABLE, "RouteTables.0.Routes.1.InstanceId", "$INSTANCE", NULL},
	{ROUTES, THE_TABLE, "RouteTables.0.Routes.1.InstanceOwnerId", "000000000000", NULL},
	{ROUTES, THE_TABLE, "RouteTables.0.Routes.1.State", "active", NULL},
	{ROUTES, THE_TABLE, "RouteTables.0.Routes.1.GatewayId", "", NULL},
	/* attached to nothing */
	{"CreateRoute", ROUTE("8.0.0.0/8", ", 'NetworkInterfaceId': '$INTERFACE'"), NULL, NULL,
	 NULL},
	{ROUTES, THE_TABLE, "RouteTables.0.Routes.2.NetworkInterfaceId", "$INTERFACE", NULL},
	{ROUTES, THE_TABLE, "RouteTables.0.Routes.2.State", "blackhole", NULL},
	/* a subnet of the VPC, through an appliance */
	{"CreateRoute", ROUTE("10.0.1.0/28", ", 'InstanceId': '$INSTANCE'"), NULL, NULL, NULL},
	{"DeleteNetworkInterface", "{'NetworkInterfaceId': '$INTERFACE'}", NULL, NULL, NULL},
	{ROUTES, THE_TABLE, "RouteTables.0.Routes.2.State", "blackhole", NULL},
	{"StopInstances", THE_INSTANCE, NULL, NULL, NULL},
};

static const struct region_row bad_routes[] = {
	{"CreateRoute", ROUTE("10.0.2.0/24", ", 'InstanceId': '$INSTANCE'"),
	 "InvalidParameterValue", "not that of one of its subnets"},
	{"CreateRoute", ROUTE("7.0.0.0/8", ", 'InstanceId': '$FOREIGN'"), "InvalidParameterValue",
	 "belong to different networks"},
};

static void routes_lead_to_interfaces(void **state)
{
	struct region *region = *state;

	REGION_STEPS(region, routes);
	REGION_ROWS(*state, bad_routes);
	fake_settle(&region->fake);
	region_expect(region, ROUTES, THE_TABLE, "RouteTables.0.Routes.1.State", "blackhole");
	region_must(region, "TerminateInstances", THE_INSTANCE);
	region_expect(region, ROUTES, THE_TABLE, "RouteTables.0.Routes.1.State", "blackhole");
	region_check(region, &(struct region_row){"CreateRoute",
						  ROUTE("7.0.0.0/8", ", 'InstanceId': '$INSTANCE'"),
						  "InvalidInstanceID", "has no interface"});
}

/* ---- the user's own default VPC ---- */

static const struct region_step undefault[] = {
	{"DeleteSecurityGroup", "{'GroupId': '$OWN'}", NULL, NULL, NULL},
	{"DeleteSubnet", "{'SubnetId': '$DEFAULT_SUBNET'}", NULL, NULL, NULL},
};

static const struct region_step undefault_more[] = {
	{"DescribeInternetGateways", "{}", "InternetGateways.0.InternetGatewayId", NULL, "GATEWAY"},
	{"DetachInternetGateway", "{'InternetGatewayId': '$GATEWAY', 'VpcId': '$DEFAULT'}", NULL,
	 NULL, NULL},
	{"DeleteVpc", "{'VpcId': '$DEFAULT'}", NULL, NULL, NULL},
	{"DescribeVpcs", "{}", "Vpcs", "1", NULL},
};

static const struct region_row without_default[] = {
	{RUN, LAUNCH(""), "VPCIdNotSpecified", "No default VPC for this user."},
	{"CreateSecurityGroup", "{'GroupName': 'x', 'Description': 'd'}", "VPCIdNotSpecified",
	 NULL},
	{"CreateDefaultSubnet", "{'AvailabilityZone': 'us-east-1a'}", "DefaultVpcDoesNotExist",
	 NULL},
};

static void a_deleted_default_vpc_comes_back_when_asked_for(void **state)
{
	REGION_STEPS(*state, undefault);
	region_check(*state, &(struct region_row){RUN, LAUNCH(""), "MissingInput",
						  "No subnets found for the default VPC"});
	REGION_STEPS(*state, undefault_more);
	REGION_ROWS(*state, without_default);
	region_reopen(*state);
	region_expect(*state, "DescribeVpcs", "{}", "Vpcs", "1");
	region_expect(*state, "CreateDefaultVpc", "{}", "Vpc.CidrBlock", "172.31.0.0/16");
	region_expect(*state, RUN, LAUNCH(""), "Instances.0.PrivateIpAddress", "172.31.0.4");
}

/* ---- a database of before there were interfaces ---- */

static const char old_records[] =
	"INSERT INTO reservations (id, owner, created) VALUES ('r-00000001', '000000000000', 1);"
	"INSERT INTO instances (id, reservation, launch_index, image, type, memory, vcpus,"
	" launch_time, state, architecture, root_device, uid, ended) VALUES ('i-00000001',"
	" 'r-00000001', 0, 'ami-00000001', 't3.nano', 536870912, 2, 1, 80, 'x86_64', '/dev/sda1', 0,"
	" 1);"
	"PRAGMA user_version = 1;";

static void make_old_database(const struct fake *fake)
{
	char path[128];
	sqlite3 *db;

	assert_int_equal(mkdir(fake->state, 0755), 0);
	snprintf(path, sizeof(path), "%s/ec2ctl.db", fake->state);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, ec2_schema[0], NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, old_records, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static const struct region_step old_instance[] = {
	{INSTANCES, "{}", ITS "InstanceId", "i-00000001", NULL},
	{INSTANCES, "{}", ITS "NetworkInterfaces", "0", NULL},
	{INSTANCES, "{}", ITS "PrivateIpAddress", "", NULL},
	{INSTANCES, "{}", ITS "PrivateDnsName", "", NULL},
	{INSTANCES, "{}", ITS "SourceDestCheck", "", NULL},
	{"DescribeVpcs", "{}", "Vpcs", "1", NULL},
	{"StartInstances", "{'InstanceIds': ['i-00000001']}", NULL, NULL, NULL},
	{INSTANCES, "{}", ITS "State.Name", "running", NULL},
	{"ModifyInstanceAttribute",
	 "{'InstanceId': 'i-00000001', 'SourceDestCheck': {'Value': false}}", NULL, NULL, NULL},
	{"TerminateInstances", "{'InstanceIds': ['i-00000001']}", NULL, NULL, NULL},
};

static void instances_of_an_older_database_work(void **state)
{
	struct region *region = calloc(1, sizeof(*region));

	(void)state;
	fake_make(&region->fake);
	make_old_database(&region->fake);
	region->ec2 = fake_open(&region->fake);
	region_check(region,
		     &(struct region_row){"ModifyInstanceAttribute",
					  "{'InstanceId': 'i-00000001', 'Groups': ['sg-1']}",
					  "InvalidInstanceID", "no network interface"});
	REGION_STEPS(region, old_instance);
	fake_settle(&region->fake);
	assert_string_equal(fake_state(region->ec2, "i-00000001"), "terminated");
	region_free(region);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, region_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(interfaces_come_and_go),
		TEST(a_subnet_gives_all_its_addresses),
		TEST(addresses_come_and_go),
		TEST(addresses_have_a_quota),
		TEST(instances_are_in_a_subnet),
		TEST(eth0_lives_as_long_as_its_instance),
		TEST(a_failed_launch_gives_its_address_back),
		TEST(addresses_bound_a_launch),
		TEST(routes_lead_to_interfaces),
		TEST(a_deleted_default_vpc_comes_back_when_asked_for),
		cmocka_unit_test(instances_of_an_older_database_work),
	};

	return cmocka_run_group_tests_name("interface", tests, NULL, NULL);
}
