/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Images: machine images (ami-), kernels (aki-) and RAM disks (ari-). */
#ifndef EC2CTL_IMAGE_H
#define EC2CTL_IMAGE_H

#include <ec2ctl/core.h>
#include <ec2ctl/tag.h>

#ifdef __cplusplus
extern "C" {
#endif

/* EC2's EbsBlockDevice. */
struct ec2_ebs_block_device {
	enum ec2_bool delete_on_termination; /* absent: true for the root, false for others */
	int32_t iops;
	char *snapshot_id;
	int32_t volume_size; /* GiB; 0: the image's */
	char *volume_type; /* "gp3" ... */
	enum ec2_bool encrypted;
};

/* EC2's BlockDeviceMapping. */
struct ec2_block_device_mapping {
	char *device_name; /* "/dev/sda1", "/dev/xvda" */
	char *virtual_name; /* "ephemeral0" ... */
	struct ec2_ebs_block_device ebs;
	char *no_device; /* non-NULL: leave this one out */
};

/* EC2's StateReason. */
struct ec2_state_reason {
	char *code;
	char *message;
};

/* EC2's Image. */
struct ec2_image {
	char *architecture; /* "x86_64" */
	char *creation_date; /* ISO 8601 */
	char *image_id;
	char *image_location;
	char *image_type; /* "machine", "kernel", "ramdisk" */
	bool is_public;
	char *kernel_id;
	char *owner_id;
	char *platform_details;
	char *usage_operation;
	char *ramdisk_id;
	char *state; /* "pending", "available", "failed" */
	struct ec2_list block_device_mappings; /* struct ec2_block_device_mapping */
	char *description;
	bool ena_support;
	char *hypervisor;
	char *name;
	char *root_device_name;
	char *root_device_type; /* "ebs" */
	struct ec2_state_reason state_reason;
	struct ec2_list tags; /* struct ec2_tag */
	char *virtualization_type; /* "hvm" */
};

struct ec2_register_image_request {
	char *image_location; /* a raw image file on this host; it is copied */
	char *architecture; /* NULL: "x86_64" */
	struct ec2_list block_device_mappings; /* struct ec2_block_device_mapping */
	char *description;
	bool dry_run;
	bool ena_support;
	char *kernel_id; /* boot this kernel, not the one on the disk */
	char *ramdisk_id;
	char *name; /* 3 to 128 characters, unique */
	char *root_device_name; /* NULL: "/dev/sda1" */
	char *virtualization_type; /* NULL: "hvm" */
	struct ec2_list tag_specifications; /* struct ec2_tag_specification */
};

struct ec2_register_image_response {
	char *image_id;
};

struct ec2_deregister_image_request {
	char *image_id;
	bool dry_run;
};

struct ec2_describe_images_request {
	struct ec2_strings executable_users;
	struct ec2_list filters; /* struct ec2_filter */
	struct ec2_strings image_ids;
	struct ec2_strings owners; /* "self", or the account's id */
	bool include_deprecated;
	bool dry_run;
	int32_t max_results; /* 5 to 1000; 0 = all */
	char *next_token;
};

struct ec2_describe_images_response {
	struct ec2_list images; /* struct ec2_image */
	char *next_token;
};

/* An image file of this host made into an image; not an action of EC2's (its ImportImage reads S3). */
struct ec2_import_image_request {
	char *file; /* raw, qcow2, vmdk, vhd, vhdx; a kernel: bzImage or ELF; a RAM disk */
	char *name; /* NULL: the file's name */
	char *description;
	char *architecture; /* NULL: "x86_64" */
	char *image_type; /* NULL: "machine"; "kernel", "ramdisk" */
	char *format; /* NULL: as found; the name that qemu-img has for it */
	char *kernel_id; /* of a machine image */
	char *ramdisk_id;
	char *boot_parameters; /* of a kernel: its command line; NULL: a console on ttyS0 and the root
				  on the first disk's first partition */
	struct ec2_list tag_specifications; /* struct ec2_tag_specification */
};

struct ec2_import_image_response {
	char *image_id;
	char *format; /* as found */
	int64_t virtual_size; /* bytes */
};

/*
 * How far an import is: 0 to 100; `what` says what is being done. Called from the calling thread.
 * Return: 0 to go on; anything else cancels the import.
 */
typedef int (*ec2_progress)(void *arg, const char *what, double percent);

/*
 * RegisterImage: make an image from a raw file on this host. The file is copied (sharing blocks where
 * the file system can) and may be removed afterwards.
 * Errors: MissingParameter; InvalidAMIName.Malformed; InvalidAMIName.Duplicate;
 * InvalidParameterValue (location, size not a multiple of 512, empty); InvalidAMIID.NotFound and
 * InvalidAMIID.Malformed (kernel, RAM disk).
 * Return: 0 or -errno.
 */
int ec2_register_image(struct ec2 *ec2, const struct ec2_register_image_request *request,
		       struct ec2_register_image_response *response);
EC2_RESPONSE_FREE(register_image, "RegisterImage")

/*
 * DeregisterImage: launch no more from this image. Instances launched from it run on.
 * Errors: InvalidAMIID.NotFound, .Malformed, .Unavailable.
 * Return: 0 or -errno.
 */
int ec2_deregister_image(struct ec2 *ec2, const struct ec2_deregister_image_request *request);

/*
 * DescribeImages. Errors: InvalidAMIID.NotFound, .Malformed; InvalidParameterValue.
 * Return: 0 or -errno.
 */
int ec2_describe_images(struct ec2 *ec2, const struct ec2_describe_images_request *request,
			struct ec2_describe_images_response *response);
EC2_RESPONSE_FREE(describe_images, "DescribeImages")

/*
 * Make an image from a file of any common format, by qemu-img.
 * @progress: may be NULL
 * Errors: as RegisterImage; InvalidParameterValue (format not known, a backing file, damaged file).
 * Return: 0 or -errno; -ENOENT with MissingDependency: qemu-img is not installed; -ECANCELED with
 * RequestCanceled: @progress said so, and nothing is left of the import.
 */
int ec2_import_image(struct ec2 *ec2, const struct ec2_import_image_request *request,
		     ec2_progress progress, void *arg, struct ec2_import_image_response *response);
EC2_RESPONSE_FREE(import_image, "ImportImage")

#ifdef __cplusplus
}
#endif
#endif
