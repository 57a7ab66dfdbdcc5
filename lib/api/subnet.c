// SPDX-License-Identifier: LGPL-2.1-or-later
/* Subnets. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/network.h"

static const struct ec2_filter_row filters[] = {
	{"availability-zone", "AvailabilityZone", false},
	{"availability-zone-id", "AvailabilityZoneId", false},
	{"availabilityZone", "AvailabilityZone", false},
	{"available-ip-address-count", "AvailableIpAddressCount", false},
	{"cidr", "CidrBlock", false},
	{"cidr-block", "CidrBlock", false},
	{"default-for-az", "DefaultForAz", false},
	{"defaultForAz", "DefaultForAz", false},
	{"map-public-ip-on-launch", "MapPublicIpOnLaunch", false},
	{"owner-id", "OwnerId", false},
	{"state", "State", false},
	{"subnet-arn", "SubnetArn", false},
	{"subnet-id", "SubnetId", false},
	{"vpc-id", "VpcId", false},
};

/* The region is the zone without its last letter. */
#define REGION "substr(zone, 1, length(zone) - 1)"

const struct ec2_listing ec2_subnet_listing = {
	.prefix = "subnet",
	.ids = "SubnetIds",
	.items = "Subnets",
	.shape = &ec2_shape_subnet,
	.select = "SELECT seq, id, json_object("
		  "'AvailabilityZone', zone, 'AvailabilityZoneId', " REGION " || '-az1',"
		  "'AvailableIpAddressCount', last - first + 1 - 5 - (SELECT count(*)"
		  " FROM network_interface_addresses WHERE subnet = subnets.id),"
		  "'CidrBlock', cidr, 'DefaultForAz', " EC2_SQL_BOOL("is_default") ","
		  "'MapPublicIpOnLaunch', " EC2_SQL_BOOL("map_public_ip") ","
		  "'State', 'available', 'SubnetId', id, 'VpcId', vpc, 'OwnerId', ?1,"
		  "'Tags', " EC2_SQL_TAGS("subnets.id") ","
		  "'SubnetArn', 'arn:aws:ec2:' || " REGION " || ':' || ?1 || ':subnet/' || id)"
		  " AS item FROM subnets",
	.filters = filters,
	.n_filters = sizeof(filters) / sizeof(filters[0]),
};

/* ---- create ---- */

static int conflict(struct ec2 *ec2, const char *vpc, const struct ec2_cidr *cidr)
{
	int64_t found;

	return ec2_db_int(ec2, &found,
			  "SELECT 1 FROM subnets WHERE vpc = ? AND first <= ? AND last >= ?", "sii",
			  vpc, cidr->last, cidr->first);
}

static int check_range(struct ec2 *ec2, const char *vpc, const struct ec2_cidr *cidr)
{
	char *text = NULL;
	struct ec2_cidr whole;
	int ret = ec2_db_text(ec2, &text, "SELECT cidr FROM vpcs WHERE id = ?", "s", vpc);

	if (ret > 0)
		ret = ec2_cidr_parse(text, false, &whole);
	free(text);
	if (!ret && (cidr->prefix < 16 || cidr->prefix > 28 || !ec2_cidr_within(cidr, &whole)))
		ret = ec2_fail(ec2, -EINVAL, "InvalidSubnet.Range", "The CIDR '%s' is invalid.",
			       cidr->text);
	if (!ret)
		ret = conflict(ec2, vpc, cidr);
	if (ret > 0)
		ret = ec2_fail(ec2, -EEXIST, "InvalidSubnet.Conflict",
			       "The CIDR '%s' conflicts with another subnet", cidr->text);
	return ret;
}

static int check_quota(struct ec2 *ec2, const char *vpc)
{
	return ec2_check_quota(ec2, "SELECT count(*) FROM subnets WHERE vpc = ?", vpc,
			       EC2_SUBNETS_PER_VPC, "SubnetLimitExceeded", "subnets");
}

static int create_subnet(struct ec2 *ec2, const struct ec2_create_subnet_request *r,
			 struct ec2_create_subnet_response *response)
{
	static const char *const taggable[] = {"subnet", NULL};
	struct ec2_cidr cidr;
	char id[EC2_ID_SIZE];
	int ret = ec2_parse_cidr(ec2, "cidrBlock", r->cidr_block, false, &cidr);

