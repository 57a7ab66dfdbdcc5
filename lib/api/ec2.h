/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handle, and how every part of the library fails. */
#ifndef EC2_API_EC2_H
#define EC2_API_EC2_H

#include <ec2ctl.h>
#include "host/kernel.h"

struct ec2_store;

struct ec2 {
	char *state_dir; /* absolute paths, this and the next three */
	char *run_dir;
	char *libexec_dir;
	char *config_dir;
	char *region;
	char *zone; /* the region's one availability zone: region + "a" */
	char *account; /* owner id: 12 digits */
	double vcpu_overcommit; /* vCPUs of one instance per processor of the host */
	bool read_only;
	const struct ec2_kernel_ops *kernel;
	void *kernel_arg;
	struct ec2_store *store;
	int owner_fd; /* this handle's owner lock file: held while it has intents; -1 = none yet */
	char *owner; /* its name, as intents carry it */
	struct ec2_error error;
	char *error_code; /* what error points to */
	char *error_message;
};

/*
 * Set the handle's error and return `err` (-errno). The first line of every failure:
 *	return ec2_fail(ec2, -ENOENT, "InvalidInstanceID.NotFound",
 *			"The instance ID '%s' does not exist", id);
 */
int ec2_fail(struct ec2 *ec2, int err, const char *code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* InternalError with the text of errno: "WHAT: No space left on device". */
int ec2_fail_errno(struct ec2 *ec2, int err, const char *what);

/*
 * The first thing that a public function does: forget the last error, and check that the request has
 * what is required (MissingParameter) and that the handle may write if it is to (UnauthorizedOperation).
 * @shape: NULL: no request
 */
struct ec2_shape;
int ec2_enter(struct ec2 *ec2, const struct ec2_shape *shape, const void *request, bool writes);

/* After all checks: 0, or the failure that tells a dry run that all is well. */
int ec2_dry_run(struct ec2 *ec2, bool dry_run);

/* A path below a directory, freed by the caller; NULL: no memory. */
char *ec2_path(const char *dir, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
