/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prefix lists: ranges of addresses that rules and routes name together. */
#ifndef EC2CTL_PREFIX_LIST_H
#define EC2CTL_PREFIX_LIST_H

#include <ec2ctl/core.h>
#include <ec2ctl/tag.h>

#ifdef __cplusplus
extern "C" {
#endif

/* EC2's PrefixListEntry, and its AddPrefixListEntry. */
struct ec2_prefix_list_entry {
	char *cidr;
	char *description;
};

/* EC2's RemovePrefixListEntry. */
struct ec2_remove_prefix_list_entry {
	char *cidr;
};

/* EC2's ManagedPrefixList. */
struct ec2_managed_prefix_list {
	char *prefix_list_id;
	char *address_family; /* "IPv4", "IPv6" */
	char *state; /* "create-complete", "modify-complete", "delete-complete" */
	char *prefix_list_arn;
	char *prefix_list_name;
	int32_t max_entries; /* as many rules a reference from a security group counts for */
	int64_t version;
	struct ec2_list tags; /* struct ec2_tag */
	char *owner_id;
};

struct ec2_create_managed_prefix_list_request {
	bool dry_run;
	char *prefix_list_name;
	struct ec2_list entries; /* struct ec2_prefix_list_entry */
	int32_t max_entries; /* 1 to 1000 */
	struct ec2_list tag_specifications; /* struct ec2_tag_specification */
	char *address_family; /* "IPv4", "IPv6" */
};

struct ec2_create_managed_prefix_list_response {
	struct ec2_managed_prefix_list prefix_list;
};

struct ec2_delete_managed_prefix_list_request {
	bool dry_run;
	char *prefix_list_id;
};

struct ec2_delete_managed_prefix_list_response {
	struct ec2_managed_prefix_list prefix_list;
};

struct ec2_describe_managed_prefix_lists_request {
	bool dry_run;
	struct ec2_list filters; /* struct ec2_filter */
	int32_t max_results; /* 5 to 1000; 0 = all */
	char *next_token;
	struct ec2_strings prefix_list_ids;
};

struct ec2_describe_managed_prefix_lists_response {
	char *next_token;
	struct ec2_list prefix_lists; /* struct ec2_managed_prefix_list */
};

struct ec2_get_managed_prefix_list_entries_request {
	bool dry_run;
	char *prefix_list_id;
	int32_t max_results; /* 5 to 1000; 0 = all */
	char *next_token;
};

struct ec2_get_managed_prefix_list_entries_response {
	struct ec2_list entries; /* struct ec2_prefix_list_entry */
	char *next_token;
};

struct ec2_modify_managed_prefix_list_request {
	bool dry_run;
	char *prefix_list_id;
	int64_t current_version; /* with entries */
	char *prefix_list_name;
	struct ec2_list add_entries; /* struct ec2_prefix_list_entry: up to 100 */
	struct ec2_list remove_entries; /* struct ec2_remove_prefix_list_entry: up to 100 */
	int32_t max_entries; /* not together with entries */
};

struct ec2_modify_managed_prefix_list_response {
	struct ec2_managed_prefix_list prefix_list;
};

/*
 * CreateManagedPrefixList. Errors: MissingParameter; InvalidParameterValue (name, family, CIDR,
 * number); PrefixListMaxEntriesExceeded; PrefixListLimitExceeded; InvalidPrefixListModification
 * (one CIDR twice); tags. Return: 0 or -errno.
 */
int ec2_create_managed_prefix_list(struct ec2 *ec2,
				   const struct ec2_create_managed_prefix_list_request *request,
				   struct ec2_create_managed_prefix_list_response *response);
EC2_RESPONSE_FREE(create_managed_prefix_list, "CreateManagedPrefixList")

/*
 * DeleteManagedPrefixList. Errors: InvalidPrefixListID.NotFound; InvalidPrefixListId.Malformed;
 * DependencyViolation (a rule or route names it). Return: 0 or -errno.
 */
int ec2_delete_managed_prefix_list(struct ec2 *ec2,
				   const struct ec2_delete_managed_prefix_list_request *request,
				   struct ec2_delete_managed_prefix_list_response *response);
EC2_RESPONSE_FREE(delete_managed_prefix_list, "DeleteManagedPrefixList")

/*
 * DescribeManagedPrefixLists. Errors: InvalidPrefixListID.NotFound; InvalidPrefixListId.Malformed;
 * filters and pages. Return: 0 or -errno.
 */
int ec2_describe_managed_prefix_lists(
	struct ec2 *ec2, const struct ec2_describe_managed_prefix_lists_request *request,
	struct ec2_describe_managed_prefix_lists_response *response);
EC2_RESPONSE_FREE(describe_managed_prefix_lists, "DescribeManagedPrefixLists")

/* GetManagedPrefixListEntries. Errors: as DescribeManagedPrefixLists. Return: 0 or -errno. */
int ec2_get_managed_prefix_list_entries(
	struct ec2 *ec2, const struct ec2_get_managed_prefix_list_entries_request *request,
	struct ec2_get_managed_prefix_list_entries_response *response);
EC2_RESPONSE_FREE(get_managed_prefix_list_entries, "GetManagedPrefixListEntries")

/*
 * ModifyManagedPrefixList: other entries are another version; all are changed or none.
 * Errors: as CreateManagedPrefixList; PrefixListVersionMismatch; InvalidPrefixListModification (an
 * entry that is there, or is not); InvalidParameterCombination (entries and their maximum).
 * Return: 0 or -errno.
 */
int ec2_modify_managed_prefix_list(struct ec2 *ec2,
				   const struct ec2_modify_managed_prefix_list_request *request,
				   struct ec2_modify_managed_prefix_list_response *response);
EC2_RESPONSE_FREE(modify_managed_prefix_list, "ModifyManagedPrefixList")

#ifdef __cplusplus
}
#endif
#endif
