// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/rule.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT 255

int ec2_check_description(struct ec2 *ec2, const char *what, const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789 ._-:/()#,@[]+=&;{}!$*";

	if (!text || (strlen(text) <= MAX_TEXT && strspn(text, allowed) == strlen(text)))
		return 0;
	return ec2_fail(
		ec2, -EINVAL, "InvalidParameterValue",
		"Invalid %s. Valid descriptions are strings less than 256 characters from the"
		" following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
		what);
}

static int invalid(struct ec2 *ec2, const char *format, const char *text)
	__attribute__((format(printf, 2, 0)));

static int invalid(struct ec2 *ec2, const char *format, const char *text)
{
	char message[160];

	snprintf(message, sizeof(message), format, text);
	return ec2_fail(ec2, -EINVAL, "InvalidParameterValue", "%s", message);
}

/* ---- protocols and ports ---- */

static const struct protocol {
	const char *name;
	int number;
	int most; /* of ports, or ICMP types and codes; 0: neither */
	bool icmp;
} protocols[] = {
	{"tcp", 6, 65535, false},
	{"udp", 17, 65535, false},
	{"icmp", 1, 255, true},
	{"icmpv6", 58, 255, true},
};
#define N_PROTOCOLS (sizeof(protocols) / sizeof(protocols[0]))

int ec2_protocol_parse(const char *text, int *number)
{
	size_t digits = strspn(text, "0123456789");

	for (size_t i = 0; i < N_PROTOCOLS; i++) {
		if (strcasecmp(protocols[i].name, text) == 0) {
			*number = protocols[i].number;
			return 0;
		}
	}
	*number = atoi(text);
	if (strcmp(text, "-1") == 0)
		return 0;
	return digits && digits <= 3 && !text[digits] && *number <= 255 ? 0 : -EINVAL;
}

static int set_ports(struct ec2 *ec2, const struct protocol *protocol, const struct ec2_int *from,
		     const struct ec2_int *to, struct ec2_rule *rule)
{
	int least = protocol->icmp ? -1 : 0;
	char text[32];

	/* EC2 lets them be left out for ICMPv6 */
	rule->from = rule->to = -1;
	if (protocol->number == 58 && !from->is_set && !to->is_set)
		return 0;
	if (!from->is_set || !to->is_set)
		return invalid(ec2,
			       "Invalid value 'Must specify both from and to ports with %s.' for"
			       " portRange.",
			       protocol->icmp ? "ICMP" : "TCP/UDP");
	rule->from = from->value;
	rule->to = to->value;
	for (int i = 0; i < 2; i++) {
		int64_t value = i ? rule->to : rule->from;

		snprintf(text, sizeof(text), "%d", (int)value);
		if (value < least || value > protocol->most)
			return invalid(ec2,
				       protocol->icmp ? "ICMP type or code (%s) out of range"
						      : "TCP/UDP port (%s) out of range",
				       text);
	}
	snprintf(text, sizeof(text), "%d:%d", (int)rule->from, (int)rule->to);
	if (protocol->icmp ? rule->from == -1 && rule->to != -1 : rule->from > rule->to)
		return invalid(ec2,
			       protocol->icmp ? "Invalid ICMP type and code (%s)"
					      : "Invalid TCP/UDP port range (%s)",
			       text);
	return 0;
}

static int set_protocol(struct ec2 *ec2, const char *text, const struct ec2_int *from,
			const struct ec2_int *to, struct ec2_rule *rule)
{
	int number;

	rule->from = rule->to = -1;
	if (ec2_protocol_parse(text, &number))
		return invalid(ec2, "Invalid value '%s' for IP protocol. Unknown protocol.", text);
	for (size_t i = 0; i < N_PROTOCOLS; i++) {
		if (protocols[i].number != number)
			continue;
		snprintf(rule->protocol, sizeof(rule->protocol), "%s", protocols[i].name);
		return set_ports(ec2, &protocols[i], from, to, rule);
	}
	snprintf(rule->protocol, sizeof(rule->protocol), "%d", number);
	return 0;
}

/* ---- peers ---- */

