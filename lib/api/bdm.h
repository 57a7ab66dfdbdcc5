/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Block device mappings of requests, as far as they concern the root volume. */
#ifndef EC2_API_BDM_H
#define EC2_API_BDM_H

#include "api/ec2.h"

/* What a request says of the root volume; 0 and NULL: nothing. Texts are the request's. */
struct ec2_root_mapping {
	int32_t volume_size; /* GiB */
	const char *volume_type;
	enum ec2_bool delete_on_termination;
};

/*
 * Check a request's mappings. Other volumes than the root's come by CreateVolume and AttachVolume of a
 * later version: they are refused, not forgotten. Instance stores that the type does not have are
 * ignored, as EC2 does.
 * @stores: the instance type has instance stores
 * InvalidBlockDeviceMapping; InvalidParameterValue; UnsupportedOperation. Return: 0 or -errno.
 */
int ec2_check_mappings(struct ec2 *ec2, const struct ec2_list *mappings, const char *root_device,
		       bool stores, struct ec2_root_mapping *root);

#endif
