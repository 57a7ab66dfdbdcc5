// SPDX-License-Identifier: LGPL-2.1-or-later
/* ModifyInstanceAttribute and DescribeInstanceAttribute. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/data_path.h"
#include "api/image.h"
#include "api/interface.h"
#include "api/request.h"
#include "api/type.h"
#include "store/instance.h"

#define MAX_USER_DATA (16 * 1024)

static int load(struct ec2 *ec2, const char *id, struct ec2_inst *inst)
{
	struct ec2_strings ids = {(char **)&id, 1};
	int ret = ec2_check_instance_ids(ec2, &ids);

	memset(inst, 0, sizeof(*inst));
	if (!ret)
		ret = ec2_inst_load(ec2, id, inst);
	if (ret < 0)
		return ret;
	return ret ? 0 : ec2_no_instance(ec2, &ids);
}

static int set_text(struct ec2 *ec2, const char *id, const char *sql, const char *value)
{
	int ret = ec2_db_exec(ec2, sql, "ss", value, id);

	return ret < 0 ? ret : 0;
}

static int set_type(struct ec2 *ec2, const struct ec2_inst *inst, const char *value)
{
	struct ec2_type type;
	int ret = ec2_type_find(ec2, value, &type);

	if (ret || type.bare_metal)
		return ec2_fail(ec2, -EINVAL, "InvalidInstanceAttributeValue",
				"The instanceType '%s' is not a valid instance type. See ec2ctl"
				" describe-instance-types",
				value);
	ret = ec2_db_exec(ec2,
			  "UPDATE instances SET type = ?, memory = ?, vcpus = ?,"
			  " cpu_credits = CASE WHEN ? THEN cpu_credits END WHERE id = ?",
			  "siibs", value, (int64_t)type.memory_mib * 1024 * 1024,
			  (int64_t)type.vcpus, type.credits_per_hour > 0, inst->pub.instance_id);
	return ret < 0 ? ret : 0;
}

static int set_image(struct ec2 *ec2, const struct ec2_inst *inst, const char *value,
		     const char *type, const char *sql)
{
	struct ec2_image_record image;
	int ret;

	if (!*value) /* none: boot what is on the disk */
		return set_text(ec2, inst->pub.instance_id, sql, NULL);
	ret = ec2_image_usable(ec2, value, type, &image);
	ec2_image_clear(&image);
	return ret ? ret : set_text(ec2, inst->pub.instance_id, sql, value);
}

static int set_kernel(struct ec2 *ec2, const struct ec2_inst *inst, const char *value)
{
	return set_image(ec2, inst, value, "kernel",
			 "UPDATE instances SET kernel = ? WHERE id = ?");
}

static int set_ramdisk(struct ec2 *ec2, const struct ec2_inst *inst, const char *value)
{
	return set_image(ec2, inst, value, "ramdisk",
			 "UPDATE instances SET ramdisk = ? WHERE id = ?");
}

static int set_user_data(struct ec2 *ec2, const struct ec2_inst *inst, const char *value)
{
	int64_t n = ec2_base64_length(value);

	if (n < 0)
		return ec2_fail(ec2, -EINVAL, "InvalidUserData.Malformed",
				"Invalid BASE64 encoding of user data.");
	if (n > MAX_USER_DATA)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"User data is limited to %d bytes", MAX_USER_DATA);
	return set_text(ec2, inst->pub.instance_id,
			"UPDATE instances SET user_data = ? WHERE id = ?", *value ? value : NULL);
}

static int set_behavior(struct ec2 *ec2, const struct ec2_inst *inst, const char *value)
{
	if (strcmp(value, "stop") && strcmp(value, "terminate"))
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Value (%s) for parameter instanceInitiatedShutdownBehavior is"
				" invalid. stop or terminate is expected",
				value);
	return set_text(ec2, inst->pub.instance_id,
			"UPDATE instances SET shutdown_behavior = ? WHERE id = ?", value);
}

static int set_bool(struct ec2 *ec2, const struct ec2_inst *inst, const char *value,
		    const char *sql)
{
	int ret;

	if (strcmp(value, "true") && strcmp(value, "false"))
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Value (%s) is invalid. true or false is expected", value);
	ret = ec2_db_exec(ec2, sql, "bs", strcmp(value, "true") == 0, inst->pub.instance_id);
	return ret < 0 ? ret : 0;
}

static int set_protection(struct ec2 *ec2, const struct ec2_inst *inst, const char *value)
{
	return set_bool(ec2, inst, value,
			"UPDATE instances SET termination_protected = ? WHERE id = ?");
}

static int set_ebs_optimized(struct ec2 *ec2, const struct ec2_inst *inst, const char *value)
{
	return set_bool(ec2, inst, value, "UPDATE instances SET ebs_optimized = ? WHERE id = ?");
}

