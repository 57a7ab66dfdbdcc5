/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Network interfaces, as the library uses them. All within a transaction. */
#ifndef EC2_API_INTERFACE_H
#define EC2_API_INTERFACE_H

#include "api/network.h"

struct ec2_interface {
	const char *subnet;
	const char *description; /* NULL: "" */
	int64_t address; /* 0: a free one of the subnet */
	const struct ec2_strings *groups; /* none: the VPC's default group */
	const char *instance; /* NULL: not attached */
	int64_t device_index;
	bool delete_on_termination;
};

/* An interface with its address and groups, all of which have been checked. */
int ec2_interface_make(struct ec2 *ec2, const struct ec2_interface *interface, char *id);

/* "02:00:5e:10:00:ff" as bytes. Return: 0 or -EINVAL. */
int ec2_mac_parse(const char *text, uint8_t mac[6]);
/*
 * The text as an address that the subnet has to give: InvalidParameterValue,
 * InvalidIPAddress.InUse. NULL gives 0.
 */
int ec2_check_address(struct ec2 *ec2, const char *subnet, const char *text, int64_t *address);
/* One more for the interface; *address 0: a free one, which is put there. */
int ec2_address_add(struct ec2 *ec2, const char *interface, const char *subnet, int64_t *address,
		    bool primary);
/* How many addresses the subnet has to give. */
int ec2_free_addresses(struct ec2 *ec2, const char *subnet, int64_t *n);
int ec2_no_address(struct ec2 *ec2);
/* Groups of the subnet's VPC, and not too many. */
int ec2_check_groups(struct ec2 *ec2, const char *subnet, const struct ec2_strings *groups);
/* These instead of those that it has. */
int ec2_set_groups(struct ec2 *ec2, const char *interface, const struct ec2_strings *groups);

/* ---- run_network.c ---- */

/* Where a launch's instances are in the network. */
struct ec2_launch_network {
	char *subnet;
	struct ec2_strings groups;
	int64_t address;
};

/* Check what the request says, and lower *count to the addresses that there are. */
int ec2_launch_network_check(struct ec2 *ec2, const struct ec2_run_instances_request *request,
			     int min, int *count, struct ec2_launch_network *network);
/* The instance's eth0. */
int ec2_launch_network_insert(struct ec2 *ec2, const struct ec2_launch_network *network,
			      const struct ec2_list *tag_specifications, const char *instance);
void ec2_launch_network_clear(struct ec2_launch_network *network);

#endif
