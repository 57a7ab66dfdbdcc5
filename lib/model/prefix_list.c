// SPDX-License-Identifier: LGPL-2.1-or-later
/* Prefix lists. */
#include "model/request.h"
#include "model/shapes.h"

#define LIST_ID STR("PrefixListId", prefix_list_id, EC2_F_REQUIRED, "the prefix list (pl-...)")
#define LIST SUB("PrefixList", prefix_list, managed_prefix_list, 0, NULL)

#define S ec2_prefix_list_entry
static const struct ec2_field prefix_list_entry_fields[] = {
	STR("Cidr", cidr, EC2_F_REQUIRED, "a range: 10.0.0.0/8"),
	STR("Description", description, 0, "up to 255 characters"),
};
SHAPE(prefix_list_entry, "PrefixListEntry", prefix_list_entry_fields)
#undef S

#define S ec2_remove_prefix_list_entry
static const struct ec2_field remove_prefix_list_entry_fields[] = {
	STR("Cidr", cidr, EC2_F_REQUIRED, "a range: 10.0.0.0/8"),
};
SHAPE(remove_prefix_list_entry, "RemovePrefixListEntry", remove_prefix_list_entry_fields)
#undef S

#define S ec2_managed_prefix_list
static const struct ec2_field managed_prefix_list_fields[] = {
	STR("PrefixListId", prefix_list_id, 0, NULL),
	STR("AddressFamily", address_family, 0, NULL),
	STR("State", state, EC2_F_LESS, NULL),
	STR("PrefixListArn", prefix_list_arn, EC2_F_HIDDEN, NULL),
	STR("PrefixListName", prefix_list_name, 0, NULL),
	INT("MaxEntries", max_entries, EC2_F_LESS, NULL),
	LONG("Version", version, 0, NULL),
	SUBS("Tags", tags, tag, EC2_F_EMPTY_LIST, NULL),
	STR("OwnerId", owner_id, EC2_F_HIDDEN, NULL),
};
SHAPE(managed_prefix_list, "ManagedPrefixList", managed_prefix_list_fields)
#undef S

#define S ec2_create_managed_prefix_list_request
REQUEST(create_managed_prefix_list, "CreateManagedPrefixList", DRY_RUN,
	STR("PrefixListName", prefix_list_name, EC2_F_REQUIRED, "its name"),
	SUBS("Entries", entries, prefix_list_entry, 0, "ranges: Cidr=CIDR,Description=TEXT"),
	INT("MaxEntries", max_entries, 0, "how many ranges there may be: 1 to 1000"),
	TAG_SPECIFICATIONS, STR("AddressFamily", address_family, EC2_F_REQUIRED, "IPv4 or IPv6"))
#undef S

#define S ec2_create_managed_prefix_list_response
RESPONSE(create_managed_prefix_list, "CreateManagedPrefixList", LIST)
#undef S

#define S ec2_delete_managed_prefix_list_request
REQUEST(delete_managed_prefix_list, "DeleteManagedPrefixList", DRY_RUN, LIST_ID)
#undef S

#define S ec2_delete_managed_prefix_list_response
RESPONSE(delete_managed_prefix_list, "DeleteManagedPrefixList", LIST)
#undef S

#define S ec2_describe_managed_prefix_lists_request
REQUEST(describe_managed_prefix_lists, "DescribeManagedPrefixLists", DRY_RUN, FILTERS, MAX_RESULTS,
	NEXT_TOKEN, STRS("PrefixListIds", prefix_list_ids, 0, "these prefix lists (pl-...)"))
#undef S

#define S ec2_describe_managed_prefix_lists_response
RESPONSE(describe_managed_prefix_lists, "DescribeManagedPrefixLists",
	 STR("NextToken", next_token, 0, NULL),
	 SUBS("PrefixLists", prefix_lists, managed_prefix_list, EC2_F_EMPTY_LIST, NULL))
#undef S

#define S ec2_get_managed_prefix_list_entries_request
REQUEST(get_managed_prefix_list_entries, "GetManagedPrefixListEntries", DRY_RUN, LIST_ID,
	MAX_RESULTS, NEXT_TOKEN)
#undef S

#define S ec2_get_managed_prefix_list_entries_response
RESPONSE(get_managed_prefix_list_entries, "GetManagedPrefixListEntries",
	 SUBS("Entries", entries, prefix_list_entry, EC2_F_EMPTY_LIST, NULL),
	 STR("NextToken", next_token, 0, NULL))
#undef S

#define S ec2_modify_managed_prefix_list_request
REQUEST(modify_managed_prefix_list, "ModifyManagedPrefixList", DRY_RUN, LIST_ID,
	LONG("CurrentVersion", current_version, EC2_F_ZERO_ABSENT,
	     "the version that is to be changed; needed with entries"),
	STR("PrefixListName", prefix_list_name, 0, "its name from now on"),
	SUBS("AddEntries", add_entries, prefix_list_entry, 0, "ranges to add: Cidr=CIDR"),
	SUBS("RemoveEntries", remove_entries, remove_prefix_list_entry, 0,
	     "ranges to remove: Cidr=CIDR"),
	INT("MaxEntries", max_entries, EC2_F_ZERO_ABSENT, "how many ranges there may be"))
#undef S

#define S ec2_modify_managed_prefix_list_response
RESPONSE(modify_managed_prefix_list, "ModifyManagedPrefixList", LIST)
#undef S
