/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fields that many requests have. */
#ifndef EC2_MODEL_REQUEST_H
#define EC2_MODEL_REQUEST_H

#include "model/field.h"

#define FILTERS \
	SUBS("Filters", filters, filter, 0, "show only what matches: Name=NAME,Values=V1,V2")
#define DRY_RUN BOOL("DryRun", dry_run, 0, "check everything and change nothing")
#define MAX_RESULTS \
	INT("MaxResults", max_results, EC2_F_ZERO_ABSENT, "how many to list at most in one answer")
#define NEXT_TOKEN STR("NextToken", next_token, 0, "go on where the last answer ended")
#define TAG_SPECIFICATIONS                                                  \
	SUBS("TagSpecifications", tag_specifications, tag_specification, 0, \
	     "tags: ResourceType=TYPE,Tags=[{Key=KEY,Value=VALUE}]")

/* The shape of one action's request or response, from its fields. */
#define REQUEST(noun, name, ...)                                                   \
	static const struct ec2_field noun##_request_fields[] = {__VA_ARGS__};     \
	SHAPE(noun##_request, name "Request", noun##_request_fields)
#define RESPONSE(noun, name, ...)                                                  \
	static const struct ec2_field noun##_response_fields[] = {__VA_ARGS__};    \
	SHAPE(noun##_response, name "Result", noun##_response_fields)

#endif
