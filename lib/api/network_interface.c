// SPDX-License-Identifier: LGPL-2.1-or-later
/* Network interfaces: actions. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/interface.h"
#include "store/interface.h"

#define MAX_DESCRIPTION 255

static const struct ec2_filter_row filters[] = {
	{"addresses.primary", "PrivateIpAddresses.Primary", false},
	{"addresses.private-ip-address", "PrivateIpAddresses.PrivateIpAddress", false},
	{"attachment.attach-time", "Attachment.AttachTime", false},
	{"attachment.attachment-id", "Attachment.AttachmentId", false},
	{"attachment.delete-on-termination", "Attachment.DeleteOnTermination", false},
	{"attachment.device-index", "Attachment.DeviceIndex", false},
	{"attachment.instance-id", "Attachment.InstanceId", false},
	{"attachment.instance-owner-id", "Attachment.InstanceOwnerId", false},
	{"attachment.status", "Attachment.Status", false},
	{"availability-zone", "AvailabilityZone", false},
	{"description", "Description", false},
	{"group-id", "Groups.GroupId", false},
	{"group-name", "Groups.GroupName", false},
	{"interface-type", "InterfaceType", false},
	{"mac-address", "MacAddress", false},
	{"network-interface-id", "NetworkInterfaceId", false},
	{"owner-id", "OwnerId", false},
	{"private-dns-name", "PrivateDnsName", false},
	{"private-ip-address", "PrivateIpAddress", false},
	{"requester-managed", "RequesterManaged", false},
	{"source-dest-check", "SourceDestCheck", false},
	{"status", "Status", false},
	{"subnet-id", "SubnetId", false},
	{"vpc-id", "VpcId", false},
};

static const struct ec2_listing interface_listing = {
	.prefix = "eni",
	.ids = "NetworkInterfaceIds",
	.items = "NetworkInterfaces",
	.shape = &ec2_shape_network_interface,
	.select = "SELECT n.seq AS seq, n.id AS id, json_object("
		  "'Attachment', json(iif(n.instance IS NULL, NULL, json_object("
		  " 'AttachTime', n.attached / 1000, 'AttachmentId', n.attachment,"
		  " 'DeleteOnTermination', " EC2_SQL_BOOL("n.delete_on_termination") ","
		  " 'DeviceIndex', n.device_index, 'InstanceId', n.instance,"
		  " 'InstanceOwnerId', ?1, 'Status', 'attached'))),"
		  "'AvailabilityZone', s.zone, 'Description', n.description,"
		  "'Groups', " EC2_SQL_INTERFACE_GROUPS ", 'InterfaceType', 'interface',"
		  "'MacAddress', n.mac, 'NetworkInterfaceId', n.id, 'OwnerId', ?1,"
		  "'PrivateDnsName', a.dns_name,"
		  "'PrivateIpAddress', " EC2_SQL_ADDRESS("a.address") ","
		  "'PrivateIpAddresses', " EC2_SQL_INTERFACE_ADDRESSES ","
		  "'SourceDestCheck', " EC2_SQL_BOOL("n.source_dest_check") ","
		  "'Status', iif(n.instance IS NULL, 'available', 'in-use'),"
		  "'SubnetId', n.subnet, 'TagSet', " EC2_SQL_TAGS("n.id") ", 'VpcId', n.vpc)"
		  " AS item FROM " EC2_SQL_INTERFACE " JOIN subnets s ON s.id = n.subnet",
	.filters = filters,
	.n_filters = sizeof(filters) / sizeof(filters[0]),
};

EC2_DESCRIBE(describe_network_interfaces, &interface_listing)

static int check_text(struct ec2 *ec2, const char *text)
{
	if (!text || strlen(text) <= MAX_DESCRIPTION)
		return 0;
	return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			"Value for parameter description is invalid. It may have up to %d"
			" characters",
			MAX_DESCRIPTION);
}

static int create_network_interface(struct ec2 *ec2,
				    const struct ec2_create_network_interface_request *r,
				    struct ec2_create_network_interface_response *response)
{
	static const char *const taggable[] = {"network-interface", NULL};
	struct ec2_interface interface = {
		.subnet = r->subnet_id, .description = r->description, .groups = &r->groups};
	char id[EC2_ID_SIZE];
	int ret = ec2_check_id(ec2, "subnet", r->subnet_id);

	if (!ret)
		ret = check_text(ec2, r->description);
	if (!ret)
		ret = ec2_check_tag_specifications(ec2, &r->tag_specifications, taggable);
	if (!ret)
		ret = ec2_check_groups(ec2, r->subnet_id, &r->groups);
	if (!ret)
		ret = ec2_check_address(ec2, r->subnet_id, r->private_ip_address,
					&interface.address);
	if (!ret)
		ret = ec2_interface_make(ec2, &interface, id);
	if (!ret)
		ret = ec2_tag_resource(ec2, &r->tag_specifications, "network-interface", id);
	return ret ? ret
		   : ec2_record_load(ec2, &interface_listing, id, &response->network_interface);
}
EC2_CHANGE(create_network_interface)

static int delete_network_interface(struct ec2 *ec2,
				    const struct ec2_delete_network_interface_request *r)
{
	int64_t found;
	int ret = ec2_check_id(ec2, "eni", r->network_interface_id);

	if (!ret)
		ret = ec2_db_int(
			ec2, &found,
			"SELECT 1 FROM network_interfaces WHERE id = ? AND instance IS NOT NULL",
			"s", r->network_interface_id);
	if (ret > 0)
		ret = ec2_fail(ec2, -EBUSY, "InvalidParameterValue",
			       "Network interface '%s' is currently in use.",
			       r->network_interface_id);
	return ret ? ret : ec2_record_delete(ec2, "network_interfaces", r->network_interface_id);
}
EC2_CHANGE_SILENT(delete_network_interface)

/* ---- attributes ---- */

