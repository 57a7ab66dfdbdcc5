// SPDX-License-Identifier: LGPL-2.1-or-later
/* RunInstances. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/bdm.h"
#include "api/describe.h"
#include "api/end.h"
#include "api/files.h"
#include "api/image.h"
#include "api/interface.h"
#include "api/power.h"
#include "api/request.h"

#define GIB (1024LL * 1024 * 1024)
#define MIB (1024LL * 1024)
#define MAX_COUNT 1000
#define MAX_USER_DATA (16 * 1024)
#define MAX_TOKEN 64

/* Everything that a launch is made of, checked. */
struct launch {
	const struct ec2_run_instances_request *request;
	int min, max;
	int count; /* how many there is room for */
	struct ec2_type type;
	struct ec2_image_record image;
	const char *kernel_id, *ramdisk_id;
	struct ec2_root_mapping root;
	struct ec2_launch_network network;
	int64_t volume_bytes;
	bool delete_on_termination;
	char *token_text; /* the request as text, to know it again */
	char *boot;
	char reservation[EC2_ID_SIZE];
	struct ec2_strings ids; /* the new instances */
	bool repeated; /* the token's reservation is the answer */
};

static void launch_clear(struct launch *launch)
{
	ec2_image_clear(&launch->image);
	ec2_launch_network_clear(&launch->network);
	for (size_t i = 0; i < launch->ids.n; i++)
		free(launch->ids.items[i]);
	free(launch->ids.items);
	free(launch->token_text);
	free(launch->boot);
}

static int invalid(struct ec2 *ec2, const char *parameter, const char *value, const char *expected)
{
	return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			"Value (%s) for parameter %s is invalid. %s", value, parameter, expected);
}

/* ---- checks that need no database ---- */

static int check_count(struct ec2 *ec2, struct launch *launch)
{
	const struct ec2_run_instances_request *r = launch->request;
	char text[16];

	launch->min = r->min_count ? r->min_count : 1;
	launch->max = r->max_count ? r->max_count : launch->min;
	if (launch->min >= 1 && launch->max >= launch->min && launch->max <= MAX_COUNT)
		return 0;
	snprintf(text, sizeof(text), "%d", launch->min < 1 ? launch->min : launch->max);
	return invalid(ec2, launch->min < 1 ? "minCount" : "maxCount", text,
		       "MinCount is at least 1, MaxCount at least MinCount and at most 1000");
}

static int check_user_data(struct ec2 *ec2, const char *user_data)
{
	int64_t n;

	if (!user_data)
		return 0;
	n = ec2_base64_length(user_data);
	if (n < 0)
		return ec2_fail(ec2, -EINVAL, "InvalidUserData.Malformed",
				"Invalid BASE64 encoding of user data.");
	if (n > MAX_USER_DATA)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"User data is limited to %d bytes", MAX_USER_DATA);
	return 0;
}

static int check_token(struct ec2 *ec2, const char *token)
{
	if (!token)
		return 0;
	for (const char *p = token; *p; p++) {
		if (*p < 0x20 || *p > 0x7e)
			return invalid(ec2, "clientToken", token, "ASCII characters are expected");
	}
	if (!*token || strlen(token) > MAX_TOKEN)
		return invalid(ec2, "clientToken", token, "1 to 64 characters are expected");
	return 0;
}

static bool either(const char *value, const char *a, const char *b)
{
	return !value || strcmp(value, a) == 0 || strcmp(value, b) == 0;
}

static int check_values(struct ec2 *ec2, const struct launch *launch)
{
	const struct ec2_run_instances_request *r = launch->request;
	const struct ec2_placement *placement = &r->placement;
	const char *credits = r->credit_specification.cpu_credits;

	if (!either(r->instance_initiated_shutdown_behavior, "stop", "terminate"))
		return invalid(ec2, "instanceInitiatedShutdownBehavior",
			       r->instance_initiated_shutdown_behavior,
			       "stop or terminate is expected");
	if (!either(credits, "standard", "unlimited"))
		return invalid(ec2, "creditSpecification", credits,
			       "standard or unlimited is expected");
	if (credits && !launch->type.credits_per_hour)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterCombination",
				"The t2, t3 and t3a families have CPU credits; %s has not",
				launch->type.name);
	if (!either(placement->availability_zone, ec2->zone, ""))
		return invalid(ec2, "availabilityZone", placement->availability_zone,
			       "See ec2ctl describe-availability-zones");
	if (!either(placement->tenancy, "default", ""))
		return invalid(ec2, "tenancy", placement->tenancy, "default is expected");
	return 0;
}

