// SPDX-License-Identifier: LGPL-2.1-or-later
/* DescribeInstances and DescribeInstanceStatus. */
#include "api/describe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/request.h"
#include "store/instance.h"

#define TERMINATED_LISTED_MS (3600 * 1000LL)

static int no_memory(struct ec2 *ec2)
{
	return ec2_fail_errno(ec2, -ENOMEM, "The answer");
}

static bool listed(const struct ec2_inst *inst)
{
	return inst->pub.state.code != EC2_STATE_TERMINATED ||
	       ec2_now() - inst->ended < TERMINATED_LISTED_MS;
}

/* ---- DescribeInstances ---- */

static const struct ec2_filter_row instance_filters[] = {
	{"architecture", "Architecture", false},
	{"availability-zone", "Placement.AvailabilityZone", false},
	{"block-device-mapping.attach-time", "BlockDeviceMappings.Ebs.AttachTime", false},
	{"block-device-mapping.delete-on-termination",
	 "BlockDeviceMappings.Ebs.DeleteOnTermination", false},
	{"block-device-mapping.device-name", "BlockDeviceMappings.DeviceName", false},
	{"block-device-mapping.status", "BlockDeviceMappings.Ebs.Status", false},
	{"block-device-mapping.volume-id", "BlockDeviceMappings.Ebs.VolumeId", false},
	{"client-token", "ClientToken", false},
	{"hypervisor", "Hypervisor", false},
	{"image-id", "ImageId", false},
	{"instance-id", "InstanceId", false},
	{"instance-state-code", "State.Code", false},
	{"instance-state-name", "State.Name", false},
	{"instance-type", "InstanceType", false},
	{"instance.group-id", "SecurityGroups.GroupId", false},
	{"instance.group-name", "SecurityGroups.GroupName", false},
	{"kernel-id", "KernelId", false},
	{"launch-index", "AmiLaunchIndex", false},
	{"launch-time", "LaunchTime", false},
	{"monitoring-state", "Monitoring.State", false},
	{"network-interface.addresses.private-ip-address",
	 "NetworkInterfaces.PrivateIpAddresses.PrivateIpAddress", false},
	{"network-interface.attachment.attachment-id", "NetworkInterfaces.Attachment.AttachmentId",
	 false},
	{"network-interface.attachment.delete-on-termination",
	 "NetworkInterfaces.Attachment.DeleteOnTermination", false},
	{"network-interface.attachment.device-index", "NetworkInterfaces.Attachment.DeviceIndex",
	 false},
	{"network-interface.description", "NetworkInterfaces.Description", false},
	{"network-interface.group-id", "NetworkInterfaces.Groups.GroupId", false},
	{"network-interface.group-name", "NetworkInterfaces.Groups.GroupName", false},
	{"network-interface.mac-address", "NetworkInterfaces.MacAddress", false},
	{"network-interface.network-interface-id", "NetworkInterfaces.NetworkInterfaceId", false},
	{"network-interface.private-dns-name", "NetworkInterfaces.PrivateDnsName", false},
	{"network-interface.source-dest-check", "NetworkInterfaces.SourceDestCheck", false},
	{"network-interface.status", "NetworkInterfaces.Status", false},
	{"network-interface.subnet-id", "NetworkInterfaces.SubnetId", false},
	{"network-interface.vpc-id", "NetworkInterfaces.VpcId", false},
	{"owner-id", "OwnerId", true},
	{"placement-group-name", "Placement.GroupName", false},
	{"private-dns-name", "PrivateDnsName", false},
	{"private-ip-address", "PrivateIpAddress", false},
	{"platform-details", "PlatformDetails", false},
	{"ramdisk-id", "RamdiskId", false},
	{"reason", "StateTransitionReason", false},
	{"reservation-id", "ReservationId", true},
	{"root-device-name", "RootDeviceName", false},
	{"root-device-type", "RootDeviceType", false},
	{"source-dest-check", "SourceDestCheck", false},
	{"state-reason-code", "StateReason.Code", false},
	{"state-reason-message", "StateReason.Message", false},
	{"subnet-id", "SubnetId", false},
	{"tenancy", "Placement.Tenancy", false},
	{"usage-operation", "UsageOperation", false},
	{"virtualization-type", "VirtualizationType", false},
	{"vpc-id", "VpcId", false},
};

struct describe {
	const struct ec2_strings *ids;
	const char *reservation; /* only this one's, or NULL */
	struct ec2_list *reservations;
	struct ec2_lister lister;
};

/* The last one, or a new one after it: instances come in the order of their launch. */
static struct ec2_reservation *reservation_of(struct describe *describe, struct ec2_inst *inst)
{
	struct ec2_reservation *items = describe->reservations->items;
	size_t n = describe->reservations->n;

