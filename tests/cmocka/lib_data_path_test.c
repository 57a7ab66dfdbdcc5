// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the kernel is made of the records of the network, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib_region.h"
#include "store/db.h"

#define OPEN(port)                                                                        \
	"{'GroupId': '$GROUP', 'IpPermissions': [{'IpProtocol': 'tcp', 'FromPort': " port \
	", 'ToPort': " port ", 'IpRanges': [{'CidrIp': '10.1.2.0/24'}]}]}"
#define AUTHORIZE "AuthorizeSecurityGroupIngress"
#define DEFAULT_GROUP "{'Filters': [{'Name': 'group-name', 'Values': ['default']}]}"

/* One instance in the default VPC, with the default group. */
static int set_up(void **state)
{
	struct region *region = region_new();
	static const struct region_step steps[] = {
		{"DescribeInstances", "{'InstanceIds': ['$ONE']}",
		 "Reservations.0.Instances.0.SecurityGroups.0.GroupId", NULL, "GROUP"},
		{"DescribeInstances", "{'InstanceIds': ['$ONE']}",
		 "Reservations.0.Instances.0.PrivateIpAddress", NULL, "ADDRESS"},
		{"DescribeInstances", "{'InstanceIds': ['$ONE']}",
		 "Reservations.0.Instances.0.VpcId", NULL, "VPC"},
		{"DescribeInternetGateways", "{}", "InternetGateways.0.InternetGatewayId", NULL,
		 "GATEWAY"},
		{"DescribeRouteTables", "{}", "RouteTables.0.RouteTableId", NULL, "TABLE"},
		{"CreateSecurityGroup",
		 "{'GroupName': 'other', 'Description': 'other', 'VpcId': '$VPC'}", "GroupId", NULL,
		 "OTHER"},
	};

	region_set(region, "IMAGE", fake_image(region->ec2, &region->fake, "debian-12"));
	region_set(region, "ONE", fake_instance(region->ec2, region_get(region, "IMAGE")));
	REGION_STEPS(region, steps);
	*state = region;
	return 0;
}

static void launch_another(struct region *region)
{
	region_set(region, "TWO", fake_instance(region->ec2, region_get(region, "IMAGE")));
}

static void an_interface_is_as_its_record(void **state)
{
	struct region *region = *state;
	const struct ec2_vpc_state *network = &region->fake.network;
	const struct ec2_vpc_interface *interface = network->interface;
	char text[INET_ADDRSTRLEN];

	assert_int_equal(network->n_interfaces, 1);
	assert_string_equal(interface->instance, region_get(region, "ONE"));
	assert_string_equal(inet_ntop(AF_INET, &interface->eni.address, text, sizeof(text)),
			    region_get(region, "ADDRESS"));
	assert_memory_equal(interface->eni.mac, region->fake.nic.mac, 6);
	assert_int_equal(ntohl(interface->eni.range.s_addr), 0xac1f0000);
	assert_int_equal(interface->eni.range_len, 16);
	assert_int_equal(interface->eni.subnet_len, 20);
	assert_true(interface->eni.source_dest_check);
	assert_false(interface->eni.routes_inside);
	assert_int_equal(interface->n_addresses, 1);
	assert_int_equal(network->n_sets, 1);
	assert_int_equal(interface->eni.groups, network->set->number);
	/* in from itself, out to everywhere */
	assert_int_equal(network->set->n_groups, 1);
	assert_int_equal(network->set->n_rules[EC2_INGRESS], 1);
	assert_int_equal(network->set->rule[EC2_INGRESS]->group, network->set->group[0]);
	assert_int_equal(network->set->rule[EC2_INGRESS]->protocol, -1);
	assert_int_equal(network->set->n_rules[EC2_EGRESS], 1);
	assert_int_equal(network->set->rule[EC2_EGRESS]->group, 0);
	assert_int_equal(network->set->rule[EC2_EGRESS]->prefix_len, 0);
}

static void rules_follow_at_once(void **state)
{
	struct region *region = *state;
	const struct ec2_vpc_state *network = &region->fake.network;
	const struct ec2_policy_rule *rule;

	region_must(region, AUTHORIZE, OPEN("22"));
	assert_int_equal(network->set->n_rules[EC2_INGRESS], 2);
	rule = &network->set->rule[EC2_INGRESS][1];
	assert_int_equal(rule->protocol, 6);
	assert_int_equal(rule->from_port, 22);
	assert_int_equal(rule->to_port, 22);
	assert_int_equal(ntohl(rule->prefix.s_addr), 0x0a010200);
	assert_int_equal(rule->prefix_len, 24);
	region_must(region, "RevokeSecurityGroupIngress", OPEN("22"));
	assert_int_equal(network->set->n_rules[EC2_INGRESS], 1);
}

