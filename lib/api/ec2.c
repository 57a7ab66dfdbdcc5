// SPDX-License-Identifier: LGPL-2.1-or-later
/* Opening a region, and failing. */
#include "api/ec2.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/config.h"
#include "api/recover.h"
#include "host/paths.h"
#include "model/shapes.h"
#include "store/db.h"
#include "store/intent.h"

/* ---- failing ---- */

static void set_error(struct ec2 *ec2, char *code, char *message)
{
	free(ec2->error_code);
	free(ec2->error_message);
	ec2->error_code = code;
	ec2->error_message = message;
	ec2->error.code = code ? code : "";
	ec2->error.message = message ? message : "";
}

int ec2_fail(struct ec2 *ec2, int err, const char *code, const char *format, ...)
{
	char *message = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&message, format, args) < 0)
		message = NULL;
	va_end(args);
	set_error(ec2, strdup(code), message);
	return err;
}

int ec2_fail_errno(struct ec2 *ec2, int err, const char *what)
{
	return ec2_fail(ec2, err, "InternalError", "%s: %s", what, strerror(-err));
}

const struct ec2_error *ec2_last_error(const struct ec2 *ec2)
{
	return &ec2->error;
}

const char *ec2_version(void)
{
	return EC2_VERSION;
}

/* ---- entering ---- */

static int check_required(struct ec2 *ec2, const struct ec2_shape *shape, const void *p,
			  const char *where);

static int check_list(struct ec2 *ec2, const struct ec2_field *field, const struct ec2_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const char *item = (const char *)list->items + i * field->shape->size;
		int ret = check_required(ec2, field->shape, item, field->name);

		if (ret)
			return ret;
	}
	return 0;
}

static int check_strings(struct ec2 *ec2, const struct ec2_field *field,
			 const struct ec2_strings *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (!list->items[i])
			return ec2_fail(ec2, -EINVAL, "MissingParameter",
					"The request has an empty value in the parameter %s",
					field->name);
	}
	return 0;
}

static bool missing(const struct ec2_field *field, const void *member)
{
	switch (field->kind) {
	case EC2_STRING:
		return !*(char *const *)member;
	case EC2_STRINGS:
		return !((const struct ec2_strings *)member)->n;
	case EC2_STRUCTS:
		return !((const struct ec2_list *)member)->n;
	default:
		return false;
	}
}

static int check_required(struct ec2 *ec2, const struct ec2_shape *shape, const void *p,
			  const char *where)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct ec2_field *field = &shape->fields[i];
		const void *member = (const char *)p + field->offset;
		int ret = 0;

		if ((field->flags & EC2_F_REQUIRED) && missing(field, member))
			return ec2_fail(ec2, -EINVAL, "MissingParameter",
					"The request must contain the parameter %s%s%s",
					where ? where : "", where ? "." : "", field->name);
		if (field->kind == EC2_STRUCTS)
			ret = check_list(ec2, field, member);
		else if (field->kind == EC2_STRINGS)
			ret = check_strings(ec2, field, member);
		if (ret)
			return ret;
	}
	return 0;
}

int ec2_enter(struct ec2 *ec2, const struct ec2_shape *shape, const void *request, bool writes)
{
	set_error(ec2, NULL, NULL);
	if (!ec2->store)
		return ec2_fail(ec2, -EBADF, "InternalError", "The region is not open");
	if (shape && !request)
		return ec2_fail(ec2, -EINVAL, "MissingParameter", "The request is missing");
	if (shape) {
		int ret = check_required(ec2, shape, request, NULL);

		if (ret)
			return ret;
	}
	if (writes && ec2->read_only)
		return ec2_fail(ec2, -EACCES, "UnauthorizedOperation",
				"You are not authorized to perform this operation: %s cannot be"
				" written by this user. Run the command as root",
				ec2->state_dir);
	return 0;
}

int ec2_dry_run(struct ec2 *ec2, bool dry_run)
{
	if (!dry_run)
		return 0;
	return ec2_fail(ec2, -ECANCELED, "DryRunOperation",
			"Request would have succeeded, but DryRun flag is set.");
}

/* ---- paths ---- */

char *ec2_path(const char *dir, const char *format, ...)
{
	char *name = NULL, *path = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&name, format, args);
	va_end(args);
	if (n < 0)
		return NULL;
	if (asprintf(&path, "%s/%s", dir, name) < 0)
		path = NULL;
	free(name);
	return path;
}

const char *ec2_state_dir(const struct ec2 *ec2)
{
	return ec2->state_dir;
}

const char *ec2_run_dir(const struct ec2 *ec2)
{
	return ec2->run_dir;
}

const char *ec2_libexec_dir(const struct ec2 *ec2)
{
	return ec2->libexec_dir;
}

/* mkdir -p. Return: 0 or -errno. */
static int make_dirs(const char *path)
{
	char *copy = strdup(path);
	int ret = 0;

	if (!copy)
		return -ENOMEM;
	for (char *p = copy + 1; !ret; p++) {
		char c = *p;

		if (c != '/' && c)
			continue;
		*p = 0;
		if (mkdir(copy, 0755) && errno != EEXIST)
			ret = -errno;
		*p = c;
		if (!c)
			break;
	}
	free(copy);
	return ret;
}

/* The folders of the state directory; the files in them are guests' data and nobody else's business. */
static int make_state(struct ec2 *ec2)
{
	static const char *const dirs[] = {"volumes", "images", "kernels", "console"};
	int ret = make_dirs(ec2->state_dir);

	for (size_t i = 0; !ret && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		char *path = ec2_path(ec2->state_dir, "%s", dirs[i]);

		if (!path)
			return -ENOMEM;
		if (mkdir(path, 0700) && errno != EEXIST)
			ret = -errno;
		free(path);
	}
	return ret;
}

static bool only_readable(int err)
{
	return err == -EACCES || err == -EPERM || err == -EROFS;
}

static int open_state(struct ec2 *ec2)
{
	int ret = 0;

	if (!ec2->read_only) {
		ret = make_state(ec2);
		if (!ret && access(ec2->state_dir, W_OK))
			ret = -errno;
		if (only_readable(ret)) {
			ec2->read_only = true;
			ret = 0;
		}
		if (ret)
			return ec2_fail_errno(ec2, ret, ec2->state_dir);
	}
	return ec2_db_open(ec2);
}

int ec2_open(const struct ec2_options *options, struct ec2 **handle)
{
	static const struct ec2_options none;
	struct ec2 *ec2 = calloc(1, sizeof(*ec2));
	int ret;

	*handle = ec2;
	if (!ec2)
		return -ENOMEM;
	if (!options)
		options = &none;
	set_error(ec2, NULL, NULL);
	ec2->owner_fd = -1;
	ec2->read_only = options->read_only;
	ec2->kernel = options->kernel ? options->kernel : &ec2_kernel_host;
	ec2->kernel_arg = options->kernel_arg;
	ret = ec2_configure(ec2, options);
	if (!ret)
		ret = open_state(ec2);
	if (!ret && !ec2->read_only && !options->no_recovery)
		ret = ec2_recover(ec2);
	if (ret)
		ec2_db_close(ec2);
	return ret;
}

void ec2_close(struct ec2 *ec2)
{
	if (!ec2)
		return;
	ec2_db_close(ec2);
	ec2_owner_drop(ec2);
	free(ec2->state_dir);
	free(ec2->run_dir);
	free(ec2->libexec_dir);
	free(ec2->config_dir);
	free(ec2->region);
	free(ec2->zone);
	free(ec2->account);
	set_error(ec2, NULL, NULL);
	free(ec2);
}
