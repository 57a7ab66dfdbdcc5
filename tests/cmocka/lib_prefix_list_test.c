// SPDX-License-Identifier: LGPL-2.1-or-later
/* Prefix lists, and the rules and routes that name them: what EC2 answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib_region.h"

#define NO_LIST "pl-00000000000000000"
#define CREATE "CreateManagedPrefixList"
#define MODIFY "ModifyManagedPrefixList"
#define DELETE "DeleteManagedPrefixList"
#define LISTS "DescribeManagedPrefixLists"
#define ENTRIES "GetManagedPrefixListEntries"
#define NEW(name, family, most, rest)                                                             \
	"{'PrefixListName': '" name "', 'AddressFamily': '" family "', 'MaxEntries': " #most rest \
	"}"
#define THE_LIST(rest) "{'PrefixListId': '$LIST'" rest "}"
#define VERSION(n) ", 'CurrentVersion': " #n
#define ADD(cidr) ", 'AddEntries': [{'Cidr': '" cidr "'}]"
#define REMOVE(cidr) ", 'RemoveEntries': [{'Cidr': '" cidr "'}]"

static int set_up(void **state)
{
	static const struct region_step world[] = {
		{CREATE,
		 NEW("offices", "IPv4", 3,
		     ", 'Entries': [{'Cidr': '10.1.2.3/8', 'Description': 'a'}, {'Cidr':"
		     " '9.0.0.0/8'}], 'TagSpecifications': [{'ResourceType': 'prefix-list', 'Tags':"
		     " [{'Key': 'k', 'Value': 'v'}]}]"),
		 "PrefixList.PrefixListId", NULL, "LIST"},
		{"DescribeSecurityGroups", "{}", "SecurityGroups.0.GroupId", NULL, "GROUP"},
		{"DescribeRouteTables", "{}", "RouteTables.0.RouteTableId", NULL, "TABLE"},
		{"DescribeInternetGateways", "{}", "InternetGateways.0.InternetGatewayId", NULL,
		 "GATEWAY"},
	};

	*state = region_new();
	REGION_STEPS(*state, world);
	return 0;
}

static const struct region_step lists[] = {
	{LISTS, FILTER("tag:k", "v"), "PrefixLists.0.PrefixListArn",
	 "arn:aws:ec2:us-east-1:000000000000:prefix-list/$LIST", NULL},
	{LISTS, "{'PrefixListIds': ['$LIST']}", "PrefixLists.0.Version", "1", NULL},
	{LISTS, FILTER("prefix-list-name", "off*"), "PrefixLists.0.State", "create-complete", NULL},
	{CREATE, NEW("six", "IPv6", 1, ", 'Entries': [{'Cidr': '2001:DB8::/32'}]"),
	 "PrefixList.PrefixListId", NULL, "SIX"},
	{ENTRIES, "{'PrefixListId': '$SIX'}", "Entries", "1", NULL},
	{ENTRIES, "{'PrefixListId': '$SIX'}", "Entries.0.Cidr", "2001:db8::/32", NULL},
	{ENTRIES, THE_LIST(""), "Entries", "2", NULL},
	{ENTRIES, THE_LIST(""), "Entries.0.Cidr", "10.0.0.0/8", NULL},
	{ENTRIES, THE_LIST(""), "Entries.0.Description", "a", NULL},
	/* entries are a version, a name is not */
	{MODIFY, THE_LIST(VERSION(1) ADD("8.0.0.0/8")), "PrefixList.Version", "2", NULL},
	{MODIFY, THE_LIST(", 'PrefixListName': 'others'"), "PrefixList.Version", "2", NULL},
	{MODIFY, THE_LIST(VERSION(2) ADD("7.0.0.0/8") REMOVE("8.9.9.9/8")), "PrefixList.State",
	 "modify-complete", NULL},
	/* another description of the same */
	{MODIFY, THE_LIST(VERSION(3) ADD("10.0.0.0/8")), "PrefixList.Version", "4", NULL},
	{ENTRIES, THE_LIST(""), "Entries.0.Description", "", NULL},
	{ENTRIES, THE_LIST(""), "Entries", "3", NULL},
};

