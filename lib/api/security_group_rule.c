// SPDX-License-Identifier: LGPL-2.1-or-later
/* Rules of security groups: authorize, revoke, modify. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/rule.h"

static const struct ec2_filter_row filters[] = {
	{"group-id", "GroupId", false},
	{"security-group-rule-id", "SecurityGroupRuleId", false},
};

#define PEER(wanted) "iif(kind = '" wanted "', peer, NULL)"

const struct ec2_listing ec2_rule_listing = {
	.prefix = "sgr",
	.ids = "SecurityGroupRuleIds",
	.items = "SecurityGroupRules",
	.shape = &ec2_shape_security_group_rule,
	.select = "SELECT r.seq AS seq, r.id AS id, json_object("
		  "'SecurityGroupRuleId', r.id, 'GroupId', r.security_group, 'GroupOwnerId', ?1,"
		  "'IsEgress', " EC2_SQL_BOOL("egress") ","
		  "'IpProtocol', protocol, 'FromPort', from_port, 'ToPort', to_port,"
		  "'CidrIpv4', " PEER("ipv4") ", 'CidrIpv6', " PEER("ipv6") ","
		  "'PrefixListId', " PEER("prefix-list") ","
		  "'ReferencedGroupInfo', json(iif(kind = 'group', json_object('GroupId', peer,"
		  " 'UserId', ?1, 'VpcId', g.vpc), NULL)),"
		  "'Description', r.description, 'Tags', " EC2_SQL_TAGS("r.id") ") AS item"
		  " FROM security_group_rules r JOIN security_groups g"
		  " ON g.id = r.security_group",
	.filters = filters,
	.n_filters = sizeof(filters) / sizeof(filters[0]),
};

EC2_DESCRIBE(describe_security_group_rules, &ec2_rule_listing)

/* ---- one rule ---- */

/* The same rule of the group, by what it allows. Return: 1 and the id to be freed, 0, -errno. */
static int find_same(struct ec2 *ec2, const char *group, const struct ec2_rule *rule, char **id)
{
	return ec2_db_text(ec2, id,
			   "SELECT id FROM security_group_rules WHERE security_group = ?"
			   " AND egress = ? AND protocol = ? AND from_port = ? AND to_port = ?"
			   " AND peer = ?",
			   "sbsiis", group, rule->egress, rule->protocol, rule->from, rule->to,
			   rule->peer);
}

static int duplicate(struct ec2 *ec2, const struct ec2_rule *rule)
{
	char protocol[8] = "ALL", ports[64] = "";

	if (strcmp(rule->protocol, "-1")) {
		for (size_t i = 0; i < sizeof(protocol); i++)
			protocol[i] = toupper((unsigned char)rule->protocol[i]);
		snprintf(ports, sizeof(ports), "from port: %d, to port: %d, ", (int)rule->from,
			 (int)rule->to);
	}
	return ec2_fail(ec2, -EEXIST, "InvalidPermission.Duplicate",
			"the specified rule \"peer: %s, %s, %sALLOW\" already exists", rule->peer,
			protocol, ports);
}

/*
 * A rule about a group counts for both address families, one about a prefix list for all it may
 * hold.
 */
#define COUNT(family, other, other_family)                                              \
	"sum(CASE kind WHEN '" other "' THEN 0"                                         \
	" WHEN 'prefix-list' THEN iif(p.family = '" other_family "', 0, p.max_entries)" \
	" ELSE 1 END) AS " family
#define IPV4_COUNT COUNT("v4", "ipv6", "IPv6")
#define IPV6_COUNT COUNT("v6", "ipv4", "IPv4")

int ec2_check_rules_quota(struct ec2 *ec2, const char *group)
{
	int64_t n;
	int ret = ec2_db_int(
		ec2, &n,
		"SELECT max(v4, v6) AS n FROM (SELECT " IPV4_COUNT ", " IPV6_COUNT
		" FROM security_group_rules r LEFT JOIN prefix_lists p"
		" ON p.id = r.peer WHERE security_group = ? GROUP BY egress)"
		" ORDER BY n DESC",
		"s", group);

	if (ret > 0 && n > EC2_RULES_PER_GROUP)
		return ec2_fail(ec2, -ENOSPC, "RulesPerSecurityGroupLimitExceeded",
				"The maximum number of rules per security group has been reached.");
	return ret < 0 ? ret : 0;
}

