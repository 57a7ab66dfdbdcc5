/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What has an id: which ids are good, and how EC2 says that they are not. */
#ifndef EC2_API_NOUN_H
#define EC2_API_NOUN_H

#include "api/request.h"

/* The id is one of that prefix's: Invalid*.Malformed. Return: 0 or -EINVAL. */
int ec2_check_form(struct ec2 *ec2, const char *prefix, const char *id);
/* And there is such a thing: Invalid*.NotFound. Return: 0, -EINVAL, -ENOENT or -errno. */
int ec2_check_id(struct ec2 *ec2, const char *prefix, const char *id);
int ec2_check_ids(struct ec2 *ec2, const char *prefix, const struct ec2_strings *ids);
/* The same for an id of anything that can be tagged. */
int ec2_check_any_id(struct ec2 *ec2, const char *id);
/* "instance" of "i-...", as ResourceType says it; "" when it is nothing's. */
const char *ec2_id_type(const char *id);

#endif
