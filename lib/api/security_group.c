// SPDX-License-Identifier: LGPL-2.1-or-later
/* Security groups. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/rule.h"

#define PERMISSION_FILTERS(prefix, list)                                               \
	{prefix ".cidr", list ".IpRanges.CidrIp", false},                              \
		{prefix ".from-port", list ".FromPort", false},                        \
		{prefix ".group-id", list ".UserIdGroupPairs.GroupId", false},         \
		{prefix ".group-name", list ".UserIdGroupPairs.GroupName", false},     \
		{prefix ".ipv6-cidr", list ".Ipv6Ranges.CidrIpv6", false},             \
		{prefix ".prefix-list-id", list ".PrefixListIds.PrefixListId", false}, \
		{prefix ".protocol", list ".IpProtocol", false},                       \
		{prefix ".to-port", list ".ToPort", false},                            \
	{                                                                              \
		prefix ".user-id", list ".UserIdGroupPairs.UserId", false              \
	}

static const struct ec2_filter_row filters[] = {
	{"description", "Description", false},
	{"group-id", "GroupId", false},
	{"group-name", "GroupName", false},
	PERMISSION_FILTERS("ip-permission", "IpPermissions"),
	PERMISSION_FILTERS("egress.ip-permission", "IpPermissionsEgress"),
	{"owner-id", "OwnerId", false},
	{"vpc-id", "VpcId", false},
};

/* The rules of permission p that have peers of one kind. */
#define PEERS(kind, item)                                                                       \
	EC2_SQL_LIST(item, "r.peer, r.description",                                             \
		     "security_group_rules r WHERE r.security_group = g.id AND"                 \
		     " r.egress = p.egress AND r.protocol = p.protocol AND"                     \
		     " r.from_port = p.from_port AND r.to_port = p.to_port AND r.kind = '" kind \
		     "' ORDER BY r.seq")
#define PAIRS PEERS("group", "json_object('GroupId', peer, 'UserId', ?1, 'Description', description)")
#define RANGES PEERS("ipv4", "json_object('CidrIp', peer, 'Description', description)")
#define RANGES6 PEERS("ipv6", "json_object('CidrIpv6', peer, 'Description', description)")
#define LISTS PEERS("prefix-list", "json_object('PrefixListId', peer, 'Description', description)")

/* A permission is the rules that differ in their peers only; other protocols have no ports. */
#define PORT(column) "iif(protocol IN ('tcp', 'udp', 'icmp', 'icmpv6'), " column ", NULL)"
#define PERMISSION                                                                   \
	"json_object('IpProtocol', protocol,"                                        \
	" 'FromPort', " PORT("from_port") ", 'ToPort', " PORT("to_port") ","         \
	" 'UserIdGroupPairs', json(pairs), 'IpRanges', json(ranges),"                \
	" 'Ipv6Ranges', json(ranges6), 'PrefixListIds', json(lists))"
#define COLUMNS                                                                      \
	"p.protocol, p.from_port, p.to_port, " PAIRS " AS pairs, " RANGES            \
	" AS ranges, " RANGES6 " AS ranges6, " LISTS " AS lists"
#define RULES(egress)                                                                \
	"security_group_rules p WHERE p.security_group = g.id AND p.egress = " egress \
	" GROUP BY p.protocol, p.from_port, p.to_port ORDER BY min(p.seq)"
#define PERMISSIONS_IN EC2_SQL_LIST(PERMISSION, COLUMNS, RULES("0"))
#define PERMISSIONS_OUT EC2_SQL_LIST(PERMISSION, COLUMNS, RULES("1"))

static const struct ec2_listing group_listing = {
	.prefix = "sg",
	.ids = "GroupIds",
	.items = "SecurityGroups",
	.shape = &ec2_shape_security_group,
	.select = "SELECT seq, id, json_object("
		  "'Description', description, 'GroupName', name,"
		  "'IpPermissions', " PERMISSIONS_IN ", 'OwnerId', ?1, 'GroupId', id,"
		  "'IpPermissionsEgress', " PERMISSIONS_OUT ","
		  "'Tags', " EC2_SQL_TAGS("g.id") ", 'VpcId', vpc) AS item"
		  " FROM security_groups g",
	.filters = filters,
	.n_filters = sizeof(filters) / sizeof(filters[0]),
};

int ec2_group_find(struct ec2 *ec2, const char *id, const char *name, char **group)
{
	char *vpc = NULL;
	int ret;

	*group = NULL;
	if (!id && !name)
		return ec2_fail(ec2, -EINVAL, "MissingParameter",
				"The request must contain the parameter groupName or groupId");
	if (id) {
		ret = ec2_check_id(ec2, "sg", id);
		*group = ret ? NULL : strdup(id);
		return ret || *group ? ret : ec2_fail_errno(ec2, -ENOMEM, "The request");
	}
	ret = ec2_default_vpc(ec2, &vpc);
	if (!ret)
		ret = ec2_db_text(ec2, group,
				  "SELECT id FROM security_groups WHERE name = ? AND vpc = ?", "ss",
				  name, vpc);
	if (!ret && !*group)
		ret = ec2_fail(ec2, -ENOENT, "InvalidGroup.NotFound",
			       "The security group '%s' does not exist in default VPC '%s'", name,
			       vpc);
	free(vpc);
	return ret < 0 ? ret : 0;
}

/* ---- create ---- */

