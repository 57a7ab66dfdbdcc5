// SPDX-License-Identifier: LGPL-2.1-or-later
/* Records and files of images. */
#include "api/image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "api/request.h"
#include "store/instance.h"

#define GIB (1024LL * 1024 * 1024)

static int no_memory(struct ec2 *ec2)
{
	return ec2_fail_errno(ec2, -ENOMEM, "An image's record");
}

void ec2_image_clear(struct ec2_image_record *image)
{
	ec2_shape_clear(&ec2_shape_image, &image->pub);
	free(image->volume_type);
	free(image->boot_parameters);
	memset(image, 0, sizeof(*image));
}

char *ec2_image_path(const struct ec2 *ec2, const char *id)
{
	if (strncmp(id, "ami-", 4) == 0)
		return ec2_path(ec2->state_dir, "images/%s.raw", id);
	return ec2_path(ec2->state_dir, "kernels/%s", id);
}

/* ---- reading ---- */

#define SELECT                                                                                \
	"SELECT id, state, type, name, description, architecture, location, kernel, ramdisk," \
	" boot_parameters, root_device, virtualization, ena_support, size, volume_size,"      \
	" volume_type, delete_on_termination, created, seq FROM images"                       \
	" WHERE state <> 'deregistered' "

static int set(char **member, const char *text)
{
	*member = strdup(text);
	return *member ? 0 : -ENOMEM;
}

/* What is the same for all of a kind. */
static int set_constants(struct ec2 *ec2, struct ec2_image *pub)
{
	if (set(&pub->owner_id, ec2->account) || set(&pub->platform_details, "Linux/UNIX") ||
	    set(&pub->usage_operation, "RunInstances") || set(&pub->hypervisor, "xen") ||
	    set(&pub->root_device_type, "ebs"))
		return -ENOMEM;
	return 0;
}

static int set_mapping(struct ec2_image_record *image)
{
	struct ec2_block_device_mapping *mapping;

	mapping = ec2_list_add(&image->pub.block_device_mappings, &ec2_shape_block_device_mapping);
	if (!mapping || set(&mapping->device_name, image->pub.root_device_name) ||
	    set(&mapping->ebs.volume_type, image->volume_type))
		return -ENOMEM;
	mapping->ebs.volume_size =
		image->volume_size ? image->volume_size : (image->size + GIB - 1) / GIB;
	mapping->ebs.delete_on_termination = image->delete_on_termination ? EC2_TRUE : EC2_FALSE;
	mapping->ebs.encrypted = EC2_FALSE;
	return 0;
}

static int set_date(struct ec2_image *pub, int64_t created)
{
	time_t seconds = created / 1000;
	char text[40];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S.000Z", &tm);
	return set(&pub->creation_date, text);
}

static int from_row(struct ec2 *ec2, struct ec2_row *row, struct ec2_image_record *image)
{
	struct ec2_image *pub = &image->pub;
	char **texts[] = {
		&pub->image_id,		&pub->state,
		&pub->image_type,	&pub->name,
		&pub->description,	&pub->architecture,
		&pub->image_location,	&pub->kernel_id,
		&pub->ramdisk_id,	&image->boot_parameters,
		&pub->root_device_name, &pub->virtualization_type,
	};
	int ret = 0;

	memset(image, 0, sizeof(*image));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ret |= ec2_col_dup(row, i, texts[i]);
	ret |= ec2_col_dup(row, 15, &image->volume_type);
	pub->ena_support = ec2_col_int(row, 12);
	image->size = ec2_col_int(row, 13);
	image->volume_size = ec2_col_int(row, 14);
	image->delete_on_termination = ec2_col_int(row, 16);
	image->seq = ec2_col_int(row, 18);
	if (!ret)
		ret = set_constants(ec2, pub) || set_date(pub, ec2_col_int(row, 17));
	if (!ret && pub->root_device_name)
		ret = set_mapping(image);
	if (ret) {
		ec2_image_clear(image);
		return no_memory(ec2);
	}
	return 0;
}

static int load_row(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	return from_row(ec2, row, arg);
}

static int not_found(struct ec2 *ec2, const char *id)
{
	return ec2_fail(ec2, -ENOENT, "InvalidAMIID.NotFound", "The image id '[%s]' does not exist",
			id);
}

static int check_id(struct ec2 *ec2, const char *id)
{
	if (ec2_valid_id(id, "ami") || ec2_valid_id(id, "aki") || ec2_valid_id(id, "ari"))
		return 0;
	return ec2_fail(ec2, -EINVAL, "InvalidAMIID.Malformed",
			"Invalid id: \"%s\" (expecting \"ami-...\")", id);
}

