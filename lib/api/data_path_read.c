// SPDX-License-Identifier: LGPL-2.1-or-later
/* The records of the network, as the state that the kernel should have. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/data_path.h"
#include "api/interface.h"
#include "api/rule.h"

/* The set of groups of an interface, as group_sets.members. */
#define MEMBERS                                                                         \
	"coalesce((SELECT group_concat(seq) FROM (SELECT g.seq FROM"                    \
	" network_interface_groups m JOIN security_groups g ON g.id = m.security_group" \
	" WHERE m.interface = n.id ORDER BY g.seq)), '')"
/* The route table of an interface: its subnet's own, or the VPC's main one. */
#define ROUTE_TABLE                                                                    \
	"coalesce((SELECT route_table FROM route_table_associations"                   \
	" WHERE subnet = n.subnet), (SELECT route_table FROM route_table_associations" \
	" WHERE vpc = n.vpc AND subnet IS NULL))"

/* Of prefix lists. */
#define IPV4_ENTRIES                                                             \
	"(SELECT prefix_list, cidr FROM prefix_list_entries JOIN prefix_lists l" \
	" ON l.id = prefix_list WHERE l.family = 'IPv4') e"

static int no_memory(struct ec2 *ec2)
{
	return ec2_fail_errno(ec2, -ENOMEM, "The network's state");
}

/* One more element of zeroes, or NULL. */
#define GROW(array, n) grow((void **)&(array), &(n), sizeof(*(array)))
static void *grow(void **array, size_t *n, size_t size)
{
	/* room by powers of two: more is there only when n is one */
	void *more = *n & (*n - 1) ? *array : reallocarray(*array, *n ? 2 * *n : 1, size);

	if (!more)
		return NULL;
	*array = more;
	return memset((char *)more + (*n)++ * size, 0, size);
}

static struct in_addr address_of(int64_t number)
{
	return (struct in_addr){htonl((uint32_t)number)};
}

static int bad_record(struct ec2 *ec2, const char *what)
{
	return ec2_fail(ec2, -EINVAL, "InternalError", "A record of the network is damaged: '%s'",
			what);
}

static int parse_range(struct ec2 *ec2, const char *text, struct ec2_cidr *cidr)
{
	return ec2_cidr_parse(text, false, cidr) ? bad_record(ec2, text) : 0;
}

/* ---- sets of security groups ---- */

static int collect(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	return ec2_strings_add(arg, ec2_col_text(row, 0)) ? no_memory(ec2) : 0;
}

/* The lowest number that is free. */
static int insert_set(struct ec2 *ec2, const char *members)
{
	int64_t number;
	int ret = ec2_db_int(ec2, &number,
			     "SELECT min(n) FROM (SELECT 1 AS n UNION ALL"
			     " SELECT number + 1 FROM group_sets)"
			     " WHERE n NOT IN (SELECT number FROM group_sets)",
			     NULL);

	if (ret > 0 && number >= EC2_BPF_MAX_POLICIES)
		return ec2_fail(
			ec2, -ENOSPC, "InsufficientInstanceCapacity",
			"Running instances have more than %d different sets of security groups",
			EC2_BPF_MAX_POLICIES - 1);
	return ret < 0 ? ret
		       : ec2_db_run(ec2, "INSERT INTO group_sets (number, members) VALUES (?, ?)",
				    "is", number, members);
}

/* A number stays with its set as long as an interface may have it. */
static int number_sets(struct ec2 *ec2)
{
	struct ec2_strings fresh = {0};
	int ret = ec2_db_each(ec2, collect, &fresh,
			      "SELECT DISTINCT " MEMBERS " AS members FROM " EC2_SQL_LIVE
			      " WHERE " MEMBERS " NOT IN (SELECT members FROM group_sets)",
			      NULL);

	ret = ret < 0 ? ret : 0;
	for (size_t i = 0; i < fresh.n; i++) {
		if (!ret)
			ret = insert_set(ec2, fresh.items[i]);
		free(fresh.items[i]);
	}
	free(fresh.items);
	return ret ? ret
		   : ec2_db_run(ec2,
				"WITH live AS (SELECT DISTINCT " MEMBERS
				" AS members FROM " EC2_SQL_LIVE ") UPDATE group_sets"
				" SET used = members IN (SELECT members FROM live)"
				" WHERE used <> (members IN (SELECT members FROM live))",
				NULL);
}

