// SPDX-License-Identifier: LGPL-2.1-or-later
/* Network ACLs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/rule.h"

#define LAST_RULE 32766

static const struct ec2_filter_row filters[] = {
	{"association.association-id", "Associations.NetworkAclAssociationId", false},
	{"association.network-acl-id", "Associations.NetworkAclId", false},
	{"association.subnet-id", "Associations.SubnetId", false},
	{"default", "IsDefault", false},
	{"entry.cidr", "Entries.CidrBlock", false},
	{"entry.egress", "Entries.Egress", false},
	{"entry.icmp.code", "Entries.IcmpTypeCode.Code", false},
	{"entry.icmp.type", "Entries.IcmpTypeCode.Type", false},
	{"entry.ipv6-cidr", "Entries.Ipv6CidrBlock", false},
	{"entry.port-range.from", "Entries.PortRange.From", false},
	{"entry.port-range.to", "Entries.PortRange.To", false},
	{"entry.protocol", "Entries.Protocol", false},
	{"entry.rule-action", "Entries.RuleAction", false},
	{"entry.rule-number", "Entries.RuleNumber", false},
	{"network-acl-id", "NetworkAclId", false},
	{"owner-id", "OwnerId", false},
	{"vpc-id", "VpcId", false},
};

/* With the last rule of each direction, which is nobody's to change. */
#define ENTRIES                                                                            \
	EC2_SQL_LIST("json_object('CidrBlock', iif(kind = 'ipv4', cidr, NULL),"            \
		     " 'Egress', " EC2_SQL_BOOL("egress") ","                              \
		     " 'IcmpTypeCode', json_object('Code', icmp_code, 'Type', icmp_type)," \
		     " 'Ipv6CidrBlock', iif(kind = 'ipv6', cidr, NULL),"                   \
		     " 'PortRange', json_object('From', from_port, 'To', to_port),"        \
		     " 'Protocol', CAST(protocol AS TEXT), 'RuleAction', action,"          \
		     " 'RuleNumber', number)",                                             \
		     "*",                                                                  \
		     "(SELECT egress, number, protocol, action, kind, cidr, from_port,"    \
		     " to_port, icmp_type, icmp_code FROM network_acl_entries"             \
		     " WHERE acl = n.id UNION ALL SELECT column1, 32767, -1, 'deny',"      \
		     " 'ipv4', '0.0.0.0/0', NULL, NULL, NULL, NULL"                        \
		     " FROM (VALUES (0), (1))) ORDER BY egress DESC, number")
#define ASSOCIATIONS                                                                       \
	EC2_SQL_LIST("json_object('NetworkAclAssociationId', id, 'NetworkAclId', acl,"     \
		     " 'SubnetId', subnet)",                                               \
		     "id, acl, subnet",                                                    \
		     "network_acl_associations WHERE acl = n.id ORDER BY seq")

static const struct ec2_listing acl_listing = {
	.prefix = "acl",
	.ids = "NetworkAclIds",
	.items = "NetworkAcls",
	.shape = &ec2_shape_network_acl,
	.select = "SELECT seq, id, json_object("
		  "'Associations', " ASSOCIATIONS ", 'Entries', " ENTRIES ","
		  "'IsDefault', " EC2_SQL_BOOL("is_default") ","
		  "'NetworkAclId', id, 'Tags', " EC2_SQL_TAGS("n.id") ", 'VpcId', vpc,"
		  "'OwnerId', ?1) AS item FROM network_acls n",
	.filters = filters,
	.n_filters = sizeof(filters) / sizeof(filters[0]),
};

EC2_DESCRIBE(describe_network_acls, &acl_listing)

static int create_network_acl(struct ec2 *ec2, const struct ec2_create_network_acl_request *r,
			      struct ec2_create_network_acl_response *response)
{
	static const char *const taggable[] = {"network-acl", NULL};
	char id[EC2_ID_SIZE];
	int ret = ec2_check_id(ec2, "vpc", r->vpc_id);