static const struct region_row refused[] = {
	{CREATE, "{'PrefixListName': 'x', 'MaxEntries': 1}", "MissingParameter", "AddressFamily"},
	{CREATE, NEW("", "IPv4", 1, ""), "InvalidParameterValue", "prefixListName"},
	{CREATE, NEW("com.amazonaws.x", "IPv4", 1, ""), "InvalidParameterValue", "com.amazonaws"},
	{CREATE, NEW("x", "IPv5", 1, ""), "InvalidParameterValue", "IPv5"},
	{CREATE, NEW("x", "IPv4", 0, ""), "InvalidParameterValue", "maxEntries"},
	{CREATE, NEW("x", "IPv4", 1001, ""), "InvalidParameterValue", "maxEntries"},
	{CREATE, NEW("x", "IPv4", 1, ", 'Entries': [{'Cidr': '::/0'}]"), "InvalidParameterValue",
	 "valid CIDR block"},
	{CREATE, NEW("x", "IPv6", 1, ", 'Entries': [{'Cidr': '10.0.0.0/8'}]"),
	 "InvalidParameterValue", "valid IPv6 CIDR block"},
	{CREATE,
	 NEW("x", "IPv4", 1, ", 'Entries': [{'Cidr': '10.0.0.0/8'}, {'Cidr': '11.0.0.0/8'}]"),
	 "PrefixListMaxEntriesExceeded", NULL},
	{CREATE,
	 NEW("x", "IPv4", 5, ", 'Entries': [{'Cidr': '10.0.0.1/8'}, {'Cidr': '10.0.0.2/8'}]"),
	 "InvalidPrefixListModification", "already exists"},
	{CREATE, NEW("x", "IPv4", 1, ", 'DryRun': true"), "DryRunOperation", NULL},
	{MODIFY, THE_LIST(""), "MissingParameter", NULL},
	{MODIFY, THE_LIST(ADD("6.0.0.0/8")), "MissingParameter", "currentVersion"},
	{MODIFY, THE_LIST(VERSION(3) ADD("6.0.0.0/8")), "PrefixListVersionMismatch",
	 "The prefix list has the incorrect version number."},
	{MODIFY, THE_LIST(VERSION(4) ADD("6.0.0.0/8")), "PrefixListMaxEntriesExceeded",
	 "maximum number of entries"},
	{MODIFY, THE_LIST(VERSION(4) ADD("9.0.0.0/8")), "InvalidPrefixListModification",
	 "An entry with the CIDR (9.0.0.0/8) and description () already exists."},
	{MODIFY, THE_LIST(VERSION(4) REMOVE("6.0.0.0/8")), "InvalidPrefixListModification",
	 "An entry with the CIDR (6.0.0.0/8) does not exist."},
	{MODIFY, THE_LIST(VERSION(4) ", 'MaxEntries': 9" ADD("6.0.0.0/8")),
	 "InvalidParameterCombination", "in the same request"},
	{MODIFY, THE_LIST(", 'MaxEntries': 2"), "PrefixListMaxEntriesExceeded", NULL},
	{LISTS, "{'PrefixListIds': ['" NO_LIST "']}", "InvalidPrefixListID.NotFound",
	 "The prefix list ID '" NO_LIST "' does not exist"},
	{ENTRIES, "{'PrefixListId': '" NO_LIST "'}", "InvalidPrefixListID.NotFound", NULL},
	{ENTRIES, "{'PrefixListId': 'pl'}", "InvalidPrefixListId.Malformed", NULL},
};

