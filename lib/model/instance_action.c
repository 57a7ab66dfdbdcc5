// SPDX-License-Identifier: LGPL-2.1-or-later
/* Requests and responses of the instance actions. */
#include "model/request.h"
#include "model/shapes.h"

#define INSTANCE_IDS STRS("InstanceIds", instance_ids, EC2_F_REQUIRED, "the instances (i-...)")
#define THESE_INSTANCES STRS("InstanceIds", instance_ids, 0, "these instances (i-...)")
#define INSTANCE_ID STR("InstanceId", instance_id, EC2_F_REQUIRED, "the instance (i-...)")

#define S ec2_run_instances_request
static const struct ec2_field run_instances_request_fields[] = {
	SUBS("BlockDeviceMappings", block_device_mappings, block_device_mapping, 0,
	     "DeviceName=NAME,Ebs={VolumeSize=GIB,DeleteOnTermination=true}"),
	STR("ImageId", image_id, EC2_F_REQUIRED, "the image to launch (ami-...)"),
	STR("InstanceType", instance_type, 0, "t3.micro if not given; see describe-instance-types"),
	STR("KernelId", kernel_id, 0, "boot this kernel (aki-...), not the one on the disk"),
	INT("MaxCount", max_count, EC2_F_ZERO_ABSENT, "launch up to this many"),
	INT("MinCount", min_count, EC2_F_ZERO_ABSENT, "launch at least this many, or none"),
	SUB("Placement", placement, placement, 0, "AvailabilityZone=ZONE"),
	STR("RamdiskId", ramdisk_id, 0, "with this RAM disk (ari-...)"),
	STRS("SecurityGroupIds", security_group_ids, 0, "the security groups (sg-...)"),
	STRS("SecurityGroups", security_groups, 0, "or their names, in the default VPC"),
	STR("SubnetId", subnet_id, 0, "the subnet; the default VPC's if not given"),
	STR("UserData", user_data, 0, "for the guest's cloud-init; up to 16 KiB"),
	STR("ClientToken", client_token, 0, "the same token never launches twice"),
	BOOL("DisableApiTermination", disable_api_termination, 0, "refuse terminate-instances"),
	DRY_RUN,
	BOOL("EbsOptimized", ebs_optimized, 0, "accepted for EC2's sake"),
	STR("InstanceInitiatedShutdownBehavior", instance_initiated_shutdown_behavior, 0,
	    "what the guest's own power-off does: stop or terminate"),
	STR("PrivateIpAddress", private_ip_address, 0, "an address of the subnet, for one instance"),
	TAG_SPECIFICATIONS,
	SUB("CreditSpecification", credit_specification, credit_specification, 0,
	    "CpuCredits=standard or unlimited"),
};
SHAPE(run_instances_request, "RunInstancesRequest", run_instances_request_fields)
#undef S

#define S ec2_run_instances_response
static const struct ec2_field run_instances_response_fields[] = {
	SUBS("Groups", groups, group_identifier, EC2_F_EMPTY_LIST, NULL),
	SUBS("Instances", instances, instance, EC2_F_EMPTY_LIST, NULL),
	STR("OwnerId", owner_id, 0, NULL),
	STR("ReservationId", reservation_id, 0, NULL),
};
SHAPE(run_instances_response, "Reservation", run_instances_response_fields)
#undef S

#define S ec2_describe_instances_request
static const struct ec2_field describe_instances_request_fields[] = {
	FILTERS, THESE_INSTANCES, DRY_RUN, MAX_RESULTS, NEXT_TOKEN,
};
SHAPE(describe_instances_request, "DescribeInstancesRequest", describe_instances_request_fields)
#undef S

#define S ec2_describe_instances_response
static const struct ec2_field describe_instances_response_fields[] = {
	STR("NextToken", next_token, 0, NULL),
	SUBS("Reservations", reservations, reservation, EC2_F_EMPTY_LIST, NULL),
};
SHAPE(describe_instances_response, "DescribeInstancesResult", describe_instances_response_fields)
#undef S

#define S ec2_describe_instance_status_request
static const struct ec2_field describe_instance_status_request_fields[] = {
	FILTERS,
	THESE_INSTANCES,
	MAX_RESULTS,
	NEXT_TOKEN,
	DRY_RUN,
	BOOL("IncludeAllInstances", include_all_instances, 0, "not the running ones only"),
};
SHAPE(describe_instance_status_request, "DescribeInstanceStatusRequest",
      describe_instance_status_request_fields)
#undef S

#define S ec2_describe_instance_status_response
static const struct ec2_field describe_instance_status_response_fields[] = {
	SUBS("InstanceStatuses", instance_statuses, instance_status, EC2_F_EMPTY_LIST, NULL),
	STR("NextToken", next_token, 0, NULL),
};
SHAPE(describe_instance_status_response, "DescribeInstanceStatusResult",
      describe_instance_status_response_fields)
#undef S

#define S ec2_start_instances_request
static const struct ec2_field start_instances_request_fields[] = {
	INSTANCE_IDS,
	DRY_RUN,
};
SHAPE(start_instances_request, "StartInstancesRequest", start_instances_request_fields)
#undef S

#define S ec2_start_instances_response
static const struct ec2_field start_instances_response_fields[] = {
	SUBS("StartingInstances", starting_instances, instance_state_change, EC2_F_EMPTY_LIST,
	     NULL),
};
SHAPE(start_instances_response, "StartInstancesResult", start_instances_response_fields)
#undef S

#define S ec2_stop_instances_request
static const struct ec2_field stop_instances_request_fields[] = {
	INSTANCE_IDS,
	BOOL("Hibernate", hibernate, 0, "refused: hibernation is not supported here"),
	DRY_RUN,
	BOOL("Force", force, 0, "cut off at once, without the guest's shutdown"),
};
SHAPE(stop_instances_request, "StopInstancesRequest", stop_instances_request_fields)
#undef S