static int set_attachment(struct ec2 *ec2, const char *id,
			  const struct ec2_network_interface_attachment_changes *changes)
{
	int ret;

	if (!changes->attachment_id || !changes->delete_on_termination)
		return ec2_fail(
			ec2, -EINVAL, "MissingParameter",
			"The request must contain the parameters Attachment.AttachmentId and"
			" Attachment.DeleteOnTermination");
	ret = ec2_check_form(ec2, "eni-attach", changes->attachment_id);
	if (ret)
		return ret;
	ret = ec2_db_exec(ec2,
			  "UPDATE network_interfaces SET delete_on_termination = ?"
			  " WHERE id = ? AND attachment = ?",
			  "bss", changes->delete_on_termination == EC2_TRUE, id,
			  changes->attachment_id);
	if (!ret)
		ret = ec2_fail(ec2, -ENOENT, "InvalidAttachmentID.NotFound",
			       "The interface attachment '%s' does not exist",
			       changes->attachment_id);
	return ret < 0 ? ret : 0;
}

static int change_groups(struct ec2 *ec2, const char *id, const struct ec2_strings *groups)
{
	char *subnet = NULL;
	int ret = ec2_db_text(ec2, &subnet, "SELECT subnet FROM network_interfaces WHERE id = ?",
			      "s", id);

	if (ret > 0)
		ret = ec2_check_groups(ec2, subnet, groups);
	free(subnet);
	return ret ? ret : ec2_set_groups(ec2, id, groups);
}

static int modify_network_interface_attribute(
	struct ec2 *ec2, const struct ec2_modify_network_interface_attribute_request *r)
{
	bool attachment = r->attachment.attachment_id || r->attachment.delete_on_termination;
	enum ec2_bool check = r->source_dest_check.value;
	int n = attachment + !!r->description.value + !!r->groups.n + !!check;
	const char *id = r->network_interface_id;
	int ret = ec2_check_id(ec2, "eni", id);

	if (!ret && n != 1)
		ret = ec2_fail(ec2, -EINVAL, n ? "InvalidParameterCombination" : "MissingParameter",
			       "The request must contain exactly one of: attachment, description,"
			       " groups, sourceDestCheck");
	if (!ret)
		ret = check_text(ec2, r->description.value);
	if (!ret && attachment)
		ret = set_attachment(ec2, id, &r->attachment);
	if (!ret && r->groups.n)
		ret = change_groups(ec2, id, &r->groups);
	if (!ret && r->description.value)
		ret = ec2_db_run(ec2, "UPDATE network_interfaces SET description = ? WHERE id = ?",
				 "ss", r->description.value, id);
	if (!ret && check)
		ret = ec2_db_run(ec2,
				 "UPDATE network_interfaces SET source_dest_check = ? WHERE id = ?",
				 "bs", check == EC2_TRUE, id);
	return ret;
}
EC2_CHANGE_SILENT(modify_network_interface_attribute)

/* One attribute of the interface moves into the answer. */
static int get_attribute(struct ec2_network_interface *from, const char *name,
			 struct ec2_describe_network_interface_attribute_response *to)
{
	if (strcmp(name, "attachment") == 0) {
		to->attachment = from->attachment;
		memset(&from->attachment, 0, sizeof(from->attachment));
	} else if (strcmp(name, "description") == 0) {
		to->description.value = from->description;
		from->description = NULL;
	} else if (strcmp(name, "groupSet") == 0) {
		to->groups = from->groups;
		memset(&from->groups, 0, sizeof(from->groups));
	} else if (strcmp(name, "sourceDestCheck") == 0) {
		to->source_dest_check.value = from->source_dest_check ? EC2_TRUE : EC2_FALSE;
	} else {
		return -EINVAL;
	}
	to->network_interface_id = from->network_interface_id;
	from->network_interface_id = NULL;
	return 0;
}

int ec2_describe_network_interface_attribute(
	struct ec2 *ec2, const struct ec2_describe_network_interface_attribute_request *r,
	struct ec2_describe_network_interface_attribute_response *response)
{
	struct ec2_network_interface interface = {0};
	int ret = ec2_enter(ec2, &ec2_shape_describe_network_interface_attribute_request, r, false);

	memset(response, 0, sizeof(*response));
	if (!ret)
		ret = ec2_check_id(ec2, "eni", r->network_interface_id);
	if (!ret)
		ret = ec2_record_load(ec2, &interface_listing, r->network_interface_id, &interface);
	if (ret > 0)
		ret = get_attribute(&interface, r->attribute, response)
			      ? ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
					 "Value (%s) for parameter attribute is invalid. Unknown"
					 " attribute.",
					 r->attribute)
			      : 0;
	if (!ret)
		ret = ec2_dry_run(ec2, r->dry_run);
	ec2_shape_clear(&ec2_shape_network_interface, &interface);
	if (ret)
		ec2_shape_clear(&ec2_shape_describe_network_interface_attribute_response, response);
	return ret;
}
