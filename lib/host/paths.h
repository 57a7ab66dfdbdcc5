/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where an open library keeps its files. Implemented beside struct ec2. */
#ifndef EC2_HOST_PATHS_H
#define EC2_HOST_PATHS_H

struct ec2;

const char *ec2_state_dir(const struct ec2 *ec2); /* /var/lib/ec2ctl */
const char *ec2_run_dir(const struct ec2 *ec2); /* /run/ec2ctl */
const char *ec2_libexec_dir(
	const struct ec2 *ec2); /* ec2-shim, ec2-vmm: EC2CTL_LIBEXEC, or built in */

#endif