static int set_mappings(struct ec2 *ec2, const struct ec2_inst *inst, const struct ec2_list *list)
{
	const struct ec2_block_device_mapping *mapping = list->items;

	for (size_t i = 0; i < list->n; i++, mapping++) {
		int ret;

		if (mapping->ebs.delete_on_termination == EC2_ABSENT)
			return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
					"Only Ebs.DeleteOnTermination of a mapping can be changed");
		ret = ec2_db_exec(ec2,
				  "UPDATE volumes SET delete_on_termination = ?"
				  " WHERE instance = ? AND device = ?",
				  "bss", mapping->ebs.delete_on_termination == EC2_TRUE,
				  inst->pub.instance_id, mapping->device_name);
		if (!ret)
			ret = ec2_fail(ec2, -EINVAL, "InvalidInstanceAttributeValue",
				       "No device is currently mapped at %s", mapping->device_name);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* What is of the network is eth0's. */
static int set_source_dest_check(struct ec2 *ec2, const struct ec2_inst *inst, const char *value)
{
	return set_bool(ec2, inst, value,
			"UPDATE network_interfaces SET source_dest_check = ?"
			" WHERE instance = ? AND device_index = 0");
}

static int set_groups(struct ec2 *ec2, const struct ec2_inst *inst,
		      const struct ec2_strings *groups)
{
	char *interface = NULL, *subnet = NULL;
	int ret = ec2_db_text(ec2, &interface,
			      "SELECT id FROM network_interfaces WHERE instance = ?"
			      " AND device_index = 0",
			      "s", inst->pub.instance_id);

	if (!ret)
		return ec2_fail(ec2, -EINVAL, "InvalidInstanceID",
				"The instance '%s' has no network interface",
				inst->pub.instance_id);
	if (ret > 0)
		ret = ec2_db_text(ec2, &subnet, "SELECT subnet FROM network_interfaces WHERE id = ?",
				  "s", interface);
	if (ret > 0)
		ret = ec2_check_groups(ec2, subnet, groups);
	if (!ret)
		ret = ec2_set_groups(ec2, interface, groups);
	free(interface);
	free(subnet);
	return ret;
}

/* One row per attribute. */
static const struct attribute {
	const char *name; /* of the Attribute parameter */
	bool stopped; /* changed only while stopped */
	int (*set)(struct ec2 *ec2, const struct ec2_inst *inst, const char *value);
} attributes[] = {
	{"instanceType", true, set_type},
	{"kernel", true, set_kernel},
	{"ramdisk", true, set_ramdisk},
	{"userData", true, set_user_data},
	{"disableApiTermination", false, set_protection},
	{"instanceInitiatedShutdownBehavior", false, set_behavior},
	{"ebsOptimized", true, set_ebs_optimized},
	{"sourceDestCheck", false, set_source_dest_check},
};
#define N_ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

struct change {
	const char *name;
	const char *value;
};

static const char *bool_text(enum ec2_bool value)
{
	return value == EC2_ABSENT ? NULL : value == EC2_TRUE ? "true" : "false";
}

/* The one attribute that the request names. A mapping: name blockDeviceMapping. */
static int find_change(struct ec2 *ec2, const struct ec2_modify_instance_attribute_request *r,
		       struct change *change)
{
	const struct change asked[] = {
		{"instanceType", r->instance_type.value},
		{"kernel", r->kernel.value},
		{"ramdisk", r->ramdisk.value},
		{"userData", r->user_data.value},
		{"disableApiTermination", bool_text(r->disable_api_termination.value)},
		{"instanceInitiatedShutdownBehavior",
		 r->instance_initiated_shutdown_behavior.value},
		{"ebsOptimized", bool_text(r->ebs_optimized.value)},
		{"sourceDestCheck", bool_text(r->source_dest_check.value)},
		{"blockDeviceMapping", r->block_device_mappings.n ? "" : NULL},
		{"groupSet", r->groups.n ? "" : NULL},
		{r->attribute, r->attribute ? r->value : NULL},
	};
	int n = 0;

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		if (asked[i].value) {
			*change = asked[i];
			n++;
		}
	}
	/* --attribute beside the attribute's own parameter says the same twice */
	if (n == 1)
		return 0;
	if (n > 1)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterCombination",
				"Fields for multiple attribute types specified: only one attribute"
				" can be changed at a time");
	return ec2_fail(ec2, -EINVAL, "MissingParameter",
			"The request must contain one attribute, or Attribute and Value");
}

static int modify(struct ec2 *ec2, const struct ec2_inst *inst,
		  const struct ec2_modify_instance_attribute_request *r,
		  const struct change *change)
{
	if (strcmp(change->name, "blockDeviceMapping") == 0 && r->block_device_mappings.n)
		return set_mappings(ec2, inst, &r->block_device_mappings);
	if (strcmp(change->name, "groupSet") == 0 && r->groups.n)
		return set_groups(ec2, inst, &r->groups);
	for (size_t i = 0; i < N_ATTRIBUTES; i++) {
		if (strcmp(attributes[i].name, change->name))
			continue;
		if (attributes[i].stopped && inst->pub.state.code != EC2_STATE_STOPPED)
			return ec2_fail(ec2, -EBUSY, "IncorrectInstanceState",
					"The instance '%s' is not in the 'stopped' state.",
					inst->pub.instance_id);
		return attributes[i].set(ec2, inst, change->value);
	}
	return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			"Value (%s) for parameter attribute is invalid. Unknown attribute.",
			change->name);
}

