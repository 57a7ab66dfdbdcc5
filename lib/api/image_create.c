// SPDX-License-Identifier: LGPL-2.1-or-later
/* Making images: the record, the file, and RegisterImage. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/bdm.h"
#include "api/files.h"
#include "api/image.h"
#include "api/request.h"
#include "store/instance.h"

/* EC2: 3 to 128 letters, digits, and ()[] ./-'@_ */
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789()[] ./-'@_"

static int check_name(struct ec2 *ec2, const char *name)
{
	size_t n = strspn(name, NAME_CHARACTERS);

	if (!name[n] && n >= 3 && n <= 128)
		return 0;
	return ec2_fail(ec2, -EINVAL, "InvalidAMIName.Malformed",
			"AMI name '%s' must be 3 to 128 letters, digits and ()[] ./-'@_", name);
}

static const char *const image_types[] = {"image", NULL};

static int check_kernels(struct ec2 *ec2, const struct ec2_image_new *new)
{
	struct ec2_image_record image;
	int ret = 0;

	if (new->ramdisk_id && !new->kernel_id)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterCombination",
				"A RamdiskId needs a KernelId");
	if (new->kernel_id) {
		ret = ec2_image_usable(ec2, new->kernel_id, "kernel", &image);
		ec2_image_clear(&image);
	}
	if (!ret && new->ramdisk_id) {
		ret = ec2_image_usable(ec2, new->ramdisk_id, "ramdisk", &image);
		ec2_image_clear(&image);
	}
	return ret;
}

static int check(struct ec2 *ec2, const struct ec2_image_new *new)
{
	char *id;
	int ret = check_name(ec2, new->name);

	if (!ret && strcmp(new->architecture, "x86_64"))
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			       "Value (%s) for parameter architecture is invalid: this host is"
			       " x86_64",
			       new->architecture);
	if (!ret)
		ret = ec2_check_tag_specifications(ec2, new->tag_specifications, image_types);
	if (!ret)
		ret = check_kernels(ec2, new);
	if (ret)
		return ret;
	ret = ec2_db_text(ec2, &id,
			  "SELECT id FROM images WHERE name = ? AND type = ?"
			  " AND state <> 'deregistered'",
			  "ss", new->name, new->type);
	if (ret > 0)
		ret = ec2_fail(ec2, -EEXIST, "InvalidAMIName.Duplicate",
			       "AMI name '%s' is already in use by AMI %s", new->name, id);
	free(id);
	return ret;
}

static int insert(struct ec2 *ec2, const struct ec2_image_new *new, const char *id)
{
	int ret = ec2_db_exec(
		ec2,
		"INSERT INTO images (id, state, type, name, description, architecture, location,"
		" kernel, ramdisk, boot_parameters, root_device, ena_support, volume_size,"
		" volume_type, delete_on_termination, created)"
		" VALUES (?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"ssssssssssbisbi", id, new->type, new->name, new->description, new->architecture,
		new->location, new->kernel_id, new->ramdisk_id, new->boot_parameters,
		new->root_device_name, new->ena_support, (int64_t) new->volume_size,
		new->volume_type ? new->volume_type : "gp3", !new->keep_volume, ec2_now());

	if (ret >= 0)
		ret = ec2_tag_resource(ec2, new->tag_specifications, "image", id);
	if (!ret)
		ret = ec2_intent_add(ec2, EC2_INTENT_IMAGE, id, 0);
	return ret < 0 ? ret : 0;
}

static const char *prefix_of(const char *type)
{
	return strcmp(type, "kernel") == 0 ? "aki" : strcmp(type, "ramdisk") == 0 ? "ari" : "ami";
}

static int begin(struct ec2 *ec2, const struct ec2_image_new *new, char id[EC2_ID_SIZE])
{
	int ret = ec2_new_id(ec2, prefix_of(new->type), id);

	if (!ret)
		ret = ec2_owner_take(ec2);
	if (!ret)
		ret = ec2_begin(ec2);
	if (ret)
		return ret;
	ret = check(ec2, new);
	if (!ret)
		ret = ec2_dry_run(ec2, new->dry_run);
	if (!ret)
		ret = insert(ec2, new, id);
	return ec2_end(ec2, ret);
}

