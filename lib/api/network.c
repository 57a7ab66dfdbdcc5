// SPDX-License-Identifier: LGPL-2.1-or-later
/* A VPC and what comes with it; the default VPC. */
#include "api/network.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_VPC "172.31.0.0/16"
#define DEFAULT_SUBNET "172.31.0.0/20"

/* ---- checks ---- */

int ec2_check_quota(struct ec2 *ec2, const char *count, const char *id, int64_t most,
		    const char *code, const char *what)
{
	int64_t n;
	int ret = id ? ec2_db_int(ec2, &n, count, "s", id) : ec2_db_int(ec2, &n, count, NULL);

	if (ret >= 0 && n >= most)
		return ec2_fail(ec2, -ENOSPC, code, "The maximum number of %s has been reached.",
				what);
	return ret < 0 ? ret : 0;
}

int ec2_parse_cidr(struct ec2 *ec2, const char *parameter, const char *text, bool v6,
		   struct ec2_cidr *cidr)
{
	if (ec2_cidr_parse(text, v6, cidr) == 0)
		return 0;
	return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			"Value (%s) for parameter %s is invalid. This is not a valid %sCIDR block.",
			text, parameter, v6 ? "IPv6 " : "");
}

int ec2_check_zone(struct ec2 *ec2, const char *zone)
{
	if (!zone || strcmp(zone, ec2->zone) == 0)
		return 0;
	return ec2_fail(
		ec2, -EINVAL, "InvalidParameterValue",
		"Value (%s) for parameter availabilityZone is invalid. Subnets can currently"
		" only be created in the following availability zones: %s.",
		zone, ec2->zone);
}

/* ---- making ---- */

/* A rule for all protocols and ports. */
static int make_open_rule(struct ec2 *ec2, const char *group, bool egress, const char *kind,
			  const char *peer)
{
	char id[EC2_ID_SIZE];
	int ret = ec2_new_id(ec2, "sgr", id);

	if (ret)
		return ret;
	return ec2_db_run(ec2,
			  "INSERT INTO security_group_rules (id, security_group, egress, protocol,"
			  " from_port, to_port, kind, peer, created)"
			  " VALUES (?, ?, ?, '-1', -1, -1, ?, ?, ?)",
			  "ssbssi", id, group, egress, kind, peer, ec2_now());
}

int ec2_group_make(struct ec2 *ec2, const char *vpc, const char *name, const char *description,
		   char *id)
{
	int ret = ec2_new_id(ec2, "sg", id);

	if (!ret)
		ret = ec2_db_run(ec2,
				 "INSERT INTO security_groups (id, vpc, name, description, created)"
				 " VALUES (?, ?, ?, ?, ?)",
				 "ssssi", id, vpc, name, description, ec2_now());
	return ret ? ret : make_open_rule(ec2, id, true, "ipv4", "0.0.0.0/0");
}

int ec2_route_table_make(struct ec2 *ec2, const char *vpc, bool main, char *id)
{
	char association[EC2_ID_SIZE];
	int ret = ec2_new_id(ec2, "rtb", id);

	if (!ret)
		ret = ec2_db_run(ec2,
				 "INSERT INTO route_tables (id, vpc, created) VALUES (?, ?, ?)",
				 "ssi", id, vpc, ec2_now());
	if (!ret)
		ret = ec2_db_run(
			ec2,
			"INSERT INTO routes (route_table, kind, destination, target, origin)"
			" SELECT ?, 'ipv4', cidr, 'local', 'CreateRouteTable'"
			" FROM vpcs WHERE id = ?",
			"ss", id, vpc);
	if (ret || !main)
		return ret;
	ret = ec2_new_id(ec2, "rtbassoc", association);
	if (!ret)
		ret = ec2_db_run(ec2,
				 "INSERT INTO route_table_associations (id, route_table, vpc)"
				 " VALUES (?, ?, ?)",
				 "sss", association, id, vpc);
	return ret;
}

int ec2_gateway_make(struct ec2 *ec2, const char *vpc, char *id)
{
	int ret = ec2_new_id(ec2, "igw", id);

	return ret ? ret
		   : ec2_db_run(ec2,
				"INSERT INTO internet_gateways (id, vpc, created) VALUES (?, ?, ?)",
				"ssi", id, vpc, ec2_now());
}

/* It allows everything. */
static int make_default_acl(struct ec2 *ec2, const char *vpc)
{
	char id[EC2_ID_SIZE];
	int ret = ec2_new_id(ec2, "acl", id);

	if (!ret)
		ret = ec2_db_run(ec2,
				 "INSERT INTO network_acls (id, vpc, is_default, created)"
				 " VALUES (?, ?, 1, ?)",
				 "ssi", id, vpc, ec2_now());
	if (!ret)
		ret = ec2_db_run(ec2,
				 "INSERT INTO network_acl_entries"
				 " (acl, egress, number, protocol, action, kind, cidr)"
				 " VALUES (?1, 0, 100, -1, 'allow', 'ipv4', '0.0.0.0/0'),"
				 " (?1, 1, 100, -1, 'allow', 'ipv4', '0.0.0.0/0')",
				 "s", id);
	return ret;
}

