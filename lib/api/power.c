// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/power.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/end.h"
#include "api/request.h"

/* An intent's argument. */
#define ARGUMENT(signal, flags) ((signal) | (int64_t)(flags) << 8)

static void free_strings(struct ec2_strings *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
}

/* ---- launching ---- */

static int intent_done(struct ec2 *ec2, const char *kind, const char *id)
{
	int ret = ec2_begin(ec2);

	if (ret)
		return ret;
	return ec2_end(ec2, ec2_intent_done(ec2, kind, id));
}

int ec2_launch_one(struct ec2 *ec2, const char *id)
{
	char *code = NULL, *message = NULL;
	int ret, done;

	ec2_step("before launch");
	ret = ec2->kernel->launch(ec2, id, &code, &message);
	ec2_step("after launch");
	if (ret)
		ec2_end_instance(ec2, id, EC2_END_LAUNCH_FAILED, message);
	done = intent_done(ec2, EC2_INTENT_LAUNCH, id);
	if (ret)
		ret = ec2_fail(ec2, ret, code ? code : "InternalError", "%s",
			       message ? message : strerror(-ret));
	free(code);
	free(message);
	return ret ? ret : done;
}

/* ---- signals ---- */

/* Nobody is there to hear it: an end that was not recorded, or a launch that will see the record. */
static int unheard(struct ec2 *ec2, const char *id)
{
	int busy = ec2->kernel->alive(ec2, id);

	if (!busy)
		busy = ec2_intent_pending(ec2, EC2_INTENT_LAUNCH, id);
	if (busy)
		return busy < 0 ? busy : 0;
	return ec2_end_instance(ec2, id, EC2_END_CRASH, NULL);
}

static int send_signal(struct ec2 *ec2, const char *id, int64_t argument)
{
	int ret;

	ec2_step("before signal");
	ret = ec2->kernel->signal(ec2, id, argument & 0xff, argument >> 8);
	ec2_step("after signal");
	if (ret == -ENOENT || ret == -ENODEV)
		return unheard(ec2, id);
	if (ret == -EBUSY) /* it is on its way already */
		return 0;
	if (ret)
		return ec2_fail(ec2, ret, "InternalError",
				"The instance '%s' cannot be reached: %s", id, strerror(-ret));
	return 0;
}

int ec2_finish_signal(struct ec2 *ec2, const struct ec2_intent *intent)
{
	int ret = send_signal(ec2, intent->resource, intent->argument);

	return ret ? ret : intent_done(ec2, EC2_INTENT_SIGNAL, intent->resource);
}

/* ---- one request ---- */

/* What a request does to one instance: the row of the state that it is in. */
struct move {
	int from;
	int to;
	int64_t argument; /* of the signal; 0 = none */
};

struct request {
	const struct ec2_strings *ids;
	const struct move *moves;
	size_t n_moves;
	const char *done; /* "started": for the message */
	const char *transition; /* "User initiated" */
	const char *code;
	const char *text;
	bool spare_protected; /* OperationNotPermitted */
	int (*prepare)(struct ec2 *ec2, const struct ec2_inst *inst, const struct move *move);
	struct ec2_list *changes;
	struct ec2_strings acted; /* ids to act on after the transaction */
};

static const struct move *find_move(const struct request *request, int state)
{
	for (size_t i = 0; i < request->n_moves; i++) {
		if (request->moves[i].from == state)
			return &request->moves[i];
	}
	return NULL;
}

static int add_change(struct ec2 *ec2, struct ec2_list *changes, const char *id, int from, int to)
{
	struct ec2_instance_state_change *change;

	if (!changes)
		return 0;
	change = ec2_list_add(changes, &ec2_shape_instance_state_change);
	if (!change)
		return ec2_fail_errno(ec2, -ENOMEM, "The answer");
	change->instance_id = strdup(id);
	change->previous_state.code = from;
	change->previous_state.name = strdup(ec2_state_name(from));
	change->current_state.code = to;
	change->current_state.name = strdup(ec2_state_name(to));
	if (!change->instance_id || !change->previous_state.name || !change->current_state.name)
		return ec2_fail_errno(ec2, -ENOMEM, "The answer");
	return 0;
}

static void transition_text(const char *what, char *text, size_t size)
{
	time_t now = time(NULL);
	char when[40];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(text, size, *what ? "%s (%s GMT)" : "", what, when);
}

