// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/request.h"
#include "model/shapes.h"

#define S ec2_monitoring
static const struct ec2_field monitoring_fields[] = {
	STR("State", state, 0, NULL),
};
SHAPE(monitoring, "Monitoring", monitoring_fields)
#undef S

#define S ec2_placement
static const struct ec2_field placement_fields[] = {
	STR("AvailabilityZone", availability_zone, 0, "the zone; there is one"),
	STR("GroupName", group_name, EC2_F_HIDDEN, "accepted for EC2's sake"),
	STR("Tenancy", tenancy, EC2_F_HIDDEN, "default"),
};
SHAPE(placement, "Placement", placement_fields)
#undef S

#define S ec2_instance_state
static const struct ec2_field instance_state_fields[] = {
	INT("Code", code, EC2_F_HIDDEN, NULL),
	STR("Name", name, 0, NULL),
};
SHAPE(instance_state, "InstanceState", instance_state_fields)
#undef S

#define S ec2_ebs_instance_block_device
static const struct ec2_field ebs_instance_block_device_fields[] = {
	TIME("AttachTime", attach_time, 0, NULL),
	BOOL("DeleteOnTermination", delete_on_termination, 0, NULL),
	STR("Status", status, 0, NULL),
	STR("VolumeId", volume_id, 0, NULL),
};
SHAPE(ebs_instance_block_device, "EbsInstanceBlockDevice", ebs_instance_block_device_fields)
#undef S

#define S ec2_instance_block_device_mapping
static const struct ec2_field instance_block_device_mapping_fields[] = {
	STR("DeviceName", device_name, 0, NULL),
	SUB("Ebs", ebs, ebs_instance_block_device, 0, NULL),
};
SHAPE(instance_block_device_mapping, "InstanceBlockDeviceMapping",
      instance_block_device_mapping_fields)
#undef S

#define S ec2_group_identifier
static const struct ec2_field group_identifier_fields[] = {
	STR("GroupName", group_name, 0, NULL),
	STR("GroupId", group_id, 0, NULL),
};
SHAPE(group_identifier, "GroupIdentifier", group_identifier_fields)
#undef S

#define S ec2_cpu_options
static const struct ec2_field cpu_options_fields[] = {
	INT("CoreCount", core_count, EC2_F_ZERO_ABSENT, NULL),
	INT("ThreadsPerCore", threads_per_core, EC2_F_ZERO_ABSENT, NULL),
};
SHAPE(cpu_options, "CpuOptions", cpu_options_fields)
#undef S

#define S ec2_hibernation_options
static const struct ec2_field hibernation_options_fields[] = {
	BOOL("Configured", configured, 0, NULL),
};
SHAPE(hibernation_options, "HibernationOptions", hibernation_options_fields)
#undef S

#define S ec2_credit_specification
static const struct ec2_field credit_specification_fields[] = {
	STR("CpuCredits", cpu_credits, 0, "standard or unlimited"),
};
SHAPE(credit_specification, "CreditSpecification", credit_specification_fields)
#undef S

#define S ec2_instance_private_ip_address
static const struct ec2_field instance_private_ip_address_fields[] = {
	BOOL("Primary", primary, 0, NULL),
	STR("PrivateDnsName", private_dns_name, 0, NULL),
	STR("PrivateIpAddress", private_ip_address, 0, NULL),
};
SHAPE(instance_private_ip_address, "InstancePrivateIpAddress", instance_private_ip_address_fields)
#undef S

#define S ec2_instance_network_interface_attachment
static const struct ec2_field instance_network_interface_attachment_fields[] = {
	TIME("AttachTime", attach_time, 0, NULL),
	STR("AttachmentId", attachment_id, 0, NULL),
	BOOL("DeleteOnTermination", delete_on_termination, 0, NULL),
	INT("DeviceIndex", device_index, 0, NULL),
	STR("Status", status, 0, NULL),
};
SHAPE(instance_network_interface_attachment, "InstanceNetworkInterfaceAttachment",
      instance_network_interface_attachment_fields)
#undef S

#define S ec2_instance_network_interface
static const struct ec2_field instance_network_interface_fields[] = {
	SUB("Attachment", attachment, instance_network_interface_attachment, 0, NULL),
	STR("Description", description, 0, NULL),
	SUBS("Groups", groups, group_identifier, EC2_F_EMPTY_LIST, NULL),
	STR("MacAddress", mac_address, 0, NULL),
	STR("NetworkInterfaceId", network_interface_id, 0, NULL),
	STR("OwnerId", owner_id, 0, NULL),
	STR("PrivateDnsName", private_dns_name, 0, NULL),
	STR("PrivateIpAddress", private_ip_address, 0, NULL),
	SUBS("PrivateIpAddresses", private_ip_addresses, instance_private_ip_address,
	     EC2_F_EMPTY_LIST, NULL),
	BOOL("SourceDestCheck", source_dest_check, 0, NULL),
	STR("Status", status, 0, NULL),
	STR("SubnetId", subnet_id, 0, NULL),
	STR("VpcId", vpc_id, 0, NULL),
	STR("InterfaceType", interface_type, 0, NULL),
};
SHAPE(instance_network_interface, "InstanceNetworkInterface", instance_network_interface_fields)
#undef S

