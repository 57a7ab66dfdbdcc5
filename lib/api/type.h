/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Instance types, as the library uses them. */
#ifndef EC2_API_TYPE_H
#define EC2_API_TYPE_H

#include "api/ec2.h"

struct ec2_type {
	char name[64];
	uint32_t vcpus;
	uint32_t threads_per_core;
	uint64_t memory_mib;
	/* instance stores: all of one size */
	uint32_t disks;
	uint32_t disk_gb;
	/* CPU credits, as struct ec2_instance_create has them; 0 = not burstable */
	uint32_t credits_per_hour; /* in 1/1000 */
	uint32_t credit_cap;
	uint32_t baseline; /* of one vCPU, in 1/1000 */
	bool unlimited; /* by default */
	bool previous_generation;
	bool bare_metal;
};

/* EC2's own (type_table.c). */
extern const struct ec2_type ec2_type_table[];
extern const size_t ec2_n_types;

/* EC2's and the host's own, by name; *types is the caller's to free. Return: 0 or -errno. */
int ec2_types_load(struct ec2 *ec2, struct ec2_type **types, size_t *n);

/* One type. InvalidInstanceType: there is none of that name. Return: 0 or -errno. */
int ec2_type_find(struct ec2 *ec2, const char *name, struct ec2_type *type);

#endif