	if (!ret)
		ret = ec2_check_tag_specifications(ec2, &r->tag_specifications, taggable);
	if (!ret)
		ret = ec2_check_quota(ec2, "SELECT count(*) FROM network_acls WHERE vpc = ?",
				      r->vpc_id, EC2_ACLS_PER_VPC, "NetworkAclLimitExceeded",
				      "network ACLs");
	if (!ret)
		ret = ec2_new_id(ec2, "acl", id);
	if (!ret)
		ret = ec2_db_run(ec2,
				 "INSERT INTO network_acls (id, vpc, created) VALUES (?, ?, ?)",
				 "ssi", id, r->vpc_id, ec2_now());
	if (!ret)
		ret = ec2_tag_resource(ec2, &r->tag_specifications, "network-acl", id);
	return ret ? ret : ec2_record_load(ec2, &acl_listing, id, &response->network_acl);
}
EC2_CHANGE(create_network_acl)

static int delete_network_acl(struct ec2 *ec2, const struct ec2_delete_network_acl_request *r)
{
	int64_t is_default = 0, found;
	int ret = ec2_check_id(ec2, "acl", r->network_acl_id);

	if (!ret)
		ret = ec2_db_int(ec2, &is_default,
				 "SELECT is_default FROM network_acls WHERE id = ?", "s",
				 r->network_acl_id);
	if (ret > 0 && is_default)
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			       "cannot delete default network ACL %s", r->network_acl_id);
	if (ret > 0)
		ret = ec2_db_int(ec2, &found,
				 "SELECT 1 FROM network_acl_associations WHERE acl = ?", "s",
				 r->network_acl_id);
	if (ret > 0)
		ret = ec2_fail(ec2, -EBUSY, "DependencyViolation",
			       "The networkAcl '%s' has dependencies and cannot be deleted.",
			       r->network_acl_id);
	return ret ? ret : ec2_record_delete(ec2, "network_acls", r->network_acl_id);
}
EC2_CHANGE_SILENT(delete_network_acl)

/* ---- entries ---- */

typedef struct ec2_create_network_acl_entry_request entry_request;

static int check_number(struct ec2 *ec2, int32_t number)
{
	if (number >= 1 && number <= LAST_RULE)
		return 0;
	return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			"Value (%d) for parameter ruleNumber is invalid. 1 to %d is expected",
			number, LAST_RULE);
}

/* A pair of numbers that belongs to the protocol, both within bounds. */
static int check_pair(struct ec2 *ec2, const struct ec2_int *a, const struct ec2_int *b, int least,
		      int most, const char *parameter)
{
	if (!a->is_set || !b->is_set)
		return ec2_fail(ec2, -EINVAL, "MissingParameter",
				"The request must contain the parameter %s", parameter);
	if (a->value < least || a->value > most || b->value < least || b->value > most)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Value (%d:%d) for parameter %s is invalid. %d to %d is expected",
				a->value, b->value, parameter, least, most);
	return 0;
}

static int check_ports(struct ec2 *ec2, int protocol, const entry_request *r)
{
	const struct ec2_port_range *ports = &r->port_range;
	int ret = 0;

	if (protocol == 6 || protocol == 17) {
		ret = check_pair(ec2, &ports->from, &ports->to, 0, 65535, "portRange");
		if (!ret && ports->from.value > ports->to.value)
			ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				       "Invalid TCP/UDP port range (%d:%d)", ports->from.value,
				       ports->to.value);
	} else if (protocol == 1 || protocol == 58) {
		ret = check_pair(ec2, &r->icmp_type_code.type, &r->icmp_type_code.code, -1, 255,
				 "icmpTypeCode");
	}
	return ret;
}

static const struct ec2_int *used(bool wanted, const struct ec2_int *number)
{
	static const struct ec2_int absent;

	return wanted ? number : &absent;
}

