// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/instance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/shapes.h"
#include "store/interface.h"

static const struct {
	int code;
	const char *name;
} states[] = {
	{EC2_STATE_PENDING, "pending"},
	{EC2_STATE_RUNNING, "running"},
	{EC2_STATE_SHUTTING_DOWN, "shutting-down"},
	{EC2_STATE_TERMINATED, "terminated"},
	{EC2_STATE_STOPPING, "stopping"},
	{EC2_STATE_STOPPED, "stopped"},
};

const char *ec2_state_name(int state)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (states[i].code == state)
			return states[i].name;
	}
	return "unknown";
}

bool ec2_state_live(int state)
{
	return state != EC2_STATE_STOPPED && state != EC2_STATE_TERMINATED;
}

void ec2_inst_clear(struct ec2_inst *inst)
{
	ec2_shape_clear(&ec2_shape_instance, &inst->pub);
	free(inst->reservation);
	free(inst->owner);
	free(inst->shutdown_behavior);
	free(inst->user_data);
	free(inst->cpu_credits);
	free(inst->boot);
	memset(inst, 0, sizeof(*inst));
}

#define COLUMNS                                                                              \
	"i.id, i.reservation, r.owner, i.launch_index, i.image, i.type, i.memory, i.vcpus,"  \
	" i.kernel, i.ramdisk, i.launch_time, i.state, i.transition_reason, i.reason_code,"  \
	" i.reason_message, i.architecture, i.client_token, i.ebs_optimized, i.root_device," \
	" i.shutdown_behavior, i.termination_protected, i.user_data, i.cpu_credits,"         \
	" i.credit_balance, i.uid, i.starts, i.boot, i.restart, i.ended, i.seq"
#define SELECT "SELECT " COLUMNS " FROM instances i JOIN reservations r ON r.id = i.reservation "

enum column {
	C_ID,
	C_RESERVATION,
	C_OWNER,
	C_INDEX,
	C_IMAGE,
	C_TYPE,
	C_MEMORY,
	C_VCPUS,
	C_KERNEL,
	C_RAMDISK,
	C_LAUNCH_TIME,
	C_STATE,
	C_TRANSITION,
	C_REASON_CODE,
	C_REASON_MESSAGE,
	C_ARCHITECTURE,
	C_TOKEN,
	C_EBS_OPTIMIZED,
	C_ROOT_DEVICE,
	C_SHUTDOWN,
	C_PROTECTED,
	C_USER_DATA,
	C_CPU_CREDITS,
	C_BALANCE,
	C_UID,
	C_STARTS,
	C_BOOT,
	C_RESTART,
	C_ENDED,
	C_SEQ,
};

/* Texts that are the same for every instance. */
static int set_constants(struct ec2 *ec2, struct ec2_instance *pub)
{
	struct {
		char **member;
		const char *text;
	} texts[] = {
		{&pub->monitoring.state, "disabled"},
		{&pub->placement.availability_zone, ec2->zone},
		{&pub->placement.group_name, ""},
		{&pub->placement.tenancy, "default"},
		{&pub->private_dns_name, ""},
		{&pub->public_dns_name, ""},
		{&pub->hypervisor, "xen"}, /* as EC2 says of its Nitro instances */
		{&pub->root_device_type, "ebs"},
		{&pub->virtualization_type, "hvm"},
		{&pub->platform_details, "Linux/UNIX"},
		{&pub->usage_operation, "RunInstances"},
		{&pub->state.name, ec2_state_name(pub->state.code)},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		*texts[i].member = strdup(texts[i].text);
		if (!*texts[i].member)
			return -ENOMEM;
	}
	return 0;
}

static int get_texts(struct ec2_row *row, struct ec2_inst *inst)
{
	struct ec2_instance *pub = &inst->pub;
	struct {
		int column;
		char **member;
	} texts[] = {
		{C_ID, &pub->instance_id},
		{C_RESERVATION, &inst->reservation},
		{C_OWNER, &inst->owner},
		{C_IMAGE, &pub->image_id},
		{C_TYPE, &pub->instance_type},
		{C_KERNEL, &pub->kernel_id},
		{C_RAMDISK, &pub->ramdisk_id},
		{C_TRANSITION, &pub->state_transition_reason},
		{C_REASON_CODE, &pub->state_reason.code},
		{C_REASON_MESSAGE, &pub->state_reason.message},
		{C_ARCHITECTURE, &pub->architecture},
		{C_TOKEN, &pub->client_token},
		{C_ROOT_DEVICE, &pub->root_device_name},
		{C_SHUTDOWN, &inst->shutdown_behavior},
		{C_USER_DATA, &inst->user_data},
		{C_CPU_CREDITS, &inst->cpu_credits},
		{C_BOOT, &inst->boot},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (ec2_col_dup(row, texts[i].column, texts[i].member))
			return -ENOMEM;
	}
	return 0;
}