static int check_file(struct ec2 *ec2, const struct ec2_image_record *image)
{
	char *path = ec2_image_path(ec2, image->pub.image_id);
	struct stat st;
	int ret = 0;

	if (!path)
		return no_memory(ec2);
	if (stat(path, &st))
		ret = ec2_fail(ec2, -ENOENT, "InvalidAMIID.Unavailable",
			       "The image ID '%s' is no longer available: %s: %s. Deregister it and"
			       " import it anew",
			       image->pub.image_id, path, strerror(errno));
	else if (st.st_size != image->size)
		ret = ec2_fail(
			ec2, -EIO, "InvalidAMIID.Unavailable",
			"The image ID '%s' is no longer available: %s has %lld of %lld bytes."
			" Deregister it and import it anew",
			image->pub.image_id, path, (long long)st.st_size, (long long)image->size);
	free(path);
	return ret;
}

int ec2_image_usable(struct ec2 *ec2, const char *id, const char *type,
		     struct ec2_image_record *image)
{
	int ret = check_id(ec2, id);

	memset(image, 0, sizeof(*image));
	if (ret)
		return ret;
	ret = ec2_db_each(ec2, load_row, image, SELECT "AND id = ? AND type = ?", "ss", id, type);
	if (ret < 0)
		return ret;
	if (!ret)
		return not_found(ec2, id);
	if (strcmp(image->pub.state, "available"))
		ret = ec2_fail(ec2, -EBUSY, "InvalidAMIID.Unavailable",
			       "The image ID '%s' is not available: it is %s", id,
			       image->pub.state);
	else
		ret = check_file(ec2, image);
	if (ret)
		ec2_image_clear(image);
	return ret;
}

/* ---- describing ---- */

static const struct ec2_filter_row image_filters[] = {
	{"architecture", "Architecture", false},
	{"block-device-mapping.device-name", "BlockDeviceMappings.DeviceName", false},
	{"block-device-mapping.volume-size", "BlockDeviceMappings.Ebs.VolumeSize", false},
	{"block-device-mapping.volume-type", "BlockDeviceMappings.Ebs.VolumeType", false},
	{"block-device-mapping.delete-on-termination",
	 "BlockDeviceMappings.Ebs.DeleteOnTermination", false},
	{"creation-date", "CreationDate", false},
	{"description", "Description", false},
	{"ena-support", "EnaSupport", false},
	{"hypervisor", "Hypervisor", false},
	{"image-id", "ImageId", false},
	{"image-type", "ImageType", false},
	{"is-public", "Public", false},
	{"kernel-id", "KernelId", false},
	{"manifest-location", "ImageLocation", false},
	{"name", "Name", false},
	{"owner-id", "OwnerId", false},
	{"ramdisk-id", "RamdiskId", false},
	{"root-device-name", "RootDeviceName", false},
	{"root-device-type", "RootDeviceType", false},
	{"state", "State", false},
	{"state-reason-code", "StateReason.Code", false},
	{"state-reason-message", "StateReason.Message", false},
	{"virtualization-type", "VirtualizationType", false},
};

struct describe {
	const struct ec2_describe_images_request *request;
	struct ec2_list *images;
	struct ec2_lister lister;
};

static bool owned(struct ec2 *ec2, const struct ec2_strings *owners)
{
	return !owners->n || ec2_strings_have(owners, "self") ||
	       ec2_strings_have(owners, ec2->account);
}

static int describe_row(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct describe *describe = arg;
	const struct ec2_strings *ids = &describe->request->image_ids;
	struct ec2_image_record image;
	struct ec2_image *item;
	int ret = from_row(ec2, row, &image);

	if (ret)
		return ret;
	if (!ids->n || ec2_strings_have(ids, image.pub.image_id))
		ret = ec2_tags_load(ec2, image.pub.image_id, &image.pub.tags);
	if (!ret && (!ids->n || ec2_strings_have(ids, image.pub.image_id)) &&
	    ec2_lister_take(&describe->lister, image.seq, NULL, &image.pub)) {
		item = ec2_list_add(describe->images, &ec2_shape_image);
		if (item) {
			*item = image.pub;
			memset(&image.pub, 0, sizeof(image.pub));
		} else {
			ret = no_memory(ec2);
		}
	}
	ec2_image_clear(&image);
	return ret;
}

static int check_ids(struct ec2 *ec2, const struct ec2_strings *ids)
{
	int64_t found;
	int ret = 0;

	for (size_t i = 0; !ret && i < ids->n; i++) {
		ret = check_id(ec2, ids->items[i]);
		if (ret)
			return ret;
		ret = ec2_db_int(ec2, &found,
				 "SELECT 1 FROM images WHERE id = ? AND state <> 'deregistered'",
				 "s", ids->items[i]);
		ret = ret < 0 ? ret : ret ? 0 : not_found(ec2, ids->items[i]);
	}
	return ret;
}

int ec2_describe_images(struct ec2 *ec2, const struct ec2_describe_images_request *r,
			struct ec2_describe_images_response *response)
{
	struct describe describe = {
		.request = r,
		.images = &response->images,
		.lister = {.filters = &r->filters,
			   .rows = image_filters,
			   .n_rows = sizeof(image_filters) / sizeof(image_filters[0]),
			   .shape = &ec2_shape_image},
	};
	int ret = ec2_enter(ec2, &ec2_shape_describe_images_request, r, false);