int ec2_modify_instance_attribute(struct ec2 *ec2,
				  const struct ec2_modify_instance_attribute_request *r)
{
	struct change change = {0};
	struct ec2_inst inst;
	int ret = ec2_enter(ec2, &ec2_shape_modify_instance_attribute_request, r, true);

	if (!ret)
		ret = find_change(ec2, r, &change);
	if (!ret)
		ret = ec2_begin(ec2);
	if (ret)
		return ret;
	ret = load(ec2, r->instance_id, &inst);
	if (!ret && inst.pub.state.code == EC2_STATE_TERMINATED)
		ret = ec2_fail(ec2, -EBUSY, "IncorrectInstanceState",
			       "The instance '%s' is terminated.", r->instance_id);
	if (!ret)
		ret = modify(ec2, &inst, r, &change);
	if (!ret)
		ret = ec2_dry_run(ec2, r->dry_run);
	if (!ret)
		ret = ec2_data_path_touch(ec2);
	ec2_inst_clear(&inst);
	ret = ec2_end(ec2, ret);
	return ret ? ret : ec2_data_path_settle(ec2);
}

/* ---- DescribeInstanceAttribute ---- */

typedef struct ec2_describe_instance_attribute_response response_t;

static int put_text(char **member, const char *text)
{
	*member = text ? strdup(text) : NULL;
	return text && !*member ? -ENOMEM : 0;
}

static int get(const struct ec2_inst *inst, const char *name, response_t *response)
{
	const struct ec2_instance *pub = &inst->pub;
	const struct {
		const char *name;
		char **member;
		const char *text;
	} texts[] = {
		{"instanceType", &response->instance_type.value, pub->instance_type},
		{"kernel", &response->kernel_id.value, pub->kernel_id},
		{"ramdisk", &response->ramdisk_id.value, pub->ramdisk_id},
		{"userData", &response->user_data.value, inst->user_data},
		{"rootDeviceName", &response->root_device_name.value, pub->root_device_name},
		{"instanceInitiatedShutdownBehavior",
		 &response->instance_initiated_shutdown_behavior.value, inst->shutdown_behavior},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(texts[i].name, name) == 0)
			return put_text(texts[i].member, texts[i].text);
	}
	if (strcmp(name, "disableApiTermination") == 0)
		response->disable_api_termination.value =
			inst->termination_protected ? EC2_TRUE : EC2_FALSE;
	else if (strcmp(name, "ebsOptimized") == 0)
		response->ebs_optimized.value = pub->ebs_optimized ? EC2_TRUE : EC2_FALSE;
	else if (strcmp(name, "sourceDestCheck") == 0)
		response->source_dest_check.value = pub->source_dest_check;
	else if (strcmp(name, "blockDeviceMapping") && strcmp(name, "groupSet"))
		return -EINVAL;
	return 0;
}

static int describe(struct ec2 *ec2, struct ec2_inst *inst, const char *name, response_t *response)
{
	int ret = ec2_inst_details(ec2, inst);

	if (ret)
		return ret;
	ret = get(inst, name, response);

	if (ret == -EINVAL)
		return ec2_fail(ec2, ret, "InvalidParameterValue",
				"Value (%s) for parameter attribute is invalid. Unknown attribute.",
				name);
	if (!ret)
		ret = put_text(&response->instance_id, inst->pub.instance_id);
	if (ret)
		return ec2_fail_errno(ec2, ret, "The answer");
	if (strcmp(name, "blockDeviceMapping") == 0) {
		response->block_device_mappings = inst->pub.block_device_mappings;
		memset(&inst->pub.block_device_mappings, 0, sizeof(struct ec2_list));
	} else if (strcmp(name, "groupSet") == 0) {
		response->groups = inst->pub.security_groups;
		memset(&inst->pub.security_groups, 0, sizeof(struct ec2_list));
	}
	return 0;
}

int ec2_describe_instance_attribute(struct ec2 *ec2,
				    const struct ec2_describe_instance_attribute_request *r,
				    response_t *response)
{
	struct ec2_inst inst = {0};
	int ret = ec2_enter(ec2, &ec2_shape_describe_instance_attribute_request, r, false);

	memset(response, 0, sizeof(*response));
	if (!ret)
		ret = load(ec2, r->instance_id, &inst);
	if (!ret)
		ret = describe(ec2, &inst, r->attribute, response);
	if (!ret)
		ret = ec2_dry_run(ec2, r->dry_run);
	ec2_inst_clear(&inst);
	if (ret)
		ec2_shape_clear(&ec2_shape_describe_instance_attribute_response, response);
	return ret;
}
