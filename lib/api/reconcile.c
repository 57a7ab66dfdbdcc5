// SPDX-License-Identifier: LGPL-2.1-or-later
/* The whole host, put right. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/data_path.h"
#include "api/recover.h"
#include "api/request.h"
#include "store/instance.h"
#include "store/intent.h"

static int report(struct ec2 *ec2, struct ec2_list *changes, const char *id, const char *action,
		  const char *message)
{
	struct ec2_reconciled *change = ec2_list_add(changes, &ec2_shape_reconciled);

	if (change) {
		change->resource_id = strdup(id);
		change->action = strdup(action);
		change->message = message ? strdup(message) : NULL;
	}
	if (!change || !change->resource_id || !change->action || (message && !change->message))
		return ec2_fail_errno(ec2, -ENOMEM, "The answer");
	return 0;
}

/* ---- what recovery did: the difference of two looks ---- */

static int look_row(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	struct ec2_instance_state_change *item;

	item = ec2_list_add(arg, &ec2_shape_instance_state_change);
	if (!item || ec2_col_dup(row, 0, &item->instance_id))
		return ec2_fail_errno(ec2, -ENOMEM, "Reconciliation");
	item->current_state.code = ec2_col_int(row, 1);
	return 0;
}

static int look(struct ec2 *ec2, struct ec2_list *list)
{
	int ret = ec2_db_each(ec2, look_row, list,
			      "SELECT id, state FROM instances WHERE state <> 48", NULL);

	return ret < 0 ? ret : 0;
}

static int report_ends(struct ec2 *ec2, const struct ec2_list *before, struct ec2_list *changes)
{
	const struct ec2_instance_state_change *item = before->items;
	int ret = 0;

	for (size_t i = 0; !ret && i < before->n; i++, item++) {
		int64_t state;

		ret = ec2_db_int(ec2, &state, "SELECT state FROM instances WHERE id = ?", "s",
				 item->instance_id);
		if (ret > 0 && state != item->current_state.code && !ec2_state_live(state))
			ret = report(ec2, changes, item->instance_id, ec2_state_name(state),
				     "its process was gone");
		ret = ret < 0 ? ret : 0;
	}
	return ret;
}

static void list_free(const struct ec2_shape *shape, struct ec2_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		ec2_shape_clear(shape, (char *)list->items + i * shape->size);
	free(list->items);
}

/* ---- files without a record ---- */

static const struct folder {
	const char *name;
	const char *suffix;
	const char *record; /* a file may stay while this finds a row */
} folders[] = {
	{"volumes", ".raw", "SELECT 1 FROM volumes WHERE id = ?"},
	{"images", ".raw", "SELECT 1 FROM images WHERE id = ?"},
	{"kernels", "", "SELECT 1 FROM images WHERE id = ?"},
	{"console", ".log", "SELECT 1 FROM instances WHERE id = ?"},
};

/* The id that a file of ours is named for; false: not ours to remove. */
static bool file_id(const struct folder *folder, const char *file, char id[EC2_ID_SIZE])
{
	static const char *const prefixes[] = {"vol", "ami", "aki", "ari", "i"};
	size_t n = strcspn(file, ".");

	if (n >= EC2_ID_SIZE || (*folder->suffix && strcmp(file + n, folder->suffix)))
		return false;
	snprintf(id, EC2_ID_SIZE, "%.*s", (int)n, file);
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (ec2_valid_id(id, prefixes[i]))
			return true;
	}
	return false;
}

/* Records come before files, so a file that has none when its name has been read never gets one. */
static int sweep_file(struct ec2 *ec2, const struct folder *folder, int dir, const char *file,
		      struct ec2_list *changes)
{
	char id[EC2_ID_SIZE];
	int64_t found;
	int ret;

	if (!file_id(folder, file, id))
		return 0;
	ret = ec2_db_int(ec2, &found, folder->record, "s", id);
	if (ret)
		return ret < 0 ? ret : 0;
	if (unlinkat(dir, file, 0))
		return 0;
	return report(ec2, changes, id, "removed", "a file without a record");
}

static int sweep_folder(struct ec2 *ec2, const struct folder *folder, struct ec2_list *changes)
{
	char *path = ec2_path(ec2->state_dir, "%s", folder->name);
	struct dirent *entry;
	int ret = 0;
	DIR *dir;

	if (!path)
		return ec2_fail_errno(ec2, -ENOMEM, "Reconciliation");
	dir = opendir(path);
	free(path);
	while (dir && !ret && (entry = readdir(dir)))
		ret = sweep_file(ec2, folder, dirfd(dir), entry->d_name, changes);
	if (dir)
		closedir(dir);
	return ret;
}

/* ---- after a reboot of the host ---- */

static int collect(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	if (ec2_strings_add(arg, ec2_col_text(row, 0)))
		return ec2_fail_errno(ec2, -ENOMEM, "Reconciliation");
	return 0;
}

static int restart_one(struct ec2 *ec2, char *id, struct ec2_list *changes)
{
	const struct ec2_start_instances_request request = {.instance_ids = {&id, 1}};
	struct ec2_start_instances_response response;
	char *message;
	int ret = ec2_start_instances(ec2, &request, &response);

	if (!ret) {
		ec2_start_instances_response_free(&response);
		return report(ec2, changes, id, "started", "it ran when the host went down");
	}
	message = strdup(ec2_last_error(ec2)->message);
	ret = report(ec2, changes, id, "failed", message);
	free(message);
	return ret;
}

static int restart_all(struct ec2 *ec2, struct ec2_list *changes)
{
	struct ec2_strings ids = {0};
	int ret = ec2_db_each(ec2, collect, &ids,
			      "SELECT id FROM instances WHERE restart AND state = 80 ORDER BY seq",
			      NULL);

	ret = ret < 0 ? ret : 0;
	for (size_t i = 0; i < ids.n; i++) {
		if (!ret)
			ret = restart_one(ec2, ids.items[i], changes);
		free(ids.items[i]);
	}
	free(ids.items);
	return ret;
}

int ec2_reconcile(struct ec2 *ec2, struct ec2_reconcile_response *response)
{
	struct ec2_list before = {0};
	int ret = ec2_enter(ec2, NULL, NULL, true);

	memset(response, 0, sizeof(*response));
	if (!ret)
		ret = look(ec2, &before);
	if (!ret)
		ret = ec2_recover(ec2);
	if (!ret)
		ret = report_ends(ec2, &before, &response->changes);
	list_free(&ec2_shape_instance_state_change, &before);
	for (size_t i = 0; !ret && i < sizeof(folders) / sizeof(folders[0]); i++)
		ret = sweep_folder(ec2, &folders[i], &response->changes);
	if (!ret)
		ret = ec2_owners_sweep(ec2);
	if (!ret)
		ret = ec2_data_path_derive(ec2, NULL);
	if (!ret)
		ret = restart_all(ec2, &response->changes);
	if (ret)
		ec2_shape_clear(&ec2_shape_reconcile_response, response);
	return ret;
}
