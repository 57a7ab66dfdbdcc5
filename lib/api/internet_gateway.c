// SPDX-License-Identifier: LGPL-2.1-or-later
/* Internet gateways. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/network.h"

static const struct ec2_filter_row filters[] = {
	{"attachment.state", "Attachments.State", false},
	{"attachment.vpc-id", "Attachments.VpcId", false},
	{"internet-gateway-id", "InternetGatewayId", false},
	{"owner-id", "OwnerId", false},
};

static const struct ec2_listing gateway_listing = {
	.prefix = "igw",
	.ids = "InternetGatewayIds",
	.items = "InternetGateways",
	.shape = &ec2_shape_internet_gateway,
	.select = "SELECT seq, id, json_object("
		  "'Attachments', json(iif(vpc IS NULL, '[]',"
		  " json_array(json_object('State', 'available', 'VpcId', vpc)))),"
		  "'InternetGatewayId', id, 'OwnerId', ?1,"
		  "'Tags', " EC2_SQL_TAGS("internet_gateways.id") ") AS item FROM internet_gateways",
	.filters = filters,
	.n_filters = sizeof(filters) / sizeof(filters[0]),
};

EC2_DESCRIBE(describe_internet_gateways, &gateway_listing)

static int create_internet_gateway(struct ec2 *ec2,
				   const struct ec2_create_internet_gateway_request *r,
				   struct ec2_create_internet_gateway_response *response)
{
	static const char *const taggable[] = {"internet-gateway", NULL};
	char id[EC2_ID_SIZE];
	int ret = ec2_check_tag_specifications(ec2, &r->tag_specifications, taggable);

	if (!ret)
		ret = ec2_check_quota(ec2, "SELECT count(*) FROM internet_gateways", NULL,
				      EC2_GATEWAYS, "InternetGatewayLimitExceeded",
				      "internet gateways");
	if (!ret)
		ret = ec2_gateway_make(ec2, NULL, id);
	if (!ret)
		ret = ec2_tag_resource(ec2, &r->tag_specifications, "internet-gateway", id);
	return ret ? ret : ec2_record_load(ec2, &gateway_listing, id, &response->internet_gateway);
}
EC2_CHANGE(create_internet_gateway)

static int check_both(struct ec2 *ec2, const char *gateway, const char *vpc)
{
	int ret = ec2_check_id(ec2, "igw", gateway);

	return ret ? ret : ec2_check_id(ec2, "vpc", vpc);
}

static int attach_internet_gateway(struct ec2 *ec2,
				   const struct ec2_attach_internet_gateway_request *r)
{
	int64_t found;
	char *vpc = NULL;
	int ret = check_both(ec2, r->internet_gateway_id, r->vpc_id);

	if (!ret)
		ret = ec2_db_text(ec2, &vpc, "SELECT vpc FROM internet_gateways WHERE id = ?", "s",
				  r->internet_gateway_id);
	if (ret > 0)
		ret = ec2_fail(ec2, -EBUSY, "Resource.AlreadyAssociated",
			       "resource %s is already attached to network %s",
			       r->internet_gateway_id, vpc);
	free(vpc);
	if (!ret)
		ret = ec2_db_int(ec2, &found, "SELECT 1 FROM internet_gateways WHERE vpc = ?", "s",
				 r->vpc_id);
	if (ret > 0)
		ret = ec2_fail(ec2, -EEXIST, "InvalidParameterValue",
			       "Network %s already has an internet gateway attached", r->vpc_id);
	return ret ? ret
		   : ec2_db_run(ec2, "UPDATE internet_gateways SET vpc = ? WHERE id = ?", "ss",
				r->vpc_id, r->internet_gateway_id);
}
EC2_CHANGE_SILENT(attach_internet_gateway)

static int detach_internet_gateway(struct ec2 *ec2,
				   const struct ec2_detach_internet_gateway_request *r)
{
	int ret = check_both(ec2, r->internet_gateway_id, r->vpc_id);

	if (ret)
		return ret;
	ret = ec2_db_exec(ec2, "UPDATE internet_gateways SET vpc = NULL WHERE id = ? AND vpc = ?",
			  "ss", r->internet_gateway_id, r->vpc_id);
	if (!ret)
		ret = ec2_fail(ec2, -EINVAL, "Gateway.NotAttached",
			       "resource %s is not attached to network %s", r->internet_gateway_id,
			       r->vpc_id);
	return ret < 0 ? ret : 0;
}
EC2_CHANGE_SILENT(detach_internet_gateway)

static int delete_internet_gateway(struct ec2 *ec2,
				   const struct ec2_delete_internet_gateway_request *r)
{
	int64_t found;
	int ret = ec2_check_id(ec2, "igw", r->internet_gateway_id);

	if (!ret)
		ret = ec2_db_int(ec2, &found,
				 "SELECT 1 FROM internet_gateways WHERE id = ? AND vpc IS NOT NULL",
				 "s", r->internet_gateway_id);
	if (ret > 0)
		ret = ec2_fail(ec2, -EBUSY, "DependencyViolation",
			       "The internetGateway '%s' has dependencies and cannot be deleted.",
			       r->internet_gateway_id);
	return ret ? ret : ec2_record_delete(ec2, "internet_gateways", r->internet_gateway_id);
}
EC2_CHANGE_SILENT(delete_internet_gateway)