#define S ec2_stop_instances_response
static const struct ec2_field stop_instances_response_fields[] = {
	SUBS("StoppingInstances", stopping_instances, instance_state_change, EC2_F_EMPTY_LIST,
	     NULL),
};
SHAPE(stop_instances_response, "StopInstancesResult", stop_instances_response_fields)
#undef S

#define S ec2_reboot_instances_request
static const struct ec2_field reboot_instances_request_fields[] = {
	INSTANCE_IDS,
	DRY_RUN,
};
SHAPE(reboot_instances_request, "RebootInstancesRequest", reboot_instances_request_fields)
#undef S

#define S ec2_terminate_instances_request
static const struct ec2_field terminate_instances_request_fields[] = {
	INSTANCE_IDS,
	DRY_RUN,
};
SHAPE(terminate_instances_request, "TerminateInstancesRequest", terminate_instances_request_fields)
#undef S

#define S ec2_terminate_instances_response
static const struct ec2_field terminate_instances_response_fields[] = {
	SUBS("TerminatingInstances", terminating_instances, instance_state_change, EC2_F_EMPTY_LIST,
	     NULL),
};
SHAPE(terminate_instances_response, "TerminateInstancesResult", terminate_instances_response_fields)
#undef S

#define S ec2_modify_instance_attribute_request
static const struct ec2_field modify_instance_attribute_request_fields[] = {
	STR("Attribute", attribute, 0, "the attribute that --value is for"),
	SUBS("BlockDeviceMappings", block_device_mappings, block_device_mapping, 0,
	     "DeviceName=NAME,Ebs={DeleteOnTermination=true}"),
	SUB("DisableApiTermination", disable_api_termination, attribute_boolean_value, 0,
	    "refuse terminate-instances"),
	DRY_RUN,
	SUB("EbsOptimized", ebs_optimized, attribute_boolean_value, 0, "accepted for EC2's sake"),
	STRS("Groups", groups, 0, "the security groups from now on (sg-...)"),
	INSTANCE_ID,
	SUB("InstanceInitiatedShutdownBehavior", instance_initiated_shutdown_behavior,
	    attribute_value, 0, "what the guest's own power-off does: stop or terminate"),
	SUB("InstanceType", instance_type, attribute_value, 0, "the type; only while stopped"),
	SUB("Kernel", kernel, attribute_value, 0, "the kernel (aki-...); only while stopped"),
	SUB("Ramdisk", ramdisk, attribute_value, 0, "the RAM disk (ari-...); only while stopped"),
	SUB("SourceDestCheck", source_dest_check, attribute_boolean_value, 0,
	    "whether it takes and sends only its own packets"),
	SUB("UserData", user_data, attribute_value, 0, "user data; only while stopped"),
	STR("Value", value, 0, "the value of --attribute"),
};
SHAPE(modify_instance_attribute_request, "ModifyInstanceAttributeRequest",
      modify_instance_attribute_request_fields)
#undef S

#define S ec2_describe_instance_attribute_request
static const struct ec2_field describe_instance_attribute_request_fields[] = {
	STR("Attribute", attribute, EC2_F_REQUIRED,
	    "instanceType, kernel, ramdisk, userData, disableApiTermination, rootDeviceName, "
	    "instanceInitiatedShutdownBehavior, blockDeviceMapping, ebsOptimized, "
	    "groupSet, sourceDestCheck"),
	DRY_RUN,
	INSTANCE_ID,
};
SHAPE(describe_instance_attribute_request, "DescribeInstanceAttributeRequest",
      describe_instance_attribute_request_fields)
#undef S

#define S ec2_describe_instance_attribute_response
static const struct ec2_field describe_instance_attribute_response_fields[] = {
	SUBS("BlockDeviceMappings", block_device_mappings, instance_block_device_mapping, 0, NULL),
	SUB("DisableApiTermination", disable_api_termination, attribute_boolean_value, 0, NULL),
	SUB("EbsOptimized", ebs_optimized, attribute_boolean_value, 0, NULL),
	SUBS("Groups", groups, group_identifier, 0, NULL),
	STR("InstanceId", instance_id, 0, NULL),
	SUB("InstanceInitiatedShutdownBehavior", instance_initiated_shutdown_behavior,
	    attribute_value, 0, NULL),
	SUB("InstanceType", instance_type, attribute_value, 0, NULL),
	SUB("KernelId", kernel_id, attribute_value, 0, NULL),
	SUB("RamdiskId", ramdisk_id, attribute_value, 0, NULL),
	SUB("RootDeviceName", root_device_name, attribute_value, 0, NULL),
	SUB("SourceDestCheck", source_dest_check, attribute_boolean_value, 0, NULL),
	SUB("UserData", user_data, attribute_value, 0, NULL),
};
SHAPE(describe_instance_attribute_response, "InstanceAttribute",
      describe_instance_attribute_response_fields)
#undef S

#define S ec2_get_console_output_request
static const struct ec2_field get_console_output_request_fields[] = {
	INSTANCE_ID,
	DRY_RUN,
	BOOL("Latest", latest, 0, "as it is now (always so here)"),
};
SHAPE(get_console_output_request, "GetConsoleOutputRequest", get_console_output_request_fields)
#undef S

#define S ec2_get_console_output_response
static const struct ec2_field get_console_output_response_fields[] = {
	STR("InstanceId", instance_id, 0, NULL),
	STR("Output", output, 0, NULL),
	TIME("Timestamp", timestamp, 0, NULL),
};
SHAPE(get_console_output_response, "GetConsoleOutputResult", get_console_output_response_fields)
#undef S