static int insert(struct ec2 *ec2, const char *group, const struct ec2_rule *rule,
		  const struct ec2_list *tags, struct ec2_list *answer)
{
	char id[EC2_ID_SIZE], *same = NULL;
	int ret = find_same(ec2, group, rule, &same);

	free(same);
	if (ret > 0)
		ret = duplicate(ec2, rule);
	if (!ret)
		ret = ec2_new_id(ec2, "sgr", id);
	if (!ret)
		ret = ec2_db_run(ec2,
				 "INSERT INTO security_group_rules (id, security_group, egress,"
				 " protocol, from_port, to_port, kind, peer, description, created)"
				 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
				 "ssbsiisssi", id, group, rule->egress, rule->protocol, rule->from,
				 rule->to, rule->kind, rule->peer, rule->description, ec2_now());
	if (!ret)
		ret = ec2_tag_resource(ec2, tags, "security-group-rule", id);
	if (!ret)
		ret = ec2_record_add(ec2, &ec2_rule_listing, id, answer);
	return ret < 0 ? ret : 0;
}

/* A rule of that group and direction, named by id. */
static int check_rule(struct ec2 *ec2, const char *group, int egress, const char *id)
{
	int64_t found;
	int ret = ec2_check_id(ec2, "sgr", id);

	if (!ret)
		ret = ec2_db_int(ec2, &found,
				 "SELECT 1 FROM security_group_rules WHERE id = ?"
				 " AND security_group = ? AND egress = ?",
				 "ssb", id, group, egress);
	else
		return ret;
	if (!ret)
		ret = ec2_fail(ec2, -ENOENT, "InvalidSecurityGroupRuleId.NotFound",
			       "The security group rule ID '%s' does not exist in the group '%s'",
			       id, group);
	return ret < 0 ? ret : 0;
}

static int not_found(struct ec2 *ec2)
{
	return ec2_fail(ec2, -ENOENT, "InvalidPermission.NotFound",
			"The specified rule does not exist in this security group.");
}

/* ---- the one rule that ingress can have beside ip_permissions ---- */

struct single {
	struct ec2_ip_permission permission;
	struct ec2_ip_range range;
	struct ec2_user_id_group_pair pair;
	struct ec2_list list; /* what the request says, in either way */
};

static int take_single(struct ec2 *ec2,
		       const struct ec2_authorize_security_group_ingress_request *r,
		       struct single *single)
{
	bool one = r->cidr_ip || r->ip_protocol || r->source_security_group_name;

	single->list = r->ip_permissions;
	if (!one)
		return 0;
	if (r->ip_permissions.n)
		return ec2_fail(
			ec2, -EINVAL, "InvalidParameterCombination",
			"The parameter ipPermissions cannot be used with those of one rule");
	single->permission.from_port = r->from_port;
	single->permission.to_port = r->to_port;
	single->permission.ip_protocol = r->ip_protocol;
	if (r->cidr_ip) {
		single->range.cidr_ip = r->cidr_ip;
		single->permission.ip_ranges = (struct ec2_list){&single->range, 1};
	}
	if (r->source_security_group_name) {
		single->pair.group_name = r->source_security_group_name;
		single->pair.user_id = r->source_security_group_owner_id;
		single->permission.user_id_group_pairs = (struct ec2_list){&single->pair, 1};
		/* without a protocol all of the group's traffic is meant */
		if (!r->ip_protocol)
			single->permission.ip_protocol = "-1";
	}
	if (!single->permission.ip_protocol)
		return ec2_fail(ec2, -EINVAL, "MissingParameter",
				"The request must contain the parameter IpProtocol");
	single->list = (struct ec2_list){&single->permission, 1};
	return 0;
}

/* ---- authorize ---- */

static int authorize(struct ec2 *ec2, const char *group, bool egress,
		     const struct ec2_list *permissions, const struct ec2_list *tags,
		     struct ec2_list *answer)
{
	static const char *const taggable[] = {"security-group-rule", NULL};
	struct ec2_rules rules = {0};
	int ret = ec2_check_tag_specifications(ec2, tags, taggable);

	if (!ret && !permissions->n)
		ret = ec2_fail(ec2, -EINVAL, "MissingParameter",
			       "The request must contain the parameter ipPermissions");
	if (!ret)
		ret = ec2_rules_parse(ec2, group, egress, permissions, &rules);
	for (size_t i = 0; !ret && i < rules.n; i++)
		ret = insert(ec2, group, &rules.items[i], tags, answer);
	free(rules.items);
	return ret ? ret : ec2_check_rules_quota(ec2, group);
}

