/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where things are, and what the region is called: options, environment, CONFIG/ec2ctl.json. */
#ifndef EC2_API_CONFIG_H
#define EC2_API_CONFIG_H

#include "api/ec2.h"

/* Fill the handle's directories and names. Return: 0 or -errno with the error set. */
int ec2_configure(struct ec2 *ec2, const struct ec2_options *options);

#endif
