// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/noun.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/db.h"

#define IMAGE(prefix)                                                                             \
	{                                                                                         \
		prefix, "image", "SELECT 1 FROM images WHERE id = ? AND state <> 'deregistered'", \
			"InvalidAMIID.Malformed", "InvalidAMIID.NotFound",                        \
			"The image id '[%s]' does not exist"                                      \
	}

static const struct noun {
	const char *prefix;
	const char *type; /* as ResourceType says it */
	const char *exists;
	const char *malformed; /* codes */
	const char *not_found;
	const char *text; /* of the latter */
} nouns[] = {
	{"i", "instance", "SELECT 1 FROM instances WHERE id = ?", "InvalidInstanceID.Malformed",
	 "InvalidInstanceID.NotFound", "The instance ID '%s' does not exist"},
	IMAGE("ami"),
	IMAGE("aki"),
	IMAGE("ari"),
	{"vol", "volume", "SELECT 1 FROM volumes WHERE id = ? AND state <> 'deleting'",
	 "InvalidVolumeID.Malformed", "InvalidVolume.NotFound", "The volume '%s' does not exist."},
	{"vpc", "vpc", "SELECT 1 FROM vpcs WHERE id = ?", "InvalidVpcID.Malformed",
	 "InvalidVpcID.NotFound", "The vpc ID '%s' does not exist"},
	{"subnet", "subnet", "SELECT 1 FROM subnets WHERE id = ?", "InvalidSubnetID.Malformed",
	 "InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist"},
	{"sg", "security-group", "SELECT 1 FROM security_groups WHERE id = ?",
	 "InvalidGroupId.Malformed", "InvalidGroup.NotFound",
	 "The security group '%s' does not exist"},
	{"sgr", "security-group-rule", "SELECT 1 FROM security_group_rules WHERE id = ?",
	 "InvalidSecurityGroupRuleId.Malformed", "InvalidSecurityGroupRuleId.NotFound",
	 "The security group rule ID '%s' does not exist"},
	{"igw", "internet-gateway", "SELECT 1 FROM internet_gateways WHERE id = ?",
	 "InvalidInternetGatewayId.Malformed", "InvalidInternetGatewayID.NotFound",
	 "The internetGateway ID '%s' does not exist"},
	{"rtb", "route-table", "SELECT 1 FROM route_tables WHERE id = ?",
	 "InvalidRouteTableId.Malformed", "InvalidRouteTableID.NotFound",
	 "The routeTable ID '%s' does not exist"},
	{"acl", "network-acl", "SELECT 1 FROM network_acls WHERE id = ?",
	 "InvalidNetworkAclId.Malformed", "InvalidNetworkAclID.NotFound",
	 "The networkAcl ID '%s' does not exist"},
	{"eni", "network-interface", "SELECT 1 FROM network_interfaces WHERE id = ?",
	 "InvalidNetworkInterfaceId.Malformed", "InvalidNetworkInterfaceID.NotFound",
	 "The networkInterface ID '%s' does not exist"},
	{"pl", "prefix-list", "SELECT 1 FROM prefix_lists WHERE id = ?",
	 "InvalidPrefixListId.Malformed", "InvalidPrefixListID.NotFound",
	 "The prefix list ID '%s' does not exist"},
	/* these have no tags */
	{"rtbassoc", "", "SELECT 1 FROM route_table_associations WHERE id = ?",
	 "InvalidRouteTableAssociationId.Malformed", "InvalidAssociationID.NotFound",
	 "The association ID '%s' does not exist"},
	{"aclassoc", "", "SELECT 1 FROM network_acl_associations WHERE id = ?",
	 "InvalidNetworkAclAssociationId.Malformed", "InvalidAssociationID.NotFound",
	 "The association ID '%s' does not exist"},
	{"eni-attach", "", "SELECT 1 FROM network_interfaces WHERE attachment = ?",
	 "InvalidNetworkInterfaceAttachmentId.Malformed", "InvalidAttachmentID.NotFound",
	 "The interface attachment '%s' does not exist"},
};
#define N_NOUNS (sizeof(nouns) / sizeof(nouns[0]))

static const struct noun *noun_named(const char *prefix)
{
	size_t i;

	for (i = 0; i < N_NOUNS - 1 && strcmp(nouns[i].prefix, prefix); i++)
		;
	return &nouns[i];
}

static const struct noun *noun_of(const char *id)
{
	for (size_t i = 0; i < N_NOUNS; i++) {
		if (ec2_valid_id(id, nouns[i].prefix))
			return &nouns[i];
	}
	return NULL;
}

static int check(struct ec2 *ec2, const struct noun *noun, const char *id)
{
	char message[160];
	int64_t found;
	int ret = ec2_db_int(ec2, &found, noun->exists, "s", id);

	if (ret)
		return ret < 0 ? ret : 0;
	snprintf(message, sizeof(message), noun->text, id);
	return ec2_fail(ec2, -ENOENT, noun->not_found, "%s", message);
}

int ec2_check_form(struct ec2 *ec2, const char *prefix, const char *id)
{
	if (ec2_valid_id(id, prefix))
		return 0;
	return ec2_fail(ec2, -EINVAL, noun_named(prefix)->malformed,
			"Invalid id: \"%s\" (expecting \"%s-...\")", id, prefix);
}

int ec2_check_id(struct ec2 *ec2, const char *prefix, const char *id)
{
	int ret = ec2_check_form(ec2, prefix, id);

	return ret ? ret : check(ec2, noun_named(prefix), id);
}

int ec2_check_ids(struct ec2 *ec2, const char *prefix, const struct ec2_strings *ids)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < ids->n; i++)
		ret = ec2_check_id(ec2, prefix, ids->items[i]);
	return ret;
}

int ec2_check_any_id(struct ec2 *ec2, const char *id)
{
	const struct noun *noun = noun_of(id);

	if (noun && *noun->type)
		return check(ec2, noun, id);
	return ec2_fail(ec2, -EINVAL, "InvalidID", "The ID '%s' is not valid", id);
}

const char *ec2_id_type(const char *id)
{
	const struct noun *noun = noun_of(id);

	return noun ? noun->type : "";
}
