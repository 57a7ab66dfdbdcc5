// SPDX-License-Identifier: LGPL-2.1-or-later
/* VPCs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/network.h"

static const struct ec2_filter_row filters[] = {
	{"cidr", "CidrBlock", false},
	{"cidr-block", "CidrBlock", false},
	{"cidr-block-association.association-id", "CidrBlockAssociationSet.AssociationId", false},
	{"cidr-block-association.cidr-block", "CidrBlockAssociationSet.CidrBlock", false},
	{"cidr-block-association.state", "CidrBlockAssociationSet.CidrBlockState.State", false},
	{"dhcp-options-id", "DhcpOptionsId", false},
	{"is-default", "IsDefault", false},
	{"isDefault", "IsDefault", false},
	{"owner-id", "OwnerId", false},
	{"state", "State", false},
	{"vpc-id", "VpcId", false},
};

const struct ec2_listing ec2_vpc_listing = {
	.prefix = "vpc",
	.ids = "VpcIds",
	.items = "Vpcs",
	.shape = &ec2_shape_vpc,
	.select = "SELECT seq, id, json_object("
		  "'CidrBlock', cidr, 'DhcpOptionsId', 'default', 'State', 'available',"
		  "'VpcId', id, 'OwnerId', ?1, 'InstanceTenancy', 'default',"
		  "'CidrBlockAssociationSet', json_array(json_object('AssociationId', association,"
		  " 'CidrBlock', cidr, 'CidrBlockState', json_object('State', 'associated'))),"
		  "'IsDefault', " EC2_SQL_BOOL("is_default") ","
		  "'Tags', " EC2_SQL_TAGS("vpcs.id") ") AS item FROM vpcs",
	.filters = filters,
	.n_filters = sizeof(filters) / sizeof(filters[0]),
};

/* ---- create ---- */

/* What cannot be a host's: this network, loopback, link-local, multicast and beyond. */
static const char *const foreign[] = {"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"};

static int check_range(struct ec2 *ec2, const struct ec2_cidr *cidr)
{
	bool good = cidr->prefix >= 16 && cidr->prefix <= 28;

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		struct ec2_cidr other;

		ec2_cidr_parse(foreign[i], false, &other);
		good = good && !ec2_cidr_within(cidr, &other);
	}
	return good ? 0
		    : ec2_fail(ec2, -EINVAL, "InvalidVpc.Range", "The CIDR '%s' is invalid.",
			       cidr->text);
}

static int check_quota(struct ec2 *ec2)
{
	return ec2_check_quota(ec2, "SELECT count(*) FROM vpcs", NULL, EC2_VPCS, "VpcLimitExceeded",
			       "VPCs");
}

static int create_vpc(struct ec2 *ec2, const struct ec2_create_vpc_request *r,
		      struct ec2_create_vpc_response *response)
{
	static const char *const taggable[] = {"vpc", NULL};
	struct ec2_cidr cidr;
	char id[EC2_ID_SIZE];
	int ret = ec2_parse_cidr(ec2, "cidrBlock", r->cidr_block, false, &cidr);

	if (!ret)
		ret = check_range(ec2, &cidr);
	if (!ret && r->instance_tenancy && strcmp(r->instance_tenancy, "default"))
		ret = ec2_fail(
			ec2, -EOPNOTSUPP, "UnsupportedTenancy",
			"The tenancy '%s' is not supported on this host. default is expected",
			r->instance_tenancy);
	if (!ret)
		ret = ec2_check_tag_specifications(ec2, &r->tag_specifications, taggable);
	if (!ret)
		ret = check_quota(ec2);
	if (!ret)
		ret = ec2_vpc_make(ec2, &cidr, false, id);
	if (!ret)
		ret = ec2_tag_resource(ec2, &r->tag_specifications, "vpc", id);
	return ret ? ret : ec2_record_load(ec2, &ec2_vpc_listing, id, &response->vpc);
}
EC2_CHANGE(create_vpc)

static int create_default_vpc(struct ec2 *ec2, const struct ec2_create_default_vpc_request *r,
			      struct ec2_create_default_vpc_response *response)
{
	char id[EC2_ID_SIZE];
	int64_t found;
	int ret = ec2_db_int(ec2, &found, "SELECT 1 FROM vpcs WHERE is_default", NULL);

	(void)r;
	if (ret > 0)
		ret = ec2_fail(ec2, -EEXIST, "DefaultVpcAlreadyExists",
			       "A Default VPC already exists for this account in this region.");
	if (!ret)
		ret = check_quota(ec2);
	if (!ret)
		ret = ec2_default_vpc_make(ec2, id);
	return ret ? ret : ec2_record_load(ec2, &ec2_vpc_listing, id, &response->vpc);
}
EC2_CHANGE(create_default_vpc)

/* ---- delete ---- */

/* What is there besides that which came with the VPC. */
#define DEPENDENTS                                                                       \
	"SELECT id FROM subnets WHERE vpc = ?1"                                          \
	" UNION ALL SELECT id FROM internet_gateways WHERE vpc = ?1"                     \
	" UNION ALL SELECT id FROM network_interfaces WHERE vpc = ?1"                    \
	" UNION ALL SELECT id FROM security_groups WHERE vpc = ?1 AND name <> 'default'" \
	" UNION ALL SELECT id FROM network_acls WHERE vpc = ?1 AND NOT is_default"       \
	" UNION ALL SELECT id FROM route_tables WHERE vpc = ?1 AND id NOT IN"            \
	" (SELECT route_table FROM route_table_associations WHERE vpc = ?1 AND subnet IS NULL)"