static int check_names(struct ec2 *ec2, const struct ec2_create_security_group_request *r)
{
	int ret = ec2_check_description(ec2, "GroupName", r->group_name);

	if (!ret)
		ret = ec2_check_description(ec2, "GroupDescription", r->description);
	if (ret)
		return ret;
	if (!*r->group_name || !*r->description || strncmp(r->group_name, "sg-", 3) == 0)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Value (%s) for parameter %s is invalid. %s",
				*r->group_name ? r->description : "",
				*r->group_name && !*r->description ? "GroupDescription"
								   : "GroupName",
				"It may not be empty, nor a name be in the format sg-*.");
	if (strcmp(r->group_name, "default") == 0)
		return ec2_fail(ec2, -EINVAL, "InvalidGroup.Reserved",
				"Cannot use reserved security group name: default");
	return 0;
}

static int find_vpc(struct ec2 *ec2, const char *id, char **vpc)
{
	int ret;

	if (!id)
		return ec2_default_vpc(ec2, vpc);
	ret = ec2_check_id(ec2, "vpc", id);
	*vpc = ret ? NULL : strdup(id);
	return ret || *vpc ? ret : ec2_fail_errno(ec2, -ENOMEM, "The request");
}

static int check_unique(struct ec2 *ec2, const char *vpc, const char *name)
{
	int64_t found;
	int ret =
		ec2_db_int(ec2, &found, "SELECT 1 FROM security_groups WHERE vpc = ? AND name = ?",
			   "ss", vpc, name);

	if (ret > 0)
		ret = ec2_fail(ec2, -EEXIST, "InvalidGroup.Duplicate",
			       "The security group '%s' already exists for VPC '%s'", name, vpc);
	return ret;
}

static int create_security_group(struct ec2 *ec2, const struct ec2_create_security_group_request *r,
				 struct ec2_create_security_group_response *response)
{
	static const char *const taggable[] = {"security-group", NULL};
	char id[EC2_ID_SIZE], *vpc = NULL;
	int ret = check_names(ec2, r);

	if (!ret)
		ret = ec2_check_tag_specifications(ec2, &r->tag_specifications, taggable);
	if (!ret)
		ret = find_vpc(ec2, r->vpc_id, &vpc);
	if (!ret)
		ret = check_unique(ec2, vpc, r->group_name);
	if (!ret)
		ret = ec2_check_quota(ec2, "SELECT count(*) FROM security_groups WHERE vpc = ?",
				      vpc, EC2_GROUPS_PER_VPC, "SecurityGroupLimitExceeded",
				      "security groups");
	if (!ret)
		ret = ec2_group_make(ec2, vpc, r->group_name, r->description, id);
	if (!ret)
		ret = ec2_tag_resource(ec2, &r->tag_specifications, "security-group", id);
	if (!ret)
		ret = ec2_tags_load(ec2, id, &response->tags);
	free(vpc);
	if (ret)
		return ret;
	response->group_id = strdup(id);
	return response->group_id ? 0 : ec2_fail_errno(ec2, -ENOMEM, "The answer");
}
EC2_CHANGE(create_security_group)

/* ---- delete ---- */

static int check_unused(struct ec2 *ec2, const char *id)
{
	int64_t found;
	int ret = ec2_db_int(ec2, &found,
			     "SELECT 1 FROM security_groups WHERE id = ? AND name = 'default'", "s",
			     id);

	if (ret > 0)
		ret = ec2_fail(
			ec2, -EPERM, "CannotDelete",
			"the specified group: \"%s\" name: \"default\" cannot be deleted by a"
			" user",
			id);
	if (ret)
		return ret;
	ret = ec2_db_int(ec2, &found,
			 "SELECT 1 FROM network_interface_groups WHERE security_group = ?1"
			 " UNION ALL SELECT 1 FROM security_group_rules"
			 " WHERE peer = ?1 AND security_group <> ?1",
			 "s", id);
	if (ret > 0)
		ret = ec2_fail(ec2, -EBUSY, "DependencyViolation",
			       "resource %s has a dependent object", id);
	return ret;
}

static int delete_security_group(struct ec2 *ec2, const struct ec2_delete_security_group_request *r)
{
	char *id;
	int ret = ec2_group_find(ec2, r->group_id, r->group_name, &id);

	if (!ret)
		ret = check_unused(ec2, id);
	if (!ret)
		ret = ec2_db_run(ec2,
				 "DELETE FROM tags WHERE resource IN (SELECT id"
				 " FROM security_group_rules WHERE security_group = ?)",
				 "s", id);
	if (!ret)
		ret = ec2_record_delete(ec2, "security_groups", id);
	free(id);
	return ret;
}
EC2_CHANGE_SILENT(delete_security_group)

/* ---- describe ---- */

/* The names become ids beside those that are asked for. */
int ec2_describe_security_groups(struct ec2 *ec2,
				 const struct ec2_describe_security_groups_request *r,
				 struct ec2_describe_security_groups_response *response)
{
	const struct ec2_shape *shape = &ec2_shape_describe_security_groups_request;
	struct ec2_describe_security_groups_request copy;
	int ret = ec2_enter(ec2, shape, r, false);

	memset(response, 0, sizeof(*response));
	if (!ret)
		ret = ec2_network_open(ec2);
	if (!ret && ec2_shape_copy(shape, &copy, r))
		ret = ec2_fail_errno(ec2, -ENOMEM, "The request");
	if (ret)
		return ret;
	for (size_t i = 0; !ret && i < r->group_names.n; i++) {
		char *id;

		ret = ec2_group_find(ec2, NULL, r->group_names.items[i], &id);
		if (!ret && ec2_strings_add(&copy.group_ids, id))
			ret = ec2_fail_errno(ec2, -ENOMEM, "The request");
		free(id);
	}
	if (!ret)
		ret = ec2_describe(ec2, &group_listing, shape, &copy,
				   &ec2_shape_describe_security_groups_response, response);
	ec2_shape_clear(shape, &copy);
	return ret;
}