static const char *const taggable[] = {"instance", "volume", "network-interface", NULL};

static int check(struct ec2 *ec2, struct launch *launch)
{
	const struct ec2_run_instances_request *r = launch->request;
	const char *type = r->instance_type ? r->instance_type : "t3.micro";
	int ret = check_count(ec2, launch);

	if (!ret)
		ret = check_token(ec2, r->client_token);
	if (!ret)
		ret = check_user_data(ec2, r->user_data);
	if (!ret)
		ret = ec2_type_find(ec2, type, &launch->type);
	if (!ret && launch->type.bare_metal)
		ret = ec2_fail(ec2, -EOPNOTSUPP, "UnsupportedOperation",
			       "The instance type %s is a bare machine: this host has none to give",
			       type);
	if (!ret)
		ret = check_values(ec2, launch);
	if (!ret)
		ret = ec2_check_tag_specifications(ec2, &r->tag_specifications, taggable);
	return ret;
}

/* ---- checks within the transaction ---- */

static int check_image_kernel(struct ec2 *ec2, const char *id, const char *type)
{
	struct ec2_image_record image;
	int ret;

	if (!id)
		return 0;
	ret = ec2_image_usable(ec2, id, type, &image);
	ec2_image_clear(&image);
	return ret;
}

static int check_volume(struct ec2 *ec2, struct launch *launch)
{
	const struct ec2_image_record *image = &launch->image;
	int64_t gib = launch->root.volume_size ? launch->root.volume_size : image->volume_size;

	launch->volume_bytes = gib ? gib * GIB : image->size;
	launch->delete_on_termination = launch->root.delete_on_termination
						? launch->root.delete_on_termination == EC2_TRUE
						: image->delete_on_termination;
	if (launch->volume_bytes < image->size)
		return ec2_fail(ec2, -EINVAL, "InvalidBlockDeviceMapping",
				"Volume of size %lldGB is smaller than image '%s', expect size >="
				" %lldGB",
				(long long)gib, image->pub.image_id,
				(long long)((image->size + GIB - 1) / GIB));
	return 0;
}

static int check_image(struct ec2 *ec2, struct launch *launch)
{
	const struct ec2_run_instances_request *r = launch->request;
	int ret = ec2_image_usable(ec2, r->image_id, "machine", &launch->image);

	if (ret)
		return ret;
	launch->kernel_id = r->kernel_id ? r->kernel_id : launch->image.pub.kernel_id;
	launch->ramdisk_id = r->ramdisk_id ? r->ramdisk_id : launch->image.pub.ramdisk_id;
	if (launch->ramdisk_id && !launch->kernel_id)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterCombination",
				"A RamdiskId needs a KernelId");
	ret = check_image_kernel(ec2, launch->kernel_id, "kernel");
	if (!ret)
		ret = check_image_kernel(ec2, launch->ramdisk_id, "ramdisk");
	if (!ret)
		ret = ec2_check_mappings(ec2, &r->block_device_mappings,
					 launch->image.pub.root_device_name, launch->type.disks > 0,
					 &launch->root);
	return ret ? ret : check_volume(ec2, launch);
}

struct token {
	char *request;
	char reservation[EC2_ID_SIZE];
};

static int token_row(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct token *token = arg;

	snprintf(token->reservation, sizeof(token->reservation), "%s", ec2_col_text(row, 1));
	return ec2_col_dup(row, 0, &token->request) ? ec2_fail_errno(ec2, -ENOMEM, "A token") : 0;
}

/* 1: the token has been used for the same request. */
static int find_token(struct ec2 *ec2, struct launch *launch)
{
	struct token token = {0};
	int ret;

	if (!launch->request->client_token)
		return 0;
	ret = ec2_db_each(ec2, token_row, &token,
			  "SELECT request, reservation FROM client_tokens WHERE token = ?", "s",
			  launch->request->client_token);
	if (ret > 0 && strcmp(token.request, launch->token_text))
		ret = ec2_fail(ec2, -EINVAL, "IdempotentParameterMismatch",
			       "The request uses the same client token as a previous, but"
			       " non-identical request. Do not reuse a client token with different"
			       " requests, unless the requests are identical");
	else if (ret > 0)
		memcpy(launch->reservation, token.reservation, sizeof(token.reservation));
	free(token.request);
	return ret;
}

