// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/noun.h"
#include "api/request.h"
#include "store/instance.h"

#define TAGS_PER_RESOURCE 50
#define KEY_CHARACTERS 128
#define VALUE_CHARACTERS 256

/* Characters of UTF-8, not bytes. */
static size_t characters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static int check_tag(struct ec2 *ec2, const struct ec2_tag *tag)
{
	size_t n = characters(tag->key);

	if (strncmp(tag->key, "aws:", 4) == 0)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Tag keys starting with 'aws:' are reserved for internal use");
	if (n < 1 || n > KEY_CHARACTERS)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Tag key must be from 1 to %d characters long", KEY_CHARACTERS);
	if (tag->value && characters(tag->value) > VALUE_CHARACTERS)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Tag value exceeds the maximum length of %d characters",
				VALUE_CHARACTERS);
	return 0;
}

static int limit_exceeded(struct ec2 *ec2)
{
	return ec2_fail(ec2, -ENOSPC, "TagLimitExceeded",
			"The maximum number of Tags for a resource has been reached: %d",
			TAGS_PER_RESOURCE);
}

int ec2_check_tags(struct ec2 *ec2, const struct ec2_list *tags)
{
	const struct ec2_tag *items = tags->items;
	int ret = 0;

	if (tags->n > TAGS_PER_RESOURCE)
		return limit_exceeded(ec2);
	for (size_t i = 0; !ret && i < tags->n; i++) {
		ret = check_tag(ec2, &items[i]);
		for (size_t j = 0; !ret && j < i; j++) {
			if (strcmp(items[i].key, items[j].key) == 0)
				ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
					       "Duplicate tag key '%s' specified.", items[i].key);
		}
	}
	return ret;
}

int ec2_check_tag_specifications(struct ec2 *ec2, const struct ec2_list *specifications,
				 const char *const types[])
{
	const struct ec2_tag_specification *items = specifications->items;
	int ret = 0;

	for (size_t i = 0; !ret && i < specifications->n; i++) {
		size_t t;

		for (t = 0; types[t] && strcmp(types[t], items[i].resource_type); t++)
			;
		if (!types[t])
			return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
					"'%s' is not a valid taggable resource type for this"
					" operation.",
					items[i].resource_type);
		ret = ec2_check_tags(ec2, &items[i].tags);
	}
	return ret;
}

static int check_limit(struct ec2 *ec2, const char *resource)
{
	int64_t n;
	int ret =
		ec2_db_int(ec2, &n, "SELECT count(*) FROM tags WHERE resource = ?", "s", resource);

	if (ret >= 0 && n > TAGS_PER_RESOURCE)
		return limit_exceeded(ec2);
	return ret < 0 ? ret : 0;
}

static int set_tags(struct ec2 *ec2, const char *resource, const struct ec2_list *tags)
{
	const struct ec2_tag *items = tags->items;
	int ret = 0;

	for (size_t i = 0; !ret && i < tags->n; i++)
		ret = ec2_tag_set(ec2, resource, &items[i]);
	return ret ? ret : check_limit(ec2, resource);
}

int ec2_tag_resource(struct ec2 *ec2, const struct ec2_list *specifications, const char *type,
		     const char *resource)
{
	const struct ec2_tag_specification *items = specifications->items;
	int ret = 0;

	for (size_t i = 0; !ret && i < specifications->n; i++) {
		if (strcmp(items[i].resource_type, type) == 0)
			ret = set_tags(ec2, resource, &items[i].tags);
	}
	return ret;
}

/* ---- actions ---- */

static int change(struct ec2 *ec2, const struct ec2_strings *resources, const struct ec2_list *tags,
		  bool dry_run,
		  int (*one)(struct ec2 *ec2, const char *resource, const struct ec2_list *tags))
{
	int ret = ec2_begin(ec2);

	if (ret)
		return ret;
	for (size_t i = 0; !ret && i < resources->n; i++)
		ret = ec2_check_any_id(ec2, resources->items[i]);
	for (size_t i = 0; !ret && i < resources->n; i++)
		ret = one(ec2, resources->items[i], tags);
	if (!ret)
		ret = ec2_dry_run(ec2, dry_run);
	return ec2_end(ec2, ret);
}

