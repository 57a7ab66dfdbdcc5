// SPDX-License-Identifier: LGPL-2.1-or-later
/* Prefix lists. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/rule.h"

#define MAX_ENTRIES 1000
#define MAX_CHANGES 100

static const struct ec2_filter_row filters[] = {
	{"owner-id", "OwnerId", false},
	{"prefix-list-id", "PrefixListId", false},
	{"prefix-list-name", "PrefixListName", false},
};

static const struct ec2_listing prefix_list_listing = {
	.prefix = "pl",
	.ids = "PrefixListIds",
	.items = "PrefixLists",
	.shape = &ec2_shape_managed_prefix_list,
	.select = "SELECT seq, id, json_object('PrefixListId', id, 'AddressFamily', family,"
		  "'State', iif(version > 1, 'modify-complete', 'create-complete'),"
		  "'PrefixListArn', arn, 'PrefixListName', name, 'MaxEntries', max_entries,"
		  "'Version', version, 'Tags', " EC2_SQL_TAGS("prefix_lists.id") ","
		  "'OwnerId', ?1) AS item FROM prefix_lists",
	.filters = filters,
	.n_filters = sizeof(filters) / sizeof(filters[0]),
};

static const struct ec2_listing entry_listing = {
	.prefix = "pl",
	.of = "PrefixListId",
	.items = "Entries",
	.shape = &ec2_shape_prefix_list_entry,
	.select = "SELECT seq, prefix_list AS id,"
		  " json_object('Cidr', cidr, 'Description', description) AS item"
		  " FROM prefix_list_entries",
};

EC2_DESCRIBE(describe_managed_prefix_lists, &prefix_list_listing)
EC2_DESCRIBE(get_managed_prefix_list_entries, &entry_listing)

/* ---- checks ---- */

static int check_name(struct ec2 *ec2, const char *name)
{
	if (!name || (*name && strlen(name) <= 255 && strncmp(name, "com.amazonaws", 13)))
		return 0;
	return ec2_fail(
		ec2, -EINVAL, "InvalidParameterValue",
		"Value (%s) for parameter prefixListName is invalid. 1 to 255 characters are"
		" expected, and they may not begin with com.amazonaws",
		name);
}

static int check_most(struct ec2 *ec2, int32_t most)
{
	if (most >= 1 && most <= MAX_ENTRIES)
		return 0;
	return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			"Value (%d) for parameter maxEntries is invalid. 1 to %d is expected", most,
			MAX_ENTRIES);
}

/* There are not more entries than there may be. */
static int check_entries(struct ec2 *ec2, const char *id)
{
	int64_t found;
	int ret = ec2_db_int(ec2, &found,
			     "SELECT 1 FROM prefix_lists WHERE id = ?1 AND max_entries <"
			     " (SELECT count(*) FROM prefix_list_entries WHERE prefix_list = ?1)",
			     "s", id);

	if (ret > 0)
		ret = ec2_fail(ec2, -ENOSPC, "PrefixListMaxEntriesExceeded",
			       "You've reached the maximum number of entries for the prefix list.");
	return ret;
}

/* ---- entries ---- */

/* 1: IPv6; 0: IPv4; -errno. */
static int family_of(struct ec2 *ec2, const char *id)
{
	int64_t v6 = 0;
	int ret = ec2_db_int(ec2, &v6, "SELECT family = 'IPv6' FROM prefix_lists WHERE id = ?", "s",
			     id);

	return ret < 0 ? ret : (int)v6;
}

static int parse_entry(struct ec2 *ec2, const char *id, const char *text, struct ec2_cidr *cidr)
{
	int v6 = family_of(ec2, id);

	return v6 < 0 ? v6 : ec2_parse_cidr(ec2, "cidr", text, v6, cidr);
}

/* Another description is a change; the same is none, and refused. */
static int add_entry(struct ec2 *ec2, const char *id, const struct ec2_prefix_list_entry *entry)
{
	struct ec2_cidr cidr;
	int ret = ec2_check_description(ec2, "entry description", entry->description);

	if (!ret)
		ret = parse_entry(ec2, id, entry->cidr, &cidr);
	if (ret)
		return ret;
	ret = ec2_db_exec(ec2,
			  "INSERT INTO prefix_list_entries (prefix_list, cidr, description)"
			  " VALUES (?, ?, ?) ON CONFLICT (prefix_list, cidr) DO UPDATE"
			  " SET description = excluded.description"
			  " WHERE description IS NOT excluded.description",
			  "sss", id, cidr.text, entry->description);
	if (!ret)
		ret = ec2_fail(ec2, -EEXIST, "InvalidPrefixListModification",
			       "An entry with the CIDR (%s) and description (%s) already exists.",
			       cidr.text, entry->description ? entry->description : "");
	return ret < 0 ? ret : 0;
}