/* In from itself, out to everywhere. */
static int make_default_group(struct ec2 *ec2, const char *vpc)
{
	char id[EC2_ID_SIZE];
	int ret = ec2_group_make(ec2, vpc, "default", "default VPC security group", id);

	return ret ? ret : make_open_rule(ec2, id, false, "group", id);
}

int ec2_vpc_make(struct ec2 *ec2, const struct ec2_cidr *cidr, bool is_default, char *id)
{
	char association[EC2_ID_SIZE], table[EC2_ID_SIZE];
	int ret = ec2_new_id(ec2, "vpc", id);

	if (!ret)
		ret = ec2_new_id(ec2, "vpc-cidr-assoc", association);
	if (!ret)
		ret = ec2_db_run(ec2,
				 "INSERT INTO vpcs (id, cidr, first, last, association, is_default,"
				 " dns_hostnames, created) VALUES (?, ?, ?, ?, ?, ?6, ?6, ?)",
				 "ssiisbi", id, cidr->text, cidr->first, cidr->last, association,
				 is_default, ec2_now());
	if (!ret)
		ret = ec2_route_table_make(ec2, id, true, table);
	if (!ret)
		ret = make_default_group(ec2, id);
	return ret ? ret : make_default_acl(ec2, id);
}

int ec2_subnet_make(struct ec2 *ec2, const char *vpc, const struct ec2_cidr *cidr, bool is_default,
		    char *id)
{
	char association[EC2_ID_SIZE];
	int ret = ec2_new_id(ec2, "subnet", id);

	if (!ret)
		ret = ec2_db_run(
			ec2,
			"INSERT INTO subnets (id, vpc, cidr, first, last, zone, is_default,"
			" map_public_ip, created) VALUES (?, ?, ?, ?, ?, ?, ?7, ?7, ?)",
			"sssiisbi", id, vpc, cidr->text, cidr->first, cidr->last, ec2->zone,
			is_default, ec2_now());
	if (!ret)
		ret = ec2_new_id(ec2, "aclassoc", association);
	if (!ret)
		ret = ec2_db_run(ec2,
				 "INSERT INTO network_acl_associations (id, acl, subnet)"
				 " SELECT ?, id, ? FROM network_acls WHERE vpc = ? AND is_default",
				 "sss", association, id, vpc);
	return ret;
}

/* ---- the default VPC ---- */

int ec2_default_vpc_make(struct ec2 *ec2, char *id)
{
	char gateway[EC2_ID_SIZE], subnet[EC2_ID_SIZE];
	struct ec2_cidr vpc_cidr, subnet_cidr;
	int ret;

	ec2_cidr_parse(DEFAULT_VPC, false, &vpc_cidr);
	ec2_cidr_parse(DEFAULT_SUBNET, false, &subnet_cidr);
	ret = ec2_vpc_make(ec2, &vpc_cidr, true, id);
	if (!ret)
		ret = ec2_subnet_make(ec2, id, &subnet_cidr, true, subnet);
	if (!ret)
		ret = ec2_gateway_make(ec2, id, gateway);
	if (!ret)
		ret = ec2_db_run(
			ec2,
			"INSERT INTO routes (route_table, kind, destination, target, origin)"
			" SELECT id, 'ipv4', '0.0.0.0/0', ?, 'CreateRoute'"
			" FROM route_tables WHERE vpc = ?",
			"ss", gateway, id);
	return ret;
}

/* Whether the region has had its default VPC: who deletes it does not get it back unasked. */
static int known(struct ec2 *ec2)
{
	int64_t found;

	return ec2_db_int(ec2, &found, "SELECT 1 FROM meta WHERE key = 'default-vpc'", NULL);
}

int ec2_network_ready(struct ec2 *ec2)
{
	char id[EC2_ID_SIZE];
	int ret = known(ec2);

	if (ret)
		return ret < 0 ? ret : 0;
	ret = ec2_default_vpc_make(ec2, id);
	if (!ret)
		ret = ec2_db_run(ec2, "INSERT INTO meta (key, value) VALUES ('default-vpc', ?)",
				 "s", id);
	return ret;
}

int ec2_network_open(struct ec2 *ec2)
{
	int ret = ec2->read_only ? 1 : known(ec2);

	if (ret)
		return ret < 0 ? ret : 0;
	ret = ec2_begin(ec2);
	return ret ? ret : ec2_end(ec2, ec2_network_ready(ec2));
}

int ec2_default_vpc(struct ec2 *ec2, char **id)
{
	int ret = ec2_db_text(ec2, id, "SELECT id FROM vpcs WHERE is_default", NULL);

	if (ret)
		return ret < 0 ? ret : 0;
	return ec2_fail(ec2, -ENOENT, "VPCIdNotSpecified",
			"No default VPC for this user. Name a subnet or a VPC, or see ec2ctl"
			" create-default-vpc");
}
