/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A region below a temporary directory, on a scripted kernel. The kernel's state are files, so that it
 * outlives a killed process as shims outlive a killed command: DIR/alive/ID while a shim lives,
 * DIR/signal/ID for what it has been told.
 */
#ifndef TESTS_FAKE_KERNEL_H
#define TESTS_FAKE_KERNEL_H

#include <ec2ctl.h>

#include "host/kernel.h"
#include "host/launch.h"
#include "host/vpc_state.h"

struct fake {
	char dir[64];
	char state[96], run[96], config[96], image[96];
	/* the script: */
	int info_error; /* of GET_INFO: -ENODEV: no module */
	int launch_error; /* of the next launches */
	int launches_left; /* before launch_error; -1 = no end */
	const char *launch_code; /* with launch_error */
	uint64_t memory_available; /* bytes */
	uint64_t memory_total;
	uint32_t cpus;
	const char *boot;
	struct ec2_launch_nic nic; /* of the last start */
	int launches; /* how many there have been */
	/* the network: what it was made last, and how often */
	struct ec2_vpc_state network;
	int networks;
	int network_error; /* of the next times */
	int signals;
	uint32_t last_signal, last_flags;
};

extern const struct ec2_kernel_ops fake_kernel;

/* A new region in a new directory, with a raw image file of 1 MiB. */
void fake_make(struct fake *fake);
/* Remove it. */
void fake_remove(struct fake *fake);
/* Open the region; the test fails when that fails. */
struct ec2 *fake_open(struct fake *fake);
int fake_try_open(struct fake *fake, struct ec2 **ec2);
/* Let the shims do what they have been told: start, power off. */
void fake_settle(struct fake *fake);
/* The shim of that instance (NULL: all) dies without a word. */
void fake_kill(struct fake *fake, const char *id);
bool fake_alive(const struct fake *fake, const char *id);

/* Register the image file; run one instance of it. The ids are to be freed. */
char *fake_image(struct ec2 *ec2, struct fake *fake, const char *name);
char *fake_instance(struct ec2 *ec2, const char *image);
/* The state of an instance: "running"; "" when there is none of that id. Static, for assertions. */
const char *fake_state(struct ec2 *ec2, const char *id);

#endif
