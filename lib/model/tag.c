// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/request.h"
#include "model/shapes.h"

#define S ec2_filter
static const struct ec2_field filter_fields[] = {
	STR("Name", name, EC2_F_REQUIRED, "the filter's name"),
	STRS("Values", values, EC2_F_REQUIRED, "any of these; * and ? stand for characters"),
};
SHAPE(filter, "Filter", filter_fields)
#undef S

#define S ec2_tag
static const struct ec2_field tag_fields[] = {
	STR("Key", key, EC2_F_REQUIRED, "1 to 128 characters"),
	STR("Value", value, 0, "up to 256 characters"),
};
SHAPE(tag, "Tag", tag_fields)
#undef S

#define S ec2_tag_specification
static const struct ec2_field tag_specification_fields[] = {
	STR("ResourceType", resource_type, EC2_F_REQUIRED, "what they are for: instance, volume, vpc ..."),
	SUBS("Tags", tags, tag, 0, "the tags: Key=KEY,Value=VALUE"),
};
SHAPE(tag_specification, "TagSpecification", tag_specification_fields)
#undef S

#define S ec2_tag_description
static const struct ec2_field tag_description_fields[] = {
	STR("Key", key, 0, NULL),
	STR("ResourceId", resource_id, 0, NULL),
	STR("ResourceType", resource_type, 0, NULL),
	STR("Value", value, 0, NULL),
};
SHAPE(tag_description, "TagDescription", tag_description_fields)
#undef S

#define S ec2_create_tags_request
static const struct ec2_field create_tags_request_fields[] = {
	DRY_RUN,
	STRS("Resources", resources, EC2_F_REQUIRED, "ids of the resources"),
	SUBS("Tags", tags, tag, EC2_F_REQUIRED, "the tags: Key=KEY,Value=VALUE"),
};
SHAPE(create_tags_request, "CreateTagsRequest", create_tags_request_fields)
#undef S

#define S ec2_delete_tags_request
static const struct ec2_field delete_tags_request_fields[] = {
	DRY_RUN,
	STRS("Resources", resources, EC2_F_REQUIRED, "ids of the resources"),
	SUBS("Tags", tags, tag, 0, "the tags: Key=KEY[,Value=VALUE]; none: all"),
};
SHAPE(delete_tags_request, "DeleteTagsRequest", delete_tags_request_fields)
#undef S

#define S ec2_describe_tags_request
static const struct ec2_field describe_tags_request_fields[] = {
	DRY_RUN,
	FILTERS,
	MAX_RESULTS,
	NEXT_TOKEN,
};
SHAPE(describe_tags_request, "DescribeTagsRequest", describe_tags_request_fields)
#undef S

#define S ec2_describe_tags_response
static const struct ec2_field describe_tags_response_fields[] = {
	STR("NextToken", next_token, 0, NULL),
	SUBS("Tags", tags, tag_description, EC2_F_EMPTY_LIST, NULL),
};
SHAPE(describe_tags_response, "DescribeTagsResult", describe_tags_response_fields)
#undef S
