// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/interface.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* ---- addresses ---- */

int ec2_no_address(struct ec2 *ec2)
{
	return ec2_fail(ec2, -ENOSPC, "InsufficientFreeAddressesInSubnet",
			"The specified subnet does not have enough free addresses to satisfy the"
			" request.");
}

int ec2_free_addresses(struct ec2 *ec2, const char *subnet, int64_t *n)
{
	int ret = ec2_db_int(ec2, n,
			     "SELECT last - first + 1 - ?1 - (SELECT count(*)"
			     " FROM network_interface_addresses WHERE subnet = ?2)"
			     " FROM subnets WHERE id = ?2",
			     "is", (int64_t)EC2_RESERVED, subnet);

	return ret < 0 ? ret : 0;
}

/* The lowest that is free: the first, or one behind one that is not. */
static int find_free(struct ec2 *ec2, const char *subnet, int64_t *address)
{
	int ret = ec2_db_int(
		ec2, address,
		"SELECT min(n) FROM (SELECT first + ?1 AS n FROM subnets WHERE id = ?2"
		" UNION ALL SELECT address + 1 FROM network_interface_addresses WHERE subnet = ?2)"
		" WHERE n < (SELECT last FROM subnets WHERE id = ?2) AND n NOT IN"
		" (SELECT address FROM network_interface_addresses WHERE subnet = ?2)",
		"is", (int64_t)EC2_RESERVED_FIRST, subnet);

	return ret < 0 ? ret : ret ? 0 : ec2_no_address(ec2);
}

static int subnet_range(struct ec2 *ec2, const char *subnet, struct ec2_cidr *cidr)
{
	char *text = NULL;
	int ret = ec2_db_text(ec2, &text, "SELECT cidr FROM subnets WHERE id = ?", "s", subnet);

	if (ret > 0)
		ret = ec2_cidr_parse(text, false, cidr);
	free(text);
	return ret;
}

int ec2_check_address(struct ec2 *ec2, const char *subnet, const char *text, int64_t *address)
{
	struct ec2_cidr range;
	int64_t found;
	int ret;

	*address = 0;
	if (!text)
		return 0;
	if (ec2_address_parse(text, address))
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Value (%s) for parameter privateIpAddress is invalid. Invalid IPv4"
				" address",
				text);
	ret = subnet_range(ec2, subnet, &range);
	if (ret)
		return ret;
	if (*address < range.first || *address > range.last)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Address %s does not fall within the subnet's address range", text);
	if (*address < range.first + EC2_RESERVED_FIRST || *address == range.last)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"Address %s is in subnet's reserved address range", text);
	ret = ec2_db_int(ec2, &found,
			 "SELECT 1 FROM network_interface_addresses WHERE subnet = ?"
			 " AND address = ?",
			 "si", subnet, *address);
	if (ret > 0)
		ret = ec2_fail(ec2, -EEXIST, "InvalidIPAddress.InUse", "Address %s is in use.",
			       text);
	return ret;
}

/* ---- groups ---- */

int ec2_check_groups(struct ec2 *ec2, const char *subnet, const struct ec2_strings *groups)
{
	int ret = ec2_check_ids(ec2, "sg", groups);

	for (size_t i = 0; !ret && i < groups->n; i++) {
		int64_t found;

		ret = ec2_db_int(ec2, &found,
				 "SELECT 1 FROM security_groups g JOIN subnets s ON s.vpc = g.vpc"
				 " WHERE g.id = ? AND s.id = ?",
				 "ss", groups->items[i], subnet);
		if (!ret)
			ret = ec2_fail(ec2, -ENOENT, "InvalidGroup.NotFound",
				       "The security group '%s' does not exist in the VPC of the"
				       " subnet '%s'",
				       groups->items[i], subnet);
		ret = ret < 0 ? ret : 0;
	}
	if (!ret && groups->n > EC2_GROUPS_PER_INTERFACE)
		ret = ec2_fail(ec2, -ENOSPC, "SecurityGroupsPerInterfaceLimitExceeded",
			       "The maximum number of security groups per interface has been"
			       " reached.");
	return ret;
}