static int finish(struct ec2 *ec2, const char *id, int64_t size)
{
	int ret = ec2_begin(ec2);

	if (ret)
		return ret;
	ret = ec2_db_exec(ec2, "UPDATE images SET state = 'available', size = ? WHERE id = ?", "is",
			  size, id);
	if (ret >= 0)
		ret = ec2_intent_done(ec2, EC2_INTENT_IMAGE, id);
	return ec2_end(ec2, ret < 0 ? ret : 0);
}

/* The error that stands is the one of what failed first. */
static void undo(struct ec2 *ec2, const char *id)
{
	struct ec2_intent intent = {0};
	char *code = strdup(ec2->error.code), *message = strdup(ec2->error.message);

	snprintf(intent.resource, sizeof(intent.resource), "%s", id);
	ec2_undo_image(ec2, &intent);
	ec2_fail(ec2, 0, code ? code : "InternalError", "%s", message ? message : "");
	free(code);
	free(message);
}

int ec2_image_create(struct ec2 *ec2, const struct ec2_image_new *new, ec2_image_make make,
		     void *arg, char **image_id)
{
	char id[EC2_ID_SIZE];
	char *path = NULL;
	int64_t size = 0;
	int ret = begin(ec2, new, id);

	*image_id = NULL;
	if (ret)
		return ret;
	path = ec2_image_path(ec2, id);
	*image_id = strdup(id);
	ret = path && *image_id ? make(ec2, path, &size, arg)
				: ec2_fail_errno(ec2, -ENOMEM, "An image's record");
	if (!ret)
		ret = finish(ec2, id, size);
	if (ret) {
		undo(ec2, id);
		free(*image_id);
		*image_id = NULL;
	}
	free(path);
	return ret;
}

/* ---- RegisterImage ---- */

static int make_copy(struct ec2 *ec2, const char *path, int64_t *size, void *arg)
{
	const struct ec2_register_image_request *r = arg;
	struct stat st;

	if (stat(r->image_location, &st))
		return ec2_fail_errno(ec2, -errno, r->image_location);
	*size = st.st_size;
	return ec2_copy_file(ec2, r->image_location, path, *size, true, NULL, NULL);
}

static int check_location(struct ec2 *ec2, const char *path)
{
	const char *why = NULL;
	struct stat st;

	if (stat(path, &st))
		why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		why = "not a regular file";
	else if (st.st_size == 0)
		why = "the file is empty";
	else if (st.st_size % 512)
		why = "its size is not a multiple of 512: the file is truncated, or no disk image"
		      " (import-image takes other formats)";
	if (!why)
		return 0;
	return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			"Value (%s) for parameter imageLocation is invalid: %s", path, why);
}

int ec2_register_image(struct ec2 *ec2, const struct ec2_register_image_request *r,
		       struct ec2_register_image_response *response)
{
	struct ec2_image_new new = {.type = "machine"};
	struct ec2_root_mapping root = {0};
	int ret = ec2_enter(ec2, &ec2_shape_register_image_request, r, true);

	memset(response, 0, sizeof(*response));
	if (ret)
		return ret;
	new.name = r->name;
	new.description = r->description;
	new.architecture = r->architecture ? r->architecture : "x86_64";
	new.location = r->image_location;
	new.kernel_id = r->kernel_id;
	new.ramdisk_id = r->ramdisk_id;
	new.root_device_name = r->root_device_name ? r->root_device_name : "/dev/sda1";
	new.ena_support = r->ena_support;
	new.dry_run = r->dry_run;
	new.tag_specifications = &r->tag_specifications;
	if (r->virtualization_type && strcmp(r->virtualization_type, "hvm"))
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Value (%s) for parameter virtualizationType is invalid: hvm is"
				" expected",
				r->virtualization_type);
	ret = check_location(ec2, r->image_location);
	if (!ret)
		ret = ec2_check_mappings(ec2, &r->block_device_mappings, new.root_device_name,
					 false, &root);
	new.volume_size = root.volume_size;
	new.volume_type = root.volume_type;
	new.keep_volume = root.delete_on_termination == EC2_FALSE;
	if (!ret)
		ret = ec2_image_create(ec2, &new, make_copy, (void *)r, &response->image_id);
	return ret;
}
