/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Images, as the library uses them. */
#ifndef EC2_API_IMAGE_H
#define EC2_API_IMAGE_H

#include "api/ec2.h"
#include "store/intent.h"

struct ec2_image_record {
	struct ec2_image pub; /* tags only where it is said */
	int64_t seq;
	int64_t size; /* bytes, of its file */
	int64_t volume_size; /* GiB, of the root volume; 0: the file's */
	bool delete_on_termination;
	char *volume_type;
	char *boot_parameters;
};

void ec2_image_clear(struct ec2_image_record *image);

/*
 * An available image of that type whose file is as it should be.
 * InvalidAMIID.Malformed, .NotFound, .Unavailable. Return: 0 or -errno.
 */
int ec2_image_usable(struct ec2 *ec2, const char *id, const char *type,
		     struct ec2_image_record *image);

/* Where its file is, to be freed. */
char *ec2_image_path(const struct ec2 *ec2, const char *id);

/* A killed process was making this image: remove what there is of it. Return: 0 or -errno. */
int ec2_undo_image(struct ec2 *ec2, const struct ec2_intent *intent);

/* Remove the files and then the records of deregistered images. Return: 0 or -errno. */
int ec2_images_delete(struct ec2 *ec2);

/*
 * Make an image: the record, pending; then `make` makes the file at `path` (its size to *size); then the
 * record is available. Whatever fails, or is killed, there is no image.
 */
typedef int (*ec2_image_make)(struct ec2 *ec2, const char *path, int64_t *size, void *arg);
struct ec2_image_new {
	const char *type;
	const char *name;
	const char *description;
	const char *architecture;
	const char *location;
	const char *kernel_id;
	const char *ramdisk_id;
	const char *boot_parameters;
	const char *root_device_name;
	bool ena_support;
	int32_t volume_size;
	const char *volume_type;
	bool keep_volume; /* not DeleteOnTermination */
	bool dry_run;
	const struct ec2_list *tag_specifications;
};
int ec2_image_create(struct ec2 *ec2, const struct ec2_image_new *new, ec2_image_make make,
		     void *arg, char **id);

#endif
