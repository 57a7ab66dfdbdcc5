/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The region that this host is, and its one availability zone. */
#ifndef EC2CTL_REGION_H
#define EC2CTL_REGION_H

#include <ec2ctl/core.h>

#ifdef __cplusplus
extern "C" {
#endif

/* EC2's Region. */
struct ec2_region {
	char *endpoint;
	char *region_name;
	char *opt_in_status;
};

/* EC2's AvailabilityZoneMessage. */
struct ec2_zone_message {
	char *message;
};

/* EC2's AvailabilityZone. */
struct ec2_availability_zone {
	char *state; /* "available" */
	char *opt_in_status;
	struct ec2_list messages; /* struct ec2_zone_message */
	char *region_name;
	char *zone_name;
	char *zone_id;
	char *group_name;
	char *network_border_group;
	char *zone_type;
};

struct ec2_describe_regions_request {
	struct ec2_list filters; /* struct ec2_filter */
	struct ec2_strings region_names;
	bool dry_run;
	bool all_regions;
};

struct ec2_describe_regions_response {
	struct ec2_list regions; /* struct ec2_region */
};

struct ec2_describe_availability_zones_request {
	struct ec2_list filters; /* struct ec2_filter */
	struct ec2_strings zone_names;
	struct ec2_strings zone_ids;
	bool all_availability_zones;
	bool dry_run;
};

struct ec2_describe_availability_zones_response {
	struct ec2_list availability_zones; /* struct ec2_availability_zone */
};

/* DescribeRegions. Errors: InvalidParameterValue. Return: 0 or -errno. */
int ec2_describe_regions(struct ec2 *ec2, const struct ec2_describe_regions_request *request,
			 struct ec2_describe_regions_response *response);
EC2_RESPONSE_FREE(describe_regions, "DescribeRegions")

/* DescribeAvailabilityZones. Errors: InvalidParameterValue. Return: 0 or -errno. */
int ec2_describe_availability_zones(struct ec2 *ec2,
				    const struct ec2_describe_availability_zones_request *request,
				    struct ec2_describe_availability_zones_response *response);
EC2_RESPONSE_FREE(describe_availability_zones, "DescribeAvailabilityZones")

#ifdef __cplusplus
}
#endif
#endif