	memset(response, 0, sizeof(*response));
	if (!ret)
		ret = ec2_lister_begin(ec2, &describe.lister, r->max_results, r->next_token,
				       &r->image_ids, 1000);
	if (!ret)
		ret = ec2_begin_read(ec2);
	if (ret)
		return ret;
	ret = check_ids(ec2, &r->image_ids);
	if (!ret)
		ret = ec2_dry_run(ec2, r->dry_run);
	if (!ret && owned(ec2, &r->owners))
		ret = ec2_db_each(ec2, describe_row, &describe, SELECT "ORDER BY seq", NULL);
	ret = ec2_end(ec2, ret < 0 ? ret : 0);
	if (!ret)
		ret = ec2_lister_end(ec2, &describe.lister, &response->next_token);
	if (ret)
		ec2_shape_clear(&ec2_shape_describe_images_response, response);
	return ret;
}

/* ---- removing ---- */

/* A kernel that something would want at its next start stays. */
static int check_unused(struct ec2 *ec2, const char *id)
{
	char *user;
	int ret =
		ec2_db_text(ec2, &user,
			    "SELECT id FROM instances WHERE state <> 48 AND ?1 IN (kernel, ramdisk)"
			    " UNION ALL SELECT id FROM images WHERE state <> 'deregistered'"
			    " AND ?1 IN (kernel, ramdisk)",
			    "s", id);

	if (ret > 0)
		ret = ec2_fail(ec2, -EBUSY, "DependencyViolation",
			       "The image ID '%s' is in use by '%s'", id, user);
	free(user);
	return ret;
}

static int mark_deregistered(struct ec2 *ec2, const char *id)
{
	struct ec2_strings ids = {(char **)&id, 1};
	int ret = check_ids(ec2, &ids);

	if (!ret)
		ret = check_unused(ec2, id);
	if (!ret)
		ret = ec2_intent_pending(ec2, EC2_INTENT_IMAGE, id);
	if (ret > 0)
		return ec2_fail(ec2, -EBUSY, "InvalidAMIID.Unavailable",
				"The image ID '%s' is not available: it is being made", id);
	if (!ret)
		ret = ec2_db_exec(ec2, "UPDATE images SET state = 'deregistered' WHERE id = ?", "s",
				  id);
	if (ret >= 0)
		ret = ec2_db_exec(ec2, "DELETE FROM tags WHERE resource = ?", "s", id);
	return ret < 0 ? ret : 0;
}

int ec2_deregister_image(struct ec2 *ec2, const struct ec2_deregister_image_request *r)
{
	int ret = ec2_enter(ec2, &ec2_shape_deregister_image_request, r, true);

	if (!ret)
		ret = ec2_begin(ec2);
	if (ret)
		return ret;
	ret = mark_deregistered(ec2, r->image_id);
	if (!ret)
		ret = ec2_dry_run(ec2, r->dry_run);
	ret = ec2_end(ec2, ret);
	return ret ? ret : ec2_images_delete(ec2);
}

static int unlink_image(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	const char *id = ec2_col_text(row, 0);
	char *path = ec2_image_path(ec2, id);
	int ret = 0;

	if (!path || ec2_strings_add(arg, id))
		ret = no_memory(ec2);
	else if (unlink(path) && errno != ENOENT)
		ret = ec2_fail_errno(ec2, -errno, path);
	free(path);
	ec2_step("image unlinked");
	return ret;
}

int ec2_images_delete(struct ec2 *ec2)
{
	struct ec2_strings gone = {0};
	int ret = ec2_db_each(ec2, unlink_image, &gone,
			      "SELECT id FROM images WHERE state = 'deregistered'", NULL);

	for (size_t i = 0; i < gone.n; i++) {
		if (ret >= 0)
			ret = ec2_db_exec(ec2, "DELETE FROM images WHERE id = ?", "s",
					  gone.items[i]);
		free(gone.items[i]);
	}
	free(gone.items);
	return ret < 0 ? ret : 0;
}

int ec2_undo_image(struct ec2 *ec2, const struct ec2_intent *intent)
{
	int ret = ec2_begin(ec2);

	if (ret)
		return ret;
	ret = ec2_db_exec(ec2,
			  "UPDATE images SET state = 'deregistered' WHERE id = ?"
			  " AND state = 'pending'",
			  "s", intent->resource);
	if (ret > 0)
		ret = ec2_db_exec(ec2, "DELETE FROM tags WHERE resource = ?", "s",
				  intent->resource);
	if (ret >= 0)
		ret = ec2_intent_done(ec2, EC2_INTENT_IMAGE, intent->resource);
	ret = ec2_end(ec2, ret < 0 ? ret : 0);
	return ret ? ret : ec2_images_delete(ec2);
}
