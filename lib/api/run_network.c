// SPDX-License-Identifier: LGPL-2.1-or-later
/* RunInstances: subnet, security groups and address. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/interface.h"
#include "api/rule.h"

void ec2_launch_network_clear(struct ec2_launch_network *network)
{
	free(network->subnet);
	for (size_t i = 0; i < network->groups.n; i++)
		free(network->groups.items[i]);
	free(network->groups.items);
}

/* The request's, or the default VPC's. */
static int find_subnet(struct ec2 *ec2, const char *asked, char **subnet)
{
	char *vpc = NULL;
	int ret;

	if (asked) {
		ret = ec2_check_id(ec2, "subnet", asked);
		*subnet = ret ? NULL : strdup(asked);
		return ret || *subnet ? ret : ec2_fail_errno(ec2, -ENOMEM, "The launch");
	}
	ret = ec2_default_vpc(ec2, &vpc);
	if (!ret)
		ret = ec2_db_text(ec2, subnet,
				  "SELECT id FROM subnets WHERE vpc = ? AND is_default", "s", vpc);
	if (!ret)
		ret = ec2_fail(
			ec2, -ENOENT, "MissingInput",
			"No subnets found for the default VPC '%s'. Please specify a subnet.", vpc);
	free(vpc);
	return ret < 0 ? ret : 0;
}

static int add_group(struct ec2 *ec2, const char *id, const char *name, struct ec2_strings *groups)
{
	char *group;
	int ret = ec2_group_find(ec2, id, name, &group);

	if (!ret && !ec2_strings_have(groups, group) && ec2_strings_add(groups, group))
		ret = ec2_fail_errno(ec2, -ENOMEM, "The launch");
	free(group);
	return ret;
}

static int find_groups(struct ec2 *ec2, const struct ec2_run_instances_request *r,
		       struct ec2_launch_network *network)
{
	int ret = 0;

	if (r->security_groups.n && r->subnet_id)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterCombination",
				"The parameter groupName cannot be used with the parameter subnet");
	for (size_t i = 0; !ret && i < r->security_group_ids.n; i++)
		ret = add_group(ec2, r->security_group_ids.items[i], NULL, &network->groups);
	for (size_t i = 0; !ret && i < r->security_groups.n; i++)
		ret = add_group(ec2, NULL, r->security_groups.items[i], &network->groups);
	return ret ? ret : ec2_check_groups(ec2, network->subnet, &network->groups);
}

int ec2_launch_network_check(struct ec2 *ec2, const struct ec2_run_instances_request *r, int min,
			     int *count, struct ec2_launch_network *network)
{
	int64_t addresses = 0;
	int ret = ec2_network_ready(ec2);

	if (!ret)
		ret = find_subnet(ec2, r->subnet_id, &network->subnet);
	if (!ret)
		ret = find_groups(ec2, r, network);
	if (!ret && r->private_ip_address && (min > 1 || r->max_count > 1))
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterCombination",
			       "The parameter privateIpAddress cannot be used for more than one"
			       " instance");
	if (!ret)
		ret = ec2_check_address(ec2, network->subnet, r->private_ip_address,
					&network->address);
	if (!ret)
		ret = ec2_free_addresses(ec2, network->subnet, &addresses);
	if (!ret && addresses < min)
		ret = ec2_no_address(ec2);
	if (!ret && addresses < *count)
		*count = addresses;
	return ret;
}

int ec2_launch_network_insert(struct ec2 *ec2, const struct ec2_launch_network *network,
			      const struct ec2_list *tag_specifications, const char *instance)
{
	const struct ec2_interface interface = {
		.subnet = network->subnet,
		.address = network->address,
		.groups = &network->groups,
		.instance = instance,
		.delete_on_termination = true,
	};
	char id[EC2_ID_SIZE];
	int ret = ec2_interface_make(ec2, &interface, id);

	return ret ? ret : ec2_tag_resource(ec2, tag_specifications, "network-interface", id);
}