/* IPv6 is not carried. */
static void prefix_lists_are_their_entries(void **state)
{
	struct region *region = *state;
	static const struct region_step steps[] = {
		{"CreateManagedPrefixList",
		 "{'PrefixListName': 'offices', 'MaxEntries': 5, 'AddressFamily': 'IPv4',"
		 " 'Entries': [{'Cidr': '10.1.0.0/16'}, {'Cidr': '10.2.0.0/16'}]}",
		 "PrefixList.PrefixListId", NULL, "LIST"},
		{AUTHORIZE,
		 "{'GroupId': '$GROUP', 'IpPermissions': [{'IpProtocol': '-1',"
		 " 'PrefixListIds': [{'PrefixListId': '$LIST'}],"
		 " 'Ipv6Ranges': [{'CidrIpv6': '::/0'}]}]}",
		 NULL, NULL, NULL},
	};

	REGION_STEPS(region, steps);
	assert_int_equal(region->fake.network.set->n_rules[EC2_INGRESS], 3);
	region_must(
		region, "ModifyManagedPrefixList",
		"{'PrefixListId': '$LIST', 'CurrentVersion': 1, 'RemoveEntries': [{'Cidr': '10.1.0.0/16'}]}");
	assert_int_equal(region->fake.network.set->n_rules[EC2_INGRESS], 2);
	assert_int_equal(ntohl(region->fake.network.set->rule[EC2_INGRESS][1].prefix.s_addr),
			 0x0a020000);
}

static void sets_have_numbers_while_they_are_used(void **state)
{
	struct region *region = *state;
	const struct ec2_vpc_state *network = &region->fake.network;

	launch_another(region);
	assert_int_equal(network->n_interfaces, 2);
	assert_int_equal(network->n_sets, 1);
	region_must(region, "ModifyInstanceAttribute",
		    "{'InstanceId': '$TWO', 'Groups': ['$GROUP', '$OTHER']}");
	assert_int_equal(network->n_sets, 2);
	assert_int_equal(network->set[1].n_groups, 2);
	assert_int_equal(network->interface[0].eni.groups, 1);
	assert_int_equal(network->interface[1].eni.groups, 2);
	region_must(region, "ModifyInstanceAttribute",
		    "{'InstanceId': '$ONE', 'Groups': ['$OTHER', '$GROUP']}");
	assert_int_equal(network->n_sets, 1);
	assert_int_equal(network->interface[0].eni.groups, 2);
	region_must(region, "ModifyInstanceAttribute",
		    "{'InstanceId': '$ONE', 'Groups': ['$OTHER']}");
	assert_int_equal(network->n_sets, 2);
	assert_int_equal(network->interface[0].eni.groups, 1);
}

static enum ec2_route_kind kind_of(const struct region *region, const char *destination)
{
	struct in_addr address;

	assert_int_equal(inet_pton(AF_INET, destination, &address), 1);
	for (size_t i = 0; i < region->fake.network.n_routes; i++)
		if (region->fake.network.route[i].route.destination.s_addr == address.s_addr)
			return region->fake.network.route[i].route.kind;
	return 0;
}

static void routes_lead_where_something_is(void **state)
{
	struct region *region = *state;

	assert_int_equal(kind_of(region, "172.31.0.0"), EC2_ROUTE_LOCAL);
	assert_int_equal(kind_of(region, "0.0.0.0"), EC2_ROUTE_GATEWAY);
	region_must(region, "DetachInternetGateway",
		    "{'InternetGatewayId': '$GATEWAY', 'VpcId': '$VPC'}");
	assert_int_equal(kind_of(region, "0.0.0.0"), EC2_ROUTE_BLACKHOLE);
	launch_another(region);
	region_must(region, "CreateRoute",
		    "{'RouteTableId': '$TABLE', 'DestinationCidrBlock': '10.9.0.0/16',"
		    " 'InstanceId': '$TWO'}");
	assert_int_equal(kind_of(region, "10.9.0.0"), EC2_ROUTE_INTERFACE);
	region_must(region, "StopInstances", "{'InstanceIds': ['$TWO']}");
	fake_settle(&region->fake);
	assert_int_equal(kind_of(region, "10.9.0.0"), EC2_ROUTE_BLACKHOLE);
	assert_false(region->fake.network.interface->eni.routes_inside);
	region_must(region, "CreateRoute",
		    "{'RouteTableId': '$TABLE', 'DestinationCidrBlock': '172.31.0.0/20',"
		    " 'InstanceId': '$TWO'}");
	assert_true(region->fake.network.interface->eni.routes_inside);
}

