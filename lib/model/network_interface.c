// SPDX-License-Identifier: LGPL-2.1-or-later
/* Network interfaces. */
#include "model/request.h"
#include "model/shapes.h"

#define INTERFACE_ID \
	STR("NetworkInterfaceId", network_interface_id, EC2_F_REQUIRED, "the interface (eni-...)")

#define S ec2_network_interface_attachment
static const struct ec2_field network_interface_attachment_fields[] = {
	TIME("AttachTime", attach_time, EC2_F_HIDDEN, NULL),
	STR("AttachmentId", attachment_id, EC2_F_HIDDEN, NULL),
	TRI("DeleteOnTermination", delete_on_termination, EC2_F_HIDDEN, NULL),
	INT("DeviceIndex", device_index, EC2_F_HIDDEN, NULL),
	STR("InstanceId", instance_id, 0, NULL),
	STR("InstanceOwnerId", instance_owner_id, EC2_F_HIDDEN, NULL),
	STR("Status", status, EC2_F_HIDDEN, NULL),
};
SHAPE(network_interface_attachment, "NetworkInterfaceAttachment",
      network_interface_attachment_fields)
#undef S

#define S ec2_network_interface
static const struct ec2_field network_interface_fields[] = {
	SUB("Attachment", attachment, network_interface_attachment, 0, NULL),
	STR("AvailabilityZone", availability_zone, EC2_F_HIDDEN, NULL),
	STR("Description", description, EC2_F_LESS, NULL),
	SUBS("Groups", groups, group_identifier, EC2_F_EMPTY_LIST | EC2_F_HIDDEN, NULL),
	STR("InterfaceType", interface_type, EC2_F_HIDDEN, NULL),
	STR("MacAddress", mac_address, EC2_F_LESS, NULL),
	STR("NetworkInterfaceId", network_interface_id, 0, NULL),
	STR("OwnerId", owner_id, EC2_F_HIDDEN, NULL),
	STR("PrivateDnsName", private_dns_name, EC2_F_HIDDEN, NULL),
	STR("PrivateIpAddress", private_ip_address, 0, NULL),
	SUBS("PrivateIpAddresses", private_ip_addresses, instance_private_ip_address,
	     EC2_F_EMPTY_LIST | EC2_F_HIDDEN, NULL),
	BOOL("RequesterManaged", requester_managed, EC2_F_HIDDEN, NULL),
	BOOL("SourceDestCheck", source_dest_check, EC2_F_HIDDEN, NULL),
	STR("Status", status, 0, NULL),
	STR("SubnetId", subnet_id, 0, NULL),
	SUBS("TagSet", tag_set, tag, EC2_F_EMPTY_LIST, NULL),
	STR("VpcId", vpc_id, EC2_F_HIDDEN, NULL),
};
SHAPE(network_interface, "NetworkInterface", network_interface_fields)
#undef S

#define S ec2_network_interface_attachment_changes
static const struct ec2_field network_interface_attachment_changes_fields[] = {
	STR("AttachmentId", attachment_id, 0, "the attachment (eni-attach-...)"),
	TRI("DeleteOnTermination", delete_on_termination, 0, "whether it goes with the instance"),
};
SHAPE(network_interface_attachment_changes, "NetworkInterfaceAttachmentChanges",
      network_interface_attachment_changes_fields)
#undef S

#define S ec2_create_network_interface_request
REQUEST(create_network_interface, "CreateNetworkInterface",
	STR("Description", description, 0, "what it is for"), DRY_RUN,
	STRS("Groups", groups, 0, "the security groups (sg-...)"),
	STR("PrivateIpAddress", private_ip_address, 0, "its address; a free one if not given"),
	STR("SubnetId", subnet_id, EC2_F_REQUIRED, "the subnet (subnet-...)"), TAG_SPECIFICATIONS)
#undef S

#define S ec2_create_network_interface_response
RESPONSE(create_network_interface, "CreateNetworkInterface",
	 SUB("NetworkInterface", network_interface, network_interface, 0, NULL))
