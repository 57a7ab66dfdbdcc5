// SPDX-License-Identifier: LGPL-2.1-or-later
/* DescribeRegions and DescribeAvailabilityZones: this host. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/request.h"

static const struct ec2_filter_row region_filters[] = {
	{"endpoint", "Endpoint", false},
	{"opt-in-status", "OptInStatus", false},
	{"region-name", "RegionName", false},
};

static const struct ec2_filter_row zone_filters[] = {
	{"group-name", "GroupName", false},
	{"message", "Messages.Message", false},
	{"opt-in-status", "OptInStatus", false},
	{"region-name", "RegionName", false},
	{"state", "State", false},
	{"zone-id", "ZoneId", false},
	{"zone-name", "ZoneName", false},
	{"zone-type", "ZoneType", false},
};

static int check_known(struct ec2 *ec2, const struct ec2_strings *names, const char *known,
		       const char *what)
{
	for (size_t i = 0; i < names->n; i++) {
		if (strcmp(names->items[i], known))
			return ec2_fail(ec2, -EINVAL, "InvalidParameterValue", "Invalid %s: [%s]",
					what, names->items[i]);
	}
	return 0;
}

/* The one item, when the filters let it through. */
static int take(struct ec2 *ec2, struct ec2_lister *lister, struct ec2_list *list, const void *one)
{
	void *item;
	int ret = ec2_lister_begin(ec2, lister, 0, NULL, NULL, 0);

	if (ret || !ec2_lister_take(lister, 0, NULL, one))
		return ret;
	item = ec2_list_add(list, lister->shape);
	if (!item || ec2_shape_copy(lister->shape, item, one))
		return ec2_fail_errno(ec2, -ENOMEM, "The answer");
	return 0;
}

int ec2_describe_regions(struct ec2 *ec2, const struct ec2_describe_regions_request *r,
			 struct ec2_describe_regions_response *response)
{
	char endpoint[96];
	struct ec2_region region = {.endpoint = endpoint,
				    .region_name = ec2->region,
				    .opt_in_status = "opt-in-not-required"};
	struct ec2_lister lister = {.filters = r ? &r->filters : NULL,
				    .rows = region_filters,
				    .n_rows = sizeof(region_filters) / sizeof(region_filters[0]),
				    .shape = &ec2_shape_region};
	int ret = ec2_enter(ec2, &ec2_shape_describe_regions_request, r, false);

	memset(response, 0, sizeof(*response));
	if (!ret)
		ret = check_known(ec2, &r->region_names, ec2->region, "region name");
	if (!ret)
		ret = ec2_dry_run(ec2, r->dry_run);
	snprintf(endpoint, sizeof(endpoint), "ec2.%s.amazonaws.com", ec2->region);
	if (!ret)
		ret = take(ec2, &lister, &response->regions, &region);
	if (ret)
		ec2_shape_clear(&ec2_shape_describe_regions_response, response);
	return ret;
}

int ec2_describe_availability_zones(struct ec2 *ec2,
				    const struct ec2_describe_availability_zones_request *r,
				    struct ec2_describe_availability_zones_response *response)
{
	char id[64];
	struct ec2_availability_zone zone = {.state = "available",
					     .opt_in_status = "opt-in-not-required",
					     .region_name = ec2->region,
					     .zone_name = ec2->zone,
					     .zone_id = id,
					     .group_name = ec2->region,
					     .network_border_group = ec2->region,
					     .zone_type = "availability-zone"};
	struct ec2_lister lister = {.filters = r ? &r->filters : NULL,
				    .rows = zone_filters,
				    .n_rows = sizeof(zone_filters) / sizeof(zone_filters[0]),
				    .shape = &ec2_shape_availability_zone};
	int ret = ec2_enter(ec2, &ec2_shape_describe_availability_zones_request, r, false);

	memset(response, 0, sizeof(*response));
	snprintf(id, sizeof(id), "%s-az1", ec2->region);
	if (!ret)
		ret = check_known(ec2, &r->zone_names, ec2->zone, "availability zone");
	if (!ret)
		ret = check_known(ec2, &r->zone_ids, id, "availability zone-id");
	if (!ret)
		ret = ec2_dry_run(ec2, r->dry_run);
	if (!ret)
		ret = take(ec2, &lister, &response->availability_zones, &zone);
	if (ret)
		ec2_shape_clear(&ec2_shape_describe_availability_zones_response, response);
	return ret;
}