static int delete_vpc(struct ec2 *ec2, const struct ec2_delete_vpc_request *r)
{
	/* in the order in which they refer to one another */
	static const char *const statements[] = {
		"DELETE FROM tags WHERE resource IN (SELECT id FROM security_groups WHERE vpc = ?1"
		" UNION SELECT id FROM network_acls WHERE vpc = ?1"
		" UNION SELECT id FROM route_tables WHERE vpc = ?1"
		" UNION SELECT r.id FROM security_group_rules r JOIN security_groups g"
		" ON g.id = r.security_group WHERE g.vpc = ?1)",
		"DELETE FROM route_table_associations WHERE vpc = ?",
		"DELETE FROM route_tables WHERE vpc = ?",
		"DELETE FROM network_acls WHERE vpc = ?",
		"DELETE FROM security_groups WHERE vpc = ?",
	};
	int ret = ec2_check_id(ec2, "vpc", r->vpc_id);
	char *dependent = NULL;

	if (!ret)
		ret = ec2_db_text(ec2, &dependent, DEPENDENTS, "s", r->vpc_id);
	if (ret > 0)
		ret = ec2_fail(ec2, -EBUSY, "DependencyViolation",
			       "The vpc '%s' has dependencies and cannot be deleted. One is %s",
			       r->vpc_id, dependent);
	free(dependent);
	for (size_t i = 0; !ret && i < sizeof(statements) / sizeof(statements[0]); i++)
		ret = ec2_db_run(ec2, statements[i], "s", r->vpc_id);
	return ret ? ret : ec2_record_delete(ec2, "vpcs", r->vpc_id);
}
EC2_CHANGE_SILENT(delete_vpc)

EC2_DESCRIBE(describe_vpcs, &ec2_vpc_listing)

/* ---- attributes ---- */

static int set_flag(struct ec2 *ec2, const char *sql, enum ec2_bool value, const char *id)
{
	return value ? ec2_db_run(ec2, sql, "bs", value == EC2_TRUE, id) : 0;
}

static int modify_vpc_attribute(struct ec2 *ec2, const struct ec2_modify_vpc_attribute_request *r)
{
	enum ec2_bool support = r->enable_dns_support.value;
	enum ec2_bool hostnames = r->enable_dns_hostnames.value;
	int ret = ec2_check_id(ec2, "vpc", r->vpc_id);

	if (!ret && support && hostnames)
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterCombination",
			       "Fields for multiple attribute types specified: only one attribute"
			       " can be changed at a time");
	if (!ret && !support && !hostnames)
		ret = ec2_fail(ec2, -EINVAL, "MissingParameter",
			       "The request must contain EnableDnsSupport or EnableDnsHostnames");
	if (!ret)
		ret = set_flag(ec2, "UPDATE vpcs SET dns_support = ? WHERE id = ?", support,
			       r->vpc_id);
	return ret ? ret
		   : set_flag(ec2, "UPDATE vpcs SET dns_hostnames = ? WHERE id = ?", hostnames,
			      r->vpc_id);
}
EC2_CHANGE_SILENT(modify_vpc_attribute)

int ec2_describe_vpc_attribute(struct ec2 *ec2, const struct ec2_describe_vpc_attribute_request *r,
			       struct ec2_describe_vpc_attribute_response *response)
{
	const struct {
		const char *name;
		const char *select;
		enum ec2_bool *value;
	} attributes[] = {
		{"enableDnsSupport", "SELECT dns_support FROM vpcs WHERE id = ?",
		 &response->enable_dns_support.value},
		{"enableDnsHostnames", "SELECT dns_hostnames FROM vpcs WHERE id = ?",
		 &response->enable_dns_hostnames.value},
	};
	size_t n = sizeof(attributes) / sizeof(attributes[0]), i;
	int64_t value;
	int ret = ec2_enter(ec2, &ec2_shape_describe_vpc_attribute_request, r, false);

	memset(response, 0, sizeof(*response));
	if (!ret)
		ret = ec2_network_open(ec2);
	if (!ret)
		ret = ec2_check_id(ec2, "vpc", r->vpc_id);
	if (ret)
		return ret;
	for (i = 0; i < n && strcmp(attributes[i].name, r->attribute); i++)
		;
	if (i == n)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Value (%s) for parameter attribute is invalid. Unknown attribute.",
				r->attribute);
	ret = ec2_dry_run(ec2, r->dry_run);
	if (!ret)
		ret = ec2_db_int(ec2, &value, attributes[i].select, "s", r->vpc_id);
	if (ret < 0)
		return ret;
	*attributes[i].value = value ? EC2_TRUE : EC2_FALSE;
	response->vpc_id = strdup(r->vpc_id);
	return response->vpc_id ? 0 : ec2_fail_errno(ec2, -ENOMEM, "The answer");
}
