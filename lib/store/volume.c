// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "model/shapes.h"
#include "store/instance.h"

char *ec2_volume_path(const struct ec2 *ec2, const char *id)
{
	return ec2_path(ec2->state_dir, "volumes/%s.raw", id);
}

int ec2_volume_insert(struct ec2 *ec2, const struct ec2_volume *volume)
{
	int ret =
		ec2_db_exec(ec2,
			    "INSERT INTO volumes (id, state, size, type, image, instance, device,"
			    " slot, delete_on_termination, attached, created)"
			    " VALUES (?, 'creating', ?, ?, ?, ?, ?, ?, ?, ?9, ?9)",
			    "sissssibi", volume->id, volume->size,
			    volume->type ? volume->type : "gp3", volume->image, volume->instance,
			    volume->device, volume->slot, volume->delete_on_termination, ec2_now());

	return ret < 0 ? ret : 0;
}

int ec2_volumes_attached(struct ec2 *ec2, const char *instance)
{
	int ret = ec2_db_exec(ec2,
			      "UPDATE volumes SET state = 'in-use'"
			      " WHERE instance = ? AND state = 'creating'",
			      "s", instance);

	return ret < 0 ? ret : 0;
}

int ec2_volumes_release(struct ec2 *ec2, const char *instance)
{
	/* one that was never filled is of no use to anybody */
	int ret = ec2_db_exec(ec2,
			      "UPDATE volumes SET instance = NULL, device = NULL, slot = NULL,"
			      " attached = NULL, state = CASE WHEN delete_on_termination"
			      " OR state = 'creating' THEN 'deleting' ELSE 'available' END"
			      " WHERE instance = ?",
			      "s", instance);

	return ret < 0 ? ret : 0;
}

static int unlink_volume(struct ec2 *ec2, struct ec2_row *row, void *arg)
{
	const char *id = ec2_col_text(row, 0);
	char *path = ec2_volume_path(ec2, id);
	int ret = 0;

	if (!path || ec2_strings_add(arg, id))
		ret = ec2_fail_errno(ec2, -ENOMEM, "A volume's record");
	else if (unlink(path) && errno != ENOENT)
		ret = ec2_fail_errno(ec2, -errno, path);
	free(path);
	ec2_step("volume unlinked");
	return ret;
}

int ec2_volumes_delete(struct ec2 *ec2)
{
	struct ec2_strings gone = {0};
	int ret = ec2_db_each(ec2, unlink_volume, &gone,
			      "SELECT id FROM volumes WHERE state = 'deleting'", NULL);
	int first = ret < 0 ? ret : 0;

	/* the records of those whose file has gone, whatever became of the others */
	for (size_t i = 0; i < gone.n; i++) {
		if (!first)
			ret = ec2_db_exec(ec2, "DELETE FROM volumes WHERE id = ?", "s",
					  gone.items[i]);
		if (ret >= 0 && !first)
			ret = ec2_db_exec(ec2, "DELETE FROM tags WHERE resource = ?", "s",
					  gone.items[i]);
		if (ret < 0 && !first)
			first = ret;
		free(gone.items[i]);
	}
	free(gone.items);
	return first;
}