static int remove_entry(struct ec2 *ec2, const char *id,
			const struct ec2_remove_prefix_list_entry *entry)
{
	struct ec2_cidr cidr;
	int ret = parse_entry(ec2, id, entry->cidr, &cidr);

	if (ret)
		return ret;
	ret = ec2_db_exec(ec2, "DELETE FROM prefix_list_entries WHERE prefix_list = ? AND cidr = ?",
			  "ss", id, cidr.text);
	if (!ret)
		ret = ec2_fail(ec2, -ENOENT, "InvalidPrefixListModification",
			       "An entry with the CIDR (%s) does not exist.", cidr.text);
	return ret < 0 ? ret : 0;
}

static int add_entries(struct ec2 *ec2, const char *id, const struct ec2_list *list)
{
	const struct ec2_prefix_list_entry *entries = list->items;
	int ret = 0;

	if (list->n > MAX_CHANGES)
		return ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
				"The request cannot contain more than %d entry additions or"
				" removals",
				MAX_CHANGES);
	for (size_t i = 0; !ret && i < list->n; i++)
		ret = add_entry(ec2, id, &entries[i]);
	return ret;
}

/* ---- actions ---- */

static int insert(struct ec2 *ec2, const struct ec2_create_managed_prefix_list_request *r, char *id)
{
	char arn[160];
	int ret = ec2_new_id(ec2, "pl", id);

	if (ret)
		return ret;
	snprintf(arn, sizeof(arn), "arn:aws:ec2:%s:%s:prefix-list/%s", ec2->region, ec2->account,
		 id);
	ret = ec2_db_run(ec2,
			 "INSERT INTO prefix_lists (id, name, family, max_entries, arn, created)"
			 " VALUES (?, ?, ?, ?, ?, ?)",
			 "sssisi", id, r->prefix_list_name, r->address_family,
			 (int64_t)r->max_entries, arn, ec2_now());
	if (!ret)
		ret = add_entries(ec2, id, &r->entries);
	return ret ? ret : check_entries(ec2, id);
}

static int create_managed_prefix_list(struct ec2 *ec2,
				      const struct ec2_create_managed_prefix_list_request *r,
				      struct ec2_create_managed_prefix_list_response *response)
{
	static const char *const taggable[] = {"prefix-list", NULL};
	char id[EC2_ID_SIZE];
	int ret = check_name(ec2, r->prefix_list_name);

	if (!ret)
		ret = check_most(ec2, r->max_entries);
	if (!ret && strcmp(r->address_family, "IPv4") && strcmp(r->address_family, "IPv6"))
		ret = ec2_fail(ec2, -EINVAL, "InvalidParameterValue",
			       "Value (%s) for parameter addressFamily is invalid. IPv4 or IPv6 is"
			       " expected",
			       r->address_family);
	if (!ret)
		ret = ec2_check_tag_specifications(ec2, &r->tag_specifications, taggable);
	if (!ret)
		ret = ec2_check_quota(ec2, "SELECT count(*) FROM prefix_lists", NULL,
				      EC2_PREFIX_LISTS, "PrefixListLimitExceeded", "prefix lists");
	if (!ret)
		ret = insert(ec2, r, id);
	if (!ret)
		ret = ec2_tag_resource(ec2, &r->tag_specifications, "prefix-list", id);
	return ret ? ret : ec2_record_load(ec2, &prefix_list_listing, id, &response->prefix_list);
}
EC2_CHANGE(create_managed_prefix_list)

static int delete_managed_prefix_list(struct ec2 *ec2,
				      const struct ec2_delete_managed_prefix_list_request *r,
				      struct ec2_delete_managed_prefix_list_response *response)
{
	struct ec2_managed_prefix_list *list = &response->prefix_list;
	int64_t found;
	int ret = ec2_check_id(ec2, "pl", r->prefix_list_id);

