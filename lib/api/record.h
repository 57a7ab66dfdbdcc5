/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Actions on things that are records and no more: what is the same for every noun.
 *
 * A listing says by one SELECT what a thing is, as a JSON object in the shape's own names; a field
 * that is added to a shape is one line there.
 */
#ifndef EC2_API_RECORD_H
#define EC2_API_RECORD_H

#include "api/noun.h"
#include "store/record.h"

struct ec2_listing {
	const char *prefix; /* of its ids */
	const char *ids; /* the request's member that has ids: "VpcIds" */
	const char *of; /* or the one id whose items are listed: "PrefixListId" */
	const char *items; /* the response's member that has the list: "Vpcs" */
	const struct ec2_shape *shape;
	const char *select; /* three columns: seq, id, item; ?1 is the account */
	const struct ec2_filter_row *filters;
	size_t n_filters;
};

/* Describe: ids, filters, a page. Released by the caller after success. Return: 0 or -errno. */
int ec2_describe(struct ec2 *ec2, const struct ec2_listing *listing,
		 const struct ec2_shape *request_shape, const void *request,
		 const struct ec2_shape *response_shape, void *response);

/* One thing, into a struct of the listing's shape. Return: 1, 0 = there is none, -errno. */
int ec2_record_load(struct ec2 *ec2, const struct ec2_listing *listing, const char *id, void *item);
/* The same at the end of a list. */
int ec2_record_add(struct ec2 *ec2, const struct ec2_listing *listing, const char *id,
		   struct ec2_list *list);

/*
 * An action that changes records: within one transaction, which a dry run undoes. What it means to running
 * instances takes effect before it returns.
 */
typedef int (*ec2_act)(struct ec2 *ec2, const void *request, void *response);
int ec2_change(struct ec2 *ec2, const struct ec2_shape *request_shape, const void *request,
	       const struct ec2_shape *response_shape, void *response, ec2_act act);

/*
 * Forget what has the same end everywhere: its tags and its row.
 * Return: 0 or -errno.
 */
int ec2_record_delete(struct ec2 *ec2, const char *table, const char *id);

/*
 * Define ec2_NOUN() by the typed static function NOUN(): within the transaction, only its own
 * work.
 */
#define EC2_CHANGE(noun)                                                               \
	static int act_##noun(struct ec2 *ec2, const void *request, void *response)    \
	{                                                                              \
		return noun(ec2, request, response);                                   \
	}                                                                              \
	int ec2_##noun(struct ec2 *ec2, const struct ec2_##noun##_request *request,    \
		       struct ec2_##noun##_response *response)                         \
	{                                                                              \
		return ec2_change(ec2, &ec2_shape_##noun##_request, request,           \
				  &ec2_shape_##noun##_response, response, act_##noun); \
	}
/* The same for an action whose answer is empty. */
#define EC2_CHANGE_SILENT(noun)                                                          \
	static int act_##noun(struct ec2 *ec2, const void *request, void *response)      \
	{                                                                                \
		(void)response;                                                          \
		return noun(ec2, request);                                               \
	}                                                                                \
	int ec2_##noun(struct ec2 *ec2, const struct ec2_##noun##_request *request)      \
	{                                                                                \
		return ec2_change(ec2, &ec2_shape_##noun##_request, request, NULL, NULL, \
				  act_##noun);                                           \
	}
#define EC2_DESCRIBE(noun, listing)                                                     \
	int ec2_##noun(struct ec2 *ec2, const struct ec2_##noun##_request *request,     \
		       struct ec2_##noun##_response *response)                          \
	{                                                                               \
		return ec2_describe(ec2, listing, &ec2_shape_##noun##_request, request, \
				    &ec2_shape_##noun##_response, response);            \
	}

#endif
