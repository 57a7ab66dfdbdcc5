// SPDX-License-Identifier: LGPL-2.1-or-later
/* Route tables and whose they are. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/network.h"

static const struct ec2_filter_row filters[] = {
	{"association.main", "Associations.Main", false},
	{"association.route-table-association-id", "Associations.RouteTableAssociationId", false},
	{"association.route-table-id", "Associations.RouteTableId", false},
	{"association.subnet-id", "Associations.SubnetId", false},
	{"owner-id", "OwnerId", false},
	{"route-table-id", "RouteTableId", false},
	{"route.destination-cidr-block", "Routes.DestinationCidrBlock", false},
	{"route.destination-ipv6-cidr-block", "Routes.DestinationIpv6CidrBlock", false},
	{"route.destination-prefix-list-id", "Routes.DestinationPrefixListId", false},
	{"route.gateway-id", "Routes.GatewayId", false},
	{"route.instance-id", "Routes.InstanceId", false},
	{"route.origin", "Routes.Origin", false},
	{"route.state", "Routes.State", false},
	{"vpc-id", "VpcId", false},
};

#define ASSOCIATIONS                                                                       \
	EC2_SQL_LIST("json_object('Main', " EC2_SQL_BOOL("subnet IS NULL") ","             \
		     " 'RouteTableAssociationId', id, 'RouteTableId', route_table,"        \
		     " 'SubnetId', subnet, 'AssociationState',"                            \
		     " json_object('State', 'associated'))",                               \
		     "id, route_table, subnet",                                            \
		     "route_table_associations WHERE route_table = t.id ORDER BY seq")

/* What can take packets: a gateway of this VPC, an interface whose instance lives. */
#define USABLE                                                                             \
	"(r.target = 'local' OR EXISTS (SELECT 1 FROM internet_gateways g"                 \
	" WHERE g.id = r.target AND g.vpc = t.vpc) OR EXISTS (SELECT 1"                    \
	" FROM network_interfaces n JOIN instances i ON i.id = n.instance"                 \
	" WHERE n.id = r.target AND i.state NOT IN (48, 80)))"

#define ROUTES                                                                             \
	EC2_SQL_LIST("json_object("                                                        \
		     "'DestinationCidrBlock', iif(kind = 'ipv4', destination, NULL),"      \
		     "'DestinationIpv6CidrBlock', iif(kind = 'ipv6', destination, NULL),"  \
		     "'DestinationPrefixListId',"                                          \
		     " iif(kind = 'prefix-list', destination, NULL),"                      \
		     "'GatewayId', iif(target LIKE 'eni-%', NULL, target),"                \
		     "'InstanceId', instance,"                                             \
		     "'InstanceOwnerId', iif(instance IS NULL, NULL, ?1),"                 \
		     "'NetworkInterfaceId', iif(target LIKE 'eni-%', target, NULL),"       \
		     "'Origin', origin, 'State', iif(usable, 'active', 'blackhole'))",     \
		     "r.kind, r.destination, r.target, r.origin, (SELECT instance"         \
		     " FROM network_interfaces WHERE id = r.target) AS instance, "         \
		     USABLE " AS usable",                                                  \
		     "routes r WHERE r.route_table = t.id ORDER BY r.seq")

static const struct ec2_listing table_listing = {
	.prefix = "rtb",
	.ids = "RouteTableIds",
	.items = "RouteTables",
	.shape = &ec2_shape_route_table,
	.select = "SELECT seq, id, json_object("
		  "'Associations', " ASSOCIATIONS ", 'RouteTableId', id, 'Routes', " ROUTES ","
		  "'Tags', " EC2_SQL_TAGS("t.id") ", 'VpcId', vpc, 'OwnerId', ?1) AS item"
		  " FROM route_tables t",
	.filters = filters,
	.n_filters = sizeof(filters) / sizeof(filters[0]),
};

EC2_DESCRIBE(describe_route_tables, &table_listing)

static int create_route_table(struct ec2 *ec2, const struct ec2_create_route_table_request *r,
			      struct ec2_create_route_table_response *response)
{
	static const char *const taggable[] = {"route-table", NULL};
	char id[EC2_ID_SIZE];
	int ret = ec2_check_id(ec2, "vpc", r->vpc_id);

	if (!ret)
		ret = ec2_check_tag_specifications(ec2, &r->tag_specifications, taggable);
	if (!ret)
		ret = ec2_check_quota(ec2, "SELECT count(*) FROM route_tables WHERE vpc = ?",
				      r->vpc_id, EC2_ROUTE_TABLES_PER_VPC,
				      "RouteTableLimitExceeded", "route tables");
	if (!ret)
		ret = ec2_route_table_make(ec2, r->vpc_id, false, id);
	if (!ret)
		ret = ec2_tag_resource(ec2, &r->tag_specifications, "route-table", id);
	return ret ? ret : ec2_record_load(ec2, &table_listing, id, &response->route_table);
}
EC2_CHANGE(create_route_table)

