/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Instance types: EC2's own, and those of the host in /etc/ec2ctl/instance-types.d. */
#ifndef EC2CTL_INSTANCE_TYPE_H
#define EC2CTL_INSTANCE_TYPE_H

#include <ec2ctl/core.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ec2_processor_info {
	struct ec2_strings supported_architectures;
};

struct ec2_vcpu_info {
	int32_t default_vcpus;
	int32_t default_cores;
	int32_t default_threads_per_core;
};

struct ec2_memory_info {
	int64_t size_in_mib;
};

struct ec2_disk_info {
	int64_t size_in_gb; /* of each, 10^9 bytes */
	int32_t count;
	char *type; /* "ssd", "hdd" */
};

struct ec2_instance_storage_info {
	int64_t total_size_in_gb;
	struct ec2_list disks; /* struct ec2_disk_info */
	char *nvme_support;
};

/* EC2's InstanceTypeInfo. */
struct ec2_instance_type_info {
	char *instance_type;
	bool current_generation;
	bool free_tier_eligible;
	struct ec2_strings supported_usage_classes;
	struct ec2_strings supported_root_device_types;
	struct ec2_strings supported_virtualization_types;
	bool bare_metal;
	char *hypervisor;
	struct ec2_processor_info processor_info;
	struct ec2_vcpu_info vcpu_info;
	struct ec2_memory_info memory_info;
	bool instance_storage_supported;
	struct ec2_instance_storage_info instance_storage_info;
	bool hibernation_supported;
	bool burstable_performance_supported;
	bool dedicated_hosts_supported;
	bool auto_recovery_supported;
	struct ec2_strings supported_boot_modes;
};

struct ec2_describe_instance_types_request {
	bool dry_run;
	struct ec2_strings instance_types;
	struct ec2_list filters; /* struct ec2_filter */
	int32_t max_results; /* 5 to 100; 0 = all */
	char *next_token;
};

struct ec2_describe_instance_types_response {
	struct ec2_list instance_types; /* struct ec2_instance_type_info */
	char *next_token;
};

/*
 * DescribeInstanceTypes. Errors: InvalidInstanceType; InvalidParameterValue; InvalidConfiguration (a
 * file of the host's own types cannot be read: the message names file and line).
 * Return: 0 or -errno.
 */
int ec2_describe_instance_types(struct ec2 *ec2,
				const struct ec2_describe_instance_types_request *request,
				struct ec2_describe_instance_types_response *response);
EC2_RESPONSE_FREE(describe_instance_types, "DescribeInstanceTypes")

#ifdef __cplusplus
}
#endif
#endif
