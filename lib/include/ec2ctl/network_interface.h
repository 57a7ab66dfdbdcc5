/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Network interfaces. */
#ifndef EC2CTL_NETWORK_INTERFACE_H
#define EC2CTL_NETWORK_INTERFACE_H

#include <ec2ctl/core.h>
#include <ec2ctl/instance.h>
#include <ec2ctl/tag.h>

#ifdef __cplusplus
extern "C" {
#endif

/* EC2's NetworkInterfaceAttachment. */
struct ec2_network_interface_attachment {
	int64_t attach_time; /* ms since 1970 */
	char *attachment_id;
	enum ec2_bool delete_on_termination;
	int32_t device_index; /* 0: eth0 */
	char *instance_id;
	char *instance_owner_id;
	char *status; /* "attached" */
};

/* EC2's NetworkInterface. */
struct ec2_network_interface {
	struct ec2_network_interface_attachment attachment; /* absent: it is not attached */
	char *availability_zone;
	char *description;
	struct ec2_list groups; /* struct ec2_group_identifier */
	char *interface_type; /* "interface" */
	char *mac_address;
	char *network_interface_id;
	char *owner_id;
	char *private_dns_name;
	char *private_ip_address;
	struct ec2_list private_ip_addresses; /* struct ec2_instance_private_ip_address */
	bool requester_managed;
	bool source_dest_check;
	char *status; /* "available", "in-use" */
	char *subnet_id;
	struct ec2_list tag_set; /* struct ec2_tag */
	char *vpc_id;
};

/* EC2's NetworkInterfaceAttachmentChanges. */
struct ec2_network_interface_attachment_changes {
	char *attachment_id;
	enum ec2_bool delete_on_termination;
};

struct ec2_create_network_interface_request {
	char *description;
	bool dry_run;
	struct ec2_strings groups; /* none: the VPC's default group */
	char *private_ip_address; /* NULL: a free one of the subnet */
	char *subnet_id;
	struct ec2_list tag_specifications; /* struct ec2_tag_specification */
};

struct ec2_create_network_interface_response {
	struct ec2_network_interface network_interface;
};

struct ec2_delete_network_interface_request {
	bool dry_run;
	char *network_interface_id;
};

struct ec2_describe_network_interfaces_request {
	struct ec2_list filters; /* struct ec2_filter */
	bool dry_run;
	struct ec2_strings network_interface_ids;
	char *next_token;
	int32_t max_results; /* 5 to 1000; 0 = all */
};

struct ec2_describe_network_interfaces_response {
	struct ec2_list network_interfaces; /* struct ec2_network_interface */
	char *next_token;
};

/* One attribute at a time. */
struct ec2_modify_network_interface_attribute_request {
	struct ec2_network_interface_attachment_changes attachment;
	struct ec2_attribute_value description;
	bool dry_run;
	struct ec2_strings groups;
	char *network_interface_id;
	struct ec2_attribute_boolean_value source_dest_check;
};

struct ec2_describe_network_interface_attribute_request {
	char *attribute; /* "description", "groupSet", "sourceDestCheck", "attachment" */
	bool dry_run;
	char *network_interface_id;
};

struct ec2_describe_network_interface_attribute_response {
	struct ec2_network_interface_attachment attachment;
	struct ec2_attribute_value description;
	struct ec2_list groups; /* struct ec2_group_identifier */
	char *network_interface_id;
	struct ec2_attribute_boolean_value source_dest_check;
};

/* EC2's AssignedPrivateIpAddress. */
struct ec2_assigned_private_ip_address {
	char *private_ip_address;
};

/* Addresses, or how many. */
struct ec2_assign_private_ip_addresses_request {
	bool allow_reassignment; /* take them from another interface of the subnet */
	char *network_interface_id;
	struct ec2_strings private_ip_addresses;
	int32_t secondary_private_ip_address_count;
};

struct ec2_assign_private_ip_addresses_response {
	char *network_interface_id;
	struct ec2_list assigned_private_ip_addresses; /* struct ec2_assigned_private_ip_address */
};

struct ec2_unassign_private_ip_addresses_request {
	char *network_interface_id;
	struct ec2_strings private_ip_addresses;
};

/*
 * CreateNetworkInterface. Errors: InvalidSubnetID.NotFound, .Malformed; InvalidGroup.NotFound;
 * InvalidGroupId.Malformed; SecurityGroupsPerInterfaceLimitExceeded; InvalidParameterValue
 * (address); InvalidIPAddress.InUse; InsufficientFreeAddressesInSubnet; tags. Return: 0 or -errno.
 */
int ec2_create_network_interface(struct ec2 *ec2,
				 const struct ec2_create_network_interface_request *request,
				 struct ec2_create_network_interface_response *response);
EC2_RESPONSE_FREE(create_network_interface, "CreateNetworkInterface")

/*
 * DeleteNetworkInterface. Errors: InvalidNetworkInterfaceID.NotFound;
 * InvalidNetworkInterfaceId.Malformed; InvalidParameterValue (in use). Return: 0 or -errno.
 */
int ec2_delete_network_interface(struct ec2 *ec2,
				 const struct ec2_delete_network_interface_request *request);

/*
 * DescribeNetworkInterfaces. Errors: InvalidNetworkInterfaceID.NotFound;
 * InvalidNetworkInterfaceId.Malformed; filters and pages. Return: 0 or -errno.
 */
int ec2_describe_network_interfaces(struct ec2 *ec2,
				    const struct ec2_describe_network_interfaces_request *request,
				    struct ec2_describe_network_interfaces_response *response);
EC2_RESPONSE_FREE(describe_network_interfaces, "DescribeNetworkInterfaces")

/*
 * ModifyNetworkInterfaceAttribute. Errors: InvalidNetworkInterfaceID.NotFound;
 * InvalidNetworkInterfaceId.Malformed; InvalidAttachmentID.NotFound; MissingParameter;
 * InvalidParameterCombination (more than one); groups as for creating. Return: 0 or -errno.
 */
int ec2_modify_network_interface_attribute(
	struct ec2 *ec2, const struct ec2_modify_network_interface_attribute_request *request);

/*
 * DescribeNetworkInterfaceAttribute. Errors: InvalidNetworkInterfaceID.NotFound;
 * InvalidNetworkInterfaceId.Malformed; InvalidParameterValue. Return: 0 or -errno.
 */
int ec2_describe_network_interface_attribute(
	struct ec2 *ec2, const struct ec2_describe_network_interface_attribute_request *request,
	struct ec2_describe_network_interface_attribute_response *response);
EC2_RESPONSE_FREE(describe_network_interface_attribute, "DescribeNetworkInterfaceAttribute")

/*
 * AssignPrivateIpAddresses: more addresses of the subnet, these or free ones.
 * Errors: InvalidNetworkInterfaceID.NotFound; InvalidNetworkInterfaceId.Malformed; MissingParameter;
 * InvalidParameterCombination (both); InvalidParameterValue; InvalidIPAddress.InUse;
 * PrivateIpAddressLimitExceeded; InsufficientFreeAddressesInSubnet. Return: 0 or -errno.
 */
int ec2_assign_private_ip_addresses(struct ec2 *ec2,
				    const struct ec2_assign_private_ip_addresses_request *request,
				    struct ec2_assign_private_ip_addresses_response *response);
EC2_RESPONSE_FREE(assign_private_ip_addresses, "AssignPrivateIpAddresses")

/*
 * UnassignPrivateIpAddresses. Errors: InvalidNetworkInterfaceID.NotFound;
 * InvalidNetworkInterfaceId.Malformed; InvalidParameterValue (the primary one, or not its own).
 * Return: 0 or -errno.
 */
int ec2_unassign_private_ip_addresses(
	struct ec2 *ec2, const struct ec2_unassign_private_ip_addresses_request *request);

#ifdef __cplusplus
}
#endif
#endif
