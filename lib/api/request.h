/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What requests have in common: ids, lists of answers with filters and pages. */
#ifndef EC2_API_REQUEST_H
#define EC2_API_REQUEST_H

#include "api/ec2.h"
#include "model/shapes.h"

/* A new id "PREFIX-0123456789abcdef0"; what takes one is large enough for the longest prefix. */
#define EC2_ID_SIZE 40
int ec2_new_id(struct ec2 *ec2, const char *prefix, char id[EC2_ID_SIZE]);

/* prefix, dash, 17 (or, as of old, 8) hex digits */
bool ec2_valid_id(const char *id, const char *prefix);
/* InvalidInstanceID.Malformed for the first that is none. */
int ec2_check_instance_ids(struct ec2 *ec2, const struct ec2_strings *ids);
/* "The instance ID 'i-...' does not exist". Return: -ENOENT. */
int ec2_no_instance(struct ec2 *ec2, const struct ec2_strings *ids);
bool ec2_strings_have(const struct ec2_strings *list, const char *string);

/* A filter's name and where its value is in the item: a path over the shapes. */
struct ec2_filter_row {
	const char *name;
	const char *path;
	bool outer; /* the path begins at the outer item: the reservation of an instance */
};

/* A list that is being made: takes what the filters let through, and one page of it. */
struct ec2_lister {
	const struct ec2_list *filters;
	const struct ec2_filter_row *rows;
	size_t n_rows;
	const struct ec2_shape *shape;
	const struct ec2_shape *outer_shape; /* or NULL */
	int64_t after; /* the last item of the page before */
	int32_t max; /* 0: all */
	int32_t taken;
	int64_t last;
	bool more;
};

/*
 * Begin: check filters, MaxResults (5 to limit; not with ids) and NextToken.
 */
int ec2_lister_begin(struct ec2 *ec2, struct ec2_lister *lister, int32_t max_results,
		     const char *next_token, const struct ec2_strings *ids, int32_t limit);
/* 1: item number `seq` (growing) is on the page; 0: it is not. */
int ec2_lister_take(struct ec2_lister *lister, int64_t seq, const void *outer, const void *item);
/* The token for the next page, if there is one. */
int ec2_lister_end(struct ec2 *ec2, const struct ec2_lister *lister, char **next_token);

/* The shape's list of struct ec2_tag, under whichever name EC2 has it; NULL: it has none. */
const struct ec2_field *ec2_tags_field(const struct ec2_shape *shape);

/* EC2's wildcards: *, ?, and \ before a character that stands for itself. */
bool ec2_match(const char *pattern, const char *text);

/* Base64 of binary data, to be freed. NULL: no memory. */
char *ec2_base64(const void *data, size_t n);
/* How many bytes it stands for; -EINVAL: it is not base64. */
int64_t ec2_base64_length(const char *text);

/* Check tags: keys, values, how many. */
int ec2_check_tags(struct ec2 *ec2, const struct ec2_list *tags);
/* Check TagSpecifications: only these resource types (NULL at the end), each with good tags. */
int ec2_check_tag_specifications(struct ec2 *ec2, const struct ec2_list *specifications,
				 const char *const types[]);
/* Set those of a resource type on a resource; within a transaction. */
int ec2_tag_resource(struct ec2 *ec2, const struct ec2_list *specifications, const char *type,
		     const char *resource);

#endif
