// SPDX-License-Identifier: LGPL-2.1-or-later
/* VPCs and subnets: what EC2 answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/cidr.h"
#include "lib_region.h"

#define NO_VPC "vpc-00000000000000000"
#define NO_SUBNET "subnet-00000000000000000"

static int set_up(void **state)
{
	*state = region_new();
	return 0;
}

/* ---- ranges ---- */

static const struct {
	const char *text;
	bool v6;
	const char *canonical; /* NULL: it is none */
} ranges[] = {
	{"10.0.0.0/16", false, "10.0.0.0/16"},
	{"100.68.0.18/18", false, "100.68.0.0/18"},
	{"10.1.2.3/32", false, "10.1.2.3/32"},
	{"255.255.255.255/0", false, "0.0.0.0/0"},
	{"10.0.0.0", false, NULL},
	{"10.0.0.0/", false, NULL},
	{"10.0.0.0/33", false, NULL},
	{"10.0.0.0/-1", false, NULL},
	{"10.0.0.0/+1", false, NULL},
	{"10.0.0.0/08", false, NULL},
	{"10.0.0.0/8 ", false, NULL},
	{"10.0.0/8", false, NULL},
	{"10.0.0.256/8", false, NULL},
	{"/8", false, NULL},
	{"", false, NULL},
	{"::/0", false, NULL},
	{"::/0", true, "::/0"},
	{"2001:DB8:0:0::1/32", true, "2001:db8::/32"},
	{"2001:db8::ff/121", true, "2001:db8::80/121"},
	{"2001:db8::1/128", true, "2001:db8::1/128"},
	{"2001:db8::1/129", true, NULL},
	{"2001:db8::g/64", true, NULL},
	{"10.0.0.0/8", true, NULL},
	{"0000000000000000000000000000000000000000000000000000000000000000/8", true, NULL},
};

static void ranges_are_canonical(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct ec2_cidr cidr;
		int ret = ec2_cidr_parse(ranges[i].text, ranges[i].v6, &cidr);

		if ((ret == 0) != (ranges[i].canonical != NULL))
			fail_msg("'%s': %d", ranges[i].text, ret);
		if (!ret && strcmp(cidr.text, ranges[i].canonical))
			fail_msg("'%s': '%s'", ranges[i].text, cidr.text);
	}
}

/* ---- the default VPC ---- */

static const struct region_step default_steps[] = {
	{"DescribeVpcs", "{}", "Vpcs", "1", NULL},
	{"DescribeVpcs", "{}", "Vpcs.0.CidrBlock", "172.31.0.0/16", NULL},
	{"DescribeVpcs", "{}", "Vpcs.0.IsDefault", "true", NULL},
	{"DescribeVpcs", "{}", "Vpcs.0.VpcId", NULL, "VPC"},
	{"DescribeVpcAttribute", "{'VpcId': '$VPC', 'Attribute': 'enableDnsHostnames'}",
	 "EnableDnsHostnames.Value", "true", NULL},
	{"DescribeSubnets", "{}", "Subnets", "1", NULL},
	{"DescribeSubnets", "{}", "Subnets.0.CidrBlock", "172.31.0.0/20", NULL},
	{"DescribeSubnets", "{}", "Subnets.0.DefaultForAz", "true", NULL},
	{"DescribeSubnets", "{}", "Subnets.0.MapPublicIpOnLaunch", "true", NULL},
	{"DescribeSubnets", "{}", "Subnets.0.AvailableIpAddressCount", "4091", NULL},
	{"DescribeSubnets", "{}", "Subnets.0.SubnetId", NULL, "SUBNET"},
	{"DeleteSubnet", "{'SubnetId': '$SUBNET'}", NULL, NULL, NULL},
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '172.31.0.0/28'}", NULL, NULL, NULL},
	/* the first free /20 is the second */
	{"CreateDefaultSubnet", "{'AvailabilityZone': 'us-east-1a'}", "Subnet.CidrBlock",
	 "172.31.16.0/20", "SUBNET"},
};

static void the_default_vpc_is_there_from_the_beginning(void **state)
{
	REGION_STEPS(*state, default_steps);
	region_check(*state, &(struct region_row){"CreateDefaultVpc", "{}",
						  "DefaultVpcAlreadyExists", NULL});
	region_check(*state, &(struct region_row){
				     "CreateDefaultSubnet", "{'AvailabilityZone': 'us-east-1a'}",
				     "DefaultSubnetAlreadyExistsInAvailabilityZone", "us-east-1a"});
	region_reopen(*state);
	region_expect(*state, "DescribeVpcs", "{}", "Vpcs", "1");
}

