// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shim.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include <ec2ctl.h>

/* A full disk or a busy database may pass; after that the next command repairs the record. */
#define END_TRIES 5
#define END_PAUSE_US 500000

/* The library is open for moments only: its database would be most of the shim's memory. */
static struct ec2 *open_region(struct shim *shim, char *why, size_t size)
{
	struct ec2_options options = {
		.state_dir = shim->state_dir,
		.run_dir = shim->run_dir,
		/* the shim holds its own instance's lock: repair is for others */
		.no_recovery = true,
	};
	struct ec2 *ec2 = NULL;
	int ret = ec2_open(&options, &ec2);

	if (ret == 0)
		return ec2;
	snprintf(why, size, "%s", ec2 ? ec2_last_error(ec2)->message : strerror(-ret));
	ec2_close(ec2);
	return NULL;
}

static void close_region(struct ec2 *ec2)
{
	ec2_close(ec2);
	malloc_trim(0);
}

/* One call of the library. Return: what it returned; the failure has been told. */
static int with_region(struct shim *shim, int (*call)(struct ec2 *ec2, struct shim *shim))
{
	char why[SHIM_ERROR];
	struct ec2 *ec2 = open_region(shim, why, sizeof(why));
	const struct ec2_error *error;
	int ret;

	if (!ec2)
		return shim_fail(shim, "Server.InternalError", "cannot open the region: %s", why);
	ret = call(ec2, shim);
	error = ec2_last_error(ec2);
	if (ret)
		shim_fail(shim, *error->code ? error->code : "Server.InternalError", "%s",
			  *error->message ? error->message : strerror(-ret));
	close_region(ec2);
	return ret;
}

static int load(struct ec2 *ec2, struct shim *shim)
{
	return ec2_launch_spec_load(ec2, shim->id, &shim->spec);
}

int record_load(struct shim *shim)
{
	return with_region(shim, load);
}

static int connect_tap(struct ec2 *ec2, struct shim *shim)
{
	return ec2_launch_connect(ec2, shim->id);
}

int record_connect(struct shim *shim)
{
	return with_region(shim, connect_tap);
}

static int started(struct ec2 *ec2, struct shim *shim)
{
	return ec2_instance_started(ec2, shim->id);
}

int record_started(struct shim *shim)
{
	return with_region(shim, started);
}

void record_ended(struct shim *shim)
{
	char why[SHIM_ERROR];

	for (int i = 0; i < END_TRIES; i++) {
		struct ec2 *ec2 = open_region(shim, why, sizeof(why));
		int ret = ec2 ? ec2_instance_ended(ec2, shim->id, shim->end) : -EIO;

		ec2_close(ec2);
		if (ret == 0 || ret == -ENOENT)
			return;
		usleep(END_PAUSE_US);
	}
}
