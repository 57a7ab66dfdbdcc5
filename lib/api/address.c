// SPDX-License-Identifier: LGPL-2.1-or-later
/* Secondary private addresses of network interfaces. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/interface.h"

/* What a request is about. */
struct assign {
	const char *interface;
	char *subnet;
	bool reassign;
	struct ec2_list *answer;
};

/* From another interface of the subnet; a primary address stays. */
static int take_away(struct ec2 *ec2, const struct assign *assign, const char *text)
{
	int64_t address;

	if (!assign->reassign || ec2_address_parse(text, &address))
		return 0;
	return ec2_db_run(ec2,
			  "DELETE FROM network_interface_addresses WHERE subnet = ? AND address = ?"
			  " AND NOT is_primary",
			  "si", assign->subnet, address);
}

/* NULL: a free one. */
static int assign_one(struct ec2 *ec2, const struct assign *assign, const char *text)
{
	struct ec2_assigned_private_ip_address *item;
	char chosen[INET_ADDRSTRLEN];
	int64_t address = 0;
	int ret = text ? take_away(ec2, assign, text) : 0;

	if (!ret)
		ret = ec2_check_address(ec2, assign->subnet, text, &address);
	if (!ret)
		ret = ec2_address_add(ec2, assign->interface, assign->subnet, &address, false);
	if (ret)
		return ret;
	ec2_address_text(address, chosen);
	item = ec2_list_add(assign->answer, &ec2_shape_assigned_private_ip_address);
	if (item)
		item->private_ip_address = strdup(chosen);
	return item && item->private_ip_address ? 0 : ec2_fail_errno(ec2, -ENOMEM, "The answer");
}

static int check_quota(struct ec2 *ec2, const char *interface)
{
	int64_t n;
	int ret = ec2_db_int(ec2, &n,
			     "SELECT count(*) FROM network_interface_addresses WHERE interface = ?",
			     "s", interface);

	if (ret > 0 && n > EC2_ADDRESSES_PER_INTERFACE)
		return ec2_fail(ec2, -ENOSPC, "PrivateIpAddressLimitExceeded",
				"Number of private addresses will exceed limit.");
	return ret < 0 ? ret : 0;
}

static int check_request(struct ec2 *ec2, const struct ec2_assign_private_ip_addresses_request *r)
{
	bool addresses = r->private_ip_addresses.n, count = r->secondary_private_ip_address_count;

	if (addresses == count)
		return ec2_fail(ec2, -EINVAL,
				count ? "InvalidParameterCombination" : "MissingParameter",
				"The request must contain exactly one of: privateIpAddresses,"
				" secondaryPrivateIpAddressCount");
	if (r->secondary_private_ip_address_count < 0 ||
	    r->secondary_private_ip_address_count > EC2_ADDRESSES_PER_INTERFACE)
		return ec2_fail(
			ec2, -EINVAL, "InvalidParameterValue",
			"Value (%d) for parameter secondaryPrivateIpAddressCount is invalid."
			" 1 to %d is expected",
			r->secondary_private_ip_address_count, EC2_ADDRESSES_PER_INTERFACE);
	return ec2_check_id(ec2, "eni", r->network_interface_id);
}

static int assign_private_ip_addresses(struct ec2 *ec2,
				       const struct ec2_assign_private_ip_addresses_request *r,
				       struct ec2_assign_private_ip_addresses_response *response)
{
	struct assign assign = {.interface = r->network_interface_id,
				.reassign = r->allow_reassignment,
				.answer = &response->assigned_private_ip_addresses};
	int ret = check_request(ec2, r);

	if (!ret)
		ret = ec2_db_text(ec2, &assign.subnet,
				  "SELECT subnet FROM network_interfaces WHERE id = ?", "s",
				  assign.interface);
	ret = ret < 0 ? ret : 0;
	for (size_t i = 0; !ret && i < r->private_ip_addresses.n; i++)
		ret = assign_one(ec2, &assign, r->private_ip_addresses.items[i]);
	for (int32_t i = 0; !ret && i < r->secondary_private_ip_address_count; i++)
		ret = assign_one(ec2, &assign, NULL);
	free(assign.subnet);
	if (!ret)
		ret = check_quota(ec2, assign.interface);
	if (ret)
		return ret;
	response->network_interface_id = strdup(r->network_interface_id);
	return response->network_interface_id ? 0 : ec2_fail_errno(ec2, -ENOMEM, "The answer");
}
EC2_CHANGE(assign_private_ip_addresses)

static int unassign_one(struct ec2 *ec2, const char *interface, const char *text)
{
	int64_t address, primary = 0;
	int ret = 0;

	if (ec2_address_parse(text, &address) == 0)
		ret = ec2_db_int(ec2, &primary,
				 "SELECT is_primary FROM network_interface_addresses"
				 " WHERE interface = ? AND address = ?",
				 "si", interface, address);
	if (!ret)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"The address %s is not assigned to interface %s", text, interface);
	if (ret > 0 && primary)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"The primary address %s of interface %s cannot be unassigned", text,
				interface);
	return ret < 0 ? ret
		       : ec2_db_run(ec2,
				    "DELETE FROM network_interface_addresses WHERE interface = ?"
				    " AND address = ?",
				    "si", interface, address);
}

static int unassign_private_ip_addresses(struct ec2 *ec2,
					 const struct ec2_unassign_private_ip_addresses_request *r)
{
	int ret = ec2_check_id(ec2, "eni", r->network_interface_id);

	for (size_t i = 0; !ret && i < r->private_ip_addresses.n; i++)
		ret = unassign_one(ec2, r->network_interface_id, r->private_ip_addresses.items[i]);
	return ret;
}
EC2_CHANGE_SILENT(unassign_private_ip_addresses)