static int set_cidr(struct ec2 *ec2, const char *text, bool v6, struct ec2_rule *rule)
{
	struct ec2_cidr cidr;

	if (ec2_cidr_parse(text, v6, &cidr))
		return invalid(ec2, "CIDR block %s is malformed", text);
	rule->kind = v6 ? "ipv6" : "ipv4";
	memcpy(rule->peer, cidr.text, sizeof(rule->peer));
	return 0;
}

static int set_prefix_list(struct ec2 *ec2, const char *id, struct ec2_rule *rule)
{
	int ret = ec2_check_id(ec2, "pl", id);

	rule->kind = "prefix-list";
	snprintf(rule->peer, sizeof(rule->peer), "%s", id);
	return ret;
}

/* A group of the same VPC as the rule's own. */
static int set_group(struct ec2 *ec2, const char *own, const struct ec2_user_id_group_pair *pair,
		     struct ec2_rule *rule)
{
	static const char select[] = "SELECT id FROM security_groups WHERE %s = ? AND vpc ="
				     " (SELECT vpc FROM security_groups WHERE id = ?)";
	const char *what = pair->group_id ? pair->group_id : pair->group_name;
	char sql[sizeof(select) + 8], *id = NULL;
	int ret = pair->group_id ? ec2_check_id(ec2, "sg", pair->group_id) : 0;

	if (!what)
		return ec2_fail(ec2, -EINVAL, "MissingParameter",
				"The request must contain the parameter groupName or groupId");
	if (ret)
		return ret;
	snprintf(sql, sizeof(sql), select, pair->group_id ? "id" : "name");
	ret = ec2_db_text(ec2, &id, sql, "ss", what, own);
	if (!ret)
		ret = ec2_fail(ec2, -ENOENT, "InvalidGroup.NotFound",
			       pair->group_id ? "You have specified two resources that belong to"
						" different networks: %s"
					      : "The security group '%s' does not exist",
			       what);
	else if (ret > 0 && pair->user_id && strcmp(pair->user_id, ec2->account))
		ret = ec2_fail(ec2, -ENOENT, "InvalidGroup.NotFound",
			       "The security group '%s' does not exist for the owner %s", what,
			       pair->user_id);
	rule->kind = "group";
	snprintf(rule->peer, sizeof(rule->peer), "%s", id ? id : "");
	free(id);
	return ret < 0 ? ret : 0;
}

/* ---- permissions ---- */

static bool same(const struct ec2_rule *a, const struct ec2_rule *b)
{
	return strcmp(a->protocol, b->protocol) == 0 && a->from == b->from && a->to == b->to &&
	       strcmp(a->peer, b->peer) == 0;
}

/* The rule at the end, with what its permission says of all its peers. */
static struct ec2_rule *add(struct ec2_rules *rules, const struct ec2_rule *base,
			    const char *description)
{
	struct ec2_rule *items = reallocarray(rules->items, rules->n + 1, sizeof(*items));

	if (!items)
		return NULL;
	rules->items = items;
	items[rules->n] = *base;
	items[rules->n].description = description;
	return &items[rules->n++];
}

static int check_new(struct ec2 *ec2, const struct ec2_rules *rules)
{
	const struct ec2_rule *last = &rules->items[rules->n - 1];

	for (size_t i = 0; i + 1 < rules->n; i++) {
		if (same(&rules->items[i], last))
			return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
					"The same permission must not appear multiple times");
	}
	return ec2_check_description(ec2, "rule description", last->description);
}

/* One list of a permission's peers: where it is, and what its items are. */
enum peers {
	IP_RANGES,
	IPV6_RANGES,
	PREFIX_LISTS,
	GROUPS,
	N_PEERS,
};

static int set_peer(struct ec2 *ec2, const char *group, enum peers which, const void *item,
		    struct ec2_rule *rule)
{
	switch (which) {
	case IP_RANGES:
		return set_cidr(ec2, ((const struct ec2_ip_range *)item)->cidr_ip, false, rule);
	case IPV6_RANGES:
		return set_cidr(ec2, ((const struct ec2_ipv6_range *)item)->cidr_ipv6, true, rule);
	case PREFIX_LISTS:
		return set_prefix_list(
			ec2, ((const struct ec2_prefix_list_id *)item)->prefix_list_id, rule);
	default:
		return set_group(ec2, group, item, rule);
	}
}

