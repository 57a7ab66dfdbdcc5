/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of network interfaces. */
#ifndef EC2_STORE_INTERFACE_H
#define EC2_STORE_INTERFACE_H

#include "store/instance.h"
#include "store/record.h"

/*
 * What an interface and an instance show alike; `n` is the interface's row, `a` that of its first
 * address.
 */
#define EC2_SQL_INTERFACE                                         \
	"network_interfaces n JOIN network_interface_addresses a" \
	" ON a.interface = n.id AND a.is_primary"
#define EC2_SQL_INTERFACE_GROUPS                                                      \
	EC2_SQL_LIST("json_object('GroupName', name, 'GroupId', id)", "g.name, g.id", \
		     "network_interface_groups m JOIN security_groups g"              \
		     " ON g.id = m.security_group WHERE m.interface = n.id ORDER BY g.seq")
#define EC2_SQL_INTERFACE_ADDRESSES                                                   \
	EC2_SQL_LIST("json_object('Primary', " EC2_SQL_BOOL("is_primary") ","         \
		     " 'PrivateDnsName', dns_name,"                                   \
		     " 'PrivateIpAddress', " EC2_SQL_ADDRESS("address") ")",          \
		     "is_primary, dns_name, address",                                 \
		     "network_interface_addresses WHERE interface = n.id"             \
		     " ORDER BY is_primary DESC, seq")

/* What the instance has of the network, if it has an interface. Return: 0 or -errno. */
int ec2_inst_network(struct ec2 *ec2, struct ec2_inst *inst);
/*
 * Its interfaces go with the instance, or are left behind, as DeleteOnTermination says. Return: 0
 * or -errno.
 */
int ec2_interfaces_release(struct ec2 *ec2, const char *instance);

#endif