int ec2_data_path_forget(struct ec2 *ec2)
{
	return ec2_db_run(ec2, "DELETE FROM group_sets WHERE NOT used", NULL);
}

/* Columns: egress, protocol, from_port, to_port, peer, seq of the peer or NULL. */
static int add_rule(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct ec2_vpc_set *set = arg;
	enum ec2_direction way = ec2_col_int(row, 0) ? EC2_EGRESS : EC2_INGRESS;
	struct ec2_policy_rule *rule = GROW(set->rule[way], set->n_rules[way]);
	struct ec2_cidr cidr;
	int ret;

	if (!rule)
		return no_memory(ec2);
	if (ec2_protocol_parse(ec2_col_text(row, 1), &rule->protocol))
		return bad_record(ec2, ec2_col_text(row, 1));
	rule->from_port = (int)ec2_col_int(row, 2);
	rule->to_port = (int)ec2_col_int(row, 3);
	rule->group = (uint32_t)ec2_col_int(row, 5);
	if (rule->group)
		return 0;
	ret = parse_range(ec2, ec2_col_text(row, 4), &cidr);
	if (ret)
		return ret;
	rule->prefix = address_of(cidr.first);
	rule->prefix_len = (unsigned int)cidr.prefix;
	return 0;
}

/* IPv6 is not carried. */
static int add_group(struct ec2 *ec2, struct ec2_vpc_set *set, uint32_t seq)
{
	uint32_t *group = GROW(set->group, set->n_groups);
	int ret;

	if (!group)
		return no_memory(ec2);
	*group = seq;
	ret = ec2_db_each(ec2, add_rule, set,
			  "SELECT r.egress, r.protocol, r.from_port, r.to_port,"
			  " coalesce(e.cidr, r.peer), p.seq"
			  " FROM security_groups g JOIN security_group_rules r"
			  " ON r.security_group = g.id LEFT JOIN security_groups p ON p.id = r.peer"
			  " LEFT JOIN " IPV4_ENTRIES " ON e.prefix_list = r.peer"
			  " WHERE g.seq = ? AND CASE r.kind WHEN 'ipv4' THEN 1"
			  " WHEN 'group' THEN p.seq WHEN 'prefix-list' THEN e.cidr IS NOT NULL END"
			  " ORDER BY r.seq, e.cidr",
			  "i", (int64_t)seq);
	return ret < 0 ? ret : 0;
}

static int add_set(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct ec2_vpc_state *state = arg;
	struct ec2_vpc_set *set = GROW(state->set, state->n_sets);
	const char *member = ec2_col_text(row, 1);
	int ret = 0;

	if (!set)
		return no_memory(ec2);
	set->number = (uint32_t)ec2_col_int(row, 0);
	while (!ret && *member) {
		char *end;

		ret = add_group(ec2, set, (uint32_t)strtoul(member, &end, 10));
		member = *end ? end + 1 : end;
	}
	return ret;
}

/* ---- interfaces ---- */

static int add_address(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct ec2_vpc_interface *interface = arg;
	struct in_addr *address = GROW(interface->address, interface->n_addresses);

	if (!address)
		return no_memory(ec2);
	*address = address_of(ec2_col_int(row, 0));
	if (ec2_col_int(row, 1))
		interface->eni.address = *address;
	return 0;
}

/* Columns: those of select_interfaces. */
static int add_interface(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct ec2_vpc_state *state = arg;
	struct ec2_vpc_interface *interface = GROW(state->interface, state->n_interfaces);
	struct ec2_cidr subnet, range;
	int ret;

	if (!interface)
		return no_memory(ec2);
	snprintf(interface->instance, sizeof(interface->instance), "%s", ec2_col_text(row, 1));
	interface->eni.vpc = (uint32_t)ec2_col_int(row, 3);
	interface->eni.groups = (uint32_t)ec2_col_int(row, 6);
	interface->eni.route_table = (uint32_t)ec2_col_int(row, 7);
	interface->eni.source_dest_check = ec2_col_int(row, 8);
	interface->eni.mtu = EC2_LINK_MTU;
	if (ec2_mac_parse(ec2_col_text(row, 2), interface->eni.mac))
		return bad_record(ec2, ec2_col_text(row, 2));
	ret = parse_range(ec2, ec2_col_text(row, 4), &range);
	if (!ret)
		ret = parse_range(ec2, ec2_col_text(row, 5), &subnet);
	if (ret)
		return ret;
	interface->eni.range = address_of(range.first);
	interface->eni.range_len = (unsigned int)range.prefix;
	interface->eni.subnet = address_of(subnet.first);
	interface->eni.subnet_len = (unsigned int)subnet.prefix;
	ret = ec2_db_each(ec2, add_address, interface,
			  "SELECT address, is_primary FROM network_interface_addresses"
			  " WHERE interface = ?",
			  "s", ec2_col_text(row, 0));
	return ret < 0 ? ret : 0;
}

