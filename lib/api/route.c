// SPDX-License-Identifier: LGPL-2.1-or-later
/* Routes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/network.h"

/* What a request says, checked. */
struct route {
	const char *table;
	const char *kind; /* ipv4, ipv6, prefix-list */
	struct ec2_cidr destination; /* of a prefix list: its id as text only */
	char *target; /* igw- or eni-, to be freed */
};

static int set_destination(struct ec2 *ec2, const char *v4, const char *v6, const char *list,
			   struct route *route)
{
	int n = !!v4 + !!v6 + !!list;

	if (n != 1)
		return ec2_fail(ec2, -EINVAL,
				n ? "InvalidParameterCombination" : "MissingParameter",
				"The request must contain exactly one of: destinationCidrBlock,"
				" destinationIpv6CidrBlock, destinationPrefixListId");
	route->kind = v4 ? "ipv4" : v6 ? "ipv6" : "prefix-list";
	if (list) {
		snprintf(route->destination.text, sizeof(route->destination.text), "%s", list);
		return ec2_check_id(ec2, "pl", list);
	}
	return ec2_parse_cidr(ec2, v4 ? "destinationCidrBlock" : "destinationIpv6CidrBlock",
			      v4 ? v4 : v6, v6 != NULL, &route->destination);
}

/* ---- targets ---- */

/* The one interface of an instance. */
static int find_interface(struct ec2 *ec2, const char *instance, char **id)
{
	int64_t n;
	int ret = ec2_check_id(ec2, "i", instance);

	if (!ret)
		ret = ec2_db_int(ec2, &n,
				 "SELECT count(*) FROM network_interfaces WHERE instance = ?", "s",
				 instance);
	if (ret < 0)
		return ret;
	if (n != 1)
		return ec2_fail(
			ec2, -EINVAL, "InvalidInstanceID",
			n ? "There are multiple interfaces attached to instance '%s'. Please"
			    " specify an interface ID for the operation instead."
			  : "The instance '%s' has no interface",
			instance);
	ret = ec2_db_text(ec2, id, "SELECT id FROM network_interfaces WHERE instance = ?", "s",
			  instance);
	return ret < 0 ? ret : 0;
}

static int check_gateway(struct ec2 *ec2, const char *table, const char *id)
{
	int64_t found;
	int ret = ec2_db_int(ec2, &found, "SELECT 1 FROM internet_gateways WHERE id = ?", "s", id);

	if (!ret)
		ret = ec2_fail(ec2, -ENOENT, "InvalidGatewayID.NotFound",
			       "The gateway ID '%s' does not exist", id);
	if (ret > 0)
		ret = ec2_db_int(ec2, &found,
				 "SELECT 1 FROM internet_gateways g JOIN route_tables t"
				 " ON t.vpc = g.vpc WHERE g.id = ? AND t.id = ?",
				 "ss", id, table);
	if (!ret)
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			       "route table %s and network gateway %s belong to different networks",
			       table, id);
	return ret < 0 ? ret : 0;
}

static int check_interface(struct ec2 *ec2, const char *table, const char *id)
{
	int64_t found;
	int ret = ec2_check_id(ec2, "eni", id);

	if (ret)
		return ret;
	ret = ec2_db_int(ec2, &found,
			 "SELECT 1 FROM network_interfaces n JOIN route_tables t ON t.vpc = n.vpc"
			 " WHERE n.id = ? AND t.id = ?",
			 "ss", id, table);
	if (!ret)
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			       "route table %s and interface %s belong to different networks",
			       table, id);
	return ret < 0 ? ret : 0;
}

static int set_target(struct ec2 *ec2, const struct ec2_create_route_request *r,
		      struct route *route)
{
	int n = !!r->gateway_id + !!r->instance_id + !!r->network_interface_id;
	int ret = 0;

	if (n != 1)
		return ec2_fail(ec2, -EINVAL,
				n ? "InvalidParameterCombination" : "MissingParameter",
				"The request must contain exactly one of: gatewayId, instanceId,"
				" networkInterfaceId");
	if (r->instance_id) {
		ret = find_interface(ec2, r->instance_id, &route->target);
	} else {
		route->target = strdup(r->gateway_id ? r->gateway_id : r->network_interface_id);
		if (!route->target)
			ret = ec2_fail_errno(ec2, -ENOMEM, "The request");
	}
	if (ret)
		return ret;
	return r->gateway_id ? check_gateway(ec2, route->table, route->target)
			     : check_interface(ec2, route->table, route->target);
}

/* ---- what is there ---- */

/* 1 and the target, to be freed; 0: there is no such route. */
static int find(struct ec2 *ec2, const struct route *route, char **target)
{
	return ec2_db_text(ec2, target,
			   "SELECT target FROM routes WHERE route_table = ? AND destination = ?",
			   "ss", route->table, route->destination.text);
}