/* ---- records ---- */

static int insert_volume(struct ec2 *ec2, const struct launch *launch, const char *instance)
{
	char id[EC2_ID_SIZE];
	struct ec2_volume volume = {
		.id = id,
		.instance = (char *)instance,
		.image = launch->image.pub.image_id,
		.device = launch->image.pub.root_device_name,
		.type = launch->root.volume_type ? (char *)launch->root.volume_type
						 : launch->image.volume_type,
		.size = launch->volume_bytes,
		.slot = 0,
		.delete_on_termination = launch->delete_on_termination,
	};
	int ret = ec2_new_id(ec2, "vol", id);

	if (!ret)
		ret = ec2_volume_insert(ec2, &volume);
	if (!ret)
		ret = ec2_tag_resource(ec2, &launch->request->tag_specifications, "volume", id);
	return ret;
}

/* The strings of the record are the request's: it is not to be cleared. */
static int insert_instance(struct ec2 *ec2, struct launch *launch, int index)
{
	const struct ec2_run_instances_request *r = launch->request;
	char id[EC2_ID_SIZE];
	struct ec2_inst inst = {
		.pub = {.ami_launch_index = index,
			.image_id = launch->image.pub.image_id,
			.instance_id = id,
			.instance_type = launch->type.name,
			.kernel_id = (char *)launch->kernel_id,
			.ramdisk_id = (char *)launch->ramdisk_id,
			.launch_time = ec2_now(),
			.state = {.code = EC2_STATE_PENDING},
			.architecture = launch->image.pub.architecture,
			.client_token = r->client_token ? r->client_token : "",
			.ebs_optimized = r->ebs_optimized,
			.root_device_name = launch->image.pub.root_device_name,
			.cpu_options = {.core_count = launch->type.vcpus, .threads_per_core = 1}},
		.reservation = launch->reservation,
		.shutdown_behavior = r->instance_initiated_shutdown_behavior
					     ? r->instance_initiated_shutdown_behavior
					     : "stop",
		.termination_protected = r->disable_api_termination,
		.user_data = r->user_data,
		.cpu_credits = r->credit_specification.cpu_credits,
		.memory = (int64_t)launch->type.memory_mib * MIB,
		.boot = launch->boot,
	};
	int ret = ec2_new_id(ec2, "i", id);

	if (!ret)
		ret = ec2_inst_free_uid(ec2, &inst.uid);
	if (!ret)
		ret = ec2_inst_insert(ec2, &inst);
	if (!ret)
		ret = insert_volume(ec2, launch, id);
	if (!ret)
		ret = ec2_launch_network_insert(ec2, &launch->network, &r->tag_specifications, id);
	if (!ret)
		ret = ec2_tag_resource(ec2, &r->tag_specifications, "instance", id);
	if (!ret)
		ret = ec2_intent_add(ec2, EC2_INTENT_LAUNCH, id, 0);
	if (!ret && ec2_strings_add(&launch->ids, id))
		ret = ec2_fail_errno(ec2, -ENOMEM, "The launch");
	return ret;
}

static int insert(struct ec2 *ec2, struct launch *launch)
{
	const char *token = launch->request->client_token;
	int ret = ec2_new_id(ec2, "r", launch->reservation);

	if (!ret)
		ret = ec2_db_exec(ec2,
				  "INSERT INTO reservations (id, owner, created) VALUES (?, ?, ?)",
				  "ssi", launch->reservation, ec2->account, ec2_now());
	if (ret >= 0 && token)
		ret = ec2_db_exec(ec2,
				  "INSERT INTO client_tokens (token, request, reservation, created)"
				  " VALUES (?, ?, ?, ?)",
				  "sssi", token, launch->token_text, launch->reservation,
				  ec2_now());
	for (int i = 0; ret >= 0 && i < launch->count; i++)
		ret = insert_instance(ec2, launch, i);
	return ret < 0 ? ret : 0;
}