#define S ec2_instance
static const struct ec2_field instance_fields[] = {
	INT("AmiLaunchIndex", ami_launch_index, EC2_F_HIDDEN, NULL),
	STR("ImageId", image_id, EC2_F_LESS, NULL),
	STR("InstanceId", instance_id, 0, NULL),
	STR("InstanceType", instance_type, 0, NULL),
	STR("KernelId", kernel_id, EC2_F_HIDDEN, NULL),
	TIME("LaunchTime", launch_time, EC2_F_LESS, NULL),
	SUB("Monitoring", monitoring, monitoring, EC2_F_HIDDEN, NULL),
	SUB("Placement", placement, placement, EC2_F_HIDDEN, NULL),
	STR("PrivateDnsName", private_dns_name, EC2_F_HIDDEN, NULL),
	STR("PrivateIpAddress", private_ip_address, EC2_F_LESS, NULL),
	STR("PublicDnsName", public_dns_name, EC2_F_HIDDEN, NULL),
	STR("RamdiskId", ramdisk_id, EC2_F_HIDDEN, NULL),
	SUB("State", state, instance_state, 0, NULL),
	STR("StateTransitionReason", state_transition_reason, EC2_F_HIDDEN, NULL),
	STR("SubnetId", subnet_id, EC2_F_HIDDEN, NULL),
	STR("VpcId", vpc_id, EC2_F_HIDDEN, NULL),
	STR("Architecture", architecture, EC2_F_HIDDEN, NULL),
	SUBS("BlockDeviceMappings", block_device_mappings, instance_block_device_mapping,
	     EC2_F_EMPTY_LIST | EC2_F_HIDDEN, NULL),
	STR("ClientToken", client_token, EC2_F_HIDDEN, NULL),
	BOOL("EbsOptimized", ebs_optimized, EC2_F_HIDDEN, NULL),
	BOOL("EnaSupport", ena_support, EC2_F_HIDDEN, NULL),
	STR("Hypervisor", hypervisor, EC2_F_HIDDEN, NULL),
	SUBS("NetworkInterfaces", network_interfaces, instance_network_interface,
	     EC2_F_EMPTY_LIST | EC2_F_HIDDEN, NULL),
	STR("RootDeviceName", root_device_name, EC2_F_HIDDEN, NULL),
	STR("RootDeviceType", root_device_type, EC2_F_HIDDEN, NULL),
	SUBS("SecurityGroups", security_groups, group_identifier, EC2_F_EMPTY_LIST | EC2_F_HIDDEN,
	     NULL),
	TRI("SourceDestCheck", source_dest_check, EC2_F_HIDDEN, NULL),
	SUB("StateReason", state_reason, state_reason, EC2_F_HIDDEN, NULL),
	SUBS("Tags", tags, tag, 0, NULL),
	STR("VirtualizationType", virtualization_type, EC2_F_HIDDEN, NULL),
	SUB("CpuOptions", cpu_options, cpu_options, EC2_F_HIDDEN, NULL),
	SUB("HibernationOptions", hibernation_options, hibernation_options, EC2_F_HIDDEN, NULL),
	STR("PlatformDetails", platform_details, EC2_F_HIDDEN, NULL),
	STR("UsageOperation", usage_operation, EC2_F_HIDDEN, NULL),
};
SHAPE(instance, "Instance", instance_fields)
#undef S

#define S ec2_reservation
static const struct ec2_field reservation_fields[] = {
	SUBS("Groups", groups, group_identifier, EC2_F_EMPTY_LIST, NULL),
	SUBS("Instances", instances, instance, EC2_F_EMPTY_LIST, NULL),
	STR("OwnerId", owner_id, 0, NULL),
	STR("ReservationId", reservation_id, 0, NULL),
};
SHAPE(reservation, "Reservation", reservation_fields)
#undef S

#define S ec2_instance_state_change
static const struct ec2_field instance_state_change_fields[] = {
	SUB("CurrentState", current_state, instance_state, 0, NULL),
	STR("InstanceId", instance_id, 0, NULL),
	SUB("PreviousState", previous_state, instance_state, 0, NULL),
};
SHAPE(instance_state_change, "InstanceStateChange", instance_state_change_fields)
#undef S

#define S ec2_instance_status_details
static const struct ec2_field instance_status_details_fields[] = {
	STR("Name", name, 0, NULL),
	STR("Status", status, 0, NULL),
};
SHAPE(instance_status_details, "InstanceStatusDetails", instance_status_details_fields)
#undef S

#define S ec2_instance_status_summary
static const struct ec2_field instance_status_summary_fields[] = {
	SUBS("Details", details, instance_status_details, EC2_F_HIDDEN, NULL),
	STR("Status", status, 0, NULL),
};
SHAPE(instance_status_summary, "InstanceStatusSummary", instance_status_summary_fields)
#undef S

#define S ec2_instance_status
static const struct ec2_field instance_status_fields[] = {
	STR("AvailabilityZone", availability_zone, 0, NULL),
	STR("InstanceId", instance_id, 0, NULL),
	SUB("InstanceState", instance_state, instance_state, 0, NULL),
	SUB("InstanceStatus", instance_status, instance_status_summary, 0, NULL),
	SUB("SystemStatus", system_status, instance_status_summary, 0, NULL),
};
SHAPE(instance_status, "InstanceStatus", instance_status_fields)
#undef S

#define S ec2_attribute_value
static const struct ec2_field attribute_value_fields[] = {
	STR("Value", value, 0, "the value"),
};
SHAPE(attribute_value, "AttributeValue", attribute_value_fields)
#undef S

#define S ec2_attribute_boolean_value
static const struct ec2_field attribute_boolean_value_fields[] = {
	TRI("Value", value, 0, "true or false"),
};
SHAPE(attribute_boolean_value, "AttributeBooleanValue", attribute_boolean_value_fields)
#undef S