static int record(struct ec2 *ec2, struct request *request, const struct ec2_inst *inst,
		  const struct move *move)
{
	const char *id = inst->pub.instance_id;
	char transition[80], message[160];
	int ret = 0;

	transition_text(request->transition, transition, sizeof(transition));
	snprintf(message, sizeof(message), "%s: %s", request->code ? request->code : "",
		 request->text);
	if (request->prepare)
		ret = request->prepare(ec2, inst, move);
	if (!ret && move->to != move->from) {
		ret = ec2_inst_set_state(ec2, id, move->to, transition, request->code,
					 request->code ? message : NULL);
		if (!ret)
			ret = ec2_usage_end(ec2, id);
		if (!ret && move->to == EC2_STATE_TERMINATED)
			ret = ec2_inst_release(ec2, id);
	}
	if (!ret && move->argument)
		ret = ec2_intent_add(ec2, EC2_INTENT_SIGNAL, id, move->argument);
	if (!ret && (move->argument || move->to == EC2_STATE_PENDING) &&
	    ec2_strings_add(&request->acted, id))
		ret = ec2_fail_errno(ec2, -ENOMEM, "The request");
	return ret;
}

static int plan_one(struct ec2 *ec2, struct request *request, const struct ec2_inst *inst)
{
	const struct move *move = find_move(request, inst->pub.state.code);
	int ret;

	if (!move)
		return ec2_fail(ec2, -EBUSY, "IncorrectInstanceState",
				"The instance '%s' is not in a state from which it can be %s.",
				inst->pub.instance_id, request->done);
	if (request->spare_protected && inst->termination_protected &&
	    inst->pub.state.code != EC2_STATE_TERMINATED)
		return ec2_fail(ec2, -EPERM, "OperationNotPermitted",
				"The instance '%s' may not be terminated. Modify its"
				" 'disableApiTermination' instance attribute and try again.",
				inst->pub.instance_id);
	ret = add_change(ec2, request->changes, inst->pub.instance_id, move->from, move->to);
	if (!ret && (move->argument || move->to != move->from))
		ret = record(ec2, request, inst, move);
	return ret;
}

static int check_ids(struct ec2 *ec2, const struct ec2_strings *ids)
{
	struct ec2_strings unknown = {0};
	int ret = ec2_check_instance_ids(ec2, ids);

	for (size_t i = 0; !ret && i < ids->n; i++) {
		int64_t found;

		ret = ec2_db_int(ec2, &found, "SELECT 1 FROM instances WHERE id = ?", "s",
				 ids->items[i]);
		if (!ret && ec2_strings_add(&unknown, ids->items[i]))
			ret = ec2_fail_errno(ec2, -ENOMEM, "The request");
		ret = ret < 0 ? ret : 0;
	}
	if (!ret && unknown.n)
		ret = ec2_no_instance(ec2, &unknown);
	free_strings(&unknown);
	return ret;
}

/* All of a request in one transaction: one bad id or state, and nothing has happened. */
static int plan(struct ec2 *ec2, struct request *request, bool dry_run)
{
	int ret = ec2_owner_take(ec2);

	if (!ret)
		ret = ec2_begin(ec2);
	if (ret)
		return ret;
	ret = check_ids(ec2, request->ids);
	for (size_t i = 0; !ret && i < request->ids->n; i++) {
		struct ec2_strings before = {request->ids->items, i};
		struct ec2_inst inst;

		if (ec2_strings_have(&before, request->ids->items[i]))
			continue;
		ret = ec2_inst_load(ec2, request->ids->items[i], &inst);
		ret = ret < 0 ? ret : plan_one(ec2, request, &inst);
		ec2_inst_clear(&inst);
	}
	if (!ret)
		ret = ec2_dry_run(ec2, dry_run);
	return ec2_end(ec2, ret);
}

/* The first failure is the request's; the others are tried nevertheless. */
static int act(struct ec2 *ec2, struct request *request,
	       int (*one)(struct ec2 *ec2, const char *id, int64_t argument))
{
	char *code = NULL, *message = NULL;
	int first = 0;

	for (size_t i = 0; i < request->acted.n; i++) {
		int ret = one(ec2, request->acted.items[i], 0);

		if (ret && !first) {
			first = ret;
			code = strdup(ec2->error.code);
			message = strdup(ec2->error.message);
		}
	}
	if (first)
		ec2_fail(ec2, first, code ? code : "InternalError", "%s", message ? message : "");
	free(code);
	free(message);
	return first;
}

