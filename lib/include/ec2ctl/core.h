/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every noun needs: the handle, errors, lists, filters. */
#ifndef EC2CTL_CORE_H
#define EC2CTL_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ec2;
struct ec2_kernel_ops;

/* A boolean that may be absent. */
enum ec2_bool {
	EC2_ABSENT = 0,
	EC2_FALSE = 1,
	EC2_TRUE = 2,
};

/* A number that may be absent, where 0 says something. */
struct ec2_int {
	bool is_set;
	int32_t value;
};

/* A list of strings. */
struct ec2_strings {
	char **items;
	size_t n;
};

/* A list of structs; the member's comment names the type of the items. */
struct ec2_list {
	void *items;
	size_t n;
};

/*
 * EC2's Filter. Values may hold * (any characters) and ? (any one), and \ before a character that
 * stands for itself. The values of one filter are ORed, filters are ANDed.
 */
struct ec2_filter {
	char *name; /* "instance-state-name", "tag:Name", "tag-key" ... */
	struct ec2_strings values;
};

/* Why the last call failed. */
struct ec2_error {
	const char *code; /* EC2's: "InvalidInstanceID.NotFound" */
	const char *message; /* "The instance ID 'i-...' does not exist" */
};

/* How to open a region. A zeroed struct, or NULL in its place, is the host's own region. */
struct ec2_options {
	const char *state_dir; /* NULL: $EC2CTL_STATE_DIR, or /var/lib/ec2ctl */
	const char *run_dir; /* NULL: $EC2CTL_RUN_DIR, or /run/ec2ctl */
	const char *libexec_dir; /* where ec2-shim and ec2-vmm are; NULL: $EC2CTL_LIBEXEC, or the
				    folder of the running program or library when they stand there,
				    or as installed */
	const char *config_dir; /* NULL: $EC2CTL_CONFIG_DIR, or /etc/ec2ctl */
	const char *region;	 /* NULL: $EC2CTL_REGION, "region" of ec2ctl.json in config_dir, or
				    "us-east-1" */
	bool read_only; /* look only: recover nothing, change nothing */
	bool no_recovery; /* do not finish what killed processes left (the shim's choice) */
	const struct ec2_kernel_ops *kernel; /* NULL: the host's kernel; others are for tests */
	void *kernel_arg; /* for the functions of `kernel` */
};

/*
 * Open the region and finish or undo what a killed process left. Cheap when there is nothing to do.
 * A user who may not write the state directory gets a read-only region.
 * @options: NULL for the host's own
 * @ec2:     out: the handle, to be released by ec2_close(); set after a failure, too, if only for
 *           ec2_last_error(), unless the failure is -ENOMEM
 *
 * One handle belongs to one thread at a time; any number of processes may work at once.
 *
 * Return: 0; -ENOMEM; -EACCES: the state directory may not be used by this user; -EROFS, -ENOSPC,
 * -EIO: the database cannot be written; -EPROTO: the database is of a newer ec2ctl.
 */
int ec2_open(const struct ec2_options *options, struct ec2 **ec2);

/* Release the handle. NULL is allowed. What runs, runs on. */
void ec2_close(struct ec2 *ec2);

/*
 * The error of the handle's last failed call; never NULL, code "" when none has failed.
 * It lives until the next call on the handle.
 */
const struct ec2_error *ec2_last_error(const struct ec2 *ec2);

/* The version of the library, "0.1.0". */
const char *ec2_version(void);

/*
 * Release what a response owns and zero it; the struct itself is the caller's.
 * @action: EC2's name of the action, "RunInstances"
 * The typed functions beside each action do the same and should be preferred.
 */
void ec2_free_response(const char *action, void *response);

#define EC2_RESPONSE_FREE(noun, action)                                                       \
	static inline void ec2_##noun##_response_free(struct ec2_##noun##_response *response) \
	{                                                                                     \
		ec2_free_response(action, response);                                          \
	}

#ifdef __cplusplus
}
#endif
#endif
