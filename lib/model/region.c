// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/request.h"
#include "model/shapes.h"

#define S ec2_region
static const struct ec2_field region_fields[] = {
	STR("Endpoint", endpoint, 0, NULL),
	STR("RegionName", region_name, 0, NULL),
	STR("OptInStatus", opt_in_status, 0, NULL),
};
SHAPE(region, "Region", region_fields)
#undef S

#define S ec2_zone_message
static const struct ec2_field zone_message_fields[] = {
	STR("Message", message, 0, NULL),
};
SHAPE(zone_message, "AvailabilityZoneMessage", zone_message_fields)
#undef S

#define S ec2_availability_zone
static const struct ec2_field availability_zone_fields[] = {
	STR("State", state, 0, NULL),
	STR("OptInStatus", opt_in_status, EC2_F_HIDDEN, NULL),
	SUBS("Messages", messages, zone_message, EC2_F_EMPTY_LIST | EC2_F_HIDDEN, NULL),
	STR("RegionName", region_name, 0, NULL),
	STR("ZoneName", zone_name, 0, NULL),
	STR("ZoneId", zone_id, 0, NULL),
	STR("GroupName", group_name, EC2_F_HIDDEN, NULL),
	STR("NetworkBorderGroup", network_border_group, EC2_F_HIDDEN, NULL),
	STR("ZoneType", zone_type, EC2_F_HIDDEN, NULL),
};
SHAPE(availability_zone, "AvailabilityZone", availability_zone_fields)
#undef S

#define S ec2_describe_regions_request
static const struct ec2_field describe_regions_request_fields[] = {
	FILTERS,
	STRS("RegionNames", region_names, 0, "these regions"),
	DRY_RUN,
	BOOL("AllRegions", all_regions, 0, "those not opted in to, too"),
};
SHAPE(describe_regions_request, "DescribeRegionsRequest", describe_regions_request_fields)
#undef S

#define S ec2_describe_regions_response
static const struct ec2_field describe_regions_response_fields[] = {
	SUBS("Regions", regions, region, EC2_F_EMPTY_LIST, NULL),
};
SHAPE(describe_regions_response, "DescribeRegionsResult", describe_regions_response_fields)
#undef S

#define S ec2_describe_availability_zones_request
static const struct ec2_field describe_availability_zones_request_fields[] = {
	FILTERS,
	STRS("ZoneNames", zone_names, 0, "these zones, by name"),
	STRS("ZoneIds", zone_ids, 0, "these zones, by id"),
	BOOL("AllAvailabilityZones", all_availability_zones, 0, "those not opted in to, too"),
	DRY_RUN,
};
SHAPE(describe_availability_zones_request, "DescribeAvailabilityZonesRequest",
      describe_availability_zones_request_fields)
#undef S

#define S ec2_describe_availability_zones_response
static const struct ec2_field describe_availability_zones_response_fields[] = {
	SUBS("AvailabilityZones", availability_zones, availability_zone, EC2_F_EMPTY_LIST, NULL),
};
SHAPE(describe_availability_zones_response, "DescribeAvailabilityZonesResult",
      describe_availability_zones_response_fields)
#undef S

#define S ec2_reconciled
static const struct ec2_field reconciled_fields[] = {
	STR("ResourceId", resource_id, 0, NULL),
	STR("Action", action, 0, NULL),
	STR("Message", message, 0, NULL),
};
SHAPE(reconciled, "Reconciled", reconciled_fields)
#undef S

#define S ec2_reconcile_response
static const struct ec2_field reconcile_response_fields[] = {
	SUBS("Changes", changes, reconciled, EC2_F_EMPTY_LIST, NULL),
};
SHAPE(reconcile_response, "ReconcileResult", reconcile_response_fields)
#undef S