int ec2_set_groups(struct ec2 *ec2, const char *interface, const struct ec2_strings *groups)
{
	int ret = ec2_db_run(ec2, "DELETE FROM network_interface_groups WHERE interface = ?", "s",
			     interface);

	for (size_t i = 0; !ret && i < groups->n; i++)
		ret = ec2_db_run(ec2,
				 "INSERT INTO network_interface_groups VALUES (?, ?)"
				 " ON CONFLICT DO NOTHING",
				 "ss", interface, groups->items[i]);
	if (!ret && !groups->n)
		ret = ec2_db_run(
			ec2,
			"INSERT INTO network_interface_groups SELECT n.id, g.id"
			" FROM network_interfaces n JOIN security_groups g ON g.vpc = n.vpc"
			" WHERE n.id = ? AND g.name = 'default'",
			"s", interface);
	return ret;
}

/* ---- making ---- */

#define MAC_SIZE 18

/* Locally administered, of one host. */
static int new_mac(struct ec2 *ec2, char mac[MAC_SIZE])
{
	uint8_t bytes[5];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return ec2_fail_errno(ec2, -EIO, "Random numbers");
	snprintf(mac, MAC_SIZE, "02:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2],
		 bytes[3], bytes[4]);
	return 0;
}

int ec2_mac_parse(const char *text, uint8_t mac[6])
{
	int n = sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &mac[0], &mac[1], &mac[2],
		       &mac[3], &mac[4], &mac[5]);

	return n == 6 ? 0 : -EINVAL;
}

/* ip-10-0-1-4.ec2.internal, as us-east-1 has it, or ip-10-0-1-4.REGION.compute.internal */
int ec2_address_add(struct ec2 *ec2, const char *interface, const char *subnet, int64_t *address,
		    bool primary)
{
	char text[INET_ADDRSTRLEN], name[128];
	int ret = *address ? 0 : find_free(ec2, subnet, address);

	if (ret)
		return ret;
	ec2_address_text(*address, text);
	for (char *p = text; *p; p++) {
		if (*p == '.')
			*p = '-';
	}
	if (strcmp(ec2->region, "us-east-1") == 0)
		snprintf(name, sizeof(name), "ip-%s.ec2.internal", text);
	else
		snprintf(name, sizeof(name), "ip-%s.%s.compute.internal", text, ec2->region);
	return ec2_db_run(ec2,
			  "INSERT INTO network_interface_addresses (interface, subnet, address,"
			  " is_primary, dns_name) VALUES (?, ?, ?, ?, ?)",
			  "ssibs", interface, subnet, *address, primary, name);
}

static int attach(struct ec2 *ec2, const struct ec2_interface *interface, const char *id)
{
	char attachment[EC2_ID_SIZE];
	int ret = ec2_new_id(ec2, "eni-attach", attachment);

	return ret ? ret
		   : ec2_db_run(ec2,
				"UPDATE network_interfaces SET instance = ?, attachment = ?,"
				" device_index = ?, attached = ?, delete_on_termination = ?"
				" WHERE id = ?",
				"ssiibs", interface->instance, attachment, interface->device_index,
				ec2_now(), interface->delete_on_termination, id);
}

int ec2_interface_make(struct ec2 *ec2, const struct ec2_interface *interface, char *id)
{
	int64_t address = interface->address;
	char mac[MAC_SIZE];
	int ret = ec2_new_id(ec2, "eni", id);

	if (!ret)
		ret = new_mac(ec2, mac);
	if (!ret)
		ret = ec2_db_run(
			ec2,
			"INSERT INTO network_interfaces (id, vpc, subnet, description, mac,"
			" created) SELECT ?, vpc, id, ?, ?, ? FROM subnets WHERE id = ?",
			"sssis", id, interface->description ? interface->description : "", mac,
			ec2_now(), interface->subnet);
	if (!ret)
		ret = ec2_address_add(ec2, id, interface->subnet, &address, true);
	if (!ret)
		ret = ec2_set_groups(ec2, id, interface->groups);
	if (!ret && interface->instance)
		ret = attach(ec2, interface, id);
	return ret;
}