static int parse_peers(struct ec2 *ec2, const char *group, const struct ec2_rule *base,
		       enum peers which, const struct ec2_ip_permission *permission,
		       struct ec2_rules *rules)
{
	const struct {
		const struct ec2_list *list;
		size_t size, description;
	} peers[N_PEERS] = {
		[IP_RANGES] = {&permission->ip_ranges, sizeof(struct ec2_ip_range),
			       offsetof(struct ec2_ip_range, description)},
		[IPV6_RANGES] = {&permission->ipv6_ranges, sizeof(struct ec2_ipv6_range),
				 offsetof(struct ec2_ipv6_range, description)},
		[PREFIX_LISTS] = {&permission->prefix_list_ids, sizeof(struct ec2_prefix_list_id),
				  offsetof(struct ec2_prefix_list_id, description)},
		[GROUPS] = {&permission->user_id_group_pairs, sizeof(struct ec2_user_id_group_pair),
			    offsetof(struct ec2_user_id_group_pair, description)},
	};
	int ret = 0;

	for (size_t i = 0; !ret && i < peers[which].list->n; i++) {
		const char *item = (const char *)peers[which].list->items + i * peers[which].size;
		struct ec2_rule *rule =
			add(rules, base, *(char *const *)(item + peers[which].description));

		ret = rule ? set_peer(ec2, group, which, item, rule)
			   : ec2_fail_errno(ec2, -ENOMEM, "The request");
		if (!ret)
			ret = check_new(ec2, rules);
	}
	return ret;
}

int ec2_rules_parse(struct ec2 *ec2, const char *group, bool egress,
		    const struct ec2_list *permissions, struct ec2_rules *rules)
{
	const struct ec2_ip_permission *permission = permissions->items;
	int ret = 0;

	for (size_t i = 0; !ret && i < permissions->n; i++, permission++) {
		struct ec2_rule base = {.egress = egress};
		size_t before = rules->n;

		ret = set_protocol(ec2, permission->ip_protocol, &permission->from_port,
				   &permission->to_port, &base);
		for (enum peers which = 0; !ret && which < N_PEERS; which++)
			ret = parse_peers(ec2, group, &base, which, permission, rules);
		if (!ret && rules->n == before)
			ret = ec2_fail(ec2, -EINVAL, "MissingParameter",
				       "Missing source specification: include source security group"
				       " or CIDR information");
	}
	return ret;
}

int ec2_rule_parse(struct ec2 *ec2, const char *group, bool egress,
		   const struct ec2_security_group_rule_request *request, struct ec2_rule *rule)
{
	const struct ec2_user_id_group_pair pair = {.group_id = request->referenced_group_id};
	int n = !!request->cidr_ipv4 + !!request->cidr_ipv6 + !!request->prefix_list_id +
		!!request->referenced_group_id;
	int ret;

	memset(rule, 0, sizeof(*rule));
	rule->egress = egress;
	rule->description = request->description;
	if (!request->ip_protocol || n != 1)
		return ec2_fail(ec2, -EINVAL,
				n > 1 ? "InvalidParameterCombination" : "MissingParameter",
				"A rule must contain IpProtocol and one of CidrIpv4, CidrIpv6,"
				" PrefixListId and ReferencedGroupId");
	ret = set_protocol(ec2, request->ip_protocol, &request->from_port, &request->to_port, rule);
	if (!ret)
		ret = ec2_check_description(ec2, "rule description", rule->description);
	if (ret)
		return ret;
	if (request->cidr_ipv4)
		return set_cidr(ec2, request->cidr_ipv4, false, rule);
	if (request->cidr_ipv6)
		return set_cidr(ec2, request->cidr_ipv6, true, rule);
	if (request->prefix_list_id)
		return set_prefix_list(ec2, request->prefix_list_id, rule);
	return set_group(ec2, group, &pair, rule);
}
