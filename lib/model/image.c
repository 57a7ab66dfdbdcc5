// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/request.h"
#include "model/shapes.h"

#define S ec2_ebs_block_device
static const struct ec2_field ebs_block_device_fields[] = {
	TRI("DeleteOnTermination", delete_on_termination, 0, "delete the volume with the instance"),
	INT("Iops", iops, EC2_F_ZERO_ABSENT, "I/O operations per second"),
	STR("SnapshotId", snapshot_id, 0, "the snapshot to begin with"),
	INT("VolumeSize", volume_size, EC2_F_ZERO_ABSENT, "GiB"),
	STR("VolumeType", volume_type, 0, "gp3, gp2, io1, io2, st1, sc1, standard"),
	TRI("Encrypted", encrypted, 0, "encrypt the volume"),
};
SHAPE(ebs_block_device, "EbsBlockDevice", ebs_block_device_fields)
#undef S

#define S ec2_block_device_mapping
static const struct ec2_field block_device_mapping_fields[] = {
	STR("DeviceName", device_name, EC2_F_REQUIRED, "/dev/sda1 or the like"),
	STR("VirtualName", virtual_name, 0, "ephemeral0 and on: an instance store"),
	SUB("Ebs", ebs, ebs_block_device, 0, "the volume"),
	STR("NoDevice", no_device, 0, "leave this one out"),
};
SHAPE(block_device_mapping, "BlockDeviceMapping", block_device_mapping_fields)
#undef S

#define S ec2_state_reason
static const struct ec2_field state_reason_fields[] = {
	STR("Code", code, 0, NULL),
	STR("Message", message, 0, NULL),
};
SHAPE(state_reason, "StateReason", state_reason_fields)
#undef S

#define S ec2_image
static const struct ec2_field image_fields[] = {
	STR("Architecture", architecture, EC2_F_HIDDEN, NULL),
	STR("CreationDate", creation_date, EC2_F_LESS, NULL),
	STR("ImageId", image_id, 0, NULL),
	STR("ImageLocation", image_location, EC2_F_HIDDEN, NULL),
	/* the id begins with it: ami-, aki-, ari- */
	STR("ImageType", image_type, EC2_F_HIDDEN, NULL),
	BOOL("Public", is_public, EC2_F_HIDDEN, NULL),
	STR("KernelId", kernel_id, EC2_F_LESS, NULL),
	STR("OwnerId", owner_id, EC2_F_HIDDEN, NULL),
	STR("PlatformDetails", platform_details, EC2_F_HIDDEN, NULL),
	STR("UsageOperation", usage_operation, EC2_F_HIDDEN, NULL),
	STR("RamdiskId", ramdisk_id, EC2_F_LESS, NULL),
	STR("State", state, 0, NULL),
	SUBS("BlockDeviceMappings", block_device_mappings, block_device_mapping,
	     EC2_F_EMPTY_LIST | EC2_F_HIDDEN, NULL),
	STR("Description", description, EC2_F_LESS, NULL),
	BOOL("EnaSupport", ena_support, EC2_F_HIDDEN, NULL),
	STR("Hypervisor", hypervisor, EC2_F_HIDDEN, NULL),
	STR("Name", name, 0, NULL),
	STR("RootDeviceName", root_device_name, EC2_F_HIDDEN, NULL),
	STR("RootDeviceType", root_device_type, EC2_F_HIDDEN, NULL),
	SUB("StateReason", state_reason, state_reason, EC2_F_HIDDEN, NULL),
	SUBS("Tags", tags, tag, 0, NULL),
	STR("VirtualizationType", virtualization_type, EC2_F_HIDDEN, NULL),
};
SHAPE(image, "Image", image_fields)
#undef S

