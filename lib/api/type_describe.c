// SPDX-License-Identifier: LGPL-2.1-or-later
/* DescribeInstanceTypes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/request.h"
#include "api/type.h"

static const struct ec2_filter_row type_filters[] = {
	{"auto-recovery-supported", "AutoRecoverySupported", false},
	{"bare-metal", "BareMetal", false},
	{"burstable-performance-supported", "BurstablePerformanceSupported", false},
	{"current-generation", "CurrentGeneration", false},
	{"dedicated-hosts-supported", "DedicatedHostsSupported", false},
	{"free-tier-eligible", "FreeTierEligible", false},
	{"hibernation-supported", "HibernationSupported", false},
	{"hypervisor", "Hypervisor", false},
	{"instance-storage-info.disk.count", "InstanceStorageInfo.Disks.Count", false},
	{"instance-storage-info.disk.size-in-gb", "InstanceStorageInfo.Disks.SizeInGB", false},
	{"instance-storage-info.disk.type", "InstanceStorageInfo.Disks.Type", false},
	{"instance-storage-info.total-size-in-gb", "InstanceStorageInfo.TotalSizeInGB", false},
	{"instance-storage-supported", "InstanceStorageSupported", false},
	{"instance-type", "InstanceType", false},
	{"memory-info.size-in-mib", "MemoryInfo.SizeInMiB", false},
	{"processor-info.supported-architecture", "ProcessorInfo.SupportedArchitectures", false},
	{"supported-boot-mode", "SupportedBootModes", false},
	{"supported-root-device-type", "SupportedRootDeviceTypes", false},
	{"supported-usage-class", "SupportedUsageClasses", false},
	{"supported-virtualization-type", "SupportedVirtualizationTypes", false},
	{"vcpu-info.default-cores", "VCpuInfo.DefaultCores", false},
	{"vcpu-info.default-threads-per-core", "VCpuInfo.DefaultThreadsPerCore", false},
	{"vcpu-info.default-vcpus", "VCpuInfo.DefaultVCpus", false},
};

static int set_storage(const struct ec2_type *type, struct ec2_instance_type_info *info)
{
	struct ec2_disk_info *disk;

	info->instance_storage_supported = type->disks > 0;
	if (!type->disks)
		return 0;
	info->instance_storage_info.total_size_in_gb = (int64_t)type->disks * type->disk_gb;
	disk = ec2_list_add(&info->instance_storage_info.disks, &ec2_shape_disk_info);
	if (!disk)
		return -ENOMEM;
	disk->size_in_gb = type->disk_gb;
	disk->count = type->disks;
	disk->type = strdup("ssd");
	info->instance_storage_info.nvme_support = strdup("required");
	return disk->type && info->instance_storage_info.nvme_support ? 0 : -ENOMEM;
}

static int set_info(const struct ec2_type *type, struct ec2_instance_type_info *info)
{
	bool nitro = strncmp(type->name, "t2.", 3) != 0 && strncmp(type->name, "i3.", 3) != 0;

	info->instance_type = strdup(type->name);
	info->hypervisor = strdup(nitro ? "nitro" : "xen");
	info->current_generation = !type->previous_generation;
	info->free_tier_eligible =
		strcmp(type->name, "t2.micro") == 0 || strcmp(type->name, "t3.micro") == 0;
	info->bare_metal = type->bare_metal;
	info->vcpu_info.default_vcpus = type->vcpus;
	info->vcpu_info.default_threads_per_core = type->threads_per_core;
	info->vcpu_info.default_cores = type->vcpus / type->threads_per_core;
	info->memory_info.size_in_mib = type->memory_mib;
	info->burstable_performance_supported = type->credits_per_hour > 0;
	if (!info->instance_type || !info->hypervisor ||
	    ec2_strings_add(&info->supported_usage_classes, "on-demand") ||
	    ec2_strings_add(&info->supported_root_device_types, "ebs") ||
	    ec2_strings_add(&info->supported_virtualization_types, "hvm") ||
	    ec2_strings_add(&info->supported_boot_modes, "legacy-bios") ||
	    ec2_strings_add(&info->processor_info.supported_architectures, "x86_64"))
		return -ENOMEM;
	return set_storage(type, info);
}

static int check_names(struct ec2 *ec2, const struct ec2_strings *names,
		       const struct ec2_type *types, size_t n)
{
	for (size_t i = 0; i < names->n; i++) {
		size_t t;

		for (t = 0; t < n && !ec2_match(names->items[i], types[t].name); t++)
			;
		if (t == n)
			return ec2_fail(ec2, -EINVAL, "InvalidInstanceType",
					"The following supplied instance types do not exist: [%s]",
					names->items[i]);
	}
	return 0;
}

static bool wanted(const struct ec2_strings *names, const char *type)
{
	for (size_t i = 0; i < names->n; i++) {
		if (ec2_match(names->items[i], type))
			return true;
	}
	return names->n == 0;
}

static int fill(struct ec2 *ec2, const struct ec2_describe_instance_types_request *r,
		const struct ec2_type *types, size_t n, struct ec2_lister *lister,
		struct ec2_list *list)
{
	int ret = check_names(ec2, &r->instance_types, types, n);

	if (!ret)
		ret = ec2_dry_run(ec2, r->dry_run);
	for (size_t i = 0; !ret && i < n; i++) {
		struct ec2_instance_type_info info = {0};
		struct ec2_instance_type_info *item = &info;

		if (!wanted(&r->instance_types, types[i].name))
			continue;
		ret = set_info(&types[i], &info);
		if (!ret && ec2_lister_take(lister, i, NULL, &info)) {
			item = ec2_list_add(list, &ec2_shape_instance_type_info);
			if (item) {
				*item = info;
				continue;
			}
			ret = -ENOMEM;
		}
		ec2_shape_clear(&ec2_shape_instance_type_info, &info);
		if (ret)
			ret = ec2_fail_errno(ec2, ret, "The answer");
	}
	return ret;
}

int ec2_describe_instance_types(struct ec2 *ec2,
				const struct ec2_describe_instance_types_request *r,
				struct ec2_describe_instance_types_response *response)
{
	struct ec2_lister lister = {.filters = r ? &r->filters : NULL,
				    .rows = type_filters,
				    .n_rows = sizeof(type_filters) / sizeof(type_filters[0]),
				    .shape = &ec2_shape_instance_type_info};
	struct ec2_type *types = NULL;
	size_t n;
	int ret = ec2_enter(ec2, &ec2_shape_describe_instance_types_request, r, false);

	memset(response, 0, sizeof(*response));
	if (!ret)
		ret = ec2_lister_begin(ec2, &lister, r->max_results, r->next_token,
				       &r->instance_types, 100);
	if (!ret)
		ret = ec2_types_load(ec2, &types, &n);
	if (ret)
		return ret;
	ret = fill(ec2, r, types, n, &lister, &response->instance_types);
	if (!ret)
		ret = ec2_lister_end(ec2, &lister, &response->next_token);
	free(types);
	if (ret)
		ec2_shape_clear(&ec2_shape_describe_instance_types_response, response);
	return ret;
}
