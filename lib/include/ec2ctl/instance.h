/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Instances. */
#ifndef EC2CTL_INSTANCE_H
#define EC2CTL_INSTANCE_H

#include <ec2ctl/core.h>
#include <ec2ctl/image.h>
#include <ec2ctl/tag.h>

#ifdef __cplusplus
extern "C" {
#endif

/* EC2's Monitoring. */
struct ec2_monitoring {
	char *state; /* "disabled" */
};

/* EC2's Placement. */
struct ec2_placement {
	char *availability_zone;
	char *group_name;
	char *tenancy; /* "default" */
};

/* EC2's InstanceState. Codes: 0 pending, 16 running, 32 shutting-down, 48 terminated, 64 stopping,
 * 80 stopped. */
struct ec2_instance_state {
	int32_t code;
	char *name;
};

/* EC2's EbsInstanceBlockDevice. */
struct ec2_ebs_instance_block_device {
	int64_t attach_time; /* ms since 1970 */
	bool delete_on_termination;
	char *status; /* "attached" */
	char *volume_id;
};

/* EC2's InstanceBlockDeviceMapping. */
struct ec2_instance_block_device_mapping {
	char *device_name;
	struct ec2_ebs_instance_block_device ebs;
};

/* EC2's GroupIdentifier. */
struct ec2_group_identifier {
	char *group_name;
	char *group_id;
};

/* EC2's CpuOptions. */
struct ec2_cpu_options {
	int32_t core_count;
	int32_t threads_per_core;
};

/* EC2's HibernationOptions. */
struct ec2_hibernation_options {
	bool configured;
};

/* EC2's CreditSpecification. */
struct ec2_credit_specification {
	char *cpu_credits; /* "standard", "unlimited" */
};

/* EC2's InstancePrivateIpAddress. */
struct ec2_instance_private_ip_address {
	bool primary;
	char *private_dns_name;
	char *private_ip_address;
};

/* EC2's InstanceNetworkInterfaceAttachment. */
struct ec2_instance_network_interface_attachment {
	int64_t attach_time; /* ms since 1970 */
	char *attachment_id;
	bool delete_on_termination;
	int32_t device_index; /* 0: eth0 */
	char *status; /* "attached" */
};

/* EC2's InstanceNetworkInterface. */
struct ec2_instance_network_interface {
	struct ec2_instance_network_interface_attachment attachment;
	char *description;
	struct ec2_list groups; /* struct ec2_group_identifier */
	char *mac_address;
	char *network_interface_id;
	char *owner_id;
	char *private_dns_name;
	char *private_ip_address;
	struct ec2_list private_ip_addresses; /* struct ec2_instance_private_ip_address */
	bool source_dest_check;
	char *status; /* "in-use" */
	char *subnet_id;
	char *vpc_id;
	char *interface_type; /* "interface" */
};

/* EC2's Instance. What is of the network is absent without an interface: of terminated instances, and of
 * those that were launched before there were any. */
struct ec2_instance {
	int32_t ami_launch_index;
	char *image_id;
	char *instance_id;
	char *instance_type;
	char *kernel_id;
	int64_t launch_time; /* ms since 1970: the last start */
	struct ec2_monitoring monitoring;
	struct ec2_placement placement;
	char *private_dns_name; /* "ip-172-31-0-4.ec2.internal" */
	char *private_ip_address; /* kept over stop and start */
	char *public_dns_name;
	char *ramdisk_id;
	struct ec2_instance_state state;
	char *state_transition_reason; /* "User initiated (2026-01-02 03:04:05 GMT)" */
	char *subnet_id;
	char *vpc_id;
	char *architecture;
	struct ec2_list block_device_mappings; /* struct ec2_instance_block_device_mapping */
	char *client_token;
	bool ebs_optimized;
	bool ena_support;
	char *hypervisor;
	struct ec2_list network_interfaces; /* struct ec2_instance_network_interface */
	char *root_device_name;
	char *root_device_type;
	struct ec2_list security_groups; /* struct ec2_group_identifier */
	enum ec2_bool source_dest_check;
	struct ec2_state_reason state_reason;
	struct ec2_list tags; /* struct ec2_tag */
	char *virtualization_type;
	struct ec2_cpu_options cpu_options;
	struct ec2_hibernation_options hibernation_options;
	char *platform_details;
	char *usage_operation;
};

/* EC2's Reservation: what one RunInstances made. */
struct ec2_reservation {
	struct ec2_list groups; /* struct ec2_group_identifier */
	struct ec2_list instances; /* struct ec2_instance */
	char *owner_id;
	char *reservation_id;
};

/* EC2's InstanceStateChange. */
struct ec2_instance_state_change {
	struct ec2_instance_state current_state;
	char *instance_id;
	struct ec2_instance_state previous_state;
};

/* EC2's InstanceStatusDetails. */
struct ec2_instance_status_details {
	char *name; /* "reachability" */
	char *status; /* "passed", "failed", "initializing" */
};

/* EC2's InstanceStatusSummary. */
struct ec2_instance_status_summary {
	struct ec2_list details; /* struct ec2_instance_status_details */
	char *status; /* "ok", "impaired", "initializing", "not-applicable" */
};

/* EC2's InstanceStatus. */
struct ec2_instance_status {
	char *availability_zone;
	char *instance_id;
	struct ec2_instance_state instance_state;
	struct ec2_instance_status_summary instance_status;
	struct ec2_instance_status_summary system_status;
};

/* EC2's AttributeValue. */
struct ec2_attribute_value {
	char *value;
};

/* EC2's AttributeBooleanValue. */
struct ec2_attribute_boolean_value {
	enum ec2_bool value;
};

struct ec2_run_instances_request {
	struct ec2_list block_device_mappings; /* struct ec2_block_device_mapping */
	char *image_id; /* an image of type machine */
	char *instance_type; /* NULL: "t3.micro" */
	char *kernel_id; /* NULL: the image's, or the one on the image's disk */
	int32_t max_count; /* 0: 1 */
	int32_t min_count; /* 0: 1; fewer than these and none is launched */
	struct ec2_placement placement;
	char *ramdisk_id;
	struct ec2_strings security_group_ids; /* none: the VPC's default group */
	struct ec2_strings security_groups; /* or names, in the default VPC */
	char *subnet_id; /* NULL: the default VPC's */
	char *user_data; /* base64; 16 KiB when decoded */
	char *client_token; /* 64 ASCII characters; the same token never launches twice */
	bool disable_api_termination;
	bool dry_run;
	bool ebs_optimized;
	char *instance_initiated_shutdown_behavior; /* NULL: "stop"; or "terminate" */
	char *private_ip_address; /* of one instance; NULL: a free one of the subnet */
	struct ec2_list tag_specifications; /* struct ec2_tag_specification */
	struct ec2_credit_specification credit_specification;
};

/* One reservation, as EC2 answers. */
struct ec2_run_instances_response {
	struct ec2_list groups; /* struct ec2_group_identifier */
	struct ec2_list instances; /* struct ec2_instance */
	char *owner_id;
	char *reservation_id;
};

struct ec2_describe_instances_request {
	struct ec2_list filters; /* struct ec2_filter */
	struct ec2_strings instance_ids;
	bool dry_run;
	int32_t max_results; /* 5 to 1000; 0 = all */
	char *next_token;
};

struct ec2_describe_instances_response {
	char *next_token;
	struct ec2_list reservations; /* struct ec2_reservation */
};

struct ec2_describe_instance_status_request {
	struct ec2_list filters; /* struct ec2_filter */
	struct ec2_strings instance_ids;
	int32_t max_results; /* 5 to 1000; 0 = all */
	char *next_token;
	bool dry_run;
	bool include_all_instances; /* not the running ones only */
};

struct ec2_describe_instance_status_response {
	struct ec2_list instance_statuses; /* struct ec2_instance_status */
	char *next_token;
};

struct ec2_start_instances_request {
	struct ec2_strings instance_ids;
	bool dry_run;
};

struct ec2_start_instances_response {
	struct ec2_list starting_instances; /* struct ec2_instance_state_change */
};

struct ec2_stop_instances_request {
	struct ec2_strings instance_ids;
	bool hibernate; /* refused: UnsupportedHibernationConfiguration */
	bool dry_run;
	bool force; /* cut off at once, without the guest's shutdown */
};

struct ec2_stop_instances_response {
	struct ec2_list stopping_instances; /* struct ec2_instance_state_change */
};

struct ec2_reboot_instances_request {
	struct ec2_strings instance_ids;
	bool dry_run;
};

struct ec2_terminate_instances_request {
	struct ec2_strings instance_ids;
	bool dry_run;
};

struct ec2_terminate_instances_response {
	struct ec2_list terminating_instances; /* struct ec2_instance_state_change */
};

/* One attribute at a time: either its own member, or `attribute` and `value`. */
struct ec2_modify_instance_attribute_request {
	char *attribute; /* "instanceType", "kernel", "ramdisk", "userData", "disableApiTermination",
			    "instanceInitiatedShutdownBehavior", "ebsOptimized", "sourceDestCheck" */
	struct ec2_list
		block_device_mappings; /* struct ec2_block_device_mapping: DeleteOnTermination */
	struct ec2_attribute_boolean_value disable_api_termination;
	bool dry_run;
	struct ec2_attribute_boolean_value ebs_optimized;
	struct ec2_strings groups; /* ids: the security groups from now on */
	char *instance_id;
	struct ec2_attribute_value instance_initiated_shutdown_behavior;
	struct ec2_attribute_value
		instance_type; /* this and the next three: stopped instances only */
	struct ec2_attribute_value kernel;
	struct ec2_attribute_value ramdisk;
	struct ec2_attribute_boolean_value source_dest_check;
	struct ec2_attribute_value user_data; /* base64 */
	char *value;
};

struct ec2_describe_instance_attribute_request {
	char *attribute; /* as above, and "rootDeviceName", "blockDeviceMapping", "groupSet" */
	bool dry_run;
	char *instance_id;
};

/* EC2's InstanceAttribute: the attribute asked for, and the id. */
struct ec2_describe_instance_attribute_response {
	struct ec2_list block_device_mappings; /* struct ec2_instance_block_device_mapping */
	struct ec2_attribute_boolean_value disable_api_termination;
	struct ec2_attribute_boolean_value ebs_optimized;
	struct ec2_list groups; /* struct ec2_group_identifier */
	char *instance_id;
	struct ec2_attribute_value instance_initiated_shutdown_behavior;
	struct ec2_attribute_value instance_type;
	struct ec2_attribute_value kernel_id;
	struct ec2_attribute_value ramdisk_id;
	struct ec2_attribute_value root_device_name;
	struct ec2_attribute_boolean_value source_dest_check;
	struct ec2_attribute_value user_data; /* base64 */
};

struct ec2_get_console_output_request {
	char *instance_id;
	bool dry_run;
	bool latest; /* accepted for EC2's sake: the answer is always the latest */
};

struct ec2_get_console_output_response {
	char *instance_id;
	char *output; /* base64 of the newest 64 KiB */
	int64_t timestamp; /* ms since 1970: the last output */
};

/*
 * RunInstances: launch as many instances as there is room for, from MinCount to MaxCount, or none.
 * Returns when they are `pending` or `running`.
 * Errors: MissingParameter; InvalidAMIID.NotFound, .Malformed, .Unavailable;
 * InvalidParameterValue; InvalidInstanceType; InsufficientInstanceCapacity (memory, vCPUs);
 * InvalidBlockDeviceMapping; TagLimitExceeded; InvalidSubnetID.NotFound; InvalidGroup.NotFound;
 * InvalidIPAddress.InUse; InsufficientFreeAddressesInSubnet; VPCIdNotSpecified and MissingInput (no
 * default VPC or subnet); IdempotentParameterMismatch (the token with another
 * request); DryRunOperation; InternalError and those of the start: no module, no KVM, no permission.
 * Return: 0 or -errno.
 */
int ec2_run_instances(struct ec2 *ec2, const struct ec2_run_instances_request *request,
		      struct ec2_run_instances_response *response);
EC2_RESPONSE_FREE(run_instances, "RunInstances")

/*
 * DescribeInstances. Instances terminated an hour ago are no longer listed.
 * Errors: InvalidInstanceID.NotFound, .Malformed; InvalidParameterValue (filter, page);
 * InvalidParameterCombination (ids and MaxResults).
 * Return: 0 or -errno.
 */
int ec2_describe_instances(struct ec2 *ec2, const struct ec2_describe_instances_request *request,
			   struct ec2_describe_instances_response *response);
EC2_RESPONSE_FREE(describe_instances, "DescribeInstances")

/*
 * DescribeInstanceStatus: of the running instances, or of all with IncludeAllInstances.
 * Errors: as DescribeInstances. Return: 0 or -errno.
 */
int ec2_describe_instance_status(struct ec2 *ec2,
				 const struct ec2_describe_instance_status_request *request,
				 struct ec2_describe_instance_status_response *response);
EC2_RESPONSE_FREE(describe_instance_status, "DescribeInstanceStatus")

/*
 * StartInstances: all or none are checked, then each is started. Running ones are left alone.
 * Errors: InvalidInstanceID.NotFound, .Malformed; IncorrectInstanceState;
 * InsufficientInstanceCapacity; DryRunOperation; those of the start.
 * Return: 0 or -errno.
 */
int ec2_start_instances(struct ec2 *ec2, const struct ec2_start_instances_request *request,
			struct ec2_start_instances_response *response);
EC2_RESPONSE_FREE(start_instances, "StartInstances")

/*
 * StopInstances: press the power button; after two minutes, or at once with Force, cut off. Returns
 * while they are `stopping`.
 * Errors: as StartInstances; UnsupportedHibernationConfiguration; UnsupportedOperation (instance-store
 * root).
 * Return: 0 or -errno.
 */
int ec2_stop_instances(struct ec2 *ec2, const struct ec2_stop_instances_request *request,
		       struct ec2_stop_instances_response *response);
EC2_RESPONSE_FREE(stop_instances, "StopInstances")

/*
 * RebootInstances: ask the guests to shut down, and start them anew. Not a change of state.
 * Errors: as StartInstances. Return: 0 or -errno.
 */
int ec2_reboot_instances(struct ec2 *ec2, const struct ec2_reboot_instances_request *request);

/*
 * TerminateInstances: as StopInstances, for good. One bad id or protected instance and none is
 * terminated. Terminated instances may be named again.
 * Errors: InvalidInstanceID.NotFound, .Malformed; OperationNotPermitted (termination protection);
 * DryRunOperation.
 * Return: 0 or -errno.
 */
int ec2_terminate_instances(struct ec2 *ec2, const struct ec2_terminate_instances_request *request,
			    struct ec2_terminate_instances_response *response);
EC2_RESPONSE_FREE(terminate_instances, "TerminateInstances")

/*
 * ModifyInstanceAttribute. Type, kernel, RAM disk and user data change only while stopped.
 * Errors: InvalidInstanceID.NotFound, .Malformed; IncorrectInstanceState; MissingParameter;
 * InvalidParameterCombination (more than one attribute); InvalidParameterValue;
 * InvalidInstanceAttributeValue (instance type); DryRunOperation.
 * Return: 0 or -errno.
 */
int ec2_modify_instance_attribute(struct ec2 *ec2,
				  const struct ec2_modify_instance_attribute_request *request);

/*
 * DescribeInstanceAttribute. Errors: InvalidInstanceID.NotFound, .Malformed; InvalidParameterValue.
 * Return: 0 or -errno.
 */
int ec2_describe_instance_attribute(struct ec2 *ec2,
				    const struct ec2_describe_instance_attribute_request *request,
				    struct ec2_describe_instance_attribute_response *response);
EC2_RESPONSE_FREE(describe_instance_attribute, "DescribeInstanceAttribute")

/*
 * GetConsoleOutput: kept for an hour after termination.
 * Errors: InvalidInstanceID.NotFound, .Malformed. Return: 0 or -errno.
 */
int ec2_get_console_output(struct ec2 *ec2, const struct ec2_get_console_output_request *request,
			   struct ec2_get_console_output_response *response);
EC2_RESPONSE_FREE(get_console_output, "GetConsoleOutput")

#ifdef __cplusplus
}
#endif
#endif