int ec2_create_tags(struct ec2 *ec2, const struct ec2_create_tags_request *r)
{
	int ret = ec2_enter(ec2, &ec2_shape_create_tags_request, r, true);

	if (!ret)
		ret = ec2_check_tags(ec2, &r->tags);
	return ret ? ret : change(ec2, &r->resources, &r->tags, r->dry_run, set_tags);
}

static int remove_tags(struct ec2 *ec2, const char *resource, const struct ec2_list *tags)
{
	const struct ec2_tag *items = tags->items;
	int ret = 0;

	if (!tags->n)
		ret = ec2_db_exec(ec2, "DELETE FROM tags WHERE resource = ?", "s", resource);
	for (size_t i = 0; ret >= 0 && i < tags->n; i++)
		ret = ec2_db_exec(ec2,
				  "DELETE FROM tags WHERE resource = ? AND key = ?"
				  " AND value = ifnull(?, value)",
				  "sss", resource, items[i].key, items[i].value);
	return ret < 0 ? ret : 0;
}

int ec2_delete_tags(struct ec2 *ec2, const struct ec2_delete_tags_request *r)
{
	int ret = ec2_enter(ec2, &ec2_shape_delete_tags_request, r, true);

	return ret ? ret : change(ec2, &r->resources, &r->tags, r->dry_run, remove_tags);
}

static const struct ec2_filter_row tag_filters[] = {
	{"key", "Key", false},
	{"resource-id", "ResourceId", false},
	{"resource-type", "ResourceType", false},
	{"value", "Value", false},
};

struct describe {
	struct ec2_lister lister;
	struct ec2_list *tags;
};

static int describe_row(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct describe *describe = arg;
	const char *id = ec2_col_text(row, 0);
	struct ec2_tag_description *item, tag = {
						  .key = (char *)ec2_col_text(row, 1),
						  .resource_id = (char *)id,
						  .resource_type = (char *)ec2_id_type(id),
						  .value = (char *)ec2_col_text(row, 2),
					  };

	if (!ec2_lister_take(&describe->lister, ec2_col_int(row, 3), NULL, &tag))
		return 0;
	item = ec2_list_add(describe->tags, &ec2_shape_tag_description);
	if (!item || ec2_shape_copy(&ec2_shape_tag_description, item, &tag))
		return ec2_fail_errno(ec2, -ENOMEM, "A tag");
	return 0;
}

int ec2_describe_tags(struct ec2 *ec2, const struct ec2_describe_tags_request *r,
		      struct ec2_describe_tags_response *response)
{
	struct describe describe = {
		.tags = &response->tags,
		.lister = {.filters = &r->filters,
			   .rows = tag_filters,
			   .n_rows = sizeof(tag_filters) / sizeof(tag_filters[0]),
			   .shape = &ec2_shape_tag_description},
	};
	int ret = ec2_enter(ec2, &ec2_shape_describe_tags_request, r, false);

	memset(response, 0, sizeof(*response));
	if (!ret)
		ret = ec2_lister_begin(ec2, &describe.lister, r->max_results, r->next_token, NULL,
				       1000);
	if (!ret)
		ret = ec2_dry_run(ec2, r->dry_run);
	if (!ret)
		ret = ec2_db_each(ec2, describe_row, &describe,
				  "SELECT resource, key, value, rowid FROM tags ORDER BY rowid",
				  NULL);
	if (ret >= 0)
		ret = ec2_lister_end(ec2, &describe.lister, &response->next_token);
	if (ret)
		ec2_shape_clear(&ec2_shape_describe_tags_response, response);
	return ret;
}
