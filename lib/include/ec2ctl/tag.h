/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tags: up to 50 per resource, keys of 1 to 128 characters, values of up to 256. */
#ifndef EC2CTL_TAG_H
#define EC2CTL_TAG_H

#include <ec2ctl/core.h>

#ifdef __cplusplus
extern "C" {
#endif

/* EC2's Tag. */
struct ec2_tag {
	char *key;
	char *value; /* NULL in DeleteTags: any value */
};

/* EC2's TagSpecification: tags for what an action creates. */
struct ec2_tag_specification {
	char *resource_type; /* "instance", "volume", "image", "vpc", "subnet" ... */
	struct ec2_list tags; /* struct ec2_tag */
};

/* EC2's TagDescription. */
struct ec2_tag_description {
	char *key;
	char *resource_id;
	char *resource_type;
	char *value;
};

struct ec2_create_tags_request {
	bool dry_run;
	struct ec2_strings resources; /* ids of any kind, up to 1000 */
	struct ec2_list tags; /* struct ec2_tag */
};

struct ec2_delete_tags_request {
	bool dry_run;
	struct ec2_strings resources;
	struct ec2_list tags; /* struct ec2_tag; empty: all but aws: tags */
};

struct ec2_describe_tags_request {
	bool dry_run;
	struct ec2_list
		filters; /* struct ec2_filter: key, resource-id, resource-type, value, tag:KEY */
	int32_t max_results; /* 5 to 1000; 0 = all */
	char *next_token;
};

struct ec2_describe_tags_response {
	char *next_token;
	struct ec2_list tags; /* struct ec2_tag_description */
};

/*
 * CreateTags: add tags, or overwrite their values. All resources get them or none.
 * Errors: InvalidID; Invalid*.NotFound; MissingParameter; TagLimitExceeded;
 * InvalidParameterValue (aws: keys, lengths).
 * Return: 0 or -errno.
 */
int ec2_create_tags(struct ec2 *ec2, const struct ec2_create_tags_request *request);

/*
 * DeleteTags: remove tags by key, or by key and value. Tags that are not there are no error.
 * Errors: as CreateTags. Return: 0 or -errno.
 */
int ec2_delete_tags(struct ec2 *ec2, const struct ec2_delete_tags_request *request);

/*
 * DescribeTags. Errors: InvalidParameterValue (filter, page).
 * Return: 0 or -errno.
 */
int ec2_describe_tags(struct ec2 *ec2, const struct ec2_describe_tags_request *request,
		      struct ec2_describe_tags_response *response);
EC2_RESPONSE_FREE(describe_tags, "DescribeTags")

#ifdef __cplusplus
}
#endif
#endif