static int from_row(struct ec2 *ec2, struct ec2_row *row, struct ec2_inst *inst)
{
	struct ec2_instance *pub = &inst->pub;
	int vcpus = ec2_col_int(row, C_VCPUS);

	memset(inst, 0, sizeof(*inst));
	pub->ami_launch_index = ec2_col_int(row, C_INDEX);
	pub->launch_time = ec2_col_int(row, C_LAUNCH_TIME);
	pub->state.code = ec2_col_int(row, C_STATE);
	pub->ebs_optimized = ec2_col_int(row, C_EBS_OPTIMIZED);
	pub->cpu_options.threads_per_core = vcpus > 1 && vcpus % 2 == 0 ? 2 : 1;
	pub->cpu_options.core_count = vcpus / pub->cpu_options.threads_per_core;
	inst->memory = ec2_col_int(row, C_MEMORY);
	inst->termination_protected = ec2_col_int(row, C_PROTECTED);
	inst->credit_balance = ec2_col_int(row, C_BALANCE);
	inst->uid = ec2_col_int(row, C_UID);
	inst->starts = ec2_col_int(row, C_STARTS);
	inst->restart = ec2_col_int(row, C_RESTART);
	inst->ended = ec2_col_int(row, C_ENDED);
	inst->seq = ec2_col_int(row, C_SEQ);
	if (get_texts(row, inst) || set_constants(ec2, pub)) {
		ec2_inst_clear(inst);
		return ec2_fail_errno(ec2, -ENOMEM, "An instance's record");
	}
	return 0;
}

static int load_row(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	return from_row(ec2, row, arg);
}

int ec2_inst_load(struct ec2 *ec2, const char *id, struct ec2_inst *inst)
{
	memset(inst, 0, sizeof(*inst));
	return ec2_db_each(ec2, load_row, inst, SELECT "WHERE i.id = ?", "s", id);
}

struct each {
	ec2_inst_fn fn;
	void *arg;
};

static int each_row(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	const struct each *each = arg;
	struct ec2_inst inst;
	int ret = from_row(ec2, row, &inst);

	if (!ret)
		ret = each->fn(ec2, &inst, each->arg);
	ec2_inst_clear(&inst);
	return ret;
}

int ec2_inst_each(struct ec2 *ec2, ec2_inst_fn fn, void *arg)
{
	struct each each = {fn, arg};
	int ret = ec2_db_each(ec2, each_row, &each, SELECT "ORDER BY i.seq", NULL);

	return ret < 0 ? ret : 0;
}

/* ---- details ---- */

static int add_volume(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct ec2_instance_block_device_mapping *mapping;

	mapping = ec2_list_add(arg, &ec2_shape_instance_block_device_mapping);
	if (!mapping || ec2_col_dup(row, 0, &mapping->device_name) ||
	    ec2_col_dup(row, 1, &mapping->ebs.volume_id))
		return ec2_fail_errno(ec2, -ENOMEM, "A volume's record");
	mapping->ebs.attach_time = ec2_col_int(row, 2);
	mapping->ebs.delete_on_termination = ec2_col_int(row, 3);
	mapping->ebs.status =
		strdup(strcmp(ec2_col_text(row, 4), "in-use") == 0 ? "attached" : "attaching");
	return mapping->ebs.status ? 0 : ec2_fail_errno(ec2, -ENOMEM, "A volume's record");
}

int ec2_inst_details(struct ec2 *ec2, struct ec2_inst *inst)
{
	int ret = ec2_db_each(ec2, add_volume, &inst->pub.block_device_mappings,
			      "SELECT device, id, attached, delete_on_termination, state"
			      " FROM volumes WHERE instance = ? AND state <> 'deleting'"
			      " ORDER BY slot",
			      "s", inst->pub.instance_id);

	if (ret < 0)
		return ret;
	ret = ec2_inst_network(ec2, inst);
	return ret ? ret : ec2_tags_load(ec2, inst->pub.instance_id, &inst->pub.tags);
}

int ec2_inst_release(struct ec2 *ec2, const char *id)
{
	int ret = ec2_volumes_release(ec2, id);

	return ret ? ret : ec2_interfaces_release(ec2, id);
}