static int run(struct ec2 *ec2, struct request *request, bool dry_run,
	       int (*one)(struct ec2 *ec2, const char *id, int64_t argument),
	       const struct ec2_shape *shape, void *response)
{
	int ret = plan(ec2, request, dry_run);

	if (!ret)
		ret = act(ec2, request, one);
	if (!ret)
		ret = ec2_volumes_delete(ec2);
	free_strings(&request->acted);
	if (ret && shape)
		ec2_shape_clear(shape, response);
	return ret;
}

/* The argument stands in the intent. */
static int signal_one(struct ec2 *ec2, const char *id, int64_t argument)
{
	int ret = ec2_db_int(ec2, &argument,
			     "SELECT argument FROM intents WHERE owner = ? AND kind = ?"
			     " AND resource = ? ORDER BY seq DESC",
			     "sss", ec2->owner, EC2_INTENT_SIGNAL, id);

	if (ret > 0)
		ret = send_signal(ec2, id, argument);
	return ret ? ret : intent_done(ec2, EC2_INTENT_SIGNAL, id);
}

/* ---- start ---- */

static int prepare_start(struct ec2 *ec2, const struct ec2_inst *inst, const struct move *move)
{
	char *boot = ec2->kernel->boot_id(ec2);
	struct ec2_type type;
	int room, ret;

	(void)move;
	ret = ec2_type_find(ec2, inst->pub.instance_type, &type);
	if (!ret)
		ret = ec2_capacity(ec2, &type, 1, 1, &room);
	if (!ret)
		ret = ec2_db_exec(ec2,
				  "UPDATE instances SET launch_time = ?, boot = ?, restart = 0,"
				  " memory = ?, vcpus = ? WHERE id = ?",
				  "isiis", ec2_now(), boot, (int64_t)type.memory_mib * 1024 * 1024,
				  (int64_t)type.vcpus, inst->pub.instance_id);
	if (ret >= 0)
		ret = ec2_intent_add(ec2, EC2_INTENT_LAUNCH, inst->pub.instance_id, 0);
	free(boot);
	return ret < 0 ? ret : 0;
}

static int launch_one(struct ec2 *ec2, const char *id, int64_t argument)
{
	(void)argument;
	return ec2_launch_one(ec2, id);
}

int ec2_start_instances(struct ec2 *ec2, const struct ec2_start_instances_request *r,
			struct ec2_start_instances_response *response)
{
	static const struct move moves[] = {
		{EC2_STATE_STOPPED, EC2_STATE_PENDING, 0},
		{EC2_STATE_PENDING, EC2_STATE_PENDING, 0},
		{EC2_STATE_RUNNING, EC2_STATE_RUNNING, 0},
	};
	struct request request = {
		.moves = moves,
		.n_moves = sizeof(moves) / sizeof(moves[0]),
		.done = "started",
		.transition = "",
		.text = "",
		.prepare = prepare_start,
	};
	int ret = ec2_enter(ec2, &ec2_shape_start_instances_request, r, true);

	memset(response, 0, sizeof(*response));
	if (!ret)
		ret = ec2_check_module(ec2);
	if (ret)
		return ret;
	request.ids = &r->instance_ids;
	request.changes = &response->starting_instances;
	return run(ec2, &request, r->dry_run, launch_one, &ec2_shape_start_instances_response,
		   response);
}

/* ---- stop, terminate, reboot ---- */

#define USER_SHUTDOWN                                                           \
	.transition = "User initiated", .code = "Client.UserInitiatedShutdown", \
	.text = "User initiated shutdown"

int ec2_stop_instances(struct ec2 *ec2, const struct ec2_stop_instances_request *r,
		       struct ec2_stop_instances_response *response)
{
	static const struct move gentle[] = {
		{EC2_STATE_RUNNING, EC2_STATE_STOPPING, ARGUMENT(EC2_SIGNAL_POWER_BUTTON, 0)},
		{EC2_STATE_STOPPING, EC2_STATE_STOPPING, 0},
		{EC2_STATE_STOPPED, EC2_STATE_STOPPED, 0},
	};
	static const struct move forced[] = {
		{EC2_STATE_RUNNING, EC2_STATE_STOPPING, ARGUMENT(EC2_SIGNAL_STOP, 0)},
		{EC2_STATE_STOPPING, EC2_STATE_STOPPING, ARGUMENT(EC2_SIGNAL_STOP, 0)},
		{EC2_STATE_STOPPED, EC2_STATE_STOPPED, 0},
	};
	struct request request = {.n_moves = 3, .done = "stopped", USER_SHUTDOWN};
	int ret = ec2_enter(ec2, &ec2_shape_stop_instances_request, r, true);

