/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handle, shared by the files that make up host/vpc.h. */
#ifndef EC2_HOST_VPC_PRIV_H
#define EC2_HOST_VPC_PRIV_H

#include "vpc.h"

#define EC2_VPC_MAPS(X)                                                                            \
	X(slots)                                                                                   \
	X(enis)                                                                                    \
	X(mappings)                                                                                \
	X(routes)                                                                                  \
	X(counters)                                                                                \
	X(flows)                                                                                   \
	X(sweeps)                                                                                  \
	X(policy_live)                                                                             \
	X(policies_64)                                                                             \
	X(policies_256)                                                                            \
	X(policies_1024)                                                                           \
	X(dhcp_scratch)                                                                            \
	X(build)

#define EC2_VPC_HOOKS(X)                                                                           \
	X(hook_from_guest)                                                                         \
	X(hook_to_guest)                                                                           \
	X(hook_drop)

enum ec2_vpc_fd {
#define X(name) EC2_FD_##name,
	EC2_VPC_MAPS(X) EC2_VPC_HOOKS(X)
#undef X
	EC2_N_FDS
};

struct ec2_vpc_card {
	char *pins;
	int lock_fd; /* the folder of pins */
	int fd[EC2_N_FDS];
	int spare_fd; /* an inner map of policies_64, -1 until it is needed */
	uint64_t *live; /* policy_live, mapped */
};

/* Take turns with other processes. Return: 0 or -errno */
int ec2_vpc_lock(struct ec2_vpc_card *vpc);
void ec2_vpc_unlock(struct ec2_vpc_card *vpc);

struct ec2_route_key ec2_vpc_route_key(uint32_t table, struct in_addr destination, unsigned int len);

#endif