static int delete_route_table(struct ec2 *ec2, const struct ec2_delete_route_table_request *r)
{
	int64_t found;
	int ret = ec2_check_id(ec2, "rtb", r->route_table_id);

	if (!ret)
		ret = ec2_db_int(ec2, &found,
				 "SELECT 1 FROM route_table_associations WHERE route_table = ?",
				 "s", r->route_table_id);
	if (ret > 0)
		ret = ec2_fail(ec2, -EBUSY, "DependencyViolation",
			       "The routeTable '%s' has dependencies and cannot be deleted.",
			       r->route_table_id);
	return ret ? ret : ec2_record_delete(ec2, "route_tables", r->route_table_id);
}
EC2_CHANGE_SILENT(delete_route_table)

/* ---- associations ---- */

/* A new association of the table: with the subnet, or (NULL) as the main one of its VPC. */
static int associate(struct ec2 *ec2, const char *table, const char *subnet, char **id,
		     struct ec2_route_table_association_state *state)
{
	char new[EC2_ID_SIZE];
	int ret = ec2_new_id(ec2, "rtbassoc", new);

	if (!ret)
		ret = ec2_db_run(
			ec2,
			"INSERT INTO route_table_associations (id, route_table, vpc, subnet)"
			" SELECT ?, id, vpc, ? FROM route_tables WHERE id = ?",
			"sss", new, subnet, table);
	if (ret)
		return ret;
	*id = strdup(new);
	state->state = strdup("associated");
	return *id && state->state ? 0 : ec2_fail_errno(ec2, -ENOMEM, "The answer");
}

/* `sql` finds something when both are of the same VPC. */
static int check_same_vpc(struct ec2 *ec2, const char *sql, const char *table, const char *other,
			  const char *what)
{
	int64_t found;
	int ret = ec2_db_int(ec2, &found, sql, "ss", table, other);

	if (!ret)
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			       "route table %s and %s %s belong to different networks", table, what,
			       other);
	return ret < 0 ? ret : 0;
}

static int associate_route_table(struct ec2 *ec2, const struct ec2_associate_route_table_request *r,
				 struct ec2_associate_route_table_response *response)
{
	int64_t found;
	int ret = ec2_check_id(ec2, "rtb", r->route_table_id);

	if (!ret)
		ret = ec2_check_id(ec2, "subnet", r->subnet_id);
	if (!ret)
		ret = check_same_vpc(ec2,
				     "SELECT 1 FROM route_tables t JOIN subnets s ON s.vpc = t.vpc"
				     " WHERE t.id = ? AND s.id = ?",
				     r->route_table_id, r->subnet_id, "subnet");
	if (!ret)
		ret = ec2_db_int(ec2, &found,
				 "SELECT 1 FROM route_table_associations WHERE subnet = ?", "s",
				 r->subnet_id);
	if (ret > 0)
		ret = ec2_fail(ec2, -EEXIST, "Resource.AlreadyAssociated",
			       "the specified association for route table %s conflicts with an"
			       " existing association",
			       r->route_table_id);
	return ret ? ret
		   : associate(ec2, r->route_table_id, r->subnet_id, &response->association_id,
			       &response->association_state);
}
EC2_CHANGE(associate_route_table)

static int remove_association(struct ec2 *ec2, const char *id)
{
	return ec2_db_run(ec2, "DELETE FROM route_table_associations WHERE id = ?", "s", id);
}

static int disassociate_route_table(struct ec2 *ec2,
				    const struct ec2_disassociate_route_table_request *r)
{
	int64_t found;
	int ret = ec2_check_id(ec2, "rtbassoc", r->association_id);

	if (!ret)
		ret = ec2_db_int(
			ec2, &found,
			"SELECT 1 FROM route_table_associations WHERE id = ? AND subnet IS NULL",
			"s", r->association_id);
	if (ret > 0)
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			       "cannot disassociate the main route table association %s",
			       r->association_id);
	return ret ? ret : remove_association(ec2, r->association_id);
}
EC2_CHANGE_SILENT(disassociate_route_table)

static int replace_route_table_association(
	struct ec2 *ec2, const struct ec2_replace_route_table_association_request *r,
	struct ec2_replace_route_table_association_response *response)
{
	char *subnet = NULL;
	int ret = ec2_check_id(ec2, "rtbassoc", r->association_id);

	if (!ret)
		ret = ec2_check_id(ec2, "rtb", r->route_table_id);
	if (!ret)
		ret = check_same_vpc(ec2,
				     "SELECT 1 FROM route_tables t JOIN route_table_associations a"
				     " ON a.vpc = t.vpc WHERE t.id = ? AND a.id = ?",
				     r->route_table_id, r->association_id, "association");
	if (!ret)
		ret = ec2_db_text(ec2, &subnet,
				  "SELECT subnet FROM route_table_associations WHERE id = ?", "s",
				  r->association_id);
	if (ret >= 0)
		ret = remove_association(ec2, r->association_id);
	if (!ret)
		ret = associate(ec2, r->route_table_id, subnet, &response->new_association_id,
				&response->association_state);
	free(subnet);
	return ret;
}
EC2_CHANGE(replace_route_table_association)
