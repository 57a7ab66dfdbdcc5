// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/data_path.h"
#include "api/network.h"

static int no_memory(struct ec2 *ec2)
{
	return ec2_fail_errno(ec2, -ENOMEM, "A record");
}

/* The member of that name, or NULL. */
static const void *member(const struct ec2_shape *shape, const void *p, const char *name)
{
	const struct ec2_field *field = name ? ec2_shape_field(shape, name) : NULL;

	return field ? (const char *)p + field->offset : NULL;
}

static bool dry_run(const struct ec2_shape *shape, const void *request)
{
	const bool *flag = member(shape, request, "DryRun");

	return flag && *flag;
}

/* ---- reading ---- */

/* Everything while one list is made. */
struct describe {
	const struct ec2_strings *ids;
	struct ec2_list *list;
	struct ec2_lister lister;
};

static int describe_row(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct describe *describe = arg;
	const struct ec2_shape *shape = describe->lister.shape;
	void *item, *place;
	int ret;

	if (describe->ids && describe->ids->n &&
	    !ec2_strings_have(describe->ids, ec2_col_text(row, 1)))
		return 0;
	item = calloc(1, shape->size);
	if (!item)
		return no_memory(ec2);
	ret = ec2_col_struct(ec2, row, 2, shape, item);
	if (!ret && ec2_lister_take(&describe->lister, ec2_col_int(row, 0), NULL, item)) {
		place = ec2_list_add(describe->list, shape);
		if (place) {
			memcpy(place, item, shape->size);
			memset(item, 0, shape->size);
		} else {
			ret = no_memory(ec2);
		}
	}
	ec2_shape_clear(shape, item);
	free(item);
	return ret;
}

/* The listing's statement with something behind it. */
static int each(struct ec2 *ec2, const struct ec2_listing *listing, const char *id, ec2_row_fn fn,
		void *arg)
{
	char *sql;
	int ret;

	if (asprintf(&sql,
		     "SELECT seq, id, item FROM (%s) WHERE ?2 IS NULL OR id = ?2 ORDER BY seq",
		     listing->select) < 0)
		return no_memory(ec2);
	ret = ec2_db_each(ec2, fn, arg, sql, "ss", ec2->account, id);
	free(sql);
	return ret;
}

int ec2_describe(struct ec2 *ec2, const struct ec2_listing *listing,
		 const struct ec2_shape *request_shape, const void *request,
		 const struct ec2_shape *response_shape, void *response)
{
	static const struct ec2_list no_filters;
	const struct ec2_list *filters = NULL;
	struct describe describe = {
		.list = (struct ec2_list *)member(response_shape, response, listing->items),
		.lister = {.rows = listing->filters,
			   .n_rows = listing->n_filters,
			   .shape = listing->shape},
	};
	const char *id = NULL;
	const int32_t *max;
	char *const *token;
	int ret = ec2_enter(ec2, request_shape, request, false);

	memset(response, 0, response_shape->size);
	if (!ret)
		ret = ec2_network_open(ec2);
	if (ret)
		return ret;
	describe.ids = member(request_shape, request, listing->ids);
	filters = member(request_shape, request, "Filters");
	describe.lister.filters = filters ? filters : &no_filters;
	max = member(request_shape, request, "MaxResults");
	token = member(request_shape, request, "NextToken");
	ret = ec2_lister_begin(ec2, &describe.lister, max ? *max : 0, token ? *token : NULL,
			       describe.ids, 1000);
	if (!ret)
		ret = ec2_begin_read(ec2);
	if (ret)
		return ret;
	if (describe.ids)
		ret = ec2_check_ids(ec2, listing->prefix, describe.ids);
	if (describe.ids && describe.ids->n == 1)
		id = describe.ids->items[0];
	if (listing->of) {
		id = *(char *const *)member(request_shape, request, listing->of);
		ret = ec2_check_id(ec2, listing->prefix, id);
	}
	if (!ret)
		ret = ec2_dry_run(ec2, dry_run(request_shape, request));
	if (!ret)
		ret = each(ec2, listing, id, describe_row, &describe);
	ret = ec2_end(ec2, ret < 0 ? ret : 0);
	if (!ret)
		ret = ec2_lister_end(ec2, &describe.lister,
				     (char **)member(response_shape, response, "NextToken"));
	if (ret)
		ec2_shape_clear(response_shape, response);
	return ret;
}

struct load {
	const struct ec2_shape *shape;
	void *item;
};

static int load_row(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	const struct load *load = arg;

	return ec2_col_struct(ec2, row, 2, load->shape, load->item);
}

int ec2_record_load(struct ec2 *ec2, const struct ec2_listing *listing, const char *id, void *item)
{
	struct load load = {listing->shape, item};

	return each(ec2, listing, id, load_row, &load);
}

int ec2_record_add(struct ec2 *ec2, const struct ec2_listing *listing, const char *id,
		   struct ec2_list *list)
{
	void *item = ec2_list_add(list, listing->shape);

	return item ? ec2_record_load(ec2, listing, id, item) : no_memory(ec2);
}

/* ---- changing ---- */

int ec2_change(struct ec2 *ec2, const struct ec2_shape *request_shape, const void *request,
	       const struct ec2_shape *response_shape, void *response, ec2_act act)
{
	int ret = ec2_enter(ec2, request_shape, request, true);

	if (response_shape)
		memset(response, 0, response_shape->size);
	if (!ret)
		ret = ec2_begin(ec2);
	if (ret)
		return ret;
	ret = ec2_network_ready(ec2);
	if (!ret)
		ret = act(ec2, request, response);
	if (ret >= 0)
		ret = ec2_dry_run(ec2, dry_run(request_shape, request));
	if (!ret)
		ret = ec2_data_path_touch(ec2);
	ret = ec2_end(ec2, ret);
	if (!ret)
		ret = ec2_data_path_settle(ec2);
	if (ret && response_shape)
		ec2_shape_clear(response_shape, response);
	return ret;
}

int ec2_record_delete(struct ec2 *ec2, const char *table, const char *id)
{
	char sql[96];
	int ret = ec2_db_run(ec2, "DELETE FROM tags WHERE resource = ?", "s", id);

	snprintf(sql, sizeof(sql), "DELETE FROM %s WHERE id = ?", table);
	return ret ? ret : ec2_db_run(ec2, sql, "s", id);
}