/* ---- VPCs and subnets of the user's ---- */

static const struct region_step steps[] = {
	{"CreateVpc",
	 "{'CidrBlock': '10.0.0.9/16', 'TagSpecifications': [{'ResourceType': 'vpc',"
	 " 'Tags': [{'Key': 'Name', 'Value': 'a'}]}]}",
	 "Vpc.CidrBlock", "10.0.0.0/16", NULL},
	{"DescribeVpcs", "{'Filters': [{'Name': 'tag:Name', 'Values': ['a']}]}", "Vpcs.0.VpcId",
	 NULL, "VPC"},
	{"DescribeVpcs", "{'VpcIds': ['$VPC']}", "Vpcs.0.OwnerId", "000000000000", NULL},
	{"DescribeVpcs", "{'VpcIds': ['$VPC']}",
	 "Vpcs.0.CidrBlockAssociationSet.0.CidrBlockState.State", "associated", NULL},
	{"DescribeVpcs", "{'Filters': [{'Name': 'is-default', 'Values': ['false']}]}", "Vpcs", "1",
	 NULL},
	/* the same addresses in another VPC */
	{"CreateVpc", "{'CidrBlock': '10.0.0.0/16'}", "Vpc.VpcId", NULL, "OTHER"},
	{"CreateSubnet", "{'VpcId': '$OTHER', 'CidrBlock': '10.0.1.0/24'}", NULL, NULL, NULL},

	{"ModifyVpcAttribute", "{'VpcId': '$VPC', 'EnableDnsHostnames': {'Value': true}}", NULL,
	 NULL, NULL},
	{"ModifyVpcAttribute", "{'VpcId': '$VPC', 'EnableDnsSupport': {'Value': false}}", NULL,
	 NULL, NULL},
	{"DescribeVpcAttribute", "{'VpcId': '$VPC', 'Attribute': 'enableDnsHostnames'}",
	 "EnableDnsHostnames.Value", "true", NULL},
	{"DescribeVpcAttribute", "{'VpcId': '$VPC', 'Attribute': 'enableDnsSupport'}",
	 "EnableDnsSupport.Value", "false", NULL},

	{"CreateSubnet",
	 "{'VpcId': '$VPC', 'CidrBlock': '10.0.1.77/24', 'AvailabilityZone': 'us-east-1a',"
	 " 'TagSpecifications': [{'ResourceType': 'subnet', 'Tags': [{'Key': 'k'}]}]}",
	 "Subnet.CidrBlock", "10.0.1.0/24", NULL},
	{"DescribeSubnets", "{'Filters': [{'Name': 'vpc-id', 'Values': ['$VPC']}]}",
	 "Subnets.0.SubnetId", NULL, "SUBNET"},
	{"DescribeSubnets", "{'SubnetIds': ['$SUBNET']}", "Subnets.0.AvailableIpAddressCount",
	 "251", NULL},
	{"DescribeSubnets", "{'SubnetIds': ['$SUBNET']}", "Subnets.0.SubnetArn",
	 "arn:aws:ec2:us-east-1:000000000000:subnet/$SUBNET", NULL},
	{"DescribeTags", "{'Filters': [{'Name': 'resource-type', 'Values': ['subnet']}]}",
	 "Tags.0.ResourceId", "$SUBNET", NULL},
	{"ModifySubnetAttribute", "{'SubnetId': '$SUBNET', 'MapPublicIpOnLaunch': {'Value': true}}",
	 NULL, NULL, NULL},
	{"DescribeSubnets",
	 "{'Filters': [{'Name': 'map-public-ip-on-launch', 'Values': ['true']}]}", "Subnets", "2",
	 NULL},
	/* beside it, at both ends of the VPC, and the smallest */
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '10.0.0.0/28'}",
	 "Subnet.AvailableIpAddressCount", "11", NULL},
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '10.0.2.0/24'}", NULL, NULL, NULL},
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '10.0.255.240/28'}", NULL, NULL, NULL},
	{"CreateTags", "{'Resources': ['$VPC'], 'Tags': [{'Key': 'more', 'Value': 'x'}]}", NULL,
	 NULL, NULL},
};