static int authorize_security_group_ingress(
	struct ec2 *ec2, const struct ec2_authorize_security_group_ingress_request *r,
	struct ec2_authorize_security_group_ingress_response *response)
{
	struct single single = {0};
	char *group;
	int ret = ec2_group_find(ec2, r->group_id, r->group_name, &group);

	if (!ret)
		ret = take_single(ec2, r, &single);
	if (!ret)
		ret = authorize(ec2, group, false, &single.list, &r->tag_specifications,
				&response->security_group_rules);
	free(group);
	response->return_value = !ret;
	return ret;
}
EC2_CHANGE(authorize_security_group_ingress)

static int authorize_security_group_egress(
	struct ec2 *ec2, const struct ec2_authorize_security_group_egress_request *r,
	struct ec2_authorize_security_group_egress_response *response)
{
	int ret = ec2_check_id(ec2, "sg", r->group_id);

	if (!ret)
		ret = authorize(ec2, r->group_id, true, &r->ip_permissions, &r->tag_specifications,
				&response->security_group_rules);
	response->return_value = !ret;
	return ret;
}
EC2_CHANGE(authorize_security_group_egress)

/* ---- revoke ---- */

static int revoke(struct ec2 *ec2, const char *group, bool egress,
		  const struct ec2_list *permissions, const struct ec2_strings *ids)
{
	struct ec2_rules rules = {0};
	int ret = 0;

	if (!permissions->n && !ids->n)
		return ec2_fail(ec2, -EINVAL, "MissingParameter",
				"The request must contain the parameter ipPermissions or"
				" securityGroupRuleIds");
	for (size_t i = 0; !ret && i < ids->n; i++) {
		ret = check_rule(ec2, group, egress, ids->items[i]);
		if (!ret)
			ret = ec2_record_delete(ec2, "security_group_rules", ids->items[i]);
	}
	if (!ret)
		ret = ec2_rules_parse(ec2, group, egress, permissions, &rules);
	for (size_t i = 0; !ret && i < rules.n; i++) {
		char *id = NULL;

		ret = find_same(ec2, group, &rules.items[i], &id);
		if (ret >= 0)
			ret = ret ? ec2_record_delete(ec2, "security_group_rules", id)
				  : not_found(ec2);
		free(id);
	}
	free(rules.items);
	return ret;
}

static int revoke_security_group_ingress(
	struct ec2 *ec2, const struct ec2_revoke_security_group_ingress_request *r,
	struct ec2_revoke_security_group_ingress_response *response)
{
	const struct ec2_authorize_security_group_ingress_request said = {
		.cidr_ip = r->cidr_ip,
		.from_port = r->from_port,
		.to_port = r->to_port,
		.ip_protocol = r->ip_protocol,
		.ip_permissions = r->ip_permissions,
		.source_security_group_name = r->source_security_group_name,
		.source_security_group_owner_id = r->source_security_group_owner_id,
	};
	struct single single = {0};
	char *group;
	int ret = ec2_group_find(ec2, r->group_id, r->group_name, &group);

	if (!ret)
		ret = take_single(ec2, &said, &single);
	if (!ret)
		ret = revoke(ec2, group, false, &single.list, &r->security_group_rule_ids);
	free(group);
	response->return_value = !ret;
	return ret;
}
EC2_CHANGE(revoke_security_group_ingress)

static int revoke_security_group_egress(struct ec2 *ec2,
					const struct ec2_revoke_security_group_egress_request *r,
					struct ec2_revoke_security_group_egress_response *response)
{
	int ret = ec2_check_id(ec2, "sg", r->group_id);

	if (!ret)
		ret = revoke(ec2, r->group_id, true, &r->ip_permissions,
			     &r->security_group_rule_ids);
	response->return_value = !ret;
	return ret;
}
EC2_CHANGE(revoke_security_group_egress)

/* ---- modify ---- */

static int modify_one(struct ec2 *ec2, const char *group,
		      const struct ec2_security_group_rule_update *update)
{
	const char *id = update->security_group_rule_id;
	struct ec2_rule rule;
	char *same = NULL;
	int64_t egress = 0;
	int ret = ec2_check_id(ec2, "sgr", id);

	if (!ret)
		ret = ec2_db_int(ec2, &egress,
				 "SELECT egress FROM security_group_rules WHERE id = ?", "s", id);
	if (ret >= 0)
		ret = check_rule(ec2, group, egress, id);
	if (!ret)
		ret = ec2_rule_parse(ec2, group, egress, &update->security_group_rule, &rule);
	if (!ret)
		ret = find_same(ec2, group, &rule, &same);
	if (ret > 0)
		ret = strcmp(same, id) ? duplicate(ec2, &rule) : 0;
	free(same);
	if (!ret)
		ret = ec2_db_run(ec2,
				 "UPDATE security_group_rules SET protocol = ?, from_port = ?,"
				 " to_port = ?, kind = ?, peer = ?, description = ? WHERE id = ?",
				 "siissss", rule.protocol, rule.from, rule.to, rule.kind, rule.peer,
				 rule.description, id);
	return ret;
}

