// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/request.h"
#include "model/shapes.h"

#define S ec2_processor_info
static const struct ec2_field processor_info_fields[] = {
	STRS("SupportedArchitectures", supported_architectures, EC2_F_HIDDEN, NULL),
};
SHAPE(processor_info, "ProcessorInfo", processor_info_fields)
#undef S

#define S ec2_vcpu_info
static const struct ec2_field vcpu_info_fields[] = {
	INT("DefaultVCpus", default_vcpus, 0, NULL),
	INT("DefaultCores", default_cores, EC2_F_HIDDEN, NULL),
	INT("DefaultThreadsPerCore", default_threads_per_core, EC2_F_HIDDEN, NULL),
};
SHAPE(vcpu_info, "VCpuInfo", vcpu_info_fields)
#undef S

#define S ec2_memory_info
static const struct ec2_field memory_info_fields[] = {
	LONG("SizeInMiB", size_in_mib, 0, NULL),
};
SHAPE(memory_info, "MemoryInfo", memory_info_fields)
#undef S

#define S ec2_disk_info
static const struct ec2_field disk_info_fields[] = {
	LONG("SizeInGB", size_in_gb, 0, NULL),
	INT("Count", count, 0, NULL),
	STR("Type", type, 0, NULL),
};
SHAPE(disk_info, "DiskInfo", disk_info_fields)
#undef S

#define S ec2_instance_storage_info
static const struct ec2_field instance_storage_info_fields[] = {
	LONG("TotalSizeInGB", total_size_in_gb, EC2_F_ZERO_ABSENT, NULL),
	SUBS("Disks", disks, disk_info, EC2_F_HIDDEN, NULL),
	STR("NvmeSupport", nvme_support, EC2_F_HIDDEN, NULL),
};
SHAPE(instance_storage_info, "InstanceStorageInfo", instance_storage_info_fields)
#undef S

#define S ec2_instance_type_info
static const struct ec2_field instance_type_info_fields[] = {
	STR("InstanceType", instance_type, 0, NULL),
	BOOL("CurrentGeneration", current_generation, EC2_F_HIDDEN, NULL),
	BOOL("FreeTierEligible", free_tier_eligible, EC2_F_HIDDEN, NULL),
	STRS("SupportedUsageClasses", supported_usage_classes, EC2_F_HIDDEN, NULL),
	STRS("SupportedRootDeviceTypes", supported_root_device_types, EC2_F_HIDDEN, NULL),
	STRS("SupportedVirtualizationTypes", supported_virtualization_types, EC2_F_HIDDEN, NULL),
	BOOL("BareMetal", bare_metal, EC2_F_HIDDEN, NULL),
	STR("Hypervisor", hypervisor, EC2_F_HIDDEN, NULL),
	SUB("ProcessorInfo", processor_info, processor_info, EC2_F_HIDDEN, NULL),
	SUB("VCpuInfo", vcpu_info, vcpu_info, 0, NULL),
	SUB("MemoryInfo", memory_info, memory_info, 0, NULL),
	BOOL("InstanceStorageSupported", instance_storage_supported, EC2_F_HIDDEN, NULL),
	SUB("InstanceStorageInfo", instance_storage_info, instance_storage_info, 0, NULL),
	BOOL("HibernationSupported", hibernation_supported, EC2_F_HIDDEN, NULL),
	BOOL("BurstablePerformanceSupported", burstable_performance_supported, EC2_F_LESS, NULL),
	BOOL("DedicatedHostsSupported", dedicated_hosts_supported, EC2_F_HIDDEN, NULL),
	BOOL("AutoRecoverySupported", auto_recovery_supported, EC2_F_HIDDEN, NULL),
	STRS("SupportedBootModes", supported_boot_modes, EC2_F_HIDDEN, NULL),
};
SHAPE(instance_type_info, "InstanceTypeInfo", instance_type_info_fields)
#undef S

#define S ec2_describe_instance_types_request
static const struct ec2_field describe_instance_types_request_fields[] = {
	DRY_RUN,    STRS("InstanceTypes", instance_types, 0, "these types"), FILTERS, MAX_RESULTS,
	NEXT_TOKEN,
};
SHAPE(describe_instance_types_request, "DescribeInstanceTypesRequest",
      describe_instance_types_request_fields)
#undef S

#define S ec2_describe_instance_types_response
static const struct ec2_field describe_instance_types_response_fields[] = {
	SUBS("InstanceTypes", instance_types, instance_type_info, EC2_F_EMPTY_LIST, NULL),
	STR("NextToken", next_token, 0, NULL),
};
SHAPE(describe_instance_types_response, "DescribeInstanceTypesResult",
      describe_instance_types_response_fields)
#undef S