static int plan(struct ec2 *ec2, struct launch *launch)
{
	int ret = ec2_owner_take(ec2);

	if (!ret)
		ret = ec2_begin(ec2);
	if (ret)
		return ret;
	ret = find_token(ec2, launch);
	launch->repeated = ret > 0;
	if (!ret)
		ret = check_image(ec2, launch);
	if (!ret)
		ret = ec2_capacity(ec2, &launch->type, launch->max, launch->min, &launch->count);
	if (!ret && !launch->repeated)
		ret = ec2_launch_network_check(ec2, launch->request, launch->min, &launch->count,
					       &launch->network);
	if (ret >= 0)
		ret = ec2_dry_run(ec2, launch->request->dry_run);
	if (!ret && !launch->repeated)
		ret = insert(ec2, launch);
	return ec2_end(ec2, ret);
}

/* ---- acts ---- */

static int fill_volume(struct ec2 *ec2, const struct launch *launch, const char *instance)
{
	char *id = NULL, *from = NULL, *to = NULL;
	int ret = ec2_db_text(ec2, &id,
			      "SELECT id FROM volumes WHERE instance = ? AND state = 'creating'",
			      "s", instance);

	if (ret <= 0) /* terminated in between: the launch will see it */
		return ret;
	from = ec2_image_path(ec2, launch->image.pub.image_id);
	to = ec2_volume_path(ec2, id);
	ret = from && to ? ec2_copy_file(ec2, from, to, launch->volume_bytes, false, NULL, NULL)
			 : ec2_fail_errno(ec2, -ENOMEM, "The volume");
	if (!ret)
		ret = ec2_volumes_attached(ec2, instance);
	free(id);
	free(from);
	free(to);
	return ret;
}

static void give_up(struct ec2 *ec2, const char *id)
{
	char *message = strdup(ec2->error.message), *code = strdup(ec2->error.code);

	ec2_end_instance(ec2, id, EC2_END_LAUNCH_FAILED, message);
	if (ec2_begin(ec2) == 0)
		ec2_end(ec2, ec2_intent_done(ec2, EC2_INTENT_LAUNCH, id));
	ec2_fail(ec2, 0, code ? code : "InternalError", "%s", message ? message : "");
	free(message);
	free(code);
}

/* Those of a reservation that is not to be, as if terminated by the user who wanted them all. */
static void take_back(struct ec2 *ec2, const struct launch *launch)
{
	char *message = strdup(ec2->error.message), *code = strdup(ec2->error.code);
	struct ec2_terminate_instances_request request = {.instance_ids = launch->ids};
	struct ec2_terminate_instances_response response;

	ec2_db_exec(ec2, "UPDATE instances SET termination_protected = 0 WHERE reservation = ?",
		    "s", launch->reservation);
	if (ec2_terminate_instances(ec2, &request, &response) == 0)
		ec2_terminate_instances_response_free(&response);
	ec2_fail(ec2, 0, code ? code : "InternalError", "%s", message ? message : "");
	free(message);
	free(code);
}

static int act(struct ec2 *ec2, struct launch *launch)
{
	int ret = 0, failure = 0, started = 0;

	for (size_t i = 0; i < launch->ids.n; i++) {
		const char *id = launch->ids.items[i];

		/* what one lacks, the next lacks too */
		ret = failure ? failure : fill_volume(ec2, launch, id);
		if (ret)
			give_up(ec2, id);
		else
			ret = ec2_launch_one(ec2, id);
		if (ret)
			failure = ret;
		else
			started++;
	}
	if (started >= launch->min)
		return 0;
	if (started)
		take_back(ec2, launch);
	return failure;
}

int ec2_run_instances(struct ec2 *ec2, const struct ec2_run_instances_request *r,
		      struct ec2_run_instances_response *response)
{
	struct launch launch = {.request = r};
	int ret = ec2_enter(ec2, &ec2_shape_run_instances_request, r, true);

	memset(response, 0, sizeof(*response));
	if (!ret)
		ret = check(ec2, &launch);
	if (!ret && !r->dry_run)
		ret = ec2_check_module(ec2);
	if (ret)
		return ret;
	launch.boot = ec2->kernel->boot_id(ec2);
	launch.token_text = ec2_request_text(&ec2_shape_run_instances_request, r, "ClientToken");
	if (!launch.token_text)
		ret = ec2_fail_errno(ec2, -ENOMEM, "The launch");
	if (!ret)
		ret = plan(ec2, &launch);
	if (!ret && !launch.repeated)
		ret = act(ec2, &launch);
	if (!ret)
		ret = ec2_reservation_load(ec2, launch.reservation, response);
	launch_clear(&launch);
	return ret;
}