static int modify_security_group_rules(struct ec2 *ec2,
				       const struct ec2_modify_security_group_rules_request *r,
				       struct ec2_modify_security_group_rules_response *response)
{
	const struct ec2_security_group_rule_update *updates = r->security_group_rules.items;
	int ret = ec2_check_id(ec2, "sg", r->group_id);

	for (size_t i = 0; !ret && i < r->security_group_rules.n; i++)
		ret = modify_one(ec2, r->group_id, &updates[i]);
	if (!ret)
		ret = ec2_check_rules_quota(ec2, r->group_id);
	response->return_value = !ret;
	return ret;
}
EC2_CHANGE(modify_security_group_rules)

/* ---- descriptions ---- */

static int describe_rule(struct ec2 *ec2, const char *id, const char *description)
{
	return ec2_db_run(ec2, "UPDATE security_group_rules SET description = ? WHERE id = ?", "ss",
			  description, id);
}

static int describe_by_id(struct ec2 *ec2, const char *group, bool egress,
			  const struct ec2_list *list)
{
	const struct ec2_security_group_rule_description *items = list->items;
	int ret = 0;

	for (size_t i = 0; !ret && i < list->n; i++) {
		ret = check_rule(ec2, group, egress, items[i].security_group_rule_id);
		if (!ret)
			ret = ec2_check_description(ec2, "rule description", items[i].description);
		if (!ret)
			ret = describe_rule(ec2, items[i].security_group_rule_id,
					    items[i].description);
	}
	return ret;
}

static int describe_by_permission(struct ec2 *ec2, const char *group, bool egress,
				  const struct ec2_list *permissions)
{
	struct ec2_rules rules = {0};
	int ret = ec2_rules_parse(ec2, group, egress, permissions, &rules);

	for (size_t i = 0; !ret && i < rules.n; i++) {
		char *id = NULL;

		ret = find_same(ec2, group, &rules.items[i], &id);
		if (ret >= 0)
			ret = ret ? describe_rule(ec2, id, rules.items[i].description)
				  : not_found(ec2);
		free(id);
	}
	free(rules.items);
	return ret;
}

/* Both directions' requests have the same members. */
static int update_descriptions(
	struct ec2 *ec2, bool egress,
	const struct ec2_update_security_group_rule_descriptions_ingress_request *r,
	bool *return_value)
{
	char *group;
	int ret = ec2_group_find(ec2, r->group_id, r->group_name, &group);

	if (!ret && !r->ip_permissions.n == !r->security_group_rule_descriptions.n)
		ret = ec2_fail(ec2, -EINVAL,
			       r->ip_permissions.n ? "InvalidParameterCombination"
						   : "MissingParameter",
			       "The request must contain one of the parameters ipPermissions and"
			       " securityGroupRuleDescriptions");
	if (!ret)
		ret = describe_by_id(ec2, group, egress, &r->security_group_rule_descriptions);
	if (!ret)
		ret = describe_by_permission(ec2, group, egress, &r->ip_permissions);
	free(group);
	*return_value = !ret;
	return ret;
}

static int update_security_group_rule_descriptions_ingress(
	struct ec2 *ec2,
	const struct ec2_update_security_group_rule_descriptions_ingress_request *r,
	struct ec2_update_security_group_rule_descriptions_ingress_response *response)
{
	return update_descriptions(ec2, false, r, &response->return_value);
}
EC2_CHANGE(update_security_group_rule_descriptions_ingress)

static int update_security_group_rule_descriptions_egress(
	struct ec2 *ec2, const struct ec2_update_security_group_rule_descriptions_egress_request *r,
	struct ec2_update_security_group_rule_descriptions_egress_response *response)
{
	const struct ec2_update_security_group_rule_descriptions_ingress_request same = {
		.group_id = r->group_id,
		.group_name = r->group_name,
		.ip_permissions = r->ip_permissions,
		.security_group_rule_descriptions = r->security_group_rule_descriptions,
	};

	return update_descriptions(ec2, true, &same, &response->return_value);
}
EC2_CHANGE(update_security_group_rule_descriptions_egress)