	if (!ret)
		ret = ec2_db_int(ec2, &found,
				 "SELECT 1 FROM security_group_rules WHERE peer = ?1"
				 " UNION ALL SELECT 1 FROM routes WHERE destination = ?1",
				 "s", r->prefix_list_id);
	if (ret > 0)
		ret = ec2_fail(ec2, -EBUSY, "DependencyViolation",
			       "The prefix list '%s' has dependencies and cannot be deleted.",
			       r->prefix_list_id);
	if (!ret)
		ret = ec2_record_load(ec2, &prefix_list_listing, r->prefix_list_id, list);
	if (ret < 0)
		return ret;
	free(list->state);
	list->state = strdup("delete-complete");
	if (!list->state)
		return ec2_fail_errno(ec2, -ENOMEM, "The answer");
	return ec2_record_delete(ec2, "prefix_lists", r->prefix_list_id);
}
EC2_CHANGE(delete_managed_prefix_list)

static int check_version(struct ec2 *ec2, const struct ec2_modify_managed_prefix_list_request *r)
{
	int64_t version;
	int ret;

	if (!r->current_version)
		return ec2_fail(ec2, -EINVAL, "MissingParameter",
				"The request must contain the parameter currentVersion");
	ret = ec2_db_int(ec2, &version, "SELECT version FROM prefix_lists WHERE id = ?", "s",
			 r->prefix_list_id);
	if (ret > 0 && version != r->current_version)
		return ec2_fail(ec2, -EINVAL, "PrefixListVersionMismatch",
				"The prefix list has the incorrect version number.");
	return ret < 0 ? ret : 0;
}

static int modify_entries(struct ec2 *ec2, const struct ec2_modify_managed_prefix_list_request *r)
{
	const struct ec2_remove_prefix_list_entry *remove = r->remove_entries.items;
	const char *id = r->prefix_list_id;
	int ret = check_version(ec2, r);

	for (size_t i = 0; !ret && i < r->remove_entries.n; i++)
		ret = remove_entry(ec2, id, &remove[i]);
	if (!ret)
		ret = add_entries(ec2, id, &r->add_entries);
	if (!ret)
		ret = check_entries(ec2, id);
	return ret ? ret
		   : ec2_db_run(ec2, "UPDATE prefix_lists SET version = version + 1 WHERE id = ?",
				"s", id);
}

/* The groups whose rules name the list have room for it. */
static int check_group(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	(void)arg;
	return ec2_check_rules_quota(ec2, ec2_col_text(row, 0));
}

static int modify_most(struct ec2 *ec2, const char *id, int32_t most)
{
	int ret = check_most(ec2, most);

	if (!ret)
		ret = ec2_db_run(ec2, "UPDATE prefix_lists SET max_entries = ? WHERE id = ?", "is",
				 (int64_t)most, id);
	if (!ret)
		ret = check_entries(ec2, id);
	if (!ret)
		ret = ec2_db_each(
			ec2, check_group, NULL,
			"SELECT DISTINCT security_group FROM security_group_rules WHERE peer = ?",
			"s", id);
	return ret < 0 ? ret : 0;
}

static int modify_managed_prefix_list(struct ec2 *ec2,
				      const struct ec2_modify_managed_prefix_list_request *r,
				      struct ec2_modify_managed_prefix_list_response *response)
{
	bool entries = r->add_entries.n || r->remove_entries.n;
	const char *id = r->prefix_list_id;
	int ret = ec2_check_id(ec2, "pl", id);

	if (!ret && entries && r->max_entries)
		ret = ec2_fail(
			ec2, -EINVAL, "InvalidParameterCombination",
			"You cannot modify the entries and the maximum entries for the prefix"
			" list in the same request.");
	if (!ret && !entries && !r->max_entries && !r->prefix_list_name)
		ret = ec2_fail(ec2, -EINVAL, "MissingParameter",
			       "The request must contain one of: addEntries, removeEntries,"
			       " maxEntries, prefixListName");
	if (!ret)
		ret = check_name(ec2, r->prefix_list_name);
	if (!ret && r->prefix_list_name)
		ret = ec2_db_run(ec2, "UPDATE prefix_lists SET name = ? WHERE id = ?", "ss",
				 r->prefix_list_name, id);
	if (!ret && r->max_entries)
		ret = modify_most(ec2, id, r->max_entries);
	if (!ret && entries)
		ret = modify_entries(ec2, r);
	return ret ? ret : ec2_record_load(ec2, &prefix_list_listing, id, &response->prefix_list);
}
EC2_CHANGE(modify_managed_prefix_list)