static const struct region_row refused[] = {
	{"CreateVpc", "{}", "MissingParameter", "CidrBlock"},
	{"CreateVpc", "{'CidrBlock': '10.0.0.0'}", "InvalidParameterValue",
	 "Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block."},
	{"CreateVpc", "{'CidrBlock': '10.0.0.0/15'}", "InvalidVpc.Range", "10.0.0.0/15"},
	{"CreateVpc", "{'CidrBlock': '10.0.0.0/29'}", "InvalidVpc.Range", NULL},
	{"CreateVpc", "{'CidrBlock': '169.254.0.0/24'}", "InvalidVpc.Range", NULL},
	{"CreateVpc", "{'CidrBlock': '127.0.0.0/16'}", "InvalidVpc.Range", NULL},
	{"CreateVpc", "{'CidrBlock': '224.0.0.0/16'}", "InvalidVpc.Range", NULL},
	{"CreateVpc", "{'CidrBlock': '0.1.0.0/16'}", "InvalidVpc.Range", NULL},
	{"CreateVpc", "{'CidrBlock': '10.0.0.0/16', 'InstanceTenancy': 'dedicated'}",
	 "UnsupportedTenancy", "dedicated"},
	{"CreateVpc",
	 "{'CidrBlock': '10.0.0.0/16', 'TagSpecifications': [{'ResourceType': 'subnet',"
	 " 'Tags': []}]}",
	 "InvalidParameterValue", "subnet"},
	{"CreateVpc", "{'CidrBlock': '10.0.0.0/16', 'DryRun': true}", "DryRunOperation", NULL},
	{"DeleteVpc", "{'VpcId': 'vpc'}", "InvalidVpcID.Malformed", "expecting \"vpc-...\""},
	{"DeleteVpc", "{'VpcId': '" NO_VPC "'}", "InvalidVpcID.NotFound",
	 "The vpc ID '" NO_VPC "' does not exist"},
	{"DeleteVpc", "{'VpcId': '$VPC'}", "DependencyViolation",
	 "has dependencies and cannot be deleted."},
	{"DescribeVpcs", "{'VpcIds': ['$VPC', '" NO_VPC "']}", "InvalidVpcID.NotFound", NULL},
	{"DescribeVpcs", "{'Filters': [{'Name': 'subnet-id', 'Values': ['x']}]}",
	 "InvalidParameterValue", "subnet-id"},
	{"DescribeVpcs", "{'MaxResults': 4}", "InvalidParameterValue", NULL},
	{"DescribeVpcs", "{'DryRun': true}", "DryRunOperation", NULL},
	{"ModifyVpcAttribute", "{'VpcId': '$VPC'}", "MissingParameter", NULL},
	{"ModifyVpcAttribute",
	 "{'VpcId': '$VPC', 'EnableDnsSupport': {'Value': true},"
	 " 'EnableDnsHostnames': {'Value': true}}",
	 "InvalidParameterCombination", NULL},
	{"DescribeVpcAttribute", "{'VpcId': '$VPC', 'Attribute': 'x'}", "InvalidParameterValue",
	 NULL},
	{"DescribeVpcAttribute", "{'VpcId': '" NO_VPC "', 'Attribute': 'enableDnsSupport'}",
	 "InvalidVpcID.NotFound", NULL},
	{"DescribeVpcAttribute",
	 "{'VpcId': '$VPC', 'Attribute': 'enableDnsSupport', 'DryRun': true}", "DryRunOperation",
	 NULL},

	{"CreateSubnet", "{'CidrBlock': '10.0.9.0/24'}", "MissingParameter", "VpcId"},
	{"CreateSubnet", "{'VpcId': '" NO_VPC "', 'CidrBlock': '10.0.9.0/24'}",
	 "InvalidVpcID.NotFound", NULL},
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': 'x'}", "InvalidParameterValue", NULL},
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '10.1.0.0/24'}", "InvalidSubnet.Range",
	 "The CIDR '10.1.0.0/24' is invalid."},
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '10.0.0.0/8'}", "InvalidSubnet.Range",
	 NULL},
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '10.0.9.0/29'}", "InvalidSubnet.Range",
	 NULL},
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '10.0.1.0/24'}", "InvalidSubnet.Conflict",
	 "The CIDR '10.0.1.0/24' conflicts with another subnet"},
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '10.0.1.240/28'}",
	 "InvalidSubnet.Conflict", NULL},
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '10.0.0.0/20'}", "InvalidSubnet.Conflict",
	 NULL},
	{"CreateSubnet",
	 "{'VpcId': '$VPC', 'CidrBlock': '10.0.9.0/24', 'AvailabilityZone': 'moon-1a'}",
	 "InvalidParameterValue", "us-east-1a"},
	{"CreateSubnet", "{'VpcId': '$VPC', 'CidrBlock': '10.0.9.0/24', 'DryRun': true}",
	 "DryRunOperation", NULL},
	{"CreateDefaultSubnet", "{'AvailabilityZone': 'moon-1a'}", "InvalidParameterValue", NULL},
	{"DeleteSubnet", "{'SubnetId': '" NO_SUBNET "'}", "InvalidSubnetID.NotFound",
	 "The subnet ID '" NO_SUBNET "' does not exist"},
	{"DeleteSubnet", "{'SubnetId': 'subnet-1'}", "InvalidSubnetID.Malformed", NULL},
	{"DeleteSubnet", "{'SubnetId': '$SUBNET', 'DryRun': true}", "DryRunOperation", NULL},
	{"ModifySubnetAttribute", "{'SubnetId': '$SUBNET'}", "MissingParameter", NULL},
	{"CreateTags", "{'Resources': ['" NO_SUBNET "'], 'Tags': [{'Key': 'k'}]}",
	 "InvalidSubnetID.NotFound", NULL},
};