#define S ec2_register_image_request
static const struct ec2_field register_image_request_fields[] = {
	STR("ImageLocation", image_location, EC2_F_REQUIRED, "a raw image file on this host"),
	STR("Architecture", architecture, 0, "x86_64"),
	SUBS("BlockDeviceMappings", block_device_mappings, block_device_mapping, 0,
	     "DeviceName=NAME,Ebs={VolumeSize=GIB}"),
	STR("Description", description, 0, "a line about the image"),
	DRY_RUN,
	BOOL("EnaSupport", ena_support, 0, "accepted for EC2's sake"),
	STR("KernelId", kernel_id, 0, "boot this kernel (aki-...), not the one on the disk"),
	STR("RamdiskId", ramdisk_id, 0, "with this RAM disk (ari-...)"),
	STR("Name", name, EC2_F_REQUIRED, "3 to 128 characters"),
	STR("RootDeviceName", root_device_name, 0, "/dev/sda1 or /dev/xvda"),
	STR("VirtualizationType", virtualization_type, 0, "hvm"),
	TAG_SPECIFICATIONS,
};
SHAPE(register_image_request, "RegisterImageRequest", register_image_request_fields)
#undef S

#define S ec2_register_image_response
static const struct ec2_field register_image_response_fields[] = {
	STR("ImageId", image_id, 0, NULL),
};
SHAPE(register_image_response, "RegisterImageResult", register_image_response_fields)
#undef S

#define S ec2_deregister_image_request
static const struct ec2_field deregister_image_request_fields[] = {
	STR("ImageId", image_id, EC2_F_REQUIRED, "the image (ami-..., aki-..., ari-...)"),
	DRY_RUN,
};
SHAPE(deregister_image_request, "DeregisterImageRequest", deregister_image_request_fields)
#undef S

#define S ec2_describe_images_request
static const struct ec2_field describe_images_request_fields[] = {
	STRS("ExecutableUsers", executable_users, 0, "self, all or an account's id"),
	FILTERS,
	STRS("ImageIds", image_ids, 0, "these images"),
	STRS("Owners", owners, 0, "self or an account's id"),
	BOOL("IncludeDeprecated", include_deprecated, 0, "accepted for EC2's sake"),
	DRY_RUN,
	MAX_RESULTS,
	NEXT_TOKEN,
};
SHAPE(describe_images_request, "DescribeImagesRequest", describe_images_request_fields)
#undef S

#define S ec2_describe_images_response
static const struct ec2_field describe_images_response_fields[] = {
	SUBS("Images", images, image, EC2_F_EMPTY_LIST, NULL),
	STR("NextToken", next_token, 0, NULL),
};
SHAPE(describe_images_response, "DescribeImagesResult", describe_images_response_fields)
#undef S

#define S ec2_import_image_request
static const struct ec2_field import_image_request_fields[] = {
	STR("File", file, EC2_F_REQUIRED,
	    "the image file: raw, qcow2, vmdk, vhd; a kernel; a RAM disk"),
	STR("Name", name, 0, "3 to 128 characters; the file's name if not given"),
	STR("Description", description, 0, "a line about the image"),
	STR("Architecture", architecture, 0, "x86_64"),
	STR("ImageType", image_type, 0, "machine, kernel or ramdisk"),
	STR("Format", format, 0, "what the file is, if it should not be looked for"),
	STR("KernelId", kernel_id, 0, "boot this kernel (aki-...), not the one on the disk"),
	STR("RamdiskId", ramdisk_id, 0, "with this RAM disk (ari-...)"),
	STR("BootParameters", boot_parameters, 0, "the command line of a kernel"),
	TAG_SPECIFICATIONS,
};
SHAPE(import_image_request, "ImportImageRequest", import_image_request_fields)
#undef S

#define S ec2_import_image_response
static const struct ec2_field import_image_response_fields[] = {
	STR("ImageId", image_id, 0, NULL),
	STR("Format", format, 0, NULL),
	LONG("VirtualSize", virtual_size, 0, NULL),
};
SHAPE(import_image_response, "ImportImageResult", import_image_response_fields)
#undef S
