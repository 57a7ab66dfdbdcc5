// SPDX-License-Identifier: LGPL-2.1-or-later
/* EC2's instance types, with EC2's figures. */
#include "api/type.h"

/* name, vCPUs, threads per core, GiB */
#define PLAIN(type, cpus, gib)                                                               \
	{                                                                                    \
		.name = type, .vcpus = cpus, .threads_per_core = 2, .memory_mib = (gib)*1024 \
	}
#define METAL(type, cpus, gib)                                                                \
	{                                                                                     \
		.name = type, .vcpus = cpus, .threads_per_core = 2, .memory_mib = (gib)*1024, \
		.bare_metal = true                                                            \
	}
/* and instance stores: how many, GB each */
#define STORE(type, cpus, gib, count, gb)                                                     \
	{                                                                                     \
		.name = type, .vcpus = cpus, .threads_per_core = 2, .memory_mib = (gib)*1024, \
		.disks = count, .disk_gb = gb                                                 \
	}
/* and credits: per hour, cap, baseline of a vCPU in percent */
#define BURST(type, cpus, threads, gib, hour, cap, percent, free, old)                        \
	{                                                                                     \
		.name = type, .vcpus = cpus, .threads_per_core = threads,                     \
		.memory_mib = (gib)*1024, .credits_per_hour = (hour)*1000, .credit_cap = cap, \
		.baseline = (percent)*10, .unlimited = free, .previous_generation = old       \
	}
#define T2(size, cpus, gib, hour, cap, percent) \
	BURST("t2." size, cpus, 1, gib, hour, cap, percent, false, false)
#define T3(family, size, cpus, gib, hour, cap, percent) \
	BURST(family "." size, cpus, 2, gib, hour, cap, percent, true, false)

const struct ec2_type ec2_type_table[] = {
	PLAIN("c5.large", 2, 4),
	PLAIN("c5.xlarge", 4, 8),
	PLAIN("c5.2xlarge", 8, 16),
	PLAIN("c5.4xlarge", 16, 32),
	PLAIN("c5.9xlarge", 36, 72),
	PLAIN("c5.12xlarge", 48, 96),
	PLAIN("c5.18xlarge", 72, 144),
	PLAIN("c5.24xlarge", 96, 192),
	METAL("c5.metal", 96, 192),
	STORE("i3.large", 2, 15.25, 1, 475),
	STORE("i3.xlarge", 4, 30.5, 1, 950),
	STORE("i3.2xlarge", 8, 61, 1, 1900),
	STORE("i3.4xlarge", 16, 122, 2, 1900),
	STORE("i3.8xlarge", 32, 244, 4, 1900),
	STORE("i3.16xlarge", 64, 488, 8, 1900),
	PLAIN("m5.large", 2, 8),
	PLAIN("m5.xlarge", 4, 16),
	PLAIN("m5.2xlarge", 8, 32),
	PLAIN("m5.4xlarge", 16, 64),
	PLAIN("m5.8xlarge", 32, 128),
	PLAIN("m5.12xlarge", 48, 192),
	PLAIN("m5.16xlarge", 64, 256),
	PLAIN("m5.24xlarge", 96, 384),
	METAL("m5.metal", 96, 384),
	PLAIN("r5.large", 2, 16),
	PLAIN("r5.xlarge", 4, 32),
	PLAIN("r5.2xlarge", 8, 64),
	PLAIN("r5.4xlarge", 16, 128),
	PLAIN("r5.8xlarge", 32, 256),
	PLAIN("r5.12xlarge", 48, 384),
	PLAIN("r5.16xlarge", 64, 512),
	PLAIN("r5.24xlarge", 96, 768),
	METAL("r5.metal", 96, 768),
	T2("nano", 1, 0.5, 3, 72, 5),
	T2("micro", 1, 1, 6, 144, 10),
	T2("small", 1, 2, 12, 288, 20),
	T2("medium", 2, 4, 24, 576, 20),
	T2("large", 2, 8, 36, 864, 30),
	T2("xlarge", 4, 16, 54, 1296, 22.5),
	T2("2xlarge", 8, 32, 81.6, 1958, 17),
	T3("t3", "nano", 2, 0.5, 6, 144, 5),
	T3("t3", "micro", 2, 1, 12, 288, 10),
	T3("t3", "small", 2, 2, 24, 576, 20),
	T3("t3", "medium", 2, 4, 24, 576, 20),
	T3("t3", "large", 2, 8, 36, 864, 30),
	T3("t3", "xlarge", 4, 16, 96, 2304, 40),
	T3("t3", "2xlarge", 8, 32, 192, 4608, 40),
	T3("t3a", "nano", 2, 0.5, 6, 144, 5),
	T3("t3a", "micro", 2, 1, 12, 288, 10),
	T3("t3a", "small", 2, 2, 24, 576, 20),
	T3("t3a", "medium", 2, 4, 24, 576, 20),
	T3("t3a", "large", 2, 8, 36, 864, 30),
	T3("t3a", "xlarge", 4, 16, 96, 2304, 40),
	T3("t3a", "2xlarge", 8, 32, 192, 4608, 40),
};
const size_t ec2_n_types = sizeof(ec2_type_table) / sizeof(ec2_type_table[0]);