static const struct region_step removing[] = {
	{"DescribeVpcs", "{}", "Vpcs", "3", NULL},
	{"DescribeSubnets", "{}", "Subnets", "6", NULL},
	{"DeleteSubnet", "{'SubnetId': '$SUBNET'}", NULL, NULL, NULL},
	{"DescribeSubnets", "{}", "Subnets", "5", NULL},
	{"DescribeTags", "{'Filters': [{'Name': 'resource-type', 'Values': ['subnet']}]}", "Tags",
	 "0", NULL},
	{"CreateVpc", "{'CidrBlock': '10.0.0.0/28'}", "Vpc.VpcId", NULL, "EMPTY"},
	{"CreateTags", "{'Resources': ['$EMPTY'], 'Tags': [{'Key': 'k'}]}", NULL, NULL, NULL},
	{"DeleteVpc", "{'VpcId': '$EMPTY'}", NULL, NULL, NULL},
	{"DescribeVpcs", "{}", "Vpcs", "3", NULL},
	{"DescribeTags", "{'Filters': [{'Name': 'resource-id', 'Values': ['$EMPTY']}]}", "Tags",
	 "0", NULL},
};

static void vpcs_and_subnets(void **state)
{
	REGION_STEPS(*state, steps);
	REGION_ROWS(*state, refused);
	/* and nothing that was refused has changed anything */
	REGION_STEPS(*state, removing);
}

static void quotas_hold(void **state)
{
	char request[96];

	region_expect(*state, "DescribeVpcs", "{}", "Vpcs", "1");
	for (int i = 0; i < 99; i++)
		region_must(*state, "CreateVpc", "{'CidrBlock': '10.0.0.0/16'}");
	region_check(*state, &(struct region_row){"CreateVpc", "{'CidrBlock': '10.0.0.0/16'}",
						  "VpcLimitExceeded", "maximum number of VPCs"});
	region_steps(*state,
		     &(struct region_step){"DescribeVpcs",
					   "{'Filters': [{'Name': 'cidr', 'Values': ['10.*']}]}",
					   "Vpcs.98.VpcId", NULL, "VPC"},
		     1);
	for (int i = 0; i < 200; i++) {
		snprintf(request, sizeof(request), "{'VpcId': '$VPC', 'CidrBlock': '10.0.%d.0/28'}",
			 i);
		region_must(*state, "CreateSubnet", request);
	}
	region_check(*state, &(struct region_row){"CreateSubnet",
						  "{'VpcId': '$VPC', 'CidrBlock': '10.0.220.0/28'}",
						  "SubnetLimitExceeded", NULL});
}

/* Who may only read finds no default VPC before it has been made, and no error. */
static void a_reader_makes_nothing(void **state)
{
	struct region *region = *state;
	struct ec2_options options = {.state_dir = region->fake.state,
				      .run_dir = region->fake.run,
				      .config_dir = region->fake.config,
				      .region = "us-east-1",
				      .read_only = true,
				      .kernel = &fake_kernel,
				      .kernel_arg = &region->fake};

	ec2_close(region->ec2);
	assert_int_equal(ec2_open(&options, &region->ec2), 0);
	region_expect(region, "DescribeVpcs", "{}", "Vpcs", "0");
	region_check(region, &(struct region_row){"CreateVpc", "{'CidrBlock': '10.0.0.0/16'}",
						  "UnauthorizedOperation", NULL});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, region_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_canonical),
		TEST(the_default_vpc_is_there_from_the_beginning),
		TEST(vpcs_and_subnets),
		TEST(quotas_hold),
		TEST(a_reader_makes_nothing),
	};

	return cmocka_run_group_tests_name("vpc", tests, NULL, NULL);
}
