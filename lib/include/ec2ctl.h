/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libec2ctl: one Linux host as an EC2 region.
 *
 * Every EC2 action is one function:
 *
 *	int ec2_run_instances(struct ec2 *ec2, const struct ec2_run_instances_request *request,
 *			      struct ec2_run_instances_response *response);
 *
 * It returns 0 or -errno; ec2_last_error() then holds EC2's error code and message. A zeroed request
 * is a valid beginning: absent members are NULL, 0 or empty. The library never keeps a pointer into
 * a request. A response need not be initialised; after success it belongs to the caller, who
 * releases it by the function of the same name with _free at the end. After a failure there is
 * nothing to release.
 */
#ifndef EC2CTL_H
#define EC2CTL_H

#include <ec2ctl/core.h>
#include <ec2ctl/tag.h>
#include <ec2ctl/image.h>
#include <ec2ctl/instance.h>
#include <ec2ctl/instance_type.h>
#include <ec2ctl/region.h>
#include <ec2ctl/vpc.h>
#include <ec2ctl/security_group.h>
#include <ec2ctl/internet_gateway.h>
#include <ec2ctl/route_table.h>
#include <ec2ctl/network_interface.h>
#include <ec2ctl/network_acl.h>
#include <ec2ctl/prefix_list.h>
#include <ec2ctl/reconcile.h>

#endif
