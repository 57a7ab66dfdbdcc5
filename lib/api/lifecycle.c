// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/lifecycle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/data_path.h"
#include "api/end.h"
#include "store/instance.h"
#include "store/intent.h"

static int load(struct ec2 *ec2, const char *id, struct ec2_inst *inst)
{
	int ret = ec2_inst_load(ec2, id, inst);

	if (ret)
		return ret < 0 ? ret : 0;
	return ec2_fail(ec2, -ENOENT, "InvalidInstanceID.NotFound",
			"The instance ID '%s' does not exist", id);
}

static int started(struct ec2 *ec2, const struct ec2_inst *inst)
{
	const char *id = inst->pub.instance_id;
	int ret;

	if (inst->pub.state.code == EC2_STATE_RUNNING)
		return 0;
	if (inst->pub.state.code != EC2_STATE_PENDING)
		return ec2_fail(ec2, -ECANCELED, "IncorrectInstanceState",
				"The instance '%s' is %s", id, inst->pub.state.name);
	ret = ec2_inst_set_state(ec2, id, EC2_STATE_RUNNING, "", NULL, NULL);
	if (!ret)
		ret = ec2_usage_begin(ec2, id, inst->pub.instance_type);
	if (!ret)
		ret = ec2_db_exec(ec2,
				  "UPDATE instances SET starts = starts + 1, restart = 0"
				  " WHERE id = ?",
				  "s", id);
	return ret < 0 ? ret : 0;
}

int ec2_instance_started(struct ec2 *ec2, const char *id)
{
	struct ec2_inst inst;
	int ret = ec2_begin(ec2);

	if (ret)
		return ret;
	ret = load(ec2, id, &inst);
	if (!ret)
		ret = started(ec2, &inst);
	ec2_inst_clear(&inst);
	return ec2_end(ec2, ret);
}

/* ---- the end ---- */

struct outcome {
	int state;
	const char *code;
	const char *text;
};

/* What becomes of an instance that nobody had asked to end. */
static struct outcome decide(const struct ec2_inst *inst, enum ec2_end end)
{
	struct outcome outcome = {EC2_STATE_STOPPED, "Server.InternalError",
				  "The instance's process ended unexpectedly"};
	bool never_ran = inst->pub.state.code == EC2_STATE_PENDING;

	if (end == EC2_END_GUEST) {
		outcome.code = "Client.InstanceInitiatedShutdown";
		outcome.text = "Instance initiated shutdown";
		if (inst->shutdown_behavior[0] == 't')
			outcome.state = EC2_STATE_TERMINATED;
	} else if (never_ran) {
		outcome.text = "Internal error on launch";
		if (inst->starts == 0)
			outcome.state = EC2_STATE_TERMINATED;
	}
	return outcome;
}

int ec2_end_locked(struct ec2 *ec2, const struct ec2_inst *inst, enum ec2_end end, const char *why)
{
	const char *id = inst->pub.instance_id;
	struct outcome outcome = decide(inst, end);
	char *message = NULL;
	int ret;

	switch (inst->pub.state.code) {
	case EC2_STATE_SHUTTING_DOWN:
		outcome.state = EC2_STATE_TERMINATED;
		break;
	case EC2_STATE_STOPPING:
		outcome.state = EC2_STATE_STOPPED;
		break;
	default:
		if (asprintf(&message, "%s: %s", outcome.code, why ? why : outcome.text) < 0)
			return ec2_fail_errno(ec2, -ENOMEM, "An instance's end");
	}
	if (message)
		ret = ec2_inst_set_state(ec2, id, outcome.state, "", outcome.code, message);
	else
		ret = ec2_inst_set_state(ec2, id, outcome.state, inst->pub.state_transition_reason,
					 inst->pub.state_reason.code,
					 inst->pub.state_reason.message);
	free(message);
	if (!ret)
		ret = ec2_usage_end(ec2, id);
	if (!ret && outcome.state == EC2_STATE_TERMINATED)
		ret = ec2_inst_release(ec2, id);
	return ret ? ret : ec2_data_path_touch(ec2);
}

/* What the credits are at the end, while the module still knows. */
static int keep_credits(struct ec2 *ec2, const char *id)
{
	struct ec2_instance_stats stats = {0};
	int ret;

	if (ec2->kernel->stats(ec2, id, &stats))
		return 0;
	ret = ec2_db_exec(ec2, "UPDATE instances SET credit_balance = ? WHERE id = ?", "is",
			  (int64_t)stats.credit_balance, id);
	return ret < 0 ? ret : 0;
}

int ec2_end_instance(struct ec2 *ec2, const char *id, enum ec2_end end, const char *why)
{
	struct ec2_inst inst;
	int ret = ec2_begin(ec2);

	if (ret)
		return ret;
	ret = load(ec2, id, &inst);
	if (!ret && ec2_state_live(inst.pub.state.code)) {
		ret = keep_credits(ec2, id);
		if (!ret)
			ret = ec2_end_locked(ec2, &inst, end, why);
	}
	ec2_inst_clear(&inst);
	ret = ec2_end(ec2, ret);
	/* the end stands; what could not be forgotten is by the next command */
	if (!ret)
		(void)ec2_data_path_settle(ec2);
	return ret ? ret : ec2_volumes_delete(ec2);
}

int ec2_instance_ended(struct ec2 *ec2, const char *id, enum ec2_end end)
{
	return ec2_end_instance(ec2, id, end, NULL);
}
