// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The types of the host's own are files in CONFIG/instance-types.d, in the shape that
 * describe-instance-types prints:
 *	{"InstanceTypes": [{"InstanceType": "lab.tiny", "VCpuInfo": {"DefaultVCpus": 1},
 *			    "MemoryInfo": {"SizeInMiB": 128},
 *			    "CreditInfo": {"EarnedPerHour": 6, "MaxBalance": 144, "BaselinePercent": 5}}]}
 * A type without CreditInfo is not burstable.
 */
#include "api/type.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_VCPUS 1024
#define MAX_MEMORY_MIB (16LL * 1024 * 1024)
#define MIN_MEMORY_MIB 16

static int bad(struct ec2 *ec2, const char *path, const char *what)
{
	return ec2_fail(ec2, -EINVAL, "InvalidConfiguration", "%s: %s", path, what);
}

static bool number(json_t *object, const char *group, const char *name, double min, double max,
		   double *value)
{
	json_t *n = json_object_get(json_object_get(object, group), name);

	*value = json_number_value(n);
	return json_is_number(n) && *value >= min && *value <= max;
}

static bool valid_name(const char *name)
{
	size_t n = name ? strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") : 0;

	return n > 0 && !name[n] && n < sizeof(((struct ec2_type *)0)->name);
}

static int parse_credits(struct ec2 *ec2, const char *path, json_t *object, struct ec2_type *type)
{
	double hour, cap, percent;

	if (!json_object_get(object, "CreditInfo"))
		return 0;
	if (!number(object, "CreditInfo", "EarnedPerHour", 0.001, 1000000, &hour) ||
	    !number(object, "CreditInfo", "MaxBalance", 1, 1000000000, &cap) ||
	    !number(object, "CreditInfo", "BaselinePercent", 0.1, 100, &percent))
		return bad(ec2, path,
			   "CreditInfo needs EarnedPerHour, MaxBalance, BaselinePercent");
	type->credits_per_hour = hour * 1000;
	type->credit_cap = cap;
	type->baseline = percent * 10;
	type->unlimited = true;
	return 0;
}

static int parse(struct ec2 *ec2, const char *path, json_t *object, struct ec2_type *type)
{
	const char *name = json_string_value(json_object_get(object, "InstanceType"));
	double vcpus, memory;

	memset(type, 0, sizeof(*type));
	if (!valid_name(name))
		return bad(ec2, path, "InstanceType must be lower-case letters, digits, - and .");
	if (!number(object, "VCpuInfo", "DefaultVCpus", 1, MAX_VCPUS, &vcpus))
		return bad(ec2, path, "VCpuInfo.DefaultVCpus must be from 1 to 1024");
	if (!number(object, "MemoryInfo", "SizeInMiB", MIN_MEMORY_MIB, MAX_MEMORY_MIB, &memory))
		return bad(ec2, path, "MemoryInfo.SizeInMiB must be at least 16");
	snprintf(type->name, sizeof(type->name), "%s", name);
	type->vcpus = vcpus;
	type->threads_per_core = type->vcpus % 2 == 0 ? 2 : 1;
	type->memory_mib = memory;
	return parse_credits(ec2, path, object, type);
}

struct types {
	struct ec2_type *items;
	size_t n;
};

/* A name that is there already is replaced: the host's word counts. */
static int add(struct ec2 *ec2, struct types *types, const struct ec2_type *type)
{
	struct ec2_type *items;

	for (size_t i = 0; i < types->n; i++) {
		if (strcmp(types->items[i].name, type->name) == 0) {
			types->items[i] = *type;
			return 0;
		}
	}
	items = reallocarray(types->items, types->n + 1, sizeof(*items));
	if (!items)
		return ec2_fail_errno(ec2, -ENOMEM, "The instance types");
	items[types->n++] = *type;
	types->items = items;
	return 0;
}

static int load_file(struct ec2 *ec2, struct types *types, const char *path)
{
	json_error_t error;
	json_t *root = json_load_file(path, 0, &error);
	json_t *list = json_is_array(root) ? root : json_object_get(root, "InstanceTypes");
	struct ec2_type type;
	json_t *item;
	size_t i;
	int ret = 0;

	if (!root)
		return ec2_fail(ec2, -EINVAL, "InvalidConfiguration", "%s, line %d: %s", path,
				error.line, error.text);
	if (!json_is_array(list))
		ret = bad(ec2, path, "a list InstanceTypes is expected");
	json_array_foreach (list, i, item) {
		if (!ret)
			ret = parse(ec2, path, item, &type);
		if (!ret)
			ret = add(ec2, types, &type);
	}
	json_decref(root);
	return ret;
}

static int is_json(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot && strcmp(dot, ".json") == 0;
}

static int load_dir(struct ec2 *ec2, struct types *types)
{
	char *dir = ec2_path(ec2->config_dir, "instance-types.d");
	struct dirent **entries = NULL;
	int ret = 0, n;

	if (!dir)
		return ec2_fail_errno(ec2, -ENOMEM, "The instance types");
	n = scandir(dir, &entries, is_json, alphasort);
	for (int i = 0; i < n; i++) {
		char *path = ec2_path(dir, "%s", entries[i]->d_name);

		if (!path)
			ret = ec2_fail_errno(ec2, -ENOMEM, "The instance types");
		else if (!ret)
			ret = load_file(ec2, types, path);
		free(path);
		free(entries[i]);
	}
	free(entries);
	free(dir);
	return ret;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct ec2_type *)a)->name, ((const struct ec2_type *)b)->name);
}

int ec2_types_load(struct ec2 *ec2, struct ec2_type **items, size_t *n)
{
	struct types types = {0};
	int ret;

	types.items = calloc(ec2_n_types, sizeof(*types.items));
	if (!types.items)
		return ec2_fail_errno(ec2, -ENOMEM, "The instance types");
	memcpy(types.items, ec2_type_table, ec2_n_types * sizeof(*types.items));
	types.n = ec2_n_types;
	ret = load_dir(ec2, &types);
	if (ret) {
		free(types.items);
		return ret;
	}
	qsort(types.items, types.n, sizeof(*types.items), by_name);
	*items = types.items;
	*n = types.n;
	return 0;
}

int ec2_type_find(struct ec2 *ec2, const char *name, struct ec2_type *type)
{
	struct ec2_type *types;
	size_t n, i;
	int ret = ec2_types_load(ec2, &types, &n);

	if (ret)
		return ret;
	for (i = 0; i < n && strcmp(types[i].name, name); i++)
		;
	if (i < n)
		*type = types[i];
	else
		ret = ec2_fail(ec2, -EINVAL, "InvalidInstanceType",
			       "The instance type '%s' does not exist. See ec2ctl"
			       " describe-instance-types",
			       name);
	free(types);
	return ret;
}