static int add_tag(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct ec2_tag *tag = ec2_list_add(arg, &ec2_shape_tag);

	if (!tag || ec2_col_dup(row, 0, &tag->key) || ec2_col_dup(row, 1, &tag->value))
		return ec2_fail_errno(ec2, -ENOMEM, "A tag");
	return 0;
}

int ec2_tags_load(struct ec2 *ec2, const char *resource, struct ec2_list *tags)
{
	int ret = ec2_db_each(ec2, add_tag, tags,
			      "SELECT key, value FROM tags WHERE resource = ? ORDER BY key", "s",
			      resource);

	return ret < 0 ? ret : 0;
}

int ec2_tag_set(struct ec2 *ec2, const char *resource, const struct ec2_tag *tag)
{
	int ret = ec2_db_exec(ec2,
			      "INSERT INTO tags (resource, key, value) VALUES (?, ?, ?)"
			      " ON CONFLICT (resource, key) DO UPDATE SET value = excluded.value",
			      "sss", resource, tag->key, tag->value ? tag->value : "");

	return ret < 0 ? ret : 0;
}

/* ---- changes ---- */

int ec2_inst_insert(struct ec2 *ec2, const struct ec2_inst *inst)
{
	const struct ec2_instance *pub = &inst->pub;
	int ret = ec2_db_exec(
		ec2,
		"INSERT INTO instances (id, reservation, launch_index, image, type, memory, vcpus,"
		" kernel, ramdisk, launch_time, state, architecture, client_token, ebs_optimized,"
		" root_device, shutdown_behavior, termination_protected, user_data, cpu_credits,"
		" uid, boot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"ssissiissiissbssbssis", pub->instance_id, inst->reservation,
		(int64_t)pub->ami_launch_index, pub->image_id, pub->instance_type, inst->memory,
		(int64_t)pub->cpu_options.core_count * pub->cpu_options.threads_per_core,
		pub->kernel_id, pub->ramdisk_id, pub->launch_time, (int64_t)pub->state.code,
		pub->architecture, pub->client_token, pub->ebs_optimized, pub->root_device_name,
		inst->shutdown_behavior, inst->termination_protected, inst->user_data,
		inst->cpu_credits, inst->uid, inst->boot);

	return ret < 0 ? ret : 0;
}

int ec2_inst_set_state(struct ec2 *ec2, const char *id, int state, const char *transition,
		       const char *code, const char *message)
{
	int ret =
		ec2_db_exec(ec2,
			    "UPDATE instances SET state = ?, transition_reason = ?,"
			    " reason_code = ?, reason_message = ?,"
			    " ended = CASE WHEN ?1 IN (48, 80) THEN ? ELSE ended END WHERE id = ?",
			    "isssis", (int64_t)state, transition, code, message, ec2_now(), id);

	return ret < 0 ? ret : 0;
}

int ec2_inst_free_uid(struct ec2 *ec2, int64_t *uid)
{
	int ret = ec2_db_int(ec2, uid,
			     "SELECT min(n) FROM (SELECT 0 AS n UNION ALL"
			     " SELECT uid + 1 FROM instances WHERE state <> 48)"
			     " WHERE n NOT IN (SELECT uid FROM instances WHERE state <> 48)",
			     NULL);

	return ret < 0 ? ret : 0;
}

int ec2_inst_memory(struct ec2 *ec2, int64_t *bytes)
{
	int ret =
		ec2_db_int(ec2, bytes,
			   "SELECT total(memory) FROM instances WHERE state NOT IN (48, 80)", NULL);

	return ret < 0 ? ret : 0;
}

/* ---- bills ---- */

int ec2_usage_begin(struct ec2 *ec2, const char *id, const char *type)
{
	int ret = ec2_db_exec(ec2,
			      "INSERT INTO usage (instance, type, began) VALUES (?, ?, ?)"
			      " ON CONFLICT DO NOTHING",
			      "ssi", id, type, ec2_now());

	return ret < 0 ? ret : 0;
}

int ec2_usage_end(struct ec2 *ec2, const char *id)
{
	/* seconds begun are billed, and a minute for each start */
	int ret = ec2_db_exec(ec2,
			      "UPDATE usage SET ended = ?1,"
			      " seconds = max(60, (?1 - began + 999) / 1000)"
			      " WHERE instance = ?2 AND ended IS NULL",
			      "is", ec2_now(), id);

	return ret < 0 ? ret : 0;
}
