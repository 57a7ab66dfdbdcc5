/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers about instances. */
#ifndef EC2_API_DESCRIBE_H
#define EC2_API_DESCRIBE_H

#include "api/ec2.h"

struct ec2_shape;

/* The instances of one reservation, as RunInstances answers. Return: 0 or -errno. */
int ec2_reservation_load(struct ec2 *ec2, const char *id,
			 struct ec2_run_instances_response *response);

/* A request as a text that is the same for the same request, without one field. NULL: no memory. */
char *ec2_request_text(const struct ec2_shape *shape, const void *request, const char *without);

#endif