static void lists_come_and_go(void **state)
{
	REGION_STEPS(*state, lists);
	REGION_ROWS(*state, refused);
	/* and nothing of it has been done */
	region_expect(*state, LISTS, "{}", "PrefixLists", "2");
	region_expect(*state, ENTRIES, THE_LIST(""), "Entries", "3");
	region_expect(*state, MODIFY, THE_LIST(", 'MaxEntries': 4"), "PrefixList.Version", "4");
	region_expect(*state, DELETE, THE_LIST(""), "PrefixList.State", "delete-complete");
	region_expect(*state, LISTS, "{}", "PrefixLists", "1");
	region_expect(*state, "DescribeTags", "{}", "Tags", "0");
}

/* ---- rules and routes ---- */

#define RULE(id)                                                                        \
	"{'GroupId': '$GROUP', 'IpPermissions': [{'IpProtocol': '-1', 'PrefixListIds':" \
	" [{'PrefixListId': '" id "'}]}]}"
#define INGRESS "AuthorizeSecurityGroupIngress"
#define ROUTE(rest) "{'RouteTableId': '$TABLE', 'DestinationPrefixListId': '$LIST'" rest "}"
#define TO_GATEWAY ", 'GatewayId': '$GATEWAY'"
#define GROUP "{'GroupIds': ['$GROUP']}"

static const struct region_step references[] = {
	{INGRESS, RULE("$LIST"), "SecurityGroupRules.0.PrefixListId", "$LIST", NULL},
	{"DescribeSecurityGroups", GROUP,
	 "SecurityGroups.0.IpPermissions.0.PrefixListIds.0.PrefixListId", "$LIST", NULL},
	{"CreateRoute", ROUTE(TO_GATEWAY), "Return", "true", NULL},
	{"DescribeRouteTables", FILTER("route.destination-prefix-list-id", "$LIST"),
	 "RouteTables.0.Routes.2.State", "active", NULL},
	/* for 56 and 3 and the rule that the default group has: 60 */
	{CREATE, NEW("large", "IPv4", 56, ""), "PrefixList.PrefixListId", NULL, "LARGE"},
	{CREATE, NEW("larger", "IPv4", 57, ""), "PrefixList.PrefixListId", NULL, "LARGER"},
	{CREATE, NEW("six", "IPv6", 57, ""), "PrefixList.PrefixListId", NULL, "SIX"},
	{INGRESS, RULE("$SIX"), NULL, NULL, NULL},
};

static const struct region_row held[] = {
	{INGRESS, RULE("$LIST"), "InvalidPermission.Duplicate", NULL},
	{INGRESS, RULE(NO_LIST), "InvalidPrefixListID.NotFound", NULL},
	{INGRESS, RULE("$LARGER"), "RulesPerSecurityGroupLimitExceeded", NULL},
	{MODIFY, THE_LIST(", 'MaxEntries': 60"), "RulesPerSecurityGroupLimitExceeded", NULL},
	{"CreateRoute", ROUTE(TO_GATEWAY), "RouteAlreadyExists", "The route identified by pl-"},
	{"CreateRoute", ROUTE(TO_GATEWAY ", 'DestinationCidrBlock': '9.0.0.0/8'"),
	 "InvalidParameterCombination", NULL},
	{DELETE, THE_LIST(""), "DependencyViolation", "has dependencies and cannot be deleted."},
};

static const struct region_step released[] = {
	{INGRESS, RULE("$LARGE"), NULL, NULL, NULL},
	{"RevokeSecurityGroupIngress", RULE("$LIST"), "Return", "true", NULL},
	{"DeleteRoute", ROUTE(""), NULL, NULL, NULL},
	{DELETE, THE_LIST(""), NULL, NULL, NULL},
};

static void rules_and_routes_name_lists(void **state)
{
	REGION_STEPS(*state, references);
	REGION_ROWS(*state, held);
	REGION_STEPS(*state, released);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, region_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lists_come_and_go),
		TEST(rules_and_routes_name_lists),
	};

	return cmocka_run_group_tests_name("prefix list", tests, NULL, NULL);
}
