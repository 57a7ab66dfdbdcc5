// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/bdm.h"

#include <errno.h>
#include <string.h>

#define MAX_GIB 65536

static int bad(struct ec2 *ec2, const struct ec2_block_device_mapping *mapping, const char *what)
{
	return ec2_fail(ec2, -EINVAL, "InvalidBlockDeviceMapping", "The device '%s': %s",
			mapping->device_name, what);
}

static bool valid_type(const char *type)
{
	static const char *const types[] = {"gp3", "gp2", "io1", "io2", "st1", "sc1", "standard"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(types[i], type) == 0)
			return true;
	}
	return false;
}

static int check_ebs(struct ec2 *ec2, const struct ec2_block_device_mapping *mapping,
		     struct ec2_root_mapping *root)
{
	const struct ec2_ebs_block_device *ebs = &mapping->ebs;

	if (ebs->snapshot_id)
		return ec2_fail(ec2, -ENOENT, "InvalidSnapshot.NotFound",
				"The snapshot '%s' does not exist.", ebs->snapshot_id);
	if (ebs->encrypted == EC2_TRUE)
		return ec2_fail(ec2, -EOPNOTSUPP, "UnsupportedOperation",
				"Encrypted volumes are not supported on this host");
	if (ebs->volume_size < 0 || ebs->volume_size > MAX_GIB)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Volume of %dGiB is not from 1 to %dGiB", ebs->volume_size,
				MAX_GIB);
	if (ebs->volume_type && !valid_type(ebs->volume_type))
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Value (%s) for parameter volumeType is invalid", ebs->volume_type);
	root->volume_size = ebs->volume_size;
	root->volume_type = ebs->volume_type;
	root->delete_on_termination = ebs->delete_on_termination;
	return 0;
}

static int check_one(struct ec2 *ec2, const struct ec2_block_device_mapping *mapping,
		     const char *root_device, bool stores, struct ec2_root_mapping *root)
{
	if (strncmp(mapping->device_name, "/dev/", 5))
		return ec2_fail(
			ec2, -EINVAL, "InvalidParameterValue",
			"Value (%s) for parameter deviceName is invalid: /dev/... is expected",
			mapping->device_name);
	if (strcmp(mapping->device_name, root_device) == 0) {
		if (mapping->no_device || mapping->virtual_name)
			return bad(ec2, mapping, "the root device must be a volume");
		return check_ebs(ec2, mapping, root);
	}
	if (mapping->no_device)
		return 0;
	if (mapping->virtual_name) {
		if (strncmp(mapping->virtual_name, "ephemeral", 9))
			return bad(ec2, mapping, "VirtualName must be ephemeral0 to ephemeral23");
		return stores ? ec2_fail(ec2, -EOPNOTSUPP, "UnsupportedOperation",
					 "Instance stores are not supported on this host yet")
			      : 0;
	}
	return ec2_fail(ec2, -EOPNOTSUPP, "UnsupportedOperation",
			"The device '%s': only the root device (%s) can be mapped on this host",
			mapping->device_name, root_device);
}

int ec2_check_mappings(struct ec2 *ec2, const struct ec2_list *mappings, const char *root_device,
		       bool stores, struct ec2_root_mapping *root)
{
	const struct ec2_block_device_mapping *items = mappings->items;

	for (size_t i = 0; i < mappings->n; i++) {
		int ret = check_one(ec2, &items[i], root_device, stores, root);

		for (size_t j = 0; !ret && j < i; j++) {
			if (strcmp(items[i].device_name, items[j].device_name) == 0)
				ret = bad(ec2, &items[i], "it is mapped twice");
		}
		if (ret)
			return ret;
	}
	return 0;
}