static const char select_interfaces[] =
	"SELECT n.id, n.instance, n.mac, v.seq, v.cidr, s.cidr,"
	" (SELECT number FROM group_sets WHERE members = " MEMBERS "),"
	" (SELECT seq FROM route_tables WHERE id = " ROUTE_TABLE "), n.source_dest_check"
	" FROM " EC2_SQL_LIVE " JOIN vpcs v ON v.id = n.vpc JOIN subnets s ON s.id = n.subnet"
	" ORDER BY n.seq";

/* ---- routes ---- */

/* Columns: seq of the table, destination, target, the target's instance, whether a gateway is there. */
static int add_route(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct ec2_vpc_state *state = arg;
	struct ec2_vpc_target *target = GROW(state->route, state->n_routes);
	const char *instance = ec2_col_text(row, 3);
	struct ec2_cidr cidr;
	int ret = parse_range(ec2, ec2_col_text(row, 1), &cidr);

	if (!target)
		return no_memory(ec2);
	if (ret)
		return ret;
	target->route.table = (uint32_t)ec2_col_int(row, 0);
	target->route.destination = address_of(cidr.first);
	target->route.len = (unsigned int)cidr.prefix;
	if (strcmp(ec2_col_text(row, 2), "local") == 0)
		target->route.kind = EC2_ROUTE_LOCAL;
	else if (instance && *instance)
		target->route.kind = EC2_ROUTE_INTERFACE;
	else
		target->route.kind = ec2_col_int(row, 4) ? EC2_ROUTE_GATEWAY : EC2_ROUTE_BLACKHOLE;
	if (target->route.kind == EC2_ROUTE_INTERFACE)
		snprintf(target->instance, sizeof(target->instance), "%s", instance);
	return 0;
}

static const char select_routes[] =
	"SELECT t.seq, coalesce(e.cidr, r.destination), r.target,"
	" (SELECT n.instance FROM " EC2_SQL_LIVE " WHERE n.id = r.target),"
	" EXISTS (SELECT 1 FROM internet_gateways g WHERE g.id = r.target AND g.vpc = t.vpc)"
	" FROM routes r JOIN route_tables t ON t.id = r.route_table"
	" LEFT JOIN " IPV4_ENTRIES " ON e.prefix_list = r.destination"
	" WHERE (r.kind = 'ipv4' OR e.cidr IS NOT NULL)"
	" AND t.id IN (SELECT " ROUTE_TABLE " FROM " EC2_SQL_LIVE ")"
	/* of the same destination, a route of its own is set last, and stays */
	" ORDER BY e.cidr IS NULL";

static bool within(const struct ec2_vpc_route *route, const struct ec2_vpc_eni *eni)
{
	uint32_t differ = ntohl(route->destination.s_addr ^ eni->range.s_addr);

	return route->len >= eni->range_len &&
	       (!eni->range_len || !(differ >> (32 - eni->range_len)));
}

/* Within the VPC's range, tables are searched only where there is something to be found. */
static void find_inside(struct ec2_vpc_state *state)
{
	for (size_t r = 0; r < state->n_routes; r++) {
		const struct ec2_vpc_route *route = &state->route[r].route;

		for (size_t i = 0; route->kind != EC2_ROUTE_LOCAL && i < state->n_interfaces; i++) {
			struct ec2_vpc_eni *eni = &state->interface[i].eni;

			if (eni->route_table == route->table && within(route, eni))
				eni->routes_inside = true;
		}
	}
}

int ec2_data_path_read(struct ec2 *ec2, struct ec2_vpc_state *state)
{
	int ret = number_sets(ec2);

	if (!ret)
		ret = ec2_db_each(
			ec2, add_set, state,
			"SELECT number, members FROM group_sets WHERE used ORDER BY number", NULL);
	if (ret >= 0)
		ret = ec2_db_each(ec2, add_interface, state, select_interfaces, NULL);
	if (ret >= 0)
		ret = ec2_db_each(ec2, add_route, state, select_routes, NULL);
	if (ret < 0)
		return ret;
	find_inside(state);
	return 0;
}