	memset(response, 0, sizeof(*response));
	if (ret)
		return ret;
	if (r->hibernate)
		return ec2_fail(ec2, -EOPNOTSUPP, "UnsupportedHibernationConfiguration",
				"Hibernation is not supported on this host. Stop the instance"
				" without Hibernate");
	request.ids = &r->instance_ids;
	request.moves = r->force ? forced : gentle;
	request.changes = &response->stopping_instances;
	return run(ec2, &request, r->dry_run, signal_one, &ec2_shape_stop_instances_response,
		   response);
}

int ec2_terminate_instances(struct ec2 *ec2, const struct ec2_terminate_instances_request *r,
			    struct ec2_terminate_instances_response *response)
{
	static const struct move moves[] = {
		{EC2_STATE_PENDING, EC2_STATE_SHUTTING_DOWN,
		 ARGUMENT(EC2_SIGNAL_STOP, EC2_SIGNAL_TERMINATE)},
		{EC2_STATE_RUNNING, EC2_STATE_SHUTTING_DOWN,
		 ARGUMENT(EC2_SIGNAL_POWER_BUTTON, EC2_SIGNAL_TERMINATE)},
		{EC2_STATE_STOPPING, EC2_STATE_SHUTTING_DOWN,
		 ARGUMENT(EC2_SIGNAL_POWER_BUTTON, EC2_SIGNAL_TERMINATE)},
		{EC2_STATE_STOPPED, EC2_STATE_TERMINATED, 0},
		{EC2_STATE_SHUTTING_DOWN, EC2_STATE_SHUTTING_DOWN, 0},
		{EC2_STATE_TERMINATED, EC2_STATE_TERMINATED, 0},
	};
	struct request request = {
		.moves = moves,
		.n_moves = sizeof(moves) / sizeof(moves[0]),
		.done = "terminated",
		.spare_protected = true,
		USER_SHUTDOWN,
	};
	int ret = ec2_enter(ec2, &ec2_shape_terminate_instances_request, r, true);

	memset(response, 0, sizeof(*response));
	if (ret)
		return ret;
	request.ids = &r->instance_ids;
	request.changes = &response->terminating_instances;
	return run(ec2, &request, r->dry_run, signal_one, &ec2_shape_terminate_instances_response,
		   response);
}

/* Not a change of state: nothing is recorded, and a killed command has asked or has not. */
static int check_reboot(struct ec2 *ec2, const struct ec2_reboot_instances_request *r)
{
	int ret = ec2_begin_read(ec2);

	if (ret)
		return ret;
	ret = check_ids(ec2, &r->instance_ids);
	for (size_t i = 0; !ret && i < r->instance_ids.n; i++) {
		const char *id = r->instance_ids.items[i];
		int64_t state;

		ret = ec2_db_int(ec2, &state, "SELECT state FROM instances WHERE id = ?", "s", id);
		if (ret >= 0 && state != EC2_STATE_RUNNING && state != EC2_STATE_PENDING)
			ret = ec2_fail(ec2, -EBUSY, "IncorrectInstanceState",
				       "The instance '%s' is not in a state from which it can be"
				       " rebooted.",
				       id);
		ret = ret < 0 ? ret : 0;
	}
	if (!ret)
		ret = ec2_dry_run(ec2, r->dry_run);
	return ec2_end(ec2, ret);
}

int ec2_reboot_instances(struct ec2 *ec2, const struct ec2_reboot_instances_request *r)
{
	int ret = ec2_enter(ec2, &ec2_shape_reboot_instances_request, r, true);

	if (!ret)
		ret = check_reboot(ec2, r);
	for (size_t i = 0; !ret && i < r->instance_ids.n; i++)
		ret = send_signal(ec2, r->instance_ids.items[i], ARGUMENT(EC2_SIGNAL_REBOOT, 0));
	return ret;
}