static void the_end_of_an_instance_is_that_of_its_interface(void **state)
{
	struct region *region = *state;
	int before;

	region_must(region, "TerminateInstances", "{'InstanceIds': ['$ONE']}");
	fake_settle(&region->fake);
	assert_int_equal(region->fake.network.n_interfaces, 0);
	assert_int_equal(region->fake.network.n_sets, 0);
	assert_int_equal(region->fake.network.n_routes, 0);
	before = region->fake.networks;
	region_must(region, AUTHORIZE, OPEN("22"));
	region_reopen(region);
	/* nothing runs: nothing to derive */
	assert_int_equal(region->fake.networks, before);
}

static void a_killed_shim_leaves_no_interface(void **state)
{
	struct region *region = *state;

	fake_kill(&region->fake, region_get(region, "ONE"));
	assert_int_equal(region->fake.network.n_interfaces, 1);
	region_reopen(region);
	assert_int_equal(region->fake.network.n_interfaces, 0);
}

/* Its tap stays closed; its address is made of its id. */
static void an_older_instance_has_no_interface(void **state)
{
	struct region *region = *state;
	const char *id = region_get(region, "ONE");
	char mac[16];
	int before;

	region_must(region, "StopInstances", "{'InstanceIds': ['$ONE']}");
	fake_settle(&region->fake);
	assert_int_equal(ec2_db_run(region->ec2, "DELETE FROM network_interfaces", NULL), 0);
	before = region->fake.networks;
	region_must(region, "StartInstances", "{'InstanceIds': ['$ONE']}");
	assert_string_equal(fake_state(region->ec2, id), "running");
	assert_int_equal(region->fake.networks, before);
	for (int i = 1; i < 6; i++)
		snprintf(mac + 2 * (i - 1), 3, "%02x", region->fake.nic.mac[i]);
	assert_string_equal(mac, id + strlen(id) - 10);
}

/* The record stands, and the next command tries again. */
static void a_change_that_the_kernel_refused_is_made_up_for(void **state)
{
	struct region *region = *state;
	static const struct region_row refused = {AUTHORIZE, OPEN("22"), "InternalError",
						  "cannot do what the script forbids"};
	static const struct region_row known = {AUTHORIZE, OPEN("22"),
						"InvalidPermission.Duplicate", NULL};

	region->fake.network_error = -EPERM;
	region_check(region, &refused);
	assert_int_equal(region->fake.network.set->n_rules[EC2_INGRESS], 1);
	region_reopen(region);
	region->fake.network_error = 0;
	region_check(region, &known);
	region_reopen(region);
	assert_int_equal(region->fake.network.set->n_rules[EC2_INGRESS], 2);
}

static const char *kill_at;

static void kill_there(const char *where)
{
	if (strcmp(where, kill_at) == 0)
		_exit(9);
}

/* As another process would. */
static void authorize_and_die(struct region *region, const char *where, const char *request)
{
	int status, ret;
	pid_t child;

	ec2_close(region->ec2);
	region->ec2 = NULL;
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		region->ec2 = fake_open(&region->fake);
		kill_at = where;
		ec2_step_hook = kill_there;
		json_decref(region_call(region, AUTHORIZE, request, &ret));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 9);
}

/* Before the commit it has not been; after it, the next command sees to the rest. */
static void a_change_that_was_killed_is_finished(void **state)
{
	static const struct {
		const char *where, *request;
		size_t rules;
	} rows[] = {
		{"before commit", OPEN("1"), 1},
		{"after commit", OPEN("2"), 2},
		{"network read", OPEN("3"), 3},
	};
	struct region *region = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		authorize_and_die(region, rows[i].where, rows[i].request);
		region_reopen(region);
		assert_int_equal(region->fake.network.set->n_rules[EC2_INGRESS], rows[i].rules);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, region_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_interface_is_as_its_record),
		TEST(rules_follow_at_once),
		TEST(prefix_lists_are_their_entries),
		TEST(sets_have_numbers_while_they_are_used),
		TEST(routes_lead_where_something_is),
		TEST(the_end_of_an_instance_is_that_of_its_interface),
		TEST(a_killed_shim_leaves_no_interface),
		TEST(an_older_instance_has_no_interface),
		TEST(a_change_that_the_kernel_refused_is_made_up_for),
		TEST(a_change_that_was_killed_is_finished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