	if (n && strcmp(items[n - 1].reservation_id, inst->reservation) == 0)
		return &items[n - 1];
	items = ec2_list_add(describe->reservations, &ec2_shape_reservation);
	if (!items)
		return NULL;
	items->reservation_id = strdup(inst->reservation);
	items->owner_id = strdup(inst->owner);
	return items->reservation_id && items->owner_id ? items : NULL;
}

static int describe_inst(struct ec2 *ec2, struct ec2_inst *inst, void *arg)
{
	struct describe *describe = arg;
	const struct ec2_reservation outer = {.owner_id = inst->owner,
					      .reservation_id = inst->reservation};
	struct ec2_reservation *reservation;
	struct ec2_instance *item;
	int ret;

	if (describe->reservation ? strcmp(describe->reservation, inst->reservation) != 0
				  : !listed(inst))
		return 0;
	if (describe->ids && describe->ids->n &&
	    !ec2_strings_have(describe->ids, inst->pub.instance_id))
		return 0;
	ret = ec2_inst_details(ec2, inst);
	if (ret || !ec2_lister_take(&describe->lister, inst->seq, &outer, &inst->pub))
		return ret;
	reservation = reservation_of(describe, inst);
	item = reservation ? ec2_list_add(&reservation->instances, &ec2_shape_instance) : NULL;
	if (!item)
		return no_memory(ec2);
	*item = inst->pub;
	memset(&inst->pub, 0, sizeof(inst->pub));
	return 0;
}

/* Every id that is asked for must be there. */
static int check_ids(struct ec2 *ec2, const struct ec2_strings *ids)
{
	struct ec2_strings unknown = {0};
	int ret = ec2_check_instance_ids(ec2, ids);

	for (size_t i = 0; !ret && i < ids->n; i++) {
		int64_t found;

		ret = ec2_db_int(
			ec2, &found,
			"SELECT 1 FROM instances WHERE id = ? AND (state <> 48 OR ended > ?)", "si",
			ids->items[i], ec2_now() - TERMINATED_LISTED_MS);
		if (!ret && ec2_strings_add(&unknown, ids->items[i]))
			ret = no_memory(ec2);
		ret = ret < 0 ? ret : 0;
	}
	if (!ret && unknown.n)
		ret = ec2_no_instance(ec2, &unknown);
	for (size_t i = 0; i < unknown.n; i++)
		free(unknown.items[i]);
	free(unknown.items);
	return ret;
}

static int describe_all(struct ec2 *ec2, const struct ec2_strings *ids, bool dry_run,
			ec2_inst_fn fn, void *arg)
{
	int ret = ec2_begin_read(ec2);

	if (ret)
		return ret;
	ret = check_ids(ec2, ids);
	if (!ret)
		ret = ec2_dry_run(ec2, dry_run);
	if (!ret)
		ret = ec2_inst_each(ec2, fn, arg);
	return ec2_end(ec2, ret);
}

int ec2_describe_instances(struct ec2 *ec2, const struct ec2_describe_instances_request *r,
			   struct ec2_describe_instances_response *response)
{
	struct describe describe = {
		.ids = r ? &r->instance_ids : NULL,
		.reservations = &response->reservations,
		.lister = {.filters = r ? &r->filters : NULL,
			   .rows = instance_filters,
			   .n_rows = sizeof(instance_filters) / sizeof(instance_filters[0]),
			   .shape = &ec2_shape_instance,
			   .outer_shape = &ec2_shape_reservation},
	};
	int ret = ec2_enter(ec2, &ec2_shape_describe_instances_request, r, false);

	memset(response, 0, sizeof(*response));
	if (!ret)
		ret = ec2_lister_begin(ec2, &describe.lister, r->max_results, r->next_token,
				       &r->instance_ids, 1000);
	if (!ret)
		ret = describe_all(ec2, &r->instance_ids, r->dry_run, describe_inst, &describe);
	if (!ret)
		ret = ec2_lister_end(ec2, &describe.lister, &response->next_token);
	if (ret)
		ec2_shape_clear(&ec2_shape_describe_instances_response, response);
	return ret;
}

int ec2_reservation_load(struct ec2 *ec2, const char *id,
			 struct ec2_run_instances_response *response)
{
	const struct ec2_list no_filters = {0};
	struct ec2_list reservations = {0};
	struct describe describe = {
		.reservation = id,
		.reservations = &reservations,
		.lister = {.filters = &no_filters,
			   .shape = &ec2_shape_instance,
			   .after = INT64_MIN},
	};
	struct ec2_reservation *reservation;
	int ret = ec2_inst_each(ec2, describe_inst, &describe);

	if (!ret && reservations.n) {
		reservation = reservations.items;
		response->groups = reservation->groups;
		response->instances = reservation->instances;
		response->owner_id = reservation->owner_id;
		response->reservation_id = reservation->reservation_id;
		memset(reservation, 0, sizeof(*reservation));
	}
	for (size_t i = 0; i < reservations.n; i++)
		ec2_shape_clear(&ec2_shape_reservation,
				(struct ec2_reservation *)reservations.items + i);
	free(reservations.items);
	return ret;
}