/* Numbers that are absent are NULL in the record, and so are those that the protocol has not. */
static int write_entry(struct ec2 *ec2, const entry_request *r, int protocol,
		       const struct ec2_cidr *cidr)
{
	bool ports = protocol == 6 || protocol == 17, icmp = protocol == 1 || protocol == 58;
	const struct ec2_int *from = used(ports, &r->port_range.from);
	const struct ec2_int *to = used(ports, &r->port_range.to);
	const struct ec2_int *type = used(icmp, &r->icmp_type_code.type);
	const struct ec2_int *code = used(icmp, &r->icmp_type_code.code);

	return ec2_db_run(ec2,
			  "REPLACE INTO network_acl_entries (acl, egress, number, protocol, action,"
			  " kind, cidr, from_port, to_port, icmp_type, icmp_code)"
			  " VALUES (?, ?, ?, ?, ?, ?, ?, iif(?, ?, NULL), iif(?, ?, NULL),"
			  " iif(?, ?, NULL), iif(?, ?, NULL))",
			  "sbiisssbibibibi", r->network_acl_id, r->egress, (int64_t)r->rule_number,
			  (int64_t)protocol, r->rule_action, cidr->v6 ? "ipv6" : "ipv4", cidr->text,
			  from->is_set, (int64_t)from->value, to->is_set, (int64_t)to->value,
			  type->is_set, (int64_t)type->value, code->is_set, (int64_t)code->value);
}

static int check_entry(struct ec2 *ec2, const entry_request *r, int *protocol,
		       struct ec2_cidr *cidr)
{
	int ret = ec2_check_id(ec2, "acl", r->network_acl_id);

	if (!ret)
		ret = check_number(ec2, r->rule_number);
	if (!ret && strcmp(r->rule_action, "allow") && strcmp(r->rule_action, "deny"))
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			       "Value (%s) for parameter ruleAction is invalid. allow or deny is"
			       " expected",
			       r->rule_action);
	if (!ret && ec2_protocol_parse(r->protocol, protocol))
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			       "Value (%s) for parameter protocol is invalid. Unknown protocol.",
			       r->protocol);
	if (!ret)
		ret = check_ports(ec2, *protocol, r);
	if (!ret && !r->cidr_block == !r->ipv6_cidr_block)
		ret = ec2_fail(ec2, -EINVAL,
			       r->cidr_block ? "InvalidParameterCombination" : "MissingParameter",
			       "The request must contain exactly one of: cidrBlock, ipv6CidrBlock");
	if (ret)
		return ret;
	return ec2_parse_cidr(ec2, r->cidr_block ? "cidrBlock" : "ipv6CidrBlock",
			      r->cidr_block ? r->cidr_block : r->ipv6_cidr_block, !r->cidr_block,
			      cidr);
}

static int find_entry(struct ec2 *ec2, const char *acl, bool egress, int32_t number)
{
	int64_t found;

	return ec2_db_int(ec2, &found,
			  "SELECT 1 FROM network_acl_entries WHERE acl = ? AND egress = ?"
			  " AND number = ?",
			  "sbi", acl, egress, (int64_t)number);
}

static int no_entry(struct ec2 *ec2, const char *acl, int32_t number)
{
	return ec2_fail(ec2, -ENOENT, "InvalidNetworkAclEntry.NotFound",
			"The network acl entry identified by %d does not exist in %s", number, acl);
}

static int check_quota(struct ec2 *ec2, const entry_request *r)
{
	const char *count = r->egress ? "SELECT count(*) FROM network_acl_entries WHERE acl = ?"
					" AND egress"
				      : "SELECT count(*) FROM network_acl_entries WHERE acl = ?"
					" AND NOT egress";

	return ec2_check_quota(ec2, count, r->network_acl_id, EC2_ENTRIES_PER_ACL,
			       "NetworkAclEntryLimitExceeded", "network ACL entries");
}

