// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/interface.h"

#include <stdlib.h>

#include "model/shapes.h"

#define ONE_INTERFACE                                                                      \
	"json_object('Attachment', json_object('AttachTime', n.attached / 1000,"           \
	" 'AttachmentId', n.attachment,"                                                   \
	" 'DeleteOnTermination', " EC2_SQL_BOOL("n.delete_on_termination") ","             \
	" 'DeviceIndex', n.device_index, 'Status', 'attached'),"                           \
	" 'Description', n.description, 'Groups', " EC2_SQL_INTERFACE_GROUPS ","           \
	" 'MacAddress', n.mac, 'NetworkInterfaceId', n.id, 'OwnerId', ?1,"                 \
	" 'PrivateDnsName', a.dns_name,"                                                   \
	" 'PrivateIpAddress', " EC2_SQL_ADDRESS("a.address") ","                           \
	" 'PrivateIpAddresses', " EC2_SQL_INTERFACE_ADDRESSES ","                          \
	" 'SourceDestCheck', " EC2_SQL_BOOL("n.source_dest_check") ","                     \
	" 'Status', 'in-use', 'SubnetId', n.subnet, 'VpcId', n.vpc,"                       \
	" 'InterfaceType', 'interface') AS item"
#define ITS_INTERFACES \
	EC2_SQL_INTERFACE " WHERE n.instance = ?2 ORDER BY n.device_index"

/* The instance's own members are those of eth0. */
static const char select_network[] =
	"SELECT json_object('PrivateDnsName', a.dns_name,"
	" 'PrivateIpAddress', " EC2_SQL_ADDRESS("a.address") ","
	" 'SubnetId', n.subnet, 'VpcId', n.vpc,"
	" 'SourceDestCheck', " EC2_SQL_BOOL("n.source_dest_check") ","
	" 'SecurityGroups', " EC2_SQL_INTERFACE_GROUPS ","
	" 'NetworkInterfaces', " EC2_SQL_LIST("json(item)", ONE_INTERFACE, ITS_INTERFACES) ")"
	" FROM " EC2_SQL_INTERFACE " WHERE n.instance = ?2 AND n.device_index = 0";

static int take_row(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct ec2_instance *to = arg, from;
	int ret = ec2_col_struct(ec2, row, 0, &ec2_shape_instance, &from);

	if (ret)
		return ret;
	free(to->private_dns_name);
	to->private_dns_name = from.private_dns_name;
	to->private_ip_address = from.private_ip_address;
	to->subnet_id = from.subnet_id;
	to->vpc_id = from.vpc_id;
	to->source_dest_check = from.source_dest_check;
	to->security_groups = from.security_groups;
	to->network_interfaces = from.network_interfaces;
	return 0;
}

int ec2_inst_network(struct ec2 *ec2, struct ec2_inst *inst)
{
	int ret = ec2_db_each(ec2, take_row, &inst->pub, select_network, "ss", ec2->account,
			      inst->pub.instance_id);

	return ret < 0 ? ret : 0;
}

int ec2_interfaces_release(struct ec2 *ec2, const char *instance)
{
	static const char *const statements[] = {
		"DELETE FROM tags WHERE resource IN (SELECT id FROM network_interfaces"
		" WHERE instance = ? AND delete_on_termination)",
		"DELETE FROM network_interfaces WHERE instance = ? AND delete_on_termination",
		"UPDATE network_interfaces SET instance = NULL, attachment = NULL,"
		" device_index = NULL, attached = NULL, delete_on_termination = NULL"
		" WHERE instance = ?",
	};
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(statements) / sizeof(statements[0]); i++)
		ret = ec2_db_run(ec2, statements[i], "s", instance);
	return ret;
}