/* Within the VPC only an interface can take what is for a whole subnet. */
static int check_own(struct ec2 *ec2, const struct route *route)
{
	struct ec2_cidr whole;
	char *text = NULL;
	int64_t found;
	int ret;

	if (strcmp(route->kind, "ipv4"))
		return 0;
	ret = ec2_db_text(ec2, &text,
			  "SELECT v.cidr FROM vpcs v JOIN route_tables t ON t.vpc = v.id"
			  " WHERE t.id = ?",
			  "s", route->table);
	if (ret > 0 &&
	    (ec2_cidr_parse(text, false, &whole) || !ec2_cidr_within(&route->destination, &whole)))
		ret = 0;
	if (ret > 0 && strncmp(route->target, "eni-", 4))
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			       "The destination CIDR block %s is equal to or more specific than one"
			       " of this VPC's CIDR blocks. This route can target only an interface"
			       " or an instance.",
			       route->destination.text);
	free(text);
	if (ret <= 0)
		return ret;
	ret = ec2_db_int(ec2, &found,
			 "SELECT 1 FROM subnets s JOIN route_tables t ON t.vpc = s.vpc"
			 " WHERE t.id = ? AND s.cidr = ?",
			 "ss", route->table, route->destination.text);
	if (!ret)
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			       "The destination CIDR block %s is more specific than this VPC's, and"
			       " not that of one of its subnets.",
			       route->destination.text);
	return ret < 0 ? ret : 0;
}

static int parse(struct ec2 *ec2, const struct ec2_create_route_request *r, struct route *route)
{
	int ret = ec2_check_id(ec2, "rtb", r->route_table_id);

	route->table = r->route_table_id;
	if (!ret)
		ret = set_destination(ec2, r->destination_cidr_block,
				      r->destination_ipv6_cidr_block, r->destination_prefix_list_id,
				      route);
	return ret ? ret : set_target(ec2, r, route);
}

/* ---- actions ---- */

static int insert(struct ec2 *ec2, const struct route *route)
{
	return ec2_db_run(ec2,
			  "INSERT INTO routes (route_table, kind, destination, target, origin)"
			  " VALUES (?, ?, ?, ?, 'CreateRoute')",
			  "ssss", route->table, route->kind, route->destination.text,
			  route->target);
}

static int create_route(struct ec2 *ec2, const struct ec2_create_route_request *r,
			struct ec2_create_route_response *response)
{
	struct route route = {0};
	char *before = NULL;
	int ret = parse(ec2, r, &route);

	if (!ret)
		ret = find(ec2, &route, &before);
	if (ret > 0)
		ret = ec2_fail(ec2, -EEXIST, "RouteAlreadyExists",
			       "The route identified by %s already exists.",
			       route.destination.text);
	if (!ret)
		ret = check_own(ec2, &route);
	if (!ret)
		ret = ec2_check_quota(
			ec2,
			"SELECT count(*) FROM routes WHERE route_table = ? AND target <> 'local'",
			route.table, EC2_ROUTES_PER_TABLE, "RouteLimitExceeded",
			"routes of a route table");
	if (!ret)
		ret = insert(ec2, &route);
	free(before);
	free(route.target);
	response->return_value = !ret;
	return ret;
}
EC2_CHANGE(create_route)

static int replace_route(struct ec2 *ec2, const struct ec2_replace_route_request *r)
{
	const struct ec2_create_route_request said = {
		.destination_cidr_block = r->destination_cidr_block,
		.destination_ipv6_cidr_block = r->destination_ipv6_cidr_block,
		.destination_prefix_list_id = r->destination_prefix_list_id,
		.gateway_id = r->gateway_id,
		.instance_id = r->instance_id,
		.network_interface_id = r->network_interface_id,
		.route_table_id = r->route_table_id,
	};
	struct route route = {0};
	char *before = NULL;
	int ret = parse(ec2, &said, &route);

	if (!ret)
		ret = find(ec2, &route, &before);
	if (!ret)
		ret = ec2_fail(ec2, -ENOENT, "InvalidParameterValue",
			       "There is no route defined for '%s' in the route table. Use"
			       " CreateRoute instead.",
			       route.destination.text);
	else if (ret > 0 && strcmp(before, "local") == 0)
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			       "cannot replace local route %s in route table %s",
			       route.destination.text, route.table);
	if (ret > 0)
		ret = check_own(ec2, &route);
	if (!ret)
		ret = ec2_db_run(ec2,
				 "UPDATE routes SET target = ?, origin = 'CreateRoute'"
				 " WHERE route_table = ? AND destination = ?",
				 "sss", route.target, route.table, route.destination.text);
	free(before);
	free(route.target);
	return ret;
}
EC2_CHANGE_SILENT(replace_route)

static int delete_route(struct ec2 *ec2, const struct ec2_delete_route_request *r)
{
	struct route route = {.table = r->route_table_id};
	char *target = NULL;
	int ret = ec2_check_id(ec2, "rtb", r->route_table_id);

	if (!ret)
		ret = set_destination(ec2, r->destination_cidr_block,
				      r->destination_ipv6_cidr_block, r->destination_prefix_list_id,
				      &route);
	if (!ret)
		ret = find(ec2, &route, &target);
	else
		return ret;
	if (!ret)
		ret = ec2_fail(ec2, -ENOENT, "InvalidRoute.NotFound",
			       "no route with destination-cidr-block %s in route table %s",
			       route.destination.text, route.table);
	else if (ret > 0 && strcmp(target, "local") == 0)
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			       "cannot remove local route %s in route table %s",
			       route.destination.text, route.table);
	free(target);
	return ret < 0 ? ret
		       : ec2_db_run(ec2,
				    "DELETE FROM routes WHERE route_table = ? AND destination = ?",
				    "ss", route.table, route.destination.text);
}
EC2_CHANGE_SILENT(delete_route)