static int create_network_acl_entry(struct ec2 *ec2, const entry_request *r)
{
	struct ec2_cidr cidr;
	int protocol;
	int ret = check_entry(ec2, r, &protocol, &cidr);

	if (!ret)
		ret = find_entry(ec2, r->network_acl_id, r->egress, r->rule_number);
	if (ret > 0)
		ret = ec2_fail(ec2, -EEXIST, "NetworkAclEntryAlreadyExists",
			       "The network acl entry identified by %d already exists.",
			       r->rule_number);
	if (!ret)
		ret = check_quota(ec2, r);
	return ret ? ret : write_entry(ec2, r, protocol, &cidr);
}
EC2_CHANGE_SILENT(create_network_acl_entry)

static int replace_network_acl_entry(struct ec2 *ec2,
				     const struct ec2_replace_network_acl_entry_request *r)
{
	const entry_request said = {
		.cidr_block = r->cidr_block,
		.egress = r->egress,
		.icmp_type_code = r->icmp_type_code,
		.ipv6_cidr_block = r->ipv6_cidr_block,
		.network_acl_id = r->network_acl_id,
		.port_range = r->port_range,
		.protocol = r->protocol,
		.rule_action = r->rule_action,
		.rule_number = r->rule_number,
	};
	struct ec2_cidr cidr;
	int protocol;
	int ret = check_entry(ec2, &said, &protocol, &cidr);

	if (ret)
		return ret;
	ret = find_entry(ec2, r->network_acl_id, r->egress, r->rule_number);
	if (!ret)
		ret = no_entry(ec2, r->network_acl_id, r->rule_number);
	return ret < 0 ? ret : write_entry(ec2, &said, protocol, &cidr);
}
EC2_CHANGE_SILENT(replace_network_acl_entry)

static int delete_network_acl_entry(struct ec2 *ec2,
				    const struct ec2_delete_network_acl_entry_request *r)
{
	int ret = ec2_check_id(ec2, "acl", r->network_acl_id);

	if (!ret)
		ret = check_number(ec2, r->rule_number);
	if (ret)
		return ret;
	ret = ec2_db_exec(ec2,
			  "DELETE FROM network_acl_entries WHERE acl = ? AND egress = ?"
			  " AND number = ?",
			  "sbi", r->network_acl_id, r->egress, (int64_t)r->rule_number);
	if (!ret)
		ret = no_entry(ec2, r->network_acl_id, r->rule_number);
	return ret < 0 ? ret : 0;
}
EC2_CHANGE_SILENT(delete_network_acl_entry)

/* ---- associations ---- */

/* Each subnet has one at all times: it gets another id, as in EC2. */
static int replace_network_acl_association(
	struct ec2 *ec2, const struct ec2_replace_network_acl_association_request *r,
	struct ec2_replace_network_acl_association_response *response)
{
	char id[EC2_ID_SIZE];
	int ret = ec2_check_id(ec2, "aclassoc", r->association_id);

	if (!ret)
		ret = ec2_check_id(ec2, "acl", r->network_acl_id);
	if (!ret)
		ret = ec2_new_id(ec2, "aclassoc", id);
	if (ret)
		return ret;
	ret = ec2_db_exec(ec2,
			  "UPDATE network_acl_associations SET id = ?1, acl = ?2 WHERE id = ?3"
			  " AND (SELECT vpc FROM subnets WHERE id = subnet) ="
			  " (SELECT vpc FROM network_acls WHERE id = ?2)",
			  "sss", id, r->network_acl_id, r->association_id);
	if (!ret)
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			       "networkAcl %s and the subnet of %s belong to different networks",
			       r->network_acl_id, r->association_id);
	if (ret < 0)
		return ret;
	response->new_association_id = strdup(id);
	return response->new_association_id ? 0 : ec2_fail_errno(ec2, -ENOMEM, "The answer");
}
EC2_CHANGE(replace_network_acl_association)