#undef S

#define S ec2_delete_network_interface_request
REQUEST(delete_network_interface, "DeleteNetworkInterface", DRY_RUN, INTERFACE_ID)
#undef S

#define S ec2_describe_network_interfaces_request
REQUEST(describe_network_interfaces, "DescribeNetworkInterfaces", FILTERS, DRY_RUN,
	STRS("NetworkInterfaceIds", network_interface_ids, 0, "these interfaces (eni-...)"),
	NEXT_TOKEN, MAX_RESULTS)
#undef S

#define S ec2_describe_network_interfaces_response
RESPONSE(describe_network_interfaces, "DescribeNetworkInterfaces",
	 SUBS("NetworkInterfaces", network_interfaces, network_interface, EC2_F_EMPTY_LIST, NULL),
	 STR("NextToken", next_token, 0, NULL))
#undef S

#define S ec2_modify_network_interface_attribute_request
REQUEST(modify_network_interface_attribute, "ModifyNetworkInterfaceAttribute",
	SUB("Attachment", attachment, network_interface_attachment_changes, 0,
	    "AttachmentId=ID,DeleteOnTermination=true"),
	SUB("Description", description, attribute_value, 0, "what it is for"), DRY_RUN,
	STRS("Groups", groups, 0, "the security groups from now on (sg-...)"), INTERFACE_ID,
	SUB("SourceDestCheck", source_dest_check, attribute_boolean_value, 0,
	    "whether it takes and sends only its own packets"))
#undef S

#define S ec2_describe_network_interface_attribute_request
REQUEST(describe_network_interface_attribute, "DescribeNetworkInterfaceAttribute",
	STR("Attribute", attribute, EC2_F_REQUIRED,
	    "description, groupSet, sourceDestCheck or attachment"),
	DRY_RUN, INTERFACE_ID)
#undef S

#define S ec2_describe_network_interface_attribute_response
RESPONSE(describe_network_interface_attribute, "DescribeNetworkInterfaceAttribute",
	 SUB("Attachment", attachment, network_interface_attachment, 0, NULL),
	 SUB("Description", description, attribute_value, 0, NULL),
	 SUBS("Groups", groups, group_identifier, 0, NULL),
	 STR("NetworkInterfaceId", network_interface_id, 0, NULL),
	 SUB("SourceDestCheck", source_dest_check, attribute_boolean_value, 0, NULL))
#undef S

#define S ec2_assigned_private_ip_address
static const struct ec2_field assigned_private_ip_address_fields[] = {
	STR("PrivateIpAddress", private_ip_address, 0, NULL),
};
SHAPE(assigned_private_ip_address, "AssignedPrivateIpAddress", assigned_private_ip_address_fields)
#undef S

#define S ec2_assign_private_ip_addresses_request
REQUEST(assign_private_ip_addresses, "AssignPrivateIpAddresses",
	BOOL("AllowReassignment", allow_reassignment, 0,
	     "take them from another interface of the subnet"),
	INTERFACE_ID,
	STRS("PrivateIpAddresses", private_ip_addresses, 0, "these addresses of the subnet"),
	INT("SecondaryPrivateIpAddressCount", secondary_private_ip_address_count,
	    EC2_F_ZERO_ABSENT, "or so many free ones"))
#undef S

#define S ec2_assign_private_ip_addresses_response
RESPONSE(assign_private_ip_addresses, "AssignPrivateIpAddresses",
	 STR("NetworkInterfaceId", network_interface_id, 0, NULL),
	 SUBS("AssignedPrivateIpAddresses", assigned_private_ip_addresses,
	      assigned_private_ip_address, EC2_F_EMPTY_LIST, NULL))
#undef S

#define S ec2_unassign_private_ip_addresses_request
REQUEST(unassign_private_ip_addresses, "UnassignPrivateIpAddresses", INTERFACE_ID,
	STRS("PrivateIpAddresses", private_ip_addresses, EC2_F_REQUIRED, "these addresses"))
#undef S
