// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/config.h"

#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Absolute, since a program may change its directory, and the shim gets it as an argument. */
static char *absolute(const char *path)
{
	char *cwd, *full = NULL;

	if (path[0] == '/')
		return strdup(path);
	cwd = getcwd(NULL, 0);
	if (cwd)
		full = ec2_path(cwd, "%s", path);
	free(cwd);
	return full;
}

/* The option, else the environment (not in set-user-id programs), else the default. */
static const char *choose(const char *option, const char *variable, const char *otherwise)
{
	const char *value = option ? option : secure_getenv(variable);

	return value && *value ? value : otherwise;
}

/* The folder of a file, when ec2-shim stands in it: a build tree. */
static char *build_dir(const char *file)
{
	char *dir = realpath(file, NULL);
	char *shim, *slash;

	if (!dir)
		return NULL;
	slash = strrchr(dir, '/');
	if (slash)
		*slash = 0;
	shim = ec2_path(dir, "ec2-shim");
	if (!shim || access(shim, X_OK)) {
		free(dir);
		dir = NULL;
	}
	free(shim);
	return dir;
}

static char *find_libexec(void)
{
	Dl_info info;
	char *dir = build_dir("/proc/self/exe");

	if (!dir && dladdr(ec2_version, &info) && info.dli_fname)
		dir = build_dir(info.dli_fname);
	return dir ? dir : strdup(EC2_LIBEXECDIR);
}

static int bad(struct ec2 *ec2, const char *name, const char *value, const char *what)
{
	return ec2_fail(ec2, -EINVAL, "InvalidConfiguration", "%s '%s' is not %s", name, value,
			what);
}

static int check_names(struct ec2 *ec2)
{
	size_t n = strspn(ec2->region, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (ec2->region[n] || n == 0 || n > 32 || !islower((unsigned char)ec2->region[0]))
		return bad(ec2, "The region", ec2->region, "a region's name, such as us-east-1");
	if (strlen(ec2->account) != 12 || strspn(ec2->account, "0123456789") != 12)
		return bad(ec2, "The account", ec2->account, "a number of 12 digits");
	return 0;
}

/* A missing file is an empty one. *config: NULL or to be released. */
static int load(struct ec2 *ec2, json_t **config)
{
	char *path = ec2_path(ec2->config_dir, "ec2ctl.json");
	json_error_t error;
	int ret = 0;

	*config = NULL;
	if (!path)
		return ec2_fail_errno(ec2, -ENOMEM, "The configuration");
	if (access(path, F_OK) == 0) {
		*config = json_load_file(path, 0, &error);
		if (!json_is_object(*config))
			ret = ec2_fail(ec2, -EINVAL, "InvalidConfiguration", "%s, line %d: %s",
				       path, error.line,
				       *config ? "an object is expected" : error.text);
	}
	free(path);
	return ret;
}

static int names(struct ec2 *ec2, const struct ec2_options *options, json_t *config)
{
	const char *region = json_string_value(json_object_get(config, "region"));
	const char *account = json_string_value(json_object_get(config, "account"));
	json_t *overcommit = json_object_get(config, "vcpu_overcommit");

	ec2->region =
		strdup(choose(options->region, "EC2CTL_REGION", region ? region : "us-east-1"));
	ec2->account = strdup(account ? account : "000000000000");
	ec2->vcpu_overcommit = json_is_number(overcommit) ? json_number_value(overcommit) : 1;
	if (!ec2->region || !ec2->account || asprintf(&ec2->zone, "%sa", ec2->region) < 0)
		return ec2_fail_errno(ec2, -ENOMEM, "The configuration");
	if (!(ec2->vcpu_overcommit >= 1 && ec2->vcpu_overcommit <= 64))
		return ec2_fail(ec2, -EINVAL, "InvalidConfiguration",
				"vcpu_overcommit in %s/ec2ctl.json is not from 1 to 64",
				ec2->config_dir);
	return check_names(ec2);
}

int ec2_configure(struct ec2 *ec2, const struct ec2_options *options)
{
	const char *libexec = choose(options->libexec_dir, "EC2CTL_LIBEXEC", NULL);
	json_t *config;
	int ret;

	ec2->state_dir =
		absolute(choose(options->state_dir, "EC2CTL_STATE_DIR", "/var/lib/ec2ctl"));
	ec2->run_dir = absolute(choose(options->run_dir, "EC2CTL_RUN_DIR", "/run/ec2ctl"));
	ec2->config_dir = absolute(choose(options->config_dir, "EC2CTL_CONFIG_DIR", "/etc/ec2ctl"));
	ec2->libexec_dir = libexec ? absolute(libexec) : find_libexec();
	if (!ec2->state_dir || !ec2->run_dir || !ec2->config_dir || !ec2->libexec_dir)
		return ec2_fail_errno(ec2, -ENOMEM, "The configuration");
	ret = load(ec2, &config);
	if (!ret)
		ret = names(ec2, options, config);
	json_decref(config);
	return ret;
}