	if (!ret)
		ret = ec2_check_id(ec2, "vpc", r->vpc_id);
	if (!ret)
		ret = ec2_check_zone(ec2, r->availability_zone);
	if (!ret)
		ret = ec2_check_tag_specifications(ec2, &r->tag_specifications, taggable);
	if (!ret)
		ret = check_range(ec2, r->vpc_id, &cidr);
	if (!ret)
		ret = check_quota(ec2, r->vpc_id);
	if (!ret)
		ret = ec2_subnet_make(ec2, r->vpc_id, &cidr, false, id);
	if (!ret)
		ret = ec2_tag_resource(ec2, &r->tag_specifications, "subnet", id);
	return ret ? ret : ec2_record_load(ec2, &ec2_subnet_listing, id, &response->subnet);
}
EC2_CHANGE(create_subnet)

/* The first /20 of the default VPC that nothing lies in. */
static int find_free(struct ec2 *ec2, const char *vpc, struct ec2_cidr *cidr)
{
	char text[EC2_CIDR_SIZE];

	for (int i = 0; i < 256; i += 16) {
		int ret;

		snprintf(text, sizeof(text), "172.31.%d.0/20", i);
		ec2_cidr_parse(text, false, cidr);
		ret = conflict(ec2, vpc, cidr);
		if (ret <= 0)
			return ret;
	}
	return ec2_fail(ec2, -ENOSPC, "InsufficientFreeAddressesInVpc",
			"The default VPC has no free block of 4096 addresses");
}

static int create_default_subnet(struct ec2 *ec2, const struct ec2_create_default_subnet_request *r,
				 struct ec2_create_default_subnet_response *response)
{
	char id[EC2_ID_SIZE], *vpc = NULL;
	struct ec2_cidr cidr;
	int64_t found;
	int ret = ec2_check_zone(ec2, r->availability_zone);

	if (!ret)
		ret = ec2_db_text(ec2, &vpc, "SELECT id FROM vpcs WHERE is_default", NULL);
	if (!ret)
		return ec2_fail(ec2, -ENOENT, "DefaultVpcDoesNotExist",
				"There is no default VPC: see ec2ctl create-default-vpc");
	if (ret > 0)
		ret = ec2_db_int(ec2, &found, "SELECT 1 FROM subnets WHERE is_default", NULL);
	if (ret > 0)
		ret = ec2_fail(ec2, -EEXIST, "DefaultSubnetAlreadyExistsInAvailabilityZone",
			       "A default subnet already exists in the availability zone %s.",
			       ec2->zone);
	if (!ret)
		ret = find_free(ec2, vpc, &cidr);
	if (!ret)
		ret = check_quota(ec2, vpc);
	if (!ret)
		ret = ec2_subnet_make(ec2, vpc, &cidr, true, id);
	free(vpc);
	return ret ? ret : ec2_record_load(ec2, &ec2_subnet_listing, id, &response->subnet);
}
EC2_CHANGE(create_default_subnet)

/* ---- delete, describe, modify ---- */

static int delete_subnet(struct ec2 *ec2, const struct ec2_delete_subnet_request *r)
{
	int64_t found;
	int ret = ec2_check_id(ec2, "subnet", r->subnet_id);

	if (!ret)
		ret = ec2_db_int(ec2, &found, "SELECT 1 FROM network_interfaces WHERE subnet = ?",
				 "s", r->subnet_id);
	if (ret > 0)
		ret = ec2_fail(ec2, -EBUSY, "DependencyViolation",
			       "The subnet '%s' has dependencies and cannot be deleted.",
			       r->subnet_id);
	return ret ? ret : ec2_record_delete(ec2, "subnets", r->subnet_id);
}
EC2_CHANGE_SILENT(delete_subnet)

EC2_DESCRIBE(describe_subnets, &ec2_subnet_listing)

static int modify_subnet_attribute(struct ec2 *ec2,
				   const struct ec2_modify_subnet_attribute_request *r)
{
	int ret = ec2_check_id(ec2, "subnet", r->subnet_id);

	if (!ret && !r->map_public_ip_on_launch.value)
		ret = ec2_fail(ec2, -EINVAL, "MissingParameter",
			       "The request must contain the parameter MapPublicIpOnLaunch");
	return ret ? ret
		   : ec2_db_run(ec2, "UPDATE subnets SET map_public_ip = ? WHERE id = ?", "bs",
				r->map_public_ip_on_launch.value == EC2_TRUE, r->subnet_id);
}
EC2_CHANGE_SILENT(modify_subnet_attribute)
