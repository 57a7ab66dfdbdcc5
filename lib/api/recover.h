/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finishing or undoing what killed processes left. */
#ifndef EC2_API_RECOVER_H
#define EC2_API_RECOVER_H

#include "api/ec2.h"

/* At each opening; a few look-ups when there is nothing to do. Return: 0 or -errno. */
int ec2_recover(struct ec2 *ec2);

#endif