/* ---- DescribeInstanceStatus ---- */

static const struct ec2_filter_row status_filters[] = {
	{"availability-zone", "AvailabilityZone", false},
	{"instance-state-code", "InstanceState.Code", false},
	{"instance-state-name", "InstanceState.Name", false},
	{"instance-status.reachability", "InstanceStatus.Details.Status", false},
	{"instance-status.status", "InstanceStatus.Status", false},
	{"system-status.reachability", "SystemStatus.Details.Status", false},
	{"system-status.status", "SystemStatus.Status", false},
};

struct status {
	const struct ec2_describe_instance_status_request *request;
	struct ec2_list *statuses;
	struct ec2_lister lister;
};

static int set_summary(struct ec2_instance_status_summary *summary, const char *status,
		       const char *reachability)
{
	struct ec2_instance_status_details *details;

	summary->status = strdup(status);
	if (!reachability)
		return summary->status ? 0 : -ENOMEM;
	details = ec2_list_add(&summary->details, &ec2_shape_instance_status_details);
	if (!details)
		return -ENOMEM;
	details->name = strdup("reachability");
	details->status = strdup(reachability);
	return summary->status && details->name && details->status ? 0 : -ENOMEM;
}

/* The instance is well when its VMM lives in the module; the system is, when the module answers. */
static int set_status(struct ec2 *ec2, const struct ec2_inst *inst,
		      struct ec2_instance_status *status)
{
	struct ec2_instance_stats stats = {0};
	int ret;

	status->availability_zone = strdup(ec2->zone);
	status->instance_id = strdup(inst->pub.instance_id);
	status->instance_state.code = inst->pub.state.code;
	status->instance_state.name = strdup(inst->pub.state.name);
	if (!status->availability_zone || !status->instance_id || !status->instance_state.name)
		return -ENOMEM;
	if (inst->pub.state.code != EC2_STATE_RUNNING)
		return set_summary(&status->instance_status, "not-applicable", NULL) ||
				       set_summary(&status->system_status, "not-applicable", NULL)
			       ? -ENOMEM
			       : 0;
	ret = ec2->kernel->stats(ec2, inst->pub.instance_id, &stats);
	if (ret == -EACCES || ret == -EPERM)
		return set_summary(&status->instance_status, "insufficient-data", NULL) ||
				       set_summary(&status->system_status, "insufficient-data",
						   NULL)
			       ? -ENOMEM
			       : 0;
	if (set_summary(&status->system_status, ret ? "impaired" : "ok", ret ? "failed" : "passed"))
		return -ENOMEM;
	ret = ret || !stats.vm_on;
	return set_summary(&status->instance_status, ret ? "impaired" : "ok",
			   ret ? "failed" : "passed");
}

static int status_inst(struct ec2 *ec2, struct ec2_inst *inst, void *arg)
{
	struct status *s = arg;
	const struct ec2_strings *ids = &s->request->instance_ids;
	struct ec2_instance_status status = {0};
	struct ec2_instance_status *item;

	if (!listed(inst) ||
	    (!s->request->include_all_instances && inst->pub.state.code != EC2_STATE_RUNNING) ||
	    (ids->n && !ec2_strings_have(ids, inst->pub.instance_id)))
		return 0;
	if (!set_status(ec2, inst, &status)) {
		if (!ec2_lister_take(&s->lister, inst->seq, NULL, &status)) {
			ec2_shape_clear(&ec2_shape_instance_status, &status);
			return 0;
		}
		item = ec2_list_add(s->statuses, &ec2_shape_instance_status);
		if (item) {
			*item = status;
			return 0;
		}
	}
	ec2_shape_clear(&ec2_shape_instance_status, &status);
	return no_memory(ec2);
}

int ec2_describe_instance_status(struct ec2 *ec2,
				 const struct ec2_describe_instance_status_request *r,
				 struct ec2_describe_instance_status_response *response)
{
	struct status status = {
		.request = r,
		.statuses = &response->instance_statuses,
		.lister = {.filters = r ? &r->filters : NULL,
			   .rows = status_filters,
			   .n_rows = sizeof(status_filters) / sizeof(status_filters[0]),
			   .shape = &ec2_shape_instance_status},
	};
	int ret = ec2_enter(ec2, &ec2_shape_describe_instance_status_request, r, false);

	memset(response, 0, sizeof(*response));
	if (!ret)
		ret = ec2_lister_begin(ec2, &status.lister, r->max_results, r->next_token,
				       &r->instance_ids, 1000);
	if (!ret)
		ret = describe_all(ec2, &r->instance_ids, r->dry_run, status_inst, &status);
	if (!ret)
		ret = ec2_lister_end(ec2, &status.lister, &response->next_token);
	if (ret)
		ec2_shape_clear(&ec2_shape_describe_instance_status_response, response);
	return ret;
}
