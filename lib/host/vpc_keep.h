/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EC2_HOST_VPC_KEEP_H
#define EC2_HOST_VPC_KEEP_H

#include "vpc_state.h"

/* Forget all addresses, interfaces, routes and policies that are not in the state. Return: 0 or -errno */
int ec2_vpc_keep(struct ec2_vpc_card *vpc, const struct ec2_vpc_state *state);

#endif
